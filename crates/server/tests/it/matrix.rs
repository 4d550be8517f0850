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
pub mod post;
pub mod read;
pub mod remarks;
pub mod shrink;
pub mod spelling;
pub mod values;
pub mod ways;

use std::sync::Arc;

use proptest::test_runner::{RngAlgorithm, TestRng};
use testing::{Engine, Place};

/// Numbers that are the same each time.
pub fn rng() -> TestRng {
    TestRng::deterministic_rng(RngAlgorithm::ChaCha)
}

#[test]
fn look() {
    let only = std::env::var("ONLY").unwrap_or_default();
    testing::app::run(&Place::new(Engine::Sqlite), &|app| {
        let only = only.clone();
        async move {
        let house = Arc::new(house::House::furnish(app).await);
        for writer in letter::writers() {
            if !format!("{} {}", writer.dialect, writer.name).contains(&only) { continue; }
            let writer = Arc::new(writer);
            let t = std::time::Instant::now();
            let cells = cells::find(&house, &writer).await;
            eprintln!("=== {} {} {:?}", writer.dialect, writer.name, t.elapsed());
            for ((reader, field), cell) in cells {
                eprintln!("{reader:10} {field:50} {cell:?}");
            }
        }
    }});
}
