//! What happened, and what is on its way to somebody.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::candidate::Side;
use hiring::id::{DeliveryId, OrgId};
use hiring::idempotency::Answer;
use hiring::problem::{Act, Result};
use hiring::{App, delivery, event};
use store::Reader;

use super::pipelines::Pipelines;
use super::query::{self, Paging, Query};
use super::shown;
use crate::native::wire::answer;
use crate::native::{Native, auth, map};
use crate::{cursor, reply};

/// Read the events
///
/// The feed has no late comers: ask again with the last `next`, and every event comes exactly once. A number is
/// taken for `after` too; 0 is the beginning.
#[utoipa::path(get, path = "/events", tag = "feed", params(Paging),
    responses((status = 200, description = "Events, in the order of the feed.", body = answer::Feed)))]
pub(in crate::native) async fn list_events(State(app): State<App>, request: Request) -> Response {
    let result = events(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn events(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let number = query.get("after").and_then(|text| text.parse().ok());
    let after = number
        .filter(|n| *n >= 0)
        .map_or_else(|| query.after(), Ok)?;
    let limit = query.limit()?;
    app.store
        .read(move |r| {
            let rows = event::feed(r, caller.org, after, limit)?;
            let last = rows.last().map_or(after, |event| event.place);
            let mut pipelines = Pipelines::default();
            let data: Result<Vec<_>> = rows
                .iter()
                .map(|e| one_event(r, caller.org, e, &mut pipelines))
                .collect();
            let next = cursor::write(Side::After(last));
            Ok(reply::json(
                200,
                &shown(&answer::Feed { data: data?, next })?,
            ))
        })
        .await
}

fn one_event(
    r: &mut Reader,
    org: OrgId,
    event: &event::Event,
    pipelines: &mut Pipelines,
) -> Result<answer::Event> {
    let stages = match event.job {
        Some(job) => pipelines.stages(r, org, job)?,
        None => &[],
    };
    Ok(map::event(event, stages))
}

/// Read the outbox
///
/// Mails and other deliveries, as they will be sent.
#[utoipa::path(get, path = "/outbox", tag = "feed", params(Paging),
    responses((status = 200, description = "Deliveries, oldest first.", body = answer::Page<answer::Delivery>)))]
pub(in crate::native) async fn list_outbox(State(app): State<App>, request: Request) -> Response {
    let result = outbox(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn outbox(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let (after, limit) = (query.after()?, query.limit()?);
    app.store
        .read(move |r| {
            let mut rows = delivery::outbox(r, caller.org, DeliveryId(after), limit + 1)?;
            let next = query::cut(&mut rows, limit, |delivery| delivery.id.0);
            let data = rows.iter().map(map::delivery).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}
