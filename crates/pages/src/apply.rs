//! What an applicant's link opens: an invite's, or that of a draft which was begun on a job's public page. The form while
//! one can apply, the receipt afterwards, and a page that says why when it leads no further.
//!
//! The form is `apply/form.rs` with `apply/question.rs`, what it sends is read in `apply/receive.rs` (within the limits of
//! `apply/watch.rs`) and done in `apply/post.rs`; the receipt is `apply/receipt.rs`; a script (`../assets/apply.js`, its words
//! in `apply/words.rs`) saves by `apply/save.rs` and sends files by `apply/upload.rs`.
//!
//! The address holds the token, which is as good as a password: it is never logged here, it stands in no link of a page
//! (forms post to their own address, links are queries of it), and `page.rs` keeps it from other sites and from caches.

mod form;
mod post;
mod question;
mod receipt;
mod receive;
mod save;
mod upload;
mod watch;
mod words;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use hiring::draft::{self, Entrance};
use hiring::invite::{self, Invite};
use hiring::problem::Noun;
use hiring::{App, Problem, Result};
use subtle::ConstantTimeEq as _;

use crate::Site;
use crate::guard;
use crate::origin;
use crate::page::{self, Area, Notice};
use crate::speech::{self, Speech};
use crate::trouble::trouble;

pub(crate) use form::preview;
#[cfg(test)]
pub(crate) use {form::Form, receipt::Receipt};

/// How long a person waits for the note that they opened the link, when the store is busy.
const PATIENCE: Duration = Duration::from_secs(1);

/// Everything below `/apply`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/apply/{token}", get(show).post(post::post))
        .route("/apply/{token}/draft", post(save::save))
        .route(
            "/apply/{token}/uploads",
            post(upload::create).options(upload::options),
        )
        .route(
            "/apply/{token}/uploads/{upload}",
            get(upload::content)
                .head(upload::offset)
                .patch(upload::append)
                .delete(upload::remove)
                .options(upload::options),
        )
}

/// Somebody who came by a link that leads somewhere.
pub(crate) struct Visit {
    pub app: App,
    pub site: Arc<Site>,
    pub parts: Parts,
    /// The link's token.
    pub token: String,
    pub entrance: Entrance,
    pub t: Speech,
    /// From where, as it is counted.
    pub place: String,
}

pub(crate) type Token = Result<Path<String>, PathRejection>;

impl Visit {
    /// Finds what the link opens.
    ///
    /// # Errors
    /// The page that says why not.
    pub async fn begin(
        app: App,
        site: Arc<Site>,
        parts: Parts,
        token: Option<String>,
    ) -> Result<Visit, Box<Response>> {
        let t = speech::choose(parts.uri.query().unwrap_or(""), &parts.headers, None);
        let place = guard::place(&parts.headers, &parts.extensions);
        if let Some(wait) = site.guesses.wait(&place, Instant::now()) {
            return Err(Box::new(busy(t, wait)));
        }
        let guessed = || {
            let _ = site.guesses.count(&place, Instant::now());
            Box::new(unknown(t))
        };
        let Some(token) = token else {
            return Err(guessed());
        };
        let asked = token.clone();
        let entrance = match app.store.read(move |r| draft::enter(r, &asked)).await {
            Ok(entrance) => entrance,
            Err(Problem::NotFound(_)) => return Err(guessed()),
            Err(other) => return Err(Box::new(trouble(t, &other))),
        };
        let known = entrance.draft.as_ref().map(|d| d.language.clone());
        let known = known.or(entrance.invite.as_ref().and_then(|i| i.language.clone()));
        let query = parts.uri.query().unwrap_or("");
        let t = speech::choose(query, &parts.headers, known.as_deref());
        Ok(Visit {
            app,
            site,
            parts,
            token,
            entrance,
            t,
            place,
        })
    }

    /// What a form of ours sends along to show that it is ours.
    pub fn csrf(&self) -> String {
        hiring::secret::base64url(&self.app.key.mac("csrf", &self.token)[..20])
    }

    /// Whether that is what came.
    pub fn is_csrf(&self, sent: &str) -> bool {
        self.csrf().as_bytes().ct_eq(sent.as_bytes()).into()
    }

    /// Whether the request came from a page of ours.
    pub fn is_ours(&self) -> bool {
        origin::is_ours_by_link(&self.parts.headers, &self.app.settings.public_url)
    }

    /// Whether what is behind the link was sent already.
    pub fn is_sent(&self) -> bool {
        let draft = self.entrance.draft.as_ref();
        draft.is_some_and(|d| d.submitted_at.is_some())
    }

    /// Sends the browser to the link's page again, by GET.
    pub fn back(&self, query: &str) -> Response {
        let to = format!("/apply/{}{query}", self.token);
        let location = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
        let response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
        page::dress(Area::Link, response)
    }

    /// Remembers the language, where one was chosen.
    pub fn remember(&self, mut response: Response, chosen: Option<Speech>) -> Response {
        if let Some(t) = chosen {
            let secure = self.app.settings.public_url.starts_with("https:");
            speech::remember(&mut response, t, secure);
        }
        response
    }
}

/// `GET /apply/{token}`.
async fn show(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let visit = match Visit::begin(app, site, parts, token.ok().map(|Path(t)| t)).await {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    let query = visit.parts.uri.query().unwrap_or("").to_owned();
    let chosen = speech::asked(&query);
    let response = if visit.is_sent() {
        receipt::show(&visit, &query).await
    } else if let Some(shut) = shut(&visit) {
        shut
    } else {
        if let Some(invite) = &visit.entrance.invite
            && invite.state == invite::State::Pending
            && is_a_person(&visit.parts)
        {
            note_opened(&visit.app, invite.clone()).await;
        }
        form::show(&visit, StatusCode::OK, &[], saved(&visit, &query)).await
    };
    visit.remember(response, chosen)
}

/// What to say above the form: that it was saved.
fn saved(visit: &Visit, query: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let (_, how) = pairs.iter().find(|(name, _)| name == "saved")?;
    let mailed = visit.entrance.draft.as_ref()?.proof_email.as_deref();
    Some(match mailed.filter(|_| how == "mailed") {
        Some(email) => visit.t.one("form-saved-mailed", "email", email),
        None => visit.t.say("form-saved"),
    })
}

/// Why one cannot apply by this link any more, if so. Nobody is named: whoever finds an old link learns nothing of the
/// person it was made for.
fn shut(visit: &Visit) -> Option<Response> {
    let (t, entrance) = (visit.t, &visit.entrance);
    let (organization, job) = (&entrance.organization, &entrance.job.title);
    let both = [
        ("organization", organization.as_str()),
        ("job", job.as_str()),
    ];
    let ask = t.one("ask-for-new", "organization", organization);
    let state = entrance.invite.as_ref().map(|i| i.state);
    let (title, text) = match state {
        Some(invite::State::Completed) => {
            let text = vec![t.with("sent-text", &both), t.say("sent-no-details")];
            let notice = Notice::said(t, t.say("sent-title"), text).of(organization);
            return Some(page::html(Area::Link, StatusCode::OK, &notice));
        }
        Some(invite::State::Expired) => {
            let ended = entrance.invite.as_ref().map_or(0, |i| i.expires_at);
            let since = t.moment(ended);
            let values = [both[0], both[1], ("moment", since.as_str())];
            ("expired-title", vec![t.with("expired-text", &values), ask])
        }
        Some(invite::State::Revoked) => {
            let text = t.one("revoked-text", "organization", organization);
            ("revoked-title", vec![text, ask])
        }
        Some(invite::State::Declined) => {
            ("declined-title", vec![t.with("declined-text", &both), ask])
        }
        _ if !entrance.takes_applications() => return Some(closed(t, organization, job)),
        _ => return None,
    };
    let notice = Notice::said(t, t.say(title), text).of(organization);
    Some(page::html(Area::Link, StatusCode::GONE, &notice))
}

/// A job that takes no more applications.
pub(crate) fn closed(t: Speech, organization: &str, job: &str) -> Response {
    let text = t.with(
        "closed-text",
        &[("organization", organization), ("job", job)],
    );
    let notice = Notice::said(t, t.say("closed-title"), vec![text]).of(organization);
    page::html(Area::Link, StatusCode::GONE, &notice)
}

pub(crate) fn unknown(t: Speech) -> Response {
    let text = vec![t.say("unknown-text"), t.say("unknown-ask")];
    let notice = Notice::said(t, t.say("unknown-title"), text);
    page::html(Area::Link, StatusCode::NOT_FOUND, &notice)
}

pub(crate) fn foreign(t: Speech) -> Response {
    let notice = Notice::said(t, t.say("foreign-title"), vec![t.say("foreign-text")]);
    page::html(Area::Link, StatusCode::FORBIDDEN, &notice)
}

/// Too many tries from one place.
pub(crate) fn busy(t: Speech, wait: Duration) -> Response {
    let time = t.roughly(wait.as_micros() as i64 + 59_000_000);
    let notice = Notice::said(
        t,
        t.say("busy-title"),
        vec![t.one("busy-text", "time", &time)],
    );
    let mut response = page::html(Area::Link, StatusCode::TOO_MANY_REQUESTS, &notice);
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// A failure while somebody applies, as a page.
pub(crate) fn failed(visit: &Visit, problem: &Problem) -> Response {
    let (t, entrance) = (visit.t, &visit.entrance);
    match problem {
        Problem::Gone(Noun::Job | Noun::Posting) => {
            closed(t, &entrance.organization, &entrance.job.title)
        }
        // Sent, completed, expired or revoked meanwhile: the page itself says which.
        Problem::Gone(_) => visit.back(""),
        other => trouble(t, other),
    }
}

/// Whether somebody looks at the page, as far as one can tell: not a HEAD, not a browser that fetches ahead or
/// fetches for another purpose than to show, not a program that makes a link's preview for a chat.
fn is_a_person(parts: &Parts) -> bool {
    let text = |name: &str| {
        let value = parts.headers.get(name).and_then(|v| v.to_str().ok());
        value.map(str::to_ascii_lowercase)
    };
    let shown = text("sec-fetch-dest").is_none_or(|dest| dest == "document");
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| text(name))
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("preview"));
    let program = ["bot", "crawl", "spider", "preview", "externalhit"];
    let agent = text("user-agent").unwrap_or_default();
    parts.method == Method::GET
        && shown
        && !ahead
        && !program.iter().any(|word| agent.contains(word))
}

/// Notes the opening. The person sees the page all the same when it cannot be noted now.
async fn note_opened(app: &App, invite: Invite) {
    let noted = app.store.write(move |tx| invite::note_opened(tx, &invite));
    match tokio::time::timeout(PATIENCE, noted).await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => tracing::warn!(?problem, "an opened invite was not noted"),
        Err(_) => tracing::warn!("an opened invite is noted late"),
    }
}

/// Bytes on their way to be looked at on the person's own device, and nowhere else.
pub(crate) fn download(name: &str, bytes: impl Into<axum::body::Body>) -> Response {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || " ._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let ascii: String = name.chars().map(plain).collect();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    let headers = [
        // Never what the sender says it is: nobody is to open it in our origin.
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_and_prefetches_are_no_person() {
        let judge = |method: Method, pairs: &[(&'static str, &'static str)]| {
            let mut request = Request::builder().method(method);
            for (name, value) in pairs {
                request = request.header(*name, *value);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            is_a_person(&parts)
        };
        let with = |name, value| judge(Method::GET, &[(name, value)]);
        assert!(judge(Method::GET, &[]));
        assert!(!judge(Method::HEAD, &[]));
        assert!(with("sec-fetch-dest", "document"));
        assert!(with("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"));
        for (name, value) in [
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-dest", "image"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "preview"),
            ("user-agent", "ChatBot-LinkExpanding 1.0"),
            ("user-agent", "SomeUriPreview"),
        ] {
            assert!(!with(name, value), "{name}: {value}");
        }
    }
}
