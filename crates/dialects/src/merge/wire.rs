//! Merge's bodies and queries, exactly as documented: names, types, enums. No business.
//!
//! `wire/candidate.rs`: CandidateRequest · `wire/nested.rs`: what stands inside it · `wire/query.rs`: query parameters.
//! Here: what every write has in common. A field that the vendor does not know, or knows and we do not use, never stops
//! a write: it becomes a [`Note`], which the answer shows as a warning.

mod candidate;
mod nested;
mod query;

use hiring::id::Uuid;
use hiring::problem::{FlawCode, Problem, Result};
use serde_json::Value;

use crate::body::Body;
use crate::check::{Check, Object};
use crate::time;

pub(super) use candidate::{CandidateRequest, Contact, EMAIL_TYPES, PHONE_TYPES, URL_TYPES};
pub(super) use nested::{ApplicationRequest, AttachmentRequest, Linked};
pub(super) use query::{ExpandQuery, Filter, ListQuery, PageQuery, StagesQuery, WriteQuery, pairs};

/// A field that was ignored: the value stays in the submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// Its place in the body.
    pub pointer: String,
    /// Its name.
    pub name: String,
    pub why: Why,
}

/// Why a field was ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// No field of Merge's.
    Unrecognized,
    /// A field of Merge's that has no place with us, or that nobody may write.
    Unsupported,
}

/// The body of a write: `{"model": {…}, "remote_user_id": "…"}`.
#[derive(Debug)]
pub(super) struct Write<M> {
    pub model: M,
    /// For whom the caller writes. The pages require it and their own examples send null or leave it out.
    pub remote_user_id: Option<String>,
}

/// What reading a write came to: the notes are there also when it is refused.
#[derive(Debug)]
pub(super) struct Read<M> {
    pub write: Result<Write<M>>,
    pub notes: Vec<Note>,
}

/// Reads a write's envelope; `model` reads what is in it.
fn read<'b, M>(body: &'b Body, model: impl FnOnce(&mut Reading<'b>, &Object<'b>) -> M) -> Read<M> {
    let mut reading = Reading {
        check: Check::new(body),
        notes: Vec::new(),
    };
    let read = reading.envelope(model);
    let Reading { check, notes } = reading;
    let write = check.done().and(read);
    Read { write, notes }
}

/// A body while it is read: faults in `check`, ignored fields in `notes`.
struct Reading<'b> {
    check: Check<'b>,
    notes: Vec<Note>,
}

impl<'b> Reading<'b> {
    fn envelope<M>(
        &mut self,
        read: impl FnOnce(&mut Reading<'b>, &Object<'b>) -> M,
    ) -> Result<Write<M>> {
        let root = self.check.root()?;
        self.note_unknown(&root, &["model", "remote_user_id"], &[]);
        let remote_user_id = self.check.string(&root, "remote_user_id");
        if root.get("model").is_none() {
            let detail = "model is a required field on the request body.";
            self.check
                .flaw(root.pointer("model"), FlawCode::Required, detail);
        }
        let model = self.check.object(&root, "model").ok_or_else(nothing_read)?;
        Ok(Write {
            model: read(self, &model),
            remote_user_id,
        })
    }

    /// Notes members that are not `known`, and those of `unused` that say something.
    fn note_unknown(&mut self, object: &Object<'_>, known: &[&str], unused: &[&str]) {
        for name in object.unknown(known) {
            let why = if unused.contains(&name.as_str()) {
                Why::Unsupported
            } else {
                Why::Unrecognized
            };
            // A read model sent back whole has its read-only fields as null.
            if why == Why::Unrecognized || object.get(name).is_some() {
                self.note(object.pointer(name), name, why);
            }
        }
    }

    fn note(&mut self, pointer: String, name: &str, why: Why) {
        self.notes.push(Note {
            pointer,
            name: name.to_owned(),
            why,
        });
    }

    /// A moment, in any form of ISO 8601, in µs.
    fn moment(&mut self, object: &Object<'b>, name: &str) -> Option<i64> {
        let text = self.check.string(object, name)?;
        let moment = time::parse(&text);
        if moment.is_none() {
            let detail = format!("{name} must be a datetime in ISO 8601 format.");
            self.check
                .flaw(object.pointer(name), FlawCode::Datetime, detail);
        }
        moment
    }

    /// A reference to a record: its id, or the record itself (an object with its `id`), as `ref X` reads in the pages.
    fn reference(&mut self, object: &Object<'b>, name: &str) -> Option<Reference> {
        let value = object.get(name)?;
        let (at, id) = match value.as_object() {
            Some(members) => {
                let inner = Object {
                    at: object.pointer(name),
                    members,
                };
                let others = members.keys().map(String::as_str).collect::<Vec<_>>();
                self.note_unknown(&inner, &["id"], &others);
                (inner.pointer("id"), inner.get("id"))
            }
            None => (object.pointer(name), Some(value)),
        };
        let id = id.and_then(Value::as_str).and_then(|id| id.parse().ok());
        if id.is_none() {
            let detail = format!("{name} must be the UUID of a record.");
            self.check.flaw(&at, FlawCode::WrongType, detail);
        }
        Some(Reference { at, id: id? })
    }
}

/// The id of another record, and where it stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub at: String,
    pub id: Uuid,
}

/// There is no model; what is wrong with it is noted already.
fn nothing_read() -> Problem {
    Problem::Invalid(Vec::new())
}
