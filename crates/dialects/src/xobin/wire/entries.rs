//! What a caller answers to a track's form: `fields`, a list of `{id|label, value}` or a map.

use hiring::problem::FlawCode;
use serde_json::{Map, Value, json};

use crate::body::Body;
use crate::check::{Check, Object};

/// One entry of `fields`, whichever of its two forms it came in.
pub(in super::super) struct Entry {
    /// The `id` or key it is addressed by.
    pub id: Option<String>,
    /// The `label` it is addressed by.
    pub label: Option<String>,
    pub value: Value,
    /// What the caller said: `value`, but for a slot the answer that was cut out.
    pub meant: Value,
    pub pointer: String,
    /// Members beside these, as pointers: of an entry of a list.
    pub beside: Vec<String>,
}

/// Member `name`, in either form.
pub(super) fn read(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Vec<Entry> {
    match root.get(name) {
        None => Vec::new(),
        Some(Value::Object(map)) => from_map(check.body(), map, &root.pointer(name)),
        Some(Value::Array(_)) => from_list(check, root, name),
        Some(_) => {
            check.wrong_type(root.pointer(name), "an array or an object");
            Vec::new()
        }
    }
}

/// Member `name`, a map.
pub(super) fn read_map(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Vec<Entry> {
    let Some(object) = check.object(root, name) else {
        return Vec::new();
    };
    from_map(check.body(), object.members, &object.at)
}

/// Notes a fault unless the entries say who applies.
pub(super) fn judge_person(
    check: &mut Check<'_>,
    root: &Object<'_>,
    name: &str,
    entries: &[Entry],
) {
    for wanted in ["name", "email"] {
        let place = format!("{}/{wanted}", root.pointer(name));
        match text(entries, wanted) {
            None => {
                let detail = format!("{name}.{wanted} is required");
                check.flaw(place, FlawCode::Required, detail);
            }
            Some(address) if wanted == "email" && hiring::text::email_key(&address).is_none() => {
                let detail = format!("{name}.email is not an e-mail address");
                check.flaw(place, FlawCode::Email, detail);
            }
            Some(_) => {}
        }
    }
}

/// What the entries say under this name, whatever its case, if it is a text that is not blank.
pub(in super::super) fn text(entries: &[Entry], name: &str) -> Option<String> {
    let called = |e: &&Entry| {
        e.id.as_deref()
            .is_some_and(|id| hiring::text::key(id) == name)
    };
    let mut texts = entries
        .iter()
        .filter(called)
        .filter_map(|e| e.meant.as_str());
    let found = texts.find(|text| !text.trim().is_empty())?;
    Some(found.trim().to_owned())
}

fn from_map(body: &Body, map: &Map<String, Value>, at: &str) -> Vec<Entry> {
    let at = Object {
        at: at.to_owned(),
        members: map,
    };
    let entry = |(key, value): (&String, &Value)| Entry {
        id: Some(key.clone()),
        label: Some(key.clone()),
        value: value.clone(),
        meant: body.actual(value).into_owned(),
        pointer: at.pointer(key),
        beside: Vec::new(),
    };
    map.iter().map(entry).collect()
}

fn from_list(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for object in check.objects(root, name) {
        let id = match object.get("id") {
            Some(Value::Number(n)) => Some(n.to_string()),
            _ => check.string(&object, "id"),
        };
        let label = check.string(&object, "label");
        if id.is_none() && label.is_none() && !check.faulty() {
            let detail = format!("an entry of {name} needs an id or a label");
            check.flaw(object.at.clone(), FlawCode::Required, detail);
        }
        let value = object.get("value").cloned().unwrap_or(Value::Null);
        let meant = check.body().actual(&value).into_owned();
        let beside = object.unknown(&["id", "label", "value"]);
        let beside = beside.map(|name| object.pointer(name)).collect();
        entries.push(Entry {
            id,
            label,
            value,
            meant,
            pointer: object.at,
            beside,
        });
    }
    entries
}

/// The schema of [`read`].
pub(super) fn schema() -> Value {
    let item = json!({"type": "object", "properties": {
        "id": {"type": ["string", "integer", "null"], "description": "The field's id of GET /tracks/{track_id}."},
        "label": {"type": ["string", "null"], "description": "Or its label, in any case."},
        "value": {"description": "The answer. That to a file field is the file's address."},
    }});
    json!({"anyOf": [
        {"type": "array", "items": item},
        {"type": "object", "additionalProperties": {"description": "The answer to the field of this id or label."}},
        {"type": "null"},
    ]})
}

/// The schema of [`read_map`] with [`judge_person`].
pub(super) fn answers_schema() -> Value {
    let text = |about: &str| json!({"type": "string", "pattern": "\\S", "description": about});
    json!({
        "type": "object",
        "properties": {
            "name": text("The applicant's name."),
            "email": {"type": "string", "format": "email", "description": "The applicant's e-mail address."},
        },
        "additionalProperties": {"description": "The answer to the field of this id or label."},
        "required": ["name", "email"],
    })
}
