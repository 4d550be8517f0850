//! `bench list`: how long a page of a large list takes.
//!
//! The store is filled by the verbs, without HTTP. Then the list is walked through once, which warms caches, proves that
//! nobody is missing and gives the cursor of every page. What is measured follows these cursors as a client would: each
//! connection from another place of the list, and from its beginning again after its end.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use hiring::application::{self, NewApplication};
use hiring::attachment::{self, NewAttachment, Stored};
use hiring::caller::Caller;
use hiring::candidate::{NewCandidate, take_in};
use hiring::id::{JobId, new_uid};
use hiring::job::{self, Job};
use hiring::record::{How, Said};
use hiring::submission::{self, NewSubmission};
use hiring::{App, Problem, Result as Verdict};
use hyper::Method;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use store::Tx;
use tokio::task::JoinSet;
use url::Url;

use super::client::{Connection, Outcome, Seen, next_number, take};
use super::local::Local;
use super::{bar, say_first_error};
use crate::options::{Bench, ListBench};

/// Candidates made in one transaction, and transactions at once.
const CHUNK: usize = 100;
const FILLERS: usize = 8;
/// Candidates of a page, the most that is given.
const PAGE: usize = 100;
const EXPAND: &str = "applications,attachments";

/// `muster bench list`.
pub async fn list(options: &ListBench) -> Result<(), String> {
    speaks(&options.dialect)?;
    let bench = Bench {
        dialect: options.dialect.clone(),
        connections: options.connections,
        count: options.count,
        database: options.database.clone(),
    };
    let local = Local::start(&bench).await?;
    let measured = measure(&local, options).await;
    let engine = local.engine();
    local.stop().await;
    let (pages, outcome) = measured?;
    println!(
        "list    {} on {engine}: {} candidates on {pages} pages of {PAGE}, expand={EXPAND}",
        options.dialect, options.candidates,
    );
    println!(
        "        {:.0} pages/s, p50 {:.1} ms, p99 {:.1} ms, {} bytes a page, {} errors, {} connections",
        outcome.rate(),
        outcome.percentile(0.50).as_secs_f64() * 1e3,
        outcome.percentile(0.99).as_secs_f64() * 1e3,
        outcome.size(),
        outcome.errors,
        options.connections,
    );
    say_first_error(&outcome);
    Ok(())
}

/// Where another dialect's list is, and what it calls its pages, nobody has written down here yet.
fn speaks(dialect: &str) -> Result<(), String> {
    match dialects::named(dialect) {
        None => Err(format!("there is no dialect {dialect}")),
        Some(_) if dialect != "merge" => Err(format!(
            "the list of {dialect} cannot be measured yet: bench list speaks merge only"
        )),
        Some(_) => Ok(()),
    }
}

/// How many pages the list has, and what asking for them came to.
async fn measure(local: &Local, options: &ListBench) -> Result<(usize, Outcome), String> {
    fill(local, options.candidates).await?;
    let list = List::of(local)?;
    let cursors = list.walk(options.candidates).await?;
    let outcome = list
        .run(&cursors, options.connections.max(1), options.count)
        .await?;
    Ok((cursors.len(), outcome))
}

async fn fill(local: &Local, candidates: usize) -> Result<(), String> {
    let (app, org) = (&local.app, local.org);
    let failed = |p: Problem| format!("the store was not filled: {p:?}");
    let jobs = app.store.read(move |r| job::list(r, org, JobId(0), 1));
    let job = jobs.await.map_err(failed)?.pop().ok_or("there is no job")?;
    let resume = b"%PDF-1.7\nThe same for everybody.\n".to_vec();
    let resume = attachment::put(app, org, resume).await.map_err(failed)?;
    let caller = Caller::system(org);
    let bar = bar(candidates);
    let (mut left, mut writes) = (candidates, JoinSet::new());
    loop {
        while left > 0 && writes.len() < FILLERS {
            let count = left.min(CHUNK);
            left -= count;
            let (caller, job, resume) = (caller.clone(), job.clone(), resume.clone());
            writes.spawn(some_people(app.clone(), caller, job, resume, count));
        }
        match writes.join_next().await {
            None => break,
            Some(done) => {
                let count = done.map_err(|e| e.to_string())?.map_err(failed)?;
                bar.inc(count as u64);
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

async fn some_people(
    app: App,
    caller: Caller,
    job: Job,
    resume: Stored,
    count: usize,
) -> Verdict<usize> {
    let people: Vec<NewCandidate> = (0..count).map(|_| person(&resume)).collect();
    let write = app.store.write(move |tx| {
        for new in &people {
            one_person(tx, &caller, &job, new)?;
        }
        Ok(people.len())
    });
    write.await
}

/// As much as a dialect's example says of somebody, and a résumé.
fn person(resume: &Stored) -> NewCandidate {
    let n = next_number();
    NewCandidate {
        said: object(json!({
            "first_name": format!("Ada {n}"),
            "last_name": "Lovelace",
            "company": "Analytical Engines",
            "title": "Engine Programmer",
            "last_interaction_at": "2021-10-17T00:00:00.000000Z",
            "is_private": true,
            "can_email": true,
            "locations": ["London", "Turin"],
            "phones": [{"value": "+441234567890", "type": "MOBILE"}],
            "emails": [{"value": format!("ada{n}@example.com"), "type": "PERSONAL"}],
            "urls": [{"value": format!("https://example.com/ada{n}"), "type": "BLOG"}],
            "tags": ["High-Priority"],
        })),
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: vec![NewAttachment {
            kind: attachment::Kind::Resume,
            name: "resume.pdf".into(),
            file: Some(resume.clone()),
            // With an address it would be fetched.
            url: None,
            scope: None,
        }],
    }
}

fn one_person(tx: &mut Tx, caller: &Caller, job: &Job, new: &NewCandidate) -> Verdict<()> {
    let submission = NewSubmission {
        uid: new_uid(),
        dialect: "bench",
        route: "/bench",
        body: "{}".into(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    let kept = submission::keep(tx, caller, &submission)?;
    let taken = take_in(tx, caller, kept, new)?;
    let application = NewApplication {
        source: "bench".into(),
        answers: object(json!({"phone": "+441234567890", "notice_period": "One month"})),
        ..NewApplication::default()
    };
    let opened = application::open(tx, caller, &taken.candidate, job, &application)?;
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(taken.candidate.id),
        Some(opened.application().id),
        taken.outcome.word(),
    )
}

fn object(value: Value) -> Said {
    value.as_object().cloned().unwrap_or_default()
}

/// The list's address and what to send with it.
#[derive(Clone)]
struct List {
    first: Url,
    headers: Vec<(String, String)>,
}

impl List {
    /// People are listed where they are made.
    fn of(local: &Local) -> Result<List, String> {
        let mut first = Url::parse(&local.call.url).map_err(|e| e.to_string())?;
        first.set_query(Some(&format!("page_size={PAGE}&expand={EXPAND}")));
        let mut headers = local.call.headers.clone();
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        Ok(List { first, headers })
    }

    fn page(&self, cursor: Option<&str>) -> Url {
        let mut url = self.first.clone();
        if let Some(cursor) = cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        url
    }

    /// Follows `next` from the first page to the last, on which all are to have been seen; the address of each page.
    async fn walk(&self, candidates: usize) -> Result<Arc<[Url]>, String> {
        let bar = bar(candidates.div_ceil(PAGE));
        let mut connection = Connection::open(&self.first).await?;
        let (mut pages, mut seen) = (vec![self.first.clone()], 0);
        loop {
            let url = &pages[pages.len() - 1];
            let answer = connection
                .send(&Method::GET, url, &self.headers, String::new())
                .await?;
            if !answer.status.is_success() {
                return Err(format!("the list is refused: {answer}"));
            }
            let page: Value = serde_json::from_slice(&answer.body).map_err(|e| e.to_string())?;
            seen += complete(&page);
            bar.inc(1);
            match page["next"].as_str() {
                Some(next) => pages.push(self.page(Some(next))),
                None => break,
            }
        }
        bar.finish_and_clear();
        if seen != candidates {
            return Err(format!("the list shows {seen} of {candidates} candidates"));
        }
        Ok(pages.into())
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

/// How many on the page are shown with what was asked for of them.
fn complete(page: &Value) -> usize {
    let whole = |of: &Value| {
        of.as_array()
            .is_some_and(|all| all.len() == 1 && all[0].is_object())
    };
    let results = page["results"].as_array();
    results.map_or(0, |all| {
        all.iter()
            .filter(|one| whole(&one["applications"]) && whole(&one["attachments"]))
            .count()
    })
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

    #[test]
    fn a_dialect_whose_list_is_unknown_is_refused() {
        assert_eq!(speaks("merge"), Ok(()));
        assert_eq!(
            speaks("native").unwrap_err(),
            "the list of native cannot be measured yet: bench list speaks merge only"
        );
        assert_eq!(speaks("nobody").unwrap_err(), "there is no dialect nobody");
    }

    #[test]
    fn a_small_list_is_walked_through() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let options = ListBench {
            dialect: "merge".into(),
            candidates: 230,
            connections: 2,
            count: 7,
            database: None,
        };
        let (pages, outcome) = runtime.block_on(async {
            let bench = Bench {
                dialect: "merge".into(),
                connections: 2,
                count: 7,
                database: None,
            };
            let local = Local::start(&bench).await.expect("a server");
            let measured = measure(&local, &options).await.expect("measured");
            local.stop().await;
            measured
        });
        assert_eq!((pages, outcome.errors), (3, 0));
        assert!(outcome.size() > 10_000);
    }
}
