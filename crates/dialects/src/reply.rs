//! Answers on their way out: secrets that were kept as slots are filled in here, and nowhere earlier.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hiring::idempotency::Answer;
use hiring::{App, Problem, Result, invite, secret};
use serde_json::Value;
use store::files;

use crate::Dialect;
use crate::remarks::Why;

/// A JSON answer.
pub fn json(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: serde_json::to_string(body).unwrap_or_default(),
    }
}

/// What a handler came to, in the dialect's words.
pub fn send(dialect: &dyn Dialect, app: &App, result: Result<Answer>) -> Response {
    send_as(app, result, |problem| dialect.problem(problem))
}

/// The same where failures are phrased otherwise than the dialect usually does.
pub fn send_as(
    app: &App,
    result: Result<Answer>,
    problem: impl FnOnce(&Problem) -> Response,
) -> Response {
    result
        .and_then(|answer| respond(app, answer))
        .unwrap_or_else(|failure| {
            let mut response = problem(&failure);
            response.extensions_mut().insert(Why::of(&failure));
            response
        })
}

fn respond(app: &App, answer: Answer) -> Result<Response> {
    let mut body = answer.body;
    if body.contains("\\u0000invite.") {
        body = invite::fill(&app.key, &body);
    }
    if body.contains(secret::VEILED) {
        body = app.key.unveil(&body)?;
    }
    let mut response = raw_json(answer.status, body);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// A response with this JSON text, for `problem.rs` files.
pub fn raw_json(status: u16, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// An OpenAPI document, for everybody: it says nothing of anybody. Whoever has it already hears that it is the same.
pub fn document(asked: &HeaderMap, text: &'static str) -> Response {
    let tag = format!("\"{}\"", files::hex(&files::digest(text.as_bytes())[..12]));
    let mut response = raw_json(200, String::new());
    if has(asked, &tag) {
        response = StatusCode::NOT_MODIFIED.into_response();
    } else {
        *response.body_mut() = Body::from(text);
    }
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    let cache = HeaderValue::from_static("public, no-cache");
    headers.insert(header::CACHE_CONTROL, cache);
    response
}

/// Whether `If-None-Match` names this tag (RFC 9110, 13.1.2: compared weakly, a list, or `*`).
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// A failure's response: JSON, and `Retry-After` where the problem says when to come again.
pub fn failure(status: u16, body: &Value, problem: &Problem) -> Response {
    let mut response = raw_json(status, body.to_string());
    let wait = match problem {
        Problem::TooMany { retry, .. } | Problem::Overloaded { retry } => Some(*retry),
        _ => None,
    };
    if let Some(wait) = wait {
        let seconds = wait.as_secs().max(1).to_string();
        response.headers_mut().insert(
            header::RETRY_AFTER,
            HeaderValue::try_from(seconds).expect("digits"),
        );
    }
    response
}

/// A file, as opaque as can be: downloaded, never shown or run in our origin.
pub fn file(name: &str, media_type: &str, bytes: bytes::Bytes) -> Response {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !"\"\\/;%".contains(c) || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(with: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in with {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_document_is_not_sent_to_whoever_has_it() {
        let first = document(&asked(&[]), "{}");
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(first.headers()[header::CACHE_CONTROL], "public, no-cache");
        let tag = first.headers()[header::ETAG].clone();
        for known in ["*", "\"x\", W/\"y\", *"] {
            assert_eq!(document(&asked(&[known]), "{}").status(), 304, "{known}");
        }
        for known in [
            tag.to_str().unwrap().to_owned(),
            format!("\"x\", W/{}", tag.to_str().unwrap()),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::try_from(known).unwrap());
            let again = document(&headers, "{}");
            assert_eq!(
                (again.status(), again.headers().get(header::ETAG)),
                (StatusCode::NOT_MODIFIED, Some(&tag))
            );
            assert_eq!(document(&headers, "{ }").status(), 200, "another document");
        }
        assert_eq!(document(&asked(&["\"x\"", "y"]), "{}").status(), 200);
    }
}
