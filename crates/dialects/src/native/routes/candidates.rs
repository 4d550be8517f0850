//! Candidates: created with or without an application, listed, read with everything around them.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::application::{self, Application, Opened};
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate, NewCandidate as Said, Side};
use hiring::form::Filled;
use hiring::id::{ApplicationId, OrgId};
use hiring::idempotency::{self, Answer};
use hiring::job::{self, Job, Stage};
use hiring::problem::{Act, Clash, Flaw, FlawCode, Noun, Problem, Result};
use hiring::search::{self, Ask, Within};
use hiring::submission::{self, Kept, NewSubmission};
use hiring::{App, attachment, consent, eeo, extraction};
use store::{Reader, Tx};

use super::pipelines::Pipelines;
use super::query::{self, Paging, Query};
use super::{changed, located, problem, shown, uid};
use crate::body::Body;
use crate::files::{self, Content};
use crate::inbound::Inbound;
use crate::native::map::{self, KeptFile};
use crate::native::wire::{NewCandidate, answer, is_file};
use crate::native::{EXTERNAL, NAME, Native, auth};
use crate::{delicate, inbound, reply};

/// Create a candidate
///
/// With `job`, opens an application too. Somebody who is known by one of the addresses or by `external_id` is
/// enriched, not made twice. Needs `write`.
#[utoipa::path(post, path = "/candidates", tag = "candidates",
    request_body(content = NewCandidate, example = json!({
        "name": "Mary Somerville",
        "emails": ["mary@example.com"],
        "phones": [{"value": "+44 20 7946 0001", "type": "mobile"}],
        "skills": ["astronomy"],
        "job": "0190b2f0-0000-7000-8000-000000000001",
        "answers": {"phone": "+44 20 7946 0001"},
        "files": [{"name": "cv.txt", "kind": "resume", "content": "SGVsbG8=", "field": "resume"}]
    })),
    responses((status = 201, description = "The person as known now, and the application.", body = answer::Created),
        (status = 409, description = "`application-open`: the person has an open application for this job, named in \
            `application`. Or `key-in-flight`, or `not-allowed` when the job is closed. Nothing was stored.",
            body = answer::Failure, content_type = "application/problem+json")))]
pub(in crate::native) async fn create_candidate(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = create(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let first = attempt(app, &caller, &request, &[]).await;
    match delicate::places(&first) {
        Some(places) => attempt(app, &caller, &request, &places).await,
        None => first,
    }
}

async fn attempt(
    app: &App,
    caller: &Caller,
    request: &Inbound,
    delicate: &[String],
) -> Result<Answer> {
    let body = Arc::new(Body::read_beside(request.body.clone(), is_file, delicate)?);
    let new = NewCandidate::parse(&body)?;
    let kept_files = keep_files(app, caller.org, &body, &new).await?;
    let intake = Intake {
        said: map::new_candidate(&new, &kept_files),
        submission: submission(&body, &new, &kept_files),
        new,
        files: kept_files,
    };
    let (caller, asker, key) = (caller.clone(), caller.clone(), request.key.clone());
    let result = app
        .store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, &intake)
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

/// One call, ready for its transaction.
struct Intake {
    new: NewCandidate,
    said: Said,
    submission: NewSubmission,
    files: Vec<KeptFile>,
}

/// Every file durable, before the transaction that names it.
async fn keep_files(
    app: &App,
    org: OrgId,
    body: &Arc<Body>,
    new: &NewCandidate,
) -> Result<Vec<KeptFile>> {
    if new.files.is_empty() {
        return Ok(Vec::new());
    }
    let (inner, slots) = (body.clone(), new.files.clone());
    let decoded = files::off_thread(move || {
        let decode = |slot: &String| files::decode(&inner, slot, Content::Base64);
        let all = slots
            .iter()
            .map(|f| f.slot.as_ref().map(decode).transpose());
        all.collect::<Vec<_>>()
    })
    .await?;
    let flaws: Vec<Flaw> = decoded
        .iter()
        .filter_map(|d| d.as_ref().err())
        .cloned()
        .collect();
    if !flaws.is_empty() {
        return Err(Problem::Invalid(flaws));
    }
    let mut kept = Vec::with_capacity(decoded.len());
    for (file, decoded) in new.files.iter().zip(decoded) {
        let stored = match decoded? {
            Some(decoded) => Some(files::store(app, org, body, decoded).await?),
            None => None,
        };
        let file = file.clone();
        kept.push(KeptFile { file, kept: stored });
    }
    Ok(kept)
}

fn submission(body: &Body, new: &NewCandidate, files: &[KeptFile]) -> NewSubmission {
    let slots = files.iter().filter_map(|f| f.kept.as_ref());
    NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/candidates",
        body: body.skeleton.clone(),
        files: slots.map(|k| k.slot.clone()).collect(),
        eeo: files::eeo_slots(body),
        unmapped: map::unmapped(body, new),
    }
}

/// Keeps the submission, finds or makes the person, opens the application.
fn take_in(tx: &mut Tx, caller: &Caller, intake: &Intake) -> Result<Answer> {
    let kept = submission::keep(tx, caller, &intake.submission)?;
    for text in intake
        .files
        .iter()
        .filter_map(|f| f.kept.as_ref()?.text.as_ref())
    {
        attachment::name_file(tx, caller.org, text)?;
    }
    let taken = candidate::take_in(tx, caller, kept, &intake.said)?;
    let candidate = taken.candidate;
    let applied = apply(tx, caller, kept, &candidate, &intake.new)?;
    let application = applied.as_ref().map(|(application, ..)| application.id);
    let outcome = taken.outcome.word();
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(candidate.id),
        application,
        outcome,
    )?;
    let created = created(&candidate, applied.as_ref(), kept);
    Ok(located(
        changed(201, &created)?,
        "candidates",
        candidate.uid,
    ))
}

type Applied = (Application, Job, Vec<Stage>);

/// Opens an application for the job that was named, if one was. An open one is a conflict, an ended one is not
/// (DESIGN §9).
fn apply(
    tx: &mut Tx,
    caller: &Caller,
    kept: Kept,
    candidate: &Candidate,
    new: &NewCandidate,
) -> Result<Option<Applied>> {
    let Some(uid) = new.job else { return Ok(None) };
    let job = job::find_by_uid(tx, caller.org, uid).map_err(unknown_job)?;
    let stages = job::stages(tx, caller.org, job.id)?;
    let fields = job::fields(tx, caller.org, job.id)?;
    let stage = new
        .stage
        .map(|uid| map::stage(uid, &stages, "/stage"))
        .transpose()?;
    let Filled { answers, unmapped } = map::answers(new, &fields)?;
    submission::add_unmapped(tx, caller.org, kept, &unmapped)?;
    let application = map::new_application(new, stage, answers);
    match application::open(tx, caller, candidate, &job, &application)? {
        Opened::Existing(there) => Err(Problem::Conflict(Clash::ApplicationOpen {
            application: there.id,
        })),
        opened => Ok(Some((opened.application().clone(), job, stages))),
    }
}

/// The body names it, not the address: 400, since the address is there.
pub(super) fn unknown_job(problem: Problem) -> Problem {
    match problem {
        Problem::NotFound(Noun::Job) => {
            Problem::invalid("/job", FlawCode::UnknownReference, "there is no such job")
        }
        other => other,
    }
}

fn created(candidate: &Candidate, applied: Option<&Applied>, kept: Kept) -> answer::Created {
    let application = applied.map(|(application, job, stages)| {
        map::application(application, candidate.uid, job, stages)
    });
    answer::Created {
        candidate: map::candidate(candidate),
        application,
        submission: kept.uid,
    }
}

/// The conflict, with the application that the caller may want instead.
pub(super) async fn in_the_way(app: &App, caller: Caller, id: ApplicationId) -> Result<Answer> {
    let clash = Problem::Conflict(Clash::ApplicationOpen { application: id });
    let mut failure = problem::failure(&clash);
    let (application, candidate) = app
        .store
        .read(move |r| {
            let application = application::find(r, caller.org, id)?;
            let candidate = candidate::find(r, caller.org, application.candidate)?;
            Ok::<_, Problem>((application.uid, candidate.uid))
        })
        .await?;
    failure.application = Some(application);
    failure.candidate = Some(candidate);
    Ok(problem::answer(&failure))
}

/// List the candidates
#[utoipa::path(get, path = "/candidates", tag = "candidates",
    params(("email" = Option<String>, Query, description = "Only the person with this address, however it is spelled."),
        ("q" = Option<String>, Query, description = "Only those who are found by this: words of names, addresses, phones, skills, \
            titles, notes and files, `\"phrases\"`, `job:`, `stage:`, `source:`, `tag:`, `email:`, `is:`, and `-` before any of \
            them. Those whose name, address or phone it is come first, and the newest first. Whoever was taken in within the last \
            moments may not be found yet. Not together with `email`."),
        Paging),
    responses((status = 200, description = "Candidates, oldest first unless `q` is given.", body = answer::Page<answer::Candidate>)))]
pub(in crate::native) async fn list_candidates(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &["email", "q"])?;
    if let Some(text) = query.get("q") {
        return search(app, caller, &query, text.to_owned()).await;
    }
    let (after, limit, email) = (query.after()?, query.limit()?, query.email()?);
    app.store
        .read(move |r| {
            let side = Side::After(after);
            let mut rows = candidate::list(r, caller.org, side, email.as_deref(), limit + 1)?;
            let next = query::cut(&mut rows, limit, |c| c.id.0);
            let data = rows.iter().map(map::candidate).collect();
            let mut body = shown(&answer::Page { data, next })?;
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

async fn search(app: &App, caller: Caller, query: &Query, text: String) -> Result<Answer> {
    if query.get("email").is_some() {
        let detail = "q and email cannot be asked for together; write email: within q";
        return Err(Problem::invalid(
            "query:email",
            FlawCode::Contradiction,
            detail,
        ));
    }
    if text.chars().count() > search::MOST_CHARS {
        let detail = format!("q may have at most {} characters", search::MOST_CHARS);
        return Err(Problem::invalid("query:q", FlawCode::TooLong, detail));
    }
    let wrong = || {
        let detail = "after must be the next of an earlier page of the same q";
        Problem::invalid("query:after", FlawCode::OutOfRange, detail)
    };
    let from = match query.get("after") {
        Some(word) => search::Place::parse(word).ok_or_else(wrong)?,
        None => search::Place::START,
    };
    let limit = query.limit()?;
    app.store
        .read(move |r| {
            let (ask, everybody) = (Ask::read(&text, false), Within::default());
            let found = search::search(r, caller.org, &ask, &everybody, from, limit)?;
            let people = found.hits.iter().map(|hit| &hit.candidate);
            let data = people.map(map::candidate).collect();
            let next = found.next.map(search::Place::word);
            let mut body = shown(&answer::Page { data, next })?;
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

/// Read a candidate
///
/// With applications, attachments and the names of what was sent.
#[utoipa::path(get, path = "/candidates/{id}", tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate.")),
    responses((status = 200, description = "The candidate.", body = answer::CandidateInFull)))]
pub(in crate::native) async fn get_candidate(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Candidate)?;
    app.store
        .read(move |r| {
            let candidate = candidate::find_by_uid(r, caller.org, id)?;
            let mut body = shown(&in_full(r, caller.org, &candidate)?)?;
            eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

/// A person with everything around them; equal-opportunity answers are slots still.
pub(in crate::native) fn in_full(
    r: &mut Reader,
    org: OrgId,
    candidate: &Candidate,
) -> Result<answer::CandidateInFull> {
    let mut pipelines = Pipelines::default();
    let applications = application::of_candidate(r, org, candidate.id)?;
    let applications: Result<Vec<_>> = applications
        .iter()
        .map(|a| pipelines.show(r, org, a, candidate))
        .collect();
    let attachments = attachment::of_candidate(r, org, candidate.id)?;
    let contents: Vec<_> = attachments.iter().filter_map(|a| a.sha256).collect();
    let texts = extraction::states(r, org, &contents)?;
    let duplicates = candidate::possible_duplicates(r, org, candidate.id)?;
    let consents = consent::of_candidate(r, org, candidate.id)?;
    Ok(answer::CandidateInFull {
        candidate: map::candidate(candidate),
        external_ids: candidate::foreign_keys(r, org, candidate.id, EXTERNAL)?,
        applications: applications?,
        attachments: attachments
            .iter()
            .map(|a| map::attachment(a, &texts))
            .collect(),
        submissions: submission::names_of_candidate(r, org, candidate.id)?,
        possible_duplicates: duplicates.iter().map(map::possible_duplicate).collect(),
        consents: consents.iter().map(map::consent).collect(),
    })
}
