//! The people at the organization. They are made by their operator; here one learns their ids.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::member::{self, Filter};
use hiring::page::Side;
use hiring::problem::{Act, Result};

use super::query::{self, Paging, Query};
use super::shown;
use crate::native::wire::answer;
use crate::native::{Native, auth, map};
use crate::reply;

/// List the members
#[utoipa::path(get, path = "/members", tag = "members",
    params(("email" = Option<String>, Query, description = "Only the member with this address, however it is spelled."),
        Paging),
    responses((status = 200, description = "Members, oldest first.", body = answer::Page<answer::Member>)))]
pub(in crate::native) async fn list_members(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &["email"])?;
    let (side, limit) = (Side::After(query.after()?), query.limit()?);
    let filter = Filter {
        email_key: query.email()?,
        ..Filter::default()
    };
    app.store
        .read(move |r| {
            let mut rows = member::page(r, caller.org, side, &filter, limit + 1)?;
            let next = query::cut(&mut rows, limit, |member| member.id.0);
            let data = rows.iter().map(map::member).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}
