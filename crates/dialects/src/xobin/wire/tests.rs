//! Bodies that pass, and what is wrong with those that do not.

use bytes::Bytes;
use hiring::Problem;
use hiring::problem::{Flaw, FlawCode};
use serde_json::{Value, json};

use super::rules::{Rule, judge, schema};
use super::*;

fn body(json: &Value) -> Body {
    Body::read(Bytes::from(json.to_string()), |_| false).expect("a body")
}

fn faults(table: &'static [Rule], json: &Value) -> Vec<Flaw> {
    match judge(&body(json), table) {
        Err(Problem::Invalid(flaws)) => flaws,
        Err(other) => panic!("{other:?}"),
        Ok(_) => Vec::new(),
    }
}

const TABLES: &[&[Rule]] = &[
    tables::ADD,
    tables::INVITE,
    tables::APPLY,
    tables::MOVE,
    tables::HIRE,
    tables::REJECT,
    tables::OF_CANDIDATE,
];

#[test]
fn what_is_required_is_named_when_it_is_missing() {
    for table in TABLES {
        let required: Vec<_> = table.iter().filter(|rule| rule.required).collect();
        for nothing in [Value::Null, json!("")] {
            let members = required
                .iter()
                .map(|r| (r.name.to_owned(), nothing.clone()));
            let flaws = faults(table, &Value::Object(members.collect()));
            for rule in &required {
                let place = format!("/{}", rule.name);
                let named = |f: &Flaw| f.pointer == place && f.detail.contains(rule.name);
                assert!(flaws.iter().any(named), "{} in {flaws:?}", rule.name);
            }
        }
    }
}

#[test]
fn a_member_of_another_type_is_named() {
    for table in TABLES {
        for rule in *table {
            let flaws = faults(table, &json!({rule.name: [[1]]}));
            let place = format!("/{}", rule.name);
            let named = flaws.iter().any(|f| f.pointer.starts_with(&place));
            assert!(named, "{}: {flaws:?}", rule.name);
        }
    }
}

#[test]
fn the_schema_says_what_the_table_says() {
    for table in TABLES {
        let schema = schema(table);
        for rule in *table {
            assert!(schema["properties"][rule.name].is_object(), "{}", rule.name);
            let required = schema["required"].as_array().expect("a list");
            assert_eq!(required.contains(&json!(rule.name)), rule.required);
        }
    }
}

#[test]
fn a_stage_may_be_named_by_a_number() {
    let body = body(&json!({"source_stage_id": 7, "destination_stage_id": " 8 "}));
    let read = Move::parse(&body).expect("a move");
    assert_eq!(
        (
            read.source_stage_id.as_str(),
            read.destination_stage_id.as_str()
        ),
        ("7", "8")
    );
}

#[test]
fn the_oldest_generation_says_in_its_fields_who_applies() {
    let read = Apply::parse(&body(&json!({
        "job_name": "Programmer", "fields": {"Name": " Ada ", "email": "ada@x.org", "phone": 7}, "more": 1,
    })));
    let read = read.expect("an application");
    assert_eq!(
        (read.name.as_str(), read.email.as_str()),
        ("Ada", "ada@x.org")
    );
    assert_eq!(
        (read.fields.len(), read.unknown),
        (3, vec!["/more".to_owned()])
    );
    for (fields, code) in [
        (json!({"name": "Ada"}), FlawCode::Required),
        (json!({"name": "Ada", "email": "ada"}), FlawCode::Email),
        (json!({"name": "Ada", "email": 7}), FlawCode::Required),
        (json!([]), FlawCode::WrongType),
    ] {
        let flaws = faults(tables::APPLY, &json!({"job_name": "x", "fields": fields}));
        assert_eq!(flaws.first().map(|f| f.code), Some(code), "{fields}");
    }
}
