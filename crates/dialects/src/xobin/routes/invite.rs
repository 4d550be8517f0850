//! Inviting a candidate to a track (invite page).

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::application::{self, Application, NewApplication, Opened};
use hiring::caller::Caller;
use hiring::candidate::{self, Taken};
use hiring::id::JobId;
use hiring::idempotency::Answer;
use hiring::invite::{self, Invite as Made};
use hiring::job;
use hiring::problem::{Clash, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, mail};
use store::Tx;

use super::add::refuse_ended;
use super::{Sent, once, respond, sent, view};
use crate::reply;
use crate::xobin::map::{said, shown};
use crate::xobin::wire::Invite;

pub(in super::super) async fn invite_candidate(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = invite_to(&app, request).await;
    respond(&app, result)
}

async fn invite_to(app: &App, request: Request) -> Result<Answer> {
    let Sent { caller, key, body } = sent(app, request).await?;
    let wire = Invite::parse(&body)?;
    let kept = super::submission(body, "/tracks/invite", &wire.unknown);
    let inner = app.clone();
    once(app, caller, key, move |tx, caller| {
        invite_or_repeat(tx, &inner, caller, &kept, &wire)
    })
    .await
}

/// A repeat while the invite is open changes nothing: 200 with the same link, and `sendlink` mails it again. Once it is over
/// without an application (expired, revoked, declined) it gets a new link.
fn invite_or_repeat(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    kept: &NewSubmission,
    wire: &Invite,
) -> Result<Answer> {
    let job = job::find(tx, caller.org, JobId(wire.track_id))?;
    let kept = submission::keep(tx, caller, kept)?;
    let said = said::new_candidate(&wire.name, &wire.email, &Default::default(), &[]);
    let Taken { candidate, outcome } = candidate::take_in(tx, caller, kept, &said)?;
    refuse_ended(tx, caller, &candidate, &job)?;
    let new = NewApplication {
        pending: true,
        source: said::SOURCE.into(),
        ..NewApplication::default()
    };
    let opened = application::open(tx, caller, &candidate, &job, &new)?;
    let application = opened.application().clone();
    let invite = match opened {
        Opened::Existing(_) => open_invite(tx, app, caller, &application)?,
        _ => invite::create(tx, &app.key, caller, &application, None)?,
    };
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(candidate.id),
        Some(application.id),
        outcome.word(),
    )?;
    let view = view(tx, caller, job, application)?;
    let url = &app.settings.public_url;
    if wire.send {
        mail::invite(tx, url, caller, &invite, Some(&wire.email), None)?;
    }
    Ok(reply::json(200, &shown::invited(&view, url, &wire.email)))
}

/// The invite that the application waits for, open, renewed if it was over. Of several who find it over at once one renews it.
fn open_invite(tx: &mut Tx, app: &App, caller: &Caller, application: &Application) -> Result<Made> {
    let clash = Problem::Conflict(Clash::ApplicationOpen {
        application: application.id,
    });
    let invite = invite::look_up(tx, caller.org, application.id)?.ok_or(clash.clone())?;
    if !application.pending {
        return Err(clash);
    }
    let invite = invite::lock(tx, &invite)?;
    match invite.state {
        invite::State::Completed => Err(clash),
        state if state.is_open() => Ok(invite),
        _ => invite::renew(tx, &app.key, caller, &invite, None),
    }
}
