//! Which job of ours a caller means, and applications for it. What names no job is only kept, as the far system's own.

use std::collections::HashMap;

use hiring::application::{self, Application, Disposition, NewApplication};
use hiring::caller::Caller;
use hiring::candidate::Candidate;
use hiring::id::{ApplicationId, JobId, OrgId, StageId, Uuid};
use hiring::job::{self, Job, Stage, Status};
use hiring::problem::{FlawCode, Noun, Problem, Result};
use hiring::text;
use store::{Reader, Tx};

use super::whose;
use crate::eightfold::map::applications::Entry;

/// What the entries of a body name.
pub(super) struct Resolved<'e> {
    /// Entries that name an open job of ours, with it.
    pub named: Vec<(&'e Entry, Job)>,
    /// Pointers of all other names.
    pub unknown: Vec<String>,
}

/// Looks up every job that is named in a body of `system`'s.
pub(super) fn resolve<'e>(
    r: &mut Reader,
    org: OrgId,
    system: &str,
    entries: &'e [Entry],
) -> Result<Resolved<'e>> {
    let (mut named, mut unknown) = (Vec::new(), Vec::new());
    // A system that named jobs of its own means those: a number of its is not one of ours.
    let own = !entries.is_empty() && job::has_foreign(r, org, &whose::kind(system))?;
    for entry in entries {
        let numbers = !own && entry.job_system.is_none();
        let system = entry.job_system.as_deref().unwrap_or(system);
        for (wanted, pointer) in &entry.jobs {
            let found = match far(r, org, system, wanted)? {
                Some(job) => Some(job),
                None => ours(r, org, wanted, numbers)?,
            };
            match found.filter(|j| matches!(j.status, Status::Open | Status::OnHold)) {
                Some(job) => named.push((entry, job)),
                None => unknown.push(pointer.clone()),
            }
        }
    }
    Ok(Resolved { named, unknown })
}

/// The job that `system` calls so.
pub(super) fn far(r: &mut Reader, org: OrgId, system: &str, id: &str) -> Result<Option<Job>> {
    if !whose::is_storable(id) || !whose::is_storable(system) {
        return Ok(None);
    }
    match job::look_up_foreign(r, org, &whose::foreign_id(system, id))? {
        Some(known) => job::find(r, org, known.job).map(Some),
        None => Ok(None),
    }
}

/// By its outside name or, where `numbers` may be ours, its number, as we show both.
fn ours(r: &mut Reader, org: OrgId, wanted: &str, numbers: bool) -> Result<Option<Job>> {
    let found = match (Uuid::try_parse(wanted), wanted.parse()) {
        (Ok(uid), _) => job::find_by_uid(r, org, uid),
        (_, Ok(number)) if numbers => job::find(r, org, JobId(number)),
        _ => return Ok(None),
    };
    match found {
        Ok(job) => Ok(Some(job)),
        Err(Problem::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The position of this id of ours.
pub(super) fn position(r: &mut Reader, org: OrgId, id: &str) -> Result<Job> {
    let missing = Problem::NotFound(Noun::Job);
    let uid = Uuid::try_parse(id).map_err(|_| missing)?;
    job::find_by_uid(r, org, uid)
}

/// What the first system that knows each of these jobs calls it.
pub(super) fn known_as(
    r: &mut Reader,
    org: OrgId,
    jobs: &[JobId],
) -> Result<HashMap<JobId, Vec<String>>> {
    let mut all: HashMap<JobId, Vec<String>> = HashMap::new();
    for jobs in jobs.chunks(hiring::page::MOST) {
        for far in job::foreign_of(r, org, jobs)? {
            if whose::system_of(&far.id.kind).is_some() {
                all.entry(far.job).or_default().push(far.id.key);
            }
        }
    }
    Ok(all)
}

/// Opens what is not there yet, moves it to the stage that is named, and ends what the caller says has ended. An
/// application that is there, open or ended, is no fault: the call is an upsert. Answers the first.
pub(super) fn apply(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    named: &[(&Entry, Job)],
) -> Result<Option<ApplicationId>> {
    let mut first = None;
    for (entry, job) in named {
        let stages = job::stages(tx, caller.org, job.id)?;
        let stage = entry
            .stage
            .as_deref()
            .and_then(|name| called(&stages, name));
        let new = NewApplication {
            stage,
            ..entry.new.clone()
        };
        let mut application = there_or_open(tx, caller, candidate, job, &new)?;
        first = first.or(Some(application.id));
        if application.ended_at.is_some() {
            continue;
        }
        if let Some(stage) = stage.filter(|stage| *stage != application.stage) {
            application = application::advance(tx, caller, application.id, stage, None)?;
        }
        if let Some((how, reason)) = &entry.ending {
            application::dispose(tx, caller, application.id, *how, reason.as_deref())?;
        }
    }
    Ok(first)
}

/// The stage of this name, whatever its case.
fn called(stages: &[Stage], name: &str) -> Option<StageId> {
    let key = text::key(name);
    let found = stages.iter().find(|stage| text::key(&stage.name) == key);
    found.map(|stage| stage.id)
}

fn there_or_open(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    job: &Job,
    new: &NewApplication,
) -> Result<Application> {
    let all = application::of_candidate(tx, caller.org, candidate.id)?;
    let submitted = all.into_iter().filter(|a| a.job == job.id && !a.pending);
    match submitted.max_by_key(|a| (a.ended_at.is_none(), a.id)) {
        Some(there) => Ok(there),
        None => {
            let opened = application::open(tx, caller, candidate, job, new)?;
            Ok(opened.application().clone())
        }
    }
}

/// Moves the candidate's application for `job` to the stage of this name and ends it; opens it where there is none.
///
/// # Errors
/// `Invalid` at `/stage` when the job has no such stage; a clash when the application has ended.
pub(super) fn advance(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    job: &Job,
    stage: Option<&str>,
    ending: Option<(Disposition, Option<&str>)>,
) -> Result<Application> {
    let stages = job::stages(tx, caller.org, job.id)?;
    let stage = stage.map(|name| {
        called(&stages, name).ok_or_else(|| {
            let names: Vec<&str> = stages.iter().map(|s| s.name.as_str()).collect();
            let detail = format!("stage must be one of the position's: {}", names.join(", "));
            Problem::invalid("/stage", FlawCode::UnknownReference, detail)
        })
    });
    let stage = stage.transpose()?;
    let new = NewApplication {
        stage,
        source: "Eightfold".into(),
        ..NewApplication::default()
    };
    let mut application = there_or_open(tx, caller, candidate, job, &new)?;
    if let Some(stage) = stage.filter(|stage| *stage != application.stage) {
        application = application::advance(tx, caller, application.id, stage, None)?;
    }
    match ending {
        Some((how, reason)) => application::dispose(tx, caller, application.id, how, reason),
        None => Ok(application),
    }
}
