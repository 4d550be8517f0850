//! Carrying once more: dead letters, and what was canceled, one or many. What was said so far stays, so that a delivery goes
//! on where it was and makes nothing twice.

use serde_json::{Value, json};
use store::{Reader, Tx, sql};

use super::listed::{self, Listed, Which};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::DeliveryId;
use crate::problem::{Clash, Problem, Result};

/// Deliveries that one transaction replays.
pub const SLICE: i64 = 200;

/// Queues a dead letter of a destination anew, due now. One that is queued already stays as it is.
///
/// # Errors
/// [`Clash::NotAllowed`] when it arrived, or is none to a destination.
pub fn one(tx: &mut Tx, caller: &Caller, uid: &str) -> Result<Listed> {
    let had = listed::find(tx, caller.org, uid)?;
    if had.state == "queued" && had.channel == "destination" {
        return Ok(had);
    }
    if had.channel != "destination" || had.kind.as_deref() == Some("test") {
        let why = "only what is carried to a destination can be replayed";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    // A destination that was removed is carried to no more.
    let there = had.destination_id;
    let there = there.map(|id| crate::destination::by_id(tx, caller.org, id));
    if !matches!(there, Some(Ok(_))) {
        let why = "its destination was removed";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    if !again(tx, caller, had.id)? {
        let why = "it has arrived";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    tell(tx, caller, &json!({"delivery": uid}))?;
    listed::find(tx, caller.org, uid)
}

/// How many dead letters are meant.
pub fn count(r: &mut Reader, caller: &Caller, which: &Which) -> Result<i64> {
    Ok(r.number(
        sql!(
            "SELECT COUNT(*) FROM delivery d JOIN destination t ON t.id = d.destination_id WHERE d.org_id = $1 \
             AND d.channel = 'destination' AND d.state = 'dead' AND d.kind <> 'test' AND t.removed_at IS NULL \
             AND (CAST($2 AS BIGINT) IS NULL OR d.destination_id = $2) AND (CAST($3 AS TEXT) IS NULL OR d.reason = $3) \
             AND (CAST($4 AS BIGINT) IS NULL OR d.created_at >= $4) AND (CAST($5 AS BIGINT) IS NULL OR d.created_at < $5)"
        ),
        &[&caller.org, &which.destination, &which.reason, &which.from, &which.to],
    )?)
}

/// How many people these dead letters are about.
pub fn people(r: &mut Reader, caller: &Caller, which: &Which) -> Result<i64> {
    Ok(r.number(
        sql!(
            "SELECT COUNT(DISTINCT d.candidate_id) FROM delivery d JOIN destination t ON t.id = d.destination_id WHERE d.org_id = $1 \
             AND d.channel = 'destination' AND d.state = 'dead' AND d.kind <> 'test' AND t.removed_at IS NULL \
             AND (CAST($2 AS BIGINT) IS NULL OR d.destination_id = $2) AND (CAST($3 AS TEXT) IS NULL OR d.reason = $3) \
             AND (CAST($4 AS BIGINT) IS NULL OR d.created_at >= $4) AND (CAST($5 AS BIGINT) IS NULL OR d.created_at < $5)"
        ),
        &[&caller.org, &which.destination, &which.reason, &which.from, &which.to],
    )?)
}

/// Queues the oldest of these dead letters anew, at most [`SLICE`]; how many. Come again until it is less.
pub fn some(tx: &mut Tx, caller: &Caller, which: &Which) -> Result<i64> {
    let rows = tx.all(
        sql!(
            "SELECT d.id FROM delivery d JOIN destination t ON t.id = d.destination_id WHERE d.org_id = $1 \
             AND d.channel = 'destination' AND d.state = 'dead' AND d.kind <> 'test' AND t.removed_at IS NULL \
             AND (CAST($2 AS BIGINT) IS NULL OR d.destination_id = $2) AND (CAST($3 AS TEXT) IS NULL OR d.reason = $3) \
             AND (CAST($4 AS BIGINT) IS NULL OR d.created_at >= $4) AND (CAST($5 AS BIGINT) IS NULL OR d.created_at < $5) \
             ORDER BY d.id LIMIT $6"
        ),
        &[&caller.org, &which.destination, &which.reason, &which.from, &which.to, &SLICE],
    )?;
    let mut queued = 0;
    for row in &rows {
        queued += i64::from(again(tx, caller, row.get(0)?)?);
    }
    if queued > 0 {
        tell(tx, caller, &json!({"count": queued}))?;
    }
    Ok(queued)
}

fn again(tx: &mut Tx, caller: &Caller, id: DeliveryId) -> Result<bool> {
    let now = tx.now();
    let queued = tx.run(
        sql!(
            "UPDATE delivery SET state = 'queued', due_at = $3, reason = NULL, settled_at = NULL, put_off = 0, \
             tried_from = NULL WHERE org_id = $1 AND id = $2 AND channel = 'destination' AND state IN ('dead', 'canceled')"
        ),
        &[&caller.org, &id, &now],
    )?;
    Ok(queued == 1)
}

fn tell(tx: &mut Tx, caller: &Caller, data: &Value) -> Result<()> {
    event::append(
        tx,
        caller,
        Kind::DeliveryReplayed,
        &Subject::default(),
        data,
    )?;
    Ok(())
}
