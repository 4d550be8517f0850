//! Deliveries by what became of them, and carrying dead letters once more.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::caller::Caller;
use hiring::delivery::carrying::REASONS;
use hiring::delivery::listed::{self, Which};
use hiring::delivery::replay;
use hiring::idempotency::{self, Answer};
use hiring::page::Side;
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::{App, destination};
use store::Reader;

use super::invites::{body_or_none, writer};
use super::mails::name;
use super::query::{self, Paging, Query};
use super::{changed, shown};
use crate::native::wire::{ReplayRange, Replayed, answer};
use crate::native::{Native, auth, map};
use crate::{reply, time};

const CHANNELS: [&str; 3] = ["mail", "webhook", "destination"];
const STATES: [&str; 7] = [
    "queued", "sent", "dead", "canceled", "refused", "bounced", "failed",
];
const FILTERS: [&str; 7] = [
    "channel",
    "state",
    "destination",
    "reason",
    "from",
    "to",
    "order",
];

/// List the deliveries
///
/// Of any kind, by what became of them. `order` is `oldest` unless it says `newest`.
#[utoipa::path(get, path = "/deliveries", tag = "destinations",
    params(("channel" = Option<String>, Query, description = "`mail`, `webhook` or `destination`."),
        ("state" = Option<String>, Query, description = "`queued`, `sent`, `dead`, `canceled`, `refused`, `bounced` or `failed`."),
        ("destination" = Option<Uuid>, Query, description = "To this destination."),
        ("reason" = Option<String>, Query, description = "Of dead letters: why."),
        ("from" = Option<String>, Query, description = "Queued then or later (RFC 3339)."),
        ("to" = Option<String>, Query, description = "Queued before (RFC 3339)."),
        ("order" = Option<String>, Query, description = "`oldest` or `newest` first."), Paging),
    responses((status = 200, description = "Deliveries.", body = answer::Page<answer::DeliveryLine>),
        (status = 404, description = "`not-found`: there is no such destination, or it is another organization's.",
            body = answer::Failure, content_type = "application/problem+json")))]
pub(in crate::native) async fn list_deliveries(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &FILTERS)?;
    let (after, limit) = (query.after()?, query.limit()?);
    let newest = query
        .one_of("order", &["oldest", "newest"])?
        .is_some_and(|o| o == "newest");
    let to = query.uuid("destination")?;
    let mut which = Which {
        channel: query.one_of("channel", &CHANNELS)?,
        state: query.one_of("state", &STATES)?,
        reason: query.one_of("reason", &REASONS)?,
        from: moment(&query, "from")?,
        to: moment(&query, "to")?,
        destination: None,
    };
    let side = match (newest, after) {
        (false, after) => Side::After(after),
        (true, 0) => Side::Before(i64::MAX),
        (true, before) => Side::Before(before),
    };
    app.store
        .read(move |r| {
            let to = to.map(|uid| destination::find(r, caller.org, uid));
            which.destination = to.transpose()?.map(|found| found.id);
            let mut rows = listed::page(r, caller.org, &which, side, limit + 1)?;
            let next = query::cut(&mut rows, limit, |row| row.id.0);
            let data = rows.iter().map(map::delivery_line).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

fn moment(query: &Query, name: &str) -> Result<Option<i64>> {
    let read = query.get(name).map(time::parse);
    match read {
        Some(None) => {
            let detail = format!("{name} must be a time such as 2026-11-25T08:00:00Z");
            Err(Problem::invalid(
                format!("query:{name}"),
                FlawCode::Datetime,
                detail,
            ))
        }
        read => Ok(read.flatten()),
    }
}

/// Carry a dead letter once more
///
/// It goes on from where it was: what is there already is not made again. One that waits stays as it is. Needs `write`.
#[utoipa::path(post, path = "/deliveries/{id}/replay", tag = "destinations",
    params(("id" = String, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery, queued.", body = answer::DeliveryLine)))]
pub(in crate::native) async fn replay_delivery(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = replay_one(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn replay_one(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = name(id)?;
    crate::native::wire::no_members(&body_or_none(&request)?)?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                changed(200, &map::delivery_line(&replay::one(tx, &caller, &id)?))
            })
        })
        .await
}

/// Carry dead letters once more
///
/// Those that the body names; all of them, if it names nothing. With `dry_run` they are only counted. Needs `write`.
#[utoipa::path(post, path = "/deliveries/replay", tag = "destinations", request_body = ReplayRange,
    responses((status = 200, description = "How many.", body = answer::ReplayedDeliveries)))]
pub(in crate::native) async fn replay_deliveries(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = replay_many(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn replay_many(app: &App, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let sent = ReplayRange::parse(&body_or_none(&request)?)?;
    let (dry_run, who) = (sent.dry_run, caller.clone());
    let (which, whole) = app
        .store
        .read(move |r| {
            let which = named(r, &who, &sent)?;
            Ok::<_, Problem>((which.clone(), replay::count(r, &who, &which)?))
        })
        .await?;
    let count = match dry_run {
        true => whole,
        false => in_slices(app, &caller, &which, whole).await?,
    };
    let answer = answer::ReplayedDeliveries { count, dry_run };
    Ok(reply::json(200, &shown(&answer)?))
}

/// In slices, so that no caller waits long behind one; never more than there were, since what is refused again at once would
/// go round for ever.
async fn in_slices(app: &App, caller: &Caller, which: &Which, whole: i64) -> Result<i64> {
    let mut count = 0;
    while count < whole {
        let (caller, which) = (caller.clone(), which.clone());
        let slice = app
            .store
            .write(move |tx| replay::some(tx, &caller, &which))
            .await?;
        count += slice;
        if slice < replay::SLICE {
            break;
        }
    }
    Ok(count)
}

fn named(r: &mut Reader, caller: &Caller, sent: &Replayed) -> Result<Which> {
    let to = sent
        .destination
        .map(|uid| destination::find(r, caller.org, uid));
    let to = to.transpose().map_err(|problem| match problem {
        Problem::NotFound(Noun::Destination) => Problem::invalid(
            "/destination",
            FlawCode::UnknownReference,
            "there is no such destination",
        ),
        other => other,
    })?;
    Ok(Which {
        destination: to.map(|found| found.id),
        reason: sent.reason.clone(),
        from: sent.from,
        to: sent.to,
        ..Which::default()
    })
}
