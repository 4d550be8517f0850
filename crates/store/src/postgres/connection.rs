//! One PostgreSQL connection: statements prepared once, values in and out, errors in the store's words.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::BytesMut;
use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, NoTls};

use crate::tx::values;
use crate::{Description, Error, Row, Statement, ToValue, Unique, Value};

/// A client, its prepared statements, and why the running transaction is to be run again.
pub(crate) struct Connection {
    url: String,
    client: Client,
    prepared: HashMap<usize, postgres::Statement>,
    rerun: bool,
    dangles: bool,
}

impl Connection {
    pub(crate) fn open(url: &str) -> Result<Connection, Error> {
        Ok(Connection {
            url: url.to_owned(),
            client: connect(url)?,
            prepared: HashMap::new(),
            rerun: false,
            dangles: false,
        })
    }

    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Paging orders by text columns and must order alike on both engines (SQLite compares bytes), and any text that
    /// a caller may send must fit in.
    pub(crate) fn require_a_fit_database(&mut self) -> Result<(), Error> {
        // As JSON, since the column for the locale provider came with PostgreSQL 15.
        let row = self
            .client
            .query_one(
                "SELECT d.datname::text, d.datcollate::text, to_jsonb(d) ->> 'datlocprovider', to_jsonb(d) ->> 'datlocale', \
                 pg_encoding_to_char(d.encoding)::text FROM pg_database d WHERE d.datname = current_database()",
                &[],
            )
            .map_err(|e| error(&e))?;
        let (name, libc): (String, String) = (row.get(0), row.get(1));
        let (provider, locale): (Option<String>, Option<String>) = (row.get(2), row.get(3));
        let encoding: String = row.get(4);
        // Who sorts: the C library, or ICU (`i`), or PostgreSQL itself (`b`), each by a locale of its own.
        let collation = match provider.as_deref() {
            None | Some("c") => libc,
            Some("b") => locale.unwrap_or_default(),
            Some(_) => format!("{} of ICU", locale.as_deref().unwrap_or("another locale")),
        };
        if (collation == "C" || collation == "POSIX") && encoding == "UTF8" {
            return Ok(());
        }
        let by = if provider.is_some() {
            " LOCALE_PROVIDER libc"
        } else {
            ""
        };
        Err(Error::Database(format!(
            "the database {name} has collation {collation} and encoding {encoding}, and Muster needs C and UTF8, so that \
             both engines sort alike; make one with: \
             CREATE DATABASE muster TEMPLATE template0 ENCODING 'UTF8'{by} LC_COLLATE 'C' LC_CTYPE 'C';"
        )))
    }

    /// Begins a transaction, connecting again first if the connection is gone.
    pub(crate) fn begin(&mut self, text: &str) -> Result<(), Error> {
        (self.rerun, self.dangles) = (false, false);
        if self.client.is_closed() {
            self.prepared.clear();
            self.client = connect(&self.url)?;
        }
        self.client.batch_execute(text).map_err(|e| error(&e))
    }

    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        // A connection lost in COMMIT leaves the outcome unknown. Saying "come again" is right either way: the
        // caller's Idempotency-Key, or its e-mail and foreign ids, find what was stored if it was.
        self.client
            .batch_execute("COMMIT")
            .map_err(|e| Error::Busy(error(&e).to_string()))
    }

    pub(crate) fn rollback(&mut self) {
        // Fails only when the connection is gone, and then the server rolls back by itself.
        let _ = self.client.batch_execute("ROLLBACK");
    }

    /// Whether a statement of this transaction lost a deadlock, a serialization race or the connection.
    pub(crate) fn must_rerun(&self) -> bool {
        self.rerun
    }

    /// Whether a statement of this transaction was refused by a foreign key.
    pub(crate) fn dangles(&self) -> bool {
        self.dangles
    }

    fn prepare(&mut self, statement: &'static Statement) -> Result<postgres::Statement, Error> {
        // The address of a static is its name.
        let key = std::ptr::from_ref(statement) as usize;
        if let Some(found) = self.prepared.get(&key) {
            return Ok(found.clone());
        }
        let made = self
            .client
            .prepare(statement.postgres())
            .map_err(|e| self.failed(&e))?;
        self.prepared.insert(key, made.clone());
        Ok(made)
    }

    pub(crate) fn all(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<Vec<Row>, Error> {
        let values = values(parameters);
        self.fetch(statement, &values)
    }

    fn fetch(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let prepared = self.prepare(statement)?;
        let bound = bind(values);
        let rows = self
            .client
            .query(&prepared, &refs(&bound))
            .map_err(|e| self.failed(&e))?;
        rows.iter().map(|row| owned(row, statement.text)).collect()
    }

    pub(crate) fn run(
        &mut self,
        statement: &'static Statement,
        parameters: &[&dyn ToValue],
    ) -> Result<u64, Error> {
        let prepared = self.prepare(statement)?;
        let values = values(parameters);
        let bound = bind(&values);
        self.client
            .execute(&prepared, &refs(&bound))
            .map_err(|e| self.failed(&e))
    }

    pub(crate) fn describe(&mut self, statement: &'static Statement) -> Result<Description, Error> {
        let prepared = self.prepare(statement)?;
        let named = |ty: &Type| {
            Some(match *ty {
                Type::INT8 => "BIGINT".to_owned(),
                Type::TEXT => "TEXT".to_owned(),
                Type::BYTEA => "BYTEA".to_owned(),
                ref other => other.name().to_owned(),
            })
        };
        Ok(Description {
            parameters: prepared.params().iter().map(named).collect(),
            columns: prepared
                .columns()
                .iter()
                .map(|c| named(c.type_()))
                .collect(),
            steps: Vec::new(),
        })
    }

    fn failed(&mut self, e: &postgres::Error) -> Error {
        let retry = matches!(
            e.code(),
            Some(&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE)
        );
        if retry || e.is_closed() || self.client.is_closed() || shutting_down(e) {
            self.rerun = true;
        }
        self.dangles |= e.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION);
        error(e)
    }
}

fn shutting_down(e: &postgres::Error) -> bool {
    matches!(
        e.code(),
        Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN | &SqlState::CANNOT_CONNECT_NOW)
    )
}

/// `lock_timeout` bounds the wait for a simultaneous twin's idempotency row (DESIGN §9: 10 s).
fn connect(url: &str) -> Result<Client, Error> {
    let away = |e: postgres::Error| Error::Busy(format!("PostgreSQL: {e}"));
    let mut config: postgres::Config = url
        .parse()
        .map_err(|e: postgres::Error| Error::Database(format!("PostgreSQL's address: {e}")))?;
    if config.get_application_name().is_none() {
        config.application_name("muster");
    }
    // A server that is silently gone must not hold a thread for the two hours that TCP would wait.
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(30));
    }
    let mut client = config.connect(NoTls).map_err(away)?;
    client
        .batch_execute(
            "SET lock_timeout = '10s'; SET TIME ZONE 'UTC'; SET client_min_messages = warning",
        )
        .map_err(|e| error(&e))?;
    insist_on_durability(&mut client)?;
    Ok(client)
}

/// An answered write survives a power cut. `synchronous_commit` is ours to set, whatever the role's or the
/// database's default is; `fsync` is the server's alone, so a server without it is refused as SQLite without
/// `synchronous=FULL` is: nothing in the log of a test bench would show what is missing until the lights go out.
fn insist_on_durability(client: &mut Client) -> Result<(), Error> {
    let row = client
        .query_one(
            "SELECT current_setting('fsync', true), current_setting('synchronous_commit', true)",
            &[],
        )
        .map_err(|e| error(&e))?;
    let (fsync, commit): (Option<String>, Option<String>) = (row.get(0), row.get(1));
    if fsync.as_deref() == Some("off") {
        return Err(Error::Database(
            "this PostgreSQL server runs with fsync = off and would lose answered writes in a power cut; \
             set fsync = on in its postgresql.conf"
                .into(),
        ));
    }
    // `local`, `remote_write` and `remote_apply` all sync this server's own disk first.
    if commit.as_deref() == Some("off") {
        client
            .batch_execute("SET synchronous_commit = on")
            .map_err(|e| error(&e))?;
    }
    Ok(())
}

#[derive(Debug)]
struct Bound<'v>(&'v Value<'v>);

fn bind<'v>(values: &'v [Value<'v>]) -> Vec<Bound<'v>> {
    values.iter().map(Bound).collect()
}

fn refs<'v>(bound: &'v [Bound<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    bound.iter().map(|b| b as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(n) => n.to_sql(ty, out),
            Value::Text(t) => t.as_ref().to_sql(ty, out),
            Value::Bytes(b) => b.as_ref().to_sql(ty, out),
        }
    }
    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
    }
    to_sql_checked!();
}

struct Owned(Value<'static>);

impl<'a> FromSql<'a> for Owned {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Owned, Box<dyn StdError + Sync + Send>> {
        Ok(Owned(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::TEXT => Value::Text(Cow::Owned(String::from_sql(ty, raw)?)),
            _ => Value::Bytes(Cow::Owned(Vec::<u8>::from_sql(ty, raw)?)),
        }))
    }
    fn from_sql_null(_: &Type) -> Result<Owned, Box<dyn StdError + Sync + Send>> {
        Ok(Owned(Value::Null))
    }
    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
    }
}

fn owned(row: &postgres::Row, statement: &'static str) -> Result<Row, Error> {
    let values = (0..row.len())
        .map(|i| {
            row.try_get::<_, Owned>(i)
                .map(|v| v.0)
                .map_err(|e| Error::Database(format!("{e} in {statement}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Row { values, statement })
}

/// PostgreSQL's errors in the store's words: its message, never its DETAIL, which quotes values.
fn error(e: &postgres::Error) -> Error {
    let Some(db) = e.as_db_error() else {
        let broken_pipe = e.source().is_some_and(|s| s.is::<std::io::Error>());
        return if e.is_closed() || broken_pipe {
            Error::Busy("connection lost".into())
        } else {
            Error::Database(e.to_string())
        };
    };
    let code = db.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return Error::Unique(Unique(db.constraint().unwrap_or_default().to_owned()));
    }
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        return Error::LockTimeout;
    }
    // 40: a lost deadlock or race, of a transaction that is run again; 08: connection; 53: disk full, out of memory, too many
    // connections; 57: shutting down; 58: input/output; 25006: read-only, as a server is that has just become a standby.
    let passing = ["40", "08", "53", "57", "58", "25006"];
    if passing.iter().any(|class| code.code().starts_with(class)) {
        return Error::Busy(db.message().to_owned());
    }
    Error::Database(format!("{} {}", code.code(), db.message()))
}

/// See [`crate::sqlite::replay`]; one transaction a repetition, on the calling thread's own connection.
pub fn replay(url: &str, repetitions: usize, next: &mut crate::limit::Next) -> Result<(), Error> {
    let mut connection = Connection::open(url)?;
    for _ in 0..repetitions {
        connection.begin("BEGIN ISOLATION LEVEL READ COMMITTED")?;
        let (mut step, mut rows) = (0, Vec::new());
        while let Some((statement, parameters)) = next(step, &rows) {
            rows = connection
                .fetch(statement, &parameters)?
                .into_iter()
                .map(|r| r.values)
                .collect();
            step += 1;
        }
        connection.commit()?;
    }
    Ok(())
}
