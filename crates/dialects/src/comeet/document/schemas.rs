//! What is answered, strictly: every member is there, and no other. What a key may not see is left out, so that those members
//! alone need not be there.

use serde_json::{Map, Value, json};

use crate::comeet::map::STEP_TYPES;
use crate::comeet::wire::STATUSES;
use crate::openapi::{exactly, list_of, reference};

fn text() -> Value {
    json!({"type": "string"})
}

fn maybe(kind: &str) -> Value {
    json!({"type": [kind, "null"]})
}

fn moment() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn or_null(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// `exactly`, but for these members, which need not be there.
fn loosely(members: Value, optional: &[&str]) -> Value {
    let mut schema = exactly(members);
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| !optional.contains(&name.as_str().unwrap_or("")));
    }
    schema
}

pub(super) fn failure() -> Value {
    loosely(
        json!({"status": {"type": "integer"}, "error": text(), "message": text(), "candidate_uid": text()}),
        &["candidate_uid"],
    )
}

pub(super) fn failed() -> Value {
    reference("Failure")
}

/// `components/schemas`.
pub(super) fn all() -> Map<String, Value> {
    let all = [
        ("Candidate", one_candidate()),
        ("CreatedCandidate", created_candidate()),
        (
            "DeletedCandidate",
            exactly(json!({"uid": text(), "deleted": {"const": true}})),
        ),
        ("Step", step()),
        ("SourceContact", source_contact()),
        (
            "File",
            exactly(json!({"name": text(), "url": maybe("string")})),
        ),
        ("Note", one_note()),
        ("Person", one_person()),
        ("Position", one_position()),
        ("Location", one_location()),
        ("User", user()),
    ];
    let all = all
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema));
    all.collect()
}

fn step() -> Value {
    loosely(
        json!({
            "name": text(),
            "type": {"enum": STEP_TYPES},
            "time_scheduled": or_null(moment()),
            "time_completed": moment(),
        }),
        &["time_completed"],
    )
}

fn source_contact() -> Value {
    loosely(
        json!({
            "uid": text(), "full_name": text(), "first_name": text(), "last_name": text(), "email": text(),
            "phone": maybe("string"),
        }),
        &["full_name", "first_name", "last_name", "email", "phone"],
    )
}

fn statuses() -> Value {
    let words: Vec<&str> = STATUSES.iter().map(|(word, _)| *word).collect();
    json!({"enum": words})
}

/// Who it is.
fn identity() -> Value {
    json!({
        "first_name": maybe("string"),
        "middle_name": maybe("string"),
        "last_name": maybe("string"),
        "email": maybe("string"),
        "phone": maybe("string"),
        "mobile_phone": maybe("string"),
        "linkedin_url": maybe("string"),
        "prospect_status": maybe("string"),
    })
}

/// Where the process stands.
fn process() -> Value {
    json!({
        "uid": text(),
        "person_uid": text(),
        "position_uid": text(),
        "source_contact": or_null(reference("SourceContact")),
        "time_created": moment(),
        "time_last_status_changed": moment(),
        "current_steps": list_of(reference("Step")),
        "completed_steps": list_of(reference("Step")),
        "status": statuses(),
    })
}

fn address() -> Value {
    let part = || maybe("string");
    or_null(exactly(json!({
        "country": part(), "city": part(), "state": part(), "zip": part(), "street": part(),
    })))
}

fn together(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut all = Map::new();
    for part in parts {
        if let Value::Object(members) = part {
            all.extend(members);
        }
    }
    Value::Object(all)
}

const OF_IDENTITY: [&str; 8] = [
    "first_name",
    "middle_name",
    "last_name",
    "email",
    "phone",
    "mobile_phone",
    "linkedin_url",
    "prospect_status",
];

/// Who may create and not read is not told whom they created.
fn created_candidate() -> Value {
    let mut optional = OF_IDENTITY.to_vec();
    optional.push("source_contact");
    loosely(together([process(), identity()]), &optional)
}

fn one_candidate() -> Value {
    let more = json!({
        "real_id": {"type": "integer"},
        "deleted": {"const": false},
        "id_number": maybe("string"),
        "partner_candidate_id": maybe("string"),
        "URL": maybe("string"),
        "opening": or_null(exactly(json!({"uid": text(), "time_start_to_work": or_null(moment())}))),
        "salary_expectations": maybe("string"),
        "address": address(),
        "links": list_of(exactly(json!({"url": text()}))),
        "tags": list_of(exactly(json!({"name": text()}))),
        "custom_fields": {"type": "object"},
        "note": maybe("string"),
        "notes": list_of(reference("Note")),
        "updated_by": or_null(exactly(json!({"type": text(), "name": text(), "email": maybe("string")}))),
        "source": exactly(json!({"uid": maybe("string"), "name": text(), "type": text()})),
        "future_steps": list_of(reference("Step")),
        "resume": or_null(reference("File")),
        "picture": or_null(reference("File")),
        "files": list_of(reference("File")),
    });
    let hidden = [
        "source_contact",
        "source",
        "future_steps",
        "resume",
        "picture",
        "files",
    ];
    loosely(together([process(), identity(), more]), &hidden)
}

fn one_note() -> Value {
    let author = exactly(json!({
        "uid": maybe("string"), "type": text(), "first_name": text(), "middle_name": maybe("string"),
        "last_name": maybe("string"), "email": maybe("string"),
    }));
    exactly(json!({
        "uid": maybe("string"),
        "time_created": or_null(moment()),
        "created_by": or_null(author),
        "text": text(),
        "details": list_of(exactly(json!({"title": text(), "text": maybe("string")}))),
    }))
}

fn one_person() -> Value {
    let candidate = exactly(json!({"uid": text(), "position_uid": text(), "status": statuses()}));
    let more = json!({
        "uid": text(), "id_number": maybe("string"), "address": address(), "candidates": list_of(candidate),
    });
    exactly(together([identity(), more]))
}

fn user() -> Value {
    exactly(json!({"uid": text(), "first_name": text(), "last_name": text(), "email": text()}))
}

fn one_location() -> Value {
    let part = || maybe("string");
    exactly(json!({
        "uid": text(), "name": text(), "country": part(), "city": part(), "state": part(), "postal_code": part(),
        "street_name": part(), "street_number": part(), "arrival_instructions": part(), "timezone": part(),
    }))
}

fn one_position() -> Value {
    // The value may be an equal-opportunity answer, which only some may read.
    let named = || {
        let item = json!({"name": text(), "value": {"type": ["string", "null"]}});
        list_of(loosely(item, &["value"]))
    };
    let users = loosely(
        json!({"lead_recruiter": or_null(reference("User")), "hiring_manager": or_null(reference("User"))}),
        &["lead_recruiter", "hiring_manager"],
    );
    let salary = exactly(json!({
        "min": maybe("integer"), "max": maybe("integer"), "currency_code": maybe("string"), "period": maybe("string"),
    }));
    let members = json!({
        "uid": text(),
        "name": text(),
        "internal_name": maybe("string"),
        "status": {"enum": ["open", "on hold", "closed"]},
        "is_published": {"type": "boolean"},
        "is_discreet": {"type": "boolean"},
        "is_talent_pool": {"type": "boolean"},
        "department": maybe("string"),
        "email": maybe("string"),
        "URL": maybe("string"),
        "url_active_page": maybe("string"),
        "url_recruit_hosted_page": maybe("string"),
        "url_comeet_hosted_page": maybe("string"),
        "experience_level": maybe("string"),
        "employment_type": maybe("string"),
        "workplace_type": {"enum": ["On-site", "Hybrid", "Remote", null]},
        "internal_use_custom_id": maybe("string"),
        "picture_url": maybe("string"),
        "position_url": text(),
        "time_updated": moment(),
        "company_name": text(),
        "location": or_null(reference("Location")),
        "salary_range": or_null(salary),
        "categories": named(),
        "details": named(),
        "users": users,
    });
    loosely(members, &["internal_name", "salary_range"])
}

fn page(name: &str, model: &str) -> Value {
    exactly(json!({name: list_of(reference(model)), "next_page": maybe("string")}))
}

pub(super) fn created() -> Value {
    reference("CreatedCandidate")
}

/// A deleted one is just its uid.
pub(super) fn candidate() -> Value {
    json!({"anyOf": [reference("Candidate"), reference("DeletedCandidate")]})
}

/// Who may change and not read is told as little as who may create and not read.
pub(super) fn updated() -> Value {
    json!({"anyOf": [reference("Candidate"), reference("CreatedCandidate")]})
}

pub(super) fn all_candidates() -> Value {
    list_of(reference("Candidate"))
}

pub(super) fn candidates() -> Value {
    exactly(json!({"candidates": list_of(candidate()), "next_page": maybe("string")}))
}

pub(super) fn files() -> Value {
    list_of(reference("File"))
}

pub(super) fn note() -> Value {
    reference("Note")
}

pub(super) fn person() -> Value {
    reference("Person")
}

pub(super) fn uids() -> Value {
    list_of(text())
}

pub(super) fn positions() -> Value {
    page("positions", "Position")
}

pub(super) fn position() -> Value {
    reference("Position")
}

pub(super) fn locations() -> Value {
    page("locations", "Location")
}

pub(super) fn location() -> Value {
    reference("Location")
}
