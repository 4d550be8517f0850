//! What stands in a candidate's `applications` and `attachments`: an id of one that exists, or an object that makes one
//! (dialect page, §2, "Nested writes").

use hiring::id::Uuid;
use hiring::problem::FlawCode;
use serde_json::{Map, Value};

use super::{Reading, Reference};
use crate::check::Object;

/// An item of a list of related records.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Linked<T> {
    /// One that should be there already.
    Existing(Reference),
    /// One to be made.
    New(T),
}

/// An application to be made, without the candidate that it stands in.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ApplicationRequest {
    pub job: Reference,
    pub current_stage: Option<Reference>,
    pub source: Option<String>,
    pub applied_at: Option<i64>,
    pub rejected_at: Option<i64>,
    /// Related records of which we have none of our own yet: [`KEPT`], as they were sent.
    pub details: Map<String, Value>,
}

/// A file to be attached, by its address: Merge has no uploads.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct AttachmentRequest {
    pub file_name: Option<String>,
    pub file_url: Option<String>,
    pub attachment_type: Option<String>,
}

const APPLICATION: [&str; 9] = [
    "job",
    "current_stage",
    "source",
    "applied_at",
    "rejected_at",
    "offers",
    "credited_to",
    "reject_reason",
    "screening_question_answers",
];

/// Members of a nested application that are kept with it as they were sent.
pub(in super::super) const KEPT: [&str; 4] = [
    "offers",
    "credited_to",
    "reject_reason",
    "screening_question_answers",
];

const ATTACHMENT: [&str; 3] = ["file_name", "file_url", "attachment_type"];

/// The candidate is the one around it; the rest nobody may write, or nothing here needs.
const UNUSED: [&str; 11] = [
    "candidate",
    "id",
    "remote_id",
    "created_at",
    "modified_at",
    "remote_was_deleted",
    "field_mappings",
    "remote_data",
    "remote_template_id",
    "integration_params",
    "linked_account_params",
];

/// Values of `attachment_type`.
pub(in super::super) const ATTACHMENT_TYPES: [&str; 4] =
    ["RESUME", "COVER_LETTER", "OFFER_LETTER", "OTHER"];

/// Member `name` as a list of ids or of objects that `read` reads; not of both (help page "Related and nested writes").
pub(super) fn linked<'b, T>(
    reading: &mut Reading<'b>,
    model: &Object<'b>,
    name: &str,
    read: fn(&mut Reading<'b>, Object<'b>) -> Option<T>,
) -> Vec<Linked<T>> {
    let (mut all, mut ids, mut objects) = (Vec::new(), false, false);
    for (at, item) in reading.check.list(model, name) {
        if let Some(members) = item.as_object() {
            objects = true;
            all.extend(read(reading, Object { at, members }).map(Linked::New));
            continue;
        }
        ids = true;
        match item.as_str().and_then(|id| id.parse::<Uuid>().ok()) {
            Some(id) => all.push(Linked::Existing(Reference { at, id })),
            None => {
                let detail = format!("{name} must hold UUIDs or objects.");
                reading.check.flaw(at, FlawCode::WrongType, detail);
            }
        }
    }
    if ids && objects {
        let detail = format!("{name} must not mix ids of existing records and nested objects.");
        let pointer = model.pointer(name);
        reading.check.flaw(pointer, FlawCode::Contradiction, detail);
    }
    all
}

impl ApplicationRequest {
    pub(super) fn read<'b>(
        reading: &mut Reading<'b>,
        object: Object<'b>,
    ) -> Option<ApplicationRequest> {
        reading.note_unknown(&object, &APPLICATION, &UNUSED);
        if object.get("job").is_none() {
            let detail = "job is a required field on application.";
            let pointer = object.pointer("job");
            reading.check.flaw(pointer, FlawCode::Required, detail);
        }
        let job = reading.reference(&object, "job");
        let current_stage = reading.reference(&object, "current_stage");
        let source = reading.check.string(&object, "source");
        let applied_at = reading.moment(&object, "applied_at");
        let rejected_at = reading.moment(&object, "rejected_at");
        let details = kept(reading, &object);
        Some(ApplicationRequest {
            job: job?,
            current_stage,
            source,
            applied_at,
            rejected_at,
            details,
        })
    }
}

/// Two of [`KEPT`] are references, two are lists of them.
fn kept<'b>(reading: &mut Reading<'b>, object: &Object<'b>) -> Map<String, Value> {
    let reference = |v: &Value| v.is_string() || v.is_object();
    let mut kept = Map::new();
    for name in KEPT {
        let Some(value) = object.get(name) else {
            continue;
        };
        let list = matches!(name, "offers" | "screening_question_answers");
        let (fits, wanted) = match value.as_array() {
            Some(items) => (
                list && items.iter().all(reference),
                "a list of ids or objects",
            ),
            None if list => (false, "a list of ids or objects"),
            None => (reference(value), "an id or an object"),
        };
        if fits {
            kept.insert(name.to_owned(), value.clone());
        } else {
            reading.check.wrong_type(object.pointer(name), wanted);
        }
    }
    kept
}

impl AttachmentRequest {
    pub(super) fn read<'b>(
        reading: &mut Reading<'b>,
        object: Object<'b>,
    ) -> Option<AttachmentRequest> {
        reading.note_unknown(&object, &ATTACHMENT, &UNUSED);
        let file_url = reading.check.string(&object, "file_url");
        if file_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            let detail = "file_url must be an http or https URL.";
            let pointer = object.pointer("file_url");
            reading.check.flaw(pointer, FlawCode::Url, detail);
        }
        Some(AttachmentRequest {
            file_name: reading.check.string(&object, "file_name"),
            file_url,
            attachment_type: reading
                .check
                .choice(&object, "attachment_type", &ATTACHMENT_TYPES),
        })
    }
}

/// Whether a file could be fetched from there.
fn is_web_address(text: &str) -> bool {
    url::Url::parse(text.trim())
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use hiring::problem::{FlawCode, Problem};
    use serde_json::{Value, json};

    use super::super::CandidateRequest;
    use super::*;
    use crate::body::Body;

    const ID: &str = "0192c5e0-0000-7000-8000-000000000000";

    fn read(model: Value) -> Result<CandidateRequest, Vec<(String, FlawCode)>> {
        let text = json!({"model": model}).to_string();
        let body = Body::read(text.into(), |_| false).expect("JSON");
        match CandidateRequest::parse(&body).write {
            Ok(write) => Ok(write.model),
            Err(Problem::Invalid(flaws)) => {
                Err(flaws.into_iter().map(|f| (f.pointer, f.code)).collect())
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    fn application(members: Value) -> Result<ApplicationRequest, Vec<(String, FlawCode)>> {
        let model = read(json!({"applications": [members]}))?;
        match model.applications.into_iter().next() {
            Some(Linked::New(new)) => Ok(new),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reference_is_an_id_or_the_record() {
        for job in [json!(ID), json!({"id": ID, "name": "Engineer"})] {
            let found = application(json!({"job": job})).expect("accepted");
            assert_eq!(found.job.id.to_string(), ID);
        }
        let job = "/model/applications/0/job".to_owned();
        for (members, fault) in [
            (json!({}), (job.clone(), FlawCode::Required)),
            (json!({"job": null}), (job.clone(), FlawCode::Required)),
            (json!({"job": "7"}), (job.clone(), FlawCode::WrongType)),
            (json!({"job": 7}), (job.clone(), FlawCode::WrongType)),
            (
                json!({"job": {"id": 7}}),
                (format!("{job}/id"), FlawCode::WrongType),
            ),
        ] {
            assert_eq!(application(members).err(), Some(vec![fault]));
        }
    }

    #[test]
    fn every_member_of_an_application_may_be_null_and_has_its_type() {
        for name in APPLICATION.iter().chain(&UNUSED).filter(|n| **n != "job") {
            let found = application(json!({"job": ID, *name: null})).expect(name);
            assert!(found.details.is_empty());
        }
        for name in APPLICATION.iter().filter(|n| **n != "job") {
            let fault = (format!("/model/applications/0/{name}"), FlawCode::WrongType);
            let found = application(json!({"job": ID, *name: 7}));
            assert_eq!(found.err(), Some(vec![fault]));
        }
        let found = application(json!({"job": ID, "offers": [ID], "credited_to": {"id": ID}}));
        let kept = json!({"offers": [ID], "credited_to": {"id": ID}});
        assert_eq!(Value::Object(found.expect("accepted").details), kept);
    }

    #[test]
    fn ids_and_objects_do_not_mix() {
        let model = read(json!({"attachments": [ID, ID], "applications": [ID]}));
        assert_eq!(model.expect("accepted").attachments.len(), 2);
        let mixed = read(json!({"attachments": [ID, {"file_name": "cv.pdf"}]}));
        let fault = ("/model/attachments".to_owned(), FlawCode::Contradiction);
        assert_eq!(mixed.err(), Some(vec![fault]));
        let odd = read(json!({"attachments": ["7", null]}));
        let at = |i| (format!("/model/attachments/{i}"), FlawCode::WrongType);
        assert_eq!(odd.err(), Some(vec![at(0), at(1)]));
    }

    #[test]
    fn a_file_has_an_address_on_the_web() {
        for (url, fits) in [
            ("https://example.com/cv.pdf", true),
            (" http://example.com:8080/a?b ", true),
            ("ftp://example.com/cv.pdf", false),
            ("file:///etc/passwd", false),
            ("cv.pdf", false),
            ("", false),
        ] {
            let found = read(json!({"attachments": [{"file_url": url}]}));
            assert_eq!(found.is_ok(), fits, "{url}");
        }
        for kind in ATTACHMENT_TYPES {
            assert!(read(json!({"attachments": [{"attachment_type": kind}]})).is_ok());
        }
        let at = "/model/attachments/0/attachment_type".to_owned();
        let found = read(json!({"attachments": [{"attachment_type": "CV"}]}));
        assert_eq!(found.err(), Some(vec![(at, FlawCode::NotAChoice)]));
    }
}
