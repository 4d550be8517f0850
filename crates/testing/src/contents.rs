//! Everything that lies in a place, for tests that look for what must not lie there.

use std::path::Path;

use crate::{Place, only};

/// Every value of every column of every table but those of `without`, as bytes, each with its `table.column`.
///
/// Read past the store, so that a test sees what a thief of the disk would see.
pub fn of_database(place: &Place, without: &[&str]) -> Vec<(String, Vec<u8>)> {
    match place.database_url() {
        Some(url) => of_postgres(url, without),
        None => of_sqlite(&only(place.dir(), "sqlite"), without),
    }
}

fn of_sqlite(file: &Path, without: &[&str]) -> Vec<(String, Vec<u8>)> {
    let open = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = rusqlite::Connection::open_with_flags(file, open).expect("a database");
    let text = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|row| row.expect("text")).collect()
    };
    let mut all = Vec::new();
    let tables = text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    for table in tables.iter().filter(|t| !without.contains(&t.as_str())) {
        for column in text(&format!("SELECT name FROM pragma_table_info('{table}')")) {
            let sql = format!(
                "SELECT CAST(\"{column}\" AS BLOB) FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"
            );
            let mut statement = database.prepare(&sql).expect("a statement");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            all.extend(rows.map(|row| (format!("{table}.{column}"), row.expect("bytes"))));
        }
    }
    all
}

fn of_postgres(url: &str, without: &[&str]) -> Vec<(String, Vec<u8>)> {
    let url = url.to_owned();
    let without: Vec<String> = without.iter().map(|t| (*t).to_owned()).collect();
    // On a thread of its own: see `administer`.
    let read = std::thread::spawn(move || {
        let mut database =
            postgres::Client::connect(&url, postgres::NoTls).expect("the database opens");
        let columns = database
            .query(
                "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns \
                 WHERE table_schema = 'public' ORDER BY 1, ordinal_position",
                &[],
            )
            .expect("columns");
        let mut all = Vec::new();
        for row in columns {
            let (table, column, kind): (String, String, String) =
                (row.get(0), row.get(1), row.get(2));
            if without.contains(&table) {
                continue;
            }
            let bytes = match kind.as_str() {
                "bytea" => format!("\"{column}\""),
                _ => format!("convert_to(\"{column}\"::text, 'UTF8')"),
            };
            let sql = format!("SELECT {bytes} FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
            let rows = database.query(&sql, &[]).expect("rows");
            all.extend(
                rows.iter()
                    .map(|row| (format!("{table}.{column}"), row.get(0))),
            );
        }
        all
    });
    read.join().expect("the database is read")
}

/// Every file below `folder`, its path and its bytes.
pub fn of_folder(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(of_folder(&path));
        } else {
            all.push((
                path.display().to_string(),
                std::fs::read(&path).expect("a file"),
            ));
        }
    }
    all
}
