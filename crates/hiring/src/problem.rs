//! What can go wrong, in words that belong to no vendor and to no protocol.
//!
//! Each dialect turns a [`Problem`] into its own status, code and body (`dialects/<vendor>/problem.rs`);
//! our own API renders it as RFC 9457. Nothing here carries a secret or a person's data: a
//! [`Flaw`] names the *place* of a bad value, never the value.

use std::time::Duration;

use crate::id::Ticket;

/// The outcome of every verb in this crate.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// One fault in what the caller sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// JSON pointer (RFC 6901) into the caller's body, `""` for the whole body; a header or query
    /// parameter is named as `header:Name` or `query:name`.
    pub pointer: String,
    /// What kind of fault it is; dialects map it to their own codes.
    pub code: FlawCode,
    /// One sentence for a person. Holds names of fields and permitted values only.
    pub detail: String,
}

/// The kinds of fault, as few as the four vendors' vocabularies need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlawCode {
    /// The body is not what its content type says (not JSON, not UTF-8, cut short…).
    Malformed,
    /// The same key stands twice in one object.
    DuplicateKey,
    /// More than 100 levels of nesting.
    TooDeep,
    /// U+0000, which no column can hold.
    NulCharacter,
    /// A required field is absent or empty.
    Required,
    /// A value of another JSON type than documented.
    WrongType,
    /// Not one of the documented values.
    NotAChoice,
    /// Not an e-mail address.
    Email,
    /// Not a URL.
    Url,
    /// Not a LinkedIn profile URL.
    LinkedinUrl,
    /// Not an ISO 3166 alpha-2 country code.
    Country,
    /// Not a date or time in the documented form.
    Datetime,
    /// Longer or larger than documented.
    TooLong,
    /// Out of the documented range.
    OutOfRange,
    /// Not base64, or a file that cannot be one.
    File,
    /// A file larger than documented.
    FileTooLarge,
    /// A file whose extension is not on the vendor's list.
    FileExtension,
    /// A custom field that the organization does not have.
    UnknownField,
    /// A reference (stage, attachment…) to something that does not exist.
    UnknownReference,
    /// Two parts of the body contradict each other.
    Contradiction,
    /// An equal-opportunity answer that was not cut out of the body: its question is known by the job's form only. Who
    /// reads bodies cuts it out and tries again (`dialects/src/delicate.rs`); whoever forgets to refuses it.
    Delicate,
    /// Anything else.
    Other,
}

impl Flaw {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, code: FlawCode, detail: impl Into<String>) -> Flaw {
        Flaw {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }
    }
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Problem {
        Problem::Invalid(vec![flaw])
    }
}

/// The nouns a caller can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Noun {
    Route,
    Organization,
    Candidate,
    Application,
    Job,
    Stage,
    Invite,
    Submission,
    Attachment,
    ApiKey,
    Event,
    LinkedAccount,
    Member,
    Note,
    CatalogItem,
    EeoAnswers,
    Link,
    Request,
    Delivery,
    MailTemplate,
    Posting,
    Draft,
    Upload,
    Destination,
    Rule,
    SavedSearch,
    Merging,
    InviteRun,
    Subscription,
    Issue,
}

impl Noun {
    /// The noun in lower case, for messages.
    pub fn word(self) -> &'static str {
        match self {
            Noun::Route => "address",
            Noun::Organization => "organization",
            Noun::Candidate => "candidate",
            Noun::Application => "application",
            Noun::Job => "job",
            Noun::Stage => "stage",
            Noun::Invite => "invite",
            Noun::Submission => "submission",
            Noun::Attachment => "attachment",
            Noun::ApiKey => "key",
            Noun::Event => "event",
            Noun::LinkedAccount => "linked account",
            Noun::Member => "member",
            Noun::Note => "note",
            Noun::CatalogItem => "department, office or reject reason",
            Noun::EeoAnswers => "equal-opportunity answers",
            Noun::Link => "link",
            Noun::Request => "request",
            Noun::Delivery => "delivery",
            Noun::MailTemplate => "mail template",
            Noun::Posting => "public page",
            Noun::Draft => "draft",
            Noun::Upload => "upload",
            Noun::Destination => "destination",
            Noun::Rule => "rule",
            Noun::SavedSearch => "saved search",
            Noun::Merging => "merge",
            Noun::InviteRun => "list of people to invite",
            Noun::Subscription => "subscription",
            Noun::Issue => "issue",
        }
    }
}

/// What a caller may be allowed to do; the words of an API key's permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Read candidates, applications, jobs.
    Read,
    /// Create and change them.
    Write,
    /// Read equal-opportunity answers.
    EeoRead,
}

impl Act {
    /// The word as stored in a key's permissions.
    pub fn word(self) -> &'static str {
        match self {
            Act::Read => "read",
            Act::Write => "write",
            Act::EeoRead => "eeo:read",
        }
    }
}

/// What a request collides with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// An open application of this candidate for this job exists.
    ApplicationOpen {
        /// Internal number of the application that is in the way.
        application: crate::id::ApplicationId,
    },
    /// The operation is not allowed in the present state (closed job, stage that takes nobody…).
    NotAllowed(&'static str),
    /// The same Idempotency-Key came with another body.
    KeyReused,
    /// A request with the same Idempotency-Key is still at work after 10 s.
    KeyInFlight,
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The caller's mistake, fault by fault.
    Invalid(Vec<Flaw>),
    /// No key, a wrong key, an expired token. The text says which, without quoting it.
    Unauthenticated(&'static str),
    /// A known caller who may not do this.
    Forbidden(Act),
    /// A known caller whose key does not open this scope: a word of the dialect's.
    OutOfScope(&'static str),
    /// No such thing, or another organization's.
    NotFound(Noun),
    /// It was there and is no more.
    Gone(Noun),
    /// The address exists, the method does not.
    MethodNotAllowed,
    /// The body's content type is not one we read.
    UnsupportedMedia,
    /// See [`Clash`].
    Conflict(Clash),
    /// The caller changed something that has changed since it looked.
    Stale {
        /// The state that is there now.
        have: u64,
    },
    /// Larger than `limit` bytes.
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// The body did not arrive in time.
    TooSlow,
    /// Over the rate limit.
    TooMany {
        /// How long to wait.
        retry: Duration,
        /// Calls permitted, and in how many seconds; `None` where it is no rate that was passed.
        permitted: Option<(u32, u32)>,
    },
    /// We cannot now: queue full, disk full, database away.
    Overloaded {
        /// How long to wait.
        retry: Duration,
    },
    /// Our fault. The cause is logged once under this ticket; the caller gets the ticket only.
    Broken(Ticket),
}

impl Problem {
    /// One fault at `pointer`.
    pub fn invalid(
        pointer: impl Into<String>,
        code: FlawCode,
        detail: impl Into<String>,
    ) -> Problem {
        Problem::Invalid(vec![Flaw::new(pointer, code, detail)])
    }

    /// Logs `cause` once and hands out its ticket. `cause` must hold no personal data.
    pub fn broken(cause: impl std::fmt::Display) -> Problem {
        let ticket = Ticket::draw();
        tracing::error!(ticket = %ticket, cause = %cause, "broken");
        Problem::Broken(ticket)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        match error {
            store::Error::Busy(why) => {
                tracing::warn!(why = %why, "store cannot answer now");
                Problem::Overloaded {
                    retry: Duration::from_secs(1),
                }
            }
            store::Error::LockTimeout => Problem::Overloaded {
                retry: Duration::from_secs(1),
            },
            other => Problem::broken(other),
        }
    }
}
