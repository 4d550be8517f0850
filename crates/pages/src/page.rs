//! A template's way out: the headers every page carries, and failures as pages.
//!
//! Every page forbids frames and foreign content, and scripts too but for one that needs its own. What names a person is never stored by a browser or a
//! proxy on the way.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hiring::Problem;

use crate::speech::Speech;

/// The same where a script of ours may make a form pleasant: from our own origin alone, never inline. A block of data
/// (`application/ld+json`) is no script and needs no permission.
const WITH_SCRIPT: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                           img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Stylesheet and pictures from our own origin, forms to it, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The same, and a script of ours that may call our own origin.
const SCRIPTED: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
                        form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Lets a page have a script of ours.
pub(crate) fn scripted(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(SCRIPTED),
    );
    response
}

/// Whose eyes a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// Anyone's.
    Public,
    /// Whoever holds a link. Its address is the secret, so no other site may learn it as a referrer.
    Link,
    /// Members'. The referrer stays within our origin: under `no-referrer` a browser posts a form with
    /// `Origin: null` (Fetch, "append a request Origin header"), which could not be told from a foreign one.
    Desk,
}

/// What a template is filled with.
pub(crate) trait Page: Template {
    /// A filled-in example: a test renders every template from it.
    #[cfg(test)]
    fn sample() -> Self;
}

/// The page as an answer.
pub(crate) fn html(area: Area, status: StatusCode, page: &impl Page) -> Response {
    match page.render() {
        Ok(text) => dress(area, (status, text).into_response()),
        Err(cause) => {
            let problem = Problem::broken(cause);
            tracing::debug!(?problem, "a template does not render");
            dress(area, StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

/// Adds the headers that every answer of `area` carries.
pub(crate) fn dress(area: Area, mut response: Response) -> Response {
    let (referrer, cache) = match area {
        Area::Public => ("same-origin", "no-cache"),
        Area::Link => ("no-referrer", "no-store"),
        Area::Desk => ("same-origin", "no-store"),
    };
    let mut set = |name: HeaderName, value: &'static str| {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    let policy = match area {
        Area::Link | Area::Desk => WITH_SCRIPT,
        Area::Public => POLICY,
    };
    set(header::CONTENT_SECURITY_POLICY, policy);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, referrer);
    set(header::CACHE_CONTROL, cache);
    if area != Area::Public {
        set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    }
    response
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice {
    /// A few words.
    pub title: String,
    /// Sentences.
    pub text: Vec<String>,
    /// Where to go from here: address and words.
    pub onward: Option<(&'static str, &'static str)>,
    /// In which language it is.
    pub t: Speech,
    /// Whether it can be read in the others too.
    pub switch: bool,
    /// Whose page it is, where somebody came to one of an organization's.
    pub organization: Option<String>,
}

impl Notice {
    /// With these words and no way onward.
    pub fn new(title: &str, text: &[&str]) -> Notice {
        Notice {
            title: title.to_owned(),
            text: text.iter().map(|t| (*t).to_owned()).collect(),
            onward: None,
            t: Speech::ENGLISH,
            switch: false,
            organization: None,
        }
    }

    /// With messages of this language.
    pub fn said(t: Speech, title: String, text: Vec<String>) -> Notice {
        Notice {
            title,
            text,
            onward: None,
            t,
            switch: true,
            organization: None,
        }
    }

    /// In this organization's name.
    pub fn of(mut self, organization: &str) -> Notice {
        self.organization = Some(organization.to_owned());
        self
    }

    /// With a link at the end.
    pub fn onward(mut self, to: &'static str, words: &'static str) -> Notice {
        self.onward = Some((to, words));
        self
    }
}

impl Page for Notice {
    #[cfg(test)]
    fn sample() -> Notice {
        Notice::new("Not found", &["There is nothing at this address."]).onward("/", "To the start")
    }
}

/// A failure as a page.
pub(crate) fn problem(area: Area, problem: &Problem) -> Response {
    let (status, notice) = match problem {
        Problem::NotFound(_) | Problem::Gone(_) => (
            StatusCode::NOT_FOUND,
            Notice::new(
                "Not found",
                &["There is nothing at this address. It may have been mistyped or cut short."],
            ),
        ),
        Problem::Forbidden(_) => (
            StatusCode::FORBIDDEN,
            Notice::new("Not allowed", &["You may not do this here."]),
        ),
        Problem::Conflict(_) | Problem::Stale { .. } => (
            StatusCode::CONFLICT,
            Notice::new(
                "It has changed meanwhile",
                &[
                    "Somebody else was faster, so nothing was changed. Please look again before you go on.",
                ],
            ),
        ),
        Problem::TooLarge { .. } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            Notice::new(
                "That is too large",
                &["Nothing was changed: what was sent is larger than this page takes."],
            ),
        ),
        Problem::UnsupportedMedia => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Notice::new(
                "That form cannot be read",
                &["It did not arrive as this page sends it, so nothing was done."],
            ),
        ),
        Problem::Broken(ticket) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Notice::new(
                "Something broke",
                &[
                    "This is our fault. What happened has been noted.",
                    &format!("If you report it, please name ticket {ticket}."),
                ],
            ),
        ),
        Problem::Overloaded { .. } | Problem::TooMany { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            Notice::new(
                "Busy at the moment",
                &["Too much is going on right now. Please try again in a few seconds."],
            ),
        ),
        _ => (
            StatusCode::BAD_REQUEST,
            Notice::new(
                "That did not work",
                &["The request could not be understood."],
            ),
        ),
    };
    let mut response = match area {
        Area::Link => html(area, status, &notice),
        Area::Public => html(area, status, &notice.onward("/", "To the start")),
        Area::Desk => html(area, status, &notice.onward("/desk", "To the desk")),
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}
