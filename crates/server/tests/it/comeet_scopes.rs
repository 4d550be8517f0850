//! What a Comeet key opens: its scopes, its organization.

use hiring::caller::Scopes;
use hiring::id::OrgId;
use serde_json::{Value, json};
use testing::app::{TestApp, story};

use crate::comeet::{create, key, read, with};
use crate::comeet_lists::{names, person};

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
fn a_positions_answers_about_gender_are_for_those_who_may_read_them() {
    story(|app| async move {
        let body = json!({"name": "P", "status": "open", "is_discreet": false,
            "categories": [{"name": "Gender", "value": "c4n4ry"}]});
        let call = app
            .call("comeet", "POST", "/comeet/positions")
            .header("Idempotency-Key", "p");
        let made = app.send(&call.json(&body)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        assert!(
            !made.text().contains("c4n4ry") && !made.text().contains("u0000"),
            "{}",
            made.text()
        );
        let uid = made.json()["uid"].as_str().expect("a uid").to_owned();
        let usual = key(&app, "read write", Some((0, 1))).await;
        for path in [
            format!("/comeet/positions/{uid}"),
            "/comeet/positions".to_owned(),
        ] {
            let call = app.call("comeet", "GET", &path);
            assert!(app.send(&call).await.text().contains("c4n4ry"), "{path}");
            let hidden = app.send(&with(&call, &usual)).await;
            assert_eq!(hidden.status, 200);
            assert!(
                !hidden.text().contains("c4n4ry") && !hidden.text().contains("u0000"),
                "{path}"
            );
        }
    });
}
