//! What is written in a draft, field by field. Of two who write the same field the later counts; nobody's other fields are
//! touched, since a page sends along what it was shown and only what differs from that is written.
//!
//! An answer to an equal-opportunity question is sealed with the installation key from the first letter on: whoever reads
//! the table of drafts does not read it.

use std::collections::HashMap;

use serde_json::{Map, Value};
use store::{Reader, Tx, sql};

use super::{Draft, EMAIL, NAME, input, is_apart, touch};
use crate::job::{Field, FieldKind};
use crate::problem::{Problem, Result};
use crate::secret::InstallationKey;

/// Longest value that is kept, characters; what is longer is cut, and judged as too long when it is sent.
pub const LONGEST_VALUE: usize = 60_000;

/// One field as a page sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The input's name.
    pub name: String,
    /// A string, or a list of strings.
    pub value: Value,
    /// The [`stamp`] of what the page was shown; `None`: it does not say.
    pub seen: Option<String>,
}

/// Names a value in a few characters: what a page sends back to say what it was shown.
pub fn stamp(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    store::files::hex(&store::files::digest(text.as_bytes())[..6])
}

/// Writes what differs from what the page was shown. Names that the form does not have are left out. Answers how many
/// fields changed.
pub fn save(
    tx: &mut Tx,
    installation: &InstallationKey,
    draft: &Draft,
    fields: &[Field],
    entries: &[Entry],
) -> Result<usize> {
    let had = answers(tx, installation, draft)?;
    let apart: Vec<String> = fields.iter().filter(|f| is_apart(f)).map(input).collect();
    let mut changed = 0;
    for entry in entries.iter().filter(|e| is_input(fields, &e.name)) {
        let value = normal(&entry.value);
        if entry.seen.as_deref() == Some(stamp(&value).as_str()) {
            continue;
        }
        if had.get(&entry.name).unwrap_or(&Value::Null) == &value {
            continue;
        }
        let text = if apart.contains(&entry.name) {
            Value::from(installation.veil(&value.to_string())).to_string()
        } else {
            value.to_string()
        };
        write(tx, draft, &entry.name, &text)?;
        changed += 1;
    }
    if changed > 0 {
        touch(tx, draft)?;
    }
    Ok(changed)
}

fn is_input(fields: &[Field], name: &str) -> bool {
    let asked = |f: &Field| f.kind != FieldKind::File && input(f) == name;
    name == NAME || name == EMAIL || fields.iter().any(asked)
}

/// Line ends are one character; U+0000, which no column can hold, is nothing a person wrote.
fn normal(value: &Value) -> Value {
    let clean = |text: &str| {
        let text = text.replace("\r\n", "\n").replace(['\r'], "\n");
        let text: String = text.chars().filter(|c| *c != '\0').collect();
        text.chars().take(LONGEST_VALUE).collect::<String>()
    };
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(items) => {
            let texts = items.iter().filter_map(Value::as_str).take(1_000);
            texts.map(|t| Value::String(clean(t))).collect()
        }
        other => other.clone(),
    }
}

/// `text`: the value as JSON, or a slot with that sealed in it.
pub(super) fn write(tx: &mut Tx, draft: &Draft, name: &str, text: &str) -> Result<()> {
    let now = tx.now();
    let fresh = tx.run(
        sql!(
            "INSERT INTO draft_answer (org_id, draft_id, name, value, updated_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING"
        ),
        &[&draft.org, &draft.id, &name, &text, &now],
    )?;
    if fresh == 0 {
        tx.run(
            sql!(
                "UPDATE draft_answer SET value = $4, updated_at = $5 WHERE org_id = $1 AND draft_id = $2 AND name = $3"
            ),
            &[&draft.org, &draft.id, &name, &text, &now],
        )?;
    }
    Ok(())
}

/// What is written, by the inputs' names.
///
/// # Errors
/// [`Problem::Broken`] when a sealed answer does not open.
pub fn answers(
    r: &mut Reader,
    installation: &InstallationKey,
    draft: &Draft,
) -> Result<Map<String, Value>> {
    let rows = r.all(
        sql!("SELECT name, value FROM draft_answer WHERE org_id = $1 AND draft_id = $2 ORDER BY id LIMIT 1000"),
        &[&draft.org, &draft.id],
    )?;
    let mut all = HashMap::new();
    for row in rows {
        let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
        all.insert(name, read(installation, &value)?);
    }
    Ok(all.into_iter().collect())
}

/// What [`save`] wrote. No value holds U+0000, so none looks like a sealed one.
fn read(installation: &InstallationKey, text: &str) -> Result<Value> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    if !value.as_str().is_some_and(|v| v.starts_with('\0')) {
        return Ok(value);
    }
    let opened = installation.unveil(text)?;
    let opened: String = serde_json::from_str(&opened).map_err(Problem::broken)?;
    serde_json::from_str(&opened).map_err(Problem::broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn line_ends_are_one_and_no_column_sees_nul() {
        assert_eq!(normal(&json!("a\r\nb\rc\0d")), json!("a\nb\ncd"));
        assert_eq!(normal(&json!(["a\r\n", 1])), json!(["a\n"]));
    }

    #[test]
    fn nothing_and_blank_are_stamped_alike() {
        assert_eq!(stamp(&Value::Null), stamp(&json!("")));
        assert_ne!(stamp(&json!("a")), stamp(&json!(["a"])));
    }
}
