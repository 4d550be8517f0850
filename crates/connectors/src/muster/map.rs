//! Ours into the same, said by another's caller.

use hiring::record::{FIELDS as RECORD, Record};
use serde_json::{Map, Value, json};

use super::wire::Field;
use crate::Carried;
use crate::parcel::{File, FileKind, Parcel};
use crate::person;
use crate::step::Body;

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "full_name"),
    Carried::at("first_name", "first_name"),
    Carried::at("middle_name", "middle_name"),
    Carried::at("last_name", "last_name"),
    Carried::at("emails", "emails")
        .but("those that nobody has proven in a note: there they would say who it is")
        .rest(unproven),
    Carried::at("phones", "phones"),
    Carried::at("urls", "urls")
        .but("web addresses; others in a note")
        .rest(no_addresses),
    Carried::at("title", "title"),
    Carried::at("company", "company"),
    Carried::at("summary", "summary"),
    Carried::at("locations", "locations"),
    Carried::at("location_country", "location_country"),
    Carried::at("address", "address"),
    Carried::at("date_of_birth", "date_of_birth"),
    Carried::at("national_id", "national_id"),
    Carried::at("salary_expectations", "salary_expectations"),
    Carried::at("prospect_status", "prospect_status"),
    Carried::at("contact_consent", "contact_consent"),
    Carried::at("can_email", "can_email"),
    Carried::at("is_private", "is_private"),
    Carried::at("is_internal", "is_internal"),
    Carried::at("is_anonymized", "is_anonymized"),
    Carried::at("last_interaction_at", "last_interaction_at"),
    Carried::at("highest_education_level", "highest_education_level"),
    Carried::at("visa_statuses", "visa_statuses"),
    Carried::at("skills", "skills"),
    Carried::at("skill_details", "skill_details"),
    Carried::at("education", "education"),
    Carried::at("experience", "experience"),
    Carried::at("certifications", "certifications"),
    Carried::at("projects", "projects"),
    Carried::at("courses", "courses"),
    Carried::at("tags", "tags"),
    Carried::at("display_tags", "display_tags"),
    Carried::at("detail_tags", "detail_tags"),
    Carried::at("questions", "questions"),
    Carried::at("notes", "notes").but("each as one note"),
    Carried::at("interviews", "interviews"),
    Carried::at("foreign_applications", "foreign_applications"),
    Carried::nowhere("foreign_attachments"),
    Carried::nowhere("resume_content").but("its file is carried"),
    Carried::nowhere("photo_content").but("its file is carried"),
    Carried::nowhere("gender"),
    Carried::nowhere("races"),
    Carried::nowhere("veteran_status"),
    Carried::nowhere("veteran_status_text"),
    Carried::nowhere("disability_status"),
    Carried::nowhere("disability_status_text"),
    Carried::at("template", "template"),
    Carried::at("on_behalf_of", "on_behalf_of"),
    Carried::at("custom", "custom"),
    Carried::at("application", "job").but("of the table of jobs; not its stage"),
    Carried::at("source", "source"),
    Carried::noted("answers").but("and as answers where the job there has the question"),
    Carried::at("resume", "files"),
    Carried::at("files", "files"),
];

/// What its table has under its own name, but for what is sent another way.
fn taken(field: &str) -> bool {
    let line = FIELDS.iter().find(|c| c.field == field);
    field != "notes" && line.is_some_and(|c| c.place == Some(field))
}

fn unproven(record: &Record) -> Vec<String> {
    let all = person::emails(record).into_iter().filter(|c| c.unverified);
    all.map(|c| c.value.to_owned()).collect()
}

fn is_address(url: &str) -> bool {
    let web = |u: &url::Url| ["http", "https"].contains(&u.scheme()) && u.has_host();
    url::Url::parse(url).is_ok_and(|u| web(&u))
}

fn no_addresses(record: &Record) -> Vec<String> {
    let all = person::links(record).into_iter().map(|l| l.url);
    all.filter(|u| !is_address(u)).collect()
}

/// The person, named by our id.
pub(super) fn person(parcel: &Parcel) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut all = Map::new();
    all.insert("external_id".to_owned(), json!(parcel.candidate.uid));
    let carried = RECORD.iter().map(|(name, _)| *name);
    for field in carried.filter(|field| taken(field)) {
        let value = match field {
            "emails" => proven(record),
            "urls" => urls(record),
            _ => record.get(field).clone(),
        };
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            all.insert(field.to_owned(), value);
        }
    }
    all
}

fn proven(record: &Record) -> Value {
    let all = person::emails(record).into_iter().filter(|c| !c.unverified);
    let points: Vec<Value> = all.map(|c| point(record, "emails", c.value)).collect();
    Value::from(points)
}

/// The item of a list with this value, as it was said.
fn point(record: &Record, field: &str, value: &str) -> Value {
    let mut items = record.list(field).iter();
    let found = items.find(|i| i["value"].as_str().is_some_and(|v| v.trim() == value));
    match found.map(|i| &i["type"]).filter(|t| !t.is_null()) {
        Some(kind) => json!({"value": value, "type": kind}),
        None => json!({"value": value}),
    }
}

fn urls(record: &Record) -> Value {
    let links = person::contacts(record, "urls")
        .into_iter()
        .zip(person::links(record));
    let whole = links.filter(|(_, link)| is_address(&link.url));
    let points = whole.map(|(said, link)| {
        let mut point = point(record, "urls", said.value);
        point["value"] = json!(link.url);
        point
    });
    Value::from(points.collect::<Vec<_>>())
}

/// The same with an application, and which file goes along since the form asks for one.
pub(super) fn application(
    parcel: &Parcel,
    job: &str,
    form: &[Field],
    largest: u64,
) -> (Map<String, Value>, Option<String>) {
    let mut all = person(parcel);
    all.insert("job".to_owned(), json!(job));
    let source = person::source(parcel);
    if !source.is_empty() {
        all.insert("source".to_owned(), json!(source));
    }
    let answers: Map<String, Value> = form.iter().filter_map(|f| answer(parcel, f)).collect();
    if !answers.is_empty() {
        all.insert("answers".to_owned(), Value::Object(answers));
    }
    let asks = form.iter().find(|f| f.kind == "file" && f.required);
    let resume = parcel
        .files
        .iter()
        .rfind(|f| f.kind == FileKind::Resume && f.size <= largest);
    let (Some(asks), Some(resume)) = (asks, resume) else {
        return (all, None);
    };
    let mut along = file(resume);
    along["field"] = json!(asks.name);
    all.insert("files".to_owned(), json!([along]));
    (all, Some(resume.uid.clone()))
}

/// What was answered to a question of this name; a phone number that is asked for is known without it.
fn answer(parcel: &Parcel, field: &Field) -> Option<(String, Value)> {
    let said = &parcel.application.as_ref()?.answers;
    let phones = person::phones(&parcel.candidate.record);
    let phone = || {
        phones
            .first()
            .filter(|_| field.kind == "phone" && field.required)
            .map(|c| json!(c.value))
    };
    let value = said
        .get(&field.name)
        .cloned()
        .filter(|v| !v.is_null())
        .or_else(phone)?;
    let fits = match &value {
        _ if field.kind == "file" => false,
        Value::String(text) if !field.options.is_empty() => field.options.contains(text),
        _ => true,
    };
    fits.then(|| (field.name.clone(), value))
}

/// One of `files`.
pub(super) fn file(file: &File) -> Value {
    let kind = match file.kind {
        FileKind::Resume => "resume",
        FileKind::CoverLetter => "cover_letter",
        FileKind::Photo => "picture",
        FileKind::Other => "other",
    };
    json!({"name": file.name, "kind": kind, "content": Body::base64_of(&file.uid)})
}
