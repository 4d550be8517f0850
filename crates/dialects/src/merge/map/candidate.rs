//! A person.

use hiring::application;
use hiring::attachment;
use hiring::candidate::{Candidate, CandidateEdit, NewCandidate};
use hiring::id::Uuid;
use hiring::record::{How, Said};
use hiring::slot;
use hiring::submission::Submission;
use serde_json::{Map, Value, json};

use super::application::{Whole, application as shown_application};
use super::attachment::{attachment as shown_attachment, new_attachment};
use super::{Lens, head, model, object};
use crate::merge::wire::{
    CandidateRequest, Contact, EMAIL_TYPES, Expand, Linked, PHONE_TYPES, URL_TYPES, Write,
};
use crate::time;

/// What a CandidateRequest says of the person, and the files it names.
pub(in super::super) fn new_candidate(
    model: &CandidateRequest,
    on_behalf_of: &Option<String>,
) -> NewCandidate {
    let nothing = |v: &Value| v.is_null() || v.as_array().is_some_and(Vec::is_empty);
    let mut said = words(model);
    said.insert("on_behalf_of".into(), json!(filled(on_behalf_of)));
    said.retain(|_, value| !nothing(value));
    NewCandidate {
        said,
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: added(model),
    }
}

/// What a PatchedCandidateRequest changes: members that are there replace what was, null clears. `attachments` that is
/// there names those that stay.
pub(in super::super) fn edit(write: &Write<CandidateRequest>) -> CandidateEdit {
    let model = &write.model;
    let mut said = words(model);
    said.retain(|field, _| model.present.contains(sent_as(field)));
    for value in said.values_mut() {
        if value.as_array().is_some_and(Vec::is_empty) {
            *value = Value::Null;
        }
    }
    let ids = model.attachments.iter().filter_map(|a| match a {
        Linked::Existing(there) => Some(there.id),
        Linked::New(_) => None,
    });
    CandidateEdit {
        said,
        attachments: added(model),
        keep: model
            .present
            .contains("attachments")
            .then(|| ids.collect::<Vec<Uuid>>()),
    }
}

/// The canonical words of a request, null where it says nothing.
fn words(model: &CandidateRequest) -> Said {
    object(json!({
        "first_name": filled(&model.first_name),
        "last_name": filled(&model.last_name),
        "company": filled(&model.company),
        "title": filled(&model.title),
        "last_interaction_at": model.last_interaction_at.map(time::micros),
        "is_private": model.is_private,
        "can_email": model.can_email,
        "locations": model.locations,
        "phones": contacts(&model.phone_numbers),
        "emails": contacts(&model.email_addresses),
        "urls": contacts(&model.urls),
        "tags": model.tags,
        "template": filled(&model.remote_template_id),
    }))
}

/// The member of the request that says a canonical field.
fn sent_as(field: &str) -> &str {
    match field {
        "phones" => "phone_numbers",
        "emails" => "email_addresses",
        "template" => "remote_template_id",
        same => same,
    }
}

fn added(model: &CandidateRequest) -> Vec<attachment::NewAttachment> {
    let new = model.attachments.iter().filter_map(|a| match a {
        Linked::New(new) => Some(new_attachment(new)),
        Linked::Existing(_) => None,
    });
    new.collect()
}

/// A blank says nothing: it must not take a name away that is known.
fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|t| !t.trim().is_empty())
}

fn contacts(list: &[Contact]) -> Vec<Value> {
    let one = |c: &Contact| match &c.kind {
        Some(kind) => json!({"value": c.value.trim(), "type": kind}),
        None => json!({"value": c.value.trim()}),
    };
    list.iter()
        .filter(|c| !c.value.trim().is_empty())
        .map(one)
        .collect()
}

/// A candidate with what is linked to it.
#[derive(Debug, Clone)]
pub(in super::super) struct CandidateView {
    pub candidate: Candidate,
    /// Submitted ones only: an application that waits for its candidate to accept an invite is none yet.
    pub applications: Vec<application::Listed>,
    pub attachments: Vec<attachment::Listed>,
    /// What was sent of the person; `None`: was not asked for.
    pub submissions: Option<Vec<Submission>>,
}

/// The model Candidate; of one who is to be ignored, the shell of it.
pub(in super::super) fn candidate(lens: &Lens, view: &CandidateView, expand: &Expand) -> Value {
    let candidate = &view.candidate;
    if candidate.ignored_at.is_some() {
        return shell(lens, candidate);
    }
    let record = &candidate.record;
    let whole = |field: &str, model: &str| expand.has(field) && lens.shows(model);
    let (applications, attachments) = (
        whole("applications", "Application"),
        whole("attachments", "Attachment"),
    );
    let applications: Vec<Value> = view
        .applications
        .iter()
        .map(|a| match applications {
            true => shown_application(lens, a, Whole::default()),
            false => json!(a.application.uid),
        })
        .collect();
    let attachments: Vec<Value> = view
        .attachments
        .iter()
        .map(|a| match attachments {
            true => shown_attachment(lens, a, None),
            false => json!(a.attachment.uid),
        })
        .collect();
    let mut shown = model(
        lens,
        "Candidate",
        head(candidate.uid, candidate.created_at, candidate.updated_at),
        json!({
            "first_name": record.get("first_name"),
            "last_name": record.get("last_name"),
            "company": record.get("company"),
            "title": record.get("title"),
            "remote_created_at": null,
            "remote_updated_at": null,
            "last_interaction_at": record.text("last_interaction_at").and_then(time::parse).map(time::micros),
            "is_private": record.get("is_private"),
            "can_email": record.get("can_email"),
            "locations": record.list("locations"),
            "phone_numbers": contacts_of(candidate, "phones", "phone_number_type", &PHONE_TYPES),
            "email_addresses": contacts_of(candidate, "emails", "email_address_type", &EMAIL_TYPES),
            "urls": contacts_of(candidate, "urls", "url_type", &URL_TYPES),
            "tags": record.list("tags"),
            "applications": applications,
            "attachments": attachments,
        }),
    );
    shown["remote_data"] = json!(view.submissions.as_deref().map(remote_data));
    shown
}

/// The model Candidate of somebody of whom nothing is to be shown: every key, and nothing behind it.
pub(in super::super) fn shell(lens: &Lens, candidate: &Candidate) -> Value {
    let texts = [
        "first_name",
        "last_name",
        "company",
        "title",
        "remote_created_at",
        "remote_updated_at",
        "last_interaction_at",
        "is_private",
        "can_email",
    ];
    let lists = [
        "locations",
        "phone_numbers",
        "email_addresses",
        "urls",
        "tags",
        "applications",
        "attachments",
    ];
    let texts = texts.map(|name| (name.to_owned(), Value::Null));
    let lists = lists.map(|name| (name.to_owned(), json!([])));
    let members: Map<String, Value> = texts.into_iter().chain(lists).collect();
    let head = head(candidate.uid, candidate.created_at, candidate.updated_at);
    model(lens, "Candidate", head, Value::Object(members))
}

/// What was sent of a record: the bodies, by the API and route they came by. Files and equal-opportunity answers stay
/// slots, whoever asks.
pub(in super::super) fn remote_data(submissions: &[Submission]) -> Vec<Value> {
    let one = |submission: &Submission| {
        let mut data: Value = serde_json::from_str(&submission.body).unwrap_or_default();
        slot::fill(&mut data, &mut |uid, n| {
            Some(json!(format!("slot:{uid}.{n}")))
        });
        json!({"path": format!("/{}{}", submission.dialect, submission.route), "data": data})
    };
    submissions.iter().map(one).collect()
}

/// Contacts as sub-objects. We do not count their own times: they are the candidate's.
fn contacts_of(candidate: &Candidate, field: &str, kind: &str, choices: &[&str]) -> Vec<Value> {
    let one = |item: &Value| {
        json!({
            "created_at": time::micros(candidate.created_at),
            "modified_at": time::micros(candidate.updated_at),
            "value": item["value"],
            kind: shown_type(&item["type"], choices),
            "remote_was_deleted": false,
        })
    };
    candidate.record.list(field).iter().map(one).collect()
}

/// "A value without a mapping is passed through in its original form": another caller's `work` maps to `WORK`, its
/// `switchboard` to nothing of Merge's.
fn shown_type(kind: &Value, choices: &[&str]) -> Value {
    let upper = kind.as_str().map(str::to_uppercase);
    match upper.filter(|u| choices.contains(&u.as_str())) {
        Some(choice) => json!(choice),
        None => kind.clone(),
    }
}

#[cfg(test)]
mod tests {
    use hiring::id::{CandidateId, Uuid};
    use hiring::record::Record;

    use super::*;

    fn of(fields: Value) -> Candidate {
        Candidate {
            id: CandidateId(1),
            uid: Uuid::nil(),
            record: Record::of(&object(fields)),
            created_at: 10,
            updated_at: 20,
            ignored_at: None,
        }
    }

    fn lens() -> Lens {
        Lens {
            public_url: "http://muster.test".into(),
            account: Default::default(),
        }
    }

    #[test]
    fn a_shell_has_the_keys_and_nothing_else() {
        let full = shown_as(json!({"first_name": "Ada", "tags": ["x"]}));
        let shell = shell(&lens(), &of(json!({"first_name": "Ada", "tags": ["x"]})));
        let keys = |v: &Value| {
            let mut keys: Vec<String> = v.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&full), keys(&shell));
        assert_eq!(shell["first_name"], Value::Null);
        assert_eq!(shell["tags"], json!([]));
    }

    #[test]
    fn a_change_touches_what_is_there_only() {
        let request = CandidateRequest {
            first_name: Some("Ada".into()),
            present: ["first_name", "company", "tags"].map(str::to_owned).into(),
            ..CandidateRequest::default()
        };
        let change = edit(&Write {
            model: request,
            remote_user_id: None,
        });
        let expected = json!({"first_name": "Ada", "company": null, "tags": null});
        assert_eq!(Value::Object(change.said), expected);
        assert_eq!(change.keep, None);
    }

    fn shown_as(fields: Value) -> Value {
        let view = CandidateView {
            candidate: of(fields),
            applications: Vec::new(),
            attachments: Vec::new(),
            submissions: None,
        };
        candidate(&lens(), &view, &Expand::default())
    }

    #[test]
    fn other_callers_words_are_mapped_or_passed_through() {
        let shown = shown_as(json!({
            "full_name": "Ada King Lovelace",
            "phones": [{"value": "1", "type": "mobile"}, {"value": "2", "type": "switchboard"}, {"value": "3"}],
            "last_interaction_at": "2021-10-17",
        }));
        assert_eq!(shown["first_name"], "Ada");
        assert_eq!(shown["last_name"], "King Lovelace");
        let types = [0, 1, 2].map(|i| shown["phone_numbers"][i]["phone_number_type"].clone());
        assert_eq!(types, [json!("MOBILE"), json!("switchboard"), Value::Null]);
        assert_eq!(shown["last_interaction_at"], "2021-10-17T00:00:00.000000Z");
    }

    #[test]
    fn who_is_unknown_has_every_key_all_the_same() {
        let shown = shown_as(json!({}));
        assert_eq!(shown.as_object().map(|o| o.len()), Some(23));
        for list in [
            "locations",
            "phone_numbers",
            "email_addresses",
            "urls",
            "tags",
            "applications",
            "attachments",
        ] {
            assert_eq!(shown[list], json!([]), "{list}");
        }
    }

    #[test]
    fn blanks_and_nulls_say_nothing() {
        let model = CandidateRequest {
            first_name: Some(" ".into()),
            title: Some("Countess".into()),
            email_addresses: vec![
                Contact {
                    value: String::new(),
                    kind: None,
                },
                Contact {
                    value: " a@example.com".into(),
                    kind: Some("WORK".into()),
                },
            ],
            ..CandidateRequest::default()
        };
        let said = Value::Object(new_candidate(&model, &None).said);
        let expected =
            json!({"title": "Countess", "emails": [{"value": "a@example.com", "type": "WORK"}]});
        assert_eq!(said, expected);
    }
}
