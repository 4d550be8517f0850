//! The other side of carrying: a system that keeps people, files and visits, and fails as it is told: before it has done
//! something, or after.

use std::collections::HashMap;
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It is done and answered.
    Usual,
    /// The same, once another one is at work too; after a minute even so.
    UsualBesideAnother,
    /// It is not done, and answered so, with these headers.
    Says(u16, Vec<&'static str>),
    /// It is done, and never answered.
    DoneAndSilent,
    /// It is done, and the connection is reset.
    DoneAndReset,
    /// It is done, and the answer is cut in the midst.
    DoneAndCut,
    /// It is done, and answered with this status.
    DoneAndSays(u16),
    /// It is done, and the answer drips, a byte a second.
    DoneAndDrips,
    /// It is not done, and the connection is reset.
    Reset,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub head: String,
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Held {
    people: Vec<Value>,
    /// Person → files, visits.
    files: HashMap<String, Vec<Value>>,
    visits: HashMap<String, Vec<Value>>,
    asked: Vec<Asked>,
    tokens: usize,
    now: usize,
    most: usize,
    /// How many requests each person has at work at once, at most.
    per_person: HashMap<String, (usize, usize)>,
}

/// A running system; it ends with its runtime.
#[derive(Clone)]
pub struct Far {
    pub port: u16,
    held: Arc<Mutex<Held>>,
}

pub type Plan = Arc<dyn Fn(&Asked, usize) -> Fate + Send + Sync>;

impl Far {
    /// One that is well.
    pub async fn well() -> Far {
        Far::start(|_, _| Fate::Usual).await
    }

    /// One that does with request number `n` (from 0) as `plan` says.
    pub async fn start(plan: impl Fn(&Asked, usize) -> Fate + Send + Sync + 'static) -> Far {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let held: Arc<Mutex<Held>> = Arc::default();
        let (plan, inner): (Plan, _) = (Arc::new(plan), held.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, plan.clone(), inner.clone()));
            }
        });
        Far { port, held }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everybody who is there.
    pub fn people(&self) -> Vec<Value> {
        self.held.lock().unwrap().people.clone()
    }

    /// Names and sizes of the files that are there, all together.
    pub fn files(&self) -> Vec<Value> {
        self.held
            .lock()
            .unwrap()
            .files
            .values()
            .flatten()
            .cloned()
            .collect()
    }

    pub fn visits(&self) -> Vec<Value> {
        self.held
            .lock()
            .unwrap()
            .visits
            .values()
            .flatten()
            .cloned()
            .collect()
    }

    /// `METHOD path` of every request so far.
    pub fn asked(&self) -> Vec<String> {
        let held = self.held.lock().unwrap();
        held.asked
            .iter()
            .map(|a| format!("{} {}", a.method, a.path))
            .collect()
    }

    pub fn requests(&self) -> Vec<Asked> {
        self.held.lock().unwrap().asked.clone()
    }

    /// How many requests were at work at once, at most.
    pub fn most(&self) -> usize {
        self.held.lock().unwrap().most
    }

    /// The same of one person, whoever it is.
    pub fn most_of_a_person(&self) -> usize {
        let held = self.held.lock().unwrap();
        held.per_person
            .values()
            .map(|(_, most)| *most)
            .max()
            .unwrap_or(0)
    }
}

async fn serve(mut stream: TcpStream, plan: Plan, held: Arc<Mutex<Held>>) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    let whose = whose(&asked);
    // What is to be done is done as it is noted: nobody sees the one without the other. Who has hung up meanwhile will look
    // whether it was done, and must not be told "no" before it is: nothing is done for them.
    let (fate, answer) = {
        let mut held = held.lock().unwrap();
        if is_gone(&stream) {
            return;
        }
        held.asked.push(asked.clone());
        held.now += 1;
        held.most = held.most.max(held.now);
        if let Some(whose) = &whose {
            let (now, most) = held.per_person.entry(whose.clone()).or_default();
            *now += 1;
            *most = (*most).max(*now);
        }
        let fate = plan(&asked, held.asked.len() - 1);
        let answer = match fate {
            Fate::Says(..) | Fate::Reset => (0, String::new()),
            _ => {
                let (status, body) = done(&asked, &mut held);
                (status, body.to_string())
            }
        };
        (fate, answer)
    };
    // Long enough for two to meet.
    tokio::time::sleep(Duration::from_millis(3)).await;
    if let Fate::UsualBesideAnother = fate {
        let began = Instant::now();
        while held.lock().unwrap().most < 2 && began.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    // Before the answer goes out: the next request may be here before we know that this answer was read.
    {
        let mut held = held.lock().unwrap();
        held.now -= 1;
        if let Some(whose) = &whose {
            held.per_person.entry(whose.clone()).or_default().0 -= 1;
        }
    }
    act(&mut stream, fate, answer).await;
}

/// Whether the other side has hung up. Asks the kernel: what the runtime knows may be older.
fn is_gone(stream: &TcpStream) -> bool {
    let same = stream.as_fd().try_clone_to_owned();
    let same = std::net::TcpStream::from(same.expect("a descriptor"));
    match same.peek(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

/// The address of the person that a request is about, where it says so.
fn whose(asked: &Asked) -> Option<String> {
    let body: Value = serde_json::from_slice(&asked.body).ok()?;
    body["email"].as_str().map(str::to_owned)
}

/// Answers as is fated; `answer` is what there is to say of what was done.
async fn act(stream: &mut TcpStream, fate: Fate, (status, body): (u16, String)) {
    let says = |status: u16, headers: &[&str], body: &str| {
        let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
        for header in headers {
            head.push_str(&format!("{header}\r\n"));
        }
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let bytes = match fate {
        Fate::Usual | Fate::UsualBesideAnother => says(
            status,
            &["X-RateLimit-Limit: 77", "X-Echo: request 1"],
            &body,
        ),
        Fate::Says(status, headers) => says(status, &headers, r#"{"message":"no"}"#),
        Fate::DoneAndSays(status) => says(status, &[], "{}"),
        Fate::DoneAndSilent => {
            let _ = stream.read(&mut [0]).await;
            return;
        }
        Fate::DoneAndReset | Fate::Reset => {
            let _ = stream.set_zero_linger();
            return;
        }
        Fate::DoneAndCut => {
            let whole = says(status, &[], &body);
            whole[..whole.len() - 3].to_vec()
        }
        Fate::DoneAndDrips => {
            for byte in says(status, &[], &body) {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            return;
        }
    };
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
    let _ = stream.read(&mut [0]).await;
}

/// Does what is asked.
fn done(asked: &Asked, held: &mut Held) -> (u16, Value) {
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let (path, query) = (asked.path.as_str(), query(&asked.head));
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["token"]) => {
            held.tokens += 1;
            (
                200,
                json!({"token": format!("token-number-{}", held.tokens)}),
            )
        }
        ("GET", ["people"]) => {
            let found: Vec<Value> = held
                .people
                .iter()
                .filter(|p| p["email"] == query.as_str())
                .cloned()
                .collect();
            (200, json!({"people": found}))
        }
        ("POST", ["people"]) => {
            let mut person = body;
            person["id"] = json!(held.people.len() + 1);
            held.people.push(person.clone());
            (201, person)
        }
        ("PUT", ["people", id]) => {
            let at = id.parse::<usize>().unwrap_or(0).wrapping_sub(1);
            match held.people.get_mut(at) {
                Some(person) => {
                    person["name"] = body["name"].clone();
                    (200, person.clone())
                }
                None => (404, json!({})),
            }
        }
        (method, ["people", id, what]) => {
            let Held { files, visits, .. } = held;
            let list = if *what == "files" { files } else { visits };
            let list = list.entry((*id).to_owned()).or_default();
            if method == "GET" {
                return (200, json!({*what: list}));
            }
            let mut made = if *what == "files" {
                file(&asked.body)
            } else {
                body
            };
            made["id"] = json!(format!("{id}-{}", list.len() + 1));
            list.push(made.clone());
            (201, made)
        }
        _ => (404, json!({})),
    }
}

fn file(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let name = text
        .split("filename=\"")
        .nth(1)
        .and_then(|t| t.split('"').next());
    let at = body
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .map_or(0, |at| at + 4);
    let end = body[at..]
        .windows(4)
        .rposition(|w| w == b"\r\n--")
        .unwrap_or(0);
    json!({"name": name, "size": end})
}

fn query(head: &str) -> String {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let query = target.split_once("email=").map_or("", |(_, q)| q);
    query.to_owned()
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let mut first = head.split(' ');
    let method = first.next()?.to_owned();
    let path = first.next()?.split('?').next()?.to_owned();
    Some(Asked {
        method,
        path,
        head,
        body,
    })
}
