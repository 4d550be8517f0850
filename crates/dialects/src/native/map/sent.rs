//! What is sent, in the canonical words.

use std::borrow::Cow;

use hiring::application::NewApplication;
use hiring::attachment::NewAttachment;
use hiring::candidate::{ForeignId, NewCandidate as Said};
use hiring::form::{self, Filled, Words};
use hiring::id::{StageId, Uuid};
use hiring::job::{self, Field, Stage};
use hiring::problem::{Flaw, FlawCode, Problem, Result};
use hiring::record::How;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::files::Kept;
use crate::native::EXTERNAL;
use crate::native::wire::record;
use crate::native::wire::{NewAnswer, NewCandidate, NewFile, NewJob};
use crate::written;

/// A file of the body and, unless it came as an address, its stored content.
#[derive(Clone)]
pub(in crate::native) struct KeptFile {
    pub file: NewFile,
    pub kept: Option<Kept>,
}

pub(in crate::native) fn new_candidate(new: &NewCandidate, files: &[KeptFile]) -> Said {
    let foreign = new.external_id.as_ref().map(|key| ForeignId {
        kind: EXTERNAL.to_owned(),
        key: key.clone(),
    });
    Said {
        said: new.said.clone(),
        foreign_ids: foreign.into_iter().collect(),
        how: How::Add,
        attachments: files.iter().map(attachment).collect(),
    }
}

fn attachment(KeptFile { file, kept }: &KeptFile) -> NewAttachment {
    NewAttachment {
        kind: file.kind,
        name: file.name.clone(),
        file: kept.as_ref().map(|k| k.file.clone()),
        url: file.url.clone(),
        scope: None,
    }
}

/// Pointers of what the record has no place for: a source without an application, and blanks, which say nothing. Within
/// answers and the caller's own objects they are kept.
pub(in crate::native) fn unmapped(body: &Body, new: &NewCandidate) -> Vec<String> {
    let kept = |at: &str| {
        let name = at.strip_prefix('/').filter(|name| !name.contains('/'));
        name.is_some_and(record::keeps_blanks)
    };
    let mut unmapped = new.unmapped();
    unmapped.extend(written::blanks(&body.json, &kept));
    unmapped
}

/// The answers by field name; a file that names a field answers it with its name. Of two answers to one field the later
/// counts, and the other is `unmapped`.
///
/// # Errors
/// [`Problem::Invalid`] for an answer to no field of the job, a required field without one, and one that is not
/// permitted.
pub(in crate::native) fn answers(new: &NewCandidate, fields: &[Field]) -> Result<Filled> {
    const WORDS: Words = Words {
        job: "job",
        place: |field| {
            format!(
                "/answers/{}",
                field.name.replace('~', "~0").replace('/', "~1")
            )
        },
    };
    let mut given = new.answers.clone();
    given.extend(new.files.iter().filter_map(answer_by_file));
    let known = |a: &&NewAnswer| fields.iter().any(|f| f.name == a.name);
    let unknown: Vec<Flaw> = given
        .iter()
        .filter(|a| !known(a))
        .map(|a| {
            Flaw::new(
                &a.pointer,
                FlawCode::UnknownField,
                "the job's form has no such field",
            )
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Problem::Invalid(unknown));
    }
    let entries: Vec<_> = given.iter().map(entry).collect();
    form::fill_in(&entries, fields, &WORDS)
}

fn answer_by_file(file: &NewFile) -> Option<NewAnswer> {
    Some(NewAnswer {
        name: file.field.clone()?,
        value: Value::String(file.name.clone()),
        meant: Value::String(file.name.clone()),
        pointer: format!("{}/field", file.pointer),
    })
}

fn entry(answer: &NewAnswer) -> form::Entry<'_> {
    form::Entry {
        id: Some(&answer.name),
        label: None,
        value: &answer.value,
        meant: Cow::Borrowed(&answer.meant),
        pointer: &answer.pointer,
    }
}

pub(in crate::native) fn new_application(
    new: &NewCandidate,
    stage: Option<StageId>,
    answers: Map<String, Value>,
) -> NewApplication {
    NewApplication {
        stage,
        source: new.source.clone().unwrap_or_else(|| "API".into()),
        answers,
        ..NewApplication::default()
    }
}

/// The stage of this name among a job's `stages`. One of another job is as unknown as one of nobody.
pub(in crate::native) fn stage(uid: Uuid, stages: &[Stage], pointer: &str) -> Result<StageId> {
    let found = stages.iter().find(|s| s.uid == uid).map(|s| s.id);
    let unknown = || {
        Flaw::new(
            pointer,
            FlawCode::UnknownReference,
            "no such stage in this job",
        )
    };
    Ok(found.ok_or_else(unknown)?)
}

/// What the job is tied to is looked up in its transaction.
pub(in crate::native) fn new_job(new: &NewJob) -> job::NewJob {
    let stages = new.stages.iter();
    let fields = new.fields.iter().map(|field| job::NewField {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind,
        required: field.required,
        options: field.options.clone(),
        help: field.help.clone(),
        consent: field.consent.as_ref().map(|c| job::ConsentText {
            text: c.text.clone(),
            version: c.version.clone(),
            purpose: c.purpose.clone(),
        }),
    });
    job::NewJob {
        title: new.title.clone(),
        code: new.code.clone(),
        description: new.description.clone(),
        stages: stages.map(|s| (s.name.clone(), s.kind.clone())).collect(),
        fields: fields.collect(),
        unlisted: !new.public,
        ..job::NewJob::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::wire::is_file;
    use crate::native::wire::record::tests::flaws;
    use bytes::Bytes;
    use hiring::id::{FieldId, JobId};
    use hiring::job::FieldKind;
    use serde_json::json;

    fn new(answers: Value, files: Value) -> NewCandidate {
        let body = json!({"name": "x", "job": Uuid::nil(), "answers": answers, "files": files});
        let body = Body::read(Bytes::from(body.to_string()), is_file).expect("a body");
        NewCandidate::parse(&body).expect("a candidate")
    }

    fn form() -> Vec<Field> {
        let field = |n, name: &str, kind, required| Field {
            id: FieldId(n),
            job: JobId(1),
            name: name.into(),
            label: name.to_uppercase(),
            kind,
            required,
            help: None,
            consent: None,
            options: vec!["a".into(), "b".into()],
        };
        vec![
            field(1, "cv", FieldKind::File, true),
            field(2, "gender", FieldKind::Choice, false),
        ]
    }

    #[test]
    fn a_file_answers_the_field_it_names() {
        let new = new(
            json!({}),
            json!([{"name": "cv.pdf", "content": "AAAA", "field": "cv"}]),
        );
        assert_eq!(
            answers(&new, &form()).unwrap().answers["cv"],
            json!("cv.pdf")
        );
    }

    #[test]
    fn a_slot_is_judged_by_what_it_holds_and_kept_as_slot() {
        let good = new(json!({"cv": "x", "gender": "a"}), json!([]));
        assert_ne!(
            answers(&good, &form()).unwrap().answers["gender"],
            json!("a")
        );
        let bad = new(json!({"cv": "x", "gender": "c"}), json!([]));
        assert_eq!(
            flaws(answers(&bad, &form())),
            [("/answers/gender".to_owned(), FlawCode::NotAChoice)]
        );
    }

    #[test]
    fn answers_are_addressed_by_name_only() {
        for name in ["1", "CV", "other"] {
            let sent = new(json!({"cv": "x", name: "y"}), json!([]));
            let pointer = format!("/answers/{name}");
            assert_eq!(
                flaws(answers(&sent, &form())),
                [(pointer, FlawCode::UnknownField)]
            );
        }
        let missing = flaws(answers(&new(json!({}), json!([])), &form()));
        assert_eq!(missing, [("/answers/cv".to_owned(), FlawCode::Required)]);
    }

    #[test]
    fn a_stage_of_another_job_is_unknown() {
        let unknown = flaws(stage(Uuid::nil(), &[], "/stage"));
        assert_eq!(unknown, [("/stage".to_owned(), FlawCode::UnknownReference)]);
    }
}
