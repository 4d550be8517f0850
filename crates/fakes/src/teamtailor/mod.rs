//! Teamtailor: JSON:API. An address that is known is refused, unless the caller says `merge`: then what it says is added to
//! whoever is there. Files are named by an address and fetched.

mod wire;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::books::{Application, JOBS, Note, Person, job};
use crate::house::House;
use crate::rate::{Rate, Standing};
use crate::reply::{self, Reply};
use crate::{Failure, Fake, fetch, form};
use wire::{answer, invalid, many, refuse, related, resource, said};

/// The stand-in.
pub(crate) struct Teamtailor;

const TOKEN: &str = "fake-teamtailor-token";
const VERSION: &str = "20240904";
const USER: &str = "7001";

impl Fake for Teamtailor {
    fn name(&self) -> &'static str {
        "teamtailor"
    }

    fn title(&self) -> &'static str {
        "Teamtailor"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// 50 requests in 10 seconds, unverified.
    fn rate(&self) -> Rate {
        Rate::window(50, 10)
    }

    fn rate_headers(&self, standing: &Standing) -> Vec<(&'static str, String)> {
        vec![
            ("x-rate-limit-limit", standing.limit.to_string()),
            ("x-rate-limit-remaining", standing.remaining.to_string()),
            ("x-rate-limit-reset", standing.seconds().to_string()),
        ]
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", base.to_owned()),
            ("token", TOKEN.to_owned()),
            ("user_id", USER.to_owned()),
        ]
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/v1/candidates -H 'Authorization: Token token={TOKEN}' -H 'X-Api-Version: {VERSION}' -H 'Content-Type: \
             application/vnd.api+json' -d '{{\"data\": {{\"type\": \"candidates\", \"attributes\": {{\"first-name\": \"Ada\", \
             \"last-name\": \"Lovelace\", \"email\": \"ada@example.com\", \"merge\": true}}}}}}'"
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(seconds) => {
                let mut answer = refuse(429, "Too Many Requests", "Rate limit exceeded");
                answer.headers_mut().insert("retry-after", seconds.into());
                answer
            }
            Failure::Internal => refuse(500, "Internal Server Error", "Something went wrong"),
            Failure::Unavailable => refuse(503, "Service Unavailable", "Try again later"),
            Failure::Unknown => refuse(401, "Unauthorized", "The API key is not valid"),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/v1/candidates", get(list).post(create))
            .route("/v1/candidates/{id}", get(one).patch(update))
            .route("/v1/candidates/{id}/job-applications", get(applications))
            .route("/v1/candidates/{id}/uploads", get(uploads))
            .route("/v1/candidates/{id}/notes", get(notes))
            .route("/v1/job-applications", post(apply))
            .route("/v1/uploads", post(upload))
            .route("/v1/notes", post(write))
            .route("/v1/jobs", get(jobs))
            .route("/v1/users", get(users))
    }
}

fn known(headers: &HeaderMap) -> Result<(), Response> {
    let given = headers.get("authorization").and_then(|v| v.to_str().ok());
    let token = given.and_then(|g| g.strip_prefix("Token token="));
    if token.map(|t| t.trim_matches('"')) != Some(TOKEN) {
        return Err(Teamtailor.fails(Failure::Unknown));
    }
    let version = headers.get("x-api-version").and_then(|v| v.to_str().ok());
    let is_day = |v: &str| v.len() == 8 && v.bytes().all(|b| b.is_ascii_digit());
    match version.is_some_and(is_day) {
        true => Ok(()),
        false => Err(refuse(
            406,
            "Invalid API version",
            "Please provide a valid X-Api-Version header",
        )),
    }
}

/// Checks who calls and gives `data` of a body that is a resource of this type.
fn read(headers: &HeaderMap, body: &[u8], kind: &str) -> Result<Value, Response> {
    known(headers)?;
    if form::media_type(headers) != wire::MEDIA {
        return Err(refuse(
            415,
            "Unsupported media type",
            "Use application/vnd.api+json",
        ));
    }
    let body = form::object(body).ok_or_else(|| refuse(400, "Bad request", "Malformed JSON"))?;
    match body["data"]["type"].as_str() {
        Some(given) if given == kind => Ok(body["data"].clone()),
        _ => Err(invalid("/data/type", &format!("must be {kind}"))),
    }
}

fn missing() -> Response {
    refuse(404, "Record not found", "The record does not exist")
}

async fn create(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let data = read(&headers, &body, "candidates")?;
    let said = &data["attributes"];
    wire::judge(said)?;
    let email = reply::text(said, "email");
    if email.is_none() && said["sourced"] != true {
        return Err(invalid("/data/attributes/email", "can't be blank"));
    }
    let there = email.and_then(|e| house.books().with_email(e).first().map(|p| p.id.clone()));
    if there.is_some() && said["merge"] != true {
        return Err(invalid("/data/attributes/email", "has already been taken"));
    }
    let resume = match reply::text(said, "resume") {
        Some(url) => Some(fetch::fetch(&house, "resume", url, None).await),
        None => None,
    };
    let mut books = house.books();
    if books.full() {
        return Err(refuse(
            422,
            "Unprocessable",
            "This fake holds no more candidates",
        ));
    }
    // Somebody else may have come while the file was fetched.
    let there = email.and_then(|e| books.with_email(e).first().map(|p| p.id.clone()));
    let id = match there {
        Some(id) => id,
        None => {
            let id = books.number().to_string();
            books.add(Person {
                id: id.clone(),
                emails: email.map(str::to_owned).into_iter().collect(),
                created: Timestamp::now(),
                ..Person::default()
            });
            id
        }
    };
    let number = books.number().to_string();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    wire::learn(person, said);
    if let Some(mut file) = resume {
        file.id = number;
        person.files.retain(|f| f.kind != "resume");
        person.files.push(file);
    }
    Ok(answer(201, wire::candidate(person)))
}

async fn update(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let data = read(&headers, &body, "candidates")?;
    wire::judge(&data["attributes"])?;
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    wire::learn(person, &data["attributes"]);
    Ok(answer(200, wire::candidate(person)))
}

type Query = axum::extract::Query<Vec<(String, String)>>;

async fn list(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let all: Vec<&Person> = match said(&query, "filter[email]") {
        Some(email) => books.with_email(email),
        None if said(&query, "sort") == Some("-created-at") => books.all().rev().collect(),
        None => books.all().collect(),
    };
    many(
        &house,
        "/v1/candidates",
        &query,
        all.into_iter().map(wire::candidate).collect(),
    )
}

async fn one(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    Ok(answer(
        200,
        wire::candidate(books.find(&id).ok_or_else(missing)?),
    ))
}

async fn apply(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let data = read(&headers, &body, "job-applications")?;
    let whose = related(&data, "candidate", "candidates")?;
    let wanted = related(&data, "job", "jobs")?;
    let found = job(&wanted).filter(|j| j.id == wanted);
    let found = found.ok_or_else(|| invalid("/data/relationships/job", "must exist"))?;
    let mut books = house.books();
    let id = books.number().to_string();
    let person = books.find_mut(&whose);
    let person = person.ok_or_else(|| invalid("/data/relationships/candidate", "must exist"))?;
    let twice = person
        .applications
        .iter()
        .any(|a| a.job.as_deref() == Some(found.id));
    if twice {
        return Err(invalid(
            "/data/relationships/candidate",
            "has already been taken",
        ));
    }
    person.applications.push(Application {
        id: id.clone(),
        job: Some(found.id.to_owned()),
        stage: "Inbox".to_owned(),
        raw: data["attributes"].clone(),
        created: Timestamp::now(),
    });
    let made = person
        .applications
        .last()
        .map(|a| wire::application(person, a));
    Ok(answer(201, made.unwrap_or_default()))
}

async fn applications(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let all = person
        .applications
        .iter()
        .map(|a| wire::application(person, a));
    let path = format!("/v1/candidates/{id}/job-applications");
    many(&house, &path, &query, all.collect())
}

async fn upload(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let data = read(&headers, &body, "uploads")?;
    let whose = related(&data, "candidate", "candidates")?;
    let url = reply::text(&data["attributes"], "url");
    let url = url.ok_or_else(|| invalid("/data/attributes/url", "can't be blank"))?;
    let name = reply::text(&data["attributes"], "file-name");
    let mut file = fetch::fetch(&house, "upload", url, name).await;
    let mut books = house.books();
    file.id = books.number().to_string();
    let person = books.find_mut(&whose);
    let person = person.ok_or_else(|| invalid("/data/relationships/candidate", "must exist"))?;
    let made = wire::upload(&file);
    person.files.push(file);
    Ok(answer(201, made))
}

async fn uploads(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let path = format!("/v1/candidates/{id}/uploads");
    many(
        &house,
        &path,
        &query,
        person.files.iter().map(wire::upload).collect(),
    )
}

async fn write(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    let data = read(&headers, &body, "notes")?;
    let whose = related(&data, "candidate", "candidates")?;
    if related(&data, "user", "users")? != USER {
        return Err(invalid("/data/relationships/user", "must exist"));
    }
    let text = reply::text(&data["attributes"], "note");
    let text = text.ok_or_else(|| invalid("/data/attributes/note", "can't be blank"))?;
    let mut books = house.books();
    let note = Note {
        id: books.number().to_string(),
        text: text.to_owned(),
        raw: json!({"created-at": reply::now()}),
    };
    let person = books.find_mut(&whose);
    let person = person.ok_or_else(|| invalid("/data/relationships/candidate", "must exist"))?;
    person.notes.push(note.clone());
    Ok(answer(201, wire::note(&note)))
}

async fn notes(
    State(house): State<House>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let path = format!("/v1/candidates/{id}/notes");
    many(
        &house,
        &path,
        &query,
        person.notes.iter().map(wire::note).collect(),
    )
}

async fn jobs(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let all = JOBS
        .iter()
        .map(|j| resource("jobs", j.id, json!({"title": j.title, "status": "open"})));
    many(&house, "/v1/jobs", &query, all.collect())
}

async fn users(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let one = resource(
        "users",
        USER,
        json!({"name": "Fake Recruiter", "email": "recruiter@example.com"}),
    );
    many(&house, "/v1/users", &query, vec![one])
}
