//! Profiles: what everybody said of a person, as one. A profile's id is the person's UUID.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::attachment;
use hiring::caller::Caller;
use hiring::candidate::{self, CandidateEdit, NewCandidate};
use hiring::id::{CandidateId, Uuid};
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::record::How;
use hiring::submission::{self, NewSubmission};
use hiring::{App, application, eeo, slot};
use serde_json::{Value, json};
use store::Tx;

use super::Asked;
use super::batch::{self, Batch};
use super::letter::{self, Parcel};
use super::people::{self, As};
use super::write::WRITTEN;
use super::{contents, jobs, read, whose};
use crate::eightfold::map::{applications, said};
use crate::eightfold::wire::query::{Include, List, MOST, Part, Query};
use crate::eightfold::wire::{AtsCandidate, Way};
use crate::eightfold::{Eightfold, NAME, auth, problem, scope};
use crate::{inbound, reply};

type In<T> = Result<Path<T>, PathRejection>;

const MISSING: Problem = Problem::NotFound(Noun::Candidate);

pub(in crate::eightfold) async fn list(State(app): State<App>, asked: Asked) -> Response {
    let result = page(&app, &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn page(app: &App, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::PROFILE_READ).await?;
    let list = List::of_profiles(&Query::read(asked.query.as_deref())?)?;
    read::page(app, caller, list, None).await
}

pub(in crate::eightfold) async fn one(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = found(&app, path.ok(), &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn found(app: &App, path: Option<Path<String>>, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::PROFILE_READ).await?;
    let Path(id) = path.ok_or(MISSING)?;
    let include = Include::parse(&Query::read(asked.query.as_deref())?, false)?;
    let org = caller.org;
    let drafts = app
        .store
        .read(move |r| {
            let person = whose::profile(r, caller.org, &id)?;
            people::drafts(r, &caller, &[person], &As::Profiles, &include)
        })
        .await?;
    contents::answer(app, org, drafts, |mut views| {
        views.pop().unwrap_or_default()
    })
    .await
}

pub(in crate::eightfold) async fn batch_fetch(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = several(&app, request).await;
    reply::send(&Eightfold, &app, result)
}

async fn several(app: &App, request: Request) -> Result<Answer> {
    let Batch { caller, ids, query } = batch::read(app, request, scope::PROFILE_READ).await?;
    let include = Include::parse(&query, false)?;
    let (org, uids) = (caller.org, batch::uids(&ids));
    let drafts = app
        .store
        .read(move |r| {
            let numbers = candidate::numbers(r, org, &uids)?;
            let mut people = candidate::of_ids(r, org, &numbers)?;
            people.retain(|person| person.ignored_at.is_none());
            people.sort_by_key(|person| uids.iter().position(|uid| *uid == person.uid));
            people::drafts(r, &caller, &people, &As::Profiles, &include)
        })
        .await?;
    contents::answer(app, org, drafts, batch::found).await
}

pub(in crate::eightfold) async fn create(State(app): State<App>, request: Request) -> Response {
    let result = write(&app, None, request, Way::Profile, "/profiles").await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn replace(
    State(app): State<App>,
    path: In<String>,
    request: Request,
) -> Response {
    let result = write(&app, Some(path.ok()), request, Way::Profile, ONE).await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn amend(
    State(app): State<App>,
    path: In<String>,
    request: Request,
) -> Response {
    let result = write(&app, Some(path.ok()), request, Way::ProfileEdit, ONE).await;
    reply::send(&Eightfold, &app, result)
}

const ONE: &str = "/profiles/{profileId}";

async fn write(
    app: &App,
    whose: Option<Option<Path<String>>>,
    request: Request,
    way: Way,
    route: &'static str,
) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::PROFILE_WRITE).await?;
    let id = whose.map(|path| path.map(|Path(id)| id).ok_or(MISSING));
    let id = id.transpose()?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let letter = letter::read(request.body.clone(), way).await?;
    let unknown = letter.wire.unknown.clone();
    let parcel = letter.store(app, &caller, route, unknown).await?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| match &id {
                None => take_in(tx, &caller, &parcel),
                Some(id) => change(tx, &caller, &parcel, id),
            })
        })
        .await
}

/// Finds or makes the person, and adds what is said. The same e-mail address is the same person.
fn take_in(tx: &mut Tx, caller: &Caller, parcel: &Parcel<AtsCandidate>) -> Result<Answer> {
    let entries = applications::entries(&parcel.wire.members);
    let jobs = jobs::resolve(tx, caller.org, "", &entries)?;
    let kept = parcel.keep(tx, caller, jobs.unknown.clone())?;
    let new = NewCandidate {
        said: said::said(&parcel.wire.members),
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: parcel.attachments.clone(),
    };
    let taken = candidate::take_in(tx, caller, kept, &new)?;
    let application = jobs::apply(tx, caller, &taken.candidate, &jobs.named)?;
    let (id, uid) = (taken.candidate.id, taken.candidate.uid);
    let word = taken.outcome.word();
    submission::settle(tx, caller.org, kept, Some(id), application, word)?;
    submission::name(tx, caller.org, kept, &uid.to_string())?;
    let body = json!({"transactionId": kept.uid, "profileId": uid});
    Ok(reply::json(WRITTEN, &body))
}

/// Replaces what is sent, whoever said it; what is sent empty is taken away, all else stays.
fn change(tx: &mut Tx, caller: &Caller, parcel: &Parcel<AtsCandidate>, id: &str) -> Result<Answer> {
    let org = caller.org;
    let person = whose::profile(tx, org, id)?;
    let entries = applications::entries(&parcel.wire.members);
    let jobs = jobs::resolve(tx, org, "", &entries)?;
    let kept = parcel.keep(tx, caller, jobs.unknown.clone())?;
    let edit = CandidateEdit {
        said: said::changes(&parcel.wire.members, &parcel.wire.empty),
        attachments: parcel.attachments.clone(),
        keep: None,
    };
    let answers = edit.said.values().any(|v| !slot::collect(v).is_empty());
    let person = candidate::edit(tx, caller, kept, person.id, &edit)?;
    if answers {
        eeo::assign(tx, org, kept.uid, person.id)?;
    }
    let application = jobs::apply(tx, caller, &person, &jobs.named)?;
    submission::settle(tx, org, kept, Some(person.id), application, "enriched")?;
    submission::name(tx, org, kept, id)?;
    let body = json!({"transactionId": kept.uid, "profileId": person.uid});
    Ok(reply::json(WRITTEN, &body))
}

pub(in crate::eightfold) async fn remove(
    State(app): State<App>,
    path: In<String>,
    request: Request,
) -> Response {
    let result = hide(&app, path.ok(), request).await;
    reply::send(&Eightfold, &app, result)
}

/// Nothing is erased here: the person is to be ignored from now on, which this dialect answers as "not found".
async fn hide(app: &App, path: Option<Path<String>>, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::PROFILE_WRITE).await?;
    let Path(id) = path.ok_or(MISSING)?;
    let key = inbound::read(request, inbound::SMALL).await?.key;
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| ignore(tx, &caller, &id))
        })
        .await
}

fn ignore(tx: &mut Tx, caller: &Caller, id: &str) -> Result<Answer> {
    let org = caller.org;
    let person = whose::profile(tx, org, id)?;
    // There is no body; what was asked is kept as one all the same, since a transaction is a submission.
    let asked = NewSubmission {
        uid: hiring::id::new_uid(),
        dialect: NAME,
        route: "DELETE /profiles/{profileId}",
        body: "{}".into(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    let kept = submission::keep(tx, caller, &asked)?;
    candidate::ignore(tx, caller, person.uid, "DELETED_BY_CALLER", None)?;
    submission::settle(tx, org, kept, Some(person.id), None, "ignored")?;
    submission::name(tx, org, kept, id)?;
    let body = json!({"transactionId": kept.uid, "profileId": person.uid});
    Ok(reply::json(WRITTEN, &body))
}

pub(in crate::eightfold) async fn attachment(
    State(app): State<App>,
    path: In<(String, String)>,
    asked: Asked,
) -> Response {
    match content(&app, path.ok(), &asked).await {
        Ok(response) => response,
        Err(problem) => problem::render(&problem),
    }
}

/// The bytes, whatever they are: `application/octet-stream`.
async fn content(
    app: &App,
    path: Option<Path<(String, String)>>,
    asked: &Asked,
) -> Result<Response> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::ATTACHMENT_READ).await?;
    let missing = Problem::NotFound(Noun::Attachment);
    let Path((profile, file)) = path.ok_or(missing.clone())?;
    let uid = Uuid::try_parse(&file).map_err(|_| missing.clone())?;
    let org = caller.org;
    let found = app.store.read(move |r| {
        let person = whose::profile(r, org, &profile)?;
        let found = attachment::find(r, org, uid)?;
        if found.candidate == person.id {
            Ok(found)
        } else {
            Err(Problem::NotFound(Noun::Attachment))
        }
    });
    let found = found.await?;
    let sha256 = found.sha256.ok_or(missing)?;
    let bytes = app.files.get(org.0, &sha256).await?;
    Ok(reply::file(&found.name, "application/octet-stream", bytes))
}

pub(in crate::eightfold) async fn applicants(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = who_applied(&app, path.ok(), &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn who_applied(app: &App, path: Option<Path<String>>, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::PROFILE_READ).await?;
    let Path(id) = path.ok_or(Problem::NotFound(Noun::Job))?;
    let query = Query::read(asked.query.as_deref())?;
    let (part, include) = (Part::parse(&query, MOST)?, Include::parse(&query, false)?);
    let org = caller.org;
    let (total, drafts) = app
        .store
        .read(move |r| {
            let job = jobs::position(r, org, &id)?;
            let (total, ids) = application::applicants(r, org, job.id, part.limit, part.start)?;
            let people = read::in_order(r, org, &ids as &[CandidateId])?;
            let drafts = people::drafts(r, &caller, &people, &As::Profiles, &include)?;
            Ok::<_, Problem>((total, drafts))
        })
        .await?;
    contents::answer(
        app,
        org,
        drafts,
        move |views| json!({"data": views, "meta": {"totalCount": total}}),
    )
    .await
}

pub(in crate::eightfold) async fn matched_candidates(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = nobody(&app, path.ok(), &asked, true).await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn matched_positions(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = nobody(&app, path.ok(), &asked, false).await;
    reply::send(&Eightfold, &app, result)
}

/// Matching is a service of the vendor's that this server does not have: nobody was matched with anything, whatever is
/// there.
async fn nobody(
    app: &App,
    path: Option<Path<String>>,
    asked: &Asked,
    of_position: bool,
) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::PROFILE_READ).await?;
    let Path(id) = path.ok_or(MISSING)?;
    Part::parse(&Query::read(asked.query.as_deref())?, MOST)?;
    app.store
        .read(move |r| match of_position {
            true => jobs::position(r, caller.org, &id).map(drop),
            false => whose::profile(r, caller.org, &id).map(drop),
        })
        .await?;
    let none: Vec<Value> = Vec::new();
    Ok(reply::json(
        200,
        &json!({"data": none, "meta": {"totalCount": 0}}),
    ))
}
