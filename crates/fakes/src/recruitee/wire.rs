//! The vendor's words: what is refused, and how things are shown.

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::books::{Note, Person};
use crate::form::Form;
use crate::reply;

pub(super) fn refuse(status: u16, error: &str) -> Response {
    reply::json(status, &json!({"error": [error]}))
}

/// 422: the sentences, and which field each is of.
pub(super) fn invalid(field: &str, what: &str) -> Response {
    let body = json!({"error": [format!("{field} {what}")], "error_fields": {field: [what]}});
    reply::json(422, &body)
}

pub(super) fn missing() -> Response {
    refuse(404, "Not found")
}

pub(super) fn nested(form: &Form) -> Value {
    let mut all = Map::new();
    for (name, text) in &form.texts {
        let (outer, inner) = match name.split_once('[') {
            Some((outer, rest)) => (outer, rest.split(']').next().unwrap_or("")),
            None => (name.as_str(), ""),
        };
        let is_list = name.ends_with("[]");
        let place = match inner {
            "" => all.entry(outer).or_insert(Value::Null),
            inner => &mut all.entry(outer).or_insert_with(|| json!({}))[inner],
        };
        match place {
            Value::Array(items) => items.push(text.as_str().into()),
            place if is_list => *place = Value::from(vec![text.as_str()]),
            place => *place = text.as_str().into(),
        }
    }
    Value::Object(all)
}

pub(super) fn shown(person: &Person) -> Value {
    let raw = &person.raw;
    let list = |name: &str| Value::from(reply::texts(&raw[name]));
    let placements = person.applications.iter().map(|a| {
        json!({"id": reply::number(&a.id), "candidate_id": reply::number(&person.id),
            "offer_id": a.job.as_deref().map(reply::number), "created_at": reply::time(a.created)})
    });
    let cv = person.files.iter().rev().find(|f| f.kind == "cv");
    json!({
        "id": reply::number(&person.id),
        "name": person.name,
        "emails": person.emails,
        "phones": person.phones,
        "links": list("links"),
        "social_links": list("social_links"),
        "sources": list("sources"),
        "tags": person.tags,
        "cover_letter": raw["cover_letter"],
        "cv_url": cv.map(|f| format!("https://fake.recruitee.com/files/{}", f.id)),
        "cv_original_url": cv.map(|f| format!("https://fake.recruitee.com/files/{}/original", f.id)),
        "has_avatar": false,
        "notes_count": person.notes.len(),
        "placements": placements.collect::<Vec<_>>(),
        "created_at": reply::time(person.created),
        "updated_at": reply::time(person.created),
    })
}

pub(super) fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

pub(super) fn shown_note(note: &Note) -> Value {
    json!({"id": reply::number(&note.id), "body": note.text, "text": note.text, "pinned": false, "created_at": note.raw["created_at"]})
}
