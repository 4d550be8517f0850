//! What a key opens, in the vendor's form `entity[:subentity]:READ|WRITE`. Which entities there are is our choice: the
//! vendor's page gives the form and examples. An entity's scope opens its subentities too.

/// The scopes of which one is enough, narrowest first.
pub(super) type Scope = &'static [&'static str];

pub(super) const CANDIDATE_READ: Scope = &["ats_candidate:READ"];
pub(super) const CANDIDATE_WRITE: Scope = &["ats_candidate:WRITE"];
pub(super) const POSITION_READ: Scope = &["ats_position:READ"];
pub(super) const POSITION_WRITE: Scope = &["ats_position:WRITE"];
pub(super) const PROFILE_READ: Scope = &["profile:READ"];
pub(super) const PROFILE_WRITE: Scope = &["profile:WRITE"];
pub(super) const APPLICATION_READ: Scope = &["profile:application:READ", "profile:READ"];
pub(super) const APPLICATION_WRITE: Scope = &["profile:application:WRITE", "profile:WRITE"];
pub(super) const ATTACHMENT_READ: Scope = &["profile:attachment:READ", "profile:READ"];
pub(super) const NOTE_READ: Scope = &["profile:note:READ", "profile:READ"];
pub(super) const NOTE_WRITE: Scope = &["profile:note:WRITE", "profile:WRITE"];
pub(super) const TAG_READ: Scope = &["profile:tag:READ", "profile:READ"];
pub(super) const FEEDBACK_READ: Scope = &["profile:feedback:READ", "profile:READ"];
pub(super) const CHANGELOG_READ: Scope = &["changelog:READ"];

/// Whoever writes may ask what came of it.
pub(super) const TRANSACTION_READ: Scope = &[
    "transaction:READ",
    "ats_candidate:READ",
    "ats_candidate:WRITE",
    "profile:READ",
    "profile:WRITE",
];

/// Every scope there is.
pub(super) const ALL: &[&str] = &[
    "ats_candidate:READ",
    "ats_candidate:WRITE",
    "ats_position:READ",
    "ats_position:WRITE",
    "profile:READ",
    "profile:WRITE",
    "profile:application:READ",
    "profile:application:WRITE",
    "profile:attachment:READ",
    "profile:note:READ",
    "profile:note:WRITE",
    "profile:tag:READ",
    "profile:feedback:READ",
    "changelog:READ",
    "transaction:READ",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_that_is_asked_for_can_be_given() {
        let asked = [
            CANDIDATE_READ,
            CANDIDATE_WRITE,
            POSITION_READ,
            POSITION_WRITE,
            PROFILE_READ,
            PROFILE_WRITE,
            APPLICATION_READ,
            APPLICATION_WRITE,
            ATTACHMENT_READ,
            NOTE_READ,
            NOTE_WRITE,
            TAG_READ,
            FEEDBACK_READ,
            CHANGELOG_READ,
            TRANSACTION_READ,
        ];
        let mut asked: Vec<&str> = asked.concat();
        asked.sort_unstable();
        asked.dedup();
        let mut all = ALL.to_vec();
        all.sort_unstable();
        assert_eq!(asked, all);
    }
}
