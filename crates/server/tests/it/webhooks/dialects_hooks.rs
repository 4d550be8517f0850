//! Webhooks in the words of vendors: Merge's by a linked account's wishes, Comeet's for positions and hires.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use hiring::subscription::secret::hmac;
use serde_json::{Value, json};
use testing::app::{TestApp, story};

use super::receiver::Receiver;
use super::{Courier, api, person, subscribe, text};

async fn account(app: &TestApp) -> Value {
    app.native("/linked-accounts").await["data"][0]["id"].clone()
}

async fn wish(app: &TestApp, event: &str, active: bool, key: Option<&str>) {
    let body = json!({"event": event, "is_active": active, "key": key});
    let call = app.call("merge", "POST", "/merge/api/ats/v1/webhook-receivers");
    let reply = app.send(&call.json(&body)).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

#[test]
fn merges_webhooks_follow_the_wishes_of_the_linked_account() {
    const KEY: &str = "a key that came with the wish";
    story(|app| async move {
        let receiver = Receiver::taking();
        wish(&app, "Candidate.added", true, None).await;
        let body =
            json!({"url": receiver.url(), "shape": "merge", "linked_account": account(&app).await});
        let made = subscribe(&app, body).await;
        assert_eq!(made["kinds"], json!(["candidate.created"]));
        wish(&app, "Application.added", true, Some(KEY)).await;
        wish(&app, "Issue.new", true, None).await;
        wish(&app, "Job.changed", true, None).await;
        wish(&app, "Job.changed", false, None).await;
        let now = app
            .native(&format!("/subscriptions/{}", text(&made, "id")))
            .await;
        assert_eq!(
            now["kinds"],
            json!(["application.submitted", "candidate.created", "issue.opened"])
        );

        let courier = Courier::of(&app);
        let created = person(&app, 1).await;
        let came = receiver.wait_for(2);
        courier.stop().await;
        let told = |event: &str| {
            let found = came.iter().find(|one| one.json()["hook"]["event"] == event);
            found
                .unwrap_or_else(|| panic!("{event} did not come"))
                .clone()
        };
        for (event, id, key) in [
            (
                "Candidate.added",
                &created["candidate"]["id"],
                text(&made, "secret"),
            ),
            ("Application.added", &created["application"]["id"], KEY),
        ] {
            let one = told(event);
            let body = one.json();
            assert_eq!(&body["data"]["id"], id);
            assert_eq!(body["hook"]["target"], receiver.url());
            assert_eq!(body["linked_account"]["id"], account(&app).await);
            assert_eq!(body["linked_account"]["category"], "ats");
            let mac = URL_SAFE.encode(hmac(key.as_bytes(), &one.body));
            assert_eq!(one.header("x-merge-webhook-signature"), mac);
        }
        // The same as a GET shows.
        let id = text(&created["candidate"], "id");
        let call = app.call(
            "merge",
            "GET",
            &format!("/merge/api/ats/v1/candidates/{id}"),
        );
        assert_eq!(
            told("Candidate.added").json()["data"],
            app.send(&call).await.json()
        );
    });
}

#[test]
fn a_merge_hook_of_the_whole_organization_is_told_once_for_each_linked_account() {
    story(|app| async move {
        let receiver = Receiver::taking();
        let all = app.app.store.read(hiring::organization::all).await;
        let all = all.expect("organizations");
        let org = all.iter().find(|o| o.name == crate::binary::ORGANIZATION);
        let org = org.expect("the demo's").id;
        let second = app
            .app
            .store
            .write(move |tx| hiring::linked_account::create(tx, org, "another", "another token"));
        let second = second.await.expect("an account").uid;
        let first = account(&app).await;
        let made = subscribe(&app, json!({"url": receiver.url(), "shape": "merge"})).await;
        assert_eq!(made["linked_account"], Value::Null);
        let kinds = made["kinds"].as_array().expect("kinds");
        assert!(
            kinds.contains(&json!("candidate.created")) && kinds.len() > 10,
            "{kinds:?}"
        );
        let path = format!("/subscriptions/{}", text(&made, "id"));
        let edit = json!({"kinds": ["candidate.created"]});
        let (status, _) = api(&app, "PATCH", &path, edit).await;
        assert_eq!(status, 200);
        let courier = Courier::of(&app);
        let created = person(&app, 1).await;
        let came = receiver.wait_for(2);
        let mut named = Vec::new();
        for one in &came {
            let body = one.json();
            assert_eq!(body["hook"]["event"], "Candidate.added");
            assert_eq!(body["data"]["id"], created["candidate"]["id"]);
            let mac = URL_SAFE.encode(hmac(text(&made, "secret").as_bytes(), &one.body));
            assert_eq!(one.header("x-merge-webhook-signature"), mac);
            named.push(body["linked_account"]["id"].clone());
        }
        named.sort_by_key(Value::to_string);
        let mut wanted = vec![first, json!(second)];
        wanted.sort_by_key(Value::to_string);
        assert_eq!(named, wanted);
        // Asked for again, it comes again to each, and nothing is made twice.
        let again = json!({"after": 0});
        let (status, said) = api(&app, "POST", &format!("{path}/replay"), again).await;
        assert!((200..300).contains(&status), "{said}");
        receiver.wait_for(4);
        super::until("all are settled", async || {
            app.native(&path).await["waiting"] == 0
        })
        .await;
        courier.stop().await;
        assert_eq!(receiver.came().len(), 4);
        assert_eq!(super::log(&app, text(&made, "id")).await.len(), 3);
    });
}

#[test]
fn what_a_linked_account_may_not_read_is_not_told_to_it() {
    story(|app| async move {
        let receiver = Receiver::taking();
        let account = account(&app).await;
        let body = json!({"common_models": [{"model_name": "Candidate", "model_permissions": {"READ": {"is_enabled": false}}}]});
        let call = app.call("merge", "POST", "/merge/api/ats/v1/linked-account-scopes");
        let reply = app.send(&call.json(&body)).await;
        assert_eq!(reply.status / 100, 2, "{}", reply.text());
        let body = json!({"url": receiver.url(), "shape": "merge", "linked_account": account,
            "kinds": ["candidate.created", "job.created"]});
        let made = subscribe(&app, body).await;
        let courier = Courier::of(&app);
        person(&app, 1).await;
        let (status, _) = api(&app, "POST", "/jobs", json!({"title": "Weaver"})).await;
        assert_eq!(status, 201);
        let came = receiver.wait_for(1);
        let path = format!("/subscriptions/{}", text(&made, "id"));
        super::until("both are settled", async || {
            app.native(&path).await["waiting"] == 0
        })
        .await;
        courier.stop().await;
        assert_eq!(came[0].json()["hook"]["event"], "Job.added");
        assert_eq!(receiver.came().len(), 1);
        let states = super::log(&app, text(&made, "id")).await;
        assert_eq!(states[0]["state"], "skipped");
    });
}

#[test]
fn comeets_hooks_tell_of_positions_and_hires_and_sign_as_its_page_says() {
    const SECRET: &str = "the secret of the key";
    story(|app| async move {
        let receiver = Receiver::taking();
        let position = json!({"url": receiver.url(), "shape": "comeet_position", "issuer": "key-1", "secret": SECRET});
        subscribe(&app, position).await;
        let hire = json!({"url": receiver.url(), "shape": "comeet_hire", "secret": SECRET});
        subscribe(&app, hire).await;
        let courier = Courier::of(&app);
        let (_, job) = api(&app, "POST", "/jobs", json!({"title": "Weaver"})).await;
        let posted = receiver.wait_for(1).remove(0);
        assert_eq!(
            (posted.method.as_str(), &posted.json()["name"]),
            ("POST", &json!("Weaver"))
        );
        let path = format!("/jobs/{}", text(&job, "id"));
        let (status, _) = api(&app, "PATCH", &path, json!({"title": "Weaver of looms"})).await;
        assert_eq!(status, 200);
        let put = receiver.wait_for(2).remove(1);
        assert_eq!(
            (put.method.as_str(), &put.json()["name"]),
            ("PUT", &json!("Weaver of looms"))
        );
        let token = put
            .header("authorization")
            .strip_prefix("Bearer ")
            .expect("a token");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(hmac(SECRET.as_bytes(), signed.as_bytes())),
            signature
        );
        let claims = URL_SAFE_NO_PAD
            .decode(signed.split('.').nth(1).unwrap())
            .unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["iss"], "key-1");

        let created = person(&app, 1).await;
        let id = text(&created["application"], "id");
        let body = json!({"disposition": "hired", "reason": "the best"});
        let (status, _) = api(&app, "POST", &format!("/applications/{id}/dispose"), body).await;
        assert_eq!(status, 200);
        let hired = receiver.wait_for(3).remove(2);
        courier.stop().await;
        let mac = store::files::hex(&hmac(SECRET.as_bytes(), &hired.body));
        assert_eq!(hired.header("signature"), format!("sha256 {mac}"));
        assert_eq!(hired.json()["status"], "Hired");
    });
}
