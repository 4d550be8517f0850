//! `bench list`: how long a page of a large list takes.
//!
//! The store is filled by the verbs, without HTTP. Then each list that a dialect names is measured. One with cursors is
//! walked through once, which warms caches, proves that nobody is missing and gives the cursor of every page; of one that
//! counts its pages the addresses are known. What is measured follows them as a client would: each connection from another
//! place of the list, and from its beginning again after its end.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use dialects::{DIALECTS, Dialect, ExampleList, Pages, ROWS};
use hiring::id::StageId;
use hyper::Method;
use indicatif::ProgressBar;
use serde_json::Value;
use tokio::task::JoinSet;
use url::Url;

use super::client::{Connection, Outcome, Seen, take};
use super::local::Local;
use super::people::fill;
use super::{bar, say_first_error};
use crate::options::{Bench, ListBench};

/// `muster bench list`.
pub async fn list(options: &ListBench) -> Result<(), String> {
    let dialects = chosen(options)?;
    let local = Local::start(&Bench {
        dialect: dialects[0].name().to_owned(),
        connections: options.connections,
        count: options.count,
        database: options.database.clone(),
        without_index: false,
    })
    .await?;
    let measured = measure(&local, options, &dialects).await;
    local.stop().await;
    measured.map(|_| ())
}

fn chosen(options: &ListBench) -> Result<Vec<&'static dyn Dialect>, String> {
    match &options.dialect {
        None => Ok(DIALECTS.to_vec()),
        Some(name) => match dialects::named(name) {
            None => Err(format!("there is no dialect {name}")),
            Some(dialect) => Ok(vec![dialect]),
        },
    }
}

/// What asking for the pages of each list came to, and says it.
async fn measure(
    local: &Local,
    options: &ListBench,
    dialects: &[&'static dyn Dialect],
) -> Result<Vec<(usize, Outcome)>, String> {
    let stage = fill(local, options.candidates).await?;
    println!(
        "list    {} candidates on {}, {} connections",
        options.candidates,
        local.engine(),
        options.connections
    );
    let mut outcomes = Vec::new();
    for dialect in dialects {
        let credentials = local.key(*dialect).await?;
        let mut headers = dialect.example(&credentials).headers;
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        for example in dialect.lists(&credentials) {
            let list = List::of(&example, &headers, stage)?;
            let failed = |e| format!("{}, {}: {e}", dialect.name(), example.title);
            let pages = list.pages(options).await.map_err(failed)?;
            let run = list.run(&pages, options.connections.max(1), options.count);
            let outcome = run.await.map_err(failed)?;
            report(dialect.name(), &example, pages.len(), &outcome);
            outcomes.push((pages.len(), outcome));
        }
    }
    Ok(outcomes)
}

fn report(dialect: &str, example: &ExampleList, pages: usize, outcome: &Outcome) {
    println!(
        "        {dialect}: {}: {:.0} pages/s, p50 {:.1} ms, p99 {:.1} ms, {} bytes a page, {} errors, of {pages} pages",
        example.title,
        outcome.rate(),
        outcome.percentile(0.50).as_secs_f64() * 1e3,
        outcome.percentile(0.99).as_secs_f64() * 1e3,
        outcome.size(),
        outcome.errors,
    );
    say_first_error(outcome);
}

/// A list and what to send with each call.
#[derive(Clone)]
struct List {
    example: ExampleList,
    first: Url,
    headers: Arc<[(String, String)]>,
}

impl List {
    fn of(
        example: &ExampleList,
        headers: &[(String, String)],
        stage: StageId,
    ) -> Result<List, String> {
        let first = example.url.replace("{stage}", &stage.to_string());
        Ok(List {
            example: example.clone(),
            first: Url::parse(&first).map_err(|e| e.to_string())?,
            headers: headers.into(),
        })
    }

    /// The first page's address with one more parameter.
    fn page(&self, parameter: &str, value: &str) -> Url {
        let mut url = self.first.clone();
        url.query_pairs_mut().append_pair(parameter, value);
        url
    }

    /// The addresses of the pages to be asked for, each of which was asked for once.
    async fn pages(&self, options: &ListBench) -> Result<Arc<[Url]>, String> {
        let all = options.candidates.div_ceil(ROWS);
        let counted = |address: &dyn Fn(usize) -> Url| (0..all).map(address).collect();
        let pages: Vec<Url> = match self.example.pages {
            _ if !self.example.everybody => vec![self.first.clone()],
            Pages::Number(name) => counted(&|n| self.page(name, &(n + 1).to_string())),
            Pages::Offset(name) => counted(&|n| self.page(name, &(n * ROWS).to_string())),
            Pages::Cursor(..) | Pages::Address(_) => return self.walk(options).await,
        };
        // Whoever counts pages need not have read those before; of the last, it shows that nobody is missing.
        let last = options.candidates - (all - 1) * ROWS;
        let mut connection = Connection::open(&self.first).await?;
        for (page, rows) in [
            (&pages[0], ROWS.min(options.candidates)),
            (&pages[pages.len() - 1], last),
        ] {
            let (shown, _) = self.ask(&mut connection, page).await?;
            match self.example.everybody {
                true if shown != rows => {
                    return Err(format!("{page} shows {shown} of {rows} rows"));
                }
                false if shown >= ROWS => return Err(format!("{page} shows {shown} rows")),
                _ => {}
            }
        }
        Ok(pages.into())
    }

    /// Follows the pages from the first to the last, on which all are to have been seen; or as far as they will be asked for.
    async fn walk(&self, options: &ListBench) -> Result<Arc<[Url]>, String> {
        let bar = bar(options.candidates.div_ceil(ROWS));
        let mut connection = Connection::open(&self.first).await?;
        let (mut pages, mut seen) = (vec![self.first.clone()], 0);
        let whole = loop {
            let (shown, next) = self.ask(&mut connection, &pages[pages.len() - 1]).await?;
            seen += shown;
            bar.inc(1);
            match next {
                None => break true,
                Some(_) if pages.len() >= options.count => break false,
                Some(next) => pages.push(next),
            }
        };
        bar.finish_and_clear();
        let wanted = if whole {
            options.candidates
        } else {
            pages.len() * ROWS
        };
        if seen != wanted {
            return Err(format!("the list shows {seen} of {wanted} candidates"));
        }
        Ok(pages.into())
    }

    /// How many rows the page shows as they ought to be, and the next one's address if it says so.
    async fn ask(
        &self,
        connection: &mut Connection,
        url: &Url,
    ) -> Result<(usize, Option<Url>), String> {
        let answer = connection
            .send(&Method::GET, url, &self.headers, String::new())
            .await?;
        if !answer.status.is_success() {
            return Err(format!("the list is refused: {answer}"));
        }
        let page: Value = serde_json::from_slice(&answer.body).map_err(|e| e.to_string())?;
        let next = match self.example.pages {
            Pages::Cursor(member, parameter) => {
                page[member].as_str().map(|next| self.page(parameter, next))
            }
            Pages::Address(member) => page[member]
                .as_str()
                .map(Url::parse)
                .transpose()
                .map_err(|e| e.to_string())?,
            Pages::Number(_) | Pages::Offset(_) => None,
        };
        Ok((
            complete(&page[self.example.rows], self.example.expanded),
            next,
        ))
    }

    async fn run(
        &self,
        pages: &Arc<[Url]>,
        connections: usize,
        count: usize,
    ) -> Result<Outcome, String> {
        let bar = bar(count);
        let left = Arc::new(AtomicUsize::new(count));
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for n in 0..connections {
            let at = n * pages.len() / connections;
            let walk = drive(self.clone(), pages.clone(), at, left.clone(), bar.clone());
            tasks.spawn(walk);
        }
        let outcome = Outcome::gather(tasks, started).await?;
        bar.finish_and_clear();
        Ok(outcome)
    }
}

/// How many of the rows are shown with what was asked for of them.
fn complete(rows: &Value, expanded: &[&str]) -> usize {
    let whole = |of: &Value| {
        of.as_array()
            .is_some_and(|all| all.len() == 1 && all[0].is_object())
    };
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    rows.iter()
        .filter(|row| expanded.iter().all(|member| whole(&row[*member])))
        .count()
}

async fn drive(
    list: List,
    pages: Arc<[Url]>,
    mut at: usize,
    left: Arc<AtomicUsize>,
    bar: ProgressBar,
) -> Result<Seen, String> {
    let mut connection = Connection::open(&list.first).await?;
    let mut seen = Seen::default();
    while take(&left) {
        let answer = connection
            .send(&Method::GET, &pages[at], &list.headers, String::new())
            .await?;
        seen.note(&answer);
        bar.inc(1);
        at = (at + 1) % pages.len();
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(dialect: Option<&str>) -> ListBench {
        ListBench {
            dialect: dialect.map(str::to_owned),
            candidates: 230,
            connections: 2,
            count: 7,
            database: None,
        }
    }

    #[test]
    fn a_dialect_that_is_none_is_refused() {
        let refused = chosen(&options(Some("nobody"))).err();
        assert_eq!(refused.as_deref(), Some("there is no dialect nobody"));
        let all = chosen(&options(None)).expect("every dialect");
        assert_eq!(all.len(), DIALECTS.len());
    }

    #[test]
    fn small_lists_are_walked_through() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let measured = runtime.block_on(async {
            let bench = Bench {
                dialect: DIALECTS[0].name().into(),
                connections: 2,
                count: 7,
                database: None,
                without_index: false,
            };
            let local = Local::start(&bench).await.expect("a server");
            let measured = measure(&local, &options(None), DIALECTS).await;
            local.stop().await;
            measured.expect("measured")
        });
        assert!(measured.iter().all(|(_, outcome)| outcome.errors == 0));
        let whole = measured.iter().filter(|(pages, _)| *pages == 3);
        let whole: Vec<_> = whole.collect();
        assert!(whole.len() > DIALECTS.len());
        assert!(whole.iter().all(|(_, outcome)| outcome.size() > 10_000));
    }
}
