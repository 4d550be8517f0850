//! Xobin's Tracks API: an applicant is an application, a track is a job.
//!
//! Read `document.rs`, which lists the addresses, then `routes.rs` and `map.rs`. The vendor's pages and what they leave open are summed up in `README.md`.

mod auth;
mod document;
mod map;
mod problem;
mod routes;
mod wire;

use axum::Router;
use axum::response::Response;
use hiring::api_key::{self, NewKey};
use hiring::id::{JobId, OrgId};
use hiring::{App, Problem, Result, job, secret};
use serde_json::{Value, json};
use store::Tx;

use crate::{Dialect, ExampleCall, ExampleList, NewCredentials, Pages, ROWS, asks, openapi};

/// The one value of this dialect.
pub struct Xobin;

const NAME: &str = "xobin";

impl Dialect for Xobin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn base(&self) -> &'static str {
        "xobin/api/v2"
    }

    fn routes(&self) -> Router<App> {
        openapi::router(document::OPERATIONS)
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

    fn credentials(
        &self,
        tx: &mut Tx,
        app: &App,
        org: OrgId,
        new: &NewCredentials,
    ) -> Result<Value> {
        let key = secret::token("xob_");
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
        let track = job::list(tx, org, JobId(0), 1)?.first().map(|job| job.id.0);
        Ok(json!({
            "base_url": format!("{}/xobin/api/v2", new.base_url),
            "api_key": key,
            "track_id": track,
            "key_id": stored.uid,
        }))
    }

    fn names_job(&self, job: &job::Job) -> Option<(&'static str, Value)> {
        Some(("track_id", json!(job.id.0)))
    }

    fn example(&self, credentials: &Value) -> ExampleCall {
        let base = credentials["base_url"].as_str().unwrap_or("");
        let track = &credentials["track_id"];
        let headers = vec![
            (
                "apiKey".to_owned(),
                credentials["api_key"].as_str().unwrap_or("").to_owned(),
            ),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ];
        let mut direct = json!({
            "invite_applicant": false,
            "name": "Ada Lovelace {n}",
            "email": "ada{n}@example.com",
            "send_email": false,
            "fields": [
                {"label": "Phone", "value": "+44 20 7946 0000"},
                {"id": "portfolio", "value": "https://example.com/ada"},
                {"id": "notice_period", "value": "One month"},
                {"id": "cover_letter", "value": "I would like to work on the engine."}
            ]
        });
        if let Some(fields) = direct["fields"].as_array_mut() {
            fields.retain(|f| asks(credentials, &f["id"]) || asks(credentials, &f["label"]));
        }
        let invite = json!({
            "candidate_name": "Grace Hopper {n}",
            "candidate_email": "grace{n}@example.com",
            "track_id": track,
            "invite_format": "sendlink"
        });
        ExampleCall {
            title: "Xobin: add an applicant to a track",
            method: "POST",
            url: format!("{base}/tracks/{track}/applicants"),
            headers: headers.clone(),
            body: direct.to_string(),
            also: Some(Box::new(ExampleCall {
                title: "Xobin: invite a candidate to a track",
                method: "POST",
                url: format!("{base}/tracks/invite"),
                headers,
                body: invite.to_string(),
                also: None,
            })),
        }
    }

    fn lists(&self, credentials: &Value) -> Vec<ExampleList> {
        let base = credentials["base_url"].as_str().unwrap_or("");
        let list = |title, query: &str| {
            let track = &credentials["track_id"];
            let url = format!("{base}/tracks/{track}/applicants?per_page={ROWS}{query}");
            ExampleList::new(title, url, "data", Pages::Number("page"))
        };
        vec![
            list("applicants", ""),
            list("applicants by name", "&sort_by=name&sort_order=asc"),
            list("applicants whose name has a part", "&name=love"),
            list("applicants of a name that nobody has", "&name=xyzzy").of_few(),
            list("applicants with a part of an address", "&email=example"),
            list("applicants in a stage", "&stage_id={stage}"),
            list("applicants standing so", "&stage_status=in_progress"),
            list(
                "applicants added between two days",
                "&from_date=2001-01-01&to_date=2999-12-31",
            ),
            list(
                "applicants changed before all days",
                "&to_date=2001-01-01&timeframe_field=last_updated_at",
            )
            .of_few(),
        ]
    }
}
