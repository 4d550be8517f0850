//! Linked accounts through Merge's API: how a customer links one, what may be done through it, and the requests that
//! members look at afterwards.

use hiring::app::Settings;
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, URL, story};

const BASE: &str = "/merge/api/ats/v1";

fn page(method: &str, path: &str) -> Call {
    Call {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn call(app: &TestApp, method: &str, path: &str) -> Call {
    app.call("merge", method, &format!("{BASE}{path}"))
}

/// Sends the call and expects this status.
async fn send(app: &TestApp, call: Call, status: u16) -> Reply {
    let reply = app.send(&call).await;
    let Call { method, path, .. } = call;
    assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
    reply
}

async fn get(app: &TestApp, path: &str) -> Value {
    send(app, call(app, "GET", path), 200).await.json()
}

async fn post(app: &TestApp, path: &str, body: &Value, status: u16) -> Value {
    send(app, call(app, "POST", path).json(body), status)
        .await
        .json()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn link_request(more: Value) -> Value {
    let mut all = json!({
        "end_user_origin_id": "42", "end_user_organization_name": "Customer & Sons",
        "end_user_email_address": "carla@customer.example", "categories": ["ats"],
    });
    let members = all.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    all
}

fn person(more: Value) -> Value {
    let mut model =
        json!({"first_name": "Ada", "email_addresses": [{"value": "ada@x.org"}], "tags": ["new"]});
    let members = model.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    json!({ "model": model })
}

/// Presses the button of the link at this address; answers the public token.
async fn press(app: &TestApp, address: &str) -> String {
    let path = address.strip_prefix(URL).expect("our own address");
    let seen = send(app, page("GET", path), 200).await.text();
    assert!(seen.contains("Customer &#38; Sons") && seen.contains("Analytical Engines"));
    let linked = send(app, page("POST", path), 200).await.text();
    let (_, after) = linked
        .split_once("<code id=\"public-token\">")
        .expect("a public token");
    after.split_once('<').expect("its end").0.to_owned()
}

/// A customer's account token, all the way from the link.
async fn linked(app: &TestApp, more: Value) -> (String, String) {
    let link = post(app, "/link-token", &link_request(more), 201).await;
    let public = press(app, text(&link["magic_link_url"])).await;
    let token = get(app, &format!("/account-token/{public}")).await;
    let again = get(app, &format!("/account-token/{public}")).await;
    assert_eq!(token, again, "exchanging twice gives the same token");
    assert_eq!(token["integration"]["slug"], "muster");
    (
        text(&token["id"]).into(),
        text(&token["account_token"]).into(),
    )
}

#[test]
fn a_customer_links_an_account_that_writes_until_it_is_deleted() {
    story(|app| async move {
        let (id, token) = linked(&app, json!({})).await;
        let through = |token: &str, method: &str, path: &str| {
            call(&app, method, path).header("X-Account-Token", token)
        };
        let details = send(&app, through(&token, "GET", "/account-details"), 200)
            .await
            .json();
        assert_eq!(details["id"], json!(id));
        assert_eq!(details["end_user_origin_id"], "42");
        assert_eq!(details["end_user_email_address"], "carla@customer.example");
        for (filter, there) in [
            ("end_user_origin_id=42", 1),
            ("end_user_origin_ids=41,42", 1),
            ("end_user_organization_name=customer%20%26%20sons", 1),
            ("end_user_email_address=Carla@customer.example", 1),
            ("end_user_origin_id=43", 0),
            ("integration_name=Greenhouse", 0),
        ] {
            let list = get(&app, &format!("/linked-accounts?{filter}")).await;
            let results = list["results"].as_array().expect("results");
            assert_eq!(results.len(), there, "{filter}");
        }
        let all = get(&app, "/linked-accounts?page_size=1").await;
        let rest = get(
            &app,
            &format!("/linked-accounts?page_size=1&cursor={}", text(&all["next"])),
        )
        .await;
        assert_eq!(rest["results"][0]["id"], json!(id));
        assert_eq!(rest["next"], Value::Null);
        let back = get(
            &app,
            &format!(
                "/linked-accounts?page_size=1&cursor={}",
                text(&rest["previous"])
            ),
        )
        .await;
        assert_eq!(back["results"], all["results"]);

        let create = through(&token, "POST", "/candidates").json(&person(json!({})));
        send(&app, create.clone(), 201).await;
        let renewed = send(
            &app,
            through(&token, "POST", "/account-token/regenerate"),
            201,
        )
        .await
        .json();
        assert_eq!(renewed["linked_account_id"], json!(id));
        let newer = text(&renewed["account_token"]);
        send(&app, create.clone(), 401).await;
        let create = create.header("X-Account-Token", newer);
        send(&app, create.clone(), 201).await;
        send(&app, through(newer, "POST", "/delete-account"), 200).await;
        send(&app, create, 401).await;
        // The first account, which was made with its key, is another one.
        assert_eq!(
            get(&app, "/linked-accounts").await["results"]
                .as_array()
                .unwrap()
                .len(),
            1
        );

        let made: Vec<String> = app.events().await;
        assert_eq!(
            made,
            [
                "job.created",
                "job.created",
                "link.created",
                "linked_account.linked",
                "candidate.created",
                "linked_account.renewed",
                "candidate.updated",
                "linked_account.removed"
            ]
        );
        let trail = get(&app, "/audit-trail?event_type=DELETED_LINKED_ACCOUNT").await;
        assert_eq!(trail["results"].as_array().unwrap().len(), 1);
        assert!(text(&trail["results"][0]["event_description"]).contains(&id));
        let trail = get(&app, "/audit-trail?event_type=CANDIDATE_CREATED").await;
        assert_eq!(trail["results"][0]["role"], "API");
        let none = get(&app, "/audit-trail?user_email=nobody@x.org").await;
        assert_eq!(none["results"], json!([]));
    });
}

#[test]
fn secrets_are_told_again_to_a_repeat_and_lie_nowhere_in_clear() {
    story(|app| async move {
        let key = |call: Call| call.header("Idempotency-Key", "the same");
        let mut secrets = Vec::new();
        for (path, body, member) in [
            ("/link-token", link_request(json!({})), "link_token"),
            ("/generate-key", json!({"name": "second"}), "key"),
            ("/regenerate-key", json!({"name": "second"}), "key"),
        ] {
            let asked = key(call(&app, "POST", path).json(&body));
            let first = send(&app, asked.clone(), 201).await;
            let again = send(&app, asked, 201).await;
            assert_eq!(first.bytes, again.bytes, "{path}");
            secrets.push(text(&first.json()[member]).to_owned());
        }
        let receiver =
            json!({"event": "Candidate.added", "is_active": true, "key": "a-word-to-sign-with"});
        post(&app, "/webhook-receivers", &receiver, 201).await;
        post(
            &app,
            "/webhook-receivers",
            &json!({"key": "a-word-to-sign-with"}),
            400,
        )
        .await;
        secrets.push("a-word-to-sign-with".into());
        if app.app.store.engine() == "sqlite" {
            let stored: Vec<u8> = std::fs::read_dir(&app.folder)
                .expect("the folder")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.is_file())
                .flat_map(|path| std::fs::read(path).expect("a file"))
                .collect();
            let there = |text: &str| stored.windows(text.len()).any(|w| w == text.as_bytes());
            assert!(there("carla@customer.example"));
            for secret in &secrets {
                assert!(!there(secret), "{secret}");
            }
        }
        // The first of the two keys ended when the second took its place.
        let with = |key: &str| {
            call(&app, "GET", "/account-details").header("Authorization", &format!("Bearer {key}"))
        };
        send(&app, with(&secrets[1]), 401).await;
        send(&app, with(&secrets[2]), 200).await;
    });
}

#[test]
fn what_scopes_switch_off_is_neither_written_nor_read() {
    story(|app| async move {
        let made = post(&app, "/candidates", &person(json!({})), 201).await;
        let id = text(&made["model"]["id"]).to_owned();
        let switch = |scope: Value| json!({ "common_models": [scope] });
        let hide = json!({"model_name": "Candidate", "field_permissions": {"disabled_fields": ["first_name", "tags"]}});
        post(&app, "/linked-account-scopes", &switch(hide), 201).await;
        for model in [
            get(&app, &format!("/candidates/{id}")).await,
            get(&app, "/candidates").await["results"][0].clone(),
            post(&app, "/candidates", &person(json!({"last_name": "L"})), 201).await["model"]
                .clone(),
        ] {
            assert_eq!(
                (&model["first_name"], &model["tags"]),
                (&Value::Null, &json!([]))
            );
            assert_eq!(model["email_addresses"][0]["value"], "ada@x.org");
        }

        let off = |action: &str| {
            switch(
                json!({"model_name": "Candidate", "model_permissions": {action: {"is_enabled": false}}}),
            )
        };
        let scopes = post(&app, "/linked-account-scopes", &off("WRITE"), 201).await;
        assert_eq!(scopes, get(&app, "/linked-account-scopes").await);
        let refused = post(&app, "/candidates", &person(json!({})), 400).await;
        assert_eq!(refused["errors"][0]["problem_type"], "DISABLED_MODEL_WRITE");
        get(&app, &format!("/candidates/{id}")).await;
        post(&app, "/linked-account-scopes", &off("READ"), 201).await;
        for path in ["/candidates".to_owned(), format!("/candidates/{id}")] {
            let reply = send(&app, call(&app, "GET", &path), 403).await.json();
            assert!(reply["detail"].is_string());
        }
        let status = get(&app, "/sync-status?page_size=100").await;
        let of_candidate = status["results"].as_array().unwrap();
        let of_candidate = of_candidate.iter().find(|s| s["model_name"] == "Candidate");
        assert_eq!(of_candidate.unwrap()["status"], "DISABLED");

        // Another account of the organization is not concerned, and one may be linked with scopes of its own.
        let (_, token) = linked(&app, json!({"common_models": [
            {"model_id": "ats.Candidate", "enabled_actions": ["READ"], "disabled_fields": ["last_name"]}
        ]}))
        .await;
        let through =
            |method: &str, path: &str| call(&app, method, path).header("X-Account-Token", &token);
        let seen = send(&app, through("GET", &format!("/candidates/{id}")), 200)
            .await
            .json();
        assert_eq!(
            (&seen["first_name"], &seen["last_name"]),
            (&json!("Ada"), &Value::Null)
        );
        send(
            &app,
            through("POST", "/candidates").json(&person(json!({}))),
            400,
        )
        .await;
        let open = get(&app, "/default-scopes").await;
        let all = open["common_models"].as_array().unwrap();
        assert!(
            all.iter()
                .all(|m| m["field_permissions"]["disabled_fields"] == json!([]))
        );
    });
}

#[test]
fn a_key_makes_keys_that_may_do_no_more() {
    story(|app| async move {
        let limited = {
            let (key, org) = (app.app.key.clone(), hiring::id::OrgId(1));
            let made = app.app.store.write(move |tx| {
                hiring::api_key::create(
                    tx,
                    &key,
                    org,
                    &hiring::api_key::NewKey {
                        dialect: "merge",
                        name: "reader",
                        key: "mrg_reader",
                        username: None,
                        second: None,
                        sealed: None,
                        permissions: hiring::caller::Permissions::USUAL,
                        limit: None,
                    },
                )
            });
            made.await.expect("a key")
        };
        assert!(limited.revoked_at.is_none());
        let with = |key: &str, path: &str, name: &str| {
            call(&app, "POST", path)
                .header("Authorization", &format!("Bearer {key}"))
                .json(&json!({ "name": name }))
        };
        let made = send(&app, with("mrg_reader", "/generate-key", "child"), 201).await;
        let child = text(&made.json()["key"]).to_owned();
        // The demo's key may read equal-opportunity answers; neither of these may end it or become it.
        for key in ["mrg_reader", child.as_str()] {
            send(&app, with(key, "/regenerate-key", "demo"), 403).await;
        }
        get(&app, "/account-details").await;
        // A key may end itself.
        send(&app, with(&child, "/regenerate-key", "child"), 201).await;
        send(&app, with(&child, "/generate-key", "grandchild"), 401).await;
    });
}

#[test]
fn what_an_account_requires_is_required() {
    story(|app| async move {
        let accounts = app.native("/linked-accounts").await;
        let id = text(&accounts["data"][0]["id"]).to_owned();
        let path = format!("/api/v1/linked-accounts/{id}");
        let requires = json!({"requires": {"Candidate": ["last_name"], "Application": ["source"]}});
        let change = app.call("native", "PATCH", &path).json(&requires);
        let changed = send(&app, change, 200).await.json();
        assert_eq!(changed["requires"], requires["requires"]);
        let refused = post(&app, "/candidates", &person(json!({})), 400).await;
        assert_eq!(
            refused["errors"][0]["problem_type"],
            "MISSING_REQUIRED_FIELD"
        );
        assert_eq!(
            refused["errors"][0]["source"]["pointer"],
            "/model/last_name"
        );
        let meta = get(&app, "/candidates/meta/post").await;
        let model = &meta["request_schema"]["properties"]["model"];
        assert_eq!(model["required"], json!(["last_name"]));
        post(&app, "/candidates", &person(json!({"last_name": "L"})), 201).await;
        let actions = get(&app, "/available-actions").await;
        let all = actions["available_model_operations"].as_array().unwrap();
        let of = |name: &str| all.iter().find(|m| m["model_name"] == name).unwrap();
        assert_eq!(
            of("Candidate")["required_post_parameters"],
            json!(["last_name"])
        );
        assert_eq!(of("Tag")["available_operations"], json!(["FETCH"]));
        let foreign = app.call_of_other("native", "PATCH", &path).json(&requires);
        send(&app, foreign, 404).await;
        let unknown = json!({"requires": {"Candidate": ["shoe_size"]}});
        send(&app, app.call("native", "PATCH", &path).json(&unknown), 400).await;
    });
}

async fn session(app: &TestApp, email: &str) -> String {
    let form = format!("email={}&password=correct+horse", email.replace('@', "%40"));
    let call = page("POST", "/desk/sign-in")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(form);
    let signed_in = send(app, call, 303).await;
    let cookie = signed_in.header("set-cookie");
    cookie.split(';').next().expect("a cookie").to_owned()
}

#[test]
fn members_look_at_the_requests_that_debug_logs_name() {
    story(|app| async move {
        let cookie = session(&app, "anna@example.com").await;
        let foreign = session(&app, "otto@example.com").await;
        let good = person(
            json!({"gender": "female", "integration_params": {"api_key": "s3cr3t-of-theirs"}}),
        );
        let bad = person(json!({"gender": "female", "title": 7, "can_email": "perhaps"}));
        for (body, status) in [(good, 201), (bad, 400)] {
            let done = post(&app, "/candidates?is_debug_mode=true", &body, status).await;
            let log = &done["logs"][0];
            assert_eq!(log["log_summary"]["status_code"], status);
            let path = text(&log["dashboard_view"])
                .strip_prefix(URL)
                .expect("our own address")
                .to_owned();
            assert!(path.ends_with(text(&log["log_id"])));
            let look = |cookie: &str| page("GET", &path).header("Cookie", cookie);
            let seen = send(&app, look(&cookie), 200).await.text();
            for words in [
                "<code>POST /candidates</code>",
                "ada@x.org",
                "(equal-opportunity answer)",
                &format!("{status}, "),
                "<dd>demo</dd>",
            ] {
                assert!(seen.contains(words), "{words} in {seen}");
            }
            let key = text(&app.demo["merge"]["api_key"]);
            for hidden in ["female", "s3cr3t", key, "Bearer"] {
                assert!(!seen.contains(hidden), "{hidden}");
            }
            for words in ["title must be a string.", "/model/can_email"] {
                assert_eq!(seen.contains(words), status == 400, "{words}");
            }
            send(&app, look(&foreign), 404).await;
            send(&app, page("GET", &path), 401).await;
        }
        // Whatever reached a known caller is there: no JSON, no right, nothing of that id.
        let unread = call(&app, "POST", "/candidates").bytes("{");
        send(&app, unread, 400).await;
        let nobody = "/candidates/0198c0de-0000-7000-8000-000000000001";
        let change = call(&app, "PATCH", nobody).json(&person(json!({})));
        send(&app, change, 404).await;
        post(
            &app,
            "/candidates/ignore/x",
            &json!({"reason": "GDPR"}),
            404,
        )
        .await;
        let stranger = call(&app, "POST", "/candidates").header("Authorization", "Bearer x");
        send(&app, stranger, 401).await;
        let org = hiring::id::OrgId(1);
        let list = |app: &TestApp| {
            let store = app.app.store.clone();
            async move {
                let side = hiring::page::Side::After(0);
                let all = store
                    .read(move |r| hiring::request::list(r, org, side, 100))
                    .await;
                let all = all.expect("a list").into_iter();
                all.map(|q| (q.method, q.route, q.status))
                    .collect::<Vec<_>>()
            }
        };
        let expected = [
            ("POST", "/candidates", 201),
            ("POST", "/candidates", 400),
            ("POST", "/candidates", 400),
            ("PATCH", "/candidates/{id}", 404),
            ("POST", "/candidates/ignore/{model_id}", 404),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(m, r, s)| ((*m).to_owned(), (*r).to_owned(), i64::from(*s)))
            .collect();
        assert_eq!(list(&app).await, expected);

        // Who wants none kept has none kept.
        let none = app.with(Settings {
            keep_requests: 0,
            ..Settings::at(URL)
        });
        post(&none, "/candidates", &person(json!({})), 201).await;
        post(&none, "/candidates", &person(json!({"title": 7})), 400).await;
        assert_eq!(list(&app).await.len(), expected.len());
    });
}
