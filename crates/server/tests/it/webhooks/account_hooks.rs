//! What Merge's webhooks tell of linked accounts themselves: that they were linked and deleted, that the system behind one does
//! not let us in; and what its API says of that meanwhile.

use std::collections::BTreeMap;

use hiring::destination::{self, Destination, NewDestination, gate};
use hiring::id::{OrgId, Uuid};
use hiring::linked_account::{self, LinkedAccount};
use hiring::{Caller, Problem, issue, organization};
use serde_json::{Value, json};
use testing::app::{TestApp, story};

use super::receiver::Receiver;
use super::{Courier, api, subscribe, text, until};

async fn demo(app: &TestApp) -> OrgId {
    let all = app.app.store.read(organization::all).await;
    let all = all.expect("organizations");
    let org = all.iter().find(|o| o.name == crate::binary::ORGANIZATION);
    org.expect("the demo's").id
}

async fn link(app: &TestApp, org: OrgId, name: &'static str, token: &'static str) -> LinkedAccount {
    let made = app
        .app
        .store
        .write(move |tx| linked_account::make(tx, &Caller::system(org), name, token));
    made.await.expect("an account")
}

async fn merge(app: &TestApp, path: &str) -> Value {
    let call = app.call("merge", "GET", &format!("/merge/api/ats/v1{path}"));
    let reply = app.send(&call).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

#[test]
fn an_account_that_is_linked_or_deleted_is_told_in_its_own_name_alone() {
    story(|app| async move {
        let (org, receiver) = (demo(&app).await, Receiver::taking());
        let made = subscribe(&app, json!({"url": receiver.url(), "shape": "merge"})).await;
        let path = format!("/subscriptions/{}", text(&made, "id"));
        let courier = Courier::of(&app);
        let account = link(&app, org, "Customer", "token of a customer").await;
        receiver.wait_for(1);
        let removed = app
            .app
            .store
            .write(move |tx| linked_account::remove(tx, &Caller::system(org), account.uid));
        removed.await.expect("removed");
        let came = receiver.wait_for(2);
        until("all are settled", async || {
            app.native(&path).await["waiting"] == 0
        })
        .await;
        courier.stop().await;
        assert_eq!(receiver.came().len(), 2, "there are other accounts");
        for (one, event) in came
            .iter()
            .zip(["LinkedAccount.linked", "LinkedAccount.deleted"])
        {
            let body = one.json();
            assert_eq!(body["hook"]["event"], event);
            assert_eq!(body["linked_account"]["id"], json!(account.uid));
            assert_eq!(body["data"]["id"], json!(account.uid));
            assert_eq!(
                body["data"]["end_user_organization_name"], "Customer",
                "{body}"
            );
            assert!(!one.body.windows(19).any(|w| w == b"token of a customer"));
        }
    });
}

/// A destination of the organization that the account is carried to from now on.
async fn carry(app: &TestApp, org: OrgId, account: Uuid) -> Destination {
    let key = app.app.key.clone();
    let made = app.app.store.write(move |tx| {
        let caller = Caller::system(org);
        let new = NewDestination {
            connector: "lever".into(),
            name: "Lever".into(),
            settings: BTreeMap::new(),
            secrets: [("api_key".to_owned(), "a key".to_owned())].into(),
            default_job: None,
        };
        let to = destination::create(tx, &key, &caller, &new)?;
        linked_account::set_destination(tx, &caller, account, Some(to.uid))?;
        Ok::<_, Problem>(to)
    });
    made.await.expect("a destination")
}

#[test]
fn a_system_that_does_not_let_us_in_is_an_issue_of_its_accounts_and_of_no_other() {
    story(|app| async move {
        let (org, receiver) = (demo(&app).await, Receiver::taking());
        let first = &app.native("/linked-accounts").await["data"][0]["id"];
        let first: Uuid = first.as_str().unwrap().parse().unwrap();
        let second = link(&app, org, "Customer", "token of a customer").await.uid;
        let to = carry(&app, org, first).await.id;
        let kinds = ["issue.opened", "issue.resolved"];
        let body = json!({"url": receiver.url(), "shape": "merge", "kinds": kinds});
        let made = subscribe(&app, body).await;
        let courier = Courier::of(&app);
        let opened = app.app.store.write(move |tx| {
            let words = "it does not know our credentials";
            issue::open(tx, org, to, words, Some("credentials"))
        });
        opened.await.expect("an issue");

        let told = receiver.wait_for(1).remove(0).json();
        assert_eq!(told["hook"]["event"], "Issue.new");
        assert_eq!(told["linked_account"]["id"], json!(first));
        assert_eq!(told["linked_account"]["status"], "RELINK_NEEDED");
        let data = &told["data"];
        assert_eq!(data["status"], "ONGOING");
        let words = "Lever: it does not know our credentials.";
        assert_eq!(data["error_description"], words);
        let at = format!("/issues/{}", data["id"].as_str().expect("an id"));
        assert_eq!(&merge(&app, &at).await, data);

        // Our own API has it too.
        let own = app.native("/issues?status=ongoing").await;
        assert_eq!(own["data"].as_array().map(Vec::len), Some(1));
        let own = &own["data"][0];
        assert_eq!(own["id"], data["id"]);
        assert_eq!(own["status"], "ongoing");
        assert_eq!(own["reason"], "credentials");
        assert_eq!(own["attachment"], Value::Null);
        let id = own["id"].as_str().expect("an id");
        assert_eq!(&app.native(&format!("/issues/{id}")).await, own);
        let over = app.native("/issues?status=resolved").await;
        assert_eq!(over["data"], json!([]));
        for (path, status) in [
            ("/issues?status=open".to_owned(), 400),
            ("/issues?state=ongoing".to_owned(), 400),
            (format!("/issues/{first}"), 404),
        ] {
            let (said, body) = api(&app, "GET", &path, Value::Null).await;
            assert_eq!(said, status, "{path}: {body}");
        }

        // Whoever polls sees the same.
        for (query, many) in [
            ("?status=ONGOING".to_owned(), 1),
            ("?status=RESOLVED".to_owned(), 0),
            (format!("?linked_account_id={first}"), 1),
            (format!("?linked_account_id={second}"), 0),
            ("?linked_account_id=nobody".to_owned(), 0),
            ("?account_token=token%20of%20a%20customer".to_owned(), 0),
            ("?account_token=nobody".to_owned(), 0),
            ("?end_user_organization_name=customer".to_owned(), 0),
            (
                format!("?linked_account_id={first}&account_token=nobody"),
                0,
            ),
        ] {
            let page = merge(&app, &format!("/issues{query}")).await;
            let results = page["results"].as_array().expect("results");
            assert_eq!(results.len(), many, "{query}");
        }
        let standing = async |status: &str| {
            let page = merge(&app, &format!("/linked-accounts?status={status}")).await;
            let ids = page["results"].as_array().expect("results").iter();
            ids.map(|account| account["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(standing("relink_needed").await, [json!(first)]);
        assert_eq!(standing("COMPLETE").await, [json!(second)]);
        assert_eq!(standing("IDLE").await, [] as [Value; 0]);
        // A running server sees it within a second.
        until("the account is to be linked again", async || {
            merge(&app, "/account-details").await["status"] == "RELINK_NEEDED"
        })
        .await;
        let meta = merge(&app, "/candidates/meta/post").await;
        assert_eq!(meta["status"]["linked_account_status"], "RELINK_NEEDED");

        let arrived = app.app.store.write(move |tx| gate::arrived(tx, org, to));
        arrived.await.expect("noted");
        let told = receiver.wait_for(2).remove(1).json();
        assert_eq!(told["hook"]["event"], "Issue.resolved");
        assert_eq!(told["data"]["status"], "RESOLVED");
        assert_eq!(told["data"]["id"], data["id"]);
        assert_eq!(standing("RELINK_NEEDED").await, [] as [Value; 0]);
        let path = format!("/subscriptions/{}", text(&made, "id"));
        until("all are settled", async || {
            app.native(&path).await["waiting"] == 0
        })
        .await;
        courier.stop().await;
        assert_eq!(receiver.came().len(), 2);
    });
}
