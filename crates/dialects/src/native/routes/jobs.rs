//! Jobs: made, listed, read, changed.

use std::collections::HashMap;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::catalog::{self, Kind};
use hiring::id::{JobId, OrgId, Uuid};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job};
use hiring::problem::{Act, Flaw, Noun, Problem, Result};
use hiring::{App, invite, member, page, posting};
use store::{Reader, Tx};

use super::query::{self, Paging, Query};
use super::{changed, located, shown, uid};
use crate::body::Body;
use crate::native::wire::{JobEdit, NewJob, answer};
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
    let new = NewJob::parse(&body)?;
    let (key, url) = (request.key.clone(), app.settings.public_url.clone());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let days = new.invite_days;
                let new = tied(tx, caller.org, &new)?;
                let job = job::create(tx, &caller, &new)?;
                if days.is_some() {
                    invite::begin_job_days(tx, caller.org, job.id, days)?;
                }
                let uid = job.uid;
                let made = changed(201, &one_in_full(tx, caller.org, &url, job)?)?;
                Ok(located(made, "jobs", uid))
            })
        })
        .await
}

/// Looks up what the new job is to be tied to.
fn tied(tx: &mut Tx, org: OrgId, new: &NewJob) -> Result<job::NewJob> {
    let named = Named {
        departments: Some(&new.departments),
        offices: Some(&new.offices),
        recruiters: Some(&new.recruiters),
        hiring_managers: Some(&new.hiring_managers),
    };
    let found = named.look_up(tx, org)?;
    let catalog = [found.departments, found.offices];
    Ok(job::NewJob {
        catalog: catalog.into_iter().flatten().flatten().collect(),
        recruiters: found.recruiters.unwrap_or_default(),
        hiring_managers: found.hiring_managers.unwrap_or_default(),
        ..map::new_job(new)
    })
}

/// What a body names by outside names.
struct Named<'b> {
    departments: Option<&'b Vec<Uuid>>,
    offices: Option<&'b Vec<Uuid>>,
    recruiters: Option<&'b Vec<Uuid>>,
    hiring_managers: Option<&'b Vec<Uuid>>,
}

impl Named<'_> {
    /// All of it looked up. Every name of nothing is a fault of its own.
    fn look_up(&self, r: &mut Reader, org: OrgId) -> Result<job::JobEdit> {
        let mut flaws = Vec::new();
        let mut items = |kind, uids: Option<&Vec<Uuid>>, at| match uids {
            Some(uids) => gathered(catalog::named(r, org, kind, uids, at), &mut flaws),
            None => Ok(None),
        };
        let departments = items(Kind::Department, self.departments, "/departments")?;
        let offices = items(Kind::Office, self.offices, "/offices")?;
        let mut people = |uids: Option<&Vec<Uuid>>, at| match uids {
            Some(uids) => gathered(member::named(r, org, uids, at), &mut flaws),
            None => Ok(None),
        };
        let recruiters = people(self.recruiters, "/recruiters")?;
        let hiring_managers = people(self.hiring_managers, "/hiring_managers")?;
        if !flaws.is_empty() {
            return Err(Problem::Invalid(flaws));
        }
        Ok(job::JobEdit {
            departments,
            offices,
            recruiters,
            hiring_managers,
            ..job::JobEdit::default()
        })
    }
}

/// What was found; faults go to the others.
fn gathered<T>(found: Result<Vec<T>>, flaws: &mut Vec<Flaw>) -> Result<Option<Vec<T>>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Problem::Invalid(more)) => {
            flaws.extend(more);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Jobs as they are shown, with a constant number of statements for each hundred.
fn in_full(r: &mut Reader, org: OrgId, url: &str, jobs: &[Job]) -> Result<Vec<answer::Job>> {
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let around = job::around(r, org, &ids)?;
    let postings = posting::of_jobs(r, org, &ids)?;
    let (mut stages, mut fields) = (Vec::new(), Vec::new());
    let mut days = HashMap::new();
    for ids in ids.chunks(page::MOST) {
        days.extend(invite::jobs_days(r, org, ids)?);
        stages.extend(job::stages_of(r, org, ids)?);
        fields.extend(job::fields_of(r, org, ids)?);
    }
    let shown = jobs.iter().map(|job| {
        let stages: Vec<_> = stages.iter().filter(|s| s.job == job.id).collect();
        let fields: Vec<_> = fields.iter().filter(|f| f.job == job.id).collect();
        let around = around.get(&job.id).cloned().unwrap_or_default();
        let listed = postings.get(&job.id).filter(|p| !p.unlisted);
        let link = listed.map(|p| p.link(url));
        let mut shown = map::job(job, &stages, &fields, &around, link);
        shown.invite_days = days.get(&job.id).copied();
        shown
    });
    Ok(shown.collect())
}

fn one_in_full(r: &mut Reader, org: OrgId, url: &str, job: Job) -> Result<answer::Job> {
    let shown = in_full(r, org, url, &[job])?.pop();
    shown.ok_or_else(|| Problem::broken("a job is not shown"))
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
    let url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let mut rows = job::list(r, caller.org, JobId(after), limit + 1)?;
            let next = query::cut(&mut rows, limit, |job| job.id.0);
            let data = in_full(r, caller.org, &url, &rows)?;
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
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
    let url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let job = job::find_by_uid(r, caller.org, id)?;
            let shown = shown(&one_in_full(r, caller.org, &url, job)?)?;
            Ok(reply::json(200, &shown))
        })
        .await
}

/// Change a job
///
/// What is left out stays. Needs `write`.
#[utoipa::path(patch, path = "/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path, description = "The job.")),
    request_body = JobEdit, responses((status = 200, description = "The job as it is now.", body = answer::Job)))]
pub(in crate::native) async fn edit_job(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = edit(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn edit(app: &App, id: &str, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let id = uid(id, Noun::Job)?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let edit = JobEdit::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let url = app.settings.public_url.clone();
    app.store
        .write(move |tx| {
            let job = job::find_by_uid(tx, caller.org, id)?;
            let wanted = looked_up(tx, caller.org, &edit)?;
            job::edit(tx, &caller, job.id, &wanted)?;
            if let Some(days) = edit.invite_days {
                invite::set_job_days(tx, &caller, job.id, days)?;
            }
            if let Some(public) = edit.public {
                posting::list(tx, &caller, job.id, public)?;
            }
            let job = job::find(tx, caller.org, job.id)?;
            changed(200, &one_in_full(tx, caller.org, &url, job)?)
        })
        .await
}

fn looked_up(tx: &mut Tx, org: OrgId, edit: &JobEdit) -> Result<job::JobEdit> {
    let named = Named {
        departments: edit.departments.as_ref(),
        offices: edit.offices.as_ref(),
        recruiters: edit.recruiters.as_ref(),
        hiring_managers: edit.hiring_managers.as_ref(),
    };
    Ok(job::JobEdit {
        title: edit.title.clone(),
        status: edit.status,
        code: edit.code.clone(),
        description: edit.description.clone(),
        ..named.look_up(tx, org)?
    })
}
