//! Jobs: made, listed, read.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::id::{JobId, OrgId};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job};
use hiring::problem::{Act, Noun, Result};
use store::Reader;

use super::query::{self, Paging, Query};
use super::{changed, located, shown, uid};
use crate::body::Body;
use crate::native::wire::{NewJob, answer};
use crate::native::{Native, auth, map};
use crate::{inbound, reply};

/// Create a job
///
/// It is open at once. Needs `write`.
#[utoipa::path(post, path = "/jobs", tag = "jobs", request_body = NewJob,
    responses((status = 201, description = "The job that was made.", body = answer::Job)))]
pub(in crate::native) async fn create_job(State(app): State<App>, request: Request) -> Response {
    let result = create(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let new = map::new_job(&NewJob::parse(&body)?);
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let job = job::create(tx, &caller, &new)?;
                let made = changed(201, &in_full(tx, caller.org, &job)?)?;
                Ok(located(made, "jobs", job.uid))
            })
        })
        .await
}

fn in_full(r: &mut Reader, org: OrgId, job: &Job) -> Result<answer::Job> {
    let stages = job::stages(r, org, job.id)?;
    let fields = job::fields(r, org, job.id)?;
    Ok(map::job(job, &stages, &fields))
}

/// List the jobs
#[utoipa::path(get, path = "/jobs", tag = "jobs", params(Paging),
    responses((status = 200, description = "Jobs, oldest first.", body = answer::Page<answer::Job>)))]
pub(in crate::native) async fn list_jobs(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let (after, limit) = (query.after()?, query.limit()?);
    app.store
        .read(move |r| {
            let mut rows = job::list(r, caller.org, JobId(after), limit + 1)?;
            let next = query::cut(&mut rows, limit, |job| job.id.0);
            let data: Result<Vec<_>> = rows.iter().map(|j| in_full(r, caller.org, j)).collect();
            Ok(reply::json(
                200,
                &shown(&answer::Page { data: data?, next })?,
            ))
        })
        .await
}

/// Read a job
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path, description = "The job.")),
    responses((status = 200, description = "The job.", body = answer::Job)))]
pub(in crate::native) async fn get_job(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Job)?;
    app.store
        .read(move |r| {
            let job = job::find_by_uid(r, caller.org, id)?;
            Ok(reply::json(200, &shown(&in_full(r, caller.org, &job)?)?))
        })
        .await
}
