//! Reading back: one ATS candidate, and a list of them.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate, ForeignId, Sieve};
use hiring::id::{CandidateId, OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::problem::{Act, Noun, Problem, Result};
use serde_json::json;
use store::Reader;

use super::contents;
use super::people::{self, As};
use super::whose;
use crate::eightfold::wire;
use crate::eightfold::wire::query::{Filter, Include, List, Query};
use crate::eightfold::{Eightfold, auth, scope};
use crate::reply;

type In<T> = Result<Path<T>, PathRejection>;

pub(in crate::eightfold) async fn candidate(
    State(app): State<App>,
    path: In<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, path.ok(), query, &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn one(
    app: &App,
    path: Option<Path<(String, String)>>,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read, scope::CANDIDATE_READ).await?;
    let Path((system, id)) = path.ok_or(Problem::NotFound(Noun::Candidate))?;
    let system = wire::system(&system)?;
    let include = Include::parse(&Query::read(query.as_deref())?, true)?;
    let org = caller.org;
    let drafts = app
        .store
        .read(move |r| {
            let person = whose::find(r, caller.org, &system, &id)?;
            let how = As::Candidates(&system, Some(&id));
            people::drafts(r, &caller, &[person], &how, &include)
        })
        .await?;
    contents::answer(app, org, drafts, |mut views| {
        views.pop().unwrap_or_default()
    })
    .await
}

pub(in crate::eightfold) async fn candidates(
    State(app): State<App>,
    path: In<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let result = list(&app, path.ok(), query, &headers).await;
    reply::send(&Eightfold, &app, result)
}

async fn list(
    app: &App,
    path: Option<Path<String>>,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read, scope::CANDIDATE_READ).await?;
    let Path(system) = path.ok_or(Problem::NotFound(Noun::Route))?;
    let system = wire::system(&system)?;
    let list = List::parse(&Query::read(query.as_deref())?)?;
    page(app, caller, list, Some(system)).await
}

/// A page of people: of this system's candidates, or of profiles.
pub(super) async fn page(
    app: &App,
    caller: Caller,
    list: List,
    system: Option<String>,
) -> Result<Answer> {
    let org = caller.org;
    let (total, drafts) = app
        .store
        .read(move |r| {
            let how = match &system {
                Some(system) => As::Candidates(system, None),
                None => As::Profiles,
            };
            let sieve = sieve(r, org, &list, system.as_deref())?;
            let (limit, start) = (list.part.limit, list.part.start);
            let (total, ids) = candidate::sifted(r, org, &sieve, limit, start)?;
            let people = in_order(r, org, &ids)?;
            let drafts = people::drafts(r, &caller, &people, &how, &list.include)?;
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

/// The people of these numbers, in the numbers' order.
pub(super) fn in_order(r: &mut Reader, org: OrgId, ids: &[CandidateId]) -> Result<Vec<Candidate>> {
    let mut people = candidate::of_ids(r, org, ids)?;
    people.sort_by_key(|person| ids.iter().position(|id| *id == person.id));
    Ok(people)
}

fn sieve(r: &mut Reader, org: OrgId, list: &List, system: Option<&str>) -> Result<Sieve> {
    let mut sieve = Sieve {
        words: list.words.clone(),
        uids: list.profiles.clone(),
        ..Sieve::default()
    };
    match &list.filter {
        Filter::All => {}
        Filter::Email(address) => sieve.email = Some(address.clone()),
        Filter::Candidate(id) => called(r, org, &mut sieve, system, id)?,
        Filter::Modified(from, to) => {
            sieve.changed_from = from.map(|s| s * 1_000_000);
            sieve.changed_to = to.map(|s| s * 1_000_000 + 999_999);
        }
    }
    if let Some(id) = &list.ats_candidate {
        called(r, org, &mut sieve, system, id)?;
    }
    Ok(sieve)
}

/// Lets through whom the system (any, where none is given) calls `id`, or, where none does, whose name of ours it is.
fn called(
    r: &mut Reader,
    org: OrgId,
    sieve: &mut Sieve,
    system: Option<&str>,
    id: &str,
) -> Result<()> {
    let kinds = match system {
        Some(system) => vec![whose::kind(system)],
        None => candidate::kinds(r, org, &whose::kind(""))?,
    };
    let named = kinds.into_iter().map(|kind| ForeignId {
        kind,
        key: id.to_owned(),
    });
    let mut known = Vec::new();
    for foreign in named.filter(|f| whose::is_storable(&f.key)) {
        if candidate::look_up_foreign(r, org, &foreign)?.is_some() {
            known.push(foreign);
        }
    }
    match Uuid::try_parse(id) {
        Ok(uid) if known.is_empty() => {
            let among = sieve.uids.as_ref().is_none_or(|all| all.contains(&uid));
            sieve.uids = Some(among.then_some(uid).into_iter().collect());
        }
        _ => sieve.foreign.push(known),
    }
    Ok(())
}
