//! How much there is of everything, for the desk's first page and lists of jobs. Looks only. Applications are counted from
//! the organization's roll (`roll.rs`), which is never older than the snapshot that is looked at.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use store::{Reader, Row, sql};

use crate::id::{JobId, KeyId, MemberId, OrgId, StageId, Uuid};
use crate::invite;
use crate::job::Status;
use crate::page::{hundred, with_hundred};
use crate::problem::Result;
use crate::record::Record;
use crate::roll::{Line, Roll, Rolls};
use crate::{api_key, candidate};

/// How many jobs are told apart; older ones count in the totals only.
const JOBS: i64 = 50;

/// The organization in numbers.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// People.
    pub candidates: i64,
    /// Applications for all jobs together.
    pub applications: Applications,
    /// The newest jobs, newest first.
    pub jobs: Vec<JobCounts>,
    /// Jobs older than those.
    pub more_jobs: i64,
    /// Invites by what became of them, their expiry taken into account; states that no invite is in are left out.
    pub invites: Vec<(invite::State, i64)>,
    /// Mails that wait to be sent.
    pub queued_mails: i64,
}

/// Applications by how far they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applications {
    /// Submitted and not ended.
    pub open: i64,
    /// There only because of an open invite.
    pub pending: i64,
    /// Hired, rejected, withdrawn.
    pub ended: i64,
}

/// One job in numbers.
#[derive(Debug, Clone)]
pub struct JobCounts {
    /// Inside number.
    pub id: JobId,
    /// As people call it.
    pub title: String,
    /// Whether it takes applications.
    pub status: Status,
    /// Its applications.
    pub applications: Applications,
    /// Its stages, in order.
    pub stages: Vec<StageCounts>,
}

/// One stage of a job in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCounts {
    /// Inside number.
    pub id: StageId,
    /// As people call it.
    pub name: String,
    /// Submitted, open applications that stand there now.
    pub now: i64,
    /// Submitted applications, ended ones too, that came as far as this stage or further; never grows along the
    /// pipeline, even when some skipped a stage or went back.
    pub reached: i64,
}

/// Counts everything of one organization.
pub fn of(r: &mut Reader, rolls: &Rolls, org: OrgId) -> Result<Counts> {
    let newest = r.all(
        sql!("SELECT id FROM job WHERE org_id = $1 ORDER BY id DESC LIMIT $2"),
        &[&org, &JOBS],
    )?;
    let newest: Vec<JobId> = newest
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect::<Result<_>>()?;
    let jobs = of_jobs(r, rolls, org, &newest)?;
    let in_all = r.number(sql!("SELECT COUNT(*) FROM job WHERE org_id = $1"), &[&org])?;
    Ok(Counts {
        candidates: candidate::count_all(r, org)?,
        applications: rolls.look(r, org, all)?,
        more_jobs: in_all - jobs.len() as i64,
        jobs,
        invites: invites(r, org)?,
        queued_mails: r.number(
            sql!(
                "SELECT COUNT(*) FROM delivery WHERE org_id = $1 AND channel = 'mail' AND state = 'queued'"
            ),
            &[&org],
        )?,
    })
}

impl Applications {
    fn add(&mut self, line: &Line) {
        match (line.ended_at, line.pending) {
            (Some(_), _) => self.ended += 1,
            (None, true) => self.pending += 1,
            (None, false) => self.open += 1,
        }
    }
}

fn all(roll: &Roll) -> Applications {
    let mut all = Applications::default();
    roll.lines.iter().for_each(|line| all.add(line));
    all
}

fn read_job(row: &Row) -> Result<JobCounts> {
    let status: String = row.get(2)?;
    Ok(JobCounts {
        id: row.get(0)?,
        title: row.get(1)?,
        status: Status::parse(&status).unwrap_or(Status::Closed),
        applications: Applications::default(),
        stages: Vec::new(),
    })
}

/// Whose furthest stage a later one is has come as far as the earlier ones too.
fn add_up(stages: &mut [StageCounts]) {
    let mut further = 0;
    for stage in stages.iter_mut().rev() {
        further += stage.reached;
        stage.reached = further;
    }
}

fn invites(r: &mut Reader, org: OrgId) -> Result<Vec<(invite::State, i64)>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT CASE WHEN state IN ('pending', 'opened', 'started') AND expires_at <= $2 THEN 'expired' \
             ELSE state END, COUNT(*) FROM invite WHERE org_id = $1 GROUP BY 1"
        ),
        &[&org, &now],
    )?;
    let mut found = HashMap::new();
    for row in &rows {
        found.insert(row.get::<String>(0)?, row.get::<i64>(1)?);
    }
    let states = invite::State::ALL.into_iter();
    Ok(states
        .filter_map(|state| Some((state, *found.get(state.word())?)))
        .collect())
}

/// A job that is counted: its numbers, and the places of its stages among the others.
struct Counting {
    counts: JobCounts,
    positions: Vec<i64>,
}

/// The numbers of these jobs, at most [`crate::page::MOST`], in the order in which they are named.
pub fn of_jobs(
    r: &mut Reader,
    rolls: &Rolls,
    org: OrgId,
    jobs: &[JobId],
) -> Result<Vec<JobCounts>> {
    let mut known: HashMap<JobId, Counting> = HashMap::new();
    let rows = r.all(
        sql!(concat!(
            "SELECT j.id, j.title, j.status, s.id, s.name, s.position FROM job j LEFT JOIN stage s ON s.job_id = j.id \
             WHERE j.org_id = $1 AND j.id IN (",
            hundred!(),
            ") ORDER BY j.id, s.position LIMIT 20000"
        )),
        &with_hundred(&org, jobs),
    )?;
    for row in &rows {
        let job = match known.entry(row.get(0)?) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Counting {
                counts: read_job(row)?,
                positions: Vec::new(),
            }),
        };
        if let Some(id) = row.get::<Option<StageId>>(3)? {
            job.counts.stages.push(StageCounts {
                id,
                name: row.get(4)?,
                now: 0,
                reached: 0,
            });
            job.positions.push(row.get(5)?);
        }
    }
    let mut counted: Vec<Counting> = jobs.iter().filter_map(|job| known.remove(job)).collect();
    rolls.look(r, org, |roll| count(roll, &mut counted))?;
    Ok(counted.into_iter().map(|job| job.counts).collect())
}

fn count(roll: &Roll, jobs: &mut [Counting]) {
    // By the roll's numbers: which of `jobs` it is, and which of its stages.
    let mut which: Vec<Option<usize>> = vec![None; roll.jobs.all().len()];
    let mut stages: Vec<Option<usize>> = vec![None; roll.stages.all().len()];
    for (n, job) in jobs.iter().enumerate() {
        if let Some(at) = roll.jobs.find(&job.counts.id) {
            which[at] = Some(n);
        }
        for (stage, counts) in job.counts.stages.iter().enumerate() {
            if let Some(at) = roll.stages.find(&counts.id) {
                stages[at] = Some(stage);
            }
        }
    }
    for line in &roll.lines {
        let Some(job) = which[line.job as usize].map(|n| &mut jobs[n]) else {
            continue;
        };
        job.counts.applications.add(line);
        if line.pending {
            continue;
        }
        let here = stages[line.stage as usize];
        if let Some(here) = here.filter(|_| line.ended_at.is_none()) {
            job.counts.stages[here].now += 1;
        }
        let position = here.map_or(-1, |here| job.positions[here]);
        let furthest = position.max(i64::from(line.left));
        if let Some(at) = job.positions.iter().position(|p| *p == furthest) {
            job.counts.stages[at].reached += 1;
        }
    }
    jobs.iter_mut()
        .for_each(|job| add_up(&mut job.counts.stages));
}

/// An event with the names of whom and what it is about, for people to read.
#[derive(Debug, Clone)]
pub struct Recent {
    /// Outside name.
    pub uid: Uuid,
    /// See [`crate::event::Kind::word`].
    pub kind: String,
    /// The person's name, `""` when none is known; `None` when the event is about no person.
    pub candidate: Option<String>,
    /// The job's title.
    pub job: Option<String>,
    /// The stage an application came to, for those that moved.
    pub stage: Option<String>,
    /// Who did it.
    pub actor: Actor,
    /// When, µs.
    pub created_at: i64,
}

/// Who did something, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An API key.
    Key {
        /// As people call it.
        name: String,
        /// The API it is for.
        dialect: String,
    },
    /// A person at the organization.
    Member(String),
    /// The holder of an invite's link.
    Candidate,
    /// Muster itself, or somebody who is gone.
    System,
}

/// The organization's newest events, newest first.
pub fn recent(r: &mut Reader, org: OrgId, limit: i64) -> Result<Vec<Recent>> {
    let rows = r.all(
        sql!(
            "SELECT e.uid, e.kind, c.record, j.title, e.actor, e.data, e.created_at FROM event e \
             LEFT JOIN candidate c ON c.id = e.candidate_id LEFT JOIN job j ON j.id = e.job_id \
             WHERE e.org_id = $1 AND e.place IS NOT NULL ORDER BY e.place DESC LIMIT $2"
        ),
        &[&org, &limit],
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let (record, actor): (Option<String>, String) = (row.get(2)?, row.get(4)?);
        let data: serde_json::Value =
            serde_json::from_str(&row.get::<String>(5)?).unwrap_or_default();
        all.push(Recent {
            uid: row.get(0)?,
            kind: row.get(1)?,
            candidate: record.map(|text| Record::parse(&text).name().to_owned()),
            job: row.get(3)?,
            stage: stage_name(r, org, data["to_stage"].as_i64())?,
            actor: actor_name(r, org, &actor)?,
            created_at: row.get(6)?,
        });
    }
    Ok(all)
}

pub(crate) fn stage_name(r: &mut Reader, org: OrgId, id: Option<i64>) -> Result<Option<String>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let row = r.one(
        sql!("SELECT name FROM stage WHERE org_id = $1 AND id = $2"),
        &[&org, &StageId(id)],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// The name behind what [`crate::caller::Caller::actor`] wrote.
pub(crate) fn actor_name(r: &mut Reader, org: OrgId, actor: &str) -> Result<Actor> {
    let (who, id) = actor.split_once(':').unwrap_or((actor, ""));
    let id = id.parse::<i64>().unwrap_or(0);
    Ok(match who {
        "candidate" => Actor::Candidate,
        "key" => match api_key::find(r, org, KeyId(id)) {
            Ok(key) => Actor::Key {
                name: key.name,
                dialect: key.dialect,
            },
            Err(crate::Problem::NotFound(_)) => Actor::System,
            Err(other) => return Err(other),
        },
        "member" => {
            let row = r.one(
                sql!("SELECT name FROM member WHERE org_id = $1 AND id = $2"),
                &[&org, &MemberId(id)],
            )?;
            match row {
                Some(row) => Actor::Member(row.get(0)?),
                None => Actor::System,
            }
        }
        _ => Actor::System,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_came_further_has_passed_the_earlier_stages() {
        let stage = |n| StageCounts {
            id: StageId(n),
            name: String::new(),
            now: 0,
            reached: n,
        };
        let mut stages = [stage(5), stage(0), stage(3), stage(1)];
        add_up(&mut stages);
        assert_eq!(stages.map(|s| s.reached), [9, 4, 4, 1]);
    }
}
