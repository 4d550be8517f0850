//! Two headers: `Authorization: Bearer <api key>` says whose organization, `X-Account-Token` which of its linked
//! accounts. Every linked account of an organization reads the same records; the token will decide where a write is
//! forwarded to. The texts of the 401s are those of the dialect page, §6.

use axum::http::{HeaderMap, header};
use hiring::App;
use hiring::caller::Caller;
use hiring::problem::{Act, Problem, Result};

use super::NAME;
use crate::limit;

/// Who calls. Judged in Merge's order: API key, account token; path and body come after.
pub(super) async fn caller(app: &App, headers: &HeaderMap, act: Act) -> Result<Caller> {
    let key = bearer(headers).ok_or(Problem::Unauthenticated(
        "Authentication credentials were not provided.",
    ))?;
    let key = app.authenticate(NAME, key).await?;
    let caller = key
        .ok_or(Problem::Unauthenticated("Invalid token."))?
        .caller();
    limit::count(&caller, limit::USUAL)?;
    let token = text(headers, "x-account-token").ok_or(Problem::Unauthenticated(
        "Account Token must be passed in as an X-Account-Token header.",
    ))?;
    app.linked_account(caller.org, token)
        .await?
        .ok_or(Problem::Unauthenticated("Invalid account token."))?;
    caller.require(act)?;
    Ok(caller)
}

/// The key behind the word Bearer, which is required (and, by RFC 9110, may be spelled in any case).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = text(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_bearer_is_required() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer abc"), Some("abc".into()));
        assert_eq!(of("bearer  abc "), Some("abc".into()));
        for bad in ["abc", "Token abc", "Bearer", "Bearer  "] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }
}
