//! Rules: what is carried to a destination by itself.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::idempotency::{self, Answer};
use hiring::page::Side;
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::rule::{self, About};
use hiring::{App, destination, job};
use store::Reader;

use super::invites::writer;
use super::query::{self, Paging, Query};
use super::{changed, located, shown, uid};
use crate::body::Body;
use crate::native::wire::{NewRule, RuleEdit, answer};
use crate::native::{Native, auth, map};
use crate::reply;

/// Make a rule
///
/// From now on each of its events makes one delivery to its destination, however many rules agree. Needs `write`.
#[utoipa::path(post, path = "/rules", tag = "destinations", request_body = NewRule,
    responses((status = 201, description = "The rule.", body = answer::Rule)))]
pub(in crate::native) async fn create_rule(State(app): State<App>, request: Request) -> Response {
    let result = create(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let (to, about) = NewRule::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                known_jobs(tx, caller.org, &about)?;
                let made = rule::create(tx, &caller, to, &about).map_err(unknown)?;
                let answer = changed(201, &map::rule(&made))?;
                Ok(located(answer, "rules", made.uid))
            })
        })
        .await
}

/// The body names the destination, not the address.
fn unknown(problem: Problem) -> Problem {
    match problem {
        Problem::NotFound(Noun::Destination) => Problem::invalid(
            "/destination",
            FlawCode::UnknownReference,
            "there is no such destination",
        ),
        other => other,
    }
}

fn known_jobs(r: &mut Reader, org: hiring::id::OrgId, about: &About) -> Result<()> {
    for (n, uid) in about.jobs.iter().enumerate() {
        match job::find_by_uid(r, org, *uid) {
            Ok(_) => {}
            Err(Problem::NotFound(_)) => {
                return Err(Problem::invalid(
                    format!("/jobs/{n}"),
                    FlawCode::UnknownReference,
                    "there is no such job",
                ));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// List the rules
///
/// Of one destination, if `destination` names one.
#[utoipa::path(get, path = "/rules", tag = "destinations",
    params(("destination" = Option<Uuid>, Query, description = "Rules of this destination only."), Paging),
    responses((status = 200, description = "Rules, oldest first.", body = answer::Page<answer::Rule>),
        (status = 404, description = "`not-found`: there is no such destination, or it is another organization's.",
            body = answer::Failure, content_type = "application/problem+json")))]
pub(in crate::native) async fn list_rules(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &["destination"])?;
    let (after, limit) = (query.after()?, query.limit()?);
    let to = query.uuid("destination")?;
    app.store
        .read(move |r| {
            let to = to.map(|uid| destination::find(r, caller.org, uid));
            let to = to.transpose()?.map(|found| found.id);
            let mut rows = rule::list(r, caller.org, Side::After(after), to, limit + 1)?;
            let next = query::cut(&mut rows, limit, |row| row.id.0);
            let data = rows.iter().map(map::rule).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

/// Read a rule
#[utoipa::path(get, path = "/rules/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The rule.")),
    responses((status = 200, description = "The rule.", body = answer::Rule)))]
pub(in crate::native) async fn get_rule(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Rule)?;
    app.store
        .read(move |r| {
            let found = rule::find(r, caller.org, id)?;
            Ok(reply::json(200, &shown(&map::rule(&found))?))
        })
        .await
}

/// Change a rule
///
/// What is left out stays. Needs `write`.
#[utoipa::path(patch, path = "/rules/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The rule.")), request_body = RuleEdit,
    responses((status = 200, description = "The rule as it is now.", body = answer::Rule)))]
pub(in crate::native) async fn change_rule(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn change(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Rule)?;
    let body = Body::read(request.body.clone(), |_| false)?;
    app.store
        .write(move |tx| {
            let had = rule::find(tx, caller.org, id)?;
            let (about, active) = RuleEdit::parse(&body, &had.about)?;
            if about.jobs != had.about.jobs {
                known_jobs(tx, caller.org, &about)?;
            }
            let about = (about != had.about).then_some(&about);
            let now = rule::edit(tx, &caller, id, about, active)?;
            changed(200, &map::rule(&now))
        })
        .await
}

/// Remove a rule
///
/// What it has queued is carried all the same. Needs `write`.
#[utoipa::path(delete, path = "/rules/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The rule.")),
    responses((status = 204, description = "It is gone.")))]
pub(in crate::native) async fn remove_rule(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = remove(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn remove(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Write).await?;
    let id = uid(id, Noun::Rule)?;
    app.store
        .write(move |tx| {
            rule::remove(tx, &caller, id)?;
            Ok(Answer {
                status: 204,
                headers: Vec::new(),
                body: String::new(),
            })
        })
        .await
}
