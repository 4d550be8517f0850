//! What is known of a person: the canonical vocabulary, what one caller said in it, and the record that
//! follows from everything said.
//!
//! A caller's words become a [`Said`]: canonical field → JSON value. Each is kept as an *operation*
//! (`candidate/operation.rs`); the record is the replay of a candidate's operations by [`fold`], so nothing
//! said is ever overwritten without a trace. Dialects map to and from these names in their `map.rs`.
//!
//! `record/trace.rs` is the same replay with where everything came from.
//!
//! Shapes. A *one* field holds a single value; a *list* is a JSON array, united by value; a *map* is an object
//! with the caller's own keys. Times inside a record are RFC 3339 strings, except the members of nested
//! objects that end in `_ts`, which are unix seconds as their sender counted them.

mod trace;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use trace::{Before, Part, Traced, trace};

use crate::id::SubmissionId;

/// What one caller said: canonical field name → value. Absent or null says nothing.
pub type Said = Map<String, Value>;

/// How a field's values come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A single value; the newest is shown.
    One,
    /// A list; united, the newest caller's items first.
    List,
    /// An object; united key by key, the newest value of a key is shown.
    Map,
}

/// The canonical fields, in the order in which records are written.
///
/// `emails`, `phones`, `urls` are lists of `{"value", "type"?}`; an address that nobody has proven has `"unverified": true`; `locations`, `skills`, `tags`,
/// `display_tags`, `visa_statuses` are lists of strings; `address` is `{country, state, city, zip, street}` or
/// `{text}`; `education` and the other lists hold objects with snake_case members. `gender`, `races`,
/// `veteran_status`, `disability_status` hold slots only (`slot.rs`), never answers. `on_behalf_of` is the caller's own
/// id of the user for whom it wrote.
pub const FIELDS: &[(&str, Shape)] = &[
    ("full_name", Shape::One),
    ("first_name", Shape::One),
    ("middle_name", Shape::One),
    ("last_name", Shape::One),
    ("emails", Shape::List),
    ("phones", Shape::List),
    ("urls", Shape::List),
    ("title", Shape::One),
    ("company", Shape::One),
    ("summary", Shape::One),
    ("locations", Shape::List),
    ("location_country", Shape::One),
    ("address", Shape::One),
    ("date_of_birth", Shape::One),
    ("national_id", Shape::One),
    ("salary_expectations", Shape::One),
    ("prospect_status", Shape::One),
    ("contact_consent", Shape::One),
    ("can_email", Shape::One),
    ("is_private", Shape::One),
    ("is_internal", Shape::One),
    ("is_anonymized", Shape::One),
    ("last_interaction_at", Shape::One),
    ("highest_education_level", Shape::One),
    ("visa_statuses", Shape::List),
    ("skills", Shape::List),
    ("skill_details", Shape::List),
    ("education", Shape::List),
    ("experience", Shape::List),
    ("certifications", Shape::List),
    ("projects", Shape::List),
    ("courses", Shape::List),
    ("tags", Shape::List),
    ("display_tags", Shape::List),
    ("detail_tags", Shape::List),
    ("questions", Shape::List),
    ("notes", Shape::List),
    ("interviews", Shape::List),
    ("foreign_applications", Shape::List),
    ("foreign_attachments", Shape::List),
    ("resume_content", Shape::One),
    ("photo_content", Shape::One),
    ("gender", Shape::One),
    ("races", Shape::One),
    ("veteran_status", Shape::One),
    ("veteran_status_text", Shape::One),
    ("disability_status", Shape::One),
    ("disability_status_text", Shape::One),
    ("template", Shape::One),
    ("on_behalf_of", Shape::One),
    ("custom", Shape::Map),
];

/// The shape of a canonical field; `None` when there is no such field.
pub fn shape(field: &str) -> Option<Shape> {
    FIELDS
        .iter()
        .find(|(name, _)| *name == field)
        .map(|(_, shape)| *shape)
}

/// How an operation relates to what was said before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// A create: adds. Where two disagree the newer is shown and the older stays with its source.
    Add,
    /// An edit: every field named replaces what was there; null clears it.
    Replace,
    /// An upsert by a foreign record: replaces only what the same `scope` said before, newest `at` wins.
    Renew {
        /// The foreign record: kind and key of its foreign id.
        scope: String,
        /// The foreign record's own time, in µs since 1970 UTC.
        at: i64,
    },
}

/// One thing said, as [`fold`] reads it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its submission.
    pub submission: Option<SubmissionId>,
    /// How it relates to the others.
    pub how: How,
    /// The words.
    pub said: Said,
}

/// What is known of a person: the projection of everything said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Canonical field → value; only fields that have one. Names are filled in from each other.
    pub fields: Said,
}

impl Record {
    /// The record of somebody of whom one thing was said.
    pub fn of(said: &Said) -> Record {
        fold(&[Operation {
            submission: None,
            how: How::Add,
            said: said.clone(),
        }])
    }

    /// From its stored JSON text.
    pub fn parse(text: &str) -> Record {
        Record {
            fields: serde_json::from_str(text).unwrap_or_default(),
        }
    }

    /// As stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.fields).unwrap_or_default()
    }

    /// The value of `field`, null when there is none.
    pub fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// The text of `field`, if it is a string.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(field).as_str()
    }

    /// The items of list `field`.
    pub fn list(&self, field: &str) -> &[Value] {
        self.get(field).as_array().map_or(&[], Vec::as_slice)
    }

    /// The `value` members of list `field` (`emails`, `phones`, `urls`).
    pub fn values<'a>(&'a self, field: &str) -> impl Iterator<Item = &'a str> {
        self.list(field)
            .iter()
            .filter_map(|item| item["value"].as_str())
    }

    /// The address shown first.
    pub fn email(&self) -> Option<&str> {
        self.values("emails").next()
    }

    /// The whole name, `""` when none is known.
    pub fn name(&self) -> &str {
        self.text("full_name").unwrap_or("")
    }
}

/// Replays `operations`, oldest first.
///
/// An [`How::Renew`] counts only when no other of its scope has a later `at` (of equals, the last given).
pub fn fold(operations: &[Operation]) -> Record {
    let mut folding = Folding::default();
    let newest = Newest::of(operations.iter().map(|o| &o.how));
    for (index, operation) in operations.iter().enumerate() {
        if newest.counts(index, &operation.how) {
            folding.take(operation);
        }
    }
    folding.record()
}

/// A replay as far as it has come: whoever kept it goes on from there ([`crate::candidate`] does, once a person has a long
/// past). It is not the record yet: names are filled in from each other at the end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Folding {
    fields: Said,
    named: Names,
    /// Operations taken.
    taken: u64,
}

impl Folding {
    /// The next operation, one that no renewal has superseded.
    pub fn take(&mut self, operation: &Operation) {
        self.taken += 1;
        self.named.note(self.taken, &operation.said);
        for (field, value) in &operation.said {
            let Some(shape) = shape(field) else { continue };
            match operation.how {
                How::Replace => replace(&mut self.fields, field, value),
                How::Add | How::Renew { .. } => add(&mut self.fields, field, shape, value),
            }
        }
    }

    /// What follows from all that was taken.
    pub fn record(&self) -> Record {
        let mut fields = self.fields.clone();
        self.named.settle(&mut fields);
        let ordered = FIELDS
            .iter()
            .filter_map(|(name, _)| fields.remove(*name).map(|v| ((*name).to_owned(), v)));
        Record {
            fields: ordered.collect(),
        }
    }
}

/// Which renewal of each scope is the one that counts, by its number among the operations.
pub struct Newest<'o>(HashMap<&'o str, (i64, usize)>);

impl<'o> Newest<'o> {
    /// Of operations, oldest first.
    pub fn of(all: impl Iterator<Item = &'o How>) -> Newest<'o> {
        let mut newest = HashMap::new();
        for (index, how) in all.enumerate() {
            if let How::Renew { scope, at } = how {
                let known = newest.entry(scope.as_str()).or_insert((*at, index));
                *known = (*known).max((*at, index));
            }
        }
        Newest(newest)
    }

    /// Whether the operation of this number counts, which is so.
    pub fn counts(&self, index: usize, how: &How) -> bool {
        self.superseder(index, how).is_none()
    }

    /// The operation that says in place of this one what its foreign record says, if there is one.
    pub fn superseder(&self, index: usize, how: &How) -> Option<usize> {
        let How::Renew { scope, .. } = how else {
            return None;
        };
        let (_, newest) = *self.0.get(scope.as_str())?;
        (newest != index).then_some(newest)
    }
}

fn replace(fields: &mut Said, field: &str, value: &Value) {
    if value.is_null() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), value.clone());
    }
}

fn add(fields: &mut Said, field: &str, shape: Shape, value: &Value) {
    if value.is_null() {
        return;
    }
    let had = fields.remove(field);
    let now = match (shape, had, value) {
        (Shape::List, Some(Value::Array(old)), Value::Array(new)) => Value::Array(unite(old, new)),
        (Shape::Map, Some(Value::Object(mut old)), Value::Object(new)) => {
            old.extend(new.clone());
            Value::Object(old)
        }
        (_, _, new) => new.clone(),
    };
    fields.insert(field.to_owned(), now);
}

/// The new items, then the old ones that are not among them. A caller's own repetitions stay. What nobody has proven comes
/// last, and says nothing where the same is there already.
fn unite(old: Vec<Value>, new: &[Value]) -> Vec<Value> {
    let unproven = |item: &&Value| item["unverified"] == Value::Bool(true);
    let known = |item: &&Value| old.iter().any(|o| same_item(o, item));
    let (claimed, said): (Vec<&Value>, Vec<&Value>) = new.iter().partition(unproven);
    let claimed: Vec<Value> = claimed.into_iter().filter(|c| !known(c)).cloned().collect();
    let mut all: Vec<Value> = said.into_iter().cloned().collect();
    let rest = old.into_iter();
    let others: Vec<Value> = rest
        .filter(|item| !all.iter().any(|n| same_item(n, item)))
        .collect();
    all.extend(others);
    all.extend(claimed);
    all
}

/// Contact points are the same when their values are, whatever type a caller gave them; e-mail addresses
/// without regard to case.
fn same_item(a: &Value, b: &Value) -> bool {
    match (a["value"].as_str(), b["value"].as_str()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

/// Some callers say a whole name, others its parts. Whichever was said last is filled in for the other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Names {
    whole: Option<u64>,
    parts: Option<u64>,
    middle: Option<u64>,
}

impl Names {
    fn note(&mut self, index: u64, said: &Said) {
        if said.contains_key("full_name") {
            self.whole = Some(index);
        }
        if said.contains_key("first_name") || said.contains_key("last_name") {
            self.parts = Some(index);
        }
        if said.contains_key("middle_name") {
            self.middle = Some(index);
        }
    }

    fn settle(&self, fields: &mut Said) {
        if self.whole > self.parts {
            let whole = fields
                .get("full_name")
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned();
            if joined(fields) != whole {
                let (first, last) = split(&whole);
                // Whoever says the whole name and a middle one says both.
                if self.middle < self.whole {
                    fields.remove("middle_name");
                }
                replace(fields, "first_name", &text(first));
                replace(fields, "last_name", &text(last));
            }
        } else if self.parts.is_some() && self.parts != self.whole {
            replace(fields, "full_name", &text(&joined(fields)));
        }
    }
}

fn joined(fields: &Said) -> String {
    let parts = ["first_name", "middle_name", "last_name"]
        .into_iter()
        .filter_map(|f| fields.get(f)?.as_str());
    parts
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// First word, rest. No rule fits all names; the whole name is kept as it was said.
fn split(whole: &str) -> (&str, &str) {
    let whole = whole.trim();
    whole
        .split_once(char::is_whitespace)
        .map_or((whole, ""), |(first, rest)| (first, rest.trim()))
}

fn text(s: &str) -> Value {
    if s.is_empty() {
        Value::Null
    } else {
        Value::String(s.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(value: Value) -> Said {
        value.as_object().expect("an object").clone()
    }

    fn op(how: How, value: Value) -> Operation {
        Operation {
            submission: None,
            how,
            said: said(value),
        }
    }

    #[test]
    fn a_create_adds_and_the_newer_scalar_is_shown() {
        let record = fold(&[
            op(
                How::Add,
                json!({"title": "Clerk", "company": "A", "emails": [{"value": "a@x.org"}]}),
            ),
            op(
                How::Add,
                json!({"title": "Head", "company": null, "emails": [{"value": "b@x.org"}, {"value": "A@x.org", "type": "WORK"}]}),
            ),
        ]);
        assert_eq!(record.text("title"), Some("Head"));
        assert_eq!(record.text("company"), Some("A"));
        assert_eq!(
            record.values("emails").collect::<Vec<_>>(),
            ["b@x.org", "A@x.org"]
        );
    }

    #[test]
    fn a_claim_takes_no_values_place() {
        let claimed = json!({"emails": [{"value": "A@x.org", "unverified": true}, {"value": "c@x.org", "unverified": true}]});
        let known = json!({"emails": [{"value": "a@x.org", "type": "WORK"}]});
        let later = json!({"emails": [{"value": "C@x.org"}]});
        let record = fold(&[
            op(How::Add, known),
            op(How::Add, claimed),
            op(How::Add, later),
        ]);
        assert_eq!(
            record.get("emails"),
            &json!([{"value": "C@x.org"}, {"value": "a@x.org", "type": "WORK"}])
        );
    }

    #[test]
    fn an_edit_replaces_the_field_and_null_clears_it() {
        let record = fold(&[
            op(How::Add, json!({"tags": ["a", "b"], "title": "Clerk"})),
            op(How::Replace, json!({"tags": ["c"], "title": null})),
        ]);
        assert_eq!(record.get("tags"), &json!(["c"]));
        assert_eq!(record.get("title"), &Value::Null);
    }

    #[test]
    fn a_renewal_replaces_only_what_its_own_scope_said_in_its_own_time() {
        let renew = |at, value| {
            op(
                How::Renew {
                    scope: "s".into(),
                    at,
                },
                value,
            )
        };
        let record = fold(&[
            op(How::Add, json!({"skills": ["law"], "title": "Clerk"})),
            renew(20, json!({"skills": ["rust"], "company": "B"})),
            renew(
                10,
                json!({"skills": ["cobol"], "company": "A", "title": "Old"}),
            ),
        ]);
        assert_eq!(record.get("skills"), &json!(["rust", "law"]));
        assert_eq!(record.text("company"), Some("B"));
        assert_eq!(record.text("title"), Some("Clerk"));
    }

    #[test]
    fn whole_names_and_parts_fill_each_other_in() {
        let whole = Record::of(&said(json!({"full_name": "Ada King Lovelace"})));
        assert_eq!(
            (whole.text("first_name"), whole.text("last_name")),
            (Some("Ada"), Some("King Lovelace"))
        );
        let middle = Record::of(&said(
            json!({"full_name": "Ada King Lovelace", "middle_name": "K"}),
        ));
        assert_eq!(
            (middle.text("middle_name"), middle.text("last_name")),
            (Some("K"), Some("King Lovelace"))
        );
        let parts = Record::of(&said(
            json!({"first_name": "Ada", "middle_name": "K", "last_name": "Lovelace"}),
        ));
        assert_eq!(parts.name(), "Ada K Lovelace");
        let both = fold(&[
            op(
                How::Add,
                json!({"first_name": "Ada", "last_name": "Lovelace"}),
            ),
            op(How::Add, json!({"full_name": "Ada Byron"})),
        ]);
        assert_eq!(
            (both.name(), both.text("last_name")),
            ("Ada Byron", Some("Byron"))
        );
    }
}
