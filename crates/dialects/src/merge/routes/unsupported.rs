//! Calls that reach through Merge into the far system behind it, or map its fields. Our own store is the destination here,
//! so there is nothing to reach: the documented answer is 404, "not supported by the integration" (dialect page, §6).

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{any, get, patch, post};
use hiring::App;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Result};
use serde_json::json;

use crate::merge::{Merge, auth};
use crate::reply;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/passthrough", post(refused))
        .route("/async-passthrough", post(refused))
        .route("/async-passthrough/{id}", get(refused))
        .route("/field-mappings", get(refused).post(refused))
        .route("/field-mappings/{id}", patch(refused).delete(refused))
        .route("/remote-fields", get(refused))
        .route("/target-fields", get(refused).post(refused))
        .route("/selective-sync/{*rest}", any(refused))
}

async fn refused(State(app): State<App>, request: Request) -> Response {
    let result = refuse(&app, request.headers()).await;
    reply::send(&Merge, &app, result)
}

async fn refuse(app: &App, headers: &HeaderMap) -> Result<Answer> {
    auth::guest(app, headers, Act::Read).await?;
    let detail = "This operation is not supported by this integration.";
    Ok(reply::json(404, &json!({"detail": detail})))
}
