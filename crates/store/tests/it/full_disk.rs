//! A full disk, played by SQLite's own limit of pages: nothing that was answered is lost, everything else is told to
//! come again, and the store works on once there is room.

use store::{Error, Store, Tx, sql};
use testing::Engine;

use crate::{add, add_with, all_are_queued, gate, on, only_here, open, tell, things};

/// Leaves room for about `more` pages.
async fn leave_room(store: &Store, more: i64) {
    let limit = move |tx: &mut Tx<'_>| {
        let pages = tx.number(only_here!("PRAGMA page_count"), &[])?;
        // A pragma takes no parameters, and these are all the sizes that the stories need.
        let statement = match more {
            0 => only_here!("PRAGMA max_page_count = 1"),
            40 => only_here!("PRAGMA max_page_count = 60"),
            _ => only_here!("PRAGMA max_page_count = 1000000"),
        };
        let limit = tx.number(statement, &[])?;
        assert!(limit >= pages, "{limit} of {pages}");
        Ok::<_, Error>(())
    };
    store.write(limit).await.expect("a pragma needs no room");
}

#[test]
fn what_was_answered_is_there_and_the_rest_may_come_again() {
    on(Engine::Sqlite, |place| {
        let (stored, refused) = tell(async {
            let store = open(place);
            leave_room(&store, 40).await;
            let calls: Vec<_> = (0..400)
                .map(|n| {
                    let store = store.clone();
                    tokio::spawn(async move {
                        let name = format!("{n:03}");
                        let content = vec![7; 500 + n * 10];
                        let given = name.clone();
                        let outcome = store.write(move |tx| add_with(tx, &given, &content)).await;
                        // Not all at once: a full batch would be refused as one.
                        (name, outcome)
                    })
                })
                .collect();
            let (mut stored, mut refused) = (Vec::new(), 0);
            for call in calls {
                match call.await.unwrap() {
                    (name, Ok(_)) => stored.push(name),
                    (_, Err(Error::Busy(_))) => refused += 1,
                    (name, Err(other)) => panic!("{name}: {other}"),
                }
            }
            // One by one until not even one fits.
            for n in 400..500 {
                let name = format!("{n:03}");
                let given = name.clone();
                match store.write(move |tx| add_with(tx, &given, &[7; 900])).await {
                    Ok(_) => stored.push(name),
                    Err(Error::Busy(_)) => {
                        refused += 1;
                        break;
                    }
                    Err(other) => panic!("{name}: {other}"),
                }
            }
            // Looking needs no room.
            assert_eq!(things(&store).await, stored);
            leave_room(&store, i64::MAX).await;
            store.write(|tx| add(tx, "after")).await.unwrap();
            stored.push("after".into());
            (stored, refused)
        });
        assert!(stored.len() > 1 && refused > 0, "{refused} of {stored:?}");
        // Exactly what was answered, after opening again.
        assert_eq!(tell(async { things(&open(place)).await }), stored);
    });
}

/// More than fits. Of one row and without RETURNING, so that SQLite keeps no journal of the statement alone.
fn fill_the_disk(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.run(
        sql!("INSERT INTO thing (name, content) VALUES ('large', $1)"),
        &[&vec![7; 100_000]],
    )
}

/// A plain INSERT that finds the disk full makes SQLite roll back the whole transaction: the batch mate before it,
/// which thought itself done, must not be told so.
#[test]
fn a_batch_that_sqlite_gave_up_is_refused_as_a_whole() {
    on(Engine::Sqlite, |place| {
        tell(async {
            let store = open(place);
            store.write(|tx| add(tx, "old")).await.unwrap();
            leave_room(&store, 0).await;
            let gate = gate(&store);
            gate.is_closed().await;
            let member = |f: fn(&mut Tx<'_>) -> Result<(), Error>| {
                let store = store.clone();
                tokio::spawn(async move { store.write(f).await })
            };
            let before = member(|tx| {
                tx.run(sql!("UPDATE thing SET size = 1 WHERE name = 'old'"), &[])
                    .map(drop)
            });
            let full = member(|tx| fill_the_disk(tx).map(drop));
            let after = member(|tx| {
                tx.run(sql!("UPDATE thing SET size = 2 WHERE name = 'old'"), &[])
                    .map(drop)
            });
            all_are_queued().await;
            gate.open();
            let busy = |outcome: &Result<(), Error>| matches!(outcome, Err(Error::Busy(_)));
            let first = gate.outcome.await.unwrap();
            assert!(busy(&first), "{first:?}");
            let before = before.await.unwrap();
            assert!(busy(&before), "{before:?}");
            let full = full.await.unwrap();
            assert!(busy(&full), "{full:?}");
            // It was not in that batch and needs no room.
            assert_eq!(after.await.unwrap(), Ok(()));
            let size = sql!("SELECT size FROM thing WHERE name = 'old'");
            assert_eq!(store.read(|r| r.number(size, &[])).await, Ok(2));
            assert_eq!(things(&store).await, ["old"]);
        })
    });
}

/// With a journal of its own (several rows, RETURNING) the statement is undone alone, and its batch mates stay.
#[test]
fn a_statement_that_is_undone_alone_refuses_its_caller_alone() {
    on(Engine::Sqlite, |place| {
        tell(async {
            let store = open(place);
            leave_room(&store, 0).await;
            let gate = gate(&store);
            gate.is_closed().await;
            let full = store.clone();
            let full =
                tokio::spawn(
                    async move { full.write(|tx| add_with(tx, "large", &[7; 100_000])).await },
                );
            all_are_queued().await;
            gate.open();
            assert_eq!(gate.outcome.await.unwrap(), Ok(()));
            let full = full.await.unwrap();
            assert!(matches!(full, Err(Error::Busy(_))), "{full:?}");
            assert!(things(&store).await.is_empty());
        })
    });
}

/// After the rollback the connection is in no transaction: a next statement would be committed at once, all alone.
#[test]
fn a_function_that_ignores_a_full_disk_stores_nothing() {
    on(Engine::Sqlite, |place| {
        tell(async {
            let store = open(place);
            store.write(|tx| add(tx, "old")).await.unwrap();
            leave_room(&store, 0).await;
            let outcome = store
                .write(|tx| {
                    let _ = fill_the_disk(tx);
                    let _ = tx.run(sql!("UPDATE thing SET name = 'changed'"), &[]);
                    Ok::<_, Error>(())
                })
                .await;
            assert!(matches!(outcome, Err(Error::Busy(_))), "{outcome:?}");
            assert_eq!(things(&store).await, ["old"]);
        })
    });
}
