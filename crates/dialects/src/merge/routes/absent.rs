//! What Merge has and we have none of yet: interviews, offers, scorecards. Their lists are truly empty, and an interview is
//! refused rather than forgotten.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::linked_account::Settings;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::submission::Kept;
use serde_json::{Value, json};
use store::{Reader, Tx};

use super::list::{self, Asked};
use super::meta;
use super::write::{Call, Made, take_in};
use crate::body::Body;
use crate::merge::Merge;
use crate::merge::map::What;
use crate::merge::wire::{CommonQuery, INTERVIEW, Read};
use crate::reply;

const INTERVIEWS: &str = "ScheduledInterview";

pub(super) async fn interviews(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, INTERVIEWS, nothing).await
}

pub(super) async fn interview(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, INTERVIEWS, none).await
}

pub(super) async fn offers(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "Offer", nothing).await
}

pub(super) async fn offer(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "Offer", none).await
}

pub(super) async fn scorecards(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "Scorecard", nothing).await
}

pub(super) async fn scorecard(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "Scorecard", none).await
}

async fn nothing(app: App, asked: Asked) -> Result<Answer> {
    let read = |_: &mut Reader, _, _| Ok(Vec::<()>::new());
    let show = |_: &mut Reader, _: &[()], _: &CommonQuery| Ok(Vec::new());
    let first = CommonQuery {
        // A cursor into nothing is at its beginning: there is nothing before it either.
        page: Default::default(),
        ..asked.query
    };
    list::page(app, first, |()| 0, read, show).await
}

async fn none(_: App, _: Asked) -> Result<Answer> {
    Err(Problem::NotFound(Noun::Route))
}

const CREATE: What = What {
    model: INTERVIEWS,
    method: "POST",
    route: "/interviews",
    status: 201,
};

pub(super) async fn create_interview(State(app): State<App>, request: Request) -> Response {
    let result = take_in(&app, request, CREATE, disabled, never).await;
    reply::send(&Merge, &app, result)
}

/// Refused in the write's own envelope, with `DISABLED_MODEL_WRITE`, whatever the body says.
fn disabled(_: &Body, _: &Settings) -> Read<()> {
    Read {
        write: Err(Problem::Forbidden(Act::Write)),
        notes: Vec::new(),
    }
}

fn never(_: &mut Tx, _: &Call<()>, _: Kept) -> Result<Made> {
    Err(Problem::Forbidden(Act::Write))
}

pub(super) async fn interview_meta(State(app): State<App>, request: Request) -> Response {
    let result = cannot(&app, request.headers()).await;
    reply::send(&Merge, &app, result)
}

async fn cannot(app: &App, headers: &HeaderMap) -> Result<Answer> {
    let mut answer = meta::post(app, headers, INTERVIEWS, &INTERVIEW).await?;
    let mut body: Value = serde_json::from_str(&answer.body).map_err(Problem::broken)?;
    body["status"]["can_make_request"] = json!(false);
    answer.body = body.to_string();
    Ok(answer)
}
