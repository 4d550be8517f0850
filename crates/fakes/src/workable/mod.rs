//! Workable, SPI v3. Whoever creates the same person twice has two; files come as base64 in the body or as an address.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post, put};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::books::{Application, Note, Person, Upload};
use crate::house::House;
use crate::rate::{Rate, Standing};
use crate::reply::{self, Reply};
use crate::{Failure, Fake, fetch, form};

/// The stand-in.
pub(crate) struct Workable;

const TOKEN: &str = "fake-workable-token";
const MEMBER: &str = "fa4e01";
const STAGE: &str = "sourced";
/// Short codes of the jobs that it has.
const JOBS: &[(&str, &str)] = &[
    ("ENGINE01", "Programmer of the Engine"),
    ("ENGINE02", "Clerk of the Difference"),
];

impl Fake for Workable {
    fn name(&self) -> &'static str {
        "workable"
    }

    fn title(&self) -> &'static str {
        "Workable"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// 10 requests in 10 seconds for account tokens, by second-hand report.
    fn rate(&self) -> Rate {
        Rate::window(10, 10)
    }

    fn rate_headers(&self, standing: &Standing) -> Vec<(&'static str, String)> {
        vec![
            ("x-rate-limit-limit", standing.limit.to_string()),
            ("x-rate-limit-remaining", standing.remaining.to_string()),
            ("x-rate-limit-reset", standing.resets_at().to_string()),
        ]
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", format!("{base}/spi/v3")),
            ("token", TOKEN.to_owned()),
            ("member_id", MEMBER.to_owned()),
        ]
    }

    fn job(&self) -> &'static str {
        JOBS[0].0
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/spi/v3/jobs/{}/candidates -H 'Authorization: Bearer {TOKEN}' -H 'Content-Type: application/json' -d \
             '{{\"sourced\": true, \"candidate\": {{\"name\": \"Ada Lovelace\", \"email\": \"ada@example.com\"}}}}'",
            JOBS[0].0
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(seconds) => {
                let mut answer = refuse(429, "Too many requests");
                answer.headers_mut().insert("retry-after", seconds.into());
                answer
            }
            Failure::Internal => refuse(500, "Internal server error"),
            Failure::Unavailable => refuse(503, "Service unavailable"),
            Failure::Unknown => refuse(401, "Not authorized"),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/spi/v3/jobs", get(jobs))
            .route("/spi/v3/members", get(members))
            .route(
                "/spi/v3/jobs/{shortcode}/candidates",
                get(of_job).post(create),
            )
            .route("/spi/v3/talent_pool/{stage}/candidates", post(pool))
            .route("/spi/v3/candidates", get(list))
            .route("/spi/v3/candidates/{id}", get(one).patch(update))
            .route("/spi/v3/candidates/{id}/comments", post(comment))
            .route("/spi/v3/candidates/{id}/activities", get(activities))
            .route("/spi/v3/candidates/{id}/tags", put(tags))
            .route("/spi/v3/candidates/{id}/files", get(files))
    }
}

fn refuse(status: u16, error: &str) -> Response {
    reply::json(status, &json!({"error": error}))
}

/// 422, with what is wrong under each field.
fn invalid(field: &str, what: &str) -> Response {
    let body = json!({"error": "Validation failed", "validation_errors": {field: [what]}});
    reply::json(422, &body)
}

fn known(headers: &HeaderMap) -> Result<(), Response> {
    match reply::bearer(headers) {
        Some(TOKEN) => Ok(()),
        _ => Err(Workable.fails(Failure::Unknown)),
    }
}

type Query = axum::extract::Query<Vec<(String, String)>>;

fn said<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.as_str())
}

async fn create(
    State(house): State<House>,
    Path(shortcode): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    if !JOBS.iter().any(|(code, _)| *code == shortcode) {
        return Err(refuse(404, "Not found"));
    }
    make(&house, &body, Some(shortcode)).await
}

async fn pool(
    State(house): State<House>,
    Path(_stage): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    make(&house, &body, None).await
}

async fn make(house: &House, body: &[u8], job: Option<String>) -> Reply {
    let body = form::object(body).ok_or_else(|| refuse(400, "Bad request"))?;
    let said = &body["candidate"];
    if !said.is_object() {
        return Err(invalid("candidate", "can't be blank"));
    }
    let mut person = judge(said)?;
    let resume = resume(said).await?;
    let mut books = house.books();
    if books.full() {
        return Err(refuse(422, "This fake holds no more candidates"));
    }
    person.id = format!("{:x}", 0xfa_0000 + books.number());
    if let Some(mut file) = resume {
        file.id = books.number().to_string();
        person.files.push(file);
    }
    person.applications.push(Application {
        id: person.id.clone(),
        job,
        stage: STAGE.to_owned(),
        raw: json!({"sourced": body["sourced"].as_bool().unwrap_or(true)}),
        created: person.created,
    });
    let answer = json!({"status": "created", "candidate": shown(&person)});
    books.add(person);
    Ok(reply::json(201, &answer))
}

fn judge(said: &Value) -> Result<Person, Response> {
    let text = |name: &str| reply::text(said, name).unwrap_or("").to_owned();
    let (first, last, whole) = (text("firstname"), text("lastname"), text("name"));
    let name = match whole.is_empty() {
        true => format!("{first} {last}").trim().to_owned(),
        false => whole,
    };
    if name.is_empty() || (!first.is_empty() && last.is_empty() && text("name").is_empty()) {
        return Err(invalid("name", "can't be blank"));
    }
    let email = text("email");
    if !email.contains('@') {
        let what = if email.is_empty() {
            "can't be blank"
        } else {
            "is invalid"
        };
        return Err(invalid("email", what));
    }
    let profiles = said["social_profiles"].as_array().into_iter().flatten();
    if profiles
        .into_iter()
        .any(|p| reply::text(p, "type").is_none())
    {
        return Err(invalid("social_profiles", "type can't be blank"));
    }
    // Contents of files are not kept.
    let mut raw = said.clone();
    if let Some(resume) = raw.get_mut("resume").and_then(Value::as_object_mut) {
        resume.remove("data");
    }
    Ok(Person {
        name,
        first,
        last,
        emails: vec![email],
        phones: Some(text("phone"))
            .filter(|p| !p.is_empty())
            .into_iter()
            .collect(),
        tags: reply::texts(&said["tags"]),
        raw,
        created: Timestamp::now(),
        ..Person::default()
    })
}

async fn resume(said: &Value) -> Result<Option<Upload>, Response> {
    if let Some(url) = reply::text(said, "resume_url") {
        return Ok(Some(fetch::fetch("resume", url, None).await));
    }
    let resume = &said["resume"];
    if resume.is_null() {
        return Ok(None);
    }
    let name =
        reply::text(resume, "name").ok_or_else(|| invalid("resume", "name can't be blank"))?;
    let bytes = reply::text(resume, "data").and_then(reply::bytes_of);
    let bytes = bytes.ok_or_else(|| invalid("resume", "data is not valid base64"))?;
    Ok(Some(Upload::of("resume", name, "", &bytes)))
}

fn shown(person: &Person) -> Value {
    let job = person.applications.first().and_then(|a| a.job.as_deref());
    let title = JOBS
        .iter()
        .find(|(code, _)| Some(*code) == job)
        .map(|(_, title)| *title);
    let (first, last) = match person.first.is_empty() {
        true => person
            .name
            .split_once(' ')
            .unwrap_or((person.name.as_str(), "")),
        false => (person.first.as_str(), person.last.as_str()),
    };
    let first = json!({
        "id": person.id,
        "name": person.name,
        "firstname": first,
        "lastname": last,
        "headline": null, "summary": null, "address": null, "cover_letter": null,
        "account": {"subdomain": "fake", "name": "Fake"},
        "job": job.map(|code| json!({"shortcode": code, "title": title})),
        "stage": "Sourced",
        "stage_kind": STAGE,
        "disqualified": false,
        "sourced": true,
        "profile_url": format!("https://fake.workable.com/backend/candidates/{}", person.id),
        "phone": null,
        "social_profiles": [], "education_entries": [], "experience_entries": [], "skills": [], "answers": [],
        "created_at": reply::time(person.created),
        "updated_at": reply::time(person.created),
    });
    let resume = person.files.iter().find(|f| f.kind == "resume");
    let last = json!({
        "email": person.emails.first(),
        "tags": person.tags,
        "resume": null,
        "resume_url": resume.map(|f| format!("https://fake.workable.com/files/{}", f.id)),
    });
    reply::over(reply::over(first, &person.raw), &last)
}

/// A page of `limit` up to 100; `since_id` as the address in `paging.next` has it.
fn page(house: &House, path: &str, query: &[(String, String)], all: Vec<&Person>) -> Reply {
    let limit = match said(query, "limit").map_or(Ok(50), str::parse::<usize>) {
        Ok(limit @ 1..=100) => limit,
        _ => return Err(invalid("limit", "must be between 1 and 100")),
    };
    let begin = match said(query, "since_id") {
        None => 0,
        Some(id) => all.iter().position(|p| p.id == id).unwrap_or(all.len()),
    };
    let mut body = json!({"candidates": []});
    if let Some(next) = all.get(begin + limit) {
        let next = format!("{}{path}?limit={limit}&since_id={}", house.base(), next.id);
        body["paging"] = json!({"next": next});
    }
    let items = all.into_iter().skip(begin).take(limit).map(shown);
    body["candidates"] = Value::from(items.collect::<Vec<_>>());
    Ok(reply::json(200, &body))
}

async fn list(State(house): State<House>, query: Query, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let of: Vec<&Person> = match said(&query, "email") {
        Some(email) => books.with_email(email),
        None => books.all().collect(),
    };
    let job = said(&query, "shortcode");
    let for_it =
        |p: &&Person| job.is_none() || p.applications.iter().any(|a| a.job.as_deref() == job);
    page(
        &house,
        "/spi/v3/candidates",
        &query,
        of.into_iter().filter(for_it).collect(),
    )
}

async fn of_job(
    State(house): State<House>,
    Path(shortcode): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    let books = house.books();
    let email = said(&query, "email").map(str::to_lowercase);
    let here = |p: &&Person| {
        let job = p
            .applications
            .iter()
            .any(|a| a.job.as_deref() == Some(shortcode.as_str()));
        let same = |e: &String| {
            email
                .as_ref()
                .is_none_or(|wanted| *wanted == e.to_lowercase())
        };
        job && p.emails.iter().any(same)
    };
    let path = format!("/spi/v3/jobs/{shortcode}/candidates");
    page(&house, &path, &query, books.all().filter(here).collect())
}

fn missing() -> Response {
    refuse(404, "Not found")
}

async fn one(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    Ok(reply::json(200, &json!({"candidate": shown(person)})))
}

async fn update(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Bad request"))?;
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person.raw = reply::over(person.raw.take(), &body["candidate"]);
    Ok(reply::json(200, &json!({"candidate": shown(person)})))
}

async fn comment(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Bad request"))?;
    if reply::text(&body, "member_id") != Some(MEMBER) {
        return Err(invalid("member_id", "is not a member of the account"));
    }
    let said = &body["comment"];
    let text = reply::text(said, "body").ok_or_else(|| invalid("body", "can't be blank"))?;
    let attached = &said["attachment"];
    let file = match reply::text(attached, "data") {
        None => None,
        Some(data) => {
            let name = reply::text(attached, "name")
                .ok_or_else(|| invalid("attachment", "name can't be blank"))?;
            let bytes = reply::bytes_of(data)
                .ok_or_else(|| invalid("attachment", "data is not valid base64"))?;
            Some(Upload::of("comment", name, "", &bytes))
        }
    };
    let mut books = house.books();
    let (note, file_id) = (books.number().to_string(), books.number().to_string());
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person
        .files
        .extend(file.map(|f| Upload { id: file_id, ..f }));
    person.notes.push(Note {
        id: note.clone(),
        text: text.to_owned(),
        raw: json!({"created_at": reply::now()}),
    });
    Ok(reply::json(201, &json!({"id": note})))
}

async fn activities(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let all = person.notes.iter().map(|n| {
        json!({"id": n.id, "action": "comment", "stage_name": "Sourced", "created_at": n.raw["created_at"], "body": n.text,
            "member": {"id": MEMBER, "name": "Fake Recruiter"}})
    });
    Ok(reply::json(
        200,
        &json!({"activities": all.collect::<Vec<_>>()}),
    ))
}

async fn tags(
    State(house): State<House>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Bad request"))?;
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person.tags = reply::texts(&body["tags"]);
    Ok(reply::json(200, &json!({"tags": person.tags})))
}

async fn files(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let all = person
        .files
        .iter()
        .map(|f| json!({"id": f.id, "name": f.name, "size": f.size}));
    Ok(reply::json(200, &json!({"files": all.collect::<Vec<_>>()})))
}

async fn jobs(headers: HeaderMap) -> Reply {
    known(&headers)?;
    let all = JOBS.iter().map(|(code, title)| json!({"id": code, "shortcode": code, "title": title, "state": "published"}));
    Ok(reply::json(200, &json!({"jobs": all.collect::<Vec<_>>()})))
}

async fn members(headers: HeaderMap) -> Reply {
    known(&headers)?;
    let one = json!({"id": MEMBER, "name": "Fake Recruiter", "email": "recruiter@example.com", "role": "admin"});
    Ok(reply::json(200, &json!({"members": [one]})))
}
