//! Coming and going: the sign-in form, the session's cookie.

use std::sync::Arc;
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use hiring::member::{self, Device, Member, Second, factor};
use hiring::{App, Problem};

use super::second;
use crate::page::{self, Area, Notice, Page};
use crate::{Site, guard, origin};

const COOKIE: &str = "muster_session";

/// What the form sends. Absent and empty are alike.
#[derive(serde::Deserialize)]
#[serde(default)]
pub(crate) struct Credentials {
    email: String,
    password: String,
    /// Where to go afterwards.
    to: String,
}

// Not derived: nothing may print a password.
impl Default for Credentials {
    fn default() -> Credentials {
        let empty = String::new;
        Credentials {
            email: empty(),
            password: empty(),
            to: empty(),
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignIn {
    email: String,
    to: String,
    fault: &'static str,
}

#[derive(Template)]
#[template(path = "once_more.html")]
pub(crate) struct OnceMore {
    to: String,
}

/// The empty form; `to` is where it leads.
pub(super) fn form(to: &str, status: StatusCode) -> Response {
    let page = SignIn {
        email: String::new(),
        to: own_path(to).to_owned(),
        fault: "",
    };
    page::html(Area::Desk, status, &page)
}

/// A page that asks for `to` again by itself.
pub(super) fn once_more(to: &str) -> Response {
    let to = own_path(to).to_owned();
    page::html(Area::Desk, StatusCode::OK, &OnceMore { to })
}

/// `POST /desk/sign-in`.
pub(crate) async fn sign_in(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    parts: Parts,
    form: Result<Form<Credentials>, FormRejection>,
) -> Response {
    if !origin::is_ours(&parts.headers, &app.settings.public_url) {
        return foreign();
    }
    let credentials = form.map(|Form(c)| c).unwrap_or_default();
    if credentials.email.trim().is_empty() || credentials.password.is_empty() {
        let fault = "Please fill in both fields.";
        return again(&credentials, StatusCode::BAD_REQUEST, fault);
    }
    let (email, password) = (credentials.email.clone(), credentials.password.clone());
    if let Err(wait) = site.door.knock(&email, Instant::now()) {
        return wait_a_while(wait);
    }
    match site.door.check(&app, email, password).await {
        Err(problem) => page::problem(Area::Desk, &problem),
        Ok(None) => {
            tracing::info!("a sign-in was refused");
            let fault = "This e-mail address and password do not belong together.";
            again(&credentials, StatusCode::UNAUTHORIZED, fault)
        }
        Ok(Some(member)) => {
            site.door.welcome(&credentials.email);
            enter(&app, &parts, member, own_path(&credentials.to)).await
        }
    }
}

/// `POST /desk/sign-out`.
pub(crate) async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Response {
    if !origin::is_ours(&headers, &app.settings.public_url) {
        return foreign();
    }
    if let Some(token) = session_token(&headers) {
        let ended = app.store.write(move |tx| member::sign_out(tx, &token));
        if let Err(problem) = ended.await {
            return page::problem(Area::Desk, &problem);
        }
    }
    with_cookie(&app, Redirect::to("/desk").into_response(), "", 0)
}

/// The session's token as the browser sends it.
pub(super) fn session_token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, COOKIE)
}

/// The cookie of this name.
pub(super) fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, value)| *name == wanted && !value.is_empty())?;
    Some(value.to_owned())
}

/// On to the second step, for those who have one; else in.
async fn enter(app: &App, parts: &Parts, member: Member, to: &str) -> Response {
    let of = member.clone();
    let state = app
        .store
        .read(move |r| Ok::<_, Problem>((factor::state(r, &of)?, r.now())));
    match state.await {
        Ok((Second::Off, _)) => begin(app, parts, member, to).await,
        Ok((Second::On { .. }, now)) => second::ask(app, &member, now, to),
        Err(problem) => page::problem(Area::Desk, &problem),
    }
}

/// To the desk, or to its sign-in.
pub(crate) fn home() -> Response {
    page::dress(Area::Desk, Redirect::to("/desk").into_response())
}

/// Begins a session in place of the one that the browser may still have.
pub(crate) async fn begin(app: &App, parts: &Parts, member: Member, to: &str) -> Response {
    let (had, id) = (session_token(&parts.headers), member.id);
    let agent = parts.headers.get(header::USER_AGENT);
    let device = Device {
        agent: agent.and_then(|v| v.to_str().ok()).unwrap_or("").to_owned(),
        place: guard::place(&parts.headers, &parts.extensions),
    };
    let begun = app.store.write(move |tx| {
        if let Some(token) = &had {
            member::sign_out(tx, token)?;
        }
        member::sign_in_from(tx, &member, &device)
    });
    match begun.await {
        Ok(token) => {
            tracing::info!(member = %id, "signed in");
            let seconds = member::SESSION / 1_000_000;
            with_cookie(app, Redirect::to(to).into_response(), &token, seconds)
        }
        Err(problem) => page::problem(Area::Desk, &problem),
    }
}

fn with_cookie(app: &App, response: Response, token: &str, seconds: i64) -> Response {
    let secure = secure(app);
    let cookie = format!(
        "{COOKIE}={token}; Path=/desk; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    let mut response = page::dress(Area::Desk, response);
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// What a cookie says that is for a safe connection only.
pub(super) fn secure(app: &App) -> &'static str {
    match app.settings.public_url.starts_with("https:") {
        true => "; Secure",
        false => "",
    }
}

/// `to` when it is a page of the desk, else the desk itself: nobody is sent elsewhere by a crafted form.
pub(super) fn own_path(to: &str) -> &str {
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_".contains(c);
    let asked = |c: char| c.is_ascii_alphanumeric() || "-_.~%+&=:,*".contains(c);
    let below = path.starts_with("/desk/") && !path.contains("//") && path.chars().all(plain);
    if below && query.chars().all(asked) {
        to
    } else {
        "/desk"
    }
}

fn again(credentials: &Credentials, status: StatusCode, fault: &'static str) -> Response {
    let page = SignIn {
        email: credentials.email.clone(),
        to: own_path(&credentials.to).to_owned(),
        fault,
    };
    page::html(Area::Desk, status, &page)
}

pub(crate) fn foreign() -> Response {
    let notice = Notice::new(
        "This form was not sent from here",
        &[
            "It came from a page of another site, so nothing was done. Please start from the desk itself.",
        ],
    );
    let notice = notice.onward("/desk", "To the desk");
    page::html(Area::Desk, StatusCode::FORBIDDEN, &notice)
}

pub(crate) fn wait_a_while(wait: Duration) -> Response {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    let minutes = match minutes {
        1 => "one minute".to_owned(),
        n => format!("{n} minutes"),
    };
    let text = format!("There were too many tries. Please wait {minutes}.");
    let notice = Notice::new("Too many tries", &[&text]).onward("/desk", "To the desk");
    let mut response = page::html(Area::Desk, StatusCode::TOO_MANY_REQUESTS, &notice);
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

impl Page for SignIn {
    #[cfg(test)]
    fn sample() -> SignIn {
        SignIn {
            email: "anna@example.org".into(),
            to: "/desk".into(),
            fault: "This e-mail address and password do not belong together.",
        }
    }
}

impl Page for OnceMore {
    #[cfg(test)]
    fn sample() -> OnceMore {
        OnceMore { to: "/desk".into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for good in ["/desk/logs/0198-ab", "/desk/candidates?q=a%20b&page=2"] {
            assert_eq!(own_path(good), good);
        }
        for bad in [
            "",
            "//evil",
            "https://evil",
            "/desk//evil",
            "/desk/..\\x",
            "/desk/a\r\nb",
            "/desk/a?x=;url=//evil",
            "/deskx",
        ] {
            assert_eq!(own_path(bad), "/desk", "{bad:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; muster_session=".parse().unwrap());
        assert_eq!(session_token(&headers), None);
        headers.append(header::COOKIE, "c=d; muster_session=t0k".parse().unwrap());
        assert_eq!(session_token(&headers).as_deref(), Some("t0k"));
    }
}
