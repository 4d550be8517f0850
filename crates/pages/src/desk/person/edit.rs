//! The form of a person's record. Only what somebody changed is replaced, and only of the record that they saw: whoever was
//! slower sees what has changed meanwhile and decides anew.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::candidate::{self, Candidate, CandidateEdit};
use hiring::id::Uuid;
use hiring::member::Right;
use hiring::record::{Record, Said};
use hiring::{App, Problem, Result, submission, text};
use serde_json::{Value, json};
use store::Reader;

use super::super::form::{Faults, Field as Input};
use super::super::frame::{Frame, Section};
use super::super::visit::{Answer, Inputs, Named, Visit};
use super::super::words;
use super::change::keep;
use super::{address, reached};
use crate::page::Page;

/// How a field is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Text,
    /// One a line: addresses, phones.
    Contacts,
    /// One a line.
    Lines,
}

/// The fields of the form: name, kind, what is said of it, characters.
const FIELDS: &[(&str, Kind, &str, usize)] = &[
    ("full_name", Kind::Line, "", 1_000),
    (
        "emails",
        Kind::Contacts,
        "One on each line. Each identifies this person.",
        1_000,
    ),
    ("phones", Kind::Contacts, "One on each line.", 1_000),
    ("title", Kind::Line, "", 1_000),
    ("company", Kind::Line, "", 1_000),
    ("locations", Kind::Lines, "One on each line.", 1_000),
    ("skills", Kind::Lines, "One on each line.", 1_000),
    ("urls", Kind::Contacts, "One on each line.", 2_000),
    ("summary", Kind::Text, "", 50_000),
    ("salary_expectations", Kind::Line, "", 1_000),
];
/// Lines of a list.
const MOST_LINES: usize = 200;

/// See the head of this file.
#[derive(Template)]
#[template(path = "desk/person_edit.html")]
pub(crate) struct Edit {
    frame: Frame,
    to: String,
    name: String,
    revision: i64,
    faults: Faults,
    inputs: Vec<Input>,
}

/// `GET /desk/candidates/{uid}/edit`.
pub(super) async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let looker = visit.clone();
    let (candidate, revision) = app.store.read(move |r| read(r, &looker, uid)).await?;
    let value = |name: &str, kind| written(&candidate.record, name, kind);
    let page = Edit::new(&visit, &candidate, revision, Faults::none(), value);
    Ok(visit.page(&page))
}

fn read(r: &mut Reader, visit: &Visit, uid: Uuid) -> Result<(Candidate, i64)> {
    let candidate = reached(r, visit, uid)?;
    let revision = candidate::revision(r, visit.org(), candidate.id)?;
    Ok((candidate, revision))
}

/// The fields that the member may change.
fn fields(
    visit: &Visit,
) -> impl Iterator<Item = &'static (&'static str, Kind, &'static str, usize)> {
    let pay = visit.may(Right::SeePay);
    FIELDS
        .iter()
        .filter(move |(name, ..)| pay || *name != "salary_expectations")
}

/// A field as it is typed.
fn written(record: &Record, name: &str, kind: Kind) -> String {
    let lines = |all: Vec<&str>| all.join("\n");
    match kind {
        Kind::Line | Kind::Text => record.text(name).unwrap_or("").to_owned(),
        Kind::Contacts => lines(record.values(name).collect()),
        Kind::Lines => lines(record.list(name).iter().filter_map(Value::as_str).collect()),
    }
}

impl Edit {
    fn new(
        visit: &Visit,
        candidate: &Candidate,
        revision: i64,
        faults: Faults,
        value: impl Fn(&str, Kind) -> String,
    ) -> Edit {
        let input = |(name, kind, help, most): &(&str, Kind, &str, usize)| {
            let label = words::field(name);
            let input = match kind {
                Kind::Line => Input::text(name, &label).most(*most as u32),
                Kind::Text => Input::lines(name, &label, 5).most(*most as u32),
                Kind::Contacts | Kind::Lines => Input::lines(name, &label, 3),
            };
            input.help(help).value(&value(name, *kind)).with(&faults)
        };
        Edit {
            frame: visit.frame(Section::Candidates),
            to: address(candidate.uid),
            name: words::name(candidate.record.name()),
            revision,
            inputs: fields(visit).map(input).collect(),
            faults,
        }
    }
}

/// `POST /desk/candidates/{uid}/edit`.
pub(super) async fn save(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let looker = visit.clone();
    let (candidate, now) = app.store.read(move |r| read(r, &looker, uid)).await?;
    let seen: i64 = inputs.get("revision").parse().unwrap_or(0);
    let mut faults = Faults::none();
    let said = changed(&visit, &candidate.record, &inputs, &mut faults);
    if faults.is_empty() && seen == now {
        if said.is_empty() {
            return Ok(visit.to(&address(uid)));
        }
        match write(&app, &visit, uid, seen, said).await {
            Ok(()) => return Ok(visit.done(&address(uid), "The changes are saved.")),
            Err(Problem::Stale { .. }) => {}
            Err(Problem::Invalid(flaws)) => faults = Faults::of(Problem::Invalid(flaws))?,
            Err(other) => return Err(other.into()),
        }
    }
    if faults.is_empty() {
        faults.add(
            "",
            "Somebody else has changed this candidate meanwhile. Nothing is saved yet: what you typed stands below, and saving once \
             more puts it in place of what is there now.",
        );
    }
    let looker = visit.clone();
    let (candidate, revision) = app.store.read(move |r| read(r, &looker, uid)).await?;
    let page = Edit::new(&visit, &candidate, revision, faults, |name, _| {
        inputs.get(name).to_owned()
    });
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn write(app: &App, visit: &Visit, uid: Uuid, seen: i64, said: Said) -> Result<()> {
    let visit = visit.clone();
    app.store
        .write(move |tx| {
            let candidate = reached(tx, &visit, uid)?;
            let body = Value::Object(said.clone());
            let kept = keep(tx, &visit.caller, "/desk/candidates/{uid}/edit", &body)?;
            let change = CandidateEdit {
                said: said.clone(),
                ..CandidateEdit::default()
            };
            let edited =
                candidate::edit_from(tx, &visit.caller, kept, candidate.id, seen, &change)?;
            submission::settle(tx, visit.org(), kept, Some(edited.id), None, "enriched")
        })
        .await
}

/// The fields that are typed otherwise than they are.
fn changed(visit: &Visit, record: &Record, inputs: &Inputs, faults: &mut Faults) -> Said {
    let mut said = Said::new();
    for (name, kind, _, most) in fields(visit) {
        // A form that lacks an input says nothing of its field.
        if !inputs.has(name) {
            continue;
        }
        let typed = inputs.get(name);
        if typed == written(record, name, *kind).trim() {
            continue;
        }
        match value(record, name, *kind, *most, typed) {
            Ok(value) => {
                said.insert((*name).to_owned(), value);
            }
            Err(why) => faults.add(name, &why),
        }
    }
    if said.get("full_name") == Some(&Value::Null) {
        // The parts of a name are no name of their own.
        said.insert("first_name".into(), Value::Null);
        said.insert("middle_name".into(), Value::Null);
        said.insert("last_name".into(), Value::Null);
    }
    said
}

fn value(
    record: &Record,
    name: &str,
    kind: Kind,
    most: usize,
    typed: &str,
) -> Result<Value, String> {
    let lines: Vec<&str> = typed
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let too_long = |text: &&str| text.chars().count() > most;
    let bad = |c: char| c.is_control() && c != '\n';
    if typed.chars().any(bad) || (kind == Kind::Line && typed.contains('\n')) {
        return Err("This must be plain text.".to_owned());
    }
    match kind {
        Kind::Line | Kind::Text if too_long(&typed) => {
            Err(format!("This may have at most {most} characters."))
        }
        Kind::Line | Kind::Text if typed.is_empty() => Ok(Value::Null),
        Kind::Line | Kind::Text => Ok(json!(typed)),
        _ if lines.len() > MOST_LINES => Err(format!("There may be at most {MOST_LINES} lines.")),
        _ if lines.iter().any(too_long) => {
            Err(format!("Each line may have at most {most} characters."))
        }
        Kind::Contacts => contacts(record, name, &lines),
        Kind::Lines => Ok(json!(lines)),
    }
}

/// Contact points, those that were there with all that is known of them.
fn contacts(record: &Record, name: &str, lines: &[&str]) -> Result<Value, String> {
    let mut all = Vec::new();
    for line in lines {
        if name == "emails" && text::email_key(line).is_none() {
            return Err(format!("“{line}” is no e-mail address."));
        }
        let had = record.list(name).iter().find(|c| c["value"] == json!(line));
        all.push(had.cloned().unwrap_or_else(|| json!({"value": line})));
    }
    Ok(Value::Array(all))
}

impl Page for Edit {
    #[cfg(test)]
    fn sample() -> Edit {
        let faults = Faults::one("emails", "“x” is no e-mail address.");
        let input = |(name, ..): &(&str, Kind, &str, usize)| {
            Input::lines(name, &words::field(name), 3)
                .value("a <x>")
                .with(&faults)
        };
        Edit {
            frame: Frame::sample(),
            to: "/desk/candidates/x".into(),
            name: "Ada <x>".into(),
            revision: 7,
            inputs: FIELDS.iter().map(input).collect(),
            faults: faults.clone(),
        }
    }
}
