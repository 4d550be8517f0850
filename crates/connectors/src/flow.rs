//! How a delivery goes on, written as though it were done in one go.
//!
//! A connector's script asks for one thing after the other ([`Flow::ask`], [`Flow::make`], …); each looks whether it was
//! done already, in the exchanges so far, and leaves with the next [`Step`] when it was not. So the script runs from its
//! beginning each time, and a delivery that was interrupted goes on where it was.
//!
//! # Nothing is made twice
//! [`Flow::make`] sends a request that makes something once. When its outcome is in doubt (no answer, 5xx, an answer that
//! cannot be read) it waits for the far side to settle, looks whether the thing is there, and only then sends it again. The
//! wait doubles with each doubt. What cannot be looked up is not sent again: a person decides.

mod delivery;

use std::time::Duration;

use serde_json::Value;

use crate::manners::{Manners, Verdict};
use crate::parcel::Parcel;
use crate::step::{Answer, Exchange, Outcome, Refusal, Remote, Request, Step};

/// How long after a doubt a look-up can be believed: systems that write behind their answer need a moment.
const SETTLE: Duration = Duration::from_secs(5);
/// At most so many doublings of it.
const DOUBLINGS: u32 = 9;
/// How long the answer to a look-up counts by itself, µs: after a day's wait somebody else may have made the person.
const FRESH: i64 = 15 * 60 * 1_000_000;

/// An answer that is not as described, though its status says that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclear;

/// How much earlier than the end of a request its effect may be dated, with clocks that differ, µs.
const SLACK: i64 = 15 * 60 * 1_000_000;

/// What a look-up found.
pub type Found<T> = Result<Option<T>, Unclear>;

/// A delivery on its way.
pub struct Flow<'a> {
    /// What is carried.
    pub parcel: &'a Parcel,
    so_far: &'a [Exchange],
    manners: &'a Manners,
    remote: Vec<Remote>,
    remarks: Vec<String>,
}

/// A look-up: how it is asked, and how its answer is read.
pub struct Look<'f, T> {
    /// Harmless, named `look up …`.
    pub request: Request,
    /// Finds the thing in the answer. [`Unclear`] when the answer is not as described: that is not "nothing found".
    pub find: &'f dyn Fn(&Value) -> Found<T>,
}

/// A thing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got<T> {
    /// It was there before this delivery.
    Found(T),
    /// This delivery made it.
    Made(T),
}

impl<T> Got<T> {
    /// The thing.
    pub fn it(self) -> T {
        match self {
            Got::Found(it) | Got::Made(it) => it,
        }
    }
}

/// What became of a request that makes something.
enum Fate<T> {
    Made(T),
    NotDone(Step),
    /// Whether the far side said that it did it.
    Doubt {
        claimed: bool,
    },
}

impl<'a> Flow<'a> {
    /// Runs `script` over what was said so far.
    pub fn run(
        parcel: &'a Parcel,
        so_far: &'a [Exchange],
        manners: &'a Manners,
        script: impl FnOnce(&mut Flow<'a>) -> Result<(), Step>,
    ) -> Step {
        let mut flow = Flow {
            parcel,
            so_far,
            manners,
            remote: Vec::new(),
            remarks: Vec::new(),
        };
        match script(&mut flow) {
            Ok(()) => Step::Delivered {
                remote: flow.remote,
                remarks: flow.remarks,
            },
            Err(Step::Refused(refusal)) => Step::Refused(Refusal {
                remote: flow.remote,
                ..refusal
            }),
            Err(step) => step,
        }
    }

    /// The answer to a harmless request.
    ///
    /// # Errors
    /// The step to take when there is none yet, or it says no.
    pub fn ask(&self, request: Request) -> Result<&'a Answer, Step> {
        debug_assert!(!request.makes, "{} makes something", request.name);
        let asked = self.last(&request.name);
        self.answer(asked.map(|(_, exchange)| exchange), request)
    }

    /// As [`ask`](Flow::ask), where the answer is used: one that is no object, a page from some proxy, is asked for again.
    ///
    /// # Errors
    /// As there.
    pub fn ask_json(&self, request: Request) -> Result<Value, Step> {
        let body = self.ask(request)?.json();
        body.is_object().then_some(body).ok_or_else(unreadable)
    }

    /// As [`ask`](Flow::ask), but the answer counts for `good` only, where there is a later use for it: an upload address.
    ///
    /// # Errors
    /// As there.
    pub fn ask_within(&self, request: Request, good: Duration) -> Result<&'a Answer, Step> {
        let oldest = self.parcel.now - micros(good);
        let asked = self.last(&request.name).filter(|(_, e)| e.at >= oldest);
        self.answer(asked.map(|(_, exchange)| exchange), request)
    }

    /// What a look-up finds.
    ///
    /// # Errors
    /// The step to take when it was not made yet or said nothing of use.
    pub fn look<T>(&self, look: Look<'_, T>) -> Result<Option<T>, Step> {
        let Look { request, find } = look;
        let asked = self
            .last(&request.name)
            .filter(|(place, _)| self.counts(*place));
        self.read_look(asked.map(|(_, exchange)| exchange), request, find)
    }

    /// Makes something, once. `read` reads the answer; `look` says how to find out whether it is there when no answer came.
    ///
    /// # Errors
    /// The step to take when it is not there yet.
    pub fn make<T>(
        &self,
        request: Request,
        read: impl Fn(&Answer) -> Option<T>,
        look: Option<Look<'_, T>>,
    ) -> Result<T, Step> {
        let Some((place, exchange)) = self.last(&request.name) else {
            return Err(Step::Send(request));
        };
        match self.fate(exchange, read) {
            Fate::Made(it) => Ok(it),
            Fate::NotDone(step) => Err(step),
            Fate::Doubt { claimed } => self.resolve(place, claimed, request, look),
        }
    }

    /// Takes what a look-up finds, and else makes it.
    ///
    /// # Errors
    /// The step to take when it is not there yet.
    pub fn find_or_make<T>(
        &self,
        look: Look<'_, T>,
        request: Request,
        read: impl Fn(&Answer) -> Option<T>,
    ) -> Result<Got<T>, Step> {
        if self.last(&request.name).is_none() {
            let again = Look {
                request: look.request.clone(),
                find: look.find,
            };
            if let Some(found) = self.look(again)? {
                return Ok(Got::Found(found));
            }
        }
        self.make(request, read, Some(look)).map(Got::Made)
    }

    fn last(&self, name: &str) -> Option<(usize, &'a Exchange)> {
        let mut all = self.so_far.iter().enumerate();
        all.rfind(|(_, e)| e.name == name)
    }

    /// Whether the answer to a look-up still counts: it is young, or what followed rests on it already.
    fn counts(&self, place: usize) -> bool {
        let followed = place + 1 < self.so_far.len();
        followed || self.so_far[place].at >= self.parcel.now - FRESH
    }

    fn answer(&self, asked: Option<&'a Exchange>, request: Request) -> Result<&'a Answer, Step> {
        let Some(exchange) = asked else {
            return Err(Step::Send(request));
        };
        let Outcome::Answered(answer) = &exchange.outcome else {
            return Err(again("it did not answer"));
        };
        match self.manners.verdict(answer) {
            Verdict::Done => Ok(answer),
            Verdict::NotNow => Err(self.manners.not_now(answer, self.parcel.now)),
            Verdict::Doubtful => Err(Step::Retry {
                after: self.manners.wait(answer, self.parcel.now),
                why: format!("it fails ({})", answer.status),
                forget: true,
            }),
            Verdict::Refused(reason) => Err(Step::Refused(self.manners.refusal(answer, reason))),
        }
    }

    fn read_look<T>(
        &self,
        asked: Option<&'a Exchange>,
        request: Request,
        find: &dyn Fn(&Value) -> Found<T>,
    ) -> Result<Option<T>, Step> {
        let answer = self.answer(asked, request)?;
        find(&answer.json()).map_err(|Unclear| unreadable())
    }

    fn fate<T>(&self, exchange: &Exchange, read: impl Fn(&Answer) -> Option<T>) -> Fate<T> {
        let Outcome::Answered(answer) = &exchange.outcome else {
            return Fate::Doubt { claimed: false };
        };
        match self.manners.verdict(answer) {
            Verdict::Done => match read(answer) {
                Some(it) => Fate::Made(it),
                None => Fate::Doubt { claimed: true },
            },
            Verdict::NotNow => Fate::NotDone(self.manners.not_now(answer, self.parcel.now)),
            Verdict::Doubtful => Fate::Doubt { claimed: false },
            Verdict::Refused(reason) => {
                Fate::NotDone(Step::Refused(self.manners.refusal(answer, reason)))
            }
        }
    }

    /// The request at `place` may have made it.
    fn resolve<T>(
        &self,
        place: usize,
        claimed: bool,
        request: Request,
        look: Option<Look<'_, T>>,
    ) -> Result<T, Step> {
        let Some(Look { request: ask, find }) = look else {
            // Whoever sends it again has looked there: then it is made anew.
            let why = "it did not say whether it made it, and has no way to look: see there, then send it again";
            return Err(Step::Refused(Refusal {
                forget: true,
                ..Refusal::new("unclear", why)
            }));
        };
        let looked = self.last(&ask.name).filter(|(later, _)| *later > place);
        if looked.is_none() {
            self.settled(place, &request.name)?;
        }
        let looked = looked.filter(|(place, _)| self.counts(*place));
        match self.read_look(looked.map(|(_, exchange)| exchange), ask, find)? {
            Some(it) => Ok(it),
            None if claimed => Err(Step::Refused(Refusal {
                forget: true,
                ..Refusal::new("unclear", "it says that it made it, and does not find it")
            })),
            None => Err(Step::Send(request)),
        }
    }

    /// Waits until what was sent at `place` can be looked up, twice as long each time.
    fn settled(&self, place: usize, name: &str) -> Result<(), Step> {
        let before = self.so_far[..place].iter();
        let doubts = before.filter(|e| e.name == name).count();
        let doublings = u32::try_from(doubts).unwrap_or(DOUBLINGS).min(DOUBLINGS);
        let due = self.so_far[place].at + micros(SETTLE * 2_u32.pow(doublings));
        match u64::try_from(due - self.parcel.now) {
            Err(_) | Ok(0) => Ok(()),
            Ok(left) => Err(Step::Retry {
                after: Some(Duration::from_micros(left)),
                why: "it did not say whether it made it; we look in a moment".to_owned(),
                forget: false,
            }),
        }
    }
}

/// Ask again: what came is not what was asked for.
pub(crate) fn unreadable() -> Step {
    again("its answer cannot be read")
}

fn again(why: &str) -> Step {
    Step::Retry {
        after: None,
        why: why.to_owned(),
        forget: true,
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The list at `pointer` (RFC 6901), or [`Unclear`].
///
/// # Errors
/// When there is none.
pub fn items<'v>(body: &'v Value, pointer: &str) -> Result<&'v [Value], Unclear> {
    let list = body.pointer(pointer).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or(Unclear)
}

/// An id as text, whether it is a number or a word.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A time as RFC 3339: of such a text, or of milliseconds since 1970.
pub fn time(value: &Value) -> Option<String> {
    let moment = match value {
        Value::String(text) => text.parse::<jiff::Timestamp>().ok()?,
        Value::Number(ms) => jiff::Timestamp::from_millisecond(ms.as_i64()?).ok()?,
        _ => return None,
    };
    Some(moment.to_string())
}

#[cfg(test)]
mod tests;
