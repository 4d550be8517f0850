//! A question of a job's form.

use hiring::id::{Uuid, derived_uid};
use hiring::job::{Field, FieldKind, Job};
use serde_json::{Map, Value, json};

use super::{Lens, head, object, question_id};

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
    without_extras(lens, "ScreeningQuestion", id, of, own)
}

fn option(lens: &Lens, question: Uuid, label: &str, of: &Job) -> Value {
    let id = option_id(question, label);
    without_extras(
        lens,
        "ScreeningQuestionOption",
        id,
        of,
        json!({"label": label}),
    )
}

fn option_id(question: Uuid, label: &str) -> Uuid {
    derived_uid(question, &format!("option {label}"))
}

/// As `model`, for the two models that are documented without `field_mappings` and `remote_data`.
fn without_extras(lens: &Lens, name: &str, id: Uuid, of: &Job, own: Value) -> Value {
    let mut members: Map<String, Value> = head(id, of.created_at, of.updated_at);
    members.extend(object(own));
    members.insert("remote_was_deleted".into(), json!(false));
    lens.hide(name, &mut members);
    Value::Object(members)
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
