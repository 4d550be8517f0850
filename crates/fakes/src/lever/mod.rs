//! Lever, API v1. A contact is found by its e-mail address (`deduped`), and each create makes an opportunity of its own, so
//! whoever repeats a create makes a second opportunity of the same person.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post, put};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::books::{Application, Books, JOBS, Note, Person};
use crate::form::{self, Form};
use crate::house::House;
use crate::rate::Rate;
use crate::reply::{self, Reply};
use crate::{Failure, Fake};

/// The stand-in.
pub(crate) struct Lever;

const KEY: &str = "fake-lever-key";
const USER: &str = "5f1c7e2a-0000-4000-8000-000000000001";
const STAGES: &[&str] = &[
    "lead-new",
    "lead-reached-out",
    "lead-responded",
    "applicant-new",
    "offer",
];

impl Fake for Lever {
    fn name(&self) -> &'static str {
        "lever"
    }

    fn title(&self) -> &'static str {
        "Lever"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// "10 requests per second, bursts up to 20", for each key.
    fn rate(&self) -> Rate {
        Rate {
            burst: Some(20),
            ..Rate::window(10, 1)
        }
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", format!("{base}/v1")),
            ("api_key", KEY.to_owned()),
            ("perform_as", USER.to_owned()),
        ]
    }

    fn job(&self) -> &'static str {
        JOBS[0].uid
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl '{base}/v1/opportunities?perform_as={USER}' -u {KEY}: -H 'Content-Type: application/json' -d \
             '{{\"name\": \"Ada Lovelace\", \"emails\": [\"ada@example.com\"], \"postings\": [\"{}\"]}}'",
            JOBS[0].uid
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(_) => {
                refuse(429, "TooManyRequests", "You have exceeded your rate limit")
            }
            Failure::Internal => refuse(500, "InternalError", "Something went wrong"),
            Failure::Unavailable => refuse(
                503,
                "ServiceUnavailable",
                "Lever is temporarily unavailable",
            ),
            Failure::Unknown => refuse(401, "Unauthorized", "The API key is not valid"),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/v1/opportunities", get(list).post(create))
            .route("/v1/opportunities/{id}", get(one))
            .route("/v1/opportunities/{id}/notes", get(notes).post(write))
            .route("/v1/opportunities/{id}/files", get(files).post(upload))
            .route("/v1/opportunities/{id}/resumes", get(resumes))
            .route("/v1/opportunities/{id}/stage", put(stage))
            .route("/v1/opportunities/{id}/addTags", post(add_tags))
            .route("/v1/opportunities/{id}/addLinks", post(add_links))
            .route("/v1/contacts/{id}", get(contact).put(change))
            .route("/v1/postings", get(postings))
            .route("/v1/stages", get(stages))
            .route("/v1/users", get(users))
    }
}

fn refuse(status: u16, code: &str, message: &str) -> Response {
    reply::json(status, &json!({"code": code, "message": message}))
}

fn wrong(message: &str) -> Response {
    refuse(400, "BadRequestError", message)
}

fn missing() -> Response {
    refuse(404, "ResourceNotFound", "Opportunity was not found")
}

type Query = axum::extract::Query<Vec<(String, String)>>;

fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

fn known(headers: &HeaderMap) -> Result<(), Response> {
    match reply::basic(headers) {
        Some((user, password)) if user == KEY && password.is_empty() => Ok(()),
        _ => Err(Lever.fails(Failure::Unknown)),
    }
}

fn acting(query: &[(String, String)]) -> Result<(), Response> {
    match said(query, "perform_as") {
        Some(USER) => Ok(()),
        Some(_) => Err(wrong("perform_as: no such user")),
        None => Err(wrong("perform_as is required")),
    }
}

async fn create(
    State(house): State<House>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    acting(&query)?;
    let (body, form) = match form::form(&headers, body.clone()).await {
        Some(form) => (form.object(), form),
        None => {
            let body = form::object(&body).ok_or_else(|| wrong("The body is not valid JSON"))?;
            (body, Form::default())
        }
    };
    let new = judge(&body)?;
    let mut books = house.books();
    if books.full() {
        return Err(wrong("This fake holds no more contacts"));
    }
    let found = new.emails.iter().flat_map(|e| books.with_email(e)).next();
    let found = match body["contact"].as_str() {
        Some(id) => Some(
            books
                .find(id)
                .ok_or_else(|| wrong("contact: no such contact"))?,
        ),
        None => found,
    };
    let (contact, deduped) = match found.map(|p| p.id.clone()) {
        Some(id) => (id, true),
        None => {
            let id = new.id.clone();
            books.add(new.clone());
            (id, false)
        }
    };
    for email in &new.emails {
        books.learn(&contact, email);
    }
    let stage = reply::text(&body, "stage").unwrap_or("lead-new").to_owned();
    let opportunity = Application {
        id: Uuid::new_v4().to_string(),
        job: reply::texts(&body["postings"]).into_iter().next(),
        stage,
        raw: body,
        created: Timestamp::now(),
    };
    let person = books.find_mut(&contact).ok_or_else(missing)?;
    enrich(person, &new);
    for file in &form.files {
        let kind = if file.field == "resumeFile" {
            "resume"
        } else {
            "file"
        };
        let mut upload = file.upload(kind);
        upload.id = Uuid::new_v4().to_string();
        upload.url = Some(format!("opportunity:{}", opportunity.id));
        person.files.push(upload);
    }
    person.applications.push(opportunity.clone());
    let body = json!({"deduped": deduped, "data": shown(person, &opportunity)});
    Ok(reply::json(201, &body))
}

/// The person that a body speaks of.
fn judge(body: &Value) -> Result<Person, Response> {
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
fn enrich(person: &mut Person, new: &Person) {
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

fn shown(person: &Person, opportunity: &Application) -> Value {
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
fn page(query: &[(String, String)], all: Vec<Value>) -> Reply {
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

async fn list(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let of: Vec<&Person> = match said(&query, "email") {
        Some(email) => books.with_email(email),
        None => match said(&query, "contact_id") {
            Some(id) => books.find(id).into_iter().collect(),
            None => books.all().collect(),
        },
    };
    let all = of
        .into_iter()
        .flat_map(|p| p.applications.iter().map(move |a| (p, a)));
    let posting = said(&query, "posting_id");
    let all = all.filter(|(_, a)| posting.is_none_or(|p| a.job.as_deref() == Some(p)));
    page(&query, all.map(|(p, a)| shown(p, a)).collect())
}

/// Whose opportunity it is, and which of theirs.
fn whose(books: &Books, id: &str) -> Result<(String, usize), Response> {
    let person = books.whose(id).ok_or_else(missing)?;
    let at = person.applications.iter().position(|a| a.id == id);
    at.map(|at| (person.id.clone(), at)).ok_or_else(missing)
}

async fn one(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let (person, at) = whose(&books, &id)?;
    let person = books.find(&person).ok_or_else(missing)?;
    let body = json!({"data": shown(person, &person.applications[at])});
    Ok(reply::json(200, &body))
}

async fn write(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    acting(&query)?;
    let body = form::object(&body).ok_or_else(|| wrong("The body is not valid JSON"))?;
    let text = reply::text(&body, "value").ok_or_else(|| wrong("value is required"))?;
    let mut books = house.books();
    let (person, _) = whose(&books, &id)?;
    let note = Note {
        id: Uuid::new_v4().to_string(),
        text: text.to_owned(),
        raw: json!({"opportunity": id, "secret": body["secret"].as_bool().unwrap_or(false), "createdAt": Timestamp::now().as_millisecond()}),
    };
    let person = books.find_mut(&person).ok_or_else(missing)?;
    person.notes.push(note.clone());
    Ok(reply::json(201, &json!({"data": shown_note(&note)})))
}

fn shown_note(note: &Note) -> Value {
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

async fn notes(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    let books = house.books();
    let (person, _) = whose(&books, &id)?;
    let person = books.find(&person).ok_or_else(missing)?;
    let of_it = person
        .notes
        .iter()
        .filter(|n| n.raw["opportunity"] == id.as_str());
    page(&query, of_it.map(shown_note).collect())
}

async fn upload(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    acting(&query)?;
    let form = form::form(&headers, body).await.unwrap_or_default();
    let file = form.file("file").ok_or_else(|| wrong("file is required"))?;
    let mut books = house.books();
    let (person, _) = whose(&books, &id)?;
    let mut upload = file.upload("file");
    upload.id = Uuid::new_v4().to_string();
    upload.url = Some(format!("opportunity:{id}"));
    let person = books.find_mut(&person).ok_or_else(missing)?;
    person.files.push(upload.clone());
    Ok(reply::json(201, &json!({"data": shown_file(&upload)})))
}

fn shown_file(file: &crate::books::Upload) -> Value {
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

fn of_kind(house: &House, id: &str, query: &Query, resumes: bool) -> Reply {
    let books = house.books();
    let (person, _) = whose(&books, id)?;
    let person = books.find(&person).ok_or_else(missing)?;
    let there = format!("opportunity:{id}");
    let here = person
        .files
        .iter()
        .filter(|f| f.url.as_deref() == Some(there.as_str()));
    let all = here.filter(|f| (f.kind == "resume") == resumes);
    page(query, all.map(shown_file).collect())
}

async fn files(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    of_kind(&house, &id, &query, false)
}

async fn resumes(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    of_kind(&house, &id, &query, true)
}

async fn stage(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    acting(&query)?;
    let body = form::object(&body).ok_or_else(|| wrong("The body is not valid JSON"))?;
    let to = reply::text(&body, "stage").filter(|s| STAGES.contains(s));
    let to = to.ok_or_else(|| wrong("stage: no such stage"))?.to_owned();
    let mut books = house.books();
    let (person, at) = whose(&books, &id)?;
    let person = books.find_mut(&person).ok_or_else(missing)?;
    person.applications[at].stage = to;
    Ok(reply::json(
        200,
        &json!({"data": shown(person, &person.applications[at])}),
    ))
}

async fn add_tags(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    acting(&query)?;
    let body = form::object(&body).ok_or_else(|| wrong("The body is not valid JSON"))?;
    let tags = reply::texts(&body["tags"]);
    let mut books = house.books();
    let (person, at) = whose(&books, &id)?;
    let person = books.find_mut(&person).ok_or_else(missing)?;
    let more = Person {
        tags,
        ..Person::default()
    };
    enrich(person, &more);
    Ok(reply::json(
        200,
        &json!({"data": shown(person, &person.applications[at])}),
    ))
}

async fn add_links(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    acting(&query)?;
    let body = form::object(&body).ok_or_else(|| wrong("The body is not valid JSON"))?;
    let more = reply::texts(&body["links"]);
    let mut books = house.books();
    let (person, at) = whose(&books, &id)?;
    let person = books.find_mut(&person).ok_or_else(missing)?;
    let mut all = reply::texts(&person.applications[at].raw["links"]);
    for link in more {
        if !all.contains(&link) {
            all.push(link);
        }
    }
    person.applications[at].raw["links"] = Value::from(all);
    Ok(reply::json(
        200,
        &json!({"data": shown(person, &person.applications[at])}),
    ))
}

/// A PUT replaces the whole contact.
async fn change(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    let body = form::object(&body).ok_or_else(|| wrong("The body is not valid JSON"))?;
    let missing = || refuse(404, "ResourceNotFound", "Contact was not found");
    let mut books = house.books();
    books.find(&id).ok_or_else(missing)?;
    for email in reply::texts(&body["emails"]) {
        books.learn(&id, &email);
    }
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person.name = reply::text(&body, "name").unwrap_or("").to_owned();
    person.emails = reply::texts(&body["emails"]);
    person.phones = reply::members(&body["phones"], "value");
    person.raw = reply::over(person.raw.take(), &body);
    Ok(reply::json(200, &json!({"data": shown_contact(person)})))
}

fn shown_contact(person: &Person) -> Value {
    json!({"id": person.id, "name": person.name, "headline": person.raw["headline"], "location": person.raw["location"],
        "emails": person.emails, "phones": person.phones.iter().map(|p| json!({"type": null, "value": p})).collect::<Vec<_>>()})
}

async fn contact(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id);
    let person = person.ok_or_else(|| refuse(404, "ResourceNotFound", "Contact was not found"))?;
    let body = json!({"data": shown_contact(person)});
    Ok(reply::json(200, &body))
}

async fn postings(query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let all = JOBS
        .iter()
        .map(|j| json!({"id": j.uid, "text": j.title, "state": "published"}));
    page(&query, all.collect())
}

async fn stages(query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    page(
        &query,
        STAGES.iter().map(|s| json!({"id": s, "text": s})).collect(),
    )
}

async fn users(query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let one = json!({"id": USER, "name": "Fake Recruiter", "email": "recruiter@example.com", "accessRole": "super admin"});
    page(&query, vec![one])
}
