//! How often a key may call: a leaky bucket (GCRA) for each key, in memory.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use hiring::caller::{Caller, Who};
use hiring::problem::{Problem, Result};

type Limiter = RateLimiter<(Who, u32, u32), DashMapStateStore<(Who, u32, u32)>, DefaultClock>;

type Limiters = Mutex<HashMap<(u32, u32), Arc<Limiter>>>;

/// One limiter for each permitted rate; there are few of them.
static LIMITERS: LazyLock<Limiters> = LazyLock::new(Default::default);

/// The usual rate of dialects that name none: 6,000 a minute.
pub const USUAL: (u32, u32) = (6_000, 60);

/// Counts one call of `caller`; `usual` is the dialect's rate, (count, seconds).
///
/// # Errors
/// [`Problem::TooMany`] with the time to wait.
pub fn count(caller: &Caller, usual: (u32, u32)) -> Result<()> {
    let (count, seconds) = caller.limit.unwrap_or(usual);
    let Some(burst) = NonZeroU32::new(count) else {
        return Ok(());
    };
    let limiter = limiter(burst, seconds);
    limiter
        .check_key(&(caller.who, count, seconds))
        .map_err(|not_until| Problem::TooMany {
            permitted: Some((count, seconds)),
            retry: not_until.wait_time_from(DefaultClock::default().now())
                + Duration::from_millis(999),
        })
}

fn limiter(burst: NonZeroU32, seconds: u32) -> Arc<Limiter> {
    let mut all = LIMITERS.lock().unwrap_or_else(|e| e.into_inner());
    let made = all.entry((burst.get(), seconds)).or_insert_with(|| {
        let period = Duration::from_secs(u64::from(seconds.max(1))) / burst.get();
        let quota = Quota::with_period(period.max(Duration::from_nanos(1)))
            .expect("not zero")
            .allow_burst(burst);
        Arc::new(RateLimiter::keyed(quota))
    });
    made.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::{KeyId, OrgId};

    #[test]
    fn the_call_over_the_limit_is_told_when_to_come_again() {
        let mut caller = Caller {
            who: Who::Key(KeyId(i64::MAX)),
            ..Caller::system(OrgId(1))
        };
        caller.limit = Some((3, 60));
        for _ in 0..3 {
            assert_eq!(count(&caller, USUAL), Ok(()));
        }
        assert!(
            matches!(count(&caller, USUAL), Err(Problem::TooMany { retry, .. }) if retry.as_secs() <= 21)
        );
        caller.limit = Some((0, 1));
        assert_eq!(count(&caller, USUAL), Ok(()));
    }
}
