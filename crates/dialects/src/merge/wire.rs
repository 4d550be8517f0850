//! Merge's bodies and queries, exactly as documented: names, types, enums. No business.
//!
//! `wire/tables.rs`: the writable models as tables · `wire/rules.rs`: the judge that holds a body against them ·
//! `wire/meta.rs`: the tables as JSON schemas · `wire/candidate.rs`, `wire/nested.rs`: what was judged, with types ·
//! `wire/command.rs`: bodies that are no model · `wire/query.rs`: query parameters. Here: what every write has in common. A field that the vendor does not know, or
//! knows and we do not use, never stops a write: it becomes a [`Note`], which the answer shows as a warning.

mod account;
mod activity;
mod candidate;
mod command;
mod meta;
mod nested;
mod query;
mod rules;
mod tables;
mod written;

use hiring::id::Uuid;
use hiring::problem::{FlawCode, Problem, Result};
use serde_json::Value;

use crate::body::Body;
use crate::check::{Check, Object};
use crate::time;

pub(super) use account::{
    AccountsQuery, AuditQuery, IssuesQuery, KeyRequest, LinkTokenRequest, ReceiverRequest,
    ScopesRequest,
};
pub(super) use activity::{ACTIVITY, ACTIVITY_TYPES, ActivityRequest, INTERVIEW, VISIBILITIES};
pub(super) use candidate::{CandidateRequest, Contact};
pub(super) use command::{IgnoreRequest, StageRequest};
pub(super) use meta::{Meta, request_schema};
pub(super) use nested::{
    AnswerRequest, ApplicationRequest, AttachmentRequest, Linked, NewApplicationRequest,
    NewAttachmentRequest, Who,
};
pub(super) use query::{
    CandidatesQuery, CommonQuery, Expand, PageQuery, Pairs, WriteQuery, flag, id_filter,
    ids_filter, one, pairs,
};
pub(super) use rules::Table;
pub(super) use tables::{APPLICATION, ATTACHMENT, CANDIDATE, EMAIL_TYPES, PHONE_TYPES, URL_TYPES};
pub(super) use written::written;

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
    /// Another value of the same body, or what was there before, stands in its place.
    Repeated,
    /// Not one field: the person is to be shown no more (`POST /candidates/ignore/{id}`).
    Ignored,
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

/// Reads a write's body: judges its `model` by `table` and `required` (what the linked account requires beside), and,
/// where there is no fault, gives it its types with `typed`.
fn read<M>(
    body: &Body,
    table: &Table,
    required: &[String],
    typed: impl FnOnce(&Object<'_>, &mut Vec<Note>) -> M,
) -> Read<M> {
    let mut reading = Reading {
        check: Check::new(body),
        notes: Vec::new(),
    };
    let model = reading.envelope(table, required);
    let Reading { check, mut notes } = reading;
    let write = check
        .done()
        .and(model)
        .map(|(model, remote_user_id)| Write {
            model: typed(&model, &mut notes),
            remote_user_id,
        });
    Read { write, notes }
}

/// A body while it is read: faults in `check`, ignored fields in `notes`.
struct Reading<'b> {
    check: Check<'b>,
    notes: Vec<Note>,
}

impl<'b> Reading<'b> {
    /// The model, judged, and for whom the caller writes.
    fn envelope(
        &mut self,
        table: &Table,
        required: &[String],
    ) -> Result<(Object<'b>, Option<String>)> {
        let root = self.check.root()?;
        self.note_unknown(&root, &["model", "remote_user_id"], &[]);
        let remote_user_id = self.check.string(&root, "remote_user_id");
        if root.get("model").is_none() {
            let detail = "model is a required field on the request body.";
            self.check
                .flaw(root.pointer("model"), FlawCode::Required, detail);
        }
        let model = self.check.object(&root, "model").ok_or_else(nothing_read)?;
        self.judge(&model, table, required);
        Ok((model, remote_user_id))
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

    /// Notes a fault unless member `name` is a reference to a record: its id, or the record itself (an object with its
    /// `id`), as `ref X` reads in the pages.
    fn reference(&mut self, object: &Object<'b>, name: &str) {
        let Some(value) = object.get(name) else {
            return;
        };
        if let Some(members) = value.as_object() {
            let inner = Object {
                at: object.pointer(name),
                members,
            };
            let others = members.keys().map(String::as_str).collect::<Vec<_>>();
            self.note_unknown(&inner, &["id"], &others);
        }
        if let Err(at) = reference(object, name, value) {
            let detail = format!("{name} must be the UUID of a record.");
            self.check.flaw(at, FlawCode::WrongType, detail);
        }
    }
}

/// The record that `value`, member `name` of `object`, names; else the place that should.
fn reference(object: &Object<'_>, name: &str, value: &Value) -> Result<Reference, String> {
    let at = object.pointer(name);
    let (at, id) = match value.as_object() {
        Some(members) => (format!("{at}/id"), members.get("id").and_then(uuid)),
        None => (at, uuid(value)),
    };
    match id {
        Some(id) => Ok(Reference { at, id }),
        None => Err(at),
    }
}

fn uuid(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(|id| id.parse().ok())
}

/// Reading of what was judged: a member of another type than its rule says is not there.
trait Typed {
    fn text(&self, name: &str) -> Option<String>;
    fn flag(&self, name: &str) -> Option<bool>;
    /// In µs.
    fn moment(&self, name: &str) -> Option<i64>;
    fn texts(&self, name: &str) -> Vec<String>;
    fn linked_to(&self, name: &str) -> Option<Reference>;
    /// The items of a list, with their places.
    fn items(&self, name: &str) -> Vec<(String, &Value)>;
}

impl Typed for Object<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    fn moment(&self, name: &str) -> Option<i64> {
        time::parse(self.get(name)?.as_str()?)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let items = self.items(name).into_iter();
        items
            .filter_map(|(_, item)| item.as_str().map(str::to_owned))
            .collect()
    }

    fn linked_to(&self, name: &str) -> Option<Reference> {
        reference(self, name, self.get(name)?).ok()
    }

    fn items(&self, name: &str) -> Vec<(String, &Value)> {
        let items = self.get(name).and_then(Value::as_array);
        let at = self.pointer(name);
        items
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .enumerate()
            .map(|(i, item)| (format!("{at}/{i}"), item))
            .collect()
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
