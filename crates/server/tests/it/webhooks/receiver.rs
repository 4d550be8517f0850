//! Somebody who is told of events: a small HTTP server that keeps what comes and answers as it was told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hiring::subscription::secret::hmac;
use serde_json::Value;

use crate::binary::PATIENCE;

/// A call that came.
#[derive(Debug, Clone)]
pub struct Came {
    pub method: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What it was answered.
    pub status: u16,
}

impl Came {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// How many of its `v1` signatures are this secret's. Counted by hand, from the specification.
    pub fn signed_by(&self, secret: &str) -> usize {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret"));
        let head = format!("{}.{}.", self.id(), self.header("webhook-timestamp"));
        let signed = [head.as_bytes(), &self.body].concat();
        let own = format!(
            "v1,{}",
            STANDARD.encode(hmac(&key.expect("base64"), &signed))
        );
        let all = self.header("webhook-signature").split(' ');
        all.filter(|one| *one == own).count()
    }
}

type Answer = dyn Fn(usize, &Came) -> (u16, String) + Send + Sync;

/// The server; it ends with its test.
pub struct Receiver {
    pub port: u16,
    /// Nobody else's: whoever calls a server of another test that ended, whose port this one has got, is not heard.
    path: String,
    came: Arc<Mutex<Vec<Came>>>,
    is_down: Arc<AtomicBool>,
}

impl Receiver {
    /// Answers the n-th call (from 0) with a status and more headers (`name: value\r\n`…).
    pub fn answering(
        answer: impl Fn(usize, &Came) -> (u16, String) + Send + Sync + 'static,
    ) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let receiver = Receiver {
            port,
            path: format!("/hooks/{}", hiring::id::new_uid()),
            came: Arc::default(),
            is_down: Arc::default(),
        };
        let (came, is_down) = (receiver.came.clone(), receiver.is_down.clone());
        let answer: Arc<Answer> = Arc::new(answer);
        let path = receiver.path.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_down.load(Ordering::SeqCst) {
                    drop(stream);
                    continue;
                }
                let (came, answer, path) = (came.clone(), answer.clone(), path.clone());
                std::thread::spawn(move || take(stream, &path, &came, &*answer));
            }
        });
        receiver
    }

    /// Takes everything.
    pub fn taking() -> Receiver {
        Receiver::answering(|_, _| (204, String::new()))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.path)
    }

    /// From now on connections end before anything is said; or not any more.
    pub fn set_down(&self, down: bool) {
        self.is_down.store(down, Ordering::SeqCst);
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// Those that were answered with 2xx.
    pub fn took(&self) -> Vec<Came> {
        let all = self.came().into_iter();
        all.filter(|one| (200..300).contains(&one.status)).collect()
    }

    /// Waits until so many calls came.
    pub fn wait_for(&self, n: usize) -> Vec<Came> {
        let began = Instant::now();
        loop {
            let came = self.came();
            if came.len() >= n {
                return came;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{} of {n} calls came",
                came.len()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn take(stream: TcpStream, path: &str, came: &Mutex<Vec<Came>>, answer: &Answer) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let (method, rest) = line.split_once(' ')?;
    if !rest.starts_with(path) {
        return stream
            .get_mut()
            .write_all(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .ok();
    }
    let method = method.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut one = Came {
        method,
        headers,
        body: Vec::new(),
        status: 0,
    };
    one.body = vec![0; one.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut one.body).ok()?;
    let mut all = came.lock().unwrap();
    let (status, more) = answer(all.len(), &one);
    one.status = status;
    all.push(one);
    drop(all);
    let text = "heard you";
    let head = format!(
        "HTTP/1.1 {status} X\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        if status == 204 { 0 } else { text.len() },
        if status == 204 { "" } else { text },
    );
    stream.get_mut().write_all(head.as_bytes()).ok()
}
