//! Ours into Lever's.

use serde_json::{Map, Value, json};

use super::wire::{APPLIED, PHONE_TYPES, SOURCED};
use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person::{self, Name};
use crate::step::Part;

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "name"),
    Carried::at("first_name", "name"),
    Carried::at("middle_name", "name"),
    Carried::at("last_name", "name"),
    Carried::at("emails", "emails").but("without their kind"),
    Carried::at("phones", "phones").but("without their kind where a résumé is sent along"),
    Carried::at("urls", "links").but("without their kind"),
    Carried::at("title", "headline").but("with the company"),
    Carried::at("company", "headline").but("with the title"),
    Carried::noted("summary"),
    Carried::at("locations", "location").but("the first, where there is no address"),
    Carried::noted("location_country"),
    Carried::at("address", "location").but("on one line"),
    Carried::nowhere("date_of_birth"),
    Carried::nowhere("national_id"),
    Carried::noted("salary_expectations"),
    Carried::noted("prospect_status"),
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
    Carried::at("tags", "tags"),
    Carried::at("display_tags", "tags"),
    Carried::at("detail_tags", "tags").but("the tag's word alone"),
    Carried::noted("questions"),
    Carried::at("notes", "notes").but("each as one note"),
    Carried::noted("interviews"),
    Carried::nowhere("foreign_applications"),
    Carried::nowhere("foreign_attachments"),
    Carried::nowhere("resume_content").but("its file is carried"),
    Carried::nowhere("photo_content"),
    Carried::nowhere("gender"),
    Carried::nowhere("races"),
    Carried::nowhere("veteran_status"),
    Carried::nowhere("veteran_status_text"),
    Carried::nowhere("disability_status"),
    Carried::nowhere("disability_status_text"),
    Carried::nowhere("template"),
    Carried::nowhere("on_behalf_of"),
    Carried::noted("custom"),
    Carried::at("application", "postings, createdAt")
        .but("for the posting of the table of jobs; not its stage"),
    Carried::at("source", "sources"),
    Carried::noted("answers"),
    Carried::at("resume", "resumeFile")
        .but("the newest; older ones are files, and all where the person was there"),
    Carried::at("files", "files"),
];

/// The opportunity with its person.
pub(super) fn opportunity(parcel: &Parcel, name: &Name, job: Option<&str>) -> Map<String, Value> {
    let mut all = contact(parcel, name);
    let record = &parcel.candidate.record;
    let links: Vec<String> = person::links(record).into_iter().map(|l| l.url).collect();
    say(&mut all, "links", json!(links));
    say(&mut all, "tags", json!(person::tags(record)));
    let source = Some(person::source(parcel)).filter(|s| !s.is_empty());
    say(&mut all, "sources", source.into_iter().collect());
    let origin = if job.is_some() { APPLIED } else { SOURCED };
    say(&mut all, "origin", json!(origin));
    say(&mut all, "postings", job.into_iter().collect());
    let applied = parcel.application.as_ref().and_then(|a| a.applied_at);
    say(&mut all, "createdAt", json!(applied.map(|at| at / 1000)));
    all
}

/// What belongs to the person and not to the opportunity.
pub(super) fn contact(parcel: &Parcel, name: &Name) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut all = Map::new();
    say(&mut all, "name", json!(name.whole));
    let headline: Vec<&str> = ["title", "company"]
        .into_iter()
        .filter_map(|f| record.text(f))
        .filter(|t| !t.trim().is_empty())
        .collect();
    let headline = Some(headline.join(", ")).filter(|h| !h.is_empty());
    say(&mut all, "headline", json!(headline));
    say(
        &mut all,
        "location",
        json!(person::place(record).map(|p| p.text)),
    );
    let emails: Vec<&str> = person::emails(record).iter().map(|c| c.value).collect();
    say(&mut all, "emails", json!(emails));
    let phones = person::phones(record);
    let phone = |c: &person::Contact| json!({"value": c.value, "type": c.kind_in(PHONE_TYPES)});
    say(&mut all, "phones", phones.iter().map(phone).collect());
    all
}

fn say(all: &mut Map<String, Value>, member: &str, value: Value) {
    if !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()) {
        all.insert(member.to_owned(), value);
    }
}

/// The same as a form, with the résumé: lists as `name[]`, of phone numbers their values.
pub(super) fn form(opportunity: &Map<String, Value>, resume: &File) -> Vec<Part> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => members
            .get("value")
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned(),
        other => other.to_string(),
    };
    let mut parts = Vec::new();
    for (member, value) in opportunity {
        match value {
            Value::Array(items) => {
                parts.extend(
                    items
                        .iter()
                        .map(|i| Part::Text(format!("{member}[]"), text(i))),
                );
            }
            value => parts.push(Part::Text(member.clone(), text(value))),
        }
    }
    parts.push(file("resumeFile", resume));
    parts
}

/// A file's part.
pub(super) fn file(field: &str, file: &File) -> Part {
    Part::File {
        field: field.to_owned(),
        uid: file.uid.clone(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
    }
}

/// The résumé that goes along with the create: the newest.
pub(super) fn resume(parcel: &Parcel, largest: u64) -> Option<&File> {
    let newest = parcel.files.iter().rfind(|f| f.kind == FileKind::Resume);
    newest.filter(|f| f.size <= largest && parcel.known(crate::Thing::File, &f.uid).is_none())
}
