//! Writing people: `POST /candidates`, `PATCH /candidates/{id}`, `POST /candidates/ignore/{model_id}`.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate, Taken};
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::problem::{Noun, Problem, Result};
use hiring::submission::Kept;
use serde_json::json;
use store::Tx;

use super::order::{carry_out, json};
use super::write::{Call, Made, take_in};
use super::{id_of, references, views};
use crate::inbound::Inbound;
use crate::merge::keep::Entry;
use crate::merge::map::{self, What};
use crate::merge::wire::{CandidateRequest, Expand, IgnoreRequest, Note, Why};
use crate::merge::{Merge, auth};
use crate::reply;

const CREATE: What = What {
    model: "Candidate",
    method: "POST",
    route: "/candidates",
    status: 201,
};

pub(super) async fn create_candidate(State(app): State<App>, request: Request) -> Response {
    let result = take_in(&app, request, CREATE, CandidateRequest::parse, create).await;
    reply::send(&Merge, &app, result)
}

fn create(tx: &mut Tx, call: &Call<CandidateRequest>, kept: Kept) -> Result<Made> {
    let (caller, model) = (&call.guest.caller, &call.write.model);
    let said = map::new_candidate(model, &call.write.remote_user_id);
    let Taken { candidate, outcome } = candidate::take_in(tx, caller, kept, &said)?;
    let mut notes = Vec::new();
    let linked = &model.applications;
    let application = references::link_applications(tx, caller, &candidate, linked, &mut notes)?;
    references::check_attachments(tx, caller.org, &candidate, &model.attachments)?;
    let made = made(tx, call, candidate)?;
    notes.extend(made.notes);
    Ok(Made {
        application,
        outcome: outcome.word(),
        notes,
        ..made
    })
}

/// The candidate as it is now. One who is to be ignored is answered as a shell, with a warning.
fn made(tx: &mut Tx, call: &Call<CandidateRequest>, candidate: Candidate) -> Result<Made> {
    let (id, ignored) = (candidate.id, candidate.ignored_at.is_some());
    let view = views::candidate(tx, call.guest.caller.org, candidate)?;
    let note = Note {
        pointer: "/model".into(),
        name: "model".into(),
        why: Why::Ignored,
    };
    Ok(Made {
        model: map::candidate(&call.lens, &view, &Expand::default()),
        candidate: Some(id),
        application: None,
        outcome: "changed",
        notes: if ignored { vec![note] } else { Vec::new() },
    })
}

const CHANGE: What = What {
    model: "Candidate",
    method: "PATCH",
    route: "/candidates/{id}",
    status: 200,
};

pub(super) async fn change_candidate(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let id = id_of(&id, Noun::Candidate);
    let work =
        move |tx: &mut Tx, call: &Call<CandidateRequest>, kept| change(tx, call, kept, id.clone()?);
    let result = take_in(&app, request, CHANGE, CandidateRequest::parse_change, work).await;
    reply::send(&Merge, &app, result)
}

fn change(tx: &mut Tx, call: &Call<CandidateRequest>, kept: Kept, id: Uuid) -> Result<Made> {
    let (caller, model) = (&call.guest.caller, &call.write.model);
    let there = candidate::find_by_uid(tx, caller.org, id)?;
    if there.ignored_at.is_some() {
        return Err(Problem::NotFound(Noun::Candidate));
    }
    references::check_attachments(tx, caller.org, &there, &model.attachments)?;
    let change = map::edit(&call.write);
    let candidate = candidate::edit(tx, caller, kept, there.id, &change)?;
    let mut notes = Vec::new();
    let linked = &model.applications;
    let application = references::link_applications(tx, caller, &candidate, linked, &mut notes)?;
    let made = made(tx, call, candidate)?;
    notes.extend(made.notes);
    Ok(Made {
        application,
        notes,
        ..made
    })
}

/// The body of the answer is documented nowhere, and the SDKs do not look at it.
pub(super) async fn ignore_candidate(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = ignore(&app, &id, request).await;
    reply::send(&Merge, &app, result)
}

const IGNORE: What = What {
    model: "Candidate",
    method: "POST",
    route: "/candidates/ignore/{model_id}",
    status: 200,
};

async fn ignore(app: &App, id: &str, request: Request) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let (may, id) = (guest.may_write("Candidate"), id_of(id, Noun::Candidate));
    let read = |request: &Inbound, entry: &mut Entry| {
        may?;
        Ok((id?, json(IgnoreRequest::parse)(request, entry)?))
    };
    let work = |tx: &mut Tx, caller: &Caller, (id, said): &(Uuid, IgnoreRequest)| {
        let IgnoreRequest { reason, message } = said;
        candidate::ignore(tx, caller, *id, reason, message.as_deref())?;
        Ok(json!({}))
    };
    carry_out(app, guest.caller, request, IGNORE, read, work).await
}
