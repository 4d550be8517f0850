//! The server's one integration binary: the real program as a process, and stories through the router.
//!
//! `binary.rs` starts the program, `client.rs` speaks HTTP to it, `voice.rs` says how each dialect creates and reads
//! back; the other modules are the tests.

mod binary;
mod cli;
mod client;
mod kill;
mod power;
mod signal;
mod slow;
mod trace;
mod voice;
