//! Whoever calls: one request a connection, plain HTTP/1.1.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use fakes::Running;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than anything takes on the slowest machine.
pub const PATIENCE: Duration = Duration::from_secs(240);
/// How long one listens to somebody who is not to say anything.
const SILENCE: Duration = Duration::from_secs(1);

/// A request that makes somebody.
#[derive(Debug, Clone)]
pub struct Create {
    path: String,
    media_type: &'static str,
    body: Value,
    files: Vec<(String, String, Vec<u8>)>,
}

/// Members that hold a name, by whatever vendor.
const NAMES: &[&str] = &[
    "name",
    "firstName",
    "first_name",
    "firstname",
    "email",
    "emails",
];

impl Create {
    /// The same without what is required of it.
    pub fn without_names(mut self) -> Create {
        fn strip(value: &mut Value) {
            if let Some(all) = value.as_object_mut() {
                all.retain(|name, _| !NAMES.contains(&name.as_str()));
                all.values_mut().for_each(strip);
            }
        }
        strip(&mut self.body);
        self
    }

    /// With a file, as a form.
    pub fn with_file(mut self, field: &str, name: &str, bytes: &[u8]) -> Create {
        self.files
            .push((field.to_owned(), name.to_owned(), bytes.to_vec()));
        self
    }

    fn rendered(&self) -> (String, Vec<u8>) {
        if self.media_type != "multipart/form-data" {
            return (
                self.media_type.to_owned(),
                self.body.to_string().into_bytes(),
            );
        }
        let mut out = Vec::new();
        for (name, value) in self.body.as_object().expect("fields") {
            let text = value.as_str().expect("a text");
            out.extend(
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
                    .bytes(),
            );
        }
        for (field, name, bytes) in &self.files {
            let head = format!(
                "--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
            );
            out.extend(head.bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
        }
        out.extend(b"--b--\r\n");
        ("multipart/form-data; boundary=b".to_owned(), out)
    }
}

/// How a person is made there.
pub fn create(name: &str) -> Create {
    let uid = "5f1c7e2a-0000-4000-8000-000000000101";
    let json = "application/json";
    let (path, media_type, body) = match name {
        "greenhouse" => (
            "/v3/candidates".into(),
            json,
            json!({"first_name": "Ada", "last_name": "Lovelace",
            "email_addresses": [{"value": "ada@example.org", "type": "work"}], "application": {"job_id": 101}}),
        ),
        "lever" => (
            "/v1/opportunities?perform_as=5f1c7e2a-0000-4000-8000-000000000001".into(),
            json,
            json!({"name": "Ada Lovelace", "emails": ["ada@example.org"]}),
        ),
        "ashby" => (
            "/candidate.create".into(),
            json,
            json!({"name": "Ada Lovelace", "email": "ada@example.org"}),
        ),
        "workable" => (
            "/spi/v3/jobs/ENGINE01/candidates".into(),
            json,
            json!({"candidate": {"name": "Ada Lovelace", "email": "ada@example.org"}}),
        ),
        "smartrecruiters" => (
            format!("/jobs/{uid}/candidates"),
            json,
            json!({"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.org"}),
        ),
        "recruitee" => (
            "/c/90210/candidates".into(),
            json,
            json!({"candidate": {"name": "Ada Lovelace", "emails": ["ada@example.org"]}, "offers": [101]}),
        ),
        "teamtailor" => (
            "/v1/candidates".into(),
            "application/vnd.api+json",
            json!({"data": {"type": "candidates",
            "attributes": {"first-name": "Ada", "last-name": "Lovelace", "email": "ada@example.org", "merge": true}}}),
        ),
        "bamboohr" => (
            "/api/gateway.php/fakecompany/v1/applicant_tracking/application".into(),
            "multipart/form-data",
            json!({"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.org", "jobId": "101"}),
        ),
        other => panic!("how does one create at {other}?"),
    };
    Create {
        path,
        media_type,
        body,
        files: Vec::new(),
    }
}

/// What came back.
pub struct Said {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Said {
    /// The body, null when it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.head.lines().filter_map(|l| l.split_once(": "));
        all.find(|(n, _)| n.to_lowercase() == name).map(|(_, v)| v)
    }
}

/// Somebody with credentials, or without.
pub struct Caller {
    address: String,
    credentials: String,
}

impl Caller {
    /// Without credentials.
    pub fn nobody(running: &Running) -> Caller {
        let address = running.url().trim_start_matches("http://").to_owned();
        Caller {
            address,
            credentials: String::new(),
        }
    }

    /// With wrong ones, of every kind.
    pub fn impostor(running: &Running) -> Caller {
        let credentials =
            "Authorization: Bearer wrong\r\nX-SmartToken: wrong\r\nX-Api-Version: 20240904\r\n";
        let basic = format!(
            "Authorization: Basic {}\r\n",
            BASE64_STANDARD.encode("wrong:")
        );
        let by_basic = !running.account("api_key").is_empty();
        Caller {
            credentials: if by_basic {
                basic
            } else {
                credentials.to_owned()
            },
            ..Caller::nobody(running)
        }
    }

    /// With the account's, and a token of now where there are any.
    pub async fn known(running: &Running) -> Caller {
        let nobody = Caller::nobody(running);
        let (key, token) = (running.account("api_key"), running.account("token"));
        let basic =
            |pair: String| format!("Authorization: Basic {}\r\n", BASE64_STANDARD.encode(pair));
        let credentials =
            if !running.account("perform_as").is_empty() || (!key.is_empty() && token.is_empty()) {
                basic(format!("{key}:"))
            } else if !running.account("user_id").is_empty() {
                format!("Authorization: Token token={token}\r\nX-Api-Version: 20240904\r\n")
            } else if !token.is_empty() {
                format!("Authorization: Bearer {token}\r\nX-SmartToken: {token}\r\n")
            } else {
                let pair = format!(
                    "{}:{}",
                    running.account("client_id"),
                    running.account("client_secret")
                );
                let head = format!(
                    "{}Content-Type: application/x-www-form-urlencoded\r\n",
                    basic(pair)
                );
                let said = nobody
                    .request("POST", "/token", &head, b"grant_type=client_credentials")
                    .await;
                let said = said.expect("an answer");
                let token = said.json()["access_token"]
                    .as_str()
                    .expect("a token")
                    .to_owned();
                format!("Authorization: Bearer {token}\r\n")
            };
        Caller {
            credentials,
            ..nobody
        }
    }

    /// Sends it; `None`: no whole answer came.
    pub async fn send(&self, create: &Create) -> Option<Said> {
        let (media_type, body) = create.rendered();
        let head = format!("{}Content-Type: {media_type}\r\n", self.credentials);
        self.request("POST", &create.path, &head, &body).await
    }

    /// The same to somebody who is not to answer: whether nothing came for a moment.
    pub async fn is_not_answered(&self, create: &Create) -> bool {
        tokio::time::timeout(SILENCE, self.send(create))
            .await
            .is_err()
    }

    /// A neutral address's JSON.
    pub async fn get(&self, path: String) -> Value {
        self.request("GET", &path, "", b"")
            .await
            .expect("an answer")
            .json()
    }

    /// Says something to a neutral address.
    pub async fn put(&self, path: &str, body: &str) -> Said {
        self.request("PUT", path, "", body.as_bytes())
            .await
            .expect("an answer")
    }

    async fn request(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Option<Said> {
        let mut stream = TcpStream::connect(&self.address).await.expect("it listens");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body).await.ok()?;
        let mut all = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut all)).await;
        read.ok()?.ok()?;
        let text = String::from_utf8(all).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let said = Said {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_owned(),
            body: body.to_owned(),
        };
        let whole = said
            .header("content-length")
            .is_none_or(|l| l == body.len().to_string());
        whole.then_some(said)
    }
}
