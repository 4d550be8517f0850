//! Recorded requests and the answers we give them: `golden/*.http` of each dialect.
//!
//! A file holds pairs, separated by a line `###`. A pair is `METHOD /path`, headers, an empty line, the body; then a
//! line `=== STATUS` and the expected JSON (or nothing). In requests `{{name}}` is filled from the dialect's
//! credentials and `{{$1.a.b}}` from the answer to the file's first pair. Credentials' headers are added by themselves
//! unless the pair names one of them (an empty value leaves it out). In expected answers `"<uuid>"`, `"<time>"`,
//! `"<int>"`, `"<string>"` and `"<any>"` stand for what changes from run to run, also within a longer string.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::app::{Call, Reply, TestApp};

/// Replays every golden file of `dialect` against `app`; answers how many pairs there were.
pub async fn replay(app: &TestApp, dialect: &str) -> usize {
    let mut pairs = 0;
    for file in files(dialect) {
        let text = std::fs::read_to_string(&file).expect("a golden file");
        let mut answers: Vec<Reply> = Vec::new();
        for (number, pair) in text.split("\n###\n").enumerate() {
            let place = format!("{} pair {}", file.display(), number + 1);
            let (request, expected) = pair
                .split_once("\n=== ")
                .unwrap_or_else(|| panic!("{place}: no `=== STATUS`"));
            let call = read_call(app, dialect, &fill(app, dialect, request, &answers, &place));
            app.settled().await;
            let reply = app.send(&call).await;
            compare(&reply, expected, &place);
            answers.push(reply);
            pairs += 1;
        }
    }
    pairs
}

fn files(dialect: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../dialects/src")
        .join(dialect)
        .join("golden");
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "http"));
    files.sort();
    files
}

fn fill(app: &TestApp, dialect: &str, text: &str, answers: &[Reply], place: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, slot)) = rest.split_once("{{") {
        let (name, after) = slot
            .split_once("}}")
            .unwrap_or_else(|| panic!("{place}: an open {{{{"));
        let value = match name.strip_prefix('$') {
            None => app.demo[dialect][name].clone(),
            Some(path) => {
                let mut parts = path.split('.');
                let pair: usize = parts
                    .next()
                    .and_then(|n| n.parse().ok())
                    .expect("a pair's number");
                parts.fold(answers[pair - 1].json(), |value, part| {
                    match part.parse::<usize>() {
                        Ok(index) => value[index].clone(),
                        Err(_) => value[part].clone(),
                    }
                })
            }
        };
        assert!(!value.is_null(), "{place}: nothing to put for {name}");
        out.push_str(before);
        out.push_str(
            &value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        );
        rest = after;
    }
    out + rest
}

fn read_call(app: &TestApp, dialect: &str, text: &str) -> Call {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut lines = head.trim_start().lines();
    let (method, path) = lines
        .next()
        .and_then(|l| l.split_once(' '))
        .expect("METHOD /path");
    let mut call = app.call(dialect, method, path.trim());
    for line in lines.filter(|l| !l.is_empty()) {
        let (name, value) = line.split_once(':').expect("Name: value");
        call = call.header(name.trim(), value.trim());
    }
    call.headers.retain(|(_, value)| !value.is_empty());
    call.bytes(body.trim_end().as_bytes())
}

fn compare(reply: &Reply, expected: &str, place: &str) {
    let (status, body) = expected.split_once('\n').unwrap_or((expected, ""));
    assert_eq!(
        reply.status.to_string(),
        status.trim(),
        "{place}: {}",
        reply.text()
    );
    if body.trim().is_empty() {
        return;
    }
    let wanted: Value =
        serde_json::from_str(body).unwrap_or_else(|e| panic!("{place}: the expected answer: {e}"));
    if let Err(difference) = matches(&reply.json(), &wanted, "") {
        let got = serde_json::to_string_pretty(&reply.json()).unwrap_or_default();
        panic!("{place}: {difference}\nthe whole answer:\n{got}");
    }
}

fn matches(got: &Value, wanted: &Value, at: &str) -> Result<(), String> {
    match (got, wanted) {
        (_, Value::String(pattern)) => match like(got, pattern) {
            true => Ok(()),
            false => Err(format!("at {at}: wanted {pattern:?}, got {got}")),
        },
        (Value::Object(g), Value::Object(w)) => {
            for (key, value) in w {
                let there = g
                    .get(key)
                    .ok_or_else(|| format!("at {at}/{key}: missing"))?;
                matches(there, value, &format!("{at}/{key}"))?;
            }
            match g.keys().find(|k| !w.contains_key(*k)) {
                Some(extra) => Err(format!("at {at}/{extra}: not expected")),
                None => Ok(()),
            }
        }
        (Value::Array(g), Value::Array(w)) if g.len() == w.len() => g
            .iter()
            .zip(w)
            .enumerate()
            .try_for_each(|(i, (g, w))| matches(g, w, &format!("{at}/{i}"))),
        _ if got == wanted => Ok(()),
        _ => Err(format!("at {at}: wanted {wanted}, got {got}")),
    }
}

/// Whether `got` is what `pattern` allows.
fn like(got: &Value, pattern: &str) -> bool {
    let text = got.as_str();
    match pattern {
        "<any>" => true,
        "<int>" => got.is_i64() || got.is_u64(),
        "<string>" => text.is_some(),
        "<uuid>" => text.is_some_and(|t| uuid::Uuid::parse_str(t).is_ok()),
        "<time>" => text.is_some_and(|t| dialects::time::parse(t).is_some()),
        _ => text.is_some_and(|t| within(t, pattern)),
    }
}

/// Placeholders within a longer pattern stand for any text.
fn within(text: &str, pattern: &str) -> bool {
    let marks = ["<any>", "<int>", "<string>", "<uuid>", "<time>"];
    let cut = marks
        .iter()
        .filter_map(|m| Some((pattern.find(m)?, m.len())))
        .min();
    let Some((at, length)) = cut else {
        return text == pattern;
    };
    let Some(rest) = text.strip_prefix(&pattern[..at]) else {
        return false;
    };
    let pattern = &pattern[at + length..];
    pattern.is_empty()
        || (0..=rest.len()).any(|i| rest.is_char_boundary(i) && within(&rest[i..], pattern))
}
