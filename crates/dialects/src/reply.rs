//! Answers on their way out: secrets that were kept as slots are filled in here, and nowhere earlier.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hiring::idempotency::Answer;
use hiring::{App, Problem, Result, invite, secret};
use serde_json::Value;

use crate::Dialect;

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
        .unwrap_or_else(|failure| problem(&failure))
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
