//! Candidates carried to another system: by our own API, by rules, and through a linked account whose callers speak Merge.
//! The other system is a stand-in (`crates/fakes`), the connector the real one.

use std::time::{Duration, Instant};

use courier::carry::{self, Limits};
use courier::guard::{Guard, network};
use fakes::{Options, Rate, Running};
use hiring::app::Settings;
use serde_json::{Value, json};
use testing::app::{Reply, TestApp, URL, story};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::binary::PATIENCE;

const MERGE: &str = "/merge/api/ats/v1";

/// Nobody must find it anywhere but where it was sent.
const SECRET: &str = "canary-secret-of-lever";

struct Carried {
    app: TestApp,
    far: Running,
    stop: watch::Sender<bool>,
    courier: JoinHandle<()>,
}

impl Carried {
    /// The program with a courier, and a stand-in for Lever.
    async fn begin(app: TestApp) -> Carried {
        let options = Options {
            rate: Some(Rate::NONE),
            ..Options::default()
        };
        let lever = fakes::by_name("lever").expect("a stand-in");
        let far = fakes::start(lever, options).await.expect("it starts");
        // Whoever waits for the far side waits as long as it takes on any machine.
        let app = app.with(Settings {
            wait_for_remote: PATIENCE,
            ..Settings::at(URL)
        });
        let limits = Limits {
            look: Duration::from_millis(20),
            ..Limits::default()
        };
        let settings = carry::Settings {
            guard: Guard::allowing(vec![network("127.0.0.1").expect("a network")]),
            limits,
        };
        let (stop, stopped) = watch::channel(false);
        let all = connectors::CONNECTORS;
        let courier = tokio::spawn(carry::run(app.app.clone(), settings, all, stopped));
        Carried {
            app,
            far,
            stop,
            courier,
        }
    }

    /// The courier ends.
    async fn end(self) {
        let _ = self.stop.send(true);
        self.courier.await.expect("the courier ends well");
    }

    async fn native(&self, method: &str, path: &str, body: Value) -> Reply {
        let call = self.app.call("native", method, &format!("/api/v1{path}"));
        let call = if body.is_null() {
            call
        } else {
            call.json(&body)
        };
        self.app.send(&call).await
    }

    async fn done(&self, method: &str, path: &str, body: Value, status: u16) -> Value {
        let reply = self.native(method, path, body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        reply.json()
    }

    /// A destination with the stand-in's own credentials.
    async fn destination(&self) -> Value {
        let told = |name: &str| self.far.account(name);
        let settings = json!({
            "api_key": told("api_key"), "perform_as": told("perform_as"), "base_url": told("url"),
        });
        let new = json!({
            "connector": "lever", "name": "Lever", "settings": settings, "default_job": told("job_id"),
        });
        self.done("POST", "/destinations", new, 201).await
    }

    async fn merge(&self, method: &str, path: &str, body: &Value) -> Reply {
        let call = self.app.call("merge", method, &format!("{MERGE}{path}"));
        let call = if body.is_null() {
            call
        } else {
            call.json(body)
        };
        self.app.send(&call).await
    }

    /// The example organization's linked account is carried to `to` from now on.
    async fn link(&self, to: &Value) {
        let accounts = self.app.native("/linked-accounts").await;
        let id = accounts["data"][0]["id"].as_str().expect("an account");
        let path = format!("/linked-accounts/{id}");
        let linked = self
            .done("PATCH", &path, json!({"destination": to}), 200)
            .await;
        assert_eq!(&linked["destination"], to);
    }

    async fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let now = self.app.native(path).await;
            if holds(&now) {
                return now;
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain: {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn person(email: &str) -> Value {
    json!({"model": {"first_name": "Ada", "last_name": "Lovelace", "email_addresses": [{"value": email}]}})
}

#[test]
fn what_is_written_through_a_linked_account_is_there_when_it_is_answered() {
    story(async |app: TestApp| {
        let carried = Carried::begin(app).await;
        let to = carried.destination().await;
        carried.link(&to["id"]).await;
        let reply = carried
            .merge(
                "POST",
                "/candidates?is_debug_mode=true",
                &person("ada@x.org"),
            )
            .await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let answer = reply.json();
        assert_eq!(answer["errors"], json!([]), "{answer}");
        let there = carried.far.candidates();
        assert_eq!(there.len(), 1);
        let remote = answer["model"]["remote_id"].as_str().expect("a remote id");
        // One log for each request that went out.
        let logs = answer["logs"].as_array().expect("logs");
        assert!(logs.len() >= 2, "{logs:?}");
        for log in logs {
            let summary = &log["log_summary"];
            assert!(
                summary["url"]
                    .as_str()
                    .unwrap()
                    .starts_with("http://127.0.0.1:"),
                "{log}"
            );
            assert!(summary["status_code"].as_u64().unwrap() >= 200, "{log}");
        }
        // Read back, alone, in a list and by the far side's id.
        let id = answer["model"]["id"].as_str().expect("an id");
        let path = format!("/candidates/{id}?include_remote_data=true");
        let one = carried.merge("GET", &path, &Value::Null).await.json();
        assert_eq!(one["remote_id"], remote);
        let all = carried
            .merge("GET", "/candidates", &Value::Null)
            .await
            .json();
        assert_eq!(all["results"][0]["remote_id"], remote);
        let path = format!("/candidates?remote_id={remote}");
        let found = carried.merge("GET", &path, &Value::Null).await;
        assert_eq!(found.json()["results"][0]["id"], id);
        let none = carried.merge("GET", "/candidates?remote_id=another", &Value::Null);
        assert_eq!(none.await.json()["results"], json!([]));
        // The same again makes nothing there.
        let again = carried
            .merge("POST", "/candidates", &person("ada@x.org"))
            .await;
        assert_eq!(again.status, 201);
        assert_eq!(again.json()["model"]["remote_id"], remote);
        assert_eq!(carried.far.candidates().len(), 1);
    });
}

#[test]
fn who_does_not_wait_is_answered_at_once_and_a_refusal_is_told_beside_the_record() {
    story(async |app: TestApp| {
        let carried = Carried::begin(app).await;
        let to = carried.destination().await;
        carried.link(&to["id"]).await;
        let reply = carried
            .merge("POST", "/candidates?run_async=true", &person("bob@x.org"))
            .await;
        let answer = reply.json();
        assert_eq!(
            (reply.status, &answer["model"]["remote_id"]),
            (201, &Value::Null)
        );
        assert_eq!(
            (&answer["warnings"], &answer["errors"]),
            (&json!([]), &json!([]))
        );
        let id = to["id"].as_str().unwrap();
        let path = format!("/destinations/{id}");
        carried
            .until(&path, |d| d["deliveries"]["sent"] == json!(1))
            .await;
        assert_eq!(carried.far.candidates().len(), 1);

        // The far side does not know us any more.
        let wrong = json!({"settings": {"api_key": SECRET}});
        let changed = carried.done("PATCH", &path, wrong, 200).await;
        assert!(!changed.to_string().contains(SECRET));
        let reply = carried
            .merge("POST", "/candidates", &person("cyd@x.org"))
            .await;
        let answer = reply.json();
        assert_eq!(reply.status, 201, "{answer}");
        assert!(answer["model"]["id"].is_string());
        assert_eq!(
            answer["errors"][0]["problem_type"], "REMOTE_CREDENTIALS",
            "{answer}"
        );
        assert_eq!(answer["errors"][0]["source"]["pointer"], "/model");
        let shown = carried.app.native(&path).await;
        assert_eq!(shown["trouble"]["reason"], "credentials");
        assert_eq!(shown["circuit"]["state"], "open");
        // Nobody waits for a destination that is not called.
        let reply = carried
            .merge("POST", "/candidates", &person("dan@x.org"))
            .await;
        assert_eq!(
            reply.json()["warnings"][0]["problem_type"],
            "REMOTE_PENDING"
        );

        // At three in the morning: look, mend, replay.
        let dead = carried
            .app
            .native("/deliveries?channel=destination&state=dead&reason=credentials")
            .await;
        let delivery = dead["data"][0]["id"]
            .as_str()
            .expect("a dead letter")
            .to_owned();
        let full = carried.app.native(&format!("/deliveries/{delivery}")).await;
        assert_eq!(full["requests"][0]["status"], 401);
        assert!(!full.to_string().contains(SECRET));
        let key = carried.far.account("api_key");
        carried
            .done("PATCH", &path, json!({"settings": {"api_key": key}}), 200)
            .await;
        let counted = json!({"reason": "credentials", "dry_run": true});
        let counted = carried
            .done("POST", "/deliveries/replay", counted, 200)
            .await;
        assert_eq!(counted, json!({"count": 1, "dry_run": true}));
        let replayed = carried
            .done("POST", "/deliveries/replay", json!({}), 200)
            .await;
        assert_eq!(replayed["count"], 1);
        carried
            .until(&path, |d| d["deliveries"] == json!({"sent": 3}))
            .await;
        assert_eq!(carried.far.candidates().len(), 3);
    });
}

#[test]
fn the_row_is_kept_when_nobody_carries_it_and_the_wait_ends() {
    story(async |app: TestApp| {
        let impatient = app.with(Settings {
            wait_for_remote: Duration::from_millis(200),
            ..Settings::at(URL)
        });
        let carried = Carried::begin(impatient.clone()).await;
        let to = carried.destination().await;
        carried.link(&to["id"]).await;
        carried.end().await;
        let call = impatient.call("merge", "POST", &format!("{MERGE}/candidates"));
        let reply = impatient.send(&call.json(&person("ada@x.org"))).await;
        assert_eq!(reply.status, 201);
        let answer = reply.json();
        assert_eq!(
            answer["warnings"][0]["problem_type"], "REMOTE_PENDING",
            "{answer}"
        );
        let waiting = impatient
            .native("/deliveries?state=queued&channel=destination")
            .await;
        assert_eq!(waiting["data"][0]["destination"], to["id"]);
        assert_eq!(waiting["data"][0]["kind"], "account");
    });
}

#[test]
fn rules_pushes_and_tests_are_the_organizations_own_and_bad_ones_are_refused_by_name() {
    story(async |app: TestApp| {
        let carried = Carried::begin(app).await;
        let to = carried.destination().await;
        let id = to["id"].as_str().unwrap();
        assert_eq!(to["secrets"], json!(["api_key"]));
        assert!(to["settings"].get("api_key").is_none());
        let tested = carried
            .done(
                "POST",
                &format!("/destinations/{id}/test"),
                Value::Null,
                200,
            )
            .await;
        assert_eq!(tested["ok"], true, "{tested}");
        assert!(carried.far.candidates().is_empty());

        for (method, path, body, pointer) in [
            (
                "POST",
                "/destinations",
                json!({"connector": "fax", "name": "x", "settings": {}}),
                "/connector",
            ),
            (
                "POST",
                "/destinations",
                json!({"connector": "lever", "name": "x", "settings": {"perform_as": "p"}}),
                "/settings/api_key",
            ),
            (
                "POST",
                "/destinations",
                json!({"connector": "lever", "name": "x", "settings": {"api_key": "k", "perform_as": "p", "zz": "1"}}),
                "/settings/zz",
            ),
            (
                "POST",
                "/rules",
                json!({"destination": id, "events": ["job.created"]}),
                "/events/0",
            ),
            (
                "POST",
                "/rules",
                json!({"destination": hiring::id::Uuid::nil(), "events": ["candidate.created"]}),
                "/destination",
            ),
            (
                "POST",
                "/rules",
                json!({"destination": id, "events": ["candidate.created"], "jobs": [hiring::id::Uuid::nil()]}),
                "/jobs/0",
            ),
            (
                "POST",
                &format!("/destinations/{id}/send"),
                json!({"candidate": hiring::id::Uuid::nil()}),
                "/candidate",
            ),
            (
                "POST",
                &format!("/destinations/{id}/send"),
                json!({}),
                "/candidate",
            ),
            (
                "PUT",
                &format!("/destinations/{id}/jobs"),
                json!({"jobs": [{"job": hiring::id::Uuid::nil(), "remote_id": "1"}]}),
                "/jobs/0/job",
            ),
            (
                "PATCH",
                &format!("/destinations/{id}"),
                json!({"settings": {"api_key": null}}),
                "/settings/api_key",
            ),
            (
                "POST",
                "/deliveries/replay",
                json!({"reason": "bad luck"}),
                "/reason",
            ),
        ] {
            let refused = carried.done(method, path, body, 400).await;
            assert_eq!(
                refused["errors"][0]["pointer"], pointer,
                "{method} {path}: {refused}"
            );
        }

        let rule = json!({"destination": id, "events": ["candidate.created"]});
        let rule = carried.done("POST", "/rules", rule, 201).await;
        let ada = json!({"name": "Ada", "emails": ["ada@x.org"]});
        carried.done("POST", "/candidates", ada, 201).await;
        let path = format!("/destinations/{id}");
        carried
            .until(&path, |d| d["deliveries"] == json!({"sent": 1}))
            .await;
        assert_eq!(carried.far.candidates().len(), 1);

        // Another organization finds none of it.
        for path in [
            format!("/destinations/{id}"),
            format!("/destinations/{id}/jobs"),
            format!("/rules/{}", rule["id"].as_str().unwrap()),
            format!("/deliveries?destination={id}"),
            format!("/rules?destination={id}"),
        ] {
            let call = carried
                .app
                .call_of_other("native", "GET", &format!("/api/v1{path}"));
            assert_eq!(carried.app.send(&call).await.status, 404, "{path}");
        }
        for path in ["/destinations", "/rules", "/deliveries?channel=destination"] {
            let call = carried
                .app
                .call_of_other("native", "GET", &format!("/api/v1{path}"));
            assert_eq!(
                carried.app.send(&call).await.json()["data"],
                json!([]),
                "{path}"
            );
        }
        let all = carried
            .app
            .native("/deliveries?channel=destination&order=newest&limit=1")
            .await;
        let next = all["next"].as_str().expect("another page");
        let rest = carried
            .app
            .native(&format!(
                "/deliveries?channel=destination&order=newest&after={next}"
            ))
            .await;
        assert_eq!(rest["data"].as_array().map(Vec::len), Some(1));

        carried
            .done(
                "PATCH",
                &format!("/rules/{}", rule["id"].as_str().unwrap()),
                json!({"active": false}),
                200,
            )
            .await;
        carried
            .done(
                "POST",
                "/candidates",
                json!({"name": "Bob", "emails": ["bob@x.org"]}),
                201,
            )
            .await;
        let removed = carried.native("DELETE", &path, Value::Null).await;
        assert_eq!(removed.status, 204);
        assert_eq!(carried.native("GET", &path, Value::Null).await.status, 404);
        let events = carried.app.events().await;
        let ours: Vec<&str> = events
            .iter()
            .map(String::as_str)
            .filter(|e| {
                ["destination.", "rule.", "delivery."]
                    .iter()
                    .any(|p| e.starts_with(p))
            })
            .collect();
        assert_eq!(
            ours,
            [
                "destination.created",
                "rule.created",
                "delivery.arrived",
                "rule.changed",
                "destination.removed"
            ]
        );
    });
}
