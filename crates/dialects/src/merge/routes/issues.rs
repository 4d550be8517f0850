//! What is not well: `GET /issues`, `GET /issues/{id}`. The same are told by webhooks (`hook.rs`).

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::id::{OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::issue::{self, Issue};
use hiring::linked_account::{self, LinkedAccount};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::text;
use store::Reader;

use super::id_of;
use super::list::walk;
use crate::merge::map::{self, INTEGRATION, Page};
use crate::merge::wire::{IssuesQuery, PageQuery, pairs};
use crate::merge::{Merge, auth};
use crate::reply;

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let query = IssuesQuery::parse(&pairs(query), INTEGRATION)?;
    app.store
        .read(move |r| {
            let PageQuery { from, size } = query.page;
            let found = find(r, caller.org, &query)?;
            let page = Page::new(from, size, found, |issue| issue.id);
            let results = page.items.iter().map(map::issue).collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}

/// The issues on the asked side, one more than the page has.
fn find(r: &mut Reader, org: OrgId, query: &IssuesQuery) -> Result<Vec<Issue>> {
    let accounts = accounts(r, org, query)?;
    if !query.possible || accounts.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let which = issue::Which {
        is_ongoing: query.resolved.map(|resolved| !resolved),
        opened_after: query.first.after,
        opened_before: query.first.before,
        last_after: query.last.after,
        last_before: query.last.before,
    };
    let wanted = |issue: &Issue| match &accounts {
        None => true,
        Some(these) => these.iter().any(|account| map::concerns(issue, account)),
    };
    let slice = |side, most| issue::list(r, org, &which, side, most);
    let PageQuery { from, size } = query.page;
    walk(from, size, slice, |issue| issue.id, wanted)
}

/// The accounts whose issues are asked for; `None`: it does not matter whose.
fn accounts(r: &mut Reader, org: OrgId, query: &IssuesQuery) -> Result<Option<Vec<LinkedAccount>>> {
    let mut these = match (&query.account, &query.token, &query.organization_name) {
        (None, None, None) => return Ok(None),
        (Some(id), ..) => match Uuid::parse_str(id).map(|id| linked_account::find(r, org, id)) {
            Err(_) | Ok(Err(Problem::NotFound(_))) => Vec::new(),
            Ok(found) => vec![found?],
        },
        (None, Some(token), _) => linked_account::look_up(r, org, token)?
            .into_iter()
            .collect(),
        (None, None, Some(_)) => {
            let slice = |side, most| linked_account::list(r, org, side, most);
            walk(None, usize::MAX, slice, |a| a.id.0, |_| true)?
        }
    };
    if let Some(token) = &query.token {
        let named = linked_account::look_up(r, org, token)?.map(|account| account.id);
        these.retain(|account| Some(account.id) == named);
    }
    if let Some(name) = &query.organization_name {
        these.retain(|account| text::key(&account.name) == text::key(name));
    }
    Ok(Some(these))
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = found(&app, &id, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn found(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Issue)?;
    app.store
        .read(move |r| {
            let found = issue::find(r, caller.org, id)?;
            Ok(reply::json(200, &map::issue(&found)))
        })
        .await
}
