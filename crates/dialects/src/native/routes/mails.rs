//! Mails: how one stands, what came back, the organization's words and settings.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::idempotency::{self, Answer};
use hiring::mail::{self, Kind, Source, template};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::{App, delivery};

use super::invites::{body_or_none, writer};
use super::query::Query;
use super::{changed, shown};
use crate::body::Body;
use crate::native::wire::{Bounce, MailSettings, MailSource, answer};
use crate::native::{Native, auth, map};
use crate::reply;

/// Read a delivery
///
/// With everything that was tried: of a mail its tries, of what is carried to a destination its requests.
#[utoipa::path(get, path = "/deliveries/{id}", tag = "mail",
    params(("id" = String, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery.", body = answer::DeliveryInFull)))]
pub(in crate::native) async fn get_delivery(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = name(id)?;
    app.store
        .read(move |r| {
            let delivery = delivery::find(r, caller.org, &id)?;
            let attempts = delivery::attempts(r, caller.org, delivery.id)?;
            let mut full = map::delivery_in_full(&delivery, &attempts);
            let line = delivery::listed::find(r, caller.org, &id)?;
            let requests = delivery::exchange::of_delivery(r, caller.org, delivery.id)?;
            full.reason = line.reason;
            (full.destination, full.candidate) = (line.destination, line.candidate);
            full.application = line.application;
            full.requests = requests.iter().map(map::delivery_request).collect();
            Ok(reply::json(200, &shown(&full)?))
        })
        .await
}

/// A delivery's outside name: a UUID, or one with a number after it.
pub(super) fn name(text: &str) -> Result<String> {
    let good = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '.');
    match text.len() <= 64 && text.chars().all(good) {
        true => Ok(text.to_owned()),
        false => Err(Problem::NotFound(Noun::Delivery)),
    }
}

/// Say that a mail came back
///
/// For the program that reads what comes to the address that sends. The delivery is `bounced` from then on. Twice is no
/// error. Needs `write`.
#[utoipa::path(post, path = "/deliveries/{id}/bounce", tag = "mail",
    params(("id" = String, Path, description = "The delivery: what stands before the @ of its Message-ID.")),
    request_body = Option<Bounce>,
    responses((status = 200, description = "The delivery, bounced.", body = answer::DeliveryInFull)))]
pub(in crate::native) async fn bounce_delivery(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = bounce(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn bounce(app: &App, id: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let id = name(id)?;
    let said = Bounce::parse(&body_or_none(&request)?)?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let why = said.reason.as_deref().unwrap_or("it came back");
                let delivery = delivery::bounce(tx, &caller, &id, why)?;
                let attempts = delivery::attempts(tx, caller.org, delivery.id)?;
                changed(200, &map::delivery_in_full(&delivery, &attempts))
            })
        })
        .await
}

/// List the words of mails
///
/// For each kind and language: yours, or the built-in ones.
#[utoipa::path(get, path = "/mail-templates", tag = "mail",
    responses((status = 200, description = "All of them; `next` is null.", body = answer::Page<answer::MailTemplate>)))]
pub(in crate::native) async fn list_mail_templates(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    Query::read(query, &[])?;
    app.store
        .read(move |r| {
            let all = template::list(r, caller.org)?;
            let data = all.iter().map(map::mail_template).collect();
            Ok(reply::json(
                200,
                &shown(&answer::Page { data, next: None })?,
            ))
        })
        .await
}

/// Read the words of a mail
#[utoipa::path(get, path = "/mail-templates/{kind}/{language}", tag = "mail",
    params(("kind" = String, Path, description = "`invite`, `rejection`, `application_received`, `confirm_address`, `mention`, `member_invite` or `new_password`."),
        ("language" = String, Path, description = "BCP 47 tag: `en`, `de`, `pt-br`…")),
    responses((status = 200, description = "Yours, or the built-in ones.", body = answer::MailTemplate)))]
pub(in crate::native) async fn get_mail_template(
    State(app): State<App>,
    Path((kind, language)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = words(&app, &kind, &language, &headers).await;
    reply::send(&Native, &app, result)
}

async fn words(app: &App, kind: &str, language: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let (kind, language) = named(kind, language)?;
    app.store
        .read(move |r| {
            let template = template::find(r, caller.org, kind, &language)?;
            Ok(reply::json(200, &shown(&map::mail_template(&template))?))
        })
        .await
}

fn named(kind: &str, language: &str) -> Result<(Kind, String)> {
    let kind = Kind::parse(kind).zip(mail::language(language));
    kind.ok_or(Problem::NotFound(Noun::MailTemplate))
}

/// Write the words of a mail
///
/// In place of yours, or of the built-in ones. They are tried with sample values first: what is wrong stands in `errors`,
/// with its line. Values stand as `{{ name }}`; there are `{% if %}` and the filters `upper`, `lower` and `paragraphs`, and
/// nothing else. Needs `write`.
#[utoipa::path(put, path = "/mail-templates/{kind}/{language}", tag = "mail",
    params(("kind" = String, Path, description = "Which mail."),
        ("language" = String, Path, description = "BCP 47 tag.")), request_body = MailSource,
    responses((status = 200, description = "The words as they are now.", body = answer::MailTemplate),
        (status = 201, description = "The same, where they are your first.", body = answer::MailTemplate)))]
pub(in crate::native) async fn put_mail_template(
    State(app): State<App>,
    Path((kind, language)): Path<(String, String)>,
    request: Request,
) -> Response {
    let result = put(&app, &kind, &language, request).await;
    reply::send(&Native, &app, result)
}

async fn put(app: &App, kind: &str, language: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let (kind, language) = named(kind, language)?;
    let source = MailSource::parse(&Body::read(request.body.clone(), |_| false)?)?;
    app.store
        .write(move |tx| {
            let (template, first) = template::put(tx, &caller, kind, &language, &source)?;
            changed(
                if first { 201 } else { 200 },
                &map::mail_template(&template),
            )
        })
        .await
}

/// Take your words away
///
/// The built-in ones are used again. Needs `write`.
#[utoipa::path(delete, path = "/mail-templates/{kind}/{language}", tag = "mail",
    params(("kind" = String, Path, description = "Which mail."),
        ("language" = String, Path, description = "BCP 47 tag.")),
    responses((status = 204, description = "They are gone.")))]
pub(in crate::native) async fn delete_mail_template(
    State(app): State<App>,
    Path((kind, language)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = remove(&app, &kind, &language, &headers).await;
    reply::send(&Native, &app, result)
}

async fn remove(app: &App, kind: &str, language: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Write).await?;
    let (kind, language) = named(kind, language)?;
    app.store
        .write(move |tx| {
            template::remove(tx, &caller, kind, &language)?;
            Ok(Answer {
                status: 204,
                headers: Vec::new(),
                body: String::new(),
            })
        })
        .await
}

/// Preview a mail
///
/// With sample values; without a body, in the words that are used for this kind and language.
#[utoipa::path(post, path = "/mail-templates/{kind}/{language}/preview", tag = "mail",
    params(("kind" = String, Path, description = "Which mail."),
        ("language" = String, Path, description = "BCP 47 tag.")), request_body = Option<MailSource>,
    responses((status = 200, description = "The mail as it would be.", body = answer::Rendered)))]
pub(in crate::native) async fn preview_mail_template(
    State(app): State<App>,
    Path((kind, language)): Path<(String, String)>,
    request: Request,
) -> Response {
    let result = preview(&app, &kind, &language, request).await;
    reply::send(&Native, &app, result)
}

async fn preview(app: &App, kind: &str, language: &str, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let (kind, language) = named(kind, language)?;
    let sent = MailSource::parse_preview(&body_or_none(&request)?)?;
    let used = {
        let language = language.clone();
        let used = app
            .store
            .read(move |r| template::effective(r, caller.org, kind, Some(&language)));
        used.await?.source
    };
    let source: Source = sent.unwrap_or(used);
    let mail = template::try_out(kind, &language, &source)?;
    Ok(reply::json(200, &shown(&map::rendered(mail))?))
}

/// Read the mail settings
#[utoipa::path(get, path = "/mail-settings", tag = "mail",
    responses((status = 200, description = "What you say of your mails as a whole.", body = answer::MailSettings)))]
pub(in crate::native) async fn get_mail_settings(
    State(app): State<App>,
    headers: HeaderMap,
) -> Response {
    let result = settings(&app, &headers).await;
    reply::send(&Native, &app, result)
}

async fn settings(app: &App, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    app.store
        .read(move |r| {
            let settings = mail::settings(r, caller.org)?;
            Ok(reply::json(200, &shown(&map::mail_settings(settings))?))
        })
        .await
}

/// Write the mail settings
///
/// What is left out is as usual again. Needs `write`.
#[utoipa::path(put, path = "/mail-settings", tag = "mail", request_body = MailSettings,
    responses((status = 200, description = "The settings as they are now.", body = answer::MailSettings)))]
pub(in crate::native) async fn put_mail_settings(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = put_settings(&app, request).await;
    reply::send(&Native, &app, result)
}

async fn put_settings(app: &App, request: Request) -> Result<Answer> {
    let (caller, request) = writer(app, request).await?;
    let said = MailSettings::parse(&Body::read(request.body.clone(), |_| false)?)?;
    app.store
        .write(move |tx| {
            let language = said.language.as_deref().unwrap_or(mail::LANGUAGES[0]);
            let (name, reply) = (said.from_name.as_deref(), said.reply_to.as_deref());
            let settings = mail::put_settings(tx, &caller, name, reply, language)?;
            changed(200, &map::mail_settings(settings))
        })
        .await
}
