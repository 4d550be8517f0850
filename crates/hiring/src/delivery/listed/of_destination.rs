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
    // The states stand in the statements, so that the indexes of those states alone serve.
    let statement = match sieve {
        Sieve::All => sql!(shown!(
            "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.id < $3 ORDER BY d.id DESC LIMIT $4"
        )),
        Sieve::Waiting => sql!(shown!(
            "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.id < $3 AND d.state = 'queued' ORDER BY d.id DESC LIMIT $4"
        )),
        Sieve::Dead => sql!(shown!(
            "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.id < $3 AND d.state = 'dead' ORDER BY d.id DESC LIMIT $4"
        )),
        Sieve::Arrived => sql!(shown!(
            "WHERE d.org_id = $1 AND d.destination_id = $2 AND d.id < $3 AND d.state = 'sent' ORDER BY d.id DESC LIMIT $4"
        )),
    };
    let rows = r.all(statement, &[&org, &destination, &before, &limit])?;
    rows.iter().map(read).collect()
}

/// How many deliveries to a destination wait, and how many were given up; tries of its credentials are neither.
pub fn open(r: &mut Reader, org: OrgId, destination: DestinationId) -> Result<(i64, i64)> {
    let waiting = r.number(
        sql!(
            "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND destination_id = $2 AND state = 'queued' AND kind <> 'test'"
        ),
        &[&org, &destination],
    )?;
    let dead = r.number(
        sql!(
            "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND destination_id = $2 AND state = 'dead' AND kind <> 'test'"
        ),
        &[&org, &destination],
    )?;
    Ok((waiting, dead))
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
