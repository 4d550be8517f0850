//! `bench desk`: how long each page of the recruiter's desk takes, and how large it is, when there are many people.
//!
//! The store is filled by the verbs (`desk/fill.rs`) and searched by the same index as ever. Then every page is asked for in
//! turn (`desk/asked.rs`), by several connections at once without a pause between two of their calls. A page without any
//! question to the database is among them: on a machine that others use too, only the difference to it says anything.

mod asked;
mod fill;
mod house;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::Method;
use indicatif::ProgressBar;
use tokio::task::JoinSet;
use url::Url;

use super::client::{Connection, Outcome, Seen, take};
use super::{bar, say_first_error};
use crate::options::DeskBench;
use asked::{At, PAGES, TRIVIAL};
use house::{House, Names};

/// What a page may take and weigh: 99 of a hundred answers within a tenth of a second, 100 kB without pictures.
const LONGEST: Duration = Duration::from_millis(100);
const LARGEST: usize = 100_000;
/// Calls before those that count.
const WARM: usize = 16;

/// `muster bench desk`.
pub async fn desk(options: &DeskBench) -> Result<(), String> {
    let house = House::start(options).await?;
    println!(
        "desk    {} candidates, {} jobs on {}, {} connections, {} calls of each page",
        options.candidates,
        options.jobs,
        house.app.store.engine(),
        options.connections,
        options.count
    );
    let measured = measure(&house, options).await;
    house.stop().await;
    summary(&measured?);
    Ok(())
}

/// A page and what asking for it came to.
struct Measured {
    title: &'static str,
    trivial: bool,
    outcome: Outcome,
}

impl Measured {
    fn slow(&self) -> bool {
        self.outcome.percentile(0.99) > LONGEST
    }

    fn heavy(&self) -> bool {
        self.outcome.size() > LARGEST
    }
}

async fn measure(house: &House, options: &DeskBench) -> Result<Vec<Measured>, String> {
    println!("| page | p50 ms | p99 ms | bytes | errors |\n|---|--:|--:|--:|--:|");
    let mut all = Vec::new();
    for page in PAGES.iter().filter(|page| is_wanted(page, options)) {
        let failed = |e| format!("{}: {e}", page.title);
        let asked = Asked::of(house, page).await.map_err(failed)?;
        run(&asked, options.connections, WARM, &ProgressBar::hidden())
            .await
            .map_err(failed)?;
        let bar = bar(options.count);
        let outcome = run(&asked, options.connections, options.count, &bar).await;
        bar.finish_and_clear();
        let measured = Measured {
            title: page.title,
            trivial: page.address == TRIVIAL,
            outcome: outcome.map_err(failed)?,
        };
        say(&measured);
        all.push(measured);
    }
    Ok(all)
}

fn is_wanted(page: &At, options: &DeskBench) -> bool {
    let named = |only: &String| page.title.contains(only.as_str()) || page.address == TRIVIAL;
    options.only.as_ref().is_none_or(named)
}

fn milliseconds(outcome: &Outcome, share: f64) -> f64 {
    outcome.percentile(share).as_secs_f64() * 1e3
}

fn say(measured: &Measured) {
    let outcome = &measured.outcome;
    let (slow, heavy) = (measured.slow(), measured.heavy());
    let mark = |of: String, missed| if missed { format!("**{of}**") } else { of };
    println!(
        "| {} | {:.1} | {} | {} | {} |",
        measured.title,
        milliseconds(outcome, 0.50),
        mark(format!("{:.1}", milliseconds(outcome, 0.99)), slow),
        mark(outcome.size().to_string(), heavy),
        outcome.errors,
    );
    say_first_error(outcome);
}

fn summary(all: &[Measured]) {
    let names = |which: &dyn Fn(&Measured) -> bool| {
        let those: Vec<_> = all.iter().filter(|m| which(m)).map(|m| m.title).collect();
        if those.is_empty() {
            "none".to_owned()
        } else {
            those.join("; ")
        }
    };
    println!("over 100 ms at p99: {}", names(&Measured::slow));
    println!("over 100 kB: {}", names(&Measured::heavy));
    println!("with errors: {}", names(&|m| m.outcome.errors > 0));
    if let Some(trivial) = all.iter().find(|m| m.trivial) {
        let p99 = milliseconds(&trivial.outcome, 0.99);
        println!("a page of words alone took {p99:.1} ms at p99 in the same run");
    }
}

/// A page to be asked for, again and again with other names.
#[derive(Clone)]
struct Asked {
    base: Url,
    address: String,
    names: Arc<Names>,
    headers: Arc<[(String, String)]>,
    count: Arc<AtomicUsize>,
}

impl Asked {
    async fn of(house: &House, page: &At) -> Result<Asked, String> {
        let mut asked = Asked {
            base: Url::parse(&house.url).map_err(|e| e.to_string())?,
            address: page.address.to_owned(),
            names: Arc::new(house.names.clone()),
            headers: [("cookie".to_owned(), house.cookie.clone())].into(),
            count: Arc::default(),
        };
        let Some(wanted) = page.follow else {
            return Ok(asked);
        };
        let first = asked.next()?;
        let mut connection = Connection::open(&asked.base).await?;
        let answer = connection
            .send(&Method::GET, &first, &asked.headers, String::new())
            .await?;
        let html = String::from_utf8_lossy(&answer.body).into_owned();
        let link = links(&html).find(|link| link.contains(wanted));
        let link = link.ok_or_else(|| format!("the page has no link with {wanted}"))?;
        // The script asks for a column by the same words.
        asked.address = match page.route.ends_with("/column") {
            true => link.replacen("/board?", "/board/column?", 1),
            false => link,
        };
        Ok(asked)
    }

    /// The next address.
    fn next(&self) -> Result<Url, String> {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let mut address = self.address.clone();
        let mut turn = n;
        while let Some((before, rest)) = address.split_once('{') {
            let (slot, after) = rest.split_once('}').ok_or("an address with half a slot")?;
            let names = self.names.get(slot).filter(|names| !names.is_empty());
            let names = names.ok_or_else(|| format!("nothing is called {{{slot}}}"))?;
            address = format!("{before}{}{after}", names[turn % names.len()]);
            turn += 1;
        }
        self.base.join(&address).map_err(|e| e.to_string())
    }
}

/// The addresses of the page's links.
fn links(html: &str) -> impl Iterator<Item = String> + '_ {
    let parts = html.split("href=\"").skip(1);
    parts.filter_map(|part| {
        Some(
            part.split_once('"')?
                .0
                .replace("&#38;", "&")
                .replace("&amp;", "&"),
        )
    })
}

async fn run(
    asked: &Asked,
    connections: usize,
    count: usize,
    bar: &ProgressBar,
) -> Result<Outcome, String> {
    let left = Arc::new(AtomicUsize::new(count));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections.max(1) {
        tasks.spawn(drive(asked.clone(), left.clone(), bar.clone()));
    }
    Outcome::gather(tasks, started).await
}

async fn drive(asked: Asked, left: Arc<AtomicUsize>, bar: ProgressBar) -> Result<Seen, String> {
    let mut connection = Connection::open(&asked.base).await?;
    let mut seen = Seen::default();
    while take(&left) {
        let url = asked.next()?;
        let answer = connection
            .send(&Method::GET, &url, &asked.headers, String::new())
            .await?;
        seen.note(&answer);
        bar.inc(1);
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use asked::EXCEPTED;

    #[test]
    fn every_page_of_the_desk_is_measured_or_excepted_by_name() {
        let table = pages::desk_pages();
        let measured = |route: &str| PAGES.iter().any(|page| page.route == route);
        let excepted = |route: &str| {
            EXCEPTED
                .iter()
                .any(|(of, why)| *of == route && !why.is_empty())
        };
        for route in &table {
            assert!(
                measured(route) != excepted(route),
                "{route} is measured or excepted, and not both"
            );
        }
        let named = PAGES
            .iter()
            .map(|page| page.route)
            .chain(EXCEPTED.iter().map(|(of, _)| *of));
        for route in named {
            assert!(table.contains(&route), "{route} is no page of the desk");
        }
    }

    #[test]
    fn every_page_answers_with_few_people() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let options = DeskBench {
            candidates: 400,
            jobs: 25,
            connections: 2,
            count: 4,
            only: None,
            keep: None,
            database: None,
        };
        let measured = runtime.block_on(async {
            let house = House::start(&options).await.expect("a server");
            let measured = measure(&house, &options).await;
            house.stop().await;
            measured.expect("measured")
        });
        assert_eq!(measured.len(), PAGES.len());
        for page in measured {
            assert_eq!(
                page.outcome.errors, 0,
                "{}: {:?}",
                page.title, page.outcome.first_error
            );
            assert!(page.outcome.size() > 0, "{}", page.title);
        }
    }
}
