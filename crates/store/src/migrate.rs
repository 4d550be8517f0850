//! The schema's history: one folder of portable files, run by refinery on either engine.

use crate::Error;
use crate::statement::{check_blocks, for_postgres, for_sqlite};

/// One step of the schema, in the portable subset of SQL.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `V<number>__<name>`, as refinery wants it.
    pub name: &'static str,
    /// The text, with the tokens of [`crate::Statement`] and `-- only sqlite|postgres … -- end` blocks.
    pub sql: &'static str,
}

/// Runs what has not run yet. refinery takes no lock, so two processes that start at once may both try:
/// the loser fails, looks again and finds the work done.
pub(crate) fn run<C: refinery::Migrate>(
    connection: &mut C,
    migrations: &[Migration],
    engine: &str,
) -> Result<(), Error> {
    let spell = if engine == "sqlite" {
        for_sqlite
    } else {
        for_postgres
    };
    for migration in migrations {
        let told = |why| Error::Database(format!("migration {}: {why}", migration.name));
        check_blocks(migration.sql).map_err(told)?;
    }
    let list = migrations
        .iter()
        .map(|m| refinery::Migration::unapplied(m.name, &spell(m.sql)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Error::Database(format!("migration: {e}")))?;
    let mut last = None;
    for attempt in 0..10u64 {
        // Grouped: the schema and the note that it is there are one transaction. Otherwise a crash between the two
        // leaves a schema that every later start tries to make again.
        match refinery::Runner::new(&list)
            .set_grouped(true)
            .run(connection)
        {
            Ok(_) => return Ok(()),
            Err(error) => last = Some(error),
        }
        std::thread::sleep(std::time::Duration::from_millis(20 * (attempt + 1)));
    }
    Err(Error::Database(format!(
        "migration: {}",
        last.expect("ten attempts failed")
    )))
}
