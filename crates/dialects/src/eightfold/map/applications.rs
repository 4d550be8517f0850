//! The `applications` of a body, as far as they are applications for jobs of ours, and ours in their words.

use hiring::application::{Application, Disposition, Listed, NewApplication};
use hiring::job::{Field, Job, Stage};
use serde_json::{Map, Value, json};

use crate::eightfold::wire::items;

/// One entry of `applications`.
#[derive(Debug, Clone)]
pub(in crate::eightfold) struct Entry {
    /// The jobs it names, each with its pointer.
    pub jobs: Vec<(String, String)>,
    /// The system that calls the jobs so, where it is another than the candidate's.
    pub job_system: Option<String>,
    /// The name of the stage it stands in.
    pub stage: Option<String>,
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
        job_system: text("jobSystemId").filter(|s| !s.trim().is_empty()),
        stage: value["currentStage"]["stage"].as_str().map(str::to_owned),
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

/// Whether an entry of `foreign_applications` names `job`, which far systems call `known_as`.
pub(in crate::eightfold) fn names(entry: &Value, job: &Job, known_as: &[String]) -> bool {
    // A number beside the name of a system is that system's.
    let numbers = entry["job_system_id"].is_null();
    let is = |id: &str| {
        (numbers && id == job.id.to_string())
            || id == job.uid.to_string()
            || known_as.iter().any(|k| k == id)
    };
    let wanted = |j: &Value| j["ats_job_id"].as_str().is_some_and(is);
    items(entry.get("jobs")).iter().any(wanted)
}

/// An application of ours in the vendor's words.
pub(in crate::eightfold) fn shown(
    application: &Application,
    job: &Job,
    known_as: Option<&String>,
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
        "jobs": [{"atsJobId": known_as.cloned().unwrap_or_else(|| job.uid.to_string()), "name": job.title}],
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

/// What an item of `/profile-applications` is made of.
pub(in crate::eightfold) struct Item<'i> {
    /// The application, with the names of what it is tied to.
    pub listed: &'i Listed,
    /// The candidate's id in the first system that knows them, or ours.
    pub candidate_id: &'i str,
    /// Whether the person works there already, as far as anybody said.
    pub internal: Option<bool>,
    /// What the first system that knows the job calls it.
    pub known_as: Option<&'i String>,
    /// Where it stands.
    pub stage: Option<&'i Stage>,
    /// The job's form.
    pub fields: &'i [Field],
}

/// An application as `/profile-applications` shows it.
pub(in crate::eightfold) fn item(item: &Item<'_>) -> Value {
    let application = &item.listed.application;
    let answer = |(name, value): (&String, &Value)| {
        let field = item.fields.iter().find(|f| f.name == *name);
        json!({
            "question": field.map_or(name, |f| &f.label),
            "answer": value.as_str().map_or_else(|| value.clone(), Value::from),
            "questionId": name,
        })
    };
    let seconds = |micros: i64| micros.div_euclid(1_000_000);
    json!({
        "id": application.uid,
        "applicationId": application.foreign_key.clone().unwrap_or_else(|| application.uid.to_string()),
        "applicationStatus": application.disposition.map_or("active", Disposition::word),
        "applicationTime": application.applied_at.map(seconds),
        "atsJobId": item.known_as.cloned().unwrap_or_else(|| item.listed.job.to_string()),
        "positionId": item.listed.job,
        "candidateId": item.candidate_id,
        "profileId": item.listed.candidate,
        "currentStage": item.stage.map(|s| &s.name),
        "applicationAnswers": application.answers.iter().map(answer).collect::<Vec<_>>(),
        "isReferral": item.listed.credited_to.is_some(),
        "isInternal": item.internal.unwrap_or(false),
        "lastModifiedTime": seconds(application.updated_at),
    })
}
