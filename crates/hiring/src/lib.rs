//! The product: the canonical nouns of hiring and their verbs, as plain synchronous functions over a
//! transaction. No HTTP, no vendor, no async (but for the files beside the database).
//!
//! # Layout
//! * the person: [`candidate`], [`record`], [`attachment`], [`fetch`], [`note`], [`tag`], [`feedback`],
//!   [`eeo`] · finding them: [`search`], [`extraction`]
//! * the opening: [`job`] with its stages and fields, [`catalog`], [`form`] · one for the other: [`application`], [`invite`]
//! * applying by a page: [`posting`], [`draft`], [`consent`]
//! * what was sent: [`submission`], [`slot`] · what happened: [`event`], [`audit`], [`delivery`], [`mail`], [`counts`], [`numbers`], [`roll`]
//! * where it is carried: [`destination`], [`rule`], [`remote`] · what needs somebody: [`issue`]
//! * who asks: [`organization`], [`setup`], [`member`], [`api_key`], [`linked_account`], [`link`],
//!   [`subscription`], [`webhook_receiver`],
//!   [`caller`] · what they asked: [`request`], [`call_log`]
//! * beneath: [`problem`], [`id`], [`page`], [`text`], [`secret`], [`idempotency`], [`app`]
//!
//! Read `event.rs` and `candidate/intake.rs` first.

pub mod api_key;
pub mod app;
pub mod application;
pub mod attachment;
pub mod audit;
pub mod call_log;
pub mod caller;
pub mod candidate;
pub mod catalog;
pub mod consent;
pub mod counts;
pub mod delivery;
pub mod destination;
pub mod draft;
pub mod eeo;
pub mod event;
pub mod extraction;
pub mod feedback;
pub mod fetch;
pub mod form;
pub mod id;
pub mod idempotency;
pub mod invite;
pub mod issue;
pub mod job;
pub mod link;
pub mod linked_account;
pub mod mail;
pub mod member;
pub mod note;
pub mod numbers;
pub mod organization;
pub mod page;
pub mod posting;
pub mod problem;
pub mod record;
pub mod remote;
pub mod request;
pub mod roll;
pub mod rule;
pub mod search;
pub mod secret;
pub mod setup;
pub mod slot;
pub mod submission;
pub mod subscription;
pub mod tag;
pub mod text;
pub mod timeline;
pub mod webhook_receiver;

pub use app::App;
pub use caller::Caller;
pub use problem::{Problem, Result};

/// The schema, oldest first.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "V1__house",
        sql: include_str!("../migrations/V1__house.sql"),
    },
    store::Migration {
        name: "V2__family",
        sql: include_str!("../migrations/V2__family.sql"),
    },
    store::Migration {
        name: "V3__looking_through",
        sql: include_str!("../migrations/V3__looking_through.sql"),
    },
    store::Migration {
        name: "V4__scopes",
        sql: include_str!("../migrations/V4__scopes.sql"),
    },
    store::Migration {
        name: "V5__windows",
        sql: include_str!("../migrations/V5__windows.sql"),
    },
    store::Migration {
        name: "V7__mail",
        sql: include_str!("../migrations/V7__mail.sql"),
    },
    store::Migration {
        name: "V8__applying",
        sql: include_str!("../migrations/V8__applying.sql"),
    },
    store::Migration {
        name: "V9__destinations",
        sql: include_str!("../migrations/V9__destinations.sql"),
    },
    store::Migration {
        name: "V12__subscriptions",
        sql: include_str!("../migrations/V12__subscriptions.sql"),
    },
    store::Migration {
        name: "V14__members",
        sql: include_str!("../migrations/V14__members.sql"),
    },
    store::Migration {
        name: "V16__search",
        sql: include_str!("../migrations/V16__search.sql"),
    },
    store::Migration {
        name: "V17__people",
        sql: include_str!("../migrations/V17__people.sql"),
    },
    store::Migration {
        name: "V18__board",
        sql: include_str!("../migrations/V18__board.sql"),
    },
    store::Migration {
        name: "V19__inviting_many",
        sql: include_str!("../migrations/V19__inviting_many.sql"),
    },
    store::Migration {
        name: "V20__numbers",
        sql: include_str!("../migrations/V20__numbers.sql"),
    },
    store::Migration {
        name: "V21__hook_of_all_accounts",
        sql: include_str!("../migrations/V21__hook_of_all_accounts.sql"),
    },
    store::Migration {
        name: "V22__long_pasts",
        sql: include_str!("../migrations/V22__long_pasts.sql"),
    },
    store::Migration {
        name: "V23__pages_and_keys",
        sql: include_str!("../migrations/V23__pages_and_keys.sql"),
    },
    store::Migration {
        name: "V24__integrations",
        sql: include_str!("../migrations/V24__integrations.sql"),
    },
    store::Migration {
        name: "V25__looked_up",
        sql: include_str!("../migrations/V25__looked_up.sql"),
    },
    store::Migration {
        name: "V26__issues",
        sql: include_str!("../migrations/V26__issues.sql"),
    },
];
