//! Applications: listed, read, moved to another stage, ended.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::application::{self, Application, Filter};
use hiring::caller::Caller;
use hiring::id::{OrgId, Uuid};
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::{App, candidate, eeo, invite, job};
use store::{Reader, Tx};

use super::invites::one_in_full;
use super::pipelines::Pipelines;
use super::query::{self, Paging, Query};
use super::{changed, shown, uid};
use crate::body::Body;
use crate::inbound::{self, Inbound};
use crate::native::wire::{Advance, Dispose, answer};
use crate::native::{Native, auth, map};
use crate::reply;

/// List the applications
#[utoipa::path(get, path = "/applications", tag = "applications",
    params(("email" = Option<String>, Query, description = "Only those of the person with this address, and of those who claim it."),
        ("job" = Option<Uuid>, Query, description = "Only those for this job."), Paging),
    responses((status = 200, description = "Applications, oldest first, pending ones too.",
        body = answer::Page<answer::Application>),
        (status = 404, description = "`not-found`: there is no such job, or it is another organization's.",
            body = answer::Failure, content_type = "application/problem+json")))]
pub(in crate::native) async fn list_applications(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &["email", "job"])?;
    let (after, limit, email_key) = (query.after()?, query.limit()?, query.email()?);
    let job = query.get("job").map(job_filter).transpose()?;
    app.store
        .read(move |r| {
            let filter = Filter {
                job: job
                    .map(|uid| job::find_by_uid(r, caller.org, uid))
                    .transpose()?
                    .map(|j| j.id),
                email_key: email_key.clone(),
                after,
                ..Filter::default()
            };
            let mut rows = application::list(r, caller.org, &filter, limit + 1, 0)?;
            let next = query::cut(&mut rows, limit, |(a, _)| a.id.0);
            let mut pipelines = Pipelines::default();
            let data: Result<Vec<_>> = rows
                .iter()
                .map(|(a, c)| pipelines.show(r, caller.org, a, c))
                .collect();
            let mut body = shown(&answer::Page { data: data?, next })?;
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

fn job_filter(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| {
        let detail = "job must be a UUID";
        Problem::invalid("query:job", FlawCode::WrongType, detail)
    })
}

/// Read an application
///
/// With the stages it has left and the invite it came by.
#[utoipa::path(get, path = "/applications/{id}", tag = "applications",
    params(("id" = Uuid, Path, description = "The application.")),
    responses((status = 200, description = "The application.", body = answer::ApplicationInFull)))]
pub(in crate::native) async fn get_application(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Application)?;
    let inner = app.clone();
    app.store
        .read(move |r| {
            let application = application::find_by_uid(r, caller.org, id)?;
            let mut body = shown(&in_full(r, caller.org, &application, &inner)?)?;
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

fn in_full(
    r: &mut Reader,
    org: OrgId,
    application: &Application,
    app: &App,
) -> Result<answer::ApplicationInFull> {
    let stages = job::stages(r, org, application.job)?;
    let history = application::passages(r, org, application.id)?;
    let invite = invite::look_up(r, org, application.id)?;
    Ok(answer::ApplicationInFull {
        application: plain(r, org, application)?,
        history: history.iter().map(|p| map::passage(p, &stages)).collect(),
        invite: invite
            .map(|invite| one_in_full(r, org, &invite, app))
            .transpose()?,
    })
}

fn plain(r: &mut Reader, org: OrgId, application: &Application) -> Result<answer::Application> {
    let candidate = candidate::find(r, org, application.candidate)?;
    Pipelines::default().show(r, org, application, &candidate)
}

/// Move an application to another stage
///
/// With `from_stage`, only if it still stands there: two recruiters cannot move it twice. A move to where it stands
/// changes nothing. Needs `write`.
#[utoipa::path(post, path = "/applications/{id}/advance", tag = "applications",
    params(("id" = Uuid, Path, description = "The application.")), request_body = Advance,
    responses((status = 200, description = "The application in its new stage.", body = answer::Application)))]
pub(in crate::native) async fn advance_application(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = advance(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn advance(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Application)?;
    let wire = Advance::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let application = application::find_by_uid(tx, caller.org, id)?;
                moved(tx, &caller, &application, &wire)
            })
        })
        .await
}

fn moved(tx: &mut Tx, caller: &Caller, of: &Application, wire: &Advance) -> Result<Answer> {
    let stages = job::stages(tx, caller.org, of.job)?;
    let to = map::stage(wire.to_stage, &stages, "/to_stage")?;
    let from = wire
        .from_stage
        .map(|uid| map::stage(uid, &stages, "/from_stage"));
    let application = application::advance(tx, caller, of.id, to, from.transpose()?)?;
    changed(200, &plain(tx, caller.org, &application)?)
}

/// End an application
///
/// Hired, rejected or withdrawn. Ending it the same way again changes nothing; otherwise it is a conflict. Needs
/// `write`.
#[utoipa::path(post, path = "/applications/{id}/dispose", tag = "applications",
    params(("id" = Uuid, Path, description = "The application.")), request_body = Dispose,
    responses((status = 200, description = "The application, ended.", body = answer::Application)))]
pub(in crate::native) async fn dispose_application(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = dispose(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn dispose(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Application)?;
    let wire = Dispose::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let id = application::find_by_uid(tx, caller.org, id)?.id;
                let reason = wire.reason.as_deref();
                let ended = application::dispose(tx, &caller, id, wire.disposition, reason)?;
                changed(200, &plain(tx, caller.org, &ended)?)
            })
        })
        .await
}

/// Whoever sends a small JSON body to change something.
async fn writer(app: &App, request: axum::extract::Request) -> Result<(Caller, Inbound)> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    Ok((caller, request))
}
