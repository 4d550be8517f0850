//! What a schema says, in words.

use serde_json::Value;

use super::{Document, list, members, slug};
use crate::guide;

/// What a value is: words, some of which lead to a named schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kind(pub Vec<Word>);

/// A few words, and the anchor they lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub to: Option<String>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// With those around it: `address.city`, `emails[].value`.
    pub name: String,
    pub kind: Kind,
    pub required: bool,
    pub about: String,
    pub limits: String,
}

/// How deep the objects within a body are shown at one place.
const DEEPEST: usize = 4;
/// How many permitted values are named.
const CHOICES: usize = 40;

impl Kind {
    fn plain(text: impl Into<String>) -> Kind {
        let text = text.into();
        Kind(vec![Word { text, to: None }])
    }

    fn after(mut self, text: &str) -> Kind {
        let text = text.to_owned();
        self.0.insert(0, Word { text, to: None });
        self
    }

    fn joined(kinds: Vec<Kind>, between: &str) -> Kind {
        let mut all: Vec<Word> = Vec::new();
        let mut seen: Vec<Kind> = Vec::new();
        for kind in kinds {
            if seen.contains(&kind) {
                continue;
            }
            if !seen.is_empty() {
                all.extend(Kind::plain(between).0);
            }
            all.extend(kind.0.clone());
            seen.push(kind);
        }
        Kind(all)
    }
}

/// What a value of this schema is.
pub(super) fn kind(document: Document, schema: &Value) -> Kind {
    if let Some(name) = named(schema) {
        let to = Some(format!("schema-{}", slug(name)));
        let text = name.to_owned();
        return Kind(vec![Word { text, to }]);
    }
    for (of, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        let kinds: Vec<Kind> = list(&schema[of]).map(|s| kind(document, s)).collect();
        if !kinds.is_empty() {
            return Kind::joined(kinds, between);
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        several => list(several).filter_map(Value::as_str).collect(),
    };
    if types.is_empty() {
        return untyped(schema);
    }
    let kinds = types.iter().map(|one| typed(document, schema, one));
    Kind::joined(kinds.collect(), " or ")
}

fn untyped(schema: &Value) -> Kind {
    if schema.get("const").is_some() {
        return Kind::plain(format!("always {}", literal(&schema["const"])));
    }
    match schema.get("enum").is_some() {
        true => Kind::plain("one of a list"),
        false => Kind::plain("anything"),
    }
}

fn typed(document: Document, schema: &Value, name: &str) -> Kind {
    match name {
        "array" if schema["items"].is_object() => {
            kind(document, &schema["items"]).after("list of ")
        }
        "array" => Kind::plain("list"),
        "object" => match &schema["additionalProperties"] {
            inner @ Value::Object(_) if !schema["properties"].is_object() => {
                kind(document, inner).after("object of ")
            }
            _ => Kind::plain("object"),
        },
        _ => match schema["format"].as_str() {
            Some(format) if name != "null" => Kind::plain(format!("{name} ({format})")),
            _ => Kind::plain(name),
        },
    }
}

fn named(schema: &Value) -> Option<&str> {
    schema["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// The members of what this schema describes, those of objects within it too, as long as these have no name.
pub(super) fn fields(document: Document, schema: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    gather(document, schema, "", 0, &mut found);
    found
}

fn gather(document: Document, schema: &Value, within: &str, depth: usize, found: &mut Vec<Field>) {
    if depth > DEEPEST || named(schema).is_some() {
        return;
    }
    for of in ["allOf", "oneOf", "anyOf"] {
        for one in list(&schema[of]) {
            gather(document, one, within, depth, found);
        }
    }
    if schema["items"].is_object() {
        gather(
            document,
            &schema["items"],
            &format!("{within}[]"),
            depth,
            found,
        );
    }
    for (name, member) in members(&schema["properties"]) {
        let path = match within {
            "" => name.clone(),
            _ => format!("{within}.{name}"),
        };
        if found.iter().any(|field| field.name == path) {
            continue;
        }
        let meant = document.resolve(member);
        found.push(Field {
            name: path.clone(),
            kind: kind(document, member),
            required: list(&schema["required"]).any(|n| n == name),
            about: described(member, meant),
            limits: limits(if named(member).is_some() {
                &Value::Null
            } else {
                member
            }),
        });
        gather(document, member, &path, depth + 1, found);
    }
}

/// Its own words, or those of an alternative within it, as HTML.
fn described(member: &Value, meant: &Value) -> String {
    let inner = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .flat_map(|of| list(&member[of]));
    let all = [member, meant].into_iter().chain(inner);
    let mut words = all.filter_map(|s| s["description"].as_str());
    guide::line(words.next().unwrap_or(""))
}

/// What a value must keep to, beside its type.
pub(super) fn limits(schema: &Value) -> String {
    let mut said: Vec<String> = Vec::new();
    let inner = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .flat_map(|of| list(&schema[of]));
    for one in std::iter::once(schema).chain(inner) {
        said.extend(between(one, "minLength", "maxLength", "characters"));
        said.extend(between(one, "minItems", "maxItems", "items"));
        said.extend(between(one, "minimum", "maximum", ""));
        if let Some(pattern) = one["pattern"].as_str() {
            said.push(format!("pattern {pattern}"));
        }
        let choices: Vec<String> = list(&one["enum"]).map(literal).collect();
        if choices.len() > CHOICES {
            let first = choices[..CHOICES].join(", ");
            said.push(format!("one of {} values: {first}…", choices.len()));
        } else if !choices.is_empty() {
            said.push(format!("one of: {}", choices.join(", ")));
        }
        if let Some(default) = one.get("default") {
            said.push(format!("{} if left out", literal(default)));
        }
    }
    said.join("; ")
}

fn between(schema: &Value, low: &str, high: &str, of: &str) -> Option<String> {
    let (low, high) = (schema.get(low), schema.get(high));
    let said = match (low, high) {
        (Some(low), Some(high)) if low == high => format!("exactly {low} {of}"),
        (Some(low), Some(high)) => format!("{low} to {high} {of}"),
        (Some(low), None) => format!("at least {low} {of}"),
        (None, Some(high)) => format!("at most {high} {of}"),
        (None, None) => return None,
    };
    Some(said.trim_end().to_owned())
}

/// A value as one writes it in a sentence.
pub(super) fn literal(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
