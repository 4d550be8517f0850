//! How much there is of everything, for the desk's first page. Looks only; nothing is counted ahead, so a number is
//! always that of the snapshot it was read in.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use store::{Reader, Row, ToValue, sql};

use crate::id::{JobId, KeyId, MemberId, OrgId, StageId, Uuid};
use crate::invite;
use crate::job::Status;
use crate::page::{hundred, with_hundred};
use crate::problem::Result;
use crate::record::Record;
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
pub fn of(r: &mut Reader, org: OrgId) -> Result<Counts> {
    let by_job = applications(r, org)?;
    let mut all = Applications::default();
    for one in by_job.values() {
        all.open += one.open;
        all.pending += one.pending;
        all.ended += one.ended;
    }
    let jobs = jobs(r, org, &by_job)?;
    let in_all = r.number(sql!("SELECT COUNT(*) FROM job WHERE org_id = $1"), &[&org])?;
    Ok(Counts {
        candidates: candidate::count(r, org, None)?,
        applications: all,
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

fn applications(r: &mut Reader, org: OrgId) -> Result<HashMap<JobId, Applications>> {
    let rows = r.all(
        sql!(
            "SELECT job_id, CASE WHEN ended_at IS NOT NULL THEN 'ended' WHEN pending = 1 THEN 'pending' \
             ELSE 'open' END, COUNT(*) FROM application WHERE org_id = $1 GROUP BY 1, 2"
        ),
        &[&org],
    )?;
    let mut by_job: HashMap<JobId, Applications> = HashMap::new();
    for row in &rows {
        let (state, count): (String, i64) = (row.get(1)?, row.get(2)?);
        let counts = by_job.entry(row.get(0)?).or_default();
        match state.as_str() {
            "ended" => counts.ended = count,
            "pending" => counts.pending = count,
            _ => counts.open = count,
        }
    }
    Ok(by_job)
}

fn jobs(
    r: &mut Reader,
    org: OrgId,
    by_job: &HashMap<JobId, Applications>,
) -> Result<Vec<JobCounts>> {
    let rows = r.all(
        sql!(
            "SELECT j.id, j.title, j.status, s.id, s.name FROM job j JOIN stage s ON s.job_id = j.id \
             WHERE j.org_id = $1 AND j.id IN (SELECT n.id FROM job n WHERE n.org_id = $1 ORDER BY n.id DESC LIMIT $2) \
             ORDER BY j.id DESC, s.position"
        ),
        &[&org, &JOBS],
    )?;
    let (standing, furthest) = (standing(r, org)?, furthest(r, org)?);
    let mut jobs: Vec<JobCounts> = Vec::new();
    for row in &rows {
        let (job, stage): (JobId, StageId) = (row.get(0)?, row.get(3)?);
        if jobs.last().is_none_or(|last| last.id != job) {
            jobs.push(JobCounts {
                applications: by_job.get(&job).copied().unwrap_or_default(),
                ..read_job(row)?
            });
        }
        let count = |map: &HashMap<StageId, i64>| map.get(&stage).copied().unwrap_or(0);
        let stages = &mut jobs.last_mut().expect("pushed above").stages;
        stages.push(StageCounts {
            id: stage,
            name: row.get(4)?,
            now: count(&standing),
            reached: count(&furthest),
        });
    }
    for job in &mut jobs {
        add_up(&mut job.stages);
    }
    Ok(jobs)
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

/// How many submitted, open applications stand in each stage.
fn standing(r: &mut Reader, org: OrgId) -> Result<HashMap<StageId, i64>> {
    let rows = r.all(
        sql!(
            "SELECT stage_id, COUNT(*) FROM application \
             WHERE org_id = $1 AND pending = 0 AND ended_at IS NULL GROUP BY stage_id"
        ),
        &[&org],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// For how many submitted applications each stage is the furthest they came to: the one they are in, or one that
/// they left.
fn furthest(r: &mut Reader, org: OrgId) -> Result<HashMap<StageId, i64>> {
    let rows = r.all(
        sql!(
            "SELECT s.id, COUNT(*) FROM (SELECT v.job_id AS job_id, MAX(v.position) AS position FROM \
             (SELECT a.id AS id, a.job_id AS job_id, t.position AS position FROM application a \
             JOIN stage t ON t.id = a.stage_id WHERE a.org_id = $1 AND a.pending = 0 \
             UNION ALL SELECT a.id, a.job_id, t.position FROM passage p JOIN application a ON a.id = p.application_id \
             JOIN stage t ON t.id = p.stage_id AND t.job_id = a.job_id WHERE p.org_id = $1 AND a.pending = 0) v \
             GROUP BY v.id, v.job_id) f \
             JOIN stage s ON s.job_id = f.job_id AND s.position = f.position GROUP BY s.id"
        ),
        &[&org],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
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

/// The numbers of these jobs, at most [`crate::page::MOST`], in the order in which they are named.
pub fn of_jobs(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<JobCounts>> {
    let parameters = with_hundred(&org, jobs);
    let mut known: HashMap<JobId, JobCounts> = HashMap::new();
    let rows = r.all(
        sql!(concat!(
            "SELECT j.id, j.title, j.status, s.id, s.name FROM job j LEFT JOIN stage s ON s.job_id = j.id \
             WHERE j.org_id = $1 AND j.id IN (",
            hundred!(),
            ") ORDER BY j.id, s.position LIMIT 20000"
        )),
        &parameters,
    )?;
    for row in &rows {
        let job: JobId = row.get(0)?;
        let counts = match known.entry(job) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(read_job(row)?),
        };
        if let Some(id) = row.get::<Option<StageId>>(3)? {
            counts.stages.push(StageCounts {
                id,
                name: row.get(4)?,
                now: 0,
                reached: 0,
            });
        }
    }
    let rows = r.all(
        sql!(concat!(
            "SELECT job_id, stage_id, CASE WHEN ended_at IS NOT NULL THEN 'ended' WHEN pending = 1 THEN 'pending' \
             ELSE 'open' END, COUNT(*) FROM application WHERE org_id = $1 AND job_id IN (",
            hundred!(),
            ") GROUP BY 1, 2, 3"
        )),
        &parameters,
    )?;
    for row in &rows {
        let (state, count): (String, i64) = (row.get(2)?, row.get(3)?);
        let Some(counts) = known.get_mut(&row.get(0)?) else {
            continue;
        };
        match state.as_str() {
            "ended" => counts.applications.ended += count,
            "pending" => counts.applications.pending += count,
            _ => {
                counts.applications.open += count;
                let stage: StageId = row.get(1)?;
                if let Some(stage) = counts.stages.iter_mut().find(|s| s.id == stage) {
                    stage.now = count;
                }
            }
        }
    }
    let furthest = furthest_of(r, &parameters)?;
    for counts in known.values_mut() {
        for stage in &mut counts.stages {
            stage.reached = furthest.get(&stage.id).copied().unwrap_or(0);
        }
        add_up(&mut counts.stages);
    }
    Ok(jobs.iter().filter_map(|job| known.remove(job)).collect())
}

/// As [`furthest`], of some jobs.
fn furthest_of(r: &mut Reader, parameters: &[&dyn ToValue]) -> Result<HashMap<StageId, i64>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT s.id, COUNT(*) FROM (SELECT v.job_id AS job_id, MAX(v.position) AS position FROM \
             (SELECT a.id AS id, a.job_id AS job_id, t.position AS position FROM application a \
             JOIN stage t ON t.id = a.stage_id WHERE a.org_id = $1 AND a.pending = 0 AND a.job_id IN (",
            hundred!(),
            ") UNION ALL SELECT a.id, a.job_id, t.position FROM application a \
             JOIN passage p ON p.org_id = a.org_id AND p.application_id = a.id \
             JOIN stage t ON t.id = p.stage_id AND t.job_id = a.job_id WHERE a.org_id = $1 AND a.pending = 0 AND a.job_id IN (",
            hundred!(),
            ")) v GROUP BY v.id, v.job_id) f \
             JOIN stage s ON s.job_id = f.job_id AND s.position = f.position GROUP BY s.id"
        )),
        parameters,
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
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
