//! JSON:API, and the vendor's names in it.

use axum::response::Response;
use serde_json::{Value, json};

use crate::books::{Application, Note, Person, Upload};
use crate::house::House;
use crate::reply::{self, Reply};

pub(super) const MEDIA: &str = "application/vnd.api+json";

pub(super) fn answer(status: u16, data: Value) -> Response {
    reply::json_as(status, MEDIA, &json!({"data": data}))
}

pub(super) fn refuse(status: u16, title: &str, detail: &str) -> Response {
    let error = json!({"title": title, "detail": detail, "status": status.to_string()});
    reply::json_as(status, MEDIA, &json!({"errors": [error]}))
}

pub(super) fn invalid(pointer: &str, what: &str) -> Response {
    let name = pointer.rsplit('/').next().unwrap_or("");
    let error = json!({
        "title": what,
        "detail": format!("{name} - {what}"),
        "code": "100",
        "source": {"pointer": pointer},
        "status": "422",
    });
    reply::json_as(422, MEDIA, &json!({"errors": [error]}))
}

pub(super) fn resource(kind: &str, id: &str, attributes: Value) -> Value {
    json!({"id": id, "type": kind, "attributes": attributes})
}

/// The id in a relationship.
pub(super) fn related(data: &Value, name: &str, kind: &str) -> Result<String, Response> {
    let link = &data["relationships"][name]["data"];
    let id = reply::id(link, "id").filter(|_| link["type"] == kind);
    id.ok_or_else(|| invalid(&format!("/data/relationships/{name}"), "must exist"))
}

pub(super) fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

/// A page of up to 30.
pub(super) fn many(
    house: &House,
    path: &str,
    query: &[(String, String)],
    all: Vec<Value>,
) -> Reply {
    let number = |name: &str, or: usize| {
        let given = said(query, name).map_or(Ok(or), str::parse::<usize>);
        given
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| refuse(400, "Invalid page", &format!("{name} is not valid")))
    };
    let (size, page) = (number("page[size]", 10)?, number("page[number]", 1)?);
    if size > 30 {
        return Err(refuse(400, "Invalid page", "page[size] is at most 30"));
    }
    let total = all.len();
    let mut links =
        json!({"first": format!("{}{path}?page[number]=1&page[size]={size}", house.base())});
    if total > page * size {
        links["next"] = format!(
            "{}{path}?page[number]={}&page[size]={size}",
            house.base(),
            page + 1
        )
        .into();
    }
    let data: Vec<Value> = all.into_iter().skip((page - 1) * size).take(size).collect();
    let meta = json!({"record-count": total, "page-count": total.div_ceil(size)});
    let body = json!({"data": data, "links": links, "meta": meta});
    Ok(reply::json_as(200, MEDIA, &body))
}

/// Attributes that are texts.
const TEXTS: &[&str] = &[
    "email",
    "first-name",
    "last-name",
    "phone",
    "pitch",
    "resume",
    "picture",
    "linkedin-url",
    "referring-url",
];

pub(super) fn judge(said: &Value) -> Result<(), Response> {
    for name in TEXTS {
        if !said[*name].is_null() && !said[*name].is_string() {
            return Err(invalid(&format!("/data/attributes/{name}"), "is invalid"));
        }
    }
    if reply::text(said, "email").is_some_and(|e| !e.contains('@')) {
        return Err(invalid("/data/attributes/email", "is invalid"));
    }
    let tags = &said["tags"];
    match tags.is_null()
        || tags
            .as_array()
            .is_some_and(|t| t.iter().all(Value::is_string))
    {
        true => Ok(()),
        false => Err(invalid("/data/attributes/tags", "is invalid")),
    }
}

/// What is said is taken; what is not said, or said to be null, stays. Tags are added.
pub(super) fn learn(person: &mut Person, said: &Value) {
    let mut said = said.clone();
    if let Some(all) = said.as_object_mut() {
        all.retain(|name, value| !value.is_null() && name != "merge");
    }
    for tag in reply::texts(&said["tags"]) {
        if !person.tags.contains(&tag) {
            person.tags.push(tag);
        }
    }
    person.raw = reply::over(person.raw.take(), &said);
    let text = |name: &str| reply::text(&person.raw, name).unwrap_or("").to_owned();
    let (first, last) = (text("first-name"), text("last-name"));
    let phone = text("phone");
    person.name = format!("{first} {last}").trim().to_owned();
    (person.first, person.last) = (first, last);
    if !phone.is_empty() {
        person.phones = vec![phone];
    }
}

pub(super) fn candidate(person: &Person) -> Value {
    let made = reply::time(person.created);
    let resume = person.files.iter().find(|f| f.kind == "resume");
    let last = json!({
        "email": person.emails.first(),
        "tags": person.tags,
        "resume": resume.map(|f| format!("https://fake.teamtailor.com/files/{}", f.id)),
        "original-resume": resume.map(|f| format!("https://fake.teamtailor.com/files/{}/original", f.id)),
        "created-at": made,
        "updated-at": made,
    });
    let empty = json!({"first-name": null, "last-name": null, "phone": null, "pitch": null, "sourced": false, "unsubscribed": false, "linkedin-url": null});
    resource(
        "candidates",
        &person.id,
        reply::over(reply::over(empty, &person.raw), &last),
    )
}

pub(super) fn application(person: &Person, application: &Application) -> Value {
    let made = reply::time(application.created);
    let attributes = json!({
        "created-at": made, "updated-at": made, "cover-letter": application.raw["cover-letter"],
        "sourced": application.raw["sourced"].as_bool().unwrap_or(false), "rejected-at": null,
    });
    let link = |kind: &str, id: &str| json!({"data": {"type": kind, "id": id}});
    let mut all = resource("job-applications", &application.id, attributes);
    all["relationships"] = json!({
        "candidate": link("candidates", &person.id),
        "job": link("jobs", application.job.as_deref().unwrap_or("")),
    });
    all
}

pub(super) fn upload(file: &Upload) -> Value {
    resource(
        "uploads",
        &file.id,
        json!({"file-name": file.name, "url": format!("https://fake.teamtailor.com/files/{}", file.id), "internal": false}),
    )
}

pub(super) fn note(note: &Note) -> Value {
    resource(
        "notes",
        &note.id,
        json!({"note": note.text, "created-at": note.raw["created-at"]}),
    )
}
