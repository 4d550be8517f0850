//! The middle generation's way of sending an applicant on and of rejecting them: ids in the body (dialect page, §6).

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::application::conclude;
use hiring::caller::Caller;
use hiring::id::{ApplicationId, CandidateId, JobId};
use hiring::idempotency::Answer;
use hiring::problem::{Noun, Problem, Result};
use store::Tx;

use super::conclude::{changed, tell};
use super::{Sent, applicant_of, once, respond, sent, view};
use crate::reply;
use crate::xobin::map::shown;
use crate::xobin::wire::OfCandidate;

pub(in super::super) async fn advance_candidate(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = advance(&app, request).await;
    respond(&app, result)
}

async fn advance(app: &App, request: Request) -> Result<Answer> {
    let Sent { caller, key, body } = sent(app, request).await?;
    let wire = OfCandidate::parse(&body)?;
    let named = (JobId(wire.track_id), ApplicationId(wire.application_id));
    once(app, caller, key, move |tx, caller| {
        advance_or_wait(tx, caller, named)
    })
    .await
}

/// While the invitation is open there is nothing to advance: the short form, and no error.
fn advance_or_wait(tx: &mut Tx, caller: &Caller, named: (JobId, ApplicationId)) -> Result<Answer> {
    let (job, application) = applicant_of(tx, caller, named.0, named.1)?;
    if application.pending && application.ended_at.is_none() {
        let view = view(tx, caller, job, application)?;
        return Ok(reply::json(200, &shown::not_advanced(&view)));
    }
    let (view, _) = changed(tx, caller, named, |tx, _| {
        conclude::go_on(tx, caller, named.1)
    })?;
    Ok(reply::json(200, &shown::advanced(&view)))
}

pub(in super::super) async fn reject_candidate(
    State(app): State<App>,
    Path(candidate): Path<String>,
    request: Request,
) -> Response {
    let result = reject(&app, &candidate, request).await;
    respond(&app, result)
}

async fn reject(app: &App, candidate: &str, request: Request) -> Result<Answer> {
    let Sent { caller, key, body } = sent(app, request).await?;
    let nobody = Problem::NotFound(Noun::Candidate);
    let candidate = candidate
        .parse()
        .map(CandidateId)
        .map_err(|_| nobody.clone())?;
    let wire = OfCandidate::parse(&body)?;
    let named = (JobId(wire.track_id), ApplicationId(wire.application_id));
    once(app, caller, key, move |tx, caller| {
        let (_, application) = applicant_of(tx, caller, named.0, named.1)?;
        if application.candidate != candidate {
            return Err(nobody.clone());
        }
        let (view, done) = changed(tx, caller, named, |tx, _| {
            conclude::reject(tx, caller, named.1, None)
        })?;
        if wire.send {
            tell(tx, caller, &view, &done, None)?;
        }
        Ok(reply::json(200, &shown::rejected(&view, done.changed)))
    })
    .await
}
