//! Ours into Greenhouse's.

use serde_json::{Map, Value, json};

use super::wire::{EMAIL_TYPES, PHONE_TYPES, WEBSITE_TYPES};
use crate::Carried;
use crate::parcel::{File, FileKind, Note, Parcel};
use crate::person::{self, Name, Site};

/// What becomes of each field in Harvest.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "first_name, last_name"),
    Carried::at("first_name", "first_name"),
    Carried::at("middle_name", "first_name").but("behind the first name"),
    Carried::at("last_name", "last_name").but("`-` for those who have one name"),
    Carried::at("emails", "email_addresses"),
    Carried::at("phones", "phone_numbers"),
    Carried::at("urls", "website_addresses, social_media_addresses"),
    Carried::at("title", "title"),
    Carried::at("company", "company"),
    Carried::noted("summary"),
    Carried::noted("locations"),
    Carried::noted("location_country"),
    Carried::at("address", "addresses").but("on one line"),
    Carried::nowhere("date_of_birth"),
    Carried::nowhere("national_id"),
    Carried::noted("salary_expectations"),
    Carried::noted("prospect_status"),
    Carried::noted("contact_consent"),
    Carried::at("can_email", "can_email"),
    Carried::at("is_private", "is_private"),
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
    Carried::at("application", "application")
        .but("for the job of the table of jobs; not its stage"),
    Carried::noted("source").but("besides the one `source_id` of the settings"),
    Carried::noted("answers"),
    Carried::at("resume", "attachments")
        .but("the newest is the résumé, older ones are other files"),
    Carried::at("files", "attachments"),
];

/// The person, for a create and for an update.
pub(super) fn person(parcel: &Parcel, name: &Name) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut person = Map::new();
    let mut say = |member: &str, value: Value| {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            person.insert(member.to_owned(), value);
        }
    };
    say("first_name", json!(name.given()));
    say("last_name", json!(name.last_or_dash()));
    say("company", json!(record.text("company")));
    say("title", json!(record.text("title")));
    let emails = person::emails(record).into_iter();
    say(
        "email_addresses",
        typed(emails.map(|c| (c.value.to_owned(), c.kind_in(EMAIL_TYPES)))),
    );
    let phones = person::phones(record).into_iter();
    say(
        "phone_numbers",
        typed(phones.map(|c| (c.value.to_owned(), c.kind_in(PHONE_TYPES)))),
    );
    let place = person::place(record).filter(|_| record.get("address").is_object());
    say(
        "addresses",
        typed(place.into_iter().map(|p| (p.text, "home"))),
    );
    let (websites, social): (Vec<_>, Vec<_>) = person::links(record)
        .into_iter()
        .partition(|l| l.site == Site::Other);
    let kind = |kind: &str| {
        let known = WEBSITE_TYPES.iter().find(|(ours, _)| *ours == kind);
        known.map_or("other", |(_, theirs)| *theirs)
    };
    say(
        "website_addresses",
        typed(websites.into_iter().map(|l| {
            let k = kind(&l.kind);
            (l.url, k)
        })),
    );
    say(
        "social_media_addresses",
        social
            .into_iter()
            .map(|l| json!({"value": l.url}))
            .collect(),
    );
    say("tags", json!(person::tags(record)));
    say("is_private", record.get("is_private").clone());
    say("can_email", record.get("can_email").clone());
    person
}

fn typed(items: impl Iterator<Item = (String, &'static str)>) -> Value {
    items
        .map(|(value, kind)| json!({"value": value, "type": kind}))
        .collect()
}

/// An application, for a create of its own or inside a person's.
pub(super) fn application(parcel: &Parcel, job: &str) -> Value {
    let mut application = json!({"job_id": number(job)});
    if let Some(source) = Some(parcel.setting("source_id")).filter(|s| !s.is_empty()) {
        application["source_id"] = number(source);
    }
    application
}

/// Their ids are numbers; what is none is given as it was said, so that they say what is wrong with it.
pub(super) fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |n| json!(n))
}

/// What a file is there. A second résumé would take the first one's place.
pub(super) fn kind(parcel: &Parcel, file: &File) -> &'static str {
    let newest = parcel.files.iter().rfind(|f| f.kind == FileKind::Resume);
    match file.kind {
        FileKind::Resume if newest.is_some_and(|f| f.uid == file.uid) => "resume",
        FileKind::CoverLetter => "cover_letter",
        _ => "other",
    }
}

/// Who may read a note.
pub(super) fn visibility(note: &Note) -> &'static str {
    if note.private { "private" } else { "public" }
}

/// The person and the application for Ingestion: everything in one request.
pub(super) fn ingestion(parcel: &Parcel, name: &Name, job: Option<&str>, notes: &[Note]) -> Value {
    let record = &parcel.candidate.record;
    let person = person(parcel, name);
    let renamed = |member: &str, value_name: &str| -> Value {
        let items = person
            .get(member)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let one = |i: &Value| match i["type"].as_str() {
            Some(kind) => json!({value_name: i["value"], "type": kind}),
            None => json!({value_name: i["value"]}),
        };
        items.map(one).collect()
    };
    let application = parcel.application.as_ref();
    let external = application.map_or(&parcel.candidate.uid, |a| &a.uid);
    let mut body = json!({
        "prospect": job.is_none(),
        "first_name": name.given(),
        "last_name": name.last_or_dash(),
        "external_id": external,
        "company": record.text("company"),
        "title": record.text("title"),
        "emails": renamed("email_addresses", "email"),
        "phone_numbers": renamed("phone_numbers", "phone_number"),
        "addresses": renamed("addresses", "address"),
        "websites": renamed("website_addresses", "url"),
        "social_media": renamed("social_media_addresses", "url"),
    });
    if let Some(job) = job {
        body["job_id"] = number(job);
    }
    if let Some(resume) = parcel.files.iter().rfind(|f| f.kind == FileKind::Resume) {
        body["resume"] = json!(resume.url);
    }
    let texts: Vec<String> = notes.iter().map(crate::details::signed).collect();
    if !texts.is_empty() {
        body["notes"] = json!(texts.join("\n\n"));
    }
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, v| !v.is_null() && v.as_array().is_none_or(|a| !a.is_empty()));
    }
    body
}
