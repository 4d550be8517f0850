//! One candidate for one job.

use hiring::application::{Application, Disposition, Listed, NewApplication};
use hiring::id::{CatalogId, MemberId, StageId, Uuid};
use hiring::slot;
use serde_json::{Map, Value, json};

use super::{Lens, head, model, moment, part, shell_of};
use crate::merge::wire::ApplicationRequest;
use crate::time;

/// Where an application comes from when its caller does not say.
const SOURCE: &str = "Merge";
/// When the caller's side rejected it: ours notes when it heard of that.
const REJECTED_AT: &str = "rejected_at";

/// What a request's references came to.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Found {
    pub stage: Option<StageId>,
    pub credited_to: Option<MemberId>,
    pub reason: Option<CatalogId>,
    /// Answers by the names of the job's fields.
    pub answers: Map<String, Value>,
}

/// The application that a request makes.
pub(in super::super) fn new_application(
    request: &ApplicationRequest,
    found: Found,
) -> NewApplication {
    let mut details = Map::new();
    if let Some(at) = request.rejected_at {
        details.insert(REJECTED_AT.to_owned(), json!(time::micros(at)));
    }
    let source = request.source.as_deref().filter(|s| !s.trim().is_empty());
    NewApplication {
        stage: found.stage,
        source: source.unwrap_or(SOURCE).to_owned(),
        answers: found.answers,
        details,
        applied_at: request.applied_at,
        credited_to: found.credited_to,
        reason: found.reason,
        ..NewApplication::default()
    }
}

/// Records shown whole in place of their ids, in one application.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Whole {
    pub candidate: Option<Value>,
    pub job: Option<Value>,
    pub stage: Option<Value>,
    pub credited_to: Option<Value>,
    pub reason: Option<Value>,
    /// The answers, each with its question's id or, where that is asked for, the question.
    pub answers: Option<Vec<Value>>,
}

/// The model Application.
pub(in super::super) fn application(lens: &Lens, listed: &Listed, whole: Whole) -> Value {
    let application = &listed.application;
    let ids = || answered(application).map(|(name, _)| json!(answer_id(application.uid, name)));
    let shown = model(
        lens,
        "Application",
        head(
            application.uid,
            application.created_at,
            application.updated_at,
        ),
        json!({
            "candidate": whole.candidate.unwrap_or_else(|| json!(listed.candidate)),
            "job": whole.job.unwrap_or_else(|| json!(listed.job)),
            "applied_at": moment(application.applied_at),
            "rejected_at": rejected_at(application),
            "offers": [],
            "source": application.source,
            "credited_to": whole.credited_to.unwrap_or_else(|| json!(listed.credited_to)),
            "screening_question_answers": whole.answers.unwrap_or_else(|| ids().collect()),
            "current_stage": whole.stage.unwrap_or_else(|| json!(listed.stage)),
            "reject_reason": whole.reason.unwrap_or_else(|| json!(listed.reason)),
        }),
    );
    if listed.ignored {
        shell_of(shown)
    } else {
        shown
    }
}

/// The answers of an application, each a model ScreeningQuestionAnswer. `question`: the question of a field, in place of
/// its id.
pub(in super::super) fn answers(
    lens: &Lens,
    listed: &Listed,
    question: impl Fn(&str) -> Option<Value>,
) -> Vec<Value> {
    let application = &listed.application;
    let one = |(name, value): (&String, &Value)| {
        let id = json!(question_id(listed.job, name));
        part(
            lens,
            "ScreeningQuestionAnswer",
            head(
                answer_id(application.uid, name),
                application.created_at,
                application.updated_at,
            ),
            json!({
                "question": question(name).unwrap_or(id),
                "answer": value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            }),
        )
    };
    answered(application).map(one).collect()
}

/// Answers that may be shown here: a file is an attachment, and an equal-opportunity answer an EEOC.
fn answered(application: &Application) -> impl Iterator<Item = (&String, &Value)> {
    application
        .answers
        .iter()
        .filter(|(_, value)| !value.is_null() && slot::collect(value).is_empty())
}

/// The outside name of a job's field, which has none of its own.
pub(in super::super) fn question_id(job: Uuid, field: &str) -> Uuid {
    hiring::id::derived_uid(job, &format!("field {field}"))
}

fn answer_id(application: Uuid, field: &str) -> Uuid {
    hiring::id::derived_uid(application, &format!("answer {field}"))
}

/// A withdrawn one is shown as rejected, the only way an application ends in this model.
fn rejected_at(application: &Application) -> Value {
    match application.disposition {
        Some(Disposition::Rejected | Disposition::Withdrawn) => application
            .details
            .get(REJECTED_AT)
            .cloned()
            .unwrap_or_else(|| json!(moment(application.ended_at))),
        _ => Value::Null,
    }
}
