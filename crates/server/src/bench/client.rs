//! The generator: N connections, each sends its next call when the last is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dialects::ExampleCall;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use indicatif::ProgressBar;
use tokio::net::TcpStream;

/// What a run came to.
pub(super) struct Outcome {
    latencies: Vec<Duration>,
    took: Duration,
    /// Answers that were not 2xx.
    pub errors: usize,
    /// Status and body of the first of them.
    pub first_error: Option<String>,
}

impl Outcome {
    /// Successful creates a second.
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

/// Numbers of new people, unique in this process and unlikely to have been used by an earlier one.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A number of ten digits that no other call of this process gets.
pub(super) fn next_number() -> u64 {
    1_000_000_000
        + (u64::from(std::process::id()) % 8_000) * 1_000_000
        + NEXT.fetch_add(1, Ordering::Relaxed) as u64
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
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections.max(1) {
        tasks.spawn(drive(call.clone(), left.clone(), bar.clone()));
    }
    let mut outcome = Outcome {
        latencies: Vec::with_capacity(count),
        took: Duration::ZERO,
        errors: 0,
        first_error: None,
    };
    while let Some(done) = tasks.join_next().await {
        let (latencies, errors, first) = done.map_err(|e| e.to_string())??;
        outcome.latencies.extend(latencies);
        outcome.errors += errors;
        outcome.first_error = outcome.first_error.or(first);
    }
    outcome.took = started.elapsed();
    outcome.latencies.sort_unstable();
    bar.finish_and_clear();
    Ok(outcome)
}

type Done = (Vec<Duration>, usize, Option<String>);

async fn drive(
    call: ExampleCall,
    left: Arc<AtomicUsize>,
    bar: ProgressBar,
) -> Result<Done, String> {
    let url = url::Url::parse(&call.url).map_err(|e| e.to_string())?;
    let authority = format!(
        "{}:{}",
        url.host_str().unwrap_or(""),
        url.port_or_known_default().unwrap_or(80)
    );
    let mut sender = connect(&authority).await?;
    let (mut latencies, mut errors, mut first) = (Vec::new(), 0, None);
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
        .is_ok()
    {
        let body = call.body.replace("{n}", &next_number().to_string());
        let mut request = hyper::Request::builder()
            .method(call.method)
            .uri(url.path())
            .header("host", &authority);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| e.to_string())?;
        let sent = Instant::now();
        let answer = sender
            .send_request(request)
            .await
            .map_err(|e| e.to_string())?;
        let status = answer.status();
        let text = answer
            .into_body()
            .collect()
            .await
            .map_err(|e| e.to_string())?
            .to_bytes();
        latencies.push(sent.elapsed());
        if !status.is_success() {
            errors += 1;
            first.get_or_insert_with(|| format!("{status} {}", String::from_utf8_lossy(&text)));
        }
        bar.inc(1);
    }
    Ok((latencies, errors, first))
}

async fn connect(authority: &str) -> Result<SendRequest<Full<Bytes>>, String> {
    let stream = TcpStream::connect(authority)
        .await
        .map_err(|e| format!("{authority}: {e}"))?;
    stream.set_nodelay(true).map_err(|e| e.to_string())?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|e| e.to_string())?;
    tokio::spawn(connection);
    Ok(sender)
}
