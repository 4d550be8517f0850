//! Mail by the real program: it arrives, survives kill -9, and an operator is told what fails.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hiring::app::Settings;
use hiring::delivery::{self, sending};
use hiring::id::{DeliveryId, OrgId};
use serde_json::{Value, json};
use server::{options, wiring};
use store::Clock;
use testing::app::{Call, Reply};
use testing::smtp::{Act, Smtp, Step, USUAL};
use testing::{Place, on_both};
use tokio::runtime::Runtime;

use crate::binary::{DEMO, Muster, PATIENCE, data, muster, run, until};
pub(crate) fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

/// The server's authority, in a file.
fn authority(place: &Place, smtp: &Smtp) -> PathBuf {
    let file = place.dir().join("authority.pem");
    std::fs::write(&file, &smtp.authority).expect("a file");
    file
}

/// The words that let the program mail to this server.
fn mailing(place: &Place, smtp: &Smtp) -> Vec<String> {
    let words = ["--smtp", &format!("smtp://127.0.0.1:{}", smtp.port)].map(str::to_owned);
    let more = ["--mail-from", "jobs@muster.test", "--smtp-ca"].map(str::to_owned);
    let file = authority(place, smtp).display().to_string();
    words.into_iter().chain(more).chain([file]).collect()
}

pub(crate) fn demo(place: &Place, smtp: &Smtp) -> Muster {
    let mut command = muster(place, &DEMO);
    command.args(mailing(place, smtp));
    Muster::start(place, &mut command)
}

pub(crate) fn call(said: &Value, method: &str, path: &str) -> Call {
    let key = said["native"]["api_key"].as_str().expect("a key");
    Call {
        method: method.to_owned(),
        path: format!("/api/v1{path}"),
        headers: vec![("authorization".to_owned(), format!("Bearer {key}"))],
        body: Vec::new(),
    }
}

pub(crate) fn send(server: &Muster, call: &Call) -> Reply {
    server.client().send(call).expect("an answer")
}

/// Invites somebody to the demo's first job; the invite.
pub(crate) fn invite(server: &Muster, said: &Value, email: &str) -> Value {
    let jobs = send(server, &call(said, "GET", "/jobs")).json();
    let body = json!({"email": email, "name": "Ada", "job": jobs["data"][0]["id"]});
    let reply = send(server, &call(said, "POST", "/invites").json(&body));
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

#[test]
fn an_invite_from_our_api_arrives_and_its_link_opens_the_page() {
    on_both(|place| {
        let runtime = runtime();
        let smtp = runtime.block_on(Smtp::good());
        let server = demo(place, &smtp);
        let said = server.said();
        let made = invite(&server, &said, "ada@example.com");
        let path = format!("/invites/{}", made["id"].as_str().unwrap());
        until("the mail", || {
            let invite = send(&server, &call(&said, "GET", &path)).json();
            (invite["mail"]["state"] == "sent").then_some(())
        });
        let [message] = &smtp.taken()[..] else {
            panic!("one message");
        };
        let link = made["link"].as_str().expect("a link");
        let token = link.rsplit('/').next().expect("a token");
        assert!(message.encrypted && message.text.replace("=\r\n", "").contains(link));
        let page = Call {
            method: "GET".into(),
            path: format!("/apply/{token}"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        assert_eq!(send(&server, &page).status, 200);
        // On PostgreSQL an event gets its place in the feed soon after its commit.
        let wanted = [
            "invite.created",
            "invite.mailed",
            "invite.sent",
            "invite.opened",
        ];
        until("the events", || {
            let feed = call(&said, "GET", "/events?after=0&limit=200");
            let feed = send(&server, &feed).json();
            let kinds: Vec<Value> = feed["data"]
                .as_array()?
                .iter()
                .map(|e| e["kind"].clone())
                .collect();
            wanted
                .iter()
                .all(|kind| kinds.contains(&json!(kind)))
                .then_some(())
        });
        // A mail that came back.
        let bounce = format!(
            "/deliveries/{}/bounce",
            made["mail"]["id"].as_str().unwrap()
        );
        let reply = send(
            &server,
            &call(&said, "POST", &bounce).json(&json!({"reason": "550 gone"})),
        );
        assert_eq!(
            (reply.status, &reply.json()["state"]),
            (200, &json!("bounced"))
        );
        let log = std::fs::read_to_string(&server.errors).unwrap_or_default();
        assert!(
            !log.contains(token) && !log.contains("ada@example.com"),
            "{log}"
        );
    });
}

#[test]
fn a_message_that_kill_9_cut_off_is_sent_again_under_the_same_name() {
    on_both(|place| {
        let runtime = runtime();
        let smtp = runtime.block_on(Smtp::start(USUAL, |step, before| {
            match step == Step::Content && before == 0 {
                true => Act::TakeAndHang,
                false => Act::Usual,
            }
        }));
        let server = demo(place, &smtp);
        let said = server.said();
        let made = invite(&server, &said, "ada@example.com");
        until("the message", || (!smtp.taken().is_empty()).then_some(()));
        server.kill();

        // The same data, some time later.
        let clock: Arc<Clock> = Arc::default();
        clock.advance(sending::LEASE + 60_000_000);
        let at = options::Place {
            data: data(place),
            database: place.database_url().map(str::to_owned),
            files: None,
        };
        let app = wiring::open_with(&at, Settings::at(said["url"].as_str().unwrap()), clock);
        let app = app.expect("the place opens");
        let uid = made["mail"]["id"].as_str().unwrap().to_owned();
        let mail = {
            let words = mailing(place, &smtp);
            let mut settings = courier::mail::Settings::new(&words[1], "jobs@muster.test").unwrap();
            settings.authorities = Some(smtp.authority.clone());
            settings
        };
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (delivery, attempts) = runtime.block_on(async {
            let worker = tokio::spawn(courier::mail::run(app.clone(), mail, stopped));
            let look = || {
                let uid = uid.clone();
                app.store.read(move |r| {
                    let all = delivery::outbox(r, OrgId(1), DeliveryId(0), 100)?;
                    let found = all
                        .into_iter()
                        .find(|d| d.uid == uid)
                        .expect("the delivery");
                    let attempts = delivery::attempts(r, OrgId(1), found.id)?;
                    Ok::<_, hiring::Problem>((found, attempts))
                })
            };
            let began = Instant::now();
            let found = loop {
                let found = look().await.expect("a read");
                if found.0.state == "sent" {
                    break found;
                }
                assert!(began.elapsed() < PATIENCE, "{found:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            };
            stop.send(true).expect("it listens");
            worker.await.expect("it ends");
            found
        });
        let outcomes: Vec<_> = attempts.iter().map(|a| a.outcome.as_deref()).collect();
        assert_eq!(outcomes, [Some("unknown"), Some("sent")]);
        assert_eq!(delivery.unsure, 1);
        let taken = smtp.taken();
        let ids: Vec<_> = taken.iter().map(|t| t.header("Message-ID")).collect();
        assert_eq!(ids, [delivery.message_id.as_deref(); 2]);
    });
}

/// One engine is enough: nothing is stored.
#[test]
fn mail_test_says_step_by_step_what_works_and_what_does_not() {
    let place = &Place::new(testing::Engine::Sqlite);
    let runtime = runtime();
    let smtp = runtime.block_on(Smtp::good());
    let try_out = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_muster"));
        let done = command
            .args(["mail", "test", "ada@example.com"])
            .args(words)
            .output();
        let done = done.expect("muster runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            done.status.success(),
            text(&done.stdout),
            text(&done.stderr),
        )
    };
    let words = mailing(place, &smtp);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (good, said, _) = try_out(&words);
    assert!(good, "{said}");
    for step in [
        "Connected to 127.0.0.1",
        "Encrypted by STARTTLS",
        "has taken the message: 250",
    ] {
        assert!(said.contains(step), "{step} in {said}");
    }
    assert_eq!(smtp.taken().len(), 1);

    let (good, _, why) = try_out(&words[..4]);
    assert!(!good && why.contains("could not be encrypted"), "{why}");
    let (good, _, why) = try_out(&["--smtp", "smtp://127.0.0.1:1", "--mail-from", "jobs@x.org"]);
    assert!(
        !good && why.contains("no connection to the mail server"),
        "{why}"
    );
    let (good, _, why) = try_out(&[]);
    assert!(!good && why.contains("no mail server is set"), "{why}");
    let named = format!("smtp://jobs@127.0.0.1:{}", smtp.port);
    let (good, _, why) = try_out(&["--smtp", &named, "--mail-from", "jobs@x.org"]);
    assert!(!good && why.contains("MUSTER_SMTP_PASSWORD"), "{why}");

    // And serving does not begin with settings that cannot be meant.
    let output = run(
        place,
        &[
            "serve",
            "--smtp",
            "mail.example.com",
            "--mail-from",
            "jobs@x.org",
        ],
    );
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && why.contains("--smtp: the mail server is smtp://"),
        "{why}"
    );
}
