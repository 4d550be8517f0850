//! How often a key may call: a leaky bucket (GCRA) for each key, in memory, and what the answer says of it.
//!
//! An answer is made in many places, and whoever makes it does not know the bucket. So [`count`], which `auth.rs` calls
//! once the key is known, leaves the bucket's [`Standing`] with the request at work (a task-local), and [`tell`], a layer
//! around each dialect, writes it on whatever the answer is: success, refusal, or our own fault. A call whose key was
//! not known, or may call as often as it likes, leaves nothing and is told nothing.

use std::cell::Cell;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use hiring::App;
use hiring::call_log::Call;
use hiring::caller::{Caller, Who};
use hiring::id::{KeyId, OrgId};
use hiring::problem::{Problem, Result};

use crate::Dialect;
use crate::remarks::Why;

type Key = (Who, u32, u32);

type Limiter = RateLimiter<Key, DashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

type Limiters = Mutex<HashMap<(u32, u32), Arc<Limiter>>>;

/// One limiter for each permitted rate; there are few of them.
static LIMITERS: LazyLock<Limiters> = LazyLock::new(Default::default);

tokio::task_local! {
    /// What the call at work has come to.
    static NOTED: Noted;
}

/// What is noted of a call while it is at work.
#[derive(Default)]
struct Noted {
    standing: Cell<Option<Standing>>,
    whose: Cell<Option<(OrgId, KeyId)>>,
}

/// The usual rate of dialects that name none: 6,000 a minute.
pub const USUAL: (u32, u32) = (6_000, 60);

/// How a key stands after one of its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Calls permitted within `seconds`, all of them at once if need be.
    pub permitted: u32,
    /// See `permitted`.
    pub seconds: u32,
    /// Calls that would be answered now.
    pub left: u32,
    /// Within so many seconds there is at least one more of them.
    pub more_in: u64,
}

/// Counts one call of `caller`; `usual` is the dialect's rate, (count, seconds).
///
/// # Errors
/// [`Problem::TooMany`] with the time to wait.
pub fn count(caller: &Caller, usual: (u32, u32)) -> Result<()> {
    if let Some(key) = caller.key() {
        // Outside of a request (in a test of a function) nobody wants to know.
        let _ = NOTED.try_with(|noted| noted.whose.set(Some((caller.org, key))));
    }
    let (count, seconds) = caller.limit.unwrap_or(usual);
    let Some(burst) = NonZeroU32::new(count) else {
        return Ok(());
    };
    let limiter = limiter(burst, seconds);
    let standing = |left, wait: Duration| Standing {
        permitted: count,
        seconds,
        left,
        more_in: whole_seconds(wait),
    };
    match limiter.check_key(&(caller.who, count, seconds)) {
        Ok(state) => {
            let interval = state.quota().replenish_interval();
            note(standing(state.remaining_burst_capacity(), interval));
            Ok(())
        }
        Err(not_until) => {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            note(standing(0, wait));
            Err(Problem::TooMany {
                permitted: Some((count, seconds)),
                retry: Duration::from_secs(whole_seconds(wait)),
            })
        }
    }
}

fn limiter(burst: NonZeroU32, seconds: u32) -> Arc<Limiter> {
    let mut all = LIMITERS.lock().unwrap_or_else(|e| e.into_inner());
    let made = all.entry((burst.get(), seconds)).or_insert_with(|| {
        let period = Duration::from_secs(u64::from(seconds.max(1))) / burst.get();
        let quota = Quota::with_period(period.max(Duration::from_nanos(1)))
            .expect("not zero")
            .allow_burst(burst);
        Arc::new(RateLimiter::keyed(quota).with_middleware())
    });
    made.clone()
}

/// Whoever waits that long finds what was promised: rounded up, and never "now".
fn whole_seconds(wait: Duration) -> u64 {
    let up = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    up.max(1)
}

fn note(standing: Standing) {
    let _ = NOTED.try_with(|noted| noted.standing.set(Some(standing)));
}

/// The layer around a dialect's routes: says on every answer to a known key how it stands, and remembers the call for members
/// who look on.
pub async fn tell(
    dialect: &'static dyn Dialect,
    app: &App,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(|matched| matched.as_str().to_owned());
    let answered = NOTED.scope(Noted::default(), async {
        let response = next.run(request).await;
        let noted = |noted: &Noted| (noted.standing.get(), noted.whose.get());
        (response, NOTED.with(noted))
    });
    let (mut response, (standing, whose)) = answered.await;
    if let Some(standing) = standing {
        let status = response.status();
        dialect.standing(&standing, status, response.headers_mut());
    }
    if let Some((org, key)) = whose {
        let why = response.extensions_mut().remove::<Why>();
        let call = Call {
            n: 0,
            at: app.store.clock().now(),
            dialect: dialect.name(),
            method,
            route,
            status: response.status().as_u16(),
            micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            key,
            why: why.map(|Why(words)| words),
        };
        app.calls.note(org, call);
    }
    response
}

impl Standing {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11). `t` is by its section on the reset
    /// parameter the time "until additional quota is made available", not until all of it is.
    pub fn headers(&self, headers: &mut HeaderMap) {
        let policy = format!("\"default\";q={};w={}", self.permitted, self.seconds);
        let now = format!("\"default\";r={};t={}", self.left, self.more_in);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
            let value = HeaderValue::try_from(value).expect("letters and digits");
            headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// The same as many clients still know it: `X-RateLimit-Limit`, `-Remaining`.
    pub fn old_headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.permitted));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.left));
    }

    /// `X-RateLimit-Reset`: the unix second at which there is more.
    pub fn old_reset(&self, headers: &mut HeaderMap) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let at = now.map_or(0, |now| now.as_secs()) + self.more_in;
        headers.insert("x-ratelimit-reset", HeaderValue::from(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(key: i64, limit: (u32, u32)) -> Caller {
        Caller {
            who: Who::Key(KeyId(key)),
            limit: Some(limit),
            ..Caller::system(OrgId(1))
        }
    }

    #[test]
    fn the_call_over_the_limit_is_told_when_to_come_again() {
        let mut caller = caller(i64::MAX, (3, 60));
        for _ in 0..3 {
            assert_eq!(count(&caller, USUAL), Ok(()));
        }
        assert!(
            matches!(count(&caller, USUAL), Err(Problem::TooMany { retry, .. }) if retry.as_secs() <= 20)
        );
        caller.limit = Some((0, 1));
        assert_eq!(count(&caller, USUAL), Ok(()));
    }

    #[tokio::test]
    async fn what_is_left_is_noted_for_the_answer() {
        let noted = |caller: Caller| {
            NOTED.scope(Noted::default(), async move {
                let _ = count(&caller, USUAL);
                NOTED.with(|noted| noted.standing.get())
            })
        };
        let standing = |left, more_in| Standing {
            permitted: 2,
            seconds: 1_000,
            left,
            more_in,
        };
        let one = caller(i64::MAX - 1, (2, 1_000));
        assert_eq!(noted(one.clone()).await, Some(standing(1, 500)));
        assert_eq!(noted(one.clone()).await, Some(standing(0, 500)));
        assert_eq!(noted(one).await, Some(standing(0, 500)));
        let other = caller(i64::MAX - 2, (2, 1_000));
        assert_eq!(noted(other).await, Some(standing(1, 500)));
        assert_eq!(noted(caller(1, (0, 1))).await, None);
    }

    #[test]
    fn waits_are_rounded_up() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }

    #[test]
    fn the_fields_are_structured() {
        let standing = Standing {
            permitted: 100,
            seconds: 60,
            left: 42,
            more_in: 1,
        };
        let mut headers = HeaderMap::new();
        standing.headers(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"default\";q=100;w=60");
        assert_eq!(headers["ratelimit"], "\"default\";r=42;t=1");
    }
}
