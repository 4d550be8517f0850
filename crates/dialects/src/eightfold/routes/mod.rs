//! The handlers. Which address leads to which of them: `document.rs`.

pub(super) mod applications;
pub(super) mod around;
mod batch;
mod contents;
mod jobs;
mod letter;
pub(super) mod notes;
mod people;
pub(super) mod positions;
pub(super) mod profiles;
pub(super) mod read;
pub(super) mod token;
pub(super) mod transactions;
mod whose;
pub(super) mod write;

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The head of a call that has no body.
pub(super) struct Asked {
    headers: HeaderMap,
    query: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Infallible> {
        Ok(Asked {
            headers: parts.headers.clone(),
            query: parts.uri.query().map(str::to_owned),
        })
    }
}
