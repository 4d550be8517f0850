//! Keeps the index of people up with what happened: looks at how far behind it is, brings it on by a slice, and rests for
//! several times as long as the slice took, so that those who take people in notice little of it however much there is.
//!
//! After an upgrade, also what the database itself finds people by ([`catch_up`]), while callers are answered.

use std::time::{Duration, Instant};

use hiring::{App, candidate, search};
use tokio::sync::watch;

/// How often to look when there was nothing to do: who types a name that was just taken in waits this long at most.
const LOOK: Duration = Duration::from_millis(200);
/// How long to rest after a slice, in its own length: a fifth of the writer's time is the index's at most.
const REST: u32 = 4;
/// After a failure: the database is away, or full.
const PATIENCE: Duration = Duration::from_secs(5);

/// Indexes until `stop` says so. A slice is one transaction, so that nothing is lost wherever this ends.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let rest = match one(&app).await {
            Ok(Some(took)) => took * REST,
            Ok(None) => LOOK,
            Err(problem) => {
                tracing::warn!(?problem, "the index of people was not brought on");
                PATIENCE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// One slice, and how long it took; `None` when there was nothing to do.
async fn one(app: &App) -> hiring::Result<Option<Duration>> {
    if !app.store.read(search::is_behind).await? {
        return Ok(None);
    }
    let began = Instant::now();
    let seen = app.store.write(search::step).await?;
    Ok((seen > 0).then(|| began.elapsed()))
}

/// Candidates after which it is said how far it is: a multiple of what one transaction indexes.
const SAID_EVERY: usize = 10_000;

/// Brings candidates that an older version wrote into the columns and tags that lists filter by. Callers are answered
/// meanwhile; whoever asks for what is not whole yet is told to come again ([`candidate::all_indexed`]). A slice is one
/// transaction, so that the next start goes on wherever this ends.
pub async fn catch_up(app: App, mut stop: watch::Receiver<bool>) {
    let (mut indexed, begun) = (0, Instant::now());
    loop {
        let began = Instant::now();
        let rest = match app.store.write(candidate::index_some).await {
            Ok(0) => break,
            Ok(some) => {
                indexed += some;
                // Half of the writer's time is the callers'.
                began.elapsed()
            }
            Err(problem) => {
                tracing::warn!(?problem, "candidates of an older version were not indexed");
                PATIENCE
            }
        };
        if indexed % SAID_EVERY == 0 {
            tracing::info!(
                candidates = indexed,
                "indexing candidates of an older version"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|stopped| *stopped) => return,
        }
    }
    if indexed > 0 {
        let seconds = begun.elapsed().as_secs();
        tracing::info!(
            candidates = indexed,
            seconds,
            "indexed candidates of an older version"
        );
    }
}
