//! The vendor's words.

use axum::response::Response;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::books::{Application, JOBS, Note, Person, Upload};
use crate::reply::{self, Reply};

/// The envelope of what went well.
pub(super) fn success(results: &Value) -> Response {
    answer(json!({"success": true, "results": results}))
}

/// The envelope of what did not: a 200 all the same.
pub(super) fn failed(code: &str, message: &str) -> Response {
    let info = json!({"code": code, "message": message, "requestId": Uuid::new_v4().to_string()});
    answer(json!({"success": false, "errors": [code], "errorInfo": info}))
}

fn answer(body: Value) -> Response {
    let mut answer = reply::json(200, &body);
    let id = Uuid::new_v4().to_string();
    answer.headers_mut().extend(id.parse().map(|id| {
        (
            axum::http::HeaderName::from_static("x-ashby-request-id"),
            id,
        )
    }));
    answer
}

/// A page: `limit` up to 100, `cursor` as the answer before gave it.
pub(super) fn page(body: &Value, all: Vec<Value>) -> Reply {
    let limit = match &body["limit"] {
        Value::Null => 100,
        limit => match limit.as_u64() {
            Some(limit @ 1..=100) => limit as usize,
            _ => {
                return Err(failed(
                    "invalid_input",
                    "limit: Number must be from 1 to 100",
                ));
            }
        },
    };
    let at = match reply::text(body, "cursor") {
        None => 0,
        Some(cursor) => match cursor.strip_prefix("after-").and_then(|c| c.parse().ok()) {
            Some(at) => at,
            None => return Err(failed("invalid_cursor", "cursor is not valid")),
        },
    };
    let more = all.len() > at + limit;
    let items: Vec<Value> = all.into_iter().skip(at).take(limit).collect();
    let mut body = json!({"success": true, "results": items, "moreDataAvailable": more});
    if more {
        body["nextCursor"] = format!("after-{}", at + limit).into();
    }
    Ok(answer(body))
}

/// Addresses beside the first: texts, or `{"value"}`.
pub(super) fn alternates(list: &Value) -> Vec<String> {
    let mut all = reply::texts(list);
    all.extend(reply::members(list, "value"));
    all
}

/// Absent primaries are left out.
pub(super) fn shown(person: &Person) -> Value {
    let point = |kind: &str, value: &String, first: bool| json!({"value": value, "type": kind, "isPrimary": first});
    let points = |values: &[String]| -> Vec<Value> {
        let all = values.iter().enumerate();
        all.map(|(at, v)| point("Personal", v, at == 0)).collect()
    };
    let raw = &person.raw;
    let links = [
        ("linkedInUrl", "LinkedIn"),
        ("githubUrl", "GitHub"),
        ("website", "Website"),
    ];
    let links = links.iter().filter_map(|(member, kind)| {
        let url = reply::text(raw, member)?;
        Some(json!({"type": kind, "url": url}))
    });
    let made = reply::time(person.created);
    let files = |resume: bool| {
        let all = person
            .files
            .iter()
            .filter(move |f| (f.kind == "resume") == resume);
        all.map(file).collect::<Vec<_>>()
    };
    let all = json!({
        "id": person.id,
        "createdAt": made,
        "updatedAt": made,
        "name": person.name,
        "emailAddresses": points(&person.emails),
        "phoneNumbers": points(&person.phones),
        "socialLinks": links.collect::<Vec<_>>(),
        "tags": person.tags.iter().map(|t| tag(t)).collect::<Vec<_>>(),
        "applicationIds": person.applications.iter().map(|a| &a.id).collect::<Vec<_>>(),
        "fileHandles": files(false),
        "customFields": [],
        "profileUrl": format!("https://app.ashbyhq.com/candidates/{}", person.id),
        "location": raw["location"],
    });
    let mut primaries = Map::new();
    if let Some(email) = person.emails.first() {
        primaries.insert("primaryEmailAddress".into(), point("Personal", email, true));
    }
    if let Some(phone) = person.phones.first() {
        primaries.insert("primaryPhoneNumber".into(), point("Personal", phone, true));
    }
    if let Some(resume) = files(true).pop() {
        primaries.insert("resumeFileHandle".into(), resume);
    }
    reply::over(all, &Value::Object(primaries))
}

fn file(file: &Upload) -> Value {
    json!({"id": file.id, "name": file.name, "handle": file.id})
}

pub(super) fn shown_note(note: &Note) -> Value {
    json!({
        "id": note.id,
        "createdAt": note.raw["createdAt"],
        "isPrivate": note.raw["isPrivate"],
        "content": note.text,
        "author": {"id": "5f1c7e2a-0000-4000-8000-000000000001", "firstName": "Fake", "lastName": "Recruiter"},
    })
}

pub(super) fn shown_application(person: &Person, application: &Application) -> Value {
    let job = JOBS
        .iter()
        .find(|j| application.job.as_deref() == Some(j.uid));
    json!({
        "id": application.id,
        "createdAt": reply::time(application.created),
        "status": "Active",
        "candidate": {"id": person.id, "name": person.name},
        "job": job.map(|j| json!({"id": j.uid, "title": j.title})),
        "currentInterviewStage": {"id": "5f1c7e2a-0000-4000-8000-0000000000b1", "title": application.stage},
        "source": null,
        "customFields": [],
        "hiringTeam": [],
        "applicationHistory": [],
    })
}

const TAG: &str = "tag:";

/// A tag, whose id is its title.
pub(super) fn tag(title: &str) -> Value {
    json!({"id": format!("{TAG}{title}"), "title": title, "isArchived": false})
}

/// The title of the tag of this id.
pub(super) fn tag_of(id: &str) -> Option<String> {
    id.strip_prefix(TAG).map(str::to_owned)
}
