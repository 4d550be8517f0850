//! BambooHR's words (documentation.bamboohr.com).

use serde_json::Value;

use crate::flow::{Found, id, items};
use crate::manners::{self, Manners, Said};
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    said,
    ..Manners::PLAIN
};

/// Refusals say why in a header.
fn said(answer: &Answer) -> Said {
    match answer.header("x-bamboohr-error-message") {
        Some(words) => Said {
            words: words.to_owned(),
            // `Missing required field: lastName`
            field: words
                .split_once("field: ")
                .map(|(_, f)| f.trim().to_owned()),
        },
        None => manners::said(answer),
    }
}

/// An application there, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Application {
    pub id: String,
    pub applicant: String,
}

/// The applicant that a create made: `{"result": "success", "candidateId"}`.
pub(super) fn created(body: &Value) -> Option<String> {
    id(&body["candidateId"]).filter(|_| body["result"] == "success")
}

/// How many comments an application has; `None`: it does not say.
pub(super) fn comments(body: &Value) -> Option<u64> {
    body["commentCount"].as_u64()
}

/// The application for `job` whose applicant `is` it.
pub(super) fn find(
    body: &Value,
    job: &str,
    is: impl Fn(&Value, &Value) -> bool,
) -> Found<Application> {
    let wanted = |a: &&Value| {
        let for_job = id(&a["job"]["id"]).is_none_or(|j| j == job);
        for_job && is(&a["applicant"], &a["appliedDate"])
    };
    let found = items(body, "/applications")?.iter().find(wanted);
    Ok(found.and_then(|a| {
        Some(Application {
            id: id(&a["id"])?,
            applicant: id(&a["applicant"]["id"])?,
        })
    }))
}
