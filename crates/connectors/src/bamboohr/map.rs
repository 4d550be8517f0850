//! Ours into BambooHR's.

use hiring::record::Record;
use serde_json::Value;

use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person::{self, Name, Site};
use crate::step::Part;

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "firstName, lastName"),
    Carried::at("first_name", "firstName"),
    Carried::at("middle_name", "firstName"),
    Carried::at("last_name", "lastName").but("`-` where there is none: it is required"),
    Carried::at("emails", "email")
        .but("the first; others in a comment")
        .rest(person::other_emails),
    Carried::at("phones", "phoneNumber")
        .but("the first; others in a comment")
        .rest(person::other_phones),
    Carried::at("urls", "linkedinUrl, websiteUrl")
        .but("one of each; others in a comment")
        .rest(other_links),
    Carried::noted("title"),
    Carried::noted("company"),
    Carried::noted("summary"),
    Carried::noted("locations"),
    Carried::at("location_country", "country"),
    Carried::at("address", "address, city, state, zip, country"),
    Carried::nowhere("date_of_birth"),
    Carried::nowhere("national_id"),
    Carried::at("salary_expectations", "desiredSalary"),
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
    Carried::at("education", "collegeName")
        .but("the first school's name; all of it in a comment")
        .rest(schools),
    Carried::noted("experience"),
    Carried::noted("certifications"),
    Carried::noted("projects"),
    Carried::noted("courses"),
    Carried::noted("tags"),
    Carried::noted("display_tags"),
    Carried::noted("detail_tags"),
    Carried::noted("questions"),
    Carried::at("notes", "comments").but("each as one comment; private ones not"),
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
    Carried::at("application", "jobId").but("of the table of jobs; not its stage"),
    Carried::at("source", "source"),
    Carried::noted("answers"),
    Carried::at("resume", "resume").but("the newest, with the application alone"),
    Carried::at("files", "coverLetter")
        .but("the newest letter, with the application alone; no others"),
];

fn other_links(record: &Record) -> Vec<String> {
    person::links_besides(record, [Site::LinkedIn, Site::Other])
}

/// Each on a line of words: the form has room for one name.
fn schools(record: &Record) -> Vec<String> {
    let words = |e: &Value| {
        let all = ["degree", "major", "school", "description"]
            .iter()
            .filter_map(|m| e[*m].as_str());
        all.map(str::trim)
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let all = record.list("education").iter().map(words);
    all.filter(|t| !t.is_empty()).collect()
}

/// The files that go with a create, by their fields.
pub(super) fn along(parcel: &Parcel) -> Vec<(&'static str, &File)> {
    let newest = |kind: FileKind| parcel.files.iter().rfind(|f| f.kind == kind);
    let both = [
        ("resume", FileKind::Resume),
        ("coverLetter", FileKind::CoverLetter),
    ];
    let all = both
        .into_iter()
        .filter_map(|(field, kind)| Some((field, newest(kind)?)));
    all.collect()
}

/// The form of a create.
pub(super) fn form(parcel: &Parcel, name: &Name, job: &str) -> Vec<Part> {
    let record = &parcel.candidate.record;
    let (links, place) = (
        person::links(record),
        person::place(record).unwrap_or_default(),
    );
    let text = |field: &str| record.text(field).unwrap_or("").trim().to_owned();
    let first = |all: Vec<person::Contact>| all.first().map_or("", |c| c.value).to_owned();
    let link = |site: Site| person::link_of(&links, site).unwrap_or("").to_owned();
    let school = record
        .list("education")
        .iter()
        .find_map(|e| e["school"].as_str());
    // Where only a line is known, the line is the address.
    let street = if place.street.is_empty() && place.city.is_empty() && place.text != place.country
    {
        place.text.clone()
    } else {
        place.street.clone()
    };
    let fields = [
        ("firstName", name.given()),
        ("lastName", name.last_or_dash().to_owned()),
        ("jobId", job.to_owned()),
        ("email", first(person::emails(record))),
        ("phoneNumber", first(person::phones(record))),
        ("source", person::source(parcel).to_owned()),
        ("address", street),
        ("city", place.city),
        ("state", place.state),
        ("zip", place.zip),
        ("country", place.country),
        ("linkedinUrl", link(Site::LinkedIn)),
        ("websiteUrl", link(Site::Other)),
        ("desiredSalary", text("salary_expectations")),
        ("collegeName", school.unwrap_or("").to_owned()),
    ];
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let mut parts: Vec<Part> = said.map(|(n, v)| Part::Text(n.to_owned(), v)).collect();
    parts.extend(along(parcel).into_iter().map(|(field, file)| Part::File {
        field: field.to_owned(),
        uid: file.uid.clone(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
    }));
    parts
}
