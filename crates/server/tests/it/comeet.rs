//! What golden files cannot tell of the Comeet dialect: ends, links that expire, limits, tokens, permissions.

use hiring::Caller;
use hiring::application::{self, Disposition, Filter};
use hiring::caller::Permissions;
use hiring::id::OrgId;
use hiring::job;
use serde_json::{Value, json};
use testing::app::{Call, TestApp, URL, story};

pub fn create(app: &TestApp, extra: Value) -> Call {
    let position = &app.demo["comeet"]["position_uid"];
    let mut body = json!({"position_uid": position, "first_name": "F", "last_name": "L"});
    let members = extra.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    app.call("comeet", "POST", "/comeet/candidates").json(&body)
}

pub async fn read(app: &TestApp, uid: &Value) -> Value {
    let path = format!("/comeet/candidates/{}", uid.as_str().expect("a uid"));
    app.send(&app.call("comeet", "GET", &path)).await.json()
}

/// A recruiter takes the newest application to the interview and ends it there.
async fn end_the_newest(app: &TestApp, how: Disposition) {
    let caller = Caller::system(OrgId(1));
    let ended = app.app.store.write(move |tx| {
        let all = application::list(tx, caller.org, &Filter::default(), 1_000, 0)?;
        let newest = &all.last().expect("an application").0;
        let stages = job::stages(tx, caller.org, newest.job)?;
        application::advance(tx, &caller, newest.id, stages[2].id, None)?;
        application::dispose(tx, &caller, newest.id, how, None)
    });
    ended.await.expect("an ended application");
}

#[test]
fn an_ended_candidate_does_not_conflict_and_a_new_one_is_made() {
    story(|app| async move {
        let call = create(
            &app,
            json!({"partner_candidate_id": "P-1", "email": "p@example.com"}),
        );
        let first = app.send(&call).await.json();
        assert_eq!(app.send(&call).await.status, 409);
        end_the_newest(&app, Disposition::Rejected).await;
        let second = app.send(&call).await;
        assert_eq!(second.status, 200, "{}", second.text());
        let second = second.json();
        assert_ne!(first["uid"], second["uid"]);
        assert_eq!(first["person_uid"], second["person_uid"]);
        let ended = read(&app, &first["uid"]).await;
        assert_eq!(
            (&ended["status"], &ended["current_steps"]),
            (&json!("Rejected"), &json!([]))
        );
        let steps = ended["completed_steps"].as_array().expect("steps");
        let names: Vec<_> = steps.iter().map(|s| &s["name"]).collect();
        assert_eq!(names, ["Applied", "Interview"]);
        // Both are the person's: two pages of one, and no address in the way from one to the other.
        let path = "/comeet/candidates?limit=1&email=P%40example.com";
        let page = app.send(&app.call("comeet", "GET", path)).await.json();
        assert_eq!(page["candidates"][0]["uid"], first["uid"]);
        let next = page["next_page"].as_str().expect("a next page");
        assert!(
            next.starts_with(URL) && !next.contains("example.com"),
            "{next}"
        );
        let page = app.send(&app.call("comeet", "GET", next)).await.json();
        assert_eq!(page["candidates"][0]["uid"], second["uid"]);
        assert_eq!(page["next_page"], Value::Null);
    });
}

#[test]
fn one_partners_id_is_no_conflict_for_another_partner() {
    story(|app| async move {
        let before = app.events().await.len();
        let call = create(
            &app,
            json!({"partner_candidate_id": "17", "email": "both@example.com"}),
        );
        let first = app.send(&call).await.json();
        let partner = key(&app, "read write", None).await;
        // Nothing of the other partner's is known under this id: the person's open candidate is the answer.
        let second = app.send(&with(&call, &partner)).await;
        assert_eq!(second.status, 200, "{}", second.text());
        assert_eq!(second.json()["uid"], first["uid"]);
        for call in [call.clone(), with(&call, &partner)] {
            let again = app.send(&call).await;
            assert_eq!(again.status, 409, "{}", again.text());
            assert_eq!(again.json()["candidate_uid"], first["uid"]);
        }
        // The candidate is updated once, by the other partner; what conflicts leaves nothing.
        assert_eq!(
            app.events().await[before..],
            [
                "candidate.created",
                "application.submitted",
                "candidate.updated"
            ]
        );
    });
}

#[test]
fn statuses_may_stand_in_several_parameters() {
    story(|app| async move {
        for (n, how) in [
            (1, Some(Disposition::Rejected)),
            (2, None),
            (3, Some(Disposition::Hired)),
        ] {
            let call = create(&app, json!({"last_name": format!("{n}")}));
            assert_eq!(app.send(&call).await.status, 200);
            if let Some(how) = how {
                end_the_newest(&app, how).await;
            }
        }
        let asked = "/comeet/candidates?status=Rejected&limit=1&status=Hired";
        let page = app.send(&app.call("comeet", "GET", asked)).await.json();
        assert_eq!(page["candidates"][0]["last_name"], "1");
        let next = page["next_page"].as_str().expect("a next page");
        let page = app.send(&app.call("comeet", "GET", next)).await.json();
        assert_eq!(page["candidates"][0]["last_name"], "3");
        assert_eq!(page["next_page"], Value::Null);
        let open = "/comeet/positions?status=closed&status=open&limit=1";
        let page = app.send(&app.call("comeet", "GET", open)).await.json();
        let next = page["next_page"].as_str().expect("a next page");
        let page = app.send(&app.call("comeet", "GET", next)).await.json();
        assert_eq!(page["positions"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn a_files_link_needs_no_token_and_lives_for_15_minutes() {
    story(|app| async move {
        let resume = json!({"name": "../é\"cv.pdf", "file": "SGVsbG8h"});
        let made = app
            .send(&create(&app, json!({"resume": resume})))
            .await
            .json();
        let shown = read(&app, &made["uid"]).await;
        let url = shown["resume"]["url"].as_str().expect("a link").to_owned();
        let mut call = app.call("comeet", "GET", &url);
        call.headers.clear();
        let file = app.send(&call).await;
        assert_eq!((file.status, file.bytes.as_slice()), (200, &b"Hello!"[..]));
        assert!(file.header("content-disposition").starts_with("attachment"));
        for wrong in [
            url.replace("expires=", "expires=9"),
            url.replace("company=", "company=Z"),
        ] {
            assert_eq!(
                app.send(&Call {
                    path: wrong,
                    ..call.clone()
                })
                .await
                .status,
                401
            );
        }
        app.clock.advance(901_000_000);
        assert_eq!(app.send(&call).await.status, 401);
    });
}

#[test]
fn files_have_six_megabytes_and_a_resume_has_the_bodys_limit() {
    story(|app| async move {
        let file =
            |name: &str, bytes: usize| json!({"name": name, "file": "QUFB".repeat(bytes / 3)});
        let most = 6 << 20;
        let fits = create(&app, json!({"files": [file("a.txt", most)]}));
        assert_eq!(app.send(&fits).await.status, 200);
        let over = app
            .send(&create(&app, json!({"files": [file("a.txt", most + 3)]})))
            .await;
        assert_eq!(
            (over.status, &over.json()["error"]),
            (403, &json!("file_size_limit"))
        );
        let resume = create(&app, json!({"resume": file("a.pdf", 10_000_002)}));
        assert_eq!(app.send(&resume).await.status, 200);
        let whole = create(&app, json!({})).bytes(vec![b' '; 33 << 20]);
        let whole = app.send(&whole).await;
        assert_eq!(
            (whole.status, &whole.json()["error"]),
            (413, &json!("request_too_large"))
        );
    });
}

#[test]
fn a_token_is_believed_for_its_time_only() {
    story(|app| async move {
        let call = app.call("comeet", "GET", "/comeet/candidates");
        assert_eq!(app.send(&call).await.status, 200);
        app.clock.advance(-120_000_000);
        assert_eq!(app.send(&call).await.status, 401, "more than an hour ahead");
        app.clock.advance(120_000_000 + 3_700_000_000);
        assert_eq!(app.send(&call).await.status, 401, "expired");
    });
}

#[test]
fn a_key_that_may_not_does_not() {
    story(|app| async move {
        let writer = key(&app, "write", Some((0, 1))).await;
        let reader = key(&app, "read", Some((0, 1))).await;
        let path = "/comeet/candidates";
        let call = create(&app, json!({"email": "w@example.com"}));
        let refused = app.send(&with(&call, &reader)).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (403, &json!("no_permission"))
        );
        let made = app.send(&with(&call, &writer)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        assert!(!made.text().contains("w@example.com"), "{}", made.text());
        let get = app.call("comeet", "GET", path);
        assert_eq!(app.send(&with(&get, &writer)).await.status, 403);
        assert_eq!(app.send(&with(&get, &reader)).await.status, 200);
    });
}

pub async fn key(app: &TestApp, permissions: &str, limit: Option<(u32, u32)>) -> Value {
    let new = dialects::NewCredentials {
        base_url: URL.into(),
        name: permissions.into(),
        permissions: Permissions::parse(permissions).expect("words"),
        limit,
    };
    let inner = app.app.clone();
    let made = app.app.store.write(move |tx| {
        let dialect = dialects::named("comeet").expect("a dialect");
        dialect.credentials(tx, &inner, OrgId(1), &new)
    });
    made.await.expect("a key")
}

pub fn with(call: &Call, credentials: &Value) -> Call {
    let dialect = dialects::named("comeet").expect("a dialect");
    let headers = dialect.example(credentials).headers;
    Call {
        headers,
        ..call.clone()
    }
}

#[test]
fn the_usual_rate_is_a_hundred_in_a_minute() {
    story(|app| async move {
        let reader = key(&app, "read", None).await;
        let path = "/comeet/candidates?limit=1";
        let call = with(&app.call("comeet", "GET", path), &reader);
        // The counter is the process's and knows a key by its number, so the second engine finds it used up.
        let mut answered = 0;
        let refused = loop {
            let reply = app.send(&call).await;
            if reply.status != 200 {
                break reply;
            }
            answered += 1;
            assert!(answered < 150);
        };
        assert_eq!(refused.status, 429);
        assert_eq!(refused.json()["error"], "too_many_requests");
        assert!(!refused.header("retry-after").is_empty());
    });
}
