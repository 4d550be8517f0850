//! What people see: an invite's link, and the desk's numbers, on both engines.

use dialects::DIALECTS;
use serde_json::json;
use testing::app::{Call, Reply, TestApp, URL, story};

fn page(method: &str, path: &str) -> Call {
    Call {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

async fn sign_in(app: &TestApp) -> Reply {
    let form = "email=anna%40example.com&password=correct+horse";
    let call =
        page("POST", "/desk/sign-in").header("Content-Type", "application/x-www-form-urlencoded");
    app.send(&call.bytes(form)).await
}

/// A link that a caller asks for on behalf of a person.
async fn invite(app: &TestApp) -> String {
    let track = &app.demo["xobin"]["track_id"];
    let body =
        json!({"invite_applicant": true, "email": "ada@example.org", "name": "Ada Lovelace"});
    let path = format!(
        "/xobin/api/v2/tracks/{}/applicants",
        track.as_str().map_or(track.to_string(), str::to_owned)
    );
    let reply = app
        .send(&app.call("xobin", "POST", &path).json(&body))
        .await;
    let text = reply.text();
    let link = text
        .split('"')
        .find_map(|part| part.strip_prefix(URL).filter(|p| p.starts_with("/apply/")));
    link.unwrap_or_else(|| panic!("no link in {text}"))
        .to_owned()
}

#[test]
fn an_invite_is_read_by_its_person_and_counted_on_the_desk() {
    story(|app| async move {
        let link = invite(&app).await;
        let head = app.send(&page("HEAD", &link)).await;
        assert_eq!(head.status, 200);
        assert!(!app.events().await.contains(&"invite.opened".to_owned()));
        let seen = app.send(&page("GET", &link)).await;
        assert_eq!(seen.status, 200);
        for words in [
            "Ada Lovelace",
            "Engine Programmer",
            "Analytical Engines",
            "<time datetime=",
        ] {
            assert!(seen.text().contains(words), "{words} in {}", seen.text());
        }
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
        assert!(app.events().await.contains(&"invite.opened".to_owned()));

        let applied = app.send(&app.example("xobin", 1)).await;
        assert_eq!(applied.status, 201, "{}", applied.text());
        app.events().await;
        let signed_in = sign_in(&app).await;
        assert_eq!(signed_in.status, 303, "{}", signed_in.text());
        let cookie = signed_in
            .header("set-cookie")
            .split(';')
            .next()
            .expect("a cookie")
            .to_owned();
        let desk = app
            .send(&page("GET", "/desk").header("Cookie", &cookie))
            .await;
        let text = desk.text();
        for words in [
            "1 open · 1 pending · 0 ended",
            "<th scope=\"row\">Opened</th><td>1</td>",
            "preserveAspectRatio",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    });
}

#[test]
fn a_link_ends_with_its_time() {
    story(|app| async move {
        let link = invite(&app).await;
        app.clock.advance(hiring::invite::VALID_FOR);
        assert_eq!(app.send(&page("GET", &link)).await.status, 410);
        assert_eq!(app.send(&page("GET", "/apply/nothing")).await.status, 404);
    });
}

#[test]
fn a_document_lies_under_its_dialects_name_and_is_sent_once() {
    story(|app| async move {
        let listed = app.send(&page("GET", "/docs")).await.text();
        for dialect in DIALECTS {
            let Some(text) = dialect.openapi() else {
                continue;
            };
            let path = format!("/{}/openapi.json", dialect.name());
            assert!(listed.contains(&format!("href=\"{path}\"")), "{path}");
            let first = app.send(&page("GET", &path)).await;
            assert_eq!(first.status, 200, "{path}");
            assert!(first.text() == text, "{path} is another document");
            assert_eq!(first.header("cache-control"), "public, no-cache", "{path}");
            let known = page("GET", &path).header("If-None-Match", &first.header("etag"));
            let again = app.send(&known).await;
            assert_eq!((again.status, again.text().as_str()), (304, ""), "{path}");
            let reference = format!("/docs/{}/reference", dialect.name());
            let seen = app.send(&page("GET", &reference)).await;
            assert_eq!(seen.status, 200, "{reference}");
            for (path, _) in serde_json::from_str::<serde_json::Value>(text).expect("JSON")["paths"]
                .as_object()
                .expect("paths")
            {
                assert!(
                    seen.text().contains(&format!("<code>{path}</code>")),
                    "{path}"
                );
            }
        }
    });
}
