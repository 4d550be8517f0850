//! `POST /candidates`: the person, and the applications and attachments that stand in it.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::application::{self, Disposition};
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate, Taken};
use hiring::id::{ApplicationId, OrgId, StageId};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job};
use hiring::problem::{Act, Clash, Flaw, FlawCode, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{attachment, eeo};
use store::{Reader, Tx};

use super::views;
use crate::body::Body;
use crate::merge::map::{self, Log};
use crate::merge::wire::{
    ApplicationRequest, AttachmentRequest, CandidateRequest, ExpandQuery, Linked, Note, Reference,
    Write, WriteQuery,
};
use crate::merge::{Merge, NAME, auth};
use crate::{files, inbound, reply};

pub(super) async fn create_candidate(State(app): State<App>, request: Request) -> Response {
    let result = create(&app, request).await;
    reply::send(&Merge, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let caller = match auth::caller(app, request.headers(), Act::Write).await {
        Ok(caller) => caller,
        Err(problem) => return map::refused(problem, &[], None),
    };
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let logged = WriteQuery::parse(&request.query)
        .is_debug_mode
        .then(|| Log {
            id: body.uid,
            public_url: app.settings.public_url.clone(),
        });
    let read = CandidateRequest::parse(&body);
    let write = match read.write {
        Ok(write) => write,
        Err(problem) => return map::refused(problem, &read.notes, logged.as_ref()),
    };
    let call = Call {
        public_url: app.settings.public_url.clone(),
        caller,
        kept: submission(body, &read.notes),
        write,
        notes: read.notes,
        logged,
    };
    let (key, notes, logged) = (request.key.clone(), call.notes.clone(), call.logged.clone());
    let done = app
        .store
        .write(move |tx| idempotency::once(tx, &call.caller, key.as_ref(), |tx| call.take_in(tx)))
        .await;
    done.or_else(|problem| map::refused(problem, &notes, logged.as_ref()))
}

/// What of the body has no place in the record is what the warnings name.
fn submission(body: Body, notes: &[Note]) -> NewSubmission {
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/candidates",
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped: notes.iter().map(|n| n.pointer.clone()).collect(),
    }
}

/// A create call that was read and waits for its transaction.
struct Call {
    public_url: String,
    caller: Caller,
    kept: NewSubmission,
    write: Write<CandidateRequest>,
    notes: Vec<Note>,
    logged: Option<Log>,
}

impl Call {
    fn take_in(&self, tx: &mut Tx) -> Result<Answer> {
        let (org, model) = (self.caller.org, &self.write.model);
        let kept = submission::keep(tx, &self.caller, &self.kept)?;
        let said = map::new_candidate(&self.write);
        let Taken { candidate, outcome } = candidate::take_in(tx, &self.caller, kept, &said)?;
        if !self.kept.eeo.is_empty() {
            // No field of this body is an equal-opportunity answer, but answers it brought are this person's.
            eeo::assign(tx, org, kept.uid, candidate.id)?;
        }
        let application = self.link_applications(tx, &candidate)?;
        check_attachments(tx, org, &candidate, &model.attachments)?;
        let id = Some(candidate.id);
        submission::settle(tx, org, kept, id, application, outcome.word())?;
        let view = views::candidate(tx, org, candidate)?;
        let model = map::candidate(&view, ExpandQuery::default(), &self.public_url);
        Ok(map::created(model, &self.notes, self.logged.as_ref()))
    }

    /// Opens the nested applications and looks for those named by id. Answers the first of them.
    ///
    /// # Errors
    /// [`Problem::Invalid`] naming every one that cannot be.
    fn link_applications(
        &self,
        tx: &mut Tx,
        candidate: &Candidate,
    ) -> Result<Option<ApplicationId>> {
        let (mut first, mut flaws) = (None, Vec::new());
        for linked in &self.write.model.applications {
            let there = match linked {
                Linked::New(new) => open(tx, &self.caller, candidate, new),
                Linked::Existing(reference) => {
                    find_application(tx, self.caller.org, candidate, reference)
                }
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
}

/// Opens a nested application. Where an open one for that job is there already, it is that one (DESIGN §9).
fn open(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    request: &ApplicationRequest,
) -> Result<ApplicationId> {
    let job = job::find_by_uid(tx, caller.org, request.job.id);
    let job = job.map_err(unknown(&request.job, "job"))?;
    let stage = match &request.current_stage {
        Some(stage) => Some(find_stage(tx, caller.org, &job, stage)?),
        None => None,
    };
    let new = map::new_application(request, stage);
    let opened = application::open(tx, caller, candidate, &job, &new);
    let opened = opened.map_err(|problem| match problem {
        Problem::Conflict(Clash::NotAllowed(why)) => {
            Flaw::new(&request.job.at, FlawCode::Other, format!("{why}.")).into()
        }
        other => other,
    })?;
    let id = opened.application().id;
    if request.rejected_at.is_some() && !matches!(opened, application::Opened::Existing(_)) {
        application::dispose(tx, caller, id, Disposition::Rejected, None)?;
    }
    Ok(id)
}

fn find_stage(r: &mut Reader, org: OrgId, job: &Job, wanted: &Reference) -> Result<StageId> {
    let stages = job::stages(r, org, job.id)?;
    let found = stages.iter().find(|s| s.uid == wanted.id).map(|s| s.id);
    found
        .ok_or(Problem::NotFound(Noun::Stage))
        .map_err(unknown(wanted, "stage of this job"))
}

/// An application named by its id must be this person's: none changes hands.
fn find_application(
    r: &mut Reader,
    org: OrgId,
    candidate: &Candidate,
    wanted: &Reference,
) -> Result<ApplicationId> {
    let found = application::find_by_uid(r, org, wanted.id);
    let submitted = found.and_then(|a| match a.pending {
        true => Err(Problem::NotFound(Noun::Application)),
        false => Ok(a),
    });
    let found = submitted.map_err(unknown(wanted, "application"))?;
    if found.candidate != candidate.id {
        return Err(another_candidates(wanted, "application"));
    }
    Ok(found.id)
}

/// As [`find_application`], of the attachments named by their ids.
fn check_attachments(
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
fn unknown(wanted: &Reference, noun: &str) -> impl Fn(Problem) -> Problem {
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
