//! Stories over the whole program: in this process through its router, and as the real binary.

mod comeet;
mod eeo;
mod files;
mod golden;
mod once;
mod one_person;
mod pages;
mod refusals;
mod tenants;
