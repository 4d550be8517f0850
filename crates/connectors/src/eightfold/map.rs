//! Ours into Eightfold's.

use serde_json::{Map, Value, json};

use crate::Carried;
use crate::parcel::{File, FileKind, Note, Parcel};
use crate::person::{self, Name};
use crate::step::Body;

/// What becomes of each field.
pub(super) const FIELDS: &[Carried] = &[
    Carried::at("full_name", "firstName, lastName"),
    Carried::at("first_name", "firstName"),
    Carried::at("middle_name", "firstName").but("behind the first name"),
    Carried::at("last_name", "lastName"),
    Carried::at("emails", "emails").but("without their kind"),
    Carried::at("phones", "phones").but("without their kind"),
    Carried::at("urls", "urls").but("without their kind"),
    Carried::at("title", "title"),
    Carried::noted("company"),
    Carried::at("summary", "summary"),
    Carried::at("locations", "location")
        .but("the first; others in a note")
        .rest(other_locations),
    Carried::at("location_country", "locationCountry"),
    Carried::at("address", "address").but("in one line"),
    Carried::at("date_of_birth", "dateOfBirth"),
    Carried::nowhere("national_id"),
    Carried::noted("salary_expectations"),
    Carried::noted("prospect_status"),
    Carried::at("contact_consent", "contactConsent")
        .but("where it is one of Eightfold's words; else in a note")
        .rest(other_consent),
    Carried::noted("can_email"),
    Carried::noted("is_private"),
    Carried::at("is_internal", "isInternal"),
    Carried::at("is_anonymized", "isAnonymized"),
    Carried::nowhere("last_interaction_at"),
    Carried::at("highest_education_level", "highestEducationLevel"),
    Carried::at("visa_statuses", "visaStatuses"),
    Carried::at("skills", "skills"),
    Carried::at("skill_details", "skillDetails"),
    Carried::at("education", "education"),
    Carried::at("experience", "experience"),
    Carried::at("certifications", "certifications"),
    Carried::at("projects", "project"),
    Carried::at("courses", "courseAttendance").but("those with a title or an id"),
    Carried::at("tags", "tags"),
    Carried::at("display_tags", "displayTags"),
    Carried::at("detail_tags", "detailTags"),
    Carried::at("questions", "questions"),
    Carried::at("notes", "notes").but("private ones not"),
    Carried::at("interviews", "scheduledInterviews"),
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
    Carried::at("custom", "customInfo"),
    Carried::at("application", "applications")
        .but("for the job of the table of jobs, with its stage's name"),
    Carried::at("source", "applications.sourceName"),
    Carried::noted("answers"),
    Carried::at("resume", "resumeContent").but("the newest; older ones are attachments"),
    Carried::at("files", "attachments, photoContent"),
];

/// Lists of objects: ours, theirs. Their members are ours in another spelling.
const OBJECTS: &[(&str, &str)] = &[
    ("skill_details", "skillDetails"),
    ("education", "education"),
    ("experience", "experience"),
    ("certifications", "certifications"),
    ("projects", "project"),
    ("courses", "courseAttendance"),
    ("detail_tags", "detailTags"),
    ("questions", "questions"),
    ("interviews", "scheduledInterviews"),
];
/// Lists of texts: ours, theirs, and the member of ours where items are objects.
const TEXTS: &[(&str, &str)] = &[
    ("visa_statuses", "visaStatuses"),
    ("skills", "skills"),
    ("tags", "tags"),
    ("display_tags", "displayTags"),
];
/// Single values: ours, theirs.
const ONES: &[(&str, &str)] = &[
    ("title", "title"),
    ("summary", "summary"),
    ("location_country", "locationCountry"),
    ("date_of_birth", "dateOfBirth"),
    ("is_internal", "isInternal"),
    ("is_anonymized", "isAnonymized"),
    ("highest_education_level", "highestEducationLevel"),
    ("custom", "customInfo"),
];
const CONSENTS: &[&str] = &["applied_only", "all", "country_only"];

fn other_locations(record: &hiring::record::Record) -> Vec<String> {
    person::texts(record, "locations", "value")
        .into_iter()
        .skip(1)
        .collect()
}

fn other_consent(record: &hiring::record::Record) -> Vec<String> {
    let said = record
        .text("contact_consent")
        .filter(|c| !CONSENTS.contains(c));
    said.map(str::to_owned).into_iter().collect()
}

/// The whole of what we say of the person. `there`: what we said before.
pub(super) fn candidate(
    parcel: &Parcel,
    name: &Name,
    job: Option<&str>,
    notes: &[Note],
    there: Option<&Value>,
) -> Map<String, Value> {
    let record = &parcel.candidate.record;
    let mut all = Map::new();
    let mut say = |member: &str, value: Value| {
        if !value.is_null() {
            all.insert(member.to_owned(), value);
        }
    };
    say("systemId", json!(parcel.setting("system_id")));
    say("candidateId", json!(parcel.candidate.uid));
    say("firstName", json!(name.given()));
    say(
        "lastName",
        json!(Some(name.last.as_str()).filter(|l| !l.is_empty())),
    );
    // Both are required and may be null.
    let emails: Vec<&str> = person::emails(record)
        .into_iter()
        .map(|c| c.value)
        .collect();
    let phones: Vec<&str> = person::phones(record)
        .into_iter()
        .map(|c| c.value)
        .collect();
    let joined = |values: Vec<&str>| Some(values.join(",")).filter(|v| !v.is_empty());
    say("phones", json!(joined(phones)));
    let urls: Vec<String> = person::links(record).into_iter().map(|l| l.url).collect();
    say("urls", json!(Some(urls).filter(|u| !u.is_empty())));
    for (ours, theirs) in ONES {
        say(theirs, record.get(ours).clone());
    }
    for (ours, theirs) in TEXTS {
        let texts = person::texts(record, ours, "value");
        say(theirs, json!(Some(texts).filter(|t| !t.is_empty())));
    }
    for (ours, theirs) in OBJECTS {
        say(theirs, objects(record.list(ours), ours));
    }
    let consent = record
        .text("contact_consent")
        .filter(|c| CONSENTS.contains(c));
    say("contactConsent", json!(consent));
    let locations = person::texts(record, "locations", "value");
    say("location", json!(locations.first()));
    let address = person::place(record).filter(|_| record.get("address").is_object());
    say("address", json!(address.map(|p| p.text)));
    let notes: Vec<Value> = notes.iter().map(note).collect();
    say("notes", json!(Some(notes).filter(|n| !n.is_empty())));
    say("applications", applications(parcel, job, there));
    for (member, value) in files(parcel) {
        say(member, value);
    }
    all.insert("emails".to_owned(), json!(joined(emails)));
    all.insert("lastActivityTs".to_owned(), json!(parcel.now / 1_000_000));
    all
}

/// `start_ts` → `startTs`, at every depth.
fn objects(items: &[Value], field: &str) -> Value {
    let fits = |item: &&Value| {
        let named = ["title", "lms_course_id"]
            .iter()
            .any(|m| item[*m].is_string());
        item.is_object() && (field != "courses" || named)
    };
    let all: Vec<Value> = items.iter().filter(fits).map(spelled).collect();
    json!(Some(all).filter(|a| !a.is_empty()))
}

fn spelled(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let all = members
                .iter()
                .map(|(name, value)| (camel(name), spelled(value)));
            Value::Object(all.collect())
        }
        Value::Array(items) => items.iter().map(spelled).collect(),
        other => other.clone(),
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut all = words.next().unwrap_or("").to_owned();
    for word in words {
        let mut letters = word.chars();
        all.extend(letters.next().map(|l| l.to_ascii_uppercase()));
        all.push_str(letters.as_str());
    }
    all
}

fn note(note: &Note) -> Value {
    let mut all = json!({"body": note.text, "noteType": "note"});
    if !note.author.is_empty() {
        all["creator"] = json!(note.author);
    }
    if note.created_at > 0 {
        all["creationTs"] = json!(note.created_at / 1_000_000);
    }
    all
}

/// Those that were said before, and this one in its newest state.
fn applications(parcel: &Parcel, job: Option<&str>, there: Option<&Value>) -> Value {
    let before = there
        .and_then(|t| t["applications"].as_array())
        .into_iter()
        .flatten();
    let (Some(application), Some(job)) = (&parcel.application, job) else {
        let before: Vec<Value> = before.cloned().collect();
        return json!(Some(before).filter(|b| !b.is_empty()));
    };
    let others = before.filter(|a| a["applicationId"] != application.uid.as_str());
    let status = match application.disposition.as_deref() {
        Some("hired") => "hired",
        Some("rejected") => "rejected",
        Some("withdrawn") => "withdrawn",
        _ => "active",
    };
    let mut ours = json!({
        "applicationId": application.uid,
        "candidateId": parcel.candidate.uid,
        "systemId": parcel.setting("system_id"),
        "jobs": [{"atsJobId": job, "name": application.job.title}],
        "status": status,
    });
    if let Some(at) = application.applied_at {
        ours["applicationTs"] = json!(at / 1_000_000);
    }
    if !application.source.is_empty() {
        ours["sourceName"] = json!(application.source);
    }
    if !application.stage.is_empty() {
        ours["currentStage"] = json!({"stage": application.stage});
    }
    let all: Vec<Value> = others.cloned().chain([ours]).collect();
    json!(all)
}

/// Files of one body, bytes together [inferred].
const LARGEST: u64 = 20 << 20;

/// Whether some are too large, and those that are taken: the newest first, as far as there is room.
pub(super) fn by_size(parcel: &Parcel) -> (bool, Vec<&File>) {
    let mut room = LARGEST;
    let mut taken = Vec::new();
    for file in parcel.files.iter().rev() {
        if file.size <= room {
            room -= file.size;
            taken.push(file);
        }
    }
    taken.reverse();
    (taken.len() < parcel.files.len(), taken)
}

fn files(parcel: &Parcel) -> Vec<(&'static str, Value)> {
    let (_, taken) = by_size(parcel);
    let newest = |kind: FileKind| taken.iter().rfind(|f| f.kind == kind).copied();
    let (resume, photo) = (newest(FileKind::Resume), newest(FileKind::Photo));
    let placed = |file: &&&File| {
        [resume, photo]
            .into_iter()
            .flatten()
            .any(|f| f.uid == file.uid)
    };
    let others: Vec<Value> = taken
        .iter()
        .filter(|f| !placed(f))
        .map(|f| attachment(f))
        .collect();
    vec![
        ("resumeContent", json!(resume.map(content))),
        ("photoContent", json!(photo.map(content))),
        ("attachments", json!(Some(others).filter(|o| !o.is_empty()))),
    ]
}

fn content(file: &File) -> Value {
    let extension = file.name.rsplit_once('.').map_or("", |(_, e)| e);
    json!({"content": Body::base64_of(&file.uid), "extension": extension, "isBase64": true})
}

fn attachment(file: &File) -> Value {
    let kind = match file.kind {
        FileKind::Resume => "resume",
        FileKind::CoverLetter => "cover_letter",
        FileKind::Photo => "photo",
        FileKind::Other => "others",
    };
    json!({
        "attachmentId": file.uid,
        "attachmentType": kind,
        "fileName": file.name,
        "attachmentContent": Body::base64_of(&file.uid),
        "isBase64": true,
    })
}
