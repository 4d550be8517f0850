//! Two engines behind one transaction.
//!
//! `store` knows SQLite and PostgreSQL and nothing of candidates. The rest of the program writes SQL once
//! (`$1…$N`, a small portable subset, docs/conventions/sql.md), declares it with [`sql!`], and runs plain
//! synchronous functions over [`Reader`] and [`Tx`] on database threads. *Async ends at this door.*
//!
//! # Layout
//! * [`Store`] – opens an engine, hands functions to its threads, waits for their answers
//! * `sqlite/writer.rs` – group commit: **read this one first**
//! * `sqlite/mod.rs` – opening, readers, statements · `postgres/` – the same for PostgreSQL
//! * `statement.rs` – `sql!` and the engines' spellings · `migrate.rs` – the schema
//! * `files.rs` – file contents by their SHA-256 · `record.rs` – the tape for `muster bench limit`

mod clock;
mod error;
pub mod files;
mod job;
mod migrate;
mod postgres;
pub mod record;
mod sqlite;
mod statement;
mod tx;
mod value;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Sender, TrySendError};
use tokio::sync::oneshot;

pub use clock::Clock;
pub use error::{Error, OnUnique, Unique};
#[doc(hidden)]
pub use inventory;
pub use migrate::Migration;
#[doc(hidden)]
pub use statement::Registered;
pub use statement::{Statement, statements};
pub use tx::{Description, Reader, Tx};
pub use value::{FromValue, Row, ToValue, Value};

/// Where the data is and how much work may wait for it.
#[derive(Clone)]
pub struct Config {
    /// The engine and its address.
    pub place: Place,
    /// The schema, oldest first.
    pub migrations: &'static [Migration],
    /// Runs as the last statement of every SQLite batch and, on PostgreSQL, in a small transaction of its
    /// own after commits: numbers what is committed (DESIGN §6, rule 8).
    pub finish: fn(&mut Tx<'_>) -> Result<(), Error>,
    /// Writes that may wait; one more is refused with [`Error::Busy`].
    pub write_queue: usize,
    /// Reads that may wait.
    pub read_queue: usize,
    /// Threads that read.
    pub readers: usize,
    /// Connections that write; SQLite has one writer whatever this says.
    pub writers: usize,
    /// The time.
    pub clock: Arc<Clock>,
}

/// An engine and its address.
#[derive(Clone, Debug)]
pub enum Place {
    /// A SQLite file. Its folder must exist.
    Sqlite(PathBuf),
    /// `postgres://user@host:port/database`, of `C` collation.
    Postgres(String),
}

impl Config {
    /// The usual sizes for `place`.
    pub fn new(
        place: Place,
        migrations: &'static [Migration],
        finish: fn(&mut Tx<'_>) -> Result<(), Error>,
    ) -> Config {
        Config {
            place,
            migrations,
            finish,
            write_queue: 4096,
            read_queue: 4096,
            readers: 4,
            writers: 16,
            clock: Arc::default(),
        }
    }
}

/// An open database. Cheap to clone; the threads end when the last clone is dropped, after finishing
/// what was queued.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// Whether what is written is undone at once; see [`Store::dry`].
    dry: bool,
}

struct Inner {
    writes: Option<Sender<job::Write>>,
    reads: Option<Sender<job::Read>>,
    threads: Vec<std::thread::JoinHandle<()>>,
    stats: Arc<Stats>,
    engine: &'static str,
    clock: Arc<Clock>,
}

/// Counters since the store was opened.
#[derive(Debug, Default)]
pub struct Stats {
    /// Committed batches (on PostgreSQL: transactions).
    pub batches: AtomicU64,
    /// Functions that ran in them.
    pub members: AtomicU64,
}

impl Stats {
    pub(crate) fn count(&self, members: u64) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.members.fetch_add(members, Ordering::Relaxed);
    }
}

impl Store {
    /// Opens the database, brings its schema up to date, starts its threads. Blocks; call it before serving.
    pub fn open(config: Config) -> Result<Store, Error> {
        let stats = Arc::new(Stats::default());
        let (writes, write_jobs) = crossbeam_channel::bounded(config.write_queue);
        let (reads, read_jobs) = crossbeam_channel::bounded(config.read_queue);
        let clock = config.clock.clone();
        let (engine, threads) = match config.place.clone() {
            Place::Sqlite(path) => (
                "sqlite",
                sqlite::open(&path, &config, write_jobs, read_jobs, stats.clone())?,
            ),
            Place::Postgres(url) => (
                "postgres",
                postgres::open(&url, &config, write_jobs, read_jobs, stats.clone())?,
            ),
        };
        let inner = Inner {
            writes: Some(writes),
            reads: Some(reads),
            threads,
            stats,
            engine,
            clock,
        };
        Ok(Store {
            inner: Arc::new(inner),
            dry: false,
        })
    }

    /// The same database for a rehearsal: what is written comes to its end, is answered as it would be, and is then undone,
    /// whether it went well or not. Each write is undone by itself, so one never sees what another one wrote.
    pub fn dry(&self) -> Store {
        Store {
            inner: self.inner.clone(),
            dry: true,
        }
    }

    /// Runs `f` over one snapshot. `f` may run again.
    ///
    /// # Errors
    /// What `f` says, or `E::from(`[`Error`]`)`.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Reader<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job::reading(f, false);
        queue(&self.inner.reads, job)?;
        wait(answer).await
    }

    /// Runs `f` in a transaction and answers once its changes are on disk. `f` may run again, so it must
    /// change nothing but the database. `f` is SQL only and takes under 10 ms: hash, decode and call others
    /// before it.
    ///
    /// # Errors
    /// What `f` says (its changes are then undone), or `E::from(`[`Error`]`)`.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job::writing(f, self.dry);
        queue(&self.inner.writes, job)?;
        wait(answer).await
    }

    /// Counters since the start.
    pub fn stats(&self) -> &Stats {
        &self.inner.stats
    }

    /// `"sqlite"` or `"postgres"`.
    pub fn engine(&self) -> &'static str {
        self.inner.engine
    }

    /// The clock that transactions read.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }
}

fn queue<J>(to: &Option<Sender<J>>, job: J) -> Result<(), Error> {
    match to.as_ref().map(|s| s.try_send(job)) {
        Some(Ok(())) => Ok(()),
        Some(Err(TrySendError::Full(_))) => Err(Error::Busy("the queue is full".into())),
        _ => Err(Error::Busy("the store is closed".into())),
    }
}

async fn wait<T, E: From<Error>>(answer: oneshot::Receiver<Result<T, E>>) -> Result<T, E> {
    answer
        .await
        .unwrap_or_else(|_| Err(E::from(Error::Busy("the database thread is gone".into()))))
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Closing the queues lets the threads finish what waits in them and end.
        self.writes.take();
        self.reads.take();
        // A caller that went away may leave the last clone to one of these threads, which cannot wait for itself.
        let here = std::thread::current().id();
        if self.threads.iter().any(|t| t.thread().id() == here) {
            return;
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Straight access to the drivers, for `muster bench limit` alone.
pub mod limit {
    use crate::{Statement, Value};

    /// Gives the statements of one repetition, each with the rows of the last one in hand; `None` ends it. The number
    /// counts them from 0.
    pub type Next<'a> = dyn FnMut(usize, &[Vec<Value<'static>>]) -> Option<(&'static Statement, Vec<Value<'static>>)>
        + 'a;

    pub use crate::postgres::replay as replay_postgres;
    pub use crate::sqlite::replay as replay_sqlite;
}
