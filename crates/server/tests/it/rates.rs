//! How often a key may call, and that every answer to it says so, in every dialect.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dialects::DIALECTS;
use hiring::caller::Permissions;
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, story};

/// A rate that no other test has: keys of several programs in this one process have the same numbers.
fn rate(count: u32) -> (u32, u32) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    (count, 6_000 + NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The dialect's example create by a key that may call so often.
async fn create(app: &TestApp, dialect: &str, limit: Option<(u32, u32)>) -> Call {
    let key = app.key(dialect, Permissions::USUAL, limit).await;
    app.example(dialect, 1).with(dialect, &key)
}

/// How many calls are left and how soon there are more, by the `RateLimit` header.
fn standing(reply: &Reply, case: &str) -> (u32, u32) {
    let value = reply.header("ratelimit");
    let parts = value
        .strip_prefix("\"default\";r=")
        .and_then(|rest| rest.split_once(";t="));
    let read = parts.and_then(|(r, t)| Some((r.parse().ok()?, t.parse().ok()?)));
    read.unwrap_or_else(|| panic!("{case}: RateLimit: {value:?}"))
}

fn assert_policy(reply: &Reply, (count, seconds): (u32, u32), case: &str) {
    let policy = format!("\"default\";q={count};w={seconds}");
    assert_eq!(reply.header("ratelimit-policy"), policy, "{case}");
}

fn assert_silent(reply: &Reply, case: &str) {
    let told: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| name.contains("ratelimit"))
        .collect();
    assert!(told.is_empty(), "{case}: {told:?}");
}

/// How each dialect says that this was too often; `wait` as in Retry-After.
fn refusal(dialect: &str, wait: &str) -> Value {
    match dialect {
        "xobin" => json!({"error": "Too many requests"}),
        "eightfold" => {
            json!({"message": "Too many requests", "errors": [{"message": "Too many requests"}]})
        }
        "comeet" => json!({
            "status": 429, "error": "too_many_requests", "message": "You have reached your allowed limit of requests",
        }),
        "merge" => {
            json!({"detail": format!("Request was throttled. Expected available in {wait} seconds.")})
        }
        "native" => json!({
            "type": "urn:muster:problem:too-many-requests", "title": "Too many requests", "status": 429,
            "detail": format!("Please wait {wait} s."),
        }),
        other => panic!("what does {other} say?"),
    }
}

#[test]
fn every_answer_to_a_known_key_says_how_often_it_may_call() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            let limit = rate(4);
            let key = app.key(name, Permissions::USUAL, Some(limit)).await;
            let create = app.example(name, 7).with(name, &key);
            let calls = [
                ("a create", create.clone(), 200..300),
                ("a bad body", create.clone().bytes("{"), 400..423),
                ("a repeat", create.clone(), 200..500),
                ("an empty object", create.clone().bytes("{}"), 200..500),
            ];
            for (n, (case, call, statuses)) in calls.into_iter().enumerate() {
                let case = format!("{name}, {case}");
                let reply = app.send(&call).await;
                assert!(statuses.contains(&reply.status), "{case}: {}", reply.text());
                assert_policy(&reply, limit, &case);
                let (left, more_in) = standing(&reply, &case);
                assert_eq!(left, 3 - n as u32, "{case}");
                assert!(
                    more_in > 0 && more_in <= limit.1 / 4 + 1,
                    "{case}: {more_in}"
                );
                assert_eq!(reply.header("retry-after"), "", "{case}");
            }
            let before = app.events().await;
            let reply = app.send(&create).await;
            let wait = reply.header("retry-after").to_owned();
            assert_eq!(reply.status, 429, "{name}: {}", reply.text());
            assert_eq!(reply.json(), refusal(name, &wait), "{name}");
            assert_policy(&reply, limit, name);
            let (left, more_in) = standing(&reply, name);
            assert_eq!((left, more_in.to_string()), (0, wait), "{name}");
            assert!(more_in > 1_000, "{name}: {more_in}");
            assert_eq!(app.events().await, before, "{name}: something happened");
        }
    });
}

#[test]
fn a_key_that_may_not_do_it_is_counted_too() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            let limit = rate(9);
            let reader = Permissions::parse("read").expect("a permission");
            let key = app.key(name, reader, Some(limit)).await;
            let reply = app.send(&app.example(name, 1).with(name, &key)).await;
            assert!(
                [400, 403].contains(&reply.status),
                "{name}: {}",
                reply.text()
            );
            assert_policy(&reply, limit, name);
            assert_eq!(standing(&reply, name).0, 8, "{name}");
        }
    });
}

#[test]
fn each_dialect_has_its_own_usual_rate() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            let usual = match name {
                "comeet" => (100, 60),
                _ => (6_000, 60),
            };
            let reply = app.send(&create(&app, name, None).await).await;
            assert_policy(&reply, usual, name);
            let (left, more_in) = standing(&reply, name);
            assert!(left < usual.0 && more_in == 1, "{name}: {left}, {more_in}");
        }
    });
}

#[test]
fn without_a_limit_or_a_key_there_is_nothing_to_tell() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            let create = create(&app, name, Some((0, 1))).await;
            for (case, call, status) in [
                ("no limit", create.clone(), 200..300),
                ("no key", create.clone().anonymous(), 401..402),
                (
                    "no such address",
                    Call {
                        path: format!("/{}/nowhere", dialect.mount()),
                        ..create.clone()
                    },
                    404..405,
                ),
            ] {
                let reply = app.send(&call).await;
                let case = format!("{name}, {case}");
                assert!(status.contains(&reply.status), "{case}: {}", reply.text());
                assert_silent(&reply, &case);
            }
        }
    });
}

#[test]
fn one_keys_calls_are_not_anothers() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            let limit = Some(rate(1));
            let (mine, yours) = (
                create(&app, name, limit).await,
                create(&app, name, limit).await,
            );
            assert_eq!(standing(&app.send(&mine).await, name).0, 0);
            assert_eq!(app.send(&mine).await.status, 429, "{name}");
            let reply = app.send(&yours).await;
            assert_ne!(reply.status, 429, "{name}");
            assert_eq!(standing(&reply, name).0, 0, "{name}");
            assert_eq!(app.send(&mine).await.status, 429, "{name}");
        }
    });
}

#[test]
fn who_waited_is_answered_again() {
    story(|app| async move {
        for dialect in DIALECTS {
            let name = dialect.name();
            // All at once, and again, so that there is one too many however slow the machine is.
            let call = create(&app, name, Some((2, 2))).await;
            let mut refused = None;
            for _ in 0..100 {
                let many = (0..12).map(|_| {
                    let (app, call) = (app.clone(), call.clone().bytes("{"));
                    tokio::spawn(async move { app.send(&call).await })
                });
                for sent in many.collect::<Vec<_>>() {
                    let reply = sent.await.expect("an answer");
                    if reply.status == 429 {
                        refused = Some(reply);
                    }
                }
                if refused.is_some() {
                    break;
                }
            }
            let refused = refused.unwrap_or_else(|| panic!("{name}: none was refused"));
            let wait: u64 = refused.header("retry-after").parse().expect("seconds");
            assert!((1..=2).contains(&wait), "{name}: {wait}");
            tokio::time::sleep(Duration::from_secs(wait)).await;
            let reply = app.send(&call).await;
            assert_ne!(reply.status, 429, "{name}: {}", reply.text());
        }
    });
}

#[test]
fn merges_clients_find_the_names_they_know() {
    story(|app| async move {
        let call = create(&app, "merge", Some(rate(2))).await;
        let (first, last) = (app.send(&call).await, app.send(&call).await);
        let refused = app.send(&call).await;
        let header = |reply: &Reply, name: &str| reply.header(name).to_owned();
        for (reply, left) in [(&first, "1"), (&last, "0"), (&refused, "0")] {
            assert_eq!(header(reply, "x-ratelimit-limit"), "2");
            assert_eq!(header(reply, "x-ratelimit-remaining"), left);
            let reset: u64 = header(reply, "x-ratelimit-reset").parse().expect("seconds");
            assert!(reset > 1_700_000_000 + 2_000, "{reset}");
        }
        assert_eq!(refused.status, 429);
        // Elsewhere nobody asked for them.
        let reply = app.send(&create(&app, "native", Some(rate(2))).await).await;
        assert_eq!(reply.header("x-ratelimit-limit"), "");
    });
}

#[test]
fn asking_for_a_token_is_a_call() {
    story(|app| async move {
        let limit = rate(2);
        let key = app.key("eightfold", Permissions::USUAL, Some(limit)).await;
        let grant = json!({"grantType": "password", "username": key["username"], "password": key["api_key"]});
        let ask = app
            .call("eightfold", "POST", "/eightfold/oauth/v1/authenticate")
            .anonymous()
            .json(&grant);
        let reply = app.send(&ask).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(standing(&reply, "a token").0, 1);
        let token = reply.json()["access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        let create = app
            .example("eightfold", 3)
            .header("Authorization", &format!("Bearer {token}"));
        assert_eq!(standing(&app.send(&create).await, "a create").0, 0);
        assert_eq!(app.send(&ask).await.status, 429);
    });
}
