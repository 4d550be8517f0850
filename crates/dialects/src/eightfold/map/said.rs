//! The body as canonical facts (`hiring::record`).

use hiring::record::Said;
use serde_json::{Map, Value, json};

use super::ours;
use crate::eightfold::wire::tables::{BODY, Field, Home, Kind};
use crate::time;

/// What the body says of the person. Null says nothing.
pub(in crate::eightfold) fn said(members: &Map<String, Value>) -> Said {
    let mut said = Said::new();
    for field in BODY {
        let value = members.get(field.name).filter(|v| !v.is_null());
        let Some((ours, value)) = value.and_then(|v| fact(field, v)) else {
            continue;
        };
        said.insert(ours.to_owned(), value);
    }
    said
}

/// What a change says: fields sent empty are null, which takes back what was said.
pub(in crate::eightfold) fn changes(members: &Map<String, Value>, empty: &[&str]) -> Said {
    let full = |name: &&String| !empty.contains(&name.as_str());
    let filled = members.iter().filter(|(name, _)| full(name));
    let mut said = said(&filled.map(|(n, v)| (n.clone(), v.clone())).collect());
    let gone = BODY.iter().filter(|field| empty.contains(&field.name));
    said.extend(gone.filter_map(|field| Some((home(field.home)?.to_owned(), Value::Null))));
    said
}

fn home(home: Home) -> Option<&'static str> {
    match home {
        Home::Same(name)
        | Home::Joined(name)
        | Home::Points(name)
        | Home::First(name)
        | Home::Wrapped(name)
        | Home::Seconds(name) => Some(name),
        Home::Key => None,
    }
}

fn fact(field: &Field, value: &Value) -> Option<(&'static str, Value)> {
    let text = value.as_str().unwrap_or("");
    let point = |v: &Value| json!({"value": v});
    if matches!(field.kind, Kind::Choice(_)) && text.is_empty() {
        return None;
    }
    Some(match field.home {
        Home::Same(name) => (name, ours(field.kind, value)),
        Home::Joined(name) => (name, split_points(text)),
        Home::Points(name) => (name, value.as_array()?.iter().map(point).collect()),
        Home::First(name) => (name, json!([value])),
        Home::Wrapped(name) => (name, json!({"text": value})),
        Home::Seconds(name) => (name, time::seconds(value.as_i64()? * 1_000_000).into()),
        Home::Key => return None,
    })
}

/// `"a@x.org, b@x.org"` as contact points. Where the caller's spelling is not the bare value (blanks, empty places
/// between commas), `spelled` keeps it, so that reading back gives the very string.
pub(super) fn split_points(text: &str) -> Value {
    let mut points: Vec<(String, String)> = Vec::new();
    let mut before = String::new();
    for part in text.split(',') {
        if part.trim().is_empty() {
            before.push_str(part);
            before.push(',');
        } else {
            let spelled = std::mem::take(&mut before) + part;
            points.push((part.trim().to_owned(), spelled));
        }
    }
    if let (Some((_, last)), false) = (points.last_mut(), before.is_empty()) {
        last.push(',');
        last.push_str(&before[..before.len() - 1]);
    }
    let point = |(value, spelled): (String, String)| {
        if spelled == value {
            json!({"value": value})
        } else {
            json!({"value": value, "spelled": spelled})
        }
    };
    points.into_iter().map(point).collect()
}

/// [`split_points`], the other way.
pub(super) fn join_points(points: &[Value]) -> String {
    let spelled = |p: &Value| {
        p["spelled"]
            .as_str()
            .or_else(|| p["value"].as_str())
            .map(str::to_owned)
    };
    points
        .iter()
        .filter_map(spelled)
        .collect::<Vec<_>>()
        .join(",")
}
