//! What makes an answered write survive a power cut, asked of the very connections that write.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use store::{Config, Error, Store};
use testing::{Engine, Place};

use crate::{MIGRATIONS, PATIENCE, config, on, only_here, open, tell, word};

#[test]
fn sqlite_syncs_each_commit() {
    on(Engine::Sqlite, |place| {
        tell(async {
            let store = open(place);
            let (synchronous, journal) = store
                .write(|tx| {
                    let synchronous = tx.number(only_here!("PRAGMA synchronous"), &[])?;
                    let journal = word(tx, only_here!("PRAGMA journal_mode"))?;
                    Ok::<_, Error>((synchronous, journal))
                })
                .await
                .unwrap();
            assert_eq!((synchronous, journal.as_str()), (2, "wal"));
        })
    });
}

/// (fsync, synchronous_commit) of a connection that writes.
async fn settings(store: &Store) -> (String, String) {
    store
        .write(|tx| {
            let fsync = word(tx, only_here!("SELECT current_setting('fsync')"))?;
            let commit = word(
                tx,
                only_here!("SELECT current_setting('synchronous_commit')"),
            )?;
            Ok::<_, Error>((fsync, commit))
        })
        .await
        .unwrap()
}

#[test]
fn postgres_syncs_each_commit_whatever_the_databases_default_is() {
    on(Engine::Postgres, |place| {
        tell(async {
            let on = ("on".to_owned(), "on".to_owned());
            assert_eq!(settings(&open(place)).await, on);
            administer(
                place.database_url().unwrap(),
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
            );
            let store = open(place);
            assert_eq!(settings(&store).await, on);
            // Also of a connection that was made anew.
            crate::races::cut_all_connections(place);
            assert_eq!(settings(&store).await, on);
        })
    });
}

/// Only the server's own configuration can turn fsync off, so this story needs a server to itself.
#[test]
fn a_postgres_server_that_does_not_sync_is_refused() {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/throwaway-postgres");
    let started = Command::new(&script)
        .args(["start", "--parent", &std::process::id().to_string()])
        .output()
        .expect("the script runs");
    let url = String::from_utf8(started.stdout).expect("a URL");
    let url = url.trim();
    let at = || {
        let mut config = Config::new(store::Place::Postgres(url.to_owned()), MIGRATIONS, |_| {
            Ok(())
        });
        (config.readers, config.writers) = (1, 1);
        Store::open(config)
    };
    drop(at().expect("opens while fsync is on"));
    administer(url, "ALTER SYSTEM SET fsync = off");
    administer(url, "SELECT pg_reload_conf()");
    // The server reads its configuration a moment later.
    let (began, mut refusal) = (Instant::now(), None);
    while refusal.is_none() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
        refusal = at().err();
    }
    let _ = Command::new(&script).args(["stop", url]).status();
    let refusal = refusal.expect("refused").to_string();
    assert!(refusal.contains("fsync = on"), "{refusal}");
}

/// Runs a statement on a connection of its own.
pub fn administer(url: &str, statement: &str) {
    let (url, statement) = (url.to_owned(), statement.to_owned());
    // The synchronous client brings a small runtime, which must not be started inside of another one.
    std::thread::spawn(move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("connects");
        client.batch_execute(&statement).expect(&statement);
    })
    .join()
    .expect("administering");
}

#[test]
fn what_is_no_database_is_refused() {
    // Not a database at all.
    let place = Place::new(Engine::Sqlite);
    std::fs::write(
        place.dir().join("test.sqlite"),
        "this is no database, ".repeat(100),
    )
    .unwrap();
    let refusal = Store::open(config(&place)).err().expect("refused");
    assert!(refusal.to_string().contains("not a database"), "{refusal}");
}
