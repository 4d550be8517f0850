//! Bad input, one table over all dialects: always a clear refusal in the dialect's own form, never a 5xx, nothing
//! half-stored, and no value of the caller's in the refusal.

use dialects::DIALECTS;
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, story};

/// A value that must not come back in a refusal.
const CANARY: &str = "c4n4ry-value";

/// Everything stored, counted: a refusal changes none of it.
async fn stored(app: &TestApp) -> Vec<i64> {
    use store::sql;
    let counts = app.app.store.read(|r| {
        let tables = [
            sql!("SELECT COUNT(*) FROM candidate"),
            sql!("SELECT COUNT(*) FROM application"),
            sql!("SELECT COUNT(*) FROM submission"),
            sql!("SELECT COUNT(*) FROM identity"),
            sql!("SELECT COUNT(*) FROM operation"),
            sql!("SELECT COUNT(*) FROM event"),
            sql!("SELECT COUNT(*) FROM eeo"),
            sql!("SELECT COUNT(*) FROM attachment"),
            sql!("SELECT COUNT(*) FROM invite"),
            sql!("SELECT COUNT(*) FROM delivery"),
            sql!("SELECT COUNT(*) FROM idempotency"),
        ];
        tables
            .into_iter()
            .map(|t| r.number(t, &[]))
            .collect::<Result<Vec<_>, store::Error>>()
    });
    counts.await.expect("counts")
}

fn assert_refusal(dialect: &str, case: &str, reply: &Reply, statuses: &[u16]) {
    assert!(
        statuses.contains(&reply.status),
        "{dialect}, {case}: {} {}",
        reply.status,
        reply.text()
    );
    assert!(
        reply.json().is_object(),
        "{dialect}, {case}: not the dialect's form: {}",
        reply.text()
    );
    assert!(
        !reply.text().contains(CANARY),
        "{dialect}, {case}: the refusal quotes the caller: {}",
        reply.text()
    );
}

/// Bodies that are no body at all.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let nested =
        |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)).into_bytes();
    vec![
        ("empty", Vec::new()),
        ("not JSON", format!("name={CANARY}").into_bytes()),
        ("cut short", br#"{"name": "A"#.to_vec()),
        ("trailing text", br#"{} x"#.to_vec()),
        ("a list", b"[]".to_vec()),
        ("a string", b"\"x\"".to_vec()),
        ("null", b"null".to_vec()),
        ("not UTF-8", b"{\"name\": \"\xff\xfe\"}".to_vec()),
        (
            "duplicate keys",
            format!(r#"{{"name": "{CANARY}", "name": "b"}}"#).into_bytes(),
        ),
        (
            "duplicate keys, spelled apart",
            br#"{"name": "a", "n\u0061me": "b"}"#.to_vec(),
        ),
        ("U+0000", br#"{"name": "a\u0000b"}"#.to_vec()),
        ("U+0000 in a key", br#"{"na\u0000me": "b"}"#.to_vec()),
        (
            "a raw control character",
            b"{\"name\": \"a\x01b\"}".to_vec(),
        ),
        ("a lone surrogate", br#"{"name": "\ud83d"}"#.to_vec()),
        ("200 levels", nested(200)),
        ("100,000 levels", nested(100_000)),
        ("1e400", br#"{"name": 1e400}"#.to_vec()),
        ("-1e999", br#"{"lastActivityTs": -1e999}"#.to_vec()),
        ("NaN", br#"{"name": NaN}"#.to_vec()),
        ("a comment", b"{/* x */}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
    ]
}

#[test]
fn malformed_bodies_are_refused_by_every_dialect() {
    story(|app| async move {
        let before = stored(&app).await;
        for dialect in DIALECTS {
            for (case, body) in malformed() {
                let reply = app.send(&app.example(dialect.name(), 1).bytes(body)).await;
                assert_refusal(dialect.name(), case, &reply, &[400, 422]);
            }
        }
        assert_eq!(stored(&app).await, before);
    });
}

#[test]
fn requests_that_do_not_get_as_far_as_their_body_are_refused() {
    story(|app| async move {
        let before = stored(&app).await;
        for dialect in DIALECTS {
            let name = dialect.name();
            let example = app.example(name, 1);
            assert_refusal(
                name,
                "no key",
                &app.send(&example.clone().anonymous()).await,
                &[401],
            );
            let mut wrong = example.clone();
            for (header, value) in &mut wrong.headers {
                if !header.eq_ignore_ascii_case("content-type") {
                    *value = value.chars().rev().collect();
                }
            }
            assert_refusal(name, "a wrong key", &app.send(&wrong).await, &[401]);
            let text = example.clone().header("Content-Type", "text/plain");
            assert_refusal(name, "text/plain", &app.send(&text).await, &[400, 415]);
            let form = example
                .clone()
                .header("Content-Type", "application/x-www-form-urlencoded");
            assert_refusal(name, "a form", &app.send(&form).await, &[400, 415]);
            let nowhere = Call {
                path: format!("/{}/no/such/route", dialect.mount()),
                ..example.clone()
            };
            assert_refusal(name, "unknown route", &app.send(&nowhere).await, &[404]);
            let method = Call {
                method: "DELETE".into(),
                ..example.clone()
            };
            assert_refusal(name, "another method", &app.send(&method).await, &[405]);
            let key = example.clone().header("Idempotency-Key", "");
            assert_refusal(
                name,
                "an empty Idempotency-Key",
                &app.send(&key).await,
                &[400, 422],
            );
            let long = example.clone().header("Idempotency-Key", &"k".repeat(300));
            assert_refusal(
                name,
                "a long Idempotency-Key",
                &app.send(&long).await,
                &[400, 422],
            );
            let large = example.clone().bytes(vec![b' '; (33 << 20) + 1]);
            assert_refusal(name, "33 MiB", &app.send(&large).await, &[413]);
        }
        assert_eq!(stored(&app).await, before);
    });
}

/// Every place of `value`, as a list of steps.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(k, v)| places(v, &format!("{at}/{k}"), into)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, v)| places(v, &format!("{at}/{i}"), into)),
        _ => {}
    }
}

/// Values of every type, to be put where another type is expected.
fn strangers() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(9_007_199_254_740_993_i64),
        json!(""),
        json!("   "),
        json!(CANARY),
        json!([]),
        json!({}),
        json!([[CANARY]]),
        json!({"a": {"b": [CANARY]}}),
        json!("\u{202e}\u{feff}\u{10ffff}"),
    ]
}

#[test]
fn any_type_in_any_place_is_accepted_or_refused_whole() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            let example = app.example(name, 900);
            let body: Value = serde_json::from_slice(&example.body).expect("an example");
            let mut all = Vec::new();
            places(&body, "", &mut all);
            for place in all {
                for stranger in strangers() {
                    let mut changed = body.clone();
                    *changed.pointer_mut(&place).expect("a place") = stranger.clone();
                    let before = stored(&app).await;
                    let reply = app.send(&example.clone().json(&changed)).await;
                    let case = format!("{place} = {stranger}");
                    assert!(
                        reply.status < 500,
                        "{name}, {case}: {} {}",
                        reply.status,
                        reply.text()
                    );
                    if reply.status >= 400 {
                        assert_refusal(
                            name,
                            &case,
                            &reply,
                            &[400, 401, 403, 404, 409, 413, 415, 422],
                        );
                        assert_eq!(stored(&app).await, before, "{name}, {case}: half-stored");
                    }
                }
            }
        }
    });
}

#[test]
fn long_strings_are_kept_or_refused_but_never_break() {
    story(|app| async move {
        let long = "x".repeat(1_000_000);
        for dialect in DIALECTS {
            let name = dialect.name();
            let example = app.example(name, 901);
            let body: Value = serde_json::from_slice(&example.body).expect("an example");
            let mut all = Vec::new();
            places(&body, "", &mut all);
            for place in all
                .into_iter()
                .filter(|p| body.pointer(p).is_some_and(Value::is_string))
            {
                let mut changed = body.clone();
                *changed.pointer_mut(&place).expect("a place") = json!(long);
                let reply = app.send(&example.clone().json(&changed)).await;
                assert!(
                    reply.status < 500,
                    "{name}, {place}: {} {:.300}",
                    reply.status,
                    reply.text()
                );
                assert!(
                    reply.status < 300 || reply.bytes.len() < 5_000,
                    "{name}, {place}: a refusal of {} bytes",
                    reply.bytes.len()
                );
            }
        }
    });
}

#[test]
fn malformed_addresses_are_refused() {
    story(|app| async move {
        let before = stored(&app).await;
        for bad in [
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "a@b@example.com",
            "ada@example..com",
            "ada@example.com\r\nBcc: x@y.z",
        ] {
            let track = &app.demo["xobin"]["track_id"];
            let xobin = json!({"name": "A", "email": bad, "fields": {"phone": "1"}});
            let path = format!("/xobin/api/v2/tracks/{track}/applicants");
            assert_refusal(
                "xobin",
                bad,
                &app.send(&app.call("xobin", "POST", &path).json(&xobin))
                    .await,
                &[400],
            );
            let comeet = json!({"position_uid": app.demo["comeet"]["position_uid"], "first_name": "A", "last_name": "B", "email": bad});
            let reply = app
                .send(
                    &app.call("comeet", "POST", "/comeet/candidates")
                        .json(&comeet),
                )
                .await;
            assert_refusal("comeet", bad, &reply, &[400]);
            assert_eq!(reply.json()["error"], "invalid_email", "{}", reply.text());
            let merge = json!({"model": {"email_addresses": [{"value": bad}]}});
            let reply = app
                .send(
                    &app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                        .json(&merge),
                )
                .await;
            assert_refusal("merge", bad, &reply, &[400]);
            let eightfold =
                json!({"candidateId": "E", "firstName": "A", "emails": bad, "lastActivityTs": 1});
            let system = app.demo["eightfold"]["system_id"].as_str().unwrap();
            let path = format!("/eightfold/api/v2/core/ats-systems/{system}/ats-candidates");
            assert_refusal(
                "eightfold",
                bad,
                &app.send(&app.call("eightfold", "POST", &path).json(&eightfold))
                    .await,
                &[400],
            );
        }
        assert_eq!(stored(&app).await, before);
    });
}

#[test]
fn foreign_and_forged_tokens_are_refused() {
    story(|app| async move {
        let part = |v: &Value| hiring::secret::base64url(v.to_string().as_bytes());
        let key = app.demo["comeet"]["api_key"].clone();
        let payload = json!({"iss": key, "exp": 4_000_000_000_u64});
        let none = format!(
            "{}.{}.",
            part(&json!({"alg": "none", "typ": "JWT"})),
            part(&payload)
        );
        let unsigned = format!(
            "{}.{}.{}",
            part(&json!({"alg": "HS256", "typ": "JWT"})),
            part(&payload),
            "AAAA"
        );
        let example = app.example("comeet", 5);
        let own = example
            .headers
            .iter()
            .find(|(k, _)| k == "Authorization")
            .expect("a token")
            .1
            .clone();
        let (head, _) = own.rsplit_once('.').expect("three parts");
        let foreign = app.example_of_other("comeet", 5);
        let theirs = foreign
            .headers
            .iter()
            .find(|(k, _)| k == "Authorization")
            .expect("a token")
            .1
            .clone();
        let spliced = format!("{head}.{}", theirs.rsplit_once('.').expect("three parts").1);
        for (case, token) in [
            ("alg none", format!("Bearer {none}")),
            ("no signature", format!("Bearer {unsigned}")),
            ("another's signature", spliced),
            ("not a token", "Bearer x".into()),
            ("basic", "Basic eDp5".into()),
        ] {
            let reply = app
                .send(&example.clone().header("Authorization", &token))
                .await;
            assert_refusal("comeet", case, &reply, &[401]);
        }
        // In two hours the example's own token is old.
        app.clock.advance(2 * 3_600 * 1_000_000);
        let late = app.send(&example).await;
        assert!([200, 401].contains(&late.status), "{}", late.text());
    });
}
