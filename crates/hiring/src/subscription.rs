//! Subscriptions: who wants to be told of which events, by calls of theirs (webhooks).
//!
//! `event::append` asks [`fan_out`] for a delivery per subscription that wants the event, in the same transaction. What a
//! call looks like is its [`shape`]'s to say, which this crate does not know; what it is signed with, `secret.rs`; when it is
//! made and how it ended, `carrying.rs`; what was made and what is made again, `log.rs` and `replay.rs`.
//!
//! What is sent is made when it is sent: ids from the event, and the record, where the subscription may show it, as it is at
//! that moment. So nobody's values lie in the outbox, and whoever is erased is not told of afterwards.

pub mod carrying;
mod edit;
pub mod log;
mod notice;
pub mod replay;
pub mod secret;
pub mod shape;
mod wanted;

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{EventId, JobId, LinkedAccountId, OrgId, SubscriptionId, Uuid, new_uid};
use crate::page::Side;
use crate::problem::{Clash, Noun, Problem, Result};
use crate::secret::InstallationKey;

pub use edit::{Edit, change, pause, remove, resume};
pub use secret::{Given, Rotated, rotate};
pub use wanted::{Wanted, follow, wanted};

/// The word for every kind of event.
pub const EVERY: &str = "*";

/// Subscriptions of one organization at most: each is looked at by every event.
pub const MOST: i64 = 100;

/// What a subscription's calls show beside ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Nothing.
    Ids,
    /// The record of the person, the application and the job that an event is about. Equal-opportunity answers never.
    Record,
}

impl Shows {
    /// As stored and published.
    pub fn word(self) -> &'static str {
        match self {
            Shows::Ids => "ids",
            Shows::Record => "record",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Shows> {
        [Shows::Ids, Shows::Record]
            .into_iter()
            .find(|shows| shows.word() == word)
    }
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its calls are made.
    Active,
    /// The last calls failed; they are made again.
    Failing,
    /// Nothing but failures for as long as one delivery is tried: what is given up is parked, and calls go on.
    Dead,
    /// The organization wants none now; they wait.
    Paused,
    /// Nothing new is made for it.
    Ended,
}

impl State {
    /// As published.
    pub fn word(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Failing => "failing",
            State::Dead => "dead",
            State::Paused => "paused",
            State::Ended => "ended",
        }
    }
}

/// Who wants which events. Its secret is not in it.
#[derive(Clone)]
pub struct Subscription {
    /// Inside number.
    pub id: SubscriptionId,
    /// Outside name.
    pub uid: Uuid,
    /// Where its calls go.
    pub url: String,
    /// What people say of it.
    pub description: Option<String>,
    /// What its calls look like: a [`shape::Shape`]'s name.
    pub shape: String,
    /// What they show.
    pub shows: Shows,
    /// The account in whose name they speak, where the shape wants one; `None`: every one, a call each.
    pub account: Option<LinkedAccountId>,
    /// Whether it wants what that account's wishes say.
    pub follows: bool,
    /// Since when it is paused, µs.
    pub paused_at: Option<i64>,
    /// When it ended, µs.
    pub ended_at: Option<i64>,
    /// `gone` (the receiver said so) or `failing`.
    pub ended_why: Option<String>,
    /// Calls in a row that failed.
    pub streak: i64,
    /// When the first of them did, µs.
    pub failing_since: Option<i64>,
    /// Nobody calls before, µs.
    pub rest_until: Option<i64>,
    /// About when a call was last taken, µs.
    pub delivered_at: Option<i64>,
    /// µs.
    pub created_at: i64,
    /// µs.
    pub updated_at: i64,
}

/// Addresses may hold secrets.
impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "subscription {}", self.id)
    }
}

impl Subscription {
    /// How it stands at the moment `now`, µs.
    pub fn state(&self, now: i64) -> State {
        let failing = self.failing_since.map(|since| now - since);
        match (self.ended_at, self.paused_at, failing) {
            (Some(_), ..) => State::Ended,
            (None, Some(_), _) => State::Paused,
            (None, None, Some(time)) if time >= carrying::schedule() => State::Dead,
            (None, None, Some(_)) => State::Failing,
            (None, None, None) => State::Active,
        }
    }

    /// The host of its address, for sentences.
    pub fn host(&self) -> String {
        let url = url::Url::parse(&self.url).ok();
        let host = url.as_ref().and_then(url::Url::host_str);
        host.unwrap_or("?").to_owned()
    }
}

/// What a new subscription is made of.
#[derive(Clone)]
pub struct NewSubscription {
    /// Where its calls go.
    pub url: String,
    /// What people say of it.
    pub description: Option<String>,
    /// What its calls look like.
    pub shape: &'static str,
    /// What they show.
    pub shows: Shows,
    /// Which events.
    pub wanted: Wanted,
    /// The account in whose name they speak.
    pub account: Option<LinkedAccountId>,
    /// Whether it wants what that account's wishes say, rather than `wanted.kinds`.
    pub follows: bool,
    /// What they are signed with, as far as the caller says.
    pub given: Given,
}

/// Makes a subscription. Its secret is answered this once ([`secret::Shown`]) and kept sealed.
///
/// # Errors
/// [`Clash::NotAllowed`] beyond [`MOST`].
pub fn create(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    new: &NewSubscription,
) -> Result<(Subscription, secret::Shown)> {
    // Counted under a lock, so that two at once do not both find the last place.
    tx.one(
        sql!("SELECT id FROM organization WHERE id = $1 {for update}"),
        &[&caller.org],
    )?;
    let there = tx.number(
        sql!("SELECT COUNT(*) FROM subscription WHERE org_id = $1 AND removed_at IS NULL"),
        &[&caller.org],
    )?;
    if there >= MOST {
        let why = "there are 100 subscriptions, which is as many as there can be";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    let (uid, now) = (new_uid(), tx.now());
    let id = tx.number(
        sql!(
            "INSERT INTO subscription (org_id, uid, kinds, channel, target, created_at, description, shape, shows, \
             linked_account_id, follows, updated_at) \
             VALUES ($1, $2, '', 'webhook', $3, $4, $5, $6, $7, $8, $9, $4) RETURNING id"
        ),
        &[
            &caller.org, &uid, &new.url, &now, &new.description, &new.shape, &new.shows.word(), &new.account,
            &i64::from(new.follows),
        ],
    )?;
    let id = SubscriptionId(id);
    wanted::put(tx, caller.org, id, &new.wanted)?;
    if let Some(account) = new.account.filter(|_| new.follows) {
        follow(tx, caller.org, account)?;
    }
    let shown = secret::draw(tx, installation, caller.org, id, &new.given)?;
    note(tx, caller, Kind::SubscriptionCreated, uid)?;
    Ok((find(tx, caller.org, uid)?, shown))
}

/// The organization's subscription of this outside name.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Subscription> {
    let row = r.one(
        sql!(
            "SELECT id, uid, target, description, shape, shows, linked_account_id, follows, paused_at, ended_at, \
             ended_why, streak, failing_since, rest_until, delivered_at, created_at, updated_at FROM subscription \
             WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Subscription)), read)
}

/// The same, until the end of the transaction nobody else's to change.
pub(crate) fn lock(tx: &mut Tx, org: OrgId, uid: Uuid) -> Result<Subscription> {
    let row = tx.one(
        sql!(
            "SELECT id, uid, target, description, shape, shows, linked_account_id, follows, paused_at, ended_at, \
             ended_why, streak, failing_since, rest_until, delivered_at, created_at, updated_at FROM subscription \
             WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL {for update}"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Subscription)), read)
}

/// The subscription of this number; `None` when it was removed.
pub(crate) fn by_id(
    r: &mut Reader,
    org: OrgId,
    id: SubscriptionId,
) -> Result<Option<Subscription>> {
    let row = r.one(
        sql!(
            "SELECT id, uid, target, description, shape, shows, linked_account_id, follows, paused_at, ended_at, \
             ended_why, streak, failing_since, rest_until, delivered_at, created_at, updated_at FROM subscription \
             WHERE org_id = $1 AND id = $2 AND removed_at IS NULL"
        ),
        &[&org, &id],
    )?;
    row.as_ref().map(read).transpose()
}

/// The organization's subscriptions on `side`; `Before` pages come newest first.
pub fn list(r: &mut Reader, org: OrgId, side: Side, limit: i64) -> Result<Vec<Subscription>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(
                "SELECT id, uid, target, description, shape, shows, linked_account_id, follows, paused_at, ended_at, \
                 ended_why, streak, failing_since, rest_until, delivered_at, created_at, updated_at FROM subscription \
                 WHERE org_id = $1 AND id > $2 AND removed_at IS NULL ORDER BY id LIMIT $3"
            ),
            n,
        ),
        Side::Before(n) => (
            sql!(
                "SELECT id, uid, target, description, shape, shows, linked_account_id, follows, paused_at, ended_at, \
                 ended_why, streak, failing_since, rest_until, delivered_at, created_at, updated_at FROM subscription \
                 WHERE org_id = $1 AND id < $2 AND removed_at IS NULL ORDER BY id DESC LIMIT $3"
            ),
            n,
        ),
    };
    let rows = r.all(statement, &[&org, &n, &limit])?;
    rows.iter().map(read).collect()
}

/// For everyone who wants this event: a delivery. Kinds match whole, by their index.
pub(crate) fn fan_out(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    uid: Uuid,
    kind: Kind,
    about: &Subject,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, event_id, subscription_id, channel, recipient, state, due_at, created_at) \
             SELECT s.org_id, $5 || '-' || CAST(s.id AS TEXT), $2, s.id, s.channel, s.target, 'queued', $4, $4 \
             FROM subscription_kind k JOIN subscription s ON s.id = k.subscription_id \
             WHERE k.org_id = $1 AND k.kind IN ($3, '*') AND s.ended_at IS NULL \
             AND (s.any_job = 1 OR EXISTS (SELECT 1 FROM subscription_job j \
             WHERE j.subscription_id = s.id AND j.job_id = $6)) \
             AND (s.any_source = 1 OR EXISTS (SELECT 1 FROM subscription_source x JOIN application a ON a.source = x.source \
             WHERE x.subscription_id = s.id AND a.org_id = $1 AND a.id = $7))"
        ),
        &[&org, &event, &kind.word(), &now, &uid, &about.job, &about.application],
    )?;
    Ok(())
}

/// Notes what happened to a subscription.
pub(crate) fn note(tx: &mut Tx, caller: &Caller, kind: Kind, uid: Uuid) -> Result<EventId> {
    let data = json!({"subscription": uid});
    event::append(tx, caller, kind, &Subject::default(), &data)
}

pub(crate) fn read(row: &Row) -> Result<Subscription> {
    let shows: String = row.get(5)?;
    Ok(Subscription {
        id: row.get(0)?,
        uid: row.get(1)?,
        url: row.get(2)?,
        description: row.get(3)?,
        shape: row.get(4)?,
        shows: Shows::parse(&shows).unwrap_or(Shows::Ids),
        account: row.get(6)?,
        follows: row.get::<i64>(7)? != 0,
        paused_at: row.get(8)?,
        ended_at: row.get(9)?,
        ended_why: row.get(10)?,
        streak: row.get(11)?,
        failing_since: row.get(12)?,
        rest_until: row.get(13)?,
        delivered_at: row.get(14)?,
        created_at: row.get(15)?,
        updated_at: row.get::<Option<i64>>(16)?.unwrap_or_default(),
    })
}

/// Jobs of the organization by their outside names; a name that is none's is told by its place in the list.
pub fn jobs(r: &mut Reader, org: OrgId, names: &[Uuid]) -> Result<Vec<JobId>, (usize, Problem)> {
    let found = names.iter().enumerate().map(|(n, uid)| {
        let job = crate::job::find_by_uid(r, org, *uid).map_err(|problem| (n, problem))?;
        Ok(job.id)
    });
    found.collect()
}
