//! Ours into Recruitee's.

use serde_json::{Map, Value, json};

use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person::{self, Name, Site};
use crate::step::Part;

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "name"),
    Carried::at("first_name", "name"),
    Carried::at("middle_name", "name"),
    Carried::at("last_name", "name"),
    Carried::at("emails", "emails").but("without their kind"),
    Carried::at("phones", "phones").but("without their kind"),
    Carried::at("urls", "social_links, links"),
    Carried::noted("title"),
    Carried::noted("company"),
    Carried::noted("summary"),
    Carried::noted("locations"),
    Carried::noted("location_country"),
    Carried::noted("address"),
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
    Carried::at("application", "offers").but("for the offer of the table of jobs; not its stage"),
    Carried::at("source", "sources"),
    Carried::noted("answers"),
    Carried::at("resume", "cv").but("the newest; older ones are files"),
    Carried::at("files", "attachments"),
];

/// What of the person can be changed later too.
pub(super) fn changeable(parcel: &Parcel, name: &Name) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let values = |all: Vec<person::Contact>| -> Vec<String> {
        all.into_iter().map(|c| c.value.to_owned()).collect()
    };
    let (social, other): (Vec<_>, Vec<_>) = person::links(record)
        .into_iter()
        .partition(|l| l.site != Site::Other);
    let urls = |all: Vec<person::Link>| -> Vec<String> { all.into_iter().map(|l| l.url).collect() };
    let lists = [
        ("emails", values(person::emails(record))),
        ("phones", values(person::phones(record))),
        ("social_links", urls(social)),
        ("links", urls(other)),
    ];
    let mut all = Map::new();
    all.insert("name".to_owned(), json!(name.whole));
    for (member, list) in lists {
        if !list.is_empty() {
            all.insert(member.to_owned(), json!(list));
        }
    }
    all
}

/// The body of a create.
pub(super) fn create(parcel: &Parcel, name: &Name, job: Option<&str>) -> Value {
    let mut person = changeable(parcel, name);
    let source = person::source(parcel);
    if !source.is_empty() {
        person.insert("sources".to_owned(), json!([source]));
    }
    let offers: Vec<Value> = job.into_iter().map(number).collect();
    json!({"candidate": person, "offers": offers})
}

/// The same as a form, with the résumé.
pub(super) fn form(parcel: &Parcel, name: &Name, job: Option<&str>, resume: &File) -> Vec<Part> {
    let body = create(parcel, name, job);
    let mut parts = Vec::new();
    for (member, value) in body["candidate"].as_object().into_iter().flatten() {
        match value {
            Value::Array(items) => parts.extend(items.iter().filter_map(|item| {
                let text = item.as_str()?.to_owned();
                Some(Part::Text(format!("candidate[{member}][]"), text))
            })),
            value => {
                let text = value.as_str().unwrap_or("").to_owned();
                parts.push(Part::Text(format!("candidate[{member}]"), text));
            }
        }
    }
    parts.extend(job.map(|job| Part::Text("offers[]".to_owned(), job.to_owned())));
    parts.push(part("candidate[cv]", resume));
    parts
}

pub(super) fn part(field: &str, file: &File) -> Part {
    Part::File {
        field: field.to_owned(),
        uid: file.uid.clone(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
    }
}

/// The one résumé: the newest that is not too large.
pub(super) fn resume(parcel: &Parcel, largest: u64) -> Option<&File> {
    let mut all = parcel.files.iter().rev();
    all.find(|f| f.kind == FileKind::Resume && f.size <= largest)
}

/// Their ids are numbers.
pub(super) fn number(id: &str) -> Value {
    id.parse::<u64>()
        .map_or_else(|_| json!(id), |number| json!(number))
}
