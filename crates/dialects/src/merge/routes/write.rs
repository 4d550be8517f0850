//! What every write has in common: `{model, remote_user_id}` in, `{model, warnings, errors, logs?}` out (dialect page, §2).
//!
//! The body is judged before anything is stored; then one transaction keeps it, does the work and keeps the answer.

use std::sync::Arc;

use axum::extract::Request;
use hiring::App;
use hiring::id::{ApplicationId, CandidateId};
use hiring::idempotency::{self, Answer};
use hiring::linked_account::Settings;
use hiring::problem::{Problem, Result};
use hiring::submission::{self, Kept, NewSubmission};
use serde_json::Value;
use store::Tx;

use super::forward;
use crate::body::Body;
use crate::inbound::Inbound;
use crate::merge::auth::{self, Guest};
use crate::merge::keep::{self, Entry};
use crate::merge::map::{self, Lens, Log, What};
use crate::merge::wire::{Note, Read, Why, Write, WriteQuery};
use crate::merge::{NAME, problem};
use crate::{delicate, files, inbound, written};

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
    work: impl Fn(&mut Tx, &Call<M>, Kept) -> Result<Made> + Send + Sync + 'static,
) -> Result<Answer> {
    let guest = auth::known(app, request.headers()).await?;
    let (caller, mut trail) = (guest.caller.clone(), Trail::new(app, &what));
    let done = attempt(app, request, what, guest, &mut trail, parse, work).await;
    match done {
        Ok(answer) => Ok(answer),
        Err(problem) => {
            let why = problem.clone();
            // What is wrong *in* a body is told in the write's envelope; that it could not be read at all, as elsewhere.
            let answer = match (trail.read, problem) {
                (false, unreadable @ Problem::Invalid(_)) => Err(unreadable),
                (_, other) => map::refused(&what, other, &trail.notes, trail.logged.as_ref()),
            };
            let status = match &answer {
                Ok(answer) => answer.status,
                Err(other) => problem::status(other),
            };
            keep::refused(app, &caller, trail.entry, &why, status).await;
            answer
        }
    }
}

/// What is known of a write, done or not.
struct Trail {
    entry: Entry,
    notes: Vec<Note>,
    logged: Option<Log>,
    /// Whether the body was JSON.
    read: bool,
}

impl Trail {
    fn new(app: &App, what: &What) -> Trail {
        Trail {
            entry: Entry::new(app, what),
            notes: Vec::new(),
            logged: None,
            read: false,
        }
    }
}

async fn attempt<M: Send + 'static>(
    app: &App,
    request: Request,
    what: What,
    guest: Guest,
    trail: &mut Trail,
    parse: fn(&Body, &Settings) -> Read<M>,
    work: impl Fn(&mut Tx, &Call<M>, Kept) -> Result<Made> + Send + Sync + 'static,
) -> Result<Answer> {
    guest.require_write(what.model)?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let work = Arc::new(work);
    let reading = |places| Reading {
        what,
        guest: &guest,
        parse,
        places,
    };
    let first = judge(app, &request, reading(&[]), trail, work.clone()).await;
    match delicate::places(&first) {
        Some(places) => judge(app, &request, reading(&places), trail, work).await,
        None => first,
    }
}

/// How a body is read, by whom.
struct Reading<'r, M> {
    what: What,
    guest: &'r Guest,
    parse: fn(&Body, &Settings) -> Read<M>,
    /// Answers that are to be cut out besides.
    places: &'r [String],
}

async fn judge<M: Send + 'static>(
    app: &App,
    request: &Inbound,
    reading: Reading<'_, M>,
    trail: &mut Trail,
    work: Arc<impl Fn(&mut Tx, &Call<M>, Kept) -> Result<Made> + Send + Sync + 'static>,
) -> Result<Answer> {
    let Reading {
        what,
        guest,
        parse,
        places,
    } = reading;
    let body = Body::read_beside(request.body.clone(), |_| false, places)?;
    trail.entry.read(&body);
    trail.read = true;
    trail.logged = WriteQuery::parse(&request.query)
        .is_debug_mode
        .then(|| Log {
            id: body.uid,
            public_url: app.settings.public_url.clone(),
        });
    let Read { write, notes } = parse(&body, &guest.account.settings);
    trail.notes = notes;
    let write = write?;
    let call = Call {
        lens: guest.lens(app),
        guest: guest.clone(),
        write,
    };
    let kept = submission(&what, body, &trail.notes);
    let (notes, logged) = (trail.notes.clone(), trail.logged.clone());
    let (entry, key) = (trail.entry.clone().submitted(), request.key.clone());
    let done = app
        .store
        .write(move |tx| {
            idempotency::once(tx, &call.guest.caller, key.as_ref(), |tx| {
                let made = settle(tx, &call, &kept, &*work)?;
                keep::kept(tx, &call.guest.caller, &entry, what.status)?;
                let notes = [notes.clone(), made.notes].concat();
                Ok(map::done(&what, made.model, &notes, logged.as_ref()))
            })
        })
        .await?;
    let run_async = WriteQuery::parse(&request.query).run_async;
    forward::tell(app, guest, what.model, done, run_async).await
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
    let repeated = made.notes.iter().filter(|n| n.why == Why::Repeated);
    let repeated: Vec<String> = repeated.map(|n| n.pointer.clone()).collect();
    submission::add_unmapped(tx, caller.org, kept, &repeated)?;
    let whom = (made.candidate, made.application);
    forward::queue(tx, &call.guest, whom, new.uid)?;
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

/// What of the body has no place in the record is what the warnings name, and blanks.
fn submission(what: &What, body: Body, notes: &[Note]) -> NewSubmission {
    // Of these lists and of answers blanks are kept too; elsewhere a blank says nothing.
    let kept =
        |at: &str| ["/model/locations", "/model/tags"].contains(&at) || at.ends_with("/answer");
    let mut unmapped: Vec<String> = notes.iter().map(|n| n.pointer.clone()).collect();
    unmapped.extend(written::blanks(&body.json, &kept));
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: what.route,
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped,
    }
}

/// A model that was judged to be whole is not: our fault.
pub(super) fn whole<M>(model: &Option<M>) -> Result<&M> {
    model
        .as_ref()
        .ok_or_else(|| Problem::broken("a body passed that should not have"))
}
