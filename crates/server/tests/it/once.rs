//! The same thing sent more than once, at once and later, is there once.

use dialects::DIALECTS;
use serde_json::Value;
use testing::app::{Call, Reply, TestApp, story};

/// Sends every call at once and waits for all answers.
async fn at_once(app: &TestApp, calls: Vec<Call>) -> Vec<Reply> {
    let mut tasks = Vec::new();
    for call in calls {
        let app = app.clone();
        tasks.push(tokio::spawn(async move { app.send(&call).await }));
    }
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.expect("no panic"));
    }
    replies
}

async fn candidates(app: &TestApp) -> Vec<Value> {
    let list = app.native("/candidates?limit=200").await;
    list["data"].as_array().expect("a list").clone()
}

async fn applications(app: &TestApp) -> Vec<Value> {
    let list = app.native("/applications?limit=200").await;
    list["data"].as_array().expect("a list").clone()
}

#[test]
fn ten_identical_first_creates_at_once_make_one_person_and_one_application() {
    story(|app| async move {
        for (n, dialect) in DIALECTS.iter().enumerate() {
            let (people, opened) = (candidates(&app).await.len(), applications(&app).await.len());
            let call = app.example(dialect.name(), 70 + n as u64);
            let replies = at_once(&app, vec![call; 10]).await;
            let name = dialect.name();
            assert!(
                replies.iter().any(|r| r.status < 300),
                "{name}: {}",
                replies[0].text()
            );
            assert!(
                replies.iter().all(|r| r.status < 500),
                "{name}: {:?}",
                replies.iter().map(|r| r.status).collect::<Vec<_>>()
            );
            assert_eq!(candidates(&app).await.len(), people + 1, "{name}: people");
            assert!(
                applications(&app).await.len() <= opened + 1,
                "{name}: applications"
            );
        }
    });
}

#[test]
fn twins_with_one_idempotency_key_get_one_answer_byte_for_byte() {
    story(|app| async move {
        for (n, dialect) in DIALECTS.iter().enumerate() {
            let name = dialect.name();
            let call = app
                .example(name, 170 + n as u64)
                .header("Idempotency-Key", "\"one-and-only\"");
            let replies = at_once(&app, vec![call.clone(); 6]).await;
            for reply in &replies {
                assert!(
                    reply.status < 300,
                    "{name}: {} {}",
                    reply.status,
                    reply.text()
                );
                assert_eq!(reply.bytes, replies[0].bytes, "{name}");
            }
            // Bare is the same key; another body under it is refused, and nothing of it is stored.
            let bare = app
                .send(&call.clone().header("Idempotency-Key", "one-and-only"))
                .await;
            assert_eq!(bare.bytes, replies[0].bytes, "{name}");
            let people = candidates(&app).await.len();
            let other = app
                .example(name, 270 + n as u64)
                .header("Idempotency-Key", "one-and-only");
            let refused = app.send(&other).await;
            let wanted = if name == "native" { 422 } else { 400 };
            assert_eq!(refused.status, wanted, "{name}: {}", refused.text());
            assert_eq!(candidates(&app).await.len(), people, "{name}");
        }
    });
}

#[test]
fn kept_answers_survive_a_restart() {
    testing::on_both(|place| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let call_of = |app: &TestApp| app.example("xobin", 1).header("Idempotency-Key", "k");
        let (call, first) = runtime.block_on(async {
            let app = TestApp::open(place).await;
            let call = call_of(&app);
            let reply = app.send(&call).await;
            assert_eq!(reply.status, 201, "{}", reply.text());
            (call, reply)
        });
        let again = runtime.block_on(async { TestApp::open(place).await.send(&call).await });
        assert_eq!(again.bytes, first.bytes);
    });
}

#[test]
fn a_refusal_is_judged_anew_and_leaves_nothing() {
    story(|app| async move {
        let body = serde_json::json!({"name": "Ada", "email": "ada@example.com", "fields": {}});
        let path = format!(
            "/xobin/api/v2/tracks/{}/applicants",
            app.demo["xobin"]["track_id"]
        );
        let call = app
            .call("xobin", "POST", &path)
            .header("Idempotency-Key", "k");
        assert_eq!(app.send(&call.clone().json(&body)).await.status, 400);
        assert!(candidates(&app).await.is_empty());
        let mended = serde_json::json!({"name": "Ada", "email": "ada@example.com", "fields": {"phone": "1"}});
        assert_eq!(app.send(&call.json(&mended)).await.status, 201);
    });
}

#[test]
fn two_who_name_each_others_addresses_crosswise_never_deadlock() {
    story(|app| async move {
        for round in 0..15 {
            let (a, b) = (
                format!("a{round}@example.com"),
                format!("b{round}@example.com"),
            );
            let create = |first: &str, second: &str| {
                let emails = serde_json::json!([{"value": first}, {"value": second}]);
                let model =
                    serde_json::json!({"model": {"first_name": "X", "email_addresses": emails}});
                app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                    .json(&model)
            };
            let calls = vec![
                create(&a, &b),
                create(&b, &a),
                create(&a, &b),
                create(&b, &a),
            ];
            for reply in at_once(&app, calls).await {
                assert_eq!(reply.status, 201, "{}", reply.text());
            }
            assert_eq!(candidates(&app).await.len(), round + 1);
        }
    });
}

#[test]
fn an_invite_is_repeated_without_a_second_application() {
    story(|app| async move {
        let track = &app.demo["xobin"]["track_id"];
        let body = serde_json::json!({"candidate_name": "Grace", "candidate_email": "grace@example.com", "track_id": track, "invite_format": "getlink"});
        let call = app
            .call("xobin", "POST", "/xobin/api/v2/tracks/invite")
            .json(&body);
        let replies = at_once(&app, vec![call; 5]).await;
        for reply in &replies {
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(reply.bytes, replies[0].bytes);
        }
        assert_eq!(applications(&app).await.len(), 1);
        // A direct application completes the open invite, under the same number.
        let path = format!("/xobin/api/v2/tracks/{track}/applicants");
        let direct = serde_json::json!({"name": "Grace", "email": "GRACE@example.com", "fields": {"Phone": "1"}});
        let completed = app
            .send(&app.call("xobin", "POST", &path).json(&direct))
            .await;
        assert_eq!(completed.status, 201, "{}", completed.text());
        assert_eq!(
            completed.json()["application_id"],
            replies[0].json()["application_id"]
        );
        assert_eq!(completed.json()["invite_status"], "Completed");
        let events = app.events().await;
        for kind in [
            "candidate.created",
            "application.created",
            "invite.created",
            "application.submitted",
            "invite.completed",
        ] {
            assert_eq!(
                events.iter().filter(|e| *e == kind).count(),
                1,
                "{kind} in {events:?}"
            );
        }
    });
}
