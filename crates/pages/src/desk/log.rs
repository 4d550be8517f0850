//! One call as members may look at it: what was sent, what came of it, why it was refused. `log/shown.rs` says what of a
//! body is shown.
//!
//! A request is kept for some weeks (`hiring/src/request.rs`), the submission of one that was done for as long as there is
//! the record. Either is enough for a page.

pub(super) mod shown;

use askama::Template;
use axum::extract::State;
use hiring::id::{OrgId, Uuid};
use hiring::problem::Noun;
use hiring::request::{self, Remark, Request};
use hiring::submission::{self, Submission};
use hiring::{App, Problem, Result};
use store::Reader;

use super::frame::{Frame, Section};
use super::visit::{Answer, Named, Visit};
use super::words;
use crate::moment::Moment;
use crate::page::Page;

#[derive(Template)]
#[template(path = "log.html")]
pub(crate) struct Log {
    frame: Frame,
    uid: String,
    request: Option<Asked>,
    submission: Option<Kept>,
}

/// A request while it is kept.
struct Asked {
    at: Moment,
    dialect: String,
    method: String,
    route: String,
    status: i64,
    meaning: &'static str,
    key: Option<String>,
    remarks: Vec<Remark>,
    body: Option<String>,
}

/// What came of a request that was done.
struct Kept {
    at: Moment,
    dialect: String,
    route: String,
    outcome: String,
    candidate: Option<String>,
    application: Option<String>,
    unmapped: Vec<String>,
}

/// `GET /desk/logs/{uid}`.
pub(crate) async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let org = visit.org();
    let (request, submission) = app.store.read(move |r| read(r, org, uid)).await?;
    let log = Log {
        frame: visit.frame(Section::Integrations),
        uid: uid.to_string(),
        request,
        submission,
    };
    Ok(visit.page(&log))
}

fn read(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<(Option<Asked>, Option<Kept>)> {
    let request = if_there(request::find(r, org, uid))?;
    let submission = if_there(submission::find(r, org, uid))?;
    if request.is_none() && submission.is_none() {
        return Err(Problem::NotFound(Noun::Request));
    }
    let files = submission::file_slots(r, org, uid)?;
    let asked = request.map(|request| Asked::new(request, |n| files.iter().any(|f| f.n == n)));
    Ok((asked, submission.map(Kept::new)))
}

fn if_there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(Problem::NotFound(_)) => Ok(None),
        other => other.map(Some),
    }
}

impl Asked {
    fn new(request: Request, is_file: impl Fn(u32) -> bool) -> Asked {
        Asked {
            at: Moment::at(request.created_at),
            meaning: words::status_of_answer(request.status),
            body: request.body.map(|body| shown::body(&body, &is_file)),
            dialect: request.dialect,
            method: request.method,
            route: request.route,
            status: request.status,
            key: request.key_name,
            remarks: request.remarks,
        }
    }
}

impl Kept {
    fn new(submission: Submission) -> Kept {
        Kept {
            at: Moment::at(submission.received_at),
            dialect: submission.dialect,
            route: submission.route,
            outcome: words::outcome(&submission.outcome),
            candidate: submission.candidate.map(|uid| uid.to_string()),
            application: submission.application.map(|uid| uid.to_string()),
            unmapped: submission.unmapped,
        }
    }
}

impl Page for Log {
    #[cfg(test)]
    fn sample() -> Log {
        let at = Moment::at(1_773_480_413_000_000);
        Log {
            frame: Frame::sample(),
            uid: "0198c0de-0000-7000-8000-000000000001".into(),
            request: Some(Asked {
                at: at.clone(),
                dialect: "native".into(),
                method: "POST".into(),
                route: "/candidates".into(),
                status: 400,
                meaning: words::status_of_answer(400),
                key: Some("our <x> key".into()),
                remarks: vec![Remark {
                    pointer: "/model/<x>".into(),
                    detail: "It must be a string.".into(),
                }],
                body: Some("{\n  \"model\": \"<x>\"\n}".into()),
            }),
            submission: Some(Kept {
                at,
                dialect: "native".into(),
                route: "POST /candidates".into(),
                outcome: words::outcome("created"),
                candidate: Some("0198c0de-0000-7000-8000-000000000002".into()),
                application: None,
                unmapped: vec!["/model/<x>".into()],
            }),
        }
    }
}
