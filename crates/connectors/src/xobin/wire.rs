//! Xobin's words (app.xobin.com/api/docs, Tracks).

use serde_json::Value;

use crate::flow::{Found, Unclear, id, items};
use crate::manners::{self, Manners, Verdict};
use crate::person::same_mailbox;
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    judge,
    said: manners::said,
    ..Manners::PLAIN
};

/// The page's only 404 is a track that is not there.
fn judge(answer: &Answer) -> Option<Verdict> {
    (answer.status == 404).then_some(Verdict::Refused("job"))
}

/// An applicant there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Applicant {
    pub candidate: String,
    pub application: String,
}

pub(super) fn applicant(body: &Value) -> Option<Applicant> {
    Some(Applicant {
        candidate: id(&body["candidate_id"])?,
        application: id(&body["application_id"])?,
    })
}

/// The applicant with just this address: the filter finds parts of one.
pub(super) fn with_email(body: &Value, email: &str) -> Found<Applicant> {
    let theirs = |a: &&Value| a["email"].as_str().is_some_and(|e| same_mailbox(e, email));
    let found = items(body, "/data")?.iter().find(theirs);
    found.map(|a| applicant(a).ok_or(Unclear)).transpose()
}
