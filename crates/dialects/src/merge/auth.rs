//! Two headers: `Authorization: Bearer <api key>` says whose organization, `X-Account-Token` which of its linked
//! accounts. Every linked account of an organization reads the same records; the token will decide where a write is
//! forwarded to. The texts of the 401s are those of the dialect page, §6.

use axum::http::{HeaderMap, header};
use hiring::App;
use hiring::caller::Caller;
use hiring::linked_account::LinkedAccount;
use hiring::problem::{Act, Problem, Result};

use super::NAME;
use super::map::Lens;
use crate::limit;

/// Who calls, and through which linked account.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub caller: Caller,
    pub account: LinkedAccount,
}

impl Guest {
    /// How records are shown to this caller.
    pub(super) fn lens(&self, app: &App) -> Lens {
        Lens {
            public_url: app.settings.public_url.clone(),
            account: self.account.settings.clone(),
        }
    }

    /// Fails where the account's scopes switch off reading `model`.
    pub(super) fn may_read(&self, model: &str) -> Result<()> {
        match self.account.settings.scope(model) {
            Some(scope) if !scope.read => Err(Problem::Forbidden(Act::Read)),
            _ => Ok(()),
        }
    }

    /// Fails unless this key may write, and `model` through this account.
    pub(super) fn require_write(&self, model: &str) -> Result<()> {
        self.caller.require(Act::Write)?;
        self.may_write(model)
    }

    /// Fails where the account's scopes switch off writing `model`.
    pub(super) fn may_write(&self, model: &str) -> Result<()> {
        match self.account.settings.scope(model) {
            Some(scope) if !scope.write => Err(Problem::Forbidden(Act::Write)),
            _ => Ok(()),
        }
    }
}

/// Who calls. Judged in Merge's order: API key, account token; path and body come after.
pub(super) async fn guest(app: &App, headers: &HeaderMap, act: Act) -> Result<Guest> {
    let guest = known(app, headers).await?;
    guest.caller.require(act)?;
    Ok(guest)
}

/// [`guest`], whatever they may do.
pub(super) async fn known(app: &App, headers: &HeaderMap) -> Result<Guest> {
    let caller = key_holder(app, headers).await?;
    let token = text(headers, "x-account-token").ok_or(Problem::Unauthenticated(
        "Account Token must be passed in as an X-Account-Token header.",
    ))?;
    let account = app
        .linked_account(caller.org, token)
        .await?
        .ok_or(Problem::Unauthenticated("Invalid account token."))?;
    Ok(Guest { caller, account })
}

/// [`guest`] for a read of `model`, which the account's scopes must allow.
pub(super) async fn reader(app: &App, headers: &HeaderMap, model: &str) -> Result<Guest> {
    let guest = guest(app, headers, Act::Read).await?;
    guest.may_read(model)?;
    Ok(guest)
}

/// Who calls, for the operations that need the API key alone. An account token that comes with it is not looked at.
pub(super) async fn key_only(app: &App, headers: &HeaderMap, act: Act) -> Result<Caller> {
    let caller = key_holder(app, headers).await?;
    caller.require(act)?;
    Ok(caller)
}

/// [`key_only`], whatever they may do.
pub(super) async fn key_holder(app: &App, headers: &HeaderMap) -> Result<Caller> {
    let key = bearer(headers).ok_or(Problem::Unauthenticated(
        "Authentication credentials were not provided.",
    ))?;
    let key = app.authenticate(NAME, key).await?;
    let caller = key
        .ok_or(Problem::Unauthenticated("Invalid token."))?
        .caller();
    limit::count(&caller, limit::USUAL)?;
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
