//! What a transaction's function is given: a [`Reader`] to look, a [`Tx`] to change.
//!
//! Both hide which engine runs. The connections behind them are in `sqlite/` and `postgres/`.

use std::ops::{Deref, DerefMut};

use crate::postgres::Connection as Postgres;
use crate::record;
use crate::{Error, Row, Statement, ToValue, Value, sqlite};

/// A look at one snapshot of the database. Cannot change it: the connection is read-only.
pub struct Reader<'a> {
    pub(crate) connection: Connection<'a>,
    pub(crate) now: i64,
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

impl Reader<'_> {
    /// Now, in µs since 1970 UTC: one moment for the whole transaction.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Every row of the answer. Keep it bounded with LIMIT.
    pub fn all(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<Vec<Row>, Error> {
        let rows = match &mut self.connection {
            Connection::Sqlite(c) => sqlite::all(c, statement, parameters),
            Connection::Postgres(c) => c.all(statement, parameters),
        }?;
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
}

impl Tx<'_> {
    /// Runs a statement that returns no rows; answers how many rows it touched.
    pub fn run(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<u64, Error> {
        let touched = match &mut self.0.connection {
            Connection::Sqlite(c) => sqlite::run(c, statement, parameters),
            Connection::Postgres(c) => c.run(statement, parameters),
        }?;
        record::note(statement, parameters, &[]);
        Ok(touched)
    }
}

/// The parameters as values, on the stack's side of the call.
pub(crate) fn values<'v>(parameters: &'v [&'v dyn ToValue]) -> Vec<Value<'v>> {
    parameters.iter().map(|p| p.to_value()).collect()
}
