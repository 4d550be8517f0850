//! What a model's rendering needs, looked up together: one statement for each kind of thing, whatever the page's length.

use std::collections::HashMap;

use hiring::candidate::{self, Candidate};
use hiring::id::{CandidateId, OrgId};
use hiring::problem::{Problem, Result};
use hiring::{application, attachment, submission};
use store::Reader;

use crate::merge::map::CandidateView;
use crate::merge::wire::CommonQuery;

/// A candidate with its submitted applications and its attachments.
pub(in crate::merge) fn candidate(
    r: &mut Reader,
    org: OrgId,
    candidate: Candidate,
) -> Result<CandidateView> {
    let query = CommonQuery::default();
    let view = candidates(r, org, vec![candidate], &query)?.pop();
    view.ok_or_else(|| Problem::broken("a candidate without a view"))
}

/// Candidates, at most a page of them, each with what `query` wants to see of them. In their order.
pub(super) fn candidates(
    r: &mut Reader,
    org: OrgId,
    people: Vec<Candidate>,
    query: &CommonQuery,
) -> Result<Vec<CandidateView>> {
    let ids: Vec<CandidateId> = people.iter().map(|c| c.id).collect();
    let applications = application::of_candidates(r, org, &ids)?;
    let mut applications = grouped(applications, |a| a.application.candidate);
    let attachments = attachment::of_candidates(r, org, &ids, query.deleted)?;
    let mut attachments = grouped(attachments, |a| a.attachment.candidate);
    let mut submissions = match query.remote_data {
        true => Some(submission::of_candidates(r, org, &ids)?),
        false => None,
    }
    .map(|all| grouped(all, |s| s.candidate_id.unwrap_or(CandidateId(0))));
    let view = |candidate: Candidate| CandidateView {
        applications: applications.remove(&candidate.id).unwrap_or_default(),
        attachments: attachments.remove(&candidate.id).unwrap_or_default(),
        submissions: submissions
            .as_mut()
            .map(|all| all.remove(&candidate.id).unwrap_or_default()),
        candidate,
    };
    Ok(people.into_iter().map(view).collect())
}

fn grouped<T>(all: Vec<T>, of: fn(&T) -> CandidateId) -> HashMap<CandidateId, Vec<T>> {
    let mut groups: HashMap<CandidateId, Vec<T>> = HashMap::new();
    for one in all {
        groups.entry(of(&one)).or_default().push(one);
    }
    groups
}

/// The people of these applications or attachments, shown whole: by number.
pub(super) fn people(
    r: &mut Reader,
    org: OrgId,
    mut ids: Vec<CandidateId>,
) -> Result<HashMap<CandidateId, CandidateView>> {
    ids.sort();
    ids.dedup();
    let people = candidate::of_ids(r, org, &ids)?;
    let views = candidates(r, org, people, &CommonQuery::default())?;
    Ok(views.into_iter().map(|v| (v.candidate.id, v)).collect())
}
