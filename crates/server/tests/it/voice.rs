//! How each dialect creates a person and reads one back: one line a dialect.

use base64::Engine as _;
use serde_json::{Value, json};
use testing::app::{Call, Reply};

/// A dialect as these tests speak it. Paths are below the dialect's `base_url`; in them `{id}` is what the create
/// answered, `{email}` the person's address and any other `{name}` comes from the credentials.
pub struct Voice {
    /// The dialect's name.
    pub dialect: &'static str,
    /// Where the create's answer holds the id (JSON pointer).
    id: &'static str,
    /// Path that reads one back.
    one: &'static str,
    /// Path that lists by e-mail address.
    by_email: &'static str,
    /// Where the list's answer holds its rows (JSON pointer).
    rows: &'static str,
    /// Puts a file of these bytes into the example's body, where the dialect takes files with a create.
    pub put_file: Option<fn(&mut Value, &[u8])>,
}

/// One line for each dialect.
#[rustfmt::skip]
const VOICES: &[Voice] = &[
    Voice { dialect: "native", id: "/candidate/id", one: "/candidates/{id}", by_email: "/candidates?email={email}", rows: "/data", put_file: Some(|body, bytes| body["files"] = json!([{"name": "cv.txt", "content": base64(bytes)}])) },
    Voice { dialect: "xobin", id: "/application_id", one: "/tracks/{track_id}/applicants/{id}", by_email: "/tracks/{track_id}/applicants?email={email}", rows: "/data", put_file: None },
    Voice { dialect: "eightfold", id: "/candidateId", one: "/ats-systems/{system_id}/ats-candidates/{id}", by_email: "/ats-systems/{system_id}/ats-candidates?filterQuery=emails:{email}", rows: "/data", put_file: Some(|body, bytes| body["resumeContent"] = json!({"content": base64(bytes), "extension": "txt", "isBase64": true})) },
    Voice { dialect: "comeet", id: "/uid", one: "/candidates/{id}", by_email: "/candidates?email={email}", rows: "/candidates", put_file: Some(|body, bytes| body["resume"] = json!({"name": "cv.pdf", "file": base64(bytes)})) },
    Voice { dialect: "merge", id: "/model/id", one: "/ats/v1/candidates/{id}", by_email: "/ats/v1/candidates?email_addresses={email}", rows: "/results", put_file: None },
];

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Every dialect's voice.
pub fn voices() -> impl Iterator<Item = &'static Voice> {
    dialects::DIALECTS.iter().map(|d| {
        let found = VOICES.iter().find(|v| v.dialect == d.name());
        found.unwrap_or_else(|| panic!("the dialect {} has no line in voice.rs", d.name()))
    })
}

/// A dialect together with credentials for it, as `demo --json` and `key create --json` print them.
#[derive(Clone)]
pub struct Speaker {
    /// How it speaks.
    pub voice: &'static Voice,
    /// What opens it.
    pub credentials: Value,
}

impl Speaker {
    /// The dialect's example create for person number `n`, without files.
    pub fn create(&self, n: u64) -> Call {
        let example = self.example();
        Call {
            method: example.method.into(),
            path: path_of(&example.url),
            headers: example.headers,
            body: example.body.replace("{n}", &n.to_string()).into_bytes(),
        }
    }

    /// Person number `n`'s address in [`Speaker::create`]. Numbers of one length keep addresses from being parts of
    /// each other.
    pub fn email(&self, n: u64) -> String {
        let body: Value = serde_json::from_str(&self.example().body).expect("an example in JSON");
        let template = first_email(&body).expect("an e-mail address with {n} in the example");
        template.replace("{n}", &n.to_string())
    }

    /// The call that reads back what `created` answered.
    pub fn read_back(&self, created: &Reply) -> Call {
        let answer = created.json();
        let id = answer
            .pointer(self.voice.id)
            .unwrap_or_else(|| panic!("no {} in {}", self.voice.id, created.text()));
        self.get(&self.voice.one.replace("{id}", &text(id)))
    }

    /// The call that lists the people of this address.
    pub fn list(&self, email: &str) -> Call {
        self.get(
            &self
                .voice
                .by_email
                .replace("{email}", &email.replace('@', "%40")),
        )
    }

    /// How many rows the answer to [`Speaker::list`] holds.
    pub fn rows(&self, listed: &Reply) -> usize {
        let answer = listed.json();
        let rows = answer.pointer(self.voice.rows).and_then(Value::as_array);
        rows.unwrap_or_else(|| panic!("no {} in {}", self.voice.rows, listed.text()))
            .len()
    }

    fn get(&self, template: &str) -> Call {
        let mut path = format!(
            "{}{template}",
            path_of(&text(&self.credentials["base_url"]))
        );
        for (name, value) in self.credentials.as_object().into_iter().flatten() {
            path = path.replace(&format!("{{{name}}}"), &text(value));
        }
        Call {
            method: "GET".into(),
            path,
            headers: self.example().headers,
            body: Vec::new(),
        }
    }

    fn example(&self) -> dialects::ExampleCall {
        dialects::named(self.voice.dialect)
            .expect("a dialect")
            .example(&self.credentials)
    }

    /// Whatever in the credentials must stay secret.
    pub fn secrets(&self) -> Vec<String> {
        let all = self.credentials.as_object().into_iter().flatten();
        let public = [
            "base_url",
            "token_url",
            "key_id",
            "username",
            "client_id",
            "system_id",
        ];
        all.filter(|(name, _)| !public.contains(&name.as_str()))
            .filter_map(|(_, value)| value.as_str())
            .filter(|value| value.len() >= 16)
            .map(str::to_owned)
            .collect()
    }
}

fn first_email(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (text.contains('@') && text.contains("{n}")).then(|| text.clone()),
        Value::Array(items) => items.iter().find_map(first_email),
        Value::Object(fields) => fields.values().find_map(first_email),
        _ => None,
    }
}

/// A JSON string's text, anything else as JSON.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// `http://host:port/path` without its beginning.
fn path_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").expect("a URL");
    rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
}
