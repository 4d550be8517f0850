//! Trying a call from the page: with a key that is typed and not kept, through the same routes as everybody's calls and without
//! leaving the process. A dry run is judged and answered like any other, and then undone.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use hiring::id::{JobId, OrgId, new_uid};
use hiring::job::{self, Status};
use hiring::problem::Noun;
use hiring::{App, Problem, Result};
use serde_json::{Value, json};
use store::{Reader, files};

use super::HERE;
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::desk::words;
use crate::docs::Spoken;
use crate::page::Page;
use crate::{Example, OfJob, Site};

/// Bytes of an answer that are shown.
const SHOWN: usize = 128 << 10;
/// Bytes of an answer that are read.
const READ: usize = 8 << 20;
/// Jobs that are looked through for one that is open.
const JOBS: i64 = 100;

const METHODS: [&str; 5] = ["POST", "GET", "PUT", "PATCH", "DELETE"];

/// Headers of an answer that say something to whoever called.
const TELLING: [&str; 12] = [
    "content-type",
    "location",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "etag",
    "allow",
    "www-authenticate",
    "idempotent-replayed",
    "x-request-id",
];

#[derive(Template)]
#[template(path = "desk/try_it.html")]
pub(super) struct TryIt {
    frame: Frame,
    faults: Faults,
    to: String,
    name: String,
    title: String,
    about: String,
    /// The secrets.
    asked: Vec<Field>,
    method: Field,
    path: Field,
    body: Field,
    dry: Field,
    /// So that a form that is sent twice is done once.
    once: String,
    outcome: Option<Outcome>,
}

/// What was answered.
struct Outcome {
    status: u16,
    meaning: String,
    is_good: bool,
    millis: String,
    dry: bool,
    headers: Vec<(String, String)>,
    body: String,
}

fn spoken<'a>(site: &'a Site, name: &str) -> Result<&'a Spoken> {
    let found = site.apis.iter().find(|api| api.guide.name == name);
    found.ok_or(Problem::NotFound(Noun::Route))
}

/// The job that an example is about: the first that is open, else the first, with what its form asks.
pub(super) fn a_job(r: &mut Reader, org: OrgId) -> Result<Option<OfJob>> {
    let mut jobs = job::list(r, org, JobId(0), JOBS)?;
    if jobs.is_empty() {
        return Ok(None);
    }
    let open = jobs.iter().position(|job| job.status == Status::Open);
    let job = jobs.swap_remove(open.unwrap_or(0));
    let fields = job::fields(r, org, job.id)?;
    Ok(Some(OfJob { job, fields }))
}

/// `GET /desk/integrations/try/{name}`.
pub(super) async fn form(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    Path(name): Path<String>,
) -> Answer {
    let api = spoken(&site, &name)?;
    let example = example(&app, &visit, api).await?;
    let page = TryIt::of(
        visit.frame(Section::Integrations),
        api,
        &example,
        &Inputs::default(),
        Faults::none(),
    );
    Ok(visit.page(&page))
}

/// The example that the form begins with: a person whom nobody has tried yet.
async fn example(app: &App, visit: &Visit, api: &Spoken) -> Result<Example> {
    let org = visit.org();
    let job = app.store.read(move |r| a_job(r, org)).await?;
    let n = u64::try_from(app.store.clock().now() / 1_000_000).unwrap_or(1) % 1_000_000;
    let url = &app.settings.public_url;
    let made = (api.example)(&api.guide.name, url, &json!({}), job.as_ref(), n);
    made.ok_or(Problem::NotFound(Noun::Route))
}

/// `POST /desk/integrations/try/{name}`.
pub(super) async fn send(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    Path(name): Path<String>,
    inputs: Inputs,
) -> Answer {
    let api = spoken(&site, &name)?;
    let example = example(&app, &visit, api).await?;
    let mut faults = judged(api, &inputs);
    let request = match faults.is_empty() {
        true => made(&app, api, &inputs),
        false => Err(("", "")),
    };
    let request = request.map_err(|(name, words)| {
        if !words.is_empty() {
            faults.add(name, words);
        }
    });
    let failed = !faults.is_empty();
    let frame = visit.frame(Section::Integrations);
    let mut page = TryIt::of(frame, api, &example, &inputs, faults);
    let Ok(request) = request else {
        debug_assert!(failed, "a call that is not made has its reason");
        return Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let dry = inputs.has("dry");
    let of = if dry { app.dry() } else { app };
    let started = Instant::now();
    let response = (api.run)(&api.guide.name, of, request).await;
    let took = started.elapsed().as_millis();
    page.outcome = Some(Outcome::of(response, took, dry).await);
    Ok(visit.page(&page))
}

fn judged(api: &Spoken, inputs: &Inputs) -> Faults {
    let mut faults = Faults::none();
    for (name, label) in api.asked {
        if inputs.get(&format!("cred.{name}")).is_empty() {
            let words =
                format!("{label} is needed: make a key, and copy it from the page that shows it.");
            faults.add(&format!("cred.{name}"), &words);
        }
    }
    if !METHODS.contains(&inputs.get("method")) {
        faults.add("method", "Choose one of the methods.");
    }
    let within = format!("/{}", api.base.split('/').next().unwrap_or(""));
    let path = inputs.get("path");
    if !path.starts_with(&format!("{within}/")) {
        faults.add(
            "path",
            &format!("Write a path of this API: it begins with {within}/."),
        );
    }
    faults
}

/// The call, or which input stands in its way and why.
fn made(
    app: &App,
    api: &Spoken,
    inputs: &Inputs,
) -> std::result::Result<Request, (&'static str, &'static str)> {
    let secrets = api.asked.iter().map(|(name, _)| {
        let typed = inputs.get(&format!("cred.{name}"));
        ((*name).to_owned(), Value::from(typed))
    });
    let secrets = Value::Object(secrets.collect());
    let url = &app.settings.public_url;
    let example = (api.example)(&api.guide.name, url, &secrets, None, 1);
    let headers = example.map(|example| example.headers).unwrap_or_default();
    let path = inputs.get("path").parse::<Uri>();
    let path = path.map_err(|_| {
        (
            "path",
            "That is no path: write blanks and signs as %20 and the like.",
        )
    })?;
    let method = inputs.get("method").parse::<Method>();
    let method = method.map_err(|_| ("method", "Choose one of the methods."))?;
    let body = match method {
        Method::GET => "",
        _ => inputs.get("body"),
    };
    let mut request = Request::new(Body::from(body.to_owned()));
    for (name, value) in headers {
        let name = HeaderName::try_from(name);
        let value = HeaderValue::try_from(value);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(("", "The key has signs that no key has: copy it once more."));
        };
        request.headers_mut().insert(name, value);
    }
    if body.is_empty() {
        request.headers_mut().remove(header::CONTENT_TYPE);
    }
    if method == Method::POST {
        // The same form sent twice is one call; what was changed in it is another.
        let said = format!("{path} {} {body}", inputs.has("dry"));
        let said = files::hex(&files::digest(said.as_bytes())[..8]);
        let key = format!("try-{}-{said}", inputs.get("once"));
        if let Ok(key) = HeaderValue::try_from(key) {
            request.headers_mut().insert("idempotency-key", key);
        }
    }
    (*request.method_mut(), *request.uri_mut()) = (method, path);
    Ok(request)
}

impl TryIt {
    fn of(frame: Frame, api: &Spoken, example: &Example, inputs: &Inputs, faults: Faults) -> TryIt {
        let back = inputs.has("path");
        let stands = |name: &str, first: &str| match back {
            true => inputs.get(name).to_owned(),
            false => first.to_owned(),
        };
        let secret = |(name, label): &(&str, &str)| {
            Field::password(&format!("cred.{name}"), label, "off")
                .help("Used for this call and kept nowhere.")
                .needed()
                .with(&faults)
        };
        let choices = METHODS.iter().map(|m| Choice::new(m, m)).collect();
        TryIt {
            to: format!("{HERE}/try/{}", api.guide.name),
            name: api.guide.name.clone(),
            title: api.guide.title.clone(),
            about: example.title.to_owned(),
            asked: api.asked.iter().map(secret).collect(),
            method: Field::select("method", "Method", choices)
                .value(&stands("method", example.method))
                .needed()
                .with(&faults),
            path: Field::text("path", "Path")
                .value(&stands("path", &example.path))
                .most(2000)
                .needed()
                .with(&faults),
            body: Field::lines("body", "Body", 14)
                .value(&stands("body", &pretty(&example.body)))
                .with(&faults),
            dry: Field::tick(
                "dry",
                "Dry run: judge it and answer as it would, but keep nothing",
                !back || inputs.has("dry"),
            ),
            once: new_uid().to_string(),
            outcome: None,
            frame,
            faults,
        }
    }
}

/// JSON with its lines; anything else as it is.
fn pretty(text: &str) -> String {
    let read = serde_json::from_str::<Value>(text).ok();
    let shown = read.and_then(|value| serde_json::to_string_pretty(&value).ok());
    shown.unwrap_or_else(|| text.to_owned())
}

impl Outcome {
    async fn of(response: Response, took: u128, dry: bool) -> Outcome {
        let (parts, body) = response.into_parts();
        let told = TELLING.iter().filter_map(|name| {
            let value = parts.headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        let headers: Vec<_> = told.collect();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or("");
        let is_text = kind.contains("json") || kind.starts_with("text/");
        let body = match to_bytes(body, READ).await {
            Err(_) => "(larger than this page reads)".to_owned(),
            Ok(bytes) if bytes.is_empty() => String::new(),
            Ok(bytes) if is_text => pretty(&String::from_utf8_lossy(&bytes)),
            Ok(bytes) => format!("({} bytes)", words::thousands(bytes.len() as i64)),
        };
        let status = parts.status;
        let reason = status.canonical_reason().unwrap_or("");
        Outcome {
            status: status.as_u16(),
            meaning: format!(
                "{reason}: {}",
                words::status_of_answer(i64::from(status.as_u16()))
            ),
            is_good: !status.is_client_error() && !status.is_server_error(),
            millis: words::thousands(i64::try_from(took).unwrap_or(i64::MAX)),
            body: cut(body),
            headers,
            dry,
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() > SHOWN {
        let end = (0..=SHOWN).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push_str("\n… (the rest is not shown)");
    }
    text
}

impl Page for TryIt {
    #[cfg(test)]
    fn sample() -> TryIt {
        let field = |name| Field::text(name, "Some <x>").value("<x>");
        TryIt {
            frame: Frame::sample(),
            faults: Faults::one("path", "Write a path of this API."),
            to: "/desk/integrations/try/native".into(),
            name: "native".into(),
            title: "Our <x> API".into(),
            about: "Make somebody <x>".into(),
            asked: vec![Field::password("cred.api_key", "API key", "off").needed()],
            method: field("method"),
            path: field("path"),
            body: Field::lines("body", "Body", 3).value("{\"a\": \"<x>\"}"),
            dry: Field::tick("dry", "Dry run", true),
            once: "x".into(),
            outcome: Some(Outcome {
                status: 201,
                meaning: "Created: done".into(),
                is_good: true,
                millis: "12".into(),
                dry: true,
                headers: vec![("location".into(), "/x/<x>".into())],
                body: "{\n  \"id\": \"<x>\"\n}".into(),
            }),
        }
    }
}
