//! What a body looks like, as a table; the judge that holds a body against it; and the table as a JSON schema
//! (docs/decisions/0007). Null is as good as absent, everywhere.

use hiring::problem::Result;
use serde_json::{Map, Value, json};

use super::entries::{self, Entry};
use crate::body::Body;
use crate::check::{Check, Object};

/// One member of a body.
pub(in super::super) struct Rule {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// What it is for, for people.
    pub about: &'static str,
}

/// What a member may hold.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Kind {
    Text,
    Email,
    Boolean,
    Integer,
    /// A string by the page; a number is taken too, since the ids look like numbers.
    StageId,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of `{id|label, value}`, or a map.
    Fields,
    /// A map that answers `name` and `email`, and whatever else.
    Answers,
}

/// A member that may be left out.
pub(super) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Rule {
    Rule {
        name,
        kind,
        required: false,
        about,
    }
}

/// A member that must be there.
pub(super) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Rule {
    Rule {
        required: true,
        ..optional(name, kind, about)
    }
}

/// A body that has passed. Its getters cannot fail.
pub(super) struct Judged<'b> {
    body: &'b Body,
    root: Object<'b>,
    table: &'static [Rule],
    /// What `fields` holds, whichever of its forms it came in.
    pub entries: Vec<Entry>,
}

/// Holds `body` against `table`.
///
/// # Errors
/// [`hiring::Problem::Invalid`] with every fault.
pub(super) fn judge<'b>(body: &'b Body, table: &'static [Rule]) -> Result<Judged<'b>> {
    let mut check = Check::new(body);
    let root = check.root()?;
    let mut fields = Vec::new();
    for rule in table {
        if rule.required {
            check.require(&root, rule.name);
        }
        judge_one(&mut check, &root, rule, &mut fields);
    }
    check.done()?;
    Ok(Judged {
        body,
        root,
        table,
        entries: fields,
    })
}

fn judge_one(check: &mut Check<'_>, root: &Object<'_>, rule: &Rule, fields: &mut Vec<Entry>) {
    let name = rule.name;
    match rule.kind {
        Kind::Text => {
            check.string(root, name);
        }
        Kind::Email => {
            check.string(root, name);
            check.email(root, name);
        }
        Kind::Boolean => {
            check.boolean(root, name);
        }
        Kind::Integer => {
            check.integer(root, name);
        }
        Kind::StageId => {
            if !root.get(name).is_some_and(Value::is_i64) {
                check.string(root, name);
            }
        }
        Kind::Choice(choices) => {
            check.choice(root, name, choices);
        }
        Kind::Fields => *fields = entries::read(check, root, name),
        Kind::Answers => {
            *fields = entries::read_map(check, root, name);
            entries::judge_person(check, root, name, fields);
        }
    }
}

impl Judged<'_> {
    /// Member `name` as text: trimmed, and nothing where it is blank.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = self.body.actual(self.root.get(name)?);
        let text = match value.as_ref() {
            Value::Number(number) => number.to_string(),
            other => other.as_str()?.trim().to_owned(),
        };
        Some(text).filter(|t| !t.is_empty())
    }

    /// The same of a member that is required.
    pub(super) fn required(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// Member `name` as true or false; false where it is absent.
    pub(super) fn flag(&self, name: &str) -> bool {
        let value = self.root.get(name).map(|v| self.body.actual(v));
        value.and_then(|v| v.as_bool()).unwrap_or(false)
    }

    /// Member `name`, which is required, as a number.
    pub(super) fn number(&self, name: &str) -> i64 {
        let value = self.root.get(name).map(|v| self.body.actual(v));
        value.and_then(|v| v.as_i64()).unwrap_or(0)
    }

    /// Pointers of the members that the table does not know.
    pub(super) fn unknown(&self) -> Vec<String> {
        let known: Vec<&str> = self.table.iter().map(|rule| rule.name).collect();
        let unknown = self.root.unknown(&known);
        unknown.map(|name| self.root.pointer(name)).collect()
    }
}

/// The table as a JSON schema. Members that it does not know are let through: they are kept with the submission.
pub(in super::super) fn schema(table: &[Rule]) -> Value {
    let properties: Map<String, Value> = table
        .iter()
        .map(|rule| (rule.name.to_owned(), property(rule)))
        .collect();
    let required = table.iter().filter(|rule| rule.required);
    let required: Vec<&str> = required.map(|rule| rule.name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn property(rule: &Rule) -> Value {
    let or_null = |kind: &str| match rule.required {
        true => json!(kind),
        false => json!([kind, "null"]),
    };
    let mut schema = match rule.kind {
        Kind::Text => json!({"type": or_null("string")}),
        Kind::Email => json!({"type": or_null("string"), "format": "email"}),
        Kind::Boolean => json!({"type": or_null("boolean")}),
        Kind::Integer => json!({"type": or_null("integer"), "format": "int64"}),
        Kind::StageId if rule.required => json!({"type": ["string", "integer"]}),
        Kind::StageId => json!({"type": ["string", "integer", "null"]}),
        Kind::Choice(choices) => choice(choices, rule.required),
        Kind::Fields => entries::schema(),
        Kind::Answers => entries::answers_schema(),
    };
    if rule.required && matches!(rule.kind, Kind::Text | Kind::Email) {
        // A blank text says nothing.
        schema["pattern"] = json!("\\S");
    }
    schema["description"] = json!(rule.about);
    schema
}

fn choice(choices: &[&str], required: bool) -> Value {
    let mut all: Vec<Value> = choices.iter().map(|c| json!(c)).collect();
    if !required {
        all.push(Value::Null);
    }
    json!({"enum": all})
}
