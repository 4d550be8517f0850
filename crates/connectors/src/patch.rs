//! What is to be changed of somebody who is there already: never less than there was.

use serde_json::{Map, Value};

/// What of `ours` is missing in `theirs`. Lists are theirs with ours added, objects theirs with our members (an item is the same when its `value` or `url`
/// is, or it is equal itself); a single value is ours where they have none, and where `ours_counts` also where it differs.
/// Empty: nothing is to be done.
pub fn missing(theirs: &Value, ours: &Map<String, Value>, ours_counts: bool) -> Map<String, Value> {
    let mut patch = Map::new();
    for (name, value) in ours {
        let there = &theirs[name];
        let wanted = match (value, there) {
            (Value::Null, _) => continue,
            (Value::Array(new), Value::Array(old)) => union(old, new),
            (Value::Array(new), _) if new.is_empty() => continue,
            (Value::Object(new), Value::Object(old)) => within(old, there, new, ours_counts),
            _ if blank(there) => Some(value.clone()),
            _ if ours_counts && there != value => Some(value.clone()),
            _ => None,
        };
        if let Some(wanted) = wanted {
            patch.insert(name.clone(), wanted);
        }
    }
    patch
}

/// An object is replaced as a whole: theirs with what of ours is missing in it; `None` when nothing is.
fn within(
    old: &Map<String, Value>,
    theirs: &Value,
    new: &Map<String, Value>,
    ours_counts: bool,
) -> Option<Value> {
    let inner = missing(theirs, new, ours_counts);
    (!inner.is_empty()).then(|| {
        let mut whole = old.clone();
        whole.extend(inner);
        Value::Object(whole)
    })
}

fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Theirs and what of ours is not among them; `None` when all is.
fn union(old: &[Value], new: &[Value]) -> Option<Value> {
    let known = |item: &&Value| !old.iter().any(|o| same(o, item));
    let added: Vec<&Value> = new.iter().filter(known).collect();
    let all = || old.iter().chain(added.iter().copied()).cloned().collect();
    (!added.is_empty()).then(|| Value::Array(all()))
}

fn same(a: &Value, b: &Value) -> bool {
    let face = |v: &Value| {
        let text = v.as_str().or(v["value"].as_str()).or(v["url"].as_str());
        text.map(|t| t.trim().to_lowercase())
    };
    match (face(a), face(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_there_is_lost() {
        let theirs = json!({"title": "Head", "company": "", "tags": ["a"], "emails": [{"value": "A@x.org", "type": "work", "id": 1}]});
        let ours = json!({"title": "Clerk", "company": "B", "tags": ["A", "b"], "emails": [{"value": "a@x.org"}], "none": null});
        let ours = ours.as_object().unwrap();
        assert_eq!(
            Value::Object(missing(&theirs, ours, false)),
            json!({"company": "B", "tags": ["a", "b"]})
        );
        let place = json!({"location": {"city": "B", "lat": 1}});
        let ours_too = json!({"location": {"city": "A", "country": "DE"}});
        assert_eq!(
            Value::Object(missing(&place, ours_too.as_object().unwrap(), false)),
            json!({"location": {"city": "B", "lat": 1, "country": "DE"}})
        );
        assert_eq!(missing(&theirs, ours, true)["title"], "Clerk");
        assert!(missing(&json!(ours), ours, true).is_empty());
    }
}
