//! Ashby's words (developers.ashbyhq.com): every call is a POST, every answer an envelope, every refusal a 200.

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

/// A logical error is a 200 with `success: false`; its code says what kind it is.
fn judge(answer: &Answer) -> Option<Verdict> {
    if !answer.is_success() || answer.json()["success"] != Value::Bool(false) {
        return None;
    }
    let code = code(&answer.json()).unwrap_or_default();
    Some(match code.as_str() {
        code if code.contains("permission") || code.contains("unauthorized") => {
            Verdict::Refused("permission")
        }
        // An upload that has ended: soon there is another address.
        code if code.contains("file_handle") => Verdict::NotNow,
        code if code.starts_with("job") && code.contains("not_found") => Verdict::Refused("job"),
        code if code.contains("not_found") => Verdict::Refused("gone"),
        code if code.contains("rate_limit") => Verdict::NotNow,
        code if code.contains("internal") || code.contains("unavailable") => Verdict::Doubtful,
        _ => Verdict::Refused("invalid"),
    })
}

fn code(body: &Value) -> Option<String> {
    let first = body["errors"][0].as_str();
    let code = body["errorInfo"]["code"].as_str().or(first)?;
    Some(code.to_lowercase())
}

fn said(answer: &Answer) -> Said {
    let body = answer.json();
    match (body["errorInfo"]["message"].as_str(), code(&body)) {
        (Some(message), _) => Said {
            words: message.to_owned(),
            // `email: Invalid email`
            field: message
                .split_once(": ")
                .map(|(f, _)| f.to_owned())
                .filter(|f| !f.contains(' ')),
        },
        (None, Some(code)) => Said {
            words: code,
            field: None,
        },
        (None, None) => manners::said(answer),
    }
}

/// A person there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub id: String,
    pub created_at: Option<String>,
    pub applications: Vec<String>,
    pub data: Value,
}

pub(super) fn person(data: &Value) -> Option<Person> {
    let applications = data["applicationIds"].as_array().into_iter().flatten();
    Some(Person {
        id: id(&data["id"])?,
        created_at: time(&data["createdAt"]),
        applications: applications.filter_map(id).collect(),
        data: data.clone(),
    })
}

/// The person of `results`.
pub(super) fn of_results(answer: &Answer) -> Option<Person> {
    person(&answer.json()["results"])
}

/// The person with this address, of `results`.
pub(super) fn with_email(body: &Value, email: &str) -> Found<Person> {
    let has = |candidate: &&Value| {
        let more = candidate["emailAddresses"].as_array().into_iter().flatten();
        let mut all = std::iter::once(&candidate["primaryEmailAddress"]).chain(more);
        all.any(|a| a["value"].as_str().is_some_and(|a| same_mailbox(a, email)))
    };
    let found = items(body, "/results")?.iter().find(has);
    found.map(|c| person(c).ok_or(Unclear)).transpose()
}

/// What is named by `results`, a file or a note.
pub(super) fn files(candidate: &Value) -> impl Iterator<Item = &Value> {
    let more = candidate["fileHandles"].as_array().into_iter().flatten();
    std::iter::once(&candidate["resumeFileHandle"]).chain(more)
}
