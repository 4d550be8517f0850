//! Merge's words ↔ ours. Pure.
//!
//! One file for each model; `map/write.rs`: a write's envelope, in success and in failure; `map/page.rs`: a list's.
//! Every documented key is written every time, since SDKs have broken on a missing one (merge-python-client issue 98).

mod account;
mod activity;
mod application;
mod attachment;
mod candidate;
mod catalog;
mod eeoc;
mod job;
mod meta;
mod page;
mod question;
mod user;
mod write;

use std::sync::Arc;

use hiring::id::Uuid;
use hiring::linked_account::Settings;
use serde_json::{Map, Value, json};

use crate::time;

pub(super) use account::{
    INTEGRATION, account_details, account_token, audit_event, available_actions, concerns, issue,
    kind_of, linked_account, scopes, status, sync_statuses,
};
pub(super) use activity::{activity, new_note};
pub(super) use application::{Found, Whole, answers, application, new_application, question_id};
pub(super) use attachment::{attachment, new_attachment};
pub(super) use candidate::{CandidateView, candidate, edit, new_candidate, remote_data, shell};
pub(super) use catalog::{item, model_of, tag};
pub(super) use eeoc::eeoc;
pub(super) use job::{job, posting, posting_status_of, stage, status_of};
pub(super) use meta::meta;
pub(super) use page::{Page, page};
pub(super) use question::question;
pub(super) use user::user;
pub(super) use write::{Log, What, done, refused};

/// How records are shown to one caller.
#[derive(Debug, Clone)]
pub(super) struct Lens {
    /// Where the outside reaches us, without a slash at the end.
    pub public_url: String,
    /// The linked account's: its scopes say what is hidden.
    pub account: Arc<Settings>,
}

impl Lens {
    /// Whether records of `model` may be shown whole within others.
    pub(super) fn shows(&self, model: &str) -> bool {
        self.account.scope(model).is_none_or(|scope| scope.read)
    }

    /// Takes out of a record of `model` what the account's scopes switch off. Keys stay: SDKs break on a missing one.
    fn hide(&self, model: &str, members: &mut Map<String, Value>) {
        let Some(scope) = self.account.scope(model) else {
            return;
        };
        if !scope.read {
            // It may be written and not read, or stands in a record of another model: a shell of it.
            for (_, value) in members.iter_mut().filter(|(name, _)| *name != "id") {
                blank(value);
            }
            return;
        }
        for field in scope.disabled_fields.iter().filter(|f| *f != "id") {
            if let Some(value) = members.get_mut(field) {
                blank(value);
            }
        }
    }
}

fn blank(value: &mut Value) {
    match value {
        Value::Array(items) => items.clear(),
        other => *other = Value::Null,
    }
}

/// What is shown of a record of somebody who is to be ignored: every key, and nothing behind it but its id and times.
fn shell_of(mut record: Value) -> Value {
    const STAY: [&str; 4] = ["id", "created_at", "modified_at", "remote_was_deleted"];
    if let Some(members) = record.as_object_mut() {
        let others = members
            .iter_mut()
            .filter(|(name, _)| !STAY.contains(&name.as_str()));
        others.for_each(|(_, value)| blank(value));
    }
    record
}

/// What every model begins with. `remote_id` is null as there is no far system: our own store is the destination.
fn head(uid: Uuid, created_at: i64, modified_at: i64) -> Map<String, Value> {
    object(json!({
        "id": uid,
        "remote_id": null,
        "created_at": time::micros(created_at),
        "modified_at": time::micros(modified_at),
    }))
}

/// `head`, the own members of the model called `name`, and what every model ends with.
fn model(lens: &Lens, name: &str, mut head: Map<String, Value>, own: Value) -> Value {
    head.extend(object(own));
    head.extend(object(json!({
        "remote_was_deleted": false,
        "field_mappings": null,
        "remote_data": null,
    })));
    lens.hide(name, &mut head);
    Value::Object(head)
}

/// As [`model`], of the models that are documented without `field_mappings` and `remote_data`.
fn part(lens: &Lens, name: &str, mut head: Map<String, Value>, own: Value) -> Value {
    head.extend(object(own));
    head.insert("remote_was_deleted".into(), json!(false));
    lens.hide(name, &mut head);
    Value::Object(head)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn moment(micros: Option<i64>) -> Option<String> {
    micros.map(time::micros)
}
