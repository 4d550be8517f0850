//! From one table of operations to both the router and the OpenAPI 3.1 document, so that neither knows an address that
//! the other does not.
//!
//! A dialect's `document.rs` holds the table: method, path, handler, and what is sent and answered. What its callers
//! have in common (the credentials, the failures, Idempotency-Key) is added here, once. The schema of a body comes from
//! what judges it (docs/decisions/0007): a function, so that it may be computed from a table in `wire`.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::MethodRouter;
use hiring::App;
use serde_json::{Map, Value, json};

/// One method of one address.
pub(crate) struct Operation {
    /// `GET`, `POST`…
    pub method: &'static str,
    /// Below the dialect's mount point, as axum and OpenAPI both write it: `/candidates/{id}`.
    pub path: &'static str,
    /// `operationId`, a name of its own.
    pub id: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// Its handler: `|| get(read::one)`.
    pub handler: fn() -> MethodRouter<App>,
    /// The parameters in its query and headers; see [`query`]. Those in the path are made from the path.
    pub parameters: fn() -> Vec<Value>,
    /// The schema of its JSON body, where it has one.
    pub body: Option<fn() -> Value>,
    /// What it answers when all is well (and where it fails in words of its own).
    pub answers: &'static [Answer],
    /// Whether it is answered without credentials.
    pub open: bool,
}

/// One answer: status, what it means, and the schema of its JSON body.
pub(crate) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// What it means.
    pub about: &'static str,
    /// What the body is.
    pub content: Content,
}

/// The body of an answer.
pub(crate) enum Content {
    /// JSON of this schema.
    Json(fn() -> Value),
    /// A file, of any type.
    File,
}

/// When a failure may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Always.
    Always,
    /// Where credentials are asked for.
    Closed,
    /// Where the path names something.
    Named,
    /// Where a body is sent.
    Body,
    /// By a POST.
    Post,
}

/// What all operations of a dialect have in common.
pub(crate) struct Document {
    /// What the API is called.
    pub title: &'static str,
    /// A sentence or two, Markdown.
    pub about: &'static str,
    /// The mount point: `/comeet`.
    pub server: &'static str,
    /// `securitySchemes`: name → scheme. Each alone is enough.
    pub security: Value,
    /// The schema of a failure's body.
    pub failure: Value,
    /// The failures: status, what it means, when it may come.
    pub failures: &'static [(u16, &'static str, When)],
    /// `components/schemas`, beside `Failure`.
    pub schemas: Map<String, Value>,
}

impl Document {
    /// The document of these operations.
    pub(crate) fn of(&self, operations: &[Operation]) -> Value {
        let mut paths = Map::new();
        for operation in operations {
            let item = paths.entry(operation.path).or_insert_with(|| json!({}));
            item[operation.method.to_ascii_lowercase()] = self.shown(operation);
        }
        let mut schemas = self.schemas.clone();
        schemas.insert("Failure".into(), self.failure.clone());
        let schemes = self.security.as_object().into_iter().flatten();
        let security: Vec<Value> = schemes.map(|(name, _)| json!({name: []})).collect();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": self.title,
                "version": "1",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                "description": self.about,
            },
            "servers": [{"url": self.server, "description": "This server."}],
            "security": security,
            "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": self.security},
        })
    }

    fn shown(&self, operation: &Operation) -> Value {
        let mut parameters = path_parameters(operation.path);
        parameters.extend((operation.parameters)());
        if operation.method == "POST" && !operation.open {
            parameters.push(idempotency_key());
        }
        let mut shown = json!({
            "summary": operation.about,
            "operationId": operation.id,
            "parameters": parameters,
            "responses": self.responses(operation),
        });
        if operation.open {
            shown["security"] = json!([]);
        }
        if let Some(schema) = operation.body {
            shown["requestBody"] =
                json!({"required": true, "content": {"application/json": {"schema": schema()}}});
        }
        shown
    }

    fn responses(&self, operation: &Operation) -> Value {
        let mut all: BTreeMap<u16, Value> = BTreeMap::new();
        for (status, about, when) in self.failures {
            let may = match when {
                When::Always => true,
                When::Closed => !operation.open,
                When::Named => operation.path.contains('{'),
                When::Body => operation.body.is_some(),
                When::Post => operation.method == "POST",
            };
            if may {
                let content = json!({"application/json": {"schema": reference("Failure")}});
                all.insert(*status, json!({"description": about, "content": content}));
            }
        }
        for answer in operation.answers {
            let mut response = json!({"description": answer.about});
            match answer.content {
                Content::Json(schema) => {
                    response["content"] = json!({"application/json": {"schema": schema()}});
                }
                Content::File => response["content"] = json!({"*/*": {"schema": {}}}),
            }
            all.insert(answer.status, response);
        }
        let all = all.into_iter().map(|(status, v)| (status.to_string(), v));
        Value::Object(all.collect())
    }
}

/// The router of these operations.
pub(crate) fn router(operations: &[Operation]) -> Router<App> {
    operations.iter().fold(Router::new(), |router, operation| {
        router.route(operation.path, (operation.handler)())
    })
}

/// An operation without parameters.
pub(crate) fn none() -> Vec<Value> {
    Vec::new()
}

/// A parameter in the query that may be left out.
pub(crate) fn query(name: &str, about: &str, schema: Value) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema})
}

/// `{"$ref": …}` to one of the document's schemas.
pub(crate) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object of just these members, every one of them there.
pub(crate) fn exactly(members: Value) -> Value {
    let names: Vec<String> = members
        .as_object()
        .into_iter()
        .flatten()
        .map(|(n, _)| n.clone())
        .collect();
    json!({"type": "object", "properties": members, "required": names, "additionalProperties": false})
}

/// A list of these.
pub(crate) fn list_of(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path
        .split('/')
        .filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect()
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Names the request: sent again within 7 days, it is answered again and not done again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    })
}

/// What every dialect's document is held against.
#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Fails unless every reference leads somewhere, every operation has a name of its own and an answer that is well.
    pub(crate) fn hold(document: &Value) {
        let mut references = Vec::new();
        walk(document, &mut references);
        for to in references {
            let pointer = to.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{to} leads nowhere");
        }
        let mut names = BTreeSet::new();
        let paths = document["paths"].as_object().expect("paths");
        assert!(!paths.is_empty());
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("methods") {
                let name = operation["operationId"].as_str().expect("a name");
                assert!(names.insert(name.to_owned()), "{name} twice");
                let answers = operation["responses"].as_object().expect("answers");
                let well = answers.keys().any(|status| status.starts_with('2'));
                assert!(well, "{method} {path} is never well");
            }
        }
    }

    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(to) = members.get("$ref").and_then(Value::as_str) {
                    found.push(to.to_owned());
                }
                members.values().for_each(|member| walk(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }

    fn example() -> Vec<Operation> {
        vec![Operation {
            method: "POST",
            path: "/things/{id}",
            id: "change_thing",
            about: "Change a thing",
            handler: || axum::routing::post(|| async {}),
            parameters: || {
                vec![query(
                    "loud",
                    "Whether it rings.",
                    json!({"type": "boolean"}),
                )]
            },
            body: Some(|| exactly(json!({"name": {"type": "string"}}))),
            answers: &[Answer {
                status: 200,
                about: "Done.",
                content: Content::Json(|| list_of(reference("Thing"))),
            }],
            open: false,
        }]
    }

    #[test]
    fn a_document_says_what_the_table_says() {
        let document = Document {
            title: "Things",
            about: "",
            server: "/things",
            security: json!({"key": {"type": "http", "scheme": "bearer"}}),
            failure: json!({"type": "object"}),
            failures: &[
                (401, "Who?", When::Closed),
                (404, "Where?", When::Named),
                (413, "Large.", When::Body),
            ],
            schemas: [("Thing".to_owned(), json!({"type": "object"}))]
                .into_iter()
                .collect(),
        };
        let shown = document.of(&example());
        hold(&shown);
        let operation = &shown["paths"]["/things/{id}"]["post"];
        let answers: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        assert_eq!(answers, ["200", "401", "404", "413"]);
        let names: Vec<&Value> = operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| &p["name"])
            .collect();
        assert_eq!(names, ["id", "loud", "Idempotency-Key"]);
        assert_eq!(
            operation["requestBody"]["content"]["application/json"]["schema"]["required"],
            json!(["name"])
        );
    }
}
