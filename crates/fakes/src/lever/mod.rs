//! Lever, API v1. A contact is found by its e-mail address (`deduped`), and each create makes an opportunity of its own, so
//! whoever repeats a create makes a second opportunity of the same person.

mod wire;

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
use wire::{
    STAGES, USER, enrich, judge, missing, page, refuse, said, shown, shown_contact, shown_file,
    shown_note, wrong,
};

/// The stand-in.
pub(crate) struct Lever;

const KEY: &str = "fake-lever-key";

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

type Query = axum::extract::Query<Vec<(String, String)>>;

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
