//! What became of the applications of a period: for one job or for all. Looks only, and counts in the database: however many
//! there are, a few rows come back.
//!
//! All of it is about the same people: those whose applications came in within the period. So its parts add up, and what a
//! later month decides about them is seen when one looks again. Invites are those that were made within it.
//!
//! What stands where at this moment, whenever it came, is `counts.rs`.

use store::{Reader, Row, ToValue, sql};

use crate::id::{JobId, OrgId, StageId, Uuid};
use crate::job;
use crate::problem::Result;

/// Jobs that are told apart, those with the most applications; more only stand in the totals.
pub const MOST_JOBS: i64 = 50;
/// Sources that are told apart, likewise.
pub const MOST_SOURCES: i64 = 20;
/// Jobs that one can choose from, the newest.
const MOST_CHOICES: i64 = 500;

/// Which applications are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// Those that came in from this moment on, µs…
    pub from: i64,
    /// …and before this one.
    pub until: i64,
    /// For this job only.
    pub job: Option<JobId>,
}

/// Applications by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Fates {
    pub applied: i64,
    pub open: i64,
    pub hired: i64,
    pub rejected: i64,
    pub withdrawn: i64,
}

/// A stage of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// As people call it.
    pub name: String,
    /// How many came as far as this or further; never grows along the pipeline.
    pub reached: i64,
    /// How many stand there now.
    pub now: i64,
}

/// How long something took: half of them at most the median, nine of ten at most the other (nearest rank).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// Of what: a stage that was left, or an end that was come to (`hired`…).
    pub of: String,
    /// How many that are over.
    pub count: i64,
    /// µs.
    pub median: i64,
    /// µs.
    pub ninth: i64,
}

/// Invites by how far they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Invites {
    /// Made within the period.
    pub made: i64,
    /// Of these: whose mail has gone out.
    pub mailed: i64,
    /// Whose link was opened.
    pub opened: i64,
    /// Whose form was begun.
    pub started: i64,
    /// By which, or beside which, an application came.
    pub completed: i64,
}

/// What became of the applications for one job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct OfJob {
    pub title: String,
    pub fates: Fates,
}

/// What became of the applications from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct OfSource {
    pub source: String,
    pub fates: Fates,
}

/// Conditions on application `a`.
macro_rules! cohort {
    () => {
        "a.org_id = $1 AND a.pending = 0 AND a.submitted_at >= $2 AND a.submitted_at < $3 \
         AND (CAST($4 AS BIGINT) IS NULL OR a.job_id = $4) "
    };
}

/// How many there are, and how many of them came to each end.
macro_rules! fates {
    () => {
        "COUNT(*), CAST(SUM(CASE WHEN a.disposition IS NULL THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN a.disposition = 'hired' THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN a.disposition = 'rejected' THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN a.disposition = 'withdrawn' THEN 1 ELSE 0 END) AS BIGINT) "
    };
}

fn read_fates(row: &Row, at: usize) -> Result<Fates> {
    let number = |n: usize| -> Result<i64> { Ok(row.get::<Option<i64>>(at + n)?.unwrap_or(0)) };
    Ok(Fates {
        applied: number(0)?,
        open: number(1)?,
        hired: number(2)?,
        rejected: number(3)?,
        withdrawn: number(4)?,
    })
}

/// All of them together.
pub fn fates(r: &mut Reader, org: OrgId, which: &Which) -> Result<Fates> {
    let row = r.one(
        sql!(concat!(
            "SELECT ",
            fates!(),
            "FROM application a WHERE ",
            cohort!()
        )),
        &parameters(&org, which),
    )?;
    row.map_or(Ok(Fates::default()), |row| read_fates(&row, 0))
}

fn parameters<'w>(org: &'w OrgId, which: &'w Which) -> [&'w dyn ToValue; 4] {
    [org, &which.from, &which.until, &which.job]
}

/// By job, those with the most applications first, at most [`MOST_JOBS`].
pub fn jobs(r: &mut Reader, org: OrgId, which: &Which) -> Result<Vec<OfJob>> {
    let mut all = parameters(&org, which).to_vec();
    all.push(&MOST_JOBS);
    let rows = r.all(
        sql!(concat!(
            "SELECT j.title, ",
            fates!(),
            "FROM application a JOIN job j ON j.id = a.job_id WHERE ",
            cohort!(),
            "GROUP BY j.id, j.title ORDER BY 2 DESC, j.id DESC LIMIT $5"
        )),
        &all,
    )?;
    rows.iter()
        .map(|row| {
            Ok(OfJob {
                title: row.get(0)?,
                fates: read_fates(row, 1)?,
            })
        })
        .collect()
}

/// By source, those with the most applications first, at most [`MOST_SOURCES`].
pub fn sources(r: &mut Reader, org: OrgId, which: &Which) -> Result<Vec<OfSource>> {
    let mut all = parameters(&org, which).to_vec();
    all.push(&MOST_SOURCES);
    let rows = r.all(
        sql!(concat!(
            "SELECT a.source, ",
            fates!(),
            "FROM application a WHERE ",
            cohort!(),
            "GROUP BY a.source ORDER BY 2 DESC, 1 LIMIT $5"
        )),
        &all,
    )?;
    rows.iter()
        .map(|row| {
            Ok(OfSource {
                source: row.get(0)?,
                fates: read_fates(row, 1)?,
            })
        })
        .collect()
}

/// The job's stages in order, with how many of the period's applications came how far. Nothing without a job.
pub fn funnel(r: &mut Reader, org: OrgId, which: &Which) -> Result<Vec<Step>> {
    let Some(job) = which.job else {
        return Ok(Vec::new());
    };
    let furthest = r.all(
        sql!(concat!(
            "SELECT f.position, COUNT(*) FROM (SELECT v.id AS id, MAX(v.position) AS position FROM \
             (SELECT a.id AS id, t.position AS position FROM application a JOIN stage t ON t.id = a.stage_id WHERE ",
            cohort!(),
            "UNION ALL SELECT a.id, t.position FROM application a JOIN passage p ON p.org_id = $1 AND p.application_id = a.id \
             JOIN stage t ON t.id = p.stage_id AND t.job_id = a.job_id WHERE ",
            cohort!(),
            ") v GROUP BY v.id) f GROUP BY f.position ORDER BY f.position"
        )),
        &parameters(&org, which),
    )?;
    let standing = r.all(
        sql!(concat!(
            "SELECT a.stage_id, COUNT(*) FROM application a WHERE ",
            cohort!(),
            "AND a.ended_at IS NULL GROUP BY a.stage_id"
        )),
        &parameters(&org, which),
    )?;
    let pairs = |rows: &[Row]| -> Result<Vec<(i64, i64)>> {
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?)))
            .collect()
    };
    let (furthest, standing) = (pairs(&furthest)?, pairs(&standing)?);
    let stages = job::stages(r, org, job)?;
    let positions = positions(r, org, job)?;
    let steps = stages.iter().map(|stage| {
        let position = positions.iter().find(|(id, _)| *id == stage.id);
        let position = position.map_or(0, |(_, position)| *position);
        let reached = furthest.iter().filter(|(at, _)| *at >= position);
        let now = standing.iter().find(|(id, _)| *id == stage.id.0);
        Step {
            name: stage.name.clone(),
            reached: reached.map(|(_, count)| count).sum(),
            now: now.map_or(0, |(_, count)| *count),
        }
    });
    Ok(steps.collect())
}

fn positions(r: &mut Reader, org: OrgId, job: JobId) -> Result<Vec<(StageId, i64)>> {
    let rows = r.all(
        sql!("SELECT id, position FROM stage WHERE org_id = $1 AND job_id = $2"),
        &[&org, &job],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Of stays `s(what, took)`: how many, and the two that stand at the median and at nine tenths. The database sorts them; two
/// rows of each come back, or one that is both.
macro_rules! ranked {
    ($stays:expr) => {
        concat!(
            "SELECT v.what, v.took, v.place, v.n FROM (SELECT s.what AS what, s.took AS took, \
             ROW_NUMBER() OVER (PARTITION BY s.what ORDER BY s.took) AS place, \
             COUNT(*) OVER (PARTITION BY s.what) AS n FROM (",
            $stays,
            ") s) v WHERE v.place = (v.n + 1) / 2 OR v.place = (v.n * 9 + 9) / 10 ORDER BY v.what, v.place"
        )
    };
}

/// How long the job's stages were stayed in, in order: stays that are over, by another stage or by an end. Nothing without a
/// job.
pub fn stays(r: &mut Reader, org: OrgId, which: &Which) -> Result<Vec<Spell>> {
    let Some(job) = which.job else {
        return Ok(Vec::new());
    };
    let rows = r.all(
        sql!(ranked!(concat!(
            "SELECT p.stage_id AS what, p.left_at - p.entered_at AS took FROM application a \
             JOIN passage p ON p.org_id = $1 AND p.application_id = a.id WHERE ",
            cohort!(),
            "UNION ALL SELECT a.stage_id, a.ended_at - a.stage_at FROM application a WHERE ",
            cohort!(),
            "AND a.ended_at IS NOT NULL"
        ))),
        &parameters(&org, which),
    )?;
    let ranks = ranks(&rows, |row| Ok(row.get::<i64>(0)?))?;
    let stages = job::stages(r, org, job)?;
    let spells = stages.iter().filter_map(|stage| {
        let (_, count, median, ninth) = *ranks.iter().find(|(id, ..)| *id == stage.id.0)?;
        Some(Spell {
            of: stage.name.clone(),
            count,
            median,
            ninth,
        })
    });
    Ok(spells.collect())
}

/// How long it took until applications ended, by how they ended (`hired`, `rejected`, `withdrawn`).
pub fn ends(r: &mut Reader, org: OrgId, which: &Which) -> Result<Vec<Spell>> {
    let rows = r.all(
        sql!(ranked!(concat!(
            "SELECT a.disposition AS what, a.ended_at - a.submitted_at AS took FROM application a WHERE ",
            cohort!(),
            "AND a.ended_at IS NOT NULL AND a.disposition IS NOT NULL"
        ))),
        &parameters(&org, which),
    )?;
    let ranks = ranks(&rows, |row| Ok(row.get::<String>(0)?))?;
    let spells = ranks.into_iter().map(|(of, count, median, ninth)| Spell {
        of,
        count,
        median,
        ninth,
    });
    Ok(spells.collect())
}

type Rank<K> = (K, i64, i64, i64);

/// What [`ranked`] answers: of each, how many, the median and nine tenths. Clocks that go back make no time less than none.
fn ranks<K: PartialEq>(rows: &[Row], key: impl Fn(&Row) -> Result<K>) -> Result<Vec<Rank<K>>> {
    let mut all: Vec<Rank<K>> = Vec::new();
    for row in rows {
        let (key, took, n) = (key(row)?, row.get::<i64>(1)?.max(0), row.get::<i64>(3)?);
        match all.last_mut().filter(|last| last.0 == key) {
            Some(last) => last.3 = took,
            None => all.push((key, n, took, took)),
        }
    }
    Ok(all)
}

/// Invites that were made within the period.
pub fn invites(r: &mut Reader, org: OrgId, which: &Which) -> Result<Invites> {
    let row = r.one(
        sql!(
            "SELECT COUNT(*), CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.invite_id = i.id \
             AND d.state IN ('sent', 'bounced')) THEN 1 ELSE 0 END) AS BIGINT), \
             CAST(SUM(CASE WHEN i.opened_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT), \
             CAST(SUM(CASE WHEN i.started_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT), \
             CAST(SUM(CASE WHEN i.completed_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) FROM invite i \
             WHERE i.org_id = $1 AND i.created_at >= $2 AND i.created_at < $3 AND (CAST($4 AS BIGINT) IS NULL OR i.job_id = $4)"
        ),
        &parameters(&org, which),
    )?;
    let Some(row) = row else {
        return Ok(Invites::default());
    };
    let number = |n: usize| -> Result<i64> { Ok(row.get::<Option<i64>>(n)?.unwrap_or(0)) };
    Ok(Invites {
        made: number(0)?,
        mailed: number(1)?,
        opened: number(2)?,
        started: number(3)?,
        completed: number(4)?,
    })
}

/// Jobs to choose from, newest first: outside name and title.
pub fn choices(r: &mut Reader, org: OrgId) -> Result<Vec<(Uuid, String)>> {
    let rows = r.all(
        sql!("SELECT uid, title FROM job WHERE org_id = $1 ORDER BY id DESC LIMIT $2"),
        &[&org, &MOST_CHOICES],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}
