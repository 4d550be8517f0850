//! Parcels, as golden files write them: JSON with the members of [`Parcel`], or only what differs from a sample
//! (`"like": "somebody"` or `"everything"`).

use connectors::{
    Application, Candidate, File, FileKind, Job, Known, Note, Parcel, Thing, by_name, check,
};
use hiring::record::Record;
use serde_json::{Value, json};

/// 2026-09-01T12:00:00Z.
pub const NOW: i64 = 1_788_264_000_000_000;

/// The parcel that `text` describes, with `connector`'s defaults.
pub fn parcel(connector: &str, written: &Value) -> Parcel {
    let mut whole = match written["like"].as_str() {
        Some("everything") => everything(),
        Some("somebody") => somebody(),
        other => panic!("like {other:?}: somebody or everything"),
    };
    merge(&mut whole, written);
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let settings = whole["settings"].as_object().expect("settings");
    let settings = settings.iter().map(|(n, v)| (n.clone(), text(v))).collect();
    let connector = by_name(connector).expect("a connector");
    let settings = check(connector, &settings).unwrap_or_else(|f| panic!("settings: {f:?}"));
    let record = whole["candidate"]["record"].as_object().expect("a record");
    Parcel {
        settings,
        candidate: Candidate {
            uid: text(&whole["candidate"]["uid"]),
            record: Record::of(record),
            created_at: NOW - 3_600_000_000,
        },
        application: application(&whole["application"]),
        files: list(&whole["files"], file),
        notes: list(&whole["notes"], note),
        known: list(&whole["known"], known),
        now: NOW,
    }
}

fn list<T>(value: &Value, read: fn(&Value) -> T) -> Vec<T> {
    value.as_array().into_iter().flatten().map(read).collect()
}

fn application(value: &Value) -> Option<Application> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    value.as_object().map(|_| Application {
        uid: text(&value["uid"]),
        job: Job {
            uid: text(&value["job"]["uid"]),
            title: text(&value["job"]["title"]),
            remote_id: value["job"]["remote_id"].as_str().map(str::to_owned),
        },
        stage: text(&value["stage"]),
        source: text(&value["source"]),
        answers: value["answers"].as_object().cloned().unwrap_or_default(),
        applied_at: value["applied_at"].as_i64(),
        disposition: value["disposition"].as_str().map(str::to_owned),
    })
}

fn file(value: &Value) -> File {
    let text = |member: &str| value[member].as_str().unwrap_or("").to_owned();
    let kind = match value["kind"].as_str() {
        Some("resume") => FileKind::Resume,
        Some("cover_letter") => FileKind::CoverLetter,
        Some("photo") => FileKind::Photo,
        _ => FileKind::Other,
    };
    File {
        uid: text("uid"),
        kind,
        name: text("name"),
        media_type: text("media_type"),
        size: value["size"].as_u64().unwrap_or(0),
        url: format!("https://muster.example/files/{}", text("uid")),
    }
}

fn note(value: &Value) -> Note {
    let text = |member: &str| value[member].as_str().unwrap_or("").to_owned();
    Note {
        uid: text("uid"),
        text: text("text"),
        author: text("author"),
        private: value["private"] == Value::Bool(true),
        created_at: value["created_at"].as_i64().unwrap_or(NOW - 60_000_000),
    }
}

fn known(value: &Value) -> Known {
    let text = |member: &str| value[member].as_str().unwrap_or("").to_owned();
    Known {
        thing: Thing::parse(&text("thing")).expect("a thing"),
        uid: text("uid"),
        remote_id: text("remote_id"),
    }
}

/// Members of `over` take the place of `base`'s; null takes away.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// Somebody with a name, an address, a phone number, an application and a résumé.
fn somebody() -> Value {
    json!({
        "settings": {},
        "candidate": {
            "uid": "c-1",
            "record": {
                "first_name": "Ada", "last_name": "Lovelace",
                "emails": [{"value": "ada@example.org", "type": "PERSONAL"}],
                "phones": [{"value": "+44 20 7946 0000", "type": "MOBILE"}],
            },
        },
        "application": {
            "uid": "a-1", "job": {"uid": "j-1", "title": "Engine builder", "remote_id": "4711"},
            "stage": "Applied", "source": "", "answers": {},
            "applied_at": 1_788_260_400_000_000_i64,
        },
        "files": [{"uid": "f-1", "kind": "resume", "name": "ada.pdf", "media_type": "application/pdf", "size": 1234}],
        "notes": [],
        "known": [],
    })
}

/// Somebody of whom everything is known that a record can hold.
fn everything() -> Value {
    let mut whole = somebody();
    let more = json!({
        "candidate": {"record": {
            "middle_name": "King",
            "emails": [{"value": "ada@example.org", "type": "PERSONAL"}, {"value": "ada@work.example", "type": "WORK"}],
            "phones": [{"value": "+44 20 7946 0000", "type": "MOBILE"}, {"value": "+44 20 7946 0001", "type": "HOME"}],
            "urls": [
                {"value": "https://www.linkedin.com/in/ada", "type": "LINKEDIN"}, {"value": "https://github.com/ada"},
                {"value": "https://ada.example/blog", "type": "BLOG"}, {"value": "https://x.com/ada", "type": "SOCIAL_MEDIA"},
            ],
            "title": "Analyst", "company": "Analytical Engines", "summary": "Wrote the first program.",
            "locations": ["London"], "location_country": "GB",
            "address": {"street": "12 St James's Square", "city": "London", "state": "England", "zip": "SW1Y 4LB", "country": "GB"},
            "date_of_birth": "1815-12-10", "national_id": "secret-id-1", "salary_expectations": "100 guineas",
            "prospect_status": "warm", "contact_consent": "all", "can_email": true, "is_private": false,
            "is_internal": false, "is_anonymized": false, "last_interaction_at": "2026-08-31T10:00:00Z",
            "highest_education_level": "Private tutors", "visa_statuses": ["none needed"],
            "skills": ["mathematics", "poetry"],
            "skill_details": [{"skill": "mathematics", "proficiency": "expert"}],
            "education": [{"school": "At home", "degree": "None", "major": "Mathematics", "start_ts": 1_577_836_800, "end_ts": 1_672_531_200}],
            "experience": [
                {"company": "Analytical Engines", "title": "Analyst", "description": "Notes A to G", "location": "London",
                 "start_ts": 1_680_307_200, "is_current": true},
            ],
            "certifications": [{"certificate_name": "Bernoulli numbers"}], "projects": [{"title": "Note G"}],
            "courses": [{"title": "Calculus"}], "tags": ["founder"], "display_tags": ["VIP"],
            "detail_tags": [{"tag": "engine"}], "questions": [{"question": "Why?", "answer": ["Because."]}],
            "notes": [{"body": "Met at the Institute", "creator": "Charles"}],
            "interviews": [{"status": "done"}], "foreign_applications": [{"application_id": "9"}],
            "foreign_attachments": [{"attachment_id": "8"}], "template": "t", "on_behalf_of": "u",
            "custom": {"shirt": "M"},
        }},
        "application": {"source": "Career page", "answers": {"notice_period": "One month"}},
        "files": [
            {"uid": "f-1", "kind": "resume", "name": "ada.pdf", "media_type": "application/pdf", "size": 1234},
            {"uid": "f-2", "kind": "cover_letter", "name": "letter.pdf", "media_type": "application/pdf", "size": 99},
            {"uid": "f-3", "kind": "other", "name": "Note G.txt", "media_type": "text/plain", "size": 12},
        ],
        "notes": [{"uid": "n-1", "text": "Call her on Monday", "author": "Anna Recruiter", "private": true}],
    });
    merge(&mut whole, &more);
    whole
}
