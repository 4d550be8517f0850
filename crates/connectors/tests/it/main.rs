//! What holds for every connector. `golden.rs` replays recorded deliveries, `properties.rs` makes up what may go wrong,
//! `tables.rs` holds the tables against the record and writes docs/connectors/matrix.md; `sample.rs` is who is carried,
//! `script.rs` reads and writes golden files.

#![recursion_limit = "256"]

mod golden;
mod properties;
mod sample;
mod script;
mod tables;
