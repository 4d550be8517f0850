//! Recruitee's words (docs.recruitee.com).

use serde_json::Value;

use crate::flow::{Found, Unclear, id, items, time};
use crate::manners::{self, Manners, Said, Verdict};
use crate::person::same_mailbox;
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    judge,
    said,
    ..Manners::PLAIN
};

/// A wrong offer is a matter of the table of jobs.
fn judge(answer: &Answer) -> Option<Verdict> {
    let offers = !answer.json()["error_fields"]["offers"].is_null();
    (answer.status == 422 && offers).then_some(Verdict::Refused("job"))
}

/// `{"error": ["Name can't be blank"], "error_fields": {"name": ["can't be blank"]}}`.
fn said(answer: &Answer) -> Said {
    let body = answer.json();
    let fields = body["error_fields"].as_object();
    let field = fields.and_then(|f| f.keys().next().cloned());
    match body["error"][0].as_str() {
        Some(words) => Said {
            words: words.to_owned(),
            field,
        },
        None => manners::said(answer),
    }
}

/// A person there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub id: String,
    pub created_at: Option<String>,
    pub data: Value,
}

pub(super) fn person(data: &Value) -> Option<Person> {
    Some(Person {
        id: id(&data["id"])?,
        created_at: time(&data["created_at"]),
        data: data.clone(),
    })
}

/// The person with this address, of `candidates`.
pub(super) fn with_email(body: &Value, email: &str) -> Found<Person> {
    let theirs = |c: &&Value| {
        let mut all = c["emails"].as_array().into_iter().flatten();
        all.any(|e| e.as_str().is_some_and(|e| same_mailbox(e, email)))
    };
    let found = items(body, "/candidates")?.iter().find(theirs);
    found.map(|c| person(c).ok_or(Unclear)).transpose()
}

/// The placement for this offer.
pub(super) fn placement(candidate: &Value, offer: &str) -> Option<String> {
    let mut all = candidate["placements"].as_array().into_iter().flatten();
    let found = all
        .find(|p| id(&p["offer_id"]).as_deref() == Some(offer) && p["disqualified_at"].is_null());
    found.and_then(|p| id(&p["id"]))
}
