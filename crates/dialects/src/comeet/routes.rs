//! The routes: create a candidate (`routes/create.rs`), read candidates back (`routes/read.rs`), download a file
//! (`routes/file.rs`).

mod create;
mod file;
mod read;

use axum::Router;
use axum::routing::{get, post};
use hiring::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/candidates",
            post(create::create_candidate).get(read::candidates),
        )
        .route("/candidates/{uid}", get(read::candidate))
        .route(
            "/sourcing/candidates/find_duplicates",
            get(read::find_duplicates),
        )
        .route("/attachments/{uid}", get(file::attachment))
}
