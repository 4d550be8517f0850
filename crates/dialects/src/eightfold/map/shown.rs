//! A record as the body's schema.

use hiring::attachment::{Attachment, Kind};
use hiring::candidate::Candidate;
use hiring::record::Record;
use hiring::slot;
use serde_json::{Map, Value, json};

use super::{files, said, theirs};
use crate::body::is_eeo_name;
use crate::eightfold::wire::query::Include;
use crate::eightfold::wire::tables::{BODY, Field, Home};
use crate::time;

/// What a view of a person needs.
pub(in crate::eightfold) struct View<'v> {
    /// As whom.
    pub who: Who<'v>,
    /// What is known.
    pub record: &'v Record,
    /// The person's files. Those of an ATS candidate that came by this dialect stand in the record, as they were said, and
    /// are not among these.
    pub files: &'v [Attachment],
    /// Applications of ours that no entry of the record names.
    pub applications: Vec<Value>,
    /// Notes that stand beside the record.
    pub notes: Vec<Value>,
    /// Whether the caller may read equal-opportunity answers.
    pub eeo: bool,
}

/// As whom a person is shown.
pub(in crate::eightfold) enum Who<'v> {
    /// As one system's candidate.
    Candidate {
        /// The system of the address.
        system: &'v str,
        /// The system's id of the person, or ours.
        id: &'v str,
    },
    /// As the profile that is made of what everybody said.
    Profile {
        /// Whose.
        person: &'v Candidate,
        /// (system, id) of each system that knows them.
        known_as: &'v [(String, String)],
    },
}

/// The person in the body's schema: every field, null where nothing is known. Files and equal-opportunity answers
/// are slots still.
///
/// Without the permission the equal-opportunity fields are absent whether there is an answer or not, so that
/// nothing shows who gave one.
pub(in crate::eightfold) fn body(view: &View<'_>, include: &Include) -> Value {
    let mut out = match view.who {
        Who::Candidate { .. } => Map::new(),
        Who::Profile { person, known_as } => of_profile(person, known_as, include),
    };
    let profile = matches!(view.who, Who::Profile { .. });
    for field in BODY {
        let key = profile && matches!(field.home, Home::Key);
        let hidden = key || (!view.eeo && is_eeo_name(field.name));
        if !hidden && include.shows(field.name) {
            out.insert(field.name.to_owned(), value(view, field));
        }
    }
    Value::Object(out)
}

/// What a profile has beside the fields of an ATS candidate.
fn of_profile(
    person: &Candidate,
    known_as: &[(String, String)],
    include: &Include,
) -> Map<String, Value> {
    let far = |(system, id): &(String, String)| json!({"systemId": system, "candidateId": id});
    let seconds = |micros: i64| Value::from(micros.div_euclid(1_000_000));
    let name = Some(person.record.name()).filter(|name| !name.is_empty());
    let all = [
        ("fullName", name.into()),
        ("atsCandidates", known_as.iter().map(far).collect()),
        ("createdTs", seconds(person.created_at)),
        ("lastModifiedTs", seconds(person.updated_at)),
    ];
    let mut out = Map::new();
    out.insert("id".into(), person.uid.to_string().into());
    for (name, value) in all.into_iter().filter(|(name, _)| include.shows(name)) {
        out.insert(name.into(), value);
    }
    out
}

fn value(view: &View<'_>, field: &Field) -> Value {
    let said = of_record(view.record, field);
    let profile = matches!(view.who, Who::Profile { .. });
    match (field.name, &view.who) {
        ("systemId", Who::Candidate { system, .. }) => return (*system).into(),
        ("candidateId", Who::Candidate { id, .. }) => return (*id).into(),
        _ => {}
    }
    match field.name {
        // The schema's one name that may not be null.
        "firstName" if said.is_null() => "".into(),
        "resumeContent" if said.is_null() => newest(view.files, Kind::Resume),
        "photoContent" if said.is_null() => newest(view.files, Kind::Picture),
        // A profile's files are named as they can be fetched.
        "attachments" if profile => view.files.iter().map(attachment).collect(),
        "attachments" => and(said, view.files.iter().map(attachment)),
        "applications" => and(said, view.applications.iter().cloned()),
        "notes" => and(said, view.notes.iter().cloned()),
        _ => said,
    }
}

fn of_record(record: &Record, field: &Field) -> Value {
    match field.home {
        Home::Same(name) => theirs(field.kind, record.get(name)),
        Home::Joined(name) if record.get(name).is_null() => Value::Null,
        Home::Joined(name) => said::join_points(record.list(name)).into(),
        Home::Points(name) if record.get(name).is_null() => Value::Null,
        Home::Points(name) => record.values(name).collect(),
        Home::First(name) => record.list(name).first().cloned().unwrap_or_default(),
        Home::Wrapped(name) => address(record.get(name)),
        Home::Seconds(name) => record.text(name).and_then(seconds).into(),
        Home::Key => Value::Null,
    }
}

fn seconds(moment: &str) -> Option<i32> {
    i32::try_from(time::parse(moment)?.div_euclid(1_000_000)).ok()
}

/// One line, whoever said it in whichever parts.
fn address(address: &Value) -> Value {
    if !address["text"].is_null() {
        return address["text"].clone();
    }
    let parts = ["street", "city", "state", "zip", "country"];
    let parts = parts.iter().filter_map(|p| address[*p].as_str());
    let line: Vec<_> = parts.filter(|p| !p.trim().is_empty()).collect();
    if line.is_empty() {
        Value::Null
    } else {
        line.join(", ").into()
    }
}

fn and(said: Value, more: impl Iterator<Item = Value>) -> Value {
    let more: Vec<Value> = more.collect();
    match said {
        Value::Array(mut items) => {
            items.extend(more);
            Value::Array(items)
        }
        Value::Null if more.is_empty() => Value::Null,
        _ => Value::Array(more),
    }
}

/// Slot 0 of an attachment's uid stands for its content; the caller of [`body`] knows which file that is.
pub(in crate::eightfold) fn content_slot(file: &Attachment) -> String {
    slot::placeholder(file.uid, 0)
}

fn newest(files: &[Attachment], kind: Kind) -> Value {
    let one = files
        .iter()
        .rev()
        .find(|f| f.kind == kind && f.sha256.is_some());
    one.map_or(Value::Null, |file| {
        let extension = file.name.rsplit_once('.').map(|(_, extension)| extension);
        json!({"content": content_slot(file), "extension": extension, "isBase64": true})
    })
}

fn attachment(file: &Attachment) -> Value {
    let mut out = json!({
        "attachmentId": file.uid,
        "attachmentType": files::attachment_type(file.kind),
        "fileName": file.name,
    });
    if file.sha256.is_some() {
        out["attachmentContent"] = content_slot(file).into();
        out["isBase64"] = true.into();
    }
    out["lastModifiedTs"] = file.created_at.div_euclid(1_000_000).into();
    out
}
