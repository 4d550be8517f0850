//! Nothing is lost: the properties behind docs/dialects/matrix.md, for thousands of letters of each dialect.
//!
//! For each letter: it is taken; the submission with its slots put back is the same bytes; every value of it can be read
//! back by its own dialect, or the submission names it under `unmapped`; and what the matrix says of a field holds with
//! every reader. How many letters: `MUSTER_PROPERTY_CASES` for each dialect (10,000 unless it says otherwise), shared among
//! its bodies.
//!
//! The letters are the same in each run; `MUSTER_PROPERTY_SEED` draws others. One that fails is made as small as it can be
//! and still fail, and printed.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use testing::{Engine, Place};
use tokio::runtime::Handle;

use crate::matrix::cells::{self, AT_ONCE, Cells};
use crate::matrix::house::House;
use crate::matrix::judge::judge;
use crate::matrix::letter::{Writer, writers};
use crate::matrix::read::READERS;
use crate::matrix::rng;
use crate::matrix::shrink::{Cut, Letters, Shrinking};
use crate::matrix::spelling::spelled;

/// Letters that are drawn and sent together.
const BATCH: usize = 64;

/// From what the letters are drawn.
fn seed() -> u64 {
    let said = std::env::var("MUSTER_PROPERTY_SEED").ok();
    said.map_or(1, |n| n.parse().expect("MUSTER_PROPERTY_SEED is a number"))
}

/// Letters of each dialect, in a run on SQLite.
fn cases() -> usize {
    let said = std::env::var("MUSTER_PROPERTY_CASES").ok();
    let said = said.map(|n| n.parse().expect("MUSTER_PROPERTY_CASES is a number"));
    said.unwrap_or(10_000)
}

#[test]
fn nothing_that_xobin_takes_is_lost() {
    holds("xobin", Engine::Sqlite, cases());
}

#[test]
fn nothing_that_eightfold_takes_is_lost() {
    holds("eightfold", Engine::Sqlite, cases());
}

#[test]
fn nothing_that_comeet_takes_is_lost() {
    holds("comeet", Engine::Sqlite, cases());
}

#[test]
fn nothing_that_merge_takes_is_lost() {
    holds("merge", Engine::Sqlite, cases());
}

#[test]
fn nothing_that_our_own_api_takes_is_lost() {
    holds("native", Engine::Sqlite, cases());
}

#[test]
fn nor_on_postgres() {
    for dialect in dialects::DIALECTS {
        holds(dialect.name(), Engine::Postgres, cases() / 40);
    }
}

/// Writes `cases` letters of a dialect, shared among its bodies.
fn holds(dialect: &str, engine: Engine, cases: usize) {
    testing::app::run(&Place::new(engine), &|app| async move {
        let house = Arc::new(House::furnish(app).await);
        let all: Vec<Writer> = writers()
            .into_iter()
            .filter(|w| w.dialect == dialect)
            .collect();
        assert!(!all.is_empty(), "{dialect} takes no body");
        let share = cases.div_ceil(all.len());
        for writer in all {
            let writer = Arc::new(writer);
            let cells = Arc::new(cells::find(&house, &writer).await);
            Run {
                house: house.clone(),
                writer,
                cells,
            }
            .letters(share)
            .await;
        }
    });
}

/// One body, with what the matrix says of it.
struct Run {
    house: Arc<House>,
    writer: Arc<Writer>,
    cells: Arc<Cells>,
}

impl Run {
    async fn letters(&self, cases: usize) {
        let letters = Letters {
            writer: self.writer.clone(),
            house: self.house.clone(),
            wish: None,
        };
        let mut runner = TestRunner::new_with_rng(Config::default(), rng(seed()));
        let mut done = 0;
        while done < cases {
            let batch = BATCH.min(cases - done);
            let trees: Vec<Shrinking> = (0..batch)
                .map(|_| letters.new_tree(&mut runner).expect("a letter"))
                .collect();
            let checks = trees
                .iter()
                .enumerate()
                .map(|(at, tree)| self.check(tree.current(), done + at));
            let verdicts: Vec<Result<(), String>> =
                stream::iter(checks).buffered(AT_ONCE).collect().await;
            for (at, (tree, verdict)) in trees.into_iter().zip(verdicts).enumerate() {
                if let Err(why) = verdict {
                    self.report(tree, done + at, &why);
                }
            }
            done += batch;
        }
    }

    /// Checks letter number `case`: read back by its own dialect, and by one of the others in turn.
    async fn check(&self, cut: Cut, case: usize) -> Result<(), String> {
        let others: Vec<&'static str> = READERS
            .into_iter()
            .filter(|r| *r != self.writer.dialect)
            .collect();
        let own = READERS.into_iter().find(|r| *r == self.writer.dialect);
        let readers: Vec<&'static str> = own
            .into_iter()
            .chain([others[case % others.len()]])
            .collect();
        let seen = cells::see(&self.house, &self.writer, &cut, &readers).await?;
        judge(&self.house, &self.writer, &self.cells, &seen)
    }

    /// Makes a letter that fails as small as it can be, and panics with it.
    fn report(&self, tree: Shrinking, case: usize, first: &str) -> ! {
        let mut runner = TestRunner::new_with_rng(Config::default(), rng(seed()));
        let shrunk = tokio::task::block_in_place(|| {
            runner.run_one(tree, |cut: Cut| {
                let outcome = Handle::current().block_on(self.check(cut, case));
                outcome.map_err(TestCaseError::fail)
            })
        });
        let (why, body) = match shrunk {
            Err(proptest::test_runner::TestError::Fail(why, cut)) => {
                let posted = cut.write(&self.house);
                (why.to_string(), spelled(&posted.body, cut.spelling()))
            }
            // It came of many at once.
            _ => (first.to_owned(), "it does not fail alone".to_owned()),
        };
        let Writer { dialect, name, .. } = &*self.writer;
        let seed = seed();
        panic!(
            "{dialect} {name}, letter {case} of seed {seed}: {why}\nfirst seen as: {first}\nthe smallest such body:\n{body}"
        );
    }
}
