//! SmartRecruiters, Candidate API. Whoever creates the same person twice has two.

mod wire;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post, put};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Instant;
use uuid::Uuid;

use crate::books::{Application, JOBS, Note, Person};
use crate::form;
use crate::house::House;
use crate::rate::{Rate, Standing};
use crate::reply::{self, Reply};
use crate::{Failure, Fake};
use wire::{invalid, missing, refuse, said, shown, shown_file};

/// The stand-in.
pub(crate) struct SmartRecruiters;

const TOKEN: &str = "fake-smart-token";
const CLIENT: &str = "fake-client";
const SECRET: &str = "fake-secret";
const ATTACHMENTS: &[&str] = &["RESUME", "COVER_LETTER", "GENERIC_FILE"];

impl Fake for SmartRecruiters {
    fn name(&self) -> &'static str {
        "smartrecruiters"
    }

    fn title(&self) -> &'static str {
        "SmartRecruiters"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// 10 requests a second; the 8 at once are not counted here.
    fn rate(&self) -> Rate {
        Rate::window(10, 1)
    }

    fn rate_headers(&self, standing: &Standing) -> Vec<(&'static str, String)> {
        vec![
            ("x-ratelimit-limit", standing.limit.to_string()),
            ("x-ratelimit-remaining", standing.remaining.to_string()),
        ]
    }

    fn gives_tokens(&self) -> bool {
        true
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", base.to_owned()),
            ("token", TOKEN.to_owned()),
            ("client_id", CLIENT.to_owned()),
            ("client_secret", SECRET.to_owned()),
            ("token_url", format!("{base}/identity/oauth/token")),
        ]
    }

    fn job(&self) -> &'static str {
        JOBS[0].uid
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/jobs/{}/candidates -H 'X-SmartToken: {TOKEN}' -H 'Content-Type: application/json' -d \
             '{{\"firstName\": \"Ada\", \"lastName\": \"Lovelace\", \"email\": \"ada@example.com\"}}'",
            JOBS[0].uid
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(seconds) => {
                let mut answer = refuse(429, "TOO_MANY_REQUESTS", "Rate limit exceeded");
                answer.headers_mut().insert("retry-after", seconds.into());
                answer
            }
            Failure::Internal => refuse(500, "INTERNAL_SERVER_ERROR", "Internal server error"),
            Failure::Unavailable => refuse(503, "SERVICE_UNAVAILABLE", "Service unavailable"),
            Failure::Unknown => refuse(401, "AUTHENTICATION_FAILED", "Authentication failed"),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/identity/oauth/token", post(token))
            .route("/candidates", get(list).post(create_alone))
            .route("/candidates/{id}", get(one).patch(update))
            .route(
                "/candidates/{id}/attachments",
                get(attachments).post(attach),
            )
            .route(
                "/candidates/{id}/tags",
                get(tags).put(set_tags).post(add_tags),
            )
            .route("/candidates/{id}/jobs/{job}", get(of_job))
            .route("/candidates/{id}/jobs/{job}/status", put(status))
            .route("/jobs/{id}/candidates", post(create_for))
            .route("/jobs", get(jobs))
            .route("/messages", get(messages))
            .route("/messages/shares", post(share))
    }
}

async fn token(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = form::form(&headers, body).await.unwrap_or_default();
    let by_basic = reply::basic(&headers) == Some((CLIENT.to_owned(), SECRET.to_owned()));
    let by_form =
        (asked.text("client_id"), asked.text("client_secret")) == (Some(CLIENT), Some(SECRET));
    if !by_basic && !by_form {
        return reply::json(401, &json!({"error": "invalid_client"}));
    }
    if asked.text("grant_type") != Some("client_credentials") {
        return reply::json(400, &json!({"error": "unsupported_grant_type"}));
    }
    let token = Uuid::new_v4().simple().to_string();
    let lives = house.tokens_live();
    house
        .books()
        .tickets
        .insert(token.clone(), Instant::now() + lives);
    let body =
        json!({"access_token": token, "token_type": "Bearer", "expires_in": lives.as_secs()});
    reply::json(200, &body)
}

/// An API key, or a token that was given here.
fn known(house: &House, headers: &HeaderMap) -> Result<(), Response> {
    if headers.get("x-smarttoken").is_some_and(|t| t == TOKEN) {
        return Ok(());
    }
    let mut books = house.books();
    let now = Instant::now();
    books.tickets.retain(|_, ends| *ends > now);
    match reply::bearer(headers).is_some_and(|t| books.tickets.contains_key(t)) {
        true => Ok(()),
        false => Err(SmartRecruiters.fails(Failure::Unknown)),
    }
}

async fn create_for(
    State(house): State<House>,
    Path(job): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    if !JOBS.iter().any(|j| j.uid == job) {
        return Err(refuse(404, "JOB_NOT_FOUND", "Job not found"));
    }
    make(&house, &body, Some(job))
}

async fn create_alone(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    make(&house, &body, None)
}

fn make(house: &House, body: &[u8], job: Option<String>) -> Reply {
    let body = form::object(body).ok_or_else(|| refuse(400, "BAD_REQUEST", "Malformed JSON"))?;
    for required in ["firstName", "lastName", "email"] {
        if reply::text(&body, required).is_none() {
            return Err(invalid(required, "may not be empty"));
        }
    }
    let text = |name: &str| reply::text(&body, name).unwrap_or("").to_owned();
    let email = text("email");
    if !email.contains('@') {
        return Err(invalid("email", "not a well-formed email address"));
    }
    let mut books = house.books();
    if books.full() {
        return Err(refuse(
            400,
            "BAD_REQUEST",
            "This fake holds no more candidates",
        ));
    }
    let mut person = Person {
        id: Uuid::new_v4().to_string(),
        name: format!("{} {}", text("firstName"), text("lastName")),
        first: text("firstName"),
        last: text("lastName"),
        emails: vec![email],
        phones: Some(text("phoneNumber"))
            .filter(|p| !p.is_empty())
            .into_iter()
            .collect(),
        tags: reply::texts(&body["tags"]),
        raw: body,
        created: Timestamp::now(),
        ..Person::default()
    };
    // Whoever applies for no job has a profile and no application.
    person.applications.extend(job.map(|job| Application {
        id: Uuid::new_v4().to_string(),
        job: Some(job),
        stage: "NEW".to_owned(),
        raw: Value::Null,
        created: person.created,
    }));
    let answer = shown(&person);
    books.add(person);
    Ok(reply::json(201, &answer))
}

type Query = axum::extract::Query<Vec<(String, String)>>;

/// `q` looks at names and addresses; `limit` up to 100, `offset`, `pageId`.
async fn list(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&house, &headers)?;
    let number = |name: &str, or: usize| {
        let given = said(&query, name).map_or(Ok(or), str::parse::<usize>);
        given.map_err(|_| invalid(name, "must be a number"))
    };
    let (limit, offset) = (number("limit", 10)?, number("offset", 0)?);
    if !(1..=100).contains(&limit) {
        return Err(invalid("limit", "must be between 1 and 100"));
    }
    let books = house.books();
    let wanted = said(&query, "q").map(str::to_lowercase);
    let alike = |p: &&Person| {
        let near = |text: &String| {
            wanted
                .as_ref()
                .is_none_or(|q| text.to_lowercase().contains(q.as_str()))
        };
        near(&p.name) || p.emails.iter().any(near)
    };
    let all: Vec<&Person> = match &wanted {
        Some(email) if email.contains('@') => books.with_email(email),
        _ => books.all().filter(alike).collect(),
    };
    let total = all.len();
    let items: Vec<Value> = all
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(shown)
        .collect();
    let next = (total > offset + limit).then(|| (offset + limit).to_string());
    let body = json!({"limit": limit, "offset": offset, "totalFound": total, "nextPageId": next, "content": items});
    Ok(reply::json(200, &body))
}

async fn one(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    Ok(reply::json(
        200,
        &shown(books.find(&id).ok_or_else(missing)?),
    ))
}

async fn update(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "BAD_REQUEST", "Malformed JSON"))?;
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person.raw = reply::over(person.raw.take(), &body);
    Ok(reply::json(200, &shown(person)))
}

async fn attach(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    let form = form::form(&headers, body).await;
    let form = form.ok_or_else(|| refuse(400, "BAD_REQUEST", "multipart/form-data is required"))?;
    let kind = form.text("attachmentType").unwrap_or("GENERIC_FILE");
    if !ATTACHMENTS.contains(&kind) {
        return Err(invalid("attachmentType", "unknown value"));
    }
    let file = form
        .file("file")
        .ok_or_else(|| invalid("file", "may not be empty"))?;
    let mut upload = file.upload(kind);
    upload.id = Uuid::new_v4().to_string();
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    let answer = shown_file(&upload);
    person.files.push(upload);
    Ok(reply::json(201, &answer))
}

async fn attachments(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let all: Vec<Value> = person.files.iter().map(shown_file).collect();
    Ok(reply::json(
        200,
        &json!({"totalFound": all.len(), "content": all}),
    ))
}

async fn tags(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    Ok(reply::json(200, &json!({"tags": person.tags})))
}

fn tag(house: &House, id: &str, body: &[u8], instead: bool) -> Reply {
    let body = form::object(body).ok_or_else(|| refuse(400, "BAD_REQUEST", "Malformed JSON"))?;
    let given = reply::texts(&body["tags"]);
    let mut books = house.books();
    let person = books.find_mut(id).ok_or_else(missing)?;
    if instead {
        person.tags.clear();
    }
    for tag in given {
        if !person.tags.contains(&tag) {
            person.tags.push(tag);
        }
    }
    Ok(reply::json(201, &json!({"tags": person.tags})))
}

async fn set_tags(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    tag(&house, &id, &body, true)
}

async fn add_tags(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    tag(&house, &id, &body, false)
}

async fn of_job(
    State(house): State<House>,
    Path((id, job)): Path<(String, String)>,
    headers: HeaderMap,
) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let found = person
        .applications
        .iter()
        .find(|a| a.job.as_deref() == Some(job.as_str()));
    let found =
        found.ok_or_else(|| refuse(404, "APPLICATION_NOT_FOUND", "Application not found"))?;
    let body = json!({"job": {"id": job}, "application": {"id": found.id}, "status": found.stage});
    Ok(reply::json(200, &body))
}

async fn status(
    State(house): State<House>,
    Path((id, job)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "BAD_REQUEST", "Malformed JSON"))?;
    let to = reply::text(&body, "status").ok_or_else(|| invalid("status", "may not be empty"))?;
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    let found = person
        .applications
        .iter_mut()
        .find(|a| a.job.as_deref() == Some(job.as_str()));
    let found =
        found.ok_or_else(|| refuse(404, "APPLICATION_NOT_FOUND", "Application not found"))?;
    found.stage = to.to_owned();
    Ok(reply::json(204, &Value::Null))
}

/// A note is a message that is shared: `@[CANDIDATE:id]` in its content says on whom.
async fn share(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "BAD_REQUEST", "Malformed JSON"))?;
    let text =
        reply::text(&body, "content").ok_or_else(|| invalid("content", "may not be empty"))?;
    let about = text
        .split_once("@[CANDIDATE:")
        .and_then(|(_, rest)| rest.split_once(']'));
    let (id, _) = about.ok_or_else(|| invalid("content", "mentions no candidate"))?;
    let id = id.split(':').next().unwrap_or("").to_owned();
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    let note = Uuid::new_v4().to_string();
    person.notes.push(Note {
        id: note.clone(),
        text: text.to_owned(),
        raw: json!({"created": reply::now(), "shareWith": body["shareWith"]}),
    });
    Ok(reply::json(201, &json!({"id": note})))
}

/// What was shared on a candidate.
async fn messages(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&house, &headers)?;
    let id =
        said(&query, "candidateId").ok_or_else(|| invalid("candidateId", "may not be empty"))?;
    let books = house.books();
    let person = books.find(id).ok_or_else(missing)?;
    let all = person.notes.iter();
    let all: Vec<Value> = all
        .map(|n| json!({"id": n.id, "content": n.text, "createdOn": n.raw["created"]}))
        .collect();
    let body = json!({"totalFound": all.len(), "content": all});
    Ok(reply::json(200, &body))
}

async fn jobs(State(house): State<House>, headers: HeaderMap) -> Reply {
    known(&house, &headers)?;
    let all: Vec<Value> = JOBS
        .iter()
        .map(|j| json!({"id": j.uid, "title": j.title, "status": "SOURCING"}))
        .collect();
    Ok(reply::json(
        200,
        &json!({"limit": 10, "offset": 0, "totalFound": all.len(), "content": all}),
    ))
}
