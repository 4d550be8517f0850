//! Deliveries of any kind by what became of them, as an operator looks for them.

use store::{Reader, Row, sql};

use crate::id::{DeliveryId, DestinationId, OrgId, Uuid};
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};

/// What every statement here shows of a delivery.
macro_rules! shown {
    ($rest:expr) => {
        concat!(
            "SELECT d.id, d.uid, d.channel, d.kind, d.state, d.reason, d.problem, d.remark, d.attempts, d.due_at, \
             d.created_at, d.settled_at, t.uid, c.uid, a.uid, e.uid, d.destination_id FROM delivery d \
             LEFT JOIN destination t ON t.id = d.destination_id LEFT JOIN candidate c ON c.id = d.candidate_id \
             LEFT JOIN application a ON a.id = d.application_id LEFT JOIN event e ON e.id = d.event_id ",
            $rest
        )
    };
}

// Behind the macro, which it uses.
mod of_destination;

pub use of_destination::{Sieve, last_test, of_destination, open};

/// A delivery as lists show it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Inside number.
    pub id: DeliveryId,
    /// Outside name.
    pub uid: String,
    /// `mail`, `destination`, `webhook`.
    pub channel: String,
    /// What kind of delivery of its channel.
    pub kind: Option<String>,
    /// `queued`, `sent`, `dead`, `canceled`; of mails also `refused`, `bounced`, `failed`.
    pub state: String,
    /// Why it is a dead letter.
    pub reason: Option<String>,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    /// What did not arrive as it was, a line each.
    pub remark: Option<String>,
    /// How often somebody began.
    pub attempts: i64,
    /// When it is tried (again), µs; while somebody is at it, when they count as lost.
    pub due_at: i64,
    /// When it was queued, µs.
    pub created_at: i64,
    /// When it came to its last state, µs.
    pub settled_at: Option<i64>,
    /// Where to.
    pub destination: Option<Uuid>,
    /// Its number.
    pub destination_id: Option<DestinationId>,
    /// Who.
    pub candidate: Option<Uuid>,
    /// With which application.
    pub application: Option<Uuid>,
    /// The event that made it.
    pub event: Option<Uuid>,
}

/// Which deliveries are meant; `None`: any.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// `mail`, …
    pub channel: Option<String>,
    /// `queued`, …
    pub state: Option<String>,
    /// To which destination.
    pub destination: Option<DestinationId>,
    /// Of the dead ones: why.
    pub reason: Option<String>,
    /// Queued at this time or later, µs.
    pub from: Option<i64>,
    /// Queued before this time, µs.
    pub to: Option<i64>,
}

/// The organization's deliveries of these on `side`; `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    which: &Which,
    side: Side,
    limit: i64,
) -> Result<Vec<Listed>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(shown!(
                "WHERE d.org_id = $1 AND d.id > $2 AND (CAST($3 AS TEXT) IS NULL OR d.channel = $3) \
                 AND (CAST($4 AS TEXT) IS NULL OR d.state = $4) AND (CAST($5 AS BIGINT) IS NULL OR d.destination_id = $5) \
                 AND (CAST($6 AS TEXT) IS NULL OR d.reason = $6) AND (CAST($7 AS BIGINT) IS NULL OR d.created_at >= $7) \
                 AND (CAST($8 AS BIGINT) IS NULL OR d.created_at < $8) ORDER BY d.id LIMIT $9"
            )),
            n,
        ),
        Side::Before(n) => (
            sql!(shown!(
                "WHERE d.org_id = $1 AND d.id < $2 AND (CAST($3 AS TEXT) IS NULL OR d.channel = $3) \
                 AND (CAST($4 AS TEXT) IS NULL OR d.state = $4) AND (CAST($5 AS BIGINT) IS NULL OR d.destination_id = $5) \
                 AND (CAST($6 AS TEXT) IS NULL OR d.reason = $6) AND (CAST($7 AS BIGINT) IS NULL OR d.created_at >= $7) \
                 AND (CAST($8 AS BIGINT) IS NULL OR d.created_at < $8) ORDER BY d.id DESC LIMIT $9"
            )),
            n,
        ),
    };
    let parameters: [&dyn store::ToValue; 9] = [
        &org,
        &n,
        &which.channel,
        &which.state,
        &which.destination,
        &which.reason,
        &which.from,
        &which.to,
        &limit,
    ];
    let rows = r.all(statement, &parameters)?;
    rows.iter().map(read).collect()
}

/// The organization's delivery of this outside name.
pub fn find(r: &mut Reader, org: OrgId, uid: &str) -> Result<Listed> {
    let row = r.one(
        sql!(shown!("WHERE d.org_id = $1 AND d.uid = $2")),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Delivery)), read)
}

/// The newest delivery of a person to a destination, whatever made it.
pub fn latest(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    candidate: Uuid,
) -> Result<Option<Listed>> {
    let row = r.one(
        sql!(shown!(
            "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.candidate_id = \
             (SELECT p.id FROM candidate p WHERE p.org_id = $1 AND p.uid = $3) ORDER BY d.id DESC LIMIT 1"
        )),
        &[&org, &destination, &candidate],
    )?;
    row.as_ref().map(read).transpose()
}

/// How many deliveries to a destination stand how: `(state, how many)`, in the order of the words.
pub fn tally(r: &mut Reader, org: OrgId, destination: DestinationId) -> Result<Vec<(String, i64)>> {
    let rows = r.all(
        sql!(
            "SELECT state, COUNT(*) FROM delivery WHERE org_id = $1 AND destination_id = $2 AND kind <> 'test' \
             GROUP BY state ORDER BY state"
        ),
        &[&org, &destination],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

fn read(row: &Row) -> Result<Listed> {
    Ok(Listed {
        id: row.get(0)?,
        uid: row.get(1)?,
        channel: row.get(2)?,
        kind: row.get(3)?,
        state: row.get(4)?,
        reason: row.get(5)?,
        problem: row.get(6)?,
        remark: row.get(7)?,
        attempts: row.get(8)?,
        due_at: row.get(9)?,
        created_at: row.get(10)?,
        settled_at: row.get(11)?,
        destination: row.get(12)?,
        candidate: row.get(13)?,
        application: row.get(14)?,
        event: row.get(15)?,
        destination_id: row.get(16)?,
    })
}
