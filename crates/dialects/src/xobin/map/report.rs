//! How far an applicant came, stage by stage, and what their record knows that a résumé says: the two free forms of the
//! page of one applicant. Nothing is in them that did not happen.

use hiring::application::Passage;
use hiring::attachment::Attachment;
use hiring::id::StageId;
use hiring::job::Stage;
use hiring::note::Note;
use hiring::record::Record;
use serde_json::{Map, Value, json};

use super::View;
use super::shown::invite_status;
use super::stats::status;
use crate::time;

/// What happened to an application so far.
pub(in super::super) struct Past {
    /// The stages it has left, oldest first.
    pub passages: Vec<Passage>,
    /// Notes on the person that every member may see, oldest first.
    pub notes: Vec<Note>,
    /// The person's files.
    pub files: Vec<Attachment>,
}

/// What an applicant's record may hold that stands in a résumé.
const OF_A_RESUME: [&str; 14] = [
    "full_name",
    "emails",
    "phones",
    "urls",
    "title",
    "company",
    "summary",
    "locations",
    "skills",
    "education",
    "experience",
    "certifications",
    "projects",
    "courses",
];

/// Those fields of the record that have a value, and the files: where each was said to lie.
pub(in super::super) fn resume(record: &Record, files: &[Attachment]) -> Value {
    let known = OF_A_RESUME.iter().filter_map(|name| {
        let value = record.get(name);
        (!value.is_null()).then(|| ((*name).to_owned(), value.clone()))
    });
    let mut known: Map<String, Value> = known.collect();
    if !files.is_empty() {
        let file = |f: &Attachment| json!({"name": f.name, "url": f.url});
        known.insert("files".to_owned(), files.iter().map(file).collect());
    }
    Value::Object(known)
}

/// A stay in a stage: from when until when, µs; `None`: to this day.
type Stay = (StageId, i64, Option<i64>);

/// For each stage that the application has been in, by its name: when, and what happened meanwhile.
pub(in super::super) fn stage_wise(view: &View, past: &Past) -> Value {
    let left = past.passages.iter();
    let mut stays: Vec<Stay> = left
        .map(|p| (p.stage, p.entered_at, Some(p.left_at)))
        .collect();
    let now = &view.application;
    stays.push((now.stage, now.stage_at, now.ended_at));
    let mut report = Map::new();
    for (at, stage) in view.stages.iter().enumerate() {
        let mine: Vec<&Stay> = stays.iter().filter(|s| s.0 == stage.id).collect();
        if !mine.is_empty() {
            // An invitation belongs to where the applicant began.
            let began = stays[0].0 == stage.id;
            report.insert(
                name(&view.stages, at),
                of_stage(view, past, stage, &mine, began),
            );
        }
    }
    Value::Object(report)
}

/// A stage's name; with its number where another stage has the same.
fn name(stages: &[Stage], at: usize) -> String {
    let stage = &stages[at];
    let same = stages.iter().filter(|s| s.name == stage.name).count();
    match same {
        1 => stage.name.clone(),
        _ => format!("{} ({})", stage.name, stage.id),
    }
}

fn of_stage(view: &View, past: &Past, stage: &Stage, stays: &[&Stay], began: bool) -> Value {
    let application = &view.application;
    let (first, last) = (stays[0], stays[stays.len() - 1]);
    let standing = match stage.id == application.stage {
        true => status(application.standing()),
        false => "completed",
    };
    let visit = |stay: &&Stay| json!({"entered_at": time::seconds(stay.1), "left_at": stay.2.map(time::seconds)});
    let meanwhile = |note: &&Note| {
        let during =
            |s: &&Stay| note.created_at >= s.1 && s.2.is_none_or(|left| note.created_at < left);
        stays.iter().any(during)
    };
    json!({
        "stage_id": stage.id.to_string(),
        "type": stage.kind,
        "status": standing,
        "entered_at": time::seconds(first.1),
        "left_at": last.2.map(time::seconds),
        "visits": stays.iter().map(visit).collect::<Vec<_>>(),
        "notes": past.notes.iter().filter(meanwhile).map(note).collect::<Vec<_>>(),
        "invite": if began { invite(view) } else { Value::Null },
        "reason": application.reason.as_ref().filter(|_| stage.id == application.stage),
    })
}

/// What became of the invitation.
fn invite(view: &View) -> Value {
    view.invite.as_ref().map_or(Value::Null, |invite| {
        json!({
            "status": invite_status(&view.application, Some(invite)),
            "invited_at": time::seconds(invite.created_at),
            "expires_at": time::seconds(invite.expires_at),
        })
    })
}

fn note(note: &Note) -> Value {
    json!({
        "subject": note.subject,
        "body": note.body,
        "author": note.member.as_ref().map(|m| &m.name),
        "created_at": time::seconds(note.created_at),
    })
}
