//! Our own REST API. It is a dialect like the others, which proves that their shape serves.
//!
//! Read `routes.rs` (the one list of routes), then `wire.rs` (what is sent and answered), then `map.rs`. The OpenAPI
//! document is made of the same routes and types in `document.rs`; the guide for users is `README.md`.

mod auth;
mod document;
mod hook;
mod map;
mod problem;
mod routes;
mod wire;

use axum::Router;
use axum::response::Response;
use hiring::api_key::{self, NewKey};
use hiring::id::{JobId, OrgId};
use hiring::subscription::shape::Shape;
use hiring::{App, Problem, Result, job, secret};
use serde_json::{Value, json};
use store::Tx;

use crate::{Dialect, ExampleCall, ExampleList, NewCredentials, Pages, ROWS, asks};

/// The one value of this dialect.
pub struct Native;

const NAME: &str = "native";
/// The kind of foreign id that `external_id` is: one name space for the whole organization.
const EXTERNAL: &str = "native:external";

impl Dialect for Native {
    fn name(&self) -> &'static str {
        NAME
    }

    fn mount(&self) -> &'static str {
        "api"
    }

    fn base(&self) -> &'static str {
        "api/v1"
    }

    fn routes(&self) -> Router<App> {
        routes::routes()
    }

    fn problem(&self, problem: &Problem) -> Response {
        problem::render(problem)
    }

    fn written(&self) -> Vec<crate::written::Written> {
        wire::written()
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    fn openapi(&self) -> &'static str {
        document::text()
    }

    fn shapes(&self) -> &'static [&'static dyn Shape] {
        &[&hook::Standard]
    }

    fn credentials(
        &self,
        tx: &mut Tx,
        app: &App,
        org: OrgId,
        new: &NewCredentials,
    ) -> Result<Value> {
        let key = secret::token("mus_");
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
        let job = job::list(tx, org, JobId(0), 1)?.first().map(|job| job.uid);
        Ok(json!({
            "base_url": format!("{}/api/v1", new.base_url),
            "api_key": key,
            "job_id": job,
            "key_id": stored.uid,
        }))
    }

    fn names_job(&self, job: &job::Job) -> Option<(&'static str, Value)> {
        Some(("job_id", json!(job.uid)))
    }

    fn example(&self, credentials: &Value) -> ExampleCall {
        let text = |name: &str| credentials[name].as_str().unwrap_or("");
        let mut body = json!({
            "name": "Mary Somerville {n}",
            "emails": ["mary{n}@example.com"],
            "phones": [{"value": "+44 20 7946 0001", "type": "mobile"}],
            "urls": ["https://example.com/mary"],
            "title": "Translator of Celestial Mechanics",
            "skills": ["mathematics", "astronomy"],
            "tags": ["referred"],
        });
        // An organization may have a key before it has a job.
        if credentials["job_id"].is_string() {
            body["job"] = credentials["job_id"].clone();
            body["source"] = json!("Careers page");
            let mut answers = json!({"phone": "+44 20 7946 0001", "notice_period": "One month"});
            if let Some(answers) = answers.as_object_mut() {
                answers.retain(|name, _| asks(credentials, &json!(name)));
            }
            body["answers"] = answers;
        }
        ExampleCall {
            title: "Our own API: create a candidate who applies for a job",
            method: "POST",
            url: format!("{}/candidates", text("base_url")),
            headers: vec![
                (
                    "Authorization".to_owned(),
                    format!("Bearer {}", text("api_key")),
                ),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: body.to_string(),
            also: None,
        }
    }

    fn lists(&self, credentials: &Value) -> Vec<ExampleList> {
        let base = credentials["base_url"].as_str().unwrap_or("");
        let list = |title, path: &str| {
            let url = format!("{base}/{path}?limit={ROWS}");
            ExampleList::new(title, url, "data", Pages::Cursor("next", "after"))
        };
        vec![
            list("candidates", "candidates"),
            list("applications", "applications"),
        ]
    }
}
