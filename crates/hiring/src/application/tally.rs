//! How many applications stand where, of one job and of all: counted by the database, from an index that holds no rows.

use store::{Reader, Row, sql};

use super::of_job::{Standing, Window, standing};
use crate::id::{JobId, OrgId, StageId};
use crate::job::Status;
use crate::problem::Result;

/// Jobs that [`of_all`] names, of those with the most applications and of those that changed last.
pub const MOST: i64 = 10;

/// Applications of one stage that stand alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Where.
    pub stage: StageId,
    /// How.
    pub standing: Standing,
    /// How many.
    pub count: i64,
    /// When the first and the last of them was made, µs.
    pub created: (i64, i64),
    /// When the first and the last change of one of them was, µs.
    pub updated: (i64, i64),
}

/// The applications for one job that were made and changed within `window`, by stage and standing; in no order.
pub fn of_job(r: &mut Reader, org: OrgId, job: JobId, window: &Window) -> Result<Vec<Group>> {
    let [a, b, c, d] = window.bounds();
    let rows = r.all(
        sql!(concat!(
            "SELECT a.stage_id, ",
            standing!(),
            ", COUNT(*), MIN(a.created_at), MAX(a.created_at), MIN(a.updated_at), MAX(a.updated_at) \
             FROM application a WHERE a.org_id = $1 AND a.job_id = $2 AND a.created_at + 0 >= $3 \
             AND a.created_at + 0 < $4 AND a.updated_at + 0 >= $5 AND a.updated_at + 0 < $6 GROUP BY 1, 2"
        )),
        &[&org, &job, &a, &b, &c, &d],
    )?;
    rows.iter().map(read_group).collect()
}

fn read_group(row: &Row) -> Result<Group> {
    Ok(Group {
        stage: row.get(0)?,
        standing: Standing::parse(&row.get::<String>(1)?),
        count: row.get(2)?,
        created: (row.get(3)?, row.get(4)?),
        updated: (row.get(5)?, row.get(6)?),
    })
}

/// All of an organization's applications, counted.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// By how they stand.
    pub standing: Vec<(Standing, i64)>,
    /// By the kind of their stage.
    pub kinds: Vec<(String, i64)>,
    /// The jobs with the most of them, most first: number, title, how many.
    pub largest: Vec<(JobId, String, i64)>,
    /// All jobs by their status, whatever the window.
    pub jobs: Vec<(Status, i64)>,
    /// The jobs that changed last, whatever the window: number, title, when (µs).
    pub recent: Vec<(JobId, String, i64)>,
}

/// The organization's applications that were made and changed within `window`, and its jobs.
pub fn of_all(r: &mut Reader, org: OrgId, window: &Window) -> Result<Tally> {
    Ok(Tally {
        standing: by_standing(r, org, window)?,
        kinds: by_kind(r, org, window)?,
        largest: largest(r, org, window)?,
        jobs: jobs(r, org)?,
        recent: recent(r, org)?,
    })
}

fn by_standing(r: &mut Reader, org: OrgId, window: &Window) -> Result<Vec<(Standing, i64)>> {
    let [a, b, c, d] = window.bounds();
    let rows = r.all(
        sql!(concat!(
            "SELECT ",
            standing!(),
            ", COUNT(*) FROM application a WHERE a.org_id = $1 AND a.created_at + 0 >= $2 AND a.created_at + 0 < $3 \
             AND a.updated_at + 0 >= $4 AND a.updated_at + 0 < $5 GROUP BY 1"
        )),
        &[&org, &a, &b, &c, &d],
    )?;
    let read = |row: &Row| Ok((Standing::parse(&row.get::<String>(0)?), row.get(1)?));
    rows.iter().map(read).collect()
}

/// Stages are looked up once each, not for each application.
fn by_kind(r: &mut Reader, org: OrgId, window: &Window) -> Result<Vec<(String, i64)>> {
    let [a, b, c, d] = window.bounds();
    let rows = r.all(
        sql!(
            "SELECT s.kind, CAST(SUM(g.n) AS BIGINT) FROM (SELECT a.stage_id AS stage_id, COUNT(*) AS n FROM application a \
             WHERE a.org_id = $1 AND a.created_at + 0 >= $2 AND a.created_at + 0 < $3 AND a.updated_at + 0 >= $4 \
             AND a.updated_at + 0 < $5 GROUP BY a.stage_id) g JOIN stage s ON s.id = g.stage_id GROUP BY s.kind \
             ORDER BY s.kind LIMIT 1000"
        ),
        &[&org, &a, &b, &c, &d],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

fn largest(r: &mut Reader, org: OrgId, window: &Window) -> Result<Vec<(JobId, String, i64)>> {
    let [a, b, c, d] = window.bounds();
    let rows = r.all(
        sql!(
            "SELECT j.id, j.title, g.n FROM (SELECT a.job_id AS job_id, COUNT(*) AS n FROM application a \
             WHERE a.org_id = $1 AND a.created_at + 0 >= $2 AND a.created_at + 0 < $3 AND a.updated_at + 0 >= $4 \
             AND a.updated_at + 0 < $5 GROUP BY a.job_id ORDER BY 2 DESC, 1 LIMIT $6) g \
             JOIN job j ON j.id = g.job_id ORDER BY g.n DESC, j.id"
        ),
        &[&org, &a, &b, &c, &d, &MOST],
    )?;
    rows.iter().map(read_job).collect()
}

fn jobs(r: &mut Reader, org: OrgId) -> Result<Vec<(Status, i64)>> {
    let rows = r.all(
        sql!("SELECT status, COUNT(*) FROM job WHERE org_id = $1 GROUP BY status"),
        &[&org],
    )?;
    let read = |row: &Row| {
        let status: String = row.get(0)?;
        Ok((
            Status::parse(&status).unwrap_or(Status::Closed),
            row.get(1)?,
        ))
    };
    rows.iter().map(read).collect()
}

fn recent(r: &mut Reader, org: OrgId) -> Result<Vec<(JobId, String, i64)>> {
    let rows = r.all(
        sql!("SELECT id, title, updated_at FROM job WHERE org_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2"),
        &[&org, &MOST],
    )?;
    rows.iter().map(read_job).collect()
}

fn read_job(row: &Row) -> Result<(JobId, String, i64)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}
