//! Files that callers name by URL, through the real binary: what it fetches, what it does not, and what its log says.
//!
//! How fetching goes right and wrong in detail is told in `courier/tests/it`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use testing::app::{Call, Reply};
use testing::{Engine, Place, on_both};

use crate::binary::{DEMO, Muster, muster, until};
use crate::client::Client;
use crate::voice::{Speaker, text, voices};

const CONTENT: &[u8] = b"%PDF-1.7 what lies elsewhere";

/// Stands in the file's address and name, and must not stand in the log.
const CANARY: &str = "canary-4b1d";

/// A server on loopback that answers everyone with [`CONTENT`] and counts them.
struct Origin {
    port: u16,
    calls: Arc<AtomicUsize>,
}

impl Origin {
    fn start() -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.expect("a connection"));
                counted.fetch_add(1, Ordering::SeqCst);
                let mut line = String::new();
                while stream.read_line(&mut line).is_ok_and(|n| n > 2) {
                    line.clear();
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                    CONTENT.len()
                );
                let stream = stream.get_mut();
                let _ = stream.write_all(&[head.as_bytes(), CONTENT].concat());
            }
        });
        Origin { port, calls }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/{CANARY}.pdf", self.port)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Our own dialect, spoken to a demo.
struct Native {
    speaker: Speaker,
    client: Client,
}

impl Native {
    fn of(server: &Muster) -> Native {
        let voice = voices().find(|v| v.dialect == "native").expect("our own");
        let credentials = server.said()["native"].clone();
        let speaker = Speaker { voice, credentials };
        let client = server.client();
        Native { speaker, client }
    }

    fn get(&mut self, path: &str) -> Reply {
        let call = Call {
            method: "GET".into(),
            path: format!("/api/v1{path}"),
            ..self.speaker.create(0).bytes("")
        };
        self.client.send(&call).expect("an answer")
    }

    /// Creates a person with a file at `url`.
    fn create(&mut self, url: &str) -> Reply {
        let call = self.speaker.create(1_000_000);
        let mut body: Value = serde_json::from_slice(&call.body).expect("JSON");
        body["files"] = json!([{"name": format!("{CANARY}.pdf"), "url": url}]);
        let reply = self
            .client
            .send(&call.bytes(body.to_string()))
            .expect("an answer");
        assert_eq!(reply.status / 100, 2, "{}", reply.text());
        reply
    }

    /// The created person's only file.
    fn file(&mut self, created: &Reply) -> Value {
        let read = self.speaker.read_back(created);
        let found = self.client.send(&read).expect("an answer");
        found.json()["attachments"][0].clone()
    }

    /// Waits for the event.
    fn wait_for(&mut self, kind: &str) {
        let quoted = format!("\"{kind}\"");
        until(kind, || {
            let events = self.get("/events").text();
            events.contains(&quoted).then_some(())
        });
    }
}

fn demo(place: &Place, allow: Option<&str>) -> Command {
    let mut command = muster(place, &DEMO);
    if let Some(allow) = allow {
        command.args(["--fetch-allow", allow]);
    }
    command
}

#[test]
fn a_file_at_an_allowed_address_comes_and_the_log_keeps_quiet() {
    on_both(|place| {
        let (origin, proxy) = (Origin::start(), Origin::start());
        let mut command = demo(place, Some("10.0.0.0/8,127.0.0.1"));
        command.env("MUSTER_LOG", "trace");
        // What is set for others has no say in where we call.
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"] {
            command.env(name, format!("http://127.0.0.1:{}", proxy.port));
        }
        let mut server = Muster::start(place, &mut command);
        let mut native = Native::of(&server);
        let created = native.create(&origin.url());
        native.wait_for("attachment.fetched");

        let file = native.file(&created);
        assert_eq!(file["media_type"], "application/pdf");
        let bytes = native.get(&format!("/attachments/{}", text(&file["id"])));
        assert_eq!((bytes.status, bytes.bytes.as_slice()), (200, CONTENT));
        assert_eq!((origin.calls(), proxy.calls()), (1, 0));

        server.signal("TERM");
        assert!(server.wait().success());
        let log = std::fs::read_to_string(&server.errors).expect("a log");
        assert!(log.contains("fetched a file"), "{log}");
        for not in [CANARY, &format!("127.0.0.1:{}", origin.port)] {
            let line = log.lines().find(|l| l.contains(not));
            assert!(line.is_none(), "{line:?}");
        }
    });
}

#[test]
fn an_address_of_this_machine_is_refused_unless_it_is_allowed() {
    on_both(|place| {
        let origin = Origin::start();
        let server = Muster::start(place, &mut demo(place, None));
        let mut native = Native::of(&server);
        let created = native.create(&origin.url());
        native.wait_for("attachment.fetch_failed");
        assert_eq!(origin.calls(), 0);
        let file = native.file(&created);
        let bytes = native.get(&format!("/attachments/{}", text(&file["id"])));
        assert_eq!(bytes.status, 409, "{}", bytes.text());
    });
}

#[test]
fn a_network_that_is_none_is_refused_at_the_start() {
    let place = Place::new(Engine::Sqlite);
    let output = demo(&place, Some("10.0.0.0/33")).output().expect("it runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("--fetch-allow") && said.contains("no network"),
        "{said}"
    );
}
