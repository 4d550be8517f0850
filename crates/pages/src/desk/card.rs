//! A job as lists of jobs show it: its counts per stage, with a small picture of its funnel.

use hiring::counts::{JobCounts, StageCounts};
use hiring::id::{JobId, Uuid};

use super::funnel::{self, Funnel};
use super::words::{self, thousands};

/// See the head of this file; drawn by `desk/card.html`, which calls it `job`.
pub(super) struct Card {
    pub id: JobId,
    /// Where its page is; `None`: the title leads nowhere.
    pub to: Option<String>,
    pub title: String,
    pub status: &'static str,
    pub open: String,
    pub pending: String,
    pub ended: String,
    pub funnel: Funnel,
    pub stages: Vec<Stage>,
}

pub(super) struct Stage {
    pub name: String,
    pub now: String,
    pub reached: String,
}

impl Card {
    pub fn new(job: &JobCounts, uid: Option<Uuid>) -> Card {
        let stage = |s: &StageCounts| Stage {
            name: s.name.clone(),
            now: thousands(s.now),
            reached: thousands(s.reached),
        };
        Card {
            id: job.id,
            to: uid.map(|uid| format!("/desk/jobs/{uid}")),
            title: job.title.clone(),
            status: words::status(job.status),
            open: thousands(job.applications.open),
            pending: thousands(job.applications.pending),
            ended: thousands(job.applications.ended),
            funnel: funnel::draw(&job.stages),
            stages: job.stages.iter().map(stage).collect(),
        }
    }
}
