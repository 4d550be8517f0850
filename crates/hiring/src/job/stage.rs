//! The pipeline of a job: its stages, in order. They are made with the job; `job/pipeline.rs` shapes them anew.

use store::{Reader, Row, Tx, sql};

use super::Job;
use crate::id::{JobId, OrgId, StageId, Uuid, new_uid};
use crate::page::{Side, Span, hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// One step of a job's pipeline.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Inside number.
    pub id: StageId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub job: JobId,
    /// 0 is the first.
    pub position: i64,
    /// As people call it.
    pub name: String,
    /// What happens there: `review`, `interview`, `offer`…
    pub kind: String,
    /// `#rrggbb`.
    pub color: String,
}

const COLORS: [&str; 6] = [
    "#5b7fd6", "#3f9c8c", "#c98a2b", "#8f62c4", "#c4586b", "#6b7a3d",
];
const USUAL_STAGES: [(&str, &str); 4] = [
    ("Applied", "review"),
    ("Screen", "screen"),
    ("Interview", "interview"),
    ("Offer", "offer"),
];

/// Gives a new job its stages, (name, kind) in order; the usual ones if there are none.
pub(super) fn add_stages(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    stages: &[(String, String)],
) -> Result<()> {
    let usual = USUAL_STAGES.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    let stages = if stages.is_empty() {
        usual.as_slice()
    } else {
        stages
    };
    add_stages_from(tx, org, job, 0, stages)
}

/// Adds stages, (name, kind) in order, the first of them at place `from`.
pub(super) fn add_stages_from(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    from: usize,
    stages: &[(String, String)],
) -> Result<()> {
    for (n, (name, kind)) in stages.iter().enumerate() {
        let position = from + n;
        let color = COLORS[position % COLORS.len()];
        tx.run(
            sql!(
                "INSERT INTO stage (org_id, job_id, uid, position, name, kind, color) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
            &[
                &org,
                &job,
                &new_uid(),
                &(position as i64),
                name,
                kind,
                &color,
            ],
        )?;
    }
    Ok(())
}

/// The job's stages, in order. There is always at least one.
pub fn stages(r: &mut Reader, org: OrgId, job: JobId) -> Result<Vec<Stage>> {
    let rows = r.all(
        sql!(
            "SELECT id, uid, job_id, position, name, kind, color FROM stage \
             WHERE org_id = $1 AND job_id = $2 ORDER BY position LIMIT 200"
        ),
        &[&org, &job],
    )?;
    rows.iter().map(read).collect()
}

/// The stages of `jobs` (at most [`crate::page::MOST`]), each in order.
pub fn stages_of(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<Stage>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, uid, job_id, position, name, kind, color FROM stage WHERE org_id = $1 AND job_id IN (",
            hundred!(),
            ") ORDER BY job_id, position LIMIT 20000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter().map(read).collect()
}

/// The organization's stage of outside name `uid`, and its job.
pub fn find_stage(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<(Stage, Job)> {
    let row = r.one(
        sql!(
            "SELECT s.id, s.uid, s.job_id, s.position, s.name, s.kind, s.color, j.id, j.uid, j.title, j.status, \
             j.code, j.description, j.created_at, j.updated_at FROM stage s JOIN job j ON j.id = s.job_id \
             WHERE s.org_id = $1 AND s.uid = $2"
        ),
        &[&org, &uid],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Stage))?;
    Ok((read(&row)?, super::read(&row, 7)?))
}

/// A page of the stages of all jobs (or of one), with their jobs, in the order in which they were made; `Before` pages
/// come newest first. A stage has no times of its own: `span` is asked of its job.
pub fn stage_page(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    job: Option<JobId>,
    span: &Span,
    limit: i64,
) -> Result<Vec<(Stage, Job)>> {
    let (forward, backward) = (
        sql!(
            "SELECT s.id, s.uid, s.job_id, s.position, s.name, s.kind, s.color, j.id, j.uid, j.title, j.status, \
             j.code, j.description, j.created_at, j.updated_at FROM stage s JOIN job j ON j.id = s.job_id \
             WHERE s.org_id = $1 AND s.id > $2 AND (CAST($3 AS BIGINT) IS NULL OR s.job_id = $3) \
             AND (CAST($4 AS BIGINT) IS NULL OR j.created_at > $4) AND (CAST($5 AS BIGINT) IS NULL OR j.created_at < $5) \
             AND (CAST($6 AS BIGINT) IS NULL OR j.updated_at > $6) AND (CAST($7 AS BIGINT) IS NULL OR j.updated_at < $7) \
             ORDER BY s.id LIMIT $8"
        ),
        sql!(
            "SELECT s.id, s.uid, s.job_id, s.position, s.name, s.kind, s.color, j.id, j.uid, j.title, j.status, \
             j.code, j.description, j.created_at, j.updated_at FROM stage s JOIN job j ON j.id = s.job_id \
             WHERE s.org_id = $1 AND s.id < $2 AND (CAST($3 AS BIGINT) IS NULL OR s.job_id = $3) \
             AND (CAST($4 AS BIGINT) IS NULL OR j.created_at > $4) AND (CAST($5 AS BIGINT) IS NULL OR j.created_at < $5) \
             AND (CAST($6 AS BIGINT) IS NULL OR j.updated_at > $6) AND (CAST($7 AS BIGINT) IS NULL OR j.updated_at < $7) \
             ORDER BY s.id DESC LIMIT $8"
        ),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let rows = r.all(
        statement,
        &[
            &org,
            &from,
            &job,
            &span.created_after,
            &span.created_before,
            &span.modified_after,
            &span.modified_before,
            &limit,
        ],
    )?;
    rows.iter()
        .map(|row| Ok((read(row)?, super::read(row, 7)?)))
        .collect()
}

fn read(row: &Row) -> Result<Stage> {
    Ok(Stage {
        id: row.get(0)?,
        uid: row.get(1)?,
        job: row.get(2)?,
        position: row.get(3)?,
        name: row.get(4)?,
        kind: row.get(5)?,
        color: row.get(6)?,
    })
}
