//! The vendor's body of `POST /candidates`, exactly as documented: names, types, what is required, what form a value
//! has. No business; what a position or a custom field is, is not known here.
//!
//! Faults are noted in the order in which the vendor would name them (dialects page, §7): required fields in the
//! order of the table, then the form of values. `problem.rs` answers with the first.

mod country;
mod extension;
mod written;

use hiring::problem::{Flaw, FlawCode, Result};
use serde_json::{Map, Value};
use url::Url;

pub(super) use self::written::written;
use crate::body::{Body, Step};
use crate::check::{Check, Object};

/// Body of `POST /candidates` (R/create-a-candidate-new).
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

const MEMBERS: [&str; 20] = [
    "position_uid",
    "partner_candidate_id",
    "first_name",
    "middle_name",
    "last_name",
    "email",
    "phone",
    "mobile_phone",
    "national_id",
    "linkedin_url",
    "salary_expectations",
    "prospect_status",
    "resume",
    "picture",
    "links",
    "files",
    "source_contact",
    "address",
    "custom_fields",
    "note",
];
const UPLOAD: [&str; 2] = ["name", "file"];
const CONTACT: [&str; 3] = ["full_name", "email", "phone"];
const ADDRESS: [&str; 5] = ["country", "city", "state", "zip", "street"];
const PROSPECT_STATUSES: [&str; 6] = [
    "Sourced",
    "Contacted",
    "Responded",
    "Interested",
    "Not interested",
    "Do not contact",
];

/// The page says that strings have limits and not which. Ours: 255 characters in what is one line, 2,000 in a URL,
/// 5,000 in the note.
const LINE: usize = 255;
const URL: usize = 2_000;
const NOTE: usize = 5_000;
/// R/create-a-candidate-new: files have "Maximum size of 6MB". A résumé is restricted in its type only.
pub(super) const FILE_BYTES: u64 = 6 << 20;

/// Whether file content stands at `steps` of the body.
pub(super) fn is_file(steps: &[Step]) -> bool {
    matches!(
        steps,
        [Step::Key("resume" | "picture"), Step::Key("file")]
            | [Step::Key("files"), Step::Index(_), Step::Key("file")]
    )
}

impl CreateCandidate {
    pub(super) fn parse(body: &Body) -> Result<CreateCandidate> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let parts = Parts::of(&mut check, &root);
        require(&mut check, &root, &parts);
        let parsed = CreateCandidate::of(&mut check, &root, &parts);
        check.done()?;
        Ok(parsed)
    }

    fn of(check: &mut Check<'_>, root: &Object<'_>, parts: &Parts<'_>) -> CreateCandidate {
        CreateCandidate {
            position_uid: text(check, root, "position_uid", LINE).unwrap_or_default(),
            partner_candidate_id: text(check, root, "partner_candidate_id", LINE),
            first_name: text(check, root, "first_name", LINE).unwrap_or_default(),
            middle_name: text(check, root, "middle_name", LINE),
            last_name: text(check, root, "last_name", LINE).unwrap_or_default(),
            email: email(check, root),
            phone: text(check, root, "phone", LINE),
            mobile_phone: text(check, root, "mobile_phone", LINE),
            national_id: text(check, root, "national_id", LINE),
            linkedin_url: linkedin_url(check, root),
            salary_expectations: text(check, root, "salary_expectations", LINE),
            prospect_status: check.choice(root, "prospect_status", &PROSPECT_STATUSES),
            uploads: parts.uploads(check),
            links: parts.links.iter().filter_map(|l| link(check, l)).collect(),
            source_contact: parts.source_contact.as_ref().map(|c| contact(check, c)),
            address: parts
                .address
                .as_ref()
                .map_or_else(Map::new, |a| address(check, a)),
            custom_fields: parts.custom_fields.as_ref().map_or_else(Map::new, said),
            note: text(check, root, "note", NOTE),
            unknown: parts.unknown(root),
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
        let Some(name) = self.custom_fields.keys().find(|name| !known.contains(name)) else {
            return Ok(());
        };
        let at = format!(
            "/custom_fields/{}",
            name.replace('~', "~0").replace('/', "~1")
        );
        Err(Flaw::new(at, FlawCode::UnknownField, "no such custom candidate field").into())
    }
}

/// The objects within the body.
struct Parts<'v> {
    uploads: Vec<(UploadSlot, Object<'v>)>,
    links: Vec<Object<'v>>,
    source_contact: Option<Object<'v>>,
    address: Option<Object<'v>>,
    custom_fields: Option<Object<'v>>,
}

impl<'v> Parts<'v> {
    fn of(check: &mut Check<'_>, root: &Object<'v>) -> Parts<'v> {
        let resume = check
            .object(root, "resume")
            .map(|o| (UploadSlot::Resume, o));
        let picture = check
            .object(root, "picture")
            .map(|o| (UploadSlot::Picture, o));
        let files = check.objects(root, "files").into_iter();
        let files = files.map(|o| (UploadSlot::File, o));
        Parts {
            uploads: resume.into_iter().chain(picture).chain(files).collect(),
            links: check.objects(root, "links"),
            source_contact: check.object(root, "source_contact"),
            address: check.object(root, "address"),
            custom_fields: check.object(root, "custom_fields"),
        }
    }

    fn uploads(&self, check: &mut Check<'_>) -> Vec<Upload> {
        let one = |(slot, object): &(UploadSlot, Object<'_>)| {
            Some(Upload {
                slot: *slot,
                name: text(check, object, "name", LINE)?,
                placeholder: text(check, object, "file", usize::MAX)?,
                at: object.at.clone(),
            })
        };
        self.uploads.iter().filter_map(one).collect()
    }

    /// Pointers of everything in the body that the page does not know.
    fn unknown(&self, root: &Object<'_>) -> Vec<String> {
        let mut all = unknown(root, &MEMBERS);
        all.extend(self.uploads.iter().flat_map(|(_, o)| unknown(o, &UPLOAD)));
        all.extend(self.links.iter().flat_map(|o| unknown(o, &["url"])));
        all.extend(
            self.source_contact
                .iter()
                .flat_map(|o| unknown(o, &CONTACT)),
        );
        all.extend(self.address.iter().flat_map(|o| unknown(o, &ADDRESS)));
        all
    }
}

fn unknown(object: &Object<'_>, known: &[&str]) -> Vec<String> {
    object.unknown(known).map(|k| object.pointer(k)).collect()
}

/// Everything required, in the order of the page's table.
fn require(check: &mut Check<'_>, root: &Object<'_>, parts: &Parts<'_>) {
    for name in ["position_uid", "first_name", "last_name"] {
        check.require(root, name);
    }
    let uploads = |files: bool| {
        let all = parts.uploads.iter();
        all.filter(move |(slot, _)| (*slot == UploadSlot::File) == files)
    };
    for (_, object) in uploads(false) {
        UPLOAD.iter().for_each(|name| check.require(object, name));
    }
    for object in &parts.links {
        check.require(object, "url");
    }
    for (_, object) in uploads(true) {
        UPLOAD.iter().for_each(|name| check.require(object, name));
    }
    if let Some(object) = &parts.source_contact {
        check.require(object, "full_name");
        check.require(object, "email");
    }
}

/// Member `name` as text of at most `limit` characters; `None` when it is blank.
fn text(check: &mut Check<'_>, object: &Object<'_>, name: &str, limit: usize) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.clone(),
        _ => {
            check.wrong_type(object.pointer(name), "a string");
            return None;
        }
    };
    if text.chars().count() > limit {
        let field = path(&object.pointer(name));
        let detail =
            format!("The provided value for \"{field}\" exceeds the limit of {limit} characters");
        check.flaw(object.pointer(name), FlawCode::TooLong, detail);
    }
    Some(text).filter(|t| !t.trim().is_empty())
}

/// A pointer as the vendor would write it: `source_contact.email`.
pub(super) fn path(pointer: &str) -> String {
    let path = pointer.trim_start_matches('/').replace('/', ".");
    path.replace("~1", "/").replace("~0", "~")
}

fn email(check: &mut Check<'_>, object: &Object<'_>) -> Option<String> {
    let text = text(check, object, "email", LINE)?;
    check.email(object, "email");
    Some(text.trim().to_owned())
}

fn link(check: &mut Check<'_>, object: &Object<'_>) -> Option<String> {
    let text = text(check, object, "url", URL)?;
    let text = text.trim();
    if !is_web_address(text) {
        check.flaw(object.pointer("url"), FlawCode::Url, "not a web address");
    }
    Some(text.to_owned())
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
}

fn linkedin_url(check: &mut Check<'_>, root: &Object<'_>) -> Option<String> {
    let text = text(check, root, "linkedin_url", URL)?;
    let text = text.trim();
    if !is_linkedin(text) {
        let at = root.pointer("linkedin_url");
        check.flaw(
            at,
            FlawCode::LinkedinUrl,
            "not the address of a LinkedIn profile",
        );
    }
    Some(text.to_owned())
}

/// A page on LinkedIn. People often leave the scheme out.
pub(super) fn is_linkedin(text: &str) -> bool {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let Ok(url) = Url::parse(&whole) else {
        return false;
    };
    let host = url.host_str().unwrap_or("");
    matches!(url.scheme(), "http" | "https")
        && (host == "linkedin.com" || host.ends_with(".linkedin.com"))
        && url.path().len() > 1
}

fn contact(check: &mut Check<'_>, object: &Object<'_>) -> SourceContact {
    SourceContact {
        full_name: text(check, object, "full_name", LINE).unwrap_or_default(),
        email: email(check, object).unwrap_or_default(),
        phone: text(check, object, "phone", LINE),
    }
}

fn address(check: &mut Check<'_>, object: &Object<'_>) -> Map<String, Value> {
    let mut address = Map::new();
    for name in ADDRESS {
        if let Some(text) = text(check, object, name, LINE) {
            address.insert(name.to_owned(), text.into());
        }
    }
    let country = address.get("country").and_then(Value::as_str);
    if country.is_some_and(|code| !country::is_code(code)) {
        let at = object.pointer("country");
        check.flaw(at, FlawCode::Country, "not an ISO 3166 alpha-2 code");
    }
    address
}

/// Members that say something.
fn said(object: &Object<'_>) -> Map<String, Value> {
    let members = object.members.iter().filter(|(_, v)| !v.is_null());
    members.map(|(k, v)| (k.clone(), v.clone())).collect()
}

#[cfg(test)]
mod tests;
