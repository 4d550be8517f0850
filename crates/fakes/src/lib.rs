//! Stand-ins for the systems that Muster pushes to: one folder and one line in [`FAKES`] each.
//!
//! A fake answers the calls that a connector (or anybody's integration) makes with the vendor's own words: credentials are
//! checked, required fields refused, duplicates treated as the vendor treats them, files received, rates limited with the
//! vendor's headers. What it was given can be looked at in one neutral form (`inspect.rs`), and it fails on demand
//! (`faults.rs`). All of it is in memory and gone with it. It leans on none of our crates: what it says of a connector is
//! evidence only as long as the two share no code.
//!
//! Read `house.rs` next: what every fake shares. `docs/fakes.md` is for those who use it.

// A refusal is a whole answer; a fake may copy the few bytes.
#![allow(clippy::result_large_err)]

mod act;
mod ashby;
mod bamboohr;
mod books;
mod faults;
mod fetch;
mod form;
mod greenhouse;
mod house;
mod inspect;
mod lever;
mod line;
mod rate;
mod recruitee;
mod reply;
mod smartrecruiters;
mod teamtailor;
mod workable;

use axum::Router;
use axum::response::Response;

pub use faults::Faults;
pub use house::{House, Options};
pub use line::{Running, serve, start};
pub use rate::{Rate, Standing};

/// A system's stand-in.
pub trait Fake: Sync {
    /// As the connector is called: lower case, no blanks.
    fn name(&self) -> &'static str;
    /// As people call it.
    fn title(&self) -> &'static str;
    /// What it does and does not, Markdown.
    fn guide(&self) -> &'static str;
    /// The vendor's addresses.
    fn routes(&self) -> Router<House>;
    /// How often one account may ask, as documented.
    fn rate(&self) -> Rate;
    /// What an integration must be told to reach it: name and value, by the names that Muster's connector gives them. `base`
    /// has no slash at its end.
    fn account(&self, base: &str) -> Vec<(&'static str, String)>;
    /// A line that makes a candidate.
    fn example(&self, base: &str) -> String;
    /// How the vendor phrases it.
    fn fails(&self, how: Failure) -> Response;

    /// The id of a job that it has, for a table of jobs.
    fn job(&self) -> &'static str {
        books::JOBS[0].id
    }
    /// What it tells of the rate on each answer.
    fn rate_headers(&self, _standing: &Standing) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// Whether it gives access tokens, which end.
    fn gives_tokens(&self) -> bool {
        false
    }
}

/// A failure that may happen to any request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// 429: asked too often; come again after so many seconds.
    TooMany(u64),
    /// 500.
    Internal,
    /// 503.
    Unavailable,
    /// 401: what was given as a token or key is none, or none any more.
    Unknown,
}

/// Every stand-in.
pub const FAKES: &[&dyn Fake] = &[
    &greenhouse::Greenhouse,
    &lever::Lever,
    &ashby::Ashby,
    &workable::Workable,
    &smartrecruiters::SmartRecruiters,
    &recruitee::Recruitee,
    &teamtailor::Teamtailor,
    &bamboohr::BambooHr,
];

/// The stand-in of this name.
pub fn by_name(name: &str) -> Option<&'static dyn Fake> {
    FAKES.iter().copied().find(|f| f.name() == name)
}
