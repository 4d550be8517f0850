//! One destination's deliveries, each question by an index of its own: a destination may have had a hundred thousand of them.

use store::{Reader, sql};

use super::{Listed, read};
use crate::id::{DestinationId, OrgId};
use crate::problem::Result;

/// Which of a destination's deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sieve {
    /// All of them.
    All,
    /// Those that wait.
    Waiting,
    /// Dead letters.
    Dead,
    /// Those that arrived.
    Arrived,
}

/// These deliveries to a destination before number `before`, newest first, at most `limit`.
pub fn of_destination(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    sieve: Sieve,
    before: i64,
    limit: i64,
) -> Result<Vec<Listed>> {
    let of_state = sql!(shown!(
        "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.id < $3 AND d.state = $5 ORDER BY d.id DESC LIMIT $4"
    ));
    let state = match sieve {
        Sieve::All => return all(r, org, destination, before, limit),
        Sieve::Waiting => "queued",
        Sieve::Dead => "dead",
        Sieve::Arrived => "sent",
    };
    let rows = r.all(of_state, &[&org, &destination, &before, &limit, &state])?;
    rows.iter().map(read).collect()
}

/// The newest of each state, and of these the newest: the index is by state.
fn all(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    before: i64,
    limit: i64,
) -> Result<Vec<Listed>> {
    macro_rules! newest {
        ($state:literal) => {
            concat!(
                "SELECT id FROM (SELECT x.id FROM delivery x WHERE x.org_id = $1 AND x.destination_id = $2 AND x.state = '",
                $state,
                "' AND x.id < $3 ORDER BY x.id DESC LIMIT $4) AS ",
                $state,
                "_ones"
            )
        };
    }
    let statement = sql!(concat!(
        shown!("WHERE d.id IN ("),
        newest!("queued"),
        " UNION ALL ",
        newest!("dead"),
        " UNION ALL ",
        newest!("sent"),
        " UNION ALL ",
        newest!("canceled"),
        ") ORDER BY d.id DESC LIMIT $4"
    ));
    let rows = r.all(statement, &[&org, &destination, &before, &limit])?;
    rows.iter().map(read).collect()
}

/// How many deliveries to a destination wait, and how many were given up; tries of its credentials are neither.
pub fn open(r: &mut Reader, org: OrgId, destination: DestinationId) -> Result<(i64, i64)> {
    let mut count = |state: &str| -> Result<i64> {
        let whole = r.number(
            sql!(
                "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND destination_id = $2 AND state = $3"
            ),
            &[&org, &destination, &state],
        )?;
        let tries = r.number(
            sql!(
                "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND destination_id = $2 AND kind = 'test' AND state = $3"
            ),
            &[&org, &destination, &state],
        )?;
        Ok(whole - tries)
    };
    Ok((count("queued")?, count("dead")?))
}

/// The newest try of a destination's credentials.
pub fn last_test(r: &mut Reader, org: OrgId, destination: DestinationId) -> Result<Option<Listed>> {
    let row = r.one(
        sql!(shown!(
            "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.kind = 'test' ORDER BY d.id DESC LIMIT 1"
        )),
        &[&org, &destination],
    )?;
    row.as_ref().map(read).transpose()
}
