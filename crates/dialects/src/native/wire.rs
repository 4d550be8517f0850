//! What is sent to our own API and what it answers: names, types, what is required. No business.
//!
//! Our own API is strict: a member it does not know is refused by name, so nothing that was sent is ever dropped.
//! The same types make the OpenAPI document (`document.rs`), which therefore cannot say anything else.

pub(super) mod answer;
mod application;
mod candidate;
mod job;
mod linked_account;
pub(super) mod record;

use hiring::problem::FlawCode;
use uuid::Uuid;

pub(super) use application::{Advance, Dispose};
pub(super) use candidate::{NewAnswer, NewCandidate, NewFile, is_file};
pub(super) use job::{NewField, NewJob};
pub(super) use linked_account::LinkedAccountEdit;

use crate::check::{Check, Object};

/// Bytes of a name of the caller's own that a refusal still repeats; no field of a form has a longer one.
const LONGEST_NAME: usize = 800;

/// Refuses members that are not among `known`.
fn refuse_unknown(check: &mut Check<'_>, object: &Object<'_>, known: &[&str]) {
    for name in object.unknown(known) {
        let detail = match known.len() {
            ..16 => format!("no such member here; there are: {}", known.join(", ")),
            _ => "no such member here; see openapi.json".to_owned(),
        };
        // A name of a megabyte would make a refusal of a megabyte.
        let at = if name.len() > LONGEST_NAME {
            object.at.clone()
        } else {
            object.pointer(name)
        };
        check.flaw(at, FlawCode::UnknownField, detail);
    }
}

/// Member `name` as a UUID.
fn uid<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>, name: &str) -> Option<Uuid> {
    let text = check.string(object, name)?;
    let uid = Uuid::parse_str(&text).ok();
    if uid.is_none() {
        check.wrong_type(object.pointer(name), "a UUID");
    }
    uid
}

/// Member `name` as text that is there: trimmed, not blank, at most `limit` characters.
fn text<'v, 'b: 'v>(
    check: &mut Check<'b>,
    object: &Object<'v>,
    name: &str,
    limit: usize,
) -> Option<String> {
    check.at_most(object, name, limit);
    let text = check.string(object, name)?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
