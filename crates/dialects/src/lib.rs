//! The candidate APIs we speak inbound: four vendors' and our own.
//!
//! A dialect is one folder and one line in [`DIALECTS`]. All folders have the same file names: `auth.rs` (who
//! calls), `routes.rs` (handlers that read like a paragraph: no SQL, no business), `wire.rs` (the vendor's words and
//! their validation), `map.rs` (pure: vendor words ↔ ours), `problem.rs` (how the vendor phrases a failure),
//! `README.md` (the guide shown to users), `golden/` (recorded requests and our answers).
//!
//! What they share: [`body`] (strict JSON with slots), [`check`] (typed reading that names the field), [`inbound`] (a
//! request's body within limits), [`delicate`] (answers that only a form tells), [`files`] (slots to durable files),
//! [`reply`] (answers out), [`cursor`], [`limit`], [`time`]; and [`written`], what callers may write, as data.

pub mod body;
pub mod check;
pub mod comeet;
pub mod cursor;
pub mod delicate;
pub mod eightfold;
pub mod files;
pub mod inbound;
pub mod limit;
pub mod merge;
pub mod native;
pub(crate) mod openapi;
pub(crate) mod remarks;
pub mod reply;
pub mod time;
pub mod written;
pub mod xobin;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hiring::id::OrgId;
use hiring::job::Job;
use hiring::subscription::shape::Shape;
use hiring::{App, Problem, Result};
use serde_json::Value;
use store::Tx;

/// A vendor's candidate API, spoken inbound.
pub trait Dialect: Sync {
    /// Scope of its keys, metric label, docs anchor.
    fn name(&self) -> &'static str;
    /// First segment of its paths.
    fn mount(&self) -> &'static str {
        self.name()
    }
    /// What its callers put into their clients, below the server's own address.
    fn base(&self) -> &'static str {
        self.mount()
    }
    /// Its routes, below the mount point.
    fn routes(&self) -> Router<App>;
    /// How this vendor phrases a failure.
    fn problem(&self, problem: &Problem) -> Response;
    /// The bodies that make a candidate, for `docs/dialects/matrix.md`.
    fn written(&self) -> Vec<written::Written>;
    /// Says on an answer of this status how often its key may call. Where clients know older names for it, those too.
    fn standing(&self, standing: &limit::Standing, _status: StatusCode, headers: &mut HeaderMap) {
        standing.headers(headers);
    }
    /// The guide for users, Markdown.
    fn guide(&self) -> &'static str;
    /// Its OpenAPI 3.1 document, JSON, which it serves itself below its mount point and which the server serves at
    /// `/<name>/openapi.json` too.
    fn openapi(&self) -> &'static str;
    /// What a key of this dialect can be narrowed to (`muster key create --scope`), in its own words; none where it
    /// knows no such thing.
    fn scopes(&self) -> &'static [&'static str] {
        &[]
    }
    /// What the calls of a subscription can look like in this dialect's words (webhooks).
    fn shapes(&self) -> &'static [&'static dyn Shape] {
        &[]
    }
    /// Makes a key of this dialect for `org`. Answers what `muster key create --json` and `demo` print: at least
    /// `base_url` (what a user puts into the vendor's client) and the secrets, in clear, this once; and under
    /// `key_id` the key's uid, for revoking it. `base_url` is the server's own URL.
    fn credentials(
        &self,
        tx: &mut Tx,
        app: &App,
        org: OrgId,
        new: &NewCredentials,
    ) -> Result<Value>;
    /// What of its credentials a caller must have at hand, for forms: names of members of [`Dialect::credentials`], and what
    /// people call them. All of them are secrets.
    fn asked(&self) -> &'static [(&'static str, &'static str)] {
        &[("api_key", "API key")]
    }
    /// How its credentials name a job that calls are about, if they do: the member and its value.
    fn names_job(&self, _job: &Job) -> Option<(&'static str, Value)> {
        None
    }
    /// A create call that works with `credentials` (as printed): demo's curl line, bench's body.
    fn example(&self, credentials: &Value) -> ExampleCall;
    /// Its lists that must stay quick in a store full of people, with a page of [`ROWS`] each, for `muster bench list`. They
    /// are asked for with the headers of [`Dialect::example`].
    fn lists(&self, credentials: &Value) -> Vec<ExampleList>;
}

/// Rows of a page of an [`ExampleList`].
pub const ROWS: usize = 100;

/// A list, ready to be asked for page by page.
#[derive(Debug, Clone)]
pub struct ExampleList {
    /// What is asked for, for people.
    pub title: &'static str,
    /// Whole URL of the first page. Where it holds `{stage}`, a bench puts the number of the stage that everybody is in.
    pub url: String,
    /// The page's member that holds the rows.
    pub rows: &'static str,
    /// How its pages follow one another.
    pub pages: Pages,
    /// Whether everybody is on it, each once; else hardly anybody: what is measured is how long it takes to find that out.
    pub everybody: bool,
    /// Members of a row that are lists of one object, if everybody has one application and one file.
    pub expanded: &'static [&'static str],
}

impl ExampleList {
    /// A list of everybody, nothing expanded.
    pub(crate) fn new(title: &'static str, url: String, rows: &'static str, pages: Pages) -> Self {
        ExampleList {
            title,
            url,
            rows,
            pages,
            everybody: true,
            expanded: &[],
        }
    }

    /// The same of nearly nobody.
    pub(crate) fn of_few(self) -> Self {
        ExampleList {
            everybody: false,
            ..self
        }
    }
}

/// How the pages of a list follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// The page's first member is the value of the second, a parameter of the next one's address.
    Cursor(&'static str, &'static str),
    /// The page's member is the next one's whole address.
    Address(&'static str),
    /// The parameter counts pages, from 1 on.
    Number(&'static str),
    /// The parameter counts the rows of all pages before.
    Offset(&'static str),
}

/// What a new key is asked to be.
#[derive(Debug, Clone)]
pub struct NewCredentials {
    /// The server's URL as the caller reaches it, without a slash at the end.
    pub base_url: String,
    /// What people call the key.
    pub name: String,
    /// What it may do.
    pub permissions: hiring::caller::Permissions,
    /// See [`hiring::caller::Caller::limit`].
    pub limit: Option<(u32, u32)>,
}

/// One HTTP request, ready to be sent.
#[derive(Debug, Clone)]
pub struct ExampleCall {
    /// What it does, for people.
    pub title: &'static str,
    /// Method.
    pub method: &'static str,
    /// Whole URL.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// JSON body. Where it holds `{n}` a bench puts a running number, so that each call is a new person.
    pub body: String,
    /// A second call worth showing (an invite beside a direct create).
    pub also: Option<Box<ExampleCall>>,
}

/// A model that a linked account's callers write, and its fields: what the account may require of them.
#[derive(Debug, Clone)]
pub(crate) struct Writable {
    /// The model's name.
    pub model: &'static str,
    /// The names of its fields.
    pub fields: Vec<&'static str>,
}

/// Every model that is written through a linked account.
pub(crate) fn writable() -> Vec<Writable> {
    merge::writable()
}

/// Every dialect, one line each.
pub const DIALECTS: &[&dyn Dialect] = &[
    &xobin::Xobin,
    &eightfold::Eightfold,
    &comeet::Comeet,
    &merge::Merge,
    &native::Native,
];

/// Every shape that the calls of a subscription can have, the usual one first.
pub fn shapes() -> Vec<&'static dyn Shape> {
    let all = DIALECTS.iter().rev().flat_map(|dialect| dialect.shapes());
    all.copied().collect()
}

/// The shape of this name.
pub fn shape_named(name: &str) -> Option<&'static dyn Shape> {
    shapes().into_iter().find(|shape| shape.name() == name)
}

/// Whether the form of the job that these credentials name asks for `field`, by its name or its label: they list what it asks
/// under `fields`. Those that do not are the demo's, whose job asks for what the examples answer.
pub(crate) fn asks(credentials: &Value, field: &Value) -> bool {
    let all = credentials["fields"].as_array();
    all.is_none_or(|all| all.contains(field))
}

/// The dialect of this name.
pub fn named(name: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.iter().copied().find(|d| d.name() == name)
}
