//! The recruiter's desk. **To add a page**: a module here with handlers that take a [`Visit`](visit::Visit), its lines in a
//! `routes()` of its own, which [`table`] lists, a template that extends `desk/frame.html`, and its sample in [`samples`].
//!
//! * `may.rs` – the table of addresses and rights · `visit.rs` – the door, and what a handler answers by
//! * `frame.rs` – what stands around a page · `form.rs` – the parts of a form · `flash.rs` – "it is done", on the next page
//! * `people.rs` – everybody · `person.rs` – a candidate · `search.rs` – finding them
//! * `board.rs` – a job's board · `invite.rs` – inviting people · `numbers.rs` – the page of numbers
//! * `sign_in.rs`, `door.rs` – coming in · `counts.rs` – the overview · `log.rs` – one call · `funnel.rs` – a drawing ·
//!   `words.rs` – events in plain words

mod account;
pub(crate) mod board;
mod card;
mod counts;
mod device;
pub(crate) mod door;
mod flash;
mod forgot;
pub(crate) mod form;
mod frame;
mod funnel;
mod integrations;
mod invite;
mod jobs;
mod log;
pub(crate) mod may;
mod members;
mod numbers;
mod people;
mod person;
mod search;
mod second;
pub(crate) mod sign_in;
pub(crate) mod visit;
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
        Route::open(Method::GET, "/desk/forgot", get(forgot::show)),
        Route::open(Method::POST, "/desk/forgot", post(forgot::ask)),
        Route::open(Method::GET, "/desk/second", get(home)),
        Route::open(Method::POST, "/desk/second", post(second::check)),
        Route::open(Method::GET, "/desk/sign-out", get(home)),
        Route::open(Method::POST, "/desk/sign-out", post(sign_in::sign_out)),
    ];
    let parts = [
        account::routes(),
        board::routes(),
        integrations::routes(),
        invite::routes(),
        jobs::routes(),
        members::routes(),
        numbers::routes(),
        people::routes(),
        person::routes(),
        search::routes(),
    ];
    all.extend(parts.into_iter().flatten());
    all
}

/// What a member is there for, with its article.
pub(crate) fn role_words(role: hiring::member::Role) -> &'static str {
    words::role(role)
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
        one::<account::Account>("desk/account"),
        one::<account::Codes>("desk/codes"),
        one::<account::SetUp>("desk/second_factor"),
        one::<jobs::Ask>("desk/question"),
        one::<jobs::Edit>("desk/job_edit"),
        one::<jobs::Jobs>("desk/jobs"),
        one::<jobs::New>("desk/new_job"),
        one::<jobs::One>("desk/job"),
        one::<jobs::Questions>("desk/questions"),
        one::<jobs::Stages>("desk/stages"),
        one::<members::Members>("desk/members"),
        one::<members::One>("desk/member"),
        one::<counts::Desk>("counts"),
        one::<form::Confirm>("desk/confirm"),
        one::<forgot::Forgot>("forgot"),
        one::<log::Log>("log"),
        one::<numbers::Numbers>("desk/numbers"),
        one::<people::People>("desk/people"),
        one::<person::Person>("desk/person"),
        one::<person::Edit>("desk/person_edit"),
        one::<person::PagesOf>("desk/person_pages"),
        one::<person::Sent>("desk/person_sent"),
        one::<person::TextOf>("desk/person_text"),
        one::<person::Twin>("desk/person_twin"),
        one::<search::Search>("desk/search"),
        one::<sign_in::OnceMore>("once_more"),
        one::<second::SecondStep>("second"),
        one::<sign_in::SignIn>("sign_in"),
    ];
    all.into_iter().chain(integrations::samples()).collect()
}
