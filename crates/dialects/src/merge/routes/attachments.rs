//! `GET /attachments/{id}`, and at `/file` below it the content, where it is with us: our `file_url` points there.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::caller::Caller;
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::{App, attachment, candidate};

use super::id_of;
use crate::merge::{Merge, auth, map, problem};
use crate::reply;

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = find(&app, &id, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn find(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Attachment)?;
    let public_url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let found = attachment::find(r, caller.org, id)?;
            let candidate = candidate::find(r, caller.org, found.candidate)?;
            let body = map::attachment(&found, candidate.uid, &public_url);
            Ok(reply::json(200, &body))
        })
        .await
}

pub(super) async fn file(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match content(&app, &id, &headers).await {
        Ok(response) => response,
        Err(failure) => problem::render(&failure),
    }
}

async fn content(app: &App, id: &str, headers: &HeaderMap) -> Result<Response> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Attachment)?;
    let found = look(app, &caller, id).await?;
    let sha256 = found.sha256.ok_or(Problem::NotFound(Noun::Attachment))?;
    let bytes = app.files.get(caller.org.0, &sha256).await?;
    Ok(reply::file(&found.name, &found.media_type, bytes))
}

async fn look(app: &App, caller: &Caller, id: Uuid) -> Result<attachment::Attachment> {
    let org = caller.org;
    app.store.read(move |r| attachment::find(r, org, id)).await
}
