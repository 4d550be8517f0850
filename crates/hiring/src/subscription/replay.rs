//! Delivering again: a ping, one delivery, or all events from some place on.
//!
//! An event is one delivery of a subscription for ever, whoever asks for it how often: what is delivered again comes under
//! the same id, by which receivers know it. A range is worked off in slices by whoever carries, so that a year of events
//! holds nobody up.

use store::{Reader, Tx, sql};

use super::carrying::PING;
use super::{Subscription, lock, log, note};
use crate::caller::Caller;
use crate::event::Kind;
use crate::id::{EventId, OrgId, SubscriptionId, Uuid, new_uid};
use crate::problem::{Clash, Noun, Problem, Result};

/// LIMIT of a slice.
const SLICE: usize = 200;

/// Queues a call that tells of nothing.
///
/// # Errors
/// [`Clash::NotAllowed`] while it is paused or has ended.
pub fn ping(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<log::Entry> {
    let subscription = lock(tx, caller.org, uid)?;
    callable(&subscription)?;
    let (name, now) = (new_uid().to_string(), tx.now());
    tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, subscription_id, channel, recipient, state, due_at, created_at, kind) \
             VALUES ($1, $2, $3, 'ping', $4, 'queued', $5, $5, $6)"
        ),
        &[&caller.org, &name, &subscription.id, &subscription.url, &now, &PING],
    )?;
    log::find(tx, caller.org, subscription.id, &name)
}

fn callable(subscription: &Subscription) -> Result<()> {
    if subscription.paused_at.is_some() || subscription.ended_at.is_some() {
        let why = "the subscription is paused or has ended: resume it first";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    Ok(())
}

/// Delivers one again, whatever became of it; a ping is made anew instead.
///
/// # Errors
/// [`Clash::NotAllowed`] for a ping.
pub fn one(tx: &mut Tx, caller: &Caller, uid: Uuid, delivery: &str) -> Result<log::Entry> {
    let subscription = lock(tx, caller.org, uid)?;
    let entry = log::find(tx, caller.org, subscription.id, delivery)?;
    if entry.event.is_none() {
        let why = "a ping tells of nothing that could be told again: send another";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE delivery SET state = 'queued', due_at = $3, failures = 0, problem = NULL, settled_at = NULL \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &entry.id, &now],
    )?;
    note(tx, caller, Kind::SubscriptionReplayed, uid)?;
    log::find(tx, caller.org, subscription.id, delivery)
}

/// From where on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Events after this place of the feed.
    After(i64),
    /// This event and later ones.
    Event(Uuid),
    /// Events from this moment on, µs.
    Since(i64),
}

/// Which events are delivered again: after one place, up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// After this place of the feed.
    pub after: i64,
    /// Up to and with this one.
    pub to: i64,
    /// Only those that were never taken.
    pub undelivered: bool,
}

/// The range from there up to the newest event, or up to the moment `until`, µs.
///
/// # Errors
/// [`Problem::NotFound`] for an event that is not the organization's.
pub fn range(
    r: &mut Reader,
    org: OrgId,
    from: From,
    until: Option<i64>,
    undelivered: bool,
) -> Result<Range> {
    let to = match until {
        None => r.number(
            sql!("SELECT COALESCE(MAX(place), 0) FROM event WHERE org_id = $1"),
            &[&org],
        )?,
        Some(until) => r.number(
            sql!(
                "SELECT COALESCE(MAX(place), 0) FROM event WHERE org_id = $1 AND created_at <= $2"
            ),
            &[&org, &until],
        )?,
    };
    let after = match from {
        From::After(place) => place,
        From::Event(uid) => {
            let row = r.one(
                sql!("SELECT place FROM event WHERE org_id = $1 AND uid = $2"),
                &[&org, &uid],
            )?;
            let row = row.ok_or(Problem::NotFound(Noun::Event))?;
            row.get::<Option<i64>>(0)?.map_or(to, |place| place - 1)
        }
        From::Since(moment) => {
            let row = r.one(
                sql!("SELECT MIN(place) FROM event WHERE org_id = $1 AND created_at >= $2"),
                &[&org, &moment],
            )?;
            let first = row.map(|row| row.get::<Option<i64>>(0)).transpose()?;
            first.flatten().map_or(to, |place| place - 1)
        }
    };
    Ok(Range {
        after,
        to,
        undelivered,
    })
}

/// How many events of the range the subscription wants.
pub fn count(r: &mut Reader, org: OrgId, id: SubscriptionId, range: &Range) -> Result<i64> {
    let all = r.number(
        sql!(
            "SELECT COUNT(*) FROM event e JOIN subscription s ON s.id = $2 \
             WHERE e.org_id = $1 AND s.org_id = $1 AND e.place > $3 AND e.place <= $4 \
             AND EXISTS (SELECT 1 FROM subscription_kind k WHERE k.subscription_id = s.id AND k.kind IN (e.kind, '*')) \
             AND (s.any_job = 1 OR EXISTS (SELECT 1 FROM subscription_job j \
             WHERE j.subscription_id = s.id AND j.job_id = e.job_id)) \
             AND (s.any_source = 1 OR EXISTS (SELECT 1 FROM subscription_source x JOIN application a ON a.source = x.source \
             WHERE x.subscription_id = s.id AND a.org_id = $1 AND a.id = e.application_id)) \
             AND (CAST($5 AS BIGINT) = 0 OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.subscription_id = s.id AND d.event_id = e.id \
             AND d.channel = 'webhook' AND d.state IN ('delivered', 'skipped')))"
        ),
        &[&org, &id, &range.after, &range.to, &i64::from(range.undelivered)],
    )?;
    Ok(all)
}

/// A range that is delivered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Outside name.
    pub uid: Uuid,
    /// Up to which place that was done.
    pub next_place: i64,
    /// Up to which place it is to be done.
    pub to_place: i64,
    /// Only those that were never taken.
    pub undelivered: bool,
    /// How many it came to so far.
    pub queued: i64,
    /// µs.
    pub created_at: i64,
    /// µs.
    pub done_at: Option<i64>,
}

/// Asks for a range to be delivered again.
pub fn begin(tx: &mut Tx, caller: &Caller, uid: Uuid, range: &Range) -> Result<Replay> {
    let subscription = lock(tx, caller.org, uid)?;
    let (name, now) = (new_uid(), tx.now());
    tx.run(
        sql!(
            "INSERT INTO subscription_replay (org_id, uid, subscription_id, next_place, to_place, undelivered, queued, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)"
        ),
        &[
            &caller.org, &name, &subscription.id, &range.after, &range.to, &i64::from(range.undelivered), &now,
        ],
    )?;
    note(tx, caller, Kind::SubscriptionReplayed, uid)?;
    let newest = list(tx, caller.org, subscription.id, 1)?;
    let found = newest.into_iter().find(|replay| replay.uid == name);
    found.ok_or_else(|| Problem::broken("a replay that was just made is not there"))
}

/// The subscription's replays, newest first.
pub fn list(r: &mut Reader, org: OrgId, id: SubscriptionId, limit: i64) -> Result<Vec<Replay>> {
    let rows = r.all(
        sql!(
            "SELECT uid, next_place, to_place, undelivered, queued, created_at, done_at FROM subscription_replay \
             WHERE org_id = $1 AND subscription_id = $2 ORDER BY id DESC LIMIT $3"
        ),
        &[&org, &id, &limit],
    )?;
    let replays = rows.iter().map(|row| {
        Ok(Replay {
            uid: row.get(0)?,
            next_place: row.get(1)?,
            to_place: row.get(2)?,
            undelivered: row.get::<i64>(3)? != 0,
            queued: row.get(4)?,
            created_at: row.get(5)?,
            done_at: row.get(6)?,
        })
    });
    replays.collect()
}

/// Whether a replay is to be worked off.
pub fn is_open(r: &mut Reader) -> Result<bool> {
    let open = r.one(
        sql!("SELECT id FROM subscription_replay WHERE done_at IS NULL LIMIT 1"),
        &[],
    )?;
    Ok(open.is_some())
}

/// Works off a slice of the oldest open replay; `false` when there is none, or somebody else is at it.
pub fn work(tx: &mut Tx) -> Result<bool> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT id, org_id, subscription_id, next_place, to_place, undelivered FROM subscription_replay \
             WHERE done_at IS NULL ORDER BY id LIMIT 1 {for update} {skip locked}"
        ),
        &[],
    )?;
    let Some(row) = row else { return Ok(false) };
    let (id, org, subscription): (i64, OrgId, SubscriptionId) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let range = Range {
        after: row.get(3)?,
        to: row.get(4)?,
        undelivered: row.get::<i64>(5)? != 0,
    };
    let events = slice(tx, org, subscription, &range)?;
    let (mut queued, mut reached) = (0, range.to);
    for (event, uid, place) in &events {
        queued += again(tx, org, subscription, *event, *uid, range.undelivered)?;
        reached = *place;
    }
    let is_done = events.len() < SLICE;
    let reached = if is_done { range.to } else { reached };
    tx.run(
        sql!(
            "UPDATE subscription_replay SET next_place = $3, queued = queued + $4, done_at = $5 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id, &reached, &queued, &is_done.then_some(now)],
    )?;
    Ok(true)
}

fn slice(
    tx: &mut Tx,
    org: OrgId,
    id: SubscriptionId,
    range: &Range,
) -> Result<Vec<(EventId, Uuid, i64)>> {
    let rows = tx.all(
        sql!(
            "SELECT e.id, e.uid, e.place FROM event e JOIN subscription s ON s.id = $2 \
             WHERE e.org_id = $1 AND s.org_id = $1 AND s.removed_at IS NULL AND e.place > $3 AND e.place <= $4 \
             AND EXISTS (SELECT 1 FROM subscription_kind k WHERE k.subscription_id = s.id AND k.kind IN (e.kind, '*')) \
             AND (s.any_job = 1 OR EXISTS (SELECT 1 FROM subscription_job j \
             WHERE j.subscription_id = s.id AND j.job_id = e.job_id)) \
             AND (s.any_source = 1 OR EXISTS (SELECT 1 FROM subscription_source x JOIN application a ON a.source = x.source \
             WHERE x.subscription_id = s.id AND a.org_id = $1 AND a.id = e.application_id)) \
             ORDER BY e.place LIMIT 200"
        ),
        &[&org, &id, &range.after, &range.to],
    )?;
    let events = rows
        .iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    events.collect()
}

/// Queues an event for the subscription, again or for the first time; 1 if it was.
fn again(
    tx: &mut Tx,
    org: OrgId,
    id: SubscriptionId,
    event: EventId,
    uid: Uuid,
    undelivered: bool,
) -> Result<i64> {
    let now = tx.now();
    let made = tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, event_id, subscription_id, channel, recipient, state, due_at, created_at) \
             SELECT s.org_id, $4 || '-' || CAST(s.id AS TEXT), $3, s.id, s.channel, s.target, 'queued', $5, $5 \
             FROM subscription s WHERE s.org_id = $1 AND s.id = $2 ON CONFLICT DO NOTHING"
        ),
        &[&org, &id, &event, &uid, &now],
    )?;
    if made == 1 {
        return Ok(1);
    }
    let touched = tx.run(
        sql!(
            "UPDATE delivery SET state = 'queued', due_at = $4, failures = 0, problem = NULL, settled_at = NULL \
             WHERE org_id = $1 AND subscription_id = $2 AND event_id = $3 AND channel = 'webhook' \
             AND (CAST($5 AS BIGINT) = 0 OR state NOT IN ('delivered', 'skipped'))"
        ),
        &[&org, &id, &event, &now, &i64::from(undelivered)],
    )?;
    Ok(i64::from(touched > 0))
}
