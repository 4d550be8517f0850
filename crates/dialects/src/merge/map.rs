//! Merge's words ↔ ours. Pure.
//!
//! One file for each model; `map/write.rs`: a write's envelope, in success and in failure; `map/page.rs`: a list's.
//! Every documented key is written every time, since SDKs have broken on a missing one (merge-python-client issue 98).

mod application;
mod attachment;
mod candidate;
mod job;
mod page;
mod write;

use hiring::id::Uuid;
use serde_json::{Map, Value, json};

use crate::time;

pub(super) use application::{ApplicationView, application, new_application};
pub(super) use attachment::attachment;
pub(super) use candidate::{CandidateView, candidate, keeps, new_candidate};
pub(super) use job::{job, stage};
pub(super) use page::{Page, page};
pub(super) use write::{Log, created, refused};

/// What every model begins with. `remote_id` is null as there is no far system: our own store is the destination.
fn head(uid: Uuid, created_at: i64, modified_at: i64) -> Map<String, Value> {
    object(json!({
        "id": uid,
        "remote_id": null,
        "created_at": time::micros(created_at),
        "modified_at": time::micros(modified_at),
    }))
}

/// `head`, the model's own members, and what every model ends with.
fn model(mut head: Map<String, Value>, own: Value) -> Value {
    head.extend(object(own));
    head.extend(object(json!({
        "remote_was_deleted": false,
        "field_mappings": null,
        "remote_data": null,
    })));
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
