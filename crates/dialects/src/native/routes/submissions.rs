//! What callers of every dialect sent: described, and byte for byte.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use hiring::caller::Caller;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::slot;
use hiring::submission::{self, FileSlot, Submission};
use hiring::{App, eeo};
use store::Reader;

use super::{shown, uid};
use crate::native::map::{self, Parts};
use crate::native::wire::answer;
use crate::native::{Native, auth};
use crate::{Dialect as _, files, reply};

/// Read a submission
///
/// What was sent by whichever dialect, what came of it, and which values the record has no place for.
#[utoipa::path(get, path = "/submissions/{id}", tag = "submissions",
    params(("id" = Uuid, Path, description = "The submission.")),
    responses((status = 200, description = "The submission.", body = answer::Submission)))]
pub(in crate::native) async fn get_submission(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Submission)?;
    app.store
        .read(move |r| {
            let submission = submission::find(r, caller.org, id)?;
            let parts = parts(r, &caller, &submission)?;
            Ok(reply::json(
                200,
                &shown(&map::submission(&submission, &parts))?,
            ))
        })
        .await
}

fn parts(r: &mut Reader, caller: &Caller, submission: &Submission) -> Result<Parts> {
    let (org, uid) = (caller.org, submission.uid);
    let may_see = caller.permissions.allow(Act::EeoRead);
    let mut answers = Vec::new();
    for (n, pointer) in eeo::places(r, org, uid)? {
        let answer = if may_see {
            eeo::look_up(r, org, uid, n)?
        } else {
            None
        };
        answers.push((n, pointer, answer));
    }
    Ok(Parts {
        files: submission::file_slots(r, org, uid)?,
        eeo: answers,
    })
}

/// Read what was sent, byte for byte
///
/// A body with equal-opportunity answers needs `eeo:read`.
#[utoipa::path(get, path = "/submissions/{id}/raw", tag = "submissions",
    params(("id" = Uuid, Path, description = "The submission.")),
    responses((status = 200, description = "The caller's bytes.", body = Object, content_type = "application/json")))]
pub(in crate::native) async fn get_submission_raw(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match raw(&app, &id, &headers).await {
        Ok(bytes) => reply::file("submission.json", "application/json", bytes),
        Err(problem) => Native.problem(&problem),
    }
}

async fn raw(app: &App, id: &str, headers: &HeaderMap) -> Result<Bytes> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (id, org) = (uid(id, Noun::Submission)?, caller.org);
    let (submission, slots, mut texts) = app
        .store
        .read(move |r| {
            let submission = submission::find(r, caller.org, id)?;
            let slots = submission::file_slots(r, caller.org, id)?;
            let texts = answers(r, &caller, id)?;
            Ok::<_, Problem>((submission, slots, texts))
        })
        .await?;
    let mut contents: Vec<(FileSlot, Bytes)> = Vec::new();
    for slot in slots {
        let bytes = app.files.get(org.0, &slot.sha256).await?;
        contents.push((slot, bytes));
    }
    let whole = files::off_thread(move || {
        let rebuilt =
            |(slot, bytes): &(FileSlot, Bytes)| (slot.n, slot::rebuild(slot.encoding, bytes));
        texts.extend(contents.iter().map(rebuilt));
        let mut text = |n| Some(texts.iter().find(|(other, _)| *other == n)?.1.clone());
        slot::restore(&submission.body, submission.uid, &mut text)
    });
    let whole = whole.await?;
    let broken = || Problem::broken("a submission does not come together again");
    Ok(Bytes::from(whole.ok_or_else(broken)?))
}

/// Number and JSON text of every equal-opportunity answer in a body.
fn answers(r: &mut Reader, caller: &Caller, id: uuid::Uuid) -> Result<Vec<(u32, Vec<u8>)>> {
    let places = eeo::places(r, caller.org, id)?;
    if !places.is_empty() {
        caller.require(Act::EeoRead)?;
    }
    let mut texts = Vec::with_capacity(places.len());
    for (n, _) in places {
        if let Some(text) = eeo::text_of(r, caller.org, id, n)? {
            texts.push((n, text.into_bytes()));
        }
    }
    Ok(texts)
}
