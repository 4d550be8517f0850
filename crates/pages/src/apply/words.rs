//! What the form's script says, in the page's language: it has no words of its own.

use hiring::draft;
use serde_json::{Map, Value, json};

use crate::speech::Speech;

/// Messages without values that the script knows by other names.
const PLAIN: [(&str, &str); 17] = [
    ("again", "script-again"),
    ("arrived", "script-arrived"),
    ("back", "script-back"),
    ("broken", "script-broken"),
    ("busy", "script-busy"),
    ("cancel", "script-cancel"),
    ("cut", "script-cut"),
    ("elsewhere", "script-elsewhere"),
    ("offline", "script-offline"),
    ("over", "script-over"),
    ("part", "script-part"),
    ("restored", "script-restored"),
    ("saved", "script-saved"),
    ("saving", "script-saving"),
    ("sending", "script-sending"),
    ("trouble", "script-trouble"),
    ("unsent", "script-unsent"),
];

/// What it fills in itself: `{name}` in a message stays `{name}`.
const SLOTS: [(&str, &str); 5] = [
    ("name", "{name}"),
    ("done", "{done}"),
    ("whole", "{whole}"),
    ("text", "{text}"),
    ("n", "{n}"),
];

/// All of them, as JSON.
pub(super) fn of(t: Speech) -> String {
    let mut all: Map<String, Value> = PLAIN
        .iter()
        .map(|(name, id)| ((*name).to_owned(), json!(t.with(id, &SLOTS))))
        .collect();
    let more = [
        ("use", t.say("script-use")),
        ("waiting", t.say("script-waiting")),
        ("here", t.say("form-file-here")),
        ("remove", t.with("form-file-remove", &SLOTS)),
        ("fault", t.say("fault-prefix")),
        ("empty", t.say("fault-empty-file")),
        (
            "large",
            t.one("fault-large-file", "most", &t.size(draft::LARGEST_FILE)),
        ),
        ("quota", t.one("fault-quota", "most", &t.size(draft::QUOTA))),
        ("bytes", t.with("bytes", &SLOTS)),
        ("kilobytes", t.with("kilobytes", &SLOTS)),
        ("megabytes", t.with("megabytes", &SLOTS)),
    ];
    all.extend(more.map(|(name, text)| (name.to_owned(), Value::String(text))));
    Value::Object(all).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_has_every_word_it_says_in_every_language() {
        let script = [
            include_str!("../../assets/apply.js"),
            include_str!("../../assets/apply-base.js"),
            include_str!("../../assets/apply-files.js"),
        ]
        .concat();
        for t in Speech::all() {
            let words: Map<String, Value> = serde_json::from_str(&of(t)).expect("an object");
            let mut said = 0;
            for part in script.split("say").skip(1) {
                let Some(id) = part.split('\'').nth(1).filter(|_| part.starts_with("('")) else {
                    continue;
                };
                assert!(words.contains_key(id), "{id} in {}", t.tag());
                said += 1;
            }
            assert!(said > 20, "{said}");
            for name in words.keys() {
                assert!(script.contains(&format!("'{name}'")), "nobody says {name}");
            }
        }
    }

    #[test]
    fn what_the_script_fills_in_stands_as_a_slot() {
        let words: Value = serde_json::from_str(&of(Speech::ENGLISH)).expect("an object");
        assert_eq!(words["part"], "{done} of {whole}");
        assert_eq!(words["kilobytes"], "{n} KB");
        assert_eq!(words["remove"], "Remove {name}");
    }
}
