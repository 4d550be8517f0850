//! The handlers, one file for each model. Both base addresses are served: the one with `api` in it that the SDKs are
//! given, and the one without for people who leave it out.

mod absent;
mod accounts;
mod activities;
mod applications;
mod attachments;
mod candidates;
mod catalog;
mod create;
mod eeocs;
mod expanded;
mod family;
mod forward;
mod issues;
pub(super) mod jobs;
mod keys;
mod list;
mod meta;
mod order;
mod receivers;
mod references;
mod scopes;
mod state;
mod unsupported;
mod users;
pub(super) mod views;
mod write;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use hiring::App;
use hiring::id::Uuid;
use hiring::problem::{Act, Noun, Problem, Result};

use super::{Merge, auth, document};
use crate::reply;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/openapi.json", get(openapi))
        .nest("/api/ats/v1", ats())
        .nest("/ats/v1", ats())
}

fn ats() -> Router<App> {
    Router::new()
        .route(
            "/candidates",
            get(candidates::list).post(create::create_candidate),
        )
        .route("/candidates/meta/post", get(meta::post_candidate))
        .route("/candidates/meta/patch/{id}", get(meta::patch_candidate))
        .route("/candidates/ignore/{id}", post(create::ignore_candidate))
        .route(
            "/candidates/{id}",
            get(candidates::one).patch(create::change_candidate),
        )
        .route(
            "/applications",
            get(applications::list).post(applications::create_application),
        )
        .route("/applications/meta/post", get(meta::post_application))
        .route("/applications/{id}", get(applications::one))
        .route(
            "/applications/{id}/change-stage",
            post(applications::change_stage),
        )
        .route(
            "/attachments",
            get(attachments::list).post(attachments::create_attachment),
        )
        .route("/attachments/meta/post", get(meta::post_attachment))
        .route("/attachments/{id}", get(attachments::one))
        .route("/attachments/{id}/file", get(attachments::file))
        .merge(family::routes())
        .merge(around_accounts())
        .fallback(no_such_path)
}

/// Linked accounts, their tokens, scopes and receivers, keys, and how things stand.
fn around_accounts() -> Router<App> {
    Router::new()
        .route("/account-details", get(accounts::details))
        .route("/account-token/regenerate", post(accounts::regenerate))
        .route("/account-token/{public_token}", get(accounts::exchange))
        .route("/available-actions", get(accounts::actions))
        .route("/linked-accounts", get(accounts::list))
        .route("/link-token", post(accounts::link_token))
        .route("/delete-account", post(accounts::delete))
        .route("/generate-key", post(keys::generate))
        .route("/regenerate-key", post(keys::regenerate))
        .route("/default-scopes", get(scopes::defaults))
        .route(
            "/linked-account-scopes",
            get(scopes::of_account).post(scopes::change),
        )
        .route(
            "/webhook-receivers",
            get(receivers::list).post(receivers::create),
        )
        .route("/sync-status", get(state::sync_status))
        .route("/sync-status/resync", post(state::resync))
        .route("/issues", get(issues::list))
        .route("/issues/{id}", get(issues::one))
        .route("/audit-trail", get(state::audit_trail))
}

/// For everybody: it says nothing of anybody.
async fn openapi(headers: HeaderMap) -> Response {
    reply::document(&headers, document::text())
}

/// The headers are judged before the path (dialect page, §6).
async fn no_such_path(State(app): State<App>, request: Request) -> Response {
    let caller = auth::key_only(&app, request.headers(), Act::Read).await;
    let result = caller.and(Err(Problem::NotFound(Noun::Route)));
    reply::send(&Merge, &app, result)
}

/// An id that is no UUID is the id of nothing.
fn id_of(text: &str, noun: Noun) -> Result<Uuid> {
    text.parse().map_err(|_| Problem::NotFound(noun))
}
