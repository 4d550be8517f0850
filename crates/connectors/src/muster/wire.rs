//! What the other Muster answers (its `/api/v1/openapi.json`).

use serde_json::Value;

use crate::flow::{Unclear, id, items, time};
use crate::manners::{Manners, Verdict};
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    reset: &[],
    judge,
    ..Manners::PLAIN
};

const TYPE: &str = "urn:muster:problem:";

fn judge(answer: &Answer) -> Option<Verdict> {
    if answer.is_success() {
        return None;
    }
    let body = answer.json();
    let kind = body["type"].as_str().unwrap_or("").strip_prefix(TYPE);
    match kind? {
        // The application that is there is named: it is what we want.
        "application-open" if id(&body["application"]).is_some() => Some(Verdict::Done),
        "key-in-flight" | "overloaded" | "too-slow" => Some(Verdict::NotNow),
        // Which member is meant decides: a job that is not there, or closed, is a matter of the table of jobs.
        "invalid" | "not-found" | "not-allowed" if names_job(&body) => {
            Some(Verdict::Refused("job"))
        }
        "not-allowed" | "key-reused" => Some(Verdict::Refused("invalid")),
        _ => None,
    }
}

fn names_job(body: &Value) -> bool {
    let mut errors = body["errors"].as_array().into_iter().flatten();
    errors.any(|e| e["pointer"] == "/job")
}

/// A person there.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Made {
    pub candidate: String,
    pub application: Option<String>,
    pub created_at: Option<String>,
    pub data: Option<Value>,
    /// Whether an application that was open already is named.
    pub was_there: bool,
}

/// Of a 201, or of the conflict that names what is there.
pub(super) fn made(body: &Value) -> Option<Made> {
    let person = &body["candidate"];
    if let Some(candidate) = id(person) {
        return Some(Made {
            candidate,
            application: id(&body["application"]),
            was_there: true,
            ..Made::default()
        });
    }
    Some(Made {
        candidate: id(&person["id"])?,
        application: id(&body["application"]["id"]),
        created_at: time(&person["created_at"]),
        data: Some(person.clone()),
        was_there: false,
    })
}

/// A question of a job's form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub name: String,
    pub kind: String,
    pub required: bool,
    /// Of a choice.
    pub options: Vec<String>,
}

pub(super) fn fields(body: &Value) -> Result<Vec<Field>, Unclear> {
    let of = |field: &Value| {
        let options = field["options"].as_array().into_iter().flatten();
        Some(Field {
            name: id(&field["name"])?,
            kind: field["type"].as_str().unwrap_or("").to_owned(),
            required: field["required"] == Value::Bool(true),
            options: options
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    };
    let all = items(body, "/fields")?;
    all.iter().map(|f| of(f).ok_or(Unclear)).collect()
}
