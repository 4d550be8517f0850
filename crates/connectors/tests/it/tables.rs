//! The connectors' tables: complete, and shown in docs/connectors/matrix.md.

use std::path::Path;

use connectors::details::NOTED;
use connectors::{CONNECTORS, Carried, Kind};
use hiring::record::FIELDS;

/// What is carried besides the record.
const BESIDES: &[&str] = &["application", "source", "answers", "resume", "files"];

#[test]
fn every_field_of_the_record_has_its_line() {
    let fields: Vec<&str> = FIELDS
        .iter()
        .map(|(n, _)| *n)
        .chain(BESIDES.iter().copied())
        .collect();
    for connector in CONNECTORS {
        let table = connector.fields();
        for field in &fields {
            let lines = table.iter().filter(|c| c.field == *field).count();
            assert_eq!(lines, 1, "{}: {field}", connector.name());
        }
        for line in table {
            assert!(
                fields.contains(&line.field),
                "{}: {}",
                connector.name(),
                line.field
            );
            assert_ne!(line.place, Some(""), "{}: {}", connector.name(), line.field);
        }
    }
}

#[test]
fn names_and_settings_are_as_forms_and_urls_need_them() {
    let plain = |name: &str| {
        let letters = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        letters && name.starts_with(|c: char| c.is_ascii_lowercase())
    };
    let mut names: Vec<&str> = CONNECTORS.iter().map(|c| c.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CONNECTORS.len(), "two have one name");
    for connector in CONNECTORS {
        assert!(plain(connector.name()));
        let limit = connector.limit();
        assert!(limit.requests > 0 && limit.seconds > 0 && limit.at_once > 0);
        assert!(
            connector.guide().starts_with("# "),
            "{}: a guide has a heading",
            connector.name()
        );
        for setting in connector.settings() {
            assert!(
                plain(setting.name) && !setting.label.is_empty(),
                "{}",
                setting.name
            );
            assert!(
                connector.guide().contains(&format!("`{}`", setting.name)),
                "{}'s guide does not say what `{}` is",
                connector.name(),
                setting.name
            );
            assert!(
                !setting.secret || setting.default.is_empty(),
                "{}",
                setting.name
            );
            if let Kind::Choice(words) = setting.kind {
                assert!(words.contains(&setting.default), "{}", setting.name);
            }
        }
    }
}

#[test]
fn the_matrix_is_as_it_is_written_down() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connectors/matrix.md");
    let now = matrix();
    if std::env::var_os("MUSTER_UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, &now).expect("to write");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == now,
        "docs/connectors/matrix.md is stale: MUSTER_UPDATE=1 cargo test -p connectors --test it tables::"
    );
}

fn matrix() -> String {
    let mut out = String::from(HEAD);
    let titles: Vec<&str> = CONNECTORS.iter().map(|c| c.title()).collect();
    out += "## How many\n\n| system | in a place of their own | in a note | not carried | asks a minute, as documented |\n|---|---|---|---|---|\n";
    for connector in CONNECTORS {
        let count = |of: fn(&Carried) -> bool| connector.fields().iter().filter(|c| of(c)).count();
        let limit = connector.limit();
        out += &format!(
            "| {} | {} | {} | {} | {} |\n",
            connector.title(),
            count(|c| c.place.is_some_and(|p| p != NOTED)),
            count(|c| c.place == Some(NOTED)),
            count(|c| c.place.is_none()),
            limit.requests * 60 / limit.seconds,
        );
    }
    out += &format!(
        "\n## Each field\n\n| field | {} |\n|---|{}\n",
        titles.join(" | "),
        "---|".repeat(titles.len())
    );
    let fields = FIELDS
        .iter()
        .map(|(n, _)| *n)
        .chain(BESIDES.iter().copied());
    for field in fields {
        let cells = CONNECTORS.iter().map(|c| {
            let found = c.fields().iter().find(|c| c.field == field);
            found.map_or(String::new(), cell)
        });
        out += &format!(
            "| `{field}` | {} |\n",
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
    out
}

fn cell(carried: &Carried) -> String {
    let remark = match carried.remark {
        "" => String::new(),
        remark => format!(" ({remark})"),
    };
    match carried.place {
        None => format!("–{remark}"),
        Some(NOTED) => format!("*in a note*{remark}"),
        Some(place) => format!("`{place}`{remark}"),
    }
}

const HEAD: &str = "# What is carried where

For each system that we push to: the place there of each field of our record. This page is written by a test of the
connectors' own tables (`Connector::fields`); it fails when the page is stale, and

    MUSTER_UPDATE=1 cargo test -p connectors --test it tables::

writes it anew. What each system wants to be told, and where that is found there, is in its guide:
`crates/connectors/src/<system>/README.md`.

* **–**: it has no place there and is not carried.
* *in a note*: it has no place of its own there; it is written, with all others of its kind, into one note on the person.
* Equal-opportunity answers are never carried, whatever a system has for them. Birth dates and national ids are never
  written into a note.
* Files are carried whose content is here, as far as the system takes their size and kind; what it does not take is named
  in the delivery's remarks.

";
