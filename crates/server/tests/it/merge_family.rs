//! The family around Merge's candidates, which golden files cannot tell whole: pages of every list, other organizations,
//! permissions, people who are to be shown no more, what our own API changes.

use hiring::caller::Permissions;
use hiring::id::OrgId;
use serde_json::{Value, json};
use testing::app::{Call, TestApp, story};

/// Every list of the family.
const LISTS: [&str; 11] = [
    "users",
    "departments",
    "offices",
    "reject-reasons",
    "tags",
    "jobs",
    "job-postings",
    "job-interview-stages",
    "activities",
    "eeocs",
    "interviews",
];

fn get(app: &TestApp, path: &str) -> Call {
    app.call("merge", "GET", &format!("/merge/api/ats/v1/{path}"))
}

async fn read(app: &TestApp, path: &str) -> Value {
    let reply = app.send(&get(app, path)).await;
    assert_eq!(reply.status, 200, "GET {path}: {}", reply.text());
    reply.json()
}

async fn write(app: &TestApp, path: &str, model: Value) -> Value {
    let call = app.call("merge", "POST", &format!("/merge/api/ats/v1/{path}"));
    let body = json!({"model": model, "remote_user_id": null});
    let reply = app.send(&call.json(&body)).await;
    assert_eq!(reply.status, 201, "POST {path}: {}", reply.text());
    reply.json()["model"].clone()
}

async fn native(app: &TestApp, method: &str, path: &str, body: Value) -> Value {
    let call = app.call("native", method, &format!("/api/v1{path}"));
    let reply = app.send(&call.json(&body)).await;
    assert!(reply.status < 300, "{method} {path}: {}", reply.text());
    reply.json()
}

fn results(page: &Value) -> &[Value] {
    page["results"].as_array().expect("results")
}

/// Some of everything.
async fn furnish(app: &TestApp) {
    for n in 0..3 {
        let candidate = json!({
            "first_name": format!("P{n}"), "tags": [format!("tag {n}")], "gender": "Female", "races": ["Asian", "White"],
        });
        let candidate = write(app, "candidates", candidate).await;
        write(
            app,
            "activities",
            json!({"candidate": candidate["id"], "body": n.to_string()}),
        )
        .await;
        native(
            app,
            "POST",
            "/jobs",
            json!({"title": format!("Job {n}"), "fields": [{"label": "a"}, {"label": "b"}]}),
        )
        .await;
    }
}

#[test]
fn every_list_is_paged_both_ways_and_holds_each_record_once() {
    story(|app| async move {
        furnish(&app).await;
        for list in LISTS {
            let whole = read(&app, &format!("{list}?page_size=100")).await;
            let whole = results(&whole).to_vec();
            assert_eq!(whole.is_empty(), list == "interviews", "{list}");
            let mut last = read(&app, &format!("{list}?page_size=2")).await;
            let mut forward = results(&last).to_vec();
            while let Some(next) = last["next"].as_str() {
                last = read(&app, &format!("{list}?page_size=2&cursor={next}")).await;
                forward.extend(results(&last).to_vec());
            }
            assert_eq!(forward, whole, "{list}");
            let mut back = results(&last).to_vec();
            while let Some(previous) = last["previous"].as_str() {
                last = read(&app, &format!("{list}?page_size=2&cursor={previous}")).await;
                back.splice(0..0, results(&last).to_vec());
            }
            assert_eq!(back, whole, "{list} backwards");
            for none in [
                "remote_id=7",
                "created_before=2001-01-01T00:00:00Z",
                "modified_after=2999-01-01T00:00:00Z",
            ] {
                let page = read(&app, &format!("{list}?{none}")).await;
                assert!(results(&page).is_empty(), "{list}?{none}: {page}");
            }
            let bad = app.send(&get(&app, &format!("{list}?cursor=!"))).await;
            assert_eq!(bad.status, 400, "{list}: {}", bad.text());
        }
    });
}

#[test]
fn another_organizations_family_is_not_shown() {
    story(|app| async move {
        furnish(&app).await;
        for list in LISTS {
            let whole = read(&app, &format!("{list}?page_size=100")).await;
            let path = format!("/merge/api/ats/v1/{list}?page_size=100");
            let theirs = app.send(&app.call_of_other("merge", "GET", &path)).await;
            let theirs = theirs.json();
            for record in results(&whole) {
                // A tag has no id, and everyone's offices may have the same names.
                assert!(record["id"].is_null() || !results(&theirs).contains(record));
                let Some(id) = record["id"].as_str() else {
                    continue;
                };
                let path = format!("/merge/api/ats/v1/{list}/{id}");
                let ours = app.send(&app.call("merge", "GET", &path)).await;
                assert_eq!((ours.status, &ours.json()), (200, record), "{path}");
                let foreign = app.send(&app.call_of_other("merge", "GET", &path)).await;
                assert_eq!(foreign.status, 404, "{path}");
            }
        }
        let job = read(&app, "jobs?page_size=1").await["results"][0]["id"].clone();
        let path = format!(
            "/merge/api/ats/v1/jobs/{}/screening-questions",
            job.as_str().expect("an id")
        );
        let foreign = app.send(&app.call_of_other("merge", "GET", &path)).await;
        assert_eq!(foreign.status, 404);
        let candidate = read(&app, "candidates?page_size=1").await["results"][0]["id"].clone();
        let path = "/merge/api/ats/v1/activities";
        let body = json!({"model": {"candidate": candidate, "body": "x"}});
        let call = app.call_of_other("merge", "POST", path).json(&body);
        let reply = app.send(&call).await;
        assert_eq!(reply.status, 400, "{}", reply.text());
        assert_eq!(
            reply.json()["errors"][0]["source"]["pointer"],
            "/model/candidate"
        );
    });
}

#[test]
fn what_people_told_needs_its_permission() {
    story(|app| async move {
        furnish(&app).await;
        let told = read(&app, "eeocs").await;
        let first = &results(&told)[0];
        assert_eq!(first["gender"], "FEMALE");
        assert_eq!(first["race"], "TWO_OR_MORE_RACES");
        let new = dialects::NewCredentials {
            base_url: testing::app::URL.into(),
            name: "plain".into(),
            permissions: Permissions::USUAL,
            limit: Some((0, 1)),
        };
        let inner = app.app.clone();
        let made = app.app.store.write(move |tx| {
            let merge = dialects::named("merge").expect("a dialect");
            merge.credentials(tx, &inner, OrgId(1), &new)
        });
        let plain = made.await.expect("a key");
        let headers = dialects::named("merge")
            .expect("a dialect")
            .example(&plain)
            .headers;
        let one = format!("eeocs/{}", first["id"].as_str().expect("an id"));
        for path in ["eeocs", &one] {
            let mut call = get(&app, path);
            call.headers.clone_from(&headers);
            let reply = app.send(&call).await;
            assert_eq!(reply.status, 403, "{}", reply.text());
            let detail = "This API key may not read equal-opportunity answers.";
            assert_eq!(reply.json(), json!({"detail": detail}));
        }
        let mut call = get(&app, "activities");
        call.headers = headers;
        assert_eq!(app.send(&call).await.status, 200);
    });
}

#[test]
fn of_people_who_are_to_be_ignored_nothing_is_told() {
    story(|app| async move {
        furnish(&app).await;
        let people = read(&app, "candidates?page_size=1").await;
        let id = people["results"][0]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let activity = read(&app, "activities?page_size=1").await["results"][0].clone();
        assert_eq!(activity["candidate"], id.as_str());
        let told = read(&app, &format!("eeocs?candidate_id={id}")).await["results"][0].clone();
        let path = format!("/merge/api/ats/v1/candidates/ignore/{id}");
        let call = app
            .call("merge", "POST", &path)
            .json(&json!({"reason": "GDPR"}));
        assert_eq!(app.send(&call).await.status, 200);
        for (list, record, silent) in [
            ("activities", &activity, ["body", "candidate"]),
            ("eeocs", &told, ["gender", "candidate"]),
        ] {
            assert_eq!(results(&read(&app, list).await).len(), 2, "{list}");
            let one = format!("{list}/{}", record["id"].as_str().expect("an id"));
            assert_eq!(app.send(&get(&app, &one)).await.status, 404, "{one}");
            let shells = read(&app, &format!("{list}?include_shell_data=true")).await;
            assert_eq!(results(&shells).len(), 3, "{list}");
            let shell = read(
                &app,
                &format!("{one}?include_shell_data=true&expand=candidate"),
            )
            .await;
            assert_eq!(shell["id"], record["id"]);
            for field in silent {
                assert_eq!(shell[field], Value::Null, "{field} of {shell}");
            }
            let keys = |value: &Value| value.as_object().map(|o| o.len());
            assert_eq!(keys(&shell), keys(record));
        }
    });
}

#[test]
fn what_our_own_api_changes_is_shown() {
    story(|app| async move {
        let office = native(&app, "POST", "/offices", json!({"name": "Pier"})).await;
        let members = app.native("/members").await;
        let new = json!({
            "title": "Diver", "code": "D-1", "description": "Deep.", "offices": [office["id"]],
            "recruiters": [members["data"][1]["id"]],
        });
        let job = native(&app, "POST", "/jobs", new).await;
        let id = job["id"].as_str().expect("an id");
        let by_office = format!(
            "jobs?offices={}&expand=offices",
            office["id"].as_str().unwrap()
        );
        let found = read(&app, &by_office).await;
        assert_eq!(results(&found).len(), 1);
        assert_eq!(found["results"][0]["offices"][0]["name"], "Pier");
        assert_eq!(
            found["results"][0]["recruiters"][0],
            members["data"][1]["id"]
        );
        let closed = json!({"status": "closed", "title": "Master diver"});
        native(&app, "PATCH", &format!("/jobs/{id}"), closed).await;
        let closed = read(&app, "jobs?status=CLOSED&code=D-1").await;
        assert_eq!(closed["results"][0]["name"], "Master diver");
        let posting = read(&app, &format!("job-postings/{id}")).await;
        assert_eq!(
            (&posting["status"], &posting["content"]),
            (&json!("CLOSED"), &json!("Deep."))
        );
        // Nobody applies for what is closed.
        let applied = json!({"first_name": "Dora", "applications": [{"job": id}]});
        let call = app.call("merge", "POST", "/merge/api/ats/v1/candidates");
        let reply = app.send(&call.json(&json!({"model": applied}))).await;
        assert_eq!(reply.status, 400, "{}", reply.text());
        let person = native(&app, "POST", "/candidates", json!({"name": "Dora"})).await;
        let notes = format!(
            "/candidates/{}/notes",
            person["candidate"]["id"].as_str().unwrap()
        );
        native(
            &app,
            "POST",
            &notes,
            json!({"body": "Dives", "visibility": "admin"}),
        )
        .await;
        let activity = read(&app, "activities").await["results"][0].clone();
        assert_eq!(activity["visibility"], "ADMIN_ONLY");
        assert_eq!(activity["candidate"], person["candidate"]["id"]);
        assert_eq!(
            app.events().await,
            [
                "job.created",
                "job.created",
                "job.created",
                "job.updated",
                "candidate.created",
                "note.added"
            ]
        );
    });
}

#[test]
fn an_activity_is_written_down_once_for_each_idempotency_key() {
    story(|app| async move {
        let candidate = write(&app, "candidates", json!({"first_name": "Ida"})).await;
        let call = app
            .call("merge", "POST", "/merge/api/ats/v1/activities")
            .header("Idempotency-Key", "one")
            .json(&json!({"model": {"candidate": candidate["id"], "body": "x"}}));
        let first = app.send(&call).await;
        let again = app.send(&call).await;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.bytes, again.bytes);
        assert_eq!(results(&read(&app, "activities").await).len(), 1);
    });
}
