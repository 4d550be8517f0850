//! Inviting many people at once: works through the lists that members have started, some rows at a time, until the program
//! stops. What was done is in the database with each step, so whoever starts next goes on.

use std::time::Duration;

use hiring::App;
use hiring::invite::run::{self, Pace};
use hiring::problem::Problem;

/// Until the next look, when there was nothing to do.
const REST: Duration = Duration::from_millis(500);
/// After a step that failed.
const PAUSE: Duration = Duration::from_secs(2);
/// Steps that may fail one after the other before the row in the way is given up.
const PATIENCE: u32 = 3;

/// Works until it is aborted.
pub async fn work(app: App) {
    let mut failures = 0;
    loop {
        match step(&app, failures).await {
            Ok(Pace::Done(_)) => {
                failures = 0;
                // Others want to write, too.
                tokio::task::yield_now().await;
            }
            Ok(Pace::Idle) => tokio::time::sleep(REST).await,
            Err(problem) => {
                tracing::warn!(?problem, "people were not invited");
                // What is only busy is no row's fault.
                if matches!(problem, Problem::Broken(_)) {
                    failures += 1;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// A step. One that failed is tried again with one row, so that the others are not held up by it; a row that fails
/// [`PATIENCE`] times is given up.
async fn step(app: &App, failures: u32) -> hiring::Result<Pace> {
    // Looked at before anything is written: there is nothing to do most of the time.
    if !app.store.read(run::has_work).await? {
        return Ok(Pace::Idle);
    }
    if failures > PATIENCE {
        app.store.write(run::fail_next).await?;
        return Ok(Pace::Done(1));
    }
    let limit = if failures == 0 { run::ROWS } else { 1 };
    let inner = app.clone();
    app.store
        .write(move |tx| run::step(tx, &inner, limit))
        .await
}
