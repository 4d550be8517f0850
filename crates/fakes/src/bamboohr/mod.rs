//! BambooHR, applicant tracking. One form makes an applicant and an application at once, files with it; what it does with a
//! person it knows is documented nowhere, so twice makes two here.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::books::{Application, JOBS, Note, Person, job};
use crate::form;
use crate::house::House;
use crate::rate::Rate;
use crate::reply::{self, Reply};
use crate::{Failure, Fake};

/// The stand-in.
pub(crate) struct BambooHr;

const KEY: &str = "fake-bamboohr-key";
const COMPANY: &str = "fakecompany";

impl Fake for BambooHr {
    fn name(&self) -> &'static str {
        "bamboohr"
    }

    fn title(&self) -> &'static str {
        "BambooHR"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// None is published: too many are throttled with 503 and `Retry-After`, by second-hand report.
    fn rate(&self) -> Rate {
        Rate::window(100, 60)
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", format!("{base}/api/gateway.php")),
            ("company", COMPANY.to_owned()),
            ("api_key", KEY.to_owned()),
        ]
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/api/gateway.php/{COMPANY}/v1/applicant_tracking/application -u {KEY}:x -F firstName=Ada -F lastName=Lovelace \
             -F email=ada@example.com -F jobId={}",
            JOBS[0].id
        )
    }

    fn fails(&self, how: Failure) -> Response {
        match how {
            Failure::TooMany(seconds) => {
                let mut answer = refuse(503, "Limit exceeded");
                answer.headers_mut().insert("retry-after", seconds.into());
                answer
            }
            Failure::Internal => refuse(500, "Internal server error"),
            Failure::Unavailable => refuse(503, "Service unavailable"),
            Failure::Unknown => refuse(401, "Invalid credentials"),
        }
    }

    fn routes(&self) -> Router<House> {
        let at = |rest: &str| format!("/api/gateway.php/{{company}}/v1/applicant_tracking/{rest}");
        Router::new()
            .route(&at("application"), post(create))
            .route(&at("applications"), get(list))
            .route(&at("applications/{id}"), get(one))
            .route(&at("applications/{id}/comments"), post(comment))
            .route(&at("jobs"), get(jobs))
    }
}

/// What is wrong stands in a header; the body is empty.
fn refuse(status: u16, what: &str) -> Response {
    let mut answer = reply::json_as(status, "text/html", &Value::Null);
    *answer.body_mut() = axum::body::Body::empty();
    answer.headers_mut().extend(what.parse().map(|what| {
        (
            axum::http::HeaderName::from_static("x-bamboohr-error-message"),
            what,
        )
    }));
    answer
}

fn known(headers: &HeaderMap, company: &str) -> Result<(), Response> {
    match reply::basic(headers) {
        Some((user, _)) if user == KEY && company == COMPANY => Ok(()),
        Some((user, _)) if user == KEY => Err(refuse(404, "Invalid company")),
        _ => Err(BambooHr.fails(Failure::Unknown)),
    }
}

async fn create(
    State(house): State<House>,
    Path(company): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let form = form::form(&headers, body).await;
    let form = form.ok_or_else(|| refuse(400, "The request is not a form"))?;
    for required in ["firstName", "lastName", "jobId"] {
        if form.text(required).is_none() {
            return Err(refuse(400, &format!("Missing required field: {required}")));
        }
    }
    let text = |name: &str| form.text(name).unwrap_or("").to_owned();
    if !text("email").is_empty() && !text("email").contains('@') {
        return Err(refuse(400, "Invalid email"));
    }
    let wanted = job(&text("jobId")).filter(|j| j.id == text("jobId"));
    let wanted = wanted.ok_or_else(|| refuse(404, "Job not found"))?;
    let mut books = house.books();
    if books.full() {
        return Err(refuse(400, "This fake holds no more applicants"));
    }
    let some = |name: &str| {
        Some(text(name))
            .filter(|t| !t.is_empty())
            .into_iter()
            .collect()
    };
    let mut person = Person {
        id: books.number().to_string(),
        name: format!("{} {}", text("firstName"), text("lastName")),
        first: text("firstName"),
        last: text("lastName"),
        emails: some("email"),
        phones: some("phoneNumber"),
        raw: form.object(),
        created: Timestamp::now(),
        ..Person::default()
    };
    for file in &form.files {
        let mut upload = file.upload(&file.field);
        upload.id = books.number().to_string();
        person.files.push(upload);
    }
    person.applications.push(Application {
        id: books.number().to_string(),
        job: Some(wanted.id.to_owned()),
        stage: "New".to_owned(),
        raw: Value::Null,
        created: person.created,
    });
    let answer = json!({"result": "success", "candidateId": reply::number(&person.id)});
    books.add(person);
    Ok(reply::json(201, &answer))
}

fn shown(person: &Person, application: &Application) -> Value {
    let title = JOBS
        .iter()
        .find(|j| application.job.as_deref() == Some(j.id))
        .map(|j| j.title);
    json!({
        "id": reply::number(&application.id),
        "appliedDate": reply::time(application.created),
        "status": {"id": 1, "label": application.stage, "dateChanged": null, "changedByUser": null},
        "rating": null,
        "applicant": {
            "id": reply::number(&person.id),
            "firstName": person.first,
            "lastName": person.last,
            "avatar": "",
            "email": person.emails.first(),
            "source": person.raw["source"],
        },
        "job": {"id": application.job.as_deref().map(reply::number), "title": {"id": null, "label": title}},
    })
}

type Query = axum::extract::Query<Vec<(String, String)>>;

/// Applications a page.
const PAGE: usize = 50;

/// `searchString` looks at names and addresses; `jobId`, `page`.
async fn list(
    State(house): State<House>,
    Path(company): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers, &company)?;
    let said = |name: &str| {
        query
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    let page = said("page").map_or(Ok(1), str::parse::<usize>);
    let page = page
        .ok()
        .filter(|p| *p > 0)
        .ok_or_else(|| refuse(400, "Invalid page"))?;
    let books = house.books();
    let wanted = said("searchString").unwrap_or("").to_lowercase();
    let people: Vec<&Person> = match wanted.contains('@') {
        true => books.with_email(&wanted),
        false => books
            .all()
            .filter(|p| p.name.to_lowercase().contains(&wanted))
            .collect(),
    };
    let all = people
        .into_iter()
        .flat_map(|p| p.applications.iter().map(move |a| (p, a)));
    let all = all.filter(|(_, a)| said("jobId").is_none_or(|j| a.job.as_deref() == Some(j)));
    let all: Vec<Value> = all.map(|(p, a)| shown(p, a)).collect();
    let more = all.len() > page * PAGE;
    let items: Vec<Value> = all.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    let next = more.then(|| {
        format!(
            "{}/api/gateway.php/{company}/v1/applicant_tracking/applications?page={}",
            house.base(),
            page + 1
        )
    });
    let body = json!({"paginationComplete": !more, "nextPageUrl": next, "applications": items});
    Ok(reply::json(200, &body))
}

type At = Path<(String, String)>;

async fn one(State(house): State<House>, Path((company, id)): At, headers: HeaderMap) -> Reply {
    known(&headers, &company)?;
    let books = house.books();
    let missing = || refuse(404, "Application not found");
    let person = books.whose(&id).ok_or_else(missing)?;
    let found = person
        .applications
        .iter()
        .find(|a| a.id == id)
        .ok_or_else(missing)?;
    let mut body = shown(person, found);
    body["commentCount"] = person.notes.len().into();
    body["resumeFileId"] = person
        .files
        .iter()
        .find(|f| f.kind == "resume")
        .map(|f| reply::number(&f.id))
        .into();
    Ok(reply::json(200, &body))
}

async fn comment(
    State(house): State<House>,
    Path((company, id)): At,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
    if body["type"].as_str().is_some_and(|t| t != "comment") {
        return Err(refuse(400, "Invalid comment type"));
    }
    let text = reply::text(&body, "comment")
        .ok_or_else(|| refuse(400, "Missing required field: comment"))?;
    let mut books = house.books();
    let note = Note {
        id: books.number().to_string(),
        text: text.to_owned(),
        raw: Value::Null,
    };
    let whose = books.whose(&id).map(|p| p.id.clone());
    let whose = whose.ok_or_else(|| refuse(404, "Application not found"))?;
    let person = books
        .find_mut(&whose)
        .ok_or_else(|| refuse(404, "Application not found"))?;
    let answer = json!({"type": "comment", "id": reply::number(&note.id)});
    person.notes.push(note);
    Ok(reply::json(201, &answer))
}

async fn jobs(Path(company): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers, &company)?;
    let all = JOBS.iter().map(|j| json!({"id": reply::number(j.id), "title": {"id": null, "label": j.title}, "status": {"id": 2, "label": "Open"}}));
    Ok(reply::json(200, &Value::from(all.collect::<Vec<_>>())))
}
