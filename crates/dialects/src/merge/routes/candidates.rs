//! Reading people back: `GET /candidates`, `GET /candidates/{id}`. Writing them is `create.rs`.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::candidate::{self, Side};
use hiring::id::OrgId;
use hiring::idempotency::Answer;
use hiring::linked_account::LinkedAccount;
use hiring::problem::{Noun, Problem, Result};
use hiring::{App, eeo};
use store::Reader;

use super::{forward, id_of, views};
use crate::merge::map::{self, Page};
use crate::merge::wire::{CandidatesQuery, CommonQuery, flag, pairs};
use crate::merge::{Merge, auth};
use crate::reply;

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
    let guest = auth::reader(app, headers, "Candidate").await?;
    let id = id_of(id, Noun::Candidate)?;
    let with_data = flag(&pairs(query), "include_remote_data");
    let query = CommonQuery::parse(&pairs(query))?;
    let (lens, caller, account) = (guest.lens(app), guest.caller, guest.account);
    app.store
        .read(move |r| {
            let candidate = candidate::find_by_uid(r, caller.org, id)?;
            if candidate.ignored_at.is_some() && !query.shells {
                return Err(Problem::NotFound(Noun::Candidate));
            }
            let view = views::candidates(r, caller.org, vec![candidate], &query)?.remove(0);
            let mut body = map::candidate(&lens, &view, &query.expand);
            eeo::fill(r, &caller, &mut body)?;
            forward::fill(r, caller.org, &account, "Candidate", with_data, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

/// One statement for the people, one for what belongs to them of each kind: never one for each person.
async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let guest = auth::reader(app, headers, "Candidate").await?;
    let with_data = flag(&pairs(query), "include_remote_data");
    let CandidatesQuery { common, which } = CandidatesQuery::parse(query)?;
    let (lens, caller, account) = (guest.lens(app), guest.caller, guest.account);
    app.store
        .read(move |r| {
            let (from, size) = (common.page.from, common.page.size);
            let side = from.unwrap_or(Side::After(0));
            let found = match &common.remote_id {
                Some(id) => called(r, caller.org, &account, id)?,
                None => candidate::page(r, caller.org, &which, side, size as i64 + 1)?,
            };
            let mut page = Page::new(from, size, found, |c| c.id.0);
            let people = std::mem::take(&mut page.items);
            let views = views::candidates(r, caller.org, people, &common)?;
            let shown = views
                .iter()
                .map(|v| map::candidate(&lens, v, &common.expand));
            let mut body = map::page(&page, shown.collect());
            eeo::fill(r, &caller, &mut body)?;
            forward::fill(r, caller.org, &account, "Candidate", with_data, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

/// The person that the account's destination calls so.
fn called(
    r: &mut Reader,
    org: OrgId,
    account: &LinkedAccount,
    remote_id: &str,
) -> Result<Vec<candidate::Candidate>> {
    let Some(uid) = forward::ours(r, org, account, "Candidate", remote_id)? else {
        return Ok(Vec::new());
    };
    let found = candidate::find_by_uid(r, org, uid)?;
    Ok(match found.ignored_at {
        None => vec![found],
        Some(_) => Vec::new(),
    })
}
