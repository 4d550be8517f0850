//! The replay once more, with everything that is lost in the record: which operation each value came from, who said the
//! same, and what it took the place of.
//!
//! The rules are those of [`super::fold`], step by step, and a property holds the two against each other.

use serde_json::{Map, Value};

use super::{FIELDS, How, Names, Newest, Operation, Said, Shape, replace, same_item, shape, unite};

/// A field of a record with its past.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// The field.
    pub field: &'static str,
    /// What it is made of: one value, a list's items, or an object's members.
    pub parts: Vec<Part>,
    /// What it said before, oldest first.
    pub before: Vec<Before>,
}

/// A value that is shown now.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The member's name, where the field is an object.
    pub name: Option<String>,
    /// Itself.
    pub value: Value,
    /// Numbers of the operations that said so, oldest first; empty: it follows from another field (names).
    pub by: Vec<usize>,
}

/// A value that is shown no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// The member's name, where the field is an object.
    pub name: Option<String>,
    /// What was there.
    pub value: Value,
    /// The operation that said so.
    pub by: Option<usize>,
    /// The operation that took its place.
    pub until: usize,
}

impl Traced {
    /// The field's value as the record has it.
    pub fn value(&self) -> Option<Value> {
        match shape(self.field)? {
            _ if self.parts.is_empty() => None,
            // An empty list or object is a value too, and so is one that is no list where a list should be.
            _ if self.parts.len() == 1 && self.parts[0].name.as_deref() == Some(WHOLE) => {
                Some(self.parts[0].value.clone())
            }
            Shape::One => self.parts.first().map(|p| p.value.clone()),
            Shape::List => Some(self.parts.iter().map(|p| p.value.clone()).collect()),
            Shape::Map => {
                let member = |p: &Part| (p.name.clone().unwrap_or_default(), p.value.clone());
                Some(Value::Object(self.parts.iter().map(member).collect()))
            }
        }
    }
}

/// The name of a part that is the field's whole value and not an item of it.
const WHOLE: &str = "\0whole";

/// Replays `operations`, oldest first, keeping where everything came from. Fields in the record's order; one that has no
/// value now but had one is among them.
pub fn trace(operations: &[Operation]) -> Vec<Traced> {
    let mut all: Vec<Traced> = FIELDS
        .iter()
        .map(|(field, _)| Traced {
            field,
            parts: Vec::new(),
            before: Vec::new(),
        })
        .collect();
    let mut named = Names::default();
    let newest = Newest::of(operations.iter().map(|o| &o.how));
    for (index, operation) in operations.iter().enumerate() {
        if let Some(by) = newest.superseder(index, &operation.how) {
            for (field, value) in &operation.said {
                pass_over(&mut all, field, value, index, by);
            }
            continue;
        }
        named.note(index as u64, &operation.said);
        for (field, value) in &operation.said {
            let Some(at) = all.iter().position(|t| t.field == field) else {
                continue;
            };
            let kind = shape(field).unwrap_or(Shape::One);
            match operation.how {
                How::Replace => put(&mut all[at], kind, value, index),
                How::Add | How::Renew { .. } => join(&mut all[at], kind, value, index),
            }
        }
    }
    settle(&mut all, &named);
    for traced in &mut all {
        // What is shown again is not of the past.
        let parts = &traced.parts;
        let shown = |b: &Before| parts.iter().any(|p| p.value == b.value && p.name == b.name);
        traced.before.retain(|b| !shown(b));
        traced.before.sort_by_key(|b| (b.by, b.until));
        traced
            .before
            .dedup_by(|a, b| (&a.value, &a.name) == (&b.value, &b.name));
    }
    all.retain(|t| !t.parts.is_empty() || !t.before.is_empty());
    all
}

fn pass_over(all: &mut [Traced], field: &str, value: &Value, index: usize, until: usize) {
    let Some(traced) = all.iter_mut().find(|t| t.field == field) else {
        return;
    };
    for part in parts(shape(field).unwrap_or(Shape::One), value, index) {
        traced.before.push(Before {
            name: part.name,
            value: part.value,
            by: Some(index),
            until,
        });
    }
}

/// What a value consists of.
fn parts(kind: Shape, value: &Value, by: usize) -> Vec<Part> {
    let part = |name: Option<String>, value: &Value| Part {
        name,
        value: value.clone(),
        by: vec![by],
    };
    match (kind, value) {
        (_, Value::Null) => Vec::new(),
        (Shape::List, Value::Array(items)) if !items.is_empty() => {
            items.iter().map(|item| part(None, item)).collect()
        }
        (Shape::Map, Value::Object(members)) if !members.is_empty() => members
            .iter()
            .map(|(name, value)| part(Some(name.clone()), value))
            .collect(),
        (Shape::One, value) => vec![part(None, value)],
        (_, value) => vec![part(Some(WHOLE.to_owned()), value)],
    }
}

fn is_whole(parts: &[Part]) -> bool {
    matches!(parts, [only] if only.name.as_deref() == Some(WHOLE))
}

/// A value that takes the place of all that was there.
fn put(traced: &mut Traced, kind: Shape, value: &Value, by: usize) {
    let mut new = parts(kind, value, by);
    for old in std::mem::take(&mut traced.parts) {
        match new
            .iter_mut()
            .find(|n| n.value == old.value && n.name == old.name)
        {
            Some(same) => same.by.splice(0..0, old.by).for_each(drop),
            None => leave(&mut traced.before, old, by),
        }
    }
    traced.parts = new;
}

fn leave(before: &mut Vec<Before>, old: Part, until: usize) {
    before.push(Before {
        by: old.by.last().copied(),
        name: old.name,
        value: old.value,
        until,
    });
}

/// A value that comes to what was there.
fn join(traced: &mut Traced, kind: Shape, value: &Value, by: usize) {
    if value.is_null() {
        return;
    }
    let united = match (kind, value) {
        (Shape::List, Value::Array(_)) => is_list(&traced.parts, kind),
        (Shape::Map, Value::Object(_)) => is_list(&traced.parts, kind),
        _ => false,
    };
    if !united {
        return put(traced, kind, value, by);
    }
    match (kind, value) {
        (Shape::List, Value::Array(new)) => join_list(traced, new, by),
        (_, Value::Object(new)) => join_map(traced, new, by),
        _ => {}
    }
}

/// Whether what is there can take in more: it has items, or is an empty list or object itself.
fn is_list(had: &[Part], kind: Shape) -> bool {
    match had {
        [only] if is_whole(had) => match kind {
            Shape::List => only.value.is_array(),
            _ => only.value.is_object(),
        },
        had => !had.is_empty(),
    }
}

fn join_list(traced: &mut Traced, new: &[Value], by: usize) {
    let mut had = std::mem::take(&mut traced.parts);
    if is_whole(&had) {
        had.clear();
    }
    let values = had.iter().map(|p| p.value.clone()).collect();
    for value in unite(values, new) {
        let known = had.iter().find(|old| same_item(&old.value, &value));
        let mut said = known.map_or(Vec::new(), |old| old.by.clone());
        if let Some(old) = known.filter(|old| old.value != value) {
            // Spelled otherwise, or of another type.
            leave(&mut traced.before, old.clone(), by);
            said.clear();
        }
        if new.contains(&value) {
            said.push(by);
        }
        traced.parts.push(Part {
            name: None,
            value,
            by: said,
        });
    }
    if traced.parts.is_empty() {
        traced.parts = parts(Shape::List, &Value::Array(Vec::new()), by);
    }
}

fn join_map(traced: &mut Traced, new: &Map<String, Value>, by: usize) {
    if is_whole(&traced.parts) && !new.is_empty() {
        traced.parts.clear();
    }
    for (name, value) in new {
        let name = Some(name.clone());
        match traced.parts.iter_mut().find(|p| p.name == name) {
            Some(part) if part.value == *value => part.by.push(by),
            Some(part) => {
                let new = Part {
                    name,
                    value: value.clone(),
                    by: vec![by],
                };
                let old = std::mem::replace(part, new);
                leave(&mut traced.before, old, by);
            }
            None => traced.parts.push(Part {
                name,
                value: value.clone(),
                by: vec![by],
            }),
        }
    }
}

/// Names that follow from other names.
fn settle(all: &mut [Traced], named: &Names) {
    let mut fields = Said::new();
    for traced in all.iter() {
        replace(
            &mut fields,
            traced.field,
            &traced.value().unwrap_or_default(),
        );
    }
    let before = fields.clone();
    named.settle(&mut fields);
    for traced in all.iter_mut() {
        let (had, has) = (before.get(traced.field), fields.get(traced.field));
        if had == has {
            continue;
        }
        let until = named.whole.max(named.parts).unwrap_or(0) as usize;
        for old in std::mem::take(&mut traced.parts) {
            leave(&mut traced.before, old, until);
        }
        traced.parts.extend(has.map(|value| Part {
            name: None,
            value: value.clone(),
            by: Vec::new(),
        }));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{Folding, Record, fold};
    use super::*;

    fn op(how: How, said: Value) -> Operation {
        Operation {
            submission: None,
            how,
            said: said.as_object().unwrap().clone(),
        }
    }

    fn of<'t>(all: &'t [Traced], field: &str) -> &'t Traced {
        all.iter().find(|t| t.field == field).expect("the field")
    }

    #[test]
    fn every_value_has_its_source_and_its_past() {
        let all = trace(&[
            op(
                How::Add,
                json!({"title": "Clerk", "skills": ["law", "rust"], "emails": [{"value": "a@x.org"}]}),
            ),
            op(
                How::Add,
                json!({"title": "Head", "skills": ["Rust"], "emails": [{"value": "A@x.org", "type": "WORK"}]}),
            ),
            op(How::Replace, json!({"skills": ["law"]})),
            op(How::Add, json!({"title": "Head"})),
        ]);
        let title = of(&all, "title");
        assert_eq!(
            (title.parts[0].value.clone(), title.parts[0].by.clone()),
            (json!("Head"), vec![1, 3])
        );
        assert_eq!(title.before.len(), 1);
        assert_eq!((title.before[0].by, title.before[0].until), (Some(0), 1));
        let skills = of(&all, "skills");
        assert_eq!(skills.parts[0].by, [0, 2]);
        let gone: Vec<&Value> = skills.before.iter().map(|b| &b.value).collect();
        assert_eq!(gone, [&json!("rust"), &json!("Rust")]);
        let emails = of(&all, "emails");
        assert_eq!(
            (emails.parts.len(), emails.parts[0].by.as_slice()),
            (1, &[1][..])
        );
        assert_eq!(emails.before[0].value, json!({"value": "a@x.org"}));
    }

    #[test]
    fn what_a_foreign_record_said_before_is_its_past() {
        let renew = |at| How::Renew {
            scope: "s".into(),
            at,
        };
        let all = trace(&[
            op(renew(1), json!({"title": "Clerk"})),
            op(renew(2), json!({"company": "X"})),
        ]);
        let title = of(&all, "title");
        assert!(title.parts.is_empty());
        assert_eq!((title.before[0].by, title.before[0].until), (Some(0), 1));
    }

    fn value(field: &'static str) -> BoxedStrategy<Value> {
        let text = prop_oneof![
            Just(json!("a")),
            Just(json!("b")),
            Just(json!("a b")),
            Just(json!(""))
        ];
        let contact = (0..3, any::<bool>(), any::<bool>()).prop_map(|(n, typed, unproven)| {
            let mut contact = json!({"value": (["x@y.z", "X@y.z", "u@y.z"][n as usize])});
            if typed {
                contact["type"] = json!("WORK");
            }
            if unproven {
                contact["unverified"] = json!(true);
            }
            contact
        });
        let some = match (shape(field).unwrap(), field) {
            (Shape::List, "emails") => proptest::collection::vec(contact, 0..3)
                .prop_map(Value::from)
                .boxed(),
            (Shape::List, _) => proptest::collection::vec(text, 0..3)
                .prop_map(Value::from)
                .boxed(),
            (Shape::Map, _) => proptest::collection::btree_map("[kl]", text, 0..3)
                .prop_map(|m| m.into_iter().collect::<Map<_, _>>().into())
                .boxed(),
            _ => text.boxed(),
        };
        prop_oneof![6 => some, 1 => Just(Value::Null)].boxed()
    }

    fn said() -> impl Strategy<Value = Said> {
        const SOME: [&str; 8] = [
            "full_name",
            "first_name",
            "middle_name",
            "last_name",
            "emails",
            "skills",
            "title",
            "custom",
        ];
        let pair = proptest::sample::select(&SOME[..])
            .prop_flat_map(|f| value(f).prop_map(move |v| (f.to_owned(), v)));
        proptest::collection::vec(pair, 0..5).prop_map(|pairs| pairs.into_iter().collect())
    }

    fn operations() -> impl Strategy<Value = Vec<Operation>> {
        let how = prop_oneof![
            Just(How::Add),
            Just(How::Replace),
            (0..3i64, "[st]").prop_map(|(at, scope)| How::Renew { scope, at }),
        ];
        let one = (how, said()).prop_map(|(how, said)| Operation {
            submission: None,
            how,
            said,
        });
        proptest::collection::vec(one, 0..7)
    }

    proptest! {
        #[test]
        fn a_replay_that_was_kept_goes_on_as_if_it_had_never_stopped(operations in operations(), at in 0..7usize) {
            let newest = Newest::of(operations.iter().map(|o| &o.how));
            let mut folding = Folding::default();
            for (index, operation) in operations.iter().enumerate() {
                if index == at {
                    let text = serde_json::to_string(&folding).unwrap();
                    folding = serde_json::from_str(&text).unwrap();
                }
                if newest.counts(index, &operation.how) {
                    folding.take(operation);
                }
            }
            prop_assert_eq!(folding.record(), fold(&operations));
        }

        #[test]
        fn the_trace_shows_what_the_record_shows(operations in operations()) {
            let traced = trace(&operations);
            let fields = traced.iter().filter_map(|t| Some((t.field.to_owned(), t.value()?)));
            let shown = Record { fields: fields.collect() };
            prop_assert_eq!(&shown, &fold(&operations));
            for part in traced.iter().flat_map(|t| t.parts.iter().map(move |p| (t.field, p))) {
                for by in &part.1.by {
                    prop_assert!(operations[*by].said.contains_key(part.0));
                }
            }
        }
    }
}
