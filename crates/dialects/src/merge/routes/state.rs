//! How things stand: `GET /sync-status`, `POST /sync-status/resync`, `GET /audit-trail`.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::audit;
use hiring::candidate::Side;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Result};
use serde_json::Value;
use store::Tx;

use super::order::{carry_out, nothing};
use crate::merge::map::{self, Page, What};
use crate::merge::wire::{AuditQuery, PageQuery, pairs};
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
