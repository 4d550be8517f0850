//! Ashby. Every call is a POST of JSON and every answer that is no matter of credentials is a 200: `success` says how it went.
//! Creating twice makes two. A file goes in three steps: a handle, the bytes to the address it names, the candidate's name on it.

mod wire;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::books::{Application, JOBS, Note, Person, Upload};
use crate::form;
use crate::house::House;
use crate::rate::Rate;
use crate::reply::{self, Reply};
use crate::{Failure, Fake};
use wire::{failed, page, success};

/// The stand-in.
pub(crate) struct Ashby;

const KEY: &str = "fake-ashby-key";

impl Fake for Ashby {
    fn name(&self) -> &'static str {
        "ashby"
    }

    fn title(&self) -> &'static str {
        "Ashby"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// About a thousand a minute, by second-hand report.
    fn rate(&self) -> Rate {
        Rate::window(1000, 60)
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![("base_url", base.to_owned()), ("api_key", KEY.to_owned())]
    }

    fn job(&self) -> &'static str {
        JOBS[0].uid
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/candidate.create -u {KEY}: -H 'Accept: application/json; version=1' -H 'Content-Type: application/json' \
             -d '{{\"name\": \"Ada Lovelace\", \"email\": \"ada@example.com\"}}'"
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(seconds) => {
                let mut answer = reply::json(429, &json!({"message": "Too many requests"}));
                answer.headers_mut().insert("retry-after", seconds.into());
                answer
            }
            Failure::Internal => reply::json(500, &json!({"message": "Internal server error"})),
            Failure::Unavailable => reply::json(503, &json!({"message": "Service unavailable"})),
            Failure::Unknown => reply::json(403, &json!({"message": "Forbidden"})),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/candidate.create", post(create))
            .route("/candidate.update", post(update))
            .route("/candidate.search", post(search))
            .route("/candidate.info", post(info))
            .route("/candidate.list", post(list))
            .route("/candidate.createNote", post(write))
            .route("/candidate.listNotes", post(notes))
            .route("/candidate.addTag", post(add_tag))
            .route("/candidateTag.list", post(tags))
            .route("/candidateTag.create", post(new_tag))
            .route("/candidate.uploadResume", post(name_resume))
            .route("/candidate.uploadFile", post(name_file))
            .route("/file.createFileUploadHandle", post(handle))
            .route("/_upload/{handle}", post(receive))
            .route("/application.create", post(apply))
            .route("/application.info", post(application))
            .route("/job.list", post(jobs))
            .route("/source.list", post(sources))
    }
}

/// Checks the key and reads the body; an empty one is an object without members.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Value, Response> {
    match reply::basic(headers) {
        None => return Err(reply::json(401, &json!({"message": "Unauthorized"}))),
        Some((user, password)) if user == KEY && password.is_empty() => {}
        Some(_) => return Err(Ashby.fails(Failure::Unknown)),
    }
    let body = if body.is_empty() { b"{}" } else { body };
    form::object(body).ok_or_else(|| reply::json(400, &json!({"message": "Invalid JSON"})))
}

fn required<'a>(body: &'a Value, name: &str) -> Result<&'a str, Response> {
    reply::text(body, name).ok_or_else(|| failed("invalid_input", &format!("{name}: Required")))
}

fn no_candidate() -> Response {
    failed("candidate_not_found", "There is no such candidate")
}

async fn create(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let name = required(&body, "name")?.to_owned();
    let mut emails: Vec<String> = reply::text(&body, "email")
        .map(str::to_owned)
        .into_iter()
        .collect();
    emails.extend(wire::alternates(&body["alternateEmailAddresses"]));
    if emails.iter().any(|e| !e.contains('@')) {
        return Err(failed("invalid_input", "email: Invalid email"));
    }
    let mut books = house.books();
    if books.full() {
        return Err(failed(
            "invalid_input",
            "This fake holds no more candidates",
        ));
    }
    let person = Person {
        id: Uuid::new_v4().to_string(),
        name,
        emails,
        phones: reply::text(&body, "phoneNumber")
            .map(str::to_owned)
            .into_iter()
            .collect(),
        raw: body,
        created: Timestamp::now(),
        ..Person::default()
    };
    let answer = success(&wire::shown(&person));
    books.add(person);
    Ok(answer)
}

/// What is said replaces, what is not said stays.
async fn update(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let id = required(&body, "candidateId")?.to_owned();
    let mut books = house.books();
    books.find(&id).ok_or_else(no_candidate)?;
    if let Some(email) = reply::text(&body, "email") {
        books.learn(&id, email);
    }
    let person = books.find_mut(&id).ok_or_else(no_candidate)?;
    if let Some(name) = reply::text(&body, "name") {
        person.name = name.to_owned();
    }
    if let Some(phone) = reply::text(&body, "phoneNumber") {
        person.phones = vec![phone.to_owned()];
    }
    let mut said = body.clone();
    if let Some(url) = said.get("websiteUrl").cloned() {
        said["website"] = url;
    }
    person.raw = reply::over(person.raw.take(), &said);
    Ok(success(&wire::shown(person)))
}

async fn search(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let (email, name) = (reply::text(&body, "email"), reply::text(&body, "name"));
    if email.is_none() && name.is_none() {
        return Err(failed("invalid_input", "Either email or name is required"));
    }
    let books = house.books();
    let all: Vec<&Person> = match email {
        Some(email) => books.with_email(email),
        None => books.all().collect(),
    };
    let alike =
        |p: &&Person| name.is_none_or(|n| p.name.to_lowercase().contains(&n.to_lowercase()));
    let found: Vec<Value> = all
        .into_iter()
        .filter(alike)
        .take(100)
        .map(wire::shown)
        .collect();
    Ok(success(&Value::from(found)))
}

async fn info(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let books = house.books();
    let person = books
        .find(required(&body, "id")?)
        .ok_or_else(no_candidate)?;
    Ok(success(&wire::shown(person)))
}

async fn list(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let all = house.books().all().map(wire::shown).collect();
    page(&body, all)
}

async fn write(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    // A text, or {"type": "text/plain" | "text/html", "value"}.
    let text = reply::text(&body, "note").or_else(|| reply::text(&body["note"], "value"));
    let text = text
        .ok_or_else(|| failed("invalid_input", "note: Required"))?
        .to_owned();
    let mut books = house.books();
    let person = books
        .find_mut(required(&body, "candidateId")?)
        .ok_or_else(no_candidate)?;
    let note = Note {
        id: Uuid::new_v4().to_string(),
        text,
        raw: json!({"isPrivate": body["isPrivate"].as_bool().unwrap_or(false), "createdAt": reply::now()}),
    };
    person.notes.push(note.clone());
    Ok(success(&wire::shown_note(&note)))
}

async fn notes(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let books = house.books();
    let person = books
        .find(required(&body, "candidateId")?)
        .ok_or_else(no_candidate)?;
    page(&body, person.notes.iter().map(wire::shown_note).collect())
}

/// A tag's id here is made of its title, so that it needs no table.
async fn new_tag(headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let title = required(&body, "title")?;
    Ok(success(&wire::tag(title)))
}

async fn tags(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let books = house.books();
    let mut all: Vec<String> = books.all().flat_map(|p| p.tags.clone()).collect();
    all.sort();
    all.dedup();
    page(&body, all.iter().map(|t| wire::tag(t)).collect())
}

async fn add_tag(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let title = wire::tag_of(required(&body, "tagId")?);
    let title = title.ok_or_else(|| failed("tag_not_found", "There is no such tag"))?;
    let mut books = house.books();
    let person = books
        .find_mut(required(&body, "candidateId")?)
        .ok_or_else(no_candidate)?;
    if !person.tags.contains(&title) {
        person.tags.push(title);
    }
    Ok(success(&wire::shown(person)))
}

/// Contexts and what a file then is.
const CONTEXTS: &[&str] = &["CandidateResume", "CandidateFiles", "ApplicationForm"];

async fn handle(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    if !CONTEXTS.contains(&required(&body, "fileUploadContext")?) {
        return Err(failed(
            "invalid_input",
            "fileUploadContext: Invalid enum value",
        ));
    }
    let (name, kind) = (
        required(&body, "filename")?,
        required(&body, "contentType")?,
    );
    let size = body["contentLength"].as_u64();
    let size = size.ok_or_else(|| failed("invalid_input", "contentLength: Required"))?;
    let id = Uuid::new_v4().simple().to_string();
    let waiting = Upload {
        id: id.clone(),
        name: name.to_owned(),
        media_type: kind.to_owned(),
        size,
        ..Upload::default()
    };
    house.books().handles.insert(id.clone(), waiting);
    let body = json!({
        "url": format!("{}/_upload/{id}", house.base()),
        "fields": {"key": id, "Content-Type": kind, "policy": "fake"},
        "handle": id,
    });
    Ok(success(&body))
}

/// The bytes: no key is asked for, the fields are the credential; the file must be last.
async fn receive(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = form::form(&headers, body).await.unwrap_or_default();
    let mut books = house.books();
    let (Some(waiting), Some(file)) = (books.handles.get_mut(&id), form.file("file")) else {
        return (axum::http::StatusCode::FORBIDDEN, "AccessDenied").into_response();
    };
    if form.text("key") != Some(id.as_str()) || form.text("policy").is_none() {
        return (axum::http::StatusCode::FORBIDDEN, "AccessDenied").into_response();
    }
    if file.bytes.len() as u64 != waiting.size {
        return (
            axum::http::StatusCode::BAD_REQUEST,
            "EntityTooLarge or EntityTooSmall",
        )
            .into_response();
    }
    let (id, name, kind) = (
        waiting.id.clone(),
        waiting.name.clone(),
        waiting.media_type.clone(),
    );
    *waiting = Upload {
        id,
        ..Upload::of("", &name, &kind, &file.bytes)
    };
    axum::http::StatusCode::NO_CONTENT.into_response()
}

async fn name_resume(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    take_file(&house, &body, "resumeHandle", "resume")
}

async fn name_file(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    take_file(&house, &body, "fileHandle", "file")
}

fn take_file(house: &House, body: &Value, member: &str, kind: &str) -> Reply {
    let handle = required(body, member)?;
    let mut books = house.books();
    let candidate = required(body, "candidateId")?.to_owned();
    books.find(&candidate).ok_or_else(no_candidate)?;
    let file = books
        .handles
        .get(handle)
        .filter(|f| !f.sha256.is_empty())
        .cloned();
    let mut file =
        file.ok_or_else(|| failed("invalid_file_handle", "The file was not uploaded"))?;
    file.kind = kind.to_owned();
    let person = books.find_mut(&candidate).ok_or_else(no_candidate)?;
    if kind == "resume" {
        person.files.retain(|f| f.kind != "resume");
    }
    // The same handle named twice is the same file.
    person.files.retain(|f| f.id != file.id);
    person.files.push(file);
    Ok(success(&wire::shown(person)))
}

async fn apply(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let (candidate, job) = (required(&body, "candidateId")?, required(&body, "jobId")?);
    if !JOBS.iter().any(|j| j.uid == job) {
        return Err(failed("job_not_found", "There is no such job"));
    }
    let mut books = house.books();
    let person = books.find_mut(candidate).ok_or_else(no_candidate)?;
    let made = Application {
        id: Uuid::new_v4().to_string(),
        job: Some(job.to_owned()),
        stage: "Application Review".to_owned(),
        raw: body.clone(),
        created: Timestamp::now(),
    };
    let answer = success(&wire::shown_application(person, &made));
    person.applications.push(made);
    Ok(answer)
}

async fn application(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let id = required(&body, "applicationId")?;
    let books = house.books();
    let missing = || failed("application_not_found", "There is no such application");
    let person = books.whose(id).ok_or_else(missing)?;
    let found = person.applications.iter().find(|a| a.id == id);
    Ok(success(&wire::shown_application(
        person,
        found.ok_or_else(missing)?,
    )))
}

async fn jobs(headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let all = JOBS
        .iter()
        .map(|j| json!({"id": j.uid, "title": j.title, "status": "Open"}));
    page(&body, all.collect())
}

async fn sources(headers: HeaderMap, body: Bytes) -> Reply {
    let body = read(&headers, &body)?;
    let one = json!({"id": "5f1c7e2a-0000-4000-8000-0000000000a1", "title": "Applied", "isArchived": false});
    page(&body, vec![one])
}
