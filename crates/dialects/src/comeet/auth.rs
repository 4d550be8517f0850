//! `Authorization: Bearer <jwt>` (R/authorization): the caller mints the token itself, HS256 over
//! `{"iss": "<api key>", "exp": …}` with the secret that came with the key. There is no token endpoint.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use hiring::App;
use hiring::api_key::ApiKey;
use hiring::caller::Caller;
use hiring::problem::{Act, Problem, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;

use super::NAME;
use crate::limit;

/// R/error-responses: "100 requests per 60 seconds".
const RATE: (u32, u32) = (100, 60);
/// How far ahead a token may end. The vendor recommends ten minutes and names no limit; an hour is ours.
pub(super) const LONGEST: Duration = Duration::from_secs(3_600);
/// How much two clocks may differ.
const LEEWAY: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    /// RFC 7519, "NumericDate": seconds, perhaps with a fraction.
    exp: f64,
}

const REFUSED: Problem = Problem::Unauthenticated("Missing or invalid access token");

/// Who calls, and whether they may `act` and have one of `scopes`.
pub(super) async fn caller(
    app: &App,
    headers: &HeaderMap,
    act: Act,
    scopes: &[&'static str],
) -> Result<Caller> {
    let token = bearer(headers).ok_or(REFUSED)?;
    let issuer = issuer(token).ok_or(REFUSED)?;
    let key = app.authenticate(NAME, &issuer).await?.ok_or(REFUSED)?;
    verify(app, &key, token)?;
    let caller = key.caller();
    limit::count(&caller, RATE)?;
    caller.require(act)?;
    caller.require_scope(scopes)?;
    Ok(caller)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whose token this claims to be, before anything of it is believed. Any algorithm but HS256 ends here: `none`,
/// and a public key taken for a secret.
fn issuer(token: &str) -> Option<String> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    if header.alg != Algorithm::HS256 {
        return None;
    }
    let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
    Some(claims.iss)
}

/// The signature with this key's secret, then the time.
fn verify(app: &App, key: &ApiKey, token: &str) -> Result<()> {
    let secret = key.open_secret(&app.key)?.ok_or(REFUSED)?;
    let claims = signed(token, &secret).ok_or(REFUSED)?;
    let now = app.store.clock().now() as f64 / 1e6;
    in_time(claims.exp, now)
}

fn signed(token: &str, secret: &[u8]) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are judged by our own clock, below; no audience is documented.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret);
    jsonwebtoken::decode(token, &key, &validation)
        .ok()
        .map(|token| token.claims)
}

fn in_time(exp: f64, now: f64) -> Result<()> {
    if exp < now - LEEWAY.as_secs_f64() {
        return Err(Problem::Unauthenticated("The access token has expired"));
    }
    if exp > now + (LONGEST + LEEWAY).as_secs_f64() {
        return Err(Problem::Unauthenticated(
            "The access token must expire within an hour",
        ));
    }
    Ok(())
}

/// A token as a client mints it, for the example call.
pub(super) fn mint(api_key: &str, secret: &str, exp: u64) -> String {
    let claims = serde_json::json!({"iss": api_key, "exp": exp});
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn token(header: &str, claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(header), part(claims), part("signature"))
    }

    #[test]
    fn a_minted_token_is_the_keys_own() {
        let token = mint("key", "secret", 2_000_000_000);
        assert_eq!(issuer(&token).as_deref(), Some("key"));
        assert_eq!(signed(&token, b"secret").map(|c| c.exp), Some(2e9));
        assert!(signed(&token, b"another").is_none());
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        assert!(signed(&format!("{unsigned}."), b"secret").is_none());
    }

    #[test]
    fn only_hs256_and_only_with_both_claims() {
        let claims = r#"{"iss":"key","exp":2000000000}"#;
        assert_eq!(
            issuer(&token(r#"{"alg":"HS256"}"#, claims)).as_deref(),
            Some("key")
        );
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{}"#,
            "x",
        ] {
            assert_eq!(issuer(&token(header, claims)), None, "{header}");
        }
        for claims in [
            r#"{"iss":"key"}"#,
            r#"{"exp":2000000000}"#,
            r#"{"iss":7,"exp":2000000000}"#,
            r#"{"iss":"key","exp":"2000000000"}"#,
            r#"{"iss":"key","exp":1e400}"#,
            "[]",
            "",
        ] {
            assert_eq!(
                issuer(&token(r#"{"alg":"HS256"}"#, claims)),
                None,
                "{claims}"
            );
        }
        for other in ["", "a", "a.b", "a.b.c", "a.b.c.d"] {
            assert_eq!(issuer(other), None, "{other}");
        }
    }

    #[test]
    fn a_token_lives_an_hour_at_most() {
        for (exp, fine) in [
            (999.0, true),
            (969.0, false),
            (1_000.5, true),
            (4_600.0, true),
            (4_631.0, false),
            (f64::MAX, false),
            (-1.0, false),
        ] {
            assert_eq!(in_time(exp, 1_000.0).is_ok(), fine, "{exp}");
        }
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        let headers = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            headers
        };
        assert_eq!(bearer(&headers("bearer  abc ")), Some("abc"));
        assert_eq!(bearer(&headers("Basic abc")), None);
        assert_eq!(bearer(&headers("abc")), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
