//! `PATCH /candidates/{uid}`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::application::{self, Found};
use hiring::attachment::{self, Stored};
use hiring::caller::Caller;
use hiring::candidate::{self, ForeignId};
use hiring::id::ApplicationId;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, organization};
use store::{Reader, Tx};

use super::create::store_files;
use super::{Uid, candidate_of, in_path, views};
use crate::body::Body;
use crate::comeet::map;
use crate::comeet::scopes::{UPDATE, whose};
use crate::comeet::wire::{self, UpdateCandidate, Upload};
use crate::comeet::{Comeet, NAME, auth};
use crate::files::{self, Kept};
use crate::{inbound, reply};

pub(in crate::comeet) async fn update_candidate(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = update(&app, &in_path(uid), request).await;
    reply::send(&Comeet, &app, result)
}

async fn update(app: &App, uid: &str, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, &[UPDATE]).await?;
    let id = candidate_of(uid, request.headers())?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let body = Arc::new(Body::read(request.body.clone(), wire::is_file)?);
    let wire = Arc::new(UpdateCandidate::parse(&body)?);
    let (admitted, looked) = (caller.clone(), wire.clone());
    let look = move |r: &mut Reader| admit(r, &admitted, id, &looked);
    app.store.read(look).await?;
    wire.said.check_names()?;
    let uploads = store_files(app, &caller, &body, &wire.said.uploads).await?;
    let kept = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/candidates/{uid}",
        body: body.skeleton.clone(),
        files: uploads.iter().map(|(_, kept)| kept.slot.clone()).collect(),
        eeo: files::eeo_slots(&body),
        unmapped: wire.said.unknown.clone(),
    };
    let within = app.clone();
    app.store
        .write(move |tx| {
            take_in(tx, &caller, id, &wire, &kept, &uploads)?;
            let found = application::find_found(tx, caller.org, id, None)?;
            if !caller.permissions.allow(Act::Read) {
                let body = views::with_views(tx, &caller, &[found], |views| {
                    views.first().map(|view| map::created(view, false))
                })?;
                return Ok(reply::json(200, &body.unwrap_or_default()));
            }
            let mut shown = views::candidates(tx, &within, &caller, &[found], true)?;
            Ok(reply::json(200, &shown.remove(0)))
        })
        .await
}

/// The candidate, if the caller may see it and it is not deleted, and the organization has the fields that the body names.
fn admit(
    r: &mut Reader,
    caller: &Caller,
    id: ApplicationId,
    wire: &UpdateCandidate,
) -> Result<Found> {
    let found = living(r, caller, id)?;
    if !wire.said.custom_fields.is_empty() || !wire.emptied_fields.is_empty() {
        wire.check_custom_fields(&organization::custom_fields(r, caller.org)?)?;
    }
    Ok(found)
}

/// The candidate, if the caller may see it and it is not deleted.
pub(super) fn living(r: &mut Reader, caller: &Caller, id: ApplicationId) -> Result<Found> {
    let found = application::find_found(r, caller.org, id, whose(caller))?;
    match found.candidate.ignored_at {
        None => Ok(found),
        Some(_) => Err(Problem::NotFound(Noun::Application)),
    }
}

fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    wire: &UpdateCandidate,
    kept: &NewSubmission,
    uploads: &[(Upload, Kept)],
) -> Result<()> {
    let person = admit(tx, caller, id, wire)?.candidate.id;
    let kept = submission::keep(tx, caller, kept)?;
    for text in uploads.iter().filter_map(|(_, kept)| kept.text.as_ref()) {
        attachment::name_file(tx, caller.org, text)?;
    }
    let stored: Vec<(Upload, Stored)> = uploads
        .iter()
        .map(|(upload, kept)| (upload.clone(), kept.file.clone()))
        .collect();
    candidate::edit_by(tx, caller, kept, person, &map::named(wire), |record| {
        map::edit_of(wire, &stored, record)
    })?;
    application::change(tx, caller, id, &map::change_of(wire))?;
    if let (Some(key), Some(partner)) = (caller.key(), &wire.said.partner_candidate_id) {
        let foreign = ForeignId {
            kind: map::partner(key),
            key: partner.clone(),
        };
        candidate::add_foreign(tx, caller.org, person, &foreign)?;
    }
    submission::settle(tx, caller.org, kept, Some(person), Some(id), "edited")
}
