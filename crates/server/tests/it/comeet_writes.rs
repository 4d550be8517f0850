//! What is posted to and changed of a Comeet candidate: once, kept whole, and refused where it is bad.

use serde_json::json;
use testing::app::{TestApp, story};

use crate::comeet::read;
use crate::comeet_lists::person;

#[test]
fn what_is_posted_twice_at_once_or_with_one_key_is_there_once() {
    story(|app| async move {
        let ann = person(&app, "ann").await;
        let path = format!("/comeet/candidates/{}", ann["uid"].as_str().expect("a uid"));
        let phone = app
            .call("comeet", "PATCH", &path)
            .json(&json!({"phone": "111111"}));
        let mobile = app
            .call("comeet", "PATCH", &path)
            .json(&json!({"mobile_phone": "222222"}));
        let (a, b) = tokio::join!(app.send(&phone), app.send(&mobile));
        assert_eq!((a.status, b.status), (200, 200));
        let shown = read(&app, &ann["uid"]).await;
        assert_eq!(
            (&shown["phone"], &shown["mobile_phone"]),
            (&json!("111111"), &json!("222222"))
        );

        let file = app
            .call("comeet", "POST", &format!("{path}/files"))
            .header("Idempotency-Key", "one")
            .json(&json!({"name": "a.txt", "file": "SGVsbG8h"}));
        let first = app.send(&file).await;
        let second = app.send(&file).await;
        assert_eq!((first.status, &first.bytes), (200, &second.bytes));
        let link = first.json()[0]["url"].as_str().expect("a link").to_owned();
        let mut open = app.call("comeet", "GET", &link);
        open.headers.clear();
        assert_eq!(app.send(&open).await.bytes, b"Hello!");
        let note = json!({"time_created": "2018-01-01T12:50:50Z", "created_by": {"type": "app", "first_name": "A"}, "text": "x"});
        let note = app
            .call("comeet", "POST", &format!("{path}/notes"))
            .header("Idempotency-Key", "one")
            .json(&note);
        assert_eq!(app.send(&note).await.bytes, app.send(&note).await.bytes);
        let shown = read(&app, &ann["uid"]).await;
        assert_eq!(shown["files"].as_array().map(Vec::len), Some(1));
        assert_eq!(shown["notes"].as_array().map(Vec::len), Some(1));
        let kept = app.app.store.read(|r| {
            let keys = store::sql!("SELECT COUNT(*) FROM idempotency WHERE REPLACE(answer_body, 'signature=', '') <> answer_body");
            r.number(keys, &[])
        });
        assert_eq!(
            kept.await.expect("a count"),
            0,
            "a link lies open in a kept answer"
        );
    });
}

#[test]
fn what_has_no_place_is_named_on_the_submission_and_bodies_are_kept() {
    story(|app| async move {
        let ann = person(&app, "ann").await;
        let path = format!("/comeet/candidates/{}", ann["uid"].as_str().expect("a uid"));
        let sent = [
            (
                "PATCH",
                "",
                json!({"phone": "1", "nickname": "A", "position_uid": "x"}),
                json!(["/nickname", "/position_uid"]),
            ),
            (
                "POST",
                "/files",
                json!({"name": "a.txt", "file": "QQ==", "size": 1}),
                json!(["/size"]),
            ),
            (
                "POST",
                "/notes",
                json!({"time_created": "2018-01-01T12:50:50Z", "created_by": {"type": "app", "first_name": "A", "age": 7}, "text": "x", "color": "red"}),
                json!(["/color", "/created_by/age"]),
            ),
        ];
        for (method, rest, body, _) in &sent {
            let reply = app
                .send(
                    &app.call("comeet", method, &format!("{path}{rest}"))
                        .json(body),
                )
                .await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let all = app.native("/candidates?email=ann@example.com").await;
        let id = all["data"][0]["id"].as_str().expect("an id").to_owned();
        let one = app.native(&format!("/candidates/{id}")).await;
        let submissions = one["submissions"].as_array().expect("submissions").clone();
        assert_eq!(submissions.len(), 4);
        for (submission, (method, rest, body, unmapped)) in submissions[1..].iter().zip(&sent) {
            let id = submission
                .as_str()
                .or(submission["id"].as_str())
                .expect("an id");
            let kept = app.native(&format!("/submissions/{id}")).await;
            assert_eq!(&kept["unmapped"], unmapped, "{method} {rest}");
            let raw = app
                .send(&app.call("native", "GET", &format!("/api/v1/submissions/{id}/raw")))
                .await;
            assert_eq!(raw.json(), *body, "{method} {rest}");
        }
        app.settled().await;
    });
}

#[test]
fn bad_bodies_are_refused_at_every_address_and_nothing_is_stored() {
    story(|app| async move {
        let ann = person(&app, "ann").await;
        let uid = ann["uid"].as_str().expect("a uid");
        let position = app.demo["comeet"]["position_uid"].as_str().expect("a uid");
        app.settled().await;
        let before = (read(&app, &ann["uid"]).await, app.events().await);
        let submissions = |app: &TestApp| {
            let store = app.app.store.clone();
            async move {
                let all =
                    store.read(|r| r.number(store::sql!("SELECT COUNT(*) FROM submission"), &[]));
                all.await.expect("a count")
            }
        };
        let had = submissions(&app).await;
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        for (method, path) in [
            ("PATCH", format!("/candidates/{uid}")),
            ("POST", format!("/candidates/{uid}/files")),
            ("POST", format!("/candidates/{uid}/resume")),
            ("POST", format!("/candidates/{uid}/notes")),
            ("POST", "/positions".to_owned()),
            ("PATCH", format!("/positions/{position}")),
            ("POST", format!("/positions/{position}/clone")),
        ] {
            for body in [
                "",
                "x",
                "[]",
                "null",
                "7",
                "{\"name\": 7}",
                "{\"name\": {}, \"email\": []}",
                "{\"a\": 1, \"a\": 2}",
                "{\"name\": \"a\\u0000\"}",
                "{\"file\": 7, \"text\": 7, \"name\": true, \"phone\": false}",
                &deep,
            ] {
                // A change of nothing is a change; what is not known is kept and named.
                let call = app
                    .call("comeet", method, &format!("/comeet{path}"))
                    .bytes(body);
                let reply = app.send(&call).await;
                let ours = method == "PATCH"
                    && path.starts_with("/candidates")
                    && body.starts_with("{\"name\": 7}");
                if ours {
                    continue;
                }
                let unknown = method == "PATCH"
                    && path.starts_with("/candidates")
                    && body.starts_with("{\"name\": {}");
                assert!(
                    unknown || reply.status == 400,
                    "{method} {path} {body:.40}: {} {}",
                    reply.status,
                    reply.text()
                );
                assert_eq!(
                    reply.json()["status"],
                    reply.status,
                    "{method} {path} {body:.40}"
                );
            }
            let huge = app
                .call("comeet", method, &format!("/comeet{path}"))
                .bytes(vec![b' '; 33 << 20]);
            assert_eq!(app.send(&huge).await.status, 413, "{method} {path}");
        }
        assert_eq!(
            had + 1,
            submissions(&app).await,
            "only the change of nothing was taken"
        );
        let (shown, events) = (read(&app, &ann["uid"]).await, app.events().await);
        assert_eq!(shown["email"], before.0["email"]);
        assert_eq!(events.len(), before.1.len() + 1);
    });
}
