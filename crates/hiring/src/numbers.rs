//! What became of the applications of a period: for one job or for all. Looks only, and counts from the organization's roll
//! (`roll.rs`); of stays in stages, of which there are more than applications, the database says how long each took.
//!
//! All of it is about the same people: those whose applications came in within the period. So its parts add up, and what a
//! later month decides about them is seen when one looks again. Invites are those that were made within it.
//!
//! What stands where at this moment, whenever it came, is `counts.rs`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use store::{Reader, ToValue, sql};

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
    let is_asked = asked(roll, which);
    roll.lines.iter().filter(move |line| is_asked(line))
}

/// Whether somebody is one of those.
fn asked(roll: &Roll, which: &Which) -> impl Fn(&Line) -> bool + use<> {
    let job = which.job.map(|job| roll.jobs.find(&job));
    let span = which.from..which.until;
    move |line| {
        !line.pending
            && line.submitted_at.is_some_and(|at| span.contains(&at))
            && job.is_none_or(|job| job == Some(line.job as usize))
    }
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

/// How long the job's stages were stayed in, in order: stays that are over, by another stage or by an end. Nothing without a
/// job.
pub fn stays(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Vec<Spell>> {
    let Some(job) = which.job else {
        return Ok(Vec::new());
    };
    let mut spells = Vec::new();
    for stage in job::stages(r, org, job)? {
        let left = left(r, org, stage.id)?;
        let mut took = rolls.look(r, org, |roll| {
            let is_asked = asked(roll, which);
            let left = left.iter().filter_map(|(application, took)| {
                let line = roll.line(*application)?;
                is_asked(line).then_some(*took)
            });
            let here = roll.stages.find(&stage.id);
            let ended = cohort(roll, which).filter_map(|line| {
                let ended = line.ended_at.filter(|_| here == Some(line.stage as usize));
                Some(ended? - line.stage_at)
            });
            left.chain(ended).collect::<Vec<_>>()
        })?;
        if !took.is_empty() {
            spells.push(spell(stage.name, &mut took));
        }
    }
    Ok(spells)
}

/// Which applications have left the stage, and after how long, µs.
fn left(r: &mut Reader, org: OrgId, stage: StageId) -> Result<Vec<(i64, i64)>> {
    let rows = r.all(
        sql!(
            "SELECT application_id, left_at - entered_at FROM passage WHERE org_id = $1 AND stage_id = $2"
        ),
        &[&org, &stage],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Of times that something took, at least one, the two that stand at the median and at nine tenths. Clocks that go back make
/// no time less than none.
fn spell(of: String, took: &mut [i64]) -> Spell {
    let n = took.len();
    let mut ranked = |place: usize| (*took.select_nth_unstable(place - 1).1).max(0);
    Spell {
        of,
        count: n as i64,
        median: ranked(n.div_ceil(2)),
        ninth: ranked((n * 9).div_ceil(10)),
    }
}

/// How long it took until applications ended, by how they ended (`hired`, `rejected`, `withdrawn`).
pub fn ends(r: &mut Reader, rolls: &Rolls, org: OrgId, which: &Which) -> Result<Vec<Spell>> {
    let took = rolls.look(r, org, |roll| {
        let mut took: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
        for line in cohort(roll, which) {
            if let (Some(how), Some(at), Some(ended)) = (line.end, line.submitted_at, line.ended_at)
            {
                took.entry(how.word()).or_default().push(ended - at);
            }
        }
        took
    })?;
    let spells = took.into_iter();
    Ok(spells
        .map(|(of, mut took)| spell(of.to_owned(), &mut took))
        .collect())
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
