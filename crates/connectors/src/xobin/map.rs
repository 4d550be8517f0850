//! Ours into Xobin's: a name, an address, and the answers to the track's form.

use serde_json::{Map, Value, json};

use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person::{self, Name, Site};

const INVITED: &str = "not when people are invited";

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "name"),
    Carried::at("first_name", "name"),
    Carried::at("middle_name", "name"),
    Carried::at("last_name", "name"),
    Carried::at("emails", "email").but("the first alone"),
    Carried::at("phones", "fields.phone").but("the first alone; not when people are invited"),
    Carried::at("urls", "fields.linkedin, fields.portfolio")
        .but("one of each alone; not when people are invited"),
    Carried::nowhere("title"),
    Carried::nowhere("company"),
    Carried::nowhere("summary"),
    Carried::nowhere("locations"),
    Carried::nowhere("location_country"),
    Carried::nowhere("address"),
    Carried::nowhere("date_of_birth"),
    Carried::nowhere("national_id"),
    Carried::nowhere("salary_expectations"),
    Carried::nowhere("prospect_status"),
    Carried::nowhere("contact_consent"),
    Carried::nowhere("can_email"),
    Carried::nowhere("is_private"),
    Carried::nowhere("is_internal"),
    Carried::nowhere("is_anonymized"),
    Carried::nowhere("last_interaction_at"),
    Carried::nowhere("highest_education_level"),
    Carried::nowhere("visa_statuses"),
    Carried::nowhere("skills"),
    Carried::nowhere("skill_details"),
    Carried::nowhere("education"),
    Carried::nowhere("experience"),
    Carried::nowhere("certifications"),
    Carried::nowhere("projects"),
    Carried::nowhere("courses"),
    Carried::nowhere("tags"),
    Carried::nowhere("display_tags"),
    Carried::nowhere("detail_tags"),
    Carried::nowhere("questions"),
    Carried::nowhere("notes"),
    Carried::nowhere("interviews"),
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
    Carried::nowhere("custom"),
    Carried::at("application", "track_id").but("of the table of jobs; not its stage"),
    Carried::nowhere("source"),
    Carried::at("answers", "fields").but(INVITED),
    Carried::at("resume", "fields.resume")
        .but("the newest, by an address; not when people are invited"),
    Carried::nowhere("files"),
];

/// The newest résumé, unless people are invited: then Xobin ignores what is known.
pub(super) fn resume(parcel: &Parcel) -> Option<&File> {
    let newest = parcel.files.iter().rfind(|f| f.kind == FileKind::Resume);
    newest.filter(|_| !invites(parcel))
}

fn invites(parcel: &Parcel) -> bool {
    parcel.setting("invite") == "true"
}

/// The body of a create.
pub(super) fn applicant(parcel: &Parcel, name: &Name, email: &str) -> Value {
    if invites(parcel) {
        return json!({"invite_applicant": true, "name": name.whole, "email": email, "send_email": true});
    }
    json!({"invite_applicant": false, "name": name.whole, "email": email, "fields": fields(parcel)})
}

/// Fields that the vendor's own examples name, and the answers; an answer of one of these names counts more.
fn fields(parcel: &Parcel) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let links = person::links(record);
    let known = [
        (
            "phone",
            person::phones(record).first().map(|c| c.value.to_owned()),
        ),
        (
            "linkedin",
            person::link_of(&links, Site::LinkedIn).map(str::to_owned),
        ),
        (
            "portfolio",
            person::link_of(&links, Site::Other).map(str::to_owned),
        ),
        ("resume", resume(parcel).map(|f| f.url.clone())),
    ];
    let known = known
        .into_iter()
        .filter_map(|(n, v)| Some((n.to_owned(), json!(v?))));
    let mut all: Map<String, Value> = known.collect();
    let answers = parcel.application.iter().flat_map(|a| &a.answers);
    let said = answers.filter(|(name, value)| !value.is_null() && *name != "resume");
    all.extend(said.map(|(n, v)| (n.clone(), v.clone())));
    all
}
