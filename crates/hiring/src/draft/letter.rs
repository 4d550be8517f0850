//! What is sent, in two renderings: the body that is kept, with slots for files and equal-opportunity answers, and what the
//! record and the application take from it.

use serde_json::{Map, Value, json};

use super::judge::Judged;
use super::{Draft, Upload};
use crate::attachment::{Kind, NewAttachment, Stored};
use crate::candidate;
use crate::consent::NewConsent;
use crate::id::{Uuid, new_uid};
use crate::job::{Field, FieldKind};
use crate::record::Said;
use crate::slot::{self, Encoding};
use crate::submission::{EeoSlot, FileSlot, NewSubmission};
use crate::text;

/// The dialect that submissions from the page are kept under.
const DIALECT: &str = "page";

/// What is sent: the body that is kept, and what it says.
pub(super) struct Letter {
    pub judged: Judged,
    pub language: String,
    pub submission: NewSubmission,
    pub answers: Map<String, Value>,
    pub said: Said,
    pub attachments: Vec<NewAttachment>,
    pub consents: Vec<NewConsent>,
}

/// A letter that is being written, field by field.
#[derive(Default)]
struct Sheet {
    uid: Uuid,
    /// The body's parts.
    shown: Map<String, Value>,
    file_list: Vec<Value>,
    consent_list: Vec<Value>,
    /// What is cut out of it.
    files: Vec<FileSlot>,
    eeo: Vec<EeoSlot>,
    /// What is taken from it.
    answers: Map<String, Value>,
    attachments: Vec<NewAttachment>,
    consents: Vec<NewConsent>,
}

impl Letter {
    /// `written`: the answers as they were written; `files`: the draft's, durable.
    pub fn write(
        draft: &Draft,
        fields: &[Field],
        judged: Judged,
        written: &Map<String, Value>,
        files: &[(Upload, Stored)],
    ) -> Letter {
        let mut sheet = Sheet {
            uid: new_uid(),
            ..Sheet::default()
        };
        for field in fields {
            let Some(value) = judged.answers.get(&field.name) else {
                continue;
            };
            match field.kind {
                FieldKind::File => sheet.file(field, files),
                FieldKind::Consent => sheet.consent(field, &draft.language),
                _ if super::is_apart(field) => sheet.apart(field, value),
                _ => {
                    // As it was written; what was made of it stands in the application.
                    let raw = written.get(&super::input(field)).unwrap_or(value);
                    sheet.shown.insert(field.name.clone(), raw.clone());
                    sheet.answers.insert(field.name.clone(), value.clone());
                }
            }
        }
        let body = json!({
            "name": judged.name, "email": judged.email, "language": draft.language, "answers": sheet.shown,
            "files": sheet.file_list, "consents": sheet.consent_list,
        });
        let submission = NewSubmission {
            uid: sheet.uid,
            dialect: DIALECT,
            route: "/apply/{token}",
            body: body.to_string(),
            files: sheet.files,
            eeo: sheet.eeo,
            unmapped: Vec::new(),
        };
        Letter {
            language: draft.language.clone(),
            said: said(fields, &judged, &sheet.answers),
            judged,
            submission,
            answers: sheet.answers,
            attachments: sheet.attachments,
            consents: sheet.consents,
        }
    }
}

impl Sheet {
    /// The next slot's number.
    fn n(&self) -> u32 {
        (self.files.len() + self.eeo.len()) as u32
    }

    fn file(&mut self, field: &Field, files: &[(Upload, Stored)]) {
        let of_field = |(u, _): &&(Upload, Stored)| u.field == field.name;
        let Some((upload, stored)) = files.iter().rfind(of_field) else {
            return;
        };
        let n = self.n();
        self.files.push(FileSlot {
            n,
            pointer: format!("/files/{}/content", self.file_list.len()),
            encoding: Encoding::Base64,
            sha256: stored.sha256,
        });
        self.file_list.push(json!({
            "field": field.name, "name": upload.name, "content": slot::placeholder(self.uid, n),
        }));
        self.attachments.push(attachment(field, upload, stored));
        self.answers.insert(field.name.clone(), json!(upload.name));
    }

    fn consent(&mut self, field: &Field, language: &str) {
        let text = field.consent_text();
        self.consent_list.push(json!({
            "field": field.name, "text": text.text, "version": text.version, "purpose": text.purpose,
        }));
        self.consents.push(NewConsent {
            field: field.name.clone(),
            text,
            language: language.to_owned(),
            submission: self.uid,
        });
        self.answers.insert(field.name.clone(), json!(true));
    }

    /// An equal-opportunity answer: kept apart.
    fn apart(&mut self, field: &Field, value: &Value) {
        let n = self.n();
        let slot = Value::String(slot::placeholder(self.uid, n));
        self.shown.insert(field.name.clone(), slot.clone());
        self.answers.insert(field.name.clone(), slot);
        self.eeo.push(EeoSlot {
            n,
            pointer: format!("/answers/{}", escaped(&field.name)),
            value: value.to_string(),
        });
    }
}

/// What is written of the person and not of this application alone.
fn said(fields: &[Field], judged: &Judged, answers: &Map<String, Value>) -> Said {
    let mut said = Said::new();
    said.insert("full_name".into(), json!(judged.name));
    let mut push = |list: &str, item: Value| match said.get_mut(list) {
        Some(Value::Array(items)) => items.push(item),
        _ => {
            said.insert(list.into(), json!([item]));
        }
    };
    for field in fields {
        let Some(text) = answers.get(&field.name).and_then(Value::as_str) else {
            continue;
        };
        match field.kind {
            FieldKind::Phone => push("phones", json!({"value": text})),
            FieldKind::Url => push("urls", json!({"value": text})),
            // Nobody has proven it.
            FieldKind::Email => push("emails", candidate::unproven(text)),
            _ => {}
        }
    }
    said
}

fn attachment(field: &Field, upload: &Upload, stored: &Stored) -> NewAttachment {
    NewAttachment {
        kind: kind(field),
        name: upload.name.clone(),
        file: Some(stored.clone()),
        url: None,
        scope: None,
    }
}

/// What a file is for, by what the form calls it, in the languages of the page.
fn kind(field: &Field) -> Kind {
    const WORDS: [(Kind, &[&str]); 3] = [
        (
            Kind::CoverLetter,
            &[
                "cover",
                "anschreiben",
                "motivation",
                "motivación",
                "presentación",
            ],
        ),
        (
            Kind::Resume,
            &[
                "resume",
                "résumé",
                "cv",
                "lebenslauf",
                "currículum",
                "curriculum",
            ],
        ),
        (Kind::Picture, &["photo", "picture", "foto", "bild"]),
    ];
    let names = [text::key(&field.label), text::key(&field.name)];
    let names = names.iter();
    let words: Vec<&str> = names
        .flat_map(|n| n.split(|c: char| !c.is_alphanumeric()))
        .collect();
    let speaks = |all: &&(Kind, &[&str])| all.1.iter().any(|w| words.contains(w));
    WORDS
        .iter()
        .find(speaks)
        .map_or(Kind::Other, |(kind, _)| *kind)
}

/// RFC 6901.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
