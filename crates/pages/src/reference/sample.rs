//! An example of a value, made from its schema where the document gives none.

use serde_json::{Map, Value, json};

use super::{Document, list, members};

/// Who writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// A caller, who leaves out what need not be said.
    Sent,
    /// We, who say everything.
    Answered,
}

/// How deep an example goes: schemas may hold themselves.
const DEEPEST: usize = 6;
/// How many members of an object stand in an example where none is required.
const SOME: usize = 5;

/// An example of a body, as text.
pub(super) fn of_content(document: Document, content: &Value, side: Side) -> String {
    let given = content.get("example").cloned().or_else(|| {
        let (_, first) = members(&content["examples"]).next()?;
        document.resolve(first).get("value").cloned()
    });
    let value = given.unwrap_or_else(|| of(document, &content["schema"], side, 0));
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn of(document: Document, schema: &Value, side: Side, depth: usize) -> Value {
    let schema = document.resolve(schema);
    if let Some(given) = given(schema) {
        return given;
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    if schema["allOf"].is_array() {
        return all_of(document, schema, side, depth);
    }
    for alternatives in ["oneOf", "anyOf"] {
        let mut real = list(&schema[alternatives]).filter(|s| s["type"] != "null");
        if let Some(first) = real.next() {
            return of(document, first, side, depth + 1);
        }
    }
    match first_type(schema) {
        "object" => Value::Object(object(document, schema, side, depth)),
        "array" if depth >= DEEPEST => json!([]),
        "array" => json!([of(document, &schema["items"], side, depth + 1)]),
        "string" => text(schema),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => json!({}),
    }
}

fn given(schema: &Value) -> Option<Value> {
    let first = |of: &str| schema[of].as_array().and_then(|a| a.first()).cloned();
    schema
        .get("example")
        .or_else(|| schema.get("const"))
        .cloned()
        .or_else(|| first("examples"))
        .or_else(|| schema.get("default").filter(|d| !d.is_null()).cloned())
        .or_else(|| first("enum"))
}

fn all_of(document: Document, schema: &Value, side: Side, depth: usize) -> Value {
    let mut whole = Map::new();
    for part in list(&schema["allOf"]) {
        match of(document, part, side, depth + 1) {
            Value::Object(members) => whole.extend(members),
            other => return other,
        }
    }
    Value::Object(whole)
}

fn first_type(schema: &Value) -> &str {
    let one = match &schema["type"] {
        Value::String(one) => Some(one.as_str()),
        several => list(several)
            .filter_map(Value::as_str)
            .find(|t| *t != "null"),
    };
    let by_members = || schema["properties"].is_object().then_some("object");
    one.or_else(by_members).unwrap_or("")
}

fn object(document: Document, schema: &Value, side: Side, depth: usize) -> Map<String, Value> {
    let required = |name: &String| list(&schema["required"]).any(|n| n == name);
    let any_required = members(&schema["properties"]).any(|(name, _)| required(name));
    let mut shown = Map::new();
    for (at, (name, member)) in members(&schema["properties"]).enumerate() {
        let wanted = match side {
            Side::Answered => true,
            Side::Sent if any_required => required(name) || member.get("example").is_some(),
            Side::Sent => at < SOME,
        };
        if wanted {
            shown.insert(name.clone(), of(document, member, side, depth + 1));
        }
    }
    shown
}

fn text(schema: &Value) -> Value {
    json!(match schema["format"].as_str().unwrap_or("") {
        "uuid" => "01900000-0000-7000-8000-000000000001",
        "date-time" => "2026-01-02T03:04:05Z",
        "date" => "2026-01-02",
        "email" => "ada@example.com",
        "uri" | "url" => "https://example.com/",
        "byte" => "SGVsbG8=",
        _ => "text",
    })
}
