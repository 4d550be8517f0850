//! A candidate's page: what is known and where it came from, applications, files, notes, mails, what happened, who may be
//! the same person.
//!
//! * `person/shown.rs` – the page's parts, made of what was read · `person/record.rs` – the record's fields
//! * `person/change.rs` – notes, tags, applications, an invite · `person/edit.rs` – the record's form
//! * `person/twin.rs` – two who may be one · `person/files.rs` – files and what was sent · `person/drawn.rs` – pages to look at

mod change;
mod drawn;
mod edit;
mod files;
mod record;
mod shown;
mod twin;

use axum::extract::State;
use hiring::application::{self, InNames, board};
use hiring::candidate::{self, Candidate, Suspect, Told};
use hiring::delivery::{self, Delivery};
use hiring::extraction;
use hiring::id::{OrgId, Uuid};
use hiring::job::{self, Job, Stage};
use hiring::member::{Member, Right};
use hiring::note::{self, Note, Visibility};
use hiring::problem::Noun;
use hiring::timeline::{self, Entry};
use hiring::{App, Problem, Result, attachment, eeo};
use store::Reader;

use super::form::Faults;
use super::may::Route;
use super::visit::{Answer, Inputs, Named, Visit};

pub(crate) use shown::Person;
#[cfg(test)]
pub(crate) use {
    drawn::PagesOf,
    edit::Edit,
    files::{Sent, TextOf},
    twin::Twin,
};

/// Things that happened, on a page of them.
const HAPPENED: i64 = 30;
/// Notes and mails that are shown.
const NOTES: i64 = 100;
const MAILS: i64 = 50;
/// Jobs that one can be invited to from here.
const JOBS: i64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::get("/desk/candidates/{uid}", Right::SeePeople, show),
        Route::get(
            "/desk/candidates/{uid}/edit",
            Right::ChangePeople,
            edit::show,
        ),
        Route::post(
            "/desk/candidates/{uid}/edit",
            Right::ChangePeople,
            edit::save,
        ),
        Route::get(
            "/desk/candidates/{uid}/sent",
            Right::SeeIntegrations,
            files::sent,
        ),
        Route::get("/desk/files/{uid}", Right::SeePeople, files::download),
        Route::get(
            "/desk/files/{uid}/picture",
            Right::SeePeople,
            files::picture,
        ),
        Route::get("/desk/files/{uid}/text", Right::SeePeople, files::text),
        Route::get("/desk/files/{uid}/pages", Right::SeePeople, drawn::show),
        Route::get(
            "/desk/files/{uid}/pages/{number}",
            Right::SeePeople,
            drawn::page,
        ),
    ];
    all.extend(change::routes());
    all.extend(twin::routes());
    all
}

/// Everything that a page of a person shows, as it was read.
pub(super) struct Seen {
    pub candidate: Candidate,
    pub told: Told,
    pub applications: Vec<(InNames, Vec<Stage>)>,
    pub files: Vec<Kept>,
    pub notes: Vec<Note>,
    pub mails: Vec<Delivery>,
    pub happened: Vec<Entry>,
    pub suspects: Vec<Suspect>,
    pub mergings: Vec<candidate::Merging>,
    pub members: Vec<Member>,
    pub jobs: Vec<Job>,
}

/// A file, how its text stands, what pages there are to look at.
pub(super) struct Kept {
    pub file: attachment::Attachment,
    pub pages: Option<extraction::Pages>,
    pub state: Option<extraction::State>,
    pub text: Option<String>,
}

/// `GET /desk/candidates/{uid}`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let before = inputs.get("before").parse().unwrap_or(i64::MAX);
    let shown = page(
        &app,
        &visit,
        uid,
        before,
        Faults::none(),
        &Inputs::default(),
    )
    .await?;
    note_read(&app, &visit, uid).await?;
    Ok(shown)
}

/// Boards mark applications at which nobody has looked: this member has now, unless they only look after others' work.
async fn note_read(app: &App, visit: &Visit, uid: Uuid) -> Result<()> {
    if !visit.may(Right::Comment) {
        return Ok(());
    }
    let org = visit.org();
    let unread = app.store.read(move |r| {
        let person = candidate::find_by_uid(r, org, uid)?.id;
        board::unread(r, org, person)
    });
    let mut unread = unread.await?;
    unread.retain(|(_, job)| visit.reach(*job).is_ok());
    if unread.is_empty() {
        return Ok(());
    }
    let noted = app.store.write(move |tx| {
        let mut each = unread.iter();
        each.try_for_each(|(id, _)| board::note_read(tx, org, *id))
    });
    noted.await
}

/// The page; with faults, as 422 with what was typed.
async fn page(
    app: &App,
    visit: &Visit,
    uid: Uuid,
    before: i64,
    faults: Faults,
    typed: &Inputs,
) -> Answer {
    let looker = visit.clone();
    let seen = app
        .store
        .read(move |r| read(r, &looker, uid, before))
        .await?;
    // An address of one who was merged into another leads to that other.
    if seen.candidate.uid != uid {
        return Ok(visit.to(&address(seen.candidate.uid)));
    }
    let status = match faults.is_empty() {
        true => axum::http::StatusCode::OK,
        false => axum::http::StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = Person::new(visit, seen, faults, typed);
    Ok(visit.page_as(status, &page))
}

/// Where a person's page is.
pub(super) fn address(uid: Uuid) -> String {
    format!("/desk/candidates/{uid}")
}

/// The person, if the member reaches them: who reaches some jobs only reaches those who applied for one of them.
pub(super) fn reached(r: &mut Reader, visit: &Visit, uid: Uuid) -> Result<Candidate> {
    let candidate = candidate::find_by_uid(r, visit.org(), uid)?;
    if let Some(jobs) = visit.only() {
        let applications = application::in_names(r, visit.org(), &[candidate.id])?;
        if !applications.iter().any(|a| jobs.contains(&a.job)) {
            return Err(Problem::NotFound(Noun::Candidate));
        }
    }
    Ok(candidate)
}

fn read(r: &mut Reader, visit: &Visit, uid: Uuid, before: i64) -> Result<Seen> {
    let org = visit.org();
    let candidate = reached(r, visit, uid)?;
    let id = candidate.id;
    let mut told = candidate::told(r, org, id)?;
    record::veil(r, visit, &mut told)?;
    let everything = visit.only().is_none();
    let changes = visit.may(Right::ChangePeople);
    let none = Vec::new;
    Ok(Seen {
        applications: applications(r, visit, &candidate)?,
        files: kept(r, org, &candidate)?,
        notes: notes(r, visit, &candidate)?,
        mails: match everything {
            true => delivery::of_candidate(r, org, id, MAILS)?,
            false => none(),
        },
        happened: happened(r, visit, &candidate, before)?,
        suspects: match changes {
            true => candidate::suspects(r, org, &candidate)?,
            false => Vec::new(),
        },
        mergings: match changes {
            true => candidate::mergings(r, org, id)?,
            false => Vec::new(),
        },
        members: note::members(r, org)?,
        jobs: match visit.may(Right::Invite) {
            true => open_jobs(r, org)?,
            false => Vec::new(),
        },
        candidate,
        told,
    })
}

fn applications(
    r: &mut Reader,
    visit: &Visit,
    candidate: &Candidate,
) -> Result<Vec<(InNames, Vec<Stage>)>> {
    let mut all = application::in_names(r, visit.org(), &[candidate.id])?;
    if let Some(jobs) = visit.only() {
        all.retain(|a| jobs.contains(&a.job));
    }
    all.into_iter()
        .map(|a| {
            let stages = job::stages(r, visit.org(), a.job)?;
            Ok((a, stages))
        })
        .collect()
}

fn kept(r: &mut Reader, org: OrgId, candidate: &Candidate) -> Result<Vec<Kept>> {
    let files = attachment::of_candidate(r, org, candidate.id)?;
    let mut all = Vec::with_capacity(files.len());
    for file in files.into_iter().rev() {
        let found = match &file.sha256 {
            Some(sha256) => extraction::find(r, org, sha256)?,
            None => None,
        };
        let (state, text) = found.map_or((None, None), |(state, text)| (Some(state), text));
        let pages = match &file.sha256 {
            Some(sha256) if file.media_type == drawn::PDF => {
                Some(extraction::pages(r, org, sha256)?)
            }
            _ => None,
        };
        all.push(Kept {
            file,
            pages,
            state,
            text,
        });
    }
    Ok(all)
}

/// Those that the member may read: what is private is its writer's and theirs who may see all.
fn notes(r: &mut Reader, visit: &Visit, candidate: &Candidate) -> Result<Vec<Note>> {
    let filter = note::Filter {
        candidate: Some(candidate.id),
        ..note::Filter::default()
    };
    let newest = candidate::Side::Before(i64::MAX);
    let mut all = note::page(r, visit.org(), newest, &filter, NOTES)?;
    let sees_all = visit.may(Right::ChangeMembers);
    all.retain(|note| {
        let own = note
            .member
            .as_ref()
            .is_some_and(|m| m.id == visit.member.id);
        note.visibility == Visibility::Public
            || sees_all
            || (own && note.visibility == Visibility::Private)
    });
    Ok(all)
}

fn happened(
    r: &mut Reader,
    visit: &Visit,
    candidate: &Candidate,
    before: i64,
) -> Result<Vec<Entry>> {
    let mut all = timeline::of_candidate(r, visit.org(), candidate.id, before, HAPPENED + 1)?;
    if let Some(jobs) = visit.only() {
        // What happened for other jobs is none of their business; of the person as such, it is.
        let titles: Vec<String> = application::in_names(r, visit.org(), &[candidate.id])?
            .into_iter()
            .filter(|a| jobs.contains(&a.job))
            .map(|a| a.title)
            .collect();
        all.retain(|e| e.event.job.as_ref().is_none_or(|job| titles.contains(job)));
    }
    Ok(all)
}

fn open_jobs(r: &mut Reader, org: OrgId) -> Result<Vec<Job>> {
    let newest = candidate::Side::Before(i64::MAX);
    let mut jobs = job::page(r, org, newest, &job::Filter::default(), JOBS)?;
    jobs.retain(|job| matches!(job.status, job::Status::Open | job::Status::OnHold));
    Ok(jobs)
}

/// Fills equal-opportunity answers in where the member may see them, and takes their places out otherwise.
pub(super) fn fill(r: &mut Reader, visit: &Visit, value: &mut serde_json::Value) -> Result<()> {
    eeo::fill(r, &visit.caller, value)
}
