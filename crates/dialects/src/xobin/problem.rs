//! `{"error": "string"}` with 400, 401, 404, 409 (add-applicant page, "Error Responses"); of the oldest generation
//! `{"success": false, "error": "string"}`.

use axum::response::Response;
use hiring::problem::{Act, Clash, Flaw, Noun, Problem};
use serde_json::json;

use crate::reply;

pub(super) fn render(problem: &Problem) -> Response {
    let (status, text) = words(problem);
    reply::failure(status, &json!({"error": text}), problem)
}

/// As the oldest generation phrases it.
pub(super) fn render_oldest(problem: &Problem) -> Response {
    let (status, text) = words(problem);
    reply::failure(status, &json!({"success": false, "error": text}), problem)
}

fn words(problem: &Problem) -> (u16, String) {
    match problem {
        Problem::Invalid(flaws) => (400, format!("{}: {}", part(flaws), sentence(flaws))),
        Problem::Unauthenticated(_) => (401, "Missing or invalid API key".into()),
        Problem::Forbidden(act) => (403, forbidden(*act).into()),
        Problem::OutOfScope(scope) => (403, format!("This API key lacks the scope {scope}")),
        Problem::NotFound(noun) => (404, format!("{} not found", word(*noun))),
        Problem::Gone(noun) => (404, format!("{} is gone", word(*noun))),
        Problem::MethodNotAllowed => (405, "Method not allowed".into()),
        // The page knows no 415: a body that is not JSON is an invalid body.
        Problem::UnsupportedMedia => (
            400,
            "Invalid request body: send JSON with Content-Type: application/json".into(),
        ),
        Problem::Conflict(clash) => conflict(clash),
        Problem::Stale { .. } => (
            409,
            "State conflict: the applicant is not in source_stage_id".into(),
        ),
        Problem::TooLarge { limit } => (
            413,
            format!("The request body is larger than {limit} bytes"),
        ),
        Problem::TooSlow => (408, "The request body did not arrive in time".into()),
        Problem::TooMany { .. } => (429, "Too many requests".into()),
        Problem::Overloaded { .. } => (503, "The server is busy, please try again".into()),
        Problem::Broken(ticket) => (500, format!("Internal error, ticket {ticket}")),
    }
}

/// Which part of the request is at fault.
fn part(flaws: &[Flaw]) -> &'static str {
    let all = |prefix: &str| flaws.iter().all(|f| f.pointer.starts_with(prefix));
    if all("query:") {
        "Invalid query parameters"
    } else if all("header:") {
        "Invalid request headers"
    } else {
        "Invalid request body"
    }
}

fn conflict(clash: &Clash) -> (u16, String) {
    match clash {
        Clash::ApplicationOpen { .. } => (
            409,
            "State conflict: an applicant with this email already exists in the track".into(),
        ),
        Clash::NotAllowed(why) => (
            409,
            format!("State conflict: operation is not allowed, {why}"),
        ),
        Clash::KeyReused => (
            400,
            "The Idempotency-Key was used with another request body".into(),
        ),
        Clash::KeyInFlight => (
            409,
            "A request with this Idempotency-Key is still being processed".into(),
        ),
    }
}

fn forbidden(act: Act) -> &'static str {
    match act {
        Act::Read => "This API key may not read",
        Act::Write => "This API key may not write",
        Act::EeoRead => "This API key may not read equal-opportunity answers",
    }
}

/// Our nouns in the vendor's words.
fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Job => "Track",
        Noun::Application | Noun::Candidate => "Applicant",
        Noun::Stage => "Stage",
        _ => "Resource",
    }
}

fn sentence(flaws: &[Flaw]) -> String {
    let one = |f: &Flaw| {
        let prefixes = ["query:", "header:"].into_iter();
        let named = prefixes.filter_map(|p| f.pointer.strip_prefix(p)).next();
        let place = named.unwrap_or(&f.pointer);
        let place = place.trim_start_matches('/').replace('/', ".");
        if place.is_empty() || f.detail.contains(&place) {
            f.detail.clone()
        } else {
            format!("{place}: {}", f.detail)
        }
    };
    flaws
        .iter()
        .take(10)
        .map(one)
        .collect::<Vec<_>>()
        .join("; ")
}
