//! Candidate Ingestion, for sourcing partners: one request for everything, `external_id` is the caller's label and no key.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::wire::{Flaws, application, judge_application};
use crate::books::{Note, Person};
use crate::fetch;
use crate::house::House;
use crate::reply::{self, Reply};

pub(super) const KEY: &str = "fake-ingestion-key";

/// A key with the user on whose behalf it acts, or a token.
fn known(house: &House, headers: &HeaderMap) -> Result<(), Response> {
    let by_key = reply::basic(headers).is_some_and(|(user, _)| user == KEY);
    match (by_key, headers.contains_key("on-behalf-of")) {
        (true, true) => Ok(()),
        (true, false) => Err(refuse(401, "Missing On-Behalf-Of header", None)),
        (false, _) => super::known(house, headers),
    }
}

fn refuse(status: u16, message: &str, field: Option<&str>) -> Response {
    let mut error = json!({"message": message});
    if let Some(field) = field {
        error["field"] = field.into();
    }
    reply::json(status, &json!({"errors": [error]}))
}

/// One object, or an array of them; none is made when one is refused.
pub(super) async fn create(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| refuse(400, "Invalid JSON", None))?;
    let all = match body {
        Value::Array(all) => all,
        one => vec![one],
    };
    let mut people = Vec::new();
    for said in &all {
        people.push(person(&house, said).await?);
    }
    let mut made = Vec::new();
    let mut books = house.books();
    for (mut person, said) in people.into_iter().zip(&all) {
        if books.full() {
            return Err(refuse(400, "This fake holds no more candidates", None));
        }
        person.id = books.number().to_string();
        for file in &mut person.files {
            file.id = books.number().to_string();
        }
        let application = application(books.number().to_string(), reply::id(said, "job_id"), said);
        let line = json!({
            "id": reply::number(&person.id),
            "application_id": reply::number(&application.id),
            "external_id": said["external_id"],
            "profile_url": format!("https://app.greenhouse.io/people/{}", person.id),
        });
        person.applications.push(application);
        books.add(person);
        made.push(line);
    }
    Ok(reply::json(200, &Value::Array(made)))
}

async fn person(house: &House, said: &Value) -> Result<Person, Response> {
    for required in ["first_name", "last_name", "external_id"] {
        if reply::text(said, required).is_none() {
            return Err(refuse(
                400,
                &format!("{required} is required"),
                Some(required),
            ));
        }
    }
    let mut flaws = Flaws::default();
    judge_application(&json!({"job_id": said["job_id"]}), &mut flaws);
    let prospect = said["prospect"] != Value::Bool(false);
    if (!prospect || !said["job_id"].is_null()) && flaws.settle().is_err() {
        return Err(refuse(
            400,
            "job_id is not one of your jobs",
            Some("job_id"),
        ));
    }
    let text = |name: &str| reply::text(said, name).unwrap_or("").to_owned();
    let mut person = Person {
        name: format!("{} {}", text("first_name"), text("last_name")),
        first: text("first_name"),
        last: text("last_name"),
        emails: reply::members(&said["emails"], "email"),
        phones: reply::members(&said["phone_numbers"], "phone_number"),
        raw: said.clone(),
        created: Timestamp::now(),
        ..Person::default()
    };
    if let Some(url) = reply::text(said, "resume") {
        person
            .files
            .push(fetch::fetch(house, "resume", url, None).await);
    }
    person
        .notes
        .extend(reply::text(said, "notes").map(|notes| Note {
            text: notes.to_owned(),
            ..Note::default()
        }));
    Ok(person)
}
