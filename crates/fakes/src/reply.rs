//! Small things that handlers of all vendors say.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// An answer, or a refusal in the vendor's words.
pub(crate) type Reply = Result<Response, Response>;

/// JSON with this status.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    json_as(status, "application/json", body)
}

/// The same with this media type.
pub(crate) fn json_as(status: u16, media_type: &'static str, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [("content-type", media_type)], body.to_string()).into_response()
}

/// Now, RFC 3339 with milliseconds.
pub(crate) fn now() -> String {
    time(Timestamp::now())
}

/// RFC 3339 with milliseconds.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// User and password of `Authorization: Basic`.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let given = headers.get("authorization")?.to_str().ok()?;
    let given = given.strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64_STANDARD.decode(given.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The token of `Authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get("authorization")?.to_str().ok()?;
    given.strip_prefix("Bearer ").map(str::trim)
}

/// A member's text, trimmed; `None` when it is none or blank.
pub(crate) fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let text = body[name].as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// A member that is a text or a whole number, as text.
pub(crate) fn id(body: &Value, name: &str) -> Option<String> {
    match &body[name] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// The texts of a list; things that are none are left out.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

/// Member `name` of each object of a list.
pub(crate) fn members(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|v| v[name].as_str().map(str::to_owned))
        .collect()
}

/// Both objects; the second's members win.
pub(crate) fn over(first: Value, second: &Value) -> Value {
    let mut all = match first {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    if let Value::Object(more) = second {
        all.extend(more.clone());
    }
    Value::Object(all)
}

/// A number's text as a number, else the text.
pub(crate) fn number(text: &str) -> Value {
    text.parse::<u64>()
        .map_or_else(|_| Value::from(text), Value::from)
}

/// Bytes of base64, white space allowed; `None`: it is none.
pub(crate) fn bytes_of(base64: &str) -> Option<Vec<u8>> {
    let clean: String = base64.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(clean).ok()
}
