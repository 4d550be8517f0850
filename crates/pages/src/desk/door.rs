//! Who may come in: the password's check, with the same work and the same answer for an address that nobody has, and
//! a limit to guessing.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use hiring::member::{self, Member};
use hiring::{App, Problem, Result, text};
use tokio::sync::Semaphore;

/// Tries for one address within [`WINDOW`].
const TRIES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Addresses remembered at once. Whoever wants to push one out must first pay for as many password checks.
const REMEMBERED: usize = 10_000;

/// Each check takes 19 MiB and a core for tens of milliseconds.
const CHECKS_AT_ONCE: usize = 4;
const PATIENCE: Duration = Duration::from_secs(5);

/// What an unknown address's password is compared with.
static DECOY: LazyLock<String> =
    LazyLock::new(|| member::hash_password("nobody's password").unwrap_or_default());

/// Tries so far, and checks under way.
pub(crate) struct Door {
    tries: Mutex<HashMap<String, (Instant, u32)>>,
    checks: Semaphore,
}

impl Default for Door {
    fn default() -> Door {
        Door {
            tries: Mutex::default(),
            checks: Semaphore::new(CHECKS_AT_ONCE),
        }
    }
}

impl Door {
    /// Counts a try at `email` before it is made, so that many at once do not slip by.
    ///
    /// # Errors
    /// How long to wait, when there were too many.
    pub(super) fn knock(&self, email: &str, now: Instant) -> Result<(), Duration> {
        let mut tries = self.tries.lock().unwrap_or_else(|e| e.into_inner());
        let key = key(email);
        if tries.len() >= REMEMBERED && !tries.contains_key(&key) {
            forget(&mut tries, now);
        }
        let (since, count) = tries.entry(key).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        if *count >= TRIES {
            return Err(WINDOW.saturating_sub(now.duration_since(*since)));
        }
        *count += 1;
        Ok(())
    }

    /// Forgets the tries of somebody who came in.
    pub(super) fn welcome(&self, email: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(|e| e.into_inner());
        tries.remove(&key(email));
    }

    /// The member with this address and password. Takes as long for an address that nobody has.
    pub(super) async fn check(
        &self,
        app: &App,
        email: String,
        password: String,
    ) -> Result<Option<Member>> {
        let permit = tokio::time::timeout(PATIENCE, self.checks.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(Problem::Overloaded { retry: PATIENCE });
        };
        let found = app.store.read(move |r| member::by_email(r, &email)).await?;
        let checked = tokio::task::spawn_blocking(move || {
            let decoy: &str = &DECOY;
            let hash = found.as_ref().map_or(decoy, |(_, hash)| hash);
            let right = member::verify_password(&password, hash);
            found.filter(|_| right).map(|(member, _)| member)
        });
        checked.await.map_err(Problem::broken)
    }
}

/// However the address is spelled, its tries count together.
fn key(email: &str) -> String {
    text::email_key(email).unwrap_or_else(|| text::key(email).chars().take(320).collect())
}

/// Makes room: whoever's window has passed, else whoever came first.
fn forget(tries: &mut HashMap<String, (Instant, u32)>, now: Instant) {
    tries.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
    if tries.len() >= REMEMBERED {
        let first = tries.iter().min_by_key(|(_, (since, _))| *since);
        if let Some(first) = first.map(|(key, _)| key.clone()) {
            tries.remove(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_until_the_window_has_passed() {
        let (door, start) = (Door::default(), Instant::now());
        for _ in 0..TRIES {
            assert_eq!(door.knock("Ada@x.org", start), Ok(()));
        }
        let later = start + Duration::from_secs(60);
        assert_eq!(
            door.knock(" ada@X.org", later),
            Err(WINDOW - Duration::from_secs(60))
        );
        assert_eq!(door.knock("bob@x.org", later), Ok(()));
        assert_eq!(door.knock("ada@x.org", start + WINDOW), Ok(()));
    }

    #[test]
    fn coming_in_clears_the_count() {
        let (door, now) = (Door::default(), Instant::now());
        for _ in 0..TRIES {
            assert_eq!(door.knock("ada@x.org", now), Ok(()));
        }
        door.welcome("ada@x.org");
        assert_eq!(door.knock("ada@x.org", now), Ok(()));
    }

    #[test]
    fn the_memory_is_bounded() {
        let (door, now) = (Door::default(), Instant::now());
        for n in 0..REMEMBERED + 50 {
            assert_eq!(door.knock(&format!("{n}@x.org"), now), Ok(()));
        }
        assert_eq!(door.tries.lock().unwrap().len(), REMEMBERED);
    }
}
