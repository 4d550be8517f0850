//! `/profile-notes`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::caller::Caller;
use hiring::id::{OrgId, Uuid};
use hiring::idempotency::{self, Answer};
use hiring::member;
use hiring::note::{self, Visibility};
use hiring::page::Side;
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, text};
use serde_json::{Value, json};
use store::{Reader, Tx};

use super::Asked;
use super::applications::there;
use super::batch::{self, Batch};
use super::write::WRITTEN;
use super::{jobs, whose};
use crate::body::Body;
use crate::eightfold::map::positions;
use crate::eightfold::wire::command::NewNote;
use crate::eightfold::wire::query::{OfProfile, Query};
use crate::eightfold::{Eightfold, NAME, auth, scope};
use crate::{files, inbound, reply};

pub(in crate::eightfold) async fn list(State(app): State<App>, asked: Asked) -> Response {
    let result = page(&app, &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn page(app: &App, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::NOTE_READ).await?;
    let wanted = OfProfile::parse(&Query::read(asked.query.as_deref())?)?;
    app.store
        .read(move |r| {
            let org = caller.org;
            let person = wanted.profile.as_ref().map(|id| whose::profile(r, org, id));
            let person = named(person)?;
            let job = wanted
                .position
                .as_ref()
                .map(|id| jobs::position(r, org, id));
            let (Some(person), Some(job)) = (person, named(job)?) else {
                return Ok(reply::json(200, &batch::found(Vec::new())));
            };
            let (person, job) = (person.map(|p| p.id), job.map(|j| j.id));
            let part = wanted.part;
            let (total, notes) = note::from_offset(r, org, person, job, part.limit, part.start)?;
            let data: Vec<Value> = notes.iter().map(positions::note).collect();
            Ok(reply::json(
                200,
                &json!({"data": data, "meta": {"totalCount": total}}),
            ))
        })
        .await
}

pub(in crate::eightfold) async fn one(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    let result = found(&app, path.ok(), &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn found(app: &App, path: Option<Path<String>>, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::NOTE_READ).await?;
    let missing = Problem::NotFound(Noun::Note);
    let uid = path.and_then(|Path(id)| Uuid::try_parse(&id).ok());
    let uid = uid.ok_or(missing.clone())?;
    app.store
        .read(move |r| {
            let note = note::find(r, caller.org, uid)?;
            if note.ignored {
                return Err(missing.clone());
            }
            Ok(reply::json(200, &positions::note(&note)))
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
    let Batch { caller, ids, .. } = batch::read(app, request, scope::NOTE_READ).await?;
    let uids = batch::uids(&ids);
    app.store
        .read(move |r| {
            let mut notes = note::of_uids(r, caller.org, &uids)?;
            notes.retain(|note| !note.ignored);
            notes.sort_by_key(|note| uids.iter().position(|uid| *uid == note.uid));
            let data = notes.iter().map(positions::note).collect();
            Ok(reply::json(200, &batch::found(data)))
        })
        .await
}

pub(in crate::eightfold) async fn create(State(app): State<App>, request: Request) -> Response {
    let result = write(&app, request).await;
    reply::send(&Eightfold, &app, result)
}

async fn write(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::NOTE_WRITE).await?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let new = NewNote::parse(&body)?;
    let sent = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/profile-notes",
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped: new.unknown.clone(),
    };
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, &new, &sent)
            })
        })
        .await
}

fn take_in(tx: &mut Tx, caller: &Caller, new: &NewNote, sent: &NewSubmission) -> Result<Answer> {
    let org = caller.org;
    let unknown = |at: &'static str, what: &'static str| {
        move |problem| match problem {
            Problem::NotFound(_) => Problem::invalid(at, FlawCode::UnknownReference, what),
            other => other,
        }
    };
    let person = whose::profile(tx, org, &new.profile);
    let person = person.map_err(unknown("/profileId", "there is no such profile"))?;
    let job = new.position.as_ref().map(|id| jobs::position(tx, org, id));
    let job = job.transpose();
    let job = job.map_err(unknown("/positionId", "there is no such position"))?;
    let kept = submission::keep(tx, caller, sent)?;
    let member = match &new.creator {
        Some(address) => member_of(tx, org, address)?,
        None => None,
    };
    let written = note::create(
        tx,
        caller,
        &note::NewNote {
            candidate: person.id,
            member,
            submission: Some(kept.id),
            kind: new.kind,
            subject: None,
            body: Some(new.note.clone()),
            visibility: Visibility::Public,
        },
    )?;
    let author = new.creator.as_deref().filter(|_| member.is_none());
    let written = note::attribute(tx, org, written.uid, job.map(|j| j.id), author)?;
    submission::settle(tx, org, kept, Some(person.id), None, "noted")?;
    Ok(reply::json(WRITTEN, &positions::note(&written)))
}

/// What a filter names; `None`: it names nobody and nothing, so nothing passes.
pub(super) fn named<T>(found: Option<Result<T>>) -> Result<Option<Option<T>>> {
    match found {
        None => Ok(Some(None)),
        Some(found) => Ok(there(found)?.map(Some)),
    }
}

/// The member of this address.
pub(super) fn member_of(
    r: &mut Reader,
    org: OrgId,
    address: &str,
) -> Result<Option<hiring::id::MemberId>> {
    let Some(key) = text::email_key(address) else {
        return Ok(None);
    };
    let filter = member::Filter {
        email_key: Some(key),
        ..member::Filter::default()
    };
    let found = member::page(r, org, Side::After(0), &filter, 1)?;
    Ok(found.first().map(|member| member.id))
}
