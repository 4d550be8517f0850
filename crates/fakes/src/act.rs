//! What happens around each request: it is noted, perhaps struck by a fault, counted, carried out, perhaps struck after.

use std::io;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use crate::Failure;
use crate::faults::Fault;
use crate::house::House;
use crate::inspect;
use crate::line::Line;
use crate::rate::Standing;

/// Bodies up to this are taken.
pub(crate) const BODY: usize = 64 << 20;
/// Answers up to this are given.
const ANSWER: usize = 64 << 20;
/// How long a request that is never answered is held. Whoever waits longer has no time-out.
const NEVER: Duration = Duration::from_secs(3600);
/// Drops of an answer that comes in drops.
const DROPS: usize = 10;
/// Bytes before a cut must have left before the connection ends.
const LEFT: Duration = Duration::from_millis(30);

/// The vendor's addresses with everything around them, and the neutral ones beside.
pub(crate) fn router(house: House) -> Router {
    let vendors = house.fake().routes();
    let vendors = vendors
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(house.clone(), around));
    Router::new()
        .nest("/_fake", inspect::routes())
        .merge(vendors)
        .with_state(house)
}

async fn nowhere() -> Response {
    (StatusCode::NOT_FOUND, "no such address at this fake").into_response()
}

async fn around(
    State(house): State<House>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route
        .map_or("(no such address)", MatchedPath::as_str)
        .to_owned();
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let tokens = house.fake().gives_tokens();
    let fault = house.faults().strike(&method, &path, tokens);
    let number = house.note(&method, &route, fault.map(Fault::word));
    let standing = house.counter().count(Instant::now());
    if !house.latency().is_zero() {
        tokio::time::sleep(house.latency()).await;
    }
    let response = match fault {
        Some(fault) if !fault.is_after() => before(&house, &line, fault, request, next).await,
        _ if standing.is_some_and(|s| s.refused) => refused(&house, standing),
        _ => next.run(request).await,
    };
    let response = tell(&house, standing, response);
    let response = match fault {
        Some(fault) if fault.is_after() => after(&house, &line, fault, response).await,
        _ => response,
    };
    // Whose connection is reset gets no answer, whatever is written here.
    if !matches!(fault, Some(Fault::Reset | Fault::ResetAfter)) {
        house.answered(number, response.status().as_u16());
    }
    response
}

fn refused(house: &House, standing: Option<Standing>) -> Response {
    let seconds = standing.map_or(1, |s| s.seconds());
    house.fake().fails(Failure::TooMany(seconds))
}

/// Says how the account stands, unless the answer does already.
fn tell(house: &House, standing: Option<Standing>, mut response: Response) -> Response {
    for (name, value) in standing
        .iter()
        .flat_map(|standing| house.fake().rate_headers(standing))
    {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().entry(name).or_insert(value);
        }
    }
    response
}

async fn before(
    house: &House,
    line: &Line,
    fault: Fault,
    request: Request,
    next: Next,
) -> Response {
    let fake = house.fake();
    if fault == Fault::Expired && fake.gives_tokens() {
        house.books().tickets.clear();
        return next.run(request).await;
    }
    // An orderly refusal is given to whoever has sent everything; a connection that ends early would hide it.
    let _ = to_bytes(request.into_body(), BODY).await;
    match fault {
        Fault::TooMany => fake.fails(Failure::TooMany(house.faults().retry_after())),
        Fault::Broken => fake.fails(Failure::Internal),
        Fault::Away => fake.fails(Failure::Unavailable),
        Fault::TimeoutBefore => never().await,
        Fault::Reset => {
            line.reset();
            StatusCode::NO_CONTENT.into_response()
        }
        _ => fake.fails(Failure::Unknown),
    }
}

async fn after(house: &House, line: &Line, fault: Fault, response: Response) -> Response {
    match fault {
        Fault::BrokenAfter => house.fake().fails(Failure::Internal),
        Fault::AwayAfter => house.fake().fails(Failure::Unavailable),
        Fault::Timeout => never().await,
        Fault::ResetAfter => {
            line.reset();
            response
        }
        Fault::Malformed => malformed(response),
        Fault::Drip => {
            let each = house.faults().drip() / DROPS as u32;
            pieces(response, |body| drops(body, each)).await
        }
        Fault::Cut => {
            if response.body().size_hint().exact() == Some(0) {
                line.reset();
            }
            pieces(response, half).await
        }
        _ => response,
    }
}

async fn never() -> Response {
    tokio::time::sleep(NEVER).await;
    StatusCode::GATEWAY_TIMEOUT.into_response()
}

/// What a proxy in between might have put there.
fn malformed(response: Response) -> Response {
    let status = response.status();
    let body = "<html><head><title>Please wait</title></head><body>{\"data\": [</body>";
    (status, [(CONTENT_TYPE, "text/html")], body).into_response()
}

type Drop = Result<(Bytes, Duration), io::Error>;

/// The same answer in pieces, each after its pause; the length stays that of the whole.
async fn pieces(response: Response, cut: impl FnOnce(Bytes) -> Vec<Drop>) -> Response {
    let (mut head, body) = response.into_parts();
    let whole = to_bytes(body, ANSWER).await.unwrap_or_default();
    head.headers.insert(CONTENT_LENGTH, whole.len().into());
    let drops = stream::unfold(cut(whole).into_iter(), |mut left| async {
        let drop = match left.next()? {
            Ok((bytes, pause)) => {
                tokio::time::sleep(pause).await;
                Ok(bytes)
            }
            Err(error) => {
                tokio::time::sleep(LEFT).await;
                Err(error)
            }
        };
        Some((drop, left))
    });
    Response::from_parts(head, Body::from_stream(drops))
}

fn drops(body: Bytes, each: Duration) -> Vec<Drop> {
    let size = body.len().div_ceil(DROPS).max(1);
    let all = (0..body.len()).step_by(size);
    all.map(|at| Ok((body.slice(at..body.len().min(at + size)), each)))
        .collect()
}

fn half(body: Bytes) -> Vec<Drop> {
    let half = body.slice(..body.len() / 2);
    let broken = io::Error::from(io::ErrorKind::ConnectionReset);
    vec![Ok((half, Duration::ZERO)), Err(broken)]
}
