//! A document in, a page out.

use super::*;

pub(crate) const DOCUMENT: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "Things <of> ours", "version": "1", "description": "All *things*. Guide: /docs/one."},
  "servers": [{"url": "/one/v1"}],
  "security": [{"key": [], "account": []}],
  "paths": {
    "/v2/things": {"get": {
      "operationId": "list_things", "summary": "List things.", "parameters": [
        {"name": "loud", "in": "query", "description": "Whether it `rings`.", "schema": {"type": "boolean"}},
        {"name": "kind", "in": "query", "schema": {"enum": ["a", "b"]}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}],
      "responses": {
        "200": {"description": "Some.", "content": {"application/json": {"schema":
          {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}},
        "404": {"$ref": "#/components/responses/Lost"}}}},
    "/v2/things/{id}": {
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
      "put": {"operationId": "change_thing", "summary": "Change it", "security": [],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["name"],
          "properties": {"name": {"type": "string", "maxLength": 9}, "note": {"type": "string"},
            "inner": {"type": "object", "properties": {"deep": {"type": ["string", "null"]}}}}}}}},
        "responses": {"204": {"description": "Done."}, "200": {"description": "A file.", "content": {"*/*": {}}}}}}
  },
  "components": {
    "securitySchemes": {"key": {"type": "http", "scheme": "bearer"},
      "account": {"type": "apiKey", "in": "header", "name": "X-Account"}, "own": {"type": "http", "scheme": "bearer", "x-minted": "HS256"}, "odd": {"type": "mutualTLS"}},
    "responses": {"Lost": {"description": "`lost`", "content": {"application/problem+json": {"schema": {"type": "object"}}}}},
    "schemas": {"Thing": {"type": "object", "required": ["id"], "properties": {
      "id": {"type": "string", "format": "uuid"},
      "state": {"enum": ["on", "off"], "description": "How it is."},
      "of": {"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]},
      "tags": {"type": "array", "maxItems": 3, "items": {"type": "object", "properties": {"value": {"type": "string"}}}},
      "either": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 2}]}}}}
  }
}"##;

fn words(kind: &Kind) -> String {
    kind.0.iter().map(|word| word.text.as_str()).collect()
}

fn page() -> Reference {
    Reference::read("one", "Things", DOCUMENT).expect("a document")
}

#[test]
fn calls_stand_in_groups_with_what_they_take_and_answer() {
    let page = page();
    let titles: Vec<&str> = page.groups.iter().map(|g| g.title.as_str()).collect();
    assert_eq!(titles, ["things"], "the steps that all share are no group");
    let [list, change] = &page.groups[0].operations[..] else {
        panic!("two operations")
    };
    assert_eq!(
        (list.method.as_str(), list.title.as_str()),
        ("GET", "List things")
    );
    assert_eq!(list.credentials, ["account", "key"]);
    assert!(change.credentials.is_empty(), "answers everybody");
    assert_eq!(list.parameters[0].about, "Whether it <code>rings</code>.");
    assert_eq!(list.parameters[0].choices, ["true", "false"]);
    assert_eq!(list.parameters[1].choices, ["a", "b"]);
    assert_eq!(list.parameters[2].limits, "1 to 100");
    assert_eq!(words(&list.answers[0].kind), "list of Thing");
    assert_eq!(list.failures[0].about, "<code>lost</code>");
    let id = &change.parameters[0];
    assert_eq!(
        (id.place.as_str(), id.required, words(&id.kind).as_str()),
        ("path", true, "string (uuid)")
    );
    assert!(
        change.answers.iter().all(|a| a.sample.is_none()),
        "a file and nothing are no JSON"
    );
}

#[test]
fn a_body_is_told_member_by_member() {
    let page = page();
    let body = page.groups[0].operations[1].body.as_ref().expect("a body");
    let told: Vec<(&str, bool, String, &str)> = body
        .fields
        .iter()
        .map(|f| {
            (
                f.name.as_str(),
                f.required,
                words(&f.kind),
                f.limits.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("name", true, "string".to_owned(), "at most 9 characters"),
            ("note", false, "string".to_owned(), ""),
            ("inner", false, "object".to_owned(), ""),
            ("inner.deep", false, "string or null".to_owned(), ""),
        ]
    );
    assert_eq!(
        body.sample, "{\n  \"name\": \"text\"\n}",
        "what must be sent, and no more"
    );
}

#[test]
fn a_schema_that_holds_itself_ends() {
    let page = page();
    let thing = &page.shapes[0];
    let told: Vec<(&str, String)> = thing
        .fields
        .iter()
        .map(|f| (f.name.as_str(), words(&f.kind)))
        .collect();
    assert_eq!(
        told,
        [
            ("id", "string (uuid)".to_owned()),
            ("state", "one of a list".to_owned()),
            ("of", "Thing or null".to_owned()),
            ("tags", "list of object".to_owned()),
            ("tags[].value", "string".to_owned()),
            ("either", "string or integer".to_owned()),
        ]
    );
    assert_eq!(thing.fields[1].limits, "one of: on, off");
    assert_eq!(thing.fields[5].limits, "at least 2");
    assert_eq!(
        thing.fields[2].kind.0[0].to.as_deref(),
        Some("schema-Thing")
    );
    let sample = page.groups[0].operations[0].answers[0]
        .sample
        .as_ref()
        .expect("an example");
    let read: Value = serde_json::from_str(sample).expect("JSON");
    assert_eq!(read[0]["state"], "on");
    assert!(sample.len() < 4_000, "{sample}");
}

#[test]
fn credentials_are_the_headers_they_go_into() {
    let told: Vec<(String, String, &str)> = page()
        .credentials
        .into_iter()
        .filter(|c| !c.minted)
        .map(|c| (c.name, c.header, c.before))
        .collect();
    assert_eq!(
        told,
        [
            ("key".to_owned(), "Authorization".to_owned(), "Bearer "),
            ("account".to_owned(), "X-Account".to_owned(), ""),
        ]
    );
}

#[test]
fn what_is_no_document_has_no_page() {
    for text in ["", "{}", "[]", r#"{"paths": 7}"#] {
        assert!(Reference::read("x", "X", text).is_none(), "{text}");
    }
}

#[test]
fn nothing_in_a_document_becomes_markup() {
    let evil = DOCUMENT
        .replace("List things.", "<script>x</script>")
        .replace("How it is.", "<img src=x>");
    let text = Reference::read("one", "Things", &evil)
        .expect("a document")
        .render()
        .expect("a page");
    assert!(!text.contains("<script>") && !text.contains("<img"));
    assert!(text.contains("&#60;script&#62;"));
}
