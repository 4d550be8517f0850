//! Notes for callers that page by offset, and what ties a note to a job or to somebody who is no member.

use store::{Reader, ToValue, Tx, sql};

use super::{Note, find, read};
use crate::id::{CandidateId, JobId, OrgId, Uuid};
use crate::page::{hundred, with_hundred, with_hundred_names};
use crate::problem::Result;

/// Says of a note which job it is about beside the person, and the address of whoever wrote it, who is no member.
pub fn attribute(
    tx: &mut Tx,
    org: OrgId,
    note: Uuid,
    job: Option<JobId>,
    author: Option<&str>,
) -> Result<Note> {
    tx.run(
        sql!("UPDATE note SET job_id = $3, author = $4 WHERE org_id = $1 AND uid = $2"),
        &[&org, &note, &job, &author],
    )?;
    find(tx, org, note)
}

/// How many notes there are (about one person, about one job), and `limit` of them from the `offset`-th on, oldest first.
/// Those about people who are to be ignored are left out.
pub fn from_offset(
    r: &mut Reader,
    org: OrgId,
    candidate: Option<CandidateId>,
    job: Option<JobId>,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Note>)> {
    let (count, page) = match candidate {
        Some(_) => (
            sql!(
                "SELECT COUNT(*) FROM note n JOIN candidate c ON c.id = n.candidate_id WHERE n.org_id = $1 \
                 AND n.candidate_id = $3 AND c.ignored_at IS NULL AND (CAST($2 AS BIGINT) IS NULL OR n.job_id = $2)"
            ),
            sql!(shown!(
                "WHERE n.org_id = $1 AND n.candidate_id = $3 AND c.ignored_at IS NULL \
                 AND (CAST($2 AS BIGINT) IS NULL OR n.job_id = $2) ORDER BY n.id LIMIT $4 OFFSET $5"
            )),
        ),
        None => (
            sql!(
                "SELECT COUNT(*) FROM note n JOIN candidate c ON c.id = n.candidate_id WHERE n.org_id = $1 \
                 AND c.ignored_at IS NULL AND (CAST($2 AS BIGINT) IS NULL OR n.job_id = $2)"
            ),
            sql!(shown!(
                "WHERE n.org_id = $1 AND c.ignored_at IS NULL \
                 AND (CAST($2 AS BIGINT) IS NULL OR n.job_id = $2) ORDER BY n.id LIMIT $3 OFFSET $4"
            )),
        ),
    };
    let mut parameters: Vec<&dyn ToValue> = vec![&org, &job];
    parameters.extend(candidate.as_ref().map(|id| id as &dyn ToValue));
    let total = r.number(count, &parameters)?;
    parameters.extend([&limit as &dyn ToValue, &offset]);
    let rows = r.all(page, &parameters)?;
    Ok((total, rows.iter().map(read).collect::<Result<_>>()?))
}

/// The notes about these people, oldest first.
///
/// # Panics
/// More than [`crate::page::MOST`] people.
pub fn of_candidates(r: &mut Reader, org: OrgId, ids: &[CandidateId]) -> Result<Vec<Note>> {
    let rows = r.all(
        sql!(shown!(concat!(
            "WHERE n.org_id = $1 AND n.candidate_id IN (",
            hundred!(),
            ") ORDER BY n.id + 0 LIMIT 10000"
        ))),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read).collect()
}

/// The notes of these outside names, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Note>> {
    let rows = r.all(
        sql!(shown!(concat!(
            "WHERE n.org_id + 0 = $1 AND n.uid IN (",
            hundred!(),
            ") LIMIT 100"
        ))),
        &with_hundred_names(&org, uids),
    )?;
    rows.iter().map(read).collect()
}
