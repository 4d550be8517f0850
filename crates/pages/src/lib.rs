//! Pages for people, rendered on the server: what a link opens, the guides to the APIs, and a desk that
//! shows counts until the real one is built. They work without JavaScript, in light and dark, at 200 % zoom.
//!
//! No SQL and no rules of hiring here, and no dialect: the APIs are handed in by whoever mounts the routes.
//!
//! # Layout
//! * `page.rs` – a template's way out: headers, and failures as pages. **Read this one first**
//! * `apply.rs` – the invite's link · `link.rs` – the link that links an account · `origin.rs` – whose form it is
//! * `docs.rs`, `guide.rs` – the landing page and the guides · `reference.rs` – an OpenAPI document to read and to try
//! * `desk.rs` – sign-in, counts, submissions · `desk/door.rs` – who may come in, and how often one may try
//! * `assets.rs` – the stylesheet · `moment.rs` – times as people read them
//! * `../templates/` – one per page, all within `base.html` · `../assets/`

mod apply;
mod assets;
mod desk;
mod docs;
mod guide;
mod link;
mod moment;
mod origin;
mod page;
mod reference;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use hiring::App;

use crate::desk::door::Door;
use crate::docs::Spoken;

/// What the pages keep between requests.
struct Site {
    apis: Vec<Spoken>,
    door: Door,
}

/// An API that this server speaks, for `/docs`.
#[derive(Debug, Clone, Copy)]
pub struct Api<'a> {
    /// Last part of its guide's address.
    pub name: &'a str,
    /// Markdown.
    pub guide: &'a str,
    /// Its OpenAPI document, JSON, which is served at `/<name>/openapi.json`.
    pub document: Option<&'static str>,
}

/// Every page. `apis` in the order in which they are listed at `/docs`.
pub fn routes(apis: &[Api]) -> Router<App> {
    let site = Arc::new(Site {
        apis: apis.iter().map(Spoken::read).collect(),
        door: Door::default(),
    });
    Router::new()
        .route("/", get(docs::home))
        .route("/docs", get(docs::index))
        .route("/docs/{name}", get(docs::guide))
        .route("/docs/{name}/reference", get(docs::reference))
        .route("/apply/{token}", get(apply::show))
        .route("/link/{token}", get(link::show).post(link::complete))
        .route("/assets/{version}/{file}", get(assets::serve))
        .merge(desk::routes())
        .layer(Extension(site))
}

/// The page for an address that is not there, for the router's fallback.
pub async fn missing() -> axum::response::Response {
    page::problem(
        page::Area::Public,
        &hiring::Problem::NotFound(hiring::problem::Noun::Route),
    )
}
