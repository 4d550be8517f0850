//! What every list and every single record of the family around candidates has in common.

use std::future::Future;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::caller::Caller;
use hiring::idempotency::Answer;
use hiring::page::Side;
use hiring::problem::Result;
use serde_json::Value;
use store::Reader;

use crate::merge::map::{self, Lens, Page};
use crate::merge::wire::{CommonQuery, Pairs, pairs};
use crate::merge::{Merge, auth};
use crate::reply;

/// A call that reads records of one model.
pub(super) struct Asked {
    pub caller: Caller,
    pub lens: Lens,
    pub pairs: Pairs,
    pub query: CommonQuery,
}

impl Asked {
    async fn of(app: &App, headers: &HeaderMap, query: &str, model: &str) -> Result<Asked> {
        let guest = auth::reader(app, headers, model).await?;
        let pairs = pairs(query);
        Ok(Asked {
            lens: guest.lens(app),
            caller: guest.caller,
            query: CommonQuery::parse(&pairs)?,
            pairs,
        })
    }
}

/// Answers a call that reads `model`: who calls is judged first, then what is asked.
pub(super) async fn answer<F>(
    app: App,
    request: Request,
    model: &str,
    work: impl FnOnce(App, Asked) -> F,
) -> Response
where
    F: Future<Output = Result<Answer>>,
{
    let query = request.uri().query().unwrap_or("");
    let asked = Asked::of(&app, request.headers(), query, model).await;
    let result = match asked {
        Ok(asked) => work(app.clone(), asked).await,
        Err(problem) => Err(problem),
    };
    reply::send(&Merge, &app, result)
}

/// A page of a list. `read` gets one record more than the page shows, from a side of a row's `number`; `show` has the
/// whole page before it, so that what belongs to its records is read at once.
pub(super) async fn page<T: 'static>(
    app: App,
    query: CommonQuery,
    number: fn(&T) -> i64,
    mut read: impl FnMut(&mut Reader, Side, i64) -> Result<Vec<T>> + Send + 'static,
    mut show: impl FnMut(&mut Reader, &[T], &CommonQuery) -> Result<Vec<Value>> + Send + 'static,
) -> Result<Answer> {
    app.store
        .read(move |r| {
            let (from, size) = (query.page.from, query.page.size);
            let found = match query.remote_id {
                // Nothing here has an id in a far system.
                Some(_) => Vec::new(),
                None => read(r, from.unwrap_or(Side::After(0)), size as i64 + 1)?,
            };
            let page = Page::new(from, size, found, number);
            let shown = show(r, &page.items, &query)?;
            Ok(reply::json(200, &map::page(&page, shown)))
        })
        .await
}

/// One record.
pub(super) async fn one(
    app: App,
    mut find: impl FnMut(&mut Reader) -> Result<Value> + Send + 'static,
) -> Result<Answer> {
    app.store
        .read(move |r| Ok(reply::json(200, &find(r)?)))
        .await
}

/// Rows read at once while those are looked for that a filter wants.
const SLICE: i64 = 200;

/// The rows on the asked side that are `wanted`, one more than the page has: for filters that no index knows, of lists that are short
/// by their nature. `slice(side, most)` reads on.
pub(super) fn walk<T>(
    from: Option<Side>,
    size: usize,
    mut slice: impl FnMut(Side, i64) -> Result<Vec<T>>,
    number: fn(&T) -> i64,
    wanted: impl Fn(&T) -> bool,
) -> Result<Vec<T>> {
    let (mut side, mut found) = (from.unwrap_or(Side::After(0)), Vec::new());
    loop {
        let read = slice(side, SLICE)?;
        let (all, last) = (read.len() as i64, read.last().map_or(0, number));
        found.extend(read.into_iter().filter(&wanted));
        if all < SLICE || found.len() > size {
            return Ok(found);
        }
        side = match side {
            Side::After(_) => Side::After(last),
            Side::Before(_) => Side::Before(last),
        };
    }
}
