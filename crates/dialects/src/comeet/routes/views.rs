//! From rows to what callers are shown: jobs, stages, passages and notes of a whole page with a few statements.

use std::collections::HashMap;

use hiring::App;
use hiring::application::{self, Found, Passage};
use hiring::attachment::{self, Attachment};
use hiring::caller::Caller;
use hiring::id::{ApplicationId, CandidateId, JobId, OrgId};
use hiring::job::{self, Job, Stage};
use hiring::note::{self, Spoken};
use hiring::page::MOST;
use hiring::problem::{Noun, Problem, Result};
use serde_json::Value;
use store::Reader;

use super::file;
use crate::comeet::map::{self, Files, View};
use crate::comeet::scopes::Sight;

/// What a page's rows are tied to.
struct Ties {
    jobs: HashMap<JobId, (Job, Vec<Stage>)>,
    passages: HashMap<ApplicationId, Vec<Passage>>,
    notes: Vec<Spoken>,
}

impl Ties {
    fn of(r: &mut Reader, org: OrgId, rows: &[Found]) -> Result<Ties> {
        let mut ids: Vec<JobId> = rows.iter().map(|f| f.application.job).collect();
        ids.sort();
        ids.dedup();
        let mut jobs = HashMap::new();
        for ids in ids.chunks(MOST) {
            for job in job::of_ids(r, org, ids)? {
                jobs.insert(job.id, (job, Vec::new()));
            }
            for stage in job::stages_of(r, org, ids)? {
                if let Some((_, stages)) = jobs.get_mut(&stage.job) {
                    stages.push(stage);
                }
            }
        }
        let ids: Vec<ApplicationId> = rows.iter().map(|f| f.application.id).collect();
        let mut passages: HashMap<_, Vec<Passage>> = HashMap::new();
        for (id, passage) in application::passages_of(r, org, &ids)? {
            passages.entry(id).or_default().push(passage);
        }
        let notes = note::spoken(r, org, &people(rows))?;
        Ok(Ties {
            jobs,
            passages,
            notes,
        })
    }
}

fn people(rows: &[Found]) -> Vec<CandidateId> {
    let mut people: Vec<CandidateId> = rows.iter().map(|f| f.candidate.id).collect();
    people.sort();
    people.dedup();
    people
}

/// Whatever `show` makes of the views of `rows`.
pub(in crate::comeet) fn with_views<T>(
    r: &mut Reader,
    caller: &Caller,
    rows: &[Found],
    show: impl FnOnce(&[View<'_>]) -> T,
) -> Result<T> {
    let ties = Ties::of(r, caller.org, rows)?;
    let notes: Vec<Vec<&Spoken>> = rows
        .iter()
        .map(|found| {
            let own = ties
                .notes
                .iter()
                .filter(|n| n.candidate == found.candidate.id);
            own.collect()
        })
        .collect();
    let sight = Sight::of(caller);
    let mut views = Vec::with_capacity(rows.len());
    for (found, notes) in rows.iter().zip(&notes) {
        let (job, stages) = ties
            .jobs
            .get(&found.application.job)
            .ok_or(Problem::NotFound(Noun::Job))?;
        views.push(View {
            found,
            job,
            stages,
            passages: ties
                .passages
                .get(&found.application.id)
                .map_or(&[], Vec::as_slice),
            notes,
            sight,
        });
    }
    Ok(show(&views))
}

/// The Candidates of `rows`, with their files where `files` says so; a deleted one is just its uid. Equal-opportunity
/// answers are put in for those who may read them.
pub(super) fn candidates(
    r: &mut Reader,
    app: &App,
    caller: &Caller,
    rows: &[Found],
    files: bool,
) -> Result<Vec<Value>> {
    let attachments = match files {
        true => attachments(r, caller.org, &people(rows))?,
        false => HashMap::new(),
    };
    let none = Vec::new();
    let link = |a: &Attachment| file::link(app, caller.org, a);
    let shown = with_views(r, caller, rows, |views| {
        let one = |view: &View<'_>| {
            if view.found.candidate.ignored_at.is_some() {
                return map::deleted(view.found);
            }
            let all = attachments.get(&view.found.candidate.id).unwrap_or(&none);
            let files = files.then_some(Files { all, link: &link });
            map::shown(view, files)
        };
        views.iter().map(one).collect()
    })?;
    let mut shown = Value::Array(shown);
    hiring::eeo::fill(r, caller, &mut shown)?;
    match shown {
        Value::Array(shown) => Ok(shown),
        _ => Ok(Vec::new()),
    }
}

fn attachments(
    r: &mut Reader,
    org: OrgId,
    people: &[CandidateId],
) -> Result<HashMap<CandidateId, Vec<Attachment>>> {
    let mut all: HashMap<_, Vec<Attachment>> = HashMap::new();
    for people in people.chunks(MOST) {
        for listed in attachment::of_candidates(r, org, people, false)? {
            let one = listed.attachment;
            all.entry(one.candidate).or_default().push(one);
        }
    }
    Ok(all)
}
