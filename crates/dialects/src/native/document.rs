//! The OpenAPI 3.1 document, made of the handlers' and bodies' own types.
//!
//! What all operations have in common (the key, the failures, Idempotency-Key) is added in one place here.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, Ref, RefOr};
use utoipa::{Modify, OpenApi};

use super::routes::{
    applications, attachments, bounces, candidates, carried, catalog, destinations, feed, invites,
    issues, jobs, linked_accounts, mails, members, notes, rules, submissions, subscriptions,
};
use super::wire::{NewField, answer};
use crate::reply;

/// The document
#[derive(OpenApi)]
#[openapi(
    info(title = "Muster", version = "1", license(name = "Apache-2.0", identifier = "Apache-2.0"),
        description = "Muster's own API: candidates, applications and jobs, whichever way they came in. Unknown members \
            and parameters are refused; null is as good as absent. Guide: /docs/native."),
    servers((url = "/api/v1", description = "This server.")),
    security(("key" = [])),
    paths(
        openapi,
        jobs::create_job, jobs::list_jobs, jobs::get_job, jobs::edit_job,
        catalog::create_department, catalog::list_departments, catalog::create_office, catalog::list_offices,
        catalog::create_reject_reason, catalog::list_reject_reasons, members::list_members,
        candidates::create_candidate, candidates::list_candidates, candidates::get_candidate,
        notes::create_note, notes::list_notes,
        applications::list_applications, applications::get_application,
        applications::advance_application, applications::dispose_application,
        submissions::get_submission, submissions::get_submission_raw,
        attachments::get_attachment,
        linked_accounts::list_linked_accounts, linked_accounts::get_linked_account,
        linked_accounts::change_linked_account,
        feed::list_events, feed::list_outbox,
        invites::create_invite, invites::list_invites, invites::get_invite, invites::resend_invite,
        invites::renew_invite, invites::revoke_invite,
        destinations::list_connectors, destinations::create_destination, destinations::list_destinations,
        destinations::get_destination, destinations::change_destination, destinations::remove_destination,
        destinations::pause_destination, destinations::resume_destination, destinations::test_destination,
        destinations::get_destination_jobs, destinations::put_destination_jobs, destinations::send_to_destination,
        rules::create_rule, rules::list_rules, rules::get_rule, rules::change_rule, rules::remove_rule,
        issues::list_issues, issues::get_issue,
        carried::list_deliveries, carried::replay_deliveries, carried::replay_delivery,
        mails::get_delivery, mails::bounce_delivery, bounces::take_bounce, mails::list_mail_templates, mails::get_mail_template,
        mails::put_mail_template, mails::delete_mail_template, mails::preview_mail_template,
        mails::get_mail_settings, mails::put_mail_settings,
        subscriptions::create_subscription, subscriptions::list_subscriptions, subscriptions::get_subscription,
        subscriptions::change_subscription, subscriptions::remove_subscription, subscriptions::rotate_subscription,
        subscriptions::deliveries::ping_subscription, subscriptions::deliveries::replay_subscription,
        subscriptions::deliveries::list_subscription_replays, subscriptions::deliveries::list_subscription_deliveries,
        subscriptions::deliveries::get_subscription_delivery, subscriptions::deliveries::replay_subscription_delivery,
    ),
    components(schemas(answer::Failure, answer::JobStatus, answer::FieldType, answer::Disposition,
        answer::NoteKind, answer::NoteVisibility, answer::Webhook, NewField)),
    modifiers(&Common),
)]
struct Muster;

/// What all operations have in common.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A key of the dialect `native`, as `muster key create` prints it.",
            ))
            .build();
        components
            .security_schemes
            .insert("key".into(), RefOr::T(SecurityScheme::Http(key)));
        for (name, description) in FAILURES {
            let response = failure(description);
            components.responses.insert((*name).into(), response);
        }
        for (path, item) in &mut document.paths.paths {
            let open = path == "/openapi.json";
            let named = path.contains('{');
            if let Some(operation) = item.get.as_mut().filter(|_| !open) {
                refusals(operation, named, &[]);
            }
            for operation in [&mut item.patch, &mut item.put].into_iter().flatten() {
                refusals(operation, named, OF_BODY);
            }
            if let Some(operation) = &mut item.delete {
                refusals(operation, named, &[]);
            }
            if let Some(operation) = &mut item.post {
                refusals(operation, named, OF_BODY);
                refusals(operation, named, OF_POST);
                let key = serde_json::from_value(idempotency_key()).expect("a parameter");
                operation
                    .parameters
                    .get_or_insert_default()
                    .push(RefOr::T(key));
            }
        }
    }
}

const FAILURES: &[(&str, &str)] = &[
    ("400", "`invalid`: every fault stands in `errors`."),
    (
        "401",
        "`unauthenticated`: no key, a wrong one, a revoked one.",
    ),
    ("403", "`forbidden`: the key may not do this."),
    (
        "404",
        "`not-found`: there is none, or it is another organization's.",
    ),
    ("408", "`too-slow`: the body did not arrive in time."),
    (
        "409",
        "`stale`, `not-allowed` or `key-in-flight`: nothing was stored.",
    ),
    ("413", "`too-large`"),
    ("415", "`unsupported-media-type`: send JSON."),
    (
        "422",
        "`key-reused`: the Idempotency-Key came before with another body.",
    ),
    (
        "429",
        "`too-many-requests`: come again after Retry-After seconds.",
    ),
    ("500", "`broken`: our fault, logged under `ticket`."),
    (
        "503",
        "`overloaded`: nothing was stored; come again after Retry-After seconds.",
    ),
];

fn failure(description: &str) -> RefOr<utoipa::openapi::Response> {
    let response = json!({"description": description, "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
    RefOr::T(serde_json::from_value(response).expect("a response"))
}

/// What whoever sends a body may hear.
const OF_BODY: &[&str] = &["408", "413", "415"];
/// What whoever makes something, or repeats that, may hear.
const OF_POST: &[&str] = &["409", "422"];

/// Adds the failures that an operation may answer and does not speak of itself: `more`, and those of all.
fn refusals(operation: &mut Operation, named: bool, more: &[&str]) {
    let always = ["400", "401", "403", "429", "500", "503"].as_slice();
    let all = always
        .iter()
        .chain(more)
        .chain(if named { ["404"].as_slice() } else { &[] });
    for status in all {
        let reference = Ref::from_response_name(*status);
        let responses = &mut operation.responses.responses;
        responses
            .entry((*status).to_owned())
            .or_insert(RefOr::Ref(reference));
    }
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Names the request: sent again within 7 days, it is answered again and not done again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    })
}

/// Read this document
#[utoipa::path(get, path = "/openapi.json", tag = "document", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
pub(super) async fn openapi(headers: HeaderMap) -> Response {
    reply::document(&headers, text())
}

/// The document as JSON text.
pub(super) fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut document = serde_json::to_value(Muster::openapi()).unwrap_or_default();
        document["webhooks"] = webhooks();
        document.to_string()
    });
    &TEXT
}

/// What subscribers are called with (OpenAPI 3.1, "webhooks").
fn webhooks() -> Value {
    let header = |name: &str, says: &str| json!({"name": name, "in": "header", "required": true, "description": says, "schema": {"type": "string"}});
    json!({"event": {"post": {
        "tags": ["subscriptions"],
        "summary": "An event, as a subscription of the shape `standard` is told it",
        "description": "Signed by Standard Webhooks. Answer 2xx within 15 seconds; 410 ends the subscription; anything else \
            is tried again for 75 hours, under the same `webhook-id`.",
        "security": [],
        "parameters": [
            header("webhook-id", "The delivery, the same in all its calls."),
            header("webhook-timestamp", "When the call was made, seconds since 1970."),
            header("webhook-signature", "`v1,` HMAC-SHA-256 and `v1a,` ed25519 over `id.timestamp.body`, blanks between."),
        ],
        "requestBody": {"required": true, "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Webhook"}}}},
        "responses": {
            "2XX": {"description": "It was taken."},
            "410": {"description": "The receiver wants no more."},
        },
    }}})
}

#[cfg(test)]
mod tests {
    use super::super::routes::ROUTES;
    use super::*;

    fn document() -> Value {
        serde_json::to_value(Muster::openapi()).expect("JSON")
    }

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let document = document();
        assert_eq!(document["openapi"], json!("3.1.0"));
        let mut described: Vec<(String, String)> = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in item.as_object().expect("methods").keys() {
                described.push((method.to_uppercase(), path.clone()));
            }
        }
        let mut routed: Vec<(String, String)> = ROUTES
            .iter()
            .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
            .collect();
        described.sort();
        routed.sort();
        assert_eq!(described, routed);
    }

    #[test]
    fn what_subscribers_are_called_with_is_described() {
        let document: Value = serde_json::from_str(text()).expect("JSON");
        let call = &document["webhooks"]["event"]["post"];
        let schema = &call["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let pointer = schema
            .as_str()
            .expect("a reference")
            .trim_start_matches('#');
        assert!(document.pointer(pointer).is_some());
        assert_eq!(call["parameters"].as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(value: &Value, whole: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                        let pointer = reference.trim_start_matches('#');
                        assert!(whole.pointer(pointer).is_some(), "{reference}");
                    }
                    members.values().for_each(|member| walk(member, whole));
                }
                Value::Array(items) => items.iter().for_each(|item| walk(item, whole)),
                _ => {}
            }
        }
        let document = document();
        walk(&document, &document);
    }

    #[test]
    fn every_operation_speaks_of_its_failures() {
        let document = document();
        for (method, path, _) in ROUTES
            .iter()
            .filter(|(_, path, _)| *path != "/openapi.json")
        {
            let operation = &document["paths"][*path][method.to_lowercase()];
            let responses = operation["responses"].as_object().expect("responses");
            assert!(
                responses.contains_key("401") && responses.contains_key("503"),
                "{path}"
            );
            // What is named in the path, or by a filter.
            let filtered = ["/applications", "/deliveries", "/invites", "/rules"];
            let names = path.contains('{') || (*method == "GET" && filtered.contains(path));
            assert_eq!(responses.contains_key("404"), names, "{method} {path}");
            assert_eq!(responses.contains_key("422"), *method == "POST", "{path}");
        }
    }

    #[test]
    fn a_candidate_is_described_field_by_field() {
        let document = document();
        let schemas = &document["components"]["schemas"];
        for (name, ..) in super::super::wire::record::FIELDS {
            assert!(
                schemas["Candidate"]["properties"][name].is_object(),
                "{name}"
            );
        }
        for name in super::super::wire::record::names() {
            assert!(
                schemas["NewCandidate"]["properties"][name].is_object(),
                "{name}"
            );
        }
        assert_eq!(
            schemas["Candidate"]["required"],
            json!(["id", "name", "created_at", "updated_at"])
        );
    }
}
