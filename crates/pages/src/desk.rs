//! The recruiter's desk, as far as it is built: a sign-in, a page of counts, and what is known of one call.
//!
//! Handlers only. Who may come in is in `desk/door.rs`, the drawing in `desk/funnel.rs`, the words for events in
//! `desk/words.rs`.

mod counts;
pub(crate) mod door;
mod funnel;
mod log;
mod sign_in;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use hiring::App;
use hiring::member::{self, Member};

use crate::origin;
use crate::page::{self, Area};

#[cfg(test)]
pub(crate) use {
    counts::Desk,
    log::Log,
    sign_in::{OnceMore, SignIn},
};

/// The sign-in form is the largest thing that is sent here, bytes.
const LARGEST_FORM: usize = 16 << 10;

/// Everything below `/desk`.
pub(crate) fn routes() -> Router<App> {
    let home = || async { Redirect::to("/desk") };
    Router::new()
        .route("/desk", get(counts::show))
        .route("/desk/logs/{uid}", get(log::show))
        // Reloading the answer to a form by its address is no error.
        .route("/desk/sign-in", post(sign_in::sign_in).get(home))
        .route("/desk/sign-out", post(sign_in::sign_out).get(home))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
}

/// The member whose session the request carries; otherwise the page that a stranger sees instead of `path`.
async fn enter(
    app: &App,
    headers: &HeaderMap,
    path: &str,
    status: StatusCode,
) -> Result<Member, Box<Response>> {
    let stranger = || {
        // A link in another site's page or in a web mail: the browser keeps a Strict cookie back for this one
        // request. Asking again from our own page brings it along.
        if origin::is_foreign_link(headers) {
            return Box::new(sign_in::once_more(path));
        }
        Box::new(sign_in::form(path, status))
    };
    let Some(token) = sign_in::session_token(headers) else {
        return Err(stranger());
    };
    match app.store.read(move |r| member::of_session(r, &token)).await {
        Ok(Some(member)) => Ok(member),
        Ok(None) => Err(stranger()),
        Err(problem) => Err(Box::new(page::problem(Area::Desk, &problem))),
    }
}
