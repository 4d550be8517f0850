//! Applicants and tracks as the vendor's pages show them.

use hiring::application::Application;
use hiring::application::conclude::Concluded;
use hiring::candidate::Candidate;
use hiring::invite::{Invite, State};
use hiring::job::{Field, Job, Stage};
use serde_json::{Map, Value, json};

use super::View;
use super::report;
use super::stats::status;
use crate::time;

/// The vendor's words for what became of an invite (dialects page, §4; DESIGN §8).
pub(super) fn invite_status(application: &Application, invite: Option<&Invite>) -> &'static str {
    match invite.map(|i| i.state) {
        None if application.pending => "Pending",
        None | Some(State::Completed) => "Completed",
        Some(State::Pending | State::Opened) => "Pending",
        Some(State::Started) => "Started",
        Some(State::Expired) => "Expired",
        Some(State::Revoked | State::Declined) => "Revoked",
    }
}

/// The 201 of `POST /tracks/<track_id>/applicants`. The link holds a slot (`hiring::invite`).
pub(in super::super) fn added(
    view: &View,
    public_url: &str,
    email: &str,
    email_sent: bool,
) -> Value {
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
pub(in super::super) fn invited(view: &View, public_url: &str, email: &str) -> Value {
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
pub(in super::super) fn row(
    application: &Application,
    candidate: &Candidate,
    stages: &[Stage],
) -> Value {
    let stage = stages.iter().find(|s| s.id == application.stage);
    let mut row = applicant(application, candidate);
    row.insert("stage_id".into(), json!(application.stage.to_string()));
    row.insert("stage_name".into(), json!(stage.map(|s| &s.name)));
    row.insert("stage_type".into(), json!(stage.map(|s| &s.kind)));
    Value::Object(row)
}

/// What a row and the page of one applicant have in common.
fn applicant(application: &Application, candidate: &Candidate) -> Map<String, Value> {
    let members = [
        ("application_id", json!(application.id.0)),
        ("candidate_id", json!(candidate.id.0)),
        ("name", json!(candidate.record.name())),
        ("email", json!(candidate.record.email())),
        ("stage_status", json!(status(application.standing()))),
        // Nobody scores anybody here yet.
        ("score", Value::Null),
        ("date_added", json!(time::seconds(application.created_at))),
        (
            "last_updated_at",
            json!(time::seconds(application.updated_at)),
        ),
    ];
    members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// `GET /tracks/<track_id>/applicants/<application_id>`.
pub(in super::super) fn detail(view: &View, fields: &[Field], past: &report::Past) -> Value {
    json!({
        "track_id": view.job.id.0,
        "track_title": view.job.title,
        "applicant": applicant(&view.application, &view.candidate),
        "current_stage": view.stage().map_or(Value::Null, stage_with_color),
        "stages": view.stages.iter().map(stage).collect::<Vec<_>>(),
        "submitted_response": responses(&view.application, fields),
        "stage_wise_report": report::stage_wise(view, past),
        "parsed_resume": report::resume(&view.candidate.record, &past.files),
    })
}

/// The answer of move, hire and reject.
pub(in super::super) fn moved(view: &View, done: &Concluded) -> Value {
    let named = |id| {
        view.stages
            .iter()
            .find(|s| s.id == id)
            .map_or(Value::Null, stage)
    };
    json!({
        "track_id": view.job.id.0,
        "application_id": view.application.id.0,
        "candidate_id": view.candidate.id.0,
        "name": view.candidate.record.name(),
        "email": view.candidate.record.email(),
        "from_stage": named(done.from),
        "to_stage": named(view.application.stage),
    })
}

/// The answer of `PUT /tracks/candidate/advance`. Our stages invite nobody to anything and keep no responses.
pub(in super::super) fn advanced(view: &View) -> Value {
    json!({
        "name": view.candidate.record.name(),
        "email": view.candidate.record.email(),
        "stage_moved": view.stage().map(|s| &s.name),
        "candidate_id": view.candidate.id.0,
        "application_id": view.application.id.0,
        "module_id": view.application.stage.0,
        "response_id": null,
        "invite_link": null,
        "status": status(view.application.standing()),
        "track_id": view.job.id.0,
    })
}

/// Its short form, while the invitation is still open.
pub(in super::super) fn not_advanced(view: &View) -> Value {
    json!({
        "candidate_id": view.candidate.id.0,
        "email": view.candidate.record.email(),
        "invite_status": invite_status(&view.application, view.invite.as_ref()),
        "name": view.candidate.record.name(),
        "status": status(view.application.standing()),
        "application_id": view.application.id.0,
        "track_id": view.job.id.0,
    })
}

/// The answer of `PATCH /tracks/candidate/reject/<candidate_id>`.
pub(in super::super) fn rejected(view: &View, changed: bool) -> Value {
    let message = match changed {
        true => "Candidate rejected",
        false => "Candidate was rejected already",
    };
    json!({
        "application_id": view.application.id.0,
        "candidate_id": view.candidate.id.0,
        "track_id": view.job.id.0,
        "message": message,
    })
}

/// The 200 of `POST /tracks/application`.
pub(in super::super) fn applied(application: &Application) -> Value {
    json!({"success": true, "application_id": application.id.0, "track_id": application.job.0})
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

fn stage(stage: &Stage) -> Value {
    json!({"stage_id": stage.id.to_string(), "name": stage.name, "type": stage.kind})
}

fn stage_with_color(stage: &Stage) -> Value {
    json!({"stage_id": stage.id.to_string(), "name": stage.name, "type": stage.kind, "color": stage.color})
}

/// A track as our extension `GET /tracks` lists it.
pub(in super::super) fn track(job: &Job) -> Value {
    json!({
        "track_id": job.id.0,
        "title": job.title,
        "active": job.status == hiring::job::Status::Open,
        "created_at": time::seconds(job.created_at),
        "updated_at": time::seconds(job.updated_at),
    })
}

/// A track with what callers need to learn its ids: our extension `GET /tracks/<id>`.
pub(in super::super) fn track_detail(job: &Job, stages: &[Stage], fields: &[Field]) -> Value {
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
pub(in super::super) fn pagination(page: i64, per_page: i64, total: i64) -> Value {
    let pages = (total + per_page - 1) / per_page;
    json!({
        "page": page, "per_page": per_page, "total": total, "total_pages": pages,
        "has_next": page < pages, "has_prev": page > 1,
    })
}
