//! Every address of this dialect, in one table that makes the router and the OpenAPI 3.1 document (crate::openapi).
//!
//! Bodies and queries are described by the tables that judge them (`wire/tables.rs`, `wire/query.rs`), answers by
//! `document/answers.rs`: every member is there, and no other.

mod answers;

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, patch, post, put};
use serde_json::{Value, json};

use super::routes::{add, by_candidate, conclude, invite, oldest, read, stats, tracks};
use super::wire::{query, rules, tables};
use crate::openapi::{Answer, Content, Document, Operation, When, exactly, none, reference};
use crate::reply;

/// Below `/xobin`.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "GET",
        path: "/openapi.json",
        id: "openapi",
        about: "Read this document",
        handler: || get(document),
        parameters: none,
        body: None,
        answers: &[well(200, "OpenAPI 3.1.", || json!({"type": "object"}))],
        open: true,
    },
    Operation {
        method: "POST",
        path: "/api/v2/tracks/{track_id}/applicants",
        id: "add_applicant",
        about: "Add an applicant to a track, or invite them to apply",
        handler: || post(add::add_applicant),
        parameters: none,
        body: Some(|| rules::schema(tables::ADD)),
        answers: &[
            well(201, "The applicant was added or invited.", || {
                reference("Added")
            }),
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/tracks/{track_id}/applicants",
        id: "list_applicants",
        about: "List the applicants of a track",
        handler: || get(read::applicants),
        parameters: || query::shown(query::APPLICANTS),
        body: None,
        answers: &[well(200, "A page of applicants.", || answers::page("Row"))],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/tracks/{track_id}/applicants/{application_id}",
        id: "get_applicant",
        about: "Read an applicant, with all that happened",
        handler: || get(read::applicant),
        parameters: none,
        body: None,
        answers: &[well(200, "The applicant.", || reference("Applicant"))],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/tracks/{track_id}/applicants/{application_id}/move",
        id: "move_applicant",
        about: "Move an applicant to another stage",
        handler: || patch(conclude::move_applicant),
        parameters: repeatable,
        body: Some(|| rules::schema(tables::MOVE)),
        answers: &[
            well(200, "The applicant is there.", || reference("Moved")),
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/tracks/{track_id}/applicants/{application_id}/hire",
        id: "hire_applicant",
        about: "Hire an applicant; twice is no error",
        handler: || patch(conclude::hire_applicant),
        parameters: repeatable,
        body: Some(|| rules::schema(tables::HIRE)),
        answers: &[
            well(200, "The applicant is hired.", || reference("Moved")),
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/tracks/{track_id}/applicants/{application_id}/reject",
        id: "reject_applicant",
        about: "Reject an applicant; twice is no error",
        handler: || patch(conclude::reject_applicant),
        parameters: repeatable,
        body: Some(|| rules::schema(tables::REJECT)),
        answers: &[
            well(200, "The applicant is rejected.", || reference("Rejected")),
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/tracks/{track_id}/stats",
        id: "track_stats",
        about: "Count the applicants of a track",
        handler: || get(stats::of_track),
        parameters: || query::shown(query::WINDOW),
        body: None,
        answers: &[well(200, "The track in numbers.", || {
            reference("TrackStats")
        })],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/tracks/stats",
        id: "stats",
        about: "Count the applicants of all tracks",
        handler: || get(stats::of_all),
        parameters: || query::shown(query::WINDOW),
        body: None,
        answers: &[well(200, "All tracks in numbers.", || reference("Stats"))],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/tracks/invite",
        id: "invite_candidate",
        about: "Invite a candidate to a track; again, while they have not applied, it is the same link",
        handler: || post(invite::invite_candidate),
        parameters: none,
        body: Some(|| rules::schema(tables::INVITE)),
        answers: &[
            well(200, "The candidate is invited.", || reference("Invited")),
            NO_TRACK,
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "PUT",
        path: "/api/v2/tracks/candidate/advance",
        id: "advance_candidate",
        about: "Send an applicant on to the next stage (older way)",
        handler: || put(by_candidate::advance_candidate),
        parameters: repeatable,
        body: Some(|| rules::schema(tables::OF_CANDIDATE)),
        answers: &[
            well(
                200,
                "The applicant is one stage further; or, in the short form, their invitation is still open.",
                || json!({"oneOf": [reference("Advanced"), reference("NotAdvanced")]}),
            ),
            NO_TRACK,
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/tracks/candidate/reject/{candidate_id}",
        id: "reject_candidate",
        about: "Reject an applicant (older way); twice is no error",
        handler: || patch(by_candidate::reject_candidate),
        parameters: repeatable,
        body: Some(|| rules::schema(tables::OF_CANDIDATE)),
        answers: &[
            well(200, "The applicant is rejected.", || {
                reference("CandidateRejected")
            }),
            CONFLICT,
        ],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/tracks/application",
        id: "apply",
        about: "Add an applicant to the track of this name (oldest way)",
        handler: || post(oldest::apply),
        parameters: none,
        body: Some(|| rules::schema(tables::APPLY)),
        answers: &[
            well(200, "The applicant was added.", || reference("Applied")),
            failed(400, "The body is not as described."),
            failed(401, "The key is missing or wrong."),
            failed(403, "The key may not do this."),
            failed(404, "There is no track of this name."),
            failed(408, "The body did not arrive in time."),
            failed(
                409,
                "There is an applicant of this address, or the track is closed.",
            ),
            failed(413, "The body is too large."),
            failed(
                429,
                "Too many requests: come again after Retry-After seconds.",
            ),
            failed(500, "Our fault, logged under a ticket."),
            failed(
                503,
                "Nothing was stored: come again after Retry-After seconds.",
            ),
        ],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/tracks",
        id: "list_tracks",
        about: "List the tracks (an extension of ours)",
        handler: || get(tracks::tracks),
        parameters: || query::shown(query::TRACKS),
        body: None,
        answers: &[well(200, "A page of tracks, oldest first.", || {
            answers::page("Track")
        })],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/tracks/{track_id}",
        id: "get_track",
        about: "Read a track with its stages and its form (an extension of ours)",
        handler: || get(tracks::track),
        parameters: none,
        body: None,
        answers: &[well(200, "The track.", || reference("TrackInFull"))],
        open: false,
    },
];

const CONFLICT: Answer = Answer {
    status: 409,
    about: "State conflict: the applicant exists already, or what was asked is not allowed as things are.",
    content: Content::Json(|| reference("Failure")),
};

const NO_TRACK: Answer = Answer {
    status: 404,
    about: "The track or the applicant does not exist.",
    content: Content::Json(|| reference("Failure")),
};

const fn well(status: u16, about: &'static str, schema: fn() -> Value) -> Answer {
    Answer {
        status,
        about,
        content: Content::Json(schema),
    }
}

/// A failure of the oldest generation, whose failures have a shape of their own.
const fn failed(status: u16, about: &'static str) -> Answer {
    well(status, about, || reference("OldFailure"))
}

const FAILURES: &[(u16, &str, When)] = &[
    (
        400,
        "Something in the request is not as described; the text names it.",
        When::Always,
    ),
    (401, "The key is missing or wrong.", When::Closed),
    (403, "The key may not do this.", When::Closed),
    (404, "There is none, or it is not yours.", When::Named),
    (408, "The body did not arrive in time.", When::Body),
    (413, "The body is too large.", When::Body),
    (
        429,
        "Too many requests: come again after Retry-After seconds.",
        When::Closed,
    ),
    (500, "Our fault, logged under a ticket.", When::Always),
    (
        503,
        "Nothing was stored: come again after Retry-After seconds.",
        When::Always,
    ),
];

/// A PUT or PATCH takes the header too; POST has it from `crate::openapi`.
fn repeatable() -> Vec<Value> {
    vec![json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Names the request: sent again within 7 days, it is answered again and not done again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    })]
}

fn made() -> Value {
    let document = Document {
        title: "Muster: Xobin's Tracks API",
        about: "Xobin's Tracks API, all three generations, over Muster's candidates. A track is a job, an applicant an \
            application. Members and parameters that are not described are ignored. Guide: /docs/xobin.",
        server: "/xobin",
        security: json!({"apiKey": {
            "type": "apiKey", "in": "header", "name": "apiKey",
            "description": "A key of the dialect `xobin`, as `muster key create` prints it.",
        }}),
        failure: exactly(json!({"error": {"type": "string"}})),
        failures: FAILURES,
        schemas: answers::schemas(),
    };
    document.of(OPERATIONS)
}

/// The document, as it is served.
pub(super) fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| made().to_string());
    &TEXT
}

async fn document(headers: HeaderMap) -> Response {
    reply::document(&headers, text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds() {
        let document: Value = serde_json::from_str(text()).expect("JSON");
        crate::openapi::tests::hold(&document);
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn bodies_are_described_by_what_judges_them() {
        let document = made();
        let body = |path: &str, method: &str| {
            let operation = &document["paths"][format!("/api/v2/tracks{path}")][method];
            operation["requestBody"]["content"]["application/json"]["schema"]["required"].clone()
        };
        assert_eq!(
            body("/{track_id}/applicants", "post"),
            json!(["name", "email"])
        );
        assert_eq!(
            body("/{track_id}/applicants/{application_id}/move", "patch"),
            json!(["source_stage_id", "destination_stage_id"])
        );
    }
}
