//! The vendor's words: what is refused, and how things are shown.

use axum::http::header::LINK;
use axum::response::Response;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::books::{Application, Books, Note, Person, Upload, job};
use crate::house::House;
use crate::reply;

/// Kinds of attachment (documented for v1).
pub(super) const ATTACHMENTS: &[&str] = &[
    "resume",
    "cover_letter",
    "admin_only",
    "public",
    "offer_packet",
    "take_home_test",
    "offer_letter",
    "signed_offer_letter",
    "other",
];

/// Lists of a person's body whose items have a value and one of these types; the first is the member.
const TYPED: &[(&str, &[&str])] = &[
    ("email_addresses", &["personal", "work", "other"]),
    (
        "phone_numbers",
        &["home", "work", "mobile", "skype", "other"],
    ),
    ("addresses", &["home", "work", "other"]),
    (
        "website_addresses",
        &["personal", "company", "portfolio", "blog", "other"],
    ),
    ("social_media_addresses", &[]),
];

/// What is wrong with a body.
#[derive(Default)]
pub(super) struct Flaws(Vec<Value>);

impl Flaws {
    pub(super) fn add(&mut self, field: &str, message: &str) {
        self.0.push(json!({"message": message, "field": field}));
    }

    pub(super) fn settle(self) -> Result<(), Response> {
        if self.0.is_empty() {
            return Ok(());
        }
        let body = json!({"message": "Validation error", "errors": self.0});
        Err(reply::json(422, &body))
    }
}

pub(super) fn refuse(status: u16, message: &str) -> Response {
    reply::json(status, &json!({"message": message}))
}

/// What a body says of a person, required or not.
pub(super) fn judge_person(body: &Value, flaws: &mut Flaws) {
    for (member, types) in TYPED {
        let list = &body[*member];
        if list.is_null() {
            continue;
        }
        let Some(items) = list.as_array() else {
            flaws.add(member, "must be an array");
            continue;
        };
        for item in items {
            if reply::text(item, "value").is_none() {
                flaws.add(&format!("{member}.value"), "can't be blank");
            }
            let kind = item["type"].as_str().unwrap_or("");
            if !types.is_empty() && !types.contains(&kind) {
                flaws.add(&format!("{member}.type"), "is not included in the list");
            }
            if *member == "email_addresses" && !item["value"].as_str().unwrap_or("@").contains('@')
            {
                flaws.add("email_addresses.value", "is not a valid email address");
            }
        }
    }
    let tags = &body["tags"];
    if !tags.is_null()
        && !tags
            .as_array()
            .is_some_and(|t| t.iter().all(Value::is_string))
    {
        flaws.add("tags", "must be an array of strings");
    }
}

pub(super) fn judge_application(body: &Value, flaws: &mut Flaws) {
    if body.is_null() {
        return;
    }
    match reply::id(body, "job_id") {
        None => flaws.add("job_id", "can't be blank"),
        Some(id) if job(&id).is_none() => flaws.add("job_id", "must belong to your organization"),
        Some(_) => {}
    }
}

/// Puts what the body says into the books.
pub(super) fn learn(person: &mut Person, body: &Value) {
    let mut body = body.clone();
    if let Some(all) = body.as_object_mut() {
        all.remove("application");
    }
    person.raw = reply::over(person.raw.take(), &body);
    let raw = &person.raw;
    let text = |name: &str| raw[name].as_str().unwrap_or("").to_owned();
    (person.first, person.last) = (text("first_name"), text("last_name"));
    person.name = format!("{} {}", person.first, person.last)
        .trim()
        .to_owned();
    person.emails = reply::members(&raw["email_addresses"], "value");
    person.phones = reply::members(&raw["phone_numbers"], "value");
    person.tags = reply::texts(&raw["tags"]);
}

pub(super) fn application(id: String, job: Option<String>, body: &Value) -> Application {
    Application {
        id,
        job,
        stage: "Application Review".to_owned(),
        raw: body.clone(),
        created: Timestamp::now(),
    }
}

pub(super) fn shown(person: &Person) -> Value {
    let ids: Vec<Value> = person
        .applications
        .iter()
        .map(|a| reply::number(&a.id))
        .collect();
    let made = reply::time(person.created);
    let first = json!({
        "id": reply::number(&person.id),
        "first_name": null, "last_name": null, "preferred_name": null, "company": null, "title": null,
        "email_addresses": [], "phone_numbers": [], "addresses": [], "website_addresses": [],
        "social_media_addresses": [], "tags": [], "is_private": false, "can_email": true, "custom_fields": {},
    });
    let last = json!({"application_ids": ids, "created_at": made, "updated_at": made});
    reply::over(reply::over(first, &person.raw), &last)
}

pub(super) fn shown_application(person: &Person, application: &Application) -> Value {
    json!({
        "id": reply::number(&application.id),
        "candidate_id": reply::number(&person.id),
        "job_id": application.job.as_deref().map(reply::number),
        "job_interview_stage_id": 7001,
        "source_id": application.raw["source_id"],
        "status": "in_process",
        "created_at": reply::time(application.created),
    })
}

pub(super) fn shown_note(person: &Person, note: &Note) -> Value {
    let first = json!({
        "id": reply::number(&note.id),
        "candidate_id": reply::number(&person.id),
        "application_id": null, "visibility": "public", "note_type": "NOTE",
    });
    let whose = json!({"candidate_id": reply::number(&person.id)});
    reply::over(reply::over(first, &note.raw), &whose)
}

pub(super) fn shown_file(person: &Person, file: &Upload, base: &str) -> Value {
    json!({
        "id": reply::number(&file.id),
        "candidate_id": reply::number(&person.id),
        "application_id": person.applications.first().map(|a| reply::number(&a.id)),
        "filename": file.name,
        "url": format!("{base}/_files/{}", file.id),
        "type": file.kind,
        "created_at": reply::now(),
    })
}

/// The person whose id, or whose application's id, the body names.
pub(super) fn whose(books: &Books, body: &Value) -> Option<String> {
    if let Some(id) = reply::id(body, "candidate_id") {
        return books.find(&id).map(|p| p.id.clone());
    }
    let application = reply::id(body, "application_id")?;
    books.whose(&application).map(|p| p.id.clone())
}

/// What a list was asked for: its filters, and which page. A cursor carries the whole of it.
pub(super) struct Asked {
    filters: Vec<(String, String)>,
    at: usize,
    size: usize,
}

impl Asked {
    pub(super) fn read(query: &[(String, String)]) -> Result<Asked, Response> {
        let Some((_, cursor)) = query.iter().find(|(n, _)| n == "cursor") else {
            return Asked::of(query.to_vec(), 0);
        };
        if query.len() > 1 {
            return Err(refuse(
                422,
                "cursor cannot be combined with other parameters",
            ));
        }
        let read = || {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
            serde_json::from_slice::<(Vec<(String, String)>, usize)>(&bytes).ok()
        };
        let (filters, at) = read().ok_or_else(|| refuse(422, "cursor is invalid"))?;
        Asked::of(filters, at)
    }

    fn of(filters: Vec<(String, String)>, at: usize) -> Result<Asked, Response> {
        let size = filters.iter().find(|(n, _)| n == "per_page");
        match size.map_or(Ok(100), |(_, v)| v.parse()) {
            Ok(size @ 1..=500) => Ok(Asked { filters, at, size }),
            _ => Err(refuse(422, "per_page must be between 1 and 500")),
        }
    }

    pub(super) fn said(&self, name: &str) -> Option<&str> {
        let found = self.filters.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Ids, separated by commas or given one by one, at most fifty.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<String>>, Response> {
        let named = |n: &str| n == name || n.strip_suffix("[]") == Some(name);
        let given = self.filters.iter().filter(|(n, _)| named(n));
        let all: Vec<String> = given
            .flat_map(|(_, v)| v.split(',').map(|id| id.trim().to_owned()))
            .collect();
        match all.len() {
            0 => Ok(None),
            1..=50 => Ok(Some(all)),
            _ => Err(refuse(422, &format!("{name} takes at most 50 ids"))),
        }
    }

    /// The page, with the address of the next in `Link`.
    pub(super) fn page(&self, house: &House, path: &str, all: Vec<Value>) -> Response {
        let next = self.at + self.size;
        let more = all.len() > next;
        let items: Vec<Value> = all.into_iter().skip(self.at).take(self.size).collect();
        let mut answer = reply::json(200, &Value::Array(items));
        if more {
            let cursor = json!([self.filters, next]).to_string();
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(cursor);
            let link = format!("<{}{path}?cursor={cursor}>; rel=\"next\"", house.base());
            answer
                .headers_mut()
                .extend(link.parse().map(|link| (LINK, link)));
        }
        answer
    }
}
