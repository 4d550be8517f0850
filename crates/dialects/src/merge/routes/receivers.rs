//! `GET` and `POST /webhook-receivers`: which events a linked account's webhooks tell. Where they are sent, a subscription
//! of this shape says, which the organization makes (`hook.rs`).

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Result};
use hiring::webhook_receiver::{self, WebhookReceiver};
use serde_json::{Value, json};
use store::Tx;

use super::order::{carry_out, json};
use crate::merge::map::What;
use crate::merge::wire::ReceiverRequest;
use crate::merge::{Merge, auth, hook};
use crate::reply;

/// A key that came with it is not shown again.
fn receiver(wish: &WebhookReceiver) -> Value {
    json!({"event": wish.event, "is_active": wish.is_active, "key": null})
}

pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Response {
    let result = all(&app, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn all(app: &App, headers: &HeaderMap) -> Result<Answer> {
    let guest = auth::guest(app, headers, Act::Read).await?;
    app.store
        .read(move |r| {
            let wishes = webhook_receiver::list(r, guest.caller.org, guest.account.id)?;
            Ok(reply::json(200, &wishes.iter().map(receiver).collect()))
        })
        .await
}

const CREATE: What = What {
    model: "WebhookReceiver",
    method: "POST",
    route: "/webhook-receivers",
    status: 201,
};

pub(super) async fn create(State(app): State<App>, request: Request) -> Response {
    let result = put(&app, request).await;
    reply::send(&Merge, &app, result)
}

async fn put(app: &App, request: Request) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let (account, installation) = (guest.account, app.key.clone());
    let work = move |tx: &mut Tx, caller: &_, said: &ReceiverRequest| {
        let wish = WebhookReceiver {
            event: said.event.clone(),
            is_active: said.is_active,
        };
        let kinds = hook::kinds_of(&said.event);
        let key = said.key.as_deref();
        webhook_receiver::put(tx, &installation, caller, &account, &wish, &kinds, key)?;
        Ok(receiver(&wish))
    };
    let read = json(ReceiverRequest::parse);
    carry_out(app, guest.caller, request, CREATE, read, work).await
}
