//! Files for whoever holds their signed address (`hiring/src/attachment/handed.rs`): systems that take an address and no
//! bytes.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dialects::reply;
use hiring::attachment::handed;
use hiring::{App, Problem};

/// The file; 404 for an address that we never gave out, 410 for one that is over.
pub async fn file(State(app): State<App>, Path(token): Path<String>) -> Response {
    match content(&app, token).await {
        Ok(response) => response,
        Err(Problem::NotFound(_)) => plain(StatusCode::NOT_FOUND, "There is no such file."),
        Err(Problem::Gone(_)) => plain(StatusCode::GONE, "This address is over."),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "Come again in a moment."),
    }
}

async fn content(app: &App, token: String) -> hiring::Result<Response> {
    let key = app.key.clone();
    let (org, file) = app
        .store
        .read(move |r| handed::open(r, &key, &token))
        .await?;
    let not_found = Problem::NotFound(hiring::problem::Noun::Attachment);
    let sha256 = file.sha256.ok_or(not_found)?;
    let bytes = app.files.get(org.0, &sha256).await?;
    Ok(reply::file(&file.name, &file.media_type, bytes))
}

fn plain(status: StatusCode, words: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, words).into_response()
}
