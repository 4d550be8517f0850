//! The Candidate object that callers are shown (R/candidates-copy): one application with its person.

use hiring::application::{Application, Disposition, Passage};
use hiring::attachment::{Attachment, Kind as FileKind};
use hiring::candidate::Candidate;
use hiring::job::{Job, Stage, Status};
use hiring::record::Record;
use serde_json::{Map, Value, json};

use super::{LINKEDIN, MOBILE};
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::is_linkedin;
use crate::time;

/// Everything a view of an application needs.
pub(in crate::comeet) struct View<'v> {
    pub application: &'v Application,
    pub candidate: &'v Candidate,
    pub job: &'v Job,
    pub stages: &'v [Stage],
    pub passages: &'v [Passage],
}

/// Whether the vendor calls this application `In progress`, the one status that conflicts.
pub(in crate::comeet) fn in_progress(application: &Application, job: &Job) -> bool {
    status(application, job) == "In progress"
}

fn status(application: &Application, job: &Job) -> &'static str {
    match application.disposition {
        Some(Disposition::Hired) => "Hired",
        Some(Disposition::Rejected) => "Rejected",
        Some(Disposition::Withdrawn) => "Withdrawn",
        None if job.status == Status::OnHold => "On hold",
        None => "In progress",
    }
}

/// The answer to a create. A caller that may not read gets what the page's example shows; others the person too.
/// What may hold equal-opportunity answers is left out, since this answer is kept for repeats.
pub(in crate::comeet) fn created(view: &View<'_>, may_read: bool) -> Value {
    let mut body = json!({
        "uid": uid::write(Kind::Candidate, view.application.id.0),
        "person_uid": uid::write(Kind::Person, view.candidate.id.0),
        "position_uid": uid::write(Kind::Position, view.job.id.0),
    });
    let members = body.as_object_mut().expect("an object");
    if may_read {
        members.extend(person(&view.candidate.record));
    }
    members.extend(process(view));
    body
}

/// The answer to a read: all the vendor's model has, and what the vendor does not give back (our README lists it).
/// `link` makes a file's address.
pub(in crate::comeet) fn shown(
    view: &View<'_>,
    files: Option<&[Attachment]>,
    link: &dyn Fn(&Attachment) -> Option<String>,
) -> Value {
    let mut body = created(view, true);
    let record = &view.candidate.record;
    let members = body.as_object_mut().expect("an object");
    members.insert("deleted".into(), json!(false));
    members.insert("id_number".into(), record.get("national_id").clone());
    members.insert(
        "partner_candidate_id".into(),
        json!(view.application.foreign_key),
    );
    members.insert(
        "source".into(),
        json!({"name": view.application.source, "type": "Other"}),
    );
    members.insert(
        "salary_expectations".into(),
        record.get("salary_expectations").clone(),
    );
    members.insert("address".into(), record.get("address").clone());
    members.insert("links".into(), links(record));
    members.insert("tags".into(), Value::Array(record.list("tags").to_vec()));
    members.insert("custom_fields".into(), custom_fields(record));
    let notes: Vec<&Value> = notes(record).collect();
    members.insert("note".into(), json!(notes.first()));
    members.insert("notes".into(), json!(notes));
    if let Some(files) = files {
        members.extend(attachments(files, link));
    }
    body
}

fn person(record: &Record) -> Map<String, Value> {
    let linkedin = linkedin(record).map(|at| record.list("urls")[at]["value"].clone());
    let body = json!({
        "first_name": record.get("first_name"),
        "middle_name": record.get("middle_name"),
        "last_name": record.get("last_name"),
        "email": record.email(),
        "phone": phone(record, false),
        "mobile_phone": phone(record, true),
        "linkedin_url": linkedin,
        "prospect_status": record.get("prospect_status"),
    });
    members(body)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn phone(record: &Record, mobile: bool) -> Option<&str> {
    let is_mobile = |p: &Value| {
        p["type"]
            .as_str()
            .is_some_and(|t| t.eq_ignore_ascii_case(MOBILE))
    };
    let found = record
        .list("phones")
        .iter()
        .find(|p| is_mobile(p) == mobile);
    found.and_then(|p| p["value"].as_str())
}

/// Which of the record's URLs is the `linkedin_url`: the one that was said to be, else the first that looks it.
fn linkedin(record: &Record) -> Option<usize> {
    let urls = record.list("urls");
    let said = urls.iter().position(|u| u["type"] == LINKEDIN);
    said.or_else(|| {
        urls.iter()
            .position(|u| u["value"].as_str().is_some_and(is_linkedin))
    })
}

fn links(record: &Record) -> Value {
    let linkedin = linkedin(record);
    let urls = record.list("urls").iter().enumerate();
    urls.filter(|(at, _)| Some(*at) != linkedin)
        .filter_map(|(_, u)| u["value"].as_str())
        .map(|url| json!({"url": url}))
        .collect()
}

fn custom_fields(record: &Record) -> Value {
    let custom = record.get("custom").as_object().cloned();
    Value::Object(custom.unwrap_or_default())
}

/// Texts of the person's notes, newest first.
fn notes(record: &Record) -> impl Iterator<Item = &Value> {
    record
        .list("notes")
        .iter()
        .map(|note| &note["body"])
        .filter(|body| body.is_string())
}

fn attachments(
    files: &[Attachment],
    link: &dyn Fn(&Attachment) -> Option<String>,
) -> Map<String, Value> {
    let one = |f: &Attachment| json!({"name": f.name, "url": link(f)});
    let newest = |kind| files.iter().rfind(|f| f.kind == kind).map(one);
    let others = files
        .iter()
        .filter(|f| !matches!(f.kind, FileKind::Resume | FileKind::Picture));
    members(json!({
        "resume": newest(FileKind::Resume),
        "picture": newest(FileKind::Picture),
        "files": others.map(one).collect::<Vec<_>>(),
    }))
}

/// The hiring process: what the vendor's model says of the application.
fn process(view: &View<'_>) -> Map<String, Value> {
    let application = view.application;
    let changed = application.ended_at.unwrap_or(application.created_at);
    members(json!({
        "source_contact": source_contact(application),
        "time_created": time::seconds(application.created_at),
        "time_last_status_changed": time::seconds(changed),
        "current_steps": current_steps(view),
        "completed_steps": completed_steps(view),
        "status": status(application, view.job),
    }))
}

/// As it was sent, and the name in two parts, as the model's GET has it.
fn source_contact(application: &Application) -> Value {
    let Some(contact) = application.details.get("source_contact") else {
        return Value::Null;
    };
    let mut contact = contact.clone();
    let name = contact["full_name"]
        .as_str()
        .unwrap_or("")
        .trim()
        .to_owned();
    let (first, last) = name.split_once(char::is_whitespace).unwrap_or((&name, ""));
    if let Some(members) = contact.as_object_mut() {
        members.insert("first_name".into(), json!(first));
        members.insert("last_name".into(), json!(last.trim()));
    }
    contact
}

/// "Empty unless In progress" (R/candidates-copy).
fn current_steps(view: &View<'_>) -> Vec<Value> {
    let stage = view.stages.iter().find(|s| s.id == view.application.stage);
    let stage = stage.filter(|_| in_progress(view.application, view.job));
    stage
        .map(|s| step(s, view.application.stage_at))
        .into_iter()
        .collect()
}

/// Every stage that was left, and the one at which the process ended.
fn completed_steps(view: &View<'_>) -> Vec<Value> {
    let application = view.application;
    let left = view
        .passages
        .iter()
        .map(|p| (p.stage, p.entered_at, p.left_at));
    let last = application
        .ended_at
        .map(|ended| (application.stage, application.stage_at, ended));
    let completed = |(stage, entered, left)| {
        let stage = view.stages.iter().find(|s| s.id == stage)?;
        let mut step = step(stage, entered);
        step["time_completed"] = json!(time::seconds(left));
        Some(step)
    };
    left.chain(last).filter_map(completed).collect()
}

fn step(stage: &Stage, entered_at: i64) -> Value {
    json!({
        "name": stage.name,
        "type": step_type(&stage.kind),
        "time_scheduled": time::seconds(entered_at),
    })
}

/// The vendor's kinds of step: Go/No-go, interviews, administrative ones.
fn step_type(kind: &str) -> &'static str {
    match kind {
        "review" | "screen" | "assessment" => "Go/No-go",
        "phone" => "Phone Interview",
        "video" => "Video Interview",
        "interview" => "In person Interview",
        _ => "Administrative",
    }
}
