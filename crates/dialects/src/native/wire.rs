//! What is sent to our own API and what it answers: names, types, what is required. No business.
//!
//! Our own API is strict: a member it does not know is refused by name, so nothing that was sent is ever dropped.
//! The same types make the OpenAPI document (`document.rs`), which therefore cannot say anything else.

pub(super) mod answer;
mod application;
mod candidate;
mod catalog;
mod destination;
mod invite;
mod job;
mod job_edit;
mod linked_account;
mod mail;
mod note;
pub(super) mod record;
mod subscription;
mod written;

use hiring::problem::{FlawCode, Result};
use uuid::Uuid;

pub(super) use application::{Advance, Dispose};
pub(super) use candidate::{NewAnswer, NewCandidate, NewFile, is_file};
pub(super) use catalog::{NewItem, NewOffice};
pub(super) use destination::{
    DestinationEdit, JobTable, NewDestination, NewRule, Push, ReplayRange, Replayed, RuleEdit,
};
pub(super) use invite::{NewInvite, Renew, Resend, Revoke};
pub(super) use job::{NewField, NewJob};
pub(super) use job_edit::JobEdit;
pub(super) use linked_account::LinkedAccountEdit;
pub(super) use mail::{Bounce, MailSettings, MailSource};
pub(super) use note::NewNote;
pub(super) use subscription::{EventKind, NewSubscription, Replay, Rotate, SubscriptionEdit};
pub(super) use written::written;

use crate::body::Body;
use crate::check::{Check, Object};

/// Bytes of a name of the caller's own that a refusal still repeats; no field of a form has a longer one.
const LONGEST_NAME: usize = 800;

/// Refuses members that are not among `known`.
fn refuse_unknown(check: &mut Check<'_>, object: &Object<'_>, known: &[&str]) {
    for name in object.unknown(known) {
        let detail = match known.len() {
            0 => "no such member here; there is none".to_owned(),
            1..16 => format!("no such member here; there are: {}", known.join(", ")),
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

/// Refuses whatever a body says where there is nothing to say.
pub(super) fn no_members(body: &Body) -> Result<()> {
    let mut check = Check::new(body);
    let root = check.root()?;
    refuse_unknown(&mut check, &root, &[]);
    check.done()
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

/// Member `name` as a number of days for which an invite is valid.
fn days<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>, name: &str) -> Option<i64> {
    let days = check.integer(object, name)?;
    let most = hiring::invite::MOST_DAYS;
    if !(1..=most).contains(&days) {
        let detail = format!("{name} must be a number from 1 to {most}");
        check.flaw(object.pointer(name), FlawCode::OutOfRange, detail);
        return None;
    }
    Some(days)
}

/// Member `name` as a BCP 47 tag.
fn language<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>, name: &str) -> Option<String> {
    let text = text(check, object, name, 35)?;
    let tag = hiring::mail::language(&text);
    if tag.is_none() {
        let detail = format!("{name} must be a language's tag, such as de or pt-br");
        check.flaw(object.pointer(name), FlawCode::Other, detail);
    }
    tag
}

/// Things that one list names at most: each is looked up.
const MOST_NAMED: usize = 50;

/// Member `name` as a list of different UUIDs; `None` when it is absent or null.
fn uids(check: &mut Check<'_>, object: &Object<'_>, name: &str) -> Option<Vec<Uuid>> {
    object.get(name)?;
    let items = check.list(object, name);
    if items.len() > MOST_NAMED {
        let detail = format!("{name} must have at most {MOST_NAMED} items");
        check.flaw(object.pointer(name), FlawCode::TooLong, detail);
        return None;
    }
    let mut uids = Vec::new();
    for (at, item) in items {
        match item.as_str().and_then(|text| Uuid::parse_str(text).ok()) {
            Some(uid) if uids.contains(&uid) => {
                check.flaw(at, FlawCode::Contradiction, "it is named here already");
            }
            Some(uid) => uids.push(uid),
            None => check.flaw(at, FlawCode::WrongType, format!("{name} must hold UUIDs")),
        }
    }
    Some(uids)
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
