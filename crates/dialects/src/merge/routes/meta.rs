//! `GET …/meta/post` and `…/meta/patch/{id}`: what a write takes, told from the tables that judge it.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::candidate;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Result};

use super::id_of;
use crate::merge::wire::{APPLICATION, ATTACHMENT, CANDIDATE, Table};
use crate::merge::{Merge, auth, map};
use crate::reply;

/// Answers the MetaResponse of creating `model`, which `table` judges.
pub(super) async fn post(
    app: &App,
    headers: &HeaderMap,
    model: &str,
    table: &Table,
) -> Result<Answer> {
    let guest = auth::guest(app, headers, Act::Read).await?;
    Ok(reply::json(200, &map::meta(&guest, model, table, true)))
}

pub(super) async fn post_candidate(State(app): State<App>, request: Request) -> Response {
    let result = post(&app, request.headers(), "Candidate", &CANDIDATE).await;
    reply::send(&Merge, &app, result)
}

pub(super) async fn post_application(State(app): State<App>, request: Request) -> Response {
    let result = post(&app, request.headers(), "Application", &APPLICATION).await;
    reply::send(&Merge, &app, result)
}

pub(super) async fn post_attachment(State(app): State<App>, request: Request) -> Response {
    let result = post(&app, request.headers(), "Attachment", &ATTACHMENT).await;
    reply::send(&Merge, &app, result)
}

pub(super) async fn patch_candidate(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = patch(&app, &id, request.headers()).await;
    reply::send(&Merge, &app, result)
}

async fn patch(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let guest = auth::guest(app, headers, Act::Read).await?;
    let (id, org) = (id_of(id, Noun::Candidate)?, guest.caller.org);
    let there = app
        .store
        .read(move |r| candidate::find_by_uid(r, org, id))
        .await?;
    let shown = there.ignored_at.is_none().then_some(());
    shown.ok_or(hiring::Problem::NotFound(Noun::Candidate))?;
    Ok(reply::json(
        200,
        &map::meta(&guest, "Candidate", &CANDIDATE, false),
    ))
}
