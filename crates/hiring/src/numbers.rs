//! What became of the applications of a period: for one job or for all. Looks only, and counts from the organization's roll
//! (`roll.rs`); stays in stages, of which there are more than applications, are ranked by the database.
//!
//! All of it is about the same people: those whose applications came in within the period. So its parts add up, and what a
//! later month decides about them is seen when one looks again. Invites are those that were made within it.
//!
//! What stands where at this moment, whenever it came, is `counts.rs`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use store::{Reader, Row, ToValue, sql};

use crate::application::Disposition;
use crate::id::{JobId, OrgId, StageId, Uuid};
use crate::job;
use crate::problem::Result;
use crate::roll::{Line, Roll, Rolls};

/// Jobs that are told apart, those with the most applications; more only stand in the totals.
pub const MOST_JOBS: usize = 50;
/// Sources that are told apart, likewise.
pub const MOST_SOURCES: usize = 20;
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

/// Conditions on application `a`, for one job. Added to nothing, the time is looked up in no index: that of all of the
/// organization's applications would be taken for the best.
macro_rules! cohort {
    () => {
        "a.org_id = $1 AND a.job_id = $4 AND a.pending = 0 AND a.submitted_at + 0 >= $2 AND a.submitted_at + 0 < $3 "
    };
}

impl Fates {
    fn add(&mut self, line: &Line) {
        self.applied += 1;
        match line.end {
            None => self.open += 1,
            Some(Disposition::Hired) => self.hired += 1,
            Some(Disposition::Rejected) => self.rejected += 1,
            Some(Disposition::Withdrawn) => self.withdrawn += 1,
        }
    }
}

/// Those of the roll that are looked at.
fn cohort<'r>(roll: &'r Roll, which: &Which) -> impl Iterator<Item = &'r Line> {
    let job = which.job.map(|job| roll.jobs.find(&job));
    let span = which.from..which.until;
    roll.lines.iter().filter(move |line| {
        !line.pending
            && line.submitted_at.is_some_and(|at| span.contains(&at))
            && job.is_none_or(|job| job == Some(line.job as usize))
    })
}

/// All of them together.
pub fn fates(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Fates> {
    rolls.look(r, org, |roll| {
        let mut fates = Fates::default();
        cohort(roll, which).for_each(|line| fates.add(line));
        fates
    })
}

fn parameters<'w>(org: &'w OrgId, which: &'w Which) -> [&'w dyn ToValue; 4] {
    [org, &which.from, &which.until, &which.job]
}

/// By job, those with the most applications first, at most [`MOST_JOBS`].
pub fn jobs(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Vec<OfJob>> {
    let mut most = rolls.look(r, org, |roll| {
        let mut by_job = vec![Fates::default(); roll.jobs.all().len()];
        cohort(roll, which).for_each(|line| by_job[line.job as usize].add(line));
        let all = roll.jobs.all().iter().copied().zip(by_job);
        let all = all.filter(|(_, fates)| fates.applied > 0);
        all.collect::<Vec<_>>()
    })?;
    most.sort_unstable_by_key(|(job, fates)| (Reverse(fates.applied), Reverse(*job)));
    most.truncate(MOST_JOBS);
    let ids: Vec<JobId> = most.iter().map(|(job, _)| *job).collect();
    let titles = job::of_ids(r, org, &ids)?;
    let of = most.into_iter().filter_map(|(id, fates)| {
        let job = titles.iter().find(|job| job.id == id)?;
        Some(OfJob {
            title: job.title.clone(),
            fates,
        })
    });
    Ok(of.collect())
}

/// By source, those with the most applications first, at most [`MOST_SOURCES`].
pub fn sources(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Vec<OfSource>> {
    rolls.look(r, org, |roll| {
        let mut by_source = vec![Fates::default(); roll.sources.all().len()];
        cohort(roll, which).for_each(|line| by_source[line.source as usize].add(line));
        let all = roll.sources.all().iter().zip(by_source);
        let mut most: Vec<_> = all.filter(|(_, fates)| fates.applied > 0).collect();
        most.sort_unstable_by_key(|(source, fates)| (Reverse(fates.applied), *source));
        let most = most.into_iter().take(MOST_SOURCES);
        most.map(|(source, fates)| OfSource {
            source: source.clone(),
            fates,
        })
        .collect()
    })
}

/// The job's stages in order, with how many of the period's applications came how far. Nothing without a job.
pub fn funnel(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Vec<Step>> {
    let Some(job) = which.job else {
        return Ok(Vec::new());
    };
    let stages = job::stages(r, org, job)?;
    let positions = positions(r, org, job)?;
    let mut steps: Vec<Step> = stages
        .iter()
        .map(|stage| Step {
            name: stage.name.clone(),
            reached: 0,
            now: 0,
        })
        .collect();
    rolls.look(r, org, |roll| {
        let place = |id: StageId| {
            let found = positions.iter().find(|(of, _)| *of == id);
            found.map_or(-1, |(_, position)| *position)
        };
        // By the roll's numbers.
        let places: Vec<i64> = roll.stages.all().iter().map(|id| place(*id)).collect();
        let own: Vec<i64> = stages.iter().map(|stage| place(stage.id)).collect();
        for line in cohort(roll, which) {
            let here = places[line.stage as usize];
            let furthest = here.max(i64::from(line.left));
            for (step, at) in steps.iter_mut().zip(&own) {
                step.reached += i64::from(furthest >= *at);
                step.now += i64::from(here == *at && line.ended_at.is_none());
            }
        }
    })?;
    Ok(steps)
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
            "SELECT p.stage_id AS what, p.left_at - p.entered_at AS took FROM application a CROSS JOIN passage p \
             WHERE p.org_id = a.org_id AND p.application_id = a.id AND ",
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
pub fn ends(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Vec<Spell>> {
    let took = rolls.look(r, org, |roll| {
        let mut took: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
        for line in cohort(roll, which) {
            if let (Some(how), Some(at), Some(ended)) = (line.end, line.submitted_at, line.ended_at)
            {
                // Clocks that go back make no time less than none.
                let all = took.entry(how.word()).or_default();
                all.push((ended - at).max(0));
            }
        }
        took
    })?;
    let spell = |(of, mut all): (&str, Vec<i64>)| {
        let n = all.len();
        let mut ranked = |place: usize| *all.select_nth_unstable(place - 1).1;
        Spell {
            of: of.to_owned(),
            count: n as i64,
            median: ranked(n.div_ceil(2)),
            ninth: ranked((n * 9).div_ceil(10)),
        }
    };
    Ok(took.into_iter().map(spell).collect())
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
