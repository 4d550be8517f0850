//! An opening and its stages.

use hiring::id::Uuid;
use hiring::job::{Job, Stage, Status};
use serde_json::{Value, json};

use super::{Lens, head, model};

/// The model Job.
pub(in super::super) fn job(lens: &Lens, job: &Job) -> Value {
    model(
        lens,
        "Job",
        head(job.uid, job.created_at, job.updated_at),
        json!({
            "name": job.title,
            "description": null,
            "code": null,
            "status": status(job.status),
            "type": null,
            "job_postings": [],
            "job_posting_urls": [],
            "remote_created_at": null,
            "remote_updated_at": null,
            "confidential": null,
            "departments": [],
            "offices": [],
            "hiring_managers": [],
            "recruiters": [],
        }),
    )
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "DRAFT",
        Status::Open => "OPEN",
        Status::OnHold => "PENDING",
        Status::Closed => "CLOSED",
    }
}

/// The model JobInterviewStage, of the job with this outside name. Its times are the job's: a stage has none of its own.
pub(in super::super) fn stage(lens: &Lens, stage: &Stage, of: &Job) -> Value {
    let job: Uuid = of.uid;
    model(
        lens,
        "JobInterviewStage",
        head(stage.uid, of.created_at, of.updated_at),
        json!({
            "name": stage.name,
            "job": job,
            "stage_order": stage.position,
        }),
    )
}
