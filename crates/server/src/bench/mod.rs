//! `muster bench`: how many candidates a second, and how near that is to what the database can do.
//!
//! `create` sends each dialect's example call over HTTP, from this very process; `limit` replays the statements of
//! one such call straight through the driver with the same durability. Their ratio is what the server around the
//! statements costs. `list` fills a store and reads the dialects' lists page by page, `desk` every page of the desk. `outward` carries
//! people to stand-ins. Machines
//! differ and are noisy: only figures of one run compare.

mod client;
mod desk;
mod limit;
mod list;
mod local;
mod outward;
mod people;

use std::path::Path;
use std::time::Duration;

use dialects::ExampleCall;
use indicatif::{ProgressBar, ProgressStyle};

use crate::options::Bench;
use client::Outcome;
pub use desk::desk;
pub use list::list;
use local::Local;
pub use outward::outward;

/// Rounds of each side when both are compared.
const ROUNDS: usize = 3;

/// `muster bench create`.
pub async fn create(
    bench: &Bench,
    credentials: Option<&Path>,
    url: Option<&str>,
    against_limit: bool,
) -> Result<(), String> {
    if against_limit {
        return compare(bench).await;
    }
    let outcome = match credentials {
        Some(file) => {
            client::run(
                &given(bench, file, url)?,
                bench.connections,
                bench.count,
                &bar(bench.count),
            )
            .await?
        }
        None => {
            let local = Local::start(bench).await?;
            let outcome = client::run(
                &local.call,
                bench.connections,
                bench.count,
                &bar(bench.count),
            )
            .await;
            println!("{}", local.batches());
            local.stop().await;
            outcome?
        }
    };
    report(bench, &outcome);
    Ok(())
}

/// The example call with credentials from a file, towards `url` if given.
fn given(bench: &Bench, file: &Path, url: Option<&str>) -> Result<ExampleCall, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let mut credentials: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
    // The demo's whole object will do too.
    if let Some(part) = credentials.get(&bench.dialect) {
        credentials = part.clone();
    }
    let dialect = dialects::named(&bench.dialect).ok_or("no such dialect")?;
    let mut call = dialect.example(&credentials);
    if let Some(url) = url {
        let path = url::Url::parse(&call.url)
            .map_err(|e| e.to_string())?
            .path()
            .to_owned();
        call.url = format!("{}{path}", url.trim_end_matches('/'));
    }
    Ok(call)
}

/// `muster bench limit`; `statements`: prints them.
pub async fn limit(bench: &Bench, statements: bool) -> Result<(), String> {
    let local = Local::start(bench).await?;
    let tape = local.record().await?;
    for (n, recorded) in tape.iter().enumerate().filter(|_| statements) {
        let (nth, text) = (n + 1, recorded.statement.text);
        println!("{nth:3} -> {} rows: {text}", recorded.rows.len());
    }
    let rate = limit::run(&local, &tape, bench.count).await?;
    println!(
        "limit   {} on {}: {rate:.0} creates/s, {} statements each, {}",
        bench.dialect,
        local.engine(),
        tape.len(),
        local.batches()
    );
    local.stop().await;
    Ok(())
}

/// Both, alternately, so that a noisy neighbour disturbs both alike; the ratio of the medians.
async fn compare(bench: &Bench) -> Result<(), String> {
    let local = Local::start(bench).await?;
    let count = (bench.count / ROUNDS).max(1);
    // Warm caches, and a first look at the batch size.
    client::run(
        &local.call,
        bench.connections,
        (count / 4).max(200),
        &bar(count),
    )
    .await?;
    let tape = local.record().await?;
    let (mut creates, mut limits) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let outcome = client::run(&local.call, bench.connections, count, &bar(count)).await?;
        report(bench, &outcome);
        creates.push(outcome.rate());
        let rate = limit::run(&local, &tape, count).await?;
        println!(
            "round {round}: limit {rate:.0} creates/s ({} statements, {})",
            tape.len(),
            local.batches()
        );
        limits.push(rate);
    }
    local.stop().await;
    println!("ratio {:.2}", median(creates) / median(limits));
    Ok(())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn report(bench: &Bench, outcome: &Outcome) {
    println!(
        "create  {}: {:.0} creates/s, p50 {:.1} ms, p99 {:.1} ms, {} errors, {} connections",
        bench.dialect,
        outcome.rate(),
        outcome.percentile(0.50).as_secs_f64() * 1e3,
        outcome.percentile(0.99).as_secs_f64() * 1e3,
        outcome.errors,
        bench.connections,
    );
    say_first_error(outcome);
}

fn say_first_error(outcome: &Outcome) {
    if let Some(answer) = &outcome.first_error {
        println!("        the first error: {answer}");
    }
}

/// Progress on the terminal; nothing where there is none.
fn bar(count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}");
    let bar = ProgressBar::new(count as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
