//! Eightfold's words (apidocs.eightfold.ai).

use serde_json::Value;

use crate::flow::{Found, Unclear};
use crate::manners::{self, Manners, Verdict};
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    judge,
    said: manners::said,
    ..Manners::PLAIN
};

/// Who is not there yet is no refusal: a 404, or a body with `message`.
fn judge(answer: &Answer) -> Option<Verdict> {
    match answer.status {
        404 if is_json(answer) => Some(Verdict::Done),
        _ => None,
    }
}

/// An address that is wrong altogether is answered by no API.
fn is_json(answer: &Answer) -> bool {
    let body = answer.json();
    body["message"].is_string() || body["errors"].is_array()
}

/// The password grant's token stands in `data`.
pub(super) fn unwrapped(answer: &Answer) -> Answer {
    let body = answer.json();
    let within = &body["data"];
    match body["access_token"].is_null() && within["access_token"].is_string() {
        true => Answer {
            body: within.to_string(),
            ..answer.clone()
        },
        false => answer.clone(),
    }
}

/// A candidate; `None` where the body says that there is none.
pub(super) fn candidate(body: &Value) -> Found<Value> {
    match body {
        Value::Object(all) if all.contains_key("message") || all.contains_key("errors") => Ok(None),
        Value::Object(_) => Ok(Some(body.clone())),
        _ => Err(Unclear),
    }
}
