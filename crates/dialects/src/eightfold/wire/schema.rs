//! The tables as JSON schemas, for the OpenAPI document.

use serde_json::{Map, Value, json};

use super::position::{POSITION, STAGES};
use super::query::{LEFT_OUT, OF_PROFILES};
use super::tables::{BODY, Home, Kind, Member, SCORECARD};

/// A value of this kind, or null.
pub(in crate::eightfold) fn of(kind: Kind) -> Value {
    let or_null = |name: &str| json!({"type": [name, "null"]});
    match kind {
        Kind::Text | Kind::Email => or_null("string"),
        Kind::Emails => json!({
            "type": ["string", "null"],
            "description": "E-mail addresses, separated by commas.",
            "examples": ["ada@example.com,lovelace@example.com"],
        }),
        Kind::Bool => or_null("boolean"),
        Kind::Int => {
            json!({"type": ["integer", "null"], "minimum": i32::MIN, "maximum": i32::MAX})
        }
        Kind::Number => or_null("number"),
        Kind::Date => json!({"type": ["string", "null"], "description": "YYYY-MM-DD, or blank."}),
        Kind::Moment => json!({"type": ["string", "integer", "null"]}),
        Kind::Choice(words) => {
            let mut all: Vec<Value> = words.iter().map(|w| json!(w)).collect();
            all.push(Value::Null);
            json!({"type": ["string", "null"], "enum": all})
        }
        Kind::Texts => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        Kind::Free => or_null("object"),
        Kind::One(members) => {
            let mut object = object(members);
            object["type"] = json!(["object", "null"]);
            object
        }
        Kind::Many(members) => json!({"type": ["array", "null"], "items": object(members)}),
    }
}

fn object(members: &[Member]) -> Value {
    let members = members.iter().map(|(name, kind)| (*name, of(*kind)));
    json!({"type": "object", "properties": properties(members), "additionalProperties": false})
}

fn properties<'n>(members: impl Iterator<Item = (&'n str, Value)>) -> Map<String, Value> {
    members
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}

/// The body of a write of a person: `required` are those that have to be there.
pub(in crate::eightfold) fn person(required: &[&str], keys: bool) -> Value {
    let fields = BODY.iter().filter(|f| keys || !matches!(f.home, Home::Key));
    let mut members = properties(fields.map(|f| (f.name, of(f.kind))));
    for name in ["firstName", "candidateId"] {
        if members.contains_key(name) {
            members.insert(name.into(), json!({"type": "string"}));
        }
    }
    // An empty string takes it back.
    if let Some(words) = members["contactConsent"]["enum"].as_array_mut() {
        words.push(json!(""));
    }
    // What the page does not know is accepted, and has no place.
    json!({"type": "object", "properties": members, "required": required})
}

/// What a person is shown as: `exclude` takes away what is not required here, equal-opportunity answers need a
/// permission.
pub(in crate::eightfold) fn shown_candidate() -> Value {
    let mut members = properties(BODY.iter().map(|f| (f.name, of(f.kind))));
    for key in ["systemId", "candidateId"] {
        members.insert(key.into(), json!({"type": "string"}));
    }
    strict(members, &["systemId", "candidateId"])
}

/// The same for a profile.
pub(in crate::eightfold) fn shown_profile() -> Value {
    let fields = BODY.iter().filter(|f| !matches!(f.home, Home::Key));
    let mut members = properties(fields.map(|f| (f.name, of(f.kind))));
    let far = crate::openapi::exactly(
        json!({"systemId": {"type": "string"}, "candidateId": {"type": "string"}}),
    );
    let more = [
        json!({"type": ["string", "null"]}),
        json!({"type": "array", "items": far}),
        json!({"type": "integer"}),
        json!({"type": "integer"}),
    ];
    members.extend(
        OF_PROFILES
            .iter()
            .zip(more)
            .map(|(n, s)| ((*n).to_owned(), s)),
    );
    members.insert("id".into(), json!({"type": "string", "format": "uuid"}));
    strict(members, &["id"])
}

fn strict(members: Map<String, Value>, required: &[&str]) -> Value {
    let about = format!("{} are shown when include names them.", LEFT_OUT.join(", "));
    json!({
        "type": "object", "description": about, "properties": members, "required": required,
        "additionalProperties": false,
    })
}

/// The body of a write of a position.
pub(in crate::eightfold) fn position(required: &[&str]) -> Value {
    let mut members = properties(POSITION.iter().map(|(n, kind)| (*n, of(*kind))));
    members.insert(
        STAGES.into(),
        json!({"type": ["array", "null"], "items": {"anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        ]}}),
    );
    for name in ["atsEntityId", "title"] {
        members.insert(name.into(), json!({"type": "string"}));
    }
    json!({"type": "object", "properties": members, "required": required})
}

/// What a position is shown as.
pub(in crate::eightfold) fn shown_position() -> Value {
    let mut members = properties(POSITION.iter().map(|(n, kind)| (*n, of(*kind))));
    for name in ["atsEntityId", "systemId", "title", "status"] {
        members.insert(name.into(), json!({"type": "string"}));
    }
    let texts = json!({"type": "array", "items": {"type": "string"}});
    members.insert("id".into(), json!({"type": "string", "format": "uuid"}));
    members.insert("open".into(), json!({"type": "boolean"}));
    members.insert("locations".into(), texts.clone());
    members.insert(STAGES.into(), texts);
    let file = crate::openapi::exactly(json!({
        "attachmentId": {"type": "string", "format": "uuid"}, "attachmentType": {"type": "string"},
        "fileName": {"type": "string"}, "lastModifiedTs": {"type": "integer"},
    }));
    members.insert(
        "attachments".into(),
        json!({"type": "array", "items": file}),
    );
    crate::openapi::exactly(Value::Object(members))
}

/// The members of a scorecard.
pub(in crate::eightfold) fn feedback() -> Value {
    Value::Object(properties(
        SCORECARD.iter().map(|(n, kind)| (*n, of(*kind))),
    ))
}
