//! Vendor words ↔ ours, as pure functions. Here is what comes in with a create; changes are in `map/change.rs`, notes in
//! `map/note.rs`, positions in `map/position.rs`. What goes out of a candidate is `map/shown.rs`.

mod change;
mod note;
mod position;
mod shown;

use hiring::application::NewApplication;
use hiring::attachment::{self, NewAttachment, Stored};
use hiring::candidate::{ForeignId, NewCandidate};
use hiring::id::KeyId;
use hiring::record::{How, Said};
use serde_json::{Map, Value, json};

use super::wire::{CreateCandidate, SourceContact, Upload, UploadSlot};

pub(super) use change::{change_of, edit_of, named};
pub(super) use note::{new_note, said_of, shown as note_shown};
pub(super) use position::{
    Ground, Named, edit_of_position, location, new_job, position, status_of,
};
pub(super) use shown::{
    Files, STEP_TYPES, View, created, deleted, in_progress, listed, shown, whole_person,
};

/// Where applications by this dialect come from, in the record.
const SOURCE: &str = "Comeet";
/// Types of the contact points that the vendor has members of their own for. A plain `phone` has no type.
const MOBILE: &str = "MOBILE";
const LINKEDIN: &str = "LINKEDIN";

/// What the body says of the person. A partner's ids are its own: two keys may use the same one for two people.
pub(super) fn new_candidate(
    wire: &CreateCandidate,
    key: Option<KeyId>,
    files: &[(Upload, Stored)],
) -> NewCandidate {
    let foreign_id = |(id, key): (&String, KeyId)| ForeignId {
        kind: partner(key),
        key: id.clone(),
    };
    let foreign_id = wire.partner_candidate_id.as_ref().zip(key).map(foreign_id);
    NewCandidate {
        said: said(wire),
        foreign_ids: foreign_id.into_iter().collect(),
        how: How::Add,
        attachments: files.iter().map(new_attachment).collect(),
    }
}

/// The kind of foreign id that a partner's ids are.
pub(super) fn partner(key: KeyId) -> String {
    format!("comeet:{key}")
}

fn said(wire: &CreateCandidate) -> Said {
    let mut said = Said::new();
    let mut say = |field: &str, value: Value| said.insert(field.to_owned(), value);
    say("first_name", json!(wire.first_name));
    say("last_name", json!(wire.last_name));
    for (field, text) in [
        ("middle_name", &wire.middle_name),
        ("national_id", &wire.national_id),
        ("salary_expectations", &wire.salary_expectations),
        ("prospect_status", &wire.prospect_status),
    ] {
        if let Some(text) = text {
            say(field, json!(text));
        }
    }
    let point = |value: &String, kind: &str| json!({"value": value, "type": kind});
    let plain = |value: &String| json!({"value": value});
    let phone = wire.phone.as_ref().map(plain);
    let mobile = wire.mobile_phone.as_ref().map(|v| point(v, MOBILE));
    let linkedin = wire.linkedin_url.as_ref().map(|v| point(v, LINKEDIN));
    let links = wire.links.iter().map(plain);
    for (field, items) in [
        ("emails", wire.email.iter().map(plain).collect::<Vec<_>>()),
        ("phones", phone.into_iter().chain(mobile).collect()),
        ("urls", linkedin.into_iter().chain(links).collect()),
        (
            "notes",
            wire.note.iter().map(|n| json!({"body": n})).collect(),
        ),
    ] {
        if !items.is_empty() {
            say(field, Value::Array(items));
        }
    }
    for (field, members) in [("address", &wire.address), ("custom", &wire.custom_fields)] {
        if !members.is_empty() {
            say(field, Value::Object(members.clone()));
        }
    }
    said
}

pub(super) fn new_attachment((upload, file): &(Upload, Stored)) -> NewAttachment {
    NewAttachment {
        kind: match upload.slot {
            UploadSlot::Resume => attachment::Kind::Resume,
            UploadSlot::Picture => attachment::Kind::Picture,
            UploadSlot::File => attachment::Kind::Other,
        },
        name: upload.name.clone(),
        file: Some(file.clone()),
        url: None,
        scope: None,
    }
}

pub(super) fn new_application(wire: &CreateCandidate) -> NewApplication {
    NewApplication {
        source: SOURCE.to_owned(),
        foreign_key: wire.partner_candidate_id.clone(),
        details: details(wire),
        ..NewApplication::default()
    }
}

/// What the body says of the application and not of the person.
pub(super) fn details(wire: &CreateCandidate) -> Map<String, Value> {
    let contact =
        |c: &SourceContact| json!({"full_name": c.full_name, "email": c.email, "phone": c.phone});
    let contact = wire.source_contact.as_ref().map(contact);
    contact
        .into_iter()
        .map(|c| ("source_contact".to_owned(), c))
        .collect()
}

#[cfg(test)]
mod tests;
