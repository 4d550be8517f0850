//! Invites: made, listed, read, mailed again, renewed, revoked.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use hiring::application::{self, NewApplication, Opened};
use hiring::caller::Caller;
use hiring::candidate::{self, NewCandidate};
use hiring::id::{InviteId, OrgId};
use hiring::idempotency::{self, Answer};
use hiring::invite::{self, Filter, Invite, State as InviteState};
use hiring::job;
use hiring::problem::{Act, Clash, FlawCode, Noun, Problem, Result};
use hiring::record::How;
use hiring::submission::{self, NewSubmission};
use hiring::{App, delivery, mail, page};
use serde_json::json;
use store::{Reader, Tx};

use super::candidates::{in_the_way, unknown_job};
use super::query::{self, Paging, Query};
use super::{changed, located, shown, uid};
use crate::body::Body;
use crate::files;
use crate::inbound::{self, Inbound};
use crate::native::wire::{NewInvite, Renew, Resend, Revoke, answer};
use crate::native::{NAME, Native, auth, map};
use crate::reply;

/// Invite a person to apply
///
/// Makes the person, if nobody is known by the address, and an application that waits for them. An invite to this job that
/// has expired, was revoked or declined is renewed. Needs `write`.
#[utoipa::path(post, path = "/invites", tag = "invites", request_body = NewInvite,
    responses((status = 201, description = "The invite, with its link.", body = answer::Invite),
        (status = 409, description = "`application-open`: the person has applied or is invited already. Or \
            `key-in-flight`, or `not-allowed` when the job is closed. Nothing was stored.",
            body = answer::Failure, content_type = "application/problem+json")))]
pub(in crate::native) async fn create_invite(State(app): State<App>, request: Request) -> Response {
    let result = create(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let new = NewInvite::parse(&body)?;
    let sent = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/invites",
        body: body.skeleton.clone(),
        files: Vec::new(),
        eeo: files::eeo_slots(&body),
        unmapped: Vec::new(),
    };
    let (asker, inner, key) = (caller.clone(), app.clone(), request.key.clone());
    let result = app
        .store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                invite_to(tx, &inner, &caller, &new, &sent)
            })
        })
        .await;
    match result {
        Err(Problem::Conflict(Clash::ApplicationOpen { application })) => {
            in_the_way(app, asker, application).await
        }
        result => result,
    }
}

fn invite_to(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    new: &NewInvite,
    sent: &NewSubmission,
) -> Result<Answer> {
    let job = job::find_by_uid(tx, caller.org, new.job).map_err(unknown_job)?;
    let kept = submission::keep(tx, caller, sent)?;
    let taken = candidate::take_in(tx, caller, kept, &person(new))?;
    let pending = NewApplication {
        pending: true,
        source: new.source.clone().unwrap_or_else(|| "Invite".to_owned()),
        ..NewApplication::default()
    };
    let opened = application::open(tx, caller, &taken.candidate, &job, &pending)?;
    let application = opened.application().clone();
    let wanted = invite::NewInvite {
        email: Some(new.email.clone()),
        message: new.message.clone(),
        language: new.language.clone(),
        days: new.expires_in_days,
    };
    let invite = match opened {
        Opened::New(_) => invite::create_with(tx, &app.key, caller, &application, &wanted)?,
        _ => renewed(tx, app, caller, &application, &wanted)?,
    };
    let (person, outcome) = (Some(taken.candidate.id), taken.outcome.word());
    submission::settle(tx, caller.org, kept, person, Some(application.id), outcome)?;
    if new.mail {
        mail::invite(tx, &app.settings.public_url, caller, &invite, None, None)?;
    }
    let made = changed(201, &one_in_full(tx, caller.org, &invite, app)?)?;
    Ok(located(made, "invites", invite.uid))
}

fn person(new: &NewInvite) -> NewCandidate {
    let mut said = hiring::record::Said::new();
    if let Some(name) = &new.name {
        said.insert("full_name".into(), json!(name));
    }
    said.insert("emails".into(), json!([{"value": new.email}]));
    NewCandidate {
        said,
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: Vec::new(),
    }
}

/// The invite of an application that is there already, if nobody can apply by it any more.
fn renewed(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    application: &application::Application,
    wanted: &invite::NewInvite,
) -> Result<Invite> {
    let in_the_way = || {
        Problem::Conflict(Clash::ApplicationOpen {
            application: application.id,
        })
    };
    match invite::look_up(tx, caller.org, application.id)? {
        Some(there) if application.pending && !there.state.is_open() => {
            let renewed = invite::renew(tx, &app.key, caller, &there, wanted.days)?;
            invite::address(tx, &renewed, wanted)
        }
        _ => Err(in_the_way()),
    }
}

/// List the invites
#[utoipa::path(get, path = "/invites", tag = "invites",
    params(("job" = Option<Uuid>, Query, description = "Only those to this job."),
        ("candidate" = Option<Uuid>, Query, description = "Only those of this person."),
        ("state" = Option<String>, Query, description = "Only those in this state."), Paging),
    responses((status = 200, description = "Invites, oldest first.", body = answer::Page<answer::Invite>),
        (status = 404, description = "`not-found`: there is no such job or person, or it is another organization's.",
            body = answer::Failure, content_type = "application/problem+json")))]
pub(in crate::native) async fn list_invites(State(app): State<App>, request: Request) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &["job", "candidate", "state"])?;
    let (after, limit) = (query.after()?, query.limit()?);
    let job = query.uuid("job")?;
    let candidate = query.uuid("candidate")?;
    let state = query.get("state").map(state).transpose()?;
    let inner = app.clone();
    app.store
        .read(move |r| {
            let job = job
                .map(|uid| job::find_by_uid(r, caller.org, uid))
                .transpose()?;
            let who = candidate
                .map(|uid| candidate::find_by_uid(r, caller.org, uid))
                .transpose()?;
            let filter = Filter {
                job: job.map(|job| job.id),
                candidate: who.map(|who| who.id),
                state,
            };
            let mut rows = invite::page(r, caller.org, InviteId(after), &filter, limit + 1)?;
            let next = query::cut(&mut rows, limit, |invite| invite.id.0);
            let data = in_full(r, caller.org, &rows, &inner)?;
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

fn state(word: &str) -> Result<InviteState> {
    InviteState::parse(word).ok_or_else(|| {
        let words = InviteState::ALL.map(InviteState::word).join(", ");
        let detail = format!("state must be one of: {words}");
        Problem::invalid("query:state", FlawCode::NotAChoice, detail)
    })
}

/// Read an invite
#[utoipa::path(get, path = "/invites/{id}", tag = "invites", params(("id" = Uuid, Path, description = "The invite.")),
    responses((status = 200, description = "The invite.", body = answer::Invite)))]
pub(in crate::native) async fn get_invite(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (id, inner) = (uid(id, Noun::Invite)?, app.clone());
    app.store
        .read(move |r| {
            let invite = invite::find_by_uid(r, caller.org, id)?;
            let invite = one_in_full(r, caller.org, &invite, &inner)?;
            Ok(reply::json(200, &shown(&invite)?))
        })
        .await
}

/// Mail an invite again
///
/// With the same link. Needs `write`.
#[utoipa::path(post, path = "/invites/{id}/resend", tag = "invites",
    params(("id" = Uuid, Path, description = "The invite.")), request_body = Option<Resend>,
    responses((status = 200, description = "The invite with its new mail.", body = answer::Invite)))]
pub(in crate::native) async fn resend_invite(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(
        &app,
        &id,
        request,
        Resend::parse,
        |tx, app, caller, invite, said| {
            let url = &app.settings.public_url;
            mail::invite(tx, url, caller, &invite, None, said.message.as_deref())?;
            Ok(invite)
        },
    );
    reply::send(&Native, &app, result.await)
}

/// Renew an invite
///
/// A new link in place of the old one, which opens nothing from then on. Revives one that has expired, was revoked or
/// declined. What the person has filled in stays. Needs `write`.
#[utoipa::path(post, path = "/invites/{id}/renew", tag = "invites",
    params(("id" = Uuid, Path, description = "The invite.")), request_body = Option<Renew>,
    responses((status = 200, description = "The invite with its new link.", body = answer::Invite)))]
pub(in crate::native) async fn renew_invite(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(
        &app,
        &id,
        request,
        Renew::parse,
        |tx, app, caller, invite, said| {
            let invite = invite::renew(tx, &app.key, caller, &invite, said.expires_in_days)?;
            if said.mail {
                let url = &app.settings.public_url;
                mail::invite(tx, url, caller, &invite, None, said.message.as_deref())?;
            }
            Ok(invite)
        },
    );
    reply::send(&Native, &app, result.await)
}

/// Revoke an invite
///
/// Its link opens nothing any more, and mails that have not gone out are taken back. Twice is no error. Needs `write`.
#[utoipa::path(post, path = "/invites/{id}/revoke", tag = "invites",
    params(("id" = Uuid, Path, description = "The invite.")), request_body = Option<Revoke>,
    responses((status = 200, description = "The invite, revoked.", body = answer::Invite)))]
pub(in crate::native) async fn revoke_invite(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(
        &app,
        &id,
        request,
        Revoke::parse,
        |tx, _, caller, invite, _| invite::revoke(tx, caller, &invite),
    );
    reply::send(&Native, &app, result.await)
}

async fn change<S: Send + 'static>(
    app: &App,
    id: &str,
    request: Request,
    parse: fn(&Body) -> Result<S>,
    verb: fn(&mut Tx, &App, &Caller, Invite, &S) -> Result<Invite>,
) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = uid(id, Noun::Invite)?;
    let said = parse(&body_or_none(&request)?)?;
    let (inner, key) = (app.clone(), request.key.clone());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let invite = invite::find_by_uid(tx, caller.org, id)?;
                let invite = verb(tx, &inner, &caller, invite, &said)?;
                changed(200, &one_in_full(tx, caller.org, &invite, &inner)?)
            })
        })
        .await
}

/// The body; one of no bytes is as good as an empty object.
pub(super) fn body_or_none(request: &Inbound) -> Result<Body> {
    let bytes = match request.body.is_empty() {
        true => Bytes::from_static(b"{}"),
        false => request.body.clone(),
    };
    Ok(Body::read(bytes, |_| false)?)
}

/// Whoever sends a small JSON body to change something.
pub(super) async fn writer(app: &App, request: Request) -> Result<(Caller, Inbound)> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    Ok((caller, request))
}

/// Invites as they are shown, with a constant number of statements for each hundred.
fn in_full(
    r: &mut Reader,
    org: OrgId,
    invites: &[Invite],
    app: &App,
) -> Result<Vec<answer::Invite>> {
    let mut shown = Vec::with_capacity(invites.len());
    for some in invites.chunks(page::MOST) {
        let ids: Vec<InviteId> = some.iter().map(|invite| invite.id).collect();
        let names = invite::names(r, org, &ids)?;
        let mails = delivery::of_invites(r, org, &ids)?;
        for invite in some {
            let names = names.get(&invite.id);
            let names = names.ok_or_else(|| Problem::broken("an invite about nothing"))?;
            let mail = mails
                .iter()
                .find(|(id, _)| *id == invite.id)
                .map(|(_, mail)| mail);
            let url = &app.settings.public_url;
            shown.push(map::invite(invite, names, mail, url));
        }
    }
    Ok(shown)
}

pub(super) fn one_in_full(
    r: &mut Reader,
    org: OrgId,
    invite: &Invite,
    app: &App,
) -> Result<answer::Invite> {
    let shown = in_full(r, org, std::slice::from_ref(invite), app)?.pop();
    shown.ok_or_else(|| Problem::broken("an invite is not shown"))
}
