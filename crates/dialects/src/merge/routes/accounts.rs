//! Linked accounts: `GET /account-details`, `GET /linked-accounts`, `GET /available-actions`,
//! `GET /account-token/{public_token}`, `POST /account-token/regenerate`, `POST /link-token`, `POST /delete-account`.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::id::OrgId;
use hiring::idempotency::Answer;
use hiring::linked_account::{self, LinkedAccount, Settings};
use hiring::problem::{Act, Result};
use hiring::{link, text};
use serde_json::{Value, json};
use store::{Reader, Tx};

use super::list::walk;
use super::order::{carry_out, json, nothing};
use crate::merge::map::{self, INTEGRATION, Page, What};
use crate::merge::wire::{AccountsQuery, LinkTokenRequest, PageQuery, pairs};
use crate::merge::{Merge, auth};
use crate::reply;

pub(super) async fn details(State(app): State<App>, headers: HeaderMap) -> Response {
    let result = of_account(&app, &headers, map::account_details).await;
    reply::send(&Merge, &app, result)
}

pub(super) async fn actions(State(app): State<App>, headers: HeaderMap) -> Response {
    let result = of_account(&app, &headers, map::available_actions).await;
    reply::send(&Merge, &app, result)
}

async fn of_account(
    app: &App,
    headers: &HeaderMap,
    show: fn(&LinkedAccount) -> Value,
) -> Result<Answer> {
    let guest = auth::guest(app, headers, Act::Read).await?;
    Ok(reply::json(200, &show(&guest.account)))
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let query = AccountsQuery::parse(&pairs(query), INTEGRATION)?;
    app.store
        .read(move |r| {
            let PageQuery { from, size } = query.page;
            let found = find(r, caller.org, &query)?;
            let page = Page::new(from, size, found, |account| account.id.0);
            let results = page.items.iter().map(map::linked_account).collect();
            Ok(reply::json(200, &map::page(&page, results)))
        })
        .await
}

/// The accounts on the asked side, one more than the page has: an organization has as many as it has customers.
fn find(r: &mut Reader, org: OrgId, query: &AccountsQuery) -> Result<Vec<LinkedAccount>> {
    if !query.possible {
        return Ok(Vec::new());
    }
    let slice = |side, most| linked_account::list(r, org, side, most);
    let PageQuery { from, size } = query.page;
    walk(from, size, slice, |a| a.id.0, |a| is_asked_for(a, query))
}

fn is_asked_for(account: &LinkedAccount, query: &AccountsQuery) -> bool {
    let user = account.end_user.as_ref();
    let among = |asked: &[String], has: Option<&str>| {
        asked.is_empty() || has.is_some_and(|has| asked.iter().any(|a| a == has))
    };
    let alike = |asked: &Option<String>, has: &str| {
        asked
            .as_deref()
            .is_none_or(|a| text::key(a) == text::key(has))
    };
    among(&query.ids, Some(&account.uid.to_string()))
        && among(&query.origin_ids, user.map(|u| u.origin_id.as_str()))
        && query
            .status
            .as_deref()
            .is_none_or(|asked| asked.eq_ignore_ascii_case(map::status(account)))
        && alike(&query.organization_name, &account.name)
        && alike(&query.email_address, user.map_or("", |u| &u.email_address))
}

const LINK: What = What {
    model: "LinkedAccount",
    method: "POST",
    route: "/link-token",
    status: 201,
};

pub(super) async fn link_token(State(app): State<App>, request: Request) -> Response {
    let result = make_link(&app, request).await;
    reply::send(&Merge, &app, result)
}

async fn make_link(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::key_holder(app, request.headers()).await?;
    let (key, public_url) = (app.key.clone(), app.settings.public_url.clone());
    let work = move |tx: &mut Tx, caller: &_, said: &LinkTokenRequest| {
        let mut settings = Settings::default();
        settings.switch(&said.scopes);
        let token = link::create(tx, caller, &said.end_user, &settings, said.minutes)?;
        Ok(json!({
            "link_token": key.veil(&token),
            "integration_name": INTEGRATION,
            "magic_link_url": format!("{public_url}/link/{}", key.veil(&token)),
        }))
    };
    carry_out(
        app,
        caller,
        request,
        LINK,
        json(LinkTokenRequest::parse),
        work,
    )
    .await
}

pub(super) async fn exchange(
    State(app): State<App>,
    Path(public_token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = account_token(&app, public_token, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn account_token(app: &App, public_token: String, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let key = app.key.clone();
    app.store
        .read(move |r| {
            let (account, token) = link::exchange(r, &key, caller.org, &public_token)?;
            Ok(reply::json(200, &map::account_token(&account, &token)))
        })
        .await
}

const REGENERATE: What = What {
    model: "LinkedAccount",
    method: "POST",
    route: "/account-token/regenerate",
    status: 201,
};

pub(super) async fn regenerate(State(app): State<App>, request: Request) -> Response {
    let result = new_token(&app, request).await;
    reply::send(&Merge, &app, result)
}

async fn new_token(app: &App, request: Request) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let (uid, key) = (guest.account.uid, app.key.clone());
    let work = move |tx: &mut Tx, caller: &_, (): &()| {
        let token = linked_account::regenerate(tx, &key, caller, uid)?;
        Ok(json!({"linked_account_id": uid, "account_token": key.veil(&token)}))
    };
    let done = carry_out(app, guest.caller, request, REGENERATE, nothing, work).await;
    app.forget_account(uid);
    done
}

const DELETE: What = What {
    model: "LinkedAccount",
    method: "POST",
    route: "/delete-account",
    status: 200,
};

pub(super) async fn delete(State(app): State<App>, request: Request) -> Response {
    let result = remove(&app, request).await;
    reply::send(&Merge, &app, result)
}

/// The body of the answer is documented nowhere, and the SDKs do not look at it.
async fn remove(app: &App, request: Request) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let uid = guest.account.uid;
    let work = move |tx: &mut Tx, caller: &_, (): &()| {
        linked_account::remove(tx, caller, uid)?;
        Ok(json!({}))
    };
    let done = carry_out(app, guest.caller, request, DELETE, nothing, work).await;
    app.forget_account(uid);
    done
}
