//! `POST /positions`, `POST /positions/{uid}/clone`, `PATCH` and `PUT /positions/{uid}`.

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::caller::{Caller, Permissions};
use hiring::catalog::{self, Kind as Catalog, NewItem};
use hiring::id::{CatalogId, JobId, MemberId};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job, JobEdit, NewField, NewJob, Status};
use hiring::member;
use hiring::page::{Side, Span};
use hiring::problem::{Act, Flaw, FlawCode, Result};
use hiring::submission::{self, NewSubmission};
use store::{Reader, Tx};

use super::positions::ground;
use super::{Uid, in_path, position_of};
use crate::body::Body;
use crate::comeet::map::{self, Named};
use crate::comeet::scopes::{CLONE_POSITION, CREATE_POSITION, UPDATE_POSITION, WRITE_SALARY};
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::{self, Mode, PositionBody, no_file};
use crate::comeet::{Comeet, NAME, auth};
use crate::{files, inbound, reply};

/// What is done with the body.
#[derive(Debug, Clone, Copy)]
enum What {
    Create,
    Clone(JobId),
    Update(JobId),
}

pub(in crate::comeet) async fn create_position(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = write(&app, request, CREATE_POSITION, Ok(What::Create)).await;
    reply::send(&Comeet, &app, result)
}

pub(in crate::comeet) async fn clone_position(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let what = position_of(&in_path(uid)).map(What::Clone);
    let result = write(&app, request, CLONE_POSITION, what).await;
    reply::send(&Comeet, &app, result)
}

pub(in crate::comeet) async fn update_position(
    State(app): State<App>,
    uid: Uid,
    request: Request,
) -> Response {
    let what = position_of(&in_path(uid)).map(What::Update);
    let result = write(&app, request, UPDATE_POSITION, what).await;
    reply::send(&Comeet, &app, result)
}

async fn write(
    app: &App,
    request: Request,
    scope: &'static str,
    what: Result<What>,
) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, &[scope]).await?;
    let what = what?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), no_file)?;
    let (rules, mode, route) = match what {
        What::Create => (wire::POSITION, Mode::Create, "/positions"),
        What::Clone(_) => (wire::CLONE, Mode::Create, "/positions/{uid}/clone"),
        What::Update(_) => (wire::UPDATE_POSITION, Mode::Change, "/positions/{uid}"),
    };
    let wire = PositionBody::parse(&body, rules, mode)?;
    if wire.details.contains_key("salary_range") {
        caller.require_scope(&[WRITE_SALARY])?;
    }
    let kept = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route,
        body: body.skeleton.clone(),
        files: Vec::new(),
        eeo: files::eeo_slots(&body),
        unmapped: wire.unknown.clone(),
    };
    let (key, public_url) = (request.key.clone(), app.settings.public_url.clone());
    let key = key.filter(|key| key.method == "POST");
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let kept = submission::keep(tx, &caller, &kept)?;
                let job = take_in(tx, &caller, &wire, what)?;
                submission::settle(tx, caller.org, kept, None, None, "position")?;
                let jobs = [job::find(tx, caller.org, job)?];
                let ground = ground(tx, &public_url, &caller, &jobs)?;
                let mut shown = map::position(&ground, &jobs[0]);
                // The answer may be kept: what could be an equal-opportunity answer (a category "Gender") is not in it.
                let blind = Caller {
                    permissions: Permissions::USUAL,
                    ..caller.clone()
                };
                hiring::eeo::fill(tx, &blind, &mut shown)?;
                Ok(reply::json(200, &shown))
            })
        })
        .await
}

fn take_in(tx: &mut Tx, caller: &Caller, wire: &PositionBody, what: What) -> Result<JobId> {
    let id = match what {
        What::Update(id) => {
            job::find(tx, caller.org, id)?;
            let named = named(tx, caller, wire)?;
            job::edit(tx, caller, id, &map::edit_of_position(wire, &named))?.id
        }
        What::Create => make(tx, caller, wire, NewJob::default())?,
        What::Clone(of) => {
            let template = job::find(tx, caller.org, of)?;
            let like = copy(tx, caller, wire, &template)?;
            let id = make(tx, caller, wire, like)?;
            let said = job::details(tx, caller.org, &[of])?.remove(&of);
            job::say(tx, caller, id, &said.unwrap_or_default())?;
            id
        }
    };
    job::say(tx, caller, id, &wire.details)?;
    Ok(id)
}

fn make(tx: &mut Tx, caller: &Caller, wire: &PositionBody, like: NewJob) -> Result<JobId> {
    let named = named(tx, caller, wire)?;
    let job = job::create(tx, caller, &map::new_job(wire, &named, like))?;
    let status = wire.status.as_deref().map_or(Status::Open, map::status_of);
    let edit = JobEdit {
        status: Some(status),
        ..JobEdit::default()
    };
    Ok(job::edit(tx, caller, job.id, &edit)?.id)
}

/// What a clone has of its template where the body does not say otherwise.
fn copy(r: &mut Reader, caller: &Caller, wire: &PositionBody, of: &Job) -> Result<NewJob> {
    let org = caller.org;
    let stages = job::stages(r, org, of.id)?;
    let fields = job::fields(r, org, of.id)?;
    let around = job::around(r, org, &[of.id])?
        .remove(&of.id)
        .unwrap_or_default();
    let departments = around
        .departments
        .iter()
        .filter(|_| wire.department.is_none());
    let offices = around.offices.iter().filter(|_| wire.location.is_none());
    let members = |all: &[member::Member]| match wire.copy_assignees {
        true => all.iter().map(|m| m.id).collect(),
        false => Vec::new(),
    };
    Ok(NewJob {
        description: of.description.clone(),
        stages: stages.into_iter().map(|s| (s.name, s.kind)).collect(),
        fields: fields
            .into_iter()
            .map(|f| NewField {
                name: f.name,
                label: f.label,
                kind: f.kind,
                required: f.required,
                options: f.options,
            })
            .collect(),
        catalog: departments.chain(offices).map(|item| item.id).collect(),
        recruiters: members(&around.recruiters),
        hiring_managers: members(&around.hiring_managers),
        ..NewJob::default()
    })
}

/// Whom and what the body names. "If the provided value doesn't exist it will be added" (R/create-a-position): of departments.
fn named(tx: &mut Tx, caller: &Caller, wire: &PositionBody) -> Result<Named> {
    let department = match &wire.department {
        None => None,
        Some(None) => Some(Vec::new()),
        Some(Some(name)) => {
            let new = NewItem {
                kind: Catalog::Department,
                name: name.clone(),
                place: None,
            };
            Some(vec![catalog::create(tx, caller, &new)?.item.id])
        }
    };
    let office = match &wire.location {
        None => None,
        Some(None) => Some(Vec::new()),
        Some(Some(uid)) => Some(vec![office(tx, caller, uid)?]),
    };
    let mut user = |email: &Option<String>, name: &str| {
        let at = ["", "users", name, "email"].join("/");
        let email = email.as_deref();
        email
            .map(|email| member_of(tx, caller, email, wire.allow_fallback, &at))
            .transpose()
    };
    Ok(Named {
        department,
        office,
        lead_recruiter: user(&wire.lead_recruiter, "lead_recruiter")?,
        hiring_manager: user(&wire.hiring_manager, "hiring_manager")?,
    })
}

fn office(r: &mut Reader, caller: &Caller, uid: &str) -> Result<CatalogId> {
    let unknown = || {
        let detail = "location.uid: there is no such location";
        Flaw::new("/location/uid", FlawCode::UnknownReference, detail)
    };
    let id = uid::read(Kind::Location, uid).ok_or_else(unknown)?;
    let (side, span) = (Side::After(id - 1), Span::default());
    let found = catalog::page(r, caller.org, Catalog::Office, side, &span, 1)?;
    let found = found.first().filter(|office| office.id.0 == id);
    Ok(found.ok_or_else(unknown)?.id)
}

/// The member with this address. With `fallback` another address stands for the earliest owner (R/create-a-position,
/// `allow_fallback`).
fn member_of(
    r: &mut Reader,
    caller: &Caller,
    email: &str,
    fallback: bool,
    at: &str,
) -> Result<MemberId> {
    let side = Side::After(0);
    let filter = member::Filter {
        email_key: hiring::text::email_key(email),
        ..member::Filter::default()
    };
    let found = member::page(r, caller.org, side, &filter, 1)?;
    let owner = |r: &mut Reader| {
        let all = member::page(r, caller.org, side, &member::Filter::default(), 1_000)?;
        Ok::<_, hiring::Problem>(all.into_iter().find(|m| m.role == "owner"))
    };
    let found = match found.into_iter().next() {
        Some(member) => Some(member),
        None if fallback => owner(r)?,
        None => None,
    };
    let unknown = || {
        let detail = format!("{}: there is no such user", wire::path(at));
        Flaw::new(at, FlawCode::UnknownReference, detail)
    };
    Ok(found.ok_or_else(unknown)?.id)
}
