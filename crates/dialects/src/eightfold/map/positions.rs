//! A job as a far system's position, and notes, scorecards and tags in the vendor's words.

use hiring::feedback::Feedback;
use hiring::job::{Around, Job, JobFile, Stage, Status};
use hiring::member::Member;
use hiring::note::Note;
use hiring::tag::Tagged;
use serde_json::{Map, Value, json};

use super::{files, theirs};
use crate::eightfold::wire::position::{POSITION, STAGES};
use crate::eightfold::wire::tables::{Kind, SCORECARD};

/// What a view of a position needs.
pub(in crate::eightfold) struct View<'v> {
    /// The system of the address, or the first that knows the job; "" where none does.
    pub system: &'v str,
    /// The system's id of the job, or ours.
    pub id: &'v str,
    /// The job.
    pub job: &'v Job,
    /// Its stages, in order.
    pub stages: Vec<&'v Stage>,
    /// What it is tied to.
    pub around: Option<&'v Around>,
    /// What the system says of it.
    pub said: Option<&'v Map<String, Value>>,
    /// Its files.
    pub files: Vec<&'v JobFile>,
}

/// A position: every member, null where nothing is known. What the job is called, whether it is open, where and in which
/// stages, is ours to say; all else is the system's.
pub(in crate::eightfold) fn shown(view: &View<'_>) -> Value {
    let job = view.job;
    let said = |name: &str| view.said.and_then(|s| s.get(name)).filter(|v| !v.is_null());
    let mut out: Map<String, Value> = POSITION
        .iter()
        .map(|(name, _)| ((*name).to_owned(), said(name).cloned().into()))
        .collect();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("id", job.uid.to_string().into());
    put("systemId", view.system.into());
    put("atsEntityId", view.id.into());
    put("title", job.title.clone().into());
    put("description", job.description.clone().into());
    put("open", takes_applications(job).into());
    if said("status").is_none() {
        put("status", job.status.word().into());
    }
    let offices = view.around.map_or(&[][..], |a| &a.offices);
    put(
        "locations",
        offices.iter().map(|o| o.name.clone()).collect(),
    );
    put(STAGES, view.stages.iter().map(|s| s.name.clone()).collect());
    let members = [
        ("hiringManager", view.around.map(|a| &a.hiring_managers)),
        ("recruiter", view.around.map(|a| &a.recruiters)),
    ];
    for (name, members) in members {
        if let (None, Some(first)) = (said(name), members.and_then(|m| m.first())) {
            put(name, person(first));
        }
    }
    for (name, ours) in [
        ("createdAt", job.created_at),
        ("lastUpdated", job.updated_at),
    ] {
        if said(name).is_none() {
            put(name, seconds(ours).into());
        }
    }
    put("attachments", view.files.iter().map(|f| file(f)).collect());
    Value::Object(out)
}

/// Whether a job takes applications.
pub(in crate::eightfold) fn takes_applications(job: &Job) -> bool {
    matches!(job.status, Status::Open | Status::OnHold)
}

fn seconds(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}

fn person(member: &Member) -> Value {
    json!({"email": member.email, "name": member.name})
}

fn file(file: &JobFile) -> Value {
    json!({
        "attachmentId": file.uid,
        "attachmentType": files::attachment_type(file.kind),
        "fileName": file.name,
        "lastModifiedTs": seconds(file.created_at),
    })
}

/// A note as `/profile-notes` shows it.
pub(in crate::eightfold) fn note(note: &Note) -> Value {
    let member = note.member.as_ref().map(|m| m.email.clone());
    json!({
        "id": note.uid,
        "profileId": note.candidate,
        "positionId": note.job,
        "note": text(note),
        "noteType": note.kind.word(),
        "creatorEmail": member.or_else(|| note.author.clone()),
        "createdTime": seconds(note.created_at),
    })
}

/// The same as an entry of a candidate's `notes`.
pub(in crate::eightfold) fn entry(note: &Note) -> Value {
    let member = note.member.as_ref().map(|m| m.email.clone());
    json!({
        "body": note.body.clone(),
        "subject": note.subject.clone(),
        "noteType": note.kind.word(),
        "creator": member.or_else(|| note.author.clone()),
        "creationTs": seconds(note.created_at),
        "visibility": note.visibility.word(),
    })
}

/// Others' notes have a heading, for which there is no member: it stands above the text.
fn text(note: &Note) -> String {
    let parts = [note.subject.as_deref(), note.body.as_deref()];
    let parts = parts.into_iter().flatten().filter(|p| !p.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}

/// A tag on a person as `/profile-tags` shows it.
pub(in crate::eightfold) fn tag(tagged: &Tagged) -> Value {
    json!({"id": tagged.id.to_string(), "profileId": tagged.candidate, "tag": tagged.name})
}

/// A scorecard as `/profile-feedbacks` shows it: every member, null where nothing was said.
pub(in crate::eightfold) fn feedback(feedback: &Feedback) -> Value {
    let card = theirs(Kind::One(SCORECARD), &feedback.said["scorecard"]);
    let mut out: Map<String, Value> = SCORECARD
        .iter()
        .map(|(name, _)| ((*name).to_owned(), card[*name].clone()))
        .collect();
    out.insert("id".into(), feedback.uid.to_string().into());
    out.insert("profileId".into(), feedback.candidate.to_string().into());
    out.insert(
        "applicationId".into(),
        feedback.said["application_id"].clone(),
    );
    out.insert("atsJobId".into(), feedback.said["ats_job_id"].clone());
    Value::Object(out)
}
