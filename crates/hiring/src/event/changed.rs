//! What changed within some hours, by its outside name, for callers that page by offset.
//!
//! By the time of the transaction, not by place: ask for a time that is over for longer than any transaction takes.

use store::{Reader, sql};

use crate::id::{OrgId, Uuid};
use crate::problem::Result;

/// What may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// People, also by their files, notes and applications.
    Candidate,
    /// Applications.
    Application,
    /// Jobs themselves; an application for one does not change it.
    Job,
}

/// How many of them something happened to from `start` until before `end` (µs), and the outside names of `limit` of them
/// from the `offset`-th on, in the order in which they were made.
pub fn changed(
    r: &mut Reader,
    org: OrgId,
    noun: Noun,
    (start, end): (i64, i64),
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Uuid>)> {
    let (count, page) = match noun {
        Noun::Candidate => (
            sql!(
                "SELECT COUNT(DISTINCT e.candidate_id) FROM event e \
                 WHERE e.org_id = $1 AND e.created_at >= $2 AND e.created_at < $3"
            ),
            sql!(
                "SELECT x.uid FROM candidate x WHERE x.id IN (SELECT e.candidate_id FROM event e \
                 WHERE e.org_id = $1 AND e.created_at >= $2 AND e.created_at < $3) ORDER BY x.id LIMIT $4 OFFSET $5"
            ),
        ),
        Noun::Application => (
            sql!(
                "SELECT COUNT(DISTINCT e.application_id) FROM event e \
                 WHERE e.org_id = $1 AND e.created_at >= $2 AND e.created_at < $3"
            ),
            sql!(
                "SELECT x.uid FROM application x WHERE x.id IN (SELECT e.application_id FROM event e \
                 WHERE e.org_id = $1 AND e.created_at >= $2 AND e.created_at < $3) ORDER BY x.id LIMIT $4 OFFSET $5"
            ),
        ),
        Noun::Job => (
            sql!(
                "SELECT COUNT(DISTINCT e.job_id) FROM event e WHERE e.org_id = $1 AND e.created_at >= $2 \
                 AND e.created_at < $3 AND e.application_id IS NULL"
            ),
            sql!(
                "SELECT x.uid FROM job x WHERE x.id IN (SELECT e.job_id FROM event e WHERE e.org_id = $1 \
                 AND e.created_at >= $2 AND e.created_at < $3 AND e.application_id IS NULL) \
                 ORDER BY x.id LIMIT $4 OFFSET $5"
            ),
        ),
    };
    let total = r.number(count, &[&org, &start, &end])?;
    let rows = r.all(page, &[&org, &start, &end, &limit, &offset])?;
    let uids = rows.iter().map(|row| Ok(row.get(0)?));
    Ok((total, uids.collect::<Result<_>>()?))
}
