//! `POST /generate-key`, `POST /regenerate-key`: a key makes another one that may do no more than itself.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::api_key::{self, Fresh};
use hiring::idempotency::Answer;
use hiring::problem::Result;
use hiring::{App, secret};
use serde_json::json;
use store::Tx;

use super::order::{carry_out, json};
use crate::merge::map::What;
use crate::merge::wire::KeyRequest;
use crate::merge::{KEY, Merge, NAME, auth};
use crate::reply;

const GENERATE: What = What {
    model: "RemoteKey",
    method: "POST",
    route: "/generate-key",
    status: 201,
};
const REGENERATE: What = What {
    route: "/regenerate-key",
    ..GENERATE
};

pub(super) async fn generate(State(app): State<App>, request: Request) -> Response {
    let result = make(&app, request, GENERATE, false).await;
    reply::send(&Merge, &app, result)
}

pub(super) async fn regenerate(State(app): State<App>, request: Request) -> Response {
    let result = make(&app, request, REGENERATE, true).await;
    reply::send(&Merge, &app, result)
}

async fn make(app: &App, request: Request, what: What, in_place: bool) -> Result<Answer> {
    let caller = auth::key_holder(app, request.headers()).await?;
    let (org, installation, text) = (caller.org, app.key.clone(), secret::token(KEY));
    let work = move |tx: &mut Tx, caller: &_, said: &KeyRequest| {
        let new = Fresh {
            dialect: NAME,
            name: &said.name,
            key: &text,
        };
        let made = if in_place {
            api_key::regenerate(tx, &installation, caller, &new)?
        } else {
            api_key::generate(tx, &installation, caller, &new)?
        };
        Ok(json!({"name": made.name, "key": installation.veil(&text)}))
    };
    let done = carry_out(app, caller, request, what, json(KeyRequest::parse), work).await;
    app.forget_keys(org, NAME);
    done
}
