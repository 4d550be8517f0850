//! The `apiKey` header (X/authentication.html): one key for each organization, no expiry.

use axum::http::HeaderMap;
use hiring::App;
use hiring::caller::Caller;
use hiring::problem::{Act, Problem, Result};

use super::NAME;
use crate::limit;

/// Who calls, by the `apiKey` header in any case.
pub(super) async fn caller(app: &App, headers: &HeaderMap, act: Act) -> Result<Caller> {
    let missing = Problem::Unauthenticated("Missing or invalid API key");
    let key = headers
        .get("apikey")
        .and_then(|v| v.to_str().ok())
        .map(str::trim)
        .filter(|k| !k.is_empty());
    let Some(key) = key else { return Err(missing) };
    let caller = app.authenticate(NAME, key).await?.ok_or(missing)?.caller();
    limit::count(&caller, limit::USUAL)?;
    caller.require(act)?;
    Ok(caller)
}
