//! Words that stand nowhere by chance, and how they are looked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

use crate::binary::random_below;

/// What is sent in the place of answers about race, gender, disability and veteran status.
pub struct Canary {
    word: String,
    number: u64,
    /// As it looks within base64, whichever byte it begins at.
    encoded: Vec<String>,
}

impl Canary {
    /// One that nobody has seen.
    pub fn draw() -> Canary {
        let letters = |_| char::from(b'a' + random_below(26) as u8);
        let word: String = "canary".chars().chain((0..18).map(letters)).collect();
        // The bytes around it make the first and last characters uncertain.
        let encoded = (0..3).map(|before| {
            let text = format!("{}{word}", "-".repeat(before));
            let text = STANDARD_NO_PAD.encode(text);
            text[4..text.len() - 3].to_owned()
        });
        Canary {
            encoded: encoded.collect(),
            number: 100_000_000_000_000 + random_below(800_000_000_000_000),
            word,
        }
    }

    /// Its text; `of` says where it was put.
    pub fn text(&self, of: &str) -> String {
        format!("{}-{of}-", self.word)
    }

    /// Its number, for where no text may stand.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What of it stands in `bytes`, with what stands around it.
    pub fn in_bytes(&self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        let folded = text.to_lowercase();
        let number = self.number.to_string();
        let around = |text: &str, at: usize| -> String {
            let before: String = text[..at].chars().rev().take(120).collect();
            let before: String = before.chars().rev().collect();
            before + &text[at..].chars().take(80).collect::<String>()
        };
        let plain = [&self.word, &number].into_iter();
        let mut plain = plain.filter_map(|w| folded.find(w.as_str()));
        if let Some(at) = plain.next() {
            return Some(around(&folded, at));
        }
        let mut encoded = self.encoded.iter().filter_map(|w| text.find(w.as_str()));
        encoded.next().map(|at| around(&text, at))
    }
}

/// The first member of `value` that has the name of such an answer and holds one: where it stands. For what has no text
/// to be marked by, above all true and false.
pub fn answered(value: &Value, at: &str) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let at = format!("{at}/{name}");
            if dialects::body::is_eeo_name(name) && !says_nothing(member) {
                return Some(format!("{at}: {member}"));
            }
            answered(member, &at)
        }),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(i, item)| answered(item, &format!("{at}/{i}")))
        }
        _ => None,
    }
}

/// Null, none at all, or the mark of something that is not shown.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(says_nothing),
        Value::Object(members) => members.contains_key("$slot"),
        Value::String(text) => text.starts_with("slot:"),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[test]
fn a_canary_is_found_however_it_is_wrapped() {
    let canary = Canary::draw();
    let text = canary.text("x");
    for before in ["", "a", "ab", "abc"] {
        let wrapped = format!("{before}{text} and more");
        assert!(canary.in_bytes(wrapped.to_uppercase().as_bytes()).is_some());
        let encoded = base64::engine::general_purpose::STANDARD.encode(&wrapped);
        assert!(canary.in_bytes(encoded.as_bytes()).is_some(), "{before:?}");
        let safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&wrapped);
        assert!(canary.in_bytes(safe.as_bytes()).is_some(), "{before:?}");
    }
    let number = format!("{{\"n\":{}}}", canary.number());
    assert!(canary.in_bytes(number.as_bytes()).is_some());
    assert!(
        canary
            .in_bytes(Canary::draw().text("x").as_bytes())
            .is_none()
    );
    let told = serde_json::json!({"a": [{"Gender": null, "races": [], "sex": {"$slot": 1}}]});
    assert_eq!(answered(&told, ""), None);
    let told = serde_json::json!({"a": [{"veteranStatus": false}]});
    assert_eq!(
        answered(&told, "").as_deref(),
        Some("/a/0/veteranStatus: false")
    );
}
