//! The server: options, wiring, the router, serving until told to stop, the commands.
//!
//! `main.rs` only parses the command line. Read `router.rs` next.

pub mod bench;
pub mod commands;
pub mod demo;
pub mod drawing;
mod handed;
pub mod indexing;
mod inviting;
mod linger;
pub mod options;
pub mod reading;
pub mod router;
pub mod serve;
pub mod wiring;
