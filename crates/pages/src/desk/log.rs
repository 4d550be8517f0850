//! What is known of one submission: where it came in and what came of it, not what stood in it.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hiring::id::Uuid;
use hiring::problem::Noun;
use hiring::submission::{self, Submission};
use hiring::{App, Problem, Result, organization};

use super::words;
use crate::moment::Moment;
use crate::page::{self, Area, Page};

#[derive(Template)]
#[template(path = "log.html")]
pub(crate) struct Log {
    organization: String,
    member: String,
    uid: String,
    dialect: String,
    route: String,
    outcome: String,
    received: Moment,
    candidate: Option<String>,
    application: Option<String>,
    unmapped: Vec<String>,
}

/// `GET /desk/logs/{uid}`.
pub(crate) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    uid: Result<Path<String>, PathRejection>,
) -> Response {
    let not_found = || page::problem(Area::Desk, &Problem::NotFound(Noun::Submission));
    let uid = uid.ok().and_then(|Path(text)| Uuid::parse_str(&text).ok());
    let path = uid.map_or("/desk".to_owned(), |uid| format!("/desk/logs/{uid}"));
    let member = match super::enter(&app, &headers, &path, StatusCode::UNAUTHORIZED).await {
        Ok(member) => member,
        Err(instead) => return *instead,
    };
    let Some(uid) = uid else {
        return not_found();
    };
    let org = member.org;
    let found = app.store.read(move |r| {
        let organization = organization::find(r, org)?.name;
        Ok::<_, Problem>((organization, submission::find(r, org, uid)?))
    });
    match found.await {
        Ok((organization, submission)) => {
            let log = Log::new(organization, member.name, submission);
            page::html(Area::Desk, StatusCode::OK, &log)
        }
        Err(Problem::NotFound(_)) => not_found(),
        Err(problem) => page::problem(Area::Desk, &problem),
    }
}

impl Log {
    fn new(organization: String, member: String, submission: Submission) -> Log {
        Log {
            organization,
            member,
            uid: submission.uid.to_string(),
            dialect: submission.dialect,
            route: submission.route,
            outcome: words::outcome(&submission.outcome),
            received: Moment::at(submission.received_at),
            candidate: submission.candidate.map(|uid| uid.to_string()),
            application: submission.application.map(|uid| uid.to_string()),
            unmapped: submission.unmapped,
        }
    }
}

impl Page for Log {
    #[cfg(test)]
    fn sample() -> Log {
        Log {
            organization: "Nordwind & Söhne".into(),
            member: "Anna".into(),
            uid: "0198c0de-0000-7000-8000-000000000001".into(),
            dialect: "native".into(),
            route: "POST /candidates".into(),
            outcome: words::outcome("created"),
            received: Moment::at(1_773_480_413_000_000),
            candidate: Some("0198c0de-0000-7000-8000-000000000002".into()),
            application: None,
            unmapped: vec!["/model/<x>".into()],
        }
    }
}
