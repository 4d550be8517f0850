//! Whether a target that keeps failing is to be called at all. Pure: the clock is handed in, and where the state is kept is
//! the caller's business (for destinations and webhooks: the database, so that all processes and the pages see the same).
//!
//! **Closed**: calls go out. After [`Rules::failures`] failures in a row it is **open**: nobody calls for a while, so that a
//! far system that is down is not hammered and what waits for it keeps its place. Then it is **half-open**: one call goes
//! out as a probe; when it succeeds all is well again, when it fails the circuit is open for longer.

use std::time::Duration;

/// When a circuit opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// So many failures in a row open it.
    pub failures: u32,
    /// How long it stays open the first time; each further time twice as long, up to …
    pub open: Duration,
    /// … this.
    pub longest: Duration,
    /// How long a probe may take before another one is let out.
    pub probe: Duration,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            failures: 5,
            open: Duration::from_secs(30),
            longest: Duration::from_secs(15 * 60),
            probe: Duration::from_secs(120),
        }
    }
}

/// The state; as made by `default`, closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circuit {
    /// Failures since the last success.
    pub failures: u32,
    /// How often it was opened since the last success.
    pub opened: u32,
    /// Until when nobody calls, µs; `None`: closed. Once it is past: half-open.
    pub open_until: Option<i64>,
    /// Whether a probe is on its way; until [`open_until`](Circuit::open_until) nobody else calls.
    pub probing: bool,
}

/// What may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Call.
    Go,
    /// Call, and nobody else meanwhile: it shows whether the target is back.
    Probe,
    /// Not before this time, µs.
    Wait(i64),
}

impl Circuit {
    /// How it is called where it is shown: `closed`, `open`, `half_open`.
    pub fn word(&self, now: i64) -> &'static str {
        match self.open_until {
            None => "closed",
            Some(until) if now < until && !self.probing => "open",
            Some(_) => "half_open",
        }
    }

    /// Whether one may call now; the probe is taken by asking.
    pub fn admit(&mut self, rules: &Rules, now: i64) -> Admission {
        match self.open_until {
            None => Admission::Go,
            Some(until) if now < until => Admission::Wait(until),
            Some(_) => {
                self.probing = true;
                self.open_until = Some(now.saturating_add(micros(rules.probe)));
                Admission::Probe
            }
        }
    }

    /// The target answered sensibly, be it with a refusal: it is there.
    pub fn succeeded(&mut self) {
        *self = Circuit::default();
    }

    /// The target did not answer, or said that it cannot.
    pub fn failed(&mut self, rules: &Rules, now: i64) {
        self.failures = self.failures.saturating_add(1);
        if self.probing || self.failures >= rules.failures {
            self.open(rules, now);
        }
    }

    /// Opens it whatever the count: there is no use in calling on.
    pub fn open(&mut self, rules: &Rules, now: i64) {
        let is_open = self.open_until.is_some_and(|until| now < until);
        if is_open && !self.probing {
            // Of a call that was on its way when it opened: the same outage.
            return;
        }
        self.opened = self.opened.saturating_add(1);
        self.probing = false;
        self.open_until = Some(now.saturating_add(micros(rules.pause(self.opened))));
    }
}

impl Rules {
    /// For how long it is open the `opened`-th time in a row.
    fn pause(&self, opened: u32) -> Duration {
        let doubled = 2u32.saturating_pow(opened.saturating_sub(1).min(20));
        self.open.saturating_mul(doubled).min(self.longest)
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn rules() -> Rules {
        Rules {
            failures: 3,
            open: Duration::from_secs(10),
            longest: Duration::from_secs(35),
            probe: Duration::from_secs(5),
        }
    }

    /// Failed so often in a row that it has just opened at time 0.
    fn opened() -> Circuit {
        let mut circuit = Circuit::default();
        for _ in 0..3 {
            circuit.failed(&rules(), 0);
        }
        circuit
    }

    #[test]
    fn some_failures_are_borne_and_a_success_forgets_them() {
        let mut circuit = Circuit::default();
        for _ in 0..5 {
            circuit.failed(&rules(), 0);
            circuit.failed(&rules(), 0);
            assert_eq!(circuit.admit(&rules(), 0), Admission::Go);
            circuit.succeeded();
        }
        assert_eq!(circuit.word(0), "closed");
    }

    #[test]
    fn when_it_is_open_nobody_calls_until_one_probe_may() {
        let mut circuit = opened();
        assert_eq!(circuit.word(0), "open");
        let until = 10 * SECOND;
        assert_eq!(circuit.admit(&rules(), until - 1), Admission::Wait(until));
        assert_eq!(circuit.admit(&rules(), until), Admission::Probe);
        assert_eq!(circuit.word(until), "half_open");
        assert_eq!(
            circuit.admit(&rules(), until),
            Admission::Wait(until + 5 * SECOND)
        );
        // The probe never came back: another is let out.
        assert_eq!(
            circuit.admit(&rules(), until + 5 * SECOND),
            Admission::Probe
        );
        circuit.succeeded();
        assert_eq!(circuit, Circuit::default());
    }

    #[test]
    fn each_probe_that_fails_opens_it_for_longer_up_to_a_limit() {
        let mut circuit = opened();
        for seconds in [10, 20, 35, 35] {
            let Some(until) = circuit.open_until else {
                panic!("open")
            };
            assert_eq!(circuit.admit(&rules(), until - 1), Admission::Wait(until));
            assert_eq!(circuit.admit(&rules(), until), Admission::Probe);
            circuit.failed(&rules(), until);
            let next = match seconds {
                10 => 20,
                _ => 35,
            };
            assert_eq!(circuit.open_until, Some(until + next * SECOND));
        }
    }

    #[test]
    fn failures_of_calls_that_were_on_their_way_when_it_opened_do_not_count_as_another_outage() {
        let mut circuit = opened();
        let before = circuit.open_until;
        for n in 0..20 {
            circuit.failed(&rules(), n);
            circuit.open(&rules(), n);
        }
        assert_eq!((circuit.open_until, circuit.opened), (before, 1));
    }

    #[test]
    fn it_can_be_opened_at_once() {
        let mut circuit = Circuit::default();
        circuit.open(&rules(), 0);
        assert_eq!(circuit.word(0), "open");
        for n in 0..100 {
            let at = i64::from(n) * 1000 * SECOND;
            circuit.admit(&rules(), at);
            circuit.failed(&rules(), at);
        }
        assert!(
            circuit
                .open_until
                .is_some_and(|until| until < 100_000 * SECOND)
        );
    }
}
