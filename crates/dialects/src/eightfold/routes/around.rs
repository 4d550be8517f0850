//! What stands around profiles and is only read: tags, feedbacks, and which of all changed.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::event::{self, Noun as Changed};
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::{App, feedback, tag};
use serde_json::{Value, json};

use super::Asked;
use super::batch::{self, Batch};
use super::notes::named;
use super::whose;
use crate::eightfold::map::positions;
use crate::eightfold::wire::query::{Changes, OfProfile, Query};
use crate::eightfold::{Eightfold, auth, scope};
use crate::reply;

type In<T> = Result<Path<T>, PathRejection>;

fn page_of(data: Vec<Value>, total: i64) -> Answer {
    reply::json(200, &json!({"data": data, "meta": {"totalCount": total}}))
}

pub(in crate::eightfold) async fn tags(State(app): State<App>, asked: Asked) -> Response {
    let result = tag_page(&app, &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn tag_page(app: &App, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::TAG_READ).await?;
    let wanted = OfProfile::parse(&Query::read(asked.query.as_deref())?)?;
    app.store
        .read(move |r| {
            let org = caller.org;
            let person = wanted.profile.as_ref().map(|id| whose::profile(r, org, id));
            let Some(person) = named(person)? else {
                return Ok(reply::json(200, &batch::found(Vec::new())));
            };
            let person = person.map(|p| p.id);
            let (total, tags) = tag::tagged(r, org, person, wanted.part.limit, wanted.part.start)?;
            Ok(page_of(tags.iter().map(positions::tag).collect(), total))
        })
        .await
}

pub(in crate::eightfold) async fn tag(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = one_tag(&app, path.ok(), &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn one_tag(app: &App, path: Option<Path<String>>, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::TAG_READ).await?;
    let missing = Problem::NotFound(Noun::Route);
    let id = path.and_then(|Path(id)| id.parse::<i64>().ok());
    let id = id.ok_or(missing.clone())?;
    app.store
        .read(move |r| {
            let found = tag::tagged_of_ids(r, caller.org, &[id])?;
            let first = found.first().ok_or(missing.clone())?;
            Ok(reply::json(200, &positions::tag(first)))
        })
        .await
}

pub(in crate::eightfold) async fn batch_tags(State(app): State<App>, request: Request) -> Response {
    let result = several_tags(&app, request).await;
    reply::send(&Eightfold, &app, result)
}

async fn several_tags(app: &App, request: Request) -> Result<Answer> {
    let Batch { caller, ids, .. } = batch::read(app, request, scope::TAG_READ).await?;
    let ids: Vec<i64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    app.store
        .read(move |r| {
            let mut found = tag::tagged_of_ids(r, caller.org, &ids)?;
            found.sort_by_key(|tag| ids.iter().position(|id| *id == tag.id));
            let data = found.iter().map(positions::tag).collect();
            Ok(reply::json(200, &batch::found(data)))
        })
        .await
}

pub(in crate::eightfold) async fn feedbacks(State(app): State<App>, asked: Asked) -> Response {
    let result = feedback_page(&app, &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn feedback_page(app: &App, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::FEEDBACK_READ).await?;
    let wanted = OfProfile::parse(&Query::read(asked.query.as_deref())?)?;
    app.store
        .read(move |r| {
            let org = caller.org;
            let person = wanted.profile.as_ref().map(|id| whose::profile(r, org, id));
            let Some(person) = named(person)? else {
                return Ok(reply::json(200, &batch::found(Vec::new())));
            };
            let person = person.map(|p| p.id);
            let (total, found) =
                feedback::from_offset(r, org, person, wanted.part.limit, wanted.part.start)?;
            let data = found.iter().map(positions::feedback).collect();
            Ok(page_of(data, total))
        })
        .await
}

pub(in crate::eightfold) async fn feedback(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = one_feedback(&app, path.ok(), &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn one_feedback(app: &App, path: Option<Path<String>>, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::FEEDBACK_READ).await?;
    let missing = Problem::NotFound(Noun::Route);
    let uid = path.and_then(|Path(id)| Uuid::try_parse(&id).ok());
    let uid = uid.ok_or(missing.clone())?;
    app.store
        .read(move |r| {
            let found = feedback::of_uids(r, caller.org, &[uid])?;
            let first = found.first().ok_or(missing.clone())?;
            Ok(reply::json(200, &positions::feedback(first)))
        })
        .await
}

pub(in crate::eightfold) async fn batch_feedbacks(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = several_feedbacks(&app, request).await;
    reply::send(&Eightfold, &app, result)
}

async fn several_feedbacks(app: &App, request: Request) -> Result<Answer> {
    let Batch { caller, ids, .. } = batch::read(app, request, scope::FEEDBACK_READ).await?;
    let uids = batch::uids(&ids);
    app.store
        .read(move |r| {
            let mut found = feedback::of_uids(r, caller.org, &uids)?;
            found.sort_by_key(|f| uids.iter().position(|uid| *uid == f.uid));
            let data = found.iter().map(positions::feedback).collect();
            Ok(reply::json(200, &batch::found(data)))
        })
        .await
}

/// What a changelog can be asked of: the vendor's words, in the forms that its addresses have.
const ENTITIES: &[(&str, Changed)] = &[
    ("profile", Changed::Candidate),
    ("profiles", Changed::Candidate),
    ("position", Changed::Job),
    ("positions", Changed::Job),
    ("profile-application", Changed::Application),
    ("profile-applications", Changed::Application),
];

pub(in crate::eightfold) async fn changelog(
    State(app): State<App>,
    path: In<String>,
    asked: Asked,
) -> Response {
    let result = changes(&app, path.ok(), &asked).await;
    reply::send(&Eightfold, &app, result)
}

async fn changes(app: &App, path: Option<Path<String>>, asked: &Asked) -> Result<Answer> {
    let caller = auth::caller(app, &asked.headers, Act::Read, scope::CHANGELOG_READ).await?;
    let Path(entity) = path.ok_or(Problem::NotFound(Noun::Route))?;
    let noun = ENTITIES.iter().find(|(name, _)| *name == entity);
    let noun = noun.map(|(_, noun)| *noun).ok_or_else(|| {
        let detail = "entityType must be one of: profile, position, profile-application";
        Problem::invalid("path:entityType", FlawCode::NotAChoice, detail)
    })?;
    let now = app.store.clock().now();
    let wanted = Changes::parse(&Query::read(asked.query.as_deref())?, now)?;
    app.store
        .read(move |r| {
            let (limit, start) = (wanted.part.limit, wanted.part.start);
            let span = (wanted.start, wanted.end);
            let (total, uids) = event::changed(r, caller.org, noun, span, limit, start)?;
            let data = uids.iter().map(|uid| json!(uid)).collect();
            Ok(page_of(data, total))
        })
        .await
}
