//! What `PATCH /candidates/{uid}` changes: of the person, under the lock, by what is known when the turn has come; of the
//! application.
//!
//! A contact field stands for one item of a list: a new `phone` takes the place of the one that is shown as `phone`, what
//! other callers know besides stays behind it. An emptied one takes away all that could be shown in its place.

use hiring::application::ApplicationChange;
use hiring::attachment::Stored;
use hiring::candidate::CandidateEdit;
use hiring::record::{Record, Said};
use serde_json::{Map, Value, json};

use super::shown::{is_mobile, linkedin};
use super::{LINKEDIN, MOBILE, details, new_attachment};
use crate::comeet::wire::{UpdateCandidate, Upload};

/// The addresses that the change may bring.
pub(in crate::comeet) fn named(wire: &UpdateCandidate) -> Said {
    let emails = wire.said.email.iter().map(|e| json!({"value": e}));
    let mut said = Said::new();
    said.insert("emails".into(), emails.collect());
    said
}

/// The change of a person of whom `record` is known.
pub(in crate::comeet) fn edit_of(
    wire: &UpdateCandidate,
    files: &[(Upload, Stored)],
    record: &Record,
) -> CandidateEdit {
    let mut said = Said::new();
    singles(&mut said, wire);
    contacts(&mut said, wire, record);
    urls(&mut said, wire, record);
    maps(&mut said, wire, record);
    if let Some(note) = &wire.said.note {
        let mut notes = vec![json!({"body": note})];
        notes.extend(record.list("notes").iter().cloned());
        said.insert("notes".into(), json!(notes));
    }
    CandidateEdit {
        said,
        attachments: files.iter().map(new_attachment).collect(),
        keep: None,
    }
}

/// The change of the application; nothing in it where only the person changes.
pub(in crate::comeet) fn change_of(wire: &UpdateCandidate) -> ApplicationChange {
    let mut details = details(&wire.said);
    if let Some(by) = &wire.updated_by {
        let known = ["type", "name", "email"].map(|name| (name.to_owned(), by[name].clone()));
        details.insert(
            "updated_by".into(),
            Value::Object(known.into_iter().collect()),
        );
    }
    if emptied(wire, "source_contact") {
        details.insert("source_contact".into(), Value::Null);
    }
    let emptied = emptied(wire, "partner_candidate_id").then_some(None);
    let id = wire.said.partner_candidate_id.clone();
    ApplicationChange {
        foreign_key: id.map(Some).or(emptied),
        details,
    }
}

fn emptied(wire: &UpdateCandidate, name: &str) -> bool {
    wire.emptied.contains(&name)
}

fn singles(said: &mut Said, wire: &UpdateCandidate) {
    let name = |text: &String| Some(text.clone()).filter(|t| !t.is_empty());
    for (field, value) in [
        ("first_name", name(&wire.said.first_name)),
        ("middle_name", wire.said.middle_name.clone()),
        ("last_name", name(&wire.said.last_name)),
        ("national_id", wire.said.national_id.clone()),
        ("salary_expectations", wire.said.salary_expectations.clone()),
        ("prospect_status", wire.said.prospect_status.clone()),
    ] {
        if value.is_some() || emptied(wire, field) {
            said.insert(field.into(), json!(value));
        }
    }
}

/// `list` with `new` in place of the first item that `shown` is true of, in front; where there is no new one, without all
/// of these.
fn replaced(list: &[Value], new: Option<Value>, shown: impl Fn(&Value) -> bool) -> Value {
    let first = list.iter().position(&shown);
    let rest = list.iter().enumerate().filter(|(at, item)| match &new {
        Some(new) => Some(*at) != first && item["value"] != new["value"],
        None => !shown(item),
    });
    let rest: Vec<Value> = rest.map(|(_, item)| item.clone()).collect();
    new.into_iter().chain(rest).collect()
}

fn contacts(said: &mut Said, wire: &UpdateCandidate, record: &Record) {
    if wire.said.email.is_some() || emptied(wire, "email") {
        let new = wire.said.email.as_ref().map(|e| json!({"value": e}));
        let emails = replaced(record.list("emails"), new, |_| true);
        said.insert("emails".into(), emails);
    }
    let mut phones = record.list("phones").to_vec();
    let mut changed = false;
    for (field, value, mobile) in [
        ("phone", &wire.said.phone, false),
        ("mobile_phone", &wire.said.mobile_phone, true),
    ] {
        if value.is_none() && !emptied(wire, field) {
            continue;
        }
        let new = value.as_ref().map(|value| match mobile {
            true => json!({"value": value, "type": MOBILE}),
            false => json!({"value": value}),
        });
        phones = match replaced(&phones, new, |p| is_mobile(p) == mobile) {
            Value::Array(phones) => phones,
            _ => Vec::new(),
        };
        changed = true;
    }
    if changed {
        said.insert("phones".into(), json!(phones));
    }
}

fn urls(said: &mut Said, wire: &UpdateCandidate, record: &Record) {
    let (profile, links) = (
        wire.said.linkedin_url.is_some() || emptied(wire, "linkedin_url"),
        !wire.said.links.is_empty() || emptied(wire, "links"),
    );
    if !profile && !links {
        return;
    }
    let at = linkedin(record);
    let had = record.list("urls").iter().enumerate();
    let (of_profile, others): (Vec<_>, Vec<_>) = had.partition(|(i, _)| Some(*i) == at);
    let first: Vec<Value> = match &wire.said.linkedin_url {
        Some(url) => vec![json!({"value": url, "type": LINKEDIN})],
        None if profile => Vec::new(),
        None => of_profile.into_iter().map(|(_, url)| url.clone()).collect(),
    };
    let rest: Vec<Value> = match links {
        true => wire
            .said
            .links
            .iter()
            .map(|l| json!({"value": l}))
            .collect(),
        false => others.into_iter().map(|(_, url)| url.clone()).collect(),
    };
    said.insert("urls".into(), first.into_iter().chain(rest).collect());
}

/// Members that are named are replaced, others stay.
fn maps(said: &mut Said, wire: &UpdateCandidate, record: &Record) {
    if emptied(wire, "address") {
        said.insert("address".into(), Value::Null);
    } else if !wire.said.address.is_empty() || !wire.emptied_address.is_empty() {
        let mut address = own(record, "address");
        address.extend(wire.said.address.clone());
        address.retain(|name, _| !wire.emptied_address.contains(&name.as_str()));
        let left = (!address.is_empty()).then_some(address);
        said.insert("address".into(), json!(left));
    }
    if emptied(wire, "custom_fields") {
        said.insert("custom".into(), Value::Null);
    } else if !wire.said.custom_fields.is_empty() || !wire.emptied_fields.is_empty() {
        let mut custom = own(record, "custom");
        custom.extend(wire.said.custom_fields.clone());
        custom.retain(|name, _| !wire.emptied_fields.contains(name));
        said.insert("custom".into(), json!(custom));
    }
}

fn own(record: &Record, field: &str) -> Map<String, Value> {
    record.get(field).as_object().cloned().unwrap_or_default()
}
