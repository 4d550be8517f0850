//! Vendor words ↔ ours. Pure.
//!
//! `said.rs`: the body as canonical facts. `shown.rs`: a record as the body's schema. Both walk `wire/tables.rs`, so
//! what goes in by one name comes out by it. `files.rs`: the body's files. `applications.rs`: its applications.
//! `positions.rs`: a job as a far system's position.

pub(super) mod applications;
pub(super) mod files;
pub(super) mod positions;
pub(super) mod said;
pub(super) mod shown;

use serde_json::{Map, Value};

use super::wire::tables::{Kind, Member, kind_of};

/// `wfSubStage` → `wf_sub_stage`: how members of nested objects are called in a record.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

/// A value as records hold it. Members that no table knows stay behind: the submission keeps them.
fn ours(kind: Kind, value: &Value) -> Value {
    let object = |members, map: &Map<String, Value>| {
        let known = |(name, value): (&String, &Value)| {
            kind_of(members, name).map(|kind| (snake(name), ours(kind, value)))
        };
        Value::Object(map.iter().filter_map(known).collect())
    };
    walk(kind, value, &object)
}

/// [`ours`], the other way.
fn theirs(kind: Kind, value: &Value) -> Value {
    let object = |members: &[Member], map: &Map<String, Value>| {
        let there = |(name, kind): &Member| {
            map.get(&snake(name))
                .map(|value| ((*name).to_owned(), theirs(*kind, value)))
        };
        Value::Object(members.iter().filter_map(there).collect())
    };
    walk(kind, value, &object)
}

/// Turns an object of these members around.
type Turn<'t> = dyn Fn(&'static [Member], &Map<String, Value>) -> Value + 't;

/// Applies `object` to the objects that `kind` holds; all else, placeholders too, stays as it is.
fn walk(kind: Kind, value: &Value, object: &Turn<'_>) -> Value {
    match (kind, value) {
        (Kind::One(members), Value::Object(map)) => object(members, map),
        (Kind::Many(members), Value::Array(items)) => items
            .iter()
            .map(|item| {
                item.as_object()
                    .map_or(item.clone(), |map| object(members, map))
            })
            .collect(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests;
