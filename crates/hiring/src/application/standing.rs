//! How people's applications stand, in names: for lists of people and a person's own page.

use store::{Reader, Row, sql};

use super::Disposition;
use crate::id::{ApplicationId, CandidateId, JobId, OrgId, StageId, Uuid};
use crate::page::{hundred, with_hundred};
use crate::problem::Result;

/// One application in names.
#[derive(Debug, Clone)]
pub struct InNames {
    /// Inside number.
    pub id: ApplicationId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub candidate: CandidateId,
    /// For which job.
    pub job: JobId,
    /// The job's outside name.
    pub job_uid: Uuid,
    /// The job's title.
    pub title: String,
    /// Where it stands.
    pub stage: StageId,
    /// The stage's name.
    pub stage_name: String,
    /// Only an invite so far.
    pub pending: bool,
    /// How it ended, if it did.
    pub disposition: Option<Disposition>,
    /// Why.
    pub reason: Option<String>,
    /// Where it came from.
    pub source: String,
    /// When the row was made, µs.
    pub created_at: i64,
    /// When it came to its stage, µs.
    pub stage_at: i64,
    /// When it ended, µs.
    pub ended_at: Option<i64>,
}

/// The applications of these people, pending ones too, newest first.
///
/// # Panics
/// More than [`crate::page::MOST`] people.
pub fn in_names(r: &mut Reader, org: OrgId, people: &[CandidateId]) -> Result<Vec<InNames>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT a.id, a.uid, a.candidate_id, a.job_id, j.uid, j.title, a.stage_id, s.name, a.pending, a.disposition, \
             a.reason, a.source, a.created_at, a.stage_at, a.ended_at FROM application a JOIN job j ON j.id = a.job_id \
             JOIN stage s ON s.id = a.stage_id WHERE a.org_id = $1 AND a.candidate_id IN (",
            hundred!(),
            ") ORDER BY a.id + 0 DESC LIMIT 2000"
        )),
        &with_hundred(&org, people),
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<InNames> {
    let disposition: Option<String> = row.get(9)?;
    Ok(InNames {
        id: row.get(0)?,
        uid: row.get(1)?,
        candidate: row.get(2)?,
        job: row.get(3)?,
        job_uid: row.get(4)?,
        title: row.get(5)?,
        stage: row.get(6)?,
        stage_name: row.get(7)?,
        pending: row.get::<i64>(8)? == 1,
        disposition: disposition.as_deref().and_then(Disposition::parse),
        reason: row.get(10)?,
        source: row.get(11)?,
        created_at: row.get(12)?,
        stage_at: row.get(13)?,
        ended_at: row.get(14)?,
    })
}
