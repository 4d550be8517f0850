//! Lists of submitted applications for callers that page by offset and want to know how many there are. Those of people
//! who are to be ignored are in none of them.

use store::{Reader, ToValue, sql};

use super::listed::{Listed, listed, read_listed};
use crate::application::Disposition;
use crate::id::{ApplicationId, CandidateId, JobId, OrgId, Uuid};
use crate::page::{hundred, with_hundred, with_hundred_names};
use crate::problem::Result;

/// Which applications a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sieve {
    /// The one of this outside name, or those that the caller knows by this id of its own.
    pub name: Option<String>,
    /// Of this person.
    pub candidate: Option<CandidateId>,
    /// For one of these jobs, at most [`crate::page::MOST`].
    pub jobs: Option<Vec<JobId>>,
    /// How it ended; `Some(None)`: it has not.
    pub ending: Option<Option<Disposition>>,
    /// In the stage of this name.
    pub stage: Option<String>,
}

macro_rules! conditions {
    () => {
        concat!(
            "a.org_id = $1 AND a.pending = 0 \
         AND a.candidate_id NOT IN (SELECT c.id FROM candidate c WHERE c.org_id = $1 AND c.ignored_at IS NOT NULL) \
         AND (CAST($103 AS TEXT) IS NULL OR a.uid = $103 OR a.foreign_key = $103) \
         AND (CAST($104 AS TEXT) IS NULL OR COALESCE(a.disposition, '') = $104) \
         AND (CAST($105 AS TEXT) IS NULL OR a.stage_id IN (SELECT s.id FROM stage s WHERE s.org_id = $1 AND s.name = $105)) \
         AND (CAST($102 AS BIGINT) IS NULL OR a.job_id IN (",
            hundred!(),
            ")) "
        )
    };
}

/// How many applications the sieve lets through, and `limit` of them from the `offset`-th on, oldest first.
pub fn sifted(
    r: &mut Reader,
    org: OrgId,
    sieve: &Sieve,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Listed>)> {
    // A condition that may be switched off is not looked up in an index, and a person's applications are asked for often.
    let (count, page) = match sieve.candidate {
        Some(_) => (
            sql!(concat!(
                "SELECT COUNT(*) FROM application a WHERE a.candidate_id = $106 AND ",
                conditions!()
            )),
            sql!(concat!(
                "SELECT a.id FROM application a WHERE a.candidate_id = $106 AND ",
                conditions!(),
                "ORDER BY a.id LIMIT $107 OFFSET $108"
            )),
        ),
        None => (
            sql!(concat!(
                "SELECT COUNT(*) FROM application a WHERE ",
                conditions!()
            )),
            sql!(concat!(
                "SELECT a.id FROM application a WHERE ",
                conditions!(),
                "ORDER BY a.id LIMIT $106 OFFSET $107"
            )),
        ),
    };
    let ending = sieve.ending.map(|how| how.map_or("", Disposition::word));
    let jobs = sieve.jobs.as_deref();
    let narrowed = jobs.map(|_| 1_i64);
    let mut parameters = with_hundred(&org, jobs.unwrap_or_default());
    parameters.extend([
        &narrowed as &dyn ToValue,
        &sieve.name,
        &ending,
        &sieve.stage,
    ]);
    parameters.extend(sieve.candidate.as_ref().map(|id| id as &dyn ToValue));
    let total = r.number(count, &parameters)?;
    parameters.extend([&limit as &dyn ToValue, &offset]);
    let rows = r.all(page, &parameters)?;
    let ids = rows.iter().map(|row| Ok(row.get(0)?));
    let ids: Vec<ApplicationId> = ids.collect::<Result<_>>()?;
    let mut page = of_ids(r, org, &ids)?;
    page.sort_by_key(Listed::id);
    Ok((total, page))
}

/// The submitted applications of these numbers, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
fn of_ids(r: &mut Reader, org: OrgId, ids: &[ApplicationId]) -> Result<Vec<Listed>> {
    let rows = r.all(
        sql!(concat!(
            listed!(apart),
            " AND a.id IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read_listed).collect()
}

/// The submitted applications of these outside names, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Listed>> {
    let rows = r.all(
        sql!(concat!(
            listed!(apart),
            " AND a.uid IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred_names(&org, uids),
    )?;
    rows.iter().map(read_listed).collect()
}

/// The people who have applied for a job, each once, in the order in which they were made: how many, and the numbers of
/// `limit` of them from the `offset`-th on.
pub fn applicants(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<CandidateId>)> {
    let total = r.number(
        sql!(
            "SELECT COUNT(DISTINCT a.candidate_id + 0) FROM application a JOIN candidate c ON c.id = a.candidate_id \
             WHERE a.org_id = $1 AND a.job_id = $2 AND a.pending = 0 AND c.ignored_at IS NULL"
        ),
        &[&org, &job],
    )?;
    let rows = r.all(
        sql!(
            "SELECT DISTINCT a.candidate_id + 0 FROM application a JOIN candidate c ON c.id = a.candidate_id \
             WHERE a.org_id = $1 AND a.job_id = $2 AND a.pending = 0 AND c.ignored_at IS NULL \
             ORDER BY a.candidate_id + 0 LIMIT $3 OFFSET $4"
        ),
        &[&org, &job, &limit, &offset],
    )?;
    let ids = rows.iter().map(|row| Ok(row.get(0)?));
    Ok((total, ids.collect::<Result<_>>()?))
}
