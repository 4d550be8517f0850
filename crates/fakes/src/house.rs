//! What every fake shares: its books, its faults, its rate, and who asked. Handlers are given a [`House`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::Fake;
use crate::books::Books;
use crate::faults::Faults;
use crate::rate::{Counter, Rate};

/// How a fake behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// What goes wrong.
    pub faults: Faults,
    /// How often it lets one ask; `None`: as its vendor documents.
    pub rate: Option<Rate>,
    /// How long its access tokens are good.
    pub tokens_live: Duration,
    /// How long each of its answers takes at the least.
    pub latency: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            faults: Faults::none(),
            rate: None,
            tokens_live: Duration::from_secs(3600),
            latency: Duration::ZERO,
        }
    }
}

/// Requests that are remembered; older ones are only counted.
const REMEMBERED: usize = 50_000;

/// A fake at work.
#[derive(Clone)]
pub struct House(Arc<Inner>);

struct Inner {
    fake: &'static dyn Fake,
    base: String,
    tokens_live: Duration,
    latency: Duration,
    books: Mutex<Books>,
    faults: Mutex<Faults>,
    counter: Mutex<Counter>,
    seen: Mutex<Seen>,
    began: Instant,
    /// Held once by each file that is still being fetched.
    fetching: Arc<()>,
}

/// Who asked what.
#[derive(Default)]
pub(crate) struct Seen {
    pub all: u64,
    pub requests: VecDeque<Asked>,
}

/// One request; nothing of its body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub number: u64,
    pub at: Timestamp,
    pub method: String,
    pub route: String,
    /// `None`: not answered (yet).
    pub status: Option<u16>,
    pub fault: Option<&'static str>,
}

impl House {
    pub(crate) fn new(fake: &'static dyn Fake, base: String, options: Options) -> House {
        House(Arc::new(Inner {
            fake,
            base,
            tokens_live: options.tokens_live,
            latency: options.latency,
            books: Mutex::default(),
            faults: Mutex::new(options.faults),
            counter: Mutex::new(Counter::new(options.rate.unwrap_or_else(|| fake.rate()))),
            seen: Mutex::default(),
            began: Instant::now(),
            fetching: Arc::default(),
        }))
    }

    /// Whose stand-in it is.
    pub fn fake(&self) -> &'static dyn Fake {
        self.0.fake
    }

    /// Where it is, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// Seconds, rounded down, that its access tokens are good.
    pub(crate) fn tokens_live(&self) -> Duration {
        self.0.tokens_live
    }

    /// To be held while a file is fetched.
    pub(crate) fn fetches(&self) -> Arc<()> {
        self.0.fetching.clone()
    }

    /// How many files are still being fetched.
    pub(crate) fn fetching(&self) -> usize {
        Arc::strong_count(&self.0.fetching) - 1
    }

    /// How long each answer takes at the least.
    pub(crate) fn latency(&self) -> Duration {
        self.0.latency
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        whole(&self.0.books)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        whole(&self.0.faults)
    }

    pub(crate) fn counter(&self) -> MutexGuard<'_, Counter> {
        whole(&self.0.counter)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        whole(&self.0.seen)
    }

    /// Since it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.began.elapsed()
    }

    /// Remembers a request that has come; gives its number.
    pub(crate) fn note(&self, method: &str, route: &str, fault: Option<&'static str>) -> u64 {
        let mut seen = self.seen();
        seen.all += 1;
        let number = seen.all;
        if seen.requests.len() == REMEMBERED {
            seen.requests.pop_front();
        }
        seen.requests.push_back(Asked {
            number,
            at: Timestamp::now(),
            method: method.to_owned(),
            route: route.to_owned(),
            status: None,
            fault,
        });
        number
    }

    /// Remembers how it was answered.
    pub(crate) fn answered(&self, number: u64, status: u16) {
        let mut seen = self.seen();
        // Numbers have no gaps, so the place follows from the last one.
        let last = seen.requests.back().map_or(0, |r| r.number);
        let from_end = last.saturating_sub(number) as usize;
        let at = seen.requests.len().checked_sub(from_end + 1);
        if let Some(asked) = at.and_then(|at| seen.requests.get_mut(at)) {
            asked.status = Some(status);
        }
    }
}

/// A handler that panicked leaves its books as they were: plain values, no half-made promises.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
