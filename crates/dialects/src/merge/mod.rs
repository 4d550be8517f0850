//! Merge's unified ATS API, category `ats/v1`: one model for every tracking system, here for our own.
//!
//! `wire.rs` (bodies and queries), `map.rs` (their words ↔ ours) and `routes.rs` (handlers) each have a folder with one
//! file for each of Merge's models, so that a further model is one further file in each. Read `routes/candidates.rs`
//! first. What Merge's pages leave open, and our choice, is summed up in `README.md`.

mod auth;
mod document;
mod hook;
mod keep;
mod map;
mod models;
mod problem;
mod routes;
mod wire;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hiring::api_key::{self, NewKey};
use hiring::id::OrgId;
use hiring::subscription::shape::Shape;
use hiring::{App, Problem, Result, linked_account, secret};
use serde_json::{Value, json};
use store::Tx;

use crate::limit::Standing;
use crate::{Dialect, ExampleCall, ExampleList, NewCredentials, Pages, ROWS, Writable};

/// The one value of this dialect.
pub struct Merge;

const NAME: &str = "merge";
/// How its keys begin.
const KEY: &str = "mrg_";

/// Every model that can be written, with its fields.
pub(crate) fn writable() -> Vec<Writable> {
    let written = |model: &models::Model| {
        Some(Writable {
            model: model.name,
            fields: model.table?.fields(),
        })
    };
    models::MODELS.iter().filter_map(written).collect()
}

impl Dialect for Merge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn base(&self) -> &'static str {
        "merge/api"
    }

    fn routes(&self) -> Router<App> {
        routes::routes()
    }

    fn problem(&self, problem: &Problem) -> Response {
        problem::render(problem)
    }

    fn shapes(&self) -> &'static [&'static dyn Shape] {
        &[&hook::Hook]
    }

    fn written(&self) -> Vec<crate::written::Written> {
        wire::written()
    }

    /// The names that Merge's SDKs and other clients of such APIs know, too. Not `X-RateLimit-Reset` on a 5xx: the SDKs
    /// would take it for the time to wait.
    fn standing(&self, standing: &Standing, status: StatusCode, headers: &mut HeaderMap) {
        standing.headers(headers);
        standing.old_headers(headers);
        if !status.is_server_error() {
            standing.old_reset(headers);
        }
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    fn openapi(&self) -> &'static str {
        document::text()
    }

    fn credentials(
        &self,
        tx: &mut Tx,
        app: &App,
        org: OrgId,
        new: &NewCredentials,
    ) -> Result<Value> {
        let (key, token) = (secret::token(KEY), secret::token("mrg_acct_"));
        let stored = api_key::create(
            tx,
            &app.key,
            org,
            &NewKey {
                dialect: NAME,
                name: &new.name,
                key: &key,
                username: None,
                second: None,
                sealed: None,
                permissions: new.permissions,
                limit: new.limit,
            },
        )?;
        linked_account::create(tx, org, &new.name, &token)?;
        Ok(json!({
            // What the SDKs take as their base: they add `ats/v1/…` themselves.
            "base_url": format!("{}/merge/api", new.base_url),
            "api_key": key,
            "account_token": token,
            "key_id": stored.uid,
        }))
    }

    fn asked(&self) -> &'static [(&'static str, &'static str)] {
        &[("api_key", "API key"), ("account_token", "Account token")]
    }

    /// The create page's example person.
    fn example(&self, credentials: &Value) -> ExampleCall {
        let text = |name: &str| credentials[name].as_str().unwrap_or("").to_owned();
        let body = json!({
            "model": {
                "first_name": "Gil {n}",
                "last_name": "Feig",
                "company": "Columbia Dining App.",
                "title": "Software Engineer",
                "last_interaction_at": "2021-10-17T00:00:00Z",
                "is_private": true,
                "can_email": true,
                "locations": ["San Francisco", "New York", "Miami"],
                "phone_numbers": [{"value": "+1234567890", "phone_number_type": "MOBILE"}],
                "email_addresses": [{"value": "hello{n}@example.com", "email_address_type": "PERSONAL"}],
                "urls": [{"value": "https://example.com/gil{n}", "url_type": "BLOG"}],
                "tags": ["High-Priority"]
            },
            "remote_user_id": null
        });
        ExampleCall {
            title: "Merge: create a candidate",
            method: "POST",
            url: format!("{}/ats/v1/candidates", text("base_url")),
            headers: vec![
                (
                    "Authorization".to_owned(),
                    format!("Bearer {}", text("api_key")),
                ),
                ("X-Account-Token".to_owned(), text("account_token")),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: body.to_string(),
            also: None,
        }
    }

    fn lists(&self, credentials: &Value) -> Vec<ExampleList> {
        let base = credentials["base_url"].as_str().unwrap_or("");
        let list = |title, query: &str| {
            let url = format!("{base}/ats/v1/{query}page_size={ROWS}");
            ExampleList::new(title, url, "results", Pages::Cursor("next", "cursor"))
        };
        vec![
            ExampleList {
                expanded: &["applications", "attachments"],
                ..list(
                    "candidates with applications and attachments",
                    "candidates?expand=applications,attachments&",
                )
            },
            list("applications", "applications?"),
            list(
                "candidates changed since long ago",
                "candidates?modified_after=2001-01-01T00:00:00Z&",
            ),
        ]
    }
}
