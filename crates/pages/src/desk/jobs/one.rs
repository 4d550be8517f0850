//! One job: how many stand where, its public page, opening and closing it.

use askama::Template;
use axum::extract::State;
use hiring::counts;
use hiring::invite;
use hiring::job::{self, Job, JobEdit, Status};
use hiring::member::Right;
use hiring::{App, Problem, posting};

use super::{STALE, at, find, version};
use crate::desk::card::Card;
use crate::desk::frame::{Frame, Section};
use crate::desk::may::{self, Route};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/job.html")]
pub(crate) struct One {
    frame: Frame,
    here: String,
    title: String,
    code: Option<String>,
    status: Status,
    status_words: &'static str,
    job: Card,
    board: bool,
    changes: bool,
    version: i64,
    /// The public page's address, and whether it is open.
    link: Option<(String, bool)>,
    days: i64,
    questions: usize,
    team: Vec<(&'static str, String)>,
    description: Vec<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/jobs/{uid}", Right::SeeJobs, show),
        Route::post("/desk/jobs/{uid}/status", Right::ChangeJobs, status),
        Route::post("/desk/jobs/{uid}/public", Right::ChangeJobs, public),
    ]
}

/// `GET /desk/jobs/{uid}`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, id) = (visit.org(), job.id);
    let rolls = app.rolls.clone();
    let found = app.store.read(move |r| {
        let counts = counts::of_jobs(r, &rolls, org, &[id])?;
        let posting = posting::of_jobs(r, org, &[id])?.remove(&id);
        let around = job::around(r, org, &[id])?.remove(&id).unwrap_or_default();
        let days = invite::job_days(r, org, id)?;
        let questions = job::fields(r, org, id)?.len();
        Ok::<_, Problem>((counts, posting, around, days, questions))
    });
    let (counts, posting, around, days, questions) = found.await?;
    let counts = counts
        .first()
        .ok_or(Problem::NotFound(hiring::problem::Noun::Job))?;
    let names = |all: &[hiring::member::Member]| {
        all.iter()
            .map(|m| m.name.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let team = [
        ("Recruiters", names(&around.recruiters)),
        ("Hiring managers", names(&around.hiring_managers)),
        ("Interviewers", names(&around.interviewers)),
    ];
    let url = &app.settings.public_url;
    let page = One {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        board: may::right_of("/desk/jobs/{uid}/board").is_some_and(|right| visit.may(right)),
        changes: visit.may(Right::ChangeJobs),
        link: posting.map(|posting| (posting.link(url), !posting.unlisted)),
        days: days.unwrap_or(14),
        questions,
        team: team
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .collect(),
        description: crate::plain::paragraphs(job.description.as_deref().unwrap_or("")),
        ..One::of(&job, counts)
    };
    Ok(visit.page(&page))
}

impl One {
    fn of(job: &Job, counts: &counts::JobCounts) -> One {
        One {
            frame: Frame::empty(),
            here: String::new(),
            title: job.title.clone(),
            code: job.code.clone(),
            status: job.status,
            status_words: words::status(job.status),
            job: Card::new(counts, None),
            board: false,
            changes: false,
            version: job.updated_at,
            link: None,
            days: 14,
            questions: 0,
            team: Vec::new(),
            description: Vec::new(),
        }
    }
}

/// `POST /desk/jobs/{uid}/status`.
async fn status(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let Some(to) = Status::parse(inputs.get("to")) else {
        return Ok(visit.undone(&at(uid), "There is no such state of a job."));
    };
    let (caller, version) = (visit.caller.clone(), version(&inputs));
    let done = app.store.write(move |tx| {
        job::unchanged(tx, caller.org, job.id, version)?;
        let edit = JobEdit {
            status: Some(to),
            ..JobEdit::default()
        };
        job::edit(tx, &caller, job.id, &edit)
    });
    match done.await {
        Ok(_) => {
            let words = match to {
                Status::Open => "The job is open: it takes applications.",
                Status::Closed => {
                    "The job is closed: it takes no applications. Those that are there stay."
                }
                Status::OnHold => "The job is on hold: it takes no applications for now.",
                Status::Draft => "The job is a draft.",
            };
            Ok(visit.done(&at(uid), words))
        }
        Err(Problem::Stale { .. }) => Ok(visit.undone(&at(uid), STALE)),
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /desk/jobs/{uid}/public`.
async fn public(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (caller, on) = (visit.caller.clone(), inputs.get("on") == "1");
    app.store
        .write(move |tx| posting::list(tx, &caller, job.id, on))
        .await?;
    let words = match on {
        true => "The public page is open: whoever has its address can apply.",
        false => "The public page is closed. Its address stays the same.",
    };
    Ok(visit.done(&at(uid), words))
}

impl Page for One {
    #[cfg(test)]
    fn sample() -> One {
        use hiring::id::JobId;
        let job = Job {
            id: JobId(1),
            uid: hiring::id::new_uid(),
            title: "Backend <Engineer>".into(),
            status: Status::Open,
            code: Some("<x>".into()),
            description: None,
            created_at: 0,
            updated_at: 0,
        };
        let counts = counts::JobCounts {
            id: JobId(1),
            title: job.title.clone(),
            status: Status::Open,
            applications: counts::Applications::default(),
            stages: Vec::new(),
        };
        One {
            frame: Frame::sample(),
            here: "/desk/jobs/u".into(),
            board: true,
            changes: true,
            link: Some(("https://ats.example/jobs/<x>".into(), true)),
            questions: 1,
            team: vec![("Recruiters", "Anna <x>".into())],
            description: vec!["About <x>".into()],
            ..One::of(&job, &counts)
        }
    }
}
