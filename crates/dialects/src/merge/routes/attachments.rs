//! Files: `GET /attachments`, `GET /attachments/{id}`, `POST /attachments`, and at `/file` below one the content, where it
//! is with us: our `file_url` points there. A file that is named by its URL is fetched after the answer.

use std::collections::HashMap;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::attachment::{Listed, Which};
use hiring::caller::Caller;
use hiring::candidate::Side;
use hiring::id::{CandidateId, OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::submission::Kept;
use hiring::{App, attachment, candidate};
use serde_json::Value;
use store::{Reader, Tx};

use super::write::{Call, Made, take_in, whole};
use super::{forward, id_of, references, views};
use crate::merge::map::{self, CandidateView, Lens, Page, What};
use crate::merge::wire::{CommonQuery, Expand, NewAttachmentRequest, flag, id_filter, pairs};
use crate::merge::{Merge, auth, problem};
use crate::reply;

const CREATE: What = What {
    model: "Attachment",
    method: "POST",
    route: "/attachments",
    status: 201,
};

pub(super) async fn create_attachment(State(app): State<App>, request: Request) -> Response {
    let result = take_in(&app, request, CREATE, NewAttachmentRequest::parse, create).await;
    reply::send(&Merge, &app, result)
}

fn create(tx: &mut Tx, call: &Call<Option<NewAttachmentRequest>>, kept: Kept) -> Result<Made> {
    let (caller, request) = (&call.guest.caller, whole(&call.write.model)?);
    let found = candidate::find_by_uid(tx, caller.org, request.candidate.id);
    let candidate = found.map_err(references::unknown(&request.candidate, "candidate"))?;
    let new = map::new_attachment(&request.attachment);
    let made = attachment::add(tx, caller, &candidate, kept.id, &[new])?;
    let listed = attachment::find_listed(tx, caller.org, made[0])?;
    Ok(Made {
        model: map::attachment(&call.lens, &listed, None),
        candidate: Some(candidate.id),
        application: None,
        outcome: "attached",
        notes: Vec::new(),
    })
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::reader(app, headers, "Attachment").await?;
    let pairs = pairs(query);
    let query = CommonQuery::parse(&pairs)?;
    let which = Which {
        span: query.span,
        candidate: id_filter(&pairs, "candidate_id"),
        removed: query.deleted,
        ignored: query.shells,
    };
    let with_data = flag(&pairs, "include_remote_data");
    let (lens, org, account) = (guest.lens(app), guest.caller.org, guest.account);
    app.store
        .read(move |r| {
            let (from, size) = (query.page.from, query.page.size);
            let side = from.unwrap_or(Side::After(0));
            let found = match &query.remote_id {
                Some(id) => match forward::ours(r, org, &account, "Attachment", id)? {
                    Some(uid) => vec![attachment::find_listed(r, org, uid)?],
                    None => Vec::new(),
                },
                None => attachment::page(r, org, &which, side, size as i64 + 1)?,
            };
            let page = Page::new(from, size, found, |a| a.attachment.id.0);
            let people = people(r, org, &lens, &page.items, &query.expand)?;
            let shown = page.items.iter().map(|a| shown(&lens, a, &people));
            let mut body = map::page(&page, shown.collect());
            forward::fill(r, org, &account, "Attachment", with_data, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

/// Whose they are, where that is to be shown whole.
fn people(
    r: &mut Reader,
    org: OrgId,
    lens: &Lens,
    all: &[Listed],
    expand: &Expand,
) -> Result<HashMap<CandidateId, CandidateView>> {
    if !(expand.has("candidate") && lens.shows("Candidate")) {
        return Ok(HashMap::new());
    }
    let ids = all.iter().map(|a| a.attachment.candidate).collect();
    views::people(r, org, ids)
}

fn shown(lens: &Lens, listed: &Listed, people: &HashMap<CandidateId, CandidateView>) -> Value {
    let whole = people.get(&listed.attachment.candidate);
    let candidate = whole.map(|view| map::candidate(lens, view, &Expand::default()));
    map::attachment(lens, listed, candidate)
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
    let guest = auth::reader(app, headers, "Attachment").await?;
    let id = id_of(id, Noun::Attachment)?;
    let with_data = flag(&pairs(query), "include_remote_data");
    let query = CommonQuery::parse(&pairs(query))?;
    let (lens, org, account) = (guest.lens(app), guest.caller.org, guest.account);
    app.store
        .read(move |r| {
            let found = [attachment::find_listed(r, org, id)?];
            if found[0].ignored && !query.shells {
                return Err(Problem::NotFound(Noun::Attachment));
            }
            let people = people(r, org, &lens, &found, &query.expand)?;
            let mut body = shown(&lens, &found[0], &people);
            forward::fill(r, org, &account, "Attachment", with_data, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

pub(super) async fn file(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match content(&app, &id, &headers).await {
        Ok(response) => response,
        Err(failure) => problem::render(&failure),
    }
}

/// Asked for with the API key; whoever follows a `file_url` may not have the account token at hand.
async fn content(app: &App, id: &str, headers: &HeaderMap) -> Result<Response> {
    let caller = auth::key_only(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Attachment)?;
    let found = look(app, &caller, id).await?;
    let sha256 = found.sha256.ok_or(Problem::NotFound(Noun::Attachment))?;
    let bytes = app.files.get(caller.org.0, &sha256).await?;
    Ok(reply::file(&found.name, &found.media_type, bytes))
}

async fn look(app: &App, caller: &Caller, id: Uuid) -> Result<attachment::Attachment> {
    let org = caller.org;
    let found = app
        .store
        .read(move |r| attachment::find_listed(r, org, id))
        .await?;
    match found.ignored {
        true => Err(Problem::NotFound(Noun::Attachment)),
        false => Ok(found.attachment),
    }
}
