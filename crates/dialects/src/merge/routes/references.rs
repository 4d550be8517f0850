//! What a body refers to by id: looked up in the caller's organization, and a fault *of the body* where it is not there.

use std::collections::HashMap;

use hiring::application::{self, Disposition, Opened};
use hiring::attachment;
use hiring::caller::Caller;
use hiring::candidate::Candidate;
use hiring::id::{ApplicationId, OrgId, StageId};
use hiring::job::{self, Job};
use hiring::problem::{Clash, Flaw, FlawCode, Noun, Problem, Result};
use hiring::{catalog, form, member, slot};
use serde_json::{Map, Value, json};
use store::{Reader, Tx};

use crate::merge::map::{self, Found};
use crate::merge::wire::{
    AnswerRequest, ApplicationRequest, AttachmentRequest, Linked, Note, Reference, Why,
};

/// Opens the applications that stand in a candidate and looks for those named by id. Answers the first of them.
///
/// # Errors
/// [`Problem::Invalid`] naming every one that cannot be.
pub(super) fn link_applications(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    applications: &[Linked<ApplicationRequest>],
    notes: &mut Vec<Note>,
) -> Result<Option<ApplicationId>> {
    let (mut first, mut flaws) = (None, Vec::new());
    for linked in applications {
        let there = match linked {
            Linked::New(new) => open(tx, caller, candidate, new, notes),
            Linked::Existing(reference) => own_application(tx, caller.org, candidate, reference),
        };
        match there {
            Ok(id) => first = first.or(Some(id)),
            Err(Problem::Invalid(more)) => flaws.extend(more),
            Err(problem) => return Err(problem),
        }
    }
    if flaws.is_empty() {
        Ok(first)
    } else {
        Err(Problem::Invalid(flaws))
    }
}

/// Opens an application. Where an open one for that job is there already, it is that one (DESIGN §9).
pub(super) fn open(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    request: &ApplicationRequest,
    notes: &mut Vec<Note>,
) -> Result<ApplicationId> {
    let job = job::find_by_uid(tx, caller.org, request.job.id);
    let job = job.map_err(unknown(&request.job, "job"))?;
    let found = look(tx, caller.org, &job, request, notes)?;
    let new = map::new_application(request, found);
    let opened = application::open(tx, caller, candidate, &job, &new);
    let opened = opened.map_err(|problem| match problem {
        Problem::Conflict(Clash::NotAllowed(why)) => {
            Flaw::new(&request.job.at, FlawCode::Other, format!("{why}.")).into()
        }
        other => other,
    })?;
    let id = opened.application().id;
    if matches!(opened, Opened::Existing(_)) {
        notes.extend(request.said().map(|pointer| repeated(&pointer)));
    }
    if request.rejected_at.is_some() && !matches!(opened, Opened::Existing(_)) {
        application::dispose(tx, caller, id, Disposition::Rejected, None)?;
    }
    Ok(id)
}

/// What an application refers to beside its job.
fn look(
    r: &mut Reader,
    org: OrgId,
    job: &Job,
    request: &ApplicationRequest,
    notes: &mut Vec<Note>,
) -> Result<Found> {
    let stage = match &request.current_stage {
        Some(stage) => Some(stage_of(r, org, job, stage)?),
        None => None,
    };
    let credited_to = match &request.credited_to {
        Some(user) => {
            let found = member::find_by_uid(r, org, user.id);
            Some(found.map_err(unknown(user, "user"))?.id)
        }
        None => None,
    };
    let reason = match &request.reject_reason {
        Some(reason) => {
            let found = catalog::find(r, org, catalog::Kind::RejectReason, reason.id);
            Some(found.map_err(unknown(reason, "reject reason"))?.id)
        }
        None => None,
    };
    Ok(Found {
        stage,
        credited_to,
        reason,
        answers: answers(r, org, job, &request.answers, notes)?,
    })
}

/// The answers by the names of the job's fields. A choice must be one of the field's options.
fn answers(
    r: &mut Reader,
    org: OrgId,
    job: &Job,
    requests: &[Linked<AnswerRequest>],
    notes: &mut Vec<Note>,
) -> Result<Map<String, Value>> {
    let mut answers = Map::new();
    if requests.is_empty() {
        return Ok(answers);
    }
    let fields = job::fields(r, org, job.id)?;
    let mut answered: HashMap<&str, &AnswerRequest> = HashMap::new();
    let mut open_ones = Vec::new();
    for request in requests {
        let new = match request {
            Linked::New(new) => new,
            Linked::Existing(there) => {
                let noun = "screening question answer of this application";
                return Err(unknown(there, noun)(Problem::NotFound(Noun::Application)));
            }
        };
        let field = fields
            .iter()
            .find(|f| map::question_id(job.uid, &f.name) == new.question.id);
        let Some(field) = field else {
            let noun = "screening question of this job";
            return Err(unknown(&new.question, noun)(Problem::NotFound(Noun::Job)));
        };
        let Some(answer) = &new.answer else {
            notes.push(repeated(&new.question.at));
            continue;
        };
        // One that was cut out was judged before it was.
        let open = slot::parse(answer).is_none();
        if open && !field.options.is_empty() && !field.options.contains(answer) {
            let options = field.options.join(", ");
            let detail = format!("answer must be one of: {options}");
            return Err(Flaw::new(&new.at, FlawCode::NotAChoice, detail).into());
        }
        open_ones.extend(form::undisguised(field, &json!(answer), &new.at));
        answers.insert(field.name.clone(), json!(answer));
        // Of two answers to one question the later counts.
        if let Some(earlier) = answered.insert(&field.name, new) {
            notes.extend([&earlier.question.at, &earlier.at].map(|at| repeated(at)));
        }
    }
    match open_ones.is_empty() {
        true => Ok(answers),
        false => Err(Problem::Invalid(open_ones)),
    }
}

/// What has no place beside another value.
fn repeated(pointer: &str) -> Note {
    let name = pointer.trim_end_matches("/id").rsplit('/').next();
    Note {
        pointer: pointer.to_owned(),
        name: name.unwrap_or_default().to_owned(),
        why: Why::Repeated,
    }
}

/// The stage of this job that `wanted` names.
pub(super) fn stage_of(
    r: &mut Reader,
    org: OrgId,
    job: &Job,
    wanted: &Reference,
) -> Result<StageId> {
    let stages = job::stages(r, org, job.id)?;
    let found = stages.iter().find(|s| s.uid == wanted.id).map(|s| s.id);
    found
        .ok_or(Problem::NotFound(Noun::Stage))
        .map_err(unknown(wanted, "stage of this job"))
}

/// An application named by its id must be this person's: none changes hands.
fn own_application(
    r: &mut Reader,
    org: OrgId,
    candidate: &Candidate,
    wanted: &Reference,
) -> Result<ApplicationId> {
    let found = application::find_listed(r, org, wanted.id);
    let found = found.map_err(unknown(wanted, "application"))?;
    if found.application.candidate != candidate.id {
        return Err(another_candidates(wanted, "application"));
    }
    Ok(found.id())
}

/// As [`own_application`], of the attachments named by their ids.
pub(super) fn check_attachments(
    r: &mut Reader,
    org: OrgId,
    candidate: &Candidate,
    attachments: &[Linked<AttachmentRequest>],
) -> Result<()> {
    for linked in attachments {
        let Linked::Existing(wanted) = linked else {
            continue;
        };
        let found = attachment::find(r, org, wanted.id).map_err(unknown(wanted, "attachment"))?;
        if found.candidate != candidate.id {
            return Err(another_candidates(wanted, "attachment"));
        }
    }
    Ok(())
}

fn another_candidates(wanted: &Reference, noun: &str) -> Problem {
    let detail = format!("The {noun} belongs to another candidate.");
    Flaw::new(&wanted.at, FlawCode::Contradiction, detail).into()
}

/// What is not found *in a body* is a fault of the body.
pub(super) fn unknown(wanted: &Reference, noun: &str) -> impl Fn(Problem) -> Problem {
    let flaw = Flaw::new(
        &wanted.at,
        FlawCode::UnknownReference,
        format!("There is no {noun} with this id."),
    );
    move |problem| match problem {
        Problem::NotFound(_) => flaw.clone().into(),
        other => other,
    }
}
