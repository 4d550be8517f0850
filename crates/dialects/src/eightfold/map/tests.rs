//! What goes in by a name comes out by it.

use hiring::attachment::Kind as FileKind;
use hiring::record::Record;
use hiring::slot;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::eightfold::wire::query::{Include, Query};
use crate::eightfold::wire::tables::{BODY, Kind, Member};
use crate::files::Content;

fn include() -> Include {
    Include::parse(
        &Query::read(Some("include=applications,tags,notes")).unwrap(),
        true,
    )
    .unwrap()
}

/// Reads back what `body` says, as an otherwise unknown person of system `demo`, id `7`.
fn round_trip(body: &Map<String, Value>) -> Value {
    let record = Record::of(&said::said(body));
    let view = shown::View {
        who: shown::Who::Candidate {
            system: "demo",
            id: "7",
        },
        record: &record,
        files: &[],
        applications: Vec::new(),
        notes: Vec::new(),
        eeo: true,
    };
    shown::body(&view, &include())
}

/// A value of this kind, every documented member in it.
fn value_of(kind: Kind) -> BoxedStrategy<Value> {
    let whole = |members: &'static [Member]| {
        let all: Vec<_> = members
            .iter()
            .map(|(name, kind)| or_null(*kind).prop_map(move |v| ((*name).to_owned(), v)))
            .collect();
        all.prop_map(|members| Value::Object(members.into_iter().collect()))
    };
    match kind {
        Kind::Text => "[a-zA-Z ,é]{0,12}".prop_map(Value::from).boxed(),
        Kind::Bool => any_bool(),
        Kind::Int => any::<i32>().prop_map(Value::from).boxed(),
        Kind::Number => (-1e9..1e9f64).prop_map(Value::from).boxed(),
        Kind::Email => Just(json!("a@b.example")).boxed(),
        Kind::Emails => Just(json!("a@b.example, c@d.example,e@f.example")).boxed(),
        Kind::Date => Just(json!("1990-12-31")).boxed(),
        Kind::Moment => prop_oneof![Just(json!("2026-01-01")), Just(json!(5))].boxed(),
        Kind::Choice(words) => prop::sample::select(words).prop_map(Value::from).boxed(),
        Kind::Texts => prop::collection::vec("[a-z ]{0,5}", 0..3)
            .prop_map(Value::from)
            .boxed(),
        Kind::Free => Just(json!({"someKey": {"innerKey": [1, 2.5, null]}, "x": null})).boxed(),
        Kind::One(members) => whole(members).boxed(),
        Kind::Many(members) => prop::collection::vec(whole(members), 0..2)
            .prop_map(Value::from)
            .boxed(),
    }
}

fn any_bool() -> BoxedStrategy<Value> {
    proptest::bool::ANY.prop_map(Value::from).boxed()
}

fn or_null(kind: Kind) -> BoxedStrategy<Value> {
    prop_oneof![9 => value_of(kind), 1 => Just(Value::Null)].boxed()
}

fn bodies() -> impl Strategy<Value = Map<String, Value>> {
    let fields: Vec<_> = BODY
        .iter()
        .map(|field| {
            let value = match field.name {
                "systemId" => Just(json!("demo")).boxed(),
                "candidateId" => Just(json!("7")).boxed(),
                "firstName" => value_of(field.kind),
                _ => or_null(field.kind),
            };
            value.prop_map(|value| (field.name.to_owned(), value))
        })
        .collect();
    fields.prop_map(|fields| fields.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_value_of_every_field_comes_back(body in bodies()) {
        let back = round_trip(&body);
        for (name, value) in &body {
            // Points of nothing but blanks are no points; nothing of them can be said.
            if name == "phones" && value.as_str().is_some_and(|p| p.split(',').all(|t| t.trim().is_empty())) {
                continue;
            }
            prop_assert_eq!(&back[name], value, "{}", name);
        }
    }

    #[test]
    fn a_comma_list_comes_back_as_it_was_spelled(text in "[a@., ]{0,30}") {
        let points = said::split_points(&text);
        let points = points.as_array().unwrap();
        if points.is_empty() {
            prop_assert!(text.split(',').all(|t| t.trim().is_empty()));
        } else {
            prop_assert_eq!(said::join_points(points), text);
        }
    }
}

#[test]
fn a_table_has_no_two_names_of_one_spelling() {
    fn look(members: &[Member]) {
        let names: std::collections::BTreeSet<_> = members.iter().map(|m| snake(m.0)).collect();
        assert_eq!(names.len(), members.len());
        for (_, kind) in members {
            if let Kind::One(inner) | Kind::Many(inner) = kind {
                look(inner);
            }
        }
    }
    let body: Vec<Member> = BODY.iter().map(|f| (f.name, f.kind)).collect();
    look(&body);
    assert_eq!(snake("wfSubStage"), "wf_sub_stage");
    assert_eq!(snake("isBase64"), "is_base64");
}

#[test]
fn unknown_members_and_null_say_nothing() {
    let body = json!({"title": null, "email": "x", "education": [{"school": "a", "rank": 1}]});
    let said = said::said(body.as_object().unwrap());
    assert_eq!(Value::Object(said), json!({"education": [{"school": "a"}]}));
}

#[test]
fn others_words_are_shown_in_the_vendors_schema() {
    let said = json!({
        "full_name": "Grace Hopper",
        "emails": [{"value": "g@x.org", "type": "WORK"}, {"value": "h@x.org"}],
        "locations": ["New York", "Paris"],
        "address": {"street": "1 Main St", "city": "Paris", "zip": null, "country": "FR"},
        "last_interaction_at": "2026-01-01T00:00:00.5Z",
    });
    let record = Record::of(said.as_object().unwrap());
    let view = shown::View {
        who: shown::Who::Candidate {
            system: "s",
            id: "u",
        },
        record: &record,
        files: &[],
        applications: vec![json!({"status": "active"})],
        notes: Vec::new(),
        eeo: false,
    };
    let body = shown::body(&view, &include());
    for (name, wanted) in [
        ("firstName", json!("Grace")),
        ("lastName", json!("Hopper")),
        ("emails", json!("g@x.org,h@x.org")),
        ("location", json!("New York")),
        ("address", json!("1 Main St, Paris, FR")),
        ("lastActivityTs", json!(1_767_225_600)),
        ("applications", json!([{"status": "active"}])),
        ("title", json!(null)),
    ] {
        assert_eq!(body[name], wanted, "{name}");
    }
    assert!(body.get("gender").is_none() && body.get("veteranStatusStr").is_none());
}

#[test]
fn files_and_what_they_are_for() {
    let uid = uuid::Uuid::nil();
    let at = |n| slot::placeholder(uid, n);
    let body = json!({
        "resumeContent": {"content": at(0), "extension": ".pdf", "isBase64": true},
        "photoContent": {"content": null, "extension": "png"},
        "attachments": [
            {"attachmentContent": at(1), "attachmentType": "cover_letter", "fileName": "letter.txt"},
            {"attachmentContent": at(2), "isBase64": true},
            {"fileName": "only a name"},
        ],
    });
    let files = files::files(body.as_object().unwrap());
    let seen: Vec<_> = files
        .iter()
        .map(|f| (f.name.as_str(), f.kind, f.content))
        .collect();
    let wanted = [
        ("resume.pdf", FileKind::Resume, Content::Base64),
        ("letter.txt", FileKind::CoverLetter, Content::Text),
        ("attachment", FileKind::Other, Content::Base64),
    ];
    assert_eq!(seen, wanted);
}

#[test]
fn entries_of_applications() {
    let body = json!({"applications": [
        {"applicationId": "a", "status": "withdrawn", "reason": "moved", "applicationTs": 5,
         "jobs": [{"atsJobId": "1"}, {"name": "no id"}, {"atsJobId": "2"}]},
        {"status": "converted", "sourceName": "Referral"},
    ]});
    let entries = applications::entries(body.as_object().unwrap());
    let jobs = [
        ("1".to_owned(), "/applications/0/jobs/0/atsJobId".to_owned()),
        ("2".to_owned(), "/applications/0/jobs/2/atsJobId".to_owned()),
    ];
    assert_eq!(entries[0].jobs, jobs);
    assert_eq!(entries[0].new.applied_at, Some(5_000_000));
    assert_eq!(entries[0].new.foreign_key.as_deref(), Some("a"));
    let ending = entries[0].ending.as_ref().unwrap();
    assert_eq!(
        (ending.0.word(), ending.1.as_deref()),
        ("withdrawn", Some("moved"))
    );
    assert!(entries[1].ending.is_none());
    assert_eq!(entries[1].new.source, "Referral");
}
