//! Requests, what came of them, and what follows.

use std::time::Duration;

use crate::parcel::Thing;

pub use serde_json::Value;

/// What a connector wants done next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// This request; its outcome is kept, then the connector is asked again.
    Send(Request),
    /// Everything is there.
    Delivered {
        /// What the far side calls our things.
        remote: Vec<Remote>,
        /// What it did not take, in plain words without anybody's data; empty: everything arrived.
        remarks: Vec<String>,
    },
    /// Not now.
    Retry {
        /// At the earliest then; `None`: as the schedule says.
        after: Option<Duration>,
        /// Why, in plain words without anybody's data.
        why: String,
        /// Whether the last exchange is taken back, as though it never was, before the connector is asked again: it did
        /// nothing (429) or may be repeated without harm. What may have made something always stays.
        forget: bool,
    },
    /// Never, unless somebody changes something: the delivery becomes a dead letter.
    Refused(Refusal),
}

/// Why a system does not take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Of a closed list: `credentials` (it does not know us), `permission` (we may not), `settings` (what we were told is
    /// incomplete), `job` (it has no such job, or nobody said which), `invalid` (a value it does not take), `duplicate` (it has
    /// the person and takes no second), `gone`, `unclear` (an answer that makes no sense).
    pub reason: &'static str,
    /// What the far side said, in its words, with the field; shown to members and callers of the organization, never logged.
    pub said: String,
    /// The field it does not take, in its own words.
    pub field: Option<String>,
    /// What it has of ours all the same; to be kept as after a delivery.
    pub remote: Vec<Remote>,
    /// Whether the last exchange is taken back before it is tried again: it was the refusal. All others stay, and whoever
    /// replays a dead letter goes on from them.
    pub forget: bool,
}

impl Refusal {
    /// Without a field.
    pub fn new(reason: &'static str, said: impl Into<String>) -> Refusal {
        Refusal {
            reason,
            said: said.into(),
            field: None,
            remote: Vec::new(),
            forget: false,
        }
    }

    /// For this field.
    pub fn at(self, field: impl Into<String>) -> Refusal {
        Refusal {
            field: Some(field.into()),
            ..self
        }
    }
}

/// What one of our things is called there.
#[derive(Debug, Clone, PartialEq)]
pub struct Remote {
    /// What.
    pub thing: Thing,
    /// Our outside name.
    pub uid: String,
    /// Theirs.
    pub id: String,
    /// When they made it, RFC 3339, where they say so.
    pub created_at: Option<String>,
    /// Their record of it as they answered, where they did.
    pub data: Option<Value>,
}

/// A request to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Which step of the flow it is; exchanges are found again by it. Static words and uids: `look up`, `create`,
    /// `file <uid>`.
    pub name: String,
    /// Its method.
    pub method: Method,
    /// The whole address, made of settings and ids, everything percent-encoded.
    pub url: String,
    /// Besides Host, Content-Length, User-Agent, and Content-Type where [`Body`] says it.
    pub headers: Vec<Header>,
    /// What is sent.
    pub body: Body,
    /// Whether sending it twice makes two things there. Such a request is never repeated before a look-up unless its answer
    /// said that nothing was done.
    pub makes: bool,
}

impl Request {
    /// A look-up.
    pub fn get(name: impl Into<String>, url: impl Into<String>) -> Request {
        Request::new(name, Method::Get, url, false)
    }

    /// A POST that makes something.
    pub fn post(name: impl Into<String>, url: impl Into<String>) -> Request {
        Request::new(name, Method::Post, url, true)
    }

    /// A PUT: twice is as once.
    pub fn put(name: impl Into<String>, url: impl Into<String>) -> Request {
        Request::new(name, Method::Put, url, false)
    }

    /// A PATCH that replaces: twice is as once.
    pub fn patch(name: impl Into<String>, url: impl Into<String>) -> Request {
        Request::new(name, Method::Patch, url, false)
    }

    fn new(name: impl Into<String>, method: Method, url: impl Into<String>, makes: bool) -> Self {
        Request {
            name: name.into(),
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Body::Empty,
            makes,
        }
    }

    /// With this header.
    pub fn header(mut self, header: Header) -> Request {
        self.headers.push(header);
        self
    }

    /// With this plain header.
    pub fn plain(self, name: &'static str, value: impl Into<String>) -> Request {
        self.header(Header::Plain(name, value.into()))
    }

    /// With these credentials, never kept or shown.
    pub fn secret(self, name: &'static str, value: impl Into<String>) -> Request {
        self.header(Header::Secret(name, value.into()))
    }

    /// With the ticket as bearer.
    pub fn bearer(self) -> Request {
        self.header(Header::Ticket("Authorization", "Bearer "))
    }

    /// With this body.
    pub fn body(mut self, body: Body) -> Request {
        self.body = body;
        self
    }

    /// With this JSON.
    pub fn json(self, value: Value) -> Request {
        self.body(Body::Json(value))
    }

    /// Though it is a POST, twice is as once: it only looks, or replaces.
    pub fn harmless(mut self) -> Request {
        self.makes = false;
        self
    }
}

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// Anything.
    Plain(&'static str, String),
    /// Credentials: sent, never kept or shown.
    Secret(&'static str, String),
    /// Made of the [`Ticket`]: this name, and this before the token (`"Bearer "`).
    Ticket(&'static str, &'static str),
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON with `Content-Type: application/json`. A string that [`Body::base64_of`] made stands for a file's bytes.
    Json(Value),
    /// The same with this media type.
    JsonAs(&'static str, Value),
    /// `application/x-www-form-urlencoded`, in this order.
    Form(Vec<(String, String)>),
    /// The same, of which the second is a secret and never kept.
    SecretForm(Vec<(String, String)>),
    /// `multipart/form-data`, in this order.
    Multipart(Vec<Part>),
}

const MARK: &str = "\u{1}file:";

impl Body {
    /// Stands in a JSON body for the base64 of a file's bytes, by our outside name of it.
    pub fn base64_of(uid: &str) -> Value {
        Value::String(format!("{MARK}{uid}"))
    }

    /// The file whose bytes a string stands for.
    pub fn file_in(text: &str) -> Option<&str> {
        text.strip_prefix(MARK)
    }
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Name and text.
    Text(String, String),
    /// A file's bytes under this field.
    File {
        /// The field.
        field: String,
        /// Our outside name of the file.
        uid: String,
        /// As the far side shall call it.
        name: String,
        /// Its media type.
        media_type: String,
    },
}

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// [`Request::name`].
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// When that was, µs since 1970 UTC.
    pub at: i64,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An answer came, whole.
    Answered(Answer),
    /// It went out, at least in part, and no whole answer came: the far side may have done it.
    Unanswered,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As text; what is no UTF-8 is replaced. At most 1 MiB.
    pub body: String,
}

impl Answer {
    /// Whether the status says that it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON, null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// An access token.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The token.
    pub token: String,
    /// For how long it is good; `None`: not said.
    pub lives: Option<Duration>,
}

/// Tokens are shown nowhere.
impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a token, good for {:?}", self.lives)
    }
}
