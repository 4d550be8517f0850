//! One question of the form, as the template draws it: its input, what describes it, what stands in it.

use hiring::draft::{self, EMAIL, NAME, Upload};
use hiring::job::{ConsentText, Field, FieldKind};
use serde_json::{Map, Value};

use crate::speech::Speech;

/// One question as the template draws it.
pub(super) struct Question {
    pub id: String,
    pub name: String,
    pub label: String,
    /// `text`, `area`, `select`, `radios`, `checks`, `file`, `consent` or `fixed`.
    pub shape: &'static str,
    /// The `type` of a text input.
    pub kind: &'static str,
    pub inputmode: &'static str,
    pub autocomplete: &'static str,
    pub required: bool,
    pub help: Option<String>,
    pub value: String,
    pub options: Vec<Choice>,
    pub consent: Option<ConsentText>,
    pub files: Vec<FileLine>,
    pub fault: Option<String>,
}

pub(super) struct Choice {
    pub id: String,
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

pub(super) struct FileLine {
    pub uid: String,
    pub name: String,
    pub complete: bool,
    pub text: String,
}

impl Question {
    /// Ids of what describes the input, for `aria-describedby`.
    pub fn described(&self) -> String {
        let mut ids = Vec::new();
        if self.fault.is_some() {
            ids.push(format!("{}-fault", self.id));
        }
        if self.help.is_some() {
            ids.push(format!("{}-help", self.id));
        }
        if !self.files.is_empty() {
            ids.push(format!("{}-files", self.id));
        }
        ids.join(" ")
    }

    /// Where a line of the summary leads: to the input, or to the first of several.
    pub fn target(&self) -> &str {
        self.options
            .first()
            .filter(|_| matches!(self.shape, "radios" | "checks"))
            .map_or(&self.id, |o| &o.id)
    }
}

/// The questions that every form has.
pub(super) fn standard(t: Speech, fixed: bool, written: &Map<String, Value>) -> Vec<Question> {
    let text = |name: &str| {
        written
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let base = |id: &str, name: &str, label: &str| Question {
        id: id.to_owned(),
        name: name.to_owned(),
        label: t.say(label),
        shape: "text",
        kind: "text",
        inputmode: "",
        autocomplete: "",
        required: true,
        help: None,
        value: text(name),
        options: Vec::new(),
        consent: None,
        files: Vec::new(),
        fault: None,
    };
    let name = Question {
        autocomplete: "name",
        ..base("name", NAME, "form-name")
    };
    let email = Question {
        kind: "email",
        autocomplete: "email",
        shape: if fixed { "fixed" } else { "text" },
        help: Some(t.say(if fixed {
            "form-email-fixed"
        } else {
            "form-email-help"
        })),
        ..base("email", EMAIL, "form-email")
    };
    vec![name, email]
}

pub(super) fn question(
    t: Speech,
    n: usize,
    field: &Field,
    written: &Map<String, Value>,
    uploads: &[Upload],
) -> Question {
    let id = format!("q{}", n + 1);
    let name = draft::input(field);
    let value = written.get(&name).unwrap_or(&Value::Null);
    let (shape, kind, inputmode, autocomplete) = match field.kind {
        FieldKind::Text | FieldKind::Choice | FieldKind::MultipleChoice => ("text", "text", "", ""),
        FieldKind::LongText => ("area", "", "", ""),
        FieldKind::Email => ("text", "email", "email", ""),
        FieldKind::Phone => ("text", "tel", "tel", "tel"),
        FieldKind::Url => ("text", "text", "url", "url"),
        FieldKind::Number => ("text", "text", "decimal", ""),
        FieldKind::Date => ("text", "date", "", ""),
        FieldKind::File => ("file", "file", "", ""),
        FieldKind::YesNo => ("radios", "radio", "", ""),
        FieldKind::Consent => ("consent", "checkbox", "", ""),
    };
    // A long list is quicker in a menu; a short one is easier to see.
    let shape = match field.kind {
        FieldKind::Choice if field.options.len() > 6 => "select",
        FieldKind::Choice => "radios",
        FieldKind::MultipleChoice => "checks",
        _ => shape,
    };
    let usual = match field.kind {
        FieldKind::File => Some(t.one("form-file-help", "most", &t.size(draft::LARGEST_FILE))),
        _ => None,
    };
    let help = [field.help.clone(), usual]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    Question {
        options: choices(t, &id, field, value),
        value: value.as_str().unwrap_or("").to_owned(),
        consent: (field.kind == FieldKind::Consent).then(|| field.consent_text()),
        files: files(t, field, uploads),
        label: field.label.clone(),
        required: field.required,
        help: Some(help).filter(|h| !h.is_empty()),
        fault: None,
        id,
        name,
        shape,
        kind,
        inputmode,
        autocomplete,
    }
}

fn choices(t: Speech, id: &str, field: &Field, value: &Value) -> Vec<Choice> {
    let pairs: Vec<(String, String)> = match field.kind {
        FieldKind::YesNo => vec![
            ("yes".to_owned(), t.say("form-yes")),
            ("no".to_owned(), t.say("form-no")),
        ],
        FieldKind::Consent => vec![(field.consent_text().version, field.label.clone())],
        _ => field
            .options
            .iter()
            .map(|o| (o.clone(), o.clone()))
            .collect(),
    };
    let is = |option: &str| match value {
        Value::String(text) => text == option,
        Value::Array(items) => items.iter().any(|i| i == option),
        _ => false,
    };
    let pairs = pairs.into_iter().enumerate();
    pairs
        .map(|(n, (value, label))| Choice {
            id: format!("{id}-{}", n + 1),
            chosen: is(&value),
            value,
            label,
        })
        .collect()
}

/// The files of one field: the whole one, or those that can be gone on with.
fn files(t: Speech, field: &Field, uploads: &[Upload]) -> Vec<FileLine> {
    let of_field = uploads
        .iter()
        .filter(|u| field.kind == FieldKind::File && u.field == field.name);
    let lines = of_field.map(|u| {
        let done = t.size(u.received as u64);
        FileLine {
            uid: u.uid.to_string(),
            name: u.name.clone(),
            complete: u.complete,
            text: match u.size {
                _ if u.complete => format!("{}, {done}", t.say("form-file-here")),
                Some(size) => {
                    let whole = t.size(size as u64);
                    t.with("form-file-part", &[("done", &done), ("whole", &whole)])
                }
                None => t.one("form-file-part-unknown", "done", &done),
            },
        }
    });
    lines.collect()
}
