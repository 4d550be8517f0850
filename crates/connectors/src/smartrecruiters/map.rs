//! Ours into SmartRecruiters'.

use hiring::record::Record;
use serde_json::{Map, Value, json};

use super::wire::{COVER_LETTER, FILE, RESUME};
use crate::Carried;
use crate::parcel::{FileKind, Parcel};
use crate::person::{self, Name, Site, day};

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "firstName, lastName"),
    Carried::at("first_name", "firstName"),
    Carried::at("middle_name", "firstName").but("behind the first name"),
    Carried::at("last_name", "lastName").but("`-` for those who have one name"),
    Carried::at("emails", "email")
        .but("the first; others in a note")
        .rest(person::other_emails),
    Carried::at("phones", "phoneNumber")
        .but("the first; others in a note")
        .rest(person::other_phones),
    Carried::at("urls", "web")
        .but("one of each; others in a note")
        .rest(other_links),
    Carried::noted("title"),
    Carried::noted("company"),
    Carried::noted("summary"),
    Carried::noted("locations"),
    Carried::at("location_country", "location.country"),
    Carried::at("address", "location")
        .but("city, region, country; street and code in a note")
        .rest(person::more_than_a_city),
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
    Carried::at("education", "education"),
    Carried::at("experience", "experience"),
    Carried::noted("certifications"),
    Carried::noted("projects"),
    Carried::noted("courses"),
    Carried::at("tags", "tags"),
    Carried::at("display_tags", "tags"),
    Carried::at("detail_tags", "tags").but("the tag's word alone"),
    Carried::noted("questions"),
    Carried::at("notes", "messages").but("each as one message; private ones not"),
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
    Carried::at("application", "jobs/{id}/candidates")
        .but("for the job of the table of jobs; not its stage"),
    Carried::noted("source").but("besides the one of the settings, `sourceDetails`"),
    Carried::noted("answers"),
    Carried::at("resume", "attachments"),
    Carried::at("files", "attachments"),
];

const WEB: &[(Site, &str)] = &[
    (Site::LinkedIn, "linkedin"),
    (Site::Facebook, "facebook"),
    (Site::Twitter, "twitter"),
    (Site::Skype, "skype"),
    (Site::Other, "website"),
];

fn other_links(record: &Record) -> Vec<String> {
    person::links_besides(record, WEB.iter().map(|(site, _)| *site))
}

/// The person, for a create (besides tags and source) and for an update.
pub(super) fn person(parcel: &Parcel, name: &Name, email: &str) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut all = Map::new();
    let mut say = |member: &str, value: Value| {
        let empty = value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !empty {
            all.insert(member.to_owned(), value);
        }
    };
    say("firstName", json!(name.given()));
    say("lastName", json!(name.last_or_dash()));
    say("email", json!(email));
    say(
        "phoneNumber",
        json!(person::phones(record).first().map(|c| c.value)),
    );
    let place = person::place(record).unwrap_or_default();
    let text = |text: String| json!(Some(text).filter(|t| !t.is_empty()));
    say(
        "location",
        object([
            ("country", text(place.country)),
            ("region", text(place.state)),
            ("city", text(place.city)),
        ]),
    );
    let links = person::links(record);
    let web = WEB
        .iter()
        .map(|(site, member)| (*member, json!(person::link_of(&links, *site))));
    say("web", of(web));
    say(
        "education",
        record.list("education").iter().map(school).collect(),
    );
    say(
        "experience",
        record.list("experience").iter().map(post).collect(),
    );
    all
}

/// Where the application comes from, as the settings say.
pub(super) fn source(parcel: &Parcel) -> Value {
    let named = [
        ("sourceTypeId", "source_type"),
        ("sourceSubTypeId", "source_subtype"),
        ("sourceId", "source_id"),
    ];
    let said = named.into_iter().map(|(member, setting)| {
        let value = parcel.setting(setting);
        (member, json!(Some(value).filter(|v| !v.is_empty())))
    });
    of(said)
}

fn school(entry: &Value) -> Value {
    object([
        ("institution", entry["school"].clone()),
        ("degree", entry["degree"].clone()),
        ("major", entry["major"].clone()),
        ("description", entry["description"].clone()),
        ("location", entry["location"].clone()),
        ("startDate", json!(day(&entry["start_ts"]))),
        ("endDate", json!(day(&entry["end_ts"]))),
        (
            "current",
            json!(entry["is_current"].as_bool().unwrap_or(false)),
        ),
    ])
}

fn post(entry: &Value) -> Value {
    object([
        ("title", entry["title"].clone()),
        ("company", entry["company"].clone()),
        ("description", entry["description"].clone()),
        ("location", entry["location"].clone()),
        ("startDate", json!(day(&entry["start_ts"]))),
        ("endDate", json!(day(&entry["end_ts"]))),
        (
            "current",
            json!(entry["is_current"].as_bool().unwrap_or(false)),
        ),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    of(members.into_iter())
}

fn of<'a>(members: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let said = members.filter(|(_, value)| !value.is_null());
    Value::Object(said.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What a file is there.
pub(super) fn kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Resume => RESUME,
        FileKind::CoverLetter => COVER_LETTER,
        FileKind::Photo | FileKind::Other => FILE,
    }
}
