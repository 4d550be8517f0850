//! Pages for people, rendered on the server: what a link opens, the guides to the APIs, and the recruiter's
//! desk. They work without JavaScript, in light and dark, at 200 % zoom.
//!
//! No SQL and no rules of hiring here, and no dialect: the APIs are handed in by whoever mounts the routes.
//!
//! # Layout
//! * `page.rs` – a template's way out: headers, and failures as pages. **Read this one first** · `trouble.rs` – failures in the
//!   language of whoever applies
//! * `apply.rs` – what an applicant's link opens, and in `apply/` the form, the receipt, files on their way · `posting.rs` –
//!   a job's public page · `confirm.rs` – the link that proves an address · `speech.rs` – in whose language · `guard.rs` – how
//!   often one may try · `plain.rs` – descriptions without their markup
//! * `link.rs` – the link that links an account · `origin.rs` – whose form it is
//! * `setup.rs` – the first run · `join.rs` – the links of members
//! * `docs.rs`, `guide.rs` – the landing page and the guides · `reference.rs` – an OpenAPI document to read and to try
//! * `desk.rs` – the recruiter's desk, and in `desk/` its parts · `drawing.rs` – pages of files as pictures
//! * `assets.rs` – the stylesheet · `moment.rs` – times as people read them
//! * `../templates/` – one per page, all within `base.html` · `../assets/`

mod apply;
mod assets;
mod confirm;
mod desk;
mod docs;
mod drawing;
mod guard;
mod guide;
mod join;
mod link;
mod moment;
mod origin;
mod page;
mod plain;
mod posting;
mod reference;
mod setup;
mod speech;
#[cfg(test)]
mod tests;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use hiring::App;

use crate::desk::board::live::Live;
use crate::desk::door::Door;
use crate::docs::Spoken;
use crate::drawing::Studio;
use crate::guard::Crowd;

pub use crate::desk::board::live::Stop;
pub use crate::drawing::{Draw, Undrawn};
pub use crate::guard::Peer;

/// What the pages keep between requests.
struct Site {
    apis: Vec<Spoken>,
    door: Door,
    /// Who watches a board.
    live: Arc<Live>,
    /// Draws pages of files.
    studio: Studio,
    /// Links that lead nowhere, by place.
    guesses: Crowd,
    /// Applications begun on public pages, by place and by job.
    begun: Crowd,
    begun_for: Crowd,
    /// Mails caused, by place.
    mails: Crowd,
    /// Passwords said to be forgotten, by place and by address.
    forgotten: Crowd,
    /// Wrong codes of set-ups, by place and in all.
    setups: Crowd,
}

const QUARTER: Duration = Duration::from_secs(15 * 60);

/// An API that this server speaks, for `/docs`.
#[derive(Debug, Clone, Copy)]
pub struct Api<'a> {
    /// Last part of its guide's address.
    pub name: &'a str,
    /// Markdown.
    pub guide: &'a str,
    /// Its OpenAPI document, JSON, which is served at `/<name>/openapi.json`.
    pub document: &'static str,
    /// What callers put into their clients, below the server's own address.
    pub base: &'a str,
    /// Makes keys.
    pub mint: Mint,
    /// The secrets that a caller must have at hand: their names, and what people call them.
    pub asked: &'static [(&'static str, &'static str)],
    /// Makes its example call.
    pub example: ExampleOf,
    /// Runs a call in this process.
    pub run: Run,
}

/// The example call of the API of this name: with the server's address, credentials by name, a job that it may be about, and a
/// number that makes its person another one.
pub type ExampleOf = fn(&str, &str, &serde_json::Value, Option<&OfJob>, u64) -> Option<Example>;

/// A job with what its form asks.
#[derive(Debug, Clone)]
pub struct OfJob {
    /// The job.
    pub job: hiring::job::Job,
    /// What its form asks.
    pub fields: Vec<hiring::job::Field>,
}

/// A call that can be tried.
#[derive(Debug, Clone)]
pub struct Example {
    /// What it does.
    pub title: &'static str,
    /// Method.
    pub method: &'static str,
    /// Below the server's own address.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: String,
    /// The same as a line for a shell. Secrets that were not given are words that say so.
    pub curl: String,
}

/// Runs a call of the API of this name against this program, without leaving the process.
pub type Run = fn(&str, App, axum::extract::Request) -> Running;

/// A call at work.
pub type Running = std::pin::Pin<Box<dyn Future<Output = axum::response::Response> + Send>>;

/// Makes a key of the API of this name for the organization, called as the last one says.
pub type Mint = fn(&str, &mut store::Tx, &App, hiring::id::OrgId, &str) -> hiring::Result<Minted>;

/// A key that was made.
#[derive(Debug)]
pub struct Minted {
    /// What its user needs, by name, secrets among it: shown this once.
    pub credentials: serde_json::Value,
    /// A call with them, to be copied.
    pub example: String,
}

/// Every page. `apis` in the order in which they are listed at `/docs`; `draw` draws pages of files.
pub fn routes(apis: &[Api], draw: Arc<dyn Draw>) -> Router<App> {
    let site = Arc::new(Site {
        apis: apis.iter().map(Spoken::read).collect(),
        door: Door::default(),
        live: Arc::default(),
        studio: Studio::new(draw),
        guesses: Crowd::new(60, QUARTER),
        begun: Crowd::new(30, 4 * QUARTER),
        begun_for: Crowd::new(1_000, 4 * QUARTER),
        mails: Crowd::new(30, 4 * QUARTER),
        forgotten: Crowd::new(5, 4 * QUARTER),
        setups: Crowd::new(20, QUARTER),
    });
    Router::new()
        .route("/", get(docs::home))
        .route("/docs", get(docs::index))
        .route("/docs/{name}", get(docs::guide))
        .route("/docs/{name}/reference", get(docs::reference))
        .merge(apply::routes())
        .route(
            "/confirm/{token}",
            get(confirm::show).post(confirm::confirm),
        )
        .route("/jobs/{slug}", get(posting::show).post(posting::begin))
        .route("/link/{token}", get(link::show).post(link::complete))
        .route("/join/{token}", get(join::show).post(join::take))
        .route("/setup", get(setup::show).post(setup::make))
        .route("/assets/{version}/{file}", get(assets::serve))
        .merge(desk::routes())
        .layer(Extension(site))
}

/// The addresses of the desk that are looked at (`GET`), as its table has them, for whoever measures or tests all of them.
pub fn desk_pages() -> Vec<&'static str> {
    let table = desk::table().into_iter();
    let looked_at = table.filter(|route| route.method == axum::http::Method::GET);
    looked_at.map(|route| route.path).collect()
}

/// The page for an address that is not there, for the router's fallback.
pub async fn missing() -> axum::response::Response {
    page::problem(
        page::Area::Public,
        &hiring::Problem::NotFound(hiring::problem::Noun::Route),
    )
}
