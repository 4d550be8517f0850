//! Files: decoded, kept once, given back byte for byte, never trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testing::app::{TestApp, story};

fn comeet(app: &TestApp, partner: &str, name: &str, file: &str) -> Value {
    json!({
        "position_uid": app.demo["comeet"]["position_uid"], "partner_candidate_id": partner, "first_name": "F",
        "last_name": "L", "email": format!("{partner}@example.com"), "resume": {"name": name, "file": file}
    })
}

async fn attachments(app: &TestApp, email: &str) -> Vec<Value> {
    let list = app.native(&format!("/candidates?email={email}")).await;
    let id = list["data"][0]["id"].as_str().expect("an id");
    app.native(&format!("/candidates/{id}")).await["attachments"]
        .as_array()
        .expect("a list")
        .clone()
}

#[test]
fn a_resume_comes_back_byte_for_byte_and_is_never_shown_in_our_origin() {
    story(|app| async move {
        let bytes: Vec<u8> = b"%PDF-1.7\n"
            .iter()
            .copied()
            .chain((0..200_000u32).map(|n| (n * 7 % 251) as u8))
            .collect();
        let body = comeet(&app, "p1", "cv.pdf", &STANDARD.encode(&bytes));
        let reply = app
            .send(&app.call("comeet", "POST", "/comeet/candidates").json(&body))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let all = attachments(&app, "p1%40example.com").await;
        assert_eq!(all.len(), 1);
        let path = format!(
            "/api/v1/attachments/{}",
            all[0]["id"].as_str().expect("an id")
        );
        let file = app.send(&app.call("native", "GET", &path)).await;
        assert_eq!(
            (file.status, file.bytes == bytes),
            (200, true),
            "{} {}",
            file.status,
            file.bytes.len()
        );
        assert!(
            file.header("content-disposition").starts_with("attachment"),
            "{:?}",
            file.headers
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        let other = app.send(&app.call_of_other("native", "GET", &path)).await;
        assert_eq!(other.status, 404);
    });
}

#[test]
fn a_name_that_lies_is_noted_and_the_bytes_are_opaque() {
    story(|app| async move {
        let body = comeet(
            &app,
            "p2",
            "cv.pdf",
            &STANDARD.encode(b"<html><script>alert(1)</script>"),
        );
        let reply = app
            .send(&app.call("comeet", "POST", "/comeet/candidates").json(&body))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let all = attachments(&app, "p2%40example.com").await;
        assert!(
            all[0]["remark"]
                .as_str()
                .is_some_and(|r| r.contains("application/pdf")),
            "{}",
            all[0]
        );
        let path = format!(
            "/api/v1/attachments/{}",
            all[0]["id"].as_str().expect("an id")
        );
        let file = app.send(&app.call("native", "GET", &path)).await;
        assert_eq!(file.header("content-type"), "application/octet-stream");
    });
}

#[test]
fn any_spelling_of_base64_is_given_back_as_it_was_sent() {
    story(|app| async move {
        let bytes: Vec<u8> = (0..=255u8).cycle().take(5_000).collect();
        let slashed = STANDARD.encode(&bytes).replace('/', "\\/");
        let text = comeet(&app, "p3", "cv.docx", "@@")
            .to_string()
            .replace("@@", &slashed);
        let call = app
            .call("comeet", "POST", "/comeet/candidates")
            .header("Content-Type", "application/json");
        let reply = app.send(&call.bytes(text.clone())).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let list = app.native("/candidates?email=p3%40example.com").await;
        let one = app
            .native(&format!(
                "/candidates/{}",
                list["data"][0]["id"].as_str().expect("an id")
            ))
            .await;
        let submission = one["submissions"][0]
            .as_str()
            .or_else(|| one["submissions"][0]["id"].as_str())
            .expect("an id");
        let raw = app
            .send(&app.call(
                "native",
                "GET",
                &format!("/api/v1/submissions/{submission}/raw"),
            ))
            .await;
        assert_eq!(raw.text(), text);
        let path = format!(
            "/api/v1/attachments/{}",
            one["attachments"][0]["id"].as_str().expect("an id")
        );
        assert_eq!(
            app.send(&app.call("native", "GET", &path)).await.bytes,
            bytes
        );
    });
}

#[test]
fn the_same_file_is_kept_once_for_an_organization() {
    story(|app| async move {
        let file = STANDARD.encode(b"%PDF-1.7 the same");
        for partner in ["q1", "q2", "q3"] {
            let body = comeet(&app, partner, "cv.pdf", &file);
            let reply = app
                .send(&app.call("comeet", "POST", "/comeet/candidates").json(&body))
                .await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let mut kept = Vec::new();
        for shelf in app.app.files.shelves().await.expect("shelves") {
            kept.extend(
                app.app
                    .files
                    .older_than(&shelf, -10)
                    .await
                    .expect("a shelf"),
            );
        }
        assert_eq!(kept.len(), 1);
    });
}
