//! The catalog: departments, offices, reasons to reject. Put in and listed.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::catalog::{self, Kind, NewItem as New};
use hiring::idempotency::{self, Answer};
use hiring::page::{Side, Span};
use hiring::problem::{Act, Result};

use super::query::{self, Paging, Query};
use super::{changed, shown};
use crate::body::Body;
use crate::native::wire::{NewItem, NewOffice, answer};
use crate::native::{Native, auth, map};
use crate::{inbound, reply};

/// Put a department into the catalog
///
/// The same name again, in whatever case, is the same department. Needs `write`.
#[utoipa::path(post, path = "/departments", tag = "catalog", request_body = NewItem,
    responses((status = 201, description = "The department that was put in.", body = answer::CatalogItem),
        (status = 200, description = "The department of this name, which was there.", body = answer::CatalogItem)))]
pub(in crate::native) async fn create_department(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = create(&app, request, Kind::Department).await;
    reply::send(&Native, &app, result)
}

/// Put an office into the catalog
///
/// The same name again, in whatever case, is the same office. Needs `write`.
#[utoipa::path(post, path = "/offices", tag = "catalog", request_body = NewOffice,
    responses((status = 201, description = "The office that was put in.", body = answer::CatalogItem),
        (status = 200, description = "The office of this name, which was there.", body = answer::CatalogItem)))]
pub(in crate::native) async fn create_office(State(app): State<App>, request: Request) -> Response {
    let result = create(&app, request, Kind::Office).await;
    reply::send(&Native, &app, result)
}

/// Put a reason to reject into the catalog
///
/// The same name again, in whatever case, is the same reason. Needs `write`.
#[utoipa::path(post, path = "/reject-reasons", tag = "catalog", request_body = NewItem,
    responses((status = 201, description = "The reason that was put in.", body = answer::CatalogItem),
        (status = 200, description = "The reason of this name, which was there.", body = answer::CatalogItem)))]
pub(in crate::native) async fn create_reject_reason(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = create(&app, request, Kind::RejectReason).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request, kind: Kind) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let (name, place) = match kind {
        Kind::Office => {
            let office = NewOffice::parse(&body)?;
            (office.name, office.place)
        }
        Kind::Department | Kind::RejectReason => (NewItem::parse(&body)?.name, None),
    };
    let new = New { kind, name, place };
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let put = catalog::create(tx, &caller, &new)?;
                let status = if put.new { 201 } else { 200 };
                changed(status, &map::item(&put.item))
            })
        })
        .await
}

/// List the departments
#[utoipa::path(get, path = "/departments", tag = "catalog", params(Paging),
    responses((status = 200, description = "Departments, oldest first.", body = answer::Page<answer::CatalogItem>)))]
pub(in crate::native) async fn list_departments(
    State(app): State<App>,
    request: Request,
) -> Response {
    listed(&app, request, Kind::Department).await
}

/// List the offices
#[utoipa::path(get, path = "/offices", tag = "catalog", params(Paging),
    responses((status = 200, description = "Offices, oldest first.", body = answer::Page<answer::CatalogItem>)))]
pub(in crate::native) async fn list_offices(State(app): State<App>, request: Request) -> Response {
    listed(&app, request, Kind::Office).await
}

/// List the reasons to reject
#[utoipa::path(get, path = "/reject-reasons", tag = "catalog", params(Paging),
    responses((status = 200, description = "Reasons, oldest first.", body = answer::Page<answer::CatalogItem>)))]
pub(in crate::native) async fn list_reject_reasons(
    State(app): State<App>,
    request: Request,
) -> Response {
    listed(&app, request, Kind::RejectReason).await
}

async fn listed(app: &App, request: Request, kind: Kind) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list(app, request.headers(), query, kind).await;
    reply::send(&Native, app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str, kind: Kind) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let (side, limit) = (Side::After(query.after()?), query.limit()?);
    app.store
        .read(move |r| {
            let all = Span::default();
            let mut rows = catalog::page(r, caller.org, kind, side, &all, limit + 1)?;
            let next = query::cut(&mut rows, limit, |item| item.id.0);
            let data = rows.iter().map(map::item).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}
