//! Applications with related records shown whole, where that is asked for (`expand`) and the account's scopes allow it: some
//! statements for each kind of record, whatever the page's length.

use std::collections::HashMap;
use std::hash::Hash;

use hiring::application::Listed;
use hiring::caller::Caller;
use hiring::id::{CandidateId, JobId, OrgId, StageId, Uuid};
use hiring::job::{self, Field, Job};
use hiring::problem::Result;
use hiring::{catalog, member};
use serde_json::Value;
use store::Reader;

use super::views;
use crate::merge::map::{self, CandidateView, Lens, Whole};
use crate::merge::wire::Expand;

/// Everything that the applications of a page are shown with.
struct Around<'a> {
    lens: &'a Lens,
    people: HashMap<CandidateId, CandidateView>,
    jobs: HashMap<JobId, Value>,
    stages: HashMap<StageId, Value>,
    users: HashMap<Uuid, Value>,
    reasons: HashMap<Uuid, Value>,
    /// Questions by job and field name; `None`: answers are shown by their ids.
    questions: Option<HashMap<(JobId, String), Value>>,
}

/// The models Application of a page.
pub(super) fn applications(
    r: &mut Reader,
    caller: &Caller,
    lens: &Lens,
    all: &[Listed],
    expand: &Expand,
) -> Result<Vec<Value>> {
    let around = look(r, caller.org, lens, all, expand)?;
    let shown = |listed| map::application(lens, listed, around.of(listed));
    Ok(all.iter().map(shown).collect())
}

fn look<'a>(
    r: &mut Reader,
    org: OrgId,
    lens: &'a Lens,
    all: &[Listed],
    expand: &Expand,
) -> Result<Around<'a>> {
    let whole = |field: &str, model: &str| expand.has(field) && lens.shows(model);
    let job_ids = distinct(all.iter().map(|a| a.application.job));
    let mut around = Around {
        lens,
        people: HashMap::new(),
        jobs: HashMap::new(),
        stages: HashMap::new(),
        users: HashMap::new(),
        reasons: HashMap::new(),
        questions: None,
    };
    if whole("candidate", "Candidate") {
        let ids = all.iter().map(|a| a.application.candidate).collect();
        around.people = views::people(r, org, ids)?;
    }
    let questions = whole("screening_question_answers.question", "ScreeningQuestion");
    let stages = whole("current_stage", "JobInterviewStage");
    let jobs = match stages || questions || whole("job", "Job") {
        true => job::of_ids(r, org, &job_ids)?,
        false => Vec::new(),
    };
    if whole("job", "Job") {
        around.jobs = whole_jobs(r, org, lens, &jobs)?;
    }
    if stages {
        around.stages = whole_stages(r, org, lens, &jobs)?;
    }
    if whole("credited_to", "RemoteUser") {
        let uids = distinct(all.iter().filter_map(|a| a.credited_to));
        let found = member::of_uids(r, org, &uids)?;
        let shown = found.iter().map(|m| (m.uid, map::user(lens, m)));
        around.users = shown.collect();
    }
    if whole("reject_reason", "RejectReason") {
        let uids = distinct(all.iter().filter_map(|a| a.reason));
        let found = catalog::of_uids(r, org, &uids)?;
        around.reasons = found.iter().map(|i| (i.uid, map::item(lens, i))).collect();
    }
    if questions {
        let fields = job::fields_of(r, org, &job_ids)?;
        around.questions = Some(whole_questions(lens, &jobs, &fields));
    } else if expand.has("screening_question_answers") {
        around.questions = Some(HashMap::new());
    }
    Ok(around)
}

fn whole_jobs(
    r: &mut Reader,
    org: OrgId,
    lens: &Lens,
    jobs: &[Job],
) -> Result<HashMap<JobId, Value>> {
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let mut tied = job::around(r, org, &ids)?;
    let one = |job: &Job| {
        let tied = tied.remove(&job.id).unwrap_or_default();
        (job.id, map::job(lens, job, &tied, &Expand::default()))
    };
    Ok(jobs.iter().map(one).collect())
}

fn whole_stages(
    r: &mut Reader,
    org: OrgId,
    lens: &Lens,
    jobs: &[Job],
) -> Result<HashMap<StageId, Value>> {
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let stages = job::stages_of(r, org, &ids)?;
    let one = |stage: &job::Stage| {
        let of = jobs.iter().find(|job| job.id == stage.job)?;
        Some((stage.id, map::stage(lens, stage, of, None)))
    };
    Ok(stages.iter().filter_map(one).collect())
}

fn whole_questions(lens: &Lens, jobs: &[Job], fields: &[Field]) -> HashMap<(JobId, String), Value> {
    let one = |field: &Field| {
        let of = jobs.iter().find(|job| job.id == field.job)?;
        let shown = map::question(lens, field, of, None, false);
        Some(((field.job, field.name.clone()), shown))
    };
    fields.iter().filter_map(one).collect()
}

impl Around<'_> {
    fn of(&self, listed: &Listed) -> Whole {
        let application = &listed.application;
        let person = self.people.get(&application.candidate);
        let question = |questions: &HashMap<(JobId, String), Value>, name: &str| {
            questions.get(&(application.job, name.to_owned())).cloned()
        };
        let by_uid = |all: &HashMap<Uuid, Value>, uid: Option<Uuid>| all.get(&uid?).cloned();
        Whole {
            candidate: person.map(|view| map::candidate(self.lens, view, &Expand::default())),
            job: self.jobs.get(&application.job).cloned(),
            stage: self.stages.get(&application.stage).cloned(),
            credited_to: by_uid(&self.users, listed.credited_to),
            reason: by_uid(&self.reasons, listed.reason),
            answers: self
                .questions
                .as_ref()
                .map(|all| map::answers(self.lens, listed, |name| question(all, name))),
        }
    }
}

fn distinct<T: Ord + Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort();
    all.dedup();
    all
}
