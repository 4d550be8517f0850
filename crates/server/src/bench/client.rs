//! The generator: N connections, each sends its next call when the last is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dialects::ExampleCall;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use indicatif::ProgressBar;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::{Position, Url};

/// What a run came to.
pub(super) struct Outcome {
    latencies: Vec<Duration>,
    took: Duration,
    bytes: usize,
    /// Answers that were not 2xx.
    pub errors: usize,
    /// Status and body of the first of them.
    pub first_error: Option<String>,
}

impl Outcome {
    /// Awaits the connections, which began at `started`, and adds up what they saw.
    pub(super) async fn gather(
        mut connections: JoinSet<Result<Seen, String>>,
        started: Instant,
    ) -> Result<Outcome, String> {
        let mut all = Seen::default();
        while let Some(done) = connections.join_next().await {
            let seen = done.map_err(|e| e.to_string())??;
            all.latencies.extend(seen.latencies);
            all.bytes += seen.bytes;
            all.errors += seen.errors;
            all.first_error = all.first_error.or(seen.first_error);
        }
        all.latencies.sort_unstable();
        Ok(Outcome {
            latencies: all.latencies,
            took: started.elapsed(),
            bytes: all.bytes,
            errors: all.errors,
            first_error: all.first_error,
        })
    }

    /// Bytes of an answer's body, on average.
    pub(super) fn size(&self) -> usize {
        self.bytes / self.latencies.len().max(1)
    }

    /// Successful calls a second.
    pub(super) fn rate(&self) -> f64 {
        (self.latencies.len() - self.errors) as f64 / self.took.as_secs_f64()
    }

    /// The latency that `share` of the calls stayed within.
    pub(super) fn percentile(&self, share: f64) -> Duration {
        let at = ((self.latencies.len() as f64 * share) as usize)
            .min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

/// What one connection saw.
#[derive(Default)]
pub(super) struct Seen {
    latencies: Vec<Duration>,
    bytes: usize,
    errors: usize,
    first_error: Option<String>,
}

impl Seen {
    pub(super) fn note(&mut self, answer: &Answer) {
        self.latencies.push(answer.took);
        self.bytes += answer.body.len();
        if !answer.status.is_success() {
            self.errors += 1;
            self.first_error.get_or_insert_with(|| answer.to_string());
        }
    }
}

/// Numbers of new people, unique in this process and unlikely to have been used by an earlier one.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A number of ten digits that no other call of this process gets.
pub(super) fn next_number() -> u64 {
    1_000_000_000
        + (u64::from(std::process::id()) % 8_000) * 1_000_000
        + NEXT.fetch_add(1, Ordering::Relaxed) as u64
}

/// Takes one of those that are `left`.
pub(super) fn take(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
        .is_ok()
}

/// Sends `count` calls over `connections` connections.
pub(super) async fn run(
    call: &ExampleCall,
    connections: usize,
    count: usize,
    bar: &ProgressBar,
) -> Result<Outcome, String> {
    let left = Arc::new(AtomicUsize::new(count));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections.max(1) {
        tasks.spawn(drive(call.clone(), left.clone(), bar.clone()));
    }
    let outcome = Outcome::gather(tasks, started).await?;
    bar.finish_and_clear();
    Ok(outcome)
}

async fn drive(
    call: ExampleCall,
    left: Arc<AtomicUsize>,
    bar: ProgressBar,
) -> Result<Seen, String> {
    let url = Url::parse(&call.url).map_err(|e| e.to_string())?;
    let method = Method::from_bytes(call.method.as_bytes()).map_err(|e| e.to_string())?;
    let mut connection = Connection::open(&url).await?;
    let mut seen = Seen::default();
    while take(&left) {
        let body = call.body.replace("{n}", &next_number().to_string());
        let answer = connection.send(&method, &url, &call.headers, body).await?;
        seen.note(&answer);
        bar.inc(1);
    }
    Ok(seen)
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
    took: Duration,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// A connection that stays open from call to call.
pub(super) struct Connection {
    authority: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    pub(super) async fn open(url: &Url) -> Result<Connection, String> {
        let authority = format!(
            "{}:{}",
            url.host_str().unwrap_or(""),
            url.port_or_known_default().unwrap_or(80)
        );
        let stream = TcpStream::connect(&authority)
            .await
            .map_err(|e| format!("{authority}: {e}"))?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|e| e.to_string())?;
        tokio::spawn(connection);
        Ok(Connection { authority, sender })
    }

    /// Sends one request to the path of `url` and reads the whole answer.
    pub(super) async fn send(
        &mut self,
        method: &Method,
        url: &Url,
        headers: &[(String, String)],
        body: String,
    ) -> Result<Answer, String> {
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header("host", &self.authority);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| e.to_string())?;
        // The answer's last byte is read a moment before its connection takes the next request.
        self.sender.ready().await.map_err(|e| e.to_string())?;
        let sent = Instant::now();
        let answer = self
            .sender
            .send_request(request)
            .await
            .map_err(|e| e.to_string())?;
        let status = answer.status();
        let body = answer
            .into_body()
            .collect()
            .await
            .map_err(|e| e.to_string())?
            .to_bytes();
        Ok(Answer {
            status,
            body,
            took: sent.elapsed(),
        })
    }
}
