//! Issues: what needs somebody, and what did.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::issue;
use hiring::page::Side;
use hiring::problem::{Act, Noun, Result};

use super::query::{self, Paging, Query};
use super::{shown, uid};
use crate::native::wire::answer;
use crate::native::{Native, auth, map};
use crate::reply;

/// List the issues
///
/// A destination that does not let us in or has been down for minutes; a file named by address that did not come. Each is told by
/// the events `issue.opened` and `issue.resolved`; a file that is still tried is listed and not told yet.
#[utoipa::path(get, path = "/issues", tag = "destinations",
    params(("status" = Option<answer::IssueStatus>, Query, description = "Only those that stand so."), Paging),
    responses((status = 200, description = "Issues, oldest first.", body = answer::Page<answer::Issue>)))]
pub(in crate::native) async fn list_issues(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &["status"])?;
    let (after, limit) = (query.after()?, query.limit()?);
    let which = issue::Which {
        is_ongoing: query
            .one_of("status", &["ongoing", "resolved"])?
            .map(|status| status == "ongoing"),
        ..issue::Which::default()
    };
    app.store
        .read(move |r| {
            let mut rows = issue::list(r, caller.org, &which, Side::After(after), limit + 1)?;
            let next = query::cut(&mut rows, limit, |row| row.id);
            let data = rows.iter().map(map::issue).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

/// Read an issue
#[utoipa::path(get, path = "/issues/{id}", tag = "destinations",
    params(("id" = Uuid, Path, description = "The issue, as an event names it.")),
    responses((status = 200, description = "The issue.", body = answer::Issue)))]
pub(in crate::native) async fn get_issue(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Issue)?;
    app.store
        .read(move |r| {
            let found = issue::find(r, caller.org, id)?;
            Ok(reply::json(200, &shown(&map::issue(&found))?))
        })
        .await
}
