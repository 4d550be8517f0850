//! The envelope of a write: `{model, warnings, errors, logs?}` (dialect page, §2).
//!
//! 201 (a change: 200) with `errors` empty, or 400 with `model` null; never both. Nothing here holds a value that the caller sent.

use std::borrow::Cow;

use hiring::idempotency::Answer;
use hiring::problem::{Act, Flaw, FlawCode, Problem, Result};
use serde_json::{Value, json};

use super::INTEGRATION;
use crate::merge::wire::{Note, Why};
use crate::reply;

/// Warnings one answer names; the others are counted.
const MOST_WARNINGS: usize = 200;

/// Which write this is.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct What {
    /// The model written, as the account's scopes and the warnings name it.
    pub model: &'static str,
    /// POST or PATCH.
    pub method: &'static str,
    /// The route's template, below `/ats/v1`.
    pub route: &'static str,
    /// Of the answer when it was done.
    pub status: u16,
}

/// What a DebugModeLog tells of a write: the one request it came to.
#[derive(Debug, Clone)]
pub(in super::super) struct Log {
    /// The submission's outside name.
    pub id: hiring::id::Uuid,
    /// Where the outside reaches us.
    pub public_url: String,
}

/// The answer to a write that was done.
pub(in super::super) fn done(
    what: &What,
    model: Value,
    notes: &[Note],
    logged: Option<&Log>,
) -> Answer {
    let envelope = json!({"model": model, "warnings": warnings(what, notes), "errors": []});
    reply::json(what.status, &with_logs(what, envelope, logged, what.status))
}

/// The answer to a write that is refused for what its body says, or because this key or account may not write; any other
/// problem is not the envelope's to tell.
///
/// # Errors
/// Those other problems, as they came.
pub(in super::super) fn refused(
    what: &What,
    problem: Problem,
    notes: &[Note],
    logged: Option<&Log>,
) -> Result<Answer> {
    let errors: Vec<Value> = match &problem {
        Problem::Invalid(flaws) if !flaws.iter().any(unread) => flaws.iter().map(error).collect(),
        Problem::Forbidden(Act::Write) => vec![json!({
            "title": "Disabled Model Write",
            "detail": format!("Writing {} is switched off for this API key or linked account.", what.model),
            "problem_type": "DISABLED_MODEL_WRITE",
        })],
        _ => return Err(problem),
    };
    let envelope = json!({"model": null, "warnings": warnings(what, notes), "errors": errors});
    Ok(reply::json(400, &with_logs(what, envelope, logged, 400)))
}

/// What is wrong with a header or a query parameter is no fault of the model.
fn unread(flaw: &Flaw) -> bool {
    flaw.pointer.starts_with("query:") || flaw.pointer.starts_with("header:")
}

fn with_logs(what: &What, mut envelope: Value, logged: Option<&Log>, status: u16) -> Value {
    if let Some(entry) = logged {
        envelope["logs"] = json!([log(what, entry, status)]);
    }
    envelope
}

/// One DebugModeLog: the write into our own store.
fn log(what: &What, entry: &Log, status: u16) -> Value {
    let Log { id, public_url } = entry;
    json!({
        "log_id": id,
        "dashboard_view": format!("{public_url}/desk/logs/{id}"),
        "log_summary": {
            "url": format!("{public_url}/merge/api/ats/v1{}", what.route),
            "method": what.method,
            "status_code": status,
        },
    })
}

fn warnings(what: &What, notes: &[Note]) -> Vec<Value> {
    let some = notes.iter().take(MOST_WARNINGS);
    let mut warnings: Vec<Value> = some.map(|note| warning(what, note)).collect();
    if let Some(more) = notes.len().checked_sub(MOST_WARNINGS).filter(|n| *n > 0) {
        warnings.push(problem(
            "",
            "Unrecognized Field",
            format!("{more} more fields were ignored."),
            "UNRECOGNIZED_FIELD",
        ));
    }
    warnings
}

fn warning(what: &What, note: &Note) -> Value {
    let Note { pointer, name, why } = note;
    let name = clipped(name);
    match why {
        Why::Unrecognized => problem(
            pointer,
            "Unrecognized Field",
            format!("An unrecognized field, {name}, was passed in with request data."),
            "UNRECOGNIZED_FIELD",
        ),
        Why::Unsupported => problem(
            pointer,
            "Unsupported Field",
            format!(
                "This request contained a field that is not supported in {} {} Requests to {INTEGRATION}: {name}",
                what.model, what.method
            ),
            "UNSUPPORTED_FIELD",
        ),
        Why::Repeated => problem(
            pointer,
            "Repeated Field",
            format!(
                "Another value stands in the place of this one, which is kept and not shown: {name}."
            ),
            "UNSUPPORTED_FIELD",
        ),
        Why::Ignored => problem(
            pointer,
            "Ignored Record",
            "This record is to be ignored: what was sent is kept, and not shown.".to_owned(),
            "UNSUPPORTED_FIELD",
        ),
    }
}

fn error(flaw: &Flaw) -> Value {
    let (title, problem_type) = match flaw.code {
        FlawCode::Required => ("Missing Required Field", "MISSING_REQUIRED_FIELD"),
        FlawCode::WrongType | FlawCode::Datetime => {
            ("Incorrect Field Type", "INCORRECT_FIELD_TYPE")
        }
        FlawCode::NotAChoice => ("Invalid Field Choice", "INVALID_FIELD_CHOICE"),
        FlawCode::File | FlawCode::FileTooLarge | FlawCode::FileExtension => {
            ("Corrupted File", "CORRUPTED_FILE")
        }
        _ => ("Error", "ERROR"),
    };
    let detail = format!("{}.", flaw.detail.trim_end_matches('.'));
    problem(&flaw.pointer, title, detail, problem_type)
}

/// Characters of a name that an answer repeats: a key can be as long as a body.
const LONGEST_NAME: usize = 200;
/// Bytes of a pointer that an answer repeats; a part of one would point elsewhere, so a longer one is left out: nothing
/// in `source` is required.
const LONGEST_POINTER: usize = 2_000;

fn clipped(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((at, _)) => format!("{}…", &name[..at]).into(),
        None => name.into(),
    }
}

/// WarningValidationProblem and ErrorValidationProblem have one shape.
fn problem(pointer: &str, title: &str, detail: String, problem_type: &str) -> Value {
    let mut problem = json!({
        "source": {"pointer": pointer},
        "title": title,
        "detail": detail,
        "problem_type": problem_type,
    });
    if pointer.len() > LONGEST_POINTER {
        problem["source"] = json!({});
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::problem::{Clash, Noun};

    const CREATE: What = What {
        model: "Candidate",
        method: "POST",
        route: "/candidates",
        status: 201,
    };

    fn body(answer: &Answer) -> Value {
        serde_json::from_str(&answer.body).expect("JSON")
    }

    #[test]
    fn faults_have_the_vendors_types() {
        use FlawCode as C;
        for (code, expected) in [
            (C::Required, "MISSING_REQUIRED_FIELD"),
            (C::WrongType, "INCORRECT_FIELD_TYPE"),
            (C::Datetime, "INCORRECT_FIELD_TYPE"),
            (C::NotAChoice, "INVALID_FIELD_CHOICE"),
            (C::File, "CORRUPTED_FILE"),
            (C::Email, "ERROR"),
            (C::UnknownReference, "ERROR"),
        ] {
            let problem = Problem::invalid("/model/a", code, "a is bad");
            let answer = refused(&CREATE, problem, &[], None).expect("the envelope tells it");
            assert_eq!(answer.status, 400);
            let body = body(&answer);
            assert_eq!(body["model"], Value::Null);
            assert_eq!(body["warnings"], json!([]));
            assert_eq!(body["errors"][0]["problem_type"], expected);
            assert_eq!(body["errors"][0]["source"]["pointer"], "/model/a");
            assert_eq!(body["errors"][0]["detail"], "a is bad.");
            assert!(body.get("logs").is_none());
        }
    }

    #[test]
    fn what_is_not_about_the_body_is_told_elsewhere() {
        for problem in [
            Problem::NotFound(Noun::Route),
            Problem::Conflict(Clash::KeyReused),
            Problem::Forbidden(Act::Read),
        ] {
            assert!(refused(&CREATE, problem, &[], None).is_err());
        }
        let answer = refused(&CREATE, Problem::Forbidden(Act::Write), &[], None).expect("told");
        assert_eq!(
            body(&answer)["errors"][0]["problem_type"],
            "DISABLED_MODEL_WRITE"
        );
    }

    #[test]
    fn a_name_as_long_as_a_body_is_not_repeated() {
        let note = Note {
            pointer: format!("/model/{}", "é".repeat(9_999)),
            name: "é".repeat(9_999),
            why: Why::Unrecognized,
        };
        let warning = warning(&CREATE, &note);
        assert_eq!(warning["source"], json!({}));
        assert!(warning.to_string().len() < 1_000);
    }

    #[test]
    fn warnings_do_not_grow_without_end() {
        let note = Note {
            pointer: "/model/a".into(),
            name: "a".into(),
            why: Why::Unrecognized,
        };
        let answer = done(&CREATE, json!({}), &vec![note; 300], None);
        let body = body(&answer);
        assert_eq!(body["warnings"].as_array().map(Vec::len), Some(201));
        assert_eq!(
            body["warnings"][200]["detail"],
            "100 more fields were ignored."
        );
        assert_eq!(body["errors"], json!([]));
    }
}
