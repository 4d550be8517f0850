//! Applications: `GET /applications`, `GET /applications/{id}`, `POST /applications`, `POST …/{id}/change-stage`.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::application::{self, Which};
use hiring::candidate::{self, Candidate, Side};
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::problem::{Clash, Flaw, FlawCode, Noun, Problem, Result};
use hiring::submission::Kept;
use store::Tx;

use super::write::{Call, Made, take_in, whole};
use super::{expanded, forward, id_of, references};
use crate::merge::map::{self, Page, What, Whole};
use crate::merge::wire::{
    CandidateRequest, CommonQuery, NewApplicationRequest, StageRequest, Who, flag, id_filter,
    one as value, pairs,
};
use crate::merge::{Merge, auth};
use crate::reply;

const CREATE: What = What {
    model: "Application",
    method: "POST",
    route: "/applications",
    status: 201,
};

pub(super) async fn create_application(State(app): State<App>, request: Request) -> Response {
    let result = take_in(&app, request, CREATE, NewApplicationRequest::parse, create).await;
    reply::send(&Merge, &app, result)
}

fn create(tx: &mut Tx, call: &Call<Option<NewApplicationRequest>>, kept: Kept) -> Result<Made> {
    let (caller, request) = (&call.guest.caller, whole(&call.write.model)?);
    let candidate = match &request.candidate {
        Who::New(new) => new_candidate(tx, call, kept, new)?,
        Who::Existing(wanted) => {
            let found = candidate::find_by_uid(tx, caller.org, wanted.id);
            found.map_err(references::unknown(wanted, "candidate"))?
        }
    };
    let mut notes = Vec::new();
    let id = references::open(tx, caller, &candidate, &request.application, &mut notes)?;
    let opened = application::find(tx, caller.org, id)?;
    Ok(Made {
        notes,
        ..made(tx, call, opened.uid, "applied")?
    })
}

/// The candidate that stands in the application.
fn new_candidate<M>(
    tx: &mut Tx,
    call: &Call<M>,
    kept: Kept,
    new: &CandidateRequest,
) -> Result<Candidate> {
    let caller = &call.guest.caller;
    let said = map::new_candidate(new, &call.write.remote_user_id);
    let candidate = candidate::take_in(tx, caller, kept, &said)?.candidate;
    references::check_attachments(tx, caller.org, &candidate, &new.attachments)?;
    Ok(candidate)
}

fn made<M>(tx: &mut Tx, call: &Call<M>, uid: Uuid, outcome: &'static str) -> Result<Made> {
    let listed = application::find_listed(tx, call.guest.caller.org, uid)?;
    Ok(Made {
        model: map::application(&call.lens, &listed, Whole::default()),
        candidate: Some(listed.application.candidate),
        application: Some(listed.id()),
        outcome,
        notes: Vec::new(),
    })
}

const CHANGE_STAGE: What = What {
    model: "Application",
    method: "POST",
    route: "/applications/{id}/change-stage",
    status: 201,
};

pub(super) async fn change_stage(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let id = id_of(&id, Noun::Application);
    let work =
        move |tx: &mut Tx, call: &Call<StageRequest>, _: Kept| advance(tx, call, id.clone()?);
    let result = take_in(&app, request, CHANGE_STAGE, StageRequest::parse, work).await;
    reply::send(&Merge, &app, result)
}

fn advance(tx: &mut Tx, call: &Call<StageRequest>, id: Uuid) -> Result<Made> {
    let (caller, at) = (&call.guest.caller, "/job_interview_stage");
    let listed = application::find_listed(tx, caller.org, id)?;
    if let Some(wanted) = &call.write.model.stage {
        let job = hiring::job::find(tx, caller.org, listed.application.job)?;
        let stage = references::stage_of(tx, caller.org, &job, wanted)?;
        let moved = application::advance(tx, caller, listed.id(), stage, None);
        moved.map_err(|problem| match problem {
            Problem::Conflict(Clash::NotAllowed(why)) => {
                Flaw::new(at, FlawCode::Other, format!("{why}.")).into()
            }
            other => other,
        })?;
    }
    made(tx, call, id, "advanced")
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::reader(app, headers, "Application").await?;
    let pairs = pairs(query);
    let query = CommonQuery::parse(&pairs)?;
    let which = Which {
        span: query.span,
        candidate: id_filter(&pairs, "candidate_id"),
        job: id_filter(&pairs, "job_id"),
        stage: id_filter(&pairs, "current_stage_id"),
        credited_to: id_filter(&pairs, "credited_to_id"),
        reason: id_filter(&pairs, "reject_reason_id"),
        source: value(&pairs, "source"),
        ignored: query.shells,
    };
    let with_data = flag(&pairs, "include_remote_data");
    let (lens, caller, account) = (guest.lens(app), guest.caller, guest.account);
    app.store
        .read(move |r| {
            let (from, size) = (query.page.from, query.page.size);
            let side = from.unwrap_or(Side::After(0));
            let found = match &query.remote_id {
                Some(id) => match forward::ours(r, caller.org, &account, "Application", id)? {
                    Some(uid) => vec![application::find_listed(r, caller.org, uid)?],
                    None => Vec::new(),
                },
                None => application::page(r, caller.org, &which, side, size as i64 + 1)?,
            };
            let page = Page::new(from, size, found, |a| a.id().0);
            let shown = expanded::applications(r, &caller, &lens, &page.items, &query.expand)?;
            let mut body = map::page(&page, shown);
            forward::fill(r, caller.org, &account, "Application", with_data, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = find(&app, &id, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn find(app: &App, id: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::reader(app, headers, "Application").await?;
    let id = id_of(id, Noun::Application)?;
    let with_data = flag(&pairs(query), "include_remote_data");
    let query = CommonQuery::parse(&pairs(query))?;
    let (lens, caller, account) = (guest.lens(app), guest.caller, guest.account);
    app.store
        .read(move |r| {
            let found = [application::find_listed(r, caller.org, id)?];
            if found[0].ignored && !query.shells {
                return Err(Problem::NotFound(Noun::Application));
            }
            let mut shown = expanded::applications(r, &caller, &lens, &found, &query.expand)?;
            let mut body = shown.remove(0);
            forward::fill(r, caller.org, &account, "Application", with_data, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}
