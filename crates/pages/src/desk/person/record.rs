//! The fields of a record as people read them: each value in words, where it came from, what it took the place of.

use hiring::Result;
use hiring::candidate::{Source, Told};
use hiring::member::Right;
use hiring::record::{Before, Part};
use serde_json::Value;
use store::Reader;

use super::super::visit::Visit;
use super::super::words;
use crate::moment::Moment;

/// Fields that hold content which is shown elsewhere, or is of no use to people.
const NOT_SHOWN: &[&str] = &[
    "resume_content",
    "photo_content",
    "template",
    "tags",
    "on_behalf_of",
];
/// Fields that somebody who reaches some jobs only does not see: they were sent by other systems, about more than these.
const NOT_OF_SOME_JOBS: &[&str] = &[
    "national_id",
    "custom",
    "foreign_applications",
    "questions",
    "notes",
    "interviews",
];
const PAY: &[&str] = &["salary", "compensation", "pay_", "wage", "ctc"];

/// A field with its past.
pub(crate) struct Field {
    pub label: String,
    pub values: Vec<Shown>,
    pub before: Vec<Past>,
}

/// A value and where it came from.
pub(crate) struct Shown {
    /// The member's name, where the field is an object.
    pub name: String,
    pub text: String,
    /// `work`, `not proven`…
    pub marks: Vec<String>,
    /// Where it came from; empty: it follows from other fields.
    pub from: Vec<From>,
}

/// Where a value came from.
#[derive(Clone)]
pub(crate) struct From {
    pub words: String,
    pub at: Moment,
    /// What was sent, for those who may see it.
    pub to: Option<String>,
}

/// A value that is shown no more.
pub(crate) struct Past {
    pub text: String,
    pub from: Option<From>,
    pub until: Option<From>,
}

/// Takes out what the member may not see, before anything else looks at it, and fills in the equal-opportunity answers
/// that they may.
pub(super) fn veil(r: &mut Reader, visit: &Visit, told: &mut Told) -> Result<()> {
    let (pay, some) = (visit.may(Right::SeePay), visit.only().is_some());
    told.fields.retain(|f| {
        !(NOT_SHOWN.contains(&f.field)
            || (!pay && is_pay(f.field))
            || (some && NOT_OF_SOME_JOBS.contains(&f.field)))
    });
    for field in &mut told.fields {
        for value in field
            .parts
            .iter_mut()
            .map(|p| &mut p.value)
            .chain(field.before.iter_mut().map(|b| &mut b.value))
        {
            super::fill(r, visit, value)?;
            if !pay {
                without_pay(value);
            }
        }
        field.parts.retain(|p| is_something(&p.value));
        field.before.retain(|b| is_something(&b.value));
    }
    told.fields
        .retain(|f| !f.parts.is_empty() || !f.before.is_empty());
    Ok(())
}

fn is_pay(name: &str) -> bool {
    let name = name.to_lowercase();
    PAY.iter().any(|word| name.contains(word))
}

fn without_pay(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_pay),
        Value::Object(members) => {
            members.retain(|name, _| !is_pay(name));
            members.values_mut().for_each(without_pay);
        }
        _ => {}
    }
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().any(is_something),
        Value::Object(members) => members.values().any(is_something),
        _ => true,
    }
}

/// The fields of what was told. `links`: whether what was sent may be looked at.
pub(super) fn fields(told: &Told, links: bool) -> Vec<Field> {
    let from = |at: usize| told.sources.get(at).map(|s| from(s, links));
    let shown = |part: &Part| {
        let mut sources: Vec<From> = part.by.iter().filter_map(|at| from(*at)).collect();
        // The newest says so last; more than a few say nothing more.
        sources.reverse();
        sources.truncate(5);
        Shown {
            name: part
                .name
                .as_deref()
                .filter(|n| !n.starts_with('\0'))
                .unwrap_or("")
                .to_owned(),
            text: text(&part.value),
            marks: marks(&part.value),
            from: sources,
        }
    };
    let past = |b: &Before| Past {
        text: text(&b.value),
        from: b.by.and_then(from),
        until: from(b.until),
    };
    let field = |traced: &hiring::record::Traced| Field {
        label: words::field(traced.field),
        values: traced.parts.iter().map(shown).collect(),
        before: traced.before.iter().rev().map(past).collect(),
    };
    told.fields.iter().map(field).collect()
}

pub(super) fn from(source: &Source, links: bool) -> From {
    let to = source.submission.filter(|_| links);
    From {
        words: words::source(source),
        at: Moment::at(source.at),
        to: to.map(|uid| format!("/desk/logs/{uid}")),
    }
}

fn marks(value: &Value) -> Vec<String> {
    let mut marks = Vec::new();
    if let Some(kind) = value["type"]
        .as_str()
        .filter(|_| value["value"].is_string())
    {
        marks.push(kind.to_lowercase().replace('_', " "));
    }
    if value["unverified"] == Value::Bool(true) {
        marks.push("not proven".to_owned());
    }
    marks
}

/// A value in one line, or some.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Null => String::new(),
        Value::Array(items) => {
            let all: Vec<String> = items.iter().map(text).filter(|t| !t.is_empty()).collect();
            all.join(", ")
        }
        Value::Object(members) => match members.get("value") {
            Some(value) => text(value),
            None => {
                let all: Vec<String> = members.iter().filter_map(member).collect();
                all.join(" · ")
            }
        },
    }
}

/// Members that say by themselves what they are.
const PLAIN: &[&str] = &[
    "title",
    "name",
    "company",
    "school",
    "institution",
    "degree",
    "field",
    "major",
    "description",
    "summary",
    "text",
    "street",
    "city",
    "state",
    "zip",
    "country",
    "body",
    "subject",
];

fn member((name, value): (&String, &Value)) -> Option<String> {
    let said = text(value);
    if said.is_empty() {
        return None;
    }
    let value = match (name.ends_with("_ts"), value.as_i64()) {
        (true, Some(seconds)) => Moment::at(seconds.saturating_mul(1_000_000)).text,
        _ => said,
    };
    match PLAIN.contains(&name.as_str()) {
        true => Some(value),
        false => Some(format!(
            "{}: {value}",
            name.trim_end_matches("_ts").replace('_', " ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_told_in_words() {
        for (value, wanted) in [
            (json!("x"), "x"),
            (json!({"value": "a@x.org", "type": "WORK"}), "a@x.org"),
            (
                json!({"title": "Clerk", "company": null, "start_ts": 0}),
                "Clerk · start: 1 January 1970, 00:00 UTC",
            ),
            (json!(["a", "", "b"]), "a, b"),
            (json!(true), "Yes"),
        ] {
            assert_eq!(text(&value), wanted);
        }
        let unproven = json!({"value": "a@x.org", "type": "WORK_MAIL", "unverified": true});
        assert_eq!(marks(&unproven), ["work mail", "not proven"]);
    }

    #[test]
    fn pay_is_taken_out_at_any_depth() {
        let mut value =
            json!([{"title": "Clerk", "salary": 7, "more": {"Current_CTC": 1, "x": 2}}]);
        without_pay(&mut value);
        assert_eq!(value, json!([{"title": "Clerk", "more": {"x": 2}}]));
        assert!(is_pay("salary_expectations") && !is_pay("title"));
    }
}
