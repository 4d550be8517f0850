//! Which calls are due, who makes them, how they ended.
//!
//! As with mails (`delivery/sending.rs`): whoever carries *claims* deliveries, which puts off their next time by a lease; a
//! process that dies leaves them to the next one. A receiver may therefore get a call twice, under the same id; it never
//! misses one.
//!
//! # Two clocks
//! A *delivery* that fails is made again by [`WAITS`], and after the last of them it is **dead**: parked, to be seen and
//! replayed, never removed. A *subscription* whose calls failed [`CIRCUIT`] times in a row **rests**: while it does, nobody
//! calls, and then one call tries whether it is well again. The rest stands in the database rather than in a process, so that
//! several agree on it and people see it. After [`PATIENCE`] of nothing but failures the subscription **ends**.
//! Decision 0022.

use std::fmt;
use std::sync::Arc;

use store::{Reader, Tx, sql};

use super::shape::Parcel;
use super::{by_id, note, notice};
use crate::app::Settings;
use crate::caller::Caller;
use crate::event::{self, Kind};
use crate::id::{DeliveryId, EventId, LinkedAccountId, OrgId, SubscriptionId};
use crate::linked_account;
use crate::problem::Result;
use crate::secret::InstallationKey;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How long a claim holds, µs: longer than a call may take.
pub const LEASE: i64 = 2 * MINUTE;

/// How long to wait after each call that failed, µs; each up to a fifth longer by chance, never shorter. Published in
/// docs/webhooks.md: the last call is made 75 hours after the first, or later.
pub const WAITS: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];

/// Calls in a row that fail until nobody calls for a while.
pub const CIRCUIT: i64 = 5;

/// How long to let a receiver alone that does not answer, µs: doubled by each further failure, up to [`LONGEST_REST`].
const REST: i64 = 30 * SECOND;
/// See [`REST`].
const LONGEST_REST: i64 = 10 * MINUTE;

/// For how long a receiver is called that never takes anything, µs.
pub const PATIENCE: i64 = 5 * 24 * HOUR;

/// The longest that a receiver can have a call put off by `Retry-After`, µs.
const LONGEST_ASKED: i64 = 24 * HOUR;

/// Claims after which a delivery is given up that no process survives.
const MOST_CLAIMS: i64 = 200;

/// The kind of a delivery that tells of no event.
pub const PING: &str = "webhook.ping";

/// How long one delivery is tried at least, µs.
pub fn schedule() -> i64 {
    WAITS.iter().sum()
}

/// A delivery that is ours to make until the lease ends.
#[derive(Clone)]
pub struct Claimed {
    /// Number of the delivery.
    pub id: DeliveryId,
    /// Its outside name: what the receiver knows it by.
    pub uid: String,
    /// Whose.
    pub org: OrgId,
    /// For whom.
    pub subscription: SubscriptionId,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// What is told; `None`: nothing, it is a ping.
    pub event: Option<EventId>,
    /// In whose name, where the subscription speaks for every account.
    pub account: Option<LinkedAccountId>,
    failures: i64,
    queued_at: i64,
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delivery {}, attempt {}", self.id, self.attempt)
    }
}

/// The subscriptions, of all organizations, that have something due and may be called; pings apart.
pub fn due(r: &mut Reader) -> Result<Vec<SubscriptionId>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT s.id FROM subscription s WHERE s.channel = 'webhook' AND s.ended_at IS NULL AND s.paused_at IS NULL \
             AND (s.rest_until IS NULL OR s.rest_until <= $1) AND EXISTS (SELECT 1 FROM delivery d \
             WHERE d.subscription_id = s.id AND d.state = 'queued' AND d.due_at <= $1 AND d.channel = 'webhook') \
             ORDER BY s.id LIMIT 1000"
        ),
        &[&now],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// How many pings are due.
pub fn pings_due(r: &mut Reader) -> Result<i64> {
    let now = r.now();
    Ok(r.number(
        sql!(
            "SELECT COUNT(*) FROM delivery WHERE state = 'queued' AND channel = 'ping' AND due_at <= $1"
        ),
        &[&now],
    )?)
}

/// Takes at most `most` deliveries of this subscription, those that have been due longest; one, if the last calls failed,
/// and then nobody else's until it is settled. On PostgreSQL several processes claim at once and never the same.
pub fn claim(tx: &mut Tx, subscription: SubscriptionId, most: i64) -> Result<Vec<Claimed>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT streak FROM subscription WHERE id = $1 AND ended_at IS NULL AND paused_at IS NULL \
             AND (rest_until IS NULL OR rest_until <= $2) {for update} {skip locked}"
        ),
        &[&subscription, &now],
    )?;
    let Some(row) = row else {
        return Ok(Vec::new());
    };
    let is_probe = row.get::<i64>(0)? >= CIRCUIT;
    let most = if is_probe { 1 } else { most };
    let rows = tx.all(
        sql!(
            "SELECT id, uid, org_id, attempts, event_id, failures, created_at, linked_account_id FROM delivery WHERE subscription_id = $1 \
             AND state = 'queued' AND channel = 'webhook' AND due_at <= $2 ORDER BY due_at, id LIMIT $3 \
             {for update} {skip locked}"
        ),
        &[&subscription, &now, &most],
    )?;
    let mut claimed = Vec::new();
    for row in &rows {
        claimed.extend(take(tx, row, subscription, row.get(7)?)?);
    }
    if is_probe && !claimed.is_empty() {
        tx.run(
            sql!("UPDATE subscription SET rest_until = $2 WHERE id = $1"),
            &[&subscription, &(now + LEASE)],
        )?;
    }
    Ok(claimed)
}

/// Takes the ping that has been due longest. It goes out whatever the subscription's rest: somebody is looking.
pub fn claim_ping(tx: &mut Tx) -> Result<Option<Claimed>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT id, uid, org_id, attempts, event_id, failures, created_at, subscription_id FROM delivery \
             WHERE state = 'queued' AND channel = 'ping' AND due_at <= $1 ORDER BY due_at, id LIMIT 1 \
             {for update} {skip locked}"
        ),
        &[&now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let subscription = row.get(7)?;
    take(tx, &row, subscription, None)
}

fn take(
    tx: &mut Tx,
    row: &store::Row,
    subscription: SubscriptionId,
    account: Option<LinkedAccountId>,
) -> Result<Option<Claimed>> {
    let now = tx.now();
    let claimed = Claimed {
        id: row.get(0)?,
        uid: row.get(1)?,
        org: row.get(2)?,
        subscription,
        attempt: row.get::<i64>(3)? + 1,
        event: row.get(4)?,
        account,
        failures: row.get(5)?,
        queued_at: row.get(6)?,
    };
    // An attempt of which nobody told the end: whoever made it is dead. The receiver may have got it.
    tx.run(
        sql!(
            "UPDATE attempt SET ended_at = $3, outcome = 'unknown', reason = 'interrupted' \
             WHERE org_id = $1 AND delivery_id = $2 AND outcome IS NULL"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    if claimed.attempt > MOST_CLAIMS {
        let why = "no attempt came to an end";
        park(tx, &claimed, why)?;
        return Ok(None);
    }
    tx.run(
        sql!(
            "UPDATE delivery SET attempts = $3, due_at = $4, tried_from = COALESCE(tried_from, $5) \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &(now + LEASE),
            &now,
        ],
    )?;
    tx.run(
        sql!("INSERT INTO attempt (org_id, delivery_id, n, began_at) VALUES ($1, $2, $3, $4)"),
        &[&claimed.org, &claimed.id, &claimed.attempt, &now],
    )?;
    Ok(Some(claimed))
}

/// What is to be told, as things are now; `None` when the subscription was removed, or the event has no place yet.
pub fn parcel(
    r: &mut Reader,
    claimed: &Claimed,
    installation: Arc<InstallationKey>,
    settings: &Settings,
) -> Result<Made> {
    let now = r.now();
    let Some(subscription) = by_id(r, claimed.org, claimed.subscription)? else {
        return Ok(Made::Unwanted);
    };
    let event = match claimed.event {
        None => None,
        Some(id) => match event::placed(r, claimed.org, id)? {
            Some(event) => Some(event),
            None => return Ok(Made::TooEarly),
        },
    };
    let account = match claimed.account.or(subscription.account) {
        Some(id) => linked_account::by_id(r, claimed.org, id, tells_of_account(&event))?,
        None => None,
    };
    Ok(Made::Ready(Box::new(Parcel {
        org: claimed.org,
        subscription,
        account,
        delivery: claimed.uid.clone(),
        event,
        queued_at: claimed.queued_at,
        now,
        public_url: settings.public_url.clone(),
        installation,
        unfolded: claimed.account.is_some(),
    })))
}

/// Whether the event is about a linked account itself. That one was removed is told in its own name.
fn tells_of_account(event: &Option<event::Event>) -> bool {
    let own = event.as_ref().and_then(event::Event::linked_account);
    own.is_some()
}

/// See [`parcel`].
pub enum Made {
    /// It can be told.
    Ready(Box<Parcel>),
    /// The event was committed a moment ago and has no place in the feed yet.
    TooEarly,
    /// Nobody wants it any more.
    Unwanted,
}

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Reason {
    Status,
    Redirect,
    Gone,
    NotAnAddress,
    NotPublic,
    UnknownHost,
    Unreachable,
    Tls,
    TooSlow,
    CutShort,
    Unmade,
}

impl Reason {
    /// As stored and published.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Status => "status",
            Reason::Redirect => "redirect",
            Reason::Gone => "gone",
            Reason::NotAnAddress => "not_an_address",
            Reason::NotPublic => "not_public",
            Reason::UnknownHost => "unknown_host",
            Reason::Unreachable => "unreachable",
            Reason::Tls => "tls",
            Reason::TooSlow => "too_slow",
            Reason::CutShort => "cut_short",
            Reason::Unmade => "unmade",
        }
    }

    /// In plain words.
    pub fn sentence(self, status: Option<i64>) -> String {
        let plain = match self {
            Reason::Status => {
                let status = status.unwrap_or_default();
                return format!("the receiver answered {status} rather than 2xx");
            }
            Reason::Redirect => "the receiver answered with a redirect, which is not followed",
            Reason::Gone => "the receiver answered 410: it wants no more",
            Reason::NotAnAddress => "the address is not one that can be called",
            Reason::NotPublic => "the address lies in a network that is not called",
            Reason::UnknownHost => "there is no address for the host's name",
            Reason::Unreachable => "no connection, or it ended before the answer",
            Reason::Tls => "the certificate or the encryption is no good",
            Reason::TooSlow => "no answer in time",
            Reason::CutShort => "the connection ended within the answer",
            Reason::Unmade => "the call could not be made from here",
        };
        plain.to_owned()
    }
}

/// What a call came to.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken: 2xx.
    Taken(Answer),
    /// It was not.
    Failed {
        /// Why.
        reason: Reason,
        /// What came back, if anything did.
        answer: Answer,
        /// How long the receiver asks us to stay away, µs.
        asked: Option<i64>,
    },
    /// There is nothing to tell of the event, by this subscription's shape.
    Nothing,
    /// It is to be told in the name of each linked account: a delivery of each is queued.
    ForEach,
}

/// What a receiver answered.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: Option<i64>,
    /// How its body begins, as text.
    pub text: String,
}

/// Notes what a call came to. Where the claim does not hold any more, the attempt alone is closed; but that it was taken
/// counts whoever holds the claim by now. The delivery's state afterwards.
pub fn settle(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome) -> Result<&'static str> {
    match outcome {
        Outcome::Taken(answer) => taken(tx, claimed, answer),
        Outcome::Failed {
            reason,
            answer,
            asked,
        } => failed(tx, claimed, *reason, answer, *asked),
        Outcome::Nothing => {
            close(tx, claimed, "skipped", None, &Answer::default())?;
            over(tx, claimed, "skipped", None)?;
            well(tx, claimed, false)?;
            Ok("skipped")
        }
        Outcome::ForEach => {
            for_each(tx, claimed)?;
            close(tx, claimed, "skipped", None, &Answer::default())?;
            over(tx, claimed, "skipped", Some("told for each linked account"))?;
            well(tx, claimed, false)?;
            Ok("skipped")
        }
    }
}

/// A delivery for each account that is linked now, as many as there are, or for the one that the event is about, linked or not;
/// those that are queued already stay.
fn for_each(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let now = tx.now();
    let event = match claimed.event {
        Some(id) => event::placed(tx, claimed.org, id)?,
        None => None,
    };
    let own = event.as_ref().and_then(event::Event::linked_account);
    tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, event_id, subscription_id, channel, recipient, state, due_at, created_at, \
             linked_account_id) SELECT d.org_id, d.uid || '-' || CAST(l.id AS TEXT), d.event_id, d.subscription_id, d.channel, \
             d.recipient, 'queued', CAST($3 AS BIGINT), CAST($3 AS BIGINT), l.id FROM delivery d JOIN linked_account l \
             ON l.org_id = d.org_id AND (l.uid = $4 OR (CAST($4 AS TEXT) IS NULL AND l.removed_at IS NULL)) \
             WHERE d.org_id = $1 AND d.id = $2 \
             ON CONFLICT DO NOTHING"
        ),
        &[&claimed.org, &claimed.id, &now, &own],
    )?;
    Ok(())
}

fn taken(tx: &mut Tx, claimed: &Claimed, answer: &Answer) -> Result<&'static str> {
    close(tx, claimed, "delivered", None, answer)?;
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE delivery SET state = 'delivered', problem = NULL, settled_at = $3 \
             WHERE org_id = $1 AND id = $2 AND state IN ('queued', 'dead')"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    well(tx, claimed, true)?;
    Ok("delivered")
}

/// The receiver is well. The row is left alone where it says so already: all of its calls pass here.
fn well(tx: &mut Tx, claimed: &Claimed, took: bool) -> Result<()> {
    let now = tx.now();
    if took {
        tx.run(
            sql!(
                "UPDATE subscription SET streak = 0, failing_since = NULL, rest_until = NULL, delivered_at = $3 \
                 WHERE org_id = $1 AND id = $2 AND (streak > 0 OR failing_since IS NOT NULL OR rest_until IS NOT NULL \
                 OR delivered_at IS NULL OR delivered_at < $4)"
            ),
            &[&claimed.org, &claimed.subscription, &now, &(now - 10 * SECOND)],
        )?;
        return Ok(());
    }
    // A probe that found nothing to tell has told nothing of the receiver: the next one may try.
    tx.run(
        sql!(
            "UPDATE subscription SET rest_until = NULL WHERE org_id = $1 AND id = $2 AND streak >= $3"
        ),
        &[&claimed.org, &claimed.subscription, &CIRCUIT],
    )?;
    Ok(())
}

fn failed(
    tx: &mut Tx,
    claimed: &Claimed,
    reason: Reason,
    answer: &Answer,
    asked: Option<i64>,
) -> Result<&'static str> {
    close(tx, claimed, "failed", Some(reason), answer)?;
    let problem = reason.sentence(answer.status);
    if claimed.event.is_none() {
        // Whoever pings looks at what came of it; nothing depends on it.
        over(tx, claimed, "dead", Some(&problem))?;
        if reason == Reason::Gone {
            end(tx, claimed, "gone", &problem)?;
        }
        return Ok("dead");
    }
    let now = tx.now();
    let nth = usize::try_from(claimed.failures).unwrap_or(usize::MAX);
    let asked = asked.map(|time| time.clamp(0, LONGEST_ASKED));
    let state = match WAITS.get(nth) {
        Some(usual) if reason != Reason::Gone => {
            let wait = longer(*usual).max(asked.unwrap_or(0));
            tx.run(
                sql!(
                    "UPDATE delivery SET due_at = $4, problem = $5, failures = failures + 1 \
                     WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
                ),
                &[
                    &claimed.org,
                    &claimed.id,
                    &claimed.attempt,
                    &(now + wait),
                    &problem,
                ],
            )?;
            "queued"
        }
        _ => {
            over(tx, claimed, "dead", Some(&problem))?;
            "dead"
        }
    };
    match reason {
        Reason::Gone => end(tx, claimed, "gone", &problem)?,
        // That it could not be made says nothing of the receiver.
        Reason::Unmade => well(tx, claimed, false)?,
        _ => unwell(tx, claimed, asked, &problem)?,
    }
    Ok(state)
}

/// Counts the failure against the receiver: it may be let alone for a while, or for good.
fn unwell(tx: &mut Tx, claimed: &Claimed, asked: Option<i64>, problem: &str) -> Result<()> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "UPDATE subscription SET streak = streak + 1, failing_since = COALESCE(failing_since, $3) \
             WHERE org_id = $1 AND id = $2 AND ended_at IS NULL RETURNING streak, failing_since"
        ),
        &[&claimed.org, &claimed.subscription, &now],
    )?;
    let Some(row) = row else { return Ok(()) };
    let (streak, since): (i64, i64) = (row.get(0)?, row.get(1)?);
    if now - since >= PATIENCE {
        return end(tx, claimed, "failing", problem);
    }
    let rest = rest(streak).max(asked.unwrap_or(0));
    if rest > 0 {
        tx.run(
            sql!(
                "UPDATE subscription SET rest_until = $3 WHERE org_id = $1 AND id = $2 \
                 AND (rest_until IS NULL OR rest_until < $3 OR streak >= $4)"
            ),
            &[&claimed.org, &claimed.subscription, &(now + rest), &CIRCUIT],
        )?;
    }
    Ok(())
}

/// How long to let a receiver alone after so many failures in a row, µs.
fn rest(streak: i64) -> i64 {
    if streak < CIRCUIT {
        return 0;
    }
    let doublings = u32::try_from(streak - CIRCUIT).unwrap_or(u32::MAX).min(10);
    (REST << doublings).min(LONGEST_REST)
}

/// Ends the subscription by itself, says so in the feed and writes to the owners. What waits stays.
fn end(tx: &mut Tx, claimed: &Claimed, why: &str, problem: &str) -> Result<()> {
    let now = tx.now();
    let ended = tx.run(
        sql!(
            "UPDATE subscription SET ended_at = $3, ended_why = $4 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL"
        ),
        &[&claimed.org, &claimed.subscription, &now, &why],
    )?;
    if ended == 0 {
        return Ok(());
    }
    let Some(subscription) = by_id(tx, claimed.org, claimed.subscription)? else {
        return Ok(());
    };
    let caller = Caller::system(claimed.org);
    let event = note(tx, &caller, Kind::SubscriptionEnded, subscription.uid)?;
    notice::queue(tx, claimed.org, &subscription, problem, event)
}

/// Parks a delivery that is not tried any more.
fn park(tx: &mut Tx, claimed: &Claimed, why: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE delivery SET state = 'dead', problem = $3, settled_at = $4 \
             WHERE org_id = $1 AND id = $2 AND state = 'queued'"
        ),
        &[&claimed.org, &claimed.id, &why, &now],
    )?;
    Ok(())
}

fn over(tx: &mut Tx, claimed: &Claimed, state: &str, problem: Option<&str>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE delivery SET state = $4, problem = $5, settled_at = $6 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &state,
            &problem,
            &now,
        ],
    )?;
    Ok(())
}

fn close(
    tx: &mut Tx,
    claimed: &Claimed,
    outcome: &str,
    reason: Option<Reason>,
    answer: &Answer,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE attempt SET ended_at = $4, outcome = $5, reason = $6, status = $7, answer = $8 \
             WHERE org_id = $1 AND delivery_id = $2 AND n = $3"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &now,
            &outcome,
            &reason.map(Reason::word),
            &answer.status,
            &answer.text,
        ],
    )?;
    Ok(())
}

/// Gives a claim back before anything was sent, to be taken again after `wait` µs: it counts as no attempt.
pub fn put_back(tx: &mut Tx, claimed: &Claimed, wait: i64) -> Result<()> {
    let now = tx.now();
    let back = tx.run(
        sql!(
            "UPDATE delivery SET due_at = $4, attempts = attempts - 1 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &(now + wait)],
    )?;
    if back == 1 {
        tx.run(
            sql!("DELETE FROM attempt WHERE org_id = $1 AND delivery_id = $2 AND n = $3"),
            &[&claimed.org, &claimed.id, &claimed.attempt],
        )?;
    }
    well(tx, claimed, false)
}

/// Settles what nobody wants any more: the subscription was removed.
pub fn unwanted(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    close(tx, claimed, "skipped", None, &Answer::default())?;
    over(
        tx,
        claimed,
        "canceled",
        Some("the subscription was removed"),
    )
}

/// This long, or up to a fifth longer.
fn longer(wait: i64) -> i64 {
    let thousandths = 1000 + i64::from(getrandom::u32().unwrap_or(0) % 201);
    wait / 1000 * thousandths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_for_seventy_five_hours_at_least() {
        assert!(schedule() >= 75 * HOUR);
        for usual in WAITS {
            for _ in 0..50 {
                let waited = longer(usual);
                assert!((usual..=usual * 6 / 5).contains(&waited));
            }
        }
        // Whoever is up again within the schedule is heard before we lose patience.
        assert!(PATIENCE > schedule() * 6 / 5);
    }

    #[test]
    fn a_receiver_that_fails_is_let_alone_longer_and_longer() {
        assert_eq!([0, 1, CIRCUIT - 1].map(rest), [0; 3]);
        assert_eq!([5, 6, 7].map(rest), [REST, 2 * REST, 4 * REST]);
        assert_eq!(rest(i64::MAX), LONGEST_REST);
    }
}
