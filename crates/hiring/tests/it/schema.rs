//! The schema and the statements over it keep the house rules (docs/conventions/sql.md) on both engines.

use std::collections::HashMap;
use std::sync::Mutex;

use hiring::{Problem, Result};
use store::Description;

use crate::{House, only_here, story};

const TYPES: [&str; 3] = ["BIGINT", "TEXT", "BYTEA"];

/// `$1…$N`: the largest N.
fn parameters(text: &str) -> usize {
    let numbers = text.split('$').skip(1).map(|rest| {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        rest[..digits].parse().unwrap_or(0)
    });
    numbers.max().unwrap_or(0)
}

#[test]
fn every_statement_can_be_prepared_and_answers_in_three_types() {
    let columns: Mutex<HashMap<(&str, u32), usize>> = Mutex::default();
    story(async |house: House| {
        let ours: Vec<_> = store::statements()
            .filter(|s| s.place.0.contains("hiring/src/"))
            .collect();
        assert!(
            ours.len() > 60,
            "only {} statements are registered",
            ours.len()
        );
        for statement in ours {
            let place = format!("{}:{}", statement.place.0, statement.place.1);
            let described: Result<Description> = house
                .app
                .store
                .read(move |r| r.describe(statement).map_err(Problem::from))
                .await;
            let Ok(described) = described else {
                let why = house.app.store.read(move |r| r.describe(statement)).await;
                panic!("{place}: {:?}", why.err());
            };
            assert_eq!(
                described.parameters.len(),
                parameters(statement.text),
                "{place}: parameters of {}",
                statement.text
            );
            let known = |name: &Option<String>| match name {
                Some(name) => TYPES.contains(&name.as_str()),
                None => house.app.store.engine() == "sqlite",
            };
            let all = described.parameters.iter().chain(&described.columns);
            for name in all {
                assert!(known(name), "{place}: {name:?} in {}", statement.text);
            }
            // As many columns here as there.
            let mut columns = columns.lock().unwrap();
            let count = described.columns.len();
            let before = *columns.entry(statement.place).or_insert(count);
            assert_eq!(before, count, "{place}");
        }
    });
}

/// (table, column, type) of everything.
async fn all_columns(house: &House) -> Vec<(String, String, String)> {
    let statement = if house.app.store.engine() == "sqlite" {
        only_here!(
            "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' ORDER BY 1, 2"
        )
    } else {
        only_here!(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), UPPER(CAST(data_type AS TEXT)) \
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        )
    };
    let columns = house.read(move |r| {
        let rows = r.all(statement, &[])?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .collect::<Result<Vec<(String, String, String)>>>()
    });
    let mut columns = columns.await;
    // Full-text search is each engine's own (V16): its rows are told apart by their terms, which begin with the
    // organization's number, and by the people that they are joined with.
    columns.retain(|(table, ..)| {
        table != "refinery_schema_history" && !table.starts_with("search_index")
    });
    columns
}

#[test]
fn columns_have_three_types_and_rows_an_organization() {
    let on_each: Mutex<Vec<Vec<(String, String)>>> = Mutex::default();
    story(async |house: House| {
        let columns = all_columns(&house).await;
        for (table, column, kind) in &columns {
            let known = matches!(kind.as_str(), "BIGINT" | "TEXT" | "BYTEA" | "BLOB");
            // SQLite's spelling of a key.
            let key = column == "id" && kind == "INTEGER";
            assert!(known || key, "{table}.{column} is {kind}");
        }
        let tables: std::collections::BTreeSet<_> = columns.iter().map(|(t, ..)| t).collect();
        for table in tables {
            let of_all = ["organization", "feed", "search_progress"].contains(&table.as_str());
            let owned = columns.iter().any(|(t, c, _)| t == table && c == "org_id");
            assert!(owned || of_all, "{table} has no org_id");
        }
        let names = columns.into_iter().map(|(t, c, _)| (t, c)).collect();
        on_each.lock().unwrap().push(names);
    });
    let on_each = on_each.into_inner().unwrap();
    assert_eq!(on_each[0], on_each[1]);
}

/// SQLite names the columns, PostgreSQL the index: they can be one word only if indexes are named by their columns.
#[test]
fn unique_indexes_are_named_by_their_columns() {
    story(async |house: House| {
        if house.app.store.engine() != "sqlite" {
            return;
        }
        let indexes = only_here!(
            "SELECT i.name, m.name || '_' || (SELECT group_concat(c.name, '_') FROM pragma_index_info(i.name) c) || '_key' \
             FROM sqlite_master m JOIN pragma_index_list(m.name) i \
             WHERE m.type = 'table' AND i.\"unique\" = 1 AND m.name <> 'refinery_schema_history' AND m.name NOT LIKE 'search_index%'"
        );
        let named = house.read(move |r| {
            let rows = r.all(indexes, &[])?;
            rows.iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?)))
                .collect::<Result<Vec<(String, String)>>>()
        });
        let named = named.await;
        assert!(named.len() > 15);
        for (name, by_columns) in named {
            assert_eq!(name, by_columns);
            // PostgreSQL cuts longer names short.
            assert!(name.len() <= 63, "{name}");
        }
    });
}
