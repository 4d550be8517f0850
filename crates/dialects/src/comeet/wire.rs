//! The vendor's bodies, exactly as documented: names, types, what is required, what form a value has. No business; what a
//! position or a custom field is, is not known here.
//!
//! The tables and what judges by them are in `wire/rules.rs`. Here are the bodies that say something of a candidate; notes
//! are in `wire/note.rs`, positions in `wire/position.rs`, queries in `wire/query.rs`.

mod country;
mod extension;
mod note;
mod position;
mod query;
mod rules;
mod written;

use hiring::problem::{Flaw, FlawCode, Result};
use serde_json::{Map, Value};

pub(super) use self::written::written;
use crate::body::{Body, Step};
use crate::check::Object;
use rules::{
    LINE, Rule, is_emptied, judge, member, members, required, rule, text, trimmed, unknown,
};

pub(super) use note::{NOTE, NewNote};
pub(super) use position::{CLONE, POSITION, PositionBody, UPDATE_POSITION};
pub(super) use query::{
    Asked, POSITION_STATUSES, PositionsAsked, STATUSES, Who, deleted, likeness, page_of, pairs,
};
pub(super) use rules::{Kind, Mode, is_linkedin, path, schema};

/// What the body says of a candidate (R/create-a-candidate-new).
#[derive(Debug)]
pub(super) struct CreateCandidate {
    pub position_uid: String,
    pub partner_candidate_id: Option<String>,
    pub first_name: String,
    pub middle_name: Option<String>,
    pub last_name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub mobile_phone: Option<String>,
    pub national_id: Option<String>,
    pub linkedin_url: Option<String>,
    pub salary_expectations: Option<String>,
    pub prospect_status: Option<String>,
    pub links: Vec<String>,
    /// `resume`, `picture` and `files[]`, in this order.
    pub uploads: Vec<Upload>,
    pub source_contact: Option<SourceContact>,
    /// The documented members of `address` that say something.
    pub address: Map<String, Value>,
    pub custom_fields: Map<String, Value>,
    pub note: Option<String>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

/// Body of `PATCH /candidates/{uid}` (R/update-a-candidate-1, and the fields that its older version had beside).
#[derive(Debug)]
pub(super) struct UpdateCandidate {
    /// What is said; names that are not changed are blank.
    pub said: CreateCandidate,
    /// Members that are there and empty: they take away.
    pub emptied: Vec<&'static str>,
    /// Members of `address` that take away.
    pub emptied_address: Vec<&'static str>,
    /// Custom fields that take away.
    pub emptied_fields: Vec<String>,
    /// Who made the change, as it was sent.
    pub updated_by: Option<Value>,
}

/// One `{name, file}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    pub slot: UploadSlot,
    pub name: String,
    /// Stands for the content (`body.rs`).
    pub placeholder: String,
    /// Where the object stands.
    pub at: String,
}

/// Which member a file came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UploadSlot {
    Resume,
    Picture,
    File,
}

/// Who is credited with the candidate.
#[derive(Debug, Clone)]
pub(super) struct SourceContact {
    pub full_name: String,
    pub email: String,
    pub phone: Option<String>,
}

/// The page says that strings have limits and not which. Ours: 255 characters in what is one line, 2,000 in a URL,
/// 5,000 in the note.
const NOTE_LENGTH: usize = 5_000;
/// R/create-a-candidate-new: files have "Maximum size of 6MB". A résumé is restricted in its type only.
pub(super) const FILE_BYTES: u64 = 6 << 20;

/// A file.
pub(super) const UPLOAD: &[Rule] = &[
    required("name", Kind::Text(LINE)),
    required("file", Kind::Content),
];
const LINKS: &[Rule] = &[required("url", Kind::Url)];
const CONTACT: &[Rule] = &[
    required("full_name", Kind::Text(LINE)),
    required("email", Kind::Email),
    rule("phone", Kind::Text(LINE)),
];
const ADDRESS: &[Rule] = &[
    rule("country", Kind::Country),
    rule("city", Kind::Text(LINE)),
    rule("state", Kind::Text(LINE)),
    rule("zip", Kind::Text(LINE)),
    rule("street", Kind::Text(LINE)),
];
/// The words for an author or a recruiter's position (R/update-a-candidate-1, R/create-a-candidate-note).
const PARTIES: &[&str] = &["user", "source_contact", "other", "app"];
const UPDATED_BY: &[Rule] = &[
    required("type", Kind::Choice(PARTIES)),
    required("name", Kind::Text(LINE)),
    rule("email", Kind::Email),
];
const PROSPECT_STATUSES: &[&str] = &[
    "Sourced",
    "Contacted",
    "Responded",
    "Interested",
    "Not interested",
    "Do not contact",
];

/// Body of `POST /candidates`.
pub(super) const CANDIDATE: &[Rule] = &[
    required("position_uid", Kind::Text(LINE)),
    rule("partner_candidate_id", Kind::Text(LINE)),
    required("first_name", Kind::Text(LINE)),
    rule("middle_name", Kind::Text(LINE)),
    required("last_name", Kind::Text(LINE)),
    rule("email", Kind::Email),
    rule("phone", Kind::Text(LINE)),
    rule("mobile_phone", Kind::Text(LINE)),
    rule("national_id", Kind::Text(LINE)),
    rule("linkedin_url", Kind::Profile),
    rule("salary_expectations", Kind::Text(LINE)),
    rule("prospect_status", Kind::Choice(PROSPECT_STATUSES)),
    rule("resume", Kind::Object(UPLOAD)),
    rule("picture", Kind::Object(UPLOAD)),
    rule("links", Kind::Objects(LINKS)),
    rule("files", Kind::Objects(UPLOAD)),
    rule("source_contact", Kind::Object(CONTACT)),
    rule("address", Kind::Object(ADDRESS)),
    rule("custom_fields", Kind::Free),
    rule("note", Kind::Text(NOTE_LENGTH)),
];

/// Body of `PATCH /candidates/{uid}`.
pub(super) const UPDATE: &[Rule] = &[
    rule("updated_by", Kind::Object(UPDATED_BY)),
    rule("partner_candidate_id", Kind::Text(LINE)),
    required("first_name", Kind::Text(LINE)),
    rule("middle_name", Kind::Text(LINE)),
    required("last_name", Kind::Text(LINE)),
    rule("email", Kind::Email),
    rule("phone", Kind::Text(LINE)),
    rule("mobile_phone", Kind::Text(LINE)),
    rule("national_id", Kind::Text(LINE)),
    rule("linkedin_url", Kind::Profile),
    rule("salary_expectations", Kind::Text(LINE)),
    rule("prospect_status", Kind::Choice(PROSPECT_STATUSES)),
    rule("resume", Kind::Object(UPLOAD)),
    rule("picture", Kind::Object(UPLOAD)),
    rule("links", Kind::Objects(LINKS)),
    rule("files", Kind::Objects(UPLOAD)),
    rule("source_contact", Kind::Object(CONTACT)),
    rule("address", Kind::Object(ADDRESS)),
    rule("custom_fields", Kind::Free),
    rule("note", Kind::Text(NOTE_LENGTH)),
];

/// Whether file content stands at `steps` of a body that says something of a candidate.
pub(super) fn is_file(steps: &[Step]) -> bool {
    matches!(
        steps,
        [Step::Key("resume" | "picture"), Step::Key("file")]
            | [Step::Key("files"), Step::Index(_), Step::Key("file")]
    )
}

/// Whether file content stands at `steps` of a body that is one file.
pub(super) fn is_upload(steps: &[Step]) -> bool {
    matches!(steps, [Step::Key("file")])
}

/// No body holds file content at any place.
pub(super) fn no_file(_: &[Step]) -> bool {
    false
}

/// A body that is one file (R/add-file-to-candidate).
#[derive(Debug)]
pub(super) struct OneFile {
    pub upload: Upload,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

impl OneFile {
    pub(super) fn parse(body: &Body, slot: UploadSlot) -> Result<OneFile> {
        let root = judge(body, UPLOAD, Mode::Create)?;
        Ok(OneFile {
            upload: upload(slot, &root),
            unknown: unknown(&root, UPLOAD),
        })
    }
}

impl CreateCandidate {
    pub(super) fn parse(body: &Body) -> Result<CreateCandidate> {
        let root = judge(body, CANDIDATE, Mode::Create)?;
        Ok(CreateCandidate::of(&root, CANDIDATE))
    }

    fn of(root: &Object<'_>, rules: &[Rule]) -> CreateCandidate {
        let name = |name| text(root, name).unwrap_or_default();
        let links = members(root, "links");
        let address = member(root, "address");
        CreateCandidate {
            position_uid: trimmed(root, "position_uid").unwrap_or_default(),
            partner_candidate_id: text(root, "partner_candidate_id"),
            first_name: name("first_name"),
            middle_name: text(root, "middle_name"),
            last_name: name("last_name"),
            email: trimmed(root, "email"),
            phone: text(root, "phone"),
            mobile_phone: text(root, "mobile_phone"),
            national_id: text(root, "national_id"),
            linkedin_url: trimmed(root, "linkedin_url"),
            salary_expectations: text(root, "salary_expectations"),
            prospect_status: text(root, "prospect_status"),
            uploads: uploads(root),
            links: links.iter().filter_map(|l| trimmed(l, "url")).collect(),
            source_contact: member(root, "source_contact").map(|c| contact(&c)),
            address: address.map_or_else(Map::new, |a| said(&a, ADDRESS)),
            custom_fields: member(root, "custom_fields").map_or_else(Map::new, |f| not_null(&f)),
            note: text(root, "note"),
            unknown: unknown(root, rules),
        }
    }

    /// The checks of files that need no decoding. The vendor makes them after it has found the position.
    pub(super) fn check_names(&self) -> Result<()> {
        self.uploads.iter().try_for_each(extension::check)
    }

    /// Whether each custom field is among those that the organization has.
    ///
    /// # Errors
    /// [`FlawCode::UnknownField`] at the first that does not exist.
    pub(super) fn check_custom_fields(&self, known: &[String]) -> Result<()> {
        check_fields(self.custom_fields.keys(), known)
    }
}

impl UpdateCandidate {
    pub(super) fn parse(body: &Body) -> Result<UpdateCandidate> {
        let root = judge(body, UPDATE, Mode::Change)?;
        let emptied = UPDATE.iter().map(|rule| rule.name);
        let address = member(&root, "address");
        let inner = ADDRESS.iter().map(|rule| rule.name);
        let fields = member(&root, "custom_fields");
        let null = |(name, value): (&String, &Value)| value.is_null().then(|| name.clone());
        Ok(UpdateCandidate {
            said: CreateCandidate::of(&root, UPDATE),
            emptied: emptied.filter(|name| is_emptied(&root, name)).collect(),
            emptied_address: address.iter().fold(Vec::new(), |_, address| {
                inner
                    .clone()
                    .filter(|name| is_emptied(address, name))
                    .collect()
            }),
            emptied_fields: fields
                .iter()
                .flat_map(|f| f.members.iter().filter_map(null))
                .collect(),
            updated_by: root.get("updated_by").cloned(),
        })
    }

    /// See [`CreateCandidate::check_custom_fields`].
    pub(super) fn check_custom_fields(&self, known: &[String]) -> Result<()> {
        check_fields(self.emptied_fields.iter(), known)?;
        self.said.check_custom_fields(known)
    }
}

fn check_fields<'f>(mut names: impl Iterator<Item = &'f String>, known: &[String]) -> Result<()> {
    let Some(name) = names.find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let at = format!(
        "/custom_fields/{}",
        name.replace('~', "~0").replace('/', "~1")
    );
    Err(Flaw::new(at, FlawCode::UnknownField, "no such custom candidate field").into())
}

/// The check of one file that needs no decoding.
pub(super) fn check_name(upload: &Upload) -> Result<()> {
    extension::check(upload)
}

fn uploads(root: &Object<'_>) -> Vec<Upload> {
    let one = |slot, name| member(root, name).map(|object| upload(slot, &object));
    let first = one(UploadSlot::Resume, "resume").into_iter();
    let files = members(root, "files");
    let files = files.iter().map(|object| upload(UploadSlot::File, object));
    first
        .chain(one(UploadSlot::Picture, "picture"))
        .chain(files)
        .collect()
}

fn upload(slot: UploadSlot, object: &Object<'_>) -> Upload {
    Upload {
        slot,
        name: text(object, "name").unwrap_or_default(),
        placeholder: text(object, "file").unwrap_or_default(),
        at: object.at.clone(),
    }
}

fn contact(object: &Object<'_>) -> SourceContact {
    SourceContact {
        full_name: text(object, "full_name").unwrap_or_default(),
        email: trimmed(object, "email").unwrap_or_default(),
        phone: text(object, "phone"),
    }
}

/// The documented members that say something.
fn said(object: &Object<'_>, rules: &[Rule]) -> Map<String, Value> {
    let pairs = rules
        .iter()
        .filter_map(|rule| Some((rule.name.to_owned(), text(object, rule.name)?.into())));
    pairs.collect()
}

/// Members that say something.
fn not_null(object: &Object<'_>) -> Map<String, Value> {
    let members = object.members.iter().filter(|(_, v)| !v.is_null());
    members.map(|(k, v)| (k.clone(), v.clone())).collect()
}

#[cfg(test)]
mod tests;
