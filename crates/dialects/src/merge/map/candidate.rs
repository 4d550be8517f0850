//! A person.

use hiring::attachment::{Attachment, Kind, NewAttachment};
use hiring::candidate::{Candidate, NewCandidate};
use hiring::record::{How, Said};
use hiring::text;
use serde_json::{Value, json};

use super::{ApplicationView, application, attachment, head, model, object};
use crate::merge::wire::{
    AttachmentRequest, CandidateRequest, Contact, EMAIL_TYPES, ExpandQuery, Filter, Linked,
    PHONE_TYPES, URL_TYPES, Write,
};
use crate::time;

/// What a CandidateRequest says of the person, and the files it names.
pub(in super::super) fn new_candidate(write: &Write<CandidateRequest>) -> NewCandidate {
    let model = &write.model;
    let words = json!({
        "first_name": said(&model.first_name),
        "last_name": said(&model.last_name),
        "company": said(&model.company),
        "title": said(&model.title),
        "last_interaction_at": model.last_interaction_at.map(time::micros),
        "is_private": model.is_private,
        "can_email": model.can_email,
        "locations": model.locations,
        "phones": contacts(&model.phone_numbers),
        "emails": contacts(&model.email_addresses),
        "urls": contacts(&model.urls),
        "tags": model.tags,
        "template": said(&model.remote_template_id),
        "on_behalf_of": said(&write.remote_user_id),
    });
    let nothing = |v: &Value| v.is_null() || v.as_array().is_some_and(Vec::is_empty);
    let words: Said = object(words)
        .into_iter()
        .filter(|(_, v)| !nothing(v))
        .collect();
    let files = model.attachments.iter().filter_map(|a| match a {
        Linked::New(new) => Some(new_attachment(new)),
        Linked::Existing(_) => None,
    });
    NewCandidate {
        said: words,
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: files.collect(),
    }
}

/// A blank says nothing: it must not take a name away that is known.
fn said(text: &Option<String>) -> Option<&str> {
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

fn new_attachment(new: &AttachmentRequest) -> NewAttachment {
    let kind = match new.attachment_type.as_deref() {
        Some("RESUME") => Kind::Resume,
        Some("COVER_LETTER") => Kind::CoverLetter,
        Some("OFFER_LETTER") => Kind::OfferLetter,
        _ => Kind::Other,
    };
    NewAttachment {
        kind,
        name: new.file_name.clone().unwrap_or_default(),
        file: None,
        url: new.file_url.as_deref().map(|url| url.trim().to_owned()),
        scope: None,
    }
}

/// A candidate with what is linked to it.
pub(in super::super) struct CandidateView {
    pub candidate: Candidate,
    /// Submitted ones only: an application that waits for its candidate to accept an invite is none yet.
    pub applications: Vec<ApplicationView>,
    pub attachments: Vec<Attachment>,
}

/// The model Candidate. `public_url`: see [`attachment`].
pub(in super::super) fn candidate(
    view: &CandidateView,
    expand: ExpandQuery,
    public_url: &str,
) -> Value {
    let CandidateView {
        candidate,
        applications,
        attachments,
    } = view;
    let record = &candidate.record;
    let applications: Vec<Value> = applications
        .iter()
        .map(|a| match expand.applications {
            true => application(a),
            false => json!(a.application.uid),
        })
        .collect();
    let attachments: Vec<Value> = attachments
        .iter()
        .map(|a| match expand.attachments {
            true => attachment(a, candidate.uid, public_url),
            false => json!(a.uid),
        })
        .collect();
    model(
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
            "phone_numbers": shown(candidate, "phones", "phone_number_type", &PHONE_TYPES),
            "email_addresses": shown(candidate, "emails", "email_address_type", &EMAIL_TYPES),
            "urls": shown(candidate, "urls", "url_type", &URL_TYPES),
            "tags": record.list("tags"),
            "applications": applications,
            "attachments": attachments,
        }),
    )
}

/// Contacts as sub-objects. We do not count their own times: they are the candidate's.
fn shown(candidate: &Candidate, field: &str, kind: &str, choices: &[&str]) -> Vec<Value> {
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

/// Whether a list with this filter shows the candidate. Times strictly after and before; names and tags whatever
/// their case.
pub(in super::super) fn keeps(filter: &Filter, candidate: &Candidate) -> bool {
    let after = |bound: Option<i64>, at: i64| bound.is_none_or(|b| at > b);
    let before = |bound: Option<i64>, at: i64| bound.is_none_or(|b| at < b);
    let record = &candidate.record;
    let named = |wanted: &Option<String>, field: &str| match wanted {
        Some(name) => record
            .text(field)
            .is_some_and(|t| text::key(t) == text::key(name)),
        None => true,
    };
    let tagged = |tag: &String| {
        let tags = record.list("tags").iter().filter_map(Value::as_str);
        tags.map(text::key).any(|t| t == text::key(tag))
    };
    after(filter.created_after, candidate.created_at)
        && before(filter.created_before, candidate.created_at)
        && after(filter.modified_after, candidate.updated_at)
        && before(filter.modified_before, candidate.updated_at)
        && named(&filter.first_name, "first_name")
        && named(&filter.last_name, "last_name")
        && (filter.tags.is_empty() || filter.tags.iter().any(tagged))
        // Nobody has one: `remote_id` is null in all we show.
        && filter.remote_id.is_none()
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
        }
    }

    fn shown_as(fields: Value) -> Value {
        let view = CandidateView {
            candidate: of(fields),
            applications: Vec::new(),
            attachments: Vec::new(),
        };
        candidate(&view, ExpandQuery::default(), "http://muster.test")
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
        let write = Write {
            model: CandidateRequest {
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
            },
            remote_user_id: None,
        };
        let said = Value::Object(new_candidate(&write).said);
        let expected =
            json!({"title": "Countess", "emails": [{"value": "a@example.com", "type": "WORK"}]});
        assert_eq!(said, expected);
    }

    #[test]
    fn filters_are_strict_about_times_and_not_about_case() {
        let ada = of(json!({"first_name": "Ada", "last_name": "L", "tags": ["Engine", "x"]}));
        let none = Filter::default();
        let table = [
            (none.clone(), true),
            (
                Filter {
                    created_after: Some(9),
                    created_before: Some(11),
                    ..none.clone()
                },
                true,
            ),
            (
                Filter {
                    created_after: Some(10),
                    ..none.clone()
                },
                false,
            ),
            (
                Filter {
                    modified_before: Some(20),
                    ..none.clone()
                },
                false,
            ),
            (
                Filter {
                    first_name: Some("ADA".into()),
                    tags: vec!["no".into(), "engine".into()],
                    ..none.clone()
                },
                true,
            ),
            (
                Filter {
                    last_name: Some("Ada".into()),
                    ..none.clone()
                },
                false,
            ),
            (
                Filter {
                    remote_id: Some("1".into()),
                    ..none
                },
                false,
            ),
        ];
        for (filter, shown) in table {
            assert_eq!(keeps(&filter, &ada), shown, "{filter:?}");
        }
    }
}
