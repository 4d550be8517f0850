//! What an organization chooses from, and the tags its candidates have.

use hiring::catalog::{Item, Kind};
use hiring::tag::Tag;
use serde_json::{Map, Value, json};

use super::{Lens, head, model, object};
use crate::time;

/// The name of the model that shows this kind.
pub(in super::super) fn model_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Department => "Department",
        Kind::Office => "Office",
        Kind::RejectReason => "RejectReason",
    }
}

/// The model Department, Office or RejectReason.
pub(in super::super) fn item(lens: &Lens, item: &Item) -> Value {
    let mut own = Map::from_iter([("name".to_owned(), json!(item.name))]);
    if item.kind == Kind::Office {
        own.insert("location".into(), json!(item.place));
    }
    model(
        lens,
        model_of(item.kind),
        head(item.uid, item.created_at, item.created_at),
        Value::Object(own),
    )
}

/// The model Tag, the only one without an `id`.
pub(in super::super) fn tag(lens: &Lens, tag: &Tag) -> Value {
    let at = time::micros(tag.created_at);
    let head = object(json!({"remote_id": null, "created_at": at, "modified_at": at}));
    model(lens, "Tag", head, json!({"name": tag.name}))
}
