//! The bytes of a candidate's files. What is known of a file stands in its candidate's `attachments`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::problem::{Act, Clash, Noun, Problem, Result};
use hiring::{App, attachment};

use super::uid;
use crate::native::{Native, auth};
use crate::{Dialect as _, reply};

/// Download a file
///
/// Always as `Content-Disposition: attachment`, with `nosniff`. One of which only the address is known is a
/// `not-allowed` conflict.
#[utoipa::path(get, path = "/attachments/{id}", tag = "attachments",
    params(("id" = Uuid, Path, description = "The attachment.")),
    responses((status = 200, description = "The file's bytes.", body = Vec<u8>, content_type = "*/*"),
        (status = 409, description = "`not-allowed`: only its address is known.", body = super::super::wire::answer::Failure,
            content_type = "application/problem+json")))]
pub(in crate::native) async fn get_attachment(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match content(&app, &id, &headers).await {
        Ok(response) => response,
        Err(problem) => Native.problem(&problem),
    }
}

async fn content(app: &App, id: &str, headers: &HeaderMap) -> Result<Response> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (id, org) = (uid(id, Noun::Attachment)?, caller.org);
    let found = app
        .store
        .read(move |r| attachment::find(r, org, id))
        .await?;
    let unfetched =
        Clash::NotAllowed("the file is known by its address only and was not fetched yet");
    let sha256 = found.sha256.ok_or(Problem::Conflict(unfetched))?;
    let bytes = app.files.get(org.0, &sha256).await?;
    Ok(reply::file(&found.name, &found.media_type, bytes))
}
