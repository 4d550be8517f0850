//! What of a kept body is shown: all but what was cut out into slots, and what its name says is a secret.

use hiring::request::cover_secrets;
use hiring::slot;
use serde_json::Value;

/// Bytes of a body that are shown.
const MOST: usize = 128 << 10;

/// The body, indented, with words in place of its slots. `is_file`: whether the slot of this number held a file; it held
/// an equal-opportunity answer otherwise.
pub(in crate::desk) fn body(text: &str, is_file: impl Fn(u32) -> bool) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return "(not JSON)".to_owned();
    };
    cover(&mut value, &is_file);
    cover_secrets(&mut value);
    let mut shown = serde_json::to_string_pretty(&value).unwrap_or_default();
    if shown.len() > MOST {
        let cut = (0..=MOST).rev().find(|at| shown.is_char_boundary(*at));
        shown.truncate(cut.unwrap_or(0));
        shown.push_str("\n… (the rest is not shown)");
    }
    shown
}

fn cover(value: &mut Value, is_file: &impl Fn(u32) -> bool) {
    match value {
        Value::String(text) => {
            if let Some((_, n)) = slot::parse(text) {
                let words = if is_file(n) {
                    "(file)"
                } else {
                    "(equal-opportunity answer)"
                };
                *value = words.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cover(item, is_file)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| cover(member, is_file)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::new_uid;
    use serde_json::json;

    #[test]
    fn slots_and_secrets_are_words() {
        let uid = new_uid();
        let kept = json!({
            "a": 1, "gender": slot::placeholder(uid, 0), "cv": {"content": slot::placeholder(uid, 1)},
            "key": "k", "params": [{"API-Key": "k", "access_token": {"x": "k"}, "client_secret": null}]
        });
        let shown: Value = serde_json::from_str(&body(&kept.to_string(), |n| n == 1)).unwrap();
        assert_eq!(
            shown,
            json!({
                "a": 1, "gender": "(equal-opportunity answer)", "cv": {"content": "(file)"},
                "key": "(secret)",
                "params": [{"API-Key": "(secret)", "access_token": "(secret)", "client_secret": null}]
            })
        );
        assert_eq!(body("{", |_| false), "(not JSON)");
    }

    #[test]
    fn a_large_body_is_cut() {
        let shown = body(&json!("é".repeat(MOST)).to_string(), |_| false);
        assert!(shown.len() < MOST + 100 && shown.ends_with("(the rest is not shown)"));
    }
}
