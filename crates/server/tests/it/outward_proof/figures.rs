//! How much was asked.

use std::fmt;
use std::time::Duration;

use connectors::Connector;
use fakes::Running;

/// Requests that a person takes, about, with files and notes.
const REQUESTS: u64 = 10;

/// What so many people take at the least, where so many times as much is allowed as usual.
pub fn seconds_at_least(connector: &dyn Connector, people: u64, times: u32) -> u64 {
    let limit = connector.limit();
    people * REQUESTS * u64::from(limit.seconds) / (u64::from(limit.requests) * u64::from(times))
}

/// The report of one system.
pub struct Figures {
    system: &'static str,
    people: u64,
    took: Duration,
    requests: u64,
    /// Of the last 50,000.
    faults: usize,
}

impl Figures {
    pub fn of(system: &'static str, fake: &Running, people: u64, took: Duration) -> Figures {
        let remembered = fake.requests();
        Figures {
            system,
            people,
            took,
            requests: fake.asked(),
            faults: remembered.iter().filter(|r| !r["fault"].is_null()).count(),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures {
            system,
            people,
            requests,
            faults,
            ..
        } = self;
        write!(
            f,
            "{system}: {people} people, once each and whole, all systems within {} s; {requests} requests, {faults} of them struck",
            self.took.as_secs(),
        )
    }
}
