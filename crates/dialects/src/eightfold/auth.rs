//! Who calls: the `Authorization` header, and the access tokens that go into it.
//!
//! A token needs no row: it is the key's uid, the moment it ends and an HMAC over both with the installation key,
//! so it survives a restart, and a revoked key ends its tokens too. How tokens are asked for: `routes/token.rs`.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hiring::App;
use hiring::api_key::ApiKey;
use hiring::caller::Caller;
use hiring::id::Uuid;
use hiring::problem::{Act, Problem, Result};
use hiring::secret::InstallationKey;
use subtle::ConstantTimeEq as _;

use super::NAME;
use super::scope::Scope;
use crate::limit;

/// Seconds a token is good for: the newer grants' (the page gives none for the password grant).
pub(super) const LIFETIME: i64 = 3_600;

const PREFIX: &str = "eft_";
const PURPOSE: &str = "eightfold.token";

/// Who calls, by `Authorization: Bearer <access token>`, or by the API key itself (`Basic <key>`, as some client
/// code sends it, or `Bearer <key>`).
///
/// # Errors
/// Who may not do `act`, or whose key opens none of `scope`, is forbidden.
pub(super) async fn caller(
    app: &App,
    headers: &HeaderMap,
    act: Act,
    scope: Scope,
) -> Result<Caller> {
    let key = key(app, headers).await?;
    let caller = key
        .ok_or(Problem::Unauthenticated("Missing or invalid access token"))?
        .caller();
    limit::count(&caller, limit::USUAL)?;
    caller.require(act)?;
    caller.require_scope(scope)?;
    Ok(caller)
}

async fn key(app: &App, headers: &HeaderMap) -> Result<Option<ApiKey>> {
    let Some((scheme, credential)) = authorization(headers) else {
        return Ok(None);
    };
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    if bearer && credential.starts_with(PREFIX) {
        return match read_token(&app.key, credential, app.store.clock().now()) {
            Some(uid) => app.key_by_uid(NAME, uid).await,
            None => Ok(None),
        };
    }
    if bearer || scheme.eq_ignore_ascii_case("basic") {
        return app.authenticate(NAME, credential).await;
    }
    Ok(None)
}

/// Scheme and credential of the `Authorization` header.
pub(super) fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, credential) = value.split_once(' ')?;
    let credential = credential.trim();
    (!credential.is_empty()).then_some((scheme, credential))
}

/// A token for the key `uid`, good from `now` (µs) for [`LIFETIME`].
pub(super) fn write_token(key: &InstallationKey, uid: Uuid, now: i64) -> String {
    let ends = now.div_euclid(1_000_000) + LIFETIME;
    let mut bytes = Vec::with_capacity(56);
    bytes.extend_from_slice(uid.as_bytes());
    bytes.extend_from_slice(&ends.to_be_bytes());
    bytes.extend_from_slice(&key.mac(PURPOSE, &message(uid, ends)));
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The key that `token` was issued to, unless it is forged or over.
fn read_token(key: &InstallationKey, token: &str, now: i64) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
    let (uid, rest) = bytes.split_at_checked(16)?;
    let (ends, mac) = rest.split_at_checked(8)?;
    let uid = Uuid::from_slice(uid).ok()?;
    let ends = i64::from_be_bytes(ends.try_into().ok()?);
    let genuine = key.mac(PURPOSE, &message(uid, ends)).ct_eq(mac);
    (bool::from(genuine) && now.div_euclid(1_000_000) < ends).then_some(uid)
}

fn message(uid: Uuid, ends: i64) -> String {
    format!("{uid}|{ends}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600_000_000;

    #[test]
    fn a_token_reads_back_until_it_ends() {
        let (key, uid) = (InstallationKey::draw(), Uuid::now_v7());
        let token = write_token(&key, uid, NOW);
        let after = |seconds: i64| read_token(&key, &token, NOW + seconds * 1_000_000);
        assert_eq!(after(0), Some(uid));
        assert_eq!(after(LIFETIME - 1), Some(uid));
        assert_eq!(after(LIFETIME), None);
    }

    #[test]
    fn a_changed_or_foreign_token_is_refused() {
        let (key, uid) = (InstallationKey::draw(), Uuid::now_v7());
        let token = write_token(&key, uid, NOW);
        assert_eq!(read_token(&InstallationKey::draw(), &token, NOW), None);
        for at in PREFIX.len()..token.len() {
            let mut forged = token.clone();
            let other = if &forged[at..=at] == "A" { "B" } else { "A" };
            forged.replace_range(at..=at, other);
            assert_eq!(read_token(&key, &forged, NOW), None, "character {at}");
        }
        for bad in [
            "",
            PREFIX,
            "eft_AAAA",
            &token[..token.len() - 4],
            &format!("{token}AAAA"),
        ] {
            assert_eq!(read_token(&key, bad, NOW), None, "{bad}");
        }
    }

    #[test]
    fn the_header_has_a_scheme_and_a_credential() {
        let mut headers = HeaderMap::new();
        assert_eq!(authorization(&headers), None);
        for (value, read) in [
            ("Bearer abc", Some(("Bearer", "abc"))),
            (" basic   k ", Some(("basic", "k"))),
            ("Bearer", None),
            ("Bearer ", None),
        ] {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(authorization(&headers), read, "{value}");
        }
    }
}
