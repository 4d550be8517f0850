//! A job's public page: what the job is, for people and (schema.org JobPosting) for search engines, and the button that
//! begins an application.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hiring::draft;
use hiring::job::{self, Job};
use hiring::posting::{self, Posting};
use hiring::problem::Noun;
use hiring::{App, Problem, Result, organization};
use serde_json::{Value, json};
use store::Reader;

use crate::apply::{busy, closed, foreign};
use crate::page::{self, Area, Notice, Page};
use crate::speech::{self, Speech};
use crate::trouble::trouble;
use crate::{Site, guard, origin, plain};

/// Remembers the application that was begun on this device, so that two tabs and a second click are one.
const COOKIE: &str = "muster_begun";
/// For so long, seconds: two hours. It may be somebody else's device.
const REMEMBERED: u32 = 7_200;

#[derive(Template)]
#[template(path = "posting.html")]
pub(crate) struct Show {
    t: Speech,
    organization: String,
    job: String,
    facts: Vec<(String, String)>,
    about: Vec<String>,
    /// JobPosting, as JSON in which no `<` stands.
    data: String,
    begun: bool,
    languages: Vec<Speech>,
}

/// A posting with what it names.
struct Found {
    posting: Posting,
    job: Job,
    organization: String,
    places: Vec<String>,
    departments: Vec<String>,
}

type Slug = Result<Path<String>, PathRejection>;

/// `GET /jobs/{slug}`.
pub(crate) async fn show(State(app): State<App>, slug: Slug, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (headers, query) = (&parts.headers, parts.uri.query().unwrap_or(""));
    let t = speech::choose(query, headers, None);
    let found = match find(&app, slug).await {
        Ok(found) => found,
        Err(problem) => return missing(t, &problem),
    };
    if found.posting.unlisted || !draft::takes_applications(&found.job) {
        return closed(t, &found.organization, &found.job.title);
    }
    let begun = begun(&app, headers, &found.posting).await.is_some();
    let page = Show {
        t,
        facts: facts(t, &found),
        about: plain::paragraphs(found.job.description.as_deref().unwrap_or("")),
        data: script(&data(&found, &app.settings.public_url)),
        organization: found.organization,
        job: found.job.title,
        begun,
        languages: Speech::all().collect(),
    };
    let mut response = page::html(Area::Public, StatusCode::OK, &page);
    // It differs by language, and by whether one has begun here.
    let own = [
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::VARY, "accept-language, cookie"),
    ];
    for (name, value) in own {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    if let Some(chosen) = speech::asked(query) {
        speech::remember(
            &mut response,
            chosen,
            app.settings.public_url.starts_with("https:"),
        );
    }
    response
}

/// `POST /jobs/{slug}`: begins an application, or leads to the one that was begun on this device.
pub(crate) async fn begin(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    slug: Slug,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (headers, query) = (&parts.headers, parts.uri.query().unwrap_or(""));
    let t = speech::choose(query, headers, None);
    if !origin::is_ours(headers, &app.settings.public_url) {
        return foreign(t);
    }
    let found = match find(&app, slug).await {
        Ok(found) => found,
        Err(problem) => return missing(t, &problem),
    };
    let read = axum::body::to_bytes(body, 4_096).await.unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&read).unwrap_or_default();
    let afresh = pairs.iter().any(|(name, _)| name == "afresh");
    if !afresh && let Some(token) = begun(&app, headers, &found.posting).await {
        return lead(&token);
    }
    let (place, now) = (guard::place(headers, &parts.extensions), Instant::now());
    let counted = site.begun.count(&place, now);
    let counted = counted.and_then(|()| site.begun_for.count(&found.posting.slug, now));
    if let Err(wait) = counted {
        return busy(t, wait);
    }
    let (key, posting) = (app.key.clone(), found.posting.clone());
    let made = app
        .store
        .write(move |tx| draft::begin(tx, &key, &posting, t.tag()));
    match made.await {
        Ok(token) => remember(lead(&token), &app, &found.posting, &token),
        Err(Problem::Gone(_)) => closed(t, &found.organization, &found.job.title),
        Err(problem) => trouble(t, &problem),
    }
}

fn lead(token: &str) -> Response {
    let to = HeaderValue::try_from(format!("/apply/{token}"));
    let to = to.unwrap_or(HeaderValue::from_static("/"));
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    page::dress(Area::Link, response)
}

fn remember(mut response: Response, app: &App, posting: &Posting, token: &str) -> Response {
    let secure = if app.settings.public_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={token}; Path=/jobs/{}; Max-Age={REMEMBERED}; HttpOnly; SameSite=Lax{secure}",
        posting.slug
    );
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The token of the application for this job that was begun on this device, if it is still there.
async fn begun(app: &App, headers: &HeaderMap, posting: &Posting) -> Option<String> {
    let token = speech::cookie(headers, COOKIE)?;
    let (asked, job) = (token.clone(), posting.job);
    let found = app
        .store
        .read(move |r| draft::enter(r, &asked))
        .await
        .ok()?;
    (found.org == posting.org && found.job.id == job && found.invite.is_none()).then_some(token)
}

async fn find(app: &App, slug: Slug) -> Result<Found> {
    let Ok(Path(slug)) = slug else {
        return Err(Problem::NotFound(Noun::Posting));
    };
    app.store.read(move |r| read(r, &slug)).await
}

fn read(r: &mut Reader, slug: &str) -> Result<Found> {
    let posting = posting::by_slug(r, slug)?;
    let job = job::find(r, posting.org, posting.job)?;
    let mut around = job::around(r, posting.org, &[posting.job])?;
    let around = around.remove(&posting.job).unwrap_or_default();
    let place = |o: hiring::catalog::Item| o.place.unwrap_or(o.name);
    Ok(Found {
        organization: organization::find(r, posting.org)?.name,
        places: around.offices.into_iter().map(place).collect(),
        departments: around.departments.into_iter().map(|d| d.name).collect(),
        posting,
        job,
    })
}

fn missing(t: Speech, problem: &Problem) -> Response {
    match problem {
        Problem::NotFound(_) => {
            let notice = Notice::said(t, t.say("no-job-title"), vec![t.say("no-job-text")]);
            page::html(Area::Public, StatusCode::NOT_FOUND, &notice)
        }
        other => trouble(t, other),
    }
}

fn facts(t: Speech, found: &Found) -> Vec<(String, String)> {
    let all = [
        (t.say("job-employer"), found.organization.clone()),
        (t.say("job-place"), found.places.join(", ")),
        (t.say("job-department"), found.departments.join(", ")),
        (
            t.say("job-code"),
            found.job.code.clone().unwrap_or_default(),
        ),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// <https://schema.org/JobPosting>. Its description is HTML, made of the plain paragraphs.
fn data(found: &Found, public_url: &str) -> Value {
    let (job, organization) = (&found.job, &found.organization);
    let paragraphs = plain::paragraphs(job.description.as_deref().unwrap_or(&job.title));
    let escape = |text: &String| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let html: String = paragraphs
        .iter()
        .map(|p| format!("<p>{}</p>", escape(p)))
        .collect();
    let day = jiff::Timestamp::from_microsecond(found.posting.created_at).unwrap_or_default();
    let mut data = json!({
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": job.title,
        "description": html,
        "datePosted": day.strftime("%Y-%m-%d").to_string(),
        "directApply": true,
        "url": found.posting.link(public_url),
        "hiringOrganization": {"@type": "Organization", "name": organization},
        "identifier": {
            "@type": "PropertyValue", "name": organization,
            "value": job.code.clone().unwrap_or_else(|| job.uid.to_string()),
        },
    });
    if !found.places.is_empty() {
        let place = |p: &String| json!({"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": p}});
        data["jobLocation"] = found.places.iter().map(place).collect();
    }
    data
}

/// JSON as it may stand in a `<script>` block: nothing in it ends the block.
fn script(data: &Value) -> String {
    data.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

impl Page for Show {
    #[cfg(test)]
    fn sample() -> Show {
        Show {
            t: Speech::ENGLISH,
            organization: "Nordwind & Söhne".into(),
            job: "Backend <Engineer>".into(),
            facts: vec![("Place".into(), "London <x>".into())],
            about: vec!["You <x> write.".into()],
            data: script(&json!({"title": "</script><x>"})),
            begun: true,
            languages: Speech::all().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_ends_its_block() {
        let text = script(&json!({"title": "</script><!-- &"}));
        assert!(!text.contains(['<', '>', '&']));
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["title"], "</script><!-- &");
    }
}
