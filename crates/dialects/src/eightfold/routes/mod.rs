//! The routes: ask for a token, create an ATS candidate, ask what came of it, read it back.

mod contents;
mod create;
mod jobs;
mod read;
mod token;
mod whose;

use axum::Router;
use axum::routing::{get, post};
use hiring::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/oauth/v1/authenticate", post(token::authenticate))
        .route(
            "/api/v2/core/ats-systems/{systemId}/ats-candidates",
            post(create::create_candidate).get(read::candidates),
        )
        .route(
            "/api/v2/core/ats-systems/{systemId}/ats-candidates/{candidateId}",
            get(read::candidate),
        )
        .route(
            "/api/v2/core/transactions/{transactionId}",
            get(read::transaction),
        )
}
