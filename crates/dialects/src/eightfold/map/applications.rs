//! The `applications` of a body, as far as they are applications for jobs of ours, and ours in their words.

use hiring::application::{Application, Disposition, NewApplication};
use hiring::job::{Job, Stage};
use serde_json::{Map, Value, json};

use crate::eightfold::wire::items;

/// One entry of `applications`.
#[derive(Debug, Clone)]
pub(in crate::eightfold) struct Entry {
    /// The jobs it names, each with its pointer.
    pub jobs: Vec<(String, String)>,
    /// What an application for one of them is made of.
    pub new: NewApplication,
    /// How it ended, if its status says so, and why.
    pub ending: Option<(Disposition, Option<String>)>,
}

/// The entries of a body.
pub(in crate::eightfold) fn entries(members: &Map<String, Value>) -> Vec<Entry> {
    let all = items(members.get("applications"));
    all.iter()
        .enumerate()
        .map(|(index, value)| entry(index, value))
        .collect()
}

fn entry(index: usize, value: &Value) -> Entry {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let job = |(n, job): (usize, &Value)| {
        let wanted = job["atsJobId"].as_str()?;
        let pointer = format!("/applications/{index}/jobs/{n}/atsJobId");
        Some((wanted.to_owned(), pointer))
    };
    let jobs = items(value.get("jobs")).iter().enumerate();
    let source = text("sourceName").filter(|s| !s.trim().is_empty());
    Entry {
        jobs: jobs.filter_map(job).collect(),
        new: NewApplication {
            source: source.unwrap_or_else(|| "Eightfold".into()),
            foreign_key: text("applicationId"),
            applied_at: value["applicationTs"].as_i64().map(|s| s * 1_000_000),
            ..NewApplication::default()
        },
        ending: ending(value["status"].as_str()).map(|how| (how, text("reason"))),
    }
}

/// `active` and `converted` go on.
fn ending(status: Option<&str>) -> Option<Disposition> {
    match status? {
        "hired" => Some(Disposition::Hired),
        "rejected" => Some(Disposition::Rejected),
        "withdrawn" => Some(Disposition::Withdrawn),
        _ => None,
    }
}

/// Whether an entry of `foreign_applications` names `job`.
pub(in crate::eightfold) fn names(entry: &Value, job: &Job) -> bool {
    let wanted = |j: &Value| j["ats_job_id"].as_str().is_some_and(|id| is(job, id));
    items(entry.get("jobs")).iter().any(wanted)
}

fn is(job: &Job, id: &str) -> bool {
    id == job.id.to_string() || id == job.uid.to_string()
}

/// An application of ours in the vendor's words.
pub(in crate::eightfold) fn shown(
    application: &Application,
    job: &Job,
    stage: Option<&Stage>,
) -> Value {
    let seconds = |micros: i64| micros.div_euclid(1_000_000);
    let ended = |how| {
        application
            .ended_at
            .filter(|_| application.disposition == Some(how))
            .map(seconds)
    };
    json!({
        "applicationId": application.foreign_key.clone().unwrap_or_else(|| application.uid.to_string()),
        "jobs": [{"atsJobId": job.uid, "name": job.title}],
        "status": application.disposition.map_or("active", Disposition::word),
        "applicationTs": application.applied_at.map(seconds),
        "lastModifiedTs": seconds(application.updated_at),
        "hiredTs": ended(Disposition::Hired),
        "rejectedTs": ended(Disposition::Rejected),
        "reason": application.reason,
        "sourceName": application.source,
        "currentStage": {"stage": stage.map(|s| &s.name), "stageTs": seconds(application.stage_at)},
    })
}
