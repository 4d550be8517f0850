//! One candidate for one job.

use hiring::application::{Application, Disposition, NewApplication};
use hiring::id::{StageId, Uuid};
use serde_json::{Value, json};

use super::{head, model, moment};
use crate::merge::wire::ApplicationRequest;
use crate::time;

/// Where an application comes from when its caller does not say.
const SOURCE: &str = "Merge";
/// When the caller's side rejected it: ours notes when it heard of that.
const REJECTED_AT: &str = "rejected_at";

/// The application that a nested object makes.
pub(in super::super) fn new_application(
    request: &ApplicationRequest,
    stage: Option<StageId>,
) -> NewApplication {
    let mut details = request.details.clone();
    if let Some(at) = request.rejected_at {
        details.insert(REJECTED_AT.to_owned(), json!(time::micros(at)));
    }
    let source = request.source.as_deref().filter(|s| !s.trim().is_empty());
    NewApplication {
        stage,
        source: source.unwrap_or(SOURCE).to_owned(),
        details,
        applied_at: request.applied_at,
        ..NewApplication::default()
    }
}

/// An application with the outside names of what it links to.
pub(in super::super) struct ApplicationView {
    pub application: Application,
    pub candidate: Uuid,
    pub job: Uuid,
    pub stage: Option<Uuid>,
}

/// The model Application.
pub(in super::super) fn application(view: &ApplicationView) -> Value {
    let application = &view.application;
    let kept = |name: &str| application.details.get(name).cloned();
    let list = |name: &str| kept(name).unwrap_or_else(|| json!([]));
    model(
        head(
            application.uid,
            application.created_at,
            application.updated_at,
        ),
        json!({
            "candidate": view.candidate,
            "job": view.job,
            "applied_at": moment(application.applied_at),
            "rejected_at": rejected_at(application),
            "offers": list("offers"),
            "source": application.source,
            "credited_to": kept("credited_to"),
            "screening_question_answers": list("screening_question_answers"),
            "current_stage": view.stage,
            "reject_reason": kept("reject_reason"),
        }),
    )
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
