//! The Candidate object that callers are shown (R/candidates-copy): one application with its person.

use hiring::application::{Application, DECISION, Found, Passage, Standing};
use hiring::attachment::{Attachment, Kind as FileKind};
use hiring::job::{Job, Stage, Status};
use hiring::note::Spoken;
use hiring::record::Record;
use serde_json::{Map, Value, json};

use super::{LINKEDIN, MOBILE, note};
use crate::comeet::scopes::Sight;
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::{STATUSES, is_linkedin};
use crate::time;

/// Everything a view of an application needs.
pub(in crate::comeet) struct View<'v> {
    pub found: &'v Found,
    pub job: &'v Job,
    pub stages: &'v [Stage],
    /// Its own, oldest first.
    pub passages: &'v [Passage],
    /// What a dialect said of notes about the person, oldest first.
    pub notes: &'v [&'v Spoken],
    /// What the caller may see.
    pub sight: Sight,
}

/// Whether the vendor calls this application `In progress`, the one status that conflicts.
pub(in crate::comeet) fn in_progress(
    application: &Application,
    job: &Job,
    stages: &[Stage],
) -> bool {
    standing(application, job, stages) == Standing::Moving
}

fn standing(application: &Application, job: &Job, stages: &[Stage]) -> Standing {
    let stage = stages.iter().find(|s| s.id == application.stage);
    match application.disposition {
        Some(how) => Standing::Ended(how),
        None if job.status == Status::OnHold => Standing::Held,
        None if stage.is_some_and(|s| s.kind == DECISION) => Standing::Deciding,
        None => Standing::Moving,
    }
}

impl View<'_> {
    fn standing(&self) -> Standing {
        standing(&self.found.application, self.job, self.stages)
    }

    /// The vendor's word for the application's standing.
    pub(in crate::comeet) fn status(&self) -> &'static str {
        let standing = self.standing();
        let found = STATUSES.iter().find(|(_, s)| *s == standing);
        found.map_or("In progress", |(word, _)| word)
    }
}

/// The answer to a create. A caller that may not read gets what the page's example shows; others the person too.
/// What may hold equal-opportunity answers is left out, since this answer is kept for repeats.
pub(in crate::comeet) fn created(view: &View<'_>, may_read: bool) -> Value {
    let mut body = json!({
        "uid": uid::write(Kind::Candidate, view.found.application.id.0),
        "person_uid": uid::write(Kind::Person, view.found.candidate.id.0),
        "position_uid": uid::write(Kind::Position, view.job.id.0),
    });
    let members = body.as_object_mut().expect("an object");
    if may_read {
        members.extend(person(&view.found.candidate.record));
    }
    members.extend(process(view));
    body
}

/// What the model has of somebody who is to be shown no more: "When true the candidate object will only include the uid".
pub(in crate::comeet) fn deleted(found: &Found) -> Value {
    json!({"uid": uid::write(Kind::Candidate, found.application.id.0), "deleted": true})
}

/// The answer to a read: all the vendor's model has, and what the vendor does not give back (our README lists it).
/// `files` makes a file's address.
pub(in crate::comeet) fn shown(view: &View<'_>, files: Option<Files<'_>>) -> Value {
    let mut body = created(view, true);
    let (application, record) = (&view.found.application, &view.found.candidate.record);
    let members = body.as_object_mut().expect("an object");
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("real_id", json!(application.id.0));
    put("deleted", json!(false));
    put("id_number", record.get("national_id").clone());
    put("partner_candidate_id", json!(application.foreign_key));
    put("URL", Value::Null);
    put("opening", opening(view));
    put(
        "salary_expectations",
        record.get("salary_expectations").clone(),
    );
    put("address", address(record));
    put("links", links(record));
    put("tags", tags(record));
    put("custom_fields", custom_fields(record));
    put("note", json!(texts(record).next()));
    put("notes", notes(view));
    put("updated_by", json!(application.details.get("updated_by")));
    if view.sight.source {
        // Nothing of ours is a register of sources.
        put(
            "source",
            json!({"uid": null, "name": application.source, "type": "Other"}),
        );
    }
    if view.sight.future_steps {
        put("future_steps", json!(future_steps(view)));
    }
    if let Some(files) = files {
        members.extend(attachments(view, &files));
    }
    body
}

/// A person's attachments, and how one is addressed.
pub(in crate::comeet) struct Files<'f> {
    pub all: &'f [Attachment],
    pub link: &'f dyn Fn(&Attachment) -> Option<String>,
}

/// A person with all their candidates (ours: the vendor's page has no shape).
pub(in crate::comeet) fn whole_person(views: &[View<'_>]) -> Option<Value> {
    let first = &views.first()?.found.candidate;
    let one = |view: &View<'_>| {
        json!({
            "uid": uid::write(Kind::Candidate, view.found.application.id.0),
            "position_uid": uid::write(Kind::Position, view.job.id.0),
            "status": view.status(),
        })
    };
    let mut body = person(&first.record);
    body.insert("uid".into(), json!(uid::write(Kind::Person, first.id.0)));
    body.insert("id_number".into(), first.record.get("national_id").clone());
    body.insert("address".into(), address(&first.record));
    body.insert("candidates".into(), views.iter().map(one).collect());
    Some(Value::Object(body))
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

/// Whether an item of `phones` is one to be carried about.
pub(super) fn is_mobile(phone: &Value) -> bool {
    phone["type"]
        .as_str()
        .is_some_and(|t| t.eq_ignore_ascii_case(MOBILE))
}

fn phone(record: &Record, mobile: bool) -> Option<&str> {
    let found = record
        .list("phones")
        .iter()
        .find(|p| is_mobile(p) == mobile);
    found.and_then(|p| p["value"].as_str())
}

/// Which of the record's URLs is the `linkedin_url`: the one that was said to be, else the first that looks it.
pub(super) fn linkedin(record: &Record) -> Option<usize> {
    let urls = record.list("urls");
    let said = urls.iter().position(|u| u["type"] == LINKEDIN);
    said.or_else(|| {
        urls.iter()
            .position(|u| u["value"].as_str().is_some_and(is_linkedin))
    })
}

/// The address by its parts, each there. One that is known as a text only is the street.
fn address(record: &Record) -> Value {
    let address = record.get("address");
    if !address.is_object() {
        return Value::Null;
    }
    let street = [&address["street"], &address["text"]];
    json!({
        "country": address["country"],
        "city": address["city"],
        "state": address["state"],
        "zip": address["zip"],
        "street": street.into_iter().find(|s| s.is_string()),
    })
}

fn tags(record: &Record) -> Value {
    let tags = record.list("tags").iter().filter(|t| t.is_string());
    tags.map(|tag| json!({"name": tag})).collect()
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

/// Texts of the notes that came with creates, newest first.
fn texts(record: &Record) -> impl Iterator<Item = &Value> {
    record
        .list("notes")
        .iter()
        .map(|note| &note["body"])
        .filter(|body| body.is_string())
}

/// Notes that came by themselves, as they were answered; then those that came with creates. Newest first.
fn notes(view: &View<'_>) -> Value {
    let posted = view.notes.iter().rev().map(|spoken| note::shown(spoken));
    let created = texts(&view.found.candidate.record).map(note::of_create);
    posted.chain(created).collect()
}

fn attachments(view: &View<'_>, files: &Files<'_>) -> Map<String, Value> {
    let newest = |kind| {
        let found = files.all.iter().rfind(|f| f.kind == kind);
        json!(found.map(|f| file(files, f)))
    };
    let mut members = Map::new();
    if view.sight.resume {
        members.insert("resume".into(), newest(FileKind::Resume));
    }
    if view.sight.files {
        members.insert("picture".into(), newest(FileKind::Picture));
        members.insert("files".into(), listed(files));
    }
    members
}

/// The files under the vendor's "Files tab": all but résumés and pictures.
pub(in crate::comeet) fn listed(files: &Files<'_>) -> Value {
    let others = files
        .all
        .iter()
        .filter(|f| !matches!(f.kind, FileKind::Resume | FileKind::Picture));
    others.map(|f| file(files, f)).collect()
}

fn file(files: &Files<'_>, file: &Attachment) -> Value {
    json!({"name": file.name, "url": (files.link)(file)})
}

/// The hiring process: what the vendor's model says of the application.
fn process(view: &View<'_>) -> Map<String, Value> {
    let mut members = members(json!({
        "time_created": time::seconds(view.found.submitted_at),
        "time_last_status_changed": time::seconds(view.found.standing_at),
        "current_steps": current_steps(view),
        "completed_steps": completed_steps(view),
        "status": view.status(),
    }));
    if view.sight.contact_id {
        members.insert("source_contact".into(), source_contact(view));
    }
    members
}

/// As it was sent, and the name in two parts, as the model's GET has it. Its uid is that of the application, since contacts
/// are no rows of their own.
fn source_contact(view: &View<'_>) -> Value {
    let application = &view.found.application;
    let Some(contact) = application.details.get("source_contact") else {
        return Value::Null;
    };
    let uid = uid::write(Kind::Contact, application.id.0);
    if !view.sight.contact {
        return json!({"uid": uid});
    }
    let name = contact["full_name"].as_str().unwrap_or("").trim();
    let (first, last) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
    json!({
        "uid": uid,
        "full_name": contact["full_name"],
        "first_name": first,
        "last_name": last.trim(),
        "email": contact["email"],
        "phone": contact["phone"],
    })
}

/// "Included when the candidate's status is Hired" (R/candidates-copy). A position has one opening here, and nobody says when
/// work begins.
fn opening(view: &View<'_>) -> Value {
    match view.status() {
        "Hired" => {
            json!({"uid": uid::write(Kind::Opening, view.job.id.0), "time_start_to_work": null})
        }
        _ => Value::Null,
    }
}

/// "Empty unless In progress" (R/candidates-copy).
fn current_steps(view: &View<'_>) -> Vec<Value> {
    let application = &view.found.application;
    let stage = view.stages.iter().find(|s| s.id == application.stage);
    let stage = stage.filter(|_| view.standing() == Standing::Moving);
    stage
        .map(|s| step(s, Some(application.stage_at)))
        .into_iter()
        .collect()
}

/// Every stage that was left, and the one at which the process ended.
fn completed_steps(view: &View<'_>) -> Vec<Value> {
    let application = &view.found.application;
    let left = view
        .passages
        .iter()
        .map(|p| (p.stage, p.entered_at, p.left_at));
    let last = application
        .ended_at
        .map(|ended| (application.stage, application.stage_at, ended));
    let completed = |(stage, entered, left)| {
        let stage = view.stages.iter().find(|s| s.id == stage)?;
        let mut step = step(stage, Some(entered));
        step["time_completed"] = json!(time::seconds(left));
        Some(step)
    };
    left.chain(last).filter_map(completed).collect()
}

/// The stages that lie ahead while the process goes on; while it rests, the one where it rests is ahead too.
fn future_steps(view: &View<'_>) -> Vec<Value> {
    let here = view
        .stages
        .iter()
        .find(|s| s.id == view.found.application.stage)
        .map_or(-1, |s| s.position);
    let standing = view.standing();
    let ahead = |stage: &&Stage| match standing {
        Standing::Ended(_) => false,
        Standing::Held => stage.position >= here,
        Standing::Moving | Standing::Deciding => stage.position > here,
    };
    let all = view.stages.iter().filter(ahead);
    all.map(|stage| step(stage, None)).collect()
}

fn step(stage: &Stage, entered_at: Option<i64>) -> Value {
    json!({
        "name": stage.name,
        "type": step_type(&stage.kind),
        "time_scheduled": entered_at.map(time::seconds),
    })
}

/// The vendor's kinds of step: Go/No-go, interviews, administrative ones.
pub(in crate::comeet) const STEP_TYPES: [&str; 5] = [
    "Go/No-go",
    "Phone Interview",
    "Video Interview",
    "In person Interview",
    "Administrative",
];

fn step_type(kind: &str) -> &'static str {
    match kind {
        "review" | "screen" | "assessment" | DECISION => "Go/No-go",
        "phone" => "Phone Interview",
        "video" => "Video Interview",
        "interview" => "In person Interview",
        _ => "Administrative",
    }
}
