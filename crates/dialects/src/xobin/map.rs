//! Vendor words ↔ ours. Pure.
//!
//! What a caller says is `map/said.rs`; what is shown of applicants and tracks, `map/shown.rs`; how far somebody came,
//! `map/report.rs`; numbers, `map/stats.rs`; mails, `map/mail.rs`.

pub(super) mod report;
pub(super) mod said;
pub(super) mod shown;
pub(super) mod stats;

use hiring::application::Application;
use hiring::candidate::Candidate;
use hiring::invite::Invite;
use hiring::job::{Job, Stage};

/// Everything a view of an application needs.
pub(super) struct View {
    pub application: Application,
    pub candidate: Candidate,
    pub job: Job,
    pub stages: Vec<Stage>,
    pub invite: Option<Invite>,
}

impl View {
    fn stage(&self) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == self.application.stage)
    }
}
