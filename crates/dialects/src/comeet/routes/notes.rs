//! `POST /candidates/{uid}/notes`. The vendor has no call that reads one; here the Candidate has them.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::application::{self, ApplicationChange};
use hiring::caller::Caller;
use hiring::id::ApplicationId;
use hiring::idempotency::{self, Answer};
use hiring::member;
use hiring::note::{self, Spoken};
use hiring::page::Side;
use hiring::problem::{Act, Result};
use hiring::submission::{self, NewSubmission};
use store::{Reader, Tx};

use super::change::living;
use super::{Uid, candidate_of, in_path};
use crate::body::Body;
use crate::comeet::map;
use crate::comeet::scopes::NOTES;
use crate::comeet::wire::{NewNote, no_file};
use crate::comeet::{Comeet, NAME, auth};
use crate::{files, inbound, reply};

pub(in crate::comeet) async fn create_note(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let result = create(&app, &in_path(uid), request).await;
    reply::send(&Comeet, &app, result)
}

async fn create(app: &App, uid: &str, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, &[NOTES]).await?;
    let id = candidate_of(uid, request.headers())?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), no_file)?;
    let wire = NewNote::parse(&body)?;
    let kept = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/candidates/{uid}/notes",
        body: body.skeleton.clone(),
        files: Vec::new(),
        eeo: files::eeo_slots(&body),
        unmapped: wire.unknown.clone(),
    };
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, id, &wire, &kept)
            })
        })
        .await
}

fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    wire: &NewNote,
    kept: &NewSubmission,
) -> Result<Answer> {
    let person = living(tx, caller, id)?.candidate.id;
    let kept = submission::keep(tx, caller, kept)?;
    let author = author(tx, caller, wire)?;
    let new = map::new_note(wire, person, author, kept.id);
    let note = note::create(tx, caller, &new)?;
    let said = map::said_of(wire, author);
    note::say(tx, caller.org, note.id, id, &said)?;
    application::change(tx, caller, id, &ApplicationChange::default())?;
    submission::settle(tx, caller.org, kept, Some(person), Some(id), "noted")?;
    let spoken = Spoken {
        id: note.id,
        candidate: person,
        application: Some(id),
        said,
        created_at: note.created_at,
    };
    Ok(reply::json(200, &map::note_shown(&spoken)))
}

/// The member whose address the author has.
fn author(r: &mut Reader, caller: &Caller, wire: &NewNote) -> Result<Option<hiring::id::MemberId>> {
    let Some(key) = wire.email().and_then(hiring::text::email_key) else {
        return Ok(None);
    };
    let filter = member::Filter {
        email_key: Some(key),
        ..member::Filter::default()
    };
    let found = member::page(r, caller.org, Side::After(0), &filter, 1)?;
    Ok(found.first().map(|member| member.id))
}
