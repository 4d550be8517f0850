//! What may be read and written: `GET /default-scopes`, `GET` and `POST /linked-account-scopes`.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::linked_account::{self, Settings, SettingsEdit};
use hiring::problem::{Act, Result};
use store::Tx;

use super::order::{carry_out, json};
use crate::merge::map::{self, What};
use crate::merge::wire::ScopesRequest;
use crate::merge::{Merge, auth};
use crate::reply;

/// Everything is open until an account says otherwise.
pub(super) async fn defaults(State(app): State<App>, headers: HeaderMap) -> Response {
    let caller = auth::key_only(&app, &headers, Act::Read).await;
    let result = caller.map(|_| reply::json(200, &map::scopes(&Settings::default())));
    reply::send(&Merge, &app, result)
}

pub(super) async fn of_account(State(app): State<App>, headers: HeaderMap) -> Response {
    let guest = auth::guest(&app, &headers, Act::Read).await;
    let result = guest.map(|guest| reply::json(200, &map::scopes(&guest.account.settings)));
    reply::send(&Merge, &app, result)
}

const CHANGE: What = What {
    model: "LinkedAccount",
    method: "POST",
    route: "/linked-account-scopes",
    status: 201,
};

pub(super) async fn change(State(app): State<App>, request: Request) -> Response {
    let result = switch(&app, request).await;
    reply::send(&Merge, &app, result)
}

async fn switch(app: &App, request: Request) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let uid = guest.account.uid;
    let work = move |tx: &mut Tx, caller: &_, said: &ScopesRequest| {
        let edit = SettingsEdit {
            requires: None,
            scopes: said.0.clone(),
        };
        let account = linked_account::change_settings(tx, caller, uid, &edit)?;
        Ok(map::scopes(&account.settings))
    };
    let read = json(ScopesRequest::parse);
    let done = carry_out(app, guest.caller, request, CHANGE, read, work).await;
    app.forget_account(uid);
    done
}
