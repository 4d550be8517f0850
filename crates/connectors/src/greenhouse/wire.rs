//! Greenhouse's words. Harvest v3 as it is known from public integration code, Candidate Ingestion as documented
//! (README.md tells which is which).

use serde_json::Value;

use crate::flow::{Found, Unclear, id, items, time};
use crate::person::same_mailbox;

/// Kinds of address: ours, theirs; the last for all others.
pub(super) const EMAIL_TYPES: &[(&str, &str)] =
    &[("personal", "personal"), ("work", "work"), ("", "other")];
pub(super) const PHONE_TYPES: &[(&str, &str)] = &[
    ("home", "home"),
    ("work", "work"),
    ("mobile", "mobile"),
    ("skype", "skype"),
    ("", "other"),
];
pub(super) const WEBSITE_TYPES: &[(&str, &str)] = &[
    ("personal", "personal"),
    ("company", "company"),
    ("portfolio", "portfolio"),
    ("blog", "blog"),
    ("", "other"),
];

/// A person there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub id: String,
    /// Of the application that was made with it.
    pub application: Option<Made>,
    pub created_at: Option<String>,
    pub data: Value,
}

/// Something that was made there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    pub id: String,
    pub created_at: Option<String>,
}

pub(super) fn made(thing: &Value) -> Option<Made> {
    Some(Made {
        id: id(&thing["id"])?,
        created_at: time(&thing["created_at"]),
    })
}

fn person(candidate: &Value, application: &Value) -> Option<Person> {
    Some(Person {
        id: id(&candidate["id"])?,
        application: made(application),
        created_at: time(&candidate["created_at"]),
        data: candidate.clone(),
    })
}

/// The answer to a create: `{"candidate", "application"}`.
pub(super) fn created(body: &Value) -> Option<Person> {
    person(&body["candidate"], &body["application"])
}

/// The person with this address, of an array of candidates.
pub(super) fn with_email(body: &Value, email: &str) -> Found<Person> {
    let has = |candidate: &&Value| {
        let addresses = candidate["email_addresses"]
            .as_array()
            .into_iter()
            .flatten();
        let mut values = addresses.filter_map(|a| a["value"].as_str());
        values.any(|value| same_mailbox(value, email))
    };
    let found = items(body, "")?.iter().find(has);
    found
        .map(|candidate| person(candidate, &Value::Null).ok_or(Unclear))
        .transpose()
}

/// The person of this id.
pub(super) fn with_id(body: &Value, wanted: &str) -> Found<Person> {
    let mut all = items(body, "")?.iter();
    let found = all.find(|c| id(&c["id"]).as_deref() == Some(wanted));
    Ok(found.and_then(|candidate| person(candidate, &Value::Null)))
}

/// The open application for this job.
pub(super) fn open_application(body: &Value, job: &str) -> Found<Made> {
    let open = |a: &&Value| {
        let status = a["status"].as_str().unwrap_or("in_process");
        status == "in_process" && id(&a["job_id"]).as_deref() == Some(job)
    };
    Ok(items(body, "")?.iter().find(open).and_then(made))
}

/// Answer of Ingestion: an array of one, or one.
pub(super) fn ingested(body: &Value) -> Option<(String, Option<String>)> {
    let one = body.get(0).unwrap_or(body);
    Some((id(&one["id"])?, id(&one["application_id"])))
}
