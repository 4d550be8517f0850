//! `POST /candidates`.
//!
//! The order of refusals is the vendor's (dialects page, §7): the body, its fields, the position, the files, the
//! conflict. Files are decoded and written before the transaction, so a body with files has its position looked at
//! once more, before that work.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::application::{self, Application, Found, Opened};
use hiring::attachment::{self, Stored};
use hiring::caller::Caller;
use hiring::candidate::{self, NewCandidate, Taken};
use hiring::id::JobId;
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job, Status};
use hiring::problem::{Act, Clash, Flaw, FlawCode, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, organization};
use store::{Reader, Tx};

use crate::body::Body;
use crate::comeet::map::{self, View};
use crate::comeet::scopes::{CREATE, READ, Sight};
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::{self, CreateCandidate, FILE_BYTES, Upload, UploadSlot};
use crate::comeet::{Comeet, NAME, auth};
use crate::files::{self, Content, File, Kept};
use crate::{inbound, reply, written};

pub(in crate::comeet) async fn create_candidate(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = create(&app, request).await;
    reply::send(&Comeet, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, &[CREATE]).await?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let body = Arc::new(Body::read(request.body.clone(), wire::is_file)?);
    let wire = Arc::new(CreateCandidate::parse(&body)?);
    // A repeat must get its kept answer even when the position has been closed since.
    if !wire.uploads.is_empty() && request.key.is_none() {
        let (caller, wire) = (caller.clone(), wire.clone());
        let look = move |r: &mut Reader| admit(r, &caller, &wire);
        app.store.read(look).await?;
    }
    wire.check_names()?;
    let uploads = store_files(app, &caller, &body, &wire.uploads).await?;
    let kept = submission(&body, &wire, &uploads);
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, &wire, &kept, &uploads)
            })
        })
        .await
}

/// The job, if the organization has it and it takes candidates, and has the custom fields that the body names.
fn admit(r: &mut Reader, caller: &Caller, wire: &CreateCandidate) -> Result<Job> {
    if !wire.custom_fields.is_empty() {
        wire.check_custom_fields(&organization::custom_fields(r, caller.org)?)?;
    }
    let id = uid::read(Kind::Position, &wire.position_uid).map(JobId);
    let job = job::find(r, caller.org, id.ok_or(Problem::NotFound(Noun::Job))?)?;
    match job.status {
        Status::Open | Status::OnHold => Ok(job),
        Status::Draft | Status::Closed => Err(Problem::NotFound(Noun::Job)),
    }
}

/// These files of the body, decoded, and on disk.
pub(super) async fn store_files(
    app: &App,
    caller: &Caller,
    body: &Arc<Body>,
    uploads: &[Upload],
) -> Result<Vec<(Upload, Kept)>> {
    if uploads.is_empty() {
        return Ok(Vec::new());
    }
    let (from, uploads) = (body.clone(), uploads.to_vec());
    let decoded = files::off_thread(move || decode(&from, &uploads)).await??;
    let mut kept = Vec::with_capacity(decoded.len());
    for (upload, file) in decoded {
        kept.push((upload, files::store(app, caller.org, body, file).await?));
    }
    Ok(kept)
}

fn decode(body: &Body, uploads: &[Upload]) -> Result<Vec<(Upload, File)>> {
    let one = |upload: &Upload| {
        let file = files::decode(body, &upload.placeholder, Content::Base64)?;
        if upload.slot == UploadSlot::File && file.size() > FILE_BYTES {
            let at = format!("{}/file", upload.at);
            return Err(Flaw::new(at, FlawCode::FileTooLarge, "the file is too large").into());
        }
        Ok((upload.clone(), file))
    };
    uploads.iter().map(one).collect()
}

fn submission(body: &Body, wire: &CreateCandidate, uploads: &[(Upload, Kept)]) -> NewSubmission {
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/candidates",
        body: body.skeleton.clone(),
        files: uploads.iter().map(|(_, kept)| kept.slot.clone()).collect(),
        eeo: files::eeo_slots(body),
        unmapped: unmapped(body, wire),
    }
}

/// What the page does not know, and blanks, which say nothing.
fn unmapped(body: &Body, wire: &CreateCandidate) -> Vec<String> {
    let blanks = written::blanks(&body.json, &|at| at == "/custom_fields");
    wire.unknown.iter().cloned().chain(blanks).collect()
}

/// Keeps the submission, finds or makes the person, opens the application or finds the open one.
fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    wire: &CreateCandidate,
    kept: &NewSubmission,
    uploads: &[(Upload, Kept)],
) -> Result<Answer> {
    let job = admit(tx, caller, wire)?;
    let kept = submission::keep(tx, caller, kept)?;
    for text in uploads.iter().filter_map(|(_, kept)| kept.text.as_ref()) {
        attachment::name_file(tx, caller.org, text)?;
    }
    let said = new_candidate(caller, wire, uploads);
    let Taken { candidate, outcome } = candidate::take_in(tx, caller, kept, &said)?;
    let new = map::new_application(wire);
    let opened = application::open(tx, caller, &candidate, &job, &new)?;
    let application = opened.application().id;
    if let Opened::Existing(there) = &opened {
        repeat(tx, caller, &job, there, wire)?;
    }
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(candidate.id),
        Some(application),
        outcome.word(),
    )?;
    let found = match opened {
        Opened::New(application) | Opened::Completed(application) => Found {
            submitted_at: tx.now(),
            standing_at: tx.now(),
            application,
            candidate,
        },
        Opened::Existing(there) => application::find_found(tx, caller.org, there.id, None)?,
    };
    let view = View {
        found: &found,
        job: &job,
        stages: &job::stages(tx, caller.org, job.id)?,
        passages: &application::passages(tx, caller.org, application)?,
        notes: &[],
        sight: Sight::of(caller),
    };
    let may_read = caller.permissions.allow(Act::Read) && caller.require_scope(READ).is_ok();
    Ok(reply::json(200, &map::created(&view, may_read)))
}

fn new_candidate(
    caller: &Caller,
    wire: &CreateCandidate,
    uploads: &[(Upload, Kept)],
) -> NewCandidate {
    let files: Vec<(Upload, Stored)> = uploads
        .iter()
        .map(|(upload, kept)| (upload.clone(), kept.file.clone()))
        .collect();
    map::new_candidate(wire, caller.key(), &files)
}

/// An open application is there. It conflicts if the partner made it under this very id and it is in progress; else
/// it is the answer, with what is new about it (DESIGN §9).
fn repeat(
    tx: &mut Tx,
    caller: &Caller,
    job: &Job,
    there: &Application,
    wire: &CreateCandidate,
) -> Result<()> {
    let partner_id = wire.partner_candidate_id.as_deref();
    // Another partner's ids are its own, even where one reads like ours.
    let same = partner_id.is_some()
        && partner_id == there.foreign_key.as_deref()
        && sent_before(tx, caller, there)?;
    let stages = job::stages(tx, caller.org, job.id)?;
    if same && map::in_progress(there, job, &stages) {
        return Err(Problem::Conflict(Clash::ApplicationOpen {
            application: there.id,
        }));
    }
    application::supplement(tx, caller, there.id, partner_id, &map::details(wire))?;
    Ok(())
}

/// Whether the caller's key has sent something of this application before; the submission at hand does not count yet.
fn sent_before(r: &mut Reader, caller: &Caller, there: &Application) -> Result<bool> {
    match application::find_found(r, caller.org, there.id, caller.key()) {
        Ok(_) => Ok(true),
        Err(Problem::NotFound(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
