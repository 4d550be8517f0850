//! Failures in the language of whoever applies. What is wrong in their form stands in the form; here is what keeps a page from
//! being shown at all. Members and programs read theirs in `page.rs`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use hiring::Problem;
use hiring::draft;
use hiring::problem::Noun;

use crate::page::{self, Area, Notice};
use crate::speech::Speech;

/// Seconds after which it is worth trying again.
const SOON: HeaderValue = HeaderValue::from_static("2");

/// The page for `problem`.
pub(crate) fn trouble(t: Speech, problem: &Problem) -> Response {
    let (status, title, text) = match problem {
        Problem::NotFound(Noun::Attachment) => (
            StatusCode::NOT_FOUND,
            "no-file-title",
            vec![t.say("no-file-text")],
        ),
        Problem::NotFound(_) | Problem::Gone(_) => (
            StatusCode::NOT_FOUND,
            "unknown-title",
            vec![t.say("unknown-text"), t.say("unknown-ask")],
        ),
        Problem::TooLarge { .. } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "large-title",
            vec![t.one("large-text", "most", &t.size(draft::LARGEST_FILE))],
        ),
        Problem::TooSlow | Problem::Invalid(_) => (
            StatusCode::BAD_REQUEST,
            "broken-title",
            vec![t.say("broken-text")],
        ),
        Problem::Overloaded { .. } | Problem::TooMany { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "full-title",
            vec![t.say("full-text")],
        ),
        Problem::Broken(ticket) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "ours-title",
            vec![t.one("ours-text", "ticket", &ticket.to_string())],
        ),
        _ => (
            StatusCode::BAD_REQUEST,
            "refused-title",
            vec![t.say("refused-text")],
        ),
    };
    let mut response = page::html(Area::Link, status, &Notice::said(t, t.say(title), text));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, SOON);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::to_bytes;
    use hiring::problem::{Act, Clash, FlawCode};

    use super::*;

    /// One of each kind that can come up while somebody applies.
    fn problems() -> Vec<(Problem, u16)> {
        let retry = Duration::from_secs(1);
        vec![
            (Problem::NotFound(Noun::Attachment), 404),
            (Problem::NotFound(Noun::Draft), 404),
            (Problem::Gone(Noun::Invite), 404),
            (Problem::TooLarge { limit: 1 }, 413),
            (Problem::TooSlow, 400),
            (
                Problem::invalid("", FlawCode::Malformed, "words for programs"),
                400,
            ),
            (Problem::Overloaded { retry }, 503),
            (Problem::broken("a cause"), 500),
            (Problem::Forbidden(Act::Write), 400),
            (
                Problem::Conflict(Clash::NotAllowed("words for programs")),
                400,
            ),
        ]
    }

    #[tokio::test]
    async fn every_failure_is_told_in_every_language_and_in_no_words_for_programs() {
        for (problem, status) in problems() {
            let mut said = Vec::new();
            for t in Speech::all() {
                let response = trouble(t, &problem);
                assert_eq!(response.status(), status, "{problem:?}");
                assert_eq!(
                    response.headers().contains_key(header::RETRY_AFTER),
                    status == 503
                );
                let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
                let page = String::from_utf8(body.to_vec()).unwrap();
                assert!(
                    page.contains(&format!("<html lang=\"{}\">", t.tag())),
                    "{page}"
                );
                assert!(!page.contains("words for programs") && !page.contains("a cause"));
                let (_, from) = page.split_once("<h1>").unwrap();
                said.push(from.split_once("</h1>").unwrap().0.to_owned());
            }
            let all = said.len();
            said.sort();
            said.dedup();
            assert_eq!(
                said.len(),
                all,
                "two languages say the same of {problem:?}: {said:?}"
            );
        }
    }
}
