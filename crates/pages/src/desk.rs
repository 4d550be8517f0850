//! The recruiter's desk. **To add a page**: a module here with handlers that take a [`Visit`](visit::Visit), its lines in a
//! `routes()` of its own, which [`table`] lists, a template that extends `desk/frame.html`, and its sample in [`samples`].
//!
//! * `may.rs` – the table of addresses and rights · `visit.rs` – the door, and what a handler answers by
//! * `frame.rs` – what stands around a page · `form.rs` – the parts of a form · `flash.rs` – "it is done", on the next page
//! * `board.rs` – a job's board · `invite.rs` – inviting people
//! * `sign_in.rs`, `door.rs` – coming in · `counts.rs` – the overview · `log.rs` – one call · `funnel.rs` – a drawing ·
//!   `words.rs` – events in plain words

pub(crate) mod board;
mod counts;
pub(crate) mod door;
mod flash;
mod form;
mod frame;
mod funnel;
mod integrations;
mod invite;
mod log;
pub(crate) mod may;
mod sign_in;
mod visit;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::response::Redirect;
use axum::routing::{get, post};
use hiring::App;
use hiring::member::Right;

use may::Route;

/// A form is at most so large, bytes, unless its route says otherwise.
const LARGEST_FORM: usize = 256 << 10;

/// Everything below `/desk`.
pub(crate) fn routes() -> Router<App> {
    may::router(table()).layer(DefaultBodyLimit::max(LARGEST_FORM))
}

/// Every address of the desk. Each part of it has a line here.
pub(crate) fn table() -> Vec<Route> {
    let home = || async { Redirect::to("/desk") };
    let mut all = vec![
        Route::get("/desk", Right::Enter, counts::show),
        Route::get("/desk/logs/{uid}", Right::SeeIntegrations, log::show),
        // Reloading the answer to a form by its address is no error.
        Route::open(Method::GET, "/desk/sign-in", get(home)),
        Route::open(Method::POST, "/desk/sign-in", post(sign_in::sign_in)),
        Route::open(Method::GET, "/desk/sign-out", get(home)),
        Route::open(Method::POST, "/desk/sign-out", post(sign_in::sign_out)),
    ];
    let parts = [board::routes(), integrations::routes(), invite::routes()];
    all.extend(parts.into_iter().flatten());
    all
}

/// Every template of the desk, filled with its sample.
#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::page::Page;
    fn one<P: Page>(name: &'static str) -> (&'static str, String) {
        (name, P::sample().render().unwrap())
    }
    let all = vec![
        one::<board::Board>("desk/board"),
        one::<board::many::Done>("desk/board_done"),
        one::<board::many::Invite>("desk/board_invite"),
        one::<board::many::Reject>("desk/board_reject"),
        one::<board::many::Stale>("desk/board_stale"),
        one::<invite::Invite>("desk/invite"),
        one::<invite::Shown>("desk/invite_run"),
        one::<counts::Desk>("counts"),
        one::<form::Confirm>("desk/confirm"),
        one::<log::Log>("log"),
        one::<sign_in::OnceMore>("once_more"),
        one::<sign_in::SignIn>("sign_in"),
    ];
    all.into_iter().chain(integrations::samples()).collect()
}
