//! `{"detail": "…"}`, as Django REST writes failures (dialect page, §6). A write's validation speaks in the write's own
//! envelope instead: `map/refusal.rs`.
//!
//! Never 409: Merge's Python SDK repeats a 409 by itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderValue, header};
use axum::response::Response;
use hiring::problem::{Act, Clash, Flaw, FlawCode, Problem};
use serde_json::json;

use crate::reply;

pub(super) fn render(problem: &Problem) -> Response {
    let (status, detail) = match problem {
        Problem::Invalid(flaws) => (400, sentence(flaws)),
        Problem::Unauthenticated(why) => (401, (*why).to_owned()),
        Problem::Forbidden(act) => (403, forbidden(*act).to_owned()),
        Problem::OutOfScope(scope) => (403, format!("This API key lacks the scope {scope}.")),
        Problem::NotFound(_) | Problem::Gone(_) => (404, "Not found.".to_owned()),
        Problem::MethodNotAllowed => (405, "Method not allowed.".to_owned()),
        Problem::UnsupportedMedia => (415, "Unsupported media type.".to_owned()),
        Problem::Conflict(Clash::KeyInFlight) => return in_flight(),
        Problem::Conflict(clash) => (400, conflict(clash).to_owned()),
        Problem::Stale { .. } => (400, "The record has changed since.".to_owned()),
        Problem::TooLarge { limit } => (
            413,
            format!("The request body is larger than {limit} bytes."),
        ),
        Problem::TooSlow => (408, "The request body did not arrive in time.".to_owned()),
        Problem::TooMany { retry, permitted } => return throttled(*retry, *permitted),
        Problem::Overloaded { .. } => (503, "The server is busy, please try again.".to_owned()),
        Problem::Broken(ticket) => (500, format!("Internal error, ticket {ticket}.")),
    };
    let mut response = reply::failure(status, &json!({"detail": detail}), problem);
    if status == 401 {
        let bearer = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

/// The status of [`render`]'s answer.
pub(super) fn status(problem: &Problem) -> u16 {
    render(problem).status().as_u16()
}

/// The SDKs understand both headers: seconds to wait, and the unix second at which to come again.
fn throttled(retry: Duration, permitted: Option<(u32, u32)>) -> Response {
    let wait = retry.as_secs().max(1);
    let detail = format!("Request was throttled. Expected available in {wait} seconds.");
    let problem = Problem::TooMany { retry, permitted };
    let mut response = reply::failure(429, &json!({"detail": detail}), &problem);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-reset", HeaderValue::from(now + wait));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(0));
    if let Some((count, _)) = permitted {
        headers.insert("x-ratelimit-limit", HeaderValue::from(count));
    }
    response
}

/// The twin with the same Idempotency-Key is still at work: come again soon, then its answer is there.
fn in_flight() -> Response {
    let retry = Duration::from_secs(1);
    let detail = "A request with this Idempotency-Key is still being processed.";
    let problem = Problem::TooMany {
        retry,
        permitted: None,
    };
    reply::failure(429, &json!({"detail": detail}), &problem)
}

fn conflict(clash: &Clash) -> &'static str {
    match clash {
        Clash::KeyReused => "The Idempotency-Key was used with another request.",
        Clash::ApplicationOpen { .. } => "An open application for this job exists.",
        Clash::NotAllowed(why) => why,
        Clash::KeyInFlight => "A request with this Idempotency-Key is still being processed.",
    }
}

fn forbidden(act: Act) -> &'static str {
    match act {
        Act::Read => "This API key may not read.",
        Act::Write => "This API key may not write.",
        Act::EeoRead => "This API key may not read equal-opportunity answers.",
    }
}

/// What is wrong with a header or query parameter, or else with the body: why it could not be read, or, of calls that
/// write no model, what is wrong in it. (Of those that do, the write's envelope tells it.)
fn sentence(flaws: &[Flaw]) -> String {
    let elsewhere = |f: &&Flaw| f.pointer.starts_with("query:") || f.pointer.starts_with("header:");
    if let Some(flaw) = flaws.iter().find(elsewhere) {
        return flaw.detail.clone();
    }
    let Some(flaw) = flaws.first() else {
        return "Bad request.".to_owned();
    };
    let unreadable = matches!(
        flaw.code,
        FlawCode::Malformed | FlawCode::DuplicateKey | FlawCode::TooDeep | FlawCode::NulCharacter
    );
    let why = if unreadable {
        "JSON parse error - "
    } else {
        ""
    };
    let place = if flaw.pointer.is_empty() {
        String::new()
    } else {
        format!(" ({})", flaw.pointer)
    };
    format!("{why}{}{place}", flaw.detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::problem::Noun;

    #[test]
    fn nothing_is_ever_a_conflict() {
        let clashes = [
            Clash::KeyReused,
            Clash::KeyInFlight,
            Clash::NotAllowed("no"),
            Clash::ApplicationOpen {
                application: hiring::id::ApplicationId(1),
            },
        ];
        let statuses = clashes.map(|c| render(&Problem::Conflict(c)).status().as_u16());
        assert_eq!(statuses, [400, 429, 400, 400]);
        assert_eq!(render(&Problem::Stale { have: 1 }).status(), 400);
    }

    #[test]
    fn who_calls_too_often_is_told_when_to_come_again() {
        let retry = Duration::from_secs(7);
        let permitted = Some((100, 60));
        let response = render(&Problem::TooMany { retry, permitted });
        assert_eq!(response.headers()["x-ratelimit-limit"], "100");
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "7");
        let reset = response.headers()["x-ratelimit-reset"].to_str().unwrap();
        assert!(reset.parse::<u64>().unwrap() > 1_700_000_000);
    }

    #[test]
    fn the_places_of_faults_are_told_apart() {
        let flaw = |pointer: &str| [Flaw::new(pointer, FlawCode::Malformed, "It is bad.")];
        assert_eq!(sentence(&flaw("")), "JSON parse error - It is bad.");
        assert_eq!(sentence(&flaw("/a")), "JSON parse error - It is bad. (/a)");
        assert_eq!(sentence(&flaw("query:cursor")), "It is bad.");
        let missing = [Flaw::new("/name", FlawCode::Required, "name is required")];
        assert_eq!(sentence(&missing), "name is required (/name)");
        assert_eq!(render(&Problem::NotFound(Noun::Job)).status(), 404);
    }
}
