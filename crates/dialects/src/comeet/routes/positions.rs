//! `GET /positions`, `GET /positions/{uid}`.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::caller::Caller;
use hiring::id::JobId;
use hiring::idempotency::Answer;
use hiring::job::{self, Filter, Job};
use hiring::page::Side;
use hiring::problem::{Act, Result};
use hiring::{App, organization};
use serde_json::json;
use store::Reader;

use super::{Head, Uid, in_path, position_of};
use crate::comeet::map::{self, Ground};
use crate::comeet::scopes::{POSITIONS, Sight};
use crate::comeet::wire::{PositionsAsked, pairs};
use crate::comeet::{Comeet, auth};
use crate::{cursor, reply};

pub(in crate::comeet) async fn positions(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn list(app: &App, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[POSITIONS]).await?;
    let asked = PositionsAsked::parse(&head.query)?;
    let public_url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let mut jobs = page(r, &caller, &asked)?;
            let more = jobs.len() > asked.limit as usize;
            jobs.truncate(asked.limit as usize);
            let last = jobs.last().filter(|_| more);
            let next = last.map(|last| next_page(&public_url, &asked, last));
            let ground = ground(r, &public_url, &caller, &jobs)?;
            let shown: Vec<_> = jobs.iter().map(|j| map::position(&ground, j)).collect();
            let mut page = json!({"positions": shown, "next_page": next});
            hiring::eeo::fill(r, &caller, &mut page)?;
            Ok(reply::json(200, &page))
        })
        .await
}

/// One more than the page shows, if there are more: of each status that is asked for so many, then the first of them all.
fn page(r: &mut Reader, caller: &Caller, asked: &PositionsAsked) -> Result<Vec<Job>> {
    let (side, limit) = (Side::After(asked.after), asked.limit + 1);
    if asked.statuses.is_empty() {
        return job::page(r, caller.org, side, &Filter::default(), limit);
    }
    let mut all = Vec::new();
    for status in &asked.statuses {
        let filter = Filter {
            status: Some(*status),
            ..Filter::default()
        };
        all.extend(job::page(r, caller.org, side, &filter, limit)?);
    }
    all.sort_by_key(|job| job.id);
    all.truncate(limit as usize);
    Ok(all)
}

fn next_page(public_url: &str, asked: &PositionsAsked, last: &Job) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(status) = &asked.status {
        query.append_pair("status", status);
    }
    query.append_pair("limit", &asked.limit.to_string());
    query.append_pair("cursor", &cursor::write(Side::After(last.id.0)));
    format!("{public_url}/comeet/positions?{}", query.finish())
}

/// What the views of these jobs need.
pub(in crate::comeet) fn ground(
    r: &mut Reader,
    public_url: &str,
    caller: &Caller,
    jobs: &[Job],
) -> Result<Ground> {
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    Ok(Ground {
        company: organization::find(r, caller.org)?.name,
        public_url: public_url.to_owned(),
        around: job::around(r, caller.org, &ids)?,
        details: job::details(r, caller.org, &ids)?,
        sight: Sight::of(caller),
    })
}

pub(in crate::comeet) async fn position(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = one(&app, &in_path(uid), &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn one(app: &App, uid: &str, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[POSITIONS]).await?;
    pairs(&head.query, &[])?;
    let id = position_of(uid)?;
    let public_url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let job = [job::find(r, caller.org, id)?];
            let ground = ground(r, &public_url, &caller, &job)?;
            let mut shown = map::position(&ground, &job[0]);
            hiring::eeo::fill(r, &caller, &mut shown)?;
            Ok(reply::json(200, &shown))
        })
        .await
}
