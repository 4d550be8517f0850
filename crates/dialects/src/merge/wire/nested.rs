//! Applications and attachments, on their own and within a candidate, where an item may also be the id of one that
//! exists (dialect page, §2, "Nested writes").

use hiring::id::Uuid;
use hiring::linked_account::Settings;
use serde_json::Value;

use super::candidate::CandidateRequest;
use super::tables::{APPLICATION, ATTACHMENT};
use super::{Note, Read, Reference, Typed, read, reference};
use crate::body::Body;
use crate::check::Object;

/// An item of a list of related records.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Linked<T> {
    /// One that should be there already.
    Existing(Reference),
    /// One to be made.
    New(T),
}

/// An application to be made, without its candidate.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ApplicationRequest {
    pub job: Reference,
    pub current_stage: Option<Reference>,
    pub source: Option<String>,
    pub applied_at: Option<i64>,
    pub rejected_at: Option<i64>,
    pub credited_to: Option<Reference>,
    pub reject_reason: Option<Reference>,
    pub answers: Vec<Linked<AnswerRequest>>,
}

/// An answer to a screening question.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct AnswerRequest {
    pub question: Reference,
    /// Where the answer stands.
    pub at: String,
    pub answer: Option<String>,
}

/// A file to be attached, by its address: Merge has no uploads.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct AttachmentRequest {
    pub file_name: Option<String>,
    pub file_url: Option<String>,
    pub attachment_type: Option<String>,
}

/// Whose an application is.
#[derive(Debug)]
pub(in super::super) enum Who {
    /// Somebody who should be there already.
    Existing(Reference),
    /// Somebody to be made.
    New(Box<CandidateRequest>),
}

/// ApplicationRequest: an application and whose it is.
#[derive(Debug)]
pub(in super::super) struct NewApplicationRequest {
    pub candidate: Who,
    pub application: ApplicationRequest,
}

/// AttachmentRequest: a file and whose it is.
#[derive(Debug)]
pub(in super::super) struct NewAttachmentRequest {
    pub candidate: Reference,
    pub attachment: AttachmentRequest,
}

/// Member `name`, which was judged, as a list of ids or of objects that `typed` gives types.
pub(super) fn linked<T>(
    model: &Object<'_>,
    name: &str,
    typed: fn(&Object<'_>) -> Option<T>,
) -> Vec<Linked<T>> {
    let one = |(at, item): (String, &Value)| match item.as_object() {
        Some(members) => typed(&Object { at, members }).map(Linked::New),
        None => {
            let id: Option<Uuid> = super::uuid(item);
            id.map(|id| Linked::Existing(Reference { at, id }))
        }
    };
    model.items(name).into_iter().filter_map(one).collect()
}

impl ApplicationRequest {
    pub(super) fn typed(object: &Object<'_>) -> Option<ApplicationRequest> {
        Some(ApplicationRequest {
            job: object.linked_to("job")?,
            current_stage: object.linked_to("current_stage"),
            source: object.text("source"),
            applied_at: object.moment("applied_at"),
            rejected_at: object.moment("rejected_at"),
            credited_to: object.linked_to("credited_to"),
            reject_reason: object.linked_to("reject_reason"),
            answers: linked(object, "screening_question_answers", AnswerRequest::typed),
        })
    }
}

impl ApplicationRequest {
    /// Pointers of what it says beside its job.
    pub(in super::super) fn said(&self) -> impl Iterator<Item = String> {
        let job = self.job.at.as_str();
        let at = job.strip_suffix("/id").unwrap_or(job);
        let at = at.strip_suffix("/job").unwrap_or(at).to_owned();
        let members = [
            ("current_stage", self.current_stage.is_some()),
            ("source", self.source.is_some()),
            ("applied_at", self.applied_at.is_some()),
            ("rejected_at", self.rejected_at.is_some()),
            ("credited_to", self.credited_to.is_some()),
            ("reject_reason", self.reject_reason.is_some()),
            ("screening_question_answers", !self.answers.is_empty()),
        ];
        let said = members.into_iter().filter(|(_, said)| *said);
        said.map(move |(name, _)| format!("{at}/{name}"))
    }
}

impl AnswerRequest {
    fn typed(object: &Object<'_>) -> Option<AnswerRequest> {
        Some(AnswerRequest {
            question: object.linked_to("question")?,
            at: object.pointer("answer"),
            answer: object.text("answer"),
        })
    }
}

impl AttachmentRequest {
    pub(super) fn typed(object: &Object<'_>) -> Option<AttachmentRequest> {
        Some(AttachmentRequest {
            file_name: object.text("file_name"),
            file_url: object.text("file_url"),
            attachment_type: object.text("attachment_type"),
        })
    }
}

impl NewApplicationRequest {
    /// `None` within: what was judged to be there is not, which cannot be.
    pub(in super::super) fn parse(
        body: &Body,
        account: &Settings,
    ) -> Read<Option<NewApplicationRequest>> {
        let required = account.required("Application");
        read(body, &APPLICATION, required, NewApplicationRequest::typed)
    }

    fn typed(model: &Object<'_>, notes: &mut Vec<Note>) -> Option<NewApplicationRequest> {
        let value = model.get("candidate")?;
        let candidate = match value.as_object() {
            Some(members) if !members.contains_key("id") => {
                let at = model.pointer("candidate");
                let nested = CandidateRequest::typed(&Object { at, members }, notes);
                Who::New(Box::new(nested))
            }
            _ => Who::Existing(reference(model, "candidate", value).ok()?),
        };
        Some(NewApplicationRequest {
            candidate,
            application: ApplicationRequest::typed(model)?,
        })
    }
}

impl NewAttachmentRequest {
    /// As [`NewApplicationRequest::parse`].
    pub(in super::super) fn parse(
        body: &Body,
        account: &Settings,
    ) -> Read<Option<NewAttachmentRequest>> {
        let required = account.required("Attachment");
        read(body, &ATTACHMENT, required, |model, _| {
            Some(NewAttachmentRequest {
                candidate: model.linked_to("candidate")?,
                attachment: AttachmentRequest::typed(model)?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use hiring::problem::{FlawCode, Problem};
    use serde_json::{Value, json};

    use super::super::tables::ATTACHMENT_TYPES;
    use super::*;
    use crate::body::Body;

    const ID: &str = "0192c5e0-0000-7000-8000-000000000000";

    fn read(model: Value) -> Result<CandidateRequest, Vec<(String, FlawCode)>> {
        let text = json!({"model": model}).to_string();
        let body = Body::read(text.into(), |_| false).expect("JSON");
        match CandidateRequest::parse(&body, &Settings::default()).write {
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
        use super::super::rules::Kind;
        let rules = || {
            APPLICATION
                .rules
                .iter()
                .filter(|r| !["job", "candidate"].contains(&r.name))
        };
        for name in rules().map(|r| r.name) {
            application(json!({"job": ID, name: null})).expect(name);
        }
        let used = rules().filter(|r| !matches!(r.kind, Kind::Unused));
        for name in used.map(|r| r.name) {
            let fault = (format!("/model/applications/0/{name}"), FlawCode::WrongType);
            let found = application(json!({"job": ID, name: 7}));
            assert_eq!(found.err(), Some(vec![fault]));
        }
        let question = json!([{"question": ID, "answer": "Yes"}, {"question": {"id": ID}}]);
        let found = application(json!({"job": ID, "screening_question_answers": question}));
        assert_eq!(found.expect("accepted").answers.len(), 2);
    }

    #[test]
    fn an_application_has_a_candidate_of_either_kind() {
        let of = |candidate: Value| {
            let text = json!({"model": {"candidate": candidate, "job": ID}}).to_string();
            let body = Body::read(text.into(), |_| false).expect("JSON");
            NewApplicationRequest::parse(&body, &Settings::default()).write
        };
        let who = |candidate| {
            of(candidate)
                .expect("accepted")
                .model
                .expect("typed")
                .candidate
        };
        assert!(matches!(who(json!(ID)), Who::Existing(_)));
        assert!(matches!(who(json!({"id": ID})), Who::Existing(_)));
        assert!(matches!(who(json!({"first_name": "Ada"})), Who::New(c) if c.first_name.is_some()));
        for (candidate, at) in [
            (json!(null), "/model/candidate"),
            (json!("7"), "/model/candidate"),
            (json!({"first_name": 7}), "/model/candidate/first_name"),
        ] {
            let Err(Problem::Invalid(flaws)) = of(candidate) else {
                panic!("accepted")
            };
            assert_eq!(flaws[0].pointer, at);
        }
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
