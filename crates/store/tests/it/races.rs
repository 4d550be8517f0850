//! Collisions: unique indexes, deadlocks, connections that are lost.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};

use store::{Error, OnUnique, Store, Tx, sql};
use testing::{Engine, Place};

use crate::durability::administer;
use crate::{add, on, on_both, only_here, open, open_with, tell, things};

#[derive(Debug, PartialEq)]
enum Ours {
    NameTaken,
    PairTaken,
    Other(Error),
}

impl From<Error> for Ours {
    fn from(error: Error) -> Ours {
        Ours::Other(error)
    }
}

#[test]
fn an_index_that_refuses_a_row_has_one_name() {
    on_both(|place| {
        tell(async {
            let store = open(place);
            let name =
                |tx: &mut Tx<'_>| add(tx, "taken").on_unique("thing_name_key", || Ours::NameTaken);
            assert!(store.write(name).await.is_ok());
            assert_eq!(store.write(name).await, Err(Ours::NameTaken));
            // A partial index over two columns, as the one for open applications is.
            let pair = |tx: &mut Tx<'_>| {
                tx.run(sql!("INSERT INTO pair (a, b) VALUES (1, 'x')"), &[])
                    .on_unique("pair_a_b_key", || Ours::PairTaken)
            };
            assert!(store.write(pair).await.is_ok());
            assert_eq!(store.write(pair).await, Err(Ours::PairTaken));
            // Another index's refusal is not taken for this one's.
            let mistaken =
                |tx: &mut Tx<'_>| add(tx, "taken").on_unique("pair_a_b_key", || Ours::PairTaken);
            let outcome = store.write(mistaken).await;
            assert!(
                matches!(outcome, Err(Ours::Other(Error::Unique(_)))),
                "{outcome:?}"
            );
        })
    });
}

#[test]
fn a_deadlock_is_run_again_and_both_succeed() {
    on(Engine::Postgres, |place| {
        tell(async {
            let store = open(place);
            store
                .write(|tx| {
                    add(tx, "a")?;
                    add(tx, "b")
                })
                .await
                .unwrap();
            let (barrier, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
            let crosswise = |first: &'static str, second: &'static str| {
                let (store, barrier, runs) = (store.clone(), barrier.clone(), runs.clone());
                tokio::spawn(async move {
                    let mut met = false;
                    let function = move |tx: &mut Tx<'_>| {
                        runs.fetch_add(1, SeqCst);
                        let grow =
                            sql!("UPDATE thing SET size = COALESCE(size, 0) + 1 WHERE name = $1");
                        tx.run(grow, &[&first])?;
                        if !met {
                            met = true;
                            barrier.wait();
                        }
                        tx.run(grow, &[&second])
                    };
                    store.write(function).await
                })
            };
            let (one, other) = (crosswise("a", "b"), crosswise("b", "a"));
            assert_eq!(one.await.unwrap(), Ok(1));
            assert_eq!(other.await.unwrap(), Ok(1));
            assert!(runs.load(SeqCst) > 2, "{} runs", runs.load(SeqCst));
            let sizes = sql!("SELECT MIN(size) FROM thing");
            assert_eq!(store.read(|r| r.number(sizes, &[])).await, Ok(2));
        })
    });
}

/// What somebody refers to is taken away in the same instant: run again, the function sees that it is gone. Who refers to what
/// never was there is told so, and not for ever to come again.
#[test]
fn a_row_that_is_taken_away_meanwhile_is_looked_for_again() {
    on(Engine::Postgres, |place| {
        tell(async {
            let store = open(place);
            let part =
                only_here!("CREATE TABLE part (thing_id BIGINT NOT NULL REFERENCES thing (id))");
            store.write(move |tx| tx.run(part, &[])).await.unwrap();
            let whole = store.write(|tx| add(tx, "whole")).await.unwrap();
            let add_part = only_here!("INSERT INTO part (thing_id) VALUES ($1)");
            let take_away = only_here!("DELETE FROM thing WHERE id = $1");
            let (barrier, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
            let met = barrier.clone();
            let taking = store.write(move |tx| {
                tx.run(take_away, &[&whole])?;
                met.wait();
                // The other one waits for the row by now, or will come too late for it: either is well.
                std::thread::sleep(std::time::Duration::from_millis(100));
                Ok::<_, Error>(())
            });
            let counting = runs.clone();
            let referring = store.write(move |tx| {
                let look = only_here!("SELECT id FROM thing WHERE id = $1");
                let there = tx.one(look, &[&whole])?.is_some();
                if counting.fetch_add(1, SeqCst) == 0 {
                    barrier.wait();
                }
                match there {
                    true => tx.run(add_part, &[&whole]).map_err(Ours::Other),
                    false => Err(Ours::NameTaken),
                }
            });
            let (taken, referred) = tokio::join!(taking, referring);
            assert_eq!((taken, referred), (Ok(()), Err(Ours::NameTaken)));
            assert_eq!(runs.load(SeqCst), 2);
            let counted = Arc::new(AtomicUsize::new(0));
            let counting = counted.clone();
            let never = store.write(move |tx| {
                counting.fetch_add(1, SeqCst);
                tx.run(add_part, &[&-1_i64])
            });
            let never = never.await;
            assert!(matches!(never, Err(Error::Database(_))), "{never:?}");
            assert_eq!(counted.load(SeqCst), 2);
        })
    });
}

/// Ends every connection to the place's database.
pub fn cut_all_connections(place: &Place) {
    administer(
        place.database_url().unwrap(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

#[test]
fn a_connection_lost_on_the_way_is_made_again() {
    on(Engine::Postgres, |place| {
        tell(async {
            let store = open(place);
            // Between transactions.
            cut_all_connections(place);
            assert!(things(&store).await.is_empty());
            store.write(|tx| add(tx, "between")).await.unwrap();
            // In the middle of one: its first run ends itself.
            let (runs, counted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let counting = runs.clone();
            let write = move |tx: &mut Tx<'_>| {
                let id = add(tx, "middle")?;
                if counting.fetch_add(1, SeqCst) == 0 {
                    end_itself(tx)?;
                }
                Ok::<_, Error>(id)
            };
            store.write(write).await.unwrap();
            assert_eq!(runs.load(SeqCst), 2);
            let counting = counted.clone();
            let read = move |r: &mut store::Reader<'_>| {
                if counting.fetch_add(1, SeqCst) == 0 {
                    end_itself(r)?;
                }
                crate::names(r)
            };
            assert_eq!(store.read(read).await.unwrap(), ["between", "middle"]);
            assert_eq!(counted.load(SeqCst), 2);
        })
    });
}

/// A connection that is lost each time: refused, nothing stored, and the next write works.
#[test]
fn a_connection_that_keeps_getting_lost_is_busy() {
    on(Engine::Postgres, |place| {
        tell(async {
            let store = open(place);
            let outcome = store
                .write(|tx| {
                    add(tx, "never")?;
                    end_itself(tx)?;
                    Ok::<_, Error>(())
                })
                .await;
            assert!(matches!(outcome, Err(Error::Busy(_))), "{outcome:?}");
            store.write(|tx| add(tx, "next")).await.unwrap();
            assert_eq!(things(&store).await, ["next"]);
        })
    });
}

fn end_itself(r: &mut store::Reader<'_>) -> Result<(), Error> {
    let end = only_here!("SELECT CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN 'gone' END");
    // The answer may still arrive, but no other does.
    r.all(end, &[])?;
    r.all(only_here!("SELECT 'still here?'"), &[]).map(drop)
}

/// Many connections die under many writes: each is answered, and what was answered with Ok is there, once.
#[test]
fn connections_may_be_cut_under_load() {
    on(Engine::Postgres, |place| {
        tell(async {
            let store = open_with(place, |c| c.writers = 4);
            let mut stored = Vec::new();
            for round in 0..5 {
                let calls: Vec<_> = (0..40).map(|n| write_one(&store, round, n)).collect();
                crate::all_are_queued().await;
                cut_all_connections(place);
                for call in calls {
                    let (name, outcome) = call.await.unwrap();
                    match outcome {
                        Ok(_) => stored.push(name),
                        // A unique violation: the COMMIT that was lost did reach the server, and this is its rerun.
                        Err(Error::Busy(_)) => {}
                        Err(other) => panic!("{name}: {other}"),
                    }
                }
            }
            let there = things(&store).await;
            let lost: Vec<_> = stored.iter().filter(|n| !there.contains(n)).collect();
            assert!(lost.is_empty(), "answered and lost: {lost:?}");
            assert!(!stored.is_empty());
        })
    });
}

fn write_one(
    store: &Store,
    round: usize,
    n: usize,
) -> tokio::task::JoinHandle<(String, Result<i64, Error>)> {
    let (store, name) = (store.clone(), format!("{round}.{n:02}"));
    tokio::spawn(async move {
        let given = name.clone();
        let outcome = store.write(move |tx| add(tx, &given)).await;
        (name, outcome)
    })
}
