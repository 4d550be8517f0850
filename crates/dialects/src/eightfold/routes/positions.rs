//! Positions of far systems, which are jobs of ours: what they are called, whether they are open, where, in which stages.
//! All else that a system says of one is kept with it and shown to it again.

use std::collections::HashMap;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::caller::Caller;
use hiring::candidate::ForeignId;
use hiring::catalog::{self, NewItem};
use hiring::id::{CatalogId, JobId, MemberId, OrgId, Uuid};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job, JobEdit, NewJob, Status};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::submission;
use serde_json::{Value, json};
use store::{Reader, Tx};

use super::batch::{self, Batch};
use super::letter::{self, Parcel};
use super::write::WRITTEN;
use super::{jobs, notes, whose};
use crate::body::Body;
use crate::eightfold::map::{files as file_words, positions};
use crate::eightfold::wire;
use crate::eightfold::wire::command::{PositionFiles, is_position_file};
use crate::eightfold::wire::position::{Position, Way};
use crate::eightfold::wire::query::{MOST, Part, Query};
use crate::eightfold::{Eightfold, auth, scope};
use crate::{inbound, reply};

type In<T> = Result<Path<T>, PathRejection>;

const MISSING: Problem = Problem::NotFound(Noun::Job);

pub(in crate::eightfold) async fn list(
    State(app): State<App>,
    path: In<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = page(&app, path.ok(), query, &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn page(
    app: &App,
    path: Option<Path<String>>,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read, scope::POSITION_READ).await?;
    let Path(system) = path.ok_or(Problem::NotFound(Noun::Route))?;
    let system = wire::system(&system)?;
    let query = Query::read(query.as_deref())?;
    query.refuse(&["query", "filterQuery"])?;
    let part = Part::parse(&query, MOST)?;
    app.store
        .read(move |r| {
            let org = caller.org;
            let (total, found) = job::from_offset(r, org, part.limit, part.start)?;
            let data = views(r, org, &found, Some(&system))?;
            Ok(reply::json(
                200,
                &json!({"data": data, "meta": {"totalCount": total}}),
            ))
        })
        .await
}

pub(in crate::eightfold) async fn one(
    State(app): State<App>,
    path: In<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = found(&app, path.ok(), &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn found(
    app: &App,
    path: Option<Path<(String, String)>>,
    headers: &HeaderMap,
) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read, scope::POSITION_READ).await?;
    let Path((system, id)) = path.ok_or(MISSING)?;
    let system = wire::system(&system)?;
    app.store
        .read(move |r| {
            let job = find(r, caller.org, &system, &id)?;
            let view = view(r, caller.org, &job, &system)?;
            Ok(reply::json(200, &view))
        })
        .await
}

/// The job that `system` calls `id`, or whose name of ours it is.
fn find(r: &mut Reader, org: OrgId, system: &str, id: &str) -> Result<Job> {
    match jobs::far(r, org, system, id)? {
        Some(job) => Ok(job),
        None => jobs::position(r, org, id),
    }
}

fn view(r: &mut Reader, org: OrgId, job: &Job, system: &str) -> Result<Value> {
    let views = views(r, org, std::slice::from_ref(job), Some(system))?;
    Ok(views.into_iter().next().unwrap_or_default())
}

/// At most a page of jobs, as this system sees them; where none is given, as the first that knows them does.
fn views(r: &mut Reader, org: OrgId, found: &[Job], system: Option<&str>) -> Result<Vec<Value>> {
    let ids: Vec<JobId> = found.iter().map(|job| job.id).collect();
    let far = job::foreign_of(r, org, &ids)?;
    let stages = job::stages_of(r, org, &ids)?;
    let around: HashMap<JobId, job::Around> = job::around(r, org, &ids)?;
    let files = job::files_of(r, org, &ids)?;
    let one = |job: &Job| {
        let of_system = |f: &&job::ForeignJob| {
            let own = whose::system_of(&f.id.kind);
            f.job == job.id && own.is_some_and(|own| system.is_none_or(|s| s == own))
        };
        let known = far.iter().find(of_system);
        let own = known.and_then(|f| whose::system_of(&f.id.kind));
        let uid = job.uid.to_string();
        positions::shown(&positions::View {
            system: system.or(own).unwrap_or(""),
            id: known.map_or(&uid, |f| &f.id.key),
            job,
            stages: stages.iter().filter(|s| s.job == job.id).collect(),
            around: around.get(&job.id),
            said: known.map(|f| &f.said),
            files: files.iter().filter(|f| f.job == job.id).collect(),
        })
    };
    Ok(found.iter().map(one).collect())
}

pub(in crate::eightfold) async fn batch_fetch(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = several(&app, request).await;
    reply::send(&Eightfold, &app, result)
}

async fn several(app: &App, request: Request) -> Result<Answer> {
    let Batch { caller, ids, .. } = batch::read(app, request, scope::POSITION_READ).await?;
    let uids: Vec<Uuid> = batch::uids(&ids);
    app.store
        .read(move |r| {
            let found = job::of_uids(r, caller.org, &uids)?;
            let mut found: Vec<Job> = found;
            found.sort_by_key(|job| uids.iter().position(|uid| *uid == job.uid));
            let data = views(r, caller.org, &found, None)?;
            Ok(reply::json(200, &batch::found(data)))
        })
        .await
}

pub(in crate::eightfold) async fn create(
    State(app): State<App>,
    path: In<String>,
    request: Request,
) -> Response {
    let path = path.ok().map(|Path(system)| (system, None));
    let result = write(&app, path, request, false).await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn replace(
    State(app): State<App>,
    path: In<(String, String)>,
    request: Request,
) -> Response {
    let path = path.ok().map(|Path((system, id))| (system, Some(id)));
    let result = write(&app, path, request, false).await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn amend(
    State(app): State<App>,
    path: In<(String, String)>,
    request: Request,
) -> Response {
    let path = path.ok().map(|Path((system, id))| (system, Some(id)));
    let result = write(&app, path, request, true).await;
    reply::send(&Eightfold, &app, result)
}

async fn write(
    app: &App,
    path: Option<(String, Option<String>)>,
    request: Request,
    some_only: bool,
) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::POSITION_WRITE).await?;
    let (system, id) = path.ok_or(MISSING)?;
    let system = wire::system(&system)?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let way = match (&id, some_only) {
        (None, _) => Way::Create,
        (Some(id), false) => Way::Replace(id),
        (Some(id), true) => Way::Amend(id),
    };
    let said = Position::parse(&body, &system, way)?;
    let unknown = said.unknown.clone();
    let route = match id {
        None => "/ats-systems/{systemId}/ats-positions",
        Some(_) => ONE,
    };
    let parcel = letter::with(body, said, &[])?;
    let parcel = parcel.store(app, &caller, route, unknown).await?;
    let (key, is_new) = (request.key.clone(), id.is_none());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, &system, &parcel, is_new, some_only)
            })
        })
        .await
}

const ONE: &str = "/ats-systems/{systemId}/ats-positions/{atsPositionId}";

fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    system: &str,
    parcel: &Parcel<Position>,
    is_new: bool,
    some_only: bool,
) -> Result<Answer> {
    let (org, said) = (caller.org, &parcel.wire);
    if !is_new {
        find(tx, org, system, &said.id)?;
    }
    let kept = parcel.keep(tx, caller, Vec::new())?;
    let foreign = whose::foreign_id(system, &said.id);
    let (job, made) = claim(tx, caller, &foreign, said)?;
    let before = job.updated_at;
    // A job that was just made lacks nothing of what was said but that it may be closed.
    let edit = match made {
        true => JobEdit {
            status: status(said),
            ..JobEdit::default()
        },
        false => edit(tx, caller, said, some_only)?,
    };
    let edited = job::edit(tx, caller, job.id, &edit)?;
    // A job that was just made, or that was changed just now, has its event.
    let told = made || edited.updated_at != before;
    let stages = said.stages.as_deref().unwrap_or_default();
    let told = job::add_missing_stages(tx, caller, job.id, told, stages)? || told;
    job::renew_foreign(tx, caller, &foreign, told, |known| {
        if !some_only {
            known.clear();
        }
        known.extend(said.members.clone());
        known.retain(|_, value| !value.is_null());
    })?;
    submission::settle(tx, org, kept, None, None, "position")?;
    submission::name(tx, org, kept, &said.id)?;
    let job = job::find(tx, org, job.id)?;
    let view = view(tx, org, &job, system)?;
    Ok(reply::json(WRITTEN, &view))
}

/// The job that the far system calls so, and whether it was made just now. A caller may name a job by the UUID it was
/// shown: from then on that is this system's id of it.
fn claim(
    tx: &mut Tx,
    caller: &Caller,
    foreign: &ForeignId,
    said: &Position,
) -> Result<(Job, bool)> {
    let org = caller.org;
    if let Some(known) = job::claim_foreign(tx, org, foreign)? {
        return Ok((job::find(tx, org, known)?, false));
    }
    let (job, made) = match jobs::position(tx, org, &foreign.key) {
        Ok(known) => (known, false),
        Err(Problem::NotFound(_)) => {
            let stages = said.stages.iter().flatten();
            let rest = edit(tx, caller, said, false)?;
            let new = NewJob {
                title: title(said).unwrap_or_default(),
                description: rest.description.flatten(),
                stages: stages
                    .map(|name| (name.clone(), "review".to_owned()))
                    .collect(),
                catalog: rest.offices.unwrap_or_default(),
                recruiters: rest.recruiters.unwrap_or_default(),
                hiring_managers: rest.hiring_managers.unwrap_or_default(),
                ..NewJob::default()
            };
            (job::create(tx, caller, &new)?, true)
        }
        Err(other) => return Err(other),
    };
    job::give_foreign(tx, org, foreign, job.id)?;
    Ok((job, made))
}

fn title(said: &Position) -> Option<String> {
    let title = said.members.get("title")?.as_str()?.trim();
    Some(title.to_owned())
}

fn status(said: &Position) -> Option<Status> {
    match said.members.get("open")?.as_bool()? {
        true => Some(Status::Open),
        false => Some(Status::Closed),
    }
}

/// What of the job itself changes. `some_only`: what was not sent stays; else it is cleared, but for whether the job is
/// open, which a body that does not speak of it does not decide.
fn edit(tx: &mut Tx, caller: &Caller, said: &Position, some_only: bool) -> Result<JobEdit> {
    let sent = |name: &str| !some_only || said.members.contains_key(name);
    let value = |name: &str| said.members.get(name).filter(|v| !v.is_null());
    let text = |name: &str| value(name).and_then(Value::as_str);
    let description = text("description").filter(|d| !d.is_empty());
    Ok(JobEdit {
        title: title(said),
        status: status(said),
        code: None,
        description: sent("description").then(|| description.map(str::to_owned)),
        departments: None,
        offices: match sent("locations") {
            true => Some(offices(tx, caller, value("locations"))?),
            false => None,
        },
        recruiters: match sent("recruiter") {
            true => Some(members(tx, caller.org, value("recruiter"))?),
            false => None,
        },
        hiring_managers: match sent("hiringManager") {
            true => Some(members(tx, caller.org, value("hiringManager"))?),
            false => None,
        },
        interviewers: None,
    })
}

/// Locations are offices of the catalog, put there where they are not yet. In one order, since two calls may put the same.
fn offices(tx: &mut Tx, caller: &Caller, named: Option<&Value>) -> Result<Vec<CatalogId>> {
    let named = wire::items(named).iter().filter_map(Value::as_str);
    let mut names: Vec<&str> = named.map(str::trim).filter(|n| !n.is_empty()).collect();
    let order = names.clone();
    names.sort_by_key(|name| hiring::text::key(name));
    let mut put = HashMap::new();
    for name in names {
        let item = NewItem {
            kind: catalog::Kind::Office,
            name: name.to_owned(),
            place: None,
        };
        put.insert(name, catalog::create(tx, caller, &item)?.item.id);
    }
    let mut ids: Vec<CatalogId> = Vec::new();
    for id in order.iter().filter_map(|name| put.get(name)) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    Ok(ids)
}

/// Who is a member of ours; anybody else stands in what the system said.
fn members(tx: &mut Tx, org: OrgId, person: Option<&Value>) -> Result<Vec<MemberId>> {
    let address = person.and_then(|p| p["email"].as_str());
    let member = match address {
        Some(address) => notes::member_of(tx, org, address)?,
        None => None,
    };
    Ok(member.into_iter().collect())
}

pub(in crate::eightfold) async fn attach(
    State(app): State<App>,
    path: In<(String, String)>,
    request: Request,
) -> Response {
    let result = add_files(&app, path.ok(), request).await;
    reply::send(&Eightfold, &app, result)
}

async fn add_files(
    app: &App,
    path: Option<Path<(String, String)>>,
    request: Request,
) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::POSITION_WRITE).await?;
    let Path((system, id)) = path.ok_or(MISSING)?;
    let system = wire::system(&system)?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let raw = request.body.clone();
    let letter = crate::files::off_thread(move || {
        let body = Body::read(raw, is_position_file)?;
        let said = PositionFiles::parse(&body)?;
        letter::with(body, said.unknown, &file_words::listed(&said.files))
    });
    let letter = letter.await??;
    let unknown = letter.wire.clone();
    let route = "/ats-systems/{systemId}/ats-positions/{atsPositionId}/attachments";
    let parcel = letter.store(app, &caller, route, unknown).await?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                put_files(tx, &caller, &system, &id, &parcel)
            })
        })
        .await
}

fn put_files(
    tx: &mut Tx,
    caller: &Caller,
    system: &str,
    id: &str,
    parcel: &Parcel<Vec<String>>,
) -> Result<Answer> {
    let job = find(tx, caller.org, system, id)?;
    let kept = parcel.keep(tx, caller, Vec::new())?;
    for new in &parcel.attachments {
        if let Some(file) = &new.file {
            job::add_file(tx, caller, job.id, kept.id, (new.kind, &new.name, file))?;
        }
    }
    submission::settle(tx, caller.org, kept, None, None, "attached")?;
    submission::name(tx, caller.org, kept, id)?;
    let view = view(tx, caller.org, &job, system)?;
    Ok(reply::json(WRITTEN, &view))
}
