//! How often one may ask. Some vendors count in fixed windows, some let a bucket run full.

use std::time::{Duration, Instant};

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// So many requests; 0: as many as anybody likes.
    pub requests: u32,
    /// Within this time.
    pub per: Duration,
    /// So many at once after a rest, where the vendor refills evenly; `None`: it counts in fixed windows.
    pub burst: Option<u32>,
}

impl Rate {
    /// In fixed windows.
    pub const fn window(requests: u32, seconds: u64) -> Rate {
        Rate {
            requests,
            per: Duration::from_secs(seconds),
            burst: None,
        }
    }

    /// So many times as much in the same time.
    pub fn times(self, times: u32) -> Rate {
        Rate {
            requests: self.requests.saturating_mul(times),
            burst: self.burst.map(|burst| burst.saturating_mul(times)),
            ..self
        }
    }

    /// None at all.
    pub const NONE: Rate = Rate::window(0, 1);

    /// From `REQUESTS/SECONDS` or `none`; keeps how the vendor counts.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, like: Rate) -> Result<Rate, String> {
        if text == "none" {
            return Ok(Rate::NONE);
        }
        let wrong = || format!("a rate is REQUESTS/SECONDS or none, not {text}");
        let (requests, seconds) = text.split_once('/').ok_or_else(wrong)?;
        let requests: u32 = requests.parse().map_err(|_| wrong())?;
        let seconds: u32 = seconds.parse().map_err(|_| wrong())?;
        if requests == 0 || seconds == 0 {
            return Err(wrong());
        }
        Ok(Rate {
            requests,
            per: Duration::from_secs(seconds.into()),
            burst: like.burst.map(|_| requests.saturating_mul(2)),
        })
    }
}

/// How an account stands after a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The limit.
    pub limit: u32,
    /// Requests that are left.
    pub remaining: u32,
    /// Until all are there again (or, of a bucket, one).
    pub resets_in: Duration,
    /// Whether this one was too many.
    pub refused: bool,
}

impl Standing {
    /// Seconds until it is worth while to ask again, rounded up.
    pub fn seconds(&self) -> u64 {
        self.resets_in.as_millis().div_ceil(1000) as u64
    }

    /// The same as a time of day: unix seconds, rounded up.
    pub fn resets_at(&self) -> i64 {
        let now = jiff::Timestamp::now().as_millisecond();
        let at = now + self.resets_in.as_millis() as i64;
        (at + 999).div_euclid(1000)
    }
}

/// Counts.
#[derive(Debug)]
pub(crate) struct Counter {
    rate: Rate,
    /// Of a window: when it began. Of a bucket: up to when it was filled.
    since: Instant,
    /// Of a window: how many came. Of a bucket: how many may come.
    count: f64,
}

impl Counter {
    pub(crate) fn new(rate: Rate) -> Counter {
        Counter {
            rate,
            since: Instant::now(),
            count: rate.burst.map_or(0.0, f64::from),
        }
    }

    /// Counts one that came now; `None`: there is no limit.
    pub(crate) fn count(&mut self, now: Instant) -> Option<Standing> {
        match self.rate {
            Rate { requests: 0, .. } => None,
            Rate {
                burst: Some(burst), ..
            } => Some(self.out_of_bucket(now, burst)),
            _ => Some(self.in_window(now)),
        }
    }

    fn in_window(&mut self, now: Instant) -> Standing {
        if now.duration_since(self.since) >= self.rate.per {
            (self.since, self.count) = (now, 0.0);
        }
        let limit = self.rate.requests;
        let refused = self.count >= f64::from(limit);
        if !refused {
            self.count += 1.0;
        }
        Standing {
            limit,
            remaining: limit - self.count as u32,
            resets_in: self.rate.per - now.duration_since(self.since),
            refused,
        }
    }

    fn out_of_bucket(&mut self, now: Instant, burst: u32) -> Standing {
        let each = self.rate.per.as_secs_f64() / f64::from(self.rate.requests);
        let came = now.duration_since(self.since).as_secs_f64() / each;
        self.count = f64::min(self.count + came, f64::from(burst));
        self.since = now;
        let refused = self.count < 1.0;
        if !refused {
            self.count -= 1.0;
        }
        let missing = f64::max(1.0 - self.count, 0.0);
        Standing {
            limit: self.rate.requests,
            remaining: self.count as u32,
            resets_in: Duration::from_secs_f64(missing * each),
            refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lets_through_what_it_holds_and_begins_anew() {
        let mut counter = Counter::new(Rate::window(2, 10));
        let begin = Instant::now();
        let came = |counter: &mut Counter, at| {
            let standing = counter.count(begin + Duration::from_secs(at));
            standing.map(|s| (s.remaining, s.refused))
        };
        assert_eq!(came(&mut counter, 11), Some((1, false)));
        assert_eq!(came(&mut counter, 12), Some((0, false)));
        assert_eq!(came(&mut counter, 13), Some((0, true)));
        assert_eq!(came(&mut counter, 21), Some((1, false)));
    }

    #[test]
    fn a_bucket_lets_a_burst_through_and_refills_evenly() {
        let mut counter = Counter::new(Rate {
            burst: Some(3),
            ..Rate::window(1, 1)
        });
        let begin = Instant::now();
        let refused = |counter: &mut Counter, millis| {
            let standing = counter.count(begin + Duration::from_millis(millis));
            standing.is_some_and(|s| s.refused)
        };
        let first: Vec<bool> = (0..4).map(|_| refused(&mut counter, 1)).collect();
        assert_eq!(first, [false, false, false, true]);
        assert!(refused(&mut counter, 900));
        assert!(!refused(&mut counter, 2_000));
    }

    #[test]
    fn a_rate_is_read_or_refused_in_a_sentence() {
        let like = Rate::window(50, 30);
        assert_eq!(Rate::parse("5/2", like), Ok(Rate::window(5, 2)));
        assert_eq!(Rate::parse("none", like), Ok(Rate::NONE));
        for wrong in ["", "5", "5/", "0/1", "1/0", "-1/1", "1/1/1"] {
            assert!(Rate::parse(wrong, like).is_err(), "{wrong}");
        }
        let bucket = Rate {
            burst: Some(20),
            ..Rate::window(10, 1)
        };
        assert_eq!(Rate::parse("4/1", bucket).unwrap().burst, Some(8));
        let twenty = bucket.times(20);
        assert_eq!((twenty.requests, twenty.burst), (200, Some(400)));
        assert_eq!(
            (like.times(2), Rate::NONE.times(9)),
            (Rate::window(100, 30), Rate::NONE)
        );
    }
}
