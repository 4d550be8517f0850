//! What is carried: one candidate, perhaps with one application, their files and notes, and what the far side has of them
//! already. Built by whoever carries; a connector only reads it.

use std::collections::BTreeMap;

use hiring::record::Record;
use serde_json::{Map, Value};

/// One delivery's content.
#[derive(Debug, Clone, Default)]
pub struct Parcel {
    /// The account's settings, secrets opened, defaults filled in.
    pub settings: BTreeMap<String, String>,
    /// Who.
    pub candidate: Candidate,
    /// For what; `None`: the person alone.
    pub application: Option<Application>,
    /// Their files whose content is here, oldest first.
    pub files: Vec<File>,
    /// Notes that recruiters and callers wrote, oldest first.
    pub notes: Vec<Note>,
    /// What this account is known to have, from earlier deliveries.
    pub known: Vec<Known>,
    /// Now, µs since 1970 UTC.
    pub now: i64,
}

impl Parcel {
    /// A setting's value, `""` when there is none.
    pub fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }

    /// The far side's id of one of our things, where it is known from an earlier delivery.
    pub fn known(&self, thing: Thing, uid: &str) -> Option<&str> {
        let known = self.known.iter().find(|k| k.thing == thing && k.uid == uid);
        known.map(|k| k.remote_id.as_str())
    }
}

/// The person.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// Our outside name of them; what systems that keep a caller's id are given.
    pub uid: String,
    /// What is known of them. Equal-opportunity answers are never in it.
    pub record: Record,
    /// When we first heard of them, µs.
    pub created_at: i64,
}

/// What they applied for.
#[derive(Debug, Clone, Default)]
pub struct Application {
    /// Our outside name.
    pub uid: String,
    /// The job.
    pub job: Job,
    /// Name of the stage it is in.
    pub stage: String,
    /// Where it came from.
    pub source: String,
    /// Answers to the job's form by field name, equal-opportunity answers left out.
    pub answers: Map<String, Value>,
    /// When the person applied, µs.
    pub applied_at: Option<i64>,
    /// `hired`, `rejected`, `withdrawn`; `None`: it is open.
    pub disposition: Option<String>,
}

/// The opening.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// Our outside name.
    pub uid: String,
    /// Its title.
    pub title: String,
    /// The far side's id of it, from the account's table of jobs; `None`: nobody has said which it is.
    pub remote_id: Option<String>,
}

/// A file; its bytes stay outside until a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Our outside name.
    pub uid: String,
    /// What it is.
    pub kind: FileKind,
    /// As its sender called it.
    pub name: String,
    /// By its content.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Where its content can be fetched by whoever holds the address, for systems that take no bytes; it ends after days.
    pub url: String,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FileKind {
    Resume,
    CoverLetter,
    Photo,
    Other,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Our outside name.
    pub uid: String,
    /// Plain text.
    pub text: String,
    /// Who wrote it, `""` when that is not known.
    pub author: String,
    /// Whether only some may read it.
    pub private: bool,
    /// When it was written, µs.
    pub created_at: i64,
}

/// Something of ours that the far side has under an id of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What.
    pub thing: Thing,
    /// Our outside name.
    pub uid: String,
    /// Theirs.
    pub remote_id: String,
}

/// The kinds of thing that have ids there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Thing {
    Candidate,
    Application,
    File,
    Note,
}

impl Thing {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Thing::Candidate => "candidate",
            Thing::Application => "application",
            Thing::File => "file",
            Thing::Note => "note",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Thing> {
        let all = [
            Thing::Candidate,
            Thing::Application,
            Thing::File,
            Thing::Note,
        ];
        all.into_iter().find(|t| t.word() == word)
    }
}
