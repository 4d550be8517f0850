//! What a writable model looks like, as a table; and the judge that holds a body against it.
//!
//! The same table is what `meta/post` shows (`wire/meta.rs`) and what the OpenAPI document says of request bodies, so that
//! neither can tell another story than the validation. The tables are in `wire/tables.rs`.

use hiring::problem::FlawCode;
use serde_json::Value;

use super::Reading;
use crate::check::Object;
use crate::time;

/// One field of a model.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Rule {
    pub name: &'static str,
    pub kind: Kind,
    /// What it is for, for people.
    pub about: &'static str,
}

/// What a field may hold. Null is as good as absent, everywhere.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Kind {
    Text,
    Email,
    /// An http or https address.
    Url,
    Boolean,
    /// In any form of ISO 8601.
    Moment,
    /// A list of strings.
    Texts,
    /// A list of strings or nulls.
    LooseTexts,
    /// One of these words, in capitals.
    Choice(&'static [&'static str]),
    /// The id of a record, or the record with its id.
    Reference,
    /// A list of objects.
    Objects(&'static Table),
    /// The id of a record, or an object that makes one.
    RefOrNew(&'static Table),
    /// A list of ids or of objects that make records; not of both (help page "Related and nested writes").
    Linked(&'static Table),
    /// Known to the vendor, of no use here or nobody's to write: ignored with a warning.
    Unused,
}

/// A model as it is written.
#[derive(Debug)]
pub(in super::super) struct Table {
    /// As messages call it: `model`, `application`…
    pub word: &'static str,
    pub rules: &'static [Rule],
    /// Fields without which nothing can be made, whatever the account says.
    pub required: &'static [&'static str],
}

/// A rule in one line.
pub(super) const fn rule(name: &'static str, kind: Kind, about: &'static str) -> Rule {
    Rule { name, kind, about }
}

impl Table {
    /// Names of the fields that mean something.
    pub(in super::super) fn fields(&self) -> Vec<&'static str> {
        self.names(false)
    }

    fn names(&self, unused: bool) -> Vec<&'static str> {
        let wanted = |rule: &&Rule| matches!(rule.kind, Kind::Unused) == unused;
        self.rules
            .iter()
            .filter(wanted)
            .map(|rule| rule.name)
            .collect()
    }
}

impl<'b> Reading<'b> {
    /// Notes every fault of `object` against `table`, and every field that is ignored. `more`: fields required beside
    /// the table's own.
    pub(super) fn judge(&mut self, object: &Object<'b>, table: &Table, more: &[String]) {
        self.note_unknown(object, &table.names(false), &table.names(true));
        let required = table.required.iter().copied();
        for name in required.chain(more.iter().map(String::as_str)) {
            if !says_something(object.get(name)) {
                let detail = format!("{name} is a required field on {}.", table.word);
                self.check
                    .flaw(object.pointer(name), FlawCode::Required, detail);
            }
        }
        for rule in table.rules {
            if let Some(value) = object.get(rule.name) {
                self.judge_value(object, rule, value);
            }
        }
    }

    fn judge_value(&mut self, object: &Object<'b>, rule: &Rule, value: &'b Value) {
        let (name, at) = (rule.name, object.pointer(rule.name));
        match rule.kind {
            Kind::Text => self.expect(value.is_string(), at, "a string"),
            Kind::Boolean => self.expect(value.is_boolean(), at, "a boolean"),
            Kind::Email => self.judge_address(value, name, at),
            Kind::Url => self.judge_url(value, name, at),
            Kind::Moment => self.judge_moment(value, name, at),
            Kind::Texts => self.judge_texts(object, name, false),
            Kind::LooseTexts => self.judge_texts(object, name, true),
            Kind::Choice(choices) => {
                self.check.choice(object, name, choices);
            }
            Kind::Reference => {
                self.reference(object, name);
            }
            Kind::Objects(table) => {
                for item in self.check.objects(object, name) {
                    self.judge(&item, table, &[]);
                }
            }
            Kind::RefOrNew(table) => match value.as_object() {
                Some(members) if !members.contains_key("id") => {
                    self.judge(&Object { at, members }, table, &[]);
                }
                _ => {
                    self.reference(object, name);
                }
            },
            Kind::Linked(table) => self.judge_linked(object, name, table),
            Kind::Unused => {}
        }
    }

    fn expect(&mut self, fits: bool, at: String, wanted: &str) {
        if !fits {
            self.check.wrong_type(at, wanted);
        }
    }

    fn judge_address(&mut self, value: &Value, name: &str, at: String) {
        match value.as_str() {
            None => self.check.wrong_type(at, "a string"),
            Some(text) if !text.trim().is_empty() && hiring::text::email_key(text).is_none() => {
                let detail = format!("{name} must be an e-mail address.");
                self.check.flaw(at, FlawCode::Email, detail);
            }
            Some(_) => {}
        }
    }

    fn judge_url(&mut self, value: &Value, name: &str, at: String) {
        match value.as_str() {
            None => self.check.wrong_type(at, "a string"),
            Some(text) if !is_web_address(text) => {
                let detail = format!("{name} must be an http or https URL.");
                self.check.flaw(at, FlawCode::Url, detail);
            }
            Some(_) => {}
        }
    }

    fn judge_moment(&mut self, value: &Value, name: &str, at: String) {
        match value.as_str() {
            None => self.check.wrong_type(at, "a string"),
            Some(text) if time::parse(text).is_none() => {
                let detail = format!("{name} must be a datetime in ISO 8601 format.");
                self.check.flaw(at, FlawCode::Datetime, detail);
            }
            Some(_) => {}
        }
    }

    fn judge_texts(&mut self, object: &Object<'b>, name: &str, nulls: bool) {
        for (at, item) in self.check.list(object, name) {
            if !(item.is_string() || (nulls && item.is_null())) {
                let what = if nulls { "strings or nulls" } else { "strings" };
                let detail = format!("{name} must hold {what}");
                self.check.flaw(at, FlawCode::WrongType, detail);
            }
        }
    }

    fn judge_linked(&mut self, object: &Object<'b>, name: &str, table: &Table) {
        let (mut ids, mut objects) = (false, false);
        for (at, item) in self.check.list(object, name) {
            if let Some(members) = item.as_object() {
                objects = true;
                self.judge(&Object { at, members }, table, &[]);
            } else {
                ids = true;
                if super::uuid(item).is_none() {
                    let detail = format!("{name} must hold UUIDs or objects.");
                    self.check.flaw(at, FlawCode::WrongType, detail);
                }
            }
        }
        if ids && objects {
            let detail = format!("{name} must not mix ids of existing records and nested objects.");
            let pointer = object.pointer(name);
            self.check.flaw(pointer, FlawCode::Contradiction, detail);
        }
    }
}

/// Whether a required field was filled in: a blank text, an empty list and null say nothing.
fn says_something(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}

/// Whether a file could be fetched from there.
fn is_web_address(text: &str) -> bool {
    url::Url::parse(text.trim())
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
