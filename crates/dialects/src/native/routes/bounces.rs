//! Mails that came back, as they came: whatever reads the mailbox of the address that sends passes them on.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use hiring::App;
use hiring::delivery::returned;
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, FlawCode, Problem, Result};

use super::changed;
use crate::native::wire::answer;
use crate::native::{Native, auth, map};
use crate::{inbound, reply};

/// Pass on a mail that came back
///
/// As it came: send whatever arrives at the address that sends your mails. A report about a delivery (RFC 3464) that says that
/// one of your mails will never arrive makes its delivery `bounced`; everything else changes nothing and is no error. Twice is
/// none either. Needs `write`.
#[utoipa::path(post, path = "/bounces", tag = "mail",
    request_body(description = "The mail, headers and all, at most 32 MiB.", content(
        (String = "message/rfc822"), (String = "text/plain"))),
    responses((status = 200, description = "What it told.", body = answer::Returned)))]
pub(in crate::native) async fn take_bounce(State(app): State<App>, request: Request) -> Response {
    let result = take(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn take(app: &App, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    require_mail(request.headers())?;
    let request = inbound::read(request, inbound::LARGE).await?;
    if request.body.is_empty() {
        let detail = "the body must be a mail";
        return Err(Problem::invalid("", FlawCode::Required, detail));
    }
    let (mail, key) = (request.body.clone(), request.key.clone());
    // It may be long, and is read on a thread of its own.
    let reading = tokio::task::spawn_blocking(move || returned::read(&mail));
    let report = reading.await.map_err(Problem::broken)?;
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let outcome = returned::take(tx, &caller, report.clone())?;
                changed(200, &map::returned(&outcome))
            })
        })
        .await
}

/// Fails unless the body is declared a mail, or nothing in particular.
fn require_mail(headers: &HeaderMap) -> Result<()> {
    let declared = headers.get(header::CONTENT_TYPE);
    let declared = declared.map_or("", |v| v.to_str().unwrap_or("?"));
    let media = declared.split(';').next().unwrap_or("").trim();
    match media.to_ascii_lowercase().as_str() {
        "" | "message/rfc822" | "message/global" | "text/plain" | "application/octet-stream" => {
            Ok(())
        }
        _ => Err(Problem::UnsupportedMedia),
    }
}
