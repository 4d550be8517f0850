//! How much was asked, and how fast, in relation to what the vendor allows.

use std::fmt;
use std::time::Duration;

use connectors::Connector;
use fakes::Running;
use serde_json::Value;

/// Requests that a person takes, about, with files and notes.
const REQUESTS: u64 = 10;

/// The report of one system.
pub struct Figures {
    system: &'static str,
    people: u64,
    took: Duration,
    requests: usize,
    faults: usize,
    /// Requests a second while there was enough to do: until nine tenths of them were made.
    rate: f64,
    allowed: f64,
}

impl Figures {
    /// As many people as the system takes in some minutes; all, where it was asked for by name.
    pub fn people_in_minutes(connector: &dyn Connector, by_name: bool) -> u64 {
        let limit = connector.limit();
        match by_name {
            true => u64::MAX,
            false => u64::from(limit.requests) * 180 / u64::from(limit.seconds) / REQUESTS,
        }
    }

    /// What so many people take at the least.
    pub fn seconds_at_least(connector: &dyn Connector, people: u64) -> u64 {
        let limit = connector.limit();
        people * REQUESTS * u64::from(limit.seconds) / u64::from(limit.requests)
    }

    pub fn of(connector: &dyn Connector, fake: &Running, people: u64, took: Duration) -> Figures {
        let asked = fake.requests();
        let at = |request: &Value| -> Option<f64> {
            let at: jiff::Timestamp = request["at"].as_str()?.parse().ok()?;
            Some(at.as_microsecond() as f64 / 1e6)
        };
        let times: Vec<f64> = asked.iter().filter_map(at).collect();
        let most = times.len() * 9 / 10;
        let rate = match (times.first(), times.get(most)) {
            (Some(first), Some(last)) if last > first => most as f64 / (last - first),
            _ => 0.0,
        };
        let limit = connector.limit();
        Figures {
            system: connector.name(),
            people,
            took,
            requests: asked.len(),
            faults: asked.iter().filter(|r| !r["fault"].is_null()).count(),
            rate,
            allowed: f64::from(limit.requests) / f64::from(limit.seconds),
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
            rate,
            allowed,
            ..
        } = self;
        write!(
            f,
            "{system}: {people} people, once each, in {} s; {requests} requests, of which {faults} failed; {rate:.1} a second, \
             {:.0} % of the {allowed:.1} allowed",
            self.took.as_secs(),
            rate / allowed * 100.0
        )
    }
}
