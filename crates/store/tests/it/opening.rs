//! Opening a place: its schema is made once, however many come at the same time, and an unfit database is refused.

use store::{Config, Error, Migration, Store};
use testing::{Database, Engine, Place};

use crate::durability::administer;
use crate::{MIGRATIONS, add, config, on, on_both, open, open_with, tell, things};

#[test]
fn two_who_open_an_empty_place_at_once_both_succeed() {
    for _ in 0..3 {
        on_both(|place| {
            let opened: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|n| {
                        let mut config = config(place);
                        (config.readers, config.writers) = (1, 1);
                        scope.spawn(move || {
                            let store = Store::open(config)?;
                            tell(store.write(move |tx| add(tx, &n.to_string())))
                        })
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            for outcome in opened {
                outcome.expect("opens and writes");
            }
            assert_eq!(tell(async { things(&open(place)).await }).len(), 4);
        });
    }
}

/// Each of them switches the journal's mode and makes the schema.
#[test]
fn many_who_open_an_empty_file_at_once_wait_for_each_other() {
    for _ in 0..10 {
        on(Engine::Sqlite, |place| {
            let barrier = std::sync::Barrier::new(8);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    let mut config = config(place);
                    config.readers = 1;
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        Store::open(config).map(drop).expect("opens");
                    });
                }
            });
        });
    }
}

#[test]
fn two_processes_write_to_one_place() {
    on_both(|place| {
        let (one, other) = (open(place), open(place));
        tell(async {
            one.write(|tx| add(tx, "one")).await.unwrap();
            other.write(|tx| add(tx, "other")).await.unwrap();
            assert_eq!(things(&one).await, ["one", "other"]);
        });
    });
}

/// All steps and the notes that they were done are one transaction. Otherwise a crash between a step and its note
/// leaves a schema that every later start tries to make again, and fails.
#[test]
fn a_start_that_fails_half_way_leaves_nothing() {
    const BROKEN: &[Migration] = &[
        MIGRATIONS[0],
        Migration {
            name: "V2__broken",
            sql: "CREATE TABLE more (id {id}); CREATE TABLE thing (id {id});",
        },
    ];
    const OTHERWISE: &[Migration] = &[Migration {
        name: "V1__otherwise",
        sql: "CREATE TABLE thing (id {id}, name TEXT NOT NULL, content BYTEA);",
    }];
    on_both(|place| {
        let mut broken = config(place);
        broken.migrations = BROKEN;
        let refusal = Store::open(broken).err().expect("refused");
        assert!(matches!(refusal, Error::Database(_)), "{refusal}");
        // Neither the first step's table is there nor its note.
        let store = open_with(place, |c| c.migrations = OTHERWISE);
        tell(async {
            store.write(|tx| add(tx, "a")).await.unwrap();
        });
    });
}

/// Paging orders by text, and SQLite compares bytes.
#[test]
fn a_postgres_database_that_sorts_otherwise_is_refused() {
    let refused = [
        "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' ENCODING 'UTF8'",
        // It calls itself C and sorts by ICU.
        "LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'",
        "LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'SQL_ASCII'",
    ];
    for how in refused {
        let database = Database::new();
        let name = database.url.rsplit('/').next().unwrap();
        administer(testing::postgres(), &format!("DROP DATABASE {name}"));
        administer(
            testing::postgres(),
            &format!("CREATE DATABASE {name} TEMPLATE template0 {how}"),
        );
        let place = store::Place::Postgres(database.url.clone());
        let refusal = Store::open(Config::new(place, MIGRATIONS, |_| Ok(())))
            .err()
            .unwrap_or_else(|| panic!("accepted: {how}"))
            .to_string();
        // The line it gives makes a database that is accepted.
        let (_, line) = refusal
            .split_once("CREATE DATABASE muster ")
            .unwrap_or_else(|| panic!("no line in: {refusal}"));
        administer(testing::postgres(), &format!("DROP DATABASE {name}"));
        administer(
            testing::postgres(),
            &format!("CREATE DATABASE {name} {line}"),
        );
        let mut config = Config::new(
            store::Place::Postgres(database.url.clone()),
            MIGRATIONS,
            |_| Ok(()),
        );
        (config.readers, config.writers) = (1, 1);
        Store::open(config).expect("the printed line makes a fit database");
    }
}

#[test]
fn a_database_that_is_away_is_busy_and_its_password_stays_secret() {
    let place = store::Place::Postgres("postgres://u:secret-word@127.0.0.1:1/x".into());
    let refusal = Store::open(Config::new(place, MIGRATIONS, |_| Ok(())))
        .err()
        .expect("nobody listens there");
    assert!(matches!(refusal, Error::Busy(_)), "{refusal}");
    assert!(!refusal.to_string().contains("secret-word"), "{refusal}");
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    on_both(|place| {
        tell(async { open(place).write(|tx| add(tx, "kept")).await }).unwrap();
        assert_eq!(tell(async { things(&open(place)).await }), ["kept"]);
    });
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    on(Engine::Sqlite, |place: &Place| {
        let mut config = config(place);
        config.place = store::Place::Sqlite(place.dir().join("nowhere/test.sqlite"));
        assert!(Store::open(config).is_err());
    });
}
