//! Workable, SPI v3. Whoever creates the same person twice has two; files come as base64 in the body or as an address.

mod wire;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde_json::json;

use crate::books::{Application, Note, Person, Upload};
use crate::house::House;
use crate::rate::{Rate, Standing};
use crate::reply::{self, Reply};
use crate::{Failure, Fake, form};
use wire::{JOBS, STAGE, invalid, judge, missing, page, refuse, resume, said, shown};

/// The stand-in.
pub(crate) struct Workable;

const TOKEN: &str = "fake-workable-token";
const MEMBER: &str = "fa4e01";

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

fn known(headers: &HeaderMap) -> Result<(), Response> {
    match reply::bearer(headers) {
        Some(TOKEN) => Ok(()),
        _ => Err(Workable.fails(Failure::Unknown)),
    }
}

type Query = axum::extract::Query<Vec<(String, String)>>;

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
    let resume = resume(house, said).await?;
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
