//! Numbers inside, names outside: every id is a newtype, so that one cannot stand for another.

use std::fmt;

use store::{FromValue, ToValue, Value};
pub use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl ToValue for $name {
            fn to_value(&self) -> Value<'_> { Value::Int(self.0) }
        }
        impl FromValue for $name {
            fn from_value(v: &Value<'_>) -> Option<Self> { i64::from_value(v).map($name) }
        }
    )*};
}

ids! {
    /// An employer.
    OrgId,
    /// A person at the organization.
    MemberId,
    /// An API key.
    KeyId,
    /// A linked account.
    LinkedAccountId,
    /// A job.
    JobId,
    /// A stage of a job.
    StageId,
    /// A form field of a job.
    FieldId,
    /// A person who may be hired.
    CandidateId,
    /// One candidate for one job.
    ApplicationId,
    /// What a caller sent.
    SubmissionId,
    /// A file on a candidate.
    AttachmentId,
    /// An invitation to apply.
    InviteId,
    /// A fact that happened.
    EventId,
    /// An event on its way to somebody.
    DeliveryId,
    /// An account at another system.
    DestinationId,
    /// What is carried to a destination by itself.
    RuleId,
    /// A note on a candidate.
    NoteId,
    /// A department, an office or a reject reason.
    CatalogId,
    /// An application that somebody is writing.
    DraftId,
    /// A file on its way into a draft.
    UploadId,
    /// Many people invited in one go.
    RunId,
    /// Who wants which events.
    SubscriptionId,
}

/// A new UUIDv7 (RFC 9562): the outside name of a record, ordered by time.
pub fn new_uid() -> Uuid {
    Uuid::now_v7()
}

/// The outside name of a part of `of` that has none of its own and is called `name` in it: always the same, and nobody
/// else's (RFC 9562, version 8).
pub fn derived_uid(of: Uuid, name: &str) -> Uuid {
    let digest = store::files::digest(format!("{of} {name}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The number under which the cause of a failure was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(pub u64);

impl Ticket {
    /// A fresh random ticket.
    pub fn draw() -> Ticket {
        Ticket(Uuid::new_v4().as_u64_pair().0)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_name_follows_from_its_two_parts() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(derived_uid(a, "phone"), derived_uid(a, "phone"));
        assert_ne!(derived_uid(a, "phone"), derived_uid(b, "phone"));
        assert_ne!(derived_uid(a, "phone"), derived_uid(a, "phones"));
        assert_eq!(derived_uid(a, "phone").get_version_num(), 8);
    }
}
