//! The one thread that writes SQLite, and why it is fast and loses nothing.
//!
//! # Group commit
//! What makes a write durable is one `fsync` (here `fdatasync` of the log, at COMMIT, because of
//! `synchronous=FULL`). A disk does some hundreds to thousands of those a second, whoever asks. So the thread
//! takes the first waiting job, opens a transaction, runs it **and whoever queued meanwhile** (at most
//! [`BATCH`]), and syncs once for all. There is no timer and nothing to tune: while one sync runs the next
//! batch queues by itself; under light load a batch has one member and waits for nobody.
//!
//! # One savepoint a member
//! A member that fails or panics is rolled back to its savepoint, alone; its batch mates do not notice.
//!
//! # Nobody is answered before the disk is
//! Answers wait until COMMIT has returned. That holds for refusals too: "this e-mail is taken" may rest on a
//! batch mate's row, and if the COMMIT then fails the row does not exist.
//!
//! # When SQLite rolls back more than it was asked
//! FULL, IOERR and NOMEM inside a statement roll back the *whole* transaction, savepoints and all. After
//! each member we therefore ask `is_autocommit()`: true means that everything done so far is gone, and
//! everyone in the batch hears "come again" (503), because what they were told would not be true. Nor can the
//! member itself go on and have its next statement committed all alone: `tx.rs` runs nothing after a failure.

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::simple;
use crate::job::{Verdict, Write};
use crate::tx::{self, Connection as Engine};
use crate::{Clock, Error, Reader, Stats, Tx};

/// Members of a batch at most. Bounds how long the first one waits for its answer.
const BATCH: usize = 256;

type Finish = fn(&mut Tx<'_>) -> Result<(), Error>;

/// Serves jobs until the queue closes, then ends; what was queued by then is done.
pub(super) fn run(
    connection: &Connection,
    jobs: &Receiver<Write>,
    finish: Finish,
    clock: &Clock,
    stats: &Stats,
) {
    while let Ok(first) = jobs.recv() {
        let mut batch = Vec::with_capacity(8);
        let fate = commit_together(connection, first, jobs, finish, clock, &mut batch);
        match &fate {
            Ok(()) => stats.count(batch.len() as u64),
            Err(error) => {
                tracing::warn!(error = %error, members = batch.len(), "a batch was not committed");
            }
        }
        if !connection.is_autocommit() {
            let _ = simple(connection, "ROLLBACK");
        }
        for job in batch {
            job.answer(fate.clone());
        }
    }
}

/// One transaction: every member, the numbering of what they appended, one sync. Every job taken is pushed
/// to `batch`, so that each gets an answer whatever happens.
fn commit_together(
    connection: &Connection,
    first: Write,
    jobs: &Receiver<Write>,
    finish: Finish,
    clock: &Clock,
    batch: &mut Vec<Write>,
) -> Result<(), Error> {
    batch.push(first);
    // IMMEDIATE takes the write lock now, so that another process's transaction is waited for here and not
    // met half-way.
    simple(connection, "BEGIN IMMEDIATE").map_err(come_again)?;
    let mut at = 0;
    loop {
        run_member(connection, &mut batch[at], clock)?;
        at += 1;
        if at == BATCH {
            break;
        }
        match jobs.try_recv() {
            Ok(job) => batch.push(job),
            Err(_) => break,
        }
    }
    tx::finish(finish, Engine::Sqlite(connection), clock.now()).map_err(come_again)?;
    simple(connection, "COMMIT").map_err(come_again)
}

fn run_member(connection: &Connection, job: &mut Write, clock: &Clock) -> Result<(), Error> {
    simple(connection, "SAVEPOINT member").map_err(come_again)?;
    let reader = Reader::new(Engine::Sqlite(connection), clock.now());
    let verdict = job.run(&mut Tx(reader));
    if connection.is_autocommit() {
        return Err(Error::Busy(
            "SQLite gave up the transaction (disk full or input/output error)".into(),
        ));
    }
    if verdict == Verdict::Undo {
        simple(connection, "ROLLBACK TO member").map_err(come_again)?;
    }
    simple(connection, "RELEASE member").map_err(come_again)
}

/// Whatever stops a whole batch is nobody's fault in it: all may come again.
fn come_again(error: Error) -> Error {
    match error {
        Error::Busy(_) => error,
        other => Error::Busy(other.to_string()),
    }
}
