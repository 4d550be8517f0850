//! Stories over the whole program: in this process through its router, and as the real binary.
//!
//! For the latter `binary.rs` starts the program, `client.rs` speaks HTTP to it, `voice.rs` says how each dialect
//! creates and reads back, `trace.rs` judges what strace saw.

mod apply;
mod apply_kill;
mod binary;
mod board;
mod bounces;
mod canaries;
mod carrying;
mod cli;
mod client;
mod comeet;
mod comeet_lists;
mod comeet_scopes;
mod comeet_writes;
mod desk_integrations;
mod desk_people;
mod drawing;
mod eeo;
mod eightfold;
mod fake;
mod fetch;
mod files;
mod golden;
mod kill;
mod mail;
mod matrix;
mod merge_accounts;
mod merge_family;
mod once;
mod one_person;
mod outward_proof;
mod pages;
mod power;
mod properties;
mod rates;
mod reading;
mod refusals;
mod signal;
mod slow;
mod tenants;
mod trace;
mod upgrade;
mod voice;
mod webhooks;
mod xobin;
