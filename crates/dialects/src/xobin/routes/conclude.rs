//! Moving, hiring and rejecting an applicant (dialect page, §6).
//!
//! Hiring or rejecting somebody twice is no error; moving them twice is, since they are no longer where the caller says.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::application::conclude::{self, Concluded};
use hiring::application::{self, advance};
use hiring::caller::Caller;
use hiring::id::{ApplicationId, JobId};
use hiring::idempotency::Answer;
use hiring::job::{self, Stage};
use hiring::problem::Result;
use hiring::{App, mail};
use serde_json::json;
use store::Tx;

use super::{Sent, applicant_of, application_id, job_id, once, respond};
use super::{sent, sent_or_nothing, view};
use crate::reply;
use crate::xobin::map::{View, said, shown};
use crate::xobin::wire::{Conclude, Move};

/// The track and the application that an address names.
type Named = Path<(String, String)>;

pub(in super::super) async fn move_applicant(
    State(app): State<App>,
    Path(named): Named,
    request: Request,
) -> Response {
    let result = move_on(&app, named, request).await;
    respond(&app, result)
}

async fn move_on(app: &App, (track, id): (String, String), request: Request) -> Result<Answer> {
    let Sent { caller, key, body } = sent(app, request).await?;
    let named = (job_id(&track)?, application_id(&id)?);
    let wire = Move::parse(&body)?;
    once(app, caller, key, move |tx, caller| {
        let (view, done) = changed(tx, caller, named, |tx, stages| {
            let to = said::stage_of(&wire.destination_stage_id, stages)?;
            let from = said::source(&wire.source_stage_id, stages);
            let application = advance(tx, caller, named.1, to, Some(from))?;
            let changed = from != to;
            Ok(Concluded {
                from,
                application,
                changed,
            })
        })?;
        Ok(reply::json(200, &shown::moved(&view, &done)))
    })
    .await
}

pub(in super::super) async fn hire_applicant(
    State(app): State<App>,
    Path(named): Named,
    request: Request,
) -> Response {
    let result = hire(&app, named, request).await;
    respond(&app, result)
}

async fn hire(app: &App, (track, id): (String, String), request: Request) -> Result<Answer> {
    let Sent { caller, key, body } = sent_or_nothing(app, request).await?;
    let named = (job_id(&track)?, application_id(&id)?);
    let wire = Conclude::parse_hire(&body)?;
    once(app, caller, key, move |tx, caller| {
        let (view, done) = changed(tx, caller, named, |tx, stages| {
            let from = wire.source_stage_id.as_deref();
            let from = from.map(|id| said::source(id, stages));
            conclude::hire(tx, caller, named.1, from)
        })?;
        Ok(reply::json(200, &shown::moved(&view, &done)))
    })
    .await
}

pub(in super::super) async fn reject_applicant(
    State(app): State<App>,
    Path(named): Named,
    request: Request,
) -> Response {
    let result = reject(&app, named, request).await;
    respond(&app, result)
}

async fn reject(app: &App, (track, id): (String, String), request: Request) -> Result<Answer> {
    let Sent { caller, key, body } = sent_or_nothing(app, request).await?;
    let named = (job_id(&track)?, application_id(&id)?);
    let wire = Conclude::parse_reject(&body)?;
    once(app, caller, key, move |tx, caller| {
        let (view, done) = changed(tx, caller, named, |tx, stages| {
            let from = wire.source_stage_id.as_deref();
            let from = from.map(|id| said::source(id, stages));
            conclude::reject(tx, caller, named.1, from)
        })?;
        let message = wire.email_message.as_deref();
        let told = wire.send_email && tell(tx, caller, &view, &done, message)?;
        let mut answer = shown::moved(&view, &done);
        answer["email_sent"] = json!(told);
        Ok(reply::json(200, &answer))
    })
    .await
}

/// Tells the rejected applicant by mail: once, and if there is an address to write to. Whether a mail was queued.
pub(super) fn tell(
    tx: &mut Tx,
    caller: &Caller,
    view: &View,
    done: &Concluded,
    message: Option<&str>,
) -> Result<bool> {
    let address = view.candidate.record.email();
    let address = address.filter(|a| hiring::text::email_key(a).is_some());
    let tells = done.changed && address.is_some();
    if tells {
        mail::rejection(tx, caller, &view.application, message)?;
    }
    Ok(tells)
}

/// Does something to the applicant of this track; what they are then.
pub(super) fn changed(
    tx: &mut Tx,
    caller: &Caller,
    (track, id): (JobId, ApplicationId),
    work: impl FnOnce(&mut Tx, &[Stage]) -> Result<Concluded>,
) -> Result<(View, Concluded)> {
    let (job, _) = applicant_of(tx, caller, track, id)?;
    let stages = job::stages(tx, caller.org, track)?;
    let done = work(tx, &stages)?;
    let now = application::find(tx, caller.org, id)?;
    Ok((view(tx, caller, job, now)?, done))
}
