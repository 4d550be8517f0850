//! Whether a form was sent from a page of ours. The session's cookie is `SameSite=Strict`, which covers what a
//! signed-in member may do; this also covers signing somebody in who did not ask for it.

use axum::http::{HeaderMap, Uri, header};

/// Whether the request came from a page of our own, or from no page at all. A browser says so in `Sec-Fetch-Site`;
/// one that is too old, or that reaches us without TLS, in `Origin`. A program that sends neither acts for nobody
/// but itself.
pub(crate) fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(headers, header::ORIGIN.as_str()) else {
        return true;
    };
    // Behind a proxy, Host may be the inner name: the outside name counts too.
    let host = text(headers, header::HOST.as_str());
    let (from, outside) = (authority(origin), authority(public_url));
    from.is_some() && (from.as_deref() == host || from == outside)
}

/// The same for the pages behind a secret link. Under `no-referrer` a browser without `Sec-Fetch-Site` posts our own form
/// with `Origin: null`. Whoever could forge that knows the token, and with it could press the button themselves.
pub(crate) fn is_ours_by_link(headers: &HeaderMap, public_url: &str) -> bool {
    let hidden = text(headers, header::ORIGIN.as_str()) == Some("null")
        && text(headers, "sec-fetch-site").is_none();
    hidden || is_ours(headers, public_url)
}

/// Whether a page of another site led here.
pub(crate) fn is_foreign_link(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-site") == Some("cross-site")
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn authority(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    uri.authority().map(|a| a.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_send_forms() {
        let judge = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "127.0.0.1:8080".parse().unwrap());
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_ours(&headers, "https://jobs.example")
        };
        assert!(judge(&[]));
        assert!(judge(&[("sec-fetch-site", "same-origin")]));
        assert!(judge(&[("origin", "http://127.0.0.1:8080")]));
        assert!(judge(&[("origin", "https://jobs.example")]));
        assert!(!judge(&[("origin", "null")]));
        assert!(!judge(&[("origin", "https://evil.example")]));
        assert!(!judge(&[("sec-fetch-site", "cross-site")]));
        assert!(!judge(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "http://127.0.0.1:8080")
        ]));
    }
}
