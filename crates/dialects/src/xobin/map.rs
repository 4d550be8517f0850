//! Vendor words ↔ ours. Pure.

use std::borrow::Cow;

use hiring::application::{Application, NewApplication};
use hiring::attachment::{Kind, NewAttachment};
use hiring::candidate::{Candidate, NewCandidate};
use hiring::form::{self, Filled, Words};
use hiring::id::StageId;
use hiring::invite::{Invite, State};
use hiring::job::{Field, FieldKind, Job, Stage};
use hiring::problem::{Flaw, FlawCode, Result};
use hiring::record::{How, Said};
use serde_json::{Map, Value, json};

use super::wire::{AddApplicant, Entry};
use crate::time;

/// What an applicant's name, address and answers say of the person.
pub(super) fn new_candidate(
    name: &str,
    email: &str,
    answers: &Map<String, Value>,
    fields: &[Field],
) -> NewCandidate {
    let mut said = Said::new();
    let mut attachments = Vec::new();
    said.insert("full_name".into(), json!(name));
    said.insert("emails".into(), json!([{"value": email}]));
    for field in fields {
        let Some(text) = answers
            .get(&field.name)
            .and_then(Value::as_str)
            .filter(|t| !t.trim().is_empty())
        else {
            continue;
        };
        // A form's phone and link fields are contact points of the person, not only of this application.
        match field.kind {
            FieldKind::Phone => push(&mut said, "phones", json!({"value": text})),
            FieldKind::Url => push(&mut said, "urls", json!({"value": text})),
            // A JSON API without uploads: a file's answer is its address (dialects page, §4).
            FieldKind::File => attachments.extend(named_by_address(field, text)),
            _ => {}
        }
    }
    NewCandidate {
        said,
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments,
    }
}

/// A file of which we know the address only; it is fetched after the answer. Anything else stays an answer.
fn named_by_address(field: &Field, text: &str) -> Option<NewAttachment> {
    let path = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let last = path.split(['?', '#']).next()?.rsplit('/').next()?;
    let label = hiring::text::key(&field.label);
    let resume = ["resume", "résumé", "cv"].iter().any(|w| label.contains(w));
    Some(NewAttachment {
        kind: if resume { Kind::Resume } else { Kind::Other },
        name: if last.is_empty() {
            field.label.clone()
        } else {
            last.to_owned()
        },
        file: None,
        url: Some(text.to_owned()),
        scope: None,
    })
}

fn push(said: &mut Said, field: &str, item: Value) {
    match said.entry(field).or_insert_with(|| json!([])) {
        Value::Array(items) => items.push(item),
        _ => unreachable!("lists are made above"),
    }
}

/// The answers by field name, and the pointers of entries that answer no field of the job.
///
/// # Errors
/// [`Problem::Invalid`](hiring::Problem::Invalid) naming every required field without an answer and every answer that
/// is no permitted one.
pub(super) fn answers(entries: &[Entry], fields: &[Field]) -> Result<Filled> {
    const WORDS: Words = Words {
        job: "track",
        place: |_| "/fields".to_owned(),
    };
    fn given(e: &Entry) -> form::Entry<'_> {
        form::Entry {
            id: e.id.as_deref(),
            label: e.label.as_deref(),
            value: &e.value,
            meant: Cow::Borrowed(&e.meant),
            pointer: &e.pointer,
        }
    }
    form::fill_in(
        &entries.iter().map(given).collect::<Vec<_>>(),
        fields,
        &WORDS,
    )
}

/// The stage that `destination_stage_id` names. One of another track is as unknown as one of nobody: 400, since
/// the page's 404 means the track only.
pub(super) fn destination(id: Option<&str>, stages: &[Stage]) -> Result<Option<StageId>> {
    let Some(id) = id else { return Ok(None) };
    let found = stages.iter().find(|s| s.id.to_string() == id.trim());
    let flaw = || {
        Flaw::new(
            "/destination_stage_id",
            FlawCode::UnknownReference,
            "destination_stage_id is no stage of this track",
        )
    };
    Ok(Some(found.ok_or_else(flaw)?.id))
}

pub(super) fn new_application(
    wire: &AddApplicant,
    stage: Option<StageId>,
    answers: Map<String, Value>,
) -> NewApplication {
    let pending = wire.invite_applicant;
    NewApplication {
        stage,
        pending,
        source: "Xobin".into(),
        answers,
        ..NewApplication::default()
    }
}

/// The vendor's words for what became of an invite (dialects page, §4; DESIGN §8).
fn invite_status(application: &Application, invite: Option<&Invite>) -> &'static str {
    match invite.map(|i| i.state) {
        None if application.pending => "Pending",
        None | Some(State::Completed) => "Completed",
        Some(State::Pending | State::Opened) => "Pending",
        Some(State::Started) => "Started",
        Some(State::Expired) => "Expired",
        Some(State::Revoked | State::Declined) => "Revoked",
    }
}

/// Everything a view of an application needs.
pub(super) struct View {
    pub application: Application,
    pub candidate: Candidate,
    pub job: Job,
    pub stages: Vec<Stage>,
    pub invite: Option<Invite>,
}

impl View {
    fn stage(&self) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == self.application.stage)
    }
}

/// The 201 of `POST /tracks/<track_id>/applicants`. The link holds a slot (`hiring::invite`).
pub(super) fn added(view: &View, public_url: &str, email: &str, email_sent: bool) -> Value {
    let mode = if view.application.pending {
        "invite"
    } else {
        "direct"
    };
    let link = view.invite.as_ref().filter(|_| view.application.pending);
    json!({
        "track_id": view.job.id.0,
        "application_id": view.application.id.0,
        "candidate_id": view.candidate.id.0,
        "name": view.candidate.record.name(),
        "email": email,
        "invite_status": invite_status(&view.application, view.invite.as_ref()),
        "mode": mode,
        "invite_link": link.map(|i| hiring::invite::link(public_url, i)),
        "email_sent": email_sent,
        "current_stage": view.stage().map_or(Value::Null, stage_with_color),
    })
}

/// The 200 of `POST /tracks/invite`.
pub(super) fn invited(view: &View, public_url: &str, email: &str) -> Value {
    json!({
        "application_id": view.application.id.0,
        "email": email,
        "invite_link": view.invite.as_ref().map(|i| hiring::invite::link(public_url, i)),
        "invite_status": invite_status(&view.application, view.invite.as_ref()),
        "name": view.candidate.record.name(),
        "track_id": view.job.id.0,
    })
}

/// One row of the applicants' list.
pub(super) fn row(application: &Application, candidate: &Candidate, stages: &[Stage]) -> Value {
    let stage = stages.iter().find(|s| s.id == application.stage);
    json!({
        "application_id": application.id.0,
        "candidate_id": candidate.id.0,
        "name": candidate.record.name(),
        "email": candidate.record.email(),
        "stage_id": application.stage.to_string(),
        "stage_name": stage.map(|s| &s.name),
        "stage_type": stage.map(|s| &s.kind),
        "stage_status": stage_status(application),
        "score": null,
        "date_added": time::seconds(application.created_at),
        "last_updated_at": time::seconds(application.updated_at),
    })
}

fn stage_status(application: &Application) -> &'static str {
    use hiring::application::Disposition as D;
    match application.disposition {
        Some(D::Hired) => "hired",
        Some(D::Rejected | D::Withdrawn) => "rejected",
        None if application.pending => "pending",
        None => "in_progress",
    }
}

/// `GET /tracks/<track_id>/applicants/<application_id>`.
pub(super) fn detail(view: &View, fields: &[Field]) -> Value {
    let row = row(&view.application, &view.candidate, &view.stages);
    let keep = [
        "application_id",
        "candidate_id",
        "name",
        "email",
        "stage_status",
        "score",
        "date_added",
        "last_updated_at",
    ];
    let applicant: Map<String, Value> = keep
        .iter()
        .map(|k| ((*k).to_owned(), row[*k].clone()))
        .collect();
    let stage = |s: &Stage| json!({"stage_id": s.id.to_string(), "name": s.name, "type": s.kind});
    json!({
        "track_id": view.job.id.0,
        "track_title": view.job.title,
        "applicant": applicant,
        "current_stage": view.stage().map_or(Value::Null, stage_with_color),
        "stages": view.stages.iter().map(stage).collect::<Vec<_>>(),
        "submitted_response": responses(&view.application, fields),
        "stage_wise_report": {},
        "parsed_resume": {},
    })
}

fn responses(application: &Application, fields: &[Field]) -> Vec<Value> {
    let label = |name: &String| {
        fields
            .iter()
            .find(|f| f.name == *name)
            .map_or(name.clone(), |f| f.label.clone())
    };
    application
        .answers
        .iter()
        .map(|(name, value)| json!({"label": label(name), "value": value}))
        .collect()
}

fn stage_with_color(stage: &Stage) -> Value {
    json!({"stage_id": stage.id.to_string(), "name": stage.name, "type": stage.kind, "color": stage.color})
}

/// A track as our extension `GET /tracks` lists it.
pub(super) fn track(job: &Job) -> Value {
    json!({
        "track_id": job.id.0,
        "title": job.title,
        "active": job.status == hiring::job::Status::Open,
        "created_at": time::seconds(job.created_at),
        "updated_at": time::seconds(job.updated_at),
    })
}

/// A track with what callers need to learn its ids: our extension `GET /tracks/<id>`.
pub(super) fn track_detail(job: &Job, stages: &[Stage], fields: &[Field]) -> Value {
    let mut track = track(job);
    let field = |f: &Field| {
        let mut shown =
            json!({"id": f.name, "label": f.label, "type": f.kind.word(), "required": f.required});
        if !f.options.is_empty() {
            shown["options"] = json!(f.options);
        }
        shown
    };
    track["stages"] = stages.iter().map(stage_with_color).collect();
    track["fields"] = fields.iter().map(field).collect();
    track
}

/// `pagination` of lists.
pub(super) fn pagination(page: i64, per_page: i64, total: i64) -> Value {
    let pages = (total + per_page - 1) / per_page;
    json!({
        "page": page, "per_page": per_page, "total": total, "total_pages": pages,
        "has_next": page < pages, "has_prev": page > 1,
    })
}
