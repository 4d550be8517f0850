//! What a fake was given, in one neutral form: people, their applications, files and notes. Plain values in memory; files are
//! kept as what identifies them, not as their bytes.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// People that are held; who brings more is told so.
pub(crate) const MOST: usize = 50_000;

/// Everything.
pub(crate) struct Books {
    /// In the order in which they came.
    pub people: BTreeMap<u64, Person>,
    by_id: HashMap<String, u64>,
    by_email: HashMap<String, Vec<u64>>,
    serial: u64,
    /// Access tokens and when they end.
    pub tickets: HashMap<String, Instant>,
    /// Uploads that wait for somebody to name them.
    pub handles: HashMap<String, Upload>,
}

/// Numbers begin here, so that nobody takes an id for a count.
const FIRST: u64 = 4_001;

impl Default for Books {
    fn default() -> Books {
        Books {
            people: BTreeMap::new(),
            by_id: HashMap::new(),
            by_email: HashMap::new(),
            serial: FIRST,
            tickets: HashMap::new(),
            handles: HashMap::new(),
        }
    }
}

/// Somebody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub id: String,
    /// The whole name, and its parts where the vendor has them.
    pub name: String,
    pub first: String,
    pub last: String,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub tags: Vec<String>,
    pub applications: Vec<Application>,
    pub files: Vec<Upload>,
    pub notes: Vec<Note>,
    /// What was said of them, in the vendor's words.
    pub raw: Value,
    pub created: Timestamp,
}

/// Somebody's application (or whatever the vendor makes for each time).
#[derive(Debug, Clone, Default)]
pub(crate) struct Application {
    pub id: String,
    /// `None`: for no job in particular.
    pub job: Option<String>,
    pub stage: String,
    pub raw: Value,
    pub created: Timestamp,
}

/// A file, as far as it is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upload {
    pub id: String,
    pub name: String,
    /// As the vendor sorts them: `resume`, `cover_letter`, …
    pub kind: String,
    pub media_type: String,
    /// Hex; `""` where the content did not come.
    pub sha256: String,
    pub size: u64,
    /// Where it was to be fetched, if it was named by an address.
    pub url: Option<String>,
}

/// A note.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub id: String,
    pub text: String,
    pub raw: Value,
}

impl Upload {
    /// Of these bytes.
    pub(crate) fn of(kind: &str, name: &str, media_type: &str, bytes: &[u8]) -> Upload {
        let digest = Sha256::digest(bytes);
        Upload {
            name: name.to_owned(),
            kind: kind.to_owned(),
            media_type: media_type.to_owned(),
            sha256: digest.iter().map(|b| format!("{b:02x}")).collect(),
            size: bytes.len() as u64,
            ..Upload::default()
        }
    }
}

/// Addresses are the same without regard to case.
fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Books {
    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Whether nobody more can be held.
    pub(crate) fn full(&self) -> bool {
        self.people.len() >= MOST
    }

    /// Takes somebody new.
    pub(crate) fn add(&mut self, person: Person) {
        let at = self.number();
        self.by_id.insert(person.id.clone(), at);
        for email in &person.emails {
            self.by_email.entry(key(email)).or_default().push(at);
        }
        self.people.insert(at, person);
    }

    /// By id.
    pub(crate) fn find(&self, id: &str) -> Option<&Person> {
        self.people.get(self.by_id.get(id)?)
    }

    /// The same, to be changed; their addresses with [`Books::learn`].
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.people.get_mut(self.by_id.get(id)?)
    }

    /// Everybody with this address, oldest first.
    pub(crate) fn with_email(&self, email: &str) -> Vec<&Person> {
        let known = self.by_email.get(&key(email));
        let places = known.into_iter().flatten();
        places.filter_map(|at| self.people.get(at)).collect()
    }

    /// A further address of somebody.
    pub(crate) fn learn(&mut self, id: &str, email: &str) {
        let Some(&at) = self.by_id.get(id) else {
            return;
        };
        let places = self.by_email.entry(key(email)).or_default();
        if !places.contains(&at) {
            places.push(at);
            if let Some(person) = self.people.get_mut(&at) {
                person.emails.push(email.to_owned());
            }
        }
    }

    /// The content of a file that was named by this address.
    pub(crate) fn came(&mut self, url: &str, content: &Upload) {
        let files = self.people.values_mut().flat_map(|p| p.files.iter_mut());
        for file in files.filter(|f| f.sha256.is_empty() && f.url.as_deref() == Some(url)) {
            file.media_type.clone_from(&content.media_type);
            file.sha256.clone_from(&content.sha256);
            file.size = content.size;
        }
    }

    /// Everybody, oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Person> {
        self.people.values()
    }

    /// Whose application this is.
    pub(crate) fn whose(&self, application: &str) -> Option<&Person> {
        self.all()
            .find(|p| p.applications.iter().any(|a| a.id == application))
    }
}

/// The jobs that every fake has: number, the short code that some vendors use, and title.
pub(crate) const JOBS: &[Job] = &[
    Job {
        id: "101",
        uid: "5f1c7e2a-0000-4000-8000-000000000101",
        title: "Programmer of the Engine",
    },
    Job {
        id: "102",
        uid: "5f1c7e2a-0000-4000-8000-000000000102",
        title: "Clerk of the Difference",
    },
];

/// An opening.
pub(crate) struct Job {
    pub id: &'static str,
    pub uid: &'static str,
    pub title: &'static str,
}

/// The job of this number or uid.
pub(crate) fn job(id: &str) -> Option<&'static Job> {
    JOBS.iter().find(|j| j.id == id || j.uid == id)
}
