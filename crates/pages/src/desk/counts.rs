//! The overview: where things stand. Who reaches some jobs only sees these alone.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use hiring::counts::{self, Counts, Recent};
use hiring::id::{JobId, OrgId, Uuid};
use hiring::roll::Rolls;
use hiring::{App, Result, job};
use store::Reader;

use super::card::Card;
use super::frame::{Frame, Section};
use super::visit::{Answer, Visit};
use super::words::{self, Sentence, thousands};
use crate::moment::{Moment, roughly};
use crate::page::Page;

/// How many events are shown.
const RECENT: i64 = 5;

#[derive(Template)]
#[template(path = "counts.html")]
pub(crate) struct Desk {
    frame: Frame,
    /// Whether it is of the whole organization.
    whole: bool,
    figures: Vec<Figure>,
    jobs: Vec<Card>,
    more_jobs: i64,
    invites: Vec<(&'static str, String)>,
    recent: Vec<Happened>,
    now: Moment,
}

struct Figure {
    number: String,
    label: &'static str,
}

struct Happened {
    sentence: Sentence,
    at: Moment,
    ago: String,
}

/// `GET /desk`.
pub(crate) async fn show(State(app): State<App>, visit: Visit) -> Answer {
    let org = visit.org();
    let rolls = app.rolls.clone();
    let read = app.store.read(move |r| read(r, &rolls, org));
    let (mut counts, recent, uids, now) = read.await?;
    let whole = visit.only().is_none();
    if let Some(assigned) = visit.only() {
        counts.jobs.retain(|job| assigned.contains(&job.id));
        counts.more_jobs = 0;
    }
    let desk = Desk::new(
        visit.frame(Section::Home),
        whole,
        (&counts, &uids),
        &recent,
        now,
    );
    Ok(visit.page(&desk))
}

type Uids = HashMap<JobId, Uuid>;

fn read(r: &mut Reader, rolls: &Rolls, org: OrgId) -> Result<(Counts, Vec<Recent>, Uids, i64)> {
    let counts = counts::of(r, rolls, org)?;
    let recent = counts::recent(r, org, RECENT)?;
    let ids: Vec<JobId> = counts.jobs.iter().map(|job| job.id).collect();
    let jobs = job::of_ids(r, org, &ids)?;
    let uids = jobs.into_iter().map(|job| (job.id, job.uid)).collect();
    Ok((counts, recent, uids, r.now()))
}

impl Desk {
    fn new(
        frame: Frame,
        whole: bool,
        (counts, uids): (&Counts, &Uids),
        recent: &[Recent],
        now: i64,
    ) -> Desk {
        let figure = |label, number| Figure {
            number: thousands(number),
            label,
        };
        Desk {
            frame,
            whole,
            figures: vec![
                figure("Candidates", counts.candidates),
                figure("Open applications", counts.applications.open),
                figure("Pending applications", counts.applications.pending),
                figure("Ended applications", counts.applications.ended),
                figure("Queued mails", counts.queued_mails),
            ],
            jobs: counts
                .jobs
                .iter()
                .map(|job| Card::new(job, uids.get(&job.id).copied()))
                .collect(),
            more_jobs: counts.more_jobs,
            invites: counts
                .invites
                .iter()
                .map(|(state, count)| (words::invite(*state), thousands(*count)))
                .collect(),
            recent: recent
                .iter()
                .map(|event| Happened::new(event, now))
                .collect(),
            now: Moment::at(now),
        }
    }
}

impl Happened {
    fn new(event: &Recent, now: i64) -> Happened {
        Happened {
            sentence: words::sentence(event),
            at: Moment::at(event.created_at),
            ago: ago(now - event.created_at),
        }
    }
}

pub(super) fn ago(micros: i64) -> String {
    match micros {
        ..60_000_000 => "just now".to_owned(),
        _ => format!("{} ago", roughly(micros)),
    }
}

impl Page for Desk {
    #[cfg(test)]
    fn sample() -> Desk {
        use hiring::counts::{Applications, JobCounts, StageCounts};
        use hiring::id::StageId;
        use hiring::invite;
        let stage = |n: i64, name: &str, now, reached| StageCounts {
            id: StageId(n),
            name: name.into(),
            now,
            reached,
        };
        let engineer = JobCounts {
            id: JobId(1),
            title: "Backend <Engineer>".into(),
            status: job::Status::Open,
            applications: Applications {
                open: 12,
                pending: 3,
                ended: 1_400,
            },
            stages: vec![stage(1, "Applied", 9, 1_412), stage(2, "Offer", 3, 40)],
        };
        let counts = Counts {
            candidates: 1_415,
            applications: engineer.applications,
            jobs: vec![engineer],
            more_jobs: 2,
            invites: vec![(invite::State::Opened, 3)],
            queued_mails: 1,
        };
        let event = Recent {
            uid: hiring::id::new_uid(),
            kind: "application.submitted".into(),
            candidate: Some("Ada Lovelace".into()),
            job: Some("Backend <Engineer>".into()),
            stage: None,
            actor: counts::Actor::Candidate,
            created_at: 1_773_480_413_000_000,
        };
        let now = event.created_at + 90_000_000;
        Desk::new(
            Frame::sample(),
            true,
            (&counts, &Uids::new()),
            &[event],
            now,
        )
    }
}
