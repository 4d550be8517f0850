//! What was delivered for a subscription, pings, and delivering again.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::candidate::Side;
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::subscription::replay::{self, From};
use hiring::subscription::{self, log};

use super::super::invites::writer;
use super::super::mails::name;
use super::super::query::{self, Paging, Query};
use super::super::{changed, shown, uid};
use crate::body::Body;
use crate::native::wire::{Replay, answer};
use crate::native::{Native, auth, map};
use crate::reply;

const STATES: [&str; 5] = ["queued", "delivered", "dead", "skipped", "canceled"];

/// List what was delivered for a subscription
#[utoipa::path(get, path = "/subscriptions/{id}/deliveries", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription."),
        ("state" = Option<String>, Query, description = "Only those in this state."), Paging),
    responses((status = 200, description = "Deliveries, oldest first.", body = answer::Page<answer::SubscriptionDelivery>)))]
pub(in crate::native) async fn list_subscription_deliveries(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list(&app, &id, request.headers(), query).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, id: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Subscription)?;
    let query = Query::read(query, &["state"])?;
    let (side, limit) = (Side::After(query.after()?), query.limit()?);
    let state = query.get("state").map(str::to_owned);
    if state.as_deref().is_some_and(|s| !STATES.contains(&s)) {
        let detail = format!("state must be one of: {}", STATES.join(", "));
        return Err(Problem::invalid(
            "query:state",
            FlawCode::NotAChoice,
            detail,
        ));
    }
    app.store
        .read(move |r| {
            let of = subscription::find(r, caller.org, id)?;
            let state = state.as_deref();
            let mut rows = log::list(r, caller.org, of.id, state, side, limit + 1)?;
            let next = query::cut(&mut rows, limit, |row| row.id.0);
            let data = rows.iter().map(map::entry).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

/// Read a delivery of a subscription
///
/// With its calls and what came back.
#[utoipa::path(get, path = "/subscriptions/{id}/deliveries/{delivery}", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription."),
        ("delivery" = String, Path, description = "The delivery: the `webhook-id` of its calls.")),
    responses((status = 200, description = "The delivery.", body = answer::SubscriptionDeliveryInFull)))]
pub(in crate::native) async fn get_subscription_delivery(
    State(app): State<App>,
    Path((id, delivery)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &delivery, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, delivery: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (id, delivery) = (uid(id, Noun::Subscription)?, name(delivery)?);
    app.store
        .read(move |r| {
            let of = subscription::find(r, caller.org, id)?;
            let entry = log::find(r, caller.org, of.id, &delivery)?;
            let calls = log::calls(r, caller.org, entry.id)?;
            let shown = shown(&map::entry_in_full(&entry, &calls))?;
            Ok(reply::json(200, &shown))
        })
        .await
}

/// Send a ping
///
/// A call that tells of nothing, made once and at once; read the delivery to see what came of it. Needs `write`.
#[utoipa::path(post, path = "/subscriptions/{id}/ping", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")),
    responses((status = 202, description = "The delivery.", body = answer::SubscriptionDelivery)))]
pub(in crate::native) async fn ping_subscription(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = ping(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn ping(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Subscription)?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                changed(202, &map::entry(&replay::ping(tx, &caller, id)?))
            })
        })
        .await
}

/// Deliver one again
///
/// Whatever became of it, under the same `webhook-id`. Needs `write`.
#[utoipa::path(post, path = "/subscriptions/{id}/deliveries/{delivery}/replay", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription."),
        ("delivery" = String, Path, description = "The delivery.")),
    responses((status = 202, description = "The delivery, queued.", body = answer::SubscriptionDelivery)))]
pub(in crate::native) async fn replay_subscription_delivery(
    State(app): State<App>,
    Path((id, delivery)): Path<(String, String)>,
    request: Request,
) -> Response {
    let result = again(&app, &id, &delivery, request).await;
    reply::send(&Native, &app, result)
}

async fn again(app: &App, id: &str, delivery: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let (id, delivery) = (uid(id, Noun::Subscription)?, name(delivery)?);
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let queued = replay::one(tx, &caller, id, &delivery)?;
                changed(202, &map::entry(&queued))
            })
        })
        .await
}

/// Deliver events again
///
/// From a place of the feed, an event or a moment on, those that the subscription wants now; also events from before it was
/// made. `dry_run` says how many that is and does nothing. They are queued in slices. Needs `write`.
#[utoipa::path(post, path = "/subscriptions/{id}/replay", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")), request_body = Replay,
    responses((status = 200, description = "A dry run: how many there are.", body = answer::SubscriptionReplay),
        (status = 202, description = "They are being queued.", body = answer::SubscriptionReplay)))]
pub(in crate::native) async fn replay_subscription(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = range(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn range(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Subscription)?;
    let said = Replay::parse(&Body::read(request.body.clone(), |_| false)?)?;
    let from = match (said.after, said.event, said.since) {
        (Some(place), ..) => From::After(place),
        (_, Some(event), _) => From::Event(event),
        (.., Some(moment)) => From::Since(moment),
        _ => From::After(0),
    };
    let undelivered = said.undelivered.unwrap_or(false);
    let org = caller.org;
    let counted = app.store.read(move |r| {
        let of = subscription::find(r, org, id)?;
        let range = replay::range(r, org, from, said.until, undelivered).map_err(unknown)?;
        Ok::<_, Problem>((range, replay::count(r, org, of.id, &range)?))
    });
    let (range, count) = counted.await?;
    if said.dry_run.unwrap_or(false) {
        let dry = answer::SubscriptionReplay {
            id: None,
            after: range.after,
            to: range.to,
            undelivered,
            count: Some(count),
            queued: 0,
            created_at: None,
            done_at: None,
        };
        return changed(200, &dry);
    }
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let begun = replay::begin(tx, &caller, id, &range)?;
                changed(202, &map::replay(&begun, Some(count)))
            })
        })
        .await
}

fn unknown(problem: Problem) -> Problem {
    match problem {
        Problem::NotFound(Noun::Event) => {
            let detail = "there is no such event";
            Problem::invalid("/event", FlawCode::UnknownReference, detail)
        }
        other => other,
    }
}

/// List a subscription's replays
#[utoipa::path(get, path = "/subscriptions/{id}/replays", tag = "subscriptions",
    params(("id" = Uuid, Path, description = "The subscription.")),
    responses((status = 200, description = "The newest hundred, newest first; `next` is null.",
        body = answer::Page<answer::SubscriptionReplay>)))]
pub(in crate::native) async fn list_subscription_replays(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = replays(&app, &id, request.headers(), query).await;
    reply::send(&Native, &app, result)
}

async fn replays(app: &App, id: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Subscription)?;
    Query::read(query, &[])?;
    app.store
        .read(move |r| {
            let of = subscription::find(r, caller.org, id)?;
            let all = replay::list(r, caller.org, of.id, 100)?;
            let data = all.iter().map(|one| map::replay(one, None)).collect();
            let page = answer::Page { data, next: None };
            Ok(reply::json(200, &shown(&page)?))
        })
        .await
}
