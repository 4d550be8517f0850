//! What a model's rendering needs, looked together.

use hiring::application::{self, Application};
use hiring::candidate::Candidate;
use hiring::id::{OrgId, Uuid};
use hiring::problem::Result;
use hiring::{attachment, job};
use store::Reader;

use crate::merge::map::{ApplicationView, CandidateView};

/// A candidate with its submitted applications and its attachments.
pub(super) fn candidate(r: &mut Reader, org: OrgId, candidate: Candidate) -> Result<CandidateView> {
    let mut applications = Vec::new();
    for one in application::of_candidate(r, org, candidate.id)? {
        if !one.pending {
            applications.push(application(r, org, one, candidate.uid)?);
        }
    }
    Ok(CandidateView {
        applications,
        attachments: attachment::of_candidate(r, org, candidate.id)?,
        candidate,
    })
}

/// An application of the candidate with this outside name.
pub(super) fn application(
    r: &mut Reader,
    org: OrgId,
    application: Application,
    candidate: Uuid,
) -> Result<ApplicationView> {
    let job = job::find(r, org, application.job)?.uid;
    let stages = job::stages(r, org, application.job)?;
    let stage = stages.iter().find(|s| s.id == application.stage);
    Ok(ApplicationView {
        candidate,
        job,
        stage: stage.map(|s| s.uid),
        application,
    })
}
