//! `GET /sourcing/candidates/find_duplicates`, `GET /persons/{uid}`, `GET /deleted-candidates`.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::application::{self, Found};
use hiring::candidate;
use hiring::id::CandidateId;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use serde_json::{Value, json};

use super::{Head, Uid, in_path, views};
use crate::comeet::map;
use crate::comeet::scopes::{DUPLICATES, PERSONS, READ, whose};
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::{deleted, likeness, pairs};
use crate::comeet::{Comeet, auth};
use crate::reply;

/// People that one search finds at most. Who is like more people than that is described by too little.
const ALIKE: i64 = 200;
/// Deleted candidates that are read at once.
const SOME: i64 = 5_000;

pub(in crate::comeet) async fn find_duplicates(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = duplicates(&app, &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn duplicates(app: &App, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[DUPLICATES]).await?;
    let like = likeness(&head.query)?;
    let within = app.clone();
    app.store
        .read(move |r| {
            let people = candidate::alike(r, caller.org, &like, ALIKE)?;
            let ids: Vec<CandidateId> = people.iter().map(|c| c.id).collect();
            let rows = application::found_of(r, caller.org, &ids, whose(&caller))?;
            let shown = views::candidates(r, &within, &caller, &rows, false)?;
            Ok(reply::json(200, &Value::Array(shown)))
        })
        .await
}

pub(in crate::comeet) async fn person(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = one_person(&app, &in_path(uid), &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

/// Who has only been invited, or is to be shown no more, is not there.
async fn one_person(app: &App, uid: &str, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[PERSONS]).await?;
    pairs(&head.query, &[])?;
    let nobody = Problem::NotFound(Noun::Member);
    let id = uid::read(Kind::Person, uid)
        .map(CandidateId)
        .ok_or(nobody.clone())?;
    app.store
        .read(move |r| {
            let rows: Vec<Found> = application::found_of(r, caller.org, &[id], whose(&caller))?;
            let shown = views::with_views(r, &caller, &rows, map::whole_person)?;
            Ok(reply::json(200, &shown.ok_or(nobody.clone())?))
        })
        .await
}

pub(in crate::comeet) async fn deleted_candidates(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = gone(&app, &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

/// The vendor's list has no pages: all of it is answered.
async fn gone(app: &App, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, READ).await?;
    let when = deleted(&head.query)?;
    app.store
        .read(move |r| {
            let (mut uids, mut after) = (Vec::new(), 0);
            loop {
                let key = whose(&caller);
                let some = application::deleted(r, caller.org, when, key, after, SOME)?;
                let Some(last) = some.last() else { break };
                after = last.0;
                uids.extend(some.iter().map(|id| uid::write(Kind::Candidate, id.0)));
            }
            Ok(reply::json(200, &json!(uids)))
        })
        .await
}
