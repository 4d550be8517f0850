//! One person who arrives through all four dialects is one candidate, readable back through each.

use serde_json::{Value, json};
use testing::app::{TestApp, story};

const EMAIL: &str = "Ada.Lovelace@Example.org";

async fn arrive_everywhere(app: &TestApp) {
    let track = &app.demo["xobin"]["track_id"];
    let xobin = json!({"name": "Ada Lovelace", "email": EMAIL, "fields": {"phone": "+44 1"}});
    let path = format!("/xobin/api/v2/tracks/{track}/applicants");
    assert_eq!(
        app.send(&app.call("xobin", "POST", &path).json(&xobin))
            .await
            .status,
        201
    );
    let eightfold = json!({
        "candidateId": "E-1", "firstName": "Ada", "lastName": "Lovelace", "emails": "ada.lovelace@example.org",
        "lastActivityTs": 1_700_000_000, "title": "Countess", "skills": ["analysis"]
    });
    let path = format!(
        "/eightfold/api/v2/core/ats-systems/{}/ats-candidates",
        app.demo["eightfold"]["system_id"].as_str().unwrap()
    );
    let reply = app
        .send(&app.call("eightfold", "POST", &path).json(&eightfold))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let comeet = json!({
        "position_uid": app.demo["comeet"]["position_uid"], "partner_candidate_id": "P-1", "first_name": "Ada",
        "last_name": "Lovelace", "email": "ada.lovelace@EXAMPLE.org", "note": "Met at a soirée"
    });
    let reply = app
        .send(
            &app.call("comeet", "POST", "/comeet/candidates")
                .json(&comeet),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let merge = json!({"model": {"first_name": "Ada", "last_name": "Lovelace", "company": "Babbage & Co",
        "email_addresses": [{"value": EMAIL, "email_address_type": "PERSONAL"}]}});
    let reply = app
        .send(
            &app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                .json(&merge),
        )
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

#[test]
fn the_same_person_through_four_dialects_is_one_candidate() {
    story(|app| async move {
        arrive_everywhere(&app).await;
        let list = app
            .native("/candidates?email=ada.lovelace%40example.org")
            .await;
        let people = list["data"].as_array().expect("a list");
        assert_eq!(people.len(), 1, "{list}");
        let one = app
            .native(&format!(
                "/candidates/{}",
                people[0]["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(one["title"], "Countess");
        assert_eq!(one["company"], "Babbage & Co");
        assert_eq!(
            one["submissions"].as_array().map(Vec::len),
            Some(4),
            "{one}"
        );
        assert_eq!(
            one["applications"].as_array().map(Vec::len),
            Some(1),
            "one application for one job: {one}"
        );
        readable_everywhere(&app, people[0]["id"].as_str().unwrap()).await;
    });
}

async fn readable_everywhere(app: &TestApp, id: &str) {
    let merge = app
        .send(&app.call(
            "merge",
            "GET",
            &format!("/merge/api/ats/v1/candidates/{id}"),
        ))
        .await;
    assert_eq!(merge.json()["title"], "Countess", "{}", merge.text());
    let path = format!(
        "/merge/api/ats/v1/candidates?email_addresses={}",
        EMAIL.replace('@', "%40")
    );
    let merge = app.send(&app.call("merge", "GET", &path)).await.json();
    assert_eq!(
        merge["results"].as_array().map(Vec::len),
        Some(1),
        "{merge}"
    );
    let system = app.demo["eightfold"]["system_id"].as_str().unwrap();
    let path = format!("/eightfold/api/v2/core/ats-systems/{system}/ats-candidates/E-1");
    let eightfold = app.send(&app.call("eightfold", "GET", &path)).await.json();
    assert_eq!(eightfold["skills"], json!(["analysis"]), "{eightfold}");
    let path = format!(
        "/eightfold/api/v2/core/ats-systems/{system}/ats-candidates?filterQuery=emails:ada.lovelace%40example.org"
    );
    let eightfold = app.send(&app.call("eightfold", "GET", &path)).await.json();
    assert_eq!(eightfold["meta"]["totalCount"], 1, "{eightfold}");
    let comeet = app
        .send(&app.call(
            "comeet",
            "GET",
            "/comeet/candidates?email=ada.lovelace%40example.org",
        ))
        .await
        .json();
    assert_eq!(
        comeet["candidates"].as_array().map(Vec::len),
        Some(1),
        "{comeet}"
    );
    assert_eq!(comeet["candidates"][0]["first_name"], "Ada");
    let track = &app.demo["xobin"]["track_id"];
    let path = format!("/xobin/api/v2/tracks/{track}/applicants?email=lovelace");
    let xobin = app.send(&app.call("xobin", "GET", &path)).await.json();
    assert_eq!(xobin["pagination"]["total"], 1, "{xobin}");
    assert_eq!(xobin["data"][0]["name"], "Ada Lovelace");
}

#[test]
fn what_was_sent_is_given_back_byte_for_byte() {
    story(|app| async move {
        // Odd spacing, escapes and key order are the caller's; so is a value that has no place.
        let body = "{ \"model\" : {\"first_name\":\"Ad\\u0061\", \"age\":1.50e1 ,\"email_addresses\":[{\"value\":\"a@b.example\"}],\"gender\": \"F\" }\n}";
        let call = app
            .call("merge", "POST", "/merge/api/ats/v1/candidates")
            .header("Content-Type", "application/json");
        let reply = app.send(&call.bytes(body)).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let id = reply.json()["model"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let one = app.native(&format!("/candidates/{id}")).await;
        let submission = submission_id(&one);
        let shown = app.native(&format!("/submissions/{submission}")).await;
        let unmapped: Vec<_> = shown["unmapped"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert!(unmapped.contains(&"/model/age"), "{shown}");
        let raw = app
            .send(&app.call(
                "native",
                "GET",
                &format!("/api/v1/submissions/{submission}/raw"),
            ))
            .await;
        assert_eq!(raw.text(), body);
    });
}

fn submission_id(candidate: &Value) -> String {
    let first = &candidate["submissions"][0];
    first
        .as_str()
        .or_else(|| first["id"].as_str())
        .expect("a submission's id")
        .to_owned()
}

#[test]
fn paging_through_250_people_shows_each_once() {
    story(|app| async move {
        for n in 0..250 {
            let model = json!({"model": {"first_name": format!("P{n}"), "email_addresses": [{"value": format!("p{n}@example.com")}]}});
            let reply = app
                .send(
                    &app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                        .json(&model),
                )
                .await;
            assert_eq!(reply.status, 201, "{}", reply.text());
        }
        assert_eq!(page_merge(&app).await, 250);
        assert_eq!(page_eightfold(&app).await, 250);
        assert_eq!(page_native(&app).await, 250);
    });
}

async fn page_merge(app: &TestApp) -> usize {
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let reply = app
            .send(&app.call(
                "merge",
                "GET",
                &format!("/merge/api/ats/v1/candidates?page_size=40{cursor}"),
            ))
            .await
            .json();
        for one in reply["results"].as_array().expect("results") {
            assert!(seen.insert(one["id"].to_string()), "twice");
        }
        match reply["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen.len(),
        }
    }
}

async fn page_eightfold(app: &TestApp) -> usize {
    let system = app.demo["eightfold"]["system_id"].as_str().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for start in (0..).step_by(60) {
        let path = format!(
            "/eightfold/api/v2/core/ats-systems/{system}/ats-candidates?start={start}&limit=60"
        );
        let reply = app.send(&app.call("eightfold", "GET", &path)).await.json();
        assert_eq!(reply["meta"]["totalCount"], 250, "{reply}");
        let page = reply["data"].as_array().expect("data");
        page.iter()
            .for_each(|one| assert!(seen.insert(one["candidateId"].to_string()), "twice"));
        if page.is_empty() {
            break;
        }
    }
    seen.len()
}

async fn page_native(app: &TestApp) -> usize {
    let (mut seen, mut after) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let reply = app.native(&format!("/candidates?limit=70{after}")).await;
        for one in reply["data"].as_array().expect("data") {
            assert!(seen.insert(one["id"].to_string()), "twice");
        }
        match reply["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return seen.len(),
        }
    }
}
