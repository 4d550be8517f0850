//! Greenhouse, Harvest v3. Creating twice makes two; a résumé replaces the one before. What is known of v3 comes from public
//! integration code (README.md says what is inferred); forms of errors are those that the vendor documents for v1.

mod ingestion;
mod wire;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, patch, post};
use jiff::Timestamp;
use serde_json::json;
use std::time::Instant;

use crate::books::{Application, JOBS, Note, Person, Upload};
use crate::house::House;
use crate::rate::{Rate, Standing};
use crate::reply::{self, Reply};
use crate::{Failure, Fake, fetch, form};
use wire::{Asked, Flaws, refuse};

/// The stand-in.
pub(crate) struct Greenhouse;

const CLIENT: &str = "fake-client";
const SECRET: &str = "fake-secret";

impl Fake for Greenhouse {
    fn name(&self) -> &'static str {
        "greenhouse"
    }

    fn title(&self) -> &'static str {
        "Greenhouse (Harvest v3)"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// 50 in windows of 30 seconds, by second-hand report.
    fn rate(&self) -> Rate {
        Rate::window(50, 30)
    }

    fn rate_headers(&self, standing: &Standing) -> Vec<(&'static str, String)> {
        let mut all = vec![
            ("x-ratelimit-limit", standing.limit.to_string()),
            ("x-ratelimit-remaining", standing.remaining.to_string()),
        ];
        if standing.refused {
            all.push(("x-ratelimit-reset", standing.resets_at().to_string()));
        }
        all
    }

    fn gives_tokens(&self) -> bool {
        true
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", base.to_owned()),
            ("token_url", format!("{base}/token")),
            ("client_id", CLIENT.to_owned()),
            ("client_secret", SECRET.to_owned()),
        ]
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/v3/candidates -H \"Authorization: Bearer $(curl -s -u {CLIENT}:{SECRET} -d grant_type=client_credentials \
             {base}/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\" -H 'Content-Type: application/json' \
             -d '{{\"first_name\": \"Ada\", \"last_name\": \"Lovelace\", \"email_addresses\": [{{\"value\": \"ada@example.com\", \
             \"type\": \"personal\"}}], \"application\": {{\"job_id\": {}}}}}'",
            JOBS[0].id
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(seconds) => {
                let mut answer = refuse(429, "Too many requests. Please try again later.");
                answer.headers_mut().insert("retry-after", seconds.into());
                answer
            }
            Failure::Internal => refuse(500, "Internal server error"),
            Failure::Unavailable => refuse(503, "Service unavailable"),
            Failure::Unknown => refuse(401, "Invalid or expired access token"),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/token", post(token))
            .route("/v3/candidates", get(candidates).post(create))
            .route("/v3/candidates/{id}", patch(update))
            .route("/v3/applications", get(applications).post(apply))
            .route("/v3/notes", get(notes).post(write))
            .route("/v3/attachments", get(attachments).post(attach))
            .route("/v3/jobs", get(jobs))
            .route("/v1/partner/candidates", post(ingestion::create))
    }
}

async fn token(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Response {
    let known = reply::basic(&headers) == Some((CLIENT.to_owned(), SECRET.to_owned()));
    if !known {
        let body =
            json!({"error": "invalid_client", "error_description": "Client authentication failed"});
        return reply::json(401, &body);
    }
    let asked = form::form(&headers, body).await.unwrap_or_default();
    if asked.text("grant_type") != Some("client_credentials") {
        return reply::json(400, &json!({"error": "unsupported_grant_type"}));
    }
    let token = uuid::Uuid::new_v4().simple().to_string();
    let lives = house.tokens_live();
    house
        .books()
        .tickets
        .insert(token.clone(), Instant::now() + lives);
    let ends = Timestamp::now()
        .checked_add(lives)
        .unwrap_or(Timestamp::MAX);
    let body = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lives.as_secs(),
        "expires_at": reply::time(ends),
    });
    reply::json(200, &body)
}

fn known(house: &House, headers: &HeaderMap) -> Result<(), Response> {
    let mut books = house.books();
    let now = Instant::now();
    books.tickets.retain(|_, ends| *ends > now);
    let given = reply::bearer(headers).unwrap_or("");
    match books.tickets.contains_key(given) {
        true => Ok(()),
        false => Err(Greenhouse.fails(Failure::Unknown)),
    }
}

async fn create(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
    let mut flaws = Flaws::default();
    wire::judge_person(&body, &mut flaws);
    for required in ["first_name", "last_name"] {
        if reply::text(&body, required).is_none() {
            flaws.add(required, "can't be blank");
        }
    }
    wire::judge_application(&body["application"], &mut flaws);
    flaws.settle()?;
    let mut books = house.books();
    if books.full() {
        return Err(refuse(422, "This fake holds no more candidates"));
    }
    let mut person = Person {
        id: books.number().to_string(),
        created: Timestamp::now(),
        ..Person::default()
    };
    wire::learn(&mut person, &body);
    let made = reply::id(&body["application"], "job_id").map(|job| {
        let id = books.number().to_string();
        wire::application(id, Some(job), &body["application"])
    });
    person.applications.extend(made);
    let made = person.applications.first();
    let application = made.map(|a| wire::shown_application(&person, a));
    let answer = json!({"candidate": wire::shown(&person), "application": application});
    books.add(person);
    Ok(reply::json(201, &answer))
}

async fn update(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
    let mut flaws = Flaws::default();
    wire::judge_person(&body, &mut flaws);
    flaws.settle()?;
    let mut books = house.books();
    for email in reply::members(&body["email_addresses"], "value") {
        books.learn(&id, &email);
    }
    let person = books.find_mut(&id).ok_or_else(not_found)?;
    wire::learn(person, &body);
    Ok(reply::json(200, &wire::shown(person)))
}

fn not_found() -> Response {
    refuse(404, "Resource not found")
}

type Query = axum::extract::Query<Vec<(String, String)>>;

async fn candidates(State(house): State<House>, headers: HeaderMap, query: Query) -> Reply {
    known(&house, &headers)?;
    let asked = Asked::read(&query)?;
    let (books, email, ids) = (house.books(), asked.said("email"), asked.ids("ids")?);
    let all = match (email, &ids) {
        (Some(email), _) => books.with_email(email),
        (None, Some(ids)) => ids.iter().filter_map(|id| books.find(id)).collect(),
        (None, None) => books.all().collect(),
    };
    let shown = all.into_iter().map(wire::shown).collect();
    Ok(asked.page(&house, "/v3/candidates", shown))
}

async fn applications(State(house): State<House>, headers: HeaderMap, query: Query) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    let asked = Asked::read(&query)?;
    let (of, jobs) = (asked.ids("candidate_ids")?, asked.ids("job_ids")?);
    let people = books
        .all()
        .filter(|p| of.as_ref().is_none_or(|of| of.contains(&p.id)));
    let all = people.flat_map(|p| p.applications.iter().map(move |a| (p, a)));
    let for_jobs = |a: &Application| match (&jobs, &a.job) {
        (Some(jobs), Some(job)) => jobs.contains(job),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let shown = all
        .filter(|(_, a)| for_jobs(a))
        .map(|(p, a)| wire::shown_application(p, a));
    Ok(asked.page(&house, "/v3/applications", shown.collect()))
}

async fn apply(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
    let mut flaws = Flaws::default();
    wire::judge_application(&body, &mut flaws);
    let whose = reply::id(&body, "candidate_id");
    if whose.is_none() {
        flaws.add("candidate_id", "can't be blank");
    }
    flaws.settle()?;
    let mut books = house.books();
    let id = books.number().to_string();
    let person = books
        .find_mut(&whose.unwrap_or_default())
        .ok_or_else(not_found)?;
    let made = wire::application(id, reply::id(&body, "job_id"), &body);
    let answer = wire::shown_application(person, &made);
    person.applications.push(made);
    Ok(reply::json(201, &answer))
}

async fn write(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
    let mut flaws = Flaws::default();
    let text = reply::text(&body, "body").unwrap_or_else(|| {
        flaws.add("body", "can't be blank");
        ""
    });
    let seen = body["visibility"].as_str();
    if seen.is_some_and(|v| !["admin_only", "private", "public"].contains(&v)) {
        flaws.add("visibility", "is not included in the list");
    }
    flaws.settle()?;
    let mut books = house.books();
    let whose = wire::whose(&books, &body).ok_or_else(not_found)?;
    let id = books.number().to_string();
    let note = Note {
        id,
        text: text.to_owned(),
        raw: reply::over(body.clone(), &json!({"created_at": reply::now()})),
    };
    let person = books.find_mut(&whose).ok_or_else(not_found)?;
    let answer = wire::shown_note(person, &note);
    person.notes.push(note);
    Ok(reply::json(201, &answer))
}

async fn notes(State(house): State<House>, headers: HeaderMap, query: Query) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    let asked = Asked::read(&query)?;
    let of = asked.ids("candidate_ids")?;
    let people = books
        .all()
        .filter(|p| of.as_ref().is_none_or(|of| of.contains(&p.id)));
    let shown = people.flat_map(|p| p.notes.iter().map(move |n| wire::shown_note(p, n)));
    Ok(asked.page(&house, "/v3/notes", shown.collect()))
}

async fn attach(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Reply {
    known(&house, &headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
    let mut flaws = Flaws::default();
    let name = reply::text(&body, "filename").unwrap_or_else(|| {
        flaws.add("filename", "can't be blank");
        ""
    });
    let kind = body["type"].as_str().unwrap_or("");
    if !wire::ATTACHMENTS.contains(&kind) {
        flaws.add("type", "is not included in the list");
    }
    let media_type = reply::text(&body, "content_type").unwrap_or("application/octet-stream");
    let mut file = Upload::default();
    match (
        reply::text(&body, "content").map(reply::bytes_of),
        reply::text(&body, "url"),
    ) {
        (Some(Some(bytes)), _) => file = Upload::of(kind, name, media_type, &bytes),
        (Some(None), _) => flaws.add("content", "is not valid base64"),
        (None, Some(url)) => file = fetch::fetch(&house, kind, url, Some(name)).await,
        (None, None) => flaws.add("content", "can't be blank"),
    }
    flaws.settle()?;
    let mut books = house.books();
    let whose = wire::whose(&books, &body).ok_or_else(not_found)?;
    file.id = books.number().to_string();
    let person = books.find_mut(&whose).ok_or_else(not_found)?;
    if kind == "resume" {
        person.files.retain(|f| f.kind != "resume");
    }
    let answer = wire::shown_file(person, &file, house.base());
    person.files.push(file);
    Ok(reply::json(201, &answer))
}

async fn attachments(State(house): State<House>, headers: HeaderMap, query: Query) -> Reply {
    known(&house, &headers)?;
    let books = house.books();
    let asked = Asked::read(&query)?;
    let of = asked.ids("candidate_ids")?;
    let people = books
        .all()
        .filter(|p| of.as_ref().is_none_or(|of| of.contains(&p.id)));
    let base = house.base();
    let all = people.flat_map(|p| p.files.iter().map(move |f| wire::shown_file(p, f, base)));
    Ok(asked.page(&house, "/v3/attachments", all.collect()))
}

async fn jobs(State(house): State<House>, headers: HeaderMap, query: Query) -> Reply {
    known(&house, &headers)?;
    let shown = JOBS.iter().map(|j| {
        json!({"id": reply::number(j.id), "name": j.title, "status": "open", "confidential": false})
    });
    Ok(Asked::read(&query)?.page(&house, "/v3/jobs", shown.collect()))
}
