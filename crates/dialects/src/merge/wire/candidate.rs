//! CandidateRequest (dialect page, §2), with types. Nothing in it is required but by its linked account; null says
//! nothing, in lists too.

use std::collections::BTreeSet;

use hiring::linked_account::Settings;
use serde_json::Value;

use super::nested::{ApplicationRequest, AttachmentRequest, Linked, linked};
use super::tables::CANDIDATE;
use super::{Note, Read, Typed, Why, read};
use crate::body::Body;
use crate::check::Object;

/// A person, as callers write one.
#[derive(Debug, Default)]
pub(in super::super) struct CandidateRequest {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
    pub last_interaction_at: Option<i64>,
    pub is_private: Option<bool>,
    pub can_email: Option<bool>,
    pub locations: Vec<String>,
    pub phone_numbers: Vec<Contact>,
    pub email_addresses: Vec<Contact>,
    pub urls: Vec<Contact>,
    pub tags: Vec<String>,
    pub applications: Vec<Linked<ApplicationRequest>>,
    pub attachments: Vec<Linked<AttachmentRequest>>,
    pub remote_template_id: Option<String>,
    /// Names of the members that are there, be they null: what a change touches.
    pub present: BTreeSet<String>,
}

/// A phone number, an e-mail address or a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Contact {
    pub value: String,
    /// One of the list's enum.
    pub kind: Option<String>,
}

/// One of the three lists of contacts: its name and the name of an item's type.
struct ContactList {
    name: &'static str,
    kind: &'static str,
}

const PHONES: ContactList = ContactList {
    name: "phone_numbers",
    kind: "phone_number_type",
};
const EMAILS: ContactList = ContactList {
    name: "email_addresses",
    kind: "email_address_type",
};
const URLS: ContactList = ContactList {
    name: "urls",
    kind: "url_type",
};

impl CandidateRequest {
    /// A new candidate; `account` says what it must have.
    pub(in super::super) fn parse(body: &Body, account: &Settings) -> Read<CandidateRequest> {
        let required = account.required("Candidate");
        read(body, &CANDIDATE, required, CandidateRequest::typed)
    }

    /// A change of one: nothing is required.
    pub(in super::super) fn parse_change(body: &Body, _: &Settings) -> Read<CandidateRequest> {
        read(body, &CANDIDATE, &[], CandidateRequest::typed)
    }

    pub(super) fn typed(model: &Object<'_>, notes: &mut Vec<Note>) -> CandidateRequest {
        CandidateRequest {
            first_name: model.text("first_name"),
            last_name: model.text("last_name"),
            company: model.text("company"),
            title: model.text("title"),
            last_interaction_at: model.moment("last_interaction_at"),
            is_private: model.flag("is_private"),
            can_email: model.flag("can_email"),
            locations: model.texts("locations"),
            phone_numbers: contacts(model, &PHONES, notes),
            email_addresses: contacts(model, &EMAILS, notes),
            urls: contacts(model, &URLS, notes),
            tags: model.texts("tags"),
            applications: linked(model, "applications", ApplicationRequest::typed),
            attachments: linked(model, "attachments", AttachmentRequest::typed),
            remote_template_id: model.text("remote_template_id"),
            present: model.members.keys().cloned().collect(),
        }
    }
}

fn contacts(model: &Object<'_>, list: &ContactList, notes: &mut Vec<Note>) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for (at, item) in model.items(list.name) {
        let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
        // A blank is no value.
        let value = text("value").filter(|value| !value.trim().is_empty());
        match (value, text(list.kind)) {
            (Some(value), kind) => contacts.push(Contact { value, kind }),
            // The type of nothing has no place in the record.
            (None, Some(_)) => notes.push(Note {
                pointer: format!("{at}/{}", list.kind),
                name: list.kind.to_owned(),
                why: Why::Unsupported,
            }),
            (None, None) => {}
        }
    }
    contacts
}

#[cfg(test)]
mod tests {
    use hiring::problem::{FlawCode, Problem};
    use serde_json::json;

    use super::super::rules::{Kind, Rule};
    use super::super::tables::{EMAIL_TYPES, PHONE_TYPES, URL_TYPES};
    use super::super::{Note, Why};
    use super::*;

    fn parse(body: &Value) -> Read<CandidateRequest> {
        let body = Body::read(body.to_string().into(), |_| false).expect("JSON");
        CandidateRequest::parse(&body, &Settings::default())
    }

    fn model(model: Value) -> Read<CandidateRequest> {
        parse(&json!({"model": model}))
    }

    /// (pointer, code) of the only fault.
    fn fault(read: Read<CandidateRequest>) -> (String, FlawCode) {
        match read.write {
            Err(Problem::Invalid(flaws)) if flaws.len() == 1 => {
                (flaws[0].pointer.clone(), flaws[0].code)
            }
            other => panic!("not one fault: {other:?}"),
        }
    }

    #[test]
    fn every_field_may_be_null_or_absent() {
        for name in CANDIDATE.rules.iter().map(|rule| rule.name) {
            let read = model(json!({name: null}));
            assert!(read.write.is_ok(), "{name}");
            assert_eq!(read.notes, [], "{name}");
        }
        let read = parse(&json!({"model": {}, "remote_user_id": null}));
        assert_eq!(read.write.expect("accepted").remote_user_id, None);
    }

    #[test]
    fn every_field_has_its_type() {
        let wrong = |name: &str| match name {
            "is_private" | "can_email" => json!("true"),
            _ => json!(true),
        };
        let used = |rule: &&Rule| !matches!(rule.kind, Kind::Unused);
        for name in CANDIDATE.rules.iter().filter(used).map(|rule| rule.name) {
            let found = fault(model(json!({name: wrong(name)})));
            assert_eq!(found, (format!("/model/{name}"), FlawCode::WrongType));
        }
        let found = fault(parse(&json!({"model": {}, "remote_user_id": 1})));
        assert_eq!(found, ("/remote_user_id".into(), FlawCode::WrongType));
        for body in [json!({}), json!({"model": null})] {
            assert_eq!(fault(parse(&body)), ("/model".into(), FlawCode::Required));
        }
        let found = fault(model(json!({"last_interaction_at": "soon"})));
        assert_eq!(
            found,
            ("/model/last_interaction_at".into(), FlawCode::Datetime)
        );
    }

    #[test]
    fn contact_types_are_the_enums_and_in_capitals() {
        let choices = [&PHONE_TYPES[..], &EMAIL_TYPES, &URL_TYPES];
        for (list, choices) in [&PHONES, &EMAILS, &URLS].into_iter().zip(choices) {
            let of = |kind: &str| {
                model(json!({list.name: [{"value": "a@example.com", list.kind: kind}]}))
            };
            for choice in choices {
                assert!(of(choice).write.is_ok(), "{choice}");
                let (pointer, code) = fault(of(&choice.to_lowercase()));
                assert_eq!(pointer, format!("/model/{}/0/{}", list.name, list.kind));
                assert_eq!(code, FlawCode::NotAChoice);
            }
        }
    }

    #[test]
    fn addresses_must_be_addresses() {
        let of = |value: Value| {
            model(json!({"email_addresses": [{"value": "a@example.com"}, {"value": value}]}))
        };
        assert_eq!(
            fault(of(json!("nobody"))),
            ("/model/email_addresses/1/value".into(), FlawCode::Email)
        );
        assert!(of(json!(null)).write.is_ok());
        assert!(of(json!(" b@example.com ")).write.is_ok());
    }

    #[test]
    fn what_the_account_requires_must_be_there() {
        let mut account = Settings::default();
        let fields = ["first_name", "email_addresses"].map(str::to_owned);
        account.requires.insert("Candidate".into(), fields.to_vec());
        let of = |model: Value| {
            let body = json!({"model": model}).to_string();
            let body = Body::read(body.into(), |_| false).expect("JSON");
            CandidateRequest::parse(&body, &account)
        };
        let whole = json!({"first_name": "Ada", "email_addresses": [{"value": "ada@example.com"}]});
        assert!(of(whole).write.is_ok());
        for missing in [json!({}), json!({"email_addresses": []}), json!(null)] {
            let mut model = json!({"first_name": "Ada"});
            if let Some(more) = missing.as_object() {
                model.as_object_mut().unwrap().extend(more.clone());
            }
            let found = fault(of(model));
            let place = "/model/email_addresses".to_owned();
            assert_eq!(found, (place, FlawCode::Required));
        }
    }

    #[test]
    fn what_is_ignored_is_noted() {
        let read = parse(&json!({
            "model": {"age": 7, "gender": "x", "id": "1", "integration_params": {"a": 1},
                "urls": [{"url_type": "BLOG", "x": 1}]},
            "extra": null
        }));
        assert!(read.write.is_ok());
        let note = |pointer: &str, why| Note {
            pointer: pointer.into(),
            name: pointer.rsplit('/').next().unwrap_or("").into(),
            why,
        };
        let expected = [
            note("/extra", Why::Unrecognized),
            note("/model/age", Why::Unrecognized),
            note("/model/gender", Why::Unrecognized),
            note("/model/id", Why::Unsupported),
            note("/model/integration_params", Why::Unsupported),
            note("/model/urls/0/x", Why::Unrecognized),
            note("/model/urls/0/url_type", Why::Unsupported),
        ];
        assert_eq!(read.notes, expected);
    }
}
