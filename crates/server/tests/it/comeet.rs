//! What golden files cannot tell of the Comeet dialect: ends, links that expire, limits, tokens, permissions.

use hiring::Caller;
use hiring::application::{self, Disposition, Filter};
use hiring::caller::{Permissions, Scopes};
use hiring::id::OrgId;
use hiring::job;
use serde_json::{Value, json};
use testing::app::{Call, TestApp, URL, story};

fn create(app: &TestApp, extra: Value) -> Call {
    let position = &app.demo["comeet"]["position_uid"];
    let mut body = json!({"position_uid": position, "first_name": "F", "last_name": "L"});
    let members = extra.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    app.call("comeet", "POST", "/comeet/candidates").json(&body)
}

async fn read(app: &TestApp, uid: &Value) -> Value {
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

async fn key(app: &TestApp, permissions: &str, limit: Option<(u32, u32)>) -> Value {
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

fn with(call: &Call, credentials: &Value) -> Call {
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

/// The same for every page of a list, by `next_page` alone; `between` is done after the first page.
async fn pages(app: &TestApp, path: &str, between: impl AsyncFn(&TestApp)) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
    let mut first = true;
    while let Some(path) = next {
        let reply = app.send(&app.call("comeet", "GET", &path)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let page = reply.json();
        all.extend(page["candidates"].as_array().expect("candidates").clone());
        next = page["next_page"].as_str().map(str::to_owned);
        if std::mem::take(&mut first) {
            between(app).await;
        }
    }
    all
}

fn names(candidates: &[Value]) -> Vec<&str> {
    let name = |c: &Value| c["last_name"].as_str().map(|_| ());
    assert!(candidates.iter().all(|c| name(c).is_some()));
    candidates
        .iter()
        .map(|c| c["last_name"].as_str().unwrap_or(""))
        .collect()
}

async fn person(app: &TestApp, last: &str) -> Value {
    let email = format!("{last}@example.com");
    let call = create(app, json!({"last_name": last, "email": email}));
    let reply = app.send(&call).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[test]
fn pages_go_on_while_candidates_come_and_each_is_seen_once() {
    story(|app| async move {
        for n in 0..25 {
            person(&app, &format!("p{n:02}")).await;
        }
        let path = "/comeet/candidates?limit=10&status=In%20progress&time_created:after=2018-01-01T12:50:50Z";
        let seen = pages(&app, path, async |app| {
            person(app, "late").await;
        })
        .await;
        let mut wanted: Vec<String> = (0..25).map(|n| format!("p{n:02}")).collect();
        wanted.push("late".into());
        assert_eq!(names(&seen), wanted);
        let next = app.send(&app.call("comeet", "GET", path)).await.json();
        let next = next["next_page"].as_str().expect("a next page").to_owned();
        assert!(next.starts_with(&format!("{URL}/comeet/candidates?")));
        for filter in [
            "status=In+progress",
            "time_created%3Aafter=2018",
            "limit=10",
            "cursor=",
        ] {
            assert!(next.contains(filter), "{next} has no {filter}");
        }
    });
}

/// Our own API does this to the application of candidate `uid`, which its `real_id` names in the order of making.
async fn own(app: &TestApp, uid: &Value, verb: &str, body: Value) {
    let email = read(app, uid).await["email"]
        .as_str()
        .expect("an address")
        .to_owned();
    let all = app.native(&format!("/applications?email={email}")).await;
    let id = all["data"][0]["id"]
        .as_str()
        .expect("an application")
        .to_owned();
    let path = format!("/api/v1/applications/{id}/{verb}");
    let reply = app
        .send(&app.call("native", "POST", &path).json(&body))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    let seen = pages(app, &format!("/comeet/candidates?{query}"), async |_| {}).await;
    names(&seen).into_iter().map(str::to_owned).collect()
}

#[test]
fn statuses_and_steps_follow_what_our_own_api_does() {
    story(|app| async move {
        let (ann, ben) = (person(&app, "ann").await, person(&app, "ben").await);
        app.settled().await;
        app.clock.advance(10_000_000);
        let job = app.native("/jobs").await["data"][0].clone();
        let stages: Vec<String> = job["stages"]
            .as_array()
            .expect("stages")
            .iter()
            .map(|s| s["id"].as_str().expect("an id").to_owned())
            .collect();
        own(&app, &ann["uid"], "advance", json!({"to_stage": stages[2]})).await;
        let shown = read(&app, &ann["uid"]).await;
        assert_eq!(shown["current_steps"][0]["name"], "Interview");
        assert_eq!(shown["completed_steps"][0]["name"], "Applied");
        assert_eq!(shown["future_steps"][0]["name"], "Offer");
        assert_eq!(
            shown["time_last_status_changed"],
            ann["time_last_status_changed"]
        );
        app.clock.advance(10_000_000);
        own(
            &app,
            &ann["uid"],
            "dispose",
            json!({"disposition": "hired", "reason": "best"}),
        )
        .await;
        let hired = read(&app, &ann["uid"]).await;
        assert_eq!(hired["status"], "Hired");
        assert_eq!(hired["opening"]["time_start_to_work"], Value::Null);
        assert_eq!(
            (&hired["current_steps"], &hired["future_steps"]),
            (&json!([]), &json!([]))
        );
        assert_ne!(
            hired["time_last_status_changed"],
            ann["time_last_status_changed"]
        );
        assert_eq!(hired["time_created"], ann["time_created"]);

        let moment = |value: &Value| value.as_str().expect("a time").to_owned();
        let (made, ended) = (
            moment(&ben["time_created"]),
            moment(&hired["time_last_status_changed"]),
        );
        assert_eq!(listed(&app, "status=hired").await, ["ann"]);
        assert_eq!(
            listed(&app, "status=Hired,In%20progress").await,
            ["ann", "ben"]
        );
        assert_eq!(
            listed(&app, &format!("time_last_status_change:after={ended}")).await,
            ["ann"]
        );
        assert_eq!(
            listed(&app, &format!("time_last_status_change:before={ended}")).await,
            ["ben"]
        );
        assert_eq!(
            listed(&app, &format!("time_hiring_process_updated:after={ended}")).await,
            ["ann"]
        );
        assert_eq!(
            listed(&app, &format!("time_person_last_activity:before={ended}")).await,
            ["ben"]
        );
        assert_eq!(
            listed(&app, &format!("time_created:after={ended}")).await,
            [""; 0]
        );
        assert_eq!(
            listed(
                &app,
                &format!("time_created:before={ended}&time_created:after={made}")
            )
            .await,
            ["ann", "ben"]
        );

        // The position is put on hold: who is in it waits, and that is a change of status.
        app.clock.advance(10_000_000);
        let path = format!(
            "/comeet/positions/{}",
            app.demo["comeet"]["position_uid"].as_str().expect("a uid")
        );
        let hold = app
            .call("comeet", "PATCH", &path)
            .json(&json!({"status": "on hold"}));
        let held_at = app.send(&hold).await.json()["time_updated"]
            .as_str()
            .expect("a time")
            .to_owned();
        let held = read(&app, &ben["uid"]).await;
        assert_eq!(
            (&held["status"], &held["current_steps"]),
            (&json!("On hold"), &json!([]))
        );
        assert_eq!(held["time_last_status_changed"], held_at.as_str());
        assert_eq!(listed(&app, "status=On%20hold").await, ["ben"]);
        assert_eq!(
            listed(&app, &format!("time_last_status_change:after={held_at}")).await,
            ["ben"]
        );

        // A note is activity of the process it was written for, and of its person.
        app.clock.advance(10_000_000);
        let note = json!({"time_created": "2018-01-01T12:50:50Z", "created_by": {"type": "app", "first_name": "A"}, "text": "x"});
        let path = format!(
            "/comeet/candidates/{}/notes",
            ann["uid"].as_str().expect("a uid")
        );
        let noted = app
            .send(&app.call("comeet", "POST", &path).json(&note))
            .await;
        assert_eq!(noted.status, 200, "{}", noted.text());
        assert_eq!(
            listed(
                &app,
                &format!("time_hiring_process_updated:after={held_at}")
            )
            .await,
            ["ann"]
        );
        assert_eq!(
            listed(&app, &format!("time_person_last_activity:after={held_at}")).await,
            ["ann"]
        );
        assert_eq!(
            app.events().await.split_off(2),
            [
                "candidate.created",
                "application.submitted",
                "candidate.created",
                "application.submitted",
                "application.advanced",
                "application.hired",
                "job.updated",
                "note.added"
            ]
        );
    });
}

#[test]
fn an_invited_person_is_there_from_the_moment_they_apply() {
    story(|app| async move {
        let track = &app.demo["xobin"]["track_id"];
        let invite =
            json!({"name": "In Vited", "email": "invited@example.com", "invite_applicant": true});
        let path = format!("/xobin/api/v2/tracks/{track}/applicants");
        let invited = app
            .send(&app.call("xobin", "POST", &path).json(&invite))
            .await;
        assert!(invited.status < 300, "{}", invited.text());
        assert_eq!(listed(&app, "").await, [""; 0]);
        app.clock.advance(10_000_000);
        let applied = create(
            &app,
            json!({"last_name": "Vited", "email": "invited@example.com"}),
        );
        let applied = app.send(&applied).await.json();
        let created = applied["time_created"].as_str().expect("a time");
        let at = dialects::time::parse(created).expect("a moment");
        let before = dialects::time::seconds(at - 5_000_000);
        // Who asks for what came since a moment after the invite gets it.
        assert_eq!(
            listed(&app, &format!("time_created:after={before}")).await,
            ["Vited"]
        );
    });
}

#[test]
fn who_is_ignored_is_deleted_here() {
    story(|app| async move {
        let (ann, ben) = (person(&app, "ann").await, person(&app, "ben").await);
        let all = app
            .send(&app.call(
                "merge",
                "GET",
                "/merge/api/ats/v1/candidates?email_addresses=ann@example.com",
            ))
            .await
            .json();
        let id = all["results"][0]["id"].as_str().expect("an id").to_owned();
        let ignore = app.call(
            "merge",
            "POST",
            &format!("/merge/api/ats/v1/candidates/ignore/{id}"),
        );
        let ignored = app.send(&ignore.json(&json!({"reason": "GDPR"}))).await;
        assert_eq!(ignored.status, 200, "{}", ignored.text());
        let uids = app
            .send(&app.call("comeet", "GET", "/comeet/deleted-candidates"))
            .await
            .json();
        assert_eq!(uids, json!([ann["uid"]]));
        let later = "/comeet/deleted-candidates?time_deleted:after=2999-01-01T00:00:00Z";
        assert_eq!(
            app.send(&app.call("comeet", "GET", later)).await.json(),
            json!([])
        );
        assert_eq!(
            read(&app, &ann["uid"]).await,
            json!({"uid": ann["uid"], "deleted": true})
        );
        assert_eq!(listed(&app, "").await, ["ben"]);
        assert_eq!(listed(&app, "deleted=False").await, ["ben"]);
        let gone = app
            .send(&app.call("comeet", "GET", "/comeet/candidates?deleted=True"))
            .await
            .json();
        assert_eq!(
            gone["candidates"],
            json!([{"uid": ann["uid"], "deleted": true}])
        );
        let alike = app
            .send(&app.call(
                "comeet",
                "GET",
                "/comeet/sourcing/candidates/find_duplicates?email=ann@example.com",
            ))
            .await;
        assert_eq!(alike.json(), json!([]));
        let uid = ann["uid"].as_str().expect("a uid");
        for (method, path, body) in [
            ("PATCH", "", json!({"phone": "1"})),
            ("POST", "/files", json!({"name": "a", "file": "QQ=="})),
            (
                "POST",
                "/notes",
                json!({"time_created": "2018-01-01T12:50:50Z", "created_by": {"type": "app", "first_name": "A"}, "text": "x"}),
            ),
        ] {
            let call = app
                .call("comeet", method, &format!("/comeet/candidates/{uid}{path}"))
                .json(&body);
            assert_eq!(app.send(&call).await.status, 404, "{method} {path}");
        }
        assert_eq!(read(&app, &ben["uid"]).await["deleted"], false);
    });
}

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

/// A key that is narrowed to these scopes.
async fn narrowed(app: &TestApp, scopes: &str) -> Value {
    let made = key(app, "read write", Some((0, 1))).await;
    let uid: uuid::Uuid = made["key_id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let scopes = Scopes::parse(scopes);
    let narrow = app
        .app
        .store
        .write(move |tx| hiring::api_key::narrow(tx, OrgId(1), uid, &scopes));
    narrow.await.expect("a narrower key");
    made
}

#[test]
fn a_key_opens_what_its_scopes_say_and_sees_no_more() {
    story(|app| async move {
        let other = person(&app, "other").await;
        let partner = narrowed(&app, "candidates:create candidates:retrieve-own").await;
        let call = create(
            &app,
            json!({"last_name": "mine", "email": "mine@example.com", "partner_candidate_id": "P",
            "source_contact": {"full_name": "H H", "email": "h@example.com"}}),
        );
        let mine = app.send(&with(&call, &partner)).await;
        assert_eq!(mine.status, 200, "{}", mine.text());
        let mine = mine.json();
        assert!(mine.get("source_contact").is_none() && mine["email"] == "mine@example.com");
        let get = |path: &str| with(&app.call("comeet", "GET", path), &partner);
        let list = app.send(&get("/comeet/candidates")).await.json();
        assert_eq!(
            names(list["candidates"].as_array().expect("a list")),
            ["mine"]
        );
        let one = |uid: &Value| format!("/comeet/candidates/{}", uid.as_str().expect("a uid"));
        let shown = app.send(&get(&one(&mine["uid"]))).await.json();
        for hidden in [
            "resume",
            "picture",
            "files",
            "future_steps",
            "source",
            "source_contact",
        ] {
            assert!(shown.get(hidden).is_none(), "{hidden}");
        }
        assert_eq!(app.send(&get(&one(&other["uid"]))).await.status, 404);
        let position = app.demo["comeet"]["position_uid"]
            .as_str()
            .expect("a uid")
            .to_owned();
        let note = json!({"time_created": "2018-01-01T12:50:50Z", "created_by": {"type": "app", "first_name": "A"}, "text": "x"});
        let position_body =
            json!({"name": "P", "status": "open", "is_discreet": false, "copy_assignees": false});
        for (method, path, body) in [
            ("PATCH", one(&mine["uid"]), json!({"phone": "1"})),
            ("GET", format!("{}/files", one(&mine["uid"])), Value::Null),
            (
                "POST",
                format!("{}/files", one(&mine["uid"])),
                json!({"name": "a", "file": "QQ=="}),
            ),
            (
                "POST",
                format!("{}/resume", one(&mine["uid"])),
                json!({"name": "a.pdf", "file": "QQ=="}),
            ),
            ("POST", format!("{}/notes", one(&mine["uid"])), note),
            (
                "GET",
                "/comeet/sourcing/candidates/find_duplicates?email=mine@example.com".into(),
                Value::Null,
            ),
            (
                "GET",
                format!(
                    "/comeet/persons/{}",
                    mine["person_uid"].as_str().expect("a uid")
                ),
                Value::Null,
            ),
            ("GET", "/comeet/positions".into(), Value::Null),
            ("GET", format!("/comeet/positions/{position}"), Value::Null),
            ("POST", "/comeet/positions".into(), position_body.clone()),
            (
                "POST",
                format!("/comeet/positions/{position}/clone"),
                position_body.clone(),
            ),
            (
                "PATCH",
                format!("/comeet/positions/{position}"),
                json!({"name": "X"}),
            ),
            ("GET", "/comeet/locations".into(), Value::Null),
        ] {
            let call = with(&app.call("comeet", method, &path), &partner);
            let call = if body.is_null() {
                call
            } else {
                call.json(&body)
            };
            let reply = app.send(&call).await;
            assert_eq!(
                (reply.status, &reply.json()["error"]),
                (403, &json!("no_permission")),
                "{method} {path}"
            );
        }
        let recruiter = narrowed(&app, "positions:create positions:retrieve").await;
        let mut salary = position_body.clone();
        salary["salary_range"] = json!({"min": 1});
        let call = app.call("comeet", "POST", "/comeet/positions");
        let refused = app
            .send(&with(&call.clone().json(&salary), &recruiter))
            .await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        let made = app
            .send(&with(&call.json(&position_body), &recruiter))
            .await
            .json();
        assert!(made.get("salary_range").is_none() && made.get("internal_name").is_none());
        assert_eq!(made["users"], json!({}));
    });
}

#[test]
fn another_organizations_candidates_positions_and_locations_are_not_found() {
    story(|app| async move {
        let ann = person(&app, "ann").await;
        let uid = ann["uid"].as_str().expect("a uid");
        let person_uid = ann["person_uid"].as_str().expect("a uid");
        let position = app.demo["comeet"]["position_uid"].as_str().expect("a uid");
        let offices = app
            .send(&app.call("comeet", "GET", "/comeet/locations"))
            .await
            .json();
        let office = offices["locations"][0]["uid"].as_str().expect("a uid");
        let real = read(&app, &ann["uid"]).await["real_id"].clone();
        let note = json!({"time_created": "2018-01-01T12:50:50Z", "created_by": {"type": "app", "first_name": "A"}, "text": "x"});
        let made =
            json!({"name": "P", "status": "open", "is_discreet": false, "copy_assignees": false});
        for (method, path, body) in [
            ("GET", format!("/candidates/{uid}"), Value::Null),
            (
                "PATCH",
                format!("/candidates/{uid}"),
                json!({"phone": "666666"}),
            ),
            ("GET", format!("/candidates/{uid}/files"), Value::Null),
            (
                "POST",
                format!("/candidates/{uid}/files"),
                json!({"name": "a", "file": "QQ=="}),
            ),
            (
                "POST",
                format!("/candidates/{uid}/resume"),
                json!({"name": "a.pdf", "file": "QQ=="}),
            ),
            ("POST", format!("/candidates/{uid}/notes"), note),
            (
                "GET",
                format!("/candidates?person_uid={person_uid}"),
                Value::Null,
            ),
            ("GET", format!("/persons/{person_uid}"), Value::Null),
            ("GET", format!("/positions/{position}"), Value::Null),
            (
                "GET",
                format!("/positions/{position}/candidates"),
                Value::Null,
            ),
            (
                "PATCH",
                format!("/positions/{position}"),
                json!({"name": "Stolen"}),
            ),
            ("POST", format!("/positions/{position}/clone"), made),
            ("GET", format!("/locations/{office}"), Value::Null),
        ] {
            let call = app.call_of_other("comeet", method, &format!("/comeet{path}"));
            let call = if body.is_null() {
                call
            } else {
                call.json(&body)
            };
            let reply = app.send(&call).await;
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text());
        }
        let by_number = app
            .call_of_other("comeet", "GET", &format!("/comeet/candidates/{real}"))
            .header("IDENTIFIER_TYPE", "REAL_ID");
        assert_eq!(app.send(&by_number).await.status, 404);
        for list in [
            "/candidates",
            "/candidates?email=ann@example.com",
            "/deleted-candidates",
            "/sourcing/candidates/find_duplicates?email=ann@example.com",
        ] {
            let reply = app
                .send(&app.call_of_other("comeet", "GET", &format!("/comeet{list}")))
                .await;
            assert!(!reply.text().contains("ann"), "{list}: {}", reply.text());
        }
        let stolen = json!({"name": "P", "status": "open", "is_discreet": false, "location": {"uid": office}});
        let reply = app
            .send(
                &app.call_of_other("comeet", "POST", "/comeet/positions")
                    .json(&stolen),
            )
            .await;
        assert_eq!(reply.status, 400, "{}", reply.text());
        assert_eq!(read(&app, &ann["uid"]).await["phone"], Value::Null);
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
