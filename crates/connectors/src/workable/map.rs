//! Ours into Workable's.

use hiring::record::Record;
use serde_json::{Map, Value, json};

use super::wire::PROFILES;
use crate::Carried;
use crate::parcel::{File, FileKind, Parcel, Thing};
use crate::person::{self, Name, Site, day};
use crate::step::Body;

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "firstname, lastname"),
    Carried::at("first_name", "firstname"),
    Carried::at("middle_name", "firstname").but("behind the first name"),
    Carried::at("last_name", "lastname").but("`-` for those who have one name"),
    Carried::at("emails", "email")
        .but("the first; others in a note")
        .rest(person::other_emails),
    Carried::at("phones", "phone")
        .but("the first; others in a note")
        .rest(person::other_phones),
    Carried::at("urls", "social_profiles")
        .but("of networks; others in a note")
        .rest(other_links),
    Carried::at("title", "headline").but("with the company"),
    Carried::at("company", "headline").but("with the title"),
    Carried::at("summary", "summary"),
    Carried::at("locations", "address").but("the first, where there is no address"),
    Carried::noted("location_country"),
    Carried::at("address", "address").but("on one line"),
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
    Carried::at("skills", "skills"),
    Carried::noted("skill_details"),
    Carried::at("education", "education_entries")
        .but("school, degree, field, dates; a description in a note")
        .rest(described_education),
    Carried::at("experience", "experience_entries"),
    Carried::noted("certifications"),
    Carried::noted("projects"),
    Carried::noted("courses"),
    Carried::at("tags", "tags"),
    Carried::at("display_tags", "tags"),
    Carried::at("detail_tags", "tags").but("the tag's word alone"),
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
    Carried::at("application", "jobs/{shortcode}")
        .but("for the job of the table of jobs; not its stage"),
    Carried::noted("source"),
    Carried::noted("answers"),
    Carried::at("resume", "resume").but("the newest; older ones are comments' attachments"),
    Carried::at("files", "comments.attachment").but("where the settings name a member"),
];

fn other_links(record: &Record) -> Vec<String> {
    let others = person::links(record)
        .into_iter()
        .filter(|l| profile(l.site).is_none());
    others.map(|l| l.url).collect()
}

fn profile(site: Site) -> Option<&'static str> {
    PROFILES
        .iter()
        .find(|(s, _)| *s == site)
        .map(|(_, word)| *word)
}

fn described_education(record: &Record) -> Vec<String> {
    let texts = record
        .list("education")
        .iter()
        .filter_map(|e| e["description"].as_str());
    texts
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The candidate, for a create (besides the résumé and the tags) and for an update.
pub(super) fn candidate(parcel: &Parcel, name: &Name, email: &str) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut all = Map::new();
    let mut say = |member: &str, value: Value| {
        if !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()) {
            all.insert(member.to_owned(), value);
        }
    };
    say("firstname", json!(name.given()));
    say("lastname", json!(name.last_or_dash()));
    say("email", json!(email));
    say(
        "phone",
        json!(person::phones(record).first().map(|c| c.value)),
    );
    let headline: Vec<&str> = ["title", "company"]
        .into_iter()
        .filter_map(|f| record.text(f))
        .collect();
    say(
        "headline",
        json!(Some(headline.join(", ")).filter(|h| !h.is_empty())),
    );
    say("summary", json!(record.text("summary")));
    say("address", json!(person::place(record).map(|p| p.text)));
    let profiles = person::links(record).into_iter();
    let profiles = profiles.filter_map(|l| Some(json!({"type": profile(l.site)?, "url": l.url})));
    say("social_profiles", profiles.collect());
    say("skills", json!(person::texts(record, "skills", "skill")));
    say(
        "education_entries",
        record.list("education").iter().map(school).collect(),
    );
    say(
        "experience_entries",
        record.list("experience").iter().map(post).collect(),
    );
    all
}

fn school(entry: &Value) -> Value {
    object([
        ("school", entry["school"].clone()),
        ("degree", entry["degree"].clone()),
        ("field_of_study", entry["major"].clone()),
        ("start_date", json!(day(&entry["start_ts"]))),
        ("end_date", json!(day(&entry["end_ts"]))),
    ])
}

fn post(entry: &Value) -> Value {
    object([
        ("title", entry["title"].clone()),
        ("company", entry["company"].clone()),
        ("industry", entry["industry"].clone()),
        ("summary", entry["description"].clone()),
        ("start_date", json!(day(&entry["start_ts"]))),
        ("end_date", json!(day(&entry["end_ts"]))),
        ("current", entry["is_current"].clone()),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let said = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(said.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The résumé that goes along with the create: the newest.
pub(super) fn resume(parcel: &Parcel, largest: u64) -> Option<&File> {
    let newest = parcel.files.iter().rfind(|f| f.kind == FileKind::Resume);
    newest.filter(|f| f.size <= largest && parcel.known(Thing::File, &f.uid).is_none())
}

/// A file in a body.
pub(super) fn file(file: &File) -> Value {
    json!({"name": file.name, "data": Body::base64_of(&file.uid)})
}
