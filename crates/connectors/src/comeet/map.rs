//! Ours into Comeet's.

use hiring::record::Record;
use hiring::text::email_key;
use serde_json::{Map, Value, json};

use super::said;
use crate::parcel::{File, FileKind, Note, Parcel};
use crate::person::{self, Contact, Name, Site};
use crate::step::Body;
use crate::{Carried, details};

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "first_name, middle_name, last_name"),
    Carried::at("first_name", "first_name"),
    Carried::at("middle_name", "middle_name"),
    Carried::at("last_name", "last_name").but("`-` where there is none: it is required"),
    Carried::at("emails", "email")
        .but("the first; others in a note")
        .rest(person::other_emails),
    Carried::at("phones", "phone, mobile_phone")
        .but("one of each; others in a note")
        .rest(other_phones),
    Carried::at("urls", "linkedin_url, links")
        .but("web addresses; others in a note")
        .rest(no_addresses),
    Carried::noted("title"),
    Carried::noted("company"),
    Carried::noted("summary"),
    Carried::noted("locations"),
    Carried::noted("location_country"),
    Carried::at("address", "address")
        .but("a place in one line, or of a country without its code, in a note")
        .rest(rest_of_address),
    Carried::nowhere("date_of_birth"),
    Carried::at("national_id", "national_id"),
    Carried::at("salary_expectations", "salary_expectations"),
    Carried::at("prospect_status", "prospect_status")
        .but("where it is one of Comeet's words; else in a note")
        .rest(other_status),
    Carried::noted("contact_consent"),
    Carried::noted("can_email"),
    Carried::noted("is_private"),
    Carried::noted("is_internal"),
    Carried::nowhere("is_anonymized"),
    Carried::nowhere("last_interaction_at"),
    Carried::noted("highest_education_level"),
    Carried::noted("visa_statuses"),
    Carried::noted("skills"),
    Carried::noted("skill_details"),
    Carried::noted("education"),
    Carried::noted("experience"),
    Carried::noted("certifications"),
    Carried::noted("projects"),
    Carried::noted("courses"),
    Carried::noted("tags"),
    Carried::noted("display_tags"),
    Carried::noted("detail_tags"),
    Carried::noted("questions"),
    Carried::at("notes", "notes").but("each as one note; private ones not"),
    Carried::noted("interviews"),
    Carried::nowhere("foreign_applications"),
    Carried::nowhere("foreign_attachments"),
    Carried::nowhere("resume_content").but("its file is carried"),
    Carried::nowhere("photo_content").but("its file is carried"),
    Carried::nowhere("gender"),
    Carried::nowhere("races"),
    Carried::nowhere("veteran_status"),
    Carried::nowhere("veteran_status_text"),
    Carried::nowhere("disability_status"),
    Carried::nowhere("disability_status_text"),
    Carried::nowhere("template"),
    Carried::nowhere("on_behalf_of"),
    Carried::noted("custom").but("those that the settings name also in `custom_fields`"),
    Carried::at("application", "position_uid").but("of the table of jobs; not its stage"),
    Carried::noted("source"),
    Carried::noted("answers"),
    Carried::at("resume", "resume").but(".pdf, .doc, .docx; others are files"),
    Carried::at("files", "files, picture").but("of the kinds that Comeet takes, up to 6 MB each"),
];

/// Comeet's words for how a prospect stands.
const STATUSES: &[&str] = &[
    "Sourced",
    "Contacted",
    "Responded",
    "Interested",
    "Not interested",
    "Do not contact",
];

/// What goes with a create: the newest résumé and picture, and the note of what has no place.
#[derive(Debug, Default)]
pub(super) struct Along {
    pub resume: Option<File>,
    pub picture: Option<File>,
    pub note: Option<Note>,
}

impl Along {
    /// Whether this file is one of them.
    pub(super) fn holds(&self, file: &File) -> bool {
        let mut all = self.resume.iter().chain(&self.picture);
        all.any(|f| f.uid == file.uid)
    }
}

impl Along {
    /// Whether it is the picture.
    pub(super) fn is_picture(&self, file: &File) -> bool {
        self.picture.as_ref().is_some_and(|f| f.uid == file.uid)
    }
}

/// The longest note of a create that every Comeet takes [inferred].
const NOTE: usize = 5_000;

pub(super) fn along(parcel: &Parcel) -> Along {
    let newest = |kind: FileKind, fit: fn(&str) -> bool| {
        let mut all = parcel.files.iter().rev();
        all.find(|f| f.kind == kind && fit(&f.name) && fits(f).is_ok())
            .cloned()
    };
    let notes = details::notes(parcel, FIELDS);
    let details = notes
        .into_iter()
        .next()
        .filter(|n| n.uid.starts_with("details-"));
    Along {
        resume: newest(FileKind::Resume, is_document),
        picture: newest(FileKind::Photo, is_picture),
        note: details.filter(|n| n.text.chars().count() <= NOTE),
    }
}

/// The body of a create.
pub(super) fn create(
    parcel: &Parcel,
    name: &Name,
    position: &str,
    with_it: &Along,
) -> Map<String, Value> {
    let mut body = said([
        ("position_uid", json!(position)),
        // The person's id: with the position it says which candidate is meant, for ever.
        ("partner_candidate_id", json!(parcel.candidate.uid)),
        ("resume", json!(with_it.resume.as_ref().map(file))),
        ("picture", json!(with_it.picture.as_ref().map(file))),
        ("note", json!(with_it.note.as_ref().map(|n| &n.text))),
    ]);
    body.extend(contact(parcel, name));
    body
}

/// What of the person can be changed later too.
pub(super) fn contact(parcel: &Parcel, name: &Name) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let emails = person::emails(record);
    let (phone, mobile) = two_phones(record);
    let links = person::links(record);
    let linkedin = person::link_of(&links, Site::LinkedIn);
    let others = links
        .iter()
        .filter(|l| Some(l.url.as_str()) != linkedin && l.url.contains("://"));
    let others: Vec<Value> = others.map(|l| json!({"url": l.url})).collect();
    let text = |field: &str| record.text(field).map(str::trim).filter(|t| !t.is_empty());
    let middle = Some(name.middle.as_str()).filter(|m| !m.is_empty());
    said([
        ("first_name", json!(name.first)),
        ("middle_name", json!(middle)),
        ("last_name", json!(name.last_or_dash())),
        ("email", json!(emails.first().map(|c| c.value))),
        ("phone", json!(phone)),
        ("mobile_phone", json!(mobile)),
        ("national_id", json!(text("national_id"))),
        ("linkedin_url", json!(linkedin)),
        ("salary_expectations", json!(text("salary_expectations"))),
        ("prospect_status", json!(status(record))),
        ("links", json!(Some(others).filter(|l| !l.is_empty()))),
        ("address", json!(address(record))),
        ("custom_fields", json!(custom(parcel))),
    ])
}

/// The first number that is none of a mobile phone, and the first that is.
fn two_phones(record: &Record) -> (Option<String>, Option<String>) {
    let phones = person::phones(record);
    let mobile = |c: &&Contact| c.kind == "mobile";
    let value = |c: &Contact| c.value.to_owned();
    let plain = phones.iter().find(|c| !mobile(c)).map(value);
    (plain, phones.iter().find(mobile).map(value))
}

fn other_phones(record: &Record) -> Vec<String> {
    let (plain, mobile) = two_phones(record);
    let placed = [plain, mobile];
    let all = person::phones(record)
        .into_iter()
        .map(|c| c.value.to_owned());
    all.filter(|v| !placed.iter().flatten().any(|p| p == v))
        .collect()
}

fn status(record: &Record) -> Option<&'static str> {
    let said = record.text("prospect_status")?.trim().to_lowercase();
    STATUSES.iter().copied().find(|s| s.to_lowercase() == said)
}

fn other_status(record: &Record) -> Vec<String> {
    let said = record
        .text("prospect_status")
        .map(str::trim)
        .filter(|s| !s.is_empty());
    said.filter(|_| status(record).is_none())
        .map(str::to_owned)
        .into_iter()
        .collect()
}

/// The members of an address that Comeet has, if there is a place for all of what is said.
fn address(record: &Record) -> Option<Map<String, Value>> {
    let address = record.get("address").as_object()?;
    let mut all = Map::new();
    for member in ["country", "city", "state", "zip", "street"] {
        let text = address.get(member).and_then(Value::as_str).map(str::trim);
        let Some(text) = text.filter(|t| !t.is_empty()) else {
            continue;
        };
        // Another country than a code is refused, and the whole candidate with it.
        if member != "country" || is_code(text) {
            all.insert(member.to_owned(), json!(text));
        }
    }
    (!all.is_empty()).then_some(all)
}

fn is_code(country: &str) -> bool {
    country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic())
}

fn rest_of_address(record: &Record) -> Vec<String> {
    let address = record.get("address");
    let of = |member: &str| address[member].as_str().unwrap_or("").trim().to_owned();
    let country = Some(of("country")).filter(|c| !is_code(c));
    let rest = [Some(of("text")), country];
    rest.into_iter()
        .flatten()
        .filter(|t| !t.is_empty())
        .collect()
}

fn no_addresses(record: &Record) -> Vec<String> {
    let all = person::links(record).into_iter().map(|l| l.url);
    all.filter(|u| !u.contains("://")).collect()
}

fn custom(parcel: &Parcel) -> Option<Map<String, Value>> {
    let there: Vec<&str> = parcel
        .setting("custom_fields")
        .split(',')
        .map(str::trim)
        .collect();
    let all = parcel.candidate.record.get("custom").as_object()?;
    let named = all
        .iter()
        .filter(|(name, value)| there.contains(&name.as_str()) && !value.is_null());
    let named: Map<String, Value> = named.map(|(n, v)| (n.clone(), v.clone())).collect();
    (!named.is_empty()).then_some(named)
}

/// `{name, file}`.
pub(super) fn file(file: &File) -> Value {
    json!({"name": file.name, "file": Body::base64_of(&file.uid)})
}

/// What files may be called [documented]; a name without extension is taken too, as the page's example shows.
const EXTENSIONS: &[&str] = &[
    "jpeg", "jpg", "tiff", "tif", "png", "gif", "bmp", "jfif", "ico", "xlsx", "zip", "pptx", "msg",
    "rar", "xls", "csv", "gsheet", "xml", "7z", "txt", "gz", "gdoc", "ppsx", "ppt", "ics", "html",
    "htm", "eml", "dwg", "gl", "cs", "css", "py", "java", "json", "mp3", "mp4", "psd", "odt",
    "pem", "cpp", "swf", "apk", "sql", "mov", "dash", "p7s", "dat", "ipynb", "pdf", "doc", "docx",
    "rtf", "log", "pages",
];
const LARGEST: u64 = 6 << 20;

fn extension(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, e)| e.to_lowercase())
}

/// Whether Comeet takes it, or why not.
pub(super) fn fits(file: &File) -> Result<(), &'static str> {
    if file.size > LARGEST {
        return Err("it is larger than 6 MB");
    }
    match extension(&file.name) {
        Some(e) if !EXTENSIONS.contains(&e.as_str()) => Err("Comeet takes no files of its kind"),
        _ => Ok(()),
    }
}

/// What a résumé may be.
pub(super) fn is_document(name: &str) -> bool {
    extension(name).is_some_and(|e| ["pdf", "doc", "docx"].contains(&e.as_str()))
}

fn is_picture(name: &str) -> bool {
    extension(name).is_some_and(|e| ["jpeg", "jpg", "png", "gif", "bmp"].contains(&e.as_str()))
}

/// A note, with who wrote it and when.
pub(super) fn note(parcel: &Parcel, note: &Note) -> Value {
    let at = if note.created_at > 0 {
        note.created_at
    } else {
        parcel.now
    };
    let moment = jiff::Timestamp::from_microsecond(at).unwrap_or_default();
    let author = match note.author.trim() {
        "" => "Muster",
        author => author,
    };
    let (first, last) = author.split_once(' ').unwrap_or((author, ""));
    let mut by = said([
        ("type", json!("other")),
        ("first_name", json!(first)),
        (
            "last_name",
            json!(Some(last.trim()).filter(|l| !l.is_empty())),
        ),
    ]);
    if email_key(author).is_some() {
        by.insert("email".to_owned(), json!(author));
    }
    json!({
        "time_created": moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "created_by": by,
        // Bold, italic and underlined are tags there; ours is plain.
        "text": note.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
    })
}
