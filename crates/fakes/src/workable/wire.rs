//! The vendor's words: what is refused, and how things are shown.

use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::books::{Person, Upload};
use crate::fetch;
use crate::house::House;
use crate::reply::{self, Reply};

pub(super) const STAGE: &str = "sourced";

/// Short codes of the jobs that it has.
pub(super) const JOBS: &[(&str, &str)] = &[
    ("ENGINE01", "Programmer of the Engine"),
    ("ENGINE02", "Clerk of the Difference"),
];

pub(super) fn refuse(status: u16, error: &str) -> Response {
    reply::json(status, &json!({"error": error}))
}

/// 422, with what is wrong under each field.
pub(super) fn invalid(field: &str, what: &str) -> Response {
    let body = json!({"error": "Validation failed", "validation_errors": {field: [what]}});
    reply::json(422, &body)
}

pub(super) fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

pub(super) fn judge(said: &Value) -> Result<Person, Response> {
    let text = |name: &str| reply::text(said, name).unwrap_or("").to_owned();
    let (first, last, whole) = (text("firstname"), text("lastname"), text("name"));
    let name = match whole.is_empty() {
        true => format!("{first} {last}").trim().to_owned(),
        false => whole,
    };
    if name.is_empty() || (!first.is_empty() && last.is_empty() && text("name").is_empty()) {
        return Err(invalid("name", "can't be blank"));
    }
    let email = text("email");
    if !email.contains('@') {
        let what = if email.is_empty() {
            "can't be blank"
        } else {
            "is invalid"
        };
        return Err(invalid("email", what));
    }
    let profiles = said["social_profiles"].as_array().into_iter().flatten();
    if profiles
        .into_iter()
        .any(|p| reply::text(p, "type").is_none())
    {
        return Err(invalid("social_profiles", "type can't be blank"));
    }
    // Contents of files are not kept.
    let mut raw = said.clone();
    if let Some(resume) = raw.get_mut("resume").and_then(Value::as_object_mut) {
        resume.remove("data");
    }
    Ok(Person {
        name,
        first,
        last,
        emails: vec![email],
        phones: Some(text("phone"))
            .filter(|p| !p.is_empty())
            .into_iter()
            .collect(),
        tags: reply::texts(&said["tags"]),
        raw,
        created: Timestamp::now(),
        ..Person::default()
    })
}

pub(super) async fn resume(house: &House, said: &Value) -> Result<Option<Upload>, Response> {
    if let Some(url) = reply::text(said, "resume_url") {
        return Ok(Some(fetch::fetch(house, "resume", url, None).await));
    }
    let resume = &said["resume"];
    if resume.is_null() {
        return Ok(None);
    }
    let name =
        reply::text(resume, "name").ok_or_else(|| invalid("resume", "name can't be blank"))?;
    let bytes = reply::text(resume, "data").and_then(reply::bytes_of);
    let bytes = bytes.ok_or_else(|| invalid("resume", "data is not valid base64"))?;
    Ok(Some(Upload::of("resume", name, "", &bytes)))
}

pub(super) fn shown(person: &Person) -> Value {
    let job = person.applications.first().and_then(|a| a.job.as_deref());
    let title = JOBS
        .iter()
        .find(|(code, _)| Some(*code) == job)
        .map(|(_, title)| *title);
    let (first, last) = match person.first.is_empty() {
        true => person
            .name
            .split_once(' ')
            .unwrap_or((person.name.as_str(), "")),
        false => (person.first.as_str(), person.last.as_str()),
    };
    let first = json!({
        "id": person.id,
        "name": person.name,
        "firstname": first,
        "lastname": last,
        "headline": null, "summary": null, "address": null, "cover_letter": null,
        "account": {"subdomain": "fake", "name": "Fake"},
        "job": job.map(|code| json!({"shortcode": code, "title": title})),
        "stage": "Sourced",
        "stage_kind": STAGE,
        "disqualified": false,
        "sourced": true,
        "profile_url": format!("https://fake.workable.com/backend/candidates/{}", person.id),
        "phone": null,
        "social_profiles": [], "education_entries": [], "experience_entries": [], "skills": [], "answers": [],
        "created_at": reply::time(person.created),
        "updated_at": reply::time(person.created),
    });
    let resume = person.files.iter().find(|f| f.kind == "resume");
    let last = json!({
        "email": person.emails.first(),
        "tags": person.tags,
        "resume": null,
        "resume_url": resume.map(|f| format!("https://fake.workable.com/files/{}", f.id)),
    });
    reply::over(reply::over(first, &person.raw), &last)
}

/// A page of `limit` up to 100; `since_id` as the address in `paging.next` has it.
pub(super) fn page(
    house: &House,
    path: &str,
    query: &[(String, String)],
    all: Vec<&Person>,
) -> Reply {
    let limit = match said(query, "limit").map_or(Ok(50), str::parse::<usize>) {
        Ok(limit @ 1..=100) => limit,
        _ => return Err(invalid("limit", "must be between 1 and 100")),
    };
    let begin = match said(query, "since_id") {
        None => 0,
        Some(id) => all.iter().position(|p| p.id == id).unwrap_or(all.len()),
    };
    let mut body = json!({"candidates": []});
    if let Some(next) = all.get(begin + limit) {
        let next = format!("{}{path}?limit={limit}&since_id={}", house.base(), next.id);
        body["paging"] = json!({"next": next});
    }
    let items = all.into_iter().skip(begin).take(limit).map(shown);
    body["candidates"] = Value::from(items.collect::<Vec<_>>());
    Ok(reply::json(200, &body))
}

pub(super) fn missing() -> Response {
    refuse(404, "Not found")
}
