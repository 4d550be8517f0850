//! A request's body, read within limits of size, time and memory, and what names the request to its caller.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use hiring::idempotency::RequestKey;
use hiring::problem::{Flaw, FlawCode, Problem, Result};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

/// Bodies for dialects without files: 2 MiB.
pub const SMALL: u64 = 2 << 20;
/// Bodies for dialects with files inside: 32 MiB.
pub const LARGE: u64 = 32 << 20;

/// Bodies in memory together: 256 MiB, counted in KiB.
const BUDGET_KIB: usize = 256 << 10;
static BUDGET: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(BUDGET_KIB)));

/// Longest silence within a body.
const IDLE: Duration = Duration::from_secs(10);
/// Longest time for a whole body, and the rate beyond which a large one gets more.
const WHOLE: Duration = Duration::from_secs(30);
const BYTES_PER_SECOND: u64 = 256 << 10;

/// A request's head and its whole body. Holds its share of the memory budget until dropped.
pub struct Inbound {
    /// Headers.
    pub headers: HeaderMap,
    /// Query, as sent.
    pub query: String,
    /// The bytes.
    pub body: Bytes,
    /// The caller's Idempotency-Key with what it is compared by, if there is one.
    pub key: Option<RequestKey>,
    _share: Option<OwnedSemaphorePermit>,
}

/// Reads the body of `request`, at most `limit` bytes.
///
/// # Errors
/// [`Problem::TooLarge`] as soon as the declared or arrived length is over; [`Problem::TooSlow`];
/// [`Problem::Overloaded`] when too many bodies are in memory; [`Problem::Invalid`] for a bad Idempotency-Key.
pub async fn read(request: Request, limit: u64) -> Result<Inbound> {
    let (parts, body) = request.into_parts();
    let declared = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Problem::TooLarge { limit });
    }
    let (body, share) = collect(body, limit, declared.unwrap_or(0)).await?;
    let path = parts
        .extensions
        .get::<axum::extract::OriginalUri>()
        .map_or(parts.uri.path(), |uri| uri.path());
    let key = request_key(&parts.headers, parts.method.as_str(), path, &body)?;
    let query = parts.uri.query().unwrap_or("").to_owned();
    Ok(Inbound {
        headers: parts.headers,
        query,
        body,
        key,
        _share: share,
    })
}

async fn collect(
    mut body: axum::body::Body,
    limit: u64,
    declared: u64,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>)> {
    let deadline = Instant::now() + WHOLE + Duration::from_secs(declared / BYTES_PER_SECOND);
    let mut share = None;
    let mut all = BytesMut::with_capacity(declared.min(64 << 10) as usize);
    while let Some(frame) = next(&mut body, deadline).await? {
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if (all.len() + data.len()) as u64 > limit {
            return Err(Problem::TooLarge { limit });
        }
        take_share(&mut share, all.len() + data.len())?;
        all.extend_from_slice(&data);
    }
    Ok((all.freeze(), share))
}

async fn next(
    body: &mut axum::body::Body,
    deadline: Instant,
) -> Result<Option<http_body::Frame<Bytes>>> {
    let frame = timeout_at(deadline, timeout(IDLE, body.frame())).await;
    match frame {
        Err(_) | Ok(Err(_)) => Err(Problem::TooSlow),
        Ok(Ok(None)) => Ok(None),
        Ok(Ok(Some(Ok(frame)))) => Ok(Some(frame)),
        Ok(Ok(Some(Err(_)))) => Err(Problem::invalid(
            "",
            FlawCode::Malformed,
            "the body ended too early",
        )),
    }
}

/// Grows the request's share of the budget to `bytes`. Whoever finds none left is told to come again.
fn take_share(share: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<()> {
    let wanted = bytes.div_ceil(1024);
    let have = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
    if wanted <= have {
        return Ok(());
    }
    // Some at a time, so that a large body does not ask for each of its frames.
    let more = (wanted - have).clamp(64, BUDGET_KIB) as u32;
    let permit = BUDGET.clone().try_acquire_many_owned(more);
    let permit = permit.map_err(|_| Problem::Overloaded {
        retry: Duration::from_secs(2),
    })?;
    match share {
        Some(had) => had.merge(permit),
        None => *share = Some(permit),
    }
    Ok(())
}

/// The Idempotency-Key: a structured-field string in quotes, or bare; 1–255 visible characters.
fn request_key(
    headers: &HeaderMap,
    method: &str,
    path: &str,
    body: &[u8],
) -> Result<Option<RequestKey>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let bad = || {
        Flaw::new(
            "header:Idempotency-Key",
            FlawCode::OutOfRange,
            "Idempotency-Key must be 1 to 255 visible ASCII characters",
        )
    };
    let text = value.to_str().map_err(|_| bad())?.trim();
    let bare = text
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text);
    if bare.is_empty() || bare.len() > 255 {
        return Err(bad().into());
    }
    let fingerprint = Sha256::digest(body).into();
    Ok(Some(RequestKey {
        key: bare.to_owned(),
        method: method.to_owned(),
        path: short(path),
        fingerprint,
    }))
}

/// A path that fits into an index: a long one by its digest.
fn short(path: &str) -> String {
    if path.len() <= 500 {
        path.to_owned()
    } else {
        store::files::hex(&store::files::digest(path.as_bytes()))
    }
}

impl Inbound {
    /// Fails unless the body is declared JSON (`application/json`, `…+json`) or not declared at all.
    pub fn require_json(&self) -> Result<()> {
        let Some(declared) = self.headers.get(header::CONTENT_TYPE) else {
            return Ok(());
        };
        let media = declared
            .to_str()
            .unwrap_or("")
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase();
        let json = media == "application/json"
            || media == "text/json"
            || media.ends_with("+json")
            || media.is_empty();
        if json {
            Ok(())
        } else {
            Err(Problem::UnsupportedMedia)
        }
    }
}
