//! What was just done, said once on the next page: carried by a cookie that only we can write.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use hiring::App;
use hiring::secret::base64url;
use subtle::ConstantTimeEq as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const COOKIE: &str = "muster_flash";
const PURPOSE: &str = "flash";
/// Bytes: browsers keep 4 KiB a cookie.
const LONGEST: usize = 1_000;

/// A sentence about what was done, or could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flash {
    pub words: String,
    pub fault: bool,
}

impl Flash {
    pub fn done(words: &str) -> Flash {
        Flash {
            words: words.to_owned(),
            fault: false,
        }
    }

    pub fn fault(words: &str) -> Flash {
        Flash {
            words: words.to_owned(),
            fault: true,
        }
    }
}

/// Has the next page say it.
pub(super) fn set(app: &App, response: Response, flash: &Flash) -> Response {
    let mut end = flash.words.len().min(LONGEST);
    while !flash.words.is_char_boundary(end) {
        end -= 1;
    }
    let kind = if flash.fault { "-" } else { "+" };
    let text = base64url(format!("{kind}{}", &flash.words[..end]).as_bytes());
    let mac = base64url(&app.key.mac(PURPOSE, &text));
    with_cookie(app, response, &format!("{text}.{mac}"), 60)
}

/// Has no later page say it again.
pub(super) fn forget(app: &App, response: Response) -> Response {
    with_cookie(app, response, "", 0)
}

/// What the request brings along.
pub(super) fn read(app: &App, headers: &HeaderMap) -> Option<Flash> {
    let value = super::sign_in::cookie(headers, COOKIE)?;
    let (text, mac) = value.split_once('.')?;
    let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
    let ours = app.key.mac(PURPOSE, text);
    if !bool::from(ours.ct_eq(&mac)) {
        return None;
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (kind, words) = text.split_at_checked(1)?;
    Some(Flash {
        words: words.to_owned(),
        fault: kind == "-",
    })
}

fn with_cookie(app: &App, mut response: Response, value: &str, seconds: i64) -> Response {
    let secure = super::sign_in::secure(app);
    let cookie = format!(
        "{COOKIE}={value}; Path=/desk; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
