//! What was made for a subscription and how it went.

use store::{Reader, Row, sql};

use crate::id::{DeliveryId, OrgId, SubscriptionId, Uuid};
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};

/// A delivery of a subscription.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Inside number.
    pub id: DeliveryId,
    /// What the receiver knows it by.
    pub uid: String,
    /// The event's kind, or `webhook.ping`.
    pub kind: String,
    /// The event.
    pub event: Option<Uuid>,
    /// Its number in the feed.
    pub place: Option<i64>,
    /// `queued`, `delivered`, `dead`, `skipped` (there was nothing to tell) or `canceled`.
    pub state: String,
    /// How often the call was made.
    pub attempts: i64,
    /// How many of them failed since it was (again) queued.
    pub failures: i64,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    /// When it is called (again), µs.
    pub due_at: i64,
    /// µs.
    pub created_at: i64,
    /// µs.
    pub settled_at: Option<i64>,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// From 1.
    pub n: i64,
    /// µs.
    pub began_at: i64,
    /// µs.
    pub ended_at: Option<i64>,
    /// `delivered`, `failed`, `unknown` (whoever made it died), `skipped`; `None`: under way.
    pub outcome: Option<String>,
    /// HTTP status.
    pub status: Option<i64>,
    /// See [`super::carrying::Reason`].
    pub reason: Option<String>,
    /// How the answer begins.
    pub answer: Option<String>,
}

/// The subscription's deliveries on `side`; `Before` pages come newest first. `state`: only those.
pub fn list(
    r: &mut Reader,
    org: OrgId,
    subscription: SubscriptionId,
    state: Option<&str>,
    side: Side,
    limit: i64,
) -> Result<Vec<Entry>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(
                "SELECT d.id, d.uid, COALESCE(e.kind, d.kind, ''), e.uid, e.place, d.state, d.attempts, d.failures, \
                 d.problem, d.due_at, d.created_at, d.settled_at FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
                 WHERE d.org_id = $1 AND d.subscription_id = $2 AND d.id > $3 \
                 AND (CAST($4 AS TEXT) IS NULL OR d.state = $4) ORDER BY d.id LIMIT $5"
            ),
            n,
        ),
        Side::Before(n) => (
            sql!(
                "SELECT d.id, d.uid, COALESCE(e.kind, d.kind, ''), e.uid, e.place, d.state, d.attempts, d.failures, \
                 d.problem, d.due_at, d.created_at, d.settled_at FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
                 WHERE d.org_id = $1 AND d.subscription_id = $2 AND d.id < $3 \
                 AND (CAST($4 AS TEXT) IS NULL OR d.state = $4) ORDER BY d.id DESC LIMIT $5"
            ),
            n,
        ),
    };
    let rows = r.all(statement, &[&org, &subscription, &n, &state, &limit])?;
    rows.iter().map(read).collect()
}

/// The subscription's delivery of this outside name.
pub fn find(r: &mut Reader, org: OrgId, subscription: SubscriptionId, uid: &str) -> Result<Entry> {
    let row = r.one(
        sql!(
            "SELECT d.id, d.uid, COALESCE(e.kind, d.kind, ''), e.uid, e.place, d.state, d.attempts, d.failures, \
             d.problem, d.due_at, d.created_at, d.settled_at FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
             WHERE d.org_id = $1 AND d.subscription_id = $2 AND d.uid = $3"
        ),
        &[&org, &subscription, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Delivery)), read)
}

/// The calls that were made for it, oldest first.
pub fn calls(r: &mut Reader, org: OrgId, id: DeliveryId) -> Result<Vec<Call>> {
    let rows = r.all(
        sql!(
            "SELECT n, began_at, ended_at, outcome, status, reason, answer FROM attempt \
             WHERE org_id = $1 AND delivery_id = $2 ORDER BY n LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    let calls = rows.iter().map(|row| {
        Ok(Call {
            n: row.get(0)?,
            began_at: row.get(1)?,
            ended_at: row.get(2)?,
            outcome: row.get(3)?,
            status: row.get(4)?,
            reason: row.get(5)?,
            answer: row.get(6)?,
        })
    });
    calls.collect()
}

/// How many of the subscription's deliveries wait, and how many are dead.
pub fn counts(r: &mut Reader, org: OrgId, subscription: SubscriptionId) -> Result<(i64, i64)> {
    let waiting = r.number(
        sql!(
            "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND subscription_id = $2 AND state = 'queued'"
        ),
        &[&org, &subscription],
    )?;
    let dead = r.number(
        sql!(
            // Of the dead ones, of which there are few: a subscription's own are all that were ever delivered.
            "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND subscription_id + 0 = $2 AND state = 'dead'"
        ),
        &[&org, &subscription],
    )?;
    Ok((waiting, dead))
}

fn read(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        uid: row.get(1)?,
        kind: row.get(2)?,
        event: row.get(3)?,
        place: row.get(4)?,
        state: row.get(5)?,
        attempts: row.get(6)?,
        failures: row.get(7)?,
        problem: row.get(8)?,
        due_at: row.get(9)?,
        created_at: row.get(10)?,
        settled_at: row.get(11)?,
    })
}
