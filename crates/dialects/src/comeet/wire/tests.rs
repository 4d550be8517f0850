//! Tables over the body of `POST /candidates`: types, what is required, enums, limits, forms.

use super::*;
use hiring::problem::Problem;
use serde_json::json;

fn parse(value: &Value) -> Result<CreateCandidate> {
    let body = Body::read(value.to_string().into(), is_file)?;
    CreateCandidate::parse(&body)
}

/// The first fault, as the dialect would name it.
fn fault(value: &Value) -> Option<(FlawCode, String)> {
    match parse(value) {
        Ok(_) => None,
        Err(Problem::Invalid(flaws)) => Some((flaws[0].code, flaws[0].pointer.clone())),
        Err(other) => panic!("{other:?}"),
    }
}

fn least() -> Value {
    json!({"position_uid": "11.11", "first_name": "Bobby", "last_name": "Chauck"})
}

fn with(name: &str, value: Value) -> Value {
    let mut body = least();
    body[name] = value;
    body
}

#[test]
fn the_pages_example_is_read_whole() {
    let body = json!({
        "position_uid": "11.11",
        "partner_candidate_id": "1111A",
        "first_name": "Bobby",
        "middle_name": "Robert",
        "last_name": "Chauck",
        "email": "bobby@example.com",
        "phone": "07-4442321",
        "mobile_phone": "052-8644246",
        "national_id": "5454-2233-1",
        "linkedin_url": "https://www.linkedin.com/in/bobby-hauck-06b0735",
        "salary_expectations": "80k / Annual",
        "prospect_status": "Interested",
        "resume": {"name": "bobby_cv.docx", "file": "QkFTRTY0"},
        "picture": {"file": "QkFTRTY0", "name": "image.png"},
        "links": [{"url": "https://www.github.com/bobbyc"}],
        "files": [{"name": "Coding Challenge", "file": "QkFTRTY0"}],
        "source_contact": {"full_name": "Michael Rosen", "email": "m@example.com", "phone": "555 555 1234"},
        "address": {"country": "US", "city": "New York", "state": "NY", "zip": "11249", "street": "109 S 5th st. #302"},
        "custom_fields": {"field1": "value1"},
        "note": "The candidate expressed his interest in this position"
    });
    let read = parse(&body).unwrap();
    assert_eq!(read.unknown, Vec::<String>::new());
    assert_eq!(read.links, ["https://www.github.com/bobbyc"]);
    assert_eq!(Value::Object(read.address.clone()), body["address"]);
    let slots: Vec<_> = read
        .uploads
        .iter()
        .map(|u| (u.slot, u.name.as_str()))
        .collect();
    assert_eq!(
        slots,
        [
            (UploadSlot::Resume, "bobby_cv.docx"),
            (UploadSlot::Picture, "image.png"),
            (UploadSlot::File, "Coding Challenge"),
        ]
    );
    assert!(read.uploads.iter().all(|u| u.placeholder.starts_with('\0')));
    read.check_names().unwrap();
    read.check_custom_fields(&["field1".into()]).unwrap();
    assert!(read.check_custom_fields(&["field2".into()]).is_err());
    let contact = read.source_contact.unwrap();
    assert_eq!(
        (contact.full_name.as_str(), contact.phone.as_deref()),
        ("Michael Rosen", Some("555 555 1234"))
    );
}

#[test]
fn required_fields_come_first_and_in_the_tables_order() {
    let required = [
        (json!({}), "/position_uid"),
        (json!({"position_uid": "1", "last_name": ""}), "/first_name"),
        (
            json!({"position_uid": "1", "first_name": "B", "last_name": " "}),
            "/last_name",
        ),
        (
            json!({"position_uid": "1", "first_name": null, "last_name": "C", "email": "bad"}),
            "/first_name",
        ),
        (with("resume", json!({"file": "QQ=="})), "/resume/name"),
        (with("picture", json!({"name": "x.png"})), "/picture/file"),
        (
            with("links", json!([{"url": "https://x.org"}, {}])),
            "/links/1/url",
        ),
        (
            with("files", json!([{"name": "x", "file": null}])),
            "/files/0/file",
        ),
        (
            with("source_contact", json!({"email": "a@x.org"})),
            "/source_contact/full_name",
        ),
        (
            with("source_contact", json!({"full_name": "A"})),
            "/source_contact/email",
        ),
    ];
    for (body, pointer) in required {
        assert_eq!(
            fault(&body),
            Some((FlawCode::Required, pointer.into())),
            "{body}"
        );
    }
}

#[test]
fn null_says_nothing_where_a_field_is_optional() {
    let mut body = least();
    for name in CANDIDATE.iter().map(|rule| rule.name) {
        if body.get(name).is_none() {
            body[name] = Value::Null;
        }
    }
    let read = parse(&body).unwrap();
    assert!(read.uploads.is_empty() && read.source_contact.is_none() && read.address.is_empty());
    let empty = parse(&with("address", json!({"country": null, "city": ""}))).unwrap();
    assert!(empty.address.is_empty());
}

#[test]
fn every_field_has_its_type() {
    let strings = [
        "position_uid",
        "partner_candidate_id",
        "first_name",
        "middle_name",
        "last_name",
        "email",
        "phone",
        "mobile_phone",
        "national_id",
        "linkedin_url",
        "salary_expectations",
        "prospect_status",
        "note",
    ];
    for name in strings {
        for value in [json!(7), json!(true), json!({}), json!(["x"])] {
            let wanted = Some((FlawCode::WrongType, format!("/{name}")));
            assert_eq!(fault(&with(name, value)), wanted, "{name}");
        }
    }
    for name in [
        "resume",
        "picture",
        "source_contact",
        "address",
        "custom_fields",
    ] {
        let wanted = Some((FlawCode::WrongType, format!("/{name}")));
        assert_eq!(fault(&with(name, json!([]))), wanted, "{name}");
        assert_eq!(fault(&with(name, json!("x"))), wanted, "{name}");
    }
    for name in ["links", "files"] {
        let wanted = |at: &str| Some((FlawCode::WrongType, format!("/{name}{at}")));
        assert_eq!(fault(&with(name, json!({}))), wanted(""), "{name}");
        assert_eq!(fault(&with(name, json!(["x"]))), wanted("/0"), "{name}");
    }
    let inner = [
        (
            with("resume", json!({"name": 1, "file": "QQ=="})),
            "/resume/name",
        ),
        (
            with("files", json!([{"name": "x", "file": 7}])),
            "/files/0/file",
        ),
        (with("address", json!({"zip": 11249})), "/address/zip"),
        (with("links", json!([{"url": false}])), "/links/0/url"),
        (
            with(
                "source_contact",
                json!({"full_name": "A", "email": "a@x.org", "phone": 5}),
            ),
            "/source_contact/phone",
        ),
    ];
    for (body, pointer) in inner {
        assert_eq!(
            fault(&body),
            Some((FlawCode::WrongType, pointer.into())),
            "{body}"
        );
    }
    assert!(parse(&json!([])).is_err());
}

#[test]
fn values_have_their_form() {
    let at = |code, pointer: &str| Some((code, pointer.to_owned()));
    for (body, wanted) in [
        (
            with("email", json!("bobby@")),
            at(FlawCode::Email, "/email"),
        ),
        (
            with("email", json!("[email protected]")),
            at(FlawCode::Email, "/email"),
        ),
        (with("email", json!(" bobby@example.com ")), None),
        (
            with("linkedin_url", json!("https://example.com/in/bobby")),
            at(FlawCode::LinkedinUrl, "/linkedin_url"),
        ),
        (
            with("linkedin_url", json!("https://notlinkedin.com/in/bobby")),
            at(FlawCode::LinkedinUrl, "/linkedin_url"),
        ),
        (
            with("linkedin_url", json!("https://www.linkedin.com/")),
            at(FlawCode::LinkedinUrl, "/linkedin_url"),
        ),
        (
            with("linkedin_url", json!("javascript://linkedin.com/in/x")),
            at(FlawCode::LinkedinUrl, "/linkedin_url"),
        ),
        (
            with("linkedin_url", json!("il.linkedin.com/in/bobby")),
            None,
        ),
        (
            with("links", json!([{"url": "not a url"}])),
            at(FlawCode::Url, "/links/0/url"),
        ),
        (
            with("links", json!([{"url": "javascript:alert(1)"}])),
            at(FlawCode::Url, "/links/0/url"),
        ),
        (
            with("links", json!([{"url": "www.github.com/bobbyc"}])),
            at(FlawCode::Url, "/links/0/url"),
        ),
        (
            with("prospect_status", json!("interested")),
            at(FlawCode::NotAChoice, "/prospect_status"),
        ),
        (with("prospect_status", json!("Do not contact")), None),
        (
            with("address", json!({"country": "USA"})),
            at(FlawCode::Country, "/address/country"),
        ),
        (with("address", json!({"country": "il"})), None),
        (
            with("source_contact", json!({"full_name": "A", "email": "x"})),
            at(FlawCode::Email, "/source_contact/email"),
        ),
    ] {
        assert_eq!(fault(&body), wanted, "{body}");
    }
}

#[test]
fn strings_have_limits() {
    for (name, limit) in [
        ("partner_candidate_id", 255),
        ("first_name", 255),
        ("middle_name", 255),
        ("last_name", 255),
        ("phone", 255),
        ("mobile_phone", 255),
        ("national_id", 255),
        ("salary_expectations", 255),
        ("note", 5_000),
    ] {
        assert_eq!(fault(&with(name, json!("é".repeat(limit)))), None, "{name}");
        let over = fault(&with(name, json!("é".repeat(limit + 1))));
        assert_eq!(
            over,
            Some((FlawCode::TooLong, format!("/{name}"))),
            "{name}"
        );
    }
    let contact = json!({"full_name": "x".repeat(256), "email": "a@x.org"});
    let over = fault(&with("source_contact", contact));
    assert_eq!(
        over,
        Some((FlawCode::TooLong, "/source_contact/full_name".into()))
    );
}

#[test]
fn what_the_page_does_not_know_is_named() {
    let body = json!({
        "position_uid": "1", "first_name": "B", "last_name": "C", "pronoun": "he",
        "resume": {"name": "a.pdf", "file": "QQ==", "size": 1},
        "links": [{"url": "https://x.org", "title": "X"}],
        "source_contact": {"full_name": "A", "email": "a@x.org", "title": "Dr"},
        "address": {"country": "US", "po~box": "7"},
        "gender": "x",
    });
    assert_eq!(
        parse(&body).unwrap().unknown,
        [
            "/pronoun",
            "/gender",
            "/resume/size",
            "/links/0/title",
            "/source_contact/title",
            "/address/po~0box"
        ]
    );
}
