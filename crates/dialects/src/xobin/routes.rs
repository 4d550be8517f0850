//! What the handlers have in common. Which addresses there are stands in `document.rs`.
//!
//! Adding applicants is `routes/add.rs`, `routes/invite.rs` and `routes/oldest.rs`; reading them back, `routes/read.rs`;
//! moving, hiring and rejecting them, `routes/conclude.rs`, and by the older way of calling, `routes/by_candidate.rs`;
//! tracks and numbers, `routes/tracks.rs` and `routes/stats.rs`.

pub(super) mod add;
pub(super) mod by_candidate;
pub(super) mod conclude;
pub(super) mod invite;
pub(super) mod oldest;
pub(super) mod read;
pub(super) mod stats;
pub(super) mod tracks;

use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use hiring::application::{self, Application};
use hiring::caller::Caller;
use hiring::id::{ApplicationId, JobId};
use hiring::idempotency::{self, Answer, RequestKey};
use hiring::job::{self, Job};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::submission::NewSubmission;
use hiring::{App, candidate, invite as invites};
use store::{Reader, Tx};

use super::map::View;
use super::{NAME, Xobin, auth};
use crate::body::Body;
use crate::{files, inbound, reply, written};

/// A call that changes something, its body as it came.
#[derive(Clone)]
struct Unread {
    caller: Caller,
    key: Option<RequestKey>,
    raw: Bytes,
}

impl Unread {
    /// Reads the body, these answers cut out (`crate::delicate`).
    fn read(self, delicate: &[String]) -> Result<Sent> {
        Ok(Sent {
            body: Body::read_beside(self.raw, |_| false, delicate)?,
            key: self.key,
            caller: self.caller,
        })
    }
}

/// A call with a body, read.
struct Sent {
    caller: Caller,
    key: Option<RequestKey>,
    body: Body,
}

/// Receives a call that changes something.
async fn unread(app: &App, request: Request) -> Result<Unread> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    Ok(Unread {
        raw: request.body.clone(),
        key: request.key.clone(),
        caller,
    })
}

/// Reads one.
async fn sent(app: &App, request: Request) -> Result<Sent> {
    unread(app, request).await?.read(&[])
}

/// The same where every member of the body may be left out, and so the body too.
async fn sent_or_nothing(app: &App, request: Request) -> Result<Sent> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    let body = match request.body.is_empty() {
        true => Bytes::from_static(b"{}"),
        false => {
            request.require_json()?;
            request.body.clone()
        }
    };
    Ok(Sent {
        body: Body::read(body, |_| false)?,
        key: request.key.clone(),
        caller,
    })
}

/// Runs `work` in a transaction, once for each Idempotency-Key.
async fn once(
    app: &App,
    caller: Caller,
    key: Option<RequestKey>,
    mut work: impl FnMut(&mut Tx, &Caller) -> Result<Answer> + Send + 'static,
) -> Result<Answer> {
    app.store
        .write(move |tx| idempotency::once(tx, &caller, key.as_ref(), |tx| work(tx, &caller)))
        .await
}

fn respond(app: &App, result: Result<Answer>) -> Response {
    reply::send(&Xobin, app, result)
}

/// What a caller wants done with this call, and says of nobody.
const INSTRUCTIONS: [&str; 3] = ["send_email", "email_message", "invite_format"];

fn submission(body: Body, route: &'static str, unknown: &[String]) -> NewSubmission {
    let mut unmapped = unknown.to_vec();
    let said = INSTRUCTIONS
        .iter()
        .filter(|name| !body.json[*name].is_null());
    unmapped.extend(said.map(|name| format!("/{name}")));
    // Answers are kept blank, too.
    unmapped.extend(written::blanks(&body.json, &|at| at == "/fields"));
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route,
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped,
    }
}

/// A track that is no number is a track that does not exist.
fn job_id(text: &str) -> Result<JobId> {
    text.parse()
        .map(JobId)
        .map_err(|_| Problem::NotFound(Noun::Job))
}

fn application_id(text: &str) -> Result<ApplicationId> {
    text.parse()
        .map(ApplicationId)
        .map_err(|_| Problem::NotFound(Noun::Application))
}

/// The applicant of this track.
fn applicant_of(
    r: &mut Reader,
    caller: &Caller,
    track: JobId,
    id: ApplicationId,
) -> Result<(Job, Application)> {
    let job = job::find(r, caller.org, track)?;
    let application = application::find(r, caller.org, id)?;
    if application.job != track {
        return Err(Problem::NotFound(Noun::Application));
    }
    Ok((job, application))
}

/// All that a view of an applicant needs.
fn view(r: &mut Reader, caller: &Caller, job: Job, application: Application) -> Result<View> {
    Ok(View {
        candidate: candidate::find(r, caller.org, application.candidate)?,
        stages: job::stages(r, caller.org, job.id)?,
        invite: invites::look_up(r, caller.org, application.id)?,
        application,
        job,
    })
}
