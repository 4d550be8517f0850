//! `Authorization: Bearer KEY` (RFC 6750 §2.1): a key of this dialect, no expiry.

use axum::http::{HeaderMap, header};
use hiring::App;
use hiring::caller::Caller;
use hiring::problem::{Act, Problem, Result};

use super::NAME;
use crate::limit;

/// Who calls, and that they may `act`.
pub(super) async fn caller(app: &App, headers: &HeaderMap, act: Act) -> Result<Caller> {
    let key = bearer(headers).ok_or(Problem::Unauthenticated(
        "send the header Authorization: Bearer KEY",
    ))?;
    let found = app.authenticate(NAME, key).await?;
    let caller = found
        .ok_or(Problem::Unauthenticated("no such key, or it was revoked"))?
        .caller();
    limit::count(&caller, limit::USUAL)?;
    caller.require(act)?;
    Ok(caller)
}

/// The token of the header; the scheme's case does not matter (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_read_in_any_case_of_the_scheme() {
        let cases = [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("Bearer  ", None),
        ];
        for (value, token) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("a value"));
            assert_eq!(bearer(&headers), token, "{value:?}");
        }
    }
}
