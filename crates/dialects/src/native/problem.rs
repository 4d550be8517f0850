//! Problem details (RFC 9457), `application/problem+json`: one match over [`Problem`].

use axum::http::{HeaderValue, header};
use axum::response::Response;
use hiring::idempotency::Answer;
use hiring::problem::{Act, Clash, Flaw, FlawCode, Problem};

use super::wire::answer::{Failure, Fault};
use crate::reply;

/// The media type of every failure.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

pub(super) fn render(problem: &Problem) -> Response {
    let failure = failure(problem);
    let body = serde_json::to_value(&failure).unwrap_or_default();
    let mut response = reply::failure(failure.status, &body, problem);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if failure.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A failure that says more than its [`Problem`] knows.
pub(super) fn answer(failure: &Failure) -> Answer {
    Answer {
        status: failure.status,
        headers: vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())],
        body: serde_json::to_string(failure).unwrap_or_default(),
    }
}

/// What is said of a problem.
pub(super) fn failure(problem: &Problem) -> Failure {
    let (status, slug, title, detail) = words(problem);
    Failure {
        kind: format!("urn:muster:problem:{slug}"),
        title: title.to_owned(),
        status,
        detail,
        errors: match problem {
            Problem::Invalid(flaws) => flaws.iter().map(fault).collect(),
            _ => Vec::new(),
        },
        ticket: match problem {
            Problem::Broken(ticket) => Some(ticket.to_string()),
            _ => None,
        },
        application: None,
        candidate: None,
    }
}

/// Status, last part of `type`, title and detail. Types are a public contract: README.md lists them.
fn words(problem: &Problem) -> (u16, &'static str, &'static str, String) {
    match problem {
        Problem::Invalid(flaws) => (400, "invalid", "The request is not valid", sum(flaws)),
        Problem::Unauthenticated(why) => (
            401,
            "unauthenticated",
            "Who calls is not known",
            sentence(why),
        ),
        Problem::Forbidden(act) => (
            403,
            "forbidden",
            "The key may not do this",
            forbidden(*act).into(),
        ),
        Problem::OutOfScope(scope) => (
            403,
            "forbidden",
            "The key may not do this",
            format!("It lacks the scope {scope}."),
        ),
        Problem::NotFound(noun) => (
            404,
            "not-found",
            "Not found",
            format!("There is no such {}.", noun.word()),
        ),
        Problem::Gone(noun) => (
            410,
            "gone",
            "Gone",
            format!("This {} is no more.", noun.word()),
        ),
        Problem::MethodNotAllowed => (
            405,
            "method-not-allowed",
            "Method not allowed",
            "This address has other methods; see openapi.json.".into(),
        ),
        Problem::UnsupportedMedia => (
            415,
            "unsupported-media-type",
            "Unsupported media type",
            "Send JSON with Content-Type: application/json.".into(),
        ),
        Problem::Conflict(clash) => conflict(clash),
        Problem::Stale { .. } => (
            409,
            "stale",
            "It has changed meanwhile",
            "The application is not in from_stage any more.".into(),
        ),
        Problem::TooLarge { limit } => (
            413,
            "too-large",
            "The body is too large",
            format!("At most {limit} bytes are read here."),
        ),
        Problem::TooSlow => (
            408,
            "too-slow",
            "The body did not arrive in time",
            "Nothing was stored; please send it again.".into(),
        ),
        Problem::TooMany { retry, .. } => (
            429,
            "too-many-requests",
            "Too many requests",
            format!("Please wait {} s.", retry.as_secs().max(1)),
        ),
        Problem::Overloaded { .. } => (
            503,
            "overloaded",
            "Busy",
            "Nothing was stored; please try again.".into(),
        ),
        Problem::Broken(_) => (
            500,
            "broken",
            "Our fault",
            "The cause was logged under this ticket.".into(),
        ),
    }
}

fn conflict(clash: &Clash) -> (u16, &'static str, &'static str, String) {
    match clash {
        Clash::ApplicationOpen { .. } => (
            409,
            "application-open",
            "An open application is there",
            "The candidate has an open application for this job; nothing was changed.".into(),
        ),
        Clash::NotAllowed(why) => (
            409,
            "not-allowed",
            "Not possible in the present state",
            sentence(why),
        ),
        // draft-ietf-httpapi-idempotency-key-header, "Error Scenarios": 422 for another payload, 409 in flight.
        Clash::KeyReused => (
            422,
            "key-reused",
            "The Idempotency-Key was used before",
            "It came with another request body.".into(),
        ),
        Clash::KeyInFlight => (
            409,
            "key-in-flight",
            "The same request is at work",
            "A request with this Idempotency-Key is still being processed.".into(),
        ),
    }
}

fn forbidden(act: Act) -> &'static str {
    match act {
        Act::Read => "This key may not read.",
        Act::Write => "This key may not write.",
        Act::EeoRead => "This key may not read equal-opportunity answers (eeo:read).",
    }
}

fn sum(flaws: &[Flaw]) -> String {
    match flaws {
        [one] => sentence(&one.detail),
        many => format!("{} faults; see errors.", many.len()),
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

fn fault(flaw: &Flaw) -> Fault {
    Fault {
        pointer: flaw.pointer.clone(),
        code: code(flaw.code).to_owned(),
        detail: flaw.detail.clone(),
    }
}

/// A public contract too.
fn code(code: FlawCode) -> &'static str {
    match code {
        FlawCode::Malformed => "malformed",
        FlawCode::DuplicateKey => "duplicate_key",
        FlawCode::TooDeep => "too_deep",
        FlawCode::NulCharacter => "nul_character",
        FlawCode::Required => "required",
        FlawCode::WrongType => "wrong_type",
        FlawCode::NotAChoice => "not_a_choice",
        FlawCode::Email => "not_an_email",
        FlawCode::Url => "not_a_url",
        FlawCode::LinkedinUrl => "not_a_linkedin_url",
        FlawCode::Country => "not_a_country",
        FlawCode::Datetime => "not_a_time",
        FlawCode::TooLong => "too_long",
        FlawCode::OutOfRange => "out_of_range",
        FlawCode::File => "not_a_file",
        FlawCode::FileTooLarge => "file_too_large",
        FlawCode::FileExtension => "file_extension",
        FlawCode::UnknownField => "unknown_field",
        FlawCode::UnknownReference => "unknown_reference",
        FlawCode::Contradiction => "contradiction",
        FlawCode::Delicate => "delicate",
        FlawCode::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::{ApplicationId, Ticket};
    use hiring::problem::Noun;
    use std::time::Duration;

    #[test]
    fn every_problem_has_its_status_and_type() {
        let wait = Duration::from_secs(7);
        let open = Clash::ApplicationOpen {
            application: ApplicationId(3),
        };
        let cases = [
            (
                Problem::invalid("/a", FlawCode::Required, "a is required"),
                400,
                "invalid",
            ),
            (
                Problem::Unauthenticated("no such key"),
                401,
                "unauthenticated",
            ),
            (Problem::Forbidden(Act::EeoRead), 403, "forbidden"),
            (Problem::OutOfScope("job:READ"), 403, "forbidden"),
            (Problem::NotFound(Noun::Job), 404, "not-found"),
            (Problem::Gone(Noun::Job), 410, "gone"),
            (Problem::MethodNotAllowed, 405, "method-not-allowed"),
            (Problem::UnsupportedMedia, 415, "unsupported-media-type"),
            (Problem::Conflict(open), 409, "application-open"),
            (
                Problem::Conflict(Clash::NotAllowed("x")),
                409,
                "not-allowed",
            ),
            (Problem::Conflict(Clash::KeyReused), 422, "key-reused"),
            (Problem::Conflict(Clash::KeyInFlight), 409, "key-in-flight"),
            (Problem::Stale { have: 1 }, 409, "stale"),
            (Problem::TooLarge { limit: 9 }, 413, "too-large"),
            (Problem::TooSlow, 408, "too-slow"),
            (
                Problem::TooMany {
                    retry: wait,
                    permitted: None,
                },
                429,
                "too-many-requests",
            ),
            (Problem::Overloaded { retry: wait }, 503, "overloaded"),
            (Problem::Broken(Ticket(1)), 500, "broken"),
        ];
        for (problem, status, slug) in cases {
            let response = render(&problem);
            let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
            assert_eq!(response.status().as_u16(), status, "{problem:?}");
            assert_eq!(header("content-type"), Some(MEDIA_TYPE));
            assert_eq!(failure(&problem).kind, format!("urn:muster:problem:{slug}"));
            assert_eq!(
                header("retry-after").is_some(),
                [429, 503].contains(&status)
            );
            assert_eq!(header("www-authenticate").is_some(), status == 401);
        }
    }

    #[test]
    fn one_fault_is_told_in_the_detail_and_many_are_counted() {
        let one = failure(&Problem::invalid("/a", FlawCode::Required, "a is required"));
        assert_eq!(one.detail, "A is required.");
        assert_eq!(
            (one.errors[0].pointer.as_str(), one.errors[0].code.as_str()),
            ("/a", "required")
        );
        let flaw = Flaw::new("/a", FlawCode::Required, "a is required");
        let two = failure(&Problem::Invalid(vec![flaw.clone(), flaw]));
        assert_eq!(
            (two.detail.as_str(), two.errors.len()),
            ("2 faults; see errors.", 2)
        );
        assert_eq!(
            failure(&Problem::Broken(Ticket(1))).ticket.as_deref(),
            Some("0000000000000001")
        );
    }
}
