//! The matrix that proves that nothing is lost: what becomes of each field of each dialect's body in each dialect's
//! answers (docs/dialects/matrix.md).
//!
//! `letter.rs` makes bodies up from what the dialects say they take, `post.rs` sends them, `read.rs` reads them back,
//! `ways.rs` recognises how a value came out, `cells.rs` finds what always holds, `page.rs` writes it down. That it holds
//! for thousands of letters is `properties.rs`.

pub mod cells;
pub mod dice;
pub mod house;
pub mod judge;
pub mod letter;
pub mod page;
pub mod post;
pub mod read;
pub mod remarks;
pub mod shrink;
pub mod spelling;
pub mod values;
pub mod ways;

use std::sync::{Arc, Mutex};

use proptest::test_runner::{RngAlgorithm, TestRng};
use testing::{Engine, Place};

use cells::Cell;

/// Numbers that are the same each time; for properties `MUSTER_PROPERTY_SEED` draws others.
pub fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

/// Every cell, in a place of its own.
fn found() -> page::All {
    let all = Mutex::new(page::All::new());
    testing::app::run(&Place::new(Engine::Sqlite), &|app| async {
        let house = Arc::new(house::House::furnish(app).await);
        for writer in letter::writers() {
            let writer = Arc::new(writer);
            let cells = cells::find(&house, &writer).await;
            all.lock().expect("no panic before").push((writer, cells));
        }
    });
    all.into_inner().expect("no panic before")
}

#[test]
fn the_page_says_what_becomes_of_each_field() {
    let all = found();
    let mut unclear = Vec::new();
    for (writer, cells) in &all {
        let of = format!("{} {}", writer.dialect, writer.name);
        for ((reader, field), cell) in cells {
            if matches!(cell, Cell::Sometimes(..) | Cell::Strange(_)) {
                unclear.push(format!("{of}: {field} read by {reader}: {cell:?}"));
            }
            if reader == writer.dialect && matches!(cell, Cell::Nowhere | Cell::Unknown) {
                unclear.push(format!("{of}: {field} is lost"));
            }
        }
    }
    assert!(
        unclear.is_empty(),
        "no recognizer (ways.rs) and no remark (remarks.rs) says what becomes of:\n{}",
        unclear.join("\n")
    );
    let page = page::page(&all);
    if std::env::var_os("MUSTER_UPDATE").is_some() {
        std::fs::create_dir_all(page::place().parent().expect("a folder")).expect("a folder");
        std::fs::write(page::place(), &page).expect("the page is written");
    }
    let there = std::fs::read_to_string(page::place()).unwrap_or_default();
    let differs = there
        .lines()
        .zip(page.lines())
        .find(|(there, now)| there != now);
    assert!(
        there == page,
        "docs/dialects/matrix.md is stale; write it anew with: MUSTER_UPDATE=1 cargo test -p server --test it matrix::\n\
         first difference: {differs:#?}"
    );
}

#[test]
fn every_field_is_in_the_letters() {
    for writer in letter::writers() {
        let paths = writer.shape.paths();
        assert!(
            paths.len() > 3,
            "{} {} describes {paths:?}",
            writer.dialect,
            writer.name
        );
        let names: std::collections::BTreeSet<&String> =
            paths.iter().map(|(path, _)| path).collect();
        assert_eq!(
            names.len(),
            paths.len(),
            "a field of {} is described twice",
            writer.dialect
        );
    }
}
