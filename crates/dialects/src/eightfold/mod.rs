//! Eightfold's core API v2: an ATS candidate is what one far system says of a person.
//!
//! Read `document.rs`, which says what leads where, and `routes/write.rs`, then `wire/tables.rs` and `map/`. The vendor's
//! pages and what they leave open are summed up in `README.md`.

mod auth;
mod document;
mod map;
mod problem;
mod routes;
mod scope;
mod wire;

use axum::Router;
use axum::response::Response;
use hiring::api_key::{self, NewKey};
use hiring::id::OrgId;
use hiring::{App, Problem, Result, secret};
use serde_json::{Value, json};
use store::Tx;

use crate::{Dialect, ExampleCall, ExampleList, NewCredentials, Pages, ROWS};

/// The one value of this dialect.
pub struct Eightfold;

const NAME: &str = "eightfold";

/// The user that a key's password grant names; the vendor has an e-mail address there.
const USERNAME: &str = "integration@muster.example";

/// The far system that new credentials suggest. Any other name does as well: each is a namespace of its own.
const SYSTEM: &str = "demo";

impl Dialect for Eightfold {
    fn name(&self) -> &'static str {
        NAME
    }

    fn base(&self) -> &'static str {
        "eightfold/api/v2/core"
    }

    fn routes(&self) -> Router<App> {
        document::routes()
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

    fn scopes(&self) -> &'static [&'static str] {
        scope::ALL
    }

    fn credentials(
        &self,
        tx: &mut Tx,
        app: &App,
        org: OrgId,
        new: &NewCredentials,
    ) -> Result<Value> {
        let key = secret::token("ef_");
        let client_secret = secret::token("efs_");
        let stored = api_key::create(
            tx,
            &app.key,
            org,
            &NewKey {
                dialect: NAME,
                name: &new.name,
                key: &key,
                username: Some(USERNAME),
                second: Some(&client_secret),
                sealed: None,
                permissions: new.permissions,
                limit: new.limit,
            },
        )?;
        let mount = format!("{}/{NAME}", new.base_url);
        Ok(json!({
            "base_url": format!("{mount}/api/v2/core"),
            "token_url": format!("{mount}/oauth/v1/authenticate"),
            "username": USERNAME,
            "api_key": key,
            "client_id": stored.uid,
            "client_secret": client_secret,
            "system_id": SYSTEM,
            "key_id": stored.uid,
        }))
    }

    fn example(&self, credentials: &Value) -> ExampleCall {
        let text = |name: &str| credentials[name].as_str().unwrap_or("");
        let (base, system) = (text("base_url"), text("system_id"));
        let system = if system.is_empty() { SYSTEM } else { system };
        let headers = vec![
            // The key itself, so that the line works without asking for a token first.
            ("Authorization".into(), format!("Basic {}", text("api_key"))),
            ("Content-Type".into(), "application/json".into()),
        ];
        ExampleCall {
            title: "Eightfold: create an ATS candidate",
            method: "POST",
            url: format!("{base}/ats-systems/{system}/ats-candidates"),
            headers,
            body: example_body(system).to_string(),
            also: None,
        }
    }

    fn lists(&self, credentials: &Value) -> Vec<ExampleList> {
        let text = |name: &str| credentials[name].as_str().unwrap_or("");
        let (base, system) = (text("base_url"), text("system_id"));
        let list = |title, path: &str, query: &str| {
            let url = format!("{base}/{path}?limit={ROWS}{query}");
            ExampleList::new(title, url, "data", Pages::Offset("start"))
        };
        let people = format!("ats-systems/{system}/ats-candidates");
        let changed = "&filterQuery=lastModified:[978307200%20TO%20*]";
        vec![
            list("candidates", &people, ""),
            list("candidates with a word", &people, "&query=love*"),
            list(
                "candidates with a word that nobody has",
                &people,
                "&query=xyzzy",
            )
            .of_few(),
            list("candidates changed since long ago", &people, changed),
            list("profiles", "profiles", ""),
            list("applications", "profile-applications", ""),
            list(
                "applications that ended",
                "profile-applications",
                "&applicationStatus=hired",
            )
            .of_few(),
        ]
    }
}

fn example_body(system: &str) -> Value {
    json!({
        "candidateId": "example-{n}",
        "systemId": system,
        "firstName": "Katherine",
        "lastName": "Johnson {n}",
        "emails": "katherine{n}@example.com",
        "phones": "+1 757 555 0100",
        "lastActivityTs": 1_767_225_600,
        "title": "Research Mathematician",
        "location": "Hampton, VA",
        "locationCountry": "US",
        "contactConsent": "all",
        "skills": ["Orbital mechanics", "FORTRAN"],
        "urls": ["https://example.com/katherine"],
        "education": [{"school": "West Virginia State", "degree": "BSc", "major": "Mathematics"}],
        "experience": [{"company": "NASA", "title": "Mathematician", "isCurrent": true}],
        "tags": ["apollo"],
        "customInfo": {"cohort": "1953"}
    })
}
