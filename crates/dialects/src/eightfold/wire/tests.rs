//! What a body may be, as tables.

use bytes::Bytes;
use hiring::problem::{FlawCode, Problem};
use serde_json::{Value, json};

use super::tables::{BODY, Kind, Member};
use super::*;

fn parse(body: &Value) -> Result<AtsCandidate> {
    let body = Body::read(Bytes::from(body.to_string()), is_file)?;
    AtsCandidate::parse(&body, &Way::Create("demo".into()))
}

fn least() -> Value {
    json!({"candidateId": "7", "firstName": "Ada", "emails": null, "lastActivityTs": null})
}

fn with(member: &str, value: Value) -> Value {
    let mut body = least();
    body[member] = value;
    body
}

/// (pointer, kind) of every fault.
fn faults(body: &Value) -> Vec<(String, FlawCode)> {
    match parse(body) {
        Err(Problem::Invalid(flaws)) => flaws.into_iter().map(|f| (f.pointer, f.code)).collect(),
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn the_four_required_members() {
    assert_eq!(parse(&least()).unwrap().candidate_id, "7");
    let missing = ["/candidateId", "/firstName", "/emails", "/lastActivityTs"];
    let wanted = missing.map(|p| (p.to_owned(), FlawCode::Required));
    assert_eq!(faults(&json!({})), wanted);
    for (body, at) in [
        (with("candidateId", json!(null)), "/candidateId"),
        (with("candidateId", json!(" ")), "/candidateId"),
        (with("firstName", json!(null)), "/firstName"),
    ] {
        assert_eq!(faults(&body), [(at.to_owned(), FlawCode::Required)]);
    }
    assert!(parse(&with("firstName", json!(" "))).is_ok());
}

#[test]
fn every_member_may_be_null_but_the_two() {
    let mut body = least();
    for field in BODY {
        if !["candidateId", "firstName"].contains(&field.name) {
            body[field.name] = Value::Null;
        }
    }
    assert!(parse(&body).is_ok());
}

#[test]
fn every_member_refuses_another_type() {
    for field in BODY {
        for (pointer, wrong) in wrongs(field.kind) {
            let at = format!("/{}{pointer}", field.name);
            let faults = faults(&with(field.name, wrong));
            assert!(faults.iter().any(|f| f.0 == at), "{at}: {faults:?}");
        }
    }
}

/// Values that `kind` must refuse, each with the pointer of its fault. Those within nested objects too.
fn wrongs(kind: Kind) -> Vec<(String, Value)> {
    let nested = |members: &[Member], around: &dyn Fn(Value) -> Value, at: &str| {
        let mut all = Vec::new();
        for (name, kind) in members {
            for (pointer, wrong) in wrongs(*kind) {
                all.push((
                    format!("{at}/{name}{pointer}"),
                    around(json!({*name: wrong})),
                ));
            }
        }
        all
    };
    let here = |wrong: Value| vec![(String::new(), wrong)];
    match kind {
        Kind::Text => here(json!(1)),
        Kind::Bool => here(json!("true")),
        Kind::Number => here(json!("1.5")),
        Kind::Moment => here(json!(1.5)),
        Kind::Free => here(json!([])),
        Kind::Email => here(json!("nobody")),
        Kind::Emails => here(json!("a@b.c,nobody")),
        Kind::Date => [here(json!("31.12.1990")), here(json!("1990-02-30"))].concat(),
        Kind::Choice(_) => [here(json!("none of them")), here(json!(1))].concat(),
        Kind::Texts => [here(json!("a")), here(json!(["a", 1]))].concat(),
        Kind::Int => {
            let wrong = [
                json!("1"),
                json!(1.5),
                json!(2_147_483_648_i64),
                json!(1767225600000_i64),
            ];
            wrong.into_iter().flat_map(here).collect()
        }
        Kind::One(members) => [here(json!([])), nested(members, &|v| v, "")].concat(),
        Kind::Many(members) => {
            let item = vec![("/0".to_owned(), json!(["x"]))];
            let inner = nested(members, &|v| json!([v]), "/0");
            [here(json!({})), item, inner].concat()
        }
    }
}

#[test]
fn the_systems_must_agree() {
    assert!(parse(&with("systemId", json!("demo"))).is_ok());
    let wanted = [("/systemId".to_owned(), FlawCode::Contradiction)];
    assert_eq!(faults(&with("systemId", json!("other"))), wanted);
}

#[test]
fn limits() {
    let many = |n: usize| vec!["a@b.c"; n].join(",");
    assert!(parse(&with("emails", json!(many(shape::MAX_EMAILS)))).is_ok());
    for (member, value) in [
        ("emails", json!(many(shape::MAX_EMAILS + 1))),
        ("candidateId", json!("x".repeat(MAX_ID + 1))),
        ("lastName", json!("x".repeat(MAX_NAME + 1))),
        (
            "applications",
            json!([{"jobs": vec![json!({"atsJobId": "1"}); MAX_JOBS + 1]}]),
        ),
    ] {
        let wanted = [(format!("/{member}"), FlawCode::TooLong)];
        assert_eq!(faults(&with(member, value)), wanted);
    }
    assert!(parse(&with("summary", json!("x".repeat(1 << 20)))).is_ok());
}

#[test]
fn a_course_has_an_id_or_a_title() {
    assert!(
        parse(&with(
            "courseAttendance",
            json!([{"title": "a"}, {"lmsCourseId": "1"}])
        ))
        .is_ok()
    );
    let wanted = [("/courseAttendance/1".to_owned(), FlawCode::Required)];
    let body = with("courseAttendance", json!([{"title": "a"}, {"status": "x"}]));
    assert_eq!(faults(&body), wanted);
}

#[test]
fn unknown_members_are_named_at_every_depth() {
    let mut body = with("email", json!("not the vendor's name"));
    body["education"] = json!([{"school": "a", "rank": 1}]);
    body["applications"] = json!([{"currentStage": {"user": {"phone": "1"}}}]);
    body["customInfo"] = json!({"anything": {"goes": true}});
    let mut unknown = parse(&body).unwrap().unknown;
    unknown.sort();
    let wanted = [
        "/applications/0/currentStage/user/phone",
        "/education/0/rank",
        "/email",
    ];
    assert_eq!(unknown, wanted);
}

#[test]
fn which_values_are_files() {
    let body = json!({
        "resumeContent": {"content": "a"}, "photoContent": {"content": 1, "extension": "x"},
        "attachments": [{"attachmentContent": "b", "fileName": "c"}], "content": "d",
        "customInfo": {"resumeContent": {"content": "e"}},
    });
    let body = Body::read(Bytes::from(body.to_string()), is_file).unwrap();
    let places: Vec<_> = body.slots.iter().map(|s| s.pointer.as_str()).collect();
    assert_eq!(
        places,
        ["/resumeContent/content", "/attachments/0/attachmentContent"]
    );
}

#[test]
fn systems() {
    assert_eq!(system("any thing"), Ok("any thing".to_owned()));
    for bad in ["", " ", "a\0b", &"x".repeat(MAX_ID + 1)] {
        assert!(system(bad).is_err(), "{bad:?}");
    }
}
