//! The routes: add an applicant, invite a candidate, read them back.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use hiring::application::{self, Filter, NewApplication, Opened};
use hiring::caller::Caller;
use hiring::candidate::{self, NewCandidate, Taken};
use hiring::form::Filled;
use hiring::id::{ApplicationId, JobId};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job};
use hiring::problem::{Act, Clash, FlawCode, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, invite, mail};
use store::{Reader, Tx};

use super::map::{self, View};
use super::wire::{AddApplicant, Invite};
use super::{NAME, Xobin, auth};
use crate::body::Body;
use crate::inbound::Inbound;
use crate::{delicate, files, inbound, reply};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v2/tracks", get(tracks))
        .route("/api/v2/tracks/invite", post(invite_candidate))
        .route("/api/v2/tracks/{track_id}", get(track))
        .route(
            "/api/v2/tracks/{track_id}/applicants",
            post(add_applicant).get(applicants),
        )
        .route(
            "/api/v2/tracks/{track_id}/applicants/{application_id}",
            get(applicant),
        )
}

async fn add_applicant(
    State(app): State<App>,
    Path(track): Path<String>,
    request: Request,
) -> Response {
    let result = add(&app, &track, request).await;
    reply::send(&Xobin, &app, result)
}

async fn add(app: &App, track: &str, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let track = job_id(track)?;
    let first = attempt(app, &caller, track, &request, &[]).await;
    match delicate::places(&first) {
        Some(places) => attempt(app, &caller, track, &request, &places).await,
        None => first,
    }
}

async fn attempt(
    app: &App,
    caller: &Caller,
    track: JobId,
    request: &Inbound,
    delicate: &[String],
) -> Result<Answer> {
    let body = Body::read_beside(request.body.clone(), |_| false, delicate)?;
    let wire = AddApplicant::parse(&body)?;
    let kept = submission(body, "/tracks/{track_id}/applicants", &wire.unknown);
    let (app, caller, key) = (app.clone(), caller.clone(), request.key.clone());
    let store = app.store.clone();
    store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                match wire.invite_applicant {
                    true => invite_by_form(tx, &app, &caller, &kept, track, &wire),
                    false => add_directly(tx, &app, &caller, &kept, track, &wire),
                }
            })
        })
        .await
}

/// Direct mode: a completed applicant, its required fields there.
fn add_directly(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    kept: &NewSubmission,
    track: JobId,
    wire: &AddApplicant,
) -> Result<Answer> {
    let job = job::find(tx, caller.org, track)?;
    let stages = job::stages(tx, caller.org, track)?;
    let fields = job::fields(tx, caller.org, track)?;
    let stage = map::destination(wire.destination_stage_id.as_deref(), &stages)?;
    let Filled { answers, unmapped } = map::answers(&wire.fields, &fields)?;
    let mut kept = kept.clone();
    kept.unmapped.extend(unmapped);
    let said = map::new_candidate(&wire.name, &wire.email, &answers, &fields);
    let new = map::new_application(wire, stage, answers);
    let (candidate, application) = take_in(tx, caller, &kept, &job, &said, &new)?;
    let view = View {
        application,
        candidate,
        job,
        stages,
        invite: None,
    };
    Ok(reply::json(
        201,
        &map::added(&view, &app.settings.public_url, &wire.email, false),
    ))
}

/// Invite mode: fields and stage are ignored (the page's closing note).
fn invite_by_form(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    kept: &NewSubmission,
    track: JobId,
    wire: &AddApplicant,
) -> Result<Answer> {
    let job = job::find(tx, caller.org, track)?;
    let mut kept = kept.clone();
    kept.unmapped
        .extend(wire.fields.iter().map(|f| f.pointer.clone()));
    kept.unmapped.extend(
        wire.destination_stage_id
            .iter()
            .map(|_| "/destination_stage_id".to_owned()),
    );
    let said = map::new_candidate(&wire.name, &wire.email, &Default::default(), &[]);
    let new = map::new_application(wire, None, Default::default());
    let (candidate, application) = take_in(tx, caller, &kept, &job, &said, &new)?;
    let invite = invite::create(
        tx,
        &app.key,
        caller,
        &application,
        wire.email_message.as_deref(),
    )?;
    let stages = job::stages(tx, caller.org, track)?;
    let view = View {
        application,
        candidate,
        job,
        stages,
        invite: Some(invite),
    };
    if wire.send_email {
        send_mail(
            tx,
            app,
            caller,
            &view,
            &wire.email,
            wire.email_message.as_deref(),
        )?;
    }
    Ok(reply::json(
        201,
        &map::added(
            &view,
            &app.settings.public_url,
            &wire.email,
            wire.send_email,
        ),
    ))
}

/// Keeps the submission, finds or makes the person, opens the application. Anything open or ended for this
/// track is a conflict (DESIGN §9).
fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    kept: &NewSubmission,
    job: &Job,
    said: &NewCandidate,
    new: &NewApplication,
) -> Result<(candidate::Candidate, application::Application)> {
    let kept = submission::keep(tx, caller, kept)?;
    let Taken { candidate, outcome } = candidate::take_in(tx, caller, kept, said)?;
    refuse_ended(tx, caller, &candidate, job)?;
    let opened = application::open(tx, caller, &candidate, job, new)?;
    if let Opened::Existing(there) = &opened {
        return Err(Problem::Conflict(Clash::ApplicationOpen {
            application: there.id,
        }));
    }
    let application = opened.application().clone();
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(candidate.id),
        Some(application.id),
        outcome.word(),
    )?;
    Ok((candidate, application))
}

fn refuse_ended(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &candidate::Candidate,
    job: &Job,
) -> Result<()> {
    let ended = application::of_candidate(tx, caller.org, candidate.id)?;
    match ended
        .iter()
        .find(|a| a.job == job.id && a.ended_at.is_some())
    {
        Some(there) => Err(Problem::Conflict(Clash::ApplicationOpen {
            application: there.id,
        })),
        None => Ok(()),
    }
}

async fn invite_candidate(State(app): State<App>, request: Request) -> Response {
    let result = invite_to(&app, request).await;
    reply::send(&Xobin, &app, result)
}

async fn invite_to(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let wire = Invite::parse(&body)?;
    let kept = submission(body, "/tracks/invite", &wire.unknown);
    let (app, key) = (app.clone(), request.key.clone());
    let store = app.store.clone();
    store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                invite_or_repeat(tx, &app, &caller, &kept, &wire)
            })
        })
        .await
}

/// A repeat while the invite is open changes nothing: 200 with the same link, and `sendlink` mails it again.
fn invite_or_repeat(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    kept: &NewSubmission,
    wire: &Invite,
) -> Result<Answer> {
    let job = job::find(tx, caller.org, JobId(wire.track_id))?;
    let kept = submission::keep(tx, caller, kept)?;
    let said = map::new_candidate(&wire.name, &wire.email, &Default::default(), &[]);
    let Taken { candidate, outcome } = candidate::take_in(tx, caller, kept, &said)?;
    refuse_ended(tx, caller, &candidate, &job)?;
    let new = NewApplication {
        pending: true,
        source: "Xobin".into(),
        ..NewApplication::default()
    };
    let opened = application::open(tx, caller, &candidate, &job, &new)?;
    let application = opened.application().clone();
    let invite = match opened {
        Opened::Existing(_) => open_invite(tx, caller, &application)?,
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
    let stages = Vec::new();
    let view = View {
        application,
        candidate,
        job,
        stages,
        invite: Some(invite),
    };
    if wire.send {
        send_mail(tx, app, caller, &view, &wire.email, None)?;
    }
    Ok(reply::json(
        200,
        &map::invited(&view, &app.settings.public_url, &wire.email),
    ))
}

fn open_invite(
    tx: &mut Tx,
    caller: &Caller,
    application: &application::Application,
) -> Result<invite::Invite> {
    let clash = Problem::Conflict(Clash::ApplicationOpen {
        application: application.id,
    });
    let invite = invite::look_up(tx, caller.org, application.id)?.ok_or(clash.clone())?;
    if application.pending && invite.state.is_open() {
        Ok(invite)
    } else {
        Err(clash)
    }
}

fn send_mail(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    view: &View,
    to: &str,
    message: Option<&str>,
) -> Result<()> {
    let Some(invite) = &view.invite else {
        return Ok(());
    };
    let url = &app.settings.public_url;
    mail::invite(tx, url, caller, invite, Some(to), message)?;
    Ok(())
}

fn submission(body: Body, route: &'static str, unknown: &[String]) -> NewSubmission {
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route,
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped: unknown.to_vec(),
    }
}

/// A track that is no number is a track that does not exist.
fn job_id(text: &str) -> Result<JobId> {
    text.parse()
        .map(JobId)
        .map_err(|_| Problem::NotFound(Noun::Job))
}

async fn applicants(
    State(app): State<App>,
    Path(track): Path<String>,
    request: Request,
) -> Response {
    let result = list(
        &app,
        &track,
        request.headers(),
        request.uri().query().unwrap_or(""),
    )
    .await;
    reply::send(&Xobin, &app, result)
}

async fn list(app: &App, track: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let track = job_id(track)?;
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let page = number(&query, "page", 1, i64::from(i32::MAX))?;
    let per_page = number(&query, "per_page", 25, 200)?;
    let email = query
        .iter()
        .find(|(k, _)| k == "email")
        .map(|(_, v)| hiring::text::key(v))
        .filter(|v| !v.is_empty());
    app.store
        .read(move |r| {
            let job = job::find(r, caller.org, track)?;
            let filter = Filter { job: Some(job.id), email_part: email.clone(), ..Filter::default() };
            let stages = job::stages(r, caller.org, job.id)?;
            let total = application::count(r, caller.org, &filter)?;
            let rows = application::list(r, caller.org, &filter, per_page, (page - 1) * per_page)?;
            let data: Vec<_> = rows.iter().map(|(a, c)| map::row(a, c, &stages)).collect();
            let body = serde_json::json!({"data": data, "pagination": map::pagination(page, per_page, total)});
            Ok(reply::json(200, &body))
        })
        .await
}

fn number(query: &[(String, String)], name: &str, usual: i64, most: i64) -> Result<i64> {
    let Some((_, text)) = query.iter().find(|(k, _)| k == name) else {
        return Ok(usual);
    };
    let found = text.parse::<i64>().ok().filter(|n| (1..=most).contains(n));
    found.ok_or_else(|| {
        Problem::invalid(
            format!("query:{name}"),
            FlawCode::OutOfRange,
            format!("{name} must be a number from 1 to {most}"),
        )
    })
}

async fn applicant(
    State(app): State<App>,
    Path((track, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &track, &id, &headers).await;
    reply::send(&Xobin, &app, result)
}

async fn one(app: &App, track: &str, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let track = job_id(track)?;
    let id = id
        .parse()
        .map(ApplicationId)
        .map_err(|_| Problem::NotFound(Noun::Application))?;
    app.store
        .read(move |r| {
            let view = view(r, &caller, track, id)?;
            let fields = job::fields(r, caller.org, track)?;
            let mut body = map::detail(&view, &fields);
            hiring::eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

fn view(r: &mut Reader, caller: &Caller, track: JobId, id: ApplicationId) -> Result<View> {
    let job = job::find(r, caller.org, track)?;
    let application = application::find(r, caller.org, id)?;
    if application.job != track {
        return Err(Problem::NotFound(Noun::Application));
    }
    let candidate = candidate::find(r, caller.org, application.candidate)?;
    let stages = job::stages(r, caller.org, track)?;
    let invite = invite::look_up(r, caller.org, id)?;
    Ok(View {
        application,
        candidate,
        job,
        stages,
        invite,
    })
}

async fn tracks(State(app): State<App>, request: Request) -> Response {
    let result = list_tracks(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Xobin, &app, result)
}

/// Our extension: callers need it to learn a track's id.
async fn list_tracks(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let page = number(&query, "page", 1, i64::from(i32::MAX))?;
    let per_page = number(&query, "per_page", 25, 200)?;
    app.store
        .read(move |r| {
            let jobs = job::list(r, caller.org, JobId(0), 10_000)?;
            let from = usize::try_from((page - 1) * per_page).unwrap_or(usize::MAX);
            let data: Vec<_> = jobs
                .iter()
                .skip(from)
                .take(per_page as usize)
                .map(map::track)
                .collect();
            let pagination = map::pagination(page, per_page, jobs.len() as i64);
            Ok(reply::json(
                200,
                &serde_json::json!({"data": data, "pagination": pagination}),
            ))
        })
        .await
}

async fn track(State(app): State<App>, Path(track): Path<String>, headers: HeaderMap) -> Response {
    let result = one_track(&app, &track, &headers).await;
    reply::send(&Xobin, &app, result)
}

async fn one_track(app: &App, track: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let track = job_id(track)?;
    app.store
        .read(move |r| {
            let job = job::find(r, caller.org, track)?;
            let (stages, fields) = (
                job::stages(r, caller.org, track)?,
                job::fields(r, caller.org, track)?,
            );
            Ok(reply::json(200, &map::track_detail(&job, &stages, &fields)))
        })
        .await
}
