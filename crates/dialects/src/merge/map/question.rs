//! A question of a job's form.

use hiring::id::{Uuid, derived_uid};
use hiring::job::{Field, FieldKind, Job};
use serde_json::{Value, json};

use super::{Lens, head, part, question_id};

/// The model ScreeningQuestion. `whole`: the job, in place of its id; `options`: show them whole.
pub(in super::super) fn question(
    lens: &Lens,
    field: &Field,
    of: &Job,
    whole: Option<Value>,
    options: bool,
) -> Value {
    let id = question_id(of.uid, &field.name);
    let one = |label: &String| match options {
        true => option(lens, id, label, of),
        false => json!(option_id(id, label)),
    };
    let shown: Vec<Value> = field.options.iter().map(one).collect();
    let own = json!({
        "job": whole.unwrap_or_else(|| json!(of.uid)),
        "description": null,
        "title": field.label,
        "type": kind(field.kind),
        "required": field.required,
        "options": shown,
    });
    part(
        lens,
        "ScreeningQuestion",
        head(id, of.created_at, of.updated_at),
        own,
    )
}

fn option(lens: &Lens, question: Uuid, label: &str, of: &Job) -> Value {
    let head = head(option_id(question, label), of.created_at, of.updated_at);
    part(
        lens,
        "ScreeningQuestionOption",
        head,
        json!({"label": label}),
    )
}

fn option_id(question: Uuid, label: &str) -> Uuid {
    derived_uid(question, &format!("option {label}"))
}

fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::Email | FieldKind::Phone | FieldKind::Url => {
            "SINGLE_LINE_TEXT"
        }
        FieldKind::LongText => "MULTI_LINE_TEXT",
        FieldKind::Number => "NUMERIC",
        FieldKind::Date => "DATE",
        FieldKind::Choice => "SINGLE_SELECT",
        FieldKind::MultipleChoice => "MULTI_SELECT",
        FieldKind::File => "FILE",
        FieldKind::YesNo | FieldKind::Consent => "BOOLEAN",
    }
}
