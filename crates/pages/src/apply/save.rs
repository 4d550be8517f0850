//! Saving as the person types: `POST /apply/{token}/draft` with JSON. What it answers is for a script; without one the form
//! saves by itself whenever it is posted.
//!
//! ```json
//! {"csrf": "…", "fields": {"a.phone": "+44 …", "a.skills": ["x", "y"]}, "seen": {"a.phone": "a1b2…"}}
//! ```
//! Only the fields that are named are written. `seen` may be left out. Answers `{"saved_at", "stamps", "faults"}`: the stamps
//! of what stands there now, for the next `seen`; faults only of fields that were named and are not blank.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hiring::draft::{self, Entry};
use hiring::{App, Problem};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Map, Value, json};

use super::{Token, Visit, form};
use crate::Site;
use crate::moment::Moment;

const LARGEST: usize = 2 << 20;

#[derive(serde::Deserialize)]
struct Sent {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    seen: Map<String, Value>,
}

/// `POST /apply/{token}/draft`.
pub(super) async fn save(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match Visit::begin(app, site, parts, token.ok().map(|Path(t)| t)).await {
        Ok(visit) => visit,
        Err(response) => return answer(response.status(), &json!({"error": "no such link"})),
    };
    let patience = std::time::Duration::from_secs(60);
    let read = Limited::new(body, LARGEST).collect();
    let bytes = match tokio::time::timeout(patience, read).await {
        Ok(Ok(whole)) => whole.to_bytes(),
        Ok(Err(_)) => return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too much at once"),
        Err(_) => {
            return refuse(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time",
            );
        }
    };
    match parse(&bytes) {
        Some(sent) if visit.is_ours() && visit.is_csrf(&sent.csrf) => keep(&visit, sent).await,
        Some(_) => refuse(StatusCode::FORBIDDEN, "not sent from our form"),
        None => refuse(
            StatusCode::BAD_REQUEST,
            "not the JSON object that is asked for",
        ),
    }
}

fn parse(bytes: &Bytes) -> Option<Sent> {
    let sent: Sent = serde_json::from_slice(bytes).ok()?;
    let text =
        |v: &Value| v.is_string() || v.as_array().is_some_and(|a| a.iter().all(Value::is_string));
    sent.fields.values().all(text).then_some(sent)
}

async fn keep(visit: &Visit, sent: Sent) -> Response {
    let (entrance, tag) = (visit.entrance.clone(), visit.t.tag());
    let named: Vec<String> = sent.fields.keys().cloned().collect();
    let seen = |name: &str| {
        sent.seen
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let entries: Vec<Entry> = sent
        .fields
        .iter()
        .map(|(name, value)| Entry {
            name: name.clone(),
            value: value.clone(),
            seen: seen(name),
        })
        .collect();
    let key = visit.app.key.clone();
    let saved = visit.app.store.write(move |tx| {
        let draft = draft::open(tx, &entrance, tag)?;
        draft::save(tx, &key, &draft, &entrance.fields, &entries)?;
        let written = draft::answers(tx, &key, &draft)?;
        let uploads = draft::uploads(tx, &draft)?;
        let faults = draft::judge(&entrance.fields, &written, &uploads, entrance.fixed_email());
        Ok::<_, Problem>((written, faults, tx.now()))
    });
    let (written, faults, now) = match saved.await {
        Ok(saved) => saved,
        Err(Problem::Gone(_)) => {
            return refuse(StatusCode::GONE, "one can no longer apply by this link");
        }
        Err(problem) => return unwell(&problem),
    };
    let there = |name: &String| written.get(name).unwrap_or(&Value::Null).clone();
    let stamps: Map<String, Value> = named
        .iter()
        .map(|name| (name.clone(), json!(draft::stamp(&there(name)))))
        .collect();
    let blank = |v: Value| v == json!("") || v == json!([]) || v.is_null();
    let told: Vec<_> = faults
        .into_iter()
        .filter(|f| named.contains(&f.name) && !blank(there(&f.name)))
        .collect();
    let body = json!({
        "saved_at": Moment::at(now).iso, "stamps": stamps, "faults": form::spoken(visit.t, &told),
    });
    answer(StatusCode::OK, &body)
}

/// A failure for a script.
pub(super) fn unwell(problem: &Problem) -> Response {
    match problem {
        Problem::Overloaded { .. } => {
            let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE, "busy at the moment");
            let wait = axum::http::HeaderValue::from_static("2");
            response.headers_mut().insert(header::RETRY_AFTER, wait);
            response
        }
        Problem::Broken(ticket) => refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("our fault; it was noted under ticket {ticket}"),
        ),
        Problem::NotFound(_) => refuse(StatusCode::NOT_FOUND, "there is no such thing"),
        _ => refuse(StatusCode::BAD_REQUEST, "it could not be understood"),
    }
}

pub(super) fn refuse(status: StatusCode, why: &str) -> Response {
    answer(status, &json!({"error": why}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body.to_string()).into_response()
}
