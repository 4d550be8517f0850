//! What a fake was given, in one form whatever the vendor's; who asked; what goes wrong. Nothing here is counted, struck or
//! asks for credentials: a fake is a tool, not a place for secrets.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::books::{Application, Note, Person, Upload};
use crate::faults::Faults;
use crate::house::House;
use crate::reply;

pub(crate) fn routes() -> Router<House> {
    Router::new()
        .route("/", get(about))
        .route("/candidates", get(list))
        .route("/candidates/{id}", get(one))
        .route("/requests", get(asked))
        .route("/faults", get(faults).put(set_faults))
}

async fn about(State(house): State<House>) -> Response {
    let base = house.base();
    let account = house.fake().account(base).into_iter();
    let account: serde_json::Map<String, Value> =
        account.map(|(n, v)| (n.to_owned(), v.into())).collect();
    let body = json!({
        "name": house.fake().name(),
        "title": house.fake().title(),
        "url": base,
        "account": account,
        "job_id": house.fake().job(),
        "candidates": house.books().people.len(),
        "requests": house.seen().all,
        "seconds": house.elapsed().as_secs(),
    });
    reply::json(200, &body)
}

/// Everybody, oldest first.
pub(crate) fn candidates(house: &House) -> Vec<Value> {
    house.books().all().map(shown).collect()
}

/// Whom the query asks for: `email=`, `after=` (how many to leave out), `limit=`.
async fn list(State(house): State<House>, Query(asked): Query<Vec<(String, String)>>) -> Response {
    let said = |name: &str| {
        let found = asked.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    };
    let number = |name: &str, or: usize| said(name).and_then(|t| t.parse().ok()).unwrap_or(or);
    let books = house.books();
    let all: Vec<&Person> = match said("email") {
        Some(email) => books.with_email(email),
        None => books.all().collect(),
    };
    let total = all.len();
    let page = all.into_iter().skip(number("after", 0));
    let page: Vec<Value> = page.take(number("limit", usize::MAX)).map(shown).collect();
    reply::json(200, &json!({"total": total, "candidates": page}))
}

async fn one(State(house): State<House>, Path(id): Path<String>) -> Response {
    match house.books().find(&id) {
        Some(person) => reply::json(200, &shown(person)),
        None => reply::json(404, &json!({"error": "no such candidate"})),
    }
}

fn shown(person: &Person) -> Value {
    json!({
        "id": person.id,
        "name": person.name,
        "first_name": person.first,
        "last_name": person.last,
        "emails": person.emails,
        "phones": person.phones,
        "tags": person.tags,
        "applications": person.applications.iter().map(application).collect::<Vec<_>>(),
        "files": person.files.iter().map(file).collect::<Vec<_>>(),
        "notes": person.notes.iter().map(note).collect::<Vec<_>>(),
        "created_at": reply::time(person.created),
        "raw": person.raw,
    })
}

fn application(application: &Application) -> Value {
    json!({
        "id": application.id,
        "job": application.job,
        "stage": application.stage,
        "created_at": reply::time(application.created),
        "raw": application.raw,
    })
}

fn file(file: &Upload) -> Value {
    json!({
        "id": file.id,
        "name": file.name,
        "kind": file.kind,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "url": file.url,
    })
}

fn note(note: &Note) -> Value {
    json!({"id": note.id, "text": note.text, "raw": note.raw})
}

/// Requests by number, without their bodies.
pub(crate) fn requests(house: &House, after: u64, limit: usize) -> Vec<Value> {
    let seen = house.seen();
    let later = seen.requests.iter().filter(|r| r.number > after);
    let shown = later.take(limit).map(|r| {
        json!({
            "number": r.number,
            "at": reply::time(r.at),
            "method": r.method,
            "route": r.route,
            "status": r.status,
            "fault": r.fault,
        })
    });
    shown.collect()
}

async fn asked(State(house): State<House>, Query(query): Query<Vec<(String, u64)>>) -> Response {
    let number = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
    let limit = number("limit").unwrap_or(1000) as usize;
    let page = requests(&house, number("after").unwrap_or(0), limit);
    let total = house.seen().all;
    reply::json(200, &json!({"total": total, "requests": page}))
}

async fn faults(State(house): State<House>) -> Response {
    let faults = house.faults();
    let body = json!({"faults": faults.to_string(), "given": faults.given()});
    reply::json(200, &body)
}

/// Takes the line as it is, or as `{"faults": "…"}`.
async fn set_faults(State(house): State<House>, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body).into_owned();
    let line = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(body)) => body
            .get("faults")
            .and_then(Value::as_str)
            .map(str::to_owned),
        Ok(Value::String(line)) => Some(line),
        _ => Some(text),
    };
    let Some(line) = line else {
        return reply::json(400, &json!({"error": "say {\"faults\": \"…\"}"}));
    };
    match Faults::parse(line.trim()) {
        Ok(new) => {
            house.faults().replace(new);
            faults(State(house)).await
        }
        Err(why) => reply::json(400, &json!({"error": why})),
    }
}
