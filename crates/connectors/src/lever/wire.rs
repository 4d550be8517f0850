//! Lever's words (hire.lever.co/developer/documentation): a *contact* is a person, an *opportunity* what they came for.

use serde_json::Value;

use crate::flow::{Found, Unclear, id, items, time};
use crate::person::same_mailbox;

/// Kinds of phone number: ours, theirs; the last for all others.
pub(super) const PHONE_TYPES: &[(&str, &str)] = &[
    ("home", "home"),
    ("work", "work"),
    ("mobile", "mobile"),
    ("skype", "skype"),
    ("", "other"),
];
/// Where an opportunity comes from, of a closed list.
pub(super) const APPLIED: &str = "applied";
pub(super) const SOURCED: &str = "sourced";

/// An opportunity with its person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opportunity {
    pub id: String,
    pub contact: String,
    pub created_at: Option<String>,
    pub data: Value,
}

pub(super) fn opportunity(data: &Value) -> Option<Opportunity> {
    let it = id(&data["id"])?;
    Some(Opportunity {
        contact: id(&data["contact"]).unwrap_or_else(|| it.clone()),
        id: it,
        created_at: time(&data["createdAt"]),
        data: data.clone(),
    })
}

/// The open one of the person with this address, of a list that is of the posting already.
pub(super) fn with_email(body: &Value, email: &str) -> Found<Opportunity> {
    let theirs = |o: &&Value| {
        let mut emails = o["emails"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        o["archived"].is_null() && emails.any(|e| same_mailbox(e, email))
    };
    let found = items(body, "/data")?.iter().find(theirs);
    found.map(|o| opportunity(o).ok_or(Unclear)).transpose()
}
