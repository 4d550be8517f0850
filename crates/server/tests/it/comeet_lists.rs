//! Comeet's lists: pages while candidates come, what filters leave, statuses that follow our own API, who was deleted.

use serde_json::{Value, json};
use testing::app::{TestApp, URL, story};

use crate::comeet::{create, read};

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

pub fn names(candidates: &[Value]) -> Vec<&str> {
    let name = |c: &Value| c["last_name"].as_str().map(|_| ());
    assert!(candidates.iter().all(|c| name(c).is_some()));
    candidates
        .iter()
        .map(|c| c["last_name"].as_str().unwrap_or(""))
        .collect()
}

pub async fn person(app: &TestApp, last: &str) -> Value {
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
        // Of whom was made first: a second may have begun between the two.
        let (made, ended) = (
            moment(&ann["time_created"]),
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
