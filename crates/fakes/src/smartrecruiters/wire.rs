//! The vendor's words: what is refused, and how things are shown.

use axum::response::Response;
use serde_json::{Value, json};

use crate::books::{JOBS, Person, Upload};
use crate::reply;

pub(super) fn refuse(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"code": code, "message": message, "errors": []});
    reply::json(status, &body)
}

pub(super) fn invalid(field: &str, what: &str) -> Response {
    let body = json!({
        "code": "VALIDATION_ERROR",
        "message": format!("{field}: {what}"),
        "errors": [{"code": "VALIDATION_ERROR", "message": format!("{field}: {what}")}],
    });
    reply::json(400, &body)
}

pub(super) fn missing() -> Response {
    refuse(404, "CANDIDATE_NOT_FOUND", "Candidate not found")
}

pub(super) fn shown(person: &Person) -> Value {
    let assignment = person.applications.first().map(|a| {
        json!({"job": {"id": a.job, "title": JOBS.iter().find(|j| a.job.as_deref() == Some(j.uid)).map(|j| j.title)},
            "application": {"id": a.id}, "status": a.stage})
    });
    let last = json!({
        "id": person.id,
        "internal": false,
        "createdOn": reply::time(person.created),
        "updatedOn": reply::time(person.created),
        "tags": person.tags,
        "primaryAssignment": assignment,
        "actions": {},
    });
    let mut raw = person.raw.clone();
    if let Some(all) = raw.as_object_mut() {
        all.remove("sourceDetails");
    }
    reply::over(raw, &last)
}

pub(super) fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

pub(super) fn shown_file(file: &Upload) -> Value {
    json!({"id": file.id, "name": file.name, "type": file.kind, "contentType": file.media_type, "uploadDate": reply::now(), "actions": {}})
}
