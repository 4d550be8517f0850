//! People whom an older version wrote, while they are being indexed: callers are answered all the same, nobody is made twice,
//! and a list that would leave somebody out says to come again.

use serde_json::json;
use server::indexing;
use testing::app::story;
use tokio::sync::watch;

/// As the version before the columns, the tags and the traits were there left it.
fn forget(tx: &mut store::Tx<'_>) -> hiring::Result<()> {
    static PEOPLE: store::Statement = store::Statement::new(
        "UPDATE candidate SET first_key = NULL, last_key = NULL",
        file!(),
        line!(),
    );
    static TAGGED: store::Statement = store::Statement::new("DELETE FROM tagged", file!(), line!());
    static TRAITS: store::Statement = store::Statement::new("DELETE FROM trait", file!(), line!());
    for statement in [&PEOPLE, &TAGGED, &TRAITS] {
        tx.run(statement, &[])?;
    }
    Ok(())
}

#[test]
fn callers_are_answered_while_people_of_an_older_version_are_indexed() {
    story(|app| async move {
        let ada = json!({"model": {
            "first_name": "Ada", "last_name": "Lovelace", "tags": ["poet"],
            "email_addresses": [{"value": "ada@x.org", "email_address_type": "PERSONAL"}],
        }});
        let create = |body| {
            app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                .json(body)
        };
        let first = app.send(&create(&ada)).await;
        assert_eq!(first.status, 201, "{}", first.text());
        let bob = json!({"model": {"first_name": "Bob", "last_name": "Babbage", "tags": ["poet"]}});
        assert_eq!(app.send(&create(&bob)).await.status, 201);
        app.app.store.write(forget).await.expect("as before");

        let list = |query: &str| {
            app.call(
                "merge",
                "GET",
                &format!("/merge/api/ats/v1/candidates?{query}"),
            )
        };
        let all = app.send(&list("page_size=10")).await;
        assert_eq!(
            all.json()["results"].as_array().map(Vec::len),
            Some(2),
            "{}",
            all.text()
        );
        let poets = app.send(&list("tags=poet")).await;
        assert_eq!(
            (poets.status, poets.header("retry-after")),
            (503, "5"),
            "{}",
            poets.text()
        );
        assert!(
            poets.json()["detail"].is_string(),
            "in the caller's own form: {}",
            poets.text()
        );
        // The same person by the address, whatever is indexed.
        let again = app.send(&create(&ada)).await;
        assert_eq!(again.status, 201, "{}", again.text());
        assert_eq!(again.json()["model"]["id"], first.json()["model"]["id"]);

        let (_still, stop) = watch::channel(false);
        indexing::catch_up(app.app.clone(), stop).await;
        let poets = app.send(&list("tags=poet")).await;
        assert_eq!(
            poets.json()["results"].as_array().map(Vec::len),
            Some(2),
            "{}",
            poets.text()
        );
        let events = app.events().await;
        assert_eq!(
            events[events.len() - 3..],
            [
                "candidate.created",
                "candidate.created",
                "candidate.updated"
            ]
        );
    });
}
