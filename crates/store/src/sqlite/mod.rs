//! SQLite: how it is opened, how statements run, the reader threads. The writer is `writer.rs`.

mod writer;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::Receiver;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::job::{Read, Write};
use crate::tx::{Connection as Engine, values};
use crate::{
    Clock, Config, Description, Error, Reader, Row, Statement, Stats, ToValue, Unique, Value,
    migrate,
};

/// How long a statement waits for another process's transaction (a `muster key create` beside a server).
const BUSY: Duration = Duration::from_secs(10);

/// Opens the file, migrates it, starts the writer and the readers.
pub(crate) fn open(
    path: &Path,
    config: &Config,
    writes: Receiver<Write>,
    reads: Receiver<Read>,
    stats: Arc<Stats>,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let mut writer = open_writer(path)?;
    migrate::run(&mut writer, config.migrations, "sqlite")?;
    let mut threads = Vec::new();
    for n in 0..config.readers.max(1) {
        let connection = open_reader(path)?;
        let (jobs, clock) = (reads.clone(), config.clock.clone());
        threads.push(spawn(&format!("sqlite-read-{n}"), move || {
            read_loop(&connection, &jobs, &clock)
        })?);
    }
    let (finish, clock) = (config.finish, config.clock.clone());
    threads.push(spawn("sqlite-write", move || {
        writer::run(&writer, &writes, finish, &clock, &stats)
    })?);
    Ok(threads)
}

pub(crate) fn spawn(
    name: &str,
    f: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(f)
        .map_err(|e| Error::Busy(format!("thread: {e}")))
}

/// The connection that writes. `synchronous=FULL`: an answered write survives a power cut, since in WAL mode
/// every COMMIT then syncs the log. Locking stays shared, so that other processes can look and write between.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path).map_err(error)?;
    connection.busy_timeout(BUSY).map_err(error)?;
    keep_plans(&connection)?;
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(error);
    use_wal(&connection)?;
    set("synchronous", "FULL")?;
    set("foreign_keys", "ON")?;
    set("temp_store", "MEMORY")?;
    set("cache_size", "-65536")?;
    // 16 MB of log before pages move to the main file: fewer, larger checkpoints on the writer's time.
    set("wal_autocheckpoint", "4000")?;
    connection.set_prepared_statement_cache_capacity(512);
    let full: i64 = connection
        .pragma_query_value(None, "synchronous", |r| r.get(0))
        .map_err(error)?;
    if full != 2 {
        return Err(Error::Database("SQLite refused synchronous=FULL".into()));
    }
    Ok(connection)
}

/// A statement keeps the plan that it was prepared with. Without this, SQLite parses and plans anew at every run of a statement
/// in which a bound value might let it use a partial index: more than a quarter of the writer's time (decision 0028). The
/// price: a partial index serves only statements that say its condition in their text.
fn keep_plans(connection: &Connection) -> Result<(), Error> {
    let kept = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
    if !kept.map_err(error)? {
        return Err(Error::Database("SQLite refused to keep its plans".into()));
    }
    Ok(())
}

/// Where there is no write-ahead log (a network share), SQLite says so in its answer only. And a switch of the
/// journal's mode that meets another process's may be told "busy" without having waited.
fn use_wal(connection: &Connection) -> Result<(), Error> {
    let mut waited = Duration::ZERO;
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))
            .map_err(error);
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(mode) => {
                return Err(Error::Database(format!(
                    "SQLite has no write-ahead log here (its journal mode is {mode}): is this a network share?"
                )));
            }
            Err(Error::Busy(_)) if waited < BUSY => {
                waited += Duration::from_millis(20);
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

fn open_reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(error)?;
    connection.busy_timeout(BUSY).map_err(error)?;
    keep_plans(&connection)?;
    connection
        // As much as SQLite maps at most: what is mapped is looked at where the system keeps it, and not copied page by page.
        .pragma_update(None, "mmap_size", "2147418112")
        .map_err(error)?;
    connection
        .pragma_update(None, "query_only", "ON")
        .map_err(error)?;
    connection.set_prepared_statement_cache_capacity(512);
    Ok(connection)
}

fn read_loop(connection: &Connection, jobs: &Receiver<Read>, clock: &Clock) {
    while let Ok(mut job) = jobs.recv() {
        // One deferred transaction is one snapshot: what the function sees does not change under it.
        let fate = simple(connection, "BEGIN").map(|()| {
            job.run(&mut Reader::new(Engine::Sqlite(connection), clock.now()));
        });
        if !connection.is_autocommit() {
            let _ = simple(connection, "ROLLBACK");
        }
        job.answer(fate);
    }
}

/// Runs a transaction statement, from the statement cache.
fn simple(connection: &Connection, text: &str) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(text).map_err(error)?;
    statement.raw_execute().map(drop).map_err(error)
}

struct Bound<'v>(&'v Value<'v>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(t) => ValueRef::Text(t.as_bytes()),
            Value::Bytes(b) => ValueRef::Blob(b),
        }))
    }
}

pub(crate) fn all(
    connection: &Connection,
    statement: &'static Statement,
    parameters: &[&dyn ToValue],
) -> Result<Vec<Row>, Error> {
    fetch(
        connection,
        statement.sqlite(),
        statement.text,
        &values(parameters),
    )
}

fn fetch(
    connection: &Connection,
    text: &str,
    name: &'static str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, Error> {
    let mut prepared = connection.prepare_cached(text).map_err(error)?;
    let columns = prepared.column_count();
    let mut rows = prepared
        .query(rusqlite::params_from_iter(values.iter().map(Bound)))
        .map_err(error)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next().map_err(error)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(owned(row.get_ref(column).map_err(error)?)?);
        }
        out.push(Row {
            values,
            statement: name,
        });
    }
    Ok(out)
}

fn owned(value: ValueRef<'_>) -> Result<Value<'static>, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(t) => {
            let text =
                std::str::from_utf8(t).map_err(|_| Error::Database("text is not UTF-8".into()))?;
            Value::Text(Cow::Owned(text.to_owned()))
        }
        ValueRef::Blob(b) => Value::Bytes(Cow::Owned(b.to_vec())),
        ValueRef::Real(_) => {
            return Err(Error::Database("a float came out of the database".into()));
        }
    })
}

pub(crate) fn run(
    connection: &Connection,
    statement: &'static Statement,
    parameters: &[&dyn ToValue],
) -> Result<u64, Error> {
    let mut prepared = connection
        .prepare_cached(statement.sqlite())
        .map_err(error)?;
    let values = values(parameters);
    let touched = prepared
        .execute(rusqlite::params_from_iter(values.iter().map(Bound)))
        .map_err(error)?;
    Ok(touched as u64)
}

pub(crate) fn describe(
    connection: &Connection,
    statement: &'static Statement,
) -> Result<Description, Error> {
    let mut explained = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sqlite()))
        .map_err(error)?;
    let nothing = vec![rusqlite::types::Null; explained.parameter_count()];
    let steps = explained
        .query_map(rusqlite::params_from_iter(nothing), |row| row.get("detail"))
        .map_err(error)?;
    let steps: Vec<String> = steps.collect::<Result<_, _>>().map_err(error)?;
    let prepared = connection.prepare(statement.sqlite()).map_err(error)?;
    let columns = prepared.columns();
    let named = |declared: &str| match declared {
        "INTEGER" => "BIGINT".to_owned(),
        "BLOB" => "BYTEA".to_owned(),
        other => other.to_owned(),
    };
    Ok(Description {
        parameters: vec![None; prepared.parameter_count()],
        columns: columns.map(|c| c.decl_type().map(named)).collect(),
        steps,
    })
}

/// SQLite's errors in the store's words. Only messages of the engine pass, never values.
pub(crate) fn error(e: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(code, message) = &e else {
        return Error::Database(e.to_string());
    };
    let text = message.clone().unwrap_or_else(|| code.to_string());
    match code.code {
        ErrorCode::ConstraintViolation => match text.strip_prefix("UNIQUE constraint failed: ") {
            Some(columns) => Error::Unique(Unique(index_name(columns))),
            None => Error::Database(text),
        },
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::OutOfMemory
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly => Error::Busy(text),
        _ => Error::Database(text),
    }
}

/// `application.org_id, application.job_id` → `application_org_id_job_id_key`, as PostgreSQL names it. Of an index
/// over an expression SQLite gives the name itself: `index 'name'`.
fn index_name(columns: &str) -> String {
    if let Some(name) = columns.strip_prefix("index '") {
        return name.trim_end_matches('\'').to_owned();
    }
    let mut parts = columns
        .split(", ")
        .map(|c| c.split_once('.').unwrap_or(("", c)));
    let Some((table, first)) = parts.next() else {
        return columns.to_owned();
    };
    let rest: String = parts.map(|(_, column)| format!("_{column}")).collect();
    format!("{table}_{first}{rest}_key")
}

/// Runs recorded work straight through the driver, `batch` repetitions a transaction, for
/// `muster bench limit`. `next` gives the statements of one repetition, one at a time, with the rows of the
/// last one; `None` ends the repetition.
pub fn replay(
    path: &Path,
    batches: usize,
    batch: usize,
    next: &mut crate::limit::Next<'_>,
) -> Result<(), Error> {
    let connection = open_writer(path)?;
    for _ in 0..batches {
        simple(&connection, "BEGIN IMMEDIATE")?;
        for _ in 0..batch {
            let (mut step, mut rows) = (0, Vec::new());
            while let Some((statement, parameters)) = next(step, &rows) {
                let answer = fetch(&connection, statement.sqlite(), statement.text, &parameters)?;
                rows = answer.into_iter().map(|r| r.values).collect();
                step += 1;
            }
        }
        simple(&connection, "COMMIT")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::index_name;

    #[test]
    fn columns_become_the_name_that_postgres_gives() {
        assert_eq!(
            index_name("identity.org_id, identity.kind"),
            "identity_org_id_kind_key"
        );
        assert_eq!(index_name("job.slug"), "job_slug_key");
        assert_eq!(index_name("index 'job_slug_key'"), "job_slug_key");
    }
}
