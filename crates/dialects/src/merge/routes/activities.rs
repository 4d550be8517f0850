//! Activities: notes and mails about candidates. `GET /activities`, `GET /activities/{id}`, `POST /activities`. Merge has
//! no call that changes or removes one.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::id::{MemberId, OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::note::{self, Filter, Note};
use hiring::problem::{Noun, Problem, Result};
use hiring::submission::{self, Kept};
use hiring::{App, candidate, member};
use serde_json::Value;
use store::{Reader, Tx};

use super::list::{self, Asked};
use super::write::{Call, Made, take_in, whole};
use super::{id_of, meta, references};
use crate::merge::Merge;
use crate::merge::map::{self, Lens, What};
use crate::merge::wire::{ACTIVITY, ActivityRequest, CommonQuery, Expand, Reference, id_filter};
use crate::reply;

const MODEL: &str = "Activity";

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, MODEL, list_page).await
}

async fn list_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, org) = (asked.lens, asked.caller.org);
    let filter = Filter {
        candidate: None,
        member: id_filter(&asked.pairs, "user_id"),
        without_ignored: !asked.query.shells,
        span: asked.query.span,
    };
    let read = move |r: &mut Reader, side, limit| note::page(r, org, side, &filter, limit);
    let show = move |r: &mut Reader, notes: &[Note], query: &CommonQuery| {
        shown(r, org, &lens, notes, query)
    };
    list::page(app, asked.query, |note: &Note| note.id.0, read, show).await
}

/// The models Activity of a page; where what was sent is asked for, that is one more statement.
fn shown(
    r: &mut Reader,
    org: OrgId,
    lens: &Lens,
    notes: &[Note],
    query: &CommonQuery,
) -> Result<Vec<Value>> {
    let sent = match query.remote_data {
        true => {
            let ids: Vec<_> = notes.iter().filter_map(|n| n.submission_id).collect();
            submission::of_ids(r, org, &ids)?
        }
        false => Vec::new(),
    };
    let one = |note: &Note| {
        let own = query.remote_data.then(|| {
            let found = sent.iter().filter(|s| Some(s.id) == note.submission_id);
            map::remote_data(&found.cloned().collect::<Vec<_>>())
        });
        map::activity(lens, note, &query.expand, own)
    };
    Ok(notes.iter().map(one).collect())
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let find = |app: App, asked: Asked| async move {
        let (id, org) = (id_of(&id, Noun::Note)?, asked.caller.org);
        let find = move |r: &mut Reader| {
            let note = note::find(r, org, id)?;
            if note.ignored && !asked.query.shells {
                return Err(Problem::NotFound(Noun::Note));
            }
            let mut shown = shown(r, org, &asked.lens, &[note], &asked.query)?;
            Ok(shown.remove(0))
        };
        list::one(app, find).await
    };
    list::answer(app, request, MODEL, find).await
}

pub(super) async fn post_meta(State(app): State<App>, request: Request) -> Response {
    let result = meta::post(&app, request.headers(), MODEL, &ACTIVITY).await;
    reply::send(&Merge, &app, result)
}

const CREATE: What = What {
    model: MODEL,
    method: "POST",
    route: "/activities",
    status: 201,
};

pub(super) async fn create_activity(State(app): State<App>, request: Request) -> Response {
    let result = take_in(&app, request, CREATE, ActivityRequest::parse, create).await;
    reply::send(&Merge, &app, result)
}

fn create(tx: &mut Tx, call: &Call<Option<ActivityRequest>>, kept: Kept) -> Result<Made> {
    let (caller, request) = (&call.guest.caller, whole(&call.write.model)?);
    let found = candidate::find_by_uid(tx, caller.org, request.candidate.id);
    let candidate = found.map_err(references::unknown(&request.candidate, "candidate"))?;
    let member = match &request.user {
        Some(user) => Some(user_of(tx, caller.org, user)?),
        None => on_behalf_of(tx, caller.org, call.write.remote_user_id.as_deref())?,
    };
    let new = map::new_note(request, candidate.id, member, kept.id);
    let note = note::create(tx, caller, &new)?;
    Ok(Made {
        model: map::activity(&call.lens, &note, &Expand::default(), None),
        candidate: Some(candidate.id),
        application: None,
        outcome: "noted",
        notes: Vec::new(),
    })
}

/// The user that a body names, who must be there.
pub(super) fn user_of(r: &mut Reader, org: OrgId, wanted: &Reference) -> Result<MemberId> {
    let found = member::find_by_uid(r, org, wanted.id);
    Ok(found.map_err(references::unknown(wanted, "user"))?.id)
}

/// The user for whom the caller writes, if it is one of ours: the pages give no rule for what the id is.
fn on_behalf_of(r: &mut Reader, org: OrgId, id: Option<&str>) -> Result<Option<MemberId>> {
    let Some(uid) = id.and_then(|id| id.parse::<Uuid>().ok()) else {
        return Ok(None);
    };
    match member::find_by_uid(r, org, uid) {
        Ok(member) => Ok(Some(member.id)),
        Err(Problem::NotFound(_)) => Ok(None),
        Err(problem) => Err(problem),
    }
}
