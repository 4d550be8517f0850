//! Jobs and their stages: read only, as Merge has no call that makes one. Callers learn here the ids that a nested
//! application names.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::id::{JobId, OrgId};
use hiring::idempotency::Answer;
use hiring::job::{self, Job, Stage};
use hiring::problem::{Noun, Problem, Result};
use store::Reader;

use super::id_of;
use crate::merge::map::{self, Page};
use crate::merge::wire::{PageQuery, one as value, pairs};
use crate::merge::{Merge, auth};
use crate::reply;

/// Jobs of one organization that lists look at.
const MOST: i64 = 10_000;

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::reader(app, headers, "Job").await?;
    let (lens, caller) = (guest.lens(app), guest.caller);
    let PageQuery { from, size } = PageQuery::parse(&pairs(query))?;
    app.store
        .read(move |r| {
            let jobs = job::list(r, caller.org, JobId(0), MOST)?;
            let page = Page::cut(from, size, jobs, |job| job.id.0);
            let results = page.items.iter().map(|job| map::job(&lens, job)).collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = find(&app, &id, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn find(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let guest = auth::reader(app, headers, "Job").await?;
    let (lens, caller) = (guest.lens(app), guest.caller);
    let id = id_of(id, Noun::Job)?;
    app.store
        .read(move |r| {
            let job = job::find_by_uid(r, caller.org, id)?;
            Ok(reply::json(200, &map::job(&lens, &job)))
        })
        .await
}

pub(super) async fn stages(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = stages_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn stages_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::reader(app, headers, "JobInterviewStage").await?;
    let (lens, caller) = (guest.lens(app), guest.caller);
    let pairs = pairs(query);
    let (page, job) = (PageQuery::parse(&pairs)?, value(&pairs, "job_id"));
    app.store
        .read(move |r| {
            let jobs = match job.as_deref() {
                Some(id) => of_id(r, caller.org, id)?,
                None => job::list(r, caller.org, JobId(0), MOST)?,
            };
            let mut all = Vec::new();
            for job in jobs {
                let stages = job::stages(r, caller.org, job.id)?;
                all.extend(stages.into_iter().map(|stage| (job.clone(), stage)));
            }
            all.sort_by_key(number);
            let page = Page::cut(page.from, page.size, all, number);
            let results = page
                .items
                .iter()
                .map(|(job, s)| map::stage(&lens, s, job))
                .collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}

fn number((_, stage): &(Job, Stage)) -> i64 {
    stage.id.0
}

/// A filter by a job that is not there shows nothing; it is no fault.
fn of_id(r: &mut Reader, org: OrgId, id: &str) -> Result<Vec<Job>> {
    let found = id_of(id, Noun::Job).and_then(|id| job::find_by_uid(r, org, id));
    match found {
        Ok(job) => Ok(vec![job]),
        Err(Problem::NotFound(_)) => Ok(Vec::new()),
        Err(problem) => Err(problem),
    }
}
