//! What people told of themselves, for keys with `eeo:read`. `GET /eeocs`, `GET /eeocs/{id}`.

use std::collections::HashMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::caller::Caller;
use hiring::eeo::{self, Filter, Told};
use hiring::id::CandidateId;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::{App, candidate};
use serde_json::Value;
use store::Reader;

use super::list::{self, Asked};
use super::{id_of, views};
use crate::merge::map::{self, Lens};
use crate::merge::wire::{CommonQuery, Expand, id_filter};

const MODEL: &str = "EEOC";

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, MODEL, list_page).await
}

async fn list_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, caller) = (asked.lens, asked.caller);
    caller.require(Act::EeoRead)?;
    let (of, span) = (id_filter(&asked.pairs, "candidate_id"), asked.query.span);
    let without_ignored = !asked.query.shells;
    let asking = caller.clone();
    let read = move |r: &mut Reader, side, limit| {
        let candidate = match of.map(|uid| candidate::find_by_uid(r, asking.org, uid)) {
            None => None,
            Some(Ok(candidate)) => Some(candidate.id),
            // A filter by somebody who is not there shows nothing; it is no fault.
            Some(Err(Problem::NotFound(_))) => return Ok(Vec::new()),
            Some(Err(problem)) => return Err(problem),
        };
        let filter = Filter {
            candidate,
            without_ignored,
            span,
        };
        eeo::page(r, &asking, side, &filter, limit)
    };
    let show = move |r: &mut Reader, all: &[Told], query: &CommonQuery| {
        shown(r, &caller, &lens, all, &query.expand)
    };
    list::page(app, asked.query, |told: &Told| told.number, read, show).await
}

fn shown(
    r: &mut Reader,
    caller: &Caller,
    lens: &Lens,
    all: &[Told],
    expand: &Expand,
) -> Result<Vec<Value>> {
    let people = match expand.has("candidate") && lens.shows("Candidate") {
        true => {
            let ids: Vec<CandidateId> = all.iter().map(|told| told.candidate_id).collect();
            views::people(r, caller.org, ids)?
        }
        false => HashMap::new(),
    };
    let one = |told: &Told| {
        let whole = people.get(&told.candidate_id);
        let whole = whole.map(|view| map::candidate(lens, view, &Expand::default()));
        map::eeoc(lens, told, whole)
    };
    let mut shown: Vec<Value> = all.iter().map(one).collect();
    // A candidate's own fields may hold answers too.
    for record in &mut shown {
        eeo::fill(r, caller, record)?;
    }
    Ok(shown)
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let find = |app: App, asked: Asked| async move {
        asked.caller.require(Act::EeoRead)?;
        let id = id_of(&id, Noun::EeoAnswers)?;
        let find = move |r: &mut Reader| {
            let told = eeo::find(r, &asked.caller, id)?;
            if told.ignored && !asked.query.shells {
                return Err(Problem::NotFound(Noun::EeoAnswers));
            }
            let mut shown = shown(r, &asked.caller, &asked.lens, &[told], &asked.query.expand)?;
            Ok(shown.remove(0))
        };
        list::one(app, find).await
    };
    list::answer(app, request, MODEL, find).await
}
