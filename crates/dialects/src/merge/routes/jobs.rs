//! Jobs and what hangs on each: its posting, its stages, its form. Read only, as Merge has no call that makes one. Callers
//! learn here the ids that applications name.

use std::collections::HashMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::catalog;
use hiring::id::{CatalogId, JobId, OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::job::{self, Field, Filter, Job, Stage, Status};
use hiring::page::Side;
use hiring::problem::{Noun, Problem, Result};
use serde_json::Value;
use store::Reader;

use super::id_of;
use super::list::{self, Asked};
use crate::merge::map::{self, Lens, Page};
use crate::merge::wire::{CommonQuery, Expand, id_filter, ids_filter, one as value};

/// The models Job of these jobs, at most a page of them, by number.
pub(in crate::merge) fn shown(
    r: &mut Reader,
    org: OrgId,
    lens: &Lens,
    jobs: &[Job],
    expand: &Expand,
) -> Result<HashMap<JobId, Value>> {
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let mut around = job::around(r, org, &ids)?;
    let one = |job: &Job| {
        let around = around.remove(&job.id).unwrap_or_default();
        (job.id, map::job(lens, job, &around, expand))
    };
    Ok(jobs.iter().map(one).collect())
}

/// Of these jobs, each once, the models Job where `expand` names them.
fn whole(
    r: &mut Reader,
    org: OrgId,
    lens: &Lens,
    jobs: impl Iterator<Item = Job>,
    expand: &Expand,
) -> Result<HashMap<JobId, Value>> {
    if !expand.has("job") || !lens.shows("Job") {
        return Ok(HashMap::new());
    }
    let each: HashMap<JobId, Job> = jobs.map(|job| (job.id, job)).collect();
    let jobs: Vec<Job> = each.into_values().collect();
    shown(r, org, lens, &jobs, &Expand::default())
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "Job", list_page).await
}

async fn list_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, org) = (asked.lens, asked.caller.org);
    let status = value(&asked.pairs, "status").map(|word| map::status_of(&word));
    let offices = ids_filter(&asked.pairs, "offices")?;
    let filter = Filter {
        code: value(&asked.pairs, "code"),
        span: asked.query.span,
        ..Filter::default()
    };
    let read = move |r: &mut Reader, side, limit| {
        let offices = match &offices {
            Some(uids) => Some(office_ids(r, org, uids)?),
            None => None,
        };
        let filter = Filter {
            offices,
            ..filter.clone()
        };
        with_status(r, org, side, status, filter, limit)
    };
    let show = move |r: &mut Reader, jobs: &[Job], query: &CommonQuery| {
        let mut shown = shown(r, org, &lens, jobs, &query.expand)?;
        Ok(jobs
            .iter()
            .filter_map(|job| shown.remove(&job.id))
            .collect())
    };
    list::page(app, asked.query, |job: &Job| job.id.0, read, show).await
}

/// Ids of no office find nothing; they are no fault.
fn office_ids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<CatalogId>> {
    let found = catalog::of_uids(r, org, uids)?.into_iter();
    Ok(found.map(|item| item.id).collect())
}

/// `status`: `Some(None)` is a word that no job here ever has; it finds nothing.
fn with_status(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    status: Option<Option<Status>>,
    filter: Filter,
    limit: i64,
) -> Result<Vec<Job>> {
    match status {
        Some(None) => Ok(Vec::new()),
        status => {
            let status = status.flatten();
            job::page(r, org, side, &Filter { status, ..filter }, limit)
        }
    }
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let find = |app: App, asked: Asked| async move {
        let (id, org) = (id_of(&id, Noun::Job)?, asked.caller.org);
        let find = move |r: &mut Reader| {
            let job = job::find_by_uid(r, org, id)?;
            let number = job.id;
            let shown = shown(r, org, &asked.lens, &[job], &asked.query.expand)?.remove(&number);
            shown.ok_or(Problem::NotFound(Noun::Job))
        };
        list::one(app, find).await
    };
    list::answer(app, request, "Job", find).await
}

pub(super) async fn postings(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "JobPosting", postings_page).await
}

async fn postings_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, org) = (asked.lens, asked.caller.org);
    let status = value(&asked.pairs, "status").map(|word| map::posting_status_of(&word));
    let span = asked.query.span;
    let read = move |r: &mut Reader, side, limit| {
        let filter = Filter {
            span,
            ..Filter::default()
        };
        with_status(r, org, side, status, filter, limit)
    };
    let show = move |r: &mut Reader, jobs: &[Job], query: &CommonQuery| {
        let mut whole = whole(r, org, &lens, jobs.iter().cloned(), &query.expand)?;
        let one = |job: &Job| map::posting(&lens, job, whole.remove(&job.id));
        Ok(jobs.iter().map(one).collect())
    };
    list::page(app, asked.query, |job: &Job| job.id.0, read, show).await
}

pub(super) async fn posting(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let find = |app: App, asked: Asked| async move {
        let (id, org) = (id_of(&id, Noun::Job)?, asked.caller.org);
        let find = move |r: &mut Reader| {
            let job = job::find_by_uid(r, org, id)?;
            let jobs = [job.clone()].into_iter();
            let mut whole = whole(r, org, &asked.lens, jobs, &asked.query.expand)?;
            Ok(map::posting(&asked.lens, &job, whole.remove(&job.id)))
        };
        list::one(app, find).await
    };
    list::answer(app, request, "JobPosting", find).await
}

pub(super) async fn stages(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "JobInterviewStage", stages_page).await
}

async fn stages_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, org, span) = (asked.lens, asked.caller.org, asked.query.span);
    let of = id_filter(&asked.pairs, "job_id");
    let read = move |r: &mut Reader, side, limit| {
        let of = match of.map(|uid| job::find_by_uid(r, org, uid)) {
            None => None,
            Some(Ok(job)) => Some(job.id),
            // A filter by a job that is not there shows nothing; it is no fault.
            Some(Err(Problem::NotFound(_))) => return Ok(Vec::new()),
            Some(Err(problem)) => return Err(problem),
        };
        job::stage_page(r, org, side, of, &span, limit)
    };
    let show = move |r: &mut Reader, stages: &[(Stage, Job)], query: &CommonQuery| {
        let jobs = stages.iter().map(|(_, job)| job.clone());
        let whole = whole(r, org, &lens, jobs, &query.expand)?;
        let one = |(s, job): &(Stage, Job)| map::stage(&lens, s, job, whole.get(&job.id).cloned());
        Ok(stages.iter().map(one).collect())
    };
    let number = |(stage, _): &(Stage, Job)| stage.id.0;
    list::page(app, asked.query, number, read, show).await
}

pub(super) async fn stage(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let find = |app: App, asked: Asked| async move {
        let (id, org) = (id_of(&id, Noun::Stage)?, asked.caller.org);
        let find = move |r: &mut Reader| {
            let (stage, job) = job::find_stage(r, org, id)?;
            let jobs = [job.clone()].into_iter();
            let mut whole = whole(r, org, &asked.lens, jobs, &asked.query.expand)?;
            Ok(map::stage(&asked.lens, &stage, &job, whole.remove(&job.id)))
        };
        list::one(app, find).await
    };
    list::answer(app, request, "JobInterviewStage", find).await
}

pub(super) async fn questions(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let page = |app: App, asked: Asked| async move {
        let id = id_of(&id, Noun::Job)?;
        let found = app.store.read(move |r| questions_page(r, &asked, id));
        let body = found.await?;
        Ok(crate::reply::json(200, &body))
    };
    list::answer(app, request, "ScreeningQuestion", page).await
}

/// A form has some dozens of fields, so it is read whole.
fn questions_page(r: &mut Reader, asked: &Asked, id: Uuid) -> Result<Value> {
    let (lens, org, query) = (&asked.lens, asked.caller.org, &asked.query);
    let job = job::find_by_uid(r, org, id)?;
    let fields = match query.remote_id {
        Some(_) => Vec::new(),
        None => job::fields(r, org, job.id)?,
    };
    let page = Page::cut(query.page.from, query.page.size, fields, |f: &Field| f.id.0);
    let jobs = [job.clone()].into_iter();
    let whole = whole(r, org, lens, jobs, &query.expand)?;
    let options = query.expand.has("options");
    let one =
        |field: &Field| map::question(lens, field, &job, whole.get(&job.id).cloned(), options);
    Ok(map::page(&page, page.items.iter().map(one).collect()))
}
