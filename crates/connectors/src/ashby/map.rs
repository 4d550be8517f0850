//! Ours into Ashby's.

use hiring::record::Record;
use serde_json::{Map, Value, json};

use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person::{self, Name, Site};

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "name"),
    Carried::at("first_name", "name"),
    Carried::at("middle_name", "name"),
    Carried::at("last_name", "name"),
    Carried::at("emails", "email, alternateEmailAddresses").but("without their kind"),
    Carried::at("phones", "phoneNumber")
        .but("the first; others in a note")
        .rest(person::other_phones),
    Carried::at("urls", "linkedInUrl, githubUrl, website")
        .but("one of each; others in a note")
        .rest(other_links),
    Carried::noted("title"),
    Carried::noted("company"),
    Carried::noted("summary"),
    Carried::noted("locations"),
    Carried::at("location_country", "location.country"),
    Carried::at("address", "location")
        .but("city, region, country; the rest in a note")
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
    Carried::at("resume", "resumeFileHandle").but("the newest; older ones are files"),
    Carried::at("files", "fileHandles"),
];

/// Places of links: whose site, in a create, in an update and in `socialLinks`.
pub(super) const LINKS: &[(Site, &str, &str, &str)] = &[
    (Site::LinkedIn, "linkedInUrl", "linkedInUrl", "LinkedIn"),
    (Site::GitHub, "githubUrl", "githubUrl", "GitHub"),
    (Site::Other, "website", "websiteUrl", "Website"),
];

fn other_links(record: &Record) -> Vec<String> {
    person::links_besides(record, LINKS.iter().map(|(site, ..)| *site))
}

/// The person for a create.
pub(super) fn person(parcel: &Parcel, name: &Name) -> Value {
    let record = &parcel.candidate.record;
    let mut emails = person::emails(record).into_iter().map(|c| c.value);
    let mut all = Map::new();
    let mut say = |member: &str, value: Value| {
        if !value.is_null() {
            all.insert(member.to_owned(), value);
        }
    };
    say("name", json!(name.whole));
    say("email", json!(emails.next()));
    let others: Vec<&str> = emails.collect();
    say(
        "alternateEmailAddresses",
        json!(Some(others).filter(|o| !o.is_empty())),
    );
    say(
        "phoneNumber",
        json!(person::phones(record).first().map(|c| c.value)),
    );
    let links = person::links(record);
    for (site, member, ..) in LINKS {
        say(member, json!(person::link_of(&links, *site)));
    }
    let filled = |text: String| Some(text).filter(|t| !t.is_empty());
    if let Some(place) = person::place(record) {
        let parts = [
            ("city", filled(place.city)),
            ("region", filled(place.state)),
            ("country", filled(place.country)),
        ];
        let parts: Map<String, Value> = parts
            .into_iter()
            .filter_map(|(n, v)| Some((n.to_owned(), json!(v?))))
            .collect();
        say("location", json!(Some(parts).filter(|p| !p.is_empty())));
    }
    for (member, value) in credit(parcel) {
        say(&member, value);
    }
    Value::Object(all)
}

/// The source and the user that the settings name.
pub(super) fn credit(parcel: &Parcel) -> Map<String, Value> {
    let named = [
        ("sourceId", "source_id"),
        ("creditedToUserId", "credited_to"),
    ];
    let said = named
        .into_iter()
        .map(|(member, setting)| (member, parcel.setting(setting)));
    said.filter(|(_, value)| !value.is_empty())
        .map(|(member, value)| (member.to_owned(), json!(value)))
        .collect()
}

/// What of the person an update can set, in its words.
pub(super) fn changeable(parcel: &Parcel, name: &Name) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut all = Map::new();
    all.insert("name".to_owned(), json!(name.whole));
    let mut values = vec![
        (
            "email",
            person::emails(record).first().map(|c| c.value.to_owned()),
        ),
        (
            "phoneNumber",
            person::phones(record).first().map(|c| c.value.to_owned()),
        ),
    ];
    let links = person::links(record);
    values.extend(
        LINKS
            .iter()
            .map(|(s, _, m, _)| (*m, person::link_of(&links, *s).map(str::to_owned))),
    );
    all.extend(
        values
            .into_iter()
            .filter_map(|(n, v)| Some((n.to_owned(), json!(v?)))),
    );
    all
}

/// The same of what is there.
pub(super) fn there(data: &Value) -> Value {
    let link = |kind: &str| {
        let mut links = data["socialLinks"].as_array().into_iter().flatten();
        links.find(|l| l["type"] == kind).map(|l| l["url"].clone())
    };
    let mut all = json!({
        "name": data["name"],
        "email": data["primaryEmailAddress"]["value"],
        "phoneNumber": data["primaryPhoneNumber"]["value"],
    });
    for (_, _, member, kind) in LINKS {
        all[*member] = json!(link(kind));
    }
    all
}

/// Whether a file is the one résumé.
pub(super) fn is_resume(parcel: &Parcel, file: &File) -> bool {
    let newest = parcel.files.iter().rfind(|f| f.kind == FileKind::Resume);
    newest.is_some_and(|f| f.uid == file.uid)
}
