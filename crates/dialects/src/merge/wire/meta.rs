//! The tables as JSON schemas: MetaResponse's `request_schema` (dialect page, §3), from which clients build forms, and the
//! request bodies of the OpenAPI document.

use serde_json::{Map, Value, json};

use super::rules::{Kind, Rule, Table};

/// For whom the schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Meta {
    /// People who build forms: choices are explained, and what is of no use here is not offered.
    Form,
    /// The OpenAPI document: all that is accepted, null included.
    Document,
}

/// The schema of the whole body of a write of `table`. `more`: fields that the linked account requires beside.
pub(in super::super) fn request_schema(table: &Table, more: &[String], meta: Meta) -> Value {
    json!({
        "type": "object",
        "properties": {
            "model": object(table, more, meta),
            "remote_user_id": {
                "type": texts(meta, "string"),
                "description": "The id of the user on whose behalf the write is done.",
            },
        },
        "required": ["model"],
    })
}

/// A model as a schema.
fn object(table: &Table, more: &[String], meta: Meta) -> Value {
    let offered = |rule: &&Rule| meta == Meta::Document || !matches!(rule.kind, Kind::Unused);
    let properties: Map<String, Value> = table
        .rules
        .iter()
        .filter(offered)
        .map(|rule| (rule.name.to_owned(), property(rule, meta)))
        .collect();
    let mut required: Vec<&str> = table.required.to_vec();
    required.extend(more.iter().map(String::as_str));
    required.dedup();
    json!({"type": "object", "properties": properties, "required": required})
}

fn property(rule: &Rule, meta: Meta) -> Value {
    let mut schema = match rule.kind {
        Kind::Text => json!({"type": texts(meta, "string")}),
        Kind::Email => json!({"type": texts(meta, "string"), "format": "email"}),
        Kind::Url => json!({"type": texts(meta, "string"), "format": "uri"}),
        Kind::Moment => json!({"type": texts(meta, "string"), "format": "date-time"}),
        Kind::Boolean => json!({"type": texts(meta, "boolean")}),
        Kind::Texts => json!({"type": texts(meta, "array"), "items": {"type": "string"}}),
        Kind::LooseTexts => {
            json!({"type": texts(meta, "array"), "items": {"type": texts(meta, "string")}})
        }
        Kind::Choice(choices) => choice(choices, meta),
        Kind::Reference => reference(meta),
        Kind::Objects(table) => {
            json!({"type": texts(meta, "array"), "items": object(table, &[], meta)})
        }
        Kind::RefOrNew(table) => either(table, meta),
        Kind::Linked(table) => {
            json!({"type": texts(meta, "array"), "items": either(table, meta)})
        }
        Kind::Unused => json!({}),
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".into(), json!(title(rule.name)));
        if !rule.about.is_empty() {
            members.insert("description".into(), json!(rule.about));
        }
    }
    schema
}

/// Forms name the one type that says something; the document says that null is accepted too.
fn texts(meta: Meta, kind: &str) -> Value {
    match meta {
        Meta::Form => json!(kind),
        Meta::Document => json!([kind, "null"]),
    }
}

fn choice(choices: &[&str], meta: Meta) -> Value {
    match meta {
        Meta::Form => {
            let one = |c: &&str| json!({"value": c, "description": title(&c.to_lowercase())});
            let information: Vec<Value> = choices.iter().map(one).collect();
            json!({"type": "string", "enum": choices, "enum_information": information})
        }
        Meta::Document => {
            let mut all: Vec<Value> = choices.iter().map(|c| json!(c)).collect();
            all.push(Value::Null);
            json!({"enum": all})
        }
    }
}

fn reference(meta: Meta) -> Value {
    let id = json!({"type": "string", "format": "uuid"});
    match meta {
        Meta::Form => id,
        Meta::Document => json!({"anyOf": [
            id,
            {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}, "required": ["id"]},
            {"type": "null"},
        ]}),
    }
}

/// An id, or an object that makes a record. A form is for making one.
fn either(table: &Table, meta: Meta) -> Value {
    match meta {
        Meta::Form => object(table, &[], meta),
        Meta::Document => {
            json!({"anyOf": [reference(meta), object(table, &[], meta)]})
        }
    }
}

/// `first_name` → `First name`.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::{APPLICATION, CANDIDATE};
    use super::*;

    #[test]
    fn a_form_says_what_is_required_and_what_may_be_chosen() {
        let more = ["first_name".to_owned()];
        let schema = request_schema(&CANDIDATE, &more, Meta::Form);
        let model = &schema["properties"]["model"];
        assert_eq!(model["required"], json!(["first_name"]));
        assert_eq!(
            model["properties"]["last_interaction_at"]["format"],
            "date-time"
        );
        let kind =
            &model["properties"]["phone_numbers"]["items"]["properties"]["phone_number_type"];
        assert_eq!(kind["enum_information"][2]["value"], "MOBILE");
        assert!(model["properties"].get("integration_params").is_none());
        let application = &model["properties"]["applications"]["items"];
        assert_eq!(application["required"], json!(["job"]));
    }

    #[test]
    fn the_document_accepts_null() {
        let schema = request_schema(&APPLICATION, &[], Meta::Document);
        let model = &schema["properties"]["model"];
        assert_eq!(
            model["properties"]["source"]["type"],
            json!(["string", "null"])
        );
        assert_eq!(model["required"], json!(["candidate", "job"]));
    }
}
