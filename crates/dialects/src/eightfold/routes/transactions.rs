//! `GET /transactions/{transactionId}`: what came of a write, for three days.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::submission::{self, Submission};
use serde_json::{Value, json};

use crate::eightfold::{Eightfold, NAME, auth, scope};
use crate::reply;

/// How long a transaction can be asked about, µs: 3 days (the dialect's page, §4).
const REMEMBERED: i64 = 3 * 86_400 * 1_000_000;

pub(in crate::eightfold) async fn one(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let result = outcome(&app, path.ok(), &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn outcome(app: &App, path: Option<Path<String>>, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read, scope::TRANSACTION_READ).await?;
    let missing = Problem::NotFound(Noun::Submission);
    let uid = path.and_then(|Path(id)| Uuid::try_parse(&id).ok());
    let uid = uid.ok_or(missing.clone())?;
    app.store
        .read(move |r| {
            let found = submission::find(r, caller.org, uid)?;
            let over = r.now() - found.received_at > REMEMBERED;
            if found.dialect != NAME || over {
                return Err(missing.clone());
            }
            let about = submission::named(r, caller.org, uid)?;
            Ok(reply::json(200, &shown(&found, about)))
        })
        .await
}

/// We write before we answer, so a transaction is never in progress and never fails later. `about`: the id that the
/// address named, where the body named none.
fn shown(found: &Submission, about: Option<String>) -> Value {
    let status = match found.outcome.as_str() {
        "stale" => "PASS_SKIPPED",
        "kept" => "IN PROGRESS",
        _ => "PASS",
    };
    let body: Value = serde_json::from_str(&found.body).unwrap_or_default();
    let external = match about {
        Some(id) => id.into(),
        None => body["candidateId"].clone(),
    };
    json!({"data": {
        "status": status,
        "efEntityId": found.candidate,
        "externalEntityId": external,
    }})
}
