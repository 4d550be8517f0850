//! What golden files cannot tell of the Eightfold dialect: who replaces whose words, time, tenants, scopes, long lists,
//! and two at once.

mod client;

use hiring::caller::Scopes;
use hiring::id::OrgId;
use serde_json::{Value, json};
use testing::app::{Call, TestApp, story};

const CORE: &str = "/eightfold/api/v2/core";

fn call(app: &TestApp, method: &str, path: &str) -> Call {
    app.call("eightfold", method, &format!("{CORE}{path}"))
}

async fn send(app: &TestApp, method: &str, path: &str, body: Value) -> Value {
    let reply = app.send(&call(app, method, path).json(&body)).await;
    assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text());
    reply.json()
}

async fn get(app: &TestApp, path: &str) -> Value {
    let reply = app.send(&call(app, "GET", path)).await;
    assert_eq!(reply.status, 200, "GET {path}: {}", reply.text());
    reply.json()
}

async fn status(app: &TestApp, written: &Value) -> Value {
    let id = written["transactionId"].as_str().expect("a transaction");
    get(app, &format!("/transactions/{id}")).await["data"]["status"].clone()
}

fn person(id: &str, email: &str, ts: i64) -> Value {
    json!({"candidateId": id, "firstName": "Ada", "emails": email, "lastActivityTs": ts})
}

const ADA: &str = "/ats-systems/hr/ats-candidates/7";

#[test]
fn a_put_takes_back_what_its_own_record_said_and_nothing_else() {
    story(|app| async move {
        let merge = json!({"model": {
            "first_name": "Ada", "title": "Countess", "company": "Lovelace", "tags": ["kept"],
            "email_addresses": [{"value": "ada@example.com"}],
        }});
        let merge = app
            .call("merge", "POST", "/merge/api/ats/v1/candidates")
            .json(&merge);
        assert_eq!(app.send(&merge).await.status, 201);
        let mut body = person("7", "ada@example.com", 100);
        body["title"] = json!("Programmer");
        body["skills"] = json!(["analysis"]);
        body["tags"] = json!(["hr"]);
        send(&app, "POST", "/ats-systems/hr/ats-candidates", body).await;
        let shown = get(&app, &format!("{ADA}?include=tags")).await;
        assert_eq!(shown["title"], "Programmer");
        assert_eq!(shown["tags"], json!(["hr", "kept"]));

        let mut body = person("7", "ada@example.com", 200);
        body["title"] = json!("");
        body["tags"] = json!([]);
        let done = send(&app, "PUT", ADA, body).await;
        assert_eq!(status(&app, &done).await, "PASS");
        let shown = get(&app, &format!("{ADA}?include=tags")).await;
        assert_eq!(shown["title"], "Countess");
        assert_eq!(
            (&shown["skills"], &shown["tags"]),
            (&Value::Null, &json!(["kept"]))
        );
        assert_eq!(
            app.events().await[2..],
            [
                "candidate.created",
                "candidate.updated",
                "candidate.updated"
            ]
        );
    });
}

#[test]
fn what_is_not_newer_is_skipped_and_a_change_without_a_time_is_in_order() {
    story(|app| async move {
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 2_000),
        )
        .await;
        for (method, path, ts) in [
            ("PUT", ADA, 2_000),
            ("PATCH", ADA, 1_999),
            ("POST", "/ats-systems/hr/ats-candidates", 5),
        ] {
            let mut body = person("7", "a@x.org", ts);
            body["title"] = json!("Old");
            let done = send(&app, method, path, body).await;
            assert_eq!(status(&app, &done).await, "PASS_SKIPPED", "{method}");
        }
        let done = send(&app, "PATCH", ADA, json!({"title": "Now"})).await;
        assert_eq!(status(&app, &done).await, "PASS");
        let again = send(&app, "PATCH", ADA, json!({"title": "Now"})).await;
        assert_eq!(status(&app, &again).await, "PASS_SKIPPED");
        // It claimed no time of its own, so what the far system says next is still newer.
        let mut body = person("7", "a@x.org", 2_001);
        body["title"] = json!("Newer");
        send(&app, "PUT", ADA, body).await;
        assert_eq!(get(&app, ADA).await["title"], "Newer");
        assert_eq!(
            app.events().await[2..],
            [
                "candidate.created",
                "candidate.updated",
                "candidate.updated"
            ]
        );
    });
}

#[test]
fn a_transaction_can_be_asked_about_for_three_days() {
    story(|app| async move {
        let done = send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 1),
        )
        .await;
        let patched = send(&app, "PATCH", ADA, json!({"title": "x"})).await;
        let id = patched["transactionId"]
            .as_str()
            .expect("a transaction")
            .to_owned();
        let shown = get(&app, &format!("/transactions/{id}")).await;
        assert_eq!(shown["data"]["externalEntityId"], "7");
        app.clock.advance(3 * 86_400 * 1_000_000 - 60_000_000);
        assert_eq!(status(&app, &done).await, "PASS");
        app.clock.advance(120_000_000);
        let path = format!("/transactions/{id}");
        assert_eq!(app.send(&call(&app, "GET", &path)).await.status, 404);
    });
}

#[test]
fn people_of_other_dialects_are_addressed_by_their_uuid() {
    story(|app| async move {
        let merge =
            json!({"model": {"first_name": "Ada", "last_name": "Lovelace", "title": "Countess"}});
        let merge = app
            .call("merge", "POST", "/merge/api/ats/v1/candidates")
            .json(&merge);
        let uid = app.send(&merge).await.json()["model"]["id"].clone();
        let uid = uid.as_str().expect("an id");
        let path = format!("/ats-systems/hr/ats-candidates/{uid}");
        send(&app, "PATCH", &path, json!({"summary": "Notes"})).await;
        let shown = get(&app, &path).await;
        assert_eq!(
            (&shown["title"], &shown["summary"]),
            (&json!("Countess"), &json!("Notes"))
        );
        let body = json!({"firstName": "Augusta", "emails": null, "lastActivityTs": null, "summary": null});
        send(&app, "PUT", &path, body).await;
        let shown = get(&app, &path).await;
        assert_eq!(
            (&shown["firstName"], &shown["summary"]),
            (&json!("Augusta"), &Value::Null)
        );
        assert_eq!(shown["title"], "Countess");
        // Another system sees the same person under the same name, and nobody was made twice.
        let other = get(&app, &format!("/ats-systems/crm/ats-candidates/{uid}")).await;
        assert_eq!(other["firstName"], "Augusta");
        assert_eq!(get(&app, "/profiles").await["meta"]["totalCount"], 1);

        // Who has an id in the system is written under it, whichever of the two names they are called by.
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("8", "b@x.org", 1),
        )
        .await;
        let list = get(&app, "/profiles?atsCandidateId=8").await;
        let uid = list["data"][0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/ats-systems/hr/ats-candidates/{uid}");
        send(
            &app,
            "PUT",
            &path,
            json!({"firstName": "Bea", "emails": null, "lastActivityTs": 2}),
        )
        .await;
        let shown = get(&app, "/ats-systems/hr/ats-candidates/8").await;
        assert_eq!(
            (&shown["firstName"], &shown["emails"]),
            (&json!("Bea"), &Value::Null)
        );
    });
}

#[test]
fn two_patches_at_once_are_both_done() {
    story(|app| async move {
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 1),
        )
        .await;
        for round in 0..5 {
            let title = json!({"title": format!("Title {round}")});
            let summary = json!({"summary": format!("Summary {round}")});
            tokio::join!(
                send(&app, "PATCH", ADA, title),
                send(&app, "PATCH", ADA, summary)
            );
            let shown = get(&app, ADA).await;
            assert_eq!(shown["title"], format!("Title {round}"));
            assert_eq!(shown["summary"], format!("Summary {round}"));
        }
        let events = app.events().await;
        assert_eq!(
            events.iter().filter(|e| *e == "candidate.updated").count(),
            10
        );
    });
}

#[test]
fn one_far_position_is_one_job_however_many_say_it_at_once() {
    story(|app| async move {
        let path = "/ats-systems/hr/ats-positions";
        let body = json!({"atsEntityId": "R-1", "title": "Cartographer", "locations": ["Lisbon", "Porto"]});
        let one = || send(&app, "POST", path, body.clone());
        let made: [Value; 5] = tokio::join!(one(), one(), one(), one(), one()).into();
        assert!(made.iter().all(|m| m["id"] == made[0]["id"]), "{made:?}");
        assert_eq!(get(&app, path).await["meta"]["totalCount"], 3);
        let events = app.events().await;
        assert_eq!(events[2..], ["job.created"]);
        // The same again says nothing; a change is told once.
        send(&app, "PUT", &format!("{path}/R-1"), body).await;
        let change = json!({"title": "Chief", "jobStages": ["Drawing"], "businessUnit": "Sea"});
        send(&app, "PATCH", &format!("{path}/R-1"), change).await;
        assert_eq!(app.events().await[3..], ["job.updated"]);
    });
}

#[test]
fn anothers_people_and_positions_are_not_found() {
    story(|app| async move {
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 1),
        )
        .await;
        let position = send(
            &app,
            "POST",
            "/ats-systems/hr/ats-positions",
            json!({"atsEntityId": "R", "title": "T"}),
        )
        .await;
        let position = position["id"].as_str().expect("an id").to_owned();
        let profile = get(&app, "/profiles").await["data"][0]["id"].clone();
        let profile = profile.as_str().expect("an id");
        let stage = json!({"positionId": position, "stage": "Applied"});
        send(
            &app,
            "POST",
            &format!("/profiles/{profile}/application/stages"),
            stage.clone(),
        )
        .await;
        let application = get(&app, "/profile-applications").await["data"][0]["id"].clone();
        let note = send(
            &app,
            "POST",
            "/profile-notes",
            json!({"profileId": profile, "note": "n"}),
        )
        .await;
        let some = json!({"title": "x"});
        let paths = [
            ("GET", ADA.to_owned(), None),
            ("PUT", ADA.to_owned(), Some(person("7", "a@x.org", 9))),
            ("PATCH", ADA.to_owned(), Some(some.clone())),
            ("GET", format!("/profiles/{profile}"), None),
            ("PATCH", format!("/profiles/{profile}"), Some(some.clone())),
            ("DELETE", format!("/profiles/{profile}"), None),
            (
                "POST",
                format!("/profiles/{profile}/application/stages"),
                Some(stage),
            ),
            (
                "GET",
                format!("/profiles/{profile}/matched-positions"),
                None,
            ),
            ("GET", format!("/position/{position}/applicants"), None),
            ("GET", "/ats-systems/hr/ats-positions/R".to_owned(), None),
            (
                "GET",
                format!("/ats-systems/hr/ats-positions/{position}"),
                None,
            ),
            (
                "PATCH",
                "/ats-systems/hr/ats-positions/R".to_owned(),
                Some(some),
            ),
            (
                "GET",
                format!("/profile-applications/{}", application.as_str().unwrap()),
                None,
            ),
            (
                "GET",
                format!("/profile-notes/{}", note["id"].as_str().unwrap()),
                None,
            ),
        ];
        for (method, path, body) in paths {
            let call = app.call_of_other("eightfold", method, &format!("{CORE}{path}"));
            let call = body.map_or(call.clone(), |body| call.json(&body));
            let reply = app.send(&call).await;
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text());
        }
        for list in [
            "/profiles",
            "/profile-applications",
            "/profile-notes",
            "/profile-tags",
        ] {
            let call = app.call_of_other("eightfold", "GET", &format!("{CORE}{list}"));
            assert_eq!(
                app.send(&call).await.json()["meta"]["totalCount"],
                0,
                "{list}"
            );
        }
        let ids = json!({"entityIds": [profile]});
        let call = app.call_of_other("eightfold", "POST", &format!("{CORE}/profiles/batch-fetch"));
        assert_eq!(app.send(&call.json(&ids)).await.json()["data"], json!([]));
    });
}

/// Each call, and the scopes that open it.
const MATRIX: &[(&str, &str, &[&str])] = &[
    (
        "GET",
        "/ats-systems/s/ats-candidates",
        &["ats_candidate:READ"],
    ),
    (
        "GET",
        "/ats-systems/s/ats-candidates/x",
        &["ats_candidate:READ"],
    ),
    (
        "POST",
        "/ats-systems/s/ats-candidates",
        &["ats_candidate:WRITE"],
    ),
    (
        "PUT",
        "/ats-systems/s/ats-candidates/x",
        &["ats_candidate:WRITE"],
    ),
    (
        "PATCH",
        "/ats-systems/s/ats-candidates/x",
        &["ats_candidate:WRITE"],
    ),
    (
        "GET",
        "/ats-systems/s/ats-positions",
        &["ats_position:READ"],
    ),
    (
        "GET",
        "/ats-systems/s/ats-positions/x",
        &["ats_position:READ"],
    ),
    ("POST", "/positions/batch-fetch", &["ats_position:READ"]),
    (
        "POST",
        "/ats-systems/s/ats-positions",
        &["ats_position:WRITE"],
    ),
    (
        "PUT",
        "/ats-systems/s/ats-positions/x",
        &["ats_position:WRITE"],
    ),
    (
        "PATCH",
        "/ats-systems/s/ats-positions/x",
        &["ats_position:WRITE"],
    ),
    (
        "POST",
        "/ats-systems/s/ats-positions/x/attachments",
        &["ats_position:WRITE"],
    ),
    ("GET", "/profiles", &["profile:READ"]),
    ("GET", "/profiles/x", &["profile:READ"]),
    ("POST", "/profiles/batch-fetch", &["profile:READ"]),
    ("GET", "/position/x/applicants", &["profile:READ"]),
    ("GET", "/positions/x/matched-candidates", &["profile:READ"]),
    ("GET", "/profiles/x/matched-positions", &["profile:READ"]),
    ("POST", "/profiles", &["profile:WRITE"]),
    ("PUT", "/profiles/x", &["profile:WRITE"]),
    ("PATCH", "/profiles/x", &["profile:WRITE"]),
    ("DELETE", "/profiles/x", &["profile:WRITE"]),
    (
        "GET",
        "/profiles/x/attachments/y",
        &["profile:attachment:READ", "profile:READ"],
    ),
    (
        "POST",
        "/profiles/x/application/stages",
        &["profile:application:WRITE", "profile:WRITE"],
    ),
    (
        "GET",
        "/profile-applications",
        &["profile:application:READ", "profile:READ"],
    ),
    (
        "GET",
        "/profile-applications/x",
        &["profile:application:READ", "profile:READ"],
    ),
    (
        "POST",
        "/profile-applications/batch-fetch",
        &["profile:application:READ", "profile:READ"],
    ),
    (
        "GET",
        "/profile-notes",
        &["profile:note:READ", "profile:READ"],
    ),
    (
        "GET",
        "/profile-notes/x",
        &["profile:note:READ", "profile:READ"],
    ),
    (
        "POST",
        "/profile-notes/batch-fetch",
        &["profile:note:READ", "profile:READ"],
    ),
    (
        "POST",
        "/profile-notes",
        &["profile:note:WRITE", "profile:WRITE"],
    ),
    (
        "GET",
        "/profile-tags",
        &["profile:tag:READ", "profile:READ"],
    ),
    (
        "GET",
        "/profile-tags/x",
        &["profile:tag:READ", "profile:READ"],
    ),
    (
        "POST",
        "/profile-tags/batch-fetch",
        &["profile:tag:READ", "profile:READ"],
    ),
    (
        "GET",
        "/profile-feedbacks",
        &["profile:feedback:READ", "profile:READ"],
    ),
    (
        "GET",
        "/profile-feedbacks/x",
        &["profile:feedback:READ", "profile:READ"],
    ),
    (
        "POST",
        "/profile-feedbacks/batch-fetch",
        &["profile:feedback:READ", "profile:READ"],
    ),
    ("GET", "/changelog/profile", &["changelog:READ"]),
    (
        "GET",
        "/transactions/x",
        &[
            "transaction:READ",
            "ats_candidate:READ",
            "ats_candidate:WRITE",
            "profile:READ",
            "profile:WRITE",
        ],
    ),
];

#[test]
fn a_key_opens_its_scopes_and_nothing_else() {
    let dialect = dialects::named("eightfold").expect("a dialect");
    let document: Value = serde_json::from_str(dialect.openapi()).expect("JSON");
    let operations = document["paths"].as_object().expect("paths").values();
    let count: usize = operations
        .map(|item| item.as_object().map_or(0, |o| o.len()))
        .sum();
    // All but the one that asks for a token.
    assert_eq!(MATRIX.len(), count - 1);
    story(|app| async move {
        for scope in dialect.scopes() {
            let key = narrowed(&app, scope).await;
            for (method, path, opened_by) in MATRIX {
                let call = call(&app, method, path).with("eightfold", &key);
                let reply = app.send(&call.json(&json!({}))).await;
                let opened = opened_by.contains(scope);
                assert_eq!(
                    reply.status != 403,
                    opened,
                    "{scope}: {method} {path}: {}",
                    reply.text()
                );
                if !opened {
                    let message = reply.json()["message"].clone();
                    let wanted = format!("This key lacks the permission {}", opened_by[0]);
                    assert_eq!(message, wanted);
                }
            }
        }
    });
}

/// A key that opens this scope alone.
async fn narrowed(app: &TestApp, scope: &'static str) -> Value {
    let new = dialects::NewCredentials {
        base_url: testing::app::URL.into(),
        name: scope.into(),
        permissions: hiring::caller::Permissions::USUAL,
        limit: Some((0, 1)),
    };
    let inner = app.app.clone();
    let made = app.app.store.write(move |tx| {
        let dialect = dialects::named("eightfold").expect("a dialect");
        let made = dialect.credentials(tx, &inner, OrgId(1), &new)?;
        let uid = made["key_id"].as_str().and_then(|id| id.parse().ok());
        hiring::api_key::narrow(tx, OrgId(1), uid.expect("a uid"), &Scopes::parse(scope))?;
        Ok::<_, hiring::Problem>(made)
    });
    made.await.expect("a key")
}

#[test]
fn a_token_opens_what_its_key_does() {
    story(|app| async move {
        let key = narrowed(&app, "profile:note:READ").await;
        let body = json!({"grantType": "password", "username": key["username"], "password": key["api_key"]});
        let ask = app
            .call("eightfold", "POST", "/eightfold/oauth/v1/authenticate")
            .json(&body);
        let token = app.send(&ask).await.json()["access_token"].clone();
        let bearer = format!("Bearer {}", token.as_str().expect("a token"));
        for (path, wanted) in [("/profile-notes", 200), ("/profiles", 403)] {
            let call = call(&app, "GET", path).header("Authorization", &bearer);
            assert_eq!(app.send(&call).await.status, wanted, "{path}");
        }
    });
}

#[test]
fn a_list_is_walked_by_start_and_nobody_is_missed() {
    story(|app| async move {
        for n in 0..130 {
            let mut body = person(&format!("n{n}"), &format!("n{n}@x.org"), 1);
            body["lastName"] = json!(if n % 2 == 0 { "Even" } else { "Odd" });
            send(&app, "POST", "/ats-systems/hr/ats-candidates", body).await;
        }
        for (list, wanted) in [
            ("/ats-systems/hr/ats-candidates?limit=60", 130),
            ("/profiles?limit=60", 130),
            ("/ats-systems/hr/ats-candidates?limit=60&query=odd", 65),
            ("/ats-systems/hr/ats-candidates?limit=60&query=n1*", 41),
        ] {
            let (mut seen, mut start) = (Vec::new(), 0);
            loop {
                let page = get(&app, &format!("{list}&start={start}")).await;
                assert_eq!(page["meta"]["totalCount"], wanted, "{list}");
                let data = page["data"].as_array().expect("data").clone();
                if data.is_empty() {
                    break;
                }
                start += data.len();
                seen.extend(data.iter().map(|c| c["emails"].to_string()));
            }
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), wanted, "{list}");
        }
    });
}

#[test]
fn a_changelog_names_what_changed_in_a_time_that_is_over() {
    story(|app| async move {
        let begun = app.clock.now() / 1_000_000;
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 1),
        )
        .await;
        let profile = get(&app, "/profiles").await["data"][0]["id"].clone();
        let position = send(
            &app,
            "POST",
            "/ats-systems/hr/ats-positions",
            json!({"atsEntityId": "R", "title": "T"}),
        )
        .await;
        app.clock.advance(3_600 * 1_000_000);
        let stage = json!({"positionId": position["id"], "stage": "Applied"});
        let path = format!("/profiles/{}/application/stages", profile.as_str().unwrap());
        send(&app, "POST", &path, stage).await;
        let application = get(&app, "/profile-applications").await["data"][0]["id"].clone();
        app.clock.advance(3_600 * 1_000_000);
        let log = |entity: &'static str, from: i64, to: i64| {
            let path = format!(
                "/changelog/{entity}?startTime={}&endTime={}",
                begun + from,
                begun + to
            );
            let app = app.clone();
            async move { get(&app, &path).await["data"].clone() }
        };
        assert_eq!(log("profile", -10, 1_000).await, json!([profile]));
        assert_eq!(log("profile", 3_000, 5_000).await, json!([profile]));
        assert_eq!(log("profile", 1_000, 3_000).await, json!([]));
        assert_eq!(
            log("profile-application", 3_000, 5_000).await,
            json!([application])
        );
        assert_eq!(log("profile-application", -10, 1_000).await, json!([]));
        // An application for it does not change a position.
        assert_eq!(log("position", 3_000, 5_000).await, json!([]));
        assert!(
            log("position", -10, 1_000)
                .await
                .as_array()
                .unwrap()
                .contains(&position["id"])
        );
    });
}

#[test]
fn a_deleted_profile_is_shown_no_more_and_its_record_is_kept() {
    story(|app| async move {
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 1),
        )
        .await;
        let profile = get(&app, "/profiles").await["data"][0]["id"].clone();
        let profile = profile.as_str().expect("an id");
        let deleted = app
            .send(&call(&app, "DELETE", &format!("/profiles/{profile}")))
            .await;
        assert_eq!(deleted.status, 200);
        assert_eq!(status(&app, &deleted.json()).await, "PASS");
        for path in [format!("/profiles/{profile}"), ADA.to_owned()] {
            assert_eq!(app.send(&call(&app, "GET", &path)).await.status, 404);
        }
        for list in [
            "/profiles",
            "/ats-systems/hr/ats-candidates",
            "/ats-systems/hr/ats-candidates?filterQuery=emails:a@x.org",
        ] {
            assert_eq!(get(&app, list).await["meta"]["totalCount"], 0, "{list}");
        }
        let kept = app.native(&format!("/candidates/{profile}")).await;
        assert_eq!(kept["id"], profile);
        assert_eq!(
            app.events().await[2..],
            ["candidate.created", "candidate.ignored"]
        );
    });
}
