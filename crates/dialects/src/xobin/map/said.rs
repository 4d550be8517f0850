//! What a caller says of an applicant, in our words.

use std::borrow::Cow;

use hiring::application::NewApplication;
use hiring::attachment::{Kind, NewAttachment};
use hiring::candidate::NewCandidate;
use hiring::form::{self, Filled, Words};
use hiring::id::StageId;
use hiring::job::{Field, FieldKind, Stage};
use hiring::problem::{Flaw, FlawCode, Result};
use hiring::record::{How, Said};
use serde_json::{Map, Value, json};

use crate::xobin::wire::{AddApplicant, Entry};

/// Where applications that come by this API come from.
pub(in super::super) const SOURCE: &str = "Xobin";

/// What an applicant's name, address and answers say of the person.
pub(in super::super) fn new_candidate(
    name: &str,
    email: &str,
    answers: &Map<String, Value>,
    fields: &[Field],
) -> NewCandidate {
    let mut said = Said::new();
    let mut attachments = Vec::new();
    said.insert("full_name".into(), json!(name));
    said.insert("emails".into(), json!([{"value": email}]));
    for field in fields {
        let Some(text) = answers
            .get(&field.name)
            .and_then(Value::as_str)
            .filter(|t| !t.trim().is_empty())
        else {
            continue;
        };
        // A form's phone and link fields are contact points of the person, not only of this application.
        match field.kind {
            FieldKind::Phone => push(&mut said, "phones", json!({"value": text})),
            FieldKind::Url => push(&mut said, "urls", json!({"value": text})),
            // A JSON API without uploads: a file's answer is its address (dialects page, §4).
            FieldKind::File => attachments.extend(named_by_address(field, text)),
            _ => {}
        }
    }
    NewCandidate {
        said,
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments,
    }
}

/// What the oldest generation says of the person beside the track's form: it has names of its own for how to reach them
/// and for where their résumé lies (dialect page, §4). Takes those entries off `unmapped`.
pub(in super::super) fn add_contacts(
    new: &mut NewCandidate,
    entries: &[Entry],
    unmapped: &mut Vec<String>,
) {
    for entry in entries {
        let name = hiring::text::key(entry.id.as_deref().unwrap_or(""));
        let text = entry.meant.as_str().map(str::trim);
        let Some(text) = text.filter(|t| !t.is_empty() && unmapped.contains(&entry.pointer)) else {
            continue;
        };
        match name.as_str() {
            // Said already.
            "name" | "email" => {}
            "phone" => push(&mut new.said, "phones", json!({"value": text})),
            "linkedin" | "portfolio" => push(&mut new.said, "urls", json!({"value": text})),
            "resume" => match at_address(Kind::Resume, "resume", text) {
                Some(file) => new.attachments.push(file),
                None => continue,
            },
            _ => continue,
        }
        unmapped.retain(|pointer| *pointer != entry.pointer);
    }
}

/// A file of which we know the address only; it is fetched after the answer. Anything else stays an answer.
fn named_by_address(field: &Field, text: &str) -> Option<NewAttachment> {
    let label = hiring::text::key(&field.label);
    let resume = ["resume", "résumé", "cv"].iter().any(|w| label.contains(w));
    at_address(
        if resume { Kind::Resume } else { Kind::Other },
        &field.label,
        text,
    )
}

fn at_address(kind: Kind, usual_name: &str, text: &str) -> Option<NewAttachment> {
    let path = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let last = path.split(['?', '#']).next()?.rsplit('/').next()?;
    let name = if last.is_empty() { usual_name } else { last };
    Some(NewAttachment {
        kind,
        name: name.to_owned(),
        file: None,
        url: Some(text.to_owned()),
        scope: None,
    })
}

fn push(said: &mut Said, field: &str, item: Value) {
    match said.entry(field).or_insert_with(|| json!([])) {
        Value::Array(items) => items.push(item),
        _ => unreachable!("lists are made above"),
    }
}

/// The answers by field name, and the pointers of entries that answer no field of the job.
///
/// # Errors
/// [`Problem::Invalid`](hiring::Problem::Invalid) naming every required field without an answer and every answer that
/// is no permitted one.
pub(in super::super) fn answers(entries: &[Entry], fields: &[Field]) -> Result<Filled> {
    const WORDS: Words = Words {
        job: "track",
        place: |_| "/fields".to_owned(),
    };
    fn given(e: &Entry) -> form::Entry<'_> {
        form::Entry {
            id: e.id.as_deref(),
            label: e.label.as_deref(),
            value: &e.value,
            meant: Cow::Borrowed(&e.meant),
            pointer: &e.pointer,
        }
    }
    let given: Vec<_> = entries.iter().map(given).collect();
    let mut filled = form::fill_in(&given, fields, &WORDS)?;
    for entry in entries {
        filled.unmapped.extend(entry.beside.iter().cloned());
        filled.unmapped.extend(idle_name(entry, fields));
    }
    Ok(filled)
}

/// Of an entry that is addressed twice, the name that does not name its field.
fn idle_name(entry: &Entry, fields: &[Field]) -> Option<String> {
    let (id, label) = (entry.id.as_deref()?, entry.label.as_deref()?);
    let same = |field: &Field| hiring::text::key(&field.label) == hiring::text::key(label);
    let by_id = fields
        .iter()
        .find(|f| f.name == id || f.id.to_string() == id);
    let idle = match by_id {
        // The key of a map is both.
        _ if id == label => return None,
        Some(field) if same(field) => return None,
        Some(_) => "label",
        None => "id",
    };
    Some(format!("{}/{idle}", entry.pointer))
}

/// The stage that `destination_stage_id` names. One of another track is as unknown as one of nobody: 400, since
/// the page's 404 means the track only.
pub(in super::super) fn destination(id: Option<&str>, stages: &[Stage]) -> Result<Option<StageId>> {
    id.map(|id| stage_of(id, stages)).transpose()
}

/// The same where it must be named.
pub(in super::super) fn stage_of(id: &str, stages: &[Stage]) -> Result<StageId> {
    let flaw = || {
        Flaw::new(
            "/destination_stage_id",
            FlawCode::UnknownReference,
            "destination_stage_id is no stage of this track",
        )
    };
    Ok(stage(id, stages).ok_or_else(flaw)?)
}

/// The stage that `source_stage_id` names. One that is no stage of the track is a stage that nobody is in, which the verbs
/// refuse as they refuse every other in which the applicant is not.
pub(in super::super) fn source(id: &str, stages: &[Stage]) -> StageId {
    stage(id, stages).unwrap_or(StageId(0))
}

/// The stage that a list's `stage_id` names.
pub(in super::super) fn filter_stage(
    id: Option<&str>,
    stages: &[Stage],
) -> Result<Option<StageId>> {
    let Some(id) = id else { return Ok(None) };
    let why = "stage_id is no stage of this track";
    let flaw = || Flaw::new("query:stage_id", FlawCode::UnknownReference, why);
    Ok(Some(stage(id, stages).ok_or_else(flaw)?))
}

fn stage(id: &str, stages: &[Stage]) -> Option<StageId> {
    let found = stages.iter().find(|s| s.id.to_string() == id.trim());
    found.map(|s| s.id)
}

pub(in super::super) fn new_application(
    wire: &AddApplicant,
    stage: Option<StageId>,
    answers: Map<String, Value>,
) -> NewApplication {
    let pending = wire.invite_applicant;
    NewApplication {
        stage,
        pending,
        source: SOURCE.into(),
        answers,
        ..NewApplication::default()
    }
}
