//! The engines: what `store` promises, told on both of them where both can keep it.
//!
//! The stories have tables of their own ([`MIGRATIONS`]); nothing of Muster's is known here. What stands in this file
//! is how a story begins: [`on_both`] with [`open`] or [`open_with`], and a [`gate`] to hold a database thread.

mod batches;
mod durability;
mod files;
mod full_disk;
mod opening;
mod queues;
mod races;

use std::future::Future;
use std::sync::mpsc;

use store::{Config, Error, Migration, Reader, Statement, Store, ToValue, Tx, sql};
use testing::{Engine, Place};

pub use testing::{PATIENCE, on_both};

/// Two small tables.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "V1__things",
    sql: "CREATE TABLE thing (id {id}, name TEXT NOT NULL, size BIGINT, content BYTEA);
          CREATE UNIQUE INDEX thing_name_key ON thing (name);
          CREATE TABLE pair (id {id}, a BIGINT NOT NULL, b TEXT NOT NULL, ended_at BIGINT);
          CREATE UNIQUE INDEX pair_a_b_key ON pair (a, b) WHERE ended_at IS NULL;",
}];

/// A statement of one engine's own, not registered with those that must work on both.
macro_rules! only_here {
    ($text:expr) => {{
        static STATEMENT: store::Statement = store::Statement::new($text, file!(), line!());
        &STATEMENT
    }};
}
pub(crate) use only_here;

/// What `store` is told of `place`.
pub fn config(place: &Place) -> Config {
    let at = match place.database_url() {
        Some(url) => store::Place::Postgres(url.to_owned()),
        None => store::Place::Sqlite(place.dir().join("test.sqlite")),
    };
    let mut config = Config::new(at, MIGRATIONS, |_| Ok(()));
    // Stories run side by side on one server.
    (config.readers, config.writers) = (2, 4);
    config
}

/// A store on `place`.
pub fn open(place: &Place) -> Store {
    open_with(place, |_| ())
}

/// A store on `place` with something changed.
pub fn open_with(place: &Place, change: impl FnOnce(&mut Config)) -> Store {
    let mut config = config(place);
    change(&mut config);
    // On a thread of its own, since opening blocks and a story is async.
    let opening = std::thread::spawn(|| Store::open(config));
    opening.join().unwrap().expect("the place opens")
}

/// Tells the story. On one thread, so that spawned calls stand in the queue in the order in which they were spawned.
pub fn tell<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(story)
}

/// Lets every spawned call reach its queue.
pub async fn all_are_queued() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

/// A write that holds its database thread until [`Gate::open`].
pub struct Gate {
    entered: mpsc::Receiver<()>,
    let_go: mpsc::Sender<()>,
    /// The write's outcome.
    pub outcome: tokio::task::JoinHandle<Result<(), Error>>,
}

/// Sends a write that waits inside of its transaction.
pub fn gate(store: &Store) -> Gate {
    let (entering, entered) = mpsc::channel();
    let (let_go, waiting) = mpsc::channel::<()>();
    let store = store.clone();
    let outcome = tokio::spawn(async move {
        let wait = move |_: &mut Tx<'_>| {
            let _ = entering.send(());
            let _ = waiting.recv_timeout(PATIENCE);
            Ok::<_, Error>(())
        };
        store.write(wait).await
    });
    Gate {
        entered,
        let_go,
        outcome,
    }
}

impl Gate {
    /// Waits until the write holds its thread.
    pub async fn is_closed(&self) {
        all_are_queued().await;
        self.entered.recv_timeout(PATIENCE).expect("the write runs");
    }

    /// Lets the write end.
    pub fn open(&self) {
        let _ = self.let_go.send(());
    }
}

/// Inserts a thing.
pub fn add(tx: &mut Tx<'_>, name: &str) -> Result<i64, Error> {
    add_with(tx, name, &[])
}

/// Inserts a thing with content.
pub fn add_with(tx: &mut Tx<'_>, name: &str, content: &[u8]) -> Result<i64, Error> {
    tx.number(
        sql!("INSERT INTO thing (name, content) VALUES ($1, $2) RETURNING id"),
        &[&name, &content],
    )
}

/// The names of all things, sorted.
pub fn names(r: &mut Reader<'_>) -> Result<Vec<String>, Error> {
    let rows = r.all(sql!("SELECT name FROM thing ORDER BY name"), &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The names of all things, in a read of its own.
pub async fn things(store: &Store) -> Vec<String> {
    store.read(names).await.expect("a read")
}

/// One value of one row, as text.
pub fn word(r: &mut Reader<'_>, statement: &'static Statement) -> Result<String, Error> {
    let none: &[&dyn ToValue] = &[];
    r.one(statement, none)?.expect("a row").get(0)
}

/// Tells the story on one engine only.
pub fn on(engine: Engine, story: impl FnOnce(&Place)) {
    story(&Place::new(engine));
}
