//! When to try again. Pure: time and chance are handed in.
//!
//! A schedule is a list of waits; each is stretched or shortened by chance, so that what failed together does not come back
//! together. What the far side says about when to come (`Retry-After`, the several spellings of rate limits) counts where it
//! is later than that.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The longest that a far side can make us wait by a header: longer ones are mistakes, or a trap.
pub const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Numbers from here on count seconds since 1970 rather than from now, and from the second on milliseconds.
const EPOCH_SECONDS: f64 = 1e9;
const EPOCH_MILLIS: f64 = 1e12;

/// How long to wait after the `attempt`-th attempt (from 1) by this schedule; after later ones as long as after its last.
/// `chance` in 0..1 makes of it 0.8 to 1.2 times as much ([`chance`] draws one).
pub fn wait(schedule: &[Duration], attempt: u32, chance: f64) -> Duration {
    let at = (attempt.max(1) - 1) as usize;
    let Some(planned) = schedule.get(at).or(schedule.last()) else {
        return Duration::ZERO;
    };
    planned.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

/// A number in 0..1 by chance.
pub fn chance() -> f64 {
    let bytes: [u8; 4] = hiring::secret::random();
    f64::from(u32::from_ne_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// What an answer's headers say of limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// `Retry-After`: come again after so long.
    pub retry_after: Option<Duration>,
    /// How many calls a window takes.
    pub limit: Option<u32>,
    /// How many are left of it.
    pub remaining: Option<u32>,
    /// When a new window begins, from now.
    pub reset: Option<Duration>,
}

impl Told {
    /// Reads them. Names in lower case; `now`: seconds since 1970.
    pub fn read(headers: &[(String, String)], now: i64) -> Told {
        let text = |names: &[&str]| {
            let found = headers.iter().find(|(n, _)| names.contains(&n.as_str()));
            found.map(|(_, value)| value.trim())
        };
        let count = |names: &[&str]| text(names).and_then(number).map(|n| n as u32);
        Told {
            retry_after: text(&["retry-after"]).and_then(|value| moment(value, now)),
            limit: count(&["x-ratelimit-limit", "x-rate-limit-limit", "ratelimit-limit"]),
            remaining: count(&[
                "x-ratelimit-remaining",
                "x-rate-limit-remaining",
                "ratelimit-remaining",
            ]),
            reset: text(&["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"])
                .and_then(|value| moment(value, now)),
        }
    }

    /// How long to keep away from the target, judging by an answer with this status: `None`, if it does not say.
    pub fn pause(&self, status: u16) -> Option<Duration> {
        let is_used_up = status == 429 || self.remaining == Some(0);
        match (self.retry_after, self.reset) {
            (Some(after), _) if matches!(status, 429 | 503) || status >= 300 => Some(after),
            (_, Some(reset)) if is_used_up => Some(reset),
            _ => None,
        }
    }
}

/// The first number of a header such as `100`, `100, 100;w=10` or `9.5`.
fn number(value: &str) -> Option<f64> {
    let first = value.split([',', ';']).next()?.trim();
    let number: f64 = first.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// Seconds from now, seconds or milliseconds since 1970, an HTTP date or an RFC 3339 time: how long it is until then.
fn moment(value: &str, now: i64) -> Option<Duration> {
    let seconds = match number(value) {
        Some(millis) if millis >= EPOCH_MILLIS => millis / 1000.0 - now as f64,
        Some(seconds) if seconds >= EPOCH_SECONDS => seconds - now as f64,
        Some(seconds) => seconds,
        None => date(value)?.as_second() as f64 - now as f64,
    };
    // Upwards: whoever comes a moment too early has wasted the call.
    let wait = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST);
    Some(wait.min(LONGEST))
}

fn date(value: &str) -> Option<Timestamp> {
    // `Sun, 06 Nov 1994 08:49:37 GMT` is also an RFC 2822 date; the two older forms of HTTP dates are no more in use.
    let http = DateTimeParser::new().parse_timestamp(value);
    http.ok().or_else(|| value.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn told(headers: &[(&str, &str)]) -> Told {
        let owned = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Told::read(&owned.collect::<Vec<_>>(), NOW)
    }

    fn seconds(n: u64) -> Option<Duration> {
        Some(Duration::from_secs(n))
    }

    #[test]
    fn waits_follow_the_schedule_and_scatter() {
        let schedule = [Duration::from_secs(10), Duration::from_secs(100)];
        assert_eq!(wait(&schedule, 1, 0.5), Duration::from_secs(10));
        assert_eq!(wait(&schedule, 2, 0.0), Duration::from_secs(80));
        assert_eq!(wait(&schedule, 9, 1.0), Duration::from_secs(120));
        assert_eq!(wait(&schedule, 0, 0.5), Duration::from_secs(10));
        assert_eq!(wait(&[], 1, 0.5), Duration::ZERO);
        let drawn: Vec<f64> = (0..100).map(|_| chance()).collect();
        assert!(drawn.iter().all(|c| (0.0..1.0).contains(c)));
        assert!(drawn.iter().any(|c| *c != drawn[0]));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_a_date() {
        for (value, wanted) in [
            ("120", seconds(120)),
            (" 0 ", seconds(0)),
            ("1.5", Some(Duration::from_millis(1500))),
            // Ten minutes after NOW, and one before it.
            ("Wed, 18 Nov 2026 11:16:40 GMT", seconds(600)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", seconds(0)),
            ("2026-11-18T11:16:40Z", seconds(600)),
            ("99999999", Some(LONGEST)),
            ("soon", None),
            ("-5", None),
            ("", None),
            ("NaN", None),
        ] {
            assert_eq!(
                told(&[("retry-after", value)]).retry_after,
                wanted,
                "{value}"
            );
        }
    }

    #[test]
    fn a_reset_is_read_as_seconds_from_now_or_since_1970() {
        for (value, wanted) in [
            ("7", seconds(7)),
            ("1795000030", seconds(30)),
            ("1795000030000", seconds(30)),
            ("1794999999", seconds(0)),
        ] {
            for name in ["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"] {
                assert_eq!(told(&[(name, value)]).reset, wanted, "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_pause_is_kept_where_the_limit_is_used_up() {
        let used = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9")];
        assert_eq!(told(&used).pause(200), seconds(9));
        let left = [("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "9")];
        assert_eq!(told(&left).pause(200), None);
        assert_eq!(told(&left).pause(429), seconds(9));
        let both = [("retry-after", "4"), ("x-ratelimit-reset", "9")];
        assert_eq!(told(&both).pause(429), seconds(4));
        assert_eq!(told(&both[..1]).pause(503), seconds(4));
        assert_eq!(told(&both[..1]).pause(200), None);
        assert_eq!(told(&[]).pause(429), None);
        let limit = told(&[("x-ratelimit-limit", "50, 50;w=30")]);
        assert_eq!(limit.limit, Some(50));
    }
}
