//! Jobs: the list, and making one. One of them is `jobs/one.rs`, what it is called and who works on it `jobs/edit.rs`, its
//! pipeline `jobs/stages.rs`, its form `jobs/questions.rs` and `jobs/question.rs`.

mod edit;
mod one;
mod question;
mod questions;
mod stages;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::id::{JobId, OrgId, Uuid};
use hiring::job::{self, Filter, Job, NewJob, Status};
use hiring::member::Right;
use hiring::page::Side;
use hiring::roll::Rolls;
use hiring::{App, Problem, Result, counts};
use store::Reader;

use super::card::Card;
use super::form::{Faults, Field, Pager};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Visit};
use crate::page::Page;

#[cfg(test)]
pub(super) use {edit::Edit, one::One, question::Ask, questions::Questions, stages::Stages};

const HERE: &str = "/desk/jobs";
/// Jobs a page.
const PAGE: i64 = 20;
/// Characters of a title.
const LONGEST_TITLE: u32 = 300;
/// The same of a description, and bytes of a form that holds one.
const LONGEST_DESCRIPTION: u32 = 50_000;
const LARGEST: usize = 1 << 20;

#[derive(Template)]
#[template(path = "desk/jobs.html")]
pub(crate) struct Jobs {
    frame: Frame,
    /// Word, words, whether it is shown.
    filters: Vec<(&'static str, &'static str, bool)>,
    jobs: Vec<Card>,
    pager: Pager,
    changes: bool,
    /// Whether these are of all jobs, and not of those alone in which the member is named.
    whole: bool,
}

#[derive(Template)]
#[template(path = "desk/new_job.html")]
pub(crate) struct New {
    frame: Frame,
    faults: Faults,
    fields: Vec<Field>,
}

/// The addresses of this part.
pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::get(HERE, Right::SeeJobs, show),
        Route::get("/desk/jobs/new", Right::ChangeJobs, new),
        Route::post("/desk/jobs/new", Right::ChangeJobs, create).largest(LARGEST),
    ];
    all.extend(one::routes());
    all.extend(edit::routes());
    all.extend(stages::routes());
    all.extend(questions::routes());
    all.extend(question::routes());
    all
}

const FILTERS: [(&str, &str); 4] = [
    ("", "All"),
    ("open", "Open"),
    ("on_hold", "On hold"),
    ("closed", "Closed"),
];

/// `GET /desk/jobs?status=&before=`.
async fn show(State(app): State<App>, visit: Visit, query: Inputs) -> Answer {
    let (org, only) = (visit.org(), visit.only().map(<[JobId]>::to_vec));
    let status = Status::parse(query.get("status"));
    let before: i64 = query.get("before").parse().unwrap_or(i64::MAX);
    let rolls = app.rolls.clone();
    let read = move |r: &mut Reader| read(r, &rolls, org, only.as_deref(), status, before);
    let (jobs, more) = app.store.read(read).await?;
    let last = jobs.last().map_or(0, |(_, counts)| counts.id.0);
    let word = status.map_or("", Status::word);
    let at = |before: Option<i64>| match (word, before) {
        ("", None) => HERE.to_owned(),
        (word, None) => format!("{HERE}?status={word}"),
        ("", Some(n)) => format!("{HERE}?before={n}"),
        (word, Some(n)) => format!("{HERE}?status={word}&before={n}"),
    };
    let page = Jobs {
        frame: visit.frame(Section::Jobs),
        filters: FILTERS
            .iter()
            .map(|(of, words)| (*of, *words, *of == word))
            .collect(),
        jobs: jobs
            .iter()
            .map(|(uid, counts)| Card::new(counts, Some(*uid)))
            .collect(),
        pager: Pager {
            back: (before != i64::MAX).then(|| at(None)),
            on: more.then(|| at(Some(last))),
            back_words: "Newest",
            on_words: "Older",
        },
        changes: visit.may(Right::ChangeJobs),
        whole: visit.only().is_none(),
    };
    Ok(visit.page(&page))
}

type Found = Vec<(Uuid, counts::JobCounts)>;

fn read(
    r: &mut Reader,
    rolls: &Rolls,
    org: OrgId,
    only: Option<&[JobId]>,
    status: Option<Status>,
    before: i64,
) -> Result<(Found, bool)> {
    let mut jobs = match only {
        None => {
            let filter = Filter {
                status,
                ..Filter::default()
            };
            job::page(r, org, Side::Before(before), &filter, PAGE + 1)?
        }
        // Newest first, as `member::jobs_of` gives them.
        Some(only) => {
            let mut found = Vec::new();
            let wanted: Vec<JobId> = only.iter().copied().filter(|id| id.0 < before).collect();
            for some in wanted.chunks(hiring::page::MOST) {
                let mut jobs = job::of_ids(r, org, some)?;
                jobs.retain(|job| status.is_none_or(|status| job.status == status));
                jobs.sort_by_key(|job| -job.id.0);
                found.extend(jobs);
                if found.len() as i64 > PAGE {
                    break;
                }
            }
            found
        }
    };
    let more = jobs.len() as i64 > PAGE;
    jobs.truncate(PAGE as usize);
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let counted = counts::of_jobs(r, rolls, org, &ids)?;
    let uid = |id| jobs.iter().find(|job| job.id == id).map(|job| job.uid);
    let found = counted
        .into_iter()
        .filter_map(|c| Some((uid(c.id)?, c)))
        .collect();
    Ok((found, more))
}

/// `GET /desk/jobs/new`.
async fn new(visit: Visit) -> Answer {
    let page = New {
        frame: visit.frame(Section::Jobs),
        fields: fields("", "", &Faults::none()),
        faults: Faults::none(),
    };
    Ok(visit.page(&page))
}

/// `POST /desk/jobs/new`.
async fn create(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (title, description) = (inputs.get("title"), inputs.get("description"));
    let faults = judge(title, description);
    if !faults.is_empty() {
        let page = New {
            frame: visit.frame(Section::Jobs),
            fields: fields(title, description, &faults),
            faults,
        };
        return Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let new = NewJob {
        title: one_line(title),
        description: (!description.is_empty()).then(|| description.to_owned()),
        // Who makes it sees to it that it is complete before others learn its address.
        unlisted: true,
        ..NewJob::default()
    };
    let caller = visit.caller.clone();
    let made = app
        .store
        .write(move |tx| job::create(tx, &caller, &new))
        .await?;
    let words = "The job is made. Look through its stages and its form, then open its public page.";
    Ok(visit.done(&at(made.uid), words))
}

/// A job's page.
fn at(uid: Uuid) -> String {
    format!("{HERE}/{uid}")
}

fn one_line(text: &str) -> String {
    hiring::mail::source::one_line(text).trim().to_owned()
}

/// What a job is called and is about.
fn fields(title: &str, description: &str, faults: &Faults) -> Vec<Field> {
    vec![
        Field::text("title", "Title")
            .value(title)
            .most(LONGEST_TITLE)
            .needed()
            .with(faults),
        Field::lines("description", "Description", 12)
            .help("What applicants read on the public page. A blank line begins a new paragraph.")
            .value(description)
            .with(faults),
    ]
}

fn judge(title: &str, description: &str) -> Faults {
    let mut faults = Faults::none();
    let long = |text: &str, most: u32| text.chars().count() > most as usize;
    if one_line(title).is_empty() {
        faults.add("title", "A job needs a title.");
    } else if long(title, LONGEST_TITLE) {
        faults.add("title", "A title has at most 300 characters.");
    }
    if long(description, LONGEST_DESCRIPTION) {
        faults.add(
            "description",
            "A description has at most 50,000 characters.",
        );
    }
    faults
}

/// The job of this address, if the visitor reaches it.
async fn find(app: &App, visit: &Visit, uid: Uuid) -> Result<Job> {
    let org = visit.org();
    let job = app
        .store
        .read(move |r| job::find_by_uid(r, org, uid))
        .await?;
    visit.reach(job.id)?;
    Ok(job)
}

/// When the page was made that a form comes from: what its job was changed at, µs.
fn version(inputs: &Inputs) -> i64 {
    inputs.get("version").parse().unwrap_or(0)
}

/// What is said when somebody else was faster.
const STALE: &str = "Somebody changed this job after you opened this page, so nothing was saved. \
    Below stands what you want; compare it with the job as it is now, then save again.";

/// The faults of a change that was not made, and the version to save upon then.
///
/// # Errors
/// What is no fault of what was typed.
fn refused(problem: Problem, version: i64) -> Result<(Faults, i64)> {
    match problem {
        Problem::Stale { have } => Ok((
            Faults::one("", STALE),
            i64::try_from(have).unwrap_or(version),
        )),
        other => Ok((Faults::of(other)?, version)),
    }
}

impl Page for Jobs {
    #[cfg(test)]
    fn sample() -> Jobs {
        let counts = counts::JobCounts {
            id: JobId(1),
            title: "Backend <Engineer>".into(),
            status: Status::Open,
            applications: counts::Applications::default(),
            stages: Vec::new(),
        };
        Jobs {
            frame: Frame::sample(),
            filters: vec![("", "All", true), ("open", "Open", false)],
            jobs: vec![Card::new(&counts, Some(hiring::id::new_uid()))],
            pager: Pager::default(),
            changes: true,
            whole: true,
        }
    }
}

impl Page for New {
    #[cfg(test)]
    fn sample() -> New {
        let faults = Faults::one("title", "A job <x> needs a title.");
        New {
            frame: Frame::sample(),
            fields: fields("<x>", "<x>", &faults),
            faults,
        }
    }
}
