//! The vendor's words: what is refused, and how things are shown.

use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::books::{Application, JOBS, Note, Person};
use crate::reply::{self, Reply};

pub(super) const USER: &str = "5f1c7e2a-0000-4000-8000-000000000001";

pub(super) const STAGES: &[&str] = &[
    "lead-new",
    "lead-reached-out",
    "lead-responded",
    "applicant-new",
    "offer",
];

pub(super) fn refuse(status: u16, code: &str, message: &str) -> Response {
    reply::json(status, &json!({"code": code, "message": message}))
}

pub(super) fn wrong(message: &str) -> Response {
    refuse(400, "BadRequestError", message)
}

pub(super) fn missing() -> Response {
    refuse(404, "ResourceNotFound", "Opportunity was not found")
}

pub(super) fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

/// The person that a body speaks of.
pub(super) fn judge(body: &Value) -> Result<Person, Response> {
    let list = |name: &str| match &body[name] {
        Value::Null => Ok(Vec::new()),
        Value::String(one) => Ok(vec![one.clone()]),
        list if list.is_array() => Ok(reply::texts(list)),
        _ => Err(wrong(&format!("{name} must be an array"))),
    };
    let (emails, postings) = (list("emails")?, list("postings")?);
    let (tags, name) = (list("tags")?, reply::text(body, "name").unwrap_or(""));
    if name.is_empty() && emails.is_empty() {
        return Err(wrong("name or emails is required"));
    }
    if let Some(bad) = emails.iter().position(|e| !e.contains('@')) {
        return Err(wrong(&format!(
            "emails[{bad}] is not a valid email address"
        )));
    }
    match postings.as_slice() {
        [] => {}
        [one] if JOBS.iter().any(|j| j.uid == one) => {}
        [_] => return Err(wrong("postings: no such posting")),
        _ => return Err(wrong("postings takes one posting")),
    }
    if reply::text(body, "stage").is_some_and(|s| !STAGES.contains(&s)) {
        return Err(wrong("stage: no such stage"));
    }
    let mut phones = reply::members(&body["phones"], "value");
    phones.extend(reply::texts(&body["phones"]));
    Ok(Person {
        id: Uuid::new_v4().to_string(),
        name: name.to_owned(),
        emails,
        phones,
        tags,
        raw: body.clone(),
        created: Timestamp::now(),
        ..Person::default()
    })
}

/// What a further opportunity says of a contact is added.
pub(super) fn enrich(person: &mut Person, new: &Person) {
    let add = |had: &mut Vec<String>, more: &[String]| {
        for item in more {
            if !had.contains(item) {
                had.push(item.clone());
            }
        }
    };
    add(&mut person.phones, &new.phones);
    add(&mut person.tags, &new.tags);
}

pub(super) fn shown(person: &Person, opportunity: &Application) -> Value {
    let made = opportunity.created.as_millisecond();
    let raw = &opportunity.raw;
    let list = |name: &str| Value::from(reply::texts(&raw[name]));
    let applications: Vec<&str> = opportunity
        .job
        .iter()
        .map(|_| opportunity.id.as_str())
        .collect();
    let phones: Vec<Value> = person
        .phones
        .iter()
        .map(|p| json!({"type": null, "value": p}))
        .collect();
    json!({
        "id": opportunity.id,
        "name": person.name,
        "contact": person.id,
        "headline": raw["headline"].as_str().unwrap_or(""),
        "stage": opportunity.stage,
        "confidentiality": "non-confidential",
        "location": raw["location"].as_str().unwrap_or(""),
        "phones": phones,
        "emails": person.emails,
        "links": list("links"),
        "archived": null,
        "tags": person.tags,
        "sources": list("sources"),
        "stageChanges": [{"toStageId": opportunity.stage, "toStageIndex": 0, "updatedAt": made, "userId": USER}],
        "origin": raw["origin"].as_str().unwrap_or("sourced"),
        "sourcedBy": USER,
        "owner": USER,
        "followers": [USER],
        "applications": applications,
        "createdAt": made,
        "updatedAt": made,
        "lastInteractionAt": made,
        "lastAdvancedAt": made,
        "snoozedUntil": null,
        "urls": {"list": "https://hire.lever.co/candidates", "show": format!("https://hire.lever.co/candidates/{}", opportunity.id)},
        "isAnonymized": false,
        "dataProtection": null,
    })
}

/// A page: `limit` up to 100, `offset` as the answer before gave it.
pub(super) fn page(query: &[(String, String)], all: Vec<Value>) -> Reply {
    let limit = match said(query, "limit").map_or(Ok(100), str::parse::<usize>) {
        Ok(limit @ 1..=100) => limit,
        _ => return Err(wrong("limit must be between 1 and 100")),
    };
    let at = match said(query, "offset").map_or(Some("0"), |o| o.strip_prefix("after-")) {
        Some(at) => at
            .parse::<usize>()
            .map_err(|_| wrong("offset is not valid"))?,
        None => return Err(wrong("offset is not valid")),
    };
    let more = all.len() > at + limit;
    let items: Vec<Value> = all.into_iter().skip(at).take(limit).collect();
    let mut body = json!({"data": items, "hasNext": more});
    if more {
        body["next"] = format!("after-{}", at + limit).into();
    }
    Ok(reply::json(200, &body))
}

pub(super) fn shown_note(note: &Note) -> Value {
    json!({
        "id": note.id,
        "text": note.text,
        "fields": [{"type": "comment", "value": note.text}],
        "user": USER,
        "secret": note.raw["secret"],
        "completedAt": note.raw["createdAt"],
        "createdAt": note.raw["createdAt"],
        "deletedAt": null,
    })
}

pub(super) fn shown_file(file: &crate::books::Upload) -> Value {
    let extension = file.name.rsplit('.').next();
    json!({
        "id": file.id,
        "name": file.name,
        "ext": extension,
        "downloadUrl": format!("https://api.lever.co/v1/files/{}/download", file.id),
        "file": {"name": file.name, "ext": extension, "size": file.size},
        "size": file.size,
        "uploadedAt": Timestamp::now().as_millisecond(),
        "status": "processed",
    })
}

pub(super) fn shown_contact(person: &Person) -> Value {
    json!({"id": person.id, "name": person.name, "headline": person.raw["headline"], "location": person.raw["location"],
        "emails": person.emails, "phones": person.phones.iter().map(|p| json!({"type": null, "value": p})).collect::<Vec<_>>()})
}
