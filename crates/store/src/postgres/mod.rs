//! PostgreSQL: threads with one connection each, the reruns after deadlocks, the numbering thread.
//!
//! There is no group commit here: the server commits concurrent transactions together by itself. The synchronous
//! client must not be used inside an async task (it brings its own runtime), hence threads of our own.

mod connection;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

pub(crate) use connection::Connection;
pub use connection::replay;

use crate::job::{Read, Verdict, Write};
use crate::sqlite::spawn;
use crate::tx::{self, Connection as Engine};
use crate::{Clock, Config, Error, Reader, Stats, Tx, migrate};

/// How often a transaction that lost a deadlock or its connection is run again.
const ATTEMPTS: u64 = 5;

/// Connects, checks the collation, migrates, starts the threads.
pub(crate) fn open(
    url: &str,
    config: &Config,
    writes: Receiver<Write>,
    reads: Receiver<Read>,
    stats: Arc<Stats>,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let mut first = Connection::open(url)?;
    first.require_a_fit_database()?;
    migrate::run(first.client(), config.migrations, "postgres")?;
    let (wake, woken) = crossbeam_channel::bounded(1);
    let mut threads = Vec::new();
    for n in 0..config.readers.max(1) {
        let (mut connection, jobs, clock) =
            (Connection::open(url)?, reads.clone(), config.clock.clone());
        threads.push(spawn(&format!("postgres-read-{n}"), move || {
            read_loop(&mut connection, &jobs, &clock)
        })?);
    }
    for n in 0..config.writers.max(1) {
        let mut writer = Writer {
            connection: Connection::open(url)?,
            clock: config.clock.clone(),
            stats: stats.clone(),
            wake: wake.clone(),
        };
        let jobs = writes.clone();
        threads.push(spawn(&format!("postgres-write-{n}"), move || {
            while let Ok(job) = jobs.recv() {
                writer.serve(job);
            }
        })?);
    }
    let (finish, clock) = (config.finish, config.clock.clone());
    threads.push(spawn("postgres-number", move || {
        number_loop(&mut first, &woken, finish, &clock)
    })?);
    Ok(threads)
}

fn read_loop(connection: &mut Connection, jobs: &Receiver<Read>, clock: &Clock) {
    while let Ok(mut job) = jobs.recv() {
        let mut fate = Ok(());
        for attempt in 0..ATTEMPTS {
            fate = connection.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            if fate.is_ok() {
                job.run(&mut Reader::new(Engine::Postgres(connection), clock.now()));
                let again = connection.must_rerun();
                connection.rollback();
                if !again {
                    break;
                }
            }
            fate = Err(Error::Busy("the database is away".into()));
            pause(attempt);
        }
        job.answer(fate);
    }
}

struct Writer {
    connection: Connection,
    clock: Arc<Clock>,
    stats: Arc<Stats>,
    wake: Sender<()>,
}

impl Writer {
    fn serve(&mut self, mut job: Write) {
        let mut fate = Err(Error::Busy("the transaction lost every race".into()));
        let mut dangled = false;
        for attempt in 0..ATTEMPTS {
            match self.attempt(&mut job) {
                Attempt::Done(result) => {
                    fate = result;
                    break;
                }
                Attempt::Again(error) => fate = Err(error),
                // The second time it was no race: the function itself refers to what is not there.
                Attempt::Dangling if dangled => {
                    fate = Ok(());
                    break;
                }
                Attempt::Dangling => dangled = true,
            }
            pause(attempt);
        }
        if fate.is_ok() {
            self.stats.count(1);
        }
        job.answer(fate);
    }

    fn attempt(&mut self, job: &mut Write) -> Attempt {
        if let Err(error) = self
            .connection
            .begin("BEGIN ISOLATION LEVEL READ COMMITTED")
        {
            return Attempt::Again(error);
        }
        let reader = Reader::new(Engine::Postgres(&mut self.connection), self.clock.now());
        let verdict = job.run(&mut Tx(reader));
        if self.connection.must_rerun() {
            self.connection.rollback();
            return Attempt::Again(Error::Busy("deadlock or lost connection".into()));
        }
        if self.connection.dangles() {
            self.connection.rollback();
            return Attempt::Dangling;
        }
        if verdict == Verdict::Undo {
            self.connection.rollback();
            return Attempt::Done(Ok(()));
        }
        let committed = self.connection.commit();
        if committed.is_ok() {
            // Full means that somebody woke the numbering already.
            let _ = self.wake.try_send(());
        }
        Attempt::Done(committed)
    }
}

enum Attempt {
    Done(Result<(), Error>),
    Again(Error),
    /// A row was referred to that was taken away meanwhile, or taken away while somebody referred to it. Run again, the
    /// function sees what the other did, and says no in its own words.
    Dangling,
}

/// Numbers what is committed, once a wake-up, and each second for what other processes committed.
fn number_loop(
    connection: &mut Connection,
    woken: &Receiver<()>,
    finish: fn(&mut Tx<'_>) -> Result<(), Error>,
    clock: &Clock,
) {
    loop {
        if let Err(RecvTimeoutError::Disconnected) = woken.recv_timeout(Duration::from_secs(1)) {
            return;
        }
        if connection
            .begin("BEGIN ISOLATION LEVEL READ COMMITTED")
            .is_err()
        {
            continue;
        }
        match tx::finish(finish, Engine::Postgres(connection), clock.now()) {
            Ok(()) => drop(connection.commit()),
            Err(error) => {
                tracing::warn!(error = %error, "numbering failed; tried again at the next wake-up");
                connection.rollback();
            }
        }
    }
}

/// 1–20 ms more with each attempt, spread by the clock's low bits: two who collided must not meet again.
fn pause(attempt: u64) {
    let spread = u64::from(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(7, |d| d.subsec_nanos()),
    ) / 1000
        % 20;
    std::thread::sleep(Duration::from_millis((attempt + 1) * (1 + spread)));
}
