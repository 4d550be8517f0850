//! What `body.rs` promises: tables of single cases, then properties over generated bodies, checked
//! against a slow, recursive reading of the same rules.

use std::collections::HashSet;

use hiring::slot::{collect, fill, placeholder, restore};
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Files lie under `content` wherever it stands, and in the second element of `files`.
fn is_file(path: &[Step]) -> bool {
    matches!(
        path,
        [.., Step::Key("content")] | [.., Step::Key("files"), Step::Index(1)]
    )
}

fn read(text: &str) -> Result<Body, Flaw> {
    Body::read(Bytes::copy_from_slice(text.as_bytes()), is_file)
}

fn slots(body: &Body) -> Vec<(SlotKind, &str, &str)> {
    body.slots
        .iter()
        .map(|slot| (slot.kind, slot.pointer.as_str(), body.slot_text(slot)))
        .collect()
}

fn restored(body: &Body) -> Option<Vec<u8>> {
    restore(&body.skeleton, body.uid, &mut |n| {
        Some(body.slot_text(body.slots.get(n as usize)?).into())
    })
}

#[test]
fn answers_that_only_a_form_tells_are_cut_out_where_it_says() {
    let text = r#"{"fields": [{"id": 7, "value": ["x"]}, {"value": "y", "id": 8}], "map": {"9": "z", "a/b": null},
        "gender": "g"}"#;
    let places = [
        "/fields/0",
        "/fields/1/value",
        "/map/9",
        "/map/a~1b",
        "/nowhere",
        "/gender",
    ];
    let raw = Bytes::copy_from_slice(text.as_bytes());
    let body = Body::read_beside(raw, is_file, &places.map(str::to_owned)).expect("a body");
    let eeo = SlotKind::Eeo;
    assert_eq!(
        slots(&body),
        [
            (eeo, "/fields/0/value", r#"["x"]"#),
            (eeo, "/fields/1/value", r#""y""#),
            (eeo, "/map/9", r#""z""#),
            (eeo, "/gender", r#""g""#),
        ]
    );
    assert_eq!(restored(&body).as_deref(), Some(text.as_bytes()));
}

#[test]
fn refusals() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(MAX_DEPTH)).is_ok());
    let too_deep = deep(MAX_DEPTH + 1);
    let zeros = "/0".repeat(MAX_DEPTH);
    let eeo_deep = format!(r#"{{"race":{}}}"#, deep(MAX_DEPTH));
    let eeo_at = format!("/race{}", "/0".repeat(MAX_DEPTH - 1));
    for (text, code, pointer) in [
        ("", FlawCode::Malformed, ""),
        (" \n", FlawCode::Malformed, ""),
        ("\u{feff}{}", FlawCode::Malformed, ""),
        ("{}{}", FlawCode::Malformed, ""),
        (r#"{"a":1,}"#, FlawCode::Malformed, ""),
        ("[1 2]", FlawCode::Malformed, ""),
        ("{,}", FlawCode::Malformed, ""),
        ("[01]", FlawCode::Malformed, ""),
        ("[-]", FlawCode::Malformed, ""),
        ("[1.]", FlawCode::Malformed, ""),
        ("nul", FlawCode::Malformed, ""),
        ("[}", FlawCode::Malformed, ""),
        ("NaN", FlawCode::Malformed, ""),
        (r#"{"a":[0,1e400]}"#, FlawCode::Malformed, "/a/1"),
        (
            r#"{"a":{"race":{"b":[-1e400]}}}"#,
            FlawCode::Malformed,
            "/a/race/b/0",
        ),
        (r#"{"a":["\ud800"]}"#, FlawCode::Malformed, "/a/0"),
        (
            r#"{"a":1,"b":{"x/y":1,"\u0078\/y":2}}"#,
            FlawCode::DuplicateKey,
            "/b/x~1y",
        ),
        (
            r#"{"race":{"a":1,"a":1}}"#,
            FlawCode::DuplicateKey,
            "/race/a",
        ),
        (
            r#"{"gender":"f","gender":"f"}"#,
            FlawCode::DuplicateKey,
            "/gender",
        ),
        (
            r#"{"content":"x","content":"y"}"#,
            FlawCode::DuplicateKey,
            "/content",
        ),
        (r#"{"a":["\u0000"]}"#, FlawCode::NulCharacter, "/a/0"),
        (r#"{"race":["a\u0000"]}"#, FlawCode::NulCharacter, "/race/0"),
        (r#"{"a":{"\u0000":1}}"#, FlawCode::NulCharacter, "/a"),
        ("{\"a\":\"\0\"}", FlawCode::NulCharacter, "/a"),
        (&too_deep, FlawCode::TooDeep, &zeros),
        (&eeo_deep, FlawCode::TooDeep, &eeo_at),
    ] {
        let flaw = read(text).expect_err(text);
        assert_eq!(
            (flaw.code, flaw.pointer.as_str()),
            (code, pointer),
            "{text}"
        );
    }
    let flaw = Body::read(Bytes::from_static(b"{\"a\":\"\xff\"}"), is_file).unwrap_err();
    assert_eq!(flaw.code, FlawCode::Malformed);
    assert!(flaw.detail.contains("byte 6"));
}

#[test]
fn what_is_cut() {
    use SlotKind::{Eeo, File};
    for (text, expected) in [
        ("3", vec![]),
        (
            r#"{"content":"QQ==","b":{"content" : "x" }}"#,
            vec![
                (File, "/content", r#""QQ==""#),
                (File, "/b/content", r#""x""#),
            ],
        ),
        (
            r#"{"content":null,"b":{"content":["x"]},"files":["a","b","c"]}"#,
            vec![(File, "/files/1", r#""b""#)],
        ),
        (
            r#"{"con\u0074ent":"x"}"#,
            vec![(File, "/content", r#""x""#)],
        ),
        (
            r#"{"Gender" : "F", "races":[ "a" , null ],"sex":null}"#,
            vec![
                (Eeo, "/Gender", r#""F""#),
                (Eeo, "/races", r#"[ "a" , null ]"#),
            ],
        ),
        (r#"{"g\u0065nder":1}"#, vec![(Eeo, "/gender", "1")]),
        // The outermost wins, and there is no file within.
        (
            r#"{"race":{"gender":"x","content":"y","label":"sex","value":1}}"#,
            vec![(
                Eeo,
                "/race",
                r#"{"gender":"x","content":"y","label":"sex","value":1}"#,
            )],
        ),
        // Named by a sibling, before or after.
        (
            r#"[{"label":"Gender:","value":"F"},{"answer":[1],"question":"veteran-status"}]"#,
            vec![(Eeo, "/0/value", r#""F""#), (Eeo, "/1/answer", "[1]")],
        ),
        (
            r#"{"value":{"race":1,"a":{"content":"x"}},"race":2,"choice":null,"id":"sex","answers":false}"#,
            vec![
                (Eeo, "/value", r#"{"race":1,"a":{"content":"x"}}"#),
                (Eeo, "/race", "2"),
                (Eeo, "/answers", "false"),
            ],
        ),
        (r#"{"name":{"a":"race"},"value":1}"#, vec![]),
        (r#"{"name":"race","sub":{"value":1}}"#, vec![]),
        (
            r#"{"value":{"value":"x","label":"race"},"label":"n"}"#,
            vec![(Eeo, "/value/value", r#""x""#)],
        ),
        (
            r#"{"value":{"value":"x","label":"race"},"label":"sex"}"#,
            vec![(Eeo, "/value", r#"{"value":"x","label":"race"}"#)],
        ),
    ] {
        let body = read(text).unwrap();
        assert_eq!(slots(&body), expected, "{text}");
        assert_eq!(restored(&body).unwrap(), text.as_bytes());
    }
}

#[test]
fn the_rest_stays_as_it_was() {
    let body = read(" {\"z\" : 1.50e+1,\t\"content\":\"QUJD\", \"a\":\"\\u0061\\/\"}\r\n").unwrap();
    let hole = format!("\"\\u0000{}.0\"", body.uid);
    assert_eq!(
        body.skeleton,
        format!(" {{\"z\" : 1.50e+1,\t\"content\":{hole}, \"a\":\"\\u0061\\/\"}}\r\n")
    );
    assert_eq!(
        body.json,
        json!({"z": 15.0, "content": placeholder(body.uid, 0), "a": "a/"})
    );
    assert!(
        body.json
            .as_object()
            .unwrap()
            .keys()
            .eq(["z", "content", "a"])
    );
}

#[test]
fn the_actual_value_is_seen_for_answers_only() {
    let body = read(r#"{"race":["x"],"content":"f","a":"b"}"#).unwrap();
    assert_eq!(*body.actual(&body.json["race"]), json!(["x"]));
    assert_eq!(*body.actual(&body.json["content"]), body.json["content"]);
    assert_eq!(*body.actual(&body.json["a"]), json!("b"));
    assert_eq!(
        body.slot_of(body.json["content"].as_str().unwrap())
            .unwrap()
            .pointer,
        "/content"
    );
    assert_eq!(body.slot_of(&placeholder(Uuid::nil(), 0)), None);
    assert_eq!(body.slot_of(&placeholder(body.uid, 2)), None);
}

#[test]
fn hostile_sizes_stop_at_the_door() {
    let many = |item: &str, n: usize| format!("[{}]", vec![item; n].join(","));
    assert!(read(&many(r#"{"race":1}"#, MAX_SLOTS)).is_ok());
    assert!(read(&many("0", MAX_VALUES - 1)).is_ok());
    let long = "k".repeat(MAX_POINTER + 1);
    for text in [
        many(r#"{"race":1}"#, MAX_SLOTS + 1),
        many("0", MAX_VALUES),
        format!(
            "{{\"id\":\"race\",{}}}",
            vec![r#""value":1"#; MAX_SLOTS + 1].join(",")
        ),
        format!(r#"{{"{long}":{{"race":1}}}}"#),
    ] {
        assert_eq!(read(&text).unwrap_err().code, FlawCode::TooLong);
    }
    assert!(read(&format!(r#"{{"{long}":1}}"#)).is_ok());
    // A fault too deep within long names is pointed at from outside.
    assert_eq!(
        read(&format!(r#"{{"a":{{"{long}":["\u0000"]}}}}"#))
            .unwrap_err()
            .pointer,
        "/a"
    );
}

#[test]
fn no_value_is_quoted() {
    for text in [
        r#"{"a":"secret"#,
        r#"{"race":"secret\u0000"}"#,
        r#"["secret" "secret"]"#,
        r#"{"a":1e999,"b":"secret"}"#,
    ] {
        let flaw = read(text).unwrap_err();
        assert!(!format!("{flaw:?}").contains("secret"), "{flaw:?}");
    }
}

/// A JSON value as it is spelt.
#[derive(Debug, Clone)]
enum Tree {
    Word(String),
    List(Vec<Tree>),
    Members(Vec<(String, Tree)>),
}

impl Tree {
    fn spell(&self, space: &str) -> String {
        let comma = format!("{space},{space}");
        match self {
            Tree::Word(word) => word.clone(),
            Tree::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.spell(space)).collect();
                format!("[{space}{}{space}]", items.join(&comma))
            }
            Tree::Members(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("{key}{space}:{space}{}", value.spell(space)))
                    .collect();
                format!("{{{space}{}{space}}}", members.join(&comma))
            }
        }
    }

    fn has_twins(&self) -> bool {
        match self {
            Tree::Word(_) => false,
            Tree::List(items) => items.iter().any(Tree::has_twins),
            Tree::Members(members) => {
                let mut seen = HashSet::new();
                members.iter().any(|(key, value)| {
                    !seen.insert(serde_json::from_str::<String>(key).unwrap()) || value.has_twins()
                })
            }
        }
    }
}

/// Every string that is not a label holds a token nobody else has.
fn word() -> impl Strategy<Value = Tree> {
    prop_oneof![
        4 => "[0-9a-f]{16}".prop_map(|token| format!("\"é\\n{token}\\u00e9\"")),
        1 => prop::sample::select(vec![
            "null", "true", "false", "0", "-0", "-1.50", "1E2", "18446744073709551616", "0.1e-400", "\"Gender:\"",
            "\"r\\u0061ce\"", "\"\"", "\"\\ud83d\\ude00\"",
        ]).prop_map(str::to_owned),
        1 => any::<f64>().prop_map(|n| serde_json::to_string(&n).unwrap()),
    ]
    .prop_map(Tree::Word)
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "content", "cont\\u0065nt", "files", "gender", "Race", "VETERAN_STATUS", "disabilityStatusStr", "label",
            "name", "question", "value", "answer", "answers", "choice", "a/b~", "", "\\\\u0000",
        ]).prop_map(|key| format!("\"{key}\"")),
        1 => any::<String>().prop_map(|key| serde_json::to_string(&key.replace('\0', "0")).unwrap()),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    word().prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::List),
            3 => prop::collection::vec((key(), inner), 0..7).prop_map(Tree::Members),
        ]
    })
}

/// The rules again, over a parsed value: slow, recursive, and independent of the scanner.
fn expected(
    value: &Value,
    pointer: &str,
    path: &mut Vec<String>,
    found: &mut Vec<(SlotKind, String)>,
) {
    let fold = |text: &str| {
        text.to_lowercase()
            .replace(|c: char| !c.is_alphanumeric(), "")
    };
    match value {
        Value::Object(members) => {
            let labelled = members.iter().any(|(key, value)| {
                [
                    "label",
                    "id",
                    "name",
                    "question",
                    "questionid",
                    "field",
                    "key",
                ]
                .contains(&fold(key).as_str())
                    && value.as_str().is_some_and(is_eeo_name)
            });
            for (key, value) in members {
                let step = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                let answer = ["value", "answer", "answers", "choice"].contains(&fold(key).as_str());
                if (is_eeo_name(key) || labelled && answer) && !value.is_null() {
                    found.push((SlotKind::Eeo, step));
                } else {
                    path.push(key.clone());
                    expected(value, &step, path, found);
                    path.pop();
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                expected(item, &format!("{pointer}/{index}"), path, found);
                path.pop();
            }
        }
        Value::String(_)
            if path.last().is_some_and(|key| key == "content") || pointer.ends_with("/files/1") =>
        {
            found.push((SlotKind::File, pointer.to_owned()));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_and_nothing_leaks(tree in tree(), space in "[ \t\r\n]{0,2}") {
        let raw = format!("{space}{}{space}", tree.spell(&space));
        let body = match read(&raw) {
            Err(flaw) => {
                prop_assert_eq!(flaw.code, FlawCode::DuplicateKey);
                prop_assert!(tree.has_twins());
                return Ok(());
            }
            Ok(body) => body,
        };
        prop_assert!(!tree.has_twins());
        prop_assert_eq!(restored(&body).unwrap(), raw.as_bytes());

        let whole: Value = serde_json::from_str(&raw).unwrap();
        let mut wanted = Vec::new();
        expected(&whole, "", &mut Vec::new(), &mut wanted);
        let found: Vec<_> = body.slots.iter().map(|slot| (slot.kind, slot.pointer.clone())).collect();
        prop_assert_eq!(found, wanted);

        for (n, slot) in body.slots.iter().enumerate() {
            prop_assert_eq!(slot.n as usize, n);
            let value: Value = serde_json::from_str(body.slot_text(slot)).unwrap();
            prop_assert_eq!(whole.pointer(&slot.pointer), Some(&value));
            for token in body.slot_text(slot).split(|c: char| !c.is_ascii_hexdigit()).filter(|t| t.len() == 16) {
                prop_assert!(!body.skeleton.contains(token));
            }
        }
        let all: Vec<_> = (0..body.slots.len() as u32).map(|n| (body.uid, n)).collect();
        prop_assert_eq!(collect(&body.json), all);
        let mut json = body.json.clone();
        fill(&mut json, &mut |_, n| serde_json::from_str(body.slot_text(&body.slots[n as usize])).ok());
        prop_assert_eq!(json.to_string(), whole.to_string());
    }

    #[test]
    fn accepts_what_serde_json_accepts(tree in tree(), at: prop::sample::Index, cut in 0usize..3, put in "[]\\[{}\",:0-9eE.+\\\\u tfn\0-]{0,2}") {
        // One small injury: mostly no JSON any more, sometimes another JSON.
        let mut raw: Vec<char> = tree.spell("").chars().collect();
        let at = at.index(raw.len());
        raw.splice(at..(at + cut).min(raw.len()), put.chars());
        let raw: String = raw.into_iter().collect();
        let theirs = serde_json::from_str::<Value>(&raw);
        match (read(&raw), theirs) {
            (Ok(body), Ok(_)) => prop_assert_eq!(restored(&body).unwrap(), raw.as_bytes()),
            (Ok(_), Err(fault)) => prop_assert!(false, "accepted {:?}: {}", raw, fault),
            (Err(flaw), Ok(_)) => {
                prop_assert!(matches!(flaw.code, FlawCode::DuplicateKey | FlawCode::NulCharacter), "{:?}", flaw);
            }
            (Err(flaw), Err(_)) => prop_assert!(matches!(
                flaw.code, FlawCode::Malformed | FlawCode::DuplicateKey | FlawCode::NulCharacter
            )),
        }
    }

    #[test]
    fn any_bytes_are_survived(raw: Vec<u8>, text in "([\\[{}\",:0-9eE.+\\\\u -]|\\]|null|true|\"race\":|\"label\":\"sex\"){0,30}") {
        let _ = Body::read(raw.into(), is_file);
        if let Ok(body) = read(&text) {
            prop_assert_eq!(restored(&body).unwrap(), text.as_bytes());
        }
    }
}
