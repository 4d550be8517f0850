//! The other side: a server on loopback that answers every request as it is told, well or badly. It writes the bytes of
//! its answers itself, since no HTTP library sends the bad ones.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::eventually;

/// What is answered.
#[derive(Clone)]
pub struct Answer {
    /// Head and body.
    pub bytes: Vec<u8>,
    /// What then becomes of the connection.
    pub end: End,
}

/// See [`Answer`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is closed.
    Close,
    /// It is reset.
    Reset,
    /// It stays open in silence.
    Hang,
    /// One more byte every so often, for ever.
    Drip(Duration),
}

impl Answer {
    /// This status and body, with its length.
    pub fn new(status: u16, body: &[u8]) -> Answer {
        let length = format!("Content-Length: {}", body.len());
        Answer::with(status, &[&length], body)
    }

    /// This status, these headers and this body.
    pub fn with(status: u16, headers: &[&str], body: &[u8]) -> Answer {
        let mut head = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        Answer {
            bytes: [head.as_bytes(), body].concat(),
            end: End::Close,
        }
    }

    /// The same with another end.
    pub fn then(mut self, end: End) -> Answer {
        self.end = end;
        self
    }
}

/// A running server; it ends with its runtime.
#[derive(Clone)]
pub struct Origin {
    port: u16,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    heads: Mutex<Vec<String>>,
    connections: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Origin {
    /// One that answers request number `n` (from 0) for `path` with `answer(path, n)`.
    pub async fn start(answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Seen::default());
        let (answer, inner) = (Arc::new(answer), seen.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                inner.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, answer.clone(), inner.clone()));
            }
        });
        Origin { port, seen }
    }

    /// One that answers always the same.
    pub async fn always(answer: Answer) -> Origin {
        Origin::start(move |_, _| answer.clone()).await
    }

    /// `http://127.0.0.1:PORT` and `path`.
    pub fn url(&self, path: &str) -> String {
        self.url_as("http://127.0.0.1", path)
    }

    /// The same with another spelling of what stands before the port.
    pub fn url_as(&self, before: &str, path: &str) -> String {
        format!("{before}:{}{path}", self.port)
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.seen.heads.lock().unwrap().clone()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many requests are at work.
    pub fn now(&self) -> usize {
        self.seen.now.load(Ordering::SeqCst)
    }

    /// How many requests were at work at once, at most.
    pub fn most(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }

    /// Waits until so many requests are at work.
    pub async fn is_at(&self, requests: usize) {
        eventually("so many requests are at work", async || {
            self.now() == requests
        })
        .await;
    }
}

async fn serve<A>(mut stream: TcpStream, answer: Arc<A>, seen: Arc<Seen>)
where
    A: Fn(&str, usize) -> Answer,
{
    let Some(head) = head(&mut stream).await else {
        return;
    };
    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(now, Ordering::SeqCst);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let n = {
        let mut heads = seen.heads.lock().unwrap();
        heads.push(head);
        heads.len() - 1
    };
    let answer = answer(&path, n);
    let _ = stream.write_all(&answer.bytes).await;
    end(stream, answer.end).await;
    seen.now.fetch_sub(1, Ordering::SeqCst);
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // What begins like TLS is no request.
        head.push(stream.read_u8().await.ok().filter(|b| *b != 0x16)?);
    }
    String::from_utf8(head).ok()
}

async fn end(mut stream: TcpStream, end: End) {
    match end {
        End::Close => {
            let _ = stream.shutdown().await;
            // So that the kernel does not reset what the other side has not read yet.
            let _ = stream.read(&mut [0]).await;
        }
        End::Reset => {
            // What was sent must have arrived: a reset overtakes it.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let _ = stream.set_zero_linger();
        }
        End::Hang => {
            let _ = stream.read(&mut [0]).await;
        }
        End::Drip(pause) => {
            while stream.write_all(b".").await.is_ok() {
                tokio::time::sleep(pause).await;
            }
        }
    }
}
