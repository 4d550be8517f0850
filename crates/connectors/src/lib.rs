//! Other applicant tracking systems, spoken outbound: one folder and one line in [`CONNECTORS`] each.
//!
//! A connector is pure. It is given what is to be carried ([`Parcel`]) and what was said so far ([`Exchange`]), and answers
//! with the next [`Step`]. It calls nobody, knows no clock but the one it is handed, and keeps nothing; whoever carries
//! (`courier`) performs the request, keeps the exchange before it asks again, and so goes on after a crash where it was.
//!
//! # The one rule
//! None of these systems documents an idempotency key, so a create is never repeated blindly: after an exchange that ended
//! [`Outcome::Unanswered`] the next step must *look up* what the far side has before it creates.
//!
//! # Layout
//! `parcel.rs` – what is carried · `step.rs` – requests, answers and what follows · `flow.rs` – a delivery as a script ·
//! `manners.rs` – what an answer means · `person.rs` – the record as others want it · `details.rs` – what has no place there ·
//! `patch.rs` – changing what is there · one folder per system with `mod.rs` (the steps), `wire.rs` (the system's words),
//! `map.rs` (ours into theirs), `README.md` (its guide) and `golden/` (tests/it/golden.rs).

// A step is made once for each request that crosses the network: its size is nothing.
#![allow(clippy::result_large_err)]

use std::collections::BTreeMap;

pub mod address;
mod ashby;
mod bamboohr;
mod comeet;
pub mod details;
mod eightfold;
pub mod flow;
mod greenhouse;
mod lever;
pub mod manners;
mod muster;
mod parcel;
pub mod patch;
pub mod person;
mod recruitee;
mod setting;
mod smartrecruiters;
mod step;
mod teamtailor;
pub mod ticket;
mod workable;
mod xobin;

pub use parcel::{Application, Candidate, File, FileKind, Job, Known, Note, Parcel, Thing};
pub use setting::{Flaw, Kind, Setting, check};
pub use step::{
    Answer, Body, Exchange, Header, Method, Outcome, Part, Refusal, Remote, Request, Step, Ticket,
    Value,
};

/// Another system that takes candidates.
pub trait Connector: Sync {
    /// As settings, the API and metrics call it: lower case, no blanks.
    fn name(&self) -> &'static str;
    /// As people call it.
    fn title(&self) -> &'static str;
    /// What it must be told before it can carry; forms and checks are made of it.
    fn settings(&self) -> &'static [Setting];
    /// What is wrong with settings that are well each by itself: what goes with what.
    fn check_together(&self, _settings: &BTreeMap<String, String>) -> Vec<Flaw> {
        Vec::new()
    }
    /// What becomes of each canonical field: its place there, or why it has none.
    fn fields(&self) -> &'static [Carried];
    /// How much its vendor lets one account ask, as documented; what its answers say is learned besides.
    fn limit(&self) -> Limit;
    /// What to do next. Pure: the same parcel and exchanges give the same step.
    fn step(&self, parcel: &Parcel, so_far: &[Exchange]) -> Step;
    /// The guide, Markdown.
    fn guide(&self) -> &'static str;

    /// How an access token is asked for, where the system wants one. Whoever carries keeps it in memory alone, until shortly
    /// before it ends, and asks anew when it is refused; it is in no exchange.
    fn ask_for_ticket(&self, _parcel: &Parcel) -> Option<Request> {
        None
    }
    /// Reads the answer to [`ask_for_ticket`](Connector::ask_for_ticket).
    ///
    /// # Errors
    /// Why there is no token, and whether asking again may help.
    fn read_ticket(&self, _answer: &Answer) -> Result<Ticket, Step> {
        Err(Step::Refused(Refusal::new(
            "credentials",
            "this system gives no tokens",
        )))
    }
}

/// What becomes of one canonical field (`hiring::record::FIELDS`, or `resume`, `files`, `application`, `source`, `answers`).
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    /// Its name in our record.
    pub field: &'static str,
    /// Its place there; `None`: it has none.
    pub place: Option<&'static str>,
    /// What is lost or changed on the way; `""`: nothing.
    pub remark: &'static str,
    /// What its place does not hold, to be written into a note.
    pub rest: Option<fn(&hiring::record::Record) -> Vec<String>>,
}

impl Carried {
    /// It has this place there.
    pub const fn at(field: &'static str, place: &'static str) -> Carried {
        Carried {
            field,
            place: Some(place),
            remark: "",
            rest: None,
        }
    }

    /// It has no place there.
    pub const fn nowhere(field: &'static str) -> Carried {
        Carried {
            field,
            place: None,
            remark: "",
            rest: None,
        }
    }

    /// It has no place of its own there and is written into a note ([`details`]).
    pub const fn noted(field: &'static str) -> Carried {
        Carried::at(field, details::NOTED)
    }

    /// With this said of it.
    pub const fn but(self, remark: &'static str) -> Carried {
        Carried { remark, ..self }
    }

    /// Its place holds not all of it; the rest is written into a note.
    pub const fn rest(self, rest: fn(&hiring::record::Record) -> Vec<String>) -> Carried {
        Carried {
            rest: Some(rest),
            ..self
        }
    }
}

/// Requests that a system takes from one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many …
    pub requests: u32,
    /// … within so many seconds.
    pub seconds: u32,
    /// At once.
    pub at_once: u32,
}

/// Every system that we push to.
pub const CONNECTORS: &[&dyn Connector] = &[
    &greenhouse::Greenhouse,
    &lever::Lever,
    &ashby::Ashby,
    &recruitee::Recruitee,
    &teamtailor::Teamtailor,
    &bamboohr::BambooHr,
    &comeet::Comeet,
    &eightfold::Eightfold,
    &xobin::Xobin,
    &muster::Muster,
    &workable::Workable,
    &smartrecruiters::SmartRecruiters,
];

/// The connector of this name.
pub fn by_name(name: &str) -> Option<&'static dyn Connector> {
    CONNECTORS.iter().copied().find(|c| c.name() == name)
}
