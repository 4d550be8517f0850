//! Recruitee (Tellent). A create makes a candidate whatever is there already; a form may carry the résumé along.

mod wire;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, patch, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::books::{Application, JOBS, Note, Person, Upload, job};
use crate::form::{self, Form};
use crate::house::House;
use crate::rate::Rate;
use crate::reply::{self, Reply};
use crate::{Failure, Fake, fetch};
use wire::{invalid, missing, nested, refuse, said, shown, shown_note};

/// The stand-in.
pub(crate) struct Recruitee;

const TOKEN: &str = "fake-recruitee-token";
const COMPANY: &str = "90210";

impl Fake for Recruitee {
    fn name(&self) -> &'static str {
        "recruitee"
    }

    fn title(&self) -> &'static str {
        "Recruitee"
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// None is documented; a number that a careful client keeps to.
    fn rate(&self) -> Rate {
        Rate::window(60, 60)
    }

    fn account(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("base_url", base.to_owned()),
            ("company_id", COMPANY.to_owned()),
            ("token", TOKEN.to_owned()),
        ]
    }

    fn example(&self, base: &str) -> String {
        format!(
            "curl {base}/c/{COMPANY}/candidates -H 'Authorization: Bearer {TOKEN}' -H 'Content-Type: application/json' -d \
             '{{\"candidate\": {{\"name\": \"Ada Lovelace\", \"emails\": [\"ada@example.com\"]}}, \"offers\": [{}]}}'",
            JOBS[0].id
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
            Failure::Unknown => refuse(401, "Unauthorized"),
        }
    }

    fn routes(&self) -> Router<House> {
        Router::new()
            .route("/c/{company}/candidates", get(list).post(create))
            .route("/c/{company}/candidates/{id}", get(one).patch(update))
            .route("/c/{company}/candidates/{id}/attachments", get(attachments))
            .route("/c/{company}/placements", post(place))
            .route("/c/{company}/candidates/{id}/update_cv", patch(update_cv))
            .route("/c/{company}/candidates/{id}/notes", get(notes).post(write))
            .route("/c/{company}/candidates/{id}/tags", post(tag))
            .route("/c/{company}/attachments", post(attach))
            .route("/c/{company}/search/new/candidates", get(search))
            .route("/c/{company}/offers", get(offers))
    }
}

fn known(headers: &HeaderMap, company: &str) -> Result<(), Response> {
    match reply::bearer(headers) {
        Some(TOKEN) if company == COMPANY => Ok(()),
        Some(TOKEN) => Err(refuse(403, "You don't have access to this company")),
        _ => Err(Recruitee.fails(Failure::Unknown)),
    }
}

/// A body of either kind, with its files. `candidate[name]` in a form is `{"candidate": {"name"}}`.
async fn read(headers: &HeaderMap, body: Bytes) -> Result<(Value, Form), Response> {
    match form::form(headers, body.clone()).await {
        Some(form) => Ok((nested(&form), form)),
        None => {
            let body = form::object(&body).ok_or_else(|| refuse(400, "Malformed JSON"))?;
            Ok((body, Form::default()))
        }
    }
}

async fn create(
    State(house): State<House>,
    Path(company): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, form) = read(&headers, body).await?;
    let said = &body["candidate"];
    let name = reply::text(said, "name").ok_or_else(|| invalid("name", "can't be blank"))?;
    let emails = reply::texts(&said["emails"]);
    if emails.iter().any(|e| !e.contains('@')) {
        return Err(invalid("emails", "is invalid"));
    }
    let mut offers = Vec::new();
    for offer in body["offers"].as_array().into_iter().flatten() {
        let id = offer
            .as_str()
            .map_or_else(|| offer.to_string(), str::to_owned);
        offers.push(job(&id).ok_or_else(|| invalid("offers", "is invalid"))?.id);
    }
    let cv = match (
        form.file("candidate[cv]"),
        reply::text(said, "remote_cv_url"),
    ) {
        (Some(file), _) => Some(file.upload("cv")),
        (None, Some(url)) => Some(fetch::fetch(&house, "cv", url, None).await),
        (None, None) => None,
    };
    let mut books = house.books();
    if books.full() {
        return Err(refuse(422, "This fake holds no more candidates"));
    }
    let mut person = Person {
        id: books.number().to_string(),
        name: name.to_owned(),
        emails,
        phones: reply::texts(&said["phones"]),
        tags: reply::texts(&said["tags"]),
        raw: said.clone(),
        created: Timestamp::now(),
        ..Person::default()
    };
    if let Some(mut cv) = cv {
        cv.id = books.number().to_string();
        person.files.push(cv);
    }
    for offer in offers {
        person.applications.push(Application {
            id: books.number().to_string(),
            job: Some(offer.to_owned()),
            stage: "Applied".to_owned(),
            raw: Value::Null,
            created: person.created,
        });
    }
    let answer = json!({"candidate": shown(&person), "references": []});
    books.add(person);
    Ok(reply::json(201, &answer))
}

type Query = axum::extract::Query<Vec<(String, String)>>;

/// `query` looks at names and addresses; `limit` and `offset`.
async fn list(
    State(house): State<House>,
    Path(company): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers, &company)?;
    let wanted = said(&query, "query").unwrap_or("").to_lowercase();
    found(&house, &wanted, &query)
}

/// The search that Recruitee's own pages use: `filters_json` is a list of `{"field": "all", "query": […]}`.
async fn search(
    State(house): State<House>,
    Path(company): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Reply {
    known(&headers, &company)?;
    let filters: Value = match said(&query, "filters_json").map(serde_json::from_str) {
        None => Value::Null,
        Some(Ok(filters)) => filters,
        Some(Err(_)) => return Err(invalid("filters_json", "is invalid")),
    };
    let first = &filters[0]["query"];
    let wanted = first
        .as_str()
        .or_else(|| first[0].as_str())
        .unwrap_or("")
        .to_lowercase();
    found(&house, &wanted, &query)
}

fn found(house: &House, wanted: &str, query: &[(String, String)]) -> Reply {
    let number = |name: &str, or: usize| {
        let given = said(query, name).map_or(Ok(or), str::parse::<usize>);
        given.map_err(|_| invalid(name, "is invalid"))
    };
    let (limit, offset) = (number("limit", 60)?, number("offset", 0)?);
    let books = house.books();
    let all: Vec<&Person> = match wanted.contains('@') {
        true => books.with_email(wanted),
        false => books
            .all()
            .filter(|p| p.name.to_lowercase().contains(wanted))
            .collect(),
    };
    let total = all.len();
    let items: Vec<Value> = all
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(shown)
        .collect();
    let body = json!({"candidates": items, "references": [], "meta": {"total_count": total}});
    Ok(reply::json(200, &body))
}

type At = Path<(String, String)>;

async fn one(State(house): State<House>, Path((company, id)): At, headers: HeaderMap) -> Reply {
    known(&headers, &company)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    Ok(reply::json(
        200,
        &json!({"candidate": shown(person), "references": []}),
    ))
}

/// What is said replaces, what is not said stays.
async fn update(
    State(house): State<House>,
    Path((company, id)): At,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, _) = read(&headers, body).await?;
    let said = &body["candidate"];
    let mut books = house.books();
    books.find(&id).ok_or_else(missing)?;
    for email in reply::texts(&said["emails"]) {
        books.learn(&id, &email);
    }
    let person = books.find_mut(&id).ok_or_else(missing)?;
    if let Some(name) = reply::text(said, "name") {
        person.name = name.to_owned();
    }
    if said["emails"].is_array() {
        person.emails = reply::texts(&said["emails"]);
    }
    if said["phones"].is_array() {
        person.phones = reply::texts(&said["phones"]);
    }
    person.raw = reply::over(person.raw.take(), said);
    Ok(reply::json(
        200,
        &json!({"candidate": shown(person), "references": []}),
    ))
}

async fn place(
    State(house): State<House>,
    Path(company): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, _) = read(&headers, body).await?;
    let offer = reply::id(&body, "offer_id").and_then(|id| job(&id));
    let offer = offer.ok_or_else(|| invalid("offers", "is invalid"))?;
    let whose = reply::id(&body, "candidate_id").unwrap_or_default();
    let mut books = house.books();
    let id = books.number().to_string();
    let person = books.find_mut(&whose).ok_or_else(missing)?;
    person.applications.push(Application {
        id: id.clone(),
        job: Some(offer.id.to_owned()),
        stage: "Applied".to_owned(),
        raw: Value::Null,
        created: Timestamp::now(),
    });
    let placement = json!({"id": reply::number(&id), "candidate_id": reply::number(&whose), "offer_id": reply::number(offer.id)});
    Ok(reply::json(201, &json!({"placement": placement})))
}

async fn attachments(
    State(house): State<House>,
    Path((company, id)): At,
    headers: HeaderMap,
) -> Reply {
    known(&headers, &company)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let all = person.files.iter().filter(|f| f.kind == "attachment");
    let all = all.map(|f| json!({"id": reply::number(&f.id), "filename": f.name, "candidate_id": reply::number(&id)}));
    Ok(reply::json(
        200,
        &json!({"attachments": all.collect::<Vec<_>>()}),
    ))
}

async fn update_cv(
    State(house): State<House>,
    Path((company, id)): At,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, form) = read(&headers, body).await?;
    let cv = match (
        form.file("candidate[cv]"),
        reply::text(&body["candidate"], "remote_cv_url"),
    ) {
        (Some(file), _) => file.upload("cv"),
        (None, Some(url)) => fetch::fetch(&house, "cv", url, None).await,
        (None, None) => return Err(invalid("cv", "can't be blank")),
    };
    let mut books = house.books();
    let number = books.number().to_string();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person.files.retain(|f| f.kind != "cv");
    person.files.push(Upload { id: number, ..cv });
    Ok(reply::json(
        200,
        &json!({"candidate": shown(person), "references": []}),
    ))
}

async fn write(
    State(house): State<House>,
    Path((company, id)): At,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, _) = read(&headers, body).await?;
    let text =
        reply::text(&body["note"], "body").ok_or_else(|| invalid("body", "can't be blank"))?;
    let mut books = house.books();
    let note = Note {
        id: books.number().to_string(),
        text: text.to_owned(),
        raw: json!({"created_at": reply::now()}),
    };
    let person = books.find_mut(&id).ok_or_else(missing)?;
    person.notes.push(note.clone());
    Ok(reply::json(
        201,
        &json!({"note": shown_note(&note), "references": []}),
    ))
}

async fn notes(State(house): State<House>, Path((company, id)): At, headers: HeaderMap) -> Reply {
    known(&headers, &company)?;
    let books = house.books();
    let person = books.find(&id).ok_or_else(missing)?;
    let all: Vec<Value> = person.notes.iter().map(shown_note).collect();
    Ok(reply::json(200, &json!({"notes": all, "references": []})))
}

async fn tag(
    State(house): State<House>,
    Path((company, id)): At,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, _) = read(&headers, body).await?;
    let tag = reply::text(&body, "tag").or_else(|| reply::text(&body["tag"], "name"));
    let tag = tag
        .ok_or_else(|| invalid("tag", "can't be blank"))?
        .to_owned();
    let mut books = house.books();
    let person = books.find_mut(&id).ok_or_else(missing)?;
    if !person.tags.contains(&tag) {
        person.tags.push(tag.clone());
    }
    Ok(reply::json(201, &json!({"tag": {"name": tag}})))
}

async fn attach(
    State(house): State<House>,
    Path(company): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    known(&headers, &company)?;
    let (body, form) = read(&headers, body).await?;
    let whose = reply::id(&body["attachment"], "candidate_id");
    let whose = whose.ok_or_else(|| invalid("candidate_id", "can't be blank"))?;
    let file = form
        .file("attachment[file]")
        .ok_or_else(|| invalid("file", "can't be blank"))?;
    let mut books = house.books();
    let mut upload = file.upload("attachment");
    upload.id = books.number().to_string();
    let person = books.find_mut(&whose).ok_or_else(missing)?;
    let answer = json!({"attachment": {"id": reply::number(&upload.id), "filename": upload.name, "candidate_id": reply::number(&whose)}});
    person.files.push(upload);
    Ok(reply::json(201, &answer))
}

async fn offers(Path(company): Path<String>, headers: HeaderMap) -> Reply {
    known(&headers, &company)?;
    let all = JOBS.iter().map(|j| json!({"id": reply::number(j.id), "title": j.title, "status": "published", "kind": "job"}));
    Ok(reply::json(
        200,
        &json!({"offers": all.collect::<Vec<_>>(), "meta": {}}),
    ))
}
