//! `GET /locations`, `GET /locations/{uid}`: the organization's offices. The vendor's pages say that there are such calls; what
//! they answer is the location of a Position.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::catalog::{self, Kind as Catalog};
use hiring::id::CatalogId;
use hiring::idempotency::Answer;
use hiring::page::{Side, Span};
use hiring::problem::{Act, Noun, Problem, Result};
use serde_json::json;

use super::{Head, Uid, in_path};
use crate::comeet::map;
use crate::comeet::scopes::LOCATIONS;
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::{page_of, pairs};
use crate::comeet::{Comeet, auth};
use crate::{cursor, reply};

pub(in crate::comeet) async fn locations(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn list(app: &App, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[LOCATIONS]).await?;
    let query = pairs(&head.query, &["limit", "cursor"])?;
    let (limit, after) = page_of(&query)?;
    let base = format!("{}/comeet/locations", app.settings.public_url);
    app.store
        .read(move |r| {
            let (side, span) = (Side::After(after), Span::default());
            let mut all = catalog::page(r, caller.org, Catalog::Office, side, &span, limit + 1)?;
            let more = all.len() > limit as usize;
            all.truncate(limit as usize);
            let last = all.last().filter(|_| more);
            let next = last.map(|last| {
                let cursor = cursor::write(Side::After(last.id.0));
                format!("{base}?limit={limit}&cursor={cursor}")
            });
            let shown: Vec<_> = all.iter().map(map::location).collect();
            Ok(reply::json(
                200,
                &json!({"locations": shown, "next_page": next}),
            ))
        })
        .await
}

pub(in crate::comeet) async fn location(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = one(&app, &in_path(uid), &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn one(app: &App, uid: &str, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[LOCATIONS]).await?;
    pairs(&head.query, &[])?;
    let nothing = Problem::NotFound(Noun::CatalogItem);
    let id = uid::read(Kind::Location, uid)
        .map(CatalogId)
        .ok_or(nothing.clone())?;
    app.store
        .read(move |r| {
            let (before, span) = (Side::After(id.0 - 1), Span::default());
            let found = catalog::page(r, caller.org, Catalog::Office, before, &span, 1)?;
            let office = found.first().filter(|office| office.id == id);
            let office = office.ok_or(nothing.clone())?;
            Ok(reply::json(200, &map::location(office)))
        })
        .await
}
