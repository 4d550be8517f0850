//! `{"status", "error", "message"}` (R/error-responses), one error at a time.
//!
//! The vendor's messages quote the bad value; ours name its field, since a person's values belong into no error.

use axum::response::Response;
use hiring::problem::{Clash, Flaw, FlawCode, Noun, Problem};
use serde_json::json;

use super::uid::{self, Kind};
use super::wire::{FILE_BYTES, path};
use crate::reply;

/// Status, code, message.
type Failure = (u16, &'static str, String);

pub(super) fn render(problem: &Problem) -> Response {
    let (status, error, message) = failure(problem);
    let mut body = json!({"status": status, "error": error, "message": message});
    if let Problem::Conflict(Clash::ApplicationOpen { application }) = problem {
        // The page's example has a bare number here and strings everywhere else; we say the uid.
        body["candidate_uid"] = uid::write(Kind::Candidate, application.0).into();
    }
    reply::failure(status, &body, problem)
}

fn failure(problem: &Problem) -> Failure {
    match problem {
        Problem::Invalid(flaws) => invalid(flaws),
        Problem::Unauthenticated(why) => (401, "unauthorized", (*why).into()),
        Problem::Forbidden(_) | Problem::OutOfScope(_) => (
            403,
            "no_permission",
            "You do not have permission to perform this action".into(),
        ),
        Problem::NotFound(noun) | Problem::Gone(noun) => not_found(*noun),
        Problem::MethodNotAllowed => (405, "method_not_allowed", "Method not allowed".into()),
        Problem::UnsupportedMedia => (
            400,
            "invalid_request",
            "Send JSON with Content-Type: application/json".into(),
        ),
        Problem::Conflict(clash) => conflict(clash),
        Problem::Stale { .. } => (409, "conflict", "The candidate has changed since".into()),
        Problem::TooLarge { limit } => (
            413,
            "request_too_large",
            format!("The request body is larger than {limit} bytes"),
        ),
        Problem::TooSlow => (
            408,
            "request_timeout",
            "The request body did not arrive in time".into(),
        ),
        Problem::TooMany { .. } => (
            429,
            "too_many_requests",
            "You have reached your allowed limit of requests".into(),
        ),
        Problem::Overloaded { .. } => (
            503,
            "service_unavailable",
            "The server is busy, please try again".into(),
        ),
        Problem::Broken(ticket) => (
            500,
            "internal_error",
            format!("Internal error, ticket {ticket}"),
        ),
    }
}

/// What the vendor would complain of first: a body it cannot read, then a required field, then the form of a value
/// (dialects page, §7).
fn invalid(flaws: &[Flaw]) -> Failure {
    let rank = |flaw: &&Flaw| match code(flaw.code) {
        "invalid_request" => 0,
        "required_field" => 1,
        _ => 2,
    };
    match flaws.iter().min_by_key(rank) {
        Some(flaw) if flaw.code == FlawCode::FileTooLarge => (403, code(flaw.code), message(flaw)),
        Some(flaw) => (400, code(flaw.code), message(flaw)),
        None => (400, "invalid_request", "Invalid request".into()),
    }
}

fn code(code: FlawCode) -> &'static str {
    match code {
        FlawCode::Required => "required_field",
        FlawCode::TooLong => "string_size_limit",
        FlawCode::Email => "invalid_email",
        FlawCode::LinkedinUrl => "invalid_linkedin_url",
        FlawCode::Url => "invalid_url",
        FlawCode::Contradiction => "source_contact_conflict",
        FlawCode::Country => "incorrect_country_code",
        FlawCode::UnknownField => "invalid_custom_candidate_field",
        FlawCode::Datetime => "invalid_datetime",
        FlawCode::FileTooLarge => "file_size_limit",
        FlawCode::File | FlawCode::FileExtension => "invalid_file",
        FlawCode::Malformed
        | FlawCode::DuplicateKey
        | FlawCode::TooDeep
        | FlawCode::NulCharacter
        | FlawCode::WrongType
        | FlawCode::NotAChoice
        | FlawCode::OutOfRange
        | FlawCode::UnknownReference
        | FlawCode::Delicate
        | FlawCode::Other => "invalid_request",
    }
}

fn message(flaw: &Flaw) -> String {
    let prefixes = ["query:", "header:"].into_iter();
    let named = prefixes.filter_map(|p| flaw.pointer.strip_prefix(p)).next();
    let field = path(named.unwrap_or(&flaw.pointer));
    match flaw.code {
        FlawCode::Required => format!("You must include this required field: \"{field}\""),
        FlawCode::Email => format!("The provided email address is invalid: \"{field}\""),
        FlawCode::LinkedinUrl => format!("The provided LinkedIn URL is invalid: \"{field}\""),
        FlawCode::Url => format!("The provided URL is invalid: \"{field}\""),
        FlawCode::Contradiction => format!(
            "The provided email address of the source contact already exists and belongs to another source: \"{field}\""
        ),
        FlawCode::Country => {
            format!("The provided country code does not conform to ISO 3166: \"{field}\"")
        }
        FlawCode::UnknownField => {
            let name = field.strip_prefix("custom_fields.").unwrap_or(&field);
            format!("The provided custom candidate field \"{name}\" does not exist")
        }
        FlawCode::Datetime => format!("The provided time format is invalid: \"{field}\""),
        FlawCode::FileTooLarge => format!(
            "The provided file exceeds size limit of {}MB: \"{field}\"",
            FILE_BYTES >> 20
        ),
        FlawCode::File | FlawCode::FileExtension if !field.is_empty() => {
            format!("The provided file is invalid: \"{field}\": {}", flaw.detail)
        }
        FlawCode::WrongType | FlawCode::NotAChoice => whole(&field, &flaw.detail),
        _ if field.is_empty() || flaw.detail.contains(&field) => flaw.detail.clone(),
        _ => format!("{}: \"{field}\"", flaw.detail.trim_end_matches('.')),
    }
}

/// A sentence that begins with the name of a member, with the way to it: `updated_by.type must be …`.
fn whole(field: &str, detail: &str) -> String {
    let name = field.rsplit('.').next().unwrap_or("");
    match detail.strip_prefix(name) {
        Some(rest) if !name.is_empty() => format!("{field}{rest}"),
        _ => detail.to_owned(),
    }
}

fn not_found(noun: Noun) -> Failure {
    match noun {
        Noun::Job => (
            404,
            "position_not_found",
            "The provided position id was not found at the specified account".into(),
        ),
        Noun::Candidate | Noun::Application => (
            404,
            "candidate_not_found",
            "The provided candidate uid could not be found".into(),
        ),
        _ => (
            404,
            "not_found",
            "The provided ID could not be found".into(),
        ),
    }
}

fn conflict(clash: &Clash) -> Failure {
    match clash {
        Clash::ApplicationOpen { .. } => (
            409,
            "candidate_post_conflict",
            "Candidate with provided partner_candidate_id already exists in position with status in progress".into(),
        ),
        // The only such state a caller can meet: the position was closed meanwhile.
        Clash::NotAllowed(_) => not_found(Noun::Job),
        Clash::KeyReused => (
            400,
            "invalid_request",
            "The Idempotency-Key was used with another request body".into(),
        ),
        Clash::KeyInFlight => (
            409,
            "request_in_progress",
            "A request with this Idempotency-Key is still being processed".into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::ApplicationId;

    #[test]
    fn the_first_complaint_is_of_the_body_then_of_what_is_missing() {
        let flaw = |pointer: &str, code| Flaw::new(pointer, code, "detail");
        let mut flaws = vec![
            flaw("/email", FlawCode::Email),
            flaw("/first_name", FlawCode::Required),
            flaw("/source_contact/email", FlawCode::Required),
        ];
        assert_eq!(
            failure(&Problem::Invalid(flaws.clone())),
            (
                400,
                "required_field",
                "You must include this required field: \"first_name\"".into()
            )
        );
        flaws.push(flaw("/phone", FlawCode::WrongType));
        assert_eq!(failure(&Problem::Invalid(flaws)).1, "invalid_request");
        let large = Problem::Invalid(vec![flaw("/files/0/file", FlawCode::FileTooLarge)]);
        assert_eq!(
            failure(&large),
            (
                403,
                "file_size_limit",
                "The provided file exceeds size limit of 6MB: \"files.0.file\"".into()
            )
        );
    }

    #[test]
    fn a_conflict_names_the_candidate() {
        let clash = Clash::ApplicationOpen {
            application: ApplicationId(1),
        };
        let (status, error, _) = failure(&Problem::Conflict(clash));
        assert_eq!((status, error), (409, "candidate_post_conflict"));
        assert_eq!(
            failure(&Problem::NotFound(Noun::Job)).1,
            "position_not_found"
        );
        assert_eq!(
            failure(&Problem::Conflict(Clash::NotAllowed("closed"))).0,
            404
        );
        assert_eq!(failure(&Problem::Conflict(Clash::KeyReused)).0, 400);
    }
}
