//! Members of a batch: each succeeds or fails alone, and they share the disk's sync.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use store::{Error, Store, Tx, sql};
use testing::Engine;

use crate::{
    PATIENCE, add, all_are_queued, gate, names, on, on_both, open, open_with, tell, things,
};

type Member = fn(&mut Tx<'_>) -> Result<(), Error>;

/// Queues the members behind a gate, so that SQLite makes one batch of them; their outcomes.
async fn together(store: &Store, members: &[Member]) -> Vec<Result<(), Error>> {
    let gate = gate(store);
    gate.is_closed().await;
    let calls: Vec<_> = members
        .iter()
        .map(|member| {
            let (store, member) = (store.clone(), *member);
            tokio::spawn(async move { store.write(member).await })
        })
        .collect();
    all_are_queued().await;
    gate.open();
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.expect("no panic comes through"));
    }
    gate.outcome.await.unwrap().expect("the gate");
    outcomes
}

#[test]
fn a_rehearsal_answers_as_it_would_and_leaves_nothing() {
    on_both(|place| {
        tell(async {
            let store = open(place);
            let dry = store.dry();
            store.write(|tx| add(tx, "before")).await.expect("a write");
            // Beside a write that is meant, in one batch on SQLite.
            let both = tokio::join!(
                dry.write(|tx| {
                    add(tx, "rehearsed")?;
                    tx.number(sql!("SELECT COUNT(*) FROM thing"), &[])
                }),
                store.write(|tx| add(tx, "meant")),
            );
            let seen: i64 = both.0.expect("its own answer");
            assert!((2..=3).contains(&seen), "it sees what it wrote: {seen}");
            both.1.expect("a write");
            let refused = dry.write(|tx| {
                add(tx, "refused")?;
                Err::<(), _>(Error::Missing("on purpose".into()))
            });
            assert_eq!(refused.await, Err(Error::Missing("on purpose".into())));
            assert_eq!(things(&store).await, ["before", "meant"]);
        });
    });
}

#[test]
fn a_member_that_fails_or_panics_is_undone_alone() {
    on_both(|place| {
        tell(async {
            let store = open(place);
            let outcomes = together(
                &store,
                &[
                    |tx| add(tx, "first").map(drop),
                    |tx| {
                        add(tx, "refused")?;
                        Err(Error::Missing("on purpose".into()))
                    },
                    |tx| {
                        add(tx, "panicked")?;
                        panic!("on purpose, in a test")
                    },
                    |tx| add(tx, "last").map(drop),
                ],
            )
            .await;
            assert_eq!(
                outcomes,
                [
                    Ok(()),
                    Err(Error::Missing("on purpose".into())),
                    Err(Error::Panicked),
                    Ok(())
                ]
            );
            assert_eq!(things(&store).await, ["first", "last"]);
            if store.engine() == "sqlite" {
                assert_eq!(store.stats().batches.load(Relaxed), 1);
                assert_eq!(store.stats().members.load(Relaxed), 5);
            }
        })
    });
}

/// PostgreSQL answers COMMIT of a failed transaction with a silent rollback.
#[test]
fn a_function_that_ignores_a_failed_statement_is_not_believed() {
    on_both(|place| {
        tell(async {
            let store = open(place);
            store.write(|tx| add(tx, "taken")).await.unwrap();
            let careless = |tx: &mut Tx<'_>| {
                add(tx, "before")?;
                let _ = add(tx, "taken");
                let _ = add(tx, "after");
                Ok::<_, Error>(())
            };
            let outcome = store.write(careless).await;
            assert!(matches!(outcome, Err(Error::Unique(_))), "{outcome:?}");
            assert_eq!(things(&store).await, ["taken"]);
        })
    });
}

#[test]
fn a_panicking_reader_does_not_end_its_thread() {
    on_both(|place| {
        tell(async {
            let store = open_with(place, |c| c.readers = 1);
            for _ in 0..3 {
                let outcome = store
                    .read(|_| -> Result<(), Error> { panic!("on purpose, in a test") })
                    .await;
                assert_eq!(outcome, Err(Error::Panicked));
            }
            assert!(things(&store).await.is_empty());
        })
    });
}

#[test]
fn waiting_writes_share_a_commit() {
    on(Engine::Sqlite, |place| {
        tell(async {
            let store = open(place);
            let gate = gate(&store);
            gate.is_closed().await;
            let calls: Vec<_> = (0..300)
                .map(|n| {
                    let store = store.clone();
                    tokio::spawn(
                        async move { store.write(move |tx| add(tx, &format!("{n:03}"))).await },
                    )
                })
                .collect();
            all_are_queued().await;
            gate.open();
            for call in calls {
                call.await.unwrap().unwrap();
            }
            assert_eq!(things(&store).await.len(), 300);
            // 256 in the first, the gate among them; the other 45 in the second.
            assert_eq!(store.stats().batches.load(Relaxed), 2);
            assert_eq!(store.stats().members.load(Relaxed), 301);
        })
    });
}

#[test]
fn a_read_is_one_snapshot() {
    on_both(|place| {
        tell(async {
            let store = open(place);
            store.write(|tx| add(tx, "early")).await.unwrap();
            let (looked, has_looked) = mpsc::channel();
            let (go_on, may_go_on) = mpsc::channel::<()>();
            let reading = store.clone();
            let read = tokio::spawn(async move {
                let twice = move |r: &mut store::Reader<'_>| {
                    let first = names(r)?;
                    let _ = looked.send(());
                    let _ = may_go_on.recv_timeout(PATIENCE);
                    Ok::<_, Error>((first, names(r)?))
                };
                reading.read(twice).await
            });
            all_are_queued().await;
            has_looked.recv_timeout(PATIENCE).unwrap();
            store.write(|tx| add(tx, "late")).await.unwrap();
            go_on.send(()).unwrap();
            let (first, second) = read.await.unwrap().unwrap();
            assert_eq!(first, ["early"]);
            assert_eq!(second, ["early"]);
            assert_eq!(things(&store).await, ["early", "late"]);
        })
    });
}

#[test]
fn a_reader_cannot_write() {
    on_both(|place| {
        tell(async {
            let store = open(place);
            let outcome = store
                .read(|r| {
                    r.number(
                        sql!("INSERT INTO thing (name) VALUES ('x') RETURNING id"),
                        &[],
                    )
                })
                .await;
            assert!(outcome.is_err(), "{outcome:?}");
            assert!(things(&store).await.is_empty());
        })
    });
}

/// What `Config::finish` leaves undone in a panic is no reason to stop writing for good.
#[test]
fn a_panic_in_the_numbering_does_not_end_its_thread() {
    use std::sync::atomic::AtomicBool;
    static PANICS: AtomicBool = AtomicBool::new(true);
    on_both(|place| {
        tell(async {
            PANICS.store(true, Relaxed);
            let store = open_with(place, |c| {
                c.finish = |tx| {
                    assert!(!PANICS.load(Relaxed), "on purpose, in a test");
                    tx.run(sql!("UPDATE thing SET size = 7 WHERE size IS NULL"), &[])
                        .map(drop)
                }
            });
            let outcome = store.write(|tx| add(tx, "one")).await;
            // On PostgreSQL the numbering follows the commit; on SQLite it is part of it.
            assert_eq!(outcome.is_ok(), store.engine() == "postgres", "{outcome:?}");
            PANICS.store(false, Relaxed);
            store.write(|tx| add(tx, "two")).await.unwrap();
            let unnumbered = sql!("SELECT COUNT(*) FROM thing WHERE size IS NULL");
            let began = Instant::now();
            while store.read(|r| r.number(unnumbered, &[])).await.unwrap() > 0 {
                assert!(began.elapsed() < PATIENCE, "nothing is numbered any more");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
    });
}

/// The last clone of a store inside of a function that runs on one of the store's own threads, whose caller went
/// away: that thread cannot wait for itself to end.
#[test]
fn a_function_may_hold_the_last_clone_of_its_store() {
    struct Held {
        others_are_gone: mpsc::Receiver<()>,
        store: Option<Store>,
        ended: mpsc::Sender<bool>,
    }
    impl Drop for Held {
        fn drop(&mut self) {
            let _ = self.others_are_gone.recv_timeout(PATIENCE);
            let drop_last = AssertUnwindSafe(|| drop(self.store.take()));
            let _ = self.ended.send(catch_unwind(drop_last).is_ok());
        }
    }
    on_both(|place| {
        tell(async {
            let store = open(place);
            let (say_so, others_are_gone) = mpsc::channel();
            let (ended, has_ended) = mpsc::channel();
            let held = Held {
                others_are_gone,
                store: Some(store.clone()),
                ended,
            };
            let gate = gate(&store);
            gate.is_closed().await;
            let calling = store.clone();
            let call = tokio::spawn(async move {
                let function = move |tx: &mut Tx<'_>| {
                    let _ = &held;
                    add(tx, "alone")
                };
                calling.write(function).await
            });
            all_are_queued().await;
            // The caller goes away; its function stays in the queue.
            call.abort();
            assert!(call.await.unwrap_err().is_cancelled());
            drop(store);
            gate.open();
            gate.outcome.await.unwrap().unwrap();
            say_so.send(()).unwrap();
            let well = has_ended.recv_timeout(PATIENCE);
            assert_eq!(well, Ok(true), "a thread waited for itself");
            assert_eq!(things(&open(place)).await, ["alone"]);
        })
    });
}
