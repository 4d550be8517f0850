//! What an organization chooses from (departments, offices, reject reasons) and the tags its candidates have: read only, as
//! Merge has no call that makes one.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::catalog::{self, Item, Kind};
use hiring::idempotency::Answer;
use hiring::problem::{Noun, Result};
use hiring::tag::{self, Tag};
use store::Reader;

use super::id_of;
use super::list::{self, Asked};
use crate::merge::map;
use crate::merge::wire::CommonQuery;

pub(super) async fn departments(State(app): State<App>, request: Request) -> Response {
    listed(app, request, Kind::Department).await
}

pub(super) async fn offices(State(app): State<App>, request: Request) -> Response {
    listed(app, request, Kind::Office).await
}

pub(super) async fn reject_reasons(State(app): State<App>, request: Request) -> Response {
    listed(app, request, Kind::RejectReason).await
}

async fn listed(app: App, request: Request, kind: Kind) -> Response {
    let work = |app, asked| list_page(app, asked, kind);
    list::answer(app, request, map::model_of(kind), work).await
}

async fn list_page(app: App, asked: Asked, kind: Kind) -> Result<Answer> {
    let (lens, org, span) = (asked.lens, asked.caller.org, asked.query.span);
    let read = move |r: &mut Reader, side, limit| catalog::page(r, org, kind, side, &span, limit);
    let show = move |_: &mut Reader, items: &[Item], _: &CommonQuery| {
        Ok(items.iter().map(|item| map::item(&lens, item)).collect())
    };
    list::page(app, asked.query, |item: &Item| item.id.0, read, show).await
}

pub(super) async fn department(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    one(app, &id, request, Kind::Department).await
}

pub(super) async fn office(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    one(app, &id, request, Kind::Office).await
}

pub(super) async fn reject_reason(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    one(app, &id, request, Kind::RejectReason).await
}

async fn one(app: App, id: &str, request: Request, kind: Kind) -> Response {
    let find = |app: App, asked: Asked| async move {
        let (id, org) = (id_of(id, Noun::CatalogItem)?, asked.caller.org);
        let find = move |r: &mut Reader| {
            let item = catalog::find(r, org, kind, id)?;
            Ok(map::item(&asked.lens, &item))
        };
        list::one(app, find).await
    };
    list::answer(app, request, map::model_of(kind), find).await
}

pub(super) async fn tags(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, "Tag", tags_page).await
}

async fn tags_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, org, span) = (asked.lens, asked.caller.org, asked.query.span);
    let read = move |r: &mut Reader, side, limit| tag::page(r, org, side, &span, limit);
    let show = move |_: &mut Reader, tags: &[Tag], _: &CommonQuery| {
        Ok(tags.iter().map(|tag| map::tag(&lens, tag)).collect())
    };
    list::page(app, asked.query, |tag: &Tag| tag.id, read, show).await
}
