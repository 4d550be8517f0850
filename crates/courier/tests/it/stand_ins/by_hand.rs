//! Whoever carries, by hand: performs the steps over the loopback, keeps the exchanges, moves the clock.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connectors::{
    Answer, Body, Connector, Exchange, Header, Method, Outcome, Parcel, Part, Request, Step,
};
use courier::call::{self, Call, Client, Limits, Missed};
use courier::guard::{Guard, network};
use fakes::Running;
use serde_json::Value;
use testing::PATIENCE;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The bytes of the file of this name.
pub fn content(uid: &str) -> Vec<u8> {
    format!("%PDF-1.7 {uid}").into_bytes()
}

/// Faults that leave one waiting.
const SILENT: [&str; 3] = ["timeout", "timeout-before", "drip"];
/// How long one waits then. Without such a fault one waits as long as it takes: whoever gives up too early and looks whether
/// it was done is told that it was not, and then it is done.
const SILENCE: Duration = Duration::from_millis(300);

/// Carries.
pub struct Hand<'r> {
    runtime: &'r Runtime,
    running: &'r Running,
    files: SocketAddr,
    client: Client,
    ticket: RefCell<Option<String>>,
}

impl<'r> Hand<'r> {
    pub fn new(runtime: &'r Runtime, running: &'r Running) -> Hand<'r> {
        let limits = Limits {
            connect: PATIENCE,
            whole: PATIENCE,
            ..Limits::default()
        };
        let guard = Guard::allowing(vec![network("127.0.0.0/8").expect("a network")]);
        Hand {
            files: runtime.block_on(serve_files()),
            runtime,
            running,
            client: Client::new(guard, limits),
            ticket: RefCell::new(None),
        }
    }

    /// Where the file's content is for systems that fetch it.
    pub fn url(&self, uid: &str) -> String {
        format!("http://{}/{uid}", self.files)
    }

    /// Until it is delivered or refused.
    pub fn carry(&self, connector: &dyn Connector, mut parcel: Parcel) -> Step {
        let mut so_far: Vec<Exchange> = Vec::new();
        let mut ahead = Duration::ZERO;
        for _ in 0..500 {
            parcel.now = now(ahead);
            match connector.step(&parcel, &so_far) {
                Step::Send(request) => {
                    // What was not sent is nobody's exchange.
                    if let Some(outcome) = self.perform(connector, &parcel, &request) {
                        so_far.push(Exchange {
                            name: request.name,
                            outcome,
                            at: now(ahead),
                        });
                    }
                }
                Step::Retry { after, forget, .. } => {
                    if forget {
                        so_far.pop();
                    }
                    ahead += after.unwrap_or(Duration::from_millis(100));
                }
                end => return end,
            }
        }
        panic!("{} goes on for ever", connector.name());
    }

    fn perform(
        &self,
        connector: &dyn Connector,
        parcel: &Parcel,
        request: &Request,
    ) -> Option<Outcome> {
        let wants = request
            .headers
            .iter()
            .any(|h| matches!(h, Header::Ticket(..)));
        for fresh in [false, true] {
            if wants && (fresh || self.ticket.borrow().is_none()) {
                self.take_ticket(connector, parcel)?;
            }
            match self.send(request)? {
                Outcome::Answered(answer) if answer.status == 401 && wants && !fresh => {}
                outcome => return Some(outcome),
            }
        }
        None
    }

    fn take_ticket(&self, connector: &dyn Connector, parcel: &Parcel) -> Option<()> {
        let request = connector.ask_for_ticket(parcel).expect("it gives tokens");
        for _ in 0..50 {
            let Some(Outcome::Answered(answer)) = self.send(&request) else {
                continue;
            };
            // Spoilt answers are asked for anew, as a courier's schedule would in the end.
            if let Ok(ticket) = connector.read_ticket(&answer) {
                *self.ticket.borrow_mut() = Some(ticket.token);
                return Some(());
            }
        }
        panic!("no ticket")
    }

    fn send(&self, request: &Request) -> Option<Outcome> {
        let ticket = self.ticket.borrow().clone().unwrap_or_default();
        let call = packed(request, &ticket);
        let answered = self.runtime.block_on(async {
            let given_up = self.is_silenced(self.silences());
            tokio::select! {
                answered = self.client.call(call) => Some(answered),
                () = given_up => None,
            }
        });
        let Some(answered) = answered else {
            return Some(Outcome::Unanswered);
        };
        match answered {
            Ok(answer) => Some(Outcome::Answered(Answer {
                status: answer.status,
                headers: answer.headers,
                body: String::from_utf8_lossy(&answer.body).into_owned(),
            })),
            Err(Missed::NotSent(trouble)) => {
                assert!(trouble.may_pass(), "{}: {trouble}", request.name);
                None
            }
            Err(Missed::Unanswered(_)) => Some(Outcome::Unanswered),
        }
    }

    /// How often a fault struck that leaves one waiting.
    fn silences(&self) -> u64 {
        SILENT.iter().map(|f| self.running.struck(f)).sum()
    }

    /// Waits until one more has struck than `before`, and then some more.
    async fn is_silenced(&self, before: u64) {
        while self.silences() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(SILENCE).await;
    }
}

/// Answers each file's address with its content, as long as the runtime lives.
async fn serve_files() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 4096];
                let read = stream.read(&mut asked).await.unwrap_or(0);
                let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
                let uid = asked
                    .split(' ')
                    .nth(1)
                    .unwrap_or("/")
                    .trim_start_matches('/');
                let body = content(uid);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.into_bytes(), body].concat()).await;
            });
        }
    });
    address
}

fn now(ahead: Duration) -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        + ahead;
    i64::try_from(now.as_micros()).expect("before the end")
}

fn packed(request: &Request, ticket: &str) -> Call {
    let mut headers: Vec<(String, String)> = Vec::new();
    for header in &request.headers {
        headers.push(match header {
            Header::Plain(name, value) | Header::Secret(name, value) => {
                ((*name).to_owned(), value.clone())
            }
            Header::Ticket(name, before) => ((*name).to_owned(), format!("{before}{ticket}")),
        });
    }
    let (kind, body) = encoded(&request.body);
    headers.extend(kind.map(|kind| ("Content-Type".to_owned(), kind)));
    let method = match request.method {
        Method::Get => call::Method::GET,
        Method::Post => call::Method::POST,
        Method::Put => call::Method::PUT,
        Method::Patch => call::Method::PATCH,
        Method::Delete => call::Method::DELETE,
    };
    Call {
        method,
        url: request.url.clone(),
        headers,
        body,
    }
}

fn encoded(body: &Body) -> (Option<String>, Vec<u8>) {
    match body {
        Body::Empty => (None, Vec::new()),
        Body::Json(value) => (
            Some("application/json".to_owned()),
            filled(value).to_string().into_bytes(),
        ),
        Body::JsonAs(kind, value) => (
            Some((*kind).to_owned()),
            filled(value).to_string().into_bytes(),
        ),
        Body::Form(fields) | Body::SecretForm(fields) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            (
                Some("application/x-www-form-urlencoded".to_owned()),
                form.finish().into_bytes(),
            )
        }
        Body::Multipart(parts) => multipart(parts),
    }
}

fn filled(value: &Value) -> Value {
    match value {
        Value::String(text) => match Body::file_in(text) {
            Some(uid) => STANDARD.encode(content(uid)).into(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(n, v)| (n.clone(), filled(v)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn multipart(parts: &[Part]) -> (Option<String>, Vec<u8>) {
    let mut out = Vec::new();
    for part in parts {
        out.extend(b"--BOUND\r\n");
        match part {
            Part::Text(name, text) => {
                out.extend(
                    format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}")
                        .into_bytes(),
                );
            }
            Part::File {
                field,
                uid,
                name,
                media_type,
            } => {
                let head = format!(
                    "Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
                );
                out.extend(head.into_bytes());
                out.extend(content(uid));
            }
        }
        out.extend(b"\r\n");
    }
    out.extend(b"--BOUND--\r\n");
    (Some("multipart/form-data; boundary=BOUND".to_owned()), out)
}
