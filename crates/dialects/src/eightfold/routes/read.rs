//! Reading back: one ATS candidate, a list of them, what came of a transaction.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::application;
use hiring::attachment::{self, Attachment};
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate};
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::job;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::slot::Encoding;
use hiring::submission::{self, Submission};
use serde_json::{Value, json};
use store::Reader;

use super::contents::{self, Content, Draft};
use super::whose;
use crate::eightfold::map::applications;
use crate::eightfold::map::shown::{self, View};
use crate::eightfold::wire;
use crate::eightfold::wire::query::{Filter, Include, List, Query};
use crate::eightfold::{Eightfold, NAME, auth};
use crate::reply;

/// How long a transaction can be asked about, µs: 3 days (the dialect's page, §4).
const REMEMBERED: i64 = 3 * 86_400 * 1_000_000;

type In<T> = Result<Path<T>, PathRejection>;

pub(super) async fn candidate(
    State(app): State<App>,
    path: In<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, path.ok(), query, &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn one(
    app: &App,
    path: Option<Path<(String, String)>>,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let Path((system, id)) = path.ok_or(Problem::NotFound(Noun::Candidate))?;
    let system = wire::system(&system)?;
    let include = Include::parse(&Query::read(&query.unwrap_or_default()), true)?;
    let org = caller.org;
    let draft = app
        .store
        .read(move |r| {
            let person = whose::find(r, caller.org, &system, &id)?;
            draft(r, &caller, &system, &id, &person, &include)
        })
        .await?;
    contents::answer(app, org, vec![draft], |mut views| {
        views.pop().unwrap_or_default()
    })
    .await
}

pub(super) async fn candidates(
    State(app): State<App>,
    path: In<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = list(&app, path.ok(), query, &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn list(
    app: &App,
    path: Option<Path<String>>,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let Path(system) = path.ok_or(Problem::NotFound(Noun::Route))?;
    let system = wire::system(&system)?;
    let query = List::parse(&Query::read(&query.unwrap_or_default()))?;
    let org = caller.org;
    let (total, drafts) = app
        .store
        .read(move |r| page(r, &caller, &system, &query))
        .await?;
    let around = move |views: Vec<Value>| json!({"data": views, "meta": {"totalCount": total}});
    contents::answer(app, org, drafts, around).await
}

fn page(r: &mut Reader, caller: &Caller, system: &str, query: &List) -> Result<(i64, Vec<Draft>)> {
    let (total, people) = matching(r, caller, system, query)?;
    let mut drafts = Vec::with_capacity(people.len());
    for person in people {
        let id = match &query.filter {
            Filter::Candidate(id) => id.clone(),
            _ => id_in(r, caller, system, &person)?,
        };
        drafts.push(draft(r, caller, system, &id, &person, &query.include)?);
    }
    Ok((total, drafts))
}

fn matching(
    r: &mut Reader,
    caller: &Caller,
    system: &str,
    query: &List,
) -> Result<(i64, Vec<Candidate>)> {
    let org = caller.org;
    let email = match &query.filter {
        Filter::Candidate(id) => return one_of(whose::find(r, org, system, id), query.start),
        Filter::Email(None) => return Ok((0, Vec::new())),
        Filter::Email(email) => email.as_deref(),
        Filter::All => None,
    };
    let total = candidate::count(r, org, email)?;
    let people = candidate::list_from(r, org, query.start, email, query.limit)?;
    Ok((total, people))
}

fn one_of(found: Result<Candidate>, start: i64) -> Result<(i64, Vec<Candidate>)> {
    match found {
        Ok(person) if start == 0 => Ok((1, vec![person])),
        Ok(_) => Ok((1, Vec::new())),
        Err(Problem::NotFound(_)) => Ok((0, Vec::new())),
        Err(other) => Err(other),
    }
}

/// The system's own id of the person, else ours.
fn id_in(r: &mut Reader, caller: &Caller, system: &str, person: &Candidate) -> Result<String> {
    let kind = whose::kind(system);
    let keys = candidate::foreign_keys(r, caller.org, person.id, &kind)?;
    Ok(keys
        .into_iter()
        .next()
        .unwrap_or_else(|| person.uid.to_string()))
}

fn draft(
    r: &mut Reader,
    caller: &Caller,
    system: &str,
    candidate_id: &str,
    person: &Candidate,
    include: &Include,
) -> Result<Draft> {
    let files = foreign_files(r, caller, person)?;
    let applications = match include.shows("applications") {
        true => own_applications(r, caller, person)?,
        false => Vec::new(),
    };
    let view = View {
        system,
        candidate_id,
        record: &person.record,
        files: &files,
        applications,
        eeo: caller.permissions.allow(Act::EeoRead),
    };
    let json = shown::body(&view, include);
    let content = |file: &Attachment| {
        Some(Content {
            place: (file.uid, 0),
            encoding: Encoding::Base64,
            sha256: file.sha256?,
        })
    };
    let attached = files.iter().filter_map(content).collect();
    contents::draft(r, caller, json, include, attached)
}

/// Files that came by other dialects. Those that came by this one stand in the record, as they were said.
fn foreign_files(r: &mut Reader, caller: &Caller, person: &Candidate) -> Result<Vec<Attachment>> {
    let own = format!("{NAME}:");
    let all = attachment::of_candidate(r, caller.org, person.id)?;
    let foreign = |file: &Attachment| !file.scope.as_ref().is_some_and(|s| s.starts_with(&own));
    Ok(all.into_iter().filter(foreign).collect())
}

/// Applications of ours that no entry of the record stands for already; pending ones show once they are completed.
fn own_applications(r: &mut Reader, caller: &Caller, person: &Candidate) -> Result<Vec<Value>> {
    let said = person.record.list("foreign_applications");
    let mut out = Vec::new();
    for application in application::of_candidate(r, caller.org, person.id)? {
        if application.pending {
            continue;
        }
        let job = job::find(r, caller.org, application.job)?;
        if said.iter().any(|entry| applications::names(entry, &job)) {
            continue;
        }
        let stages = job::stages(r, caller.org, application.job)?;
        let stage = stages.iter().find(|s| s.id == application.stage);
        out.push(applications::shown(&application, &job, stage));
    }
    Ok(out)
}

pub(super) async fn transaction(
    State(app): State<App>,
    path: In<String>,
    headers: HeaderMap,
) -> Response {
    let result = outcome(&app, path.ok(), &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn outcome(app: &App, path: Option<Path<String>>, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let missing = Problem::NotFound(Noun::Submission);
    let uid = path.and_then(|Path(id)| Uuid::try_parse(&id).ok());
    let uid = uid.ok_or(missing.clone())?;
    app.store
        .read(move |r| {
            let found = submission::find(r, caller.org, uid)?;
            let over = r.now() - found.received_at > REMEMBERED;
            if found.dialect != NAME || over {
                return Err(missing.clone());
            }
            Ok(reply::json(200, &transaction_of(&found)))
        })
        .await
}

/// We write before we answer, so a transaction is never in progress and never fails later.
fn transaction_of(found: &Submission) -> Value {
    let status = match found.outcome.as_str() {
        "stale" => "PASS_SKIPPED",
        "kept" => "IN PROGRESS",
        _ => "PASS",
    };
    let body: Value = serde_json::from_str(&found.body).unwrap_or_default();
    json!({"data": {
        "status": status,
        "efEntityId": found.candidate,
        "externalEntityId": body["candidateId"],
    }})
}
