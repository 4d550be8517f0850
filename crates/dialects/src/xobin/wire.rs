//! The vendor's bodies, exactly as documented: names, types, what is required. No business.

use hiring::problem::{FlawCode, Result};
use serde_json::{Map, Value};

use crate::body::Body;
use crate::check::{Check, Object};

/// Body of `POST /tracks/<track_id>/applicants` (add-applicant page, "Parameters").
pub(super) struct AddApplicant {
    pub invite_applicant: bool,
    pub name: String,
    pub email: String,
    pub send_email: bool,
    pub email_message: Option<String>,
    pub destination_stage_id: Option<String>,
    pub fields: Vec<Entry>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

/// One entry of `fields`, whichever of its two forms it came in.
pub(super) struct Entry {
    /// The `id` or key it is addressed by.
    pub id: Option<String>,
    /// The `label` it is addressed by.
    pub label: Option<String>,
    pub value: Value,
    /// What the caller said: `value`, but for a slot the answer that was cut out.
    pub meant: Value,
    pub pointer: String,
}

/// Body of `POST /tracks/invite` (invite page, "Parameters").
pub(super) struct Invite {
    pub name: String,
    pub email: String,
    pub track_id: i64,
    /// `sendlink` rather than `getlink`.
    pub send: bool,
    pub unknown: Vec<String>,
}

pub(super) const ADD: [&str; 7] = [
    "invite_applicant",
    "name",
    "email",
    "send_email",
    "email_message",
    "destination_stage_id",
    "fields",
];
pub(super) const INVITE: [&str; 4] = [
    "candidate_name",
    "candidate_email",
    "track_id",
    "invite_format",
];

/// Values of `invite_format`.
pub(super) const INVITE_FORMATS: [&str; 2] = ["getlink", "sendlink"];

impl AddApplicant {
    pub(super) fn parse(body: &Body) -> Result<AddApplicant> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let invite_applicant = check.boolean(&root, "invite_applicant").unwrap_or(false);
        let name = name(&mut check, &root, "name");
        let email = email(&mut check, &root, "email");
        let parsed = AddApplicant {
            invite_applicant,
            name,
            email,
            send_email: check.boolean(&root, "send_email").unwrap_or(false),
            email_message: check.string(&root, "email_message"),
            destination_stage_id: stage_id(&mut check, &root),
            fields: fields(&mut check, &root),
            unknown: root.unknown(&ADD).map(|k| root.pointer(k)).collect(),
        };
        check.done()?;
        Ok(parsed)
    }
}

impl Invite {
    pub(super) fn parse(body: &Body) -> Result<Invite> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "track_id");
        check.require(&root, "invite_format");
        let parsed = Invite {
            name: name(&mut check, &root, "candidate_name"),
            email: email(&mut check, &root, "candidate_email"),
            track_id: check.integer(&root, "track_id").unwrap_or(0),
            send: check
                .choice(&root, "invite_format", &INVITE_FORMATS)
                .is_some_and(|f| f == "sendlink"),
            unknown: root.unknown(&INVITE).map(|k| root.pointer(k)).collect(),
        };
        check.done()?;
        Ok(parsed)
    }
}

fn name(check: &mut Check<'_>, root: &Object<'_>, member: &str) -> String {
    check.require(root, member);
    check
        .string(root, member)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn email(check: &mut Check<'_>, root: &Object<'_>, member: &str) -> String {
    check.require(root, member);
    check.string(root, member);
    check.email(root, member).unwrap_or_default()
}

/// A string by the page; a number is taken too, since the ids look like numbers.
fn stage_id(check: &mut Check<'_>, root: &Object<'_>) -> Option<String> {
    match root.get("destination_stage_id") {
        Some(Value::Number(n)) if n.is_i64() => Some(n.to_string()),
        _ => check
            .string(root, "destination_stage_id")
            .filter(|s| !s.trim().is_empty()),
    }
}

fn fields(check: &mut Check<'_>, root: &Object<'_>) -> Vec<Entry> {
    match root.get("fields") {
        None => Vec::new(),
        Some(Value::Object(map)) => from_map(check.body(), map, &root.pointer("fields")),
        Some(Value::Array(_)) => from_list(check, root),
        Some(_) => {
            check.wrong_type(root.pointer("fields"), "an array or an object");
            Vec::new()
        }
    }
}

fn from_map(body: &Body, map: &Map<String, Value>, at: &str) -> Vec<Entry> {
    let at = Object {
        at: at.to_owned(),
        members: map,
    };
    let entry = |(key, value): (&String, &Value)| Entry {
        id: Some(key.clone()),
        label: Some(key.clone()),
        value: value.clone(),
        meant: body.actual(value).into_owned(),
        pointer: at.pointer(key),
    };
    map.iter().map(entry).collect()
}

fn from_list(check: &mut Check<'_>, root: &Object<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for object in check.objects(root, "fields") {
        let id = match object.get("id") {
            Some(Value::Number(n)) => Some(n.to_string()),
            _ => check.string(&object, "id"),
        };
        let label = check.string(&object, "label");
        if id.is_none() && label.is_none() && !check.faulty() {
            check.flaw(
                object.at.clone(),
                FlawCode::Required,
                "an entry of fields needs an id or a label",
            );
        }
        let value = object.get("value").cloned().unwrap_or(Value::Null);
        let meant = check.body().actual(&value).into_owned();
        entries.push(Entry {
            id,
            label,
            value,
            meant,
            pointer: object.at,
        });
    }
    entries
}
