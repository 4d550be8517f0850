//! A job's form as somebody fills it in: which field an entry means, whether its answer is permitted, what is missing.
//!
//! What the fields are is in `job.rs`. How a caller writes an entry is its dialect's business.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::job::{Field, FieldKind};
use crate::problem::{Flaw, FlawCode, Problem, Result};
use crate::slot;

/// One answer, as a caller addressed it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The field's name or number.
    pub id: Option<&'a str>,
    /// The field's label, in any case.
    pub label: Option<&'a str>,
    /// What is kept: a slot, where the answer is an equal-opportunity one.
    pub value: &'a Value,
    /// What the caller said, by which the answer is judged.
    pub meant: Cow<'a, Value>,
    /// Where it stands.
    pub pointer: &'a str,
}

/// How a caller's world speaks of a form.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// What a job is called there.
    pub job: &'static str,
    /// Where the answer to a field would stand.
    pub place: fn(&Field) -> String,
}

/// A form that was filled in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// The answers by field name.
    pub answers: Map<String, Value>,
    /// Pointers of entries that answer no field of the job, or one that a later entry answers.
    pub unmapped: Vec<String>,
}

/// Reads `entries` against the form of a job. Of two answers to one field the later counts.
///
/// # Errors
/// [`Problem::Invalid`] naming every required field without an answer and every answer that is no permitted one.
pub fn fill_in(entries: &[Entry<'_>], fields: &[Field], words: &Words) -> Result<Filled> {
    let (mut filled, mut flaws) = (Filled::default(), Vec::new());
    let mut answered = Vec::new();
    let mut filled_by: HashMap<&str, &str> = HashMap::new();
    for entry in entries {
        match addressed(entry, fields) {
            Some(field) => {
                check(field, entry, &mut flaws);
                flaws.extend(undisguised(field, entry.value, entry.pointer));
                filled
                    .answers
                    .insert(field.name.clone(), entry.value.clone());
                // The earlier answer has no place beside the later one.
                let earlier = filled_by.insert(&field.name, entry.pointer);
                filled.unmapped.extend(earlier.map(str::to_owned));
                answered.retain(|name| *name != &field.name);
                if !blank(&entry.meant) {
                    answered.push(&field.name);
                }
            }
            None => filled.unmapped.push(entry.pointer.to_owned()),
        }
    }
    for field in fields.iter().filter(|f| f.required) {
        if !answered.contains(&&field.name) {
            let detail = format!("the {} requires the field \"{}\"", words.job, field.label);
            flaws.push(Flaw::new((words.place)(field), FlawCode::Required, detail));
        }
    }
    if flaws.is_empty() {
        Ok(filled)
    } else {
        Err(Problem::Invalid(flaws))
    }
}

/// The flaw of an answer to an equal-opportunity question that stands in the open. `value`: what is to be kept. The answer
/// may be addressed by a number, so that only the form tells what was asked.
pub fn undisguised(field: &Field, value: &Value, pointer: &str) -> Option<Flaw> {
    let open = !blank(value)
        && value
            .as_str()
            .is_none_or(|text| slot::parse(text).is_none());
    (open && field.is_delicate()).then(|| {
        let detail = "address an equal-opportunity question by its name";
        Flaw::new(pointer, FlawCode::Delicate, detail)
    })
}

/// The field an entry means: its exact id (number or name), else its label without regard to case.
fn addressed<'f>(entry: &Entry<'_>, fields: &'f [Field]) -> Option<&'f Field> {
    let by_id = |id: &str| {
        fields
            .iter()
            .find(|f| f.name == id || f.id.to_string() == id)
    };
    let by_label = |label: &str| {
        fields
            .iter()
            .find(|f| crate::text::key(&f.label) == crate::text::key(label))
    };
    entry
        .id
        .and_then(by_id)
        .or_else(|| entry.label.and_then(by_label))
}

fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Objects are no answer to any kind of field; a choice must be one of its options.
fn check(field: &Field, entry: &Entry<'_>, flaws: &mut Vec<Flaw>) {
    let value = entry.meant.as_ref();
    if blank(value) {
        return;
    }
    if value.is_object() {
        flaws.push(Flaw::new(
            entry.pointer,
            FlawCode::WrongType,
            format!("the value of \"{}\" must not be an object", field.label),
        ));
    }
    let picked: Vec<&Value> = value
        .as_array()
        .map_or_else(|| vec![value], |list| list.iter().collect());
    let choice = matches!(field.kind, FieldKind::Choice | FieldKind::MultipleChoice);
    let permitted = |v: &&Value| {
        v.as_str()
            .is_some_and(|t| field.options.iter().any(|o| o == t))
    };
    if choice && !picked.iter().all(permitted) {
        let detail = format!(
            "the value of \"{}\" must be one of: {}",
            field.label,
            field.options.join(", ")
        );
        flaws.push(Flaw::new(entry.pointer, FlawCode::NotAChoice, detail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{FieldId, JobId};
    use serde_json::json;

    fn field(id: i64, name: &str, kind: FieldKind, required: bool) -> Field {
        Field {
            id: FieldId(id),
            job: JobId(1),
            name: name.into(),
            label: name.to_uppercase(),
            kind,
            required,
            options: vec!["yes".into(), "no".into()],
            help: None,
            consent: None,
        }
    }

    fn fill(entries: &[(&str, Value)]) -> Result<Filled> {
        let fields = [
            field(7, "phone", FieldKind::Phone, true),
            field(8, "abroad", FieldKind::Choice, false),
        ];
        let entries: Vec<_> = entries
            .iter()
            .map(|(name, value)| Entry {
                id: Some(name),
                label: Some(name),
                value,
                meant: Cow::Borrowed(value),
                pointer: name,
            })
            .collect();
        let words = Words {
            job: "job",
            place: |f| format!("/answers/{}", f.name),
        };
        fill_in(&entries, &fields, &words)
    }

    #[test]
    fn an_entry_is_addressed_by_name_number_or_label() {
        for name in ["phone", "7", "PHONE", "Phone"] {
            let filled = fill(&[(name, json!("1")), ("else", json!("2"))]).expect(name);
            assert_eq!(filled.answers["phone"], json!("1"));
            assert_eq!(filled.unmapped, ["else"]);
        }
    }

    #[test]
    fn delicate_answers_are_kept_in_slots_only() {
        let mut asked = field(9, "q1", FieldKind::Text, false);
        asked.label = "Gender:".into();
        let slot = json!(slot::placeholder(uuid::Uuid::nil(), 0));
        for (value, open) in [
            (json!("x"), true),
            (json!(["x"]), true),
            (json!(true), true),
            (slot, false),
            (json!(null), false),
            (json!(" "), false),
        ] {
            let flaw = undisguised(&asked, &value, "/a");
            assert_eq!(
                flaw.map(|f| f.code),
                open.then_some(FlawCode::Delicate),
                "{value}"
            );
        }
        let plain = field(9, "q1", FieldKind::Text, false);
        assert_eq!(undisguised(&plain, &json!("x"), "/a"), None);
    }

    #[test]
    fn faults_are_named() {
        let cases = [
            (vec![], "/answers/phone", FlawCode::Required),
            (
                vec![("phone", json!(" "))],
                "/answers/phone",
                FlawCode::Required,
            ),
            (vec![("phone", json!({}))], "phone", FlawCode::WrongType),
            (
                vec![("phone", json!("1")), ("abroad", json!("maybe"))],
                "abroad",
                FlawCode::NotAChoice,
            ),
        ];
        for (entries, pointer, code) in cases {
            let Err(Problem::Invalid(flaws)) = fill(&entries) else {
                panic!("{pointer} {code:?} was let through");
            };
            assert_eq!((flaws[0].pointer.as_str(), flaws[0].code), (pointer, code));
        }
    }
}
