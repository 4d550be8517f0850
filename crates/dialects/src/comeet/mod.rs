//! Comeet's partner API (now Spark Hire Recruit): its *candidate* is our application, its *person* our candidate, its
//! *position* our job.
//!
//! Read `document.rs` (the table of operations), then `routes.rs` and `map.rs`. What callers need to know, and what the vendor's pages leave open, is in
//! `README.md`.

mod auth;
mod document;
mod hook;
mod map;
mod problem;
mod routes;
mod scopes;
mod uid;
mod wire;

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::response::Response;
use hiring::api_key::{self, NewKey};
use hiring::id::{JobId, OrgId};
use hiring::subscription::shape::Shape;
use hiring::{App, Problem, Result, job, organization, secret};
use serde_json::{Value, json};
use store::Tx;

use crate::{Dialect, ExampleCall, ExampleList, NewCredentials, Pages, ROWS};

/// The one value of this dialect.
pub struct Comeet;

const NAME: &str = "comeet";

impl Dialect for Comeet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> Router<App> {
        routes::routes()
    }

    fn openapi(&self) -> &'static str {
        document::text()
    }

    fn scopes(&self) -> &'static [&'static str] {
        scopes::ALL
    }

    fn problem(&self, problem: &Problem) -> Response {
        problem::render(problem)
    }

    fn shapes(&self) -> &'static [&'static dyn Shape] {
        &[&hook::Positions, &hook::Hires]
    }

    fn written(&self) -> Vec<crate::written::Written> {
        wire::written()
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    fn credentials(
        &self,
        tx: &mut Tx,
        app: &App,
        org: OrgId,
        new: &NewCredentials,
    ) -> Result<Value> {
        let (key, shared) = (secret::token("com_"), secret::token("coms_"));
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
                sealed: Some(&shared),
                permissions: new.permissions,
                limit: new.limit,
            },
        )?;
        let position = job::list(tx, org, JobId(0), 1)?;
        let position = position.first().map(|job| job.id.0);
        Ok(json!({
            "base_url": format!("{}/comeet", new.base_url),
            "api_key": key,
            "secret": shared,
            "position_uid": position.map(|id| uid::write(uid::Kind::Position, id)),
            "custom_fields": organization::custom_fields(tx, org)?,
            "key_id": stored.uid,
        }))
    }

    fn asked(&self) -> &'static [(&'static str, &'static str)] {
        &[("api_key", "API key"), ("secret", "Shared secret")]
    }

    fn names_job(&self, job: &job::Job) -> Option<(&'static str, Value)> {
        Some((
            "position_uid",
            json!(uid::write(uid::Kind::Position, job.id.0)),
        ))
    }

    fn example(&self, credentials: &Value) -> ExampleCall {
        let text = |name: &str| credentials[name].as_str().unwrap_or("");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let token = auth::mint(
            text("api_key"),
            text("secret"),
            (now + auth::LONGEST).as_secs(),
        );
        ExampleCall {
            title: "Comeet: create a candidate",
            method: "POST",
            url: format!("{}/candidates", text("base_url")),
            headers: vec![
                ("Authorization".to_owned(), format!("Bearer {token}")),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: example_body(credentials).to_string(),
            also: None,
        }
    }

    fn lists(&self, credentials: &Value) -> Vec<ExampleList> {
        let base = credentials["base_url"].as_str().unwrap_or("");
        let list = |title, query: &str| {
            let url = format!("{base}/candidates?limit={ROWS}{query}");
            ExampleList::new(title, url, "candidates", Pages::Address("next_page"))
        };
        const OLD: &str = "2001-01-01T00:00:00Z";
        vec![
            list("candidates", ""),
            list("candidates in progress", "&status=In%20progress"),
            list("candidates who are hired", "&status=Hired").of_few(),
            list(
                "candidates created since long ago",
                &format!("&time_created:after={OLD}"),
            ),
            list(
                "candidates created before that",
                &format!("&time_created:before={OLD}"),
            )
            .of_few(),
            list(
                "candidates with news since long ago",
                &format!("&time_person_last_activity:after={OLD}"),
            ),
            list(
                "candidates without news since",
                &format!("&time_person_last_activity:before={OLD}"),
            )
            .of_few(),
        ]
    }
}

/// The vendor page's example, without files.
fn example_body(credentials: &Value) -> Value {
    let mut body = json!({
        "position_uid": credentials["position_uid"],
        "partner_candidate_id": "1111A{n}",
        "first_name": "Bobby",
        "middle_name": "Robert",
        "last_name": "Chauck {n}",
        "email": "bobby{n}@example.com",
        "phone": "07-4442321",
        "mobile_phone": "052-8644246",
        "national_id": "5454-2233-1",
        "linkedin_url": "https://www.linkedin.com/in/bobby-hauck-06b0735",
        "salary_expectations": "80k / Annual",
        "prospect_status": "Interested",
        "links": [{"url": "https://www.github.com/bobbyc"}],
        "source_contact": {
            "full_name": "Michael Rosen",
            "email": "michael.rosen@example.com",
            "phone": "555 555 1234"
        },
        "address": {
            "country": "US",
            "city": "New York",
            "state": "NY",
            "zip": "11249",
            "street": "109 S 5th st. #302"
        },
        "note": "The candidate expressed his interest in this position"
    });
    // A custom field must exist at the organization, so the example names one that does.
    if let Some(field) = credentials["custom_fields"][0].as_str() {
        body["custom_fields"] = json!({field: "value1"});
    }
    body
}
