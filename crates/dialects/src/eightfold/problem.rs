//! `{"message": "...", "errors": [{"message": "..."}]}`: `errors` is the v2 framework's shape, and clients take a
//! top-level `message` for a failure (the dialect's page, §5).

use axum::response::Response;
use hiring::problem::{Act, Clash, Flaw, Noun, Problem};
use serde_json::json;

use crate::reply;

pub(super) fn render(problem: &Problem) -> Response {
    let (status, messages) = match problem {
        Problem::Invalid(flaws) => (400, flaws.iter().map(sentence).collect()),
        Problem::Unauthenticated(why) => (401, vec![(*why).to_owned()]),
        Problem::Forbidden(act) => (403, vec![forbidden(*act).to_owned()]),
        Problem::OutOfScope(scope) => (403, vec![format!("This key lacks the permission {scope}")]),
        Problem::NotFound(noun) => (404, vec![format!("{} not found", word(*noun))]),
        Problem::Gone(noun) => (404, vec![format!("{} is gone", word(*noun))]),
        Problem::MethodNotAllowed => (405, vec!["Method not allowed".into()]),
        Problem::UnsupportedMedia => (
            415,
            vec!["Send JSON with Content-Type: application/json".into()],
        ),
        Problem::Conflict(clash) => conflict(clash),
        Problem::Stale { .. } => (409, vec!["The record has changed since".into()]),
        Problem::TooLarge { limit } => (
            413,
            vec![format!("The request body is larger than {limit} bytes")],
        ),
        Problem::TooSlow => (408, vec!["The request body did not arrive in time".into()]),
        Problem::TooMany { .. } => (429, vec!["Too many requests".into()]),
        Problem::Overloaded { .. } => (503, vec!["The server is busy, please try again".into()]),
        Problem::Broken(ticket) => (500, vec![format!("Internal error, ticket {ticket}")]),
    };
    let errors: Vec<_> = messages.iter().map(|m| json!({"message": m})).collect();
    let first: Vec<_> = messages.iter().take(10).map(String::as_str).collect();
    let body = json!({"message": first.join("; "), "errors": errors});
    reply::failure(status, &body, problem)
}

fn conflict(clash: &Clash) -> (u16, Vec<String>) {
    let (status, text) = match clash {
        Clash::ApplicationOpen { .. } => (409, "An open application for this job exists"),
        Clash::NotAllowed(why) => (409, *why),
        Clash::KeyReused => (
            400,
            "The Idempotency-Key was used with another request body",
        ),
        Clash::KeyInFlight => (
            409,
            "A request with this Idempotency-Key is still being processed",
        ),
    };
    (status, vec![text.to_owned()])
}

fn forbidden(act: Act) -> &'static str {
    match act {
        Act::Read => "This key lacks the permission candidate:READ",
        Act::Write => "This key lacks the permission candidate:WRITE",
        Act::EeoRead => "This key may not read equal-opportunity answers",
    }
}

/// Our nouns in the vendor's words.
fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Candidate => "ATS candidate",
        Noun::Submission => "Transaction",
        Noun::Job => "ATS position",
        _ => "Resource",
    }
}

/// A fault with its place: `/emails: emails must be …`.
fn sentence(flaw: &Flaw) -> String {
    let place = flaw
        .pointer
        .strip_prefix("query:")
        .or_else(|| flaw.pointer.strip_prefix("path:"))
        .or_else(|| flaw.pointer.strip_prefix("header:"))
        .unwrap_or(&flaw.pointer);
    if place.is_empty() {
        flaw.detail.clone()
    } else {
        format!("{place}: {}", flaw.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::problem::FlawCode;

    #[test]
    fn a_fault_is_named_with_its_place() {
        let flaw = Flaw::new("/emails", FlawCode::Required, "emails is required");
        assert_eq!(sentence(&flaw), "/emails: emails is required");
        let whole = Flaw::new("", FlawCode::Malformed, "The body is empty.");
        assert_eq!(sentence(&whole), "The body is empty.");
    }

    #[test]
    fn statuses() {
        for (problem, status) in [
            (Problem::Invalid(Vec::new()), 400),
            (Problem::Unauthenticated("no"), 401),
            (Problem::Forbidden(Act::Write), 403),
            (Problem::OutOfScope("profile:WRITE"), 403),
            (Problem::NotFound(Noun::Candidate), 404),
            (Problem::MethodNotAllowed, 405),
            (Problem::TooSlow, 408),
            (Problem::Conflict(Clash::KeyReused), 400),
            (Problem::Conflict(Clash::KeyInFlight), 409),
            (Problem::TooLarge { limit: 1 }, 413),
            (Problem::UnsupportedMedia, 415),
        ] {
            assert_eq!(render(&problem).status(), status, "{problem:?}");
        }
    }
}
