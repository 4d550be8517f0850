//! `bench outward`: how much of what a vendor allows is used, while there is always somebody waiting.
//!
//! People are made and queued for each system before anything is carried. Then whoever carries works against the stand-ins,
//! which count as their vendors document. What is measured begins after the first window's worth of requests and ends after
//! a whole number of windows' worth, so that neither the first burst nor the place within a window counts: so many windows'
//! worth of requests took so much longer than so many windows.

use std::time::{Duration, Instant};

use connectors::{CONNECTORS, Connector};
use courier::carry;
use courier::guard::{Guard, network};
use fakes::{Faults, Running};
use hiring::application::{self, Filter};
use hiring::caller::Caller;
use hiring::delivery::carrying::{self, Order, Why};
use hiring::delivery::listed;
use hiring::destination::{self, NewDestination, Settings};
use hiring::id::{ApplicationId, CandidateId, DestinationId};
use indicatif::ProgressBar;
use tokio::sync::watch;

use super::bar;
use super::local::Local;
use super::people::fill;
use crate::options::{Bench, OutwardBench, Rehearsal};

/// Windows that are measured at the least.
const WINDOWS: usize = 3;
/// Requests that a person takes at the least.
const REQUESTS: usize = 2;
/// People who are queued in one transaction.
const SLICE: usize = 100;

/// A stand-in at work, and what waits for it.
struct Target {
    connector: &'static dyn Connector,
    fake: Running,
    destination: DestinationId,
    limit: Allowed,
    people: usize,
    /// Whether somebody still waited when enough was known; `None`: it is not known yet.
    waited: Option<bool>,
}

/// What a far side allows, and how many windows of it are measured.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    requests: usize,
    window: Duration,
    windows: usize,
}

/// `muster bench outward`.
pub async fn outward(options: &OutwardBench) -> Result<(), String> {
    let local = Local::start(&Bench {
        dialect: "native".to_owned(),
        connections: 1,
        count: 0,
        database: options.database.clone(),
        without_index: true,
    })
    .await?;
    let measured = measure(&local, options).await;
    local.stop().await;
    measured
}

async fn measure(local: &Local, options: &OutwardBench) -> Result<(), String> {
    let mut targets = Vec::new();
    for connector in CONNECTORS {
        let asked = options.systems.is_empty() || named(&options.systems, connector.name());
        if let (true, Some(fake)) = (asked, fakes::by_name(connector.name())) {
            targets.push(Target::start(local, options, *connector, fake).await?);
        }
    }
    let most = targets.iter().map(|t| t.people).max().unwrap_or(0);
    fill(local, most).await?;
    queue(local, &targets).await?;
    let (stop, stopped) = watch::channel(false);
    let here = ["127.0.0.0/8", "::1"].map(network);
    let settings = carry::Settings {
        guard: Guard::allowing(here.into_iter().flatten().collect()),
        limits: Rehearsal {
            limits: options.limit_scale,
            ..Rehearsal::default()
        }
        .limits(),
    };
    let carrying = carry::run(local.app.clone(), settings, CONNECTORS, stopped);
    let carrying = tokio::spawn(carrying);
    let waited = wait(local, &mut targets).await;
    let engine = local.engine();
    for target in &targets {
        println!(
            "outward {} on {engine}: {}",
            target.connector.name(),
            target.report()?
        );
    }
    let _ = stop.send(true);
    carrying.await.map_err(|e| e.to_string())?;
    waited
}

fn named(systems: &[String], name: &str) -> bool {
    systems.iter().any(|s| s == name)
}

impl Target {
    async fn start(
        local: &Local,
        options: &OutwardBench,
        connector: &'static dyn Connector,
        fake: &'static dyn fakes::Fake,
    ) -> Result<Target, String> {
        let limit = Allowed::of(connector, options);
        let behaviour = fakes::Options {
            faults: Faults::none(),
            rate: Some(fake.rate().times(options.limit_scale)),
            latency: Duration::from_millis(options.latency),
            ..fakes::Options::default()
        };
        let fake = fakes::start(fake, behaviour).await;
        let fake = fake.map_err(|e| e.to_string())?;
        let destination = connect(local, connector, &fake).await?;
        let enough = limit.wanted() / REQUESTS + 10;
        Ok(Target {
            connector,
            fake,
            destination,
            limit,
            people: options.people.map_or(enough, |n| n as usize),
            waited: None,
        })
    }

    /// Requests so far, as many as are wanted at most.
    fn asked(&self) -> usize {
        (self.fake.asked() as usize).min(self.limit.wanted())
    }

    /// Whether somebody waits.
    async fn waits(&self, local: &Local) -> Result<bool, String> {
        let (org, to) = (local.org, self.destination);
        let tally = local.app.store.read(move |r| listed::tally(r, org, to));
        let tally = tally.await.map_err(|p| format!("{p:?}"))?;
        Ok(tally.iter().any(|(state, _)| state == "queued"))
    }

    fn report(&self) -> Result<String, String> {
        let requests = self.fake.requests();
        let refused = requests.iter().filter(|r| r["status"] == 429).count();
        let taken = requests.iter().filter(|r| r["status"] != 429);
        let times: Vec<f64> = taken.filter_map(|r| seconds(&r["at"])).collect();
        let Allowed {
            requests, window, ..
        } = self.limit;
        let window = window.as_secs();
        let there = self.fake.candidates().len();
        let Some((windows, took)) = self.limit.steady(&times) else {
            return Err(format!(
                "{}: {} requests are too few to say anything",
                self.connector.name(),
                times.len()
            ));
        };
        let ratio = windows as f64 * window as f64 / took;
        let ran_out = match self.waited {
            Some(true) => "",
            _ => "; NOBODY WAITED ANY MORE at the end",
        };
        Ok(format!(
            "{requests} requests in {window} s allowed; {} in {took:.1} s: ratio {ratio:.3}; {refused} refused as too many; \
             {there} people there{ran_out}",
            windows * requests
        ))
    }
}

impl Allowed {
    fn of(connector: &dyn Connector, options: &OutwardBench) -> Allowed {
        let limit = connector.limit();
        let windows = options.seconds.div_ceil(limit.seconds.max(1)) as usize;
        Allowed {
            requests: limit.requests.saturating_mul(options.limit_scale) as usize,
            window: Duration::from_secs(limit.seconds.into()),
            windows: windows.max(WINDOWS),
        }
    }

    /// Requests after which enough is known.
    fn wanted(&self) -> usize {
        self.requests * (self.windows + 1) + 1
    }

    /// So many windows' worth of requests took so many seconds. `times`: when they came, in seconds, in order.
    fn steady(&self, times: &[f64]) -> Option<(usize, f64)> {
        let first = self.requests;
        let windows = times.len().checked_sub(first + 1)? / self.requests;
        let windows = windows.min(self.windows);
        let last = times.get(first + windows * self.requests)?;
        (windows > 0).then(|| (windows, last - times[first]))
    }

    /// How long it takes at the least, and half as much again.
    fn patience(&self) -> Duration {
        self.window * (self.windows as u32 + 1) * 3 / 2 + Duration::from_secs(30)
    }
}

fn seconds(at: &serde_json::Value) -> Option<f64> {
    let at = at.as_str()?.parse::<jiff::Timestamp>().ok()?;
    Some(at.as_microsecond() as f64 / 1e6)
}

async fn connect(
    local: &Local,
    connector: &'static dyn Connector,
    fake: &Running,
) -> Result<DestinationId, String> {
    let told = |name: &str| match name {
        "base_url" => fake.account("url"),
        name => fake.account(name),
    };
    let all = connector.settings().iter();
    let all = all.map(|s| (s.secret, s.name.to_owned(), told(s.name)));
    let (mut plain, mut secret) = (Settings::new(), Settings::new());
    for (is_secret, name, value) in all.filter(|(.., value)| !value.is_empty()) {
        match is_secret {
            true => secret.insert(name, value),
            false => plain.insert(name, value),
        };
    }
    let new = NewDestination {
        connector: connector.name().to_owned(),
        name: connector.title().to_owned(),
        settings: plain,
        secrets: secret,
        default_job: Some(fake.account("job_id")),
    };
    let (key, caller) = (local.app.key.clone(), Caller::system(local.org));
    let made = local
        .app
        .store
        .write(move |tx| destination::create(tx, &key, &caller, &new));
    let made = made.await;
    made.map(|d| d.id)
        .map_err(|p| format!("no destination for the bench: {p:?}"))
}

/// Queues everybody for each system, the first so many.
async fn queue(local: &Local, targets: &[Target]) -> Result<(), String> {
    let org = local.org;
    let wanted: Vec<(DestinationId, usize)> =
        targets.iter().map(|t| (t.destination, t.people)).collect();
    let (mut after, mut number) = (0, 0);
    loop {
        let filter = Filter {
            after,
            ..Filter::default()
        };
        let page = local
            .app
            .store
            .read(move |r| application::list(r, org, &filter, SLICE as i64, 0));
        let page = page.await.map_err(|p| format!("{p:?}"))?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = last.id.0;
        let people: Vec<(CandidateId, ApplicationId)> =
            page.iter().map(|(a, c)| (c.id, a.id)).collect();
        let (first, wanted) = (number, wanted.clone());
        number += people.len();
        let queued = local.app.store.write(move |tx| {
            for (n, (candidate, application)) in people.iter().enumerate() {
                for (destination, _) in wanted.iter().filter(|(_, most)| first + n < *most) {
                    let order = Order {
                        destination: *destination,
                        why: Why::Push,
                        candidate: Some(*candidate),
                        application: Some(*application),
                        event: None,
                        cause: &format!("bench:{application}"),
                    };
                    carrying::queue(tx, org, &order)?;
                }
            }
            Ok::<_, hiring::Problem>(())
        });
        queued
            .await
            .map_err(|p| format!("nobody was queued: {p:?}"))?;
    }
}

/// Until each system was asked often enough.
async fn wait(local: &Local, targets: &mut [Target]) -> Result<(), String> {
    let all: usize = targets.iter().map(|t| t.limit.wanted()).sum();
    let patience = targets.iter().map(|t| t.limit.patience()).max();
    let (began, patience) = (Instant::now(), patience.unwrap_or_default());
    let bar: ProgressBar = bar(all);
    loop {
        for target in targets.iter_mut().filter(|t| t.waited.is_none()) {
            if target.asked() == target.limit.wanted() {
                target.waited = Some(target.waits(local).await?);
            }
        }
        let asked: usize = targets.iter().map(Target::asked).sum();
        bar.set_position(asked as u64);
        if asked == all {
            bar.finish_and_clear();
            return Ok(());
        }
        if began.elapsed() > patience {
            return Err(format!(
                "{asked} of {all} requests came within {} s",
                patience.as_secs()
            ));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_measured_from_one_to_the_same_place_in_another() {
        let limit = Allowed {
            requests: 10,
            window: Duration::from_secs(10),
            windows: 3,
        };
        // Ten at once, every eleven seconds.
        let times: Vec<f64> = (0..60)
            .map(|n| f64::from(n / 10 * 11) + f64::from(n % 10) / 100.0)
            .collect();
        let (windows, took) = limit.steady(&times).expect("enough");
        assert_eq!((windows, took.round() as i64), (3, 33));
        // Evenly, at the limit.
        let even: Vec<f64> = (0..60).map(f64::from).collect();
        assert_eq!(limit.steady(&even), Some((3, 30.0)));
        assert_eq!(limit.steady(&even[..20]), None);
    }
}
