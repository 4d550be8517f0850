//! Where candidates are carried: the systems there are, accounts at them, their tables of jobs, trying and pushing.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::caller::Caller;
use hiring::delivery::{carrying, listed, push};
use hiring::destination::{self, DestinationEdit as Edit, NewDestination as New, Settings};
use hiring::id::{OrgId, Uuid, new_uid};
use hiring::idempotency::{self, Answer, RequestKey};
use hiring::page::Side;
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::{App, application, candidate};
use store::{Reader, Tx};

use super::invites::{body_or_none, writer};
use super::query::{self, Paging, Query};
use super::{changed, located, shown, uid};
use crate::body::Body;
use crate::native::wire::{DestinationEdit, JobTable, NewDestination, Push, answer};
use crate::native::{Native, auth, map};
use crate::reply;

/// How long a test of credentials is waited for.
const TESTED_FOR: Duration = Duration::from_secs(20);

/// List the systems that candidates can be carried to
///
/// With what each must be told, and what becomes of each field there.
#[utoipa::path(get, path = "/connectors", tag = "destinations",
    responses((status = 200, description = "All of them; `next` is null.", body = answer::Page<answer::Connector>)))]
pub(in crate::native) async fn list_connectors(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = connectors(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn connectors(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    auth::caller(app, headers, Act::Read).await?;
    Query::read(query, &[])?;
    let data = app.connectors.iter().map(map::connector).collect();
    Ok(reply::json(
        200,
        &shown(&answer::Page { data, next: None })?,
    ))
}

/// Make a destination
///
/// An account at another system. Its secrets are sealed and never answered. Nothing is carried there before a rule, a linked
/// account or `send` says so. Needs `write`.
#[utoipa::path(post, path = "/destinations", tag = "destinations", request_body = NewDestination,
    responses((status = 201, description = "The destination.", body = answer::Destination)))]
pub(in crate::native) async fn create_destination(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = create(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let sent = NewDestination::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let given = sent.settings.into_iter();
    let given: Settings = given.filter_map(|(n, v)| Some((n, v?))).collect();
    let (settings, secrets) = judged(app, &sent.connector, &given)?;
    let new = New {
        connector: sent.connector,
        name: sent.name,
        settings,
        secrets,
        default_job: sent.default_job,
    };
    let (key, of) = (request.key.clone(), app.key.clone());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let made = destination::create(tx, &of, &caller, &new)?;
                let answer = changed(201, &in_full(tx, caller.org, &made)?)?;
                Ok(located(answer, "destinations", made.uid))
            })
        })
        .await
}

/// The settings apart from the secrets, or every flaw.
fn judged(app: &App, connector: &str, given: &Settings) -> Result<(Settings, Settings)> {
    let Some(described) = app.connector(connector) else {
        let names: Vec<&str> = app.connectors.iter().map(|c| c.name).collect();
        let detail = format!("connector must be one of {}", names.join(", "));
        return Err(Problem::invalid("/connector", FlawCode::NotAChoice, detail));
    };
    described.judge(given)
}

fn in_full(
    r: &mut Reader,
    org: OrgId,
    of: &destination::Destination,
) -> Result<answer::Destination> {
    let tally = listed::tally(r, org, of.id)?;
    Ok(map::destination(of, tally, r.now()))
}

/// List the destinations
#[utoipa::path(get, path = "/destinations", tag = "destinations", params(Paging),
    responses((status = 200, description = "Destinations, oldest first.", body = answer::Page<answer::Destination>)))]
pub(in crate::native) async fn list_destinations(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let (after, limit) = (query.after()?, query.limit()?);
    app.store
        .read(move |r| {
            let mut rows = destination::list(r, caller.org, Side::After(after), limit + 1)?;
            let next = query::cut(&mut rows, limit, |row| row.id.0);
            let data = rows.iter().map(|row| in_full(r, caller.org, row));
            let data = data.collect::<Result<_>>()?;
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

/// Read a destination
#[utoipa::path(get, path = "/destinations/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")),
    responses((status = 200, description = "The destination.", body = answer::Destination)))]
pub(in crate::native) async fn get_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Destination)?;
    app.store
        .read(move |r| {
            let found = destination::find(r, caller.org, id)?;
            Ok(reply::json(200, &shown(&in_full(r, caller.org, &found)?)?))
        })
        .await
}

/// Change a destination
///
/// What is left out stays. After new settings, what went wrong before is forgotten and what waits is tried. Needs `write`.
#[utoipa::path(patch, path = "/destinations/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")), request_body = DestinationEdit,
    responses((status = 200, description = "The destination as it is now.", body = answer::Destination)))]
pub(in crate::native) async fn change_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn change(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Destination)?;
    let sent = DestinationEdit::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let app = app.clone();
    let store = app.store.clone();
    store
        .write(move |tx| {
            let edit = merged(tx, &app, &caller, id, &sent)?;
            let now = destination::edit(tx, &app.key, &caller, id, &edit)?;
            changed(200, &in_full(tx, caller.org, &now)?)
        })
        .await
}

/// What is changed, judged together with what stays.
fn merged(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: Uuid,
    sent: &DestinationEdit,
) -> Result<Edit> {
    let had = destination::find(tx, caller.org, id)?;
    let mut edit = Edit {
        name: sent.name.clone(),
        default_job: sent.default_job.clone(),
        ..Edit::default()
    };
    if sent.settings.is_empty() {
        return Ok(edit);
    }
    let opened = destination::open(tx, &app.key, caller.org, had.id)?;
    let described = app
        .connector(&had.connector)
        .ok_or_else(|| Problem::broken("a destination's connector is gone"))?;
    (edit.settings, edit.secrets) = described.change(opened, &sent.settings)?;
    Ok(edit)
}

/// Remove a destination
///
/// With its secrets and rules. What waits for it is canceled; linked accounts that name it are kept here alone. What it took
/// stays there. Needs `write`.
#[utoipa::path(delete, path = "/destinations/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")),
    responses((status = 204, description = "It is gone.")))]
pub(in crate::native) async fn remove_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = remove(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn remove(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Write).await?;
    let id = uid(id, Noun::Destination)?;
    let key = app.key.clone();
    app.store
        .write(move |tx| {
            destination::remove(tx, &key, &caller, id)?;
            Ok(nothing())
        })
        .await
}

fn nothing() -> Answer {
    Answer {
        status: 204,
        headers: Vec::new(),
        body: String::new(),
    }
}

/// Pause a destination
///
/// Nothing is carried there until `resume`; what waits keeps its place. Needs `write`.
#[utoipa::path(post, path = "/destinations/{id}/pause", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")),
    responses((status = 200, description = "The destination, paused.", body = answer::Destination)))]
pub(in crate::native) async fn pause_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = turn(&app, &id, request, destination::pause).await;
    reply::send(&Native, &app, result)
}

/// Resume a destination
///
/// What waits is tried from now on, whatever went wrong before: an open circuit is closed. Needs `write`.
#[utoipa::path(post, path = "/destinations/{id}/resume", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")),
    responses((status = 200, description = "The destination, active.", body = answer::Destination)))]
pub(in crate::native) async fn resume_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = turn(&app, &id, request, destination::resume).await;
    reply::send(&Native, &app, result)
}

type Verb = fn(&mut Tx, &Caller, Uuid) -> Result<destination::Destination>;

async fn turn(app: &App, id: &str, request: Request, verb: Verb) -> Result<Answer> {
    let (caller, request) = bodiless(app, request).await?;
    let id = uid(id, Noun::Destination)?;
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, request.as_ref(), |tx| {
                let now = verb(tx, &caller, id)?;
                changed(200, &in_full(tx, caller.org, &now)?)
            })
        })
        .await
}

/// Whoever changes something without saying more; with the key of the request.
async fn bodiless(app: &App, request: Request) -> Result<(Caller, Option<RequestKey>)> {
    let (caller, request) = writer(app, request).await?;
    crate::native::wire::no_members(&body_or_none(&request)?)?;
    Ok((caller, request.key))
}

/// Try the credentials of a destination
///
/// Asks for an access token, or for something that changes nothing. Works while it is paused. Waits for the answer up to
/// 20 seconds. Needs `write`.
#[utoipa::path(post, path = "/destinations/{id}/test", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")),
    responses((status = 200, description = "What it came to.", body = answer::DestinationTest)))]
pub(in crate::native) async fn test_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = test(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn test(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, _) = bodiless(app, request).await?;
    let (id, org) = (uid(id, Noun::Destination)?, caller.org);
    let delivery = app
        .store
        .write(move |tx| push::test(tx, org, id))
        .await?
        .to_string();
    let until = tokio::time::Instant::now() + TESTED_FOR;
    loop {
        let uid = delivery.clone();
        let now = app.store.read(move |r| listed::find(r, org, &uid)).await?;
        if now.state != "queued" || tokio::time::Instant::now() >= until {
            return Ok(reply::json(200, &shown(&map::destination_test(&now))?));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Read a destination's table of jobs
#[utoipa::path(get, path = "/destinations/{id}/jobs", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")),
    responses((status = 200, description = "The table.", body = answer::DestinationJobs)))]
pub(in crate::native) async fn get_destination_jobs(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = table(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn table(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Destination)?;
    app.store
        .read(move |r| {
            let found = destination::find(r, caller.org, id)?;
            let table = destination::jobs(r, caller.org, found.id)?;
            Ok(reply::json(200, &shown(&map::destination_jobs(table))?))
        })
        .await
}

/// Write a destination's table of jobs
///
/// Which job of theirs is which of ours, in place of the table there was. A job that is not in it is `default_job`.
/// Needs `write`.
#[utoipa::path(put, path = "/destinations/{id}/jobs", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")), request_body = JobTable,
    responses((status = 200, description = "The table as it is now.", body = answer::DestinationJobs)))]
pub(in crate::native) async fn put_destination_jobs(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = put_table(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn put_table(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Destination)?;
    let lines = JobTable::parse(&Body::read(request.body.clone(), |_| false)?)?;
    app.store
        .write(move |tx| {
            destination::put_jobs(tx, &caller, id, &lines)?;
            let found = destination::find(tx, caller.org, id)?;
            let table = destination::jobs(tx, caller.org, found.id)?;
            changed(200, &map::destination_jobs(table))
        })
        .await
}

/// Carry somebody there now
///
/// A person, or an application with its person. Whoever is there already is brought up to date. Needs `write`.
#[utoipa::path(post, path = "/destinations/{id}/send", tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination.")), request_body = Push,
    responses((status = 202, description = "It is queued.", body = answer::Queued)))]
pub(in crate::native) async fn send_to_destination(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = send(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn send(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Destination)?;
    let sent = Push::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let (key, cause) = (request.key.clone(), new_uid());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let to = destination::find(tx, caller.org, id)?;
                let (person, application) = named(tx, &caller, &sent)?;
                let cause = format!("push:{cause}");
                let order = carrying::Order {
                    destination: to.id,
                    why: carrying::Why::Push,
                    candidate: Some(person),
                    application,
                    event: None,
                    cause: &cause,
                };
                let queued = carrying::queue(tx, caller.org, &order)?;
                let queued = queued.ok_or_else(|| Problem::broken("a push was made twice"))?;
                let delivery = queued.to_string();
                changed(202, &answer::Queued { delivery })
            })
        })
        .await
}

type Named = (hiring::id::CandidateId, Option<hiring::id::ApplicationId>);

/// Whom a push names.
fn named(r: &mut Reader, caller: &Caller, sent: &Push) -> Result<Named> {
    let unknown = |name: &'static str| {
        move |problem| match problem {
            Problem::NotFound(_) => Problem::invalid(
                format!("/{name}"),
                FlawCode::UnknownReference,
                format!("there is no such {name}"),
            ),
            other => other,
        }
    };
    let person = sent
        .candidate
        .map(|uid| candidate::find_by_uid(r, caller.org, uid));
    let person = person.transpose().map_err(unknown("candidate"))?;
    let application = sent
        .application
        .map(|uid| application::find_by_uid(r, caller.org, uid));
    let application = application.transpose().map_err(unknown("application"))?;
    match (person, application) {
        (Some(person), Some(application)) if application.candidate != person.id => {
            Err(Problem::invalid(
                "/application",
                FlawCode::Contradiction,
                "the application is another person's",
            ))
        }
        (_, Some(application)) => Ok((application.candidate, Some(application.id))),
        (Some(person), None) => Ok((person.id, None)),
        (None, None) => Err(Problem::invalid(
            "/candidate",
            FlawCode::Required,
            "candidate or application is required",
        )),
    }
}
