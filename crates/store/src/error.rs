//! What the store can fail with. The names are the store's own: no engine's code leaves this crate.

/// A failure of the database or of the files beside it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Cannot be done now, nothing was changed: a full queue, a full disk, a database that is away.
    /// Callers are told to come again (HTTP 503).
    #[error("busy: {0}")]
    Busy(String),
    /// A unique index refused a row. See [`OnUnique::on_unique`].
    #[error("unique: {0}")]
    Unique(Unique),
    /// Waited longer than the lock time-out for another transaction's row.
    #[error("lock time-out")]
    LockTimeout,
    /// The closure panicked; its changes were rolled back.
    #[error("the transaction's function panicked")]
    Panicked,
    /// A column does not have the type that the code reads it as: a bug, found by the statement test.
    #[error("column {column} of `{statement}` is not {wanted}")]
    Shape {
        /// Index of the column, from 0.
        column: usize,
        /// The type the code wanted.
        wanted: &'static str,
        /// Beginning of the SQL text.
        statement: &'static str,
    },
    /// Something that ought to exist does not (a file, a folder).
    #[error("missing: {0}")]
    Missing(String),
    /// Anything else the engine said. Holds no values, only the engine's message.
    #[error("database: {0}")]
    Database(String),
}

/// The index that refused a row, named alike on both engines: `<table>_<column>_<column>_key`.
///
/// PostgreSQL reports the index's name, so migrations name indexes in this way; SQLite reports the
/// columns (`table.a, table.b`), which are turned into the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique(pub String);

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Maps a violation of one named unique index to the caller's own error, at the query.
pub trait OnUnique<T> {
    /// When `index` refused the row, leaves with what `to` makes of it.
    ///
    /// On PostgreSQL the transaction is aborted by then, so the closure may only leave; to go on after
    /// a collision use `INSERT … ON CONFLICT DO NOTHING` and look.
    fn on_unique<E: From<Error>>(self, index: &str, to: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> OnUnique<T> for Result<T, Error> {
    fn on_unique<E: From<Error>>(self, index: &str, to: impl FnOnce() -> E) -> Result<T, E> {
        match self {
            Err(Error::Unique(Unique(name))) if name == index => Err(to()),
            other => other.map_err(E::from),
        }
    }
}
