//! Numbers of one track and of all (dialect page, §6).

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::application::tally;
use hiring::idempotency::Answer;
use hiring::job;
use hiring::problem::{Act, Result};

use super::{job_id, respond};
use crate::reply;
use crate::xobin::auth;
use crate::xobin::map::stats;
use crate::xobin::wire::query::{Query, WINDOW};

pub(in super::super) async fn of_track(
    State(app): State<App>,
    Path(track): Path<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = one(&app, &track, request.headers(), query).await;
    respond(&app, result)
}

async fn one(app: &App, track: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let track = job_id(track)?;
    let query = Query::read(query, WINDOW)?;
    app.store
        .read(move |r| {
            let job = job::find(r, caller.org, track)?;
            let stages = job::stages(r, caller.org, track)?;
            let groups = tally::of_job(r, caller.org, track, &query.window())?;
            let body = stats::of_track(&job, &stages, &groups, &query.shown());
            Ok(reply::json(200, &body))
        })
        .await
}

pub(in super::super) async fn of_all(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = all(&app, request.headers(), query).await;
    respond(&app, result)
}

async fn all(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, WINDOW)?;
    app.store
        .read(move |r| {
            let tally = tally::of_all(r, caller.org, &query.window())?;
            Ok(reply::json(200, &stats::of_all(&tally, &query.shown())))
        })
        .await
}
