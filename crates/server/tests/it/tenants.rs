//! Another organization's ids are not found, in every dialect.

use serde_json::json;
use testing::app::{Call, TestApp, story};

/// Something to be found for each dialect: the paths that show it.
async fn paths(app: &TestApp) -> Vec<(&'static str, String)> {
    let mut paths = Vec::new();
    let xobin = app.send(&app.example("xobin", 1)).await.json();
    let track = &app.demo["xobin"]["track_id"];
    paths.push(("xobin", format!("/xobin/api/v2/tracks/{track}")));
    paths.push(("xobin", format!("/xobin/api/v2/tracks/{track}/applicants")));
    paths.push((
        "xobin",
        format!(
            "/xobin/api/v2/tracks/{track}/applicants/{}",
            xobin["application_id"]
        ),
    ));
    let eightfold = app.send(&app.example("eightfold", 2)).await.json();
    let transaction = eightfold["transactionId"].as_str().expect("a transaction");
    paths.push((
        "eightfold",
        format!("/eightfold/api/v2/core/transactions/{transaction}"),
    ));
    let system = app.demo["eightfold"]["system_id"].as_str().unwrap();
    let candidate = eightfold["candidateId"].as_str().expect("an id");
    paths.push((
        "eightfold",
        format!("/eightfold/api/v2/core/ats-systems/{system}/ats-candidates/{candidate}"),
    ));
    let comeet = app.send(&app.example("comeet", 3)).await.json();
    paths.push((
        "comeet",
        format!(
            "/comeet/candidates/{}",
            comeet["uid"].as_str().expect("a uid")
        ),
    ));
    let merge = app.send(&app.example("merge", 4)).await.json();
    let id = merge["model"]["id"].as_str().expect("an id").to_owned();
    paths.push(("merge", format!("/merge/api/ats/v1/candidates/{id}")));
    paths.push(("native", format!("/api/v1/candidates/{id}")));
    let one = app.native(&format!("/candidates/{id}")).await;
    let submission = one["submissions"][0]
        .as_str()
        .or_else(|| one["submissions"][0]["id"].as_str())
        .expect("a submission");
    paths.push(("native", format!("/api/v1/submissions/{submission}")));
    let application = app.native("/applications").await["data"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    paths.push(("native", format!("/api/v1/applications/{application}")));
    let job = app.native("/jobs").await["data"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    paths.push(("native", format!("/api/v1/jobs/{job}")));
    paths
}

#[test]
fn another_organizations_ids_are_not_found() {
    story(|app| async move {
        for (dialect, path) in paths(&app).await {
            let own = app.send(&app.call(dialect, "GET", &path)).await;
            assert_eq!(own.status, 200, "{dialect} {path}: {}", own.text());
            let other = app.send(&app.call_of_other(dialect, "GET", &path)).await;
            assert_eq!(other.status, 404, "{dialect} {path}: {}", other.text());
        }
    });
}

#[test]
fn another_organizations_ids_do_not_write() {
    story(|app| async move {
        // The other organization's key with the example organization's job.
        let steal = |dialect: &str| -> Call {
            let mine = app.example(dialect, 50);
            Call {
                headers: app.example_of_other(dialect, 50).headers,
                ..mine
            }
        };
        for dialect in ["xobin", "comeet"] {
            let reply = app.send(&steal(dialect)).await;
            assert_eq!(reply.status, 404, "{dialect}: {}", reply.text());
        }
        let job = app.native("/jobs").await["data"][0]["id"].clone();
        let model = json!({"model": {"first_name": "X", "applications": [{"job": job}]}});
        let call = app
            .call_of_other("merge", "POST", "/merge/api/ats/v1/candidates")
            .json(&model);
        assert_eq!(app.send(&call).await.status, 400);
        assert!(
            app.native("/candidates").await["data"]
                .as_array()
                .expect("a list")
                .is_empty()
        );
        let other = app
            .send(&app.call_of_other("native", "GET", "/api/v1/candidates"))
            .await
            .json();
        assert!(
            other["data"].as_array().expect("a list").is_empty(),
            "{other}"
        );
    });
}

#[test]
fn a_key_of_one_dialect_does_not_open_another() {
    story(|app| async move {
        let path = "/api/v1/candidates";
        let key = app.demo["xobin"]["api_key"].as_str().unwrap();
        let call = app
            .call("native", "GET", path)
            .header("Authorization", &format!("Bearer {key}"));
        assert_eq!(app.send(&call).await.status, 401);
    });
}
