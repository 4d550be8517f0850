//! One table for each body that callers send: it judges the body, and it is what the OpenAPI document shows
//! (docs/decisions/0007). Only what has passed is given Rust types, with getters that cannot fail.
//!
//! Faults are noted in the order in which the vendor would name them (dialects page, §7): first what is missing, in the
//! order of the table, then the form of values. A blank text is as good as none.

use hiring::problem::{FlawCode, Result};
use serde_json::{Map, Value, json};
use url::Url;

use super::country;
use crate::body::Body;
use crate::check::{Check, Object};
use crate::time;

/// A member of a body.
pub(in crate::comeet) struct Rule {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// What a member holds.
#[derive(Clone, Copy)]
pub(in crate::comeet) enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// An e-mail address.
    Email,
    /// A page on LinkedIn.
    Profile,
    /// An address on the web.
    Url,
    /// An ISO 3166 alpha-2 code, in capitals or not.
    Country,
    /// A moment.
    Moment,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A file in base64.
    Content,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// An object of these members.
    Object(&'static [Rule]),
    /// A list of them.
    Objects(&'static [Rule]),
    /// An object of members that are the caller's own.
    Free,
}

/// Whether what the table requires has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::comeet) enum Mode {
    /// It has to.
    Create,
    /// Only what is there is judged; a required member may be left out, but not emptied.
    Change,
}

pub(super) const fn rule(name: &'static str, kind: Kind) -> Rule {
    Rule {
        name,
        kind,
        required: false,
    }
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Rule {
    Rule {
        name,
        kind,
        required: true,
    }
}

/// Characters in what is one line.
pub(super) const LINE: usize = 255;
/// Characters in an address on the web.
const URL: usize = 2_000;

/// The body as an object that follows the table.
///
/// # Errors
/// Every fault.
pub(super) fn judge<'b>(body: &'b Body, rules: &[Rule], mode: Mode) -> Result<Object<'b>> {
    let mut check = Check::new(body);
    let root = check.root()?;
    missing(&mut check, &root, rules, mode);
    for rule in rules {
        form(&mut check, &root, rule);
    }
    check.done()?;
    Ok(root)
}

/// Notes what is required and not there. What stands where an object should is not looked into.
fn missing(check: &mut Check<'_>, object: &Object<'_>, rules: &[Rule], mode: Mode) {
    for rule in rules {
        if rule.required && (mode == Mode::Create || object.has(rule.name)) {
            check.require(object, rule.name);
        }
        match rule.kind {
            Kind::Object(rules) => {
                if let Some(inner) = member(object, rule.name) {
                    missing(check, &inner, rules, Mode::Create);
                }
            }
            Kind::Objects(rules) => {
                for inner in members(object, rule.name) {
                    missing(check, &inner, rules, Mode::Create);
                }
            }
            _ => {}
        }
    }
}

/// Notes what is wrong with a member that is there.
fn form(check: &mut Check<'_>, object: &Object<'_>, rule: &Rule) {
    let name = rule.name;
    match rule.kind {
        Kind::Boolean => drop(check.boolean(object, name)),
        Kind::Integer => drop(check.integer(object, name)),
        Kind::Choice(choices) => drop(check.choice(object, name, choices)),
        Kind::Free => drop(check.object(object, name)),
        Kind::Object(rules) => {
            if let Some(inner) = check.object(object, name) {
                rules.iter().for_each(|rule| form(check, &inner, rule));
            }
        }
        Kind::Objects(rules) => {
            for inner in check.objects(object, name) {
                rules.iter().for_each(|rule| form(check, &inner, rule));
            }
        }
        _ => text_form(check, object, rule),
    }
}

fn text_form(check: &mut Check<'_>, object: &Object<'_>, rule: &Rule) {
    let at = object.pointer(rule.name);
    let Some(value) = object.get(rule.name) else {
        return;
    };
    let Some(text) = value.as_str() else {
        check.wrong_type(at, "a string");
        return;
    };
    if let Some(limit) = limit(rule.kind)
        && text.chars().count() > limit
    {
        let field = path(&at);
        let detail =
            format!("The provided value for \"{field}\" exceeds the limit of {limit} characters");
        check.flaw(at.clone(), FlawCode::TooLong, detail);
    }
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let fault = match rule.kind {
        Kind::Email if hiring::text::email_key(text).is_none() => FlawCode::Email,
        Kind::Profile if !is_linkedin(text) => FlawCode::LinkedinUrl,
        Kind::Url if !is_web_address(text) => FlawCode::Url,
        Kind::Country if !country::is_code(text) => FlawCode::Country,
        Kind::Moment if time::parse(text).is_none() => FlawCode::Datetime,
        _ => return,
    };
    check.flaw(
        at,
        fault,
        format!("{} has not the form of its kind", rule.name),
    );
}

fn limit(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Text(limit) => Some(limit),
        Kind::Email | Kind::Country | Kind::Moment => Some(LINE),
        Kind::Profile | Kind::Url => Some(URL),
        _ => None,
    }
}

/// A pointer as the vendor would write it: `source_contact.email`.
pub(in crate::comeet) fn path(pointer: &str) -> String {
    let path = pointer.trim_start_matches('/').replace('/', ".");
    path.replace("~1", "/").replace("~0", "~")
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
}

/// A page on LinkedIn. People often leave the scheme out.
pub(in crate::comeet) fn is_linkedin(text: &str) -> bool {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let Ok(url) = Url::parse(&whole) else {
        return false;
    };
    let host = url.host_str().unwrap_or("");
    matches!(url.scheme(), "http" | "https")
        && (host == "linkedin.com" || host.ends_with(".linkedin.com"))
        && url.path().len() > 1
}

/// Pointers of everything in a judged object that its table does not know: first its own members, then what stands within.
pub(super) fn unknown(object: &Object<'_>, rules: &[Rule]) -> Vec<String> {
    let known = |name: &String| rules.iter().any(|rule| rule.name == name);
    let own = object.members.keys().filter(|name| !known(name));
    let mut all: Vec<String> = own.map(|name| object.pointer(name)).collect();
    for rule in rules {
        match rule.kind {
            Kind::Object(rules) => all.extend(
                member(object, rule.name)
                    .iter()
                    .flat_map(|o| unknown(o, rules)),
            ),
            Kind::Objects(rules) => all.extend(
                members(object, rule.name)
                    .iter()
                    .flat_map(|o| unknown(o, rules)),
            ),
            _ => {}
        }
    }
    all
}

/// Member `name` where it is an object.
pub(super) fn member<'v>(object: &Object<'v>, name: &str) -> Option<Object<'v>> {
    Some(Object {
        at: object.pointer(name),
        members: object.get(name)?.as_object()?,
    })
}

/// The objects in list `name`.
pub(super) fn members<'v>(object: &Object<'v>, name: &str) -> Vec<Object<'v>> {
    let items = object.get(name).and_then(Value::as_array);
    let items = items.into_iter().flatten().enumerate();
    items
        .filter_map(|(i, item)| {
            Some(Object {
                at: format!("{}/{i}", object.pointer(name)),
                members: item.as_object()?,
            })
        })
        .collect()
}

/// Member `name` as it was sent, where it is a text that is not blank.
pub(super) fn text(object: &Object<'_>, name: &str) -> Option<String> {
    let text = object.get(name)?.as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// The same without white space around it.
pub(super) fn trimmed(object: &Object<'_>, name: &str) -> Option<String> {
    text(object, name).map(|text| text.trim().to_owned())
}

/// Whether member `name` is there and says that there is nothing.
pub(super) fn is_emptied(object: &Object<'_>, name: &str) -> bool {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    object.members.get(name).is_some_and(empty)
}

/// The table as a JSON schema.
pub(in crate::comeet) fn schema(rules: &[Rule], mode: Mode) -> Value {
    let mut properties = Map::new();
    let mut names = Vec::new();
    for rule in rules {
        properties.insert(rule.name.to_owned(), shape(rule));
        if rule.required && mode == Mode::Create {
            names.push(rule.name);
        }
    }
    json!({"type": "object", "properties": properties, "required": names})
}

fn shape(rule: &Rule) -> Value {
    let kind = |name: &str| match rule.required {
        true => json!(name),
        false => json!([name, "null"]),
    };
    let text = || {
        let mut text = json!({"type": kind("string")});
        if let Some(limit) = limit(rule.kind) {
            text["maxLength"] = json!(limit);
        }
        if rule.required {
            text["pattern"] = json!("\\S");
        }
        text
    };
    let with = |name: &str, value: Value| {
        let mut text = text();
        text[name] = value;
        text
    };
    match rule.kind {
        Kind::Text(_) => text(),
        Kind::Email => with("format", json!("email")),
        Kind::Profile | Kind::Url => with("format", json!("uri")),
        Kind::Country => with("description", json!("ISO 3166 alpha-2.")),
        Kind::Moment => with("format", json!("date-time")),
        Kind::Content => with("contentEncoding", json!("base64")),
        Kind::Choice(choices) => {
            let null = (!rule.required).then_some(Value::Null);
            let choices: Vec<Value> = choices.iter().map(|c| json!(c)).chain(null).collect();
            json!({"enum": choices})
        }
        Kind::Boolean => json!({"type": kind("boolean")}),
        Kind::Integer => json!({"type": kind("integer")}),
        Kind::Free => json!({"type": kind("object")}),
        Kind::Object(rules) => {
            let mut shape = schema(rules, Mode::Create);
            shape["type"] = kind("object");
            shape
        }
        Kind::Objects(rules) => {
            json!({"type": kind("array"), "items": schema(rules, Mode::Create)})
        }
    }
}
