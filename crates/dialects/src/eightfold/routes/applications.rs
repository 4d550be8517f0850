//! `/profile-applications`, and moving an application to another stage.

use std::collections::HashMap;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::application::{self, Listed, Sieve};
use hiring::caller::Caller;
use hiring::candidate;
use hiring::id::{CandidateId, JobId, OrgId, Uuid};
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, Clash, FlawCode, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, eeo, job};
use serde_json::{Value, json};
use store::{Reader, Tx};

use super::Asked;
use super::batch::{self, Batch};
use super::write::WRITTEN;
use super::{jobs, whose};
use crate::body::Body;
use crate::eightfold::map::applications::{self, Item};
use crate::eightfold::wire::command::StageMove;
use crate::eightfold::wire::query::{ApplicationList, Query};
use crate::eightfold::{Eightfold, NAME, auth, scope};
use crate::{files, inbound, reply};

type In<T> = Result<Path<T>, PathRejection>;

pub(in crate::eightfold) async fn list(State(app): State<App>, asked: Asked) -> Response {
    let result = page(&app, &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn page(app: &App, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::APPLICATION_READ).await?;
    let list = ApplicationList::parse(&Query::read(asked.query.as_deref())?)?;
    app.store
        .read(move |r| {
            let (total, found) = match sieve(r, caller.org, &list)? {
                Some(sieve) => {
                    let part = list.part;
                    application::sifted(r, caller.org, &sieve, part.limit, part.start)?
                }
                None => (0, Vec::new()),
            };
            let data = items(r, &caller, &found)?;
            Ok(reply::json(
                200,
                &json!({"data": data, "meta": {"totalCount": total}}),
            ))
        })
        .await
}

/// `None`: it names somebody or something that is not there, so nothing passes.
fn sieve(r: &mut Reader, org: OrgId, list: &ApplicationList) -> Result<Option<Sieve>> {
    let mut sieve = Sieve {
        name: list.application.clone(),
        ending: list.status,
        stage: list.stage.clone(),
        ..Sieve::default()
    };
    if let Some(id) = &list.profile {
        match there(whose::profile(r, org, id))? {
            Some(person) => sieve.candidate = Some(person.id),
            None => return Ok(None),
        }
    }
    if let Some(id) = &list.position {
        match there(jobs::position(r, org, id))? {
            Some(job) => sieve.jobs = Some(vec![job.id]),
            None => return Ok(None),
        }
    }
    if let Some(id) = &list.ats_job {
        // Several systems may have a job of this id: those for any of them.
        let mut far = far_jobs(r, org, id)?;
        far.retain(|job| sieve.jobs.as_ref().is_none_or(|had| had.contains(job)));
        far.truncate(hiring::page::MOST);
        sieve.jobs = Some(far);
    }
    Ok(Some(sieve))
}

/// Whom the systems of this dialect call so, oldest first; where none does, whose name of ours it is.
fn far_jobs(r: &mut Reader, org: OrgId, id: &str) -> Result<Vec<JobId>> {
    if !whose::is_storable(id) {
        return Ok(Vec::new());
    }
    let far = job::called(r, org, id)?;
    let ours = far
        .iter()
        .filter(|f| whose::system_of(&f.id.kind).is_some());
    let mut found: Vec<JobId> = ours.map(|f| f.job).collect();
    found.sort_unstable();
    found.dedup();
    if !found.is_empty() {
        return Ok(found);
    }
    let named = there(jobs::position(r, org, id))?;
    Ok(named.map(|job| job.id).into_iter().collect())
}

pub(super) fn there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Problem::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
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
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::APPLICATION_READ).await?;
    let missing = Problem::NotFound(Noun::Application);
    let uid = path.and_then(|Path(id)| Uuid::try_parse(&id).ok());
    let uid = uid.ok_or(missing.clone())?;
    app.store
        .read(move |r| {
            let listed = application::find_listed(r, caller.org, uid)?;
            if listed.ignored {
                return Err(missing.clone());
            }
            let mut items = items(r, &caller, &[listed])?;
            Ok(reply::json(200, &items.pop().unwrap_or_default()))
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
    let Batch { caller, ids, .. } = batch::read(app, request, scope::APPLICATION_READ).await?;
    let uids = batch::uids(&ids);
    app.store
        .read(move |r| {
            let mut listed = application::of_uids(r, caller.org, &uids)?;
            listed.retain(|l| !l.ignored);
            listed.sort_by_key(|l| uids.iter().position(|uid| *uid == l.application.uid));
            let data = items(r, &caller, &listed)?;
            Ok(reply::json(200, &batch::found(data)))
        })
        .await
}

/// At most a page of applications as items, with one statement for each kind of row that they need.
fn items(r: &mut Reader, caller: &Caller, listed: &[Listed]) -> Result<Vec<Value>> {
    let org = caller.org;
    let mut people: Vec<CandidateId> = listed.iter().map(|l| l.application.candidate).collect();
    let mut numbers: Vec<JobId> = listed.iter().map(|l| l.application.job).collect();
    people.sort_unstable();
    people.dedup();
    numbers.sort_unstable();
    numbers.dedup();
    let known_as = whose::known_as(r, org, &people)?;
    let people = candidate::of_ids(r, org, &people)?;
    let people: HashMap<_, _> = people.into_iter().map(|p| (p.id, p)).collect();
    let jobs = jobs::known_as(r, org, &numbers)?;
    let stages = job::stages_of(r, org, &numbers)?;
    let fields = job::fields_of(r, org, &numbers)?;
    let item = |listed: &Listed| {
        let application = &listed.application;
        let first = known_as.get(&application.candidate).and_then(|k| k.first());
        let uid = listed.candidate.to_string();
        let record = people.get(&application.candidate).map(|p| &p.record);
        let of_job = fields.iter().filter(|f| f.job == application.job);
        let of_job: Vec<_> = of_job.cloned().collect();
        applications::item(&Item {
            listed,
            candidate_id: first.map_or(&uid, |(_, id)| id),
            internal: record.and_then(|r| r.get("is_internal").as_bool()),
            known_as: jobs.get(&application.job).and_then(|k| k.first()),
            stage: stages.iter().find(|s| s.id == application.stage),
            fields: &of_job,
        })
    };
    let mut all: Value = listed.iter().map(item).collect();
    // An answer may be a file or an equal-opportunity answer.
    eeo::fill(r, caller, &mut all)?;
    match all {
        Value::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

pub(in crate::eightfold) async fn advance(
    State(app): State<App>,
    path: In<String>,
    request: Request,
) -> Response {
    let result = move_on(&app, path.ok(), request).await;
    reply::send(&Eightfold, &app, result)
}

async fn move_on(app: &App, path: Option<Path<String>>, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::APPLICATION_WRITE).await?;
    let Path(profile) = path.ok_or(Problem::NotFound(Noun::Candidate))?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let wanted = StageMove::parse(&body)?;
    let asked = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/profiles/{profileId}/application/stages",
        eeo: files::eeo_slots(&body),
        body: body.skeleton,
        files: Vec::new(),
        unmapped: wanted.unknown.clone(),
    };
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                carry_out(tx, &caller, &profile, &wanted, &asked)
            })
        })
        .await
}

fn carry_out(
    tx: &mut Tx,
    caller: &Caller,
    profile: &str,
    wanted: &StageMove,
    asked: &NewSubmission,
) -> Result<Answer> {
    let org = caller.org;
    let person = whose::profile(tx, org, profile)?;
    let job = wanted_job(tx, org, wanted)?;
    let kept = submission::keep(tx, caller, asked)?;
    let ending = wanted.ending.map(|how| (how, wanted.reason.as_deref()));
    let stage = wanted.stage.as_deref();
    let application = jobs::advance(tx, caller, &person, &job, stage, ending)?;
    if wanted.goes_on && application.ended_at.is_some() {
        let why = "the application has ended and does not go on again";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    submission::settle(
        tx,
        org,
        kept,
        Some(person.id),
        Some(application.id),
        "advanced",
    )?;
    submission::name(tx, org, kept, profile)?;
    let body = json!({"message": "The application stands as asked."});
    Ok(reply::json(WRITTEN, &body))
}

fn wanted_job(tx: &mut Tx, org: OrgId, wanted: &StageMove) -> Result<job::Job> {
    let unknown = |at: &str| {
        let detail = "there is no such position";
        Problem::invalid(at, FlawCode::UnknownReference, detail)
    };
    if let Some(id) = &wanted.position {
        return there(jobs::position(tx, org, id))?.ok_or_else(|| unknown("/positionId"));
    }
    let Some((id, system)) = &wanted.ats_job else {
        return Err(unknown("/positionId"));
    };
    let found = match system {
        Some(system) => jobs::far(tx, org, system, id)?,
        None => match far_jobs(tx, org, id)?[..] {
            [only] => Some(job::find(tx, org, only)?),
            [] => None,
            _ => {
                let detail = "several systems have a position of this id: say which by systemId";
                return Err(Problem::invalid("/systemId", FlawCode::Required, detail));
            }
        },
    };
    found.ok_or_else(|| unknown("/atsJobId"))
}
