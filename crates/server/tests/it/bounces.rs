//! Mails that came back, passed on to our own API and to a mail server's pipe. What is read of them: `hiring/tests/it/returned.rs`.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, story};
use testing::smtp::Smtp;
use testing::{Place, on_both};

use crate::binary::until;
use crate::binary::{Muster, muster};
use crate::mail::{call, demo, invite, runtime, send};

const POSTFIX: &str = include_str!("../../../hiring/tests/it/returned/postfix.eml");
const DELAYED: &str = include_str!("../../../hiring/tests/it/returned/delayed.eml");
const ABSENT: &str = include_str!("../../../hiring/tests/it/returned/absent.eml");
const UNKNOWN: &str = "01a21497-c62c-7785-b2a8-5fb41aaeb772@muster.test";

/// Invites somebody and waits until the mail has gone out; the delivery's name and its Message-ID.
fn mailed(server: &Muster, said: &Value, email: &str) -> (String, String) {
    let made = invite(server, said, email);
    let uid = made["mail"]["id"].as_str().expect("a delivery").to_owned();
    let id = until("the mail", || {
        let delivery = send(server, &call(said, "GET", &format!("/deliveries/{uid}"))).json();
        let id = delivery["message_id"]
            .as_str()?
            .trim_matches(['<', '>'])
            .to_owned();
        (delivery["state"] == "sent").then_some(id)
    });
    (uid, id)
}

fn state(server: &Muster, said: &Value, uid: &str) -> String {
    let delivery = send(server, &call(said, "GET", &format!("/deliveries/{uid}"))).json();
    delivery["state"].as_str().expect("a state").to_owned()
}

fn pass_on(server: &Muster, said: &Value, mail: String) -> Value {
    let call = call(said, "POST", "/bounces").header("Content-Type", "message/rfc822");
    let reply = send(server, &call.bytes(mail));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// `muster mail bounce` with this on its standard input.
fn piped(place: &Place, mail: &[u8]) -> Output {
    let mut command = muster(place, &["mail", "bounce"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("muster runs");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(mail).expect("it reads all of it");
    drop(input);
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_mail_that_came_back_is_noted_by_the_api_and_by_a_mail_servers_pipe() {
    on_both(|place| {
        let runtime = runtime();
        let smtp = runtime.block_on(Smtp::good());
        let server = demo(place, &smtp);
        let said = server.said();
        let (uid, id) = mailed(&server, &said, "ada@example.com");
        assert_eq!(id, format!("{uid}@muster.test"));

        let late = pass_on(&server, &said, DELAYED.replace("{id}", &id));
        assert_eq!(
            (&late["outcome"], &late["delivery"]["state"]),
            (&json!("delayed"), &json!("sent"))
        );
        let absent = pass_on(&server, &said, ABSENT.replace("{id}", &id));
        assert_eq!(
            absent,
            json!({"outcome": "no_report", "status": null, "reason": null, "delivery": null})
        );
        for _ in 0..2 {
            let back = pass_on(&server, &said, POSTFIX.replace("{id}", &id));
            assert_eq!(
                (
                    &back["outcome"],
                    &back["status"],
                    &back["delivery"]["id"],
                    &back["delivery"]["state"]
                ),
                (
                    &json!("bounced"),
                    &json!("5.1.1"),
                    &json!(uid),
                    &json!("bounced")
                )
            );
        }

        // The same by a pipe, while the server runs.
        let (uid, id) = mailed(&server, &said, "grace@example.com");
        let sentences = [
            (
                DELAYED.replace("{id}", &id),
                "The mail is late; nothing was changed.\n",
            ),
            (
                ABSENT.replace("{id}", &id),
                "It is no report about a delivery; nothing was changed.\n",
            ),
            (
                POSTFIX.replace("{id}", UNKNOWN),
                "It is about no mail of ours; nothing was changed.\n",
            ),
            (
                format!("{}{}", POSTFIX.replace("{id}", &id), "x".repeat(1 << 20)),
                "The delivery is bounced.\n",
            ),
            (POSTFIX.replace("{id}", &id), "The delivery is bounced.\n"),
        ];
        for (n, (mail, sentence)) in sentences.into_iter().enumerate() {
            let wanted = if n < 3 { "sent" } else { "bounced" };
            let output = piped(place, mail.as_bytes());
            assert!(output.status.success(), "{output:?}");
            assert_eq!(String::from_utf8_lossy(&output.stdout), sentence);
            assert_eq!(state(&server, &said, &uid), wanted, "{sentence}");
        }
        let log = std::fs::read_to_string(&server.errors).unwrap_or_default();
        assert!(
            !log.contains("example.com") && !log.contains("ada@x.org"),
            "{log}"
        );
    });
}

#[test]
fn a_pipe_that_cannot_be_served_now_says_come_again() {
    let place = Place::new(testing::Engine::Sqlite);
    std::fs::write(crate::binary::data(&place), "no folder").expect("a file");
    let output = piped(&place, POSTFIX.replace("{id}", UNKNOWN).as_bytes());
    assert_eq!(output.status.code(), Some(75), "{output:?}");
    assert!(output.stdout.is_empty());
}

async fn post(app: &TestApp, change: impl FnOnce(Call) -> Call) -> Reply {
    let call = app.call("native", "POST", "/api/v1/bounces");
    let call = call.header("Content-Type", "message/rfc822");
    app.send(&change(call)).await
}

#[test]
fn what_cannot_be_taken_for_a_mail_is_refused_and_what_is_not_ours_is_no_fault() {
    story(|app| async move {
        let mail = POSTFIX.replace("{id}", UNKNOWN);
        let unknown = post(&app, |call| call.bytes(mail.clone())).await;
        assert_eq!(
            (unknown.status, &unknown.json()["outcome"]),
            (200, &json!("unknown"))
        );
        assert_eq!(unknown.json()["delivery"], Value::Null);
        let nobody = post(&app, |call| call.bytes(mail.clone()).anonymous()).await;
        assert_eq!(nobody.status, 401);
        let json = post(&app, |call| call.json(&json!({"mail": mail}))).await;
        assert_eq!(json.status, 415);
        assert!(json.text().contains("unsupported-media-type"));
        let empty = post(&app, |call| call).await;
        assert_eq!(
            (empty.status, &empty.json()["errors"][0]["code"]),
            (400, &json!("required"))
        );
        let huge = post(&app, |call| call.bytes(vec![b'x'; (32 << 20) + 1])).await;
        assert_eq!(huge.status, 413);
        let noise = post(&app, |call| call.bytes((0..=255).collect::<Vec<u8>>())).await;
        assert_eq!(
            (noise.status, &noise.json()["outcome"]),
            (200, &json!("no_report"))
        );
        // Kept for repeats as every POST is.
        let with_key = |call: Call| call.bytes(mail.clone()).header("Idempotency-Key", "one");
        let (first, again) = (post(&app, with_key).await, post(&app, with_key).await);
        assert_eq!(first.bytes, again.bytes);
        let other = post(&app, |call| {
            call.bytes("x").header("Idempotency-Key", "one")
        })
        .await;
        assert_eq!(other.status, 422);
        assert!(app.events().await.iter().all(|e| !e.starts_with("mail.")));
    });
}
