//! What a system has no place for, written down as one note, so that whoever reads the person there misses nothing.
//!
//! Which fields it holds is said by the connector's own table ([`Carried::noted`]): the table and the note cannot differ.
//! Birth dates, national ids and equal-opportunity answers are never in it: a note is read by everybody.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::Carried;
use crate::parcel::{Note, Parcel};
use crate::person::day;

/// The place of fields that stand in the note.
pub const NOTED: &str = "a note";

/// What is never written into a note.
const NEVER: &[&str] = &[
    "date_of_birth",
    "national_id",
    "gender",
    "races",
    "veteran_status",
    "veteran_status_text",
    "disability_status",
    "disability_status_text",
    "resume_content",
    "photo_content",
];

/// Everything to be written as notes: the details, the notes that came inside creates, the notes themselves.
pub fn notes(parcel: &Parcel, fields: &[Carried]) -> Vec<Note> {
    let mut all: Vec<Note> = details(parcel, fields).into_iter().collect();
    let record = &parcel.candidate.record;
    all.extend(record.list("notes").iter().filter_map(|n| said(parcel, n)));
    all.extend(parcel.notes.iter().cloned());
    all
}

/// A note as one text, with who wrote it and when, for systems that show it as ours.
pub fn signed(note: &Note) -> String {
    let day = day(&Value::from(note.created_at / 1_000_000)).unwrap_or_default();
    match (note.author.trim(), note.created_at) {
        ("", _) => note.text.clone(),
        (author, 0) => format!("{}\n\n– {author}", note.text),
        (author, _) => format!("{}\n\n– {author}, {day}", note.text),
    }
}

/// A note that came inside a create: it has no name of its own, so its content is its name.
fn said(parcel: &Parcel, note: &Value) -> Option<Note> {
    let of = |member: &str| note[member].as_str().unwrap_or("").trim().to_owned();
    let (subject, body) = (of("subject"), of("body"));
    let text = match (subject.as_str(), body.as_str()) {
        ("", "") => note.as_str()?.trim().to_owned(),
        ("", _) => body,
        (_, "") => subject,
        _ => format!("{subject}\n\n{body}"),
    };
    Some(Note {
        uid: uid("said", parcel, &text),
        text,
        author: of("creator"),
        private: of("visibility") == "private",
        created_at: note["creation_ts"].as_i64().unwrap_or(0) * 1_000_000,
    })
}

fn details(parcel: &Parcel, fields: &[Carried]) -> Option<Note> {
    let noted = fields
        .iter()
        .filter(|c| c.place == Some(NOTED) || c.rest.is_some());
    let noted = noted.filter(|c| !NEVER.contains(&c.field));
    let mut lines = Vec::new();
    for carried in noted {
        let record = &parcel.candidate.record;
        let value = match carried.field {
            _ if carried.rest.is_some() => {
                carried.rest.map_or(Value::Null, |rest| rest(record).into())
            }
            "answers" => {
                let application = parcel.application.as_ref();
                application.map_or(Value::Null, |a| Value::Object(a.answers.clone()))
            }
            "source" => parcel
                .application
                .as_ref()
                .map_or(Value::Null, |a| a.source.as_str().into()),
            field => record.get(field).clone(),
        };
        let text = written(&value);
        if !text.is_empty() {
            let head = label(carried.field);
            let glue = if text.starts_with("- ") { ":\n" } else { ": " };
            lines.push(format!("{head}{glue}{text}"));
        }
    }
    if lines.is_empty() {
        return None;
    }
    let text = lines.join("\n");
    Some(Note {
        uid: uid("details", parcel, &text),
        text,
        author: String::new(),
        private: false,
        created_at: 0,
    })
}

/// Named by content: what has changed is another note, what has not is not written twice.
fn uid(kind: &str, parcel: &Parcel, text: &str) -> String {
    let hash = Sha256::digest(format!("{}\n{text}", parcel.candidate.uid));
    let short: String = hash[..8].iter().map(|b| format!("{b:02x}")).collect();
    format!("{kind}-{short}")
}

/// `highest_education_level` → `Highest education level`.
fn label(field: &str) -> String {
    let words = field.strip_suffix("_ts").unwrap_or(field).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) if items.iter().all(|i| !i.is_object()) => {
            let texts = items.iter().map(written).filter(|t| !t.is_empty());
            texts.collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => {
            let rows = items.iter().map(row).filter(|t| !t.is_empty());
            rows.map(|t| format!("- {t}"))
                .collect::<Vec<_>>()
                .join("\n")
        }
        Value::Object(members) => {
            let rows = pairs(members);
            rows.map(|t| format!("- {t}"))
                .collect::<Vec<_>>()
                .join("\n")
        }
    }
}

/// An item of a list: what it holds, on one line.
fn row(item: &Value) -> String {
    match item {
        Value::Object(members) => pairs(members).collect::<Vec<_>>().join("; "),
        other => written(other),
    }
}

fn pairs(members: &Map<String, Value>) -> impl Iterator<Item = String> {
    members.iter().filter_map(|(name, value)| {
        let text = match day(value).filter(|_| name.ends_with("_ts")) {
            Some(day) => day,
            None => written(value).replace('\n', " "),
        };
        (!text.is_empty()).then(|| format!("{}: {text}", label(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::record::Record;
    use serde_json::json;

    fn parcel(record: Value) -> Parcel {
        let mut parcel = Parcel::default();
        parcel.candidate.uid = "c".into();
        parcel.candidate.record = Record::of(record.as_object().unwrap());
        parcel
    }

    const FIELDS: &[Carried] = &[
        Carried::noted("skills"),
        Carried::noted("education"),
        Carried::noted("custom"),
        Carried::noted("national_id"),
        Carried::at("title", "title"),
    ];

    #[test]
    fn what_has_no_place_is_written_down() {
        let parcel = parcel(json!({
            "title": "Clerk", "skills": ["law", "Rust"], "national_id": "123",
            "education": [{"school": "A", "start_ts": 86400}, {"school": "B", "is_current": true}],
            "custom": {"size": "M", "none": null},
        }));
        let notes = notes(&parcel, FIELDS);
        assert_eq!(notes.len(), 1);
        assert_eq!(
            notes[0].text,
            "Skills: law, Rust\nEducation:\n- School: A; Start: 1970-01-02\n- School: B; Is current: yes\nCustom:\n- Size: M"
        );
    }

    #[test]
    fn the_same_details_have_the_same_name() {
        let uid = |value| notes(&parcel(value), FIELDS)[0].uid.clone();
        assert_eq!(
            uid(json!({"skills": ["a"]})),
            uid(json!({"skills": ["a"], "title": "x"}))
        );
        assert_ne!(uid(json!({"skills": ["a"]})), uid(json!({"skills": ["b"]})));
    }

    #[test]
    fn notes_that_came_inside_a_create_are_notes() {
        let parcel = parcel(
            json!({"notes": [{"body": "b", "subject": "s", "creator": "Eve", "creation_ts": 86400}, {"x": 1}]}),
        );
        let notes = notes(&parcel, FIELDS);
        assert_eq!(notes.len(), 1);
        assert_eq!(signed(&notes[0]), "s\n\nb\n\n– Eve, 1970-01-02");
    }
}
