//! `GET /candidates`, `GET /candidates/{uid}`, `GET /positions/{uid}/candidates`.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::application::{self, Found, Narrow};
use hiring::caller::Caller;
use hiring::candidate;
use hiring::id::{CandidateId, JobId};
use hiring::idempotency::Answer;
use hiring::problem::{Act, Result};
use hiring::{App, job};
use serde_json::json;
use store::Reader;

use super::{Head, Uid, candidate_of, in_path, position_of, views};
use crate::comeet::scopes::{READ, whose};
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::{Asked, Who, pairs};
use crate::comeet::{Comeet, auth};
use crate::{cursor, reply};
use hiring::candidate::Side;

pub(in crate::comeet) async fn candidates(State(app): State<App>, request: Request) -> Response {
    let head = Head::of(&request);
    let result = list(&app, &head, None).await;
    reply::send(&Comeet, &app, result)
}

pub(in crate::comeet) async fn position_candidates(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = list(&app, &Head::of(&request), Some(&in_path(uid))).await;
    reply::send(&Comeet, &app, result)
}

pub(in crate::comeet) async fn candidate(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = one(&app, &in_path(uid), &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn one(app: &App, uid: &str, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, READ).await?;
    // Whatever is asked to be included is: all that we have is shown.
    pairs(&head.query, &["include"])?;
    let id = candidate_of(uid, &head.headers)?;
    let within = app.clone();
    app.store
        .read(move |r| {
            let found = application::find_found(r, caller.org, id, whose(&caller))?;
            let mut shown = views::candidates(r, &within, &caller, &[found], true)?;
            Ok(reply::json(200, &shown.remove(0)))
        })
        .await
}

async fn list(app: &App, head: &Head, position: Option<&str>) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, READ).await?;
    let asked = Asked::parse(&head.query)?;
    let job = position.map(position_of).transpose()?;
    let within = app.clone();
    app.store
        .read(move |r| {
            let Some((rows, person)) = rows(r, &caller, &asked, job)? else {
                let nothing = json!({"candidates": [], "next_page": null});
                return Ok(reply::json(200, &nothing));
            };
            let shown = &rows[..rows.len().min(asked.limit as usize)];
            let last = shown.last().filter(|_| rows.len() > shown.len());
            let base = match job {
                Some(id) => format!("/positions/{}/candidates", uid::write(Kind::Position, id.0)),
                None => "/candidates".to_owned(),
            };
            let next = last.map(|last| next_page(&within, &base, &asked, last, person));
            let shown = views::candidates(r, &within, &caller, shown, with_files(&asked))?;
            Ok(reply::json(
                200,
                &json!({"candidates": shown, "next_page": next}),
            ))
        })
        .await
}

/// Files are left out of lists, as their links live 15 minutes only, unless they are asked for.
fn with_files(asked: &Asked) -> bool {
    let wanted = asked.again.iter().filter(|(name, _)| name == "include");
    let mut words = wanted.flat_map(|(_, words)| words.split(','));
    words.any(|word| matches!(word.trim(), "resume" | "picture" | "files"))
}

/// One more than the page shows, if there are more; with the person they are of, where only one person's were asked
/// for. `None` when there is no such person.
#[allow(clippy::type_complexity)]
fn rows(
    r: &mut Reader,
    caller: &Caller,
    asked: &Asked,
    job: Option<JobId>,
) -> Result<Option<(Vec<Found>, Option<CandidateId>)>> {
    let org = caller.org;
    if let Some(job) = job {
        job::find(r, org, job)?;
    }
    let person = match &asked.who {
        None => None,
        Some(Who::Person(id)) => Some(candidate::find(r, org, *id)?.id),
        Some(Who::Email(address)) => match candidate::look_up_email(r, org, address)? {
            Some(person) => Some(person.id),
            None => return Ok(None),
        },
    };
    let which = Narrow {
        job,
        person,
        key: whose(caller),
        ..asked.which.clone()
    };
    let rows = application::found(r, org, &which, asked.after, asked.limit + 1)?;
    Ok(Some((rows, person)))
}

/// The whole address of the next page: the filters again, and where it begins.
fn next_page(
    app: &App,
    base: &str,
    asked: &Asked,
    last: &Found,
    person: Option<CandidateId>,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&asked.again);
    if let Some(person) = person {
        query.append_pair("person_uid", &uid::write(Kind::Person, person.0));
    }
    query.append_pair("limit", &asked.limit.to_string());
    query.append_pair("cursor", &cursor::write(Side::After(last.application.id.0)));
    format!(
        "{}/comeet{base}?{}",
        app.settings.public_url,
        query.finish()
    )
}
