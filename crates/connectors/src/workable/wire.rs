//! Workable's words (workable.readme.io): a *candidate* belongs to one job; whoever applies for two is two.

use serde_json::Value;

use crate::flow::{Found, Unclear, id, items, time};
use crate::manners::{self, Manners, Said};
use crate::person::{Site, same_mailbox};
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    reset: &["x-rate-limit-reset"],
    said,
    ..Manners::PLAIN
};

/// Types of `social_profiles`.
pub(super) const PROFILES: &[(Site, &str)] = &[
    (Site::LinkedIn, "linkedin"),
    (Site::GitHub, "github"),
    (Site::Twitter, "twitter"),
    (Site::Facebook, "facebook"),
    (Site::Instagram, "instagram"),
    (Site::Xing, "xing"),
    (Site::StackOverflow, "stackoverflow"),
];

/// `{"error", "validation_errors": {field: [what]}}`.
fn said(answer: &Answer) -> Said {
    let body = answer.json();
    let first = body["validation_errors"]
        .as_object()
        .and_then(|e| e.iter().next());
    match first {
        Some((field, what)) => Said {
            words: what[0]
                .as_str()
                .or(what.as_str())
                .unwrap_or("is not valid")
                .to_owned(),
            field: Some(field.clone()),
        },
        None => manners::said(answer),
    }
}

/// A candidate there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub id: String,
    pub created_at: Option<String>,
    pub data: Value,
}

pub(super) fn candidate(data: &Value) -> Option<Candidate> {
    Some(Candidate {
        id: id(&data["id"])?,
        created_at: time(&data["created_at"]),
        data: data.clone(),
    })
}

/// The one with this address for this job (any, without one) who is not disqualified.
pub(super) fn with_email(body: &Value, email: &str, job: Option<&str>) -> Found<Candidate> {
    let theirs = |c: &&Value| {
        let shortcode = c["job"]["shortcode"].as_str();
        c["email"].as_str().is_some_and(|e| same_mailbox(e, email))
            && job.is_none_or(|job| shortcode.is_none_or(|s| s == job))
            && c["disqualified"] != Value::Bool(true)
    };
    let found = items(body, "/candidates")?.iter().find(theirs);
    found.map(|c| candidate(c).ok_or(Unclear)).transpose()
}
