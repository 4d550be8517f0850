//! Adding an applicant to a track, or inviting them to apply (add-applicant page).

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::application::{self, Application, NewApplication, Opened};
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate, NewCandidate, Taken};
use hiring::form::Filled;
use hiring::id::JobId;
use hiring::idempotency::Answer;
use hiring::job::{self, Job};
use hiring::problem::{Clash, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, invite, mail};
use store::Tx;

use super::{Sent, Unread, job_id, once, respond, unread, view};
use crate::xobin::map::{self, said, shown};
use crate::xobin::wire::AddApplicant;
use crate::{delicate, reply};

pub(in super::super) async fn add_applicant(
    State(app): State<App>,
    Path(track): Path<String>,
    request: Request,
) -> Response {
    let result = add(&app, &track, request).await;
    respond(&app, result)
}

async fn add(app: &App, track: &str, request: Request) -> Result<Answer> {
    let unread = unread(app, request).await?;
    let track = job_id(track)?;
    let first = attempt(app, track, unread.clone(), &[]).await;
    match delicate::places(&first) {
        Some(places) => attempt(app, track, unread, &places).await,
        None => first,
    }
}

async fn attempt(app: &App, track: JobId, unread: Unread, delicate: &[String]) -> Result<Answer> {
    let Sent { caller, key, body } = unread.read(delicate)?;
    let wire = AddApplicant::parse(&body)?;
    let kept = super::submission(body, "/tracks/{track_id}/applicants", &wire.unknown);
    let inner = app.clone();
    once(app, caller, key, move |tx, caller| {
        match wire.invite_applicant {
            true => invite_by_form(tx, &inner, caller, &kept, track, &wire),
            false => add_directly(tx, &inner, caller, &kept, track, &wire),
        }
    })
    .await
}

/// Direct mode: a completed applicant, its required fields there.
fn add_directly(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    kept: &NewSubmission,
    track: JobId,
    wire: &AddApplicant,
) -> Result<Answer> {
    let job = job::find(tx, caller.org, track)?;
    let stages = job::stages(tx, caller.org, track)?;
    let fields = job::fields(tx, caller.org, track)?;
    let stage = said::destination(wire.destination_stage_id.as_deref(), &stages)?;
    let Filled { answers, unmapped } = said::answers(&wire.fields, &fields)?;
    let mut kept = kept.clone();
    kept.unmapped.extend(unmapped);
    let said = said::new_candidate(&wire.name, &wire.email, &answers, &fields);
    let new = said::new_application(wire, stage, answers);
    let (candidate, application) = take_in(tx, caller, &kept, &job, &said, &new)?;
    let view = map::View {
        application,
        candidate,
        job,
        stages,
        invite: None,
    };
    let url = &app.settings.public_url;
    Ok(reply::json(
        201,
        &shown::added(&view, url, &wire.email, false),
    ))
}

/// Invite mode: fields and stage are ignored (the page's closing note).
fn invite_by_form(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    kept: &NewSubmission,
    track: JobId,
    wire: &AddApplicant,
) -> Result<Answer> {
    let job = job::find(tx, caller.org, track)?;
    let mut kept = kept.clone();
    kept.unmapped
        .extend(wire.fields.iter().map(|f| f.pointer.clone()));
    let stage = wire.destination_stage_id.iter();
    kept.unmapped
        .extend(stage.map(|_| "/destination_stage_id".to_owned()));
    let said = said::new_candidate(&wire.name, &wire.email, &Default::default(), &[]);
    let new = said::new_application(wire, None, Default::default());
    let (_, application) = take_in(tx, caller, &kept, &job, &said, &new)?;
    let message = wire.email_message.as_deref();
    let invite = invite::create(tx, &app.key, caller, &application, message)?;
    let view = view(tx, caller, job, application)?;
    let url = &app.settings.public_url;
    if wire.send_email {
        mail::invite(tx, url, caller, &invite, Some(&wire.email), message)?;
    }
    Ok(reply::json(
        201,
        &shown::added(&view, url, &wire.email, wire.send_email),
    ))
}

/// Keeps the submission, finds or makes the person, opens the application. Anything open or ended for this
/// track is a conflict (DESIGN §9).
pub(super) fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    kept: &NewSubmission,
    job: &Job,
    said: &NewCandidate,
    new: &NewApplication,
) -> Result<(Candidate, Application)> {
    let kept = submission::keep(tx, caller, kept)?;
    let Taken { candidate, outcome } = candidate::take_in(tx, caller, kept, said)?;
    refuse_ended(tx, caller, &candidate, job)?;
    let opened = application::open(tx, caller, &candidate, job, new)?;
    if let Opened::Existing(there) = &opened {
        return Err(Problem::Conflict(Clash::ApplicationOpen {
            application: there.id,
        }));
    }
    let application = opened.application().clone();
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(candidate.id),
        Some(application.id),
        outcome.word(),
    )?;
    Ok((candidate, application))
}

pub(super) fn refuse_ended(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    job: &Job,
) -> Result<()> {
    let ended = application::of_candidate(tx, caller.org, candidate.id)?;
    match ended
        .iter()
        .find(|a| a.job == job.id && a.ended_at.is_some())
    {
        Some(there) => Err(Problem::Conflict(Clash::ApplicationOpen {
            application: there.id,
        })),
        None => Ok(()),
    }
}
