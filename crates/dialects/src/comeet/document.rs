//! Every operation of this dialect, one entry each: the router is made of them, and the OpenAPI 3.1 document at
//! `/comeet/openapi.json`. What is answered is `document/schemas.rs`; what is sent, the very tables that judge it
//! (`wire/rules.rs`).

mod schemas;

use std::sync::LazyLock;

use axum::routing::{MethodRouter, get, patch, post, put};
use hiring::App;
use serde_json::{Value, json};

use super::wire::{self, Mode, schema};
use super::{routes, scopes};
use crate::openapi::{Answer, Content, Document, Operation, When, none, query};

/// The document as JSON text.
pub(super) fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    &TEXT
}

fn document() -> Value {
    let permissions = scopes::ALL.join("`, `");
    let about = format!(
        "What a partner of Comeet's speaks, answered by this server. Guide: /docs/comeet. Keys can be narrowed to: \
         `{permissions}`."
    );
    let about: &'static str = Box::leak(about.into_boxed_str());
    Document {
        title: "Muster, as Comeet's recruiting API",
        about,
        server: "/comeet",
        security: json!({
            "token": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "HS256 over {iss: the api key, exp: an hour ahead at most}, signed with the secret.",
            },
        }),
        failure: schemas::failure(),
        failures: FAILURES,
        schemas: schemas::all(),
    }
    .of(OPERATIONS)
}

const FAILURES: &[(u16, &str, When)] = &[
    (
        400,
        "The request is not as it should be: `error` says why.",
        When::Closed,
    ),
    (
        401,
        "`unauthorized`: no token, a wrong one, one that has ended.",
        When::Closed,
    ),
    (
        403,
        "`no_permission`; of a file `file_size_limit`.",
        When::Closed,
    ),
    (
        404,
        "`candidate_not_found`, `position_not_found` or `not_found`: none, or another organization's.",
        When::Named,
    ),
    (405, "`method_not_allowed`", When::Always),
    (
        408,
        "`request_timeout`: the body did not arrive in time.",
        When::Body,
    ),
    (
        409,
        "`request_in_progress`: the Idempotency-Key is in use.",
        When::Post,
    ),
    (413, "`request_too_large`: over 32 MiB.", When::Body),
    (
        429,
        "`too_many_requests`: come again after Retry-After seconds.",
        When::Closed,
    ),
    (
        500,
        "`internal_error`: our fault, logged under a ticket.",
        When::Always,
    ),
    (
        503,
        "`service_unavailable`: come again after Retry-After seconds.",
        When::Always,
    ),
];

/// One operation with its usual answer.
const fn operation(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: fn() -> MethodRouter<App>,
    answers: &'static [Answer],
) -> Operation {
    Operation {
        method,
        path,
        id,
        about,
        handler,
        parameters: none,
        body: None,
        answers,
        open: false,
    }
}

const fn asked(operation: Operation, parameters: fn() -> Vec<Value>) -> Operation {
    Operation {
        parameters,
        ..operation
    }
}

const fn sent(operation: Operation, body: fn() -> Value) -> Operation {
    Operation {
        body: Some(body),
        ..operation
    }
}

const fn open(operation: Operation) -> Operation {
    Operation {
        open: true,
        ..operation
    }
}

const fn well(about: &'static str, schema: fn() -> Value) -> Answer {
    Answer {
        status: 200,
        about,
        content: Content::Json(schema),
    }
}

/// A create may find what it names missing, or in the way.
const CREATED: &[Answer] = &[
    well("The Candidate.", schemas::created),
    Answer {
        status: 404,
        about: "`position_not_found`",
        content: Content::Json(schemas::failed),
    },
    Answer {
        status: 409,
        about: "`candidate_post_conflict`, with the candidate that is in the way; or the Idempotency-Key is in use.",
        content: Content::Json(schemas::failed),
    },
];
const PAGE: &[Answer] = &[
    well("A page.", schemas::candidates),
    Answer {
        status: 404,
        about: "`candidate_not_found`: there is no such person. `position_not_found`: no such position.",
        content: Content::Json(schemas::failed),
    },
];
const LINKED: &[Answer] = &[
    Answer {
        status: 200,
        about: "The file.",
        content: Content::File,
    },
    Answer {
        status: 401,
        about: "`unauthorized`: not a link of ours, or one that has ended.",
        content: Content::Json(schemas::failed),
    },
];

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    sent(operation("POST", "/candidates", "create_candidate", "Creates a candidate for a position.", || post(routes::create_candidate), CREATED), || schema(wire::CANDIDATE, Mode::Create)),
    asked(operation("GET", "/candidates", "list_candidates", "Candidates, oldest first.", || get(routes::candidates), PAGE), filters),
    asked(operation("GET", "/candidates/{uid}", "get_candidate", "One candidate.", || get(routes::candidate), &[well("The Candidate; of a deleted one the uid.", schemas::candidate)]), of_one),
    sent(operation("PATCH", "/candidates/{uid}", "update_candidate", "Replaces what is sent.", || patch(routes::update_candidate), &[well("The Candidate.", schemas::updated)]), || schema(wire::UPDATE, Mode::Change)),
    operation("GET", "/candidates/{uid}/files", "list_files", "A candidate's files, but for résumés and pictures.", || get(routes::files), &[well("The files.", schemas::files)]),
    sent(operation("POST", "/candidates/{uid}/files", "add_file", "Adds a file.", || post(routes::add_file), &[well("The file, in a list.", schemas::files)]), || schema(wire::UPLOAD, Mode::Create)),
    sent(operation("POST", "/candidates/{uid}/resume", "add_resume", "Adds a résumé.", || post(routes::add_resume), &[well("The résumé, in a list.", schemas::files)]), || schema(wire::UPLOAD, Mode::Create)),
    sent(operation("POST", "/candidates/{uid}/notes", "create_note", "Writes a note down.", || post(routes::create_note), &[well("The note.", schemas::note)]), || schema(wire::NOTE, Mode::Create)),
    asked(operation("GET", "/sourcing/candidates/find_duplicates", "find_duplicates", "Candidates who may be the same person.", || get(routes::find_duplicates), &[well("The candidates.", schemas::all_candidates)]), likeness),
    asked(operation("GET", "/deleted-candidates", "list_deleted_candidates", "Uids of deleted candidates.", || get(routes::deleted_candidates), &[well("The uids.", schemas::uids)]), deleted),
    operation("GET", "/persons/{uid}", "get_person", "One person, with their candidates.", || get(routes::person), &[well("The person.", schemas::person)]),
    asked(operation("GET", "/positions", "list_positions", "Positions, oldest first.", || get(routes::positions), &[well("A page.", schemas::positions)]), positions),
    sent(operation("POST", "/positions", "create_position", "Creates a position.", || post(routes::create_position), &[well("The Position.", schemas::position)]), || schema(wire::POSITION, Mode::Create)),
    operation("GET", "/positions/{uid}", "get_position", "One position.", || get(routes::position), &[well("The Position.", schemas::position)]),
    sent(operation("PATCH", "/positions/{uid}", "update_position", "Replaces what is sent.", || patch(routes::update_position), &[well("The Position.", schemas::position)]), || schema(wire::UPDATE_POSITION, Mode::Change)),
    sent(operation("PUT", "/positions/{uid}", "put_position", "The same: replaces what is sent.", || put(routes::update_position), &[well("The Position.", schemas::position)]), || schema(wire::UPDATE_POSITION, Mode::Change)),
    sent(operation("POST", "/positions/{uid}/clone", "clone_position", "Creates a position like another one.", || post(routes::clone_position), &[well("The new Position.", schemas::position)]), || schema(wire::CLONE, Mode::Create)),
    asked(operation("GET", "/positions/{uid}/candidates", "list_position_candidates", "A position's candidates, oldest first.", || get(routes::position_candidates), PAGE), filters),
    asked(operation("GET", "/locations", "list_locations", "The organization's offices.", || get(routes::locations), &[well("A page.", schemas::locations)]), part),
    operation("GET", "/locations/{uid}", "get_location", "One office.", || get(routes::location), &[well("The location.", schemas::location)]),
    open(asked(operation("GET", "/attachments/{uid}", "download", "A file, by a link that was answered not longer than 15 minutes ago.", || get(routes::attachment), LINKED), signed)),
    open(operation("GET", "/openapi.json", "openapi", "This document.", || get(routes::document), &[well("The document.", || json!({"type": "object"}))])),
];

fn text_of(name: &str, about: &str) -> Value {
    query(name, about, json!({"type": "string"}))
}

fn moment(name: &str, about: &str) -> Value {
    query(
        name,
        about,
        json!({"type": "string", "format": "date-time"}),
    )
}

fn part() -> Vec<Value> {
    let limit = json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100});
    vec![
        query("limit", "Rows of a page.", limit),
        text_of("cursor", "As `next_page` has it."),
    ]
}

fn filters() -> Vec<Value> {
    let mut all = part();
    let words: Vec<&str> = wire::STATUSES.iter().map(|(word, _)| *word).collect();
    let about = format!("Some of these, with commas: {}.", words.join(", "));
    all.push(text_of("status", &about));
    all.push(query(
        "deleted",
        "`True`: deleted candidates alone.",
        json!({"enum": ["True", "False"]}),
    ));
    for (name, about) in [
        ("time_created", "When the candidate was submitted."),
        ("time_last_status_change", "When the status last changed."),
        (
            "time_hiring_process_updated",
            "When anything of the hiring process last changed.",
        ),
        (
            "time_person_last_activity",
            "When anything of the person or one of their candidates last changed.",
        ),
    ] {
        all.push(moment(
            &format!("{name}:after"),
            &format!("{about} Later than this."),
        ));
        all.push(moment(
            &format!("{name}:before"),
            &format!("{about} Earlier than this."),
        ));
    }
    all.push(text_of(
        "include",
        "`resume`, `picture`, `files`: with their links.",
    ));
    all.push(text_of("email", "Of the person with this address (ours)."));
    all.push(text_of("person_uid", "Of this person (ours)."));
    all
}

fn of_one() -> Vec<Value> {
    vec![
        text_of(
            "include",
            "Optional fields; all that we have are shown anyway.",
        ),
        json!({
            "name": "IDENTIFIER_TYPE", "in": "header", "required": false, "schema": {"enum": ["REAL_ID"]},
            "description": "`REAL_ID`: the path holds `real_id`, not the uid.",
        }),
    ]
}

fn likeness() -> Vec<Value> {
    vec![
        text_of("email", "An address."),
        text_of("first_name", "Counts together with the last name."),
        text_of("last_name", "Counts together with the first name."),
        text_of("linkedin_url", "A profile on LinkedIn."),
        text_of("phone_number", "Its last nine digits count."),
    ]
}

fn deleted() -> Vec<Value> {
    vec![
        moment("time_deleted:after", "Later than this."),
        moment("time_deleted:before", "Earlier than this."),
    ]
}

fn positions() -> Vec<Value> {
    let mut all = part();
    all.push(text_of(
        "status",
        "Some of `open`, `on hold`, `closed`, with commas.",
    ));
    all
}

fn signed() -> Vec<Value> {
    let part = |name| text_of(name, "As the link has it.");
    vec![part("company"), part("expires"), part("signature")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds() {
        let document = document();
        crate::openapi::tests::hold(&document);
        assert_eq!(document["paths"].as_object().map(|p| p.len()), Some(16));
        assert_eq!(text(), document.to_string());
    }

    #[test]
    fn a_create_is_described_by_what_judges_it() {
        let document = document();
        let body = &document["paths"]["/candidates"]["post"]["requestBody"];
        let schema = &body["content"]["application/json"]["schema"];
        assert_eq!(
            schema["required"],
            json!(["position_uid", "first_name", "last_name"])
        );
        let properties = schema["properties"].as_object().expect("properties");
        assert_eq!(properties.len(), wire::CANDIDATE.len());
        assert_eq!(properties["note"]["maxLength"], 5_000);
        let inner = &properties["source_contact"];
        assert_eq!(inner["required"], json!(["full_name", "email"]));
    }
}
