//! What every write has in common: `{model, remote_user_id}` in, `{model, warnings, errors, logs?}` out (dialect page, §2).
//!
//! The body is judged before anything is stored; then one transaction keeps it, does the work and keeps the answer.

use axum::extract::Request;
use hiring::App;
use hiring::id::{ApplicationId, CandidateId};
use hiring::idempotency::{self, Answer};
use hiring::linked_account::Settings;
use hiring::problem::{Act, Problem, Result};
use hiring::submission::{self, Kept, NewSubmission};
use serde_json::Value;
use store::Tx;

use crate::body::Body;
use crate::merge::NAME;
use crate::merge::auth::{self, Guest};
use crate::merge::map::{self, Lens, Log, What};
use crate::merge::wire::{Note, Read, Write, WriteQuery};
use crate::{files, inbound};

/// A write that was read and waits for its transaction.
pub(super) struct Call<M> {
    pub guest: Guest,
    pub lens: Lens,
    pub write: Write<M>,
}

/// What a write came to.
pub(super) struct Made {
    /// The record as it is now.
    pub model: Value,
    /// Whom it is about.
    pub candidate: Option<CandidateId>,
    /// The application it made or changed.
    pub application: Option<ApplicationId>,
    /// As a submission's outcome is stored.
    pub outcome: &'static str,
    /// Warnings beside those of the body.
    pub notes: Vec<Note>,
}

/// Takes in one write. `parse` reads the body by what the linked account requires; `work` does what it says, and may run
/// again from the start.
pub(super) async fn take_in<M: Send + 'static>(
    app: &App,
    request: Request,
    what: What,
    parse: fn(&Body, &Settings) -> Read<M>,
    work: impl Fn(&mut Tx, &Call<M>, Kept) -> Result<Made> + Send + 'static,
) -> Result<Answer> {
    let guest = auth::guest(app, request.headers(), Act::Write).await;
    let guest = guest.and_then(|guest| guest.may_write(what.model).map(|()| guest));
    let guest = match guest {
        Ok(guest) => guest,
        Err(problem) => return map::refused(&what, problem, &[], None),
    };
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let logged = WriteQuery::parse(&request.query)
        .is_debug_mode
        .then(|| Log {
            id: body.uid,
            public_url: app.settings.public_url.clone(),
        });
    let Read { write, notes } = parse(&body, &guest.account.settings);
    let write = match write {
        Ok(write) => write,
        Err(problem) => return map::refused(&what, problem, &notes, logged.as_ref()),
    };
    let call = Call {
        lens: guest.lens(app),
        guest,
        write,
    };
    let kept = submission(&what, body, &notes);
    let (in_vain, key) = ((notes.clone(), logged.clone()), request.key.clone());
    let done = app
        .store
        .write(move |tx| {
            idempotency::once(tx, &call.guest.caller, key.as_ref(), |tx| {
                let made = settle(tx, &call, &kept, &work)?;
                let notes = [notes.clone(), made.notes].concat();
                Ok(map::done(&what, made.model, &notes, logged.as_ref()))
            })
        })
        .await;
    done.or_else(|problem| map::refused(&what, problem, &in_vain.0, in_vain.1.as_ref()))
}

fn settle<M>(
    tx: &mut Tx,
    call: &Call<M>,
    new: &NewSubmission,
    work: &impl Fn(&mut Tx, &Call<M>, Kept) -> Result<Made>,
) -> Result<Made> {
    let caller = &call.guest.caller;
    let kept = submission::keep(tx, caller, new)?;
    let made = work(tx, call, kept)?;
    if let Some(candidate) = made.candidate.filter(|_| !new.eeo.is_empty()) {
        // No field of these bodies is an equal-opportunity answer, but answers one brought are this person's.
        hiring::eeo::assign(tx, caller.org, kept.uid, candidate)?;
    }
    submission::settle(
        tx,
        caller.org,
        kept,
        made.candidate,
        made.application,
        made.outcome,
    )?;
    Ok(made)
}

/// What of the body has no place in the record is what the warnings name.
fn submission(what: &What, body: Body, notes: &[Note]) -> NewSubmission {
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: what.route,
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped: notes.iter().map(|n| n.pointer.clone()).collect(),
    }
}

/// A model that was judged to be whole is not: our fault.
pub(super) fn whole<M>(model: &Option<M>) -> Result<&M> {
    model
        .as_ref()
        .ok_or_else(|| Problem::broken("a body passed that should not have"))
}
