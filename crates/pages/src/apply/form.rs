//! The form: the job's fields with what is written so far, its files, and its faults in a summary and at their fields.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use hiring::Problem;
use hiring::draft::{self, EMAIL, Fault, FaultKind, NAME, Upload};
use hiring::job::{ConsentText, Field, FieldKind};
use serde_json::{Map, Value, json};

use super::{Visit, failed};
use crate::moment::Moment;
use crate::page::{self, Area, Page};
use crate::speech::Speech;

#[derive(Template)]
#[template(path = "apply.html")]
pub(crate) struct Form {
    pub(super) t: Speech,
    organization: String,
    job: String,
    greeting: Option<String>,
    message: Vec<String>,
    until: Option<(Moment, String)>,
    notice: Option<String>,
    faults_title: String,
    faults: Vec<FaultLine>,
    csrf: String,
    /// What this page shows, by input: what differs from it was changed here.
    seen: String,
    person: Vec<Question>,
    questions: Vec<Question>,
    /// The link to come back by, where it is not the invite's.
    link: Option<String>,
    invited: bool,
    languages: Vec<Speech>,
}

/// A line of the summary.
struct FaultLine {
    href: String,
    label: String,
    text: String,
}

/// One question as the template draws it.
struct Question {
    id: String,
    name: String,
    label: String,
    /// `text`, `area`, `select`, `radios`, `checks`, `file`, `consent` or `fixed`.
    shape: &'static str,
    /// The `type` of a text input.
    kind: &'static str,
    inputmode: &'static str,
    autocomplete: &'static str,
    required: bool,
    help: Option<String>,
    value: String,
    options: Vec<Choice>,
    consent: Option<ConsentText>,
    files: Vec<FileLine>,
    fault: Option<String>,
}

struct Choice {
    id: String,
    value: String,
    label: String,
    chosen: bool,
}

struct FileLine {
    uid: String,
    name: String,
    complete: bool,
    text: String,
}

impl Question {
    /// Ids of what describes the input, for `aria-describedby`.
    fn described(&self) -> String {
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
    fn target(&self) -> &str {
        self.options
            .first()
            .filter(|_| matches!(self.shape, "radios" | "checks"))
            .map_or(&self.id, |o| &o.id)
    }
}

/// The form as it stands. `faults`: what keeps it from being sent.
pub(super) async fn show(
    visit: &Visit,
    status: StatusCode,
    faults: &[Fault],
    notice: Option<String>,
) -> Response {
    let entrance = &visit.entrance;
    let (written, uploads) = match &entrance.draft {
        None => (Map::new(), Vec::new()),
        Some(draft) => {
            let draft = draft.clone();
            let found = visit.app.store.read(move |r| {
                Ok::<_, Problem>((draft::answers(r, &draft)?, draft::uploads(r, &draft)?))
            });
            match found.await {
                Ok(found) => found,
                Err(problem) => return failed(visit, &problem),
            }
        }
    };
    page::html(
        Area::Link,
        status,
        &form(visit, faults, notice, written, &uploads),
    )
}

fn form(
    visit: &Visit,
    faults: &[Fault],
    notice: Option<String>,
    mut written: Map<String, Value>,
    uploads: &[Upload],
) -> Form {
    let (t, entrance) = (visit.t, &visit.entrance);
    if let Some((name, email)) = &entrance.person {
        // What is known of an invited person stands there until they write something else.
        if !written.contains_key(NAME) && !name.is_empty() {
            written.insert(NAME.into(), json!(name));
        }
        if let Some(email) = email {
            written.insert(EMAIL.into(), json!(email));
        }
    }
    let person = standard(t, entrance.fixed_email().is_some(), &written);
    let fields = entrance.fields.iter().enumerate();
    let questions = fields.map(|(n, field)| question(t, n, field, &written, uploads));
    let (mut person, mut questions) = (person, questions.collect::<Vec<_>>());
    for question in person.iter_mut().chain(&mut questions) {
        let fault = faults.iter().find(|f| f.name == question.name);
        question.fault = fault.map(|f| words(t, f.kind, question.shape));
    }
    let lines = person.iter().chain(&questions).filter_map(|q| {
        Some(FaultLine {
            href: format!("#{}", q.target()),
            label: q.label.clone(),
            text: q.fault.clone()?,
        })
    });
    let lines: Vec<FaultLine> = lines.collect();
    let invite = entrance.invite.as_ref();
    let url = &visit.app.settings.public_url;
    let named = entrance.person.as_ref().map(|(name, _)| name.as_str());
    Form {
        t,
        organization: entrance.organization.clone(),
        job: entrance.job.title.clone(),
        greeting: named
            .filter(|n| !n.is_empty())
            .map(|n| t.one("form-hello", "name", n)),
        message: invite
            .and_then(|i| i.message.as_deref())
            .map_or(Vec::new(), crate::plain::paragraphs),
        until: invite.map(|i| {
            let mut moment = Moment::at(i.expires_at);
            moment.text = t.moment(i.expires_at);
            (
                moment,
                t.one("form-left", "time", &t.roughly(i.expires_at - entrance.now)),
            )
        }),
        notice,
        faults_title: t.count("faults-title", lines.len() as i64),
        faults: lines,
        csrf: visit.csrf(),
        seen: seen(&entrance.fields, &written),
        link: invite
            .is_none()
            .then(|| format!("{url}/apply/{}", visit.token)),
        invited: invite.is_some(),
        languages: Speech::all().collect(),
        person,
        questions,
    }
}

/// The stamps of what the page shows.
fn seen(fields: &[Field], written: &Map<String, Value>) -> String {
    let asked = fields
        .iter()
        .filter(|f| f.kind != FieldKind::File)
        .map(draft::input);
    let names = [NAME.to_owned(), EMAIL.to_owned()].into_iter().chain(asked);
    let stamps: Map<String, Value> = names
        .map(|name| {
            let stamp = draft::stamp(written.get(&name).unwrap_or(&Value::Null));
            (name, Value::String(stamp))
        })
        .collect();
    Value::Object(stamps).to_string()
}

/// The questions that every form has.
fn standard(t: Speech, fixed: bool, written: &Map<String, Value>) -> Vec<Question> {
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

fn question(
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
        FieldKind::Date => Some(t.say("form-date-help")),
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

/// A fault in words.
pub(super) fn words(t: Speech, kind: FaultKind, shape: &str) -> String {
    match kind {
        FaultKind::Missing => match shape {
            "file" => t.say("fault-missing-file"),
            "radios" | "checks" | "select" => t.say("fault-missing-choice"),
            _ => t.say("fault-missing"),
        },
        FaultKind::NoConsent => t.say("fault-no-consent"),
        FaultKind::OtherConsent => t.say("fault-other-consent"),
        FaultKind::Email => t.say("fault-email"),
        FaultKind::Phone => t.say("fault-phone"),
        FaultKind::Url => t.say("fault-url"),
        FaultKind::Number => t.say("fault-number"),
        FaultKind::Date => t.say("fault-date"),
        FaultKind::Choice => t.say("fault-choice"),
        FaultKind::TooLong(most) => t.one("fault-long", "most", &most.to_string()),
        FaultKind::Unfinished => t.say("fault-unfinished"),
        FaultKind::EmptyFile => t.say("fault-empty-file"),
        FaultKind::LargeFile => t.one("fault-large-file", "most", &t.size(draft::LARGEST_FILE)),
        FaultKind::Quota => t.one("fault-quota", "most", &t.size(draft::QUOTA)),
    }
}

impl Page for Form {
    #[cfg(test)]
    fn sample() -> Form {
        use hiring::id::{FieldId, JobId};
        let t = Speech::ENGLISH;
        let field = |kind: FieldKind, label: &str| Field {
            id: FieldId(1),
            job: JobId(1),
            name: label.to_lowercase(),
            label: label.to_owned(),
            kind,
            required: true,
            options: vec!["<x>".into(), "two".into()],
            help: Some("Help <x>".into()),
            consent: None,
        };
        let kinds = [
            FieldKind::Text,
            FieldKind::LongText,
            FieldKind::Email,
            FieldKind::Phone,
            FieldKind::Url,
            FieldKind::Number,
            FieldKind::Date,
            FieldKind::Choice,
            FieldKind::MultipleChoice,
            FieldKind::File,
            FieldKind::YesNo,
            FieldKind::Consent,
        ];
        let fields: Vec<Field> = kinds.iter().map(|k| field(*k, k.word())).collect();
        let numbered = fields.iter().enumerate();
        let written = Map::new();
        let mut questions: Vec<Question> = numbered
            .map(|(n, f)| question(t, n, f, &written, &[]))
            .collect();
        questions[0].fault = Some(t.say("fault-missing"));
        questions[9].files.push(FileLine {
            uid: "u".into(),
            name: "<x>.pdf".into(),
            complete: true,
            text: t.say("form-file-here"),
        });
        Form {
            t,
            organization: "Nordwind & Söhne".into(),
            job: "Backend <Engineer>".into(),
            greeting: Some("Hello Ada".into()),
            message: vec!["Do <x> come".into()],
            until: Some((Moment::at(1_773_480_413_000_000), "13 days left".into())),
            notice: Some(t.say("form-saved")),
            faults_title: t.count("faults-title", 1),
            faults: vec![FaultLine {
                href: "#q1".into(),
                label: "text".into(),
                text: t.say("fault-missing"),
            }],
            csrf: "c".into(),
            seen: seen(&fields, &written),
            person: standard(t, true, &written),
            questions,
            link: Some("http://x/apply/t".into()),
            invited: true,
            languages: Speech::all().collect(),
        }
    }
}

/// Faults of single fields, in words, for a script: by input.
pub(super) fn spoken(t: Speech, faults: &[Fault]) -> Map<String, Value> {
    let lines = faults.iter();
    lines
        .map(|f| (f.name.clone(), json!(words(t, f.kind, "text"))))
        .collect()
}
