//! Tracks: our extension, since callers need it to learn ids of tracks, stages and fields (dialect page, §7).

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::job;
use hiring::problem::{Act, Result};
use serde_json::json;

use super::{job_id, respond};
use crate::reply;
use crate::xobin::auth;
use crate::xobin::map::shown;
use crate::xobin::wire::query::{Query, TRACKS};

pub(in super::super) async fn tracks(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list(&app, request.headers(), query).await;
    respond(&app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (page, per_page) = Query::read(query, TRACKS)?.page();
    app.store
        .read(move |r| {
            let part = (per_page, (page - 1) * per_page);
            let (jobs, total) = job::page_from(r, caller.org, part)?;
            let data: Vec<_> = jobs.iter().map(shown::track).collect();
            let pagination = shown::pagination(page, per_page, total);
            Ok(reply::json(
                200,
                &json!({"data": data, "pagination": pagination}),
            ))
        })
        .await
}

pub(in super::super) async fn track(
    State(app): State<App>,
    Path(track): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &track, &headers).await;
    respond(&app, result)
}

async fn one(app: &App, track: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let track = job_id(track)?;
    app.store
        .read(move |r| {
            let job = job::find(r, caller.org, track)?;
            let stages = job::stages(r, caller.org, track)?;
            let fields = job::fields(r, caller.org, track)?;
            Ok(reply::json(
                200,
                &shown::track_detail(&job, &stages, &fields),
            ))
        })
        .await
}
