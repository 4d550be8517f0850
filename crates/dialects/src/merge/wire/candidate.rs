//! CandidateRequest (dialect page, §2). Nothing in it is required; null says nothing, in lists too.

use hiring::problem::FlawCode;

use super::nested::{ApplicationRequest, AttachmentRequest, Linked, linked};
use super::{Read, Reading, read};
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
}

/// A phone number, an e-mail address or a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Contact {
    pub value: String,
    /// One of the list's enum.
    pub kind: Option<String>,
}

const KNOWN: [&str; 15] = [
    "first_name",
    "last_name",
    "company",
    "title",
    "last_interaction_at",
    "is_private",
    "can_email",
    "locations",
    "phone_numbers",
    "email_addresses",
    "urls",
    "tags",
    "applications",
    "attachments",
    "remote_template_id",
];

/// What no integration needs here, and what nobody may write.
const UNUSED: [&str; 11] = [
    "integration_params",
    "linked_account_params",
    "id",
    "remote_id",
    "created_at",
    "modified_at",
    "remote_created_at",
    "remote_updated_at",
    "remote_was_deleted",
    "field_mappings",
    "remote_data",
];

const PARAMS: [&str; 2] = ["integration_params", "linked_account_params"];

/// Members of a contact as it is read, which a caller may send back.
const CONTACT_UNUSED: [&str; 5] = [
    PARAMS[0],
    PARAMS[1],
    "created_at",
    "modified_at",
    "remote_was_deleted",
];

/// One of the three lists of contacts: its name, the name of an item's type and the enum of that.
struct ContactList {
    name: &'static str,
    kind: &'static str,
    choices: &'static [&'static str],
}

/// Values of `phone_number_type`.
pub(in super::super) const PHONE_TYPES: [&str; 5] = ["HOME", "WORK", "MOBILE", "SKYPE", "OTHER"];
/// Values of `email_address_type`.
pub(in super::super) const EMAIL_TYPES: [&str; 3] = ["PERSONAL", "WORK", "OTHER"];
/// Values of `url_type`.
pub(in super::super) const URL_TYPES: [&str; 7] = [
    "PERSONAL",
    "COMPANY",
    "PORTFOLIO",
    "BLOG",
    "SOCIAL_MEDIA",
    "OTHER",
    "JOB_POSTING",
];

const PHONES: ContactList = ContactList {
    name: "phone_numbers",
    kind: "phone_number_type",
    choices: &PHONE_TYPES,
};
const EMAILS: ContactList = ContactList {
    name: "email_addresses",
    kind: "email_address_type",
    choices: &EMAIL_TYPES,
};
const URLS: ContactList = ContactList {
    name: "urls",
    kind: "url_type",
    choices: &URL_TYPES,
};

impl CandidateRequest {
    pub(in super::super) fn parse(body: &Body) -> Read<CandidateRequest> {
        read(body, |reading, model| {
            reading.note_unknown(model, &KNOWN, &UNUSED);
            CandidateRequest {
                first_name: reading.check.string(model, "first_name"),
                last_name: reading.check.string(model, "last_name"),
                company: reading.check.string(model, "company"),
                title: reading.check.string(model, "title"),
                last_interaction_at: reading.moment(model, "last_interaction_at"),
                is_private: reading.check.boolean(model, "is_private"),
                can_email: reading.check.boolean(model, "can_email"),
                locations: reading.locations(model),
                phone_numbers: reading.contacts(model, &PHONES),
                email_addresses: reading.addresses(model),
                urls: reading.contacts(model, &URLS),
                tags: reading.check.strings(model, "tags"),
                applications: linked(reading, model, "applications", ApplicationRequest::read),
                attachments: linked(reading, model, "attachments", AttachmentRequest::read),
                remote_template_id: reading.check.string(model, "remote_template_id"),
            }
        })
    }
}

impl<'b> Reading<'b> {
    fn contacts(&mut self, model: &Object<'b>, list: &ContactList) -> Vec<Contact> {
        let mut contacts = Vec::new();
        for item in self.check.objects(model, list.name) {
            self.note_unknown(&item, &["value", list.kind], &CONTACT_UNUSED);
            let value = self.check.string(&item, "value");
            let kind = self.check.choice(&item, list.kind, list.choices);
            match value {
                Some(value) => contacts.push(Contact { value, kind }),
                // The type of nothing has no place in the record.
                None if kind.is_some() => {
                    self.note(item.pointer(list.kind), list.kind, super::Why::Unsupported);
                }
                None => {}
            }
        }
        contacts
    }

    /// The contacts that must be e-mail addresses, as they tell whom this is about.
    fn addresses(&mut self, model: &Object<'b>) -> Vec<Contact> {
        let items = model
            .get(EMAILS.name)
            .and_then(|v| v.as_array())
            .map_or(&[][..], Vec::as_slice);
        for (i, item) in items.iter().enumerate() {
            let Some(address) = item["value"].as_str() else {
                continue;
            };
            if !address.trim().is_empty() && hiring::text::email_key(address).is_none() {
                let pointer = format!("{}/{i}/value", model.pointer(EMAILS.name));
                let detail = "value must be an e-mail address.";
                self.check.flaw(pointer, FlawCode::Email, detail);
            }
        }
        self.contacts(model, &EMAILS)
    }

    /// Free text; the SDKs' types allow null among it.
    fn locations(&mut self, model: &Object<'b>) -> Vec<String> {
        let mut locations = Vec::new();
        for (at, item) in self.check.list(model, "locations") {
            match item.as_str() {
                Some(text) => locations.push(text.to_owned()),
                None if item.is_null() => {}
                None => self.check.flaw(
                    at,
                    FlawCode::WrongType,
                    "locations must hold strings or nulls",
                ),
            }
        }
        locations
    }
}

#[cfg(test)]
mod tests {
    use hiring::problem::{FlawCode, Problem};
    use serde_json::{Value, json};

    use super::super::{Note, Why};
    use super::*;

    fn parse(body: &Value) -> Read<CandidateRequest> {
        let body = Body::read(body.to_string().into(), |_| false).expect("JSON");
        CandidateRequest::parse(&body)
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
        for name in KNOWN.iter().chain(&UNUSED) {
            let read = model(json!({*name: null}));
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
        for name in KNOWN {
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
        for list in [&PHONES, &EMAILS, &URLS] {
            let of = |kind: &str| {
                model(json!({list.name: [{"value": "a@example.com", list.kind: kind}]}))
            };
            for choice in list.choices {
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
