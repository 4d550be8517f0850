//! Finding people by whatever is known of them: names and addresses first, then everything else, the newest first.
//!
//! # Layout
//! * `search/terms.rs` – text as it is searched: folded words, pairs of characters where a script has no blanks
//! * `search/ask.rs` – what somebody typed, read: words, "phrases", `operators:`, `-not`
//! * `search/look.rs` – asking the index, a page at a time; **read this one next**
//! * `search/index.rs` – what of a person is indexed, and the indexer that follows the feed of events
//! * `search/why.rs` – where it stands
//! * `search/saved.rs` – searches that a member keeps
//!
//! The index lags behind the record by the fraction of a second that its indexer takes (decision 0025). The text of files
//! is read by `extraction.rs`.

mod ask;
mod index;
mod look;
mod saved;
mod terms;
mod why;

pub use ask::{Ask, MOST_CHARS, Operator, Said, Unit};
pub use index::{Progress, is_behind, progress, renew, step};
pub use look::{Found, Hit, MOST_COUNTED, Place, Within, count, search};
pub use saved::{MOST_SAVED, Saved, forget, of_member, save};
pub use terms::{fold, snippet};
pub use why::{Why, why};
