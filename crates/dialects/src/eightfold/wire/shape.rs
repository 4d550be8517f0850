//! Walks an object beside its table: wrong types and words are noted, members that no table knows are named.

use hiring::problem::FlawCode;
use serde_json::Value;

use super::tables::{Kind, Member, kind_of};
use crate::check::{Check, Object};

/// Addresses one `emails` may hold. Each is an identity row, and nobody has a thousand.
pub(super) const MAX_EMAILS: usize = 100;

/// Checks every member of `object`; pointers of those that `members` does not name go to `unknown`.
pub(super) fn check_object(
    check: &mut Check<'_>,
    object: &Object<'_>,
    members: &[Member],
    unknown: &mut Vec<String>,
) {
    for (name, value) in object.members {
        match kind_of(members, name) {
            Some(kind) => check_member(check, object, name, value, kind, unknown),
            None => unknown.push(object.pointer(name)),
        }
    }
}

/// Checks one member. Equal-opportunity answers are judged by what was sent, not by the placeholder.
pub(super) fn check_member(
    check: &mut Check<'_>,
    object: &Object<'_>,
    name: &str,
    value: &Value,
    kind: Kind,
    unknown: &mut Vec<String>,
) {
    if value.is_null() {
        return;
    }
    let sent = check.body().actual(value);
    match kind {
        Kind::One(members) => match sent.as_object() {
            Some(inner) => {
                let at = object.pointer(name);
                check_object(check, &Object { at, members: inner }, members, unknown);
            }
            None => check.wrong_type(object.pointer(name), "an object"),
        },
        Kind::Many(members) => check_items(check, object, name, &sent, members, unknown),
        leaf => {
            if let Some((code, wanted)) = fault(leaf, &sent) {
                let detail = format!("{name} must be {wanted}");
                check.flaw(object.pointer(name), code, detail);
            }
        }
    }
}

fn check_items(
    check: &mut Check<'_>,
    object: &Object<'_>,
    name: &str,
    sent: &Value,
    members: &[Member],
    unknown: &mut Vec<String>,
) {
    let Some(items) = sent.as_array() else {
        return check.wrong_type(object.pointer(name), "an array of objects");
    };
    for (index, item) in items.iter().enumerate() {
        let at = format!("{}/{index}", object.pointer(name));
        match item.as_object() {
            Some(inner) => check_object(check, &Object { at, members: inner }, members, unknown),
            None => {
                let detail = format!("{name} must hold objects");
                check.flaw(at, FlawCode::WrongType, detail);
            }
        }
    }
}

/// What is wrong with a simple value, and what it should have been.
fn fault(kind: Kind, value: &Value) -> Option<(FlawCode, String)> {
    let wrong = |ok: bool, wanted: &str| (!ok).then(|| (FlawCode::WrongType, wanted.to_owned()));
    match kind {
        Kind::Text => wrong(value.is_string(), "a string"),
        Kind::Bool => wrong(value.is_boolean(), "a boolean"),
        Kind::Number => wrong(value.is_number(), "a number"),
        Kind::Free | Kind::One(_) => wrong(value.is_object(), "an object"),
        Kind::Texts => wrong(is_texts(value), "an array of strings"),
        Kind::Many(_) => wrong(value.is_array(), "an array of objects"),
        Kind::Moment => wrong(
            value.is_string() || value.is_i64(),
            "a string or whole seconds",
        ),
        Kind::Int => int_fault(value),
        Kind::Choice(words) => text_fault(value, FlawCode::NotAChoice, |t| {
            (!words.contains(&t)).then(|| format!("one of: {}", words.join(", ")))
        }),
        Kind::Email => text_fault(value, FlawCode::Email, |t| {
            (!is_blank_or_email(t)).then(|| "an e-mail address".into())
        }),
        Kind::Emails => emails_fault(value),
        Kind::Date => text_fault(value, FlawCode::Datetime, |t| {
            (!is_blank_or_date(t)).then(|| "a date, YYYY-MM-DD".into())
        }),
    }
}

fn text_fault(
    value: &Value,
    code: FlawCode,
    judge: impl FnOnce(&str) -> Option<String>,
) -> Option<(FlawCode, String)> {
    match value.as_str() {
        Some(text) => judge(text).map(|wanted| (code, wanted)),
        None => Some((FlawCode::WrongType, "a string".into())),
    }
}

fn int_fault(value: &Value) -> Option<(FlawCode, String)> {
    let whole = value.is_i64() || value.is_u64();
    if !whole {
        return Some((FlawCode::WrongType, "an integer".into()));
    }
    let fits = value.as_i64().is_some_and(|n| i32::try_from(n).is_ok());
    (!fits).then(|| {
        (
            FlawCode::OutOfRange,
            "a 32-bit integer (moments are unix seconds)".into(),
        )
    })
}

fn emails_fault(value: &Value) -> Option<(FlawCode, String)> {
    let Some(text) = value.as_str() else {
        return Some((FlawCode::WrongType, "a string".into()));
    };
    if text.split(',').count() > MAX_EMAILS {
        let wanted = format!("at most {MAX_EMAILS} addresses");
        return Some((FlawCode::TooLong, wanted));
    }
    let fine = text.split(',').all(is_blank_or_email);
    (!fine).then(|| {
        (
            FlawCode::Email,
            "e-mail addresses, separated by commas".into(),
        )
    })
}

fn is_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| items.iter().all(Value::is_string))
}

fn is_blank_or_email(text: &str) -> bool {
    text.trim().is_empty() || hiring::text::email_key(text).is_some()
}

fn is_blank_or_date(text: &str) -> bool {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    text.trim().is_empty() || (form && text.parse::<jiff::civil::Date>().is_ok())
}
