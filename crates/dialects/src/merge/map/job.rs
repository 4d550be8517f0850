//! An opening, its posting and its stages.

use hiring::id::Uuid;
use hiring::job::{Around, Job, Stage, Status};
use serde_json::{Value, json};

use super::{Lens, catalog, head, model, user};
use crate::merge::wire::Expand;

/// The model Job, with what `expand` names of its surroundings whole.
pub(in super::super) fn job(lens: &Lens, job: &Job, around: &Around, expand: &Expand) -> Value {
    let posting = match expand.has("job_postings") && lens.shows("JobPosting") {
        true => self::posting(lens, job, None),
        false => json!(job.uid),
    };
    let items = |field: &str, model: &str, all: &[hiring::catalog::Item]| -> Vec<Value> {
        let whole = expand.has(field) && lens.shows(model);
        let one = |item| match whole {
            true => catalog::item(lens, item),
            false => json!(item.uid),
        };
        all.iter().map(one).collect()
    };
    let people = |field: &str, all: &[hiring::member::Member]| -> Vec<Value> {
        let whole = expand.has(field) && lens.shows("RemoteUser");
        let one = |member| match whole {
            true => user(lens, member),
            false => json!(member.uid),
        };
        all.iter().map(one).collect()
    };
    model(
        lens,
        "Job",
        head(job.uid, job.created_at, job.updated_at),
        json!({
            "name": job.title,
            "description": job.description,
            "code": job.code,
            "status": status(job.status),
            "type": null,
            "job_postings": [posting],
            "job_posting_urls": [],
            "remote_created_at": null,
            "remote_updated_at": null,
            "confidential": null,
            "departments": items("departments", "Department", &around.departments),
            "offices": items("offices", "Office", &around.offices),
            "hiring_managers": people("hiring_managers", &around.hiring_managers),
            "recruiters": people("recruiters", &around.recruiters),
        }),
    )
}

const STATUSES: [(Status, &str, &str); 4] = [
    (Status::Draft, "DRAFT", "DRAFT"),
    (Status::Open, "OPEN", "PUBLISHED"),
    (Status::OnHold, "PENDING", "PENDING"),
    (Status::Closed, "CLOSED", "CLOSED"),
];

fn status(status: Status) -> Option<&'static str> {
    let found = STATUSES.iter().find(|(s, ..)| *s == status);
    found.map(|(_, word, _)| *word)
}

/// The status that a filter's word means; `None`: no job here ever has it.
pub(in super::super) fn status_of(word: &str) -> Option<Status> {
    let found = STATUSES.iter().find(|(_, w, _)| *w == word);
    found.map(|(status, ..)| *status)
}

/// The same for postings.
pub(in super::super) fn posting_status_of(word: &str) -> Option<Status> {
    let found = STATUSES.iter().find(|(.., w)| *w == word);
    found.map(|(status, ..)| *status)
}

/// The model JobPosting: each job has one, under its own id. `whole`: the job, in place of its id.
pub(in super::super) fn posting(lens: &Lens, job: &Job, whole: Option<Value>) -> Value {
    let found = STATUSES.iter().find(|(s, ..)| *s == job.status);
    model(
        lens,
        "JobPosting",
        head(job.uid, job.created_at, job.updated_at),
        json!({
            "title": job.title,
            "job_posting_urls": [],
            "job": whole.unwrap_or_else(|| json!(job.uid)),
            "status": found.map(|(.., word)| word),
            "content": job.description,
            "remote_created_at": null,
            "remote_updated_at": null,
            "is_internal": false,
        }),
    )
}

/// The model JobInterviewStage, of this job. Its times are the job's: a stage has none of its own. `whole`: the job, in
/// place of its id.
pub(in super::super) fn stage(lens: &Lens, stage: &Stage, of: &Job, whole: Option<Value>) -> Value {
    let job: Uuid = of.uid;
    model(
        lens,
        "JobInterviewStage",
        head(stage.uid, of.created_at, of.updated_at),
        json!({
            "name": stage.name,
            "job": whole.unwrap_or_else(|| json!(job)),
            "stage_order": stage.position,
        }),
    )
}
