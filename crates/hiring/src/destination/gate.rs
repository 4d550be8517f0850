//! Whether somebody may call a destination now: its circuit, its rate, and until when it wants to be left alone. In the
//! database, so that all processes share it; what follows from what, whoever carries says (`courier/src/circuit.rs`).

use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::id::{DestinationId, OrgId};
use crate::issue;
use crate::problem::Result;

/// See the head of this file. Times in µs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// Failures since the last success.
    pub failures: i64,
    /// How often the circuit was opened since the last success.
    pub opened: i64,
    /// Until when nobody calls; `None`: the circuit is closed.
    pub open_until: Option<i64>,
    /// Whether somebody is trying whether it is back.
    pub probing: bool,
    /// The far side said not to come earlier.
    pub quiet_until: Option<i64>,
    /// When requests went out lately, in the words of whoever carries.
    pub calls: String,
    /// Requests a window, as its answers say.
    pub told_limit: Option<i64>,
}

/// A destination that something is due for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// Inside number.
    pub id: DestinationId,
    /// Whose.
    pub org: OrgId,
    /// Which system.
    pub connector: String,
}

/// The destinations, of all organizations, for which something is due and whose gate is not shut; at most 1,000.
pub fn ready(r: &mut Reader, now: i64) -> Result<Vec<Ready>> {
    let rows = r.all(
        sql!(
            "SELECT d.id, d.org_id, d.connector FROM destination d WHERE d.removed_at IS NULL AND d.paused_at IS NULL \
             AND (d.open_until IS NULL OR d.open_until <= $1) AND (d.quiet_until IS NULL OR d.quiet_until <= $1) \
             AND EXISTS (SELECT 1 FROM delivery x WHERE x.destination_id = d.id AND x.state = 'queued' AND x.due_at <= $1) \
             ORDER BY d.id LIMIT 1000"
        ),
        &[&now],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Ready {
                id: row.get(0)?,
                org: row.get(1)?,
                connector: row.get(2)?,
            })
        })
        .collect()
}

/// The gate, held until the end of the transaction; `None`: the destination is paused or removed.
pub fn hold(tx: &mut Tx, org: OrgId, id: DestinationId) -> Result<Option<Gate>> {
    let row = tx.one(
        sql!(
            "SELECT failures, opened, open_until, probing, quiet_until, calls, told_limit FROM destination \
             WHERE org_id = $1 AND id = $2 AND removed_at IS NULL AND paused_at IS NULL {for update}"
        ),
        &[&org, &id],
    )?;
    row.map(|row| read(&row, 0)).transpose()
}

/// The same, also of one that was paused or removed meanwhile.
pub fn hold_any(tx: &mut Tx, org: OrgId, id: DestinationId) -> Result<Gate> {
    let row = tx.one(
        sql!(
            "SELECT failures, opened, open_until, probing, quiet_until, calls, told_limit FROM destination \
             WHERE org_id = $1 AND id = $2 {for update}"
        ),
        &[&org, &id],
    )?;
    row.map_or(Ok(Gate::default()), |row| read(&row, 0))
}

/// Puts it back as it is now.
pub fn put(tx: &mut Tx, org: OrgId, id: DestinationId, gate: &Gate) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE destination SET failures = $3, opened = $4, open_until = $5, probing = $6, quiet_until = $7, \
             calls = $8, told_limit = $9 WHERE org_id = $1 AND id = $2"
        ),
        &[
            &org,
            &id,
            &gate.failures,
            &gate.opened,
            &gate.open_until,
            &i64::from(gate.probing),
            &gate.quiet_until,
            &gate.calls,
            &gate.told_limit,
        ],
    )?;
    Ok(())
}

/// Notes what went wrong, in plain words without anybody's data.
pub fn trouble(
    tx: &mut Tx,
    org: OrgId,
    id: DestinationId,
    words: &str,
    reason: Option<&str>,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE destination SET problem = $3, reason = $4, problem_at = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id, &words, &reason, &now],
    )?;
    Ok(())
}

/// Why the last thing that did not arrive was refused, where nothing has arrived since.
pub fn last_reason(r: &mut Reader, org: OrgId, id: DestinationId) -> Result<Option<String>> {
    let row = r.one(
        sql!("SELECT reason FROM destination WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?;
    Ok(row.map(|row| row.get(0)).transpose()?.flatten())
}

/// Notes that something arrived: what went wrong before is over, and so is its issue.
pub fn arrived(tx: &mut Tx, org: OrgId, id: DestinationId) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE destination SET problem = NULL, reason = NULL, problem_at = NULL, arrived_at = $3 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id, &now],
    )?;
    issue::resolve(tx, &Caller::system(org), id)
}

/// From column `from` on.
pub(super) fn read(row: &Row, from: usize) -> Result<Gate> {
    Ok(Gate {
        failures: row.get(from)?,
        opened: row.get(from + 1)?,
        open_until: row.get(from + 2)?,
        probing: row.get::<i64>(from + 3)? != 0,
        quiet_until: row.get(from + 4)?,
        calls: row.get(from + 5)?,
        told_limit: row.get(from + 6)?,
    })
}
