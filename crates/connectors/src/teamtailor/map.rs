//! Ours into Teamtailor's.

use hiring::record::Record;
use serde_json::{Map, Value, json};

use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person::{self, Name, Site};

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "first-name, last-name"),
    Carried::at("first_name", "first-name"),
    Carried::at("middle_name", "first-name"),
    Carried::at("last_name", "last-name"),
    Carried::at("emails", "email")
        .but("the first; others in a note")
        .rest(person::other_emails),
    Carried::at("phones", "phone")
        .but("the first; others in a note")
        .rest(person::other_phones),
    Carried::at("urls", "linkedin-url")
        .but("LinkedIn alone; others in a note")
        .rest(other_links),
    Carried::noted("title"),
    Carried::noted("company"),
    Carried::at("summary", "pitch"),
    Carried::noted("locations"),
    Carried::noted("location_country"),
    Carried::noted("address"),
    Carried::nowhere("date_of_birth"),
    Carried::nowhere("national_id"),
    Carried::noted("salary_expectations"),
    Carried::noted("prospect_status"),
    Carried::noted("contact_consent"),
    Carried::at("can_email", "unsubscribed").but("turned round"),
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
    Carried::at("tags", "tags"),
    Carried::at("display_tags", "tags"),
    Carried::at("detail_tags", "tags").but("the tag's word alone"),
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
    Carried::noted("custom"),
    Carried::at("application", "job-applications")
        .but("for the job of the table of jobs; not its stage"),
    Carried::noted("source"),
    Carried::noted("answers")
        .but("a text answer called `cover_letter` also as the application's letter"),
    Carried::at("resume", "resume").but("the newest, by an address; older ones are files"),
    Carried::at("files", "uploads").but("by addresses that end after days"),
];

fn other_links(record: &Record) -> Vec<String> {
    person::links_besides(record, [Site::LinkedIn])
}

/// The one résumé: the newest.
pub(super) fn resume(parcel: &Parcel) -> Option<&File> {
    parcel.files.iter().rfind(|f| f.kind == FileKind::Resume)
}

/// The person.
pub(super) fn attributes(
    parcel: &Parcel,
    name: &Name,
    resume: Option<&File>,
) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let links = person::links(record);
    let text = |field: &str| record.text(field).map(str::trim).filter(|t| !t.is_empty());
    let tags = Some(person::tags(record)).filter(|t| !t.is_empty());
    let unsubscribed = record.get("can_email").as_bool().map(|can| !can);
    let all = [
        ("first-name", json!(name.given())),
        (
            "last-name",
            json!(Some(name.last.as_str()).filter(|l| !l.is_empty())),
        ),
        (
            "email",
            json!(person::emails(record).first().map(|c| c.value)),
        ),
        (
            "phone",
            json!(person::phones(record).first().map(|c| c.value)),
        ),
        (
            "linkedin-url",
            json!(person::link_of(&links, Site::LinkedIn)),
        ),
        ("pitch", json!(text("summary"))),
        ("tags", json!(tags)),
        ("unsubscribed", json!(unsubscribed)),
        ("resume", json!(resume.map(|f| f.url.as_str()))),
    ];
    let said = all.into_iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What is said of an application.
pub(super) fn application(parcel: &Parcel) -> Map<String, Value> {
    let answers = parcel.application.as_ref().map(|a| &a.answers);
    let letter = answers
        .and_then(|a| a.get("cover_letter"))
        .and_then(Value::as_str);
    let mut all = Map::new();
    all.insert("sourced".to_owned(), json!(false));
    if let Some(letter) = letter.filter(|l| !l.trim().is_empty()) {
        all.insert("cover-letter".to_owned(), json!(letter));
    }
    all
}
