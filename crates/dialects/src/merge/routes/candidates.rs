//! Reading people back: `GET /candidates`, `GET /candidates/{id}`. Making them is `create.rs`.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::candidate::{self, Candidate, Side};
use hiring::id::OrgId;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Result};
use hiring::{App, eeo};
use store::Reader;

use super::{id_of, views};
use crate::merge::map::{self, Page};
use crate::merge::wire::{ExpandQuery, Filter, ListQuery, PageQuery, pairs};
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
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Candidate)?;
    let expand = ExpandQuery::parse(&pairs(query));
    let public_url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let candidate = candidate::find_by_uid(r, caller.org, id)?;
            let view = views::candidate(r, caller.org, candidate)?;
            let mut body = map::candidate(&view, expand, &public_url);
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list_page(&app, request.headers(), query).await;
    reply::send(&Merge, &app, result)
}

async fn list_page(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = ListQuery::parse(query)?;
    let public_url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let mut page = match &query.email_addresses {
                Some(addresses) => with_addresses(r, caller.org, addresses, &query)?,
                None => scan(r, caller.org, query.page, &query.filter)?,
            };
            let mut results = Vec::with_capacity(page.items.len());
            for candidate in std::mem::take(&mut page.items) {
                let view = views::candidate(r, caller.org, candidate)?;
                results.push(map::candidate(&view, query.expand, &public_url));
            }
            let mut body = map::page(&page, results);
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

fn number(candidate: &Candidate) -> i64 {
    candidate.id.0
}

/// People with any of these addresses, however they are spelled.
fn with_addresses(
    r: &mut Reader,
    org: OrgId,
    addresses: &[String],
    query: &ListQuery,
) -> Result<Page<Candidate>> {
    let mut found = Vec::new();
    for address in addresses {
        found.extend(candidate::look_up_email(r, org, address)?);
    }
    found.retain(|c| map::keeps(&query.filter, c));
    found.sort_by_key(number);
    found.dedup_by_key(|c| c.id);
    Ok(Page::cut(query.page.from, query.page.size, found, number))
}

/// Candidates read at once when a filter has to look at each.
const SLICE: usize = 200;
/// Candidates one call looks at. Where no more than some match, the page is short and its cursor goes on from there:
/// a rare name does not hold a database thread until the end of a large store.
const MOST: usize = 4_000;

/// A page of all people that `filter` shows.
fn scan(r: &mut Reader, org: OrgId, page: PageQuery, filter: &Filter) -> Result<Page<Candidate>> {
    let PageQuery { from, size } = page;
    let slice = if *filter == Filter::default() {
        size + 1
    } else {
        SLICE
    };
    let (mut side, mut seen, mut found) = (from.unwrap_or(Side::After(0)), 0, Vec::new());
    loop {
        let read = candidate::list(r, org, side, None, slice as i64)?;
        let (ended, last) = (read.len() < slice, read.last().map(number));
        seen += read.len();
        found.extend(read.into_iter().filter(|c| map::keeps(filter, c)));
        let stopped = last.filter(|_| !ended && seen >= MOST);
        if ended || found.len() > size || stopped.is_some() {
            return Ok(Page::new(from, size, found, number, stopped));
        }
        side = onward(side, last.unwrap_or(0));
    }
}

fn onward(side: Side, last: i64) -> Side {
    match side {
        Side::After(_) => Side::After(last),
        Side::Before(_) => Side::Before(last),
    }
}
