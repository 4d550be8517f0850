//! The requests of a delivery, one row each, written before it goes out and again when its outcome is known.
//!
//! A row without an outcome is a request that somebody was at when their process ended: nobody knows whether it arrived.
//! Never in a row: what was sent, a query, a secret.

use serde_json::Value;
use store::{Reader, Row, Tx, sql};

use super::carrying::Claimed;
use crate::id::{DeliveryId, OrgId};
use crate::problem::{Problem, Result};

/// Requests of one delivery that are looked at.
const MOST: i64 = 2000;

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// From 1.
    pub n: i64,
    /// In which attempt.
    pub attempt: i64,
    /// Which step of the flow.
    pub name: String,
    /// `GET`…
    pub method: String,
    /// Where, without the query.
    pub address: String,
    /// What came of it; `None`: under way, or its process ended.
    pub outcome: Option<Outcome>,
    /// When it was written down, µs.
    pub began_at: i64,
    /// When its outcome was known, µs.
    pub ended_at: Option<i64>,
    /// Since when it counts no more, µs: it did nothing, or may be repeated without harm.
    pub aside_at: Option<i64>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A whole answer came.
    Answered {
        /// HTTP's.
        status: u16,
        /// Those that are kept; names in lower case.
        headers: Vec<(String, String)>,
        /// As text, secrets covered.
        body: String,
    },
    /// It went out, at least in part, and no whole answer came: why.
    Unanswered(String),
    /// Nothing of it went out: why.
    NotSent(String),
}

/// A request that is about to go out.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Which step of the flow.
    pub name: String,
    /// `GET`…
    pub method: &'static str,
    /// Where, without the query.
    pub address: String,
}

/// Writes down that a request goes out; its number.
pub fn begin(tx: &mut Tx, claimed: &Claimed, begun: &Begun) -> Result<i64> {
    let now = tx.now();
    Ok(tx.number(
        sql!(
            "INSERT INTO exchange (org_id, delivery_id, n, attempt, name, method, address, began_at) \
             SELECT $1, $2, COALESCE(MAX(x.n), 0) + 1, $3, $4, $5, $6, $7 FROM exchange x WHERE x.delivery_id = $2 \
             RETURNING n"
        ),
        &[
            &claimed.org, &claimed.id, &claimed.attempt, &begun.name, &begun.method, &begun.address, &now,
        ],
    )?)
}

/// Writes down what came of it. `aside`: it is not to count.
pub fn conclude(
    tx: &mut Tx,
    claimed: &Claimed,
    n: i64,
    outcome: &Outcome,
    aside: bool,
) -> Result<()> {
    let now = tx.now();
    let mut kept: (Option<i64>, Option<String>, Option<&str>, Option<&str>) = Default::default();
    let word = match outcome {
        Outcome::Answered {
            status,
            headers,
            body,
        } => {
            let headers = Value::from_iter(headers.iter().map(|(n, v)| vec![n.clone(), v.clone()]));
            kept = (
                Some(i64::from(*status)),
                Some(headers.to_string()),
                Some(body),
                None,
            );
            "answered"
        }
        Outcome::Unanswered(why) => {
            kept.3 = Some(why);
            "unanswered"
        }
        Outcome::NotSent(why) => {
            kept.3 = Some(why);
            "not_sent"
        }
    };
    // A request that never went out never counts.
    let aside_at = (aside || matches!(outcome, Outcome::NotSent(_))).then_some(now);
    let (status, headers, body, problem) = kept;
    // U+0000 can be held by no column.
    let body = body.map(|body| body.replace('\0', "\u{fffd}"));
    tx.run(
        sql!(
            "UPDATE exchange SET outcome = $4, status = $5, headers = $6, body = $7, problem = $8, ended_at = $9, \
             aside_at = $10 WHERE org_id = $1 AND delivery_id = $2 AND n = $3 AND outcome IS NULL"
        ),
        &[
            &claimed.org, &claimed.id, &n, &word, &status, &headers, &body, &problem, &now, &aside_at,
        ],
    )?;
    Ok(())
}

/// The last request that counts is taken back, as though it never was.
pub fn take_back_last(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE exchange SET aside_at = $3 WHERE org_id = $1 AND id = \
             (SELECT MAX(x.id) FROM exchange x WHERE x.delivery_id = $2 AND x.aside_at IS NULL)"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    Ok(())
}

/// Whatever a process left without an outcome is unanswered.
pub fn close_interrupted(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE exchange SET outcome = 'unanswered', problem = 'interrupted: whoever sent it ended before it was answered', \
             ended_at = $3 WHERE org_id = $1 AND delivery_id = $2 AND outcome IS NULL"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    Ok(())
}

/// All of a delivery, oldest first.
pub fn of_delivery(r: &mut Reader, org: OrgId, delivery: DeliveryId) -> Result<Vec<Exchange>> {
    let rows = r.all(
        sql!(
            "SELECT n, attempt, name, method, address, outcome, status, headers, body, problem, began_at, ended_at, aside_at \
             FROM exchange WHERE org_id = $1 AND delivery_id = $2 ORDER BY n LIMIT $3"
        ),
        &[&org, &delivery, &MOST],
    )?;
    rows.iter().map(read).collect()
}

/// Those of a delivery that count, oldest first: what its next step is decided by.
pub fn that_count(r: &mut Reader, org: OrgId, delivery: DeliveryId) -> Result<Vec<Exchange>> {
    let rows = r.all(
        sql!(
            "SELECT n, attempt, name, method, address, outcome, status, headers, body, problem, began_at, ended_at, aside_at \
             FROM exchange WHERE org_id = $1 AND delivery_id = $2 AND aside_at IS NULL AND outcome IS NOT NULL \
             ORDER BY n LIMIT $3"
        ),
        &[&org, &delivery, &MOST],
    )?;
    rows.iter().map(read).collect()
}

/// Forgets what was answered more than `days` ago to deliveries that have ended, at most `limit` answers; how many.
pub fn forget(tx: &mut Tx, days: u32, limit: i64) -> Result<u64> {
    let age = i64::from(days).saturating_mul(86_400 * 1_000_000);
    let before = tx.now().saturating_sub(age);
    Ok(tx.run(
        sql!(
            "UPDATE exchange SET body = NULL WHERE id IN (SELECT x.id FROM exchange x \
             JOIN delivery d ON d.id = x.delivery_id WHERE x.body IS NOT NULL AND x.began_at <= $1 \
             AND d.state <> 'queued' ORDER BY x.began_at LIMIT $2)"
        ),
        &[&before, &limit],
    )?)
}

fn read(row: &Row) -> Result<Exchange> {
    let (word, status): (Option<String>, Option<i64>) = (row.get(5)?, row.get(6)?);
    let (headers, body): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
    let problem: Option<String> = row.get(9)?;
    let problem = problem.unwrap_or_default();
    let outcome = match word.as_deref() {
        None => None,
        Some("answered") => Some(Outcome::Answered {
            status: u16::try_from(status.unwrap_or_default()).map_err(Problem::broken)?,
            headers: headers
                .map(|text| serde_json::from_str(&text).map_err(Problem::broken))
                .transpose()?
                .unwrap_or_default(),
            body: body.unwrap_or_default(),
        }),
        Some("not_sent") => Some(Outcome::NotSent(problem)),
        Some(_) => Some(Outcome::Unanswered(problem)),
    };
    Ok(Exchange {
        n: row.get(0)?,
        attempt: row.get(1)?,
        name: row.get(2)?,
        method: row.get(3)?,
        address: row.get(4)?,
        outcome,
        began_at: row.get(10)?,
        ended_at: row.get(11)?,
        aside_at: row.get(12)?,
    })
}
