//! What tests stand on: a throw-away home for one test, on each of the two engines.
//!
//! A test says [`on_both`] and gets a [`Place`]: an empty folder and, for PostgreSQL, an empty
//! database. Nothing is shared between tests, so they may all run at once, and nothing is left
//! behind. The PostgreSQL server itself comes from `scripts/throwaway-postgres`: started by
//! `./check` once for all test binaries, or by [`postgres`] when one binary runs alone.
//!
//! This file knows nothing of Muster's tables or routes. Read `scripts/throwaway-postgres` next;
//! [`app`] is the whole program on such a place, with its actors, [`golden`] replays recorded requests, [`contents`] is
//! all that lies there, [`smtp`] is a mail server that does as it is told.

#[cfg(feature = "app")]
pub mod app;
pub mod contents;
#[cfg(feature = "app")]
pub mod golden;
#[cfg(feature = "smtp")]
pub mod smtp;

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long to wait for what must happen: longer than anything takes on the slowest machine, so that it passes only where it
/// does not happen at all.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Runs one test on each engine, and says which of them failed.
///
/// The second engine runs also when the first fails: whether both break or only one is the first
/// thing one wants to know.
#[track_caller]
pub fn on_both(test: impl Fn(&Place)) {
    let mut failed = Vec::new();
    for engine in Engine::BOTH {
        let outcome = catch_unwind(AssertUnwindSafe(|| test(&Place::new(engine))));
        if outcome.is_err() {
            // Right below the message of the panic, which does not know the engine.
            eprintln!("^ that was on {engine}");
            failed.push(engine.to_string());
        }
    }
    if !failed.is_empty() {
        panic!("failed on {}", failed.join(" and on "));
    }
}

/// Where Muster keeps its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in the test's own folder.
    Sqlite,
    /// A database of its own on the server of [`postgres`].
    Postgres,
}

impl Engine {
    /// What "tested on both engines" means.
    pub const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        })
    }
}

/// A throw-away home for one test: an empty folder and, for PostgreSQL, an empty database.
/// Both are gone when it is dropped.
#[derive(Debug)]
pub struct Place {
    engine: Engine,
    database: Option<Database>,
    dir: tempfile::TempDir,
}

impl Place {
    /// A fresh place on this engine.
    pub fn new(engine: Engine) -> Place {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::new()),
        };
        let dir = tempfile::Builder::new()
            .prefix("muster-test-")
            .tempdir()
            .expect("a temporary folder");
        Place {
            engine,
            database,
            dir,
        }
    }

    /// Which engine this place is for.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A folder that belongs to this test alone, for instance for `--data`.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What to give as `--database`; `None` on SQLite, whose file lies in [`Place::dir`].
    pub fn database_url(&self) -> Option<&str> {
        self.database.as_ref().map(|database| database.url.as_str())
    }

    /// Waits until nobody is connected to the database any more. Of a process that was killed, a statement may still be under
    /// way there, and be done a moment later.
    pub fn is_let_go(&self) {
        let Some(database) = &self.database else {
            return;
        };
        let name = database.name.clone();
        let began = Instant::now();
        let connected = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1";
        as_administrator(move |client| {
            while client.query_one(connected, &[&name])?.get::<_, i64>(0) > 0 {
                assert!(began.elapsed() < PATIENCE, "somebody stays connected");
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(())
        })
        .expect("the server answers");
    }
}

/// A freshly created, empty PostgreSQL database. Dropping this drops it, also under the feet of
/// whoever is still connected.
#[derive(Debug)]
pub struct Database {
    /// Where it is: `postgres://…/muster_test_…`.
    pub url: String,
    name: String,
}

impl Database {
    /// Creates one on the server of [`postgres`].
    #[allow(clippy::new_without_default)] // a default that creates a database would surprise
    pub fn new() -> Database {
        let name = format!("muster_test_{:016x}", random());
        // template0, as only a copy of that one may differ from the server in its collation. It
        // is stated here because MUSTER_TEST_POSTGRES may be a server that somebody else set up.
        administer(format!(
            "CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'"
        ))
        .unwrap_or_else(|why| panic!("cannot create {name} on {}: {why}", postgres()));
        Database {
            url: with_database(postgres(), &name),
            name,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // FORCE: the store under test may still hold connections, and a test that has passed
        // should not have to wait for them. Panicking in a drop would hide the test's own panic.
        if let Err(why) = administer(format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        )) {
            eprintln!("cannot drop {}: {why}", self.name);
        }
    }
}

/// The URL of a PostgreSQL server on which tests may create databases as they like.
///
/// `MUSTER_TEST_POSTGRES` names one (`./check` sets it); else a private one is started, which ends
/// with this process.
pub fn postgres() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("MUSTER_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => url,
        _ => start_throwaway_server(),
    })
}

fn start_throwaway_server() -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/throwaway-postgres");
    let answer = Command::new(&script)
        .args(["start", "--parent", &std::process::id().to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|why| panic!("cannot run {}: {why}", script.display()));
    assert!(
        answer.status.success(),
        "{} did not start a server; what it said is above. ./check installs what is missing, \
         or name a server in MUSTER_TEST_POSTGRES",
        script.display()
    );
    let url = String::from_utf8(answer.stdout).expect("a URL is text");
    url.trim().to_owned()
}

/// Runs one statement as the server's administrator.
fn administer(statement: String) -> Result<(), postgres::Error> {
    as_administrator(move |client| client.batch_execute(&statement))
}

fn as_administrator(
    work: impl FnOnce(&mut postgres::Client) -> Result<(), postgres::Error> + Send + 'static,
) -> Result<(), postgres::Error> {
    // On a thread of its own: the synchronous client runs a small Tokio inside, which panics when
    // the caller is a Tokio test.
    std::thread::spawn(move || work(&mut postgres::Client::connect(postgres(), postgres::NoTls)?))
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The same server, another database.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = match server.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (server, String::new()),
    };
    let host_begins = address.find("://").map_or(0, |at| at + 3);
    let host_ends = address[host_begins..]
        .find('/')
        .map_or(address.len(), |at| host_begins + at);
    format!("{}/{name}{options}", &address[..host_ends])
}

/// The one file of this kind in `folder`.
fn only(folder: &Path, extension: &str) -> PathBuf {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut found = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension));
    let first = found
        .next()
        .unwrap_or_else(|| panic!("no .{extension} in {}", folder.display()));
    assert!(found.next().is_none(), "two of them");
    first
}

/// Different in each call and each process, which is all a name needs; std has no more direct way
/// to the operating system's random numbers.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgres_place_answers_and_sorts_by_bytes() {
        let place = Place::new(Engine::Postgres);
        let mut client = connect(&place);
        let one: i32 = client.query_one("SELECT 1", &[]).unwrap().get(0);
        assert_eq!(one, 1);
        let row = client
            .query_one(
                "SELECT datcollate::text, datctype::text, pg_encoding_to_char(encoding)::text \
                 FROM pg_database WHERE datname = current_database()",
                &[],
            )
            .unwrap();
        let locale: [String; 3] = [row.get(0), row.get(1), row.get(2)];
        assert_eq!(locale, ["C", "C", "UTF8"]);
        // What the collation is for: in most others `a` comes before `B`.
        let sorted: bool = client.query_one("SELECT 'B' < 'a'", &[]).unwrap().get(0);
        assert!(sorted);
    }

    #[test]
    fn commits_reach_the_disk() {
        let place = Place::new(Engine::Postgres);
        let mut client = connect(&place);
        for setting in ["fsync", "synchronous_commit"] {
            let value: String = client
                .query_one("SELECT current_setting($1)", &[&setting])
                .unwrap()
                .get(0);
            assert_eq!(value, "on", "{setting}");
        }
    }

    #[test]
    fn nothing_is_left_of_a_place_that_is_in_use() {
        let place = Place::new(Engine::Postgres);
        let dir = place.dir().to_owned();
        let name = place.database.as_ref().unwrap().name.clone();
        let mut in_use = connect(&place);
        assert!(dir.is_dir());
        drop(place);
        assert!(!dir.exists());
        assert!(in_use.batch_execute("SELECT 1").is_err());
        let mut client = postgres::Client::connect(postgres(), postgres::NoTls).unwrap();
        let left = client
            .query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
            .unwrap();
        assert!(left.is_empty());
    }

    #[test]
    fn both_engines_run_and_the_failing_one_is_named() {
        let seen = std::cell::RefCell::new(Vec::new());
        on_both(|place| {
            assert_eq!(
                place.database_url().is_some(),
                place.engine() == Engine::Postgres
            );
            seen.borrow_mut().push(place.engine());
        });
        assert_eq!(*seen.borrow(), Engine::BOTH);

        let panic = catch_unwind(|| on_both(|place| assert_eq!(place.engine(), Engine::Sqlite)))
            .expect_err("PostgreSQL is not SQLite");
        assert_eq!(
            panic.downcast_ref::<String>().map(String::as_str),
            Some("failed on PostgreSQL")
        );
    }

    #[test]
    fn only_the_database_changes_in_a_url() {
        for (server, expected) in [
            ("postgres://p@h:1/postgres", "postgres://p@h:1/x"),
            ("postgres://p@h:1", "postgres://p@h:1/x"),
            (
                "postgres://p@h/a?sslmode=disable&b=/c",
                "postgres://p@h/x?sslmode=disable&b=/c",
            ),
        ] {
            assert_eq!(with_database(server, "x"), expected);
        }
    }

    fn connect(place: &Place) -> postgres::Client {
        postgres::Client::connect(place.database_url().unwrap(), postgres::NoTls).unwrap()
    }
}
