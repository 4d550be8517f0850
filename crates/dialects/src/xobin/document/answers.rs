//! What is answered, as JSON schemas: every member is there, and no other.

use serde_json::{Map, Value, json};

use crate::openapi::{exactly, list_of, reference};
use crate::xobin::wire::query::{STATUSES, WINDOW};

/// `components/schemas`.
pub(super) fn schemas() -> Map<String, Value> {
    let all = [
        ("OldFailure", old_failure()),
        ("Pagination", pagination()),
        ("Status", json!({"enum": STATUSES})),
        ("InviteStatus", invite_status()),
        ("Counts", counts()),
        ("Stage", stage()),
        ("StageWithColor", stage_with_color()),
        ("Added", added()),
        ("Invited", invited()),
        ("Row", row()),
        ("ApplicantHead", head()),
        ("StageReport", stage_report()),
        ("Applicant", applicant()),
        ("Moved", exactly(moved())),
        ("Rejected", rejected()),
        ("Advanced", advanced()),
        ("NotAdvanced", not_advanced()),
        ("CandidateRejected", candidate_rejected()),
        ("Applied", applied()),
        ("Track", exactly(track())),
        ("TrackInFull", track_in_full()),
        ("TrackStats", track_stats()),
        ("Stats", stats()),
    ];
    all.into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}

/// A page of these.
pub(super) fn page(name: &str) -> Value {
    exactly(json!({"data": list_of(reference(name)), "pagination": reference("Pagination")}))
}

fn text() -> Value {
    json!({"type": "string"})
}

fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

fn number() -> Value {
    json!({"type": "integer", "format": "int64"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn truth() -> Value {
    json!({"type": "boolean"})
}

fn moment() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn moment_or_null() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}

fn or_null(name: &str) -> Value {
    json!({"anyOf": [reference(name), {"type": "null"}]})
}

fn old_failure() -> Value {
    exactly(json!({"success": {"const": false}, "error": text()}))
}

fn pagination() -> Value {
    exactly(json!({
        "page": count(), "per_page": count(), "total": count(), "total_pages": count(), "has_next": truth(),
        "has_prev": truth(),
    }))
}

fn invite_status() -> Value {
    json!({"enum": ["Pending", "Started", "Completed", "Expired", "Revoked"]})
}

fn counts() -> Value {
    let by_status = STATUSES
        .iter()
        .map(|status| ((*status).to_owned(), count()));
    exactly(Value::Object(by_status.collect()))
}

fn stage() -> Value {
    exactly(json!({"stage_id": text(), "name": text(), "type": text()}))
}

fn stage_with_color() -> Value {
    exactly(json!({"stage_id": text(), "name": text(), "type": text(), "color": text()}))
}

fn added() -> Value {
    exactly(json!({
        "track_id": number(), "application_id": number(), "candidate_id": number(), "name": text(), "email": text(),
        "invite_status": reference("InviteStatus"), "mode": {"enum": ["direct", "invite"]},
        "invite_link": text_or_null(), "email_sent": truth(), "current_stage": or_null("StageWithColor"),
    }))
}

fn invited() -> Value {
    exactly(json!({
        "application_id": number(), "email": text(), "invite_link": text_or_null(),
        "invite_status": reference("InviteStatus"), "name": text(), "track_id": number(),
    }))
}

/// What a row and the page of one applicant have in common.
fn of_applicant() -> Map<String, Value> {
    let members = json!({
        "application_id": number(), "candidate_id": number(), "name": text(), "email": text_or_null(),
        "stage_status": reference("Status"), "score": {"type": ["number", "null"]}, "date_added": moment(),
        "last_updated_at": moment(),
    });
    members.as_object().cloned().unwrap_or_default()
}

fn head() -> Value {
    exactly(Value::Object(of_applicant()))
}

fn row() -> Value {
    let mut members = of_applicant();
    members.insert("stage_id".into(), text());
    members.insert("stage_name".into(), text_or_null());
    members.insert("stage_type".into(), text_or_null());
    exactly(Value::Object(members))
}

fn stage_report() -> Value {
    exactly(json!({
        "stage_id": text(), "type": text(), "status": reference("Status"), "entered_at": moment(),
        "left_at": moment_or_null(),
        "visits": list_of(exactly(json!({"entered_at": moment(), "left_at": moment_or_null()}))),
        "notes": list_of(exactly(json!({
            "subject": text_or_null(), "body": text_or_null(), "author": text_or_null(), "created_at": moment(),
        }))),
        "invite": {"anyOf": [
            exactly(json!({"status": reference("InviteStatus"), "invited_at": moment(), "expires_at": moment()})),
            {"type": "null"},
        ]},
        "reason": text_or_null(),
    }))
}

fn applicant() -> Value {
    exactly(json!({
        "track_id": number(), "track_title": text(), "applicant": reference("ApplicantHead"),
        "current_stage": or_null("StageWithColor"), "stages": list_of(reference("Stage")),
        "submitted_response": list_of(exactly(json!({"label": text(), "value": {}}))),
        "stage_wise_report": {
            "type": "object", "additionalProperties": reference("StageReport"),
            "description": "By the name of each stage that the applicant has been in.",
        },
        "parsed_resume": {
            "type": "object", "description": "What of a résumé the candidate's record knows; in the record's own words.",
        },
    }))
}

fn moved() -> Value {
    json!({
        "track_id": number(), "application_id": number(), "candidate_id": number(), "name": text(),
        "email": text_or_null(), "from_stage": or_null("Stage"), "to_stage": or_null("Stage"),
    })
}

fn rejected() -> Value {
    let mut members = moved();
    members["email_sent"] = truth();
    exactly(members)
}

fn advanced() -> Value {
    exactly(json!({
        "name": text(), "email": text_or_null(), "stage_moved": text_or_null(), "candidate_id": number(),
        "application_id": number(), "module_id": number(), "response_id": {"type": "null"},
        "invite_link": {"type": "null"}, "status": reference("Status"), "track_id": number(),
    }))
}

fn not_advanced() -> Value {
    exactly(json!({
        "candidate_id": number(), "email": text_or_null(), "invite_status": reference("InviteStatus"), "name": text(),
        "status": reference("Status"), "application_id": number(), "track_id": number(),
    }))
}

fn candidate_rejected() -> Value {
    exactly(json!({
        "application_id": number(), "candidate_id": number(), "track_id": number(), "message": text(),
    }))
}

fn applied() -> Value {
    exactly(json!({"success": {"const": true}, "application_id": number(), "track_id": number()}))
}

fn track() -> Value {
    json!({
        "track_id": number(), "title": text(), "active": truth(), "created_at": moment(), "updated_at": moment(),
    })
}

fn track_in_full() -> Value {
    let mut field = exactly(json!({
        "id": text(), "label": text(), "type": text(), "required": truth(), "options": list_of(text()),
    }));
    // Only choices have options.
    field["required"] = json!(["id", "label", "type", "required"]);
    let mut members = track();
    members["stages"] = list_of(reference("StageWithColor"));
    members["fields"] = list_of(field);
    exactly(members)
}

fn totals() -> Map<String, Value> {
    let members = json!({
        "applicants": count(), "in_pipeline": count(), "hired": count(), "rejected": count(),
        "by_status": reference("Counts"),
    });
    members.as_object().cloned().unwrap_or_default()
}

/// Those of the query's parameters that were given.
fn filters_applied() -> Value {
    let given = WINDOW.iter().map(|p| (p.name.to_owned(), text()));
    let given: Map<String, Value> = given.collect();
    json!({"type": "object", "properties": given, "additionalProperties": false})
}

fn track_stats() -> Value {
    let mut members = track();
    members["totals"] = exactly(Value::Object(totals()));
    members["stages"] = list_of(exactly(json!({
        "stage_id": text(), "name": text(), "type": text(), "count": count(), "status_counts": reference("Counts"),
    })));
    members["applicant_timestamps"] = exactly(json!({
        "first_added": moment_or_null(), "last_added": moment_or_null(), "first_updated": moment_or_null(),
        "last_updated": moment_or_null(),
    }));
    members["filters_applied"] = filters_applied();
    exactly(members)
}

fn stats() -> Value {
    let mut all = totals();
    for name in ["tracks", "active_tracks", "inactive_tracks"] {
        all.insert(name.into(), count());
    }
    exactly(json!({
        "totals": exactly(Value::Object(all)),
        "applicants_by_stage_type": {"type": "object", "additionalProperties": count()},
        "top_tracks_by_applicants": list_of(exactly(json!({
            "track_id": number(), "title": text(), "applicant_count": count(),
        }))),
        "recently_updated_tracks": list_of(exactly(json!({
            "track_id": number(), "title": text(), "updated_at": moment(),
        }))),
        "filters_applied": filters_applied(),
    }))
}
