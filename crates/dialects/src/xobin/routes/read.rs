//! Applicants read back: a list with filters, one with all that happened.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::application;
use hiring::application::of_job::{self, Which};
use hiring::attachment;
use hiring::caller::Caller;
use hiring::candidate::Side;
use hiring::id::{ApplicationId, CandidateId};
use hiring::idempotency::Answer;
use hiring::job;
use hiring::note::{self, Visibility};
use hiring::page::Span;
use hiring::problem::{Act, Result};
use serde_json::json;
use store::Reader;

use super::{applicant_of, application_id, job_id, respond, view};
use crate::reply;
use crate::xobin::auth;
use crate::xobin::map::View;
use crate::xobin::map::report::Past;
use crate::xobin::map::{said, shown};
use crate::xobin::wire::query::{APPLICANTS, Query};

pub(in super::super) async fn applicants(
    State(app): State<App>,
    Path(track): Path<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list(&app, &track, request.headers(), query).await;
    respond(&app, result)
}

async fn list(app: &App, track: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let track = job_id(track)?;
    let query = Query::read(query, APPLICANTS)?;
    app.store
        .read(move |r| {
            let job = job::find(r, caller.org, track)?;
            let stages = job::stages(r, caller.org, job.id)?;
            let which = Which {
                stage: said::filter_stage(query.text("stage_id"), &stages)?,
                standing: query.standing(),
                name_part: query.text("name").map(str::to_owned),
                email_part: query.text("email").map(str::to_owned),
                candidate: query.number("candidate_id").map(CandidateId),
                application: query.number("application_id").map(ApplicationId),
                window: query.window(),
            };
            let (page, per_page) = query.page();
            let part = (per_page, (page - 1) * per_page);
            let (rows, total) = of_job::page(r, caller.org, job.id, &which, query.order(), part)?;
            let rows = rows.iter().map(|(a, c)| shown::row(a, c, &stages));
            let pagination = shown::pagination(page, per_page, total);
            let body = json!({"data": rows.collect::<Vec<_>>(), "pagination": pagination});
            Ok(reply::json(200, &body))
        })
        .await
}

pub(in super::super) async fn applicant(
    State(app): State<App>,
    Path((track, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &track, &id, &headers).await;
    respond(&app, result)
}

async fn one(app: &App, track: &str, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (track, id) = (job_id(track)?, application_id(id)?);
    app.store
        .read(move |r| {
            let (job, application) = applicant_of(r, &caller, track, id)?;
            let view = view(r, &caller, job, application)?;
            let fields = job::fields(r, caller.org, track)?;
            let past = past(r, &caller, &view)?;
            let mut body = shown::detail(&view, &fields, &past);
            hiring::eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

/// Notes that one applicant's page shows at most: the newest.
const MOST_NOTES: i64 = 100;

fn past(r: &mut Reader, caller: &Caller, view: &View) -> Result<Past> {
    let filter = note::Filter {
        candidate: Some(view.candidate.id),
        span: Span {
            created_after: Some(view.application.created_at - 1),
            ..Span::default()
        },
        ..note::Filter::default()
    };
    let newest = Side::Before(i64::MAX);
    let mut notes = note::page(r, caller.org, newest, &filter, MOST_NOTES)?;
    notes.retain(|note| note.visibility == Visibility::Public);
    notes.reverse();
    Ok(Past {
        passages: application::passages(r, caller.org, view.application.id)?,
        notes,
        files: attachment::of_candidate(r, caller.org, view.candidate.id)?,
    })
}
