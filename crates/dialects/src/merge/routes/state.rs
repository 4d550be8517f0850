//! How things stand: `GET /sync-status`, `POST /sync-status/resync`, `GET /issues`, `GET /issues/{id}`,
//! `GET /audit-trail`.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::audit;
use hiring::candidate::Side;
use hiring::fetch::{self, FetchProblem};
use hiring::id::OrgId;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Result};
use serde_json::Value;
use store::{Reader, Tx};

use super::id_of;
use super::order::{carry_out, nothing};
use crate::merge::map::{self, INTEGRATION, Page, Trouble, What};
use crate::merge::wire::{AuditQuery, IssuesQuery, PageQuery, pairs};
use crate::merge::{Merge, auth};
use crate::reply;

pub(super) async fn sync_status(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = statuses(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn statuses(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::guest(app, headers, Act::Read).await?;
    let PageQuery { from, size } = PageQuery::parse(&pairs(query))?;
    let settings = guest.account.settings;
    app.store
        .read(move |r| {
            let all = map::sync_statuses(&settings, r.now());
            let numbered = (1..).zip(all).collect();
            let page = Page::cut(from, size, numbered, |(number, _): &(i64, Value)| *number);
            let results = page
                .items
                .iter()
                .map(|(_, status)| status.clone())
                .collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}

const RESYNC: What = What {
    model: "LinkedAccount",
    method: "POST",
    route: "/sync-status/resync",
    status: 200,
};

pub(super) async fn resync(State(app): State<App>, request: Request) -> Response {
    let result = sync_again(&app, request).await;
    reply::send(&Merge, &app, result)
}

/// There is nothing to bring here: the records are the ones that are read.
async fn sync_again(app: &App, request: Request) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let settings = guest.account.settings;
    let work = move |tx: &mut Tx, _: &_, (): &()| {
        Ok(Value::Array(map::sync_statuses(&settings, tx.now())))
    };
    carry_out(app, guest.caller, request, RESYNC, nothing, work).await
}

/// What is not well: files that could not be brought here.
fn troubles(
    r: &mut Reader,
    org: OrgId,
    query: &IssuesQuery,
    side: Side,
    limit: i64,
) -> Result<Vec<Trouble>> {
    if !query.possible {
        return Ok(Vec::new());
    }
    let which = fetch::Which {
        is_ongoing: query.resolved.map(|resolved| !resolved),
        failed_after: query.first.after,
        failed_before: query.first.before,
        updated_after: query.last.after,
        updated_before: query.last.before,
    };
    let found = fetch::problems(r, org, &which, side, limit)?;
    Ok(found.into_iter().map(trouble_of).collect())
}

fn trouble_of(problem: FetchProblem) -> Trouble {
    Trouble {
        number: problem.id,
        id: problem.attachment,
        what: format!("A file was not fetched: {}.", problem.failure),
        resolved: !problem.is_ongoing,
        first_at: problem.failed_at,
        last_at: problem.updated_at,
    }
}

pub(super) async fn issues(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = issues_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn issues_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let query = IssuesQuery::parse(&pairs(query), INTEGRATION)?;
    app.store
        .read(move |r| {
            let PageQuery { from, size } = query.page;
            let side = from.unwrap_or(Side::After(0));
            let found = troubles(r, caller.org, &query, side, size as i64 + 1)?;
            let page = Page::new(from, size, found, |trouble| trouble.number);
            let results = page.items.iter().map(map::issue).collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}

pub(super) async fn issue(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one_issue(&app, &id, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn one_issue(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Attachment)?;
    app.store
        .read(move |r| {
            let found = trouble_of(fetch::problem(r, caller.org, id)?);
            Ok(reply::json(200, &map::issue(&found)))
        })
        .await
}

pub(super) async fn audit_trail(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = audit_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn audit_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let query = AuditQuery::parse(&pairs(query))?;
    let which = audit::Which {
        created_after: query.after,
        created_before: query.before,
        kind: query.event_type.as_deref().map(map::kind_of),
        email: query.user_email,
    };
    app.store
        .read(move |r| {
            let PageQuery { from, size } = query.page;
            let side = from.unwrap_or(Side::After(0));
            let found = audit::page(r, caller.org, &which, side, size as i64 + 1)?;
            let page = Page::new(from, size, found, |entry| entry.event.place);
            let results = page.items.iter().map(map::audit_event).collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}
