//! Subscriptions: made, listed, read, changed, given another secret, removed.
//!
//! What was delivered for one, pings and replays: `subscriptions/deliveries.rs`.

pub(in crate::native) mod deliveries;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::caller::Caller;
use hiring::candidate::Side;
use hiring::id::{JobId, OrgId};
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::subscription::{self, Given, Shows, Subscription, Wanted, secret};
use hiring::{App, linked_account};
use store::{Reader, Tx};
use uuid::Uuid;

use super::invites::{body_or_none, writer};
use super::query::{self, Paging, Query};
use super::{changed, located, shown, uid};
use crate::body::Body;
use crate::native::map::{self, AroundSubscription as Around};
use crate::native::wire::{NewSubscription, Rotate, SubscriptionEdit, answer};
use crate::native::{Native, auth};
use crate::{reply, shape_named, shapes};

/// Ask to be told of events
///
/// The secret is shown this once. Needs `write`, and `read` where the record is to be shown.
#[utoipa::path(post, path = "/subscriptions", tag = "subscriptions", request_body = NewSubscription,
    responses((status = 201, description = "The subscription, with its secret.", body = answer::SubscriptionWithSecret)))]
pub(in crate::native) async fn create_subscription(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = create(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let (new, shape) = NewSubscription::parse(&body, &shapes())?;
    let shows = match shape.shows_ids() {
        true => new.shows.unwrap_or(Shows::Ids),
        false => Shows::Record,
    };
    may_show(&caller, shows)?;
    let follows = new.linked_account.is_some() && new.kinds.is_none();
    let (key, installation) = (request.key.clone(), app.key.clone());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let made = subscription::NewSubscription {
                    url: new.url.clone(),
                    description: new.description.clone(),
                    shape: shape.name(),
                    shows,
                    wanted: Wanted {
                        kinds: new.kinds.clone().unwrap_or_else(|| usual(shape, follows)),
                        jobs: jobs(tx, caller.org, new.jobs.as_deref())?,
                        sources: new.sources.clone(),
                    },
                    account: account(tx, caller.org, new.linked_account)?,
                    follows,
                    given: Given {
                        secret: new.secret.clone(),
                        issuer: new.issuer.clone(),
                    },
                };
                let (made, secret) = subscription::create(tx, &installation, &caller, &made)?;
                let uid = made.uid;
                let shown = answer::SubscriptionWithSecret {
                    subscription: in_full(tx, caller.org, &made)?,
                    secret: installation.veil(&secret.secret),
                    public_key: secret.public,
                };
                Ok(located(changed(201, &shown)?, "subscriptions", uid))
            })
        })
        .await
}

/// Whoever may not read the record cannot have it sent either.
fn may_show(caller: &Caller, shows: Shows) -> Result<()> {
    match shows {
        Shows::Ids => Ok(()),
        Shows::Record => caller.require(Act::Read),
    }
}

/// What a shape tells, where nobody says what they want, and no account's wishes do.
fn usual(shape: &dyn subscription::shape::Shape, follows: bool) -> Vec<String> {
    let told = shape.kinds().filter(|_| !follows);
    let words = told.iter().flat_map(|told| told.iter());
    words.map(|kind| kind.word().to_owned()).collect()
}

fn jobs(r: &mut Reader, org: OrgId, names: Option<&[Uuid]>) -> Result<Option<Vec<JobId>>> {
    let Some(names) = names else { return Ok(None) };
    let found = subscription::jobs(r, org, names).map_err(|(n, problem)| match problem {
        Problem::NotFound(_) => {
            let detail = "there is no such job";
            Problem::invalid(format!("/jobs/{n}"), FlawCode::UnknownReference, detail)
        }
        other => other,
    })?;
    Ok(Some(found))
}

fn account(
    r: &mut Reader,
    org: OrgId,
    name: Option<Uuid>,
) -> Result<Option<hiring::id::LinkedAccountId>> {
    let Some(name) = name else { return Ok(None) };
    match linked_account::find(r, org, name) {
        Ok(account) => Ok(Some(account.id)),
        Err(Problem::NotFound(_)) => Err(Problem::invalid(
            "/linked_account",
            FlawCode::UnknownReference,
            "there is no such linked account",
        )),
        Err(other) => Err(other),
    }
}

/// A subscription with everything around it.
pub(super) fn in_full(
    r: &mut Reader,
    org: OrgId,
    of: &Subscription,
) -> Result<answer::Subscription> {
    let (wanted, jobs) = subscription::wanted(r, org, of.id)?;
    let (waiting, dead) = subscription::log::counts(r, org, of.id)?;
    let account = match of.account {
        Some(id) => linked_account::name(r, org, id)?,
        None => None,
    };
    let around = Around {
        wanted,
        jobs,
        account,
        keys: secret::known(r, org, of.id)?,
        waiting,
        dead,
        now: r.now(),
    };
    Ok(map::subscription(of, around))
}

/// List the subscriptions
#[utoipa::path(get, path = "/subscriptions", tag = "subscriptions", params(Paging),
    responses((status = 200, description = "Subscriptions, oldest first.", body = answer::Page<answer::Subscription>)))]
pub(in crate::native) async fn list_subscriptions(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let (side, limit) = (Side::After(query.after()?), query.limit()?);
    app.store
        .read(move |r| {
            let mut rows = subscription::list(r, caller.org, side, limit + 1)?;
            let next = query::cut(&mut rows, limit, |row| row.id.0);
            let data: Result<Vec<_>> = rows.iter().map(|s| in_full(r, caller.org, s)).collect();
            Ok(reply::json(
                200,
                &shown(&answer::Page { data: data?, next })?,
            ))
        })
        .await
}

/// Read a subscription
#[utoipa::path(get, path = "/subscriptions/{id}", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")),
    responses((status = 200, description = "The subscription and how it stands.", body = answer::Subscription)))]
pub(in crate::native) async fn get_subscription(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Subscription)?;
    app.store
        .read(move |r| {
            let found = subscription::find(r, caller.org, id)?;
            Ok(reply::json(200, &shown(&in_full(r, caller.org, &found)?)?))
        })
        .await
}

/// Change a subscription
///
/// `active` false holds its calls back, and true makes them again, also after it ended by itself. Needs `write`.
#[utoipa::path(patch, path = "/subscriptions/{id}", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")), request_body = SubscriptionEdit,
    responses((status = 200, description = "The subscription as it is now.", body = answer::Subscription)))]
pub(in crate::native) async fn change_subscription(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn change(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Subscription)?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let org = caller.org;
    let had = app
        .store
        .read(move |r| subscription::find(r, org, id))
        .await?;
    let shape = shape_named(&had.shape).ok_or_else(|| Problem::broken("an unknown shape"))?;
    let edit = SubscriptionEdit::parse(&body, shape)?;
    if let Some(shows) = edit.shows {
        may_show(&caller, shows)?;
        if shows == Shows::Ids && !shape.shows_ids() {
            let detail = "a subscription of this shape always shows the record";
            return Err(Problem::invalid("/shows", FlawCode::Contradiction, detail));
        }
    }
    app.store
        .write(move |tx| {
            edited(tx, &caller, id, &edit)?;
            let now = subscription::find(tx, caller.org, id)?;
            changed(200, &in_full(tx, caller.org, &now)?)
        })
        .await
}

fn edited(tx: &mut Tx, caller: &Caller, id: Uuid, said: &SubscriptionEdit) -> Result<()> {
    let jobs = match &said.jobs {
        None => None,
        Some(names) => Some(jobs(tx, caller.org, names.as_deref())?),
    };
    let edit = subscription::Edit {
        url: said.url.clone(),
        description: said.description.clone(),
        shows: said.shows,
        kinds: said.kinds.clone(),
        jobs,
        sources: said.sources.clone(),
    };
    let only_switched = SubscriptionEdit {
        active: None,
        ..said.clone()
    };
    if only_switched != SubscriptionEdit::default() {
        subscription::change(tx, caller, id, &edit)?;
    }
    match said.active {
        Some(true) => subscription::resume(tx, caller, id).map(drop),
        Some(false) => subscription::pause(tx, caller, id).map(drop),
        None => Ok(()),
    }
}

/// Remove a subscription
///
/// Nothing is sent any more, and its secret is forgotten. Needs `write`.
#[utoipa::path(delete, path = "/subscriptions/{id}", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")),
    responses((status = 204, description = "It is gone.")))]
pub(in crate::native) async fn remove_subscription(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = remove(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn remove(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Write).await?;
    let id = uid(id, Noun::Subscription)?;
    app.store
        .write(move |tx| {
            subscription::remove(tx, &caller, id)?;
            Ok(Answer {
                status: 204,
                headers: Vec::new(),
                body: String::new(),
            })
        })
        .await
}

/// Give a subscription another secret
///
/// Shown this once. Until the overlap ends, calls carry the signatures of both. Needs `write`.
#[utoipa::path(post, path = "/subscriptions/{id}/rotate-secret", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")), request_body = Option<Rotate>,
    responses((status = 200, description = "The subscription, with its new secret.", body = answer::SubscriptionWithSecret)))]
pub(in crate::native) async fn rotate_subscription(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = rotate(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn rotate(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Subscription)?;
    let said = Rotate::parse(&body_or_none(&request)?)?;
    let (key, installation) = (request.key.clone(), app.key.clone());
    const HOUR: i64 = 3_600_000_000;
    let overlap = said.overlap_hours.map_or(secret::OVERLAP, |h| h * HOUR);
    let given = Given {
        secret: said.secret,
        issuer: said.issuer,
    };
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let done = subscription::rotate(tx, &installation, &caller, id, &given, overlap)?;
                let shown = answer::SubscriptionWithSecret {
                    subscription: in_full(tx, caller.org, &done.subscription)?,
                    secret: installation.veil(&done.shown.secret),
                    public_key: done.shown.public,
                };
                changed(200, &shown)
            })
        })
        .await
}
