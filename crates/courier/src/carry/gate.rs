//! A destination's gate: whether a delivery may be claimed, when the next request may go out, and what an answer says of it.
//! Each function runs within one transaction that holds the destination's row.

use std::time::Duration;

use connectors::Limit;
use hiring::delivery::carrying::{self, Claimed, Ready};
use hiring::delivery::exchange::{self, Begun, Outcome};
use hiring::destination::gate::{self, Gate};
use hiring::issue;
use hiring::{Problem, Result};
use store::Tx;

use crate::backoff::Told;
use crate::circuit::{Admission, Circuit, Rules};

/// By how much the end of a window may be told too late.
const ROUNDING: Duration = Duration::from_secs(1);
/// How long a destination is left alone at most that says "too many" and not until when; one whose window is shorter, for
/// that long.
const QUIET: Duration = Duration::from_secs(5);
/// A request that may not go out for longer than this, µs, gives its place to others meanwhile: they may be on the way to
/// somebody who takes more.
const PATIENCE: i64 = 2_000_000;

/// What a gate says to whoever wants to carry.
pub(super) enum Admitted {
    /// This one.
    Takes(Box<Claimed>),
    /// The rate is used up until then, µs.
    Full(i64),
    /// It is shut, or there is none.
    Nothing,
}

/// Claims a delivery for `lease` µs, if the gate is open and not as many are on their way as may be at once. Nobody is
/// claimed who could not ask for anything: each claim counts as an attempt.
pub(super) fn claim(
    tx: &mut Tx,
    to: &Ready,
    limit: &Limit,
    rules: &Rules,
    lease: i64,
) -> Result<Admitted> {
    let Some(mut gate) = gate::hold(tx, to.org, to.id)? else {
        return Ok(Admitted::Nothing);
    };
    let now = tx.now();
    if gate.quiet_until.is_some_and(|until| until > now)
        || carrying::on_their_way(tx, to.id)? >= i64::from(limit.at_once)
    {
        return Ok(Admitted::Nothing);
    }
    let at = Pace::read(limit, gate.told_limit, &gate.calls).at(now);
    if at - now > PATIENCE {
        return Ok(Admitted::Full(at - PATIENCE));
    }
    let mut circuit = circuit_of(&gate);
    let admission = circuit.admit(rules, now);
    if let Admission::Wait(_) = admission {
        return Ok(Admitted::Nothing);
    }
    let Some(claimed) = carrying::claim(tx, to.org, to.id, lease)? else {
        return Ok(Admitted::Nothing);
    };
    if admission == Admission::Probe {
        set_circuit(&mut gate, &circuit);
        gate::put(tx, to.org, to.id, &gate)?;
    }
    Ok(Admitted::Takes(Box::new(claimed)))
}

/// Whether a request may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Let {
    /// It is exchange number `n` and goes out at `at` (µs).
    Out { n: i64, at: i64 },
    /// Not soon; others go first meanwhile.
    Later,
    /// The claim does not hold any more.
    Lost,
}

/// Writes down that a request goes out, when its destination's rate permits.
pub(super) fn begin(tx: &mut Tx, claimed: &Claimed, begun: &Begun, limit: &Limit) -> Result<Let> {
    let mut gate = gate::hold_any(tx, claimed.org, claimed.destination)?;
    let now = tx.now();
    let mut pace = Pace::read(limit, gate.told_limit, &gate.calls);
    let at = pace.at(gate.quiet_until.unwrap_or(now).max(now));
    if at - now > PATIENCE {
        return Ok(Let::Later);
    }
    if !carrying::renew(tx, claimed, at)? {
        return Ok(Let::Lost);
    }
    pace.note(at);
    gate.calls = pace.text();
    gate::put(tx, claimed.org, claimed.destination, &gate)?;
    let n = exchange::begin(tx, claimed, begun)?;
    Ok(Let::Out { n, at })
}

/// What a request says of its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It answered, be it with a refusal.
    Well,
    /// It did not answer, or says that it cannot.
    Ill,
    /// Nothing either way.
    Unknown,
}

/// Writes down what came of a request, and what it says of the destination. `aside`: it is not to count.
pub(super) fn conclude(
    tx: &mut Tx,
    claimed: &Claimed,
    n: i64,
    (outcome, aside): (&Outcome, bool),
    (rules, limit): (&Rules, &Limit),
) -> Result<()> {
    exchange::conclude(tx, claimed, n, outcome, aside)?;
    let mut gate = gate::hold_any(tx, claimed.org, claimed.destination)?;
    let (before, now) = (gate.clone(), tx.now());
    let mut circuit = circuit_of(&gate);
    let health = health(outcome);
    match health {
        Health::Well => circuit.succeeded(),
        Health::Ill => circuit.failed(rules, now),
        Health::Unknown => {}
    }
    set_circuit(&mut gate, &circuit);
    if let Outcome::Answered {
        status, headers, ..
    } = outcome
    {
        learn(&mut gate, limit, (*status, headers), now);
    }
    if gate != before {
        gate::put(tx, claimed.org, claimed.destination, &gate)?;
    }
    match health {
        Health::Ill => tell_of_long(tx, claimed, &circuit)?,
        Health::Well if circuit_of(&before).opened >= LONG => {
            issue::answered(tx, claimed.org, claimed.destination)?;
        }
        _ => {}
    }
    let trouble = match outcome {
        Outcome::Unanswered(why) | Outcome::NotSent(why) => Some(why.clone()),
        Outcome::Answered { status, .. } if *status >= 500 => {
            Some(format!("it answers with status {status}"))
        }
        Outcome::Answered { .. } => None,
    };
    match trouble {
        Some(why) => gate::trouble(tx, claimed.org, claimed.destination, &why, None),
        None => Ok(()),
    }
}

/// So often must a circuit open in a row until it is told that somebody should look: four minutes at the least. A target that
/// restarts is back before.
const LONG: u32 = 4;

/// Opens an issue where the far side has been down for long.
fn tell_of_long(tx: &mut Tx, claimed: &Claimed, circuit: &Circuit) -> Result<()> {
    if circuit.opened < LONG {
        return Ok(());
    }
    let words = "it has not answered for minutes";
    issue::open(tx, claimed.org, claimed.destination, words, None)
}

/// The credentials are no good: whatever else waits would be refused like this one, so it waits until somebody looks.
pub(super) fn shut(tx: &mut Tx, claimed: &Claimed, rules: &Rules) -> Result<()> {
    let mut gate = gate::hold_any(tx, claimed.org, claimed.destination)?;
    let mut circuit = circuit_of(&gate);
    circuit.open(rules, tx.now());
    set_circuit(&mut gate, &circuit);
    gate::put(tx, claimed.org, claimed.destination, &gate)
}

/// It failed outside of any request that is written down.
pub(super) fn failed(tx: &mut Tx, claimed: &Claimed, why: &str, rules: &Rules) -> Result<()> {
    let mut gate = gate::hold_any(tx, claimed.org, claimed.destination)?;
    let mut circuit = circuit_of(&gate);
    circuit.failed(rules, tx.now());
    set_circuit(&mut gate, &circuit);
    gate::put(tx, claimed.org, claimed.destination, &gate)?;
    tell_of_long(tx, claimed, &circuit)?;
    gate::trouble(tx, claimed.org, claimed.destination, why, None)
}

/// All is well: closes the circuit.
pub(super) fn well(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let mut gate = gate::hold_any(tx, claimed.org, claimed.destination)?;
    set_circuit(&mut gate, &Circuit::default());
    gate::put(tx, claimed.org, claimed.destination, &gate)?;
    gate::arrived(tx, claimed.org, claimed.destination)
}

fn health(outcome: &Outcome) -> Health {
    match outcome {
        Outcome::Answered { status: 429, .. } => Health::Unknown,
        Outcome::Answered { status, .. } if *status >= 500 => Health::Ill,
        // Whether we may at all is said by a refusal, not by this request alone.
        Outcome::Answered {
            status: 401 | 403, ..
        } => Health::Unknown,
        Outcome::Answered { .. } => Health::Well,
        Outcome::Unanswered(_) | Outcome::NotSent(_) => Health::Ill,
    }
}

fn learn(gate: &mut Gate, limit: &Limit, (status, headers): (u16, &[(String, String)]), now: i64) {
    let told = Told::read(headers, now / 1_000_000);
    if let Some(limit) = told.limit {
        gate.told_limit = Some(i64::from(limit));
    }
    let pause = told.pause(status).map(|pause| match status {
        // The last one that was let through, not the first that was not. Moments are told in whole seconds, rounded up: who
        // waited for them would lose one of each window, and the pace keeps within the limit anyway.
        200..=299 => pause.saturating_sub(ROUNDING),
        _ => pause,
    });
    let window = Duration::from_secs(limit.seconds.max(1).into());
    let pause = pause.or((status == 429).then_some(window.min(QUIET)));
    if let Some(pause) = pause {
        let until = now + micros(pause);
        gate.quiet_until = Some(gate.quiet_until.map_or(until, |had| had.max(until)));
    } else if gate.quiet_until.is_some_and(|until| until <= now) {
        gate.quiet_until = None;
    }
}

/// Parts of a window in which requests are counted.
const PARTS: i64 = 20;

/// How fast requests go out. A vendor's limit counts them in windows that we do not see; so never more go out within any
/// span of a window's length than one window takes, though they may all go out at its beginning. They are counted by the
/// twentieth of a window: of a span that begins within one such part, twenty-one are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pace {
    /// Length of a part, µs.
    part: i64,
    /// Requests within twenty-one parts.
    most: i64,
    /// Number of a part → how many went out in it, oldest first.
    sent: Vec<(i64, i64)>,
}

impl Pace {
    /// As its limit is documented, or as answers have said, if that is less.
    fn read(limit: &Limit, told: Option<i64>, calls: &str) -> Pace {
        let documented = i64::from(limit.requests.max(1));
        let most = told
            .filter(|n| *n > 0)
            .map_or(documented, |n| n.min(documented));
        let sent = calls.split(' ').filter_map(|pair| {
            let (part, count) = pair.split_once(':')?;
            Some((part.parse().ok()?, count.parse().ok()?))
        });
        Pace {
            part: (i64::from(limit.seconds.max(1)) * 1_000_000 / PARTS).max(1),
            most,
            sent: sent.collect(),
        }
    }

    fn text(&self) -> String {
        let pairs = self.sent.iter().map(|(part, n)| format!("{part}:{n}"));
        pairs.collect::<Vec<_>>().join(" ")
    }

    /// When the next one may go out, at `from` (µs) at the earliest and after those that have a time already.
    fn at(&self, from: i64) -> i64 {
        let last = self.sent.last().map_or(i64::MIN, |(part, _)| *part);
        let mut part = (from / self.part).max(last);
        loop {
            let span = self.sent.iter().filter(|(p, _)| *p >= part - PARTS);
            let full = span.map(|(_, n)| n).sum::<i64>() >= self.most;
            match full {
                true => part += 1,
                false => return from.max(part * self.part),
            }
        }
    }

    /// One goes out at `at`.
    fn note(&mut self, at: i64) {
        let part = at / self.part;
        match self.sent.last_mut() {
            Some((last, n)) if *last == part => *n += 1,
            _ => self.sent.push((part, 1)),
        }
        self.sent.retain(|(p, _)| *p >= part - PARTS);
    }
}

fn circuit_of(gate: &Gate) -> Circuit {
    Circuit {
        failures: u32::try_from(gate.failures).unwrap_or(u32::MAX),
        opened: u32::try_from(gate.opened).unwrap_or(u32::MAX),
        open_until: gate.open_until,
        probing: gate.probing,
    }
}

fn set_circuit(gate: &mut Gate, circuit: &Circuit) {
    gate.failures = i64::from(circuit.failures);
    gate.opened = i64::from(circuit.opened);
    gate.open_until = circuit.open_until;
    gate.probing = circuit.probing;
}

pub(super) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

/// A write that met a busy database is tried again, so many times, before what was answered is given up as unknown.
pub(super) async fn patiently<T, F>(store: &store::Store, f: F) -> Result<T>
where
    T: Send + 'static,
    F: FnMut(&mut Tx) -> Result<T> + Send + Clone + 'static,
{
    for _ in 0..50 {
        match store.write(f.clone()).await {
            Err(Problem::Overloaded { .. }) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            done => return done,
        }
    }
    store.write(f).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many go out in the busiest window, and how many in all, when there is always one more.
    fn busiest(limit: &Limit, seconds: i64) -> (usize, usize) {
        let begin = 3_600_007_123;
        let end = begin + seconds * 1_000_000;
        let (mut text, mut now, mut sent) = (String::new(), begin, Vec::new());
        loop {
            // As from row to row.
            let mut pace = Pace::read(limit, None, &text);
            now = pace.at(now);
            if now >= end {
                break;
            }
            pace.note(now);
            text = pace.text();
            sent.push(now);
        }
        let window = i64::from(limit.seconds) * 1_000_000;
        let within = |from: &i64| {
            let span = *from..from + window;
            sent.iter().filter(|s| span.contains(s)).count()
        };
        (sent.iter().map(within).max().unwrap(), sent.len())
    }

    #[test]
    fn no_window_sees_more_than_its_limit_and_nine_tenths_are_used() {
        for (requests, seconds) in [
            (1, 1),
            (2, 1),
            (10, 10),
            (50, 30),
            (10, 1),
            (100, 60),
            (300, 60),
        ] {
            let limit = Limit {
                requests,
                seconds,
                at_once: 1,
            };
            let windows = 21;
            let (most, all) = busiest(&limit, i64::from(seconds) * windows);
            assert!(most <= requests as usize, "{limit:?}: {most}");
            let possible = requests as usize * windows as usize;
            assert!(all * 10 >= possible * 9, "{limit:?}: {all} of {possible}");
        }
    }

    #[test]
    fn a_burst_goes_out_at_once_and_what_an_account_is_told_counts_where_it_is_less() {
        let limit = Limit {
            requests: 50,
            seconds: 30,
            at_once: 1,
        };
        for (told, most) in [(None, 50), (Some(10), 10), (Some(500), 50), (Some(0), 50)] {
            let mut pace = Pace::read(&limit, told, "");
            let now = 1_795_000_000_000_000;
            let mut at_once = 0;
            while pace.at(now) == now {
                pace.note(now);
                at_once += 1;
            }
            assert_eq!(at_once, most, "{told:?}");
            assert_eq!(Pace::read(&limit, told, &pace.text()), pace);
        }
        assert_eq!(Pace::read(&limit, None, "x 1 :: 1:y").sent, []);
    }

    #[test]
    fn what_an_answer_says_of_limits_is_learned() {
        let headers = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect()
        };
        let limit = Limit {
            requests: 10,
            seconds: 2,
            at_once: 1,
        };
        let tell = |gate: &mut Gate, status, list: &[(&str, &str)], now| {
            learn(gate, &limit, (status, &headers(list)), now);
        };
        let now = 1_795_000_000_000_000;
        let mut silent = Gate::default();
        tell(&mut silent, 429, &[], now);
        assert_eq!(
            silent.quiet_until,
            Some(now + 2_000_000),
            "no longer than its window"
        );
        let mut gate = Gate::default();
        tell(&mut gate, 200, &[("x-ratelimit-limit", "50")], now);
        assert_eq!((gate.told_limit, gate.quiet_until), (Some(50), None));
        tell(&mut gate, 429, &[("retry-after", "7")], now);
        assert_eq!(gate.quiet_until, Some(now + 7_000_000));
        let used_up = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9")];
        let mut other = Gate::default();
        tell(&mut other, 200, &used_up, now);
        assert_eq!(other.quiet_until, Some(now + 8_000_000));
        tell(&mut other, 429, &used_up, now);
        assert_eq!(other.quiet_until, Some(now + 9_000_000));
        // A shorter wish does not undo a longer one.
        tell(&mut gate, 429, &[], now);
        assert_eq!(gate.quiet_until, Some(now + 7_000_000));
        tell(&mut gate, 200, &[], now + 8_000_000);
        assert_eq!(gate.quiet_until, None);
    }
}
