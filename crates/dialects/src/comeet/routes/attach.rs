//! `GET` and `POST /candidates/{uid}/files`, `POST /candidates/{uid}/resume`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::application::{self, ApplicationChange};
use hiring::attachment::{self, Attachment};
use hiring::caller::Caller;
use hiring::id::ApplicationId;
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, Problem, Result};
use hiring::submission::{self, NewSubmission};
use serde_json::json;
use store::{Reader, Tx};

use super::change::living;
use super::create::store_files;
use super::{Head, Uid, candidate_of, file, in_path};
use crate::body::Body;
use crate::comeet::map::{self, Files};
use crate::comeet::scopes::{ADD_FILES, FILES};
use crate::comeet::wire::{self, OneFile, Upload, UploadSlot, pairs};
use crate::comeet::{Comeet, NAME, auth};
use crate::files::{self, Kept};
use crate::{inbound, reply};

pub(in crate::comeet) async fn files(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = list(&app, &in_path(uid), &Head::of(&request)).await;
    reply::send(&Comeet, &app, result)
}

async fn list(app: &App, uid: &str, head: &Head) -> Result<Answer> {
    let caller = auth::caller(app, &head.headers, Act::Read, &[FILES]).await?;
    pairs(&head.query, &[])?;
    let id = candidate_of(uid, &head.headers)?;
    let within = app.clone();
    app.store
        .read(move |r| {
            let found = living(r, &caller, id)?;
            let all = attachment::of_candidate(r, caller.org, found.candidate.id)?;
            let link = |a: &Attachment| file::link(&within, caller.org, a);
            let files = Files {
                all: &all,
                link: &link,
            };
            Ok(reply::json(200, &map::listed(&files)))
        })
        .await
}

pub(in crate::comeet) async fn add_file(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let route = "/candidates/{uid}/files";
    let result = add(&app, &in_path(uid), request, UploadSlot::File, route).await;
    reply::send(&Comeet, &app, result)
}

pub(in crate::comeet) async fn add_resume(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let route = "/candidates/{uid}/resume";
    let result = add(&app, &in_path(uid), request, UploadSlot::Resume, route).await;
    reply::send(&Comeet, &app, result)
}

async fn add(
    app: &App,
    uid: &str,
    request: Request,
    slot: UploadSlot,
    route: &'static str,
) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, &[ADD_FILES]).await?;
    let id = candidate_of(uid, request.headers())?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let body = Arc::new(Body::read(request.body.clone(), wire::is_upload)?);
    let OneFile { upload, unknown } = OneFile::parse(&body, slot)?;
    let admitted = caller.clone();
    let look = move |r: &mut Reader| living(r, &admitted, id);
    app.store.read(look).await?;
    wire::check_name(&upload)?;
    let stored = store_files(app, &caller, &body, &[upload]).await?;
    let kept = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route,
        body: body.skeleton.clone(),
        files: stored.iter().map(|(_, kept)| kept.slot.clone()).collect(),
        eeo: files::eeo_slots(&body),
        unmapped: unknown,
    };
    let (key, within) = (request.key.clone(), app.clone());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &within, &caller, id, &kept, &stored)
            })
        })
        .await
}

/// Answers the file that was added, as the page's example does. Its link opens the file to whoever holds it, so that in an
/// answer that may be kept it is veiled.
fn take_in(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: ApplicationId,
    kept: &NewSubmission,
    stored: &[(Upload, Kept)],
) -> Result<Answer> {
    let person = living(tx, caller, id)?.candidate;
    let kept = submission::keep(tx, caller, kept)?;
    for text in stored.iter().filter_map(|(_, kept)| kept.text.as_ref()) {
        attachment::name_file(tx, caller.org, text)?;
    }
    let new: Vec<_> = stored
        .iter()
        .map(|(upload, kept)| map::new_attachment(&(upload.clone(), kept.file.clone())))
        .collect();
    let added = attachment::add(tx, caller, &person, kept.id, &new)?;
    application::change(tx, caller, id, &ApplicationChange::default())?;
    submission::settle(tx, caller.org, kept, Some(person.id), Some(id), "enriched")?;
    let mut shown = Vec::with_capacity(added.len());
    for uid in added {
        let one = attachment::find(tx, caller.org, uid)?;
        let link = file::link(app, caller.org, &one);
        let link = link.ok_or_else(|| Problem::broken("a stored file has no address"))?;
        shown.push(json!({"name": one.name, "url": app.key.veil(&link)}));
    }
    Ok(reply::json(200, &json!(shown)))
}
