//! `GET /applications/{id}`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::{App, application, candidate, eeo};

use super::{id_of, views};
use crate::merge::{Merge, auth, map};
use crate::reply;

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = find(&app, &id, &headers).await;
    reply::send(&Merge, &app, result)
}

async fn find(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = id_of(id, Noun::Application)?;
    app.store
        .read(move |r| {
            let found = application::find_by_uid(r, caller.org, id)?;
            if found.pending {
                return Err(Problem::NotFound(Noun::Application));
            }
            let candidate = candidate::find(r, caller.org, found.candidate)?;
            let view = views::application(r, caller.org, found, candidate.uid)?;
            let mut body = map::application(&view);
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}
