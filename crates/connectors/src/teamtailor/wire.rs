//! Teamtailor's words (docs.teamtailor.com), in JSON:API.

use serde_json::{Value, json};

use crate::flow::{Found, Unclear, id, items, time};
use crate::manners::{self, Manners, Said, Verdict};
use crate::person::same_mailbox;
use crate::step::Answer;

pub(super) const MEDIA: &str = "application/vnd.api+json";

pub(super) const MANNERS: Manners = Manners {
    reset: &["x-rate-limit-reset"],
    judge,
    said,
};

/// A job that is not there is refused by the relationship's name.
fn judge(answer: &Answer) -> Option<Verdict> {
    let pointer = answer.json()["errors"][0]["source"]["pointer"].clone();
    let job = pointer == "/data/relationships/job";
    (answer.status == 422 && job).then_some(Verdict::Refused("job"))
}

/// `{"errors": [{"title", "detail", "source": {"pointer"}}]}`.
fn said(answer: &Answer) -> Said {
    let error = &answer.json()["errors"][0];
    let words = error["detail"].as_str().or(error["title"].as_str());
    let pointer = error["source"]["pointer"].as_str().unwrap_or("");
    let field = pointer.rsplit('/').next().filter(|f| !f.is_empty());
    match words {
        Some(words) => Said {
            words: words.to_owned(),
            field: field.map(str::to_owned),
        },
        None => manners::said(answer),
    }
}

/// A relationship.
pub(super) fn link(kind: &str, id: &str) -> Value {
    json!({"data": {"type": kind, "id": id}})
}

/// A person there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub id: String,
    pub created_at: Option<String>,
    pub data: Value,
}

/// Of a resource.
pub(super) fn person(data: &Value) -> Option<Person> {
    Some(Person {
        id: id(&data["id"])?,
        created_at: time(&data["attributes"]["created-at"]),
        data: data.clone(),
    })
}

/// The person with this address.
pub(super) fn with_email(body: &Value, email: &str) -> Found<Person> {
    let theirs = |r: &&Value| {
        let there = r["attributes"]["email"].as_str();
        there.is_some_and(|e| same_mailbox(e, email))
    };
    let found = items(body, "/data")?.iter().find(theirs);
    found.map(|r| person(r).ok_or(Unclear)).transpose()
}

/// The application for this job, unless it was rejected.
pub(super) fn application(body: &Value, job: &str) -> Found<String> {
    let wanted = |r: &&Value| {
        let of = id(&r["relationships"]["job"]["data"]["id"]);
        of.as_deref() == Some(job) && r["attributes"]["rejected-at"].is_null()
    };
    Ok(items(body, "/data")?
        .iter()
        .find(wanted)
        .and_then(|r| id(&r["id"])))
}
