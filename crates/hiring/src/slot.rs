//! Slots: the places in a kept body from which a value was cut out.
//!
//! A submission is kept byte for byte, but file content and equal-opportunity answers must not lie
//! in it: the first is stored once as a file, the second may be read with one permission only.
//! In their place stands a *placeholder*, U+0000 followed by `<submission uuid>.<number>`. As a
//! caller's U+0000 is refused at the edge, nobody can forge one.
//!
//! Here live the placeholders and the way back to the caller's bytes. What is cut out, and where,
//! is decided in `dialects/src/body.rs`; read that next. How slots are stored is the business of
//! `submission.rs`.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use uuid::Uuid;

/// Length of a UUID in its hyphenated spelling.
const UUID_LEN: usize = 36;

/// What was cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// The content of a file.
    File,
    /// An answer about race, gender, disability or veteran status.
    Eeo,
}

impl SlotKind {
    /// The word as stored.
    pub fn word(self) -> &'static str {
        match self {
            SlotKind::File => "file",
            SlotKind::Eeo => "eeo",
        }
    }

    /// The kind that `word` stands for.
    pub fn from_word(word: &str) -> Option<SlotKind> {
        [SlotKind::File, SlotKind::Eeo]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// How the text that stood in a file slot is made again from the stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The file is the decoded content; the text was its standard, padded base64 in quotes.
    Base64,
    /// The file is UTF-8; the text was that string as JSON, with no needless escapes.
    Text,
    /// The file is the text itself, because no rule would bring it back exactly.
    Raw,
}

impl Encoding {
    /// The word as stored.
    pub fn word(self) -> &'static str {
        match self {
            Encoding::Base64 => "base64",
            Encoding::Text => "text",
            Encoding::Raw => "raw",
        }
    }

    /// The encoding that `word` stands for.
    pub fn from_word(word: &str) -> Option<Encoding> {
        [Encoding::Base64, Encoding::Text, Encoding::Raw]
            .into_iter()
            .find(|way| way.word() == word)
    }
}

/// The JSON text of a file slot, made again from the stored `bytes`.
pub fn rebuild(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
    match encoding {
        Encoding::Base64 => {
            let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4 + 2);
            text.push('"');
            STANDARD.encode_string(bytes, &mut text);
            text.push('"');
            text.into_bytes()
        }
        // Only UTF-8 is stored as text; a damaged file still yields a JSON string.
        Encoding::Text => Value::from(String::from_utf8_lossy(bytes))
            .to_string()
            .into_bytes(),
        Encoding::Raw => bytes.to_vec(),
    }
}

/// The string that stands in slot `n` of submission `uid`.
pub fn placeholder(uid: Uuid, n: u32) -> String {
    format!("\0{}.{n}", uid.hyphenated())
}

/// Appends slot `n`'s placeholder to `json` as a JSON string, in the one spelling that
/// [`restore`] looks for.
pub fn write_placeholder(json: &mut String, uid: Uuid, n: u32) {
    write!(json, "\"\\u0000{}.{n}\"", uid.hyphenated()).expect("a String takes what is written");
}

/// The submission and the slot that `text` names, if it is a placeholder.
pub fn parse(text: &str) -> Option<(Uuid, u32)> {
    let rest = text.strip_prefix('\0')?;
    let (uid, n) = rest.split_at_checked(UUID_LEN)?;
    let found = (
        Uuid::try_parse(uid).ok()?,
        n.strip_prefix('.')?.parse().ok()?,
    );
    // Parsers are lenient (capitals, "+1", "007"); a placeholder has one spelling.
    (placeholder(found.0, found.1) == text).then_some(found)
}

/// Every placeholder in `value`, at any depth, in the order in which they stand.
pub fn collect(value: &Value) -> Vec<(Uuid, u32)> {
    let mut found = Vec::new();
    gather(value, &mut found);
    found
}

fn gather(value: &Value, found: &mut Vec<(Uuid, u32)>) {
    match value {
        Value::String(text) => found.extend(parse(text)),
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(members) => members.values().for_each(|member| gather(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts `f`'s value in the place of every placeholder. Where `f` says `None` the object member or
/// array element goes away; a whole value that is one placeholder becomes `null`.
///
/// What `f` gives is not searched again.
pub fn fill(value: &mut Value, f: &mut dyn FnMut(Uuid, u32) -> Option<Value>) {
    if !filled(value, f) {
        *value = Value::Null;
    }
}

/// Fills `value`; false if it is a placeholder that has to go.
fn filled(value: &mut Value, f: &mut dyn FnMut(Uuid, u32) -> Option<Value>) -> bool {
    match value {
        Value::String(text) => {
            let Some((uid, n)) = parse(text) else {
                return true;
            };
            let Some(given) = f(uid, n) else { return false };
            *value = given;
        }
        Value::Array(items) => items.retain_mut(|item| filled(item, f)),
        Value::Object(members) => members.retain(|_, member| filled(member, f)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    true
}

/// The caller's bytes again: `skeleton` with the raw JSON text of each slot of submission `uid` put
/// back. `None` if `f` does not know a slot, or the skeleton is damaged.
pub fn restore(
    skeleton: &str,
    uid: Uuid,
    f: &mut dyn FnMut(u32) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    // In JSON without U+0000 a quote is never followed by `\u0000`: within a string the quote
    // would be escaped and the U+0000 real. So every match is a placeholder.
    let opening = format!("\"\\u0000{}.", uid.hyphenated());
    let mut whole = Vec::with_capacity(skeleton.len());
    let mut rest = skeleton;
    while let Some(at) = rest.find(&opening) {
        whole.extend_from_slice(&rest.as_bytes()[..at]);
        let (n, after) = rest[at + opening.len()..].split_once('"')?;
        whole.extend(f(n.parse().ok()?)?);
        rest = after;
    }
    whole.extend_from_slice(rest.as_bytes());
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const UID: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ab);

    #[test]
    fn words_come_back() {
        for kind in [SlotKind::File, SlotKind::Eeo] {
            assert_eq!(SlotKind::from_word(kind.word()), Some(kind));
        }
        for way in [Encoding::Base64, Encoding::Text, Encoding::Raw] {
            assert_eq!(Encoding::from_word(way.word()), Some(way));
        }
        assert_eq!(SlotKind::from_word("File"), None);
        assert_eq!(Encoding::from_word(""), None);
    }

    #[test]
    fn a_placeholder_has_one_spelling() {
        let text = placeholder(UID, 7);
        assert_eq!(text, "\u{0}01900000-0000-7000-8000-0000000000ab.7");
        assert_eq!(parse(&text), Some((UID, 7)));
        assert_eq!(parse(&placeholder(UID, u32::MAX)), Some((UID, u32::MAX)));
        for other in [
            "",
            "\0",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text} "),
            &format!("\0{}.", UID),
            &format!("\0{}.+7", UID),
            &format!("\0{}.07", UID),
            &format!("\0{}.4294967296", UID),
            &format!("\0{}.7", UID.simple()),
            "\0ééééééééééééééééééé.1",
        ] {
            assert_eq!(parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_json_spelling_is_the_one_serde_writes() {
        let mut json = String::new();
        write_placeholder(&mut json, UID, 12);
        assert_eq!(json, serde_json::to_string(&placeholder(UID, 12)).unwrap());
    }

    #[test]
    fn collects_and_fills_at_any_depth() {
        let mut value = json!({
            "a": placeholder(UID, 0),
            "b": [1, placeholder(UID, 1), {"c": placeholder(UID, 2), "d": "x"}, placeholder(UID, 3)],
            "e": null,
        });
        assert_eq!(
            collect(&value),
            (0..4).map(|n| (UID, n)).collect::<Vec<_>>()
        );
        fill(&mut value, &mut |uid, n| {
            assert_eq!(uid, UID);
            (n % 2 == 0).then(|| json!({ "n": n }))
        });
        assert_eq!(
            value,
            json!({"a": {"n": 0}, "b": [1, {"c": {"n": 2}, "d": "x"}], "e": null})
        );
        let order: Vec<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(order, ["a", "b", "e"]);
    }

    #[test]
    fn a_lone_placeholder_that_is_not_given_becomes_null() {
        let mut value = json!(placeholder(UID, 0));
        fill(&mut value, &mut |_, _| None);
        assert_eq!(value, Value::Null);
    }

    #[test]
    fn restores_what_was_cut() {
        let mut skeleton = String::from(" {\"a\": ");
        write_placeholder(&mut skeleton, UID, 0);
        skeleton.push_str(", \"b\\\\u0000\" :[");
        write_placeholder(&mut skeleton, UID, 1);
        skeleton.push_str("]}\n");
        let texts = [r#""f""#, r#"{"x":1}"#];
        let whole = restore(&skeleton, UID, &mut |n| {
            texts.get(n as usize).map(|t| t.as_bytes().to_vec())
        });
        assert_eq!(
            whole.unwrap(),
            br#" {"a": "f", "b\\u0000" :[{"x":1}]}
"#
        );
        assert_eq!(restore(&skeleton, UID, &mut |_| None), None);
        assert_eq!(
            restore(&skeleton, Uuid::nil(), &mut |_| None).unwrap(),
            skeleton.as_bytes()
        );
        let damaged = &skeleton[..skeleton.len() - 4];
        assert_eq!(restore(damaged, UID, &mut |_| Some(Vec::new())), None);
    }

    proptest! {
        #[test]
        fn a_rebuilt_text_is_json_of_the_same_content(bytes: Vec<u8>, text: String) {
            let base64: String = serde_json::from_slice(&rebuild(Encoding::Base64, &bytes)).unwrap();
            prop_assert_eq!(STANDARD.decode(base64).unwrap(), bytes.clone());
            let string: String = serde_json::from_slice(&rebuild(Encoding::Text, text.as_bytes())).unwrap();
            prop_assert_eq!(string, text);
            prop_assert_eq!(rebuild(Encoding::Raw, &bytes), bytes);
        }

        #[test]
        fn nothing_else_is_a_placeholder(text in "\0?[0-9a-f.-]{0,45}") {
            if let Some((uid, n)) = parse(&text) {
                prop_assert_eq!(placeholder(uid, n), text);
            }
        }
    }
}
