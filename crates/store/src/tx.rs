//! What a transaction's function is given: a [`Reader`] to look, a [`Tx`] to change.
//!
//! Both hide which engine runs. The connections behind them are in `sqlite/` and `postgres/`.

use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::postgres::Connection as Postgres;
use crate::record;
use crate::{Error, Row, Statement, ToValue, Value, sqlite};

/// A look at one snapshot of the database. Cannot change it: the connection is read-only.
pub struct Reader<'a> {
    pub(crate) connection: Connection<'a>,
    pub(crate) now: i64,
    /// The first statement that failed. PostgreSQL has then given up the transaction and would answer COMMIT with
    /// a silent rollback, and SQLite may have (see `sqlite/writer.rs`). So on both engines nothing more is run,
    /// and a function that says `Ok` all the same is not believed: its changes are undone, its caller hears this.
    pub(crate) failure: Option<Error>,
}

pub(crate) enum Connection<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Postgres),
}

/// A transaction that may change things. What it did is seen by others only after its batch commits.
pub struct Tx<'a>(pub(crate) Reader<'a>);

impl<'a> Deref for Tx<'a> {
    type Target = Reader<'a>;
    fn deref(&self) -> &Reader<'a> {
        &self.0
    }
}

impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Reader<'a> {
        &mut self.0
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: Connection<'a>, now: i64) -> Reader<'a> {
        Reader {
            connection,
            now,
            failure: None,
        }
    }

    fn still_sound(&self) -> Result<(), Error> {
        self.failure.clone().map_or(Ok(()), Err)
    }

    fn noting<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &outcome {
            self.failure = Some(error.clone());
        }
        outcome
    }

    /// Now, in µs since 1970 UTC: one moment for the whole transaction.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// `"sqlite"` or `"postgres"`: for full-text search, whose questions each engine wants in a language of its own.
    pub fn engine(&self) -> &'static str {
        match &self.connection {
            Connection::Sqlite(_) => "sqlite",
            Connection::Postgres(_) => "postgres",
        }
    }

    /// Every row of the answer. Keep it bounded with LIMIT.
    pub fn all(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<Vec<Row>, Error> {
        self.still_sound()?;
        let outcome = match &mut self.connection {
            Connection::Sqlite(c) => sqlite::all(c, statement, parameters),
            Connection::Postgres(c) => c.all(statement, parameters),
        };
        let rows = self.noting(outcome)?;
        record::note(statement, parameters, &rows);
        Ok(rows)
    }

    /// The first row of the answer, if any.
    pub fn one(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<Option<Row>, Error> {
        Ok(self.all(statement, parameters)?.into_iter().next())
    }

    /// The first row's only column as a number; for `COUNT(*)` and `RETURNING id`.
    pub fn number(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<i64, Error> {
        let row = self.one(statement, parameters)?;
        row.ok_or_else(|| Error::Database(format!("no row from {:?}", statement.place)))?
            .get(0)
    }

    /// What the engine makes of a statement without running it, for the test over [`crate::statements`].
    pub fn describe(&mut self, statement: &'static Statement) -> Result<Description, Error> {
        self.still_sound()?;
        let outcome = match &mut self.connection {
            Connection::Sqlite(c) => sqlite::describe(c, statement),
            Connection::Postgres(c) => c.describe(statement),
        };
        self.noting(outcome)
    }
}

/// The parameters and result columns of a statement, by the names of their types: `BIGINT`, `TEXT`, `BYTEA`, or
/// another, which the house rules forbid. `None` where the engine does not say (SQLite: parameters, expressions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// One for each of `$1…$N`.
    pub parameters: Vec<Option<String>>,
    /// One for each column of the answer.
    pub columns: Vec<Option<String>>,
    /// How SQLite goes about it, in its own words. Nothing counts rows for it and its plans are kept (decision 0028), so it is
    /// the same with few rows and with many. Empty on PostgreSQL, which plans by what there is.
    pub steps: Vec<String>,
}

impl Tx<'_> {
    /// Runs a statement that returns no rows; answers how many rows it touched.
    pub fn run(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<u64, Error> {
        self.still_sound()?;
        let outcome = match &mut self.0.connection {
            Connection::Sqlite(c) => sqlite::run(c, statement, parameters),
            Connection::Postgres(c) => c.run(statement, parameters),
        };
        let touched = self.noting(outcome)?;
        record::note(statement, parameters, &[]);
        Ok(touched)
    }
}

/// Runs `finish`, the last thing of a batch. A panic in it is a failure like another: the thread must go on.
pub(crate) fn finish(
    finish: fn(&mut Tx<'_>) -> Result<(), Error>,
    connection: Connection<'_>,
    now: i64,
) -> Result<(), Error> {
    let mut tx = Tx(Reader::new(connection, now));
    let outcome =
        catch_unwind(AssertUnwindSafe(|| finish(&mut tx))).unwrap_or(Err(Error::Panicked));
    outcome.and(tx.still_sound())
}

/// The parameters as values, on the stack's side of the call.
pub(crate) fn values<'v>(parameters: &'v [&'v dyn ToValue]) -> Vec<Value<'v>> {
    parameters.iter().map(|p| p.to_value()).collect()
}
