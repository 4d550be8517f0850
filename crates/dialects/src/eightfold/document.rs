//! Every address of this dialect, once: the router and the OpenAPI 3.1 document, `/eightfold/openapi.json`, are made of
//! the table in `document/operations.rs`; bodies are described by the tables that judge them (`wire/schema.rs`).

mod operations;
mod sent;

use std::sync::LazyLock;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use hiring::App;
use serde_json::{Map, Value, json};

use self::operations::OPERATIONS;
use super::wire::schema;
use crate::openapi::{self, Document, When, exactly, list_of, reference};
use crate::reply;

/// The router.
pub(super) fn routes() -> Router<App> {
    let document = |headers: HeaderMap| async move { reply::document(&headers, text()) };
    openapi::router(OPERATIONS).route("/openapi.json", get(document))
}

/// The document as JSON text.
pub(super) fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    &TEXT
}

const FAILURES: &[(u16, &str, When)] = &[
    (
        400,
        "Something in the call is wrong; each fault is named with its place.",
        When::Always,
    ),
    (
        401,
        "No token or key, or one that is not valid (any more).",
        When::Always,
    ),
    (
        403,
        "The key may not do this, or opens another scope.",
        When::Closed,
    ),
    (
        404,
        "There is no such thing, or it is another organization's.",
        When::Named,
    ),
    (408, "The body did not arrive in time.", When::Body),
    (409, "It cannot be done in the present state.", When::Body),
    (413, "The body is too large.", When::Body),
    (415, "The body is no JSON.", When::Body),
    (
        429,
        "Too many requests; Retry-After says when to come again.",
        When::Always,
    ),
    (
        503,
        "The server is busy; Retry-After says when to come again.",
        When::Always,
    ),
];

fn document() -> Value {
    let document = Document {
        title: "Muster, as Eightfold's core API v2",
        about: "What Eightfold's own clients speak, answered by this server. Guide: /docs/eightfold.",
        server: "/eightfold",
        security: json!({
            "token": {"type": "http", "scheme": "bearer", "description": "A token of /oauth/v1/authenticate, or the API key."},
            "key": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Basic <API key>`."},
        }),
        failure: failure(),
        failures: FAILURES,
        schemas: schemas(),
    };
    document.of(OPERATIONS)
}

fn failure() -> Value {
    let one = exactly(json!({"message": {"type": "string"}}));
    exactly(json!({"message": {"type": "string"}, "errors": list_of(one)}))
}

fn schemas() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let or_null = || json!({"type": ["string", "null"]});
    let (uuid, number) = (
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "integer"}),
    );
    let token =
        json!({"access_token": text(), "token_type": {"const": "Bearer"}, "expires_in": number});
    let mut both = token.clone();
    both["data"] = exactly(token);
    let answer = exactly(json!({"question": text(), "answer": {}, "questionId": text()}));
    let mut feedback = schema::feedback();
    for (name, is) in [
        ("id", &uuid),
        ("profileId", &uuid),
        ("applicationId", &or_null()),
        ("atsJobId", &or_null()),
    ] {
        feedback[name] = is.clone();
    }
    let all = [
        ("Candidate", schema::shown_candidate()),
        ("Profile", schema::shown_profile()),
        ("Position", schema::shown_position()),
        ("Token", exactly(both)),
        (
            "Written",
            exactly(json!({"transactionId": uuid, "candidateId": text()})),
        ),
        (
            "ProfileWritten",
            exactly(json!({"transactionId": uuid, "profileId": uuid})),
        ),
        (
            "Transaction",
            exactly(json!({"data": exactly(json!({
                "status": {"enum": ["PASS", "IN PROGRESS", "FAIL", "PASS_SKIPPED"]},
                "efEntityId": {"type": ["string", "null"], "format": "uuid"},
                "externalEntityId": or_null(),
            }))})),
        ),
        (
            "Application",
            exactly(json!({
                "id": uuid, "applicationId": text(), "applicationStatus": {"enum": ["active", "hired", "rejected", "withdrawn"]},
                "applicationTime": {"type": ["integer", "null"]}, "atsJobId": text(), "positionId": uuid,
                "candidateId": text(), "profileId": uuid, "currentStage": or_null(), "applicationAnswers": list_of(answer),
                "isReferral": {"type": "boolean"}, "isInternal": {"type": "boolean"}, "lastModifiedTime": number,
            })),
        ),
        (
            "Note",
            exactly(json!({
                "id": uuid, "profileId": uuid, "positionId": {"type": ["string", "null"], "format": "uuid"}, "note": text(),
                "noteType": {"enum": ["email", "note", "other"]}, "creatorEmail": or_null(), "createdTime": number,
            })),
        ),
        (
            "Tag",
            exactly(json!({"id": text(), "profileId": uuid, "tag": text()})),
        ),
        ("Feedback", exactly(feedback)),
        ("Message", exactly(json!({"message": text()}))),
    ];
    all.into_iter()
        .map(|(name, is)| (name.to_owned(), is))
        .collect()
}

/// `{data, meta: {totalCount}}`.
fn page_of(items: Value) -> Value {
    let meta = exactly(json!({"totalCount": {"type": "integer", "minimum": 0}}));
    exactly(json!({"data": list_of(items), "meta": meta}))
}

fn page_of_named(name: &str) -> Value {
    page_of(reference(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds_together() {
        openapi::tests::hold(&document());
    }

    #[test]
    fn every_address_of_the_vendors_page_is_there() {
        let document = document();
        let core = "/api/v2/core";
        for (method, path) in [
            ("get", "/ats-systems/{systemId}/ats-candidates"),
            ("post", "/ats-systems/{systemId}/ats-candidates"),
            (
                "get",
                "/ats-systems/{systemId}/ats-candidates/{candidateId}",
            ),
            (
                "put",
                "/ats-systems/{systemId}/ats-candidates/{candidateId}",
            ),
            (
                "patch",
                "/ats-systems/{systemId}/ats-candidates/{candidateId}",
            ),
            ("get", "/transactions/{transactionId}"),
            ("get", "/ats-systems/{systemId}/ats-positions"),
            ("post", "/ats-systems/{systemId}/ats-positions"),
            (
                "get",
                "/ats-systems/{systemId}/ats-positions/{atsPositionId}",
            ),
            (
                "put",
                "/ats-systems/{systemId}/ats-positions/{atsPositionId}",
            ),
            (
                "patch",
                "/ats-systems/{systemId}/ats-positions/{atsPositionId}",
            ),
            (
                "post",
                "/ats-systems/{systemId}/ats-positions/{atsPositionId}/attachments",
            ),
            ("post", "/positions/batch-fetch"),
            ("get", "/position/{positionId}/applicants"),
            ("get", "/positions/{positionId}/matched-candidates"),
            ("get", "/profiles"),
            ("post", "/profiles"),
            ("post", "/profiles/batch-fetch"),
            ("get", "/profiles/{profileId}"),
            ("put", "/profiles/{profileId}"),
            ("patch", "/profiles/{profileId}"),
            ("delete", "/profiles/{profileId}"),
            ("get", "/profiles/{profileId}/attachments/{attachmentId}"),
            ("post", "/profiles/{profileId}/application/stages"),
            ("get", "/profiles/{profileId}/matched-positions"),
            ("get", "/profile-applications"),
            ("get", "/profile-applications/{applicationId}"),
            ("post", "/profile-applications/batch-fetch"),
            ("get", "/profile-notes"),
            ("post", "/profile-notes"),
            ("get", "/profile-notes/{noteId}"),
            ("post", "/profile-notes/batch-fetch"),
            ("get", "/profile-tags"),
            ("post", "/profile-tags/batch-fetch"),
            ("get", "/profile-feedbacks"),
            ("post", "/profile-feedbacks/batch-fetch"),
            ("get", "/changelog/{entityType}"),
        ] {
            let there = &document["paths"][format!("{core}{path}")][method];
            assert!(there.is_object(), "{method} {path}");
        }
    }
}
