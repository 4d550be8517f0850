//! The OpenAPI 3.1 document of this dialect, `/merge/openapi.json`: the operations (`document/operations.rs`), the models
//! they answer (`document/models.rs`), and for what they are sent the very tables that judge it (`wire/tables.rs`).

mod models;
mod operations;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use self::models::{reference, schemas};
use self::operations::{Answer, OPERATIONS, Operation, Sent};
use crate::merge::wire::{Meta, request_schema};

/// The document as JSON text.
pub(super) fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    &TEXT
}

fn document() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = format!("/ats/v1{}", operation.path);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[operation.method] = shown(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Muster, as Merge's unified ATS API",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "What Merge's own SDKs speak, answered by this server. Guide: /docs/merge.",
        },
        "servers": [{"url": "/merge/api", "description": "This server."}],
        "security": [{"key": [], "account": []}],
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "account": {"type": "apiKey", "in": "header", "name": "X-Account-Token"},
            },
        },
    })
}

fn components() -> Map<String, Value> {
    let mut all = schemas();
    let text = json!({"type": "string"});
    all.insert(
        "Failure".into(),
        json!({"type": "object", "properties": {"detail": text}, "required": ["detail"]}),
    );
    all.insert(
        "ValidationProblem".into(),
        json!({
            "type": "object",
            "properties": {
                "source": {"type": "object", "properties": {"pointer": text}},
                "title": text, "detail": text, "problem_type": text,
            },
            "required": ["title", "detail", "problem_type"],
        }),
    );
    all.insert("Refusal".into(), written(&json!({"type": "null"})));
    all
}

/// `{model, warnings, errors, logs?}`.
fn written(model: &Value) -> Value {
    let problems = json!({"type": "array", "items": reference("ValidationProblem")});
    json!({
        "type": "object",
        "properties": {
            "model": model,
            "warnings": problems,
            "errors": problems,
            "logs": {"type": "array", "items": reference("DebugModeLog")},
        },
        "required": ["model", "warnings", "errors"],
        "additionalProperties": false,
    })
}

fn shown(operation: &Operation) -> Value {
    let mut shown = json!({
        "summary": operation.about,
        "operationId": id(operation),
        "tags": [operation.path.split('/').nth(1).unwrap_or("")],
        "parameters": parameters(operation),
        "responses": responses(operation),
    });
    if operation.key_only {
        shown["security"] = json!([{"key": []}]);
    }
    if let Some(schema) = body(operation.sent) {
        shown["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    shown
}

/// `get /candidates/{id}` → `get_candidates_id`.
fn id(operation: &Operation) -> String {
    let words = operation
        .path
        .split(['/', '{', '}', '-'])
        .filter(|w| !w.is_empty());
    let words: Vec<&str> = std::iter::once(operation.method).chain(words).collect();
    words.join("_")
}

/// Parameters that every list has.
const OF_LISTS: [&str; 10] = [
    "cursor",
    "page_size",
    "created_after",
    "created_before",
    "modified_after",
    "modified_before",
    "remote_id",
    "include_deleted_data",
    "include_remote_data",
    "include_shell_data",
];

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
    });
    let lists = matches!(operation.answer, Answer::Page(_));
    let common = OF_LISTS.iter().filter(|_| lists);
    let writes = matches!(operation.answer, Answer::Written(..));
    let of_writes = ["is_debug_mode", "run_async"].iter().filter(|_| writes);
    let own = operation.query.iter();
    let query = common.chain(own).chain(of_writes).map(
        |name| json!({"name": name, "in": "query", "required": false, "schema": parameter(name)}),
    );
    in_path.chain(query).collect()
}

/// The type of a query parameter, by its name.
fn parameter(name: &str) -> Value {
    match name {
        "page_size" => json!({"type": "integer", "minimum": 1, "maximum": 100}),
        _ if name.starts_with("is_") || name.starts_with("include_") || name == "run_async" => {
            json!({"type": "boolean"})
        }
        _ if ["_after", "_before", "_date"]
            .iter()
            .any(|end| name.ends_with(end)) =>
        {
            json!({"type": "string", "format": "date-time"})
        }
        _ => json!({"type": "string"}),
    }
}

fn body(sent: Sent) -> Option<Value> {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    let schema = match sent {
        Sent::Nothing => return None,
        Sent::Model(table) => request_schema(table, &[], Meta::Document),
        Sent::Stage => json!({
            "type": "object",
            "properties": {
                "job_interview_stage": {"type": "string", "format": "uuid"}, "remote_user_id": maybe,
            },
            "required": ["job_interview_stage"],
        }),
        Sent::Ignore => json!({
            "type": "object",
            "properties": {
                "reason": {"enum": ["GENERAL_CUSTOMER_REQUEST", "GDPR", "OTHER"]}, "message": maybe,
            },
            "required": ["reason"],
        }),
        Sent::Link => json!({
            "type": "object",
            "properties": {
                "end_user_email_address": text, "end_user_organization_name": text, "end_user_origin_id": text,
                "categories": {"type": "array", "items": text},
                "link_expiry_mins": {"type": ["integer", "null"], "minimum": 30, "maximum": 10080},
            },
            "required": [
                "end_user_email_address", "end_user_organization_name", "end_user_origin_id", "categories",
            ],
        }),
        Sent::Name => {
            json!({"type": "object", "properties": {"name": text}, "required": ["name"]})
        }
        Sent::Scopes => json!({
            "type": "object",
            "properties": {"common_models": {"type": "array", "items": {"type": "object"}}},
            "required": ["common_models"],
        }),
        Sent::Receiver => json!({
            "type": "object",
            "properties": {"event": text, "is_active": {"type": "boolean"}, "key": maybe},
            "required": ["event", "is_active"],
        }),
    };
    Some(schema)
}

fn responses(operation: &Operation) -> Value {
    let json = |schema: Value| json!({"application/json": {"schema": schema}});
    let said = |about: &str, content: Value| json!({"description": about, "content": content});
    let mut all = Map::new();
    let (status, content) = match operation.answer {
        Answer::Page(model) => (200, json(page(model))),
        Answer::One(status, model) => (status, json(reference(model))),
        Answer::All(model) => (
            200,
            json(json!({"type": "array", "items": reference(model)})),
        ),
        Answer::Written(status, model) => (status, json(written(&reference(model)))),
        Answer::Done => (200, json(json!({"type": "object"}))),
        Answer::File => (200, json!({"*/*": {"schema": {}}})),
        Answer::Never => (0, Value::Null),
    };
    if status > 0 {
        all.insert(status.to_string(), said("Done.", content));
    }
    let failure = || json(reference("Failure"));
    for (status, about) in FAILURES {
        all.insert((*status).to_owned(), said(about, failure()));
    }
    if matches!(operation.sent, Sent::Model(_) | Sent::Stage) {
        let either = json!({"anyOf": [reference("Refusal"), reference("Failure")]});
        let about = "Refused: `errors` says why. Or the body could not be read: `detail` says why.";
        all.insert("400".into(), said(about, json(either)));
    }
    Value::Object(all)
}

const FAILURES: &[(&str, &str)] = &[
    ("400", "Unreadable, or a parameter that says nothing."),
    ("401", "No key, a wrong one, or no account token."),
    ("403", "This key or account may not."),
    ("404", "Not there, or another organization's."),
    ("405", "Not this method."),
    ("408", "The body did not arrive in time."),
    ("413", "Larger than 2 MiB."),
    ("415", "Not JSON."),
    (
        "429",
        "Too many calls: `Retry-After` says when to come again.",
    ),
    ("503", "Busy: `Retry-After` says when to come again."),
];

fn page(model: &str) -> Value {
    let cursor = json!({"type": ["string", "null"]});
    json!({
        "type": "object",
        "properties": {
            "next": cursor, "previous": cursor, "results": {"type": "array", "items": reference(model)},
        },
        "required": ["next", "previous", "results"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` in `value`.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(to)) = members.get("$ref") {
                    found.push(to.clone());
                }
                members.values().for_each(|v| references(v, found));
            }
            Value::Array(items) => items.iter().for_each(|v| references(v, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 100);
        for to in found {
            let pointer = to.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{to}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let mut names: Vec<String> = OPERATIONS.iter().map(id).collect();
        names.sort();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
