//! What calls are sent: the parameters of their queries and the schemas of their bodies.

use serde_json::{Value, json};

use crate::eightfold::wire::command::NOTE_TYPES;
use crate::eightfold::wire::query::{MOST, MOST_IDS};
use crate::eightfold::wire::schema;
use crate::eightfold::wire::tables::{ATTACHMENT, Kind, STATUSES};
use crate::openapi::query;

fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn part() -> Vec<Value> {
    part_of(MOST)
}

fn part_of(most: i64) -> Vec<Value> {
    let start = json!({"type": "integer", "minimum": 0, "maximum": i32::MAX});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": most});
    vec![
        query("start", "Records passed over.", start),
        query("limit", "Records shown.", limit),
    ]
}

pub(super) fn shown() -> Vec<Value> {
    vec![
        query(
            "include",
            "A comma list of what is shown beside the usual: applications, notes, tags, resume, photo, attachments.",
            text(),
        ),
        query("exclude", "A comma list of what is left out.", text()),
    ]
}

pub(super) fn shown_part() -> Vec<Value> {
    [part(), shown()].concat()
}

pub(super) fn people() -> Vec<Value> {
    let filters = vec![
        query(
            "query",
            "Words of the name or an address; * at an end of a word stands for anything.",
            text(),
        ),
        query(
            "filterQuery",
            "emails:<address>, candidateId:<id> or lastModified:[<seconds or *> TO <seconds or *>].",
            text(),
        ),
    ];
    [shown_part(), filters].concat()
}

pub(super) fn profiles_query() -> Vec<Value> {
    let filters = vec![
        query("atsCandidateId", "Whom some system calls so.", text()),
        query("profileIds", "A comma list of ids.", text()),
    ];
    [people(), filters].concat()
}

pub(super) fn refresh() -> Vec<Value> {
    let word = json!({"type": "string", "enum": ["true", "false"]});
    vec![query(
        "refreshClaimedProfile",
        "Accepted; there is nothing to refresh.",
        word,
    )]
}

pub(super) fn applications_query() -> Vec<Value> {
    let filters = vec![
        query(
            "applicationId",
            "Our id of it, or the caller's own.",
            text(),
        ),
        query("profileId", "Of this profile.", text()),
        query("positionId", "For this position.", text()),
        query("atsJobId", "For what some system calls so.", text()),
        query(
            "applicationStatus",
            "Of this status.",
            json!({"type": "string", "enum": STATUSES}),
        ),
        query("stage", "In the stage of this name.", text()),
    ];
    [part(), filters].concat()
}

pub(super) fn of_profile() -> Vec<Value> {
    let filters = vec![
        query("profileId", "Of this profile.", text()),
        query("positionId", "About this position (notes alone).", text()),
    ];
    [part(), filters].concat()
}

pub(super) fn changes_query() -> Vec<Value> {
    let seconds = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    let mut all = part_of(MOST_IDS);
    for (name, about) in [
        ("startTime", "Unix seconds."),
        (
            "endTime",
            "Unix seconds; at most 24 hours later, at least 30 minutes ago.",
        ),
    ] {
        let mut one = query(name, about, seconds.clone());
        one["required"] = json!(true);
        all.push(one);
    }
    all
}

pub(super) fn token_body() -> Value {
    json!({
        "type": "object",
        "properties": {
            "grantType": text(), "grant_type": text(), "username": text(), "password": text(), "client_id": text(),
            "client_secret": text(), "sub": text(),
        },
    })
}

pub(super) fn candidate_body() -> Value {
    schema::person(
        &["candidateId", "firstName", "emails", "lastActivityTs"],
        true,
    )
}

pub(super) fn replace_body() -> Value {
    schema::person(&["firstName", "emails", "lastActivityTs"], true)
}

pub(super) fn amend_body() -> Value {
    schema::person(&[], true)
}

pub(super) fn profile_body() -> Value {
    schema::person(&["firstName"], false)
}

pub(super) fn profile_amend_body() -> Value {
    schema::person(&[], false)
}

pub(super) fn position_body() -> Value {
    schema::position(&["atsEntityId", "title"])
}

pub(super) fn position_replace_body() -> Value {
    schema::position(&["title"])
}

pub(super) fn position_amend_body() -> Value {
    schema::position(&[])
}

pub(super) fn files_body() -> Value {
    json!({"type": "object", "properties": {"attachments": schema::of(Kind::Many(ATTACHMENT))}, "required": ["attachments"]})
}

pub(super) fn batch_body() -> Value {
    let ids = json!({"type": "array", "items": text(), "maxItems": MOST});
    json!({"type": "object", "properties": {"entityIds": ids}, "required": ["entityIds"]})
}

pub(super) fn stage_body() -> Value {
    let words = json!({"type": "string", "enum": STATUSES});
    json!({
        "type": "object",
        "properties": {
            "positionId": text(), "atsJobId": text(), "systemId": text(), "stage": text(), "applicationStatus": words,
            "reason": text(),
        },
    })
}

pub(super) fn note_body() -> Value {
    json!({
        "type": "object",
        "properties": {
            "profileId": text(), "positionId": text(), "note": text(), "creatorEmail": text(),
            "noteType": {"type": "string", "enum": NOTE_TYPES},
        },
        "required": ["profileId", "note"],
    })
}
