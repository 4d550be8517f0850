//! Applications of the body for jobs of ours. All others are only kept, as the far system's own.

use hiring::application::{self, Application};
use hiring::caller::Caller;
use hiring::candidate::Candidate;
use hiring::id::{ApplicationId, JobId, OrgId, Uuid};
use hiring::job::{self, Job, Status};
use hiring::problem::{Problem, Result};
use store::{Reader, Tx};

use crate::eightfold::map::applications::Entry;

/// What the entries of a body name.
pub(super) struct Resolved<'e> {
    /// Entries that name an open job of ours, with it.
    pub named: Vec<(&'e Entry, Job)>,
    /// Pointers of all other names.
    pub unknown: Vec<String>,
}

/// Looks up every job that is named.
pub(super) fn resolve<'e>(
    r: &mut Reader,
    org: OrgId,
    entries: &'e [Entry],
) -> Result<Resolved<'e>> {
    let (mut named, mut unknown) = (Vec::new(), Vec::new());
    for entry in entries {
        for (wanted, pointer) in &entry.jobs {
            match look_up(r, org, wanted)? {
                Some(job) => named.push((entry, job)),
                None => unknown.push(pointer.clone()),
            }
        }
    }
    Ok(Resolved { named, unknown })
}

/// By its outside name or its number, as we show both.
fn look_up(r: &mut Reader, org: OrgId, wanted: &str) -> Result<Option<Job>> {
    let found = match (Uuid::try_parse(wanted), wanted.parse()) {
        (Ok(uid), _) => job::find_by_uid(r, org, uid),
        (_, Ok(number)) => job::find(r, org, JobId(number)),
        _ => return Ok(None),
    };
    match found {
        Ok(job) => Ok(Some(job).filter(|j| matches!(j.status, Status::Open | Status::OnHold))),
        Err(Problem::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Opens what is not there yet and ends what the caller says has ended. An application that is there, open or
/// ended, is no fault: the call is an upsert. Answers the first.
pub(super) fn apply(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    named: &[(&Entry, Job)],
) -> Result<Option<ApplicationId>> {
    let mut first = None;
    for (entry, job) in named {
        let application = there_or_open(tx, caller, candidate, job, entry)?;
        first = first.or(Some(application.id));
        if let (Some((how, reason)), None) = (&entry.ending, application.ended_at) {
            application::dispose(tx, caller, application.id, *how, reason.as_deref())?;
        }
    }
    Ok(first)
}

fn there_or_open(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    job: &Job,
    entry: &Entry,
) -> Result<Application> {
    let all = application::of_candidate(tx, caller.org, candidate.id)?;
    let submitted = all.into_iter().filter(|a| a.job == job.id && !a.pending);
    match submitted.max_by_key(|a| (a.ended_at.is_none(), a.id)) {
        Some(there) => Ok(there),
        None => {
            let opened = application::open(tx, caller, candidate, job, &entry.new)?;
            Ok(opened.application().clone())
        }
    }
}
