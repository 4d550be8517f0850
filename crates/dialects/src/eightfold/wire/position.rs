//! A position of a far system: the body of its writes.

use std::collections::BTreeSet;

use hiring::problem::{FlawCode, Result};
use serde_json::{Map, Value};

use super::tables::Kind::{Bool, Email, Free, Number, One, Text, Texts};
use super::tables::{Member, kind_of};
use super::{MAX_ID, shape};
use crate::body::Body;
use crate::check::{Check, Object};

/// Characters of a title.
const MAX_TITLE: usize = 1_000;
/// Locations and stages of one position, and the characters of each: each is a row.
const MAX_ROWS: usize = 100;
const MAX_ROW: usize = 200;

const PERSON: &[Member] = &[("email", Email), ("name", Text)];

/// The members of a position, but for `jobStages`: the dialect's page, §6, and what the adapter sends beside them.
pub(in crate::eightfold) const POSITION: &[Member] = &[
    ("atsEntityId", Text),
    ("systemId", Text),
    ("title", Text),
    ("description", Text),
    ("status", Text),
    ("open", Bool),
    ("locations", Texts),
    ("hiringManager", One(PERSON)),
    ("recruiter", One(PERSON)),
    ("createdAt", Number),
    ("lastUpdated", Number),
    ("customFields", Free),
    ("openings", Free),
    ("company", Text),
    ("companyDescription", Text),
    ("businessUnit", Text),
    ("function", Text),
    ("evergreen", Bool),
];

/// Names of stages: strings, or objects with a `name` or `stage`.
pub(in crate::eightfold) const STAGES: &str = "jobStages";

/// A position that was sent.
#[derive(Debug, Clone)]
pub(in crate::eightfold) struct Position {
    /// The far system's id of it.
    pub id: String,
    /// The members that are known; their types are those of [`POSITION`].
    pub members: Map<String, Value>,
    /// Its stages, in order; `None` when none were named.
    pub stages: Option<Vec<String>>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

/// Which write a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::eightfold) enum Way<'a> {
    /// POST: the body names the position.
    Create,
    /// PUT of the position of this id.
    Replace(&'a str),
    /// PATCH of it.
    Amend(&'a str),
}

impl Position {
    /// Reads the body of a call to `/ats-systems/{system}/…`.
    pub(in crate::eightfold) fn parse(body: &Body, system: &str, way: Way<'_>) -> Result<Position> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let (mut unknown, mut members) = (Vec::new(), Map::new());
        for (name, value) in root.members {
            match kind_of(POSITION, name) {
                Some(kind) => {
                    shape::check_member(&mut check, &root, name, value, kind, &mut unknown);
                    members.insert(name.clone(), value.clone());
                }
                None if name == STAGES => {}
                None => unknown.push(root.pointer(name)),
            }
        }
        let stages = stages(&mut check, &root);
        check_rest(&mut check, &root, system, way);
        check.done()?;
        let said = root.get("atsEntityId").and_then(Value::as_str);
        let id = match way {
            Way::Create => said.unwrap_or_default(),
            Way::Replace(id) | Way::Amend(id) => id,
        };
        Ok(Position {
            id: id.to_owned(),
            members,
            stages,
            unknown,
        })
    }
}

fn check_rest(check: &mut Check<'_>, root: &Object<'_>, system: &str, way: Way<'_>) {
    let said = |name: &str| root.get(name).and_then(Value::as_str);
    match way {
        Way::Create => {
            check.require(root, "atsEntityId");
            check.require(root, "title");
        }
        Way::Replace(_) => check.require(root, "title"),
        Way::Amend(_) if root.has("title") => check.require(root, "title"),
        Way::Amend(_) => {}
    }
    check.at_most(root, "atsEntityId", MAX_ID);
    check.at_most(root, "title", MAX_TITLE);
    let same = |is: &str, name: &str| said(name).is_none_or(|said| said == is);
    if let Way::Replace(id) | Way::Amend(id) = way
        && !same(id, "atsEntityId")
    {
        let detail = "atsEntityId must equal the id in the address";
        check.flaw("/atsEntityId", FlawCode::Contradiction, detail);
    }
    if !same(system, "systemId") {
        let detail = "systemId must equal the systemId in the address";
        check.flaw("/systemId", FlawCode::Contradiction, detail);
    }
    let locations = super::items(root.get("locations"));
    check_rows(
        check,
        "locations",
        locations.iter().filter_map(Value::as_str),
    );
}

fn check_rows<'v>(check: &mut Check<'_>, name: &str, rows: impl Iterator<Item = &'v str>) {
    let rows: Vec<&str> = rows.collect();
    let long = rows.iter().any(|row| row.chars().count() > MAX_ROW);
    if rows.len() > MAX_ROWS || long {
        let detail = format!("{name} may hold at most {MAX_ROWS} of at most {MAX_ROW} characters");
        check.flaw(format!("/{name}"), FlawCode::TooLong, detail);
    }
}

fn stages(check: &mut Check<'_>, root: &Object<'_>) -> Option<Vec<String>> {
    root.get(STAGES)?;
    let (mut names, mut keys) = (Vec::new(), BTreeSet::new());
    for (at, item) in check.list(root, STAGES) {
        let name = ["name", "stage"].iter().find_map(|n| item[*n].as_str());
        match item.as_str().or(name).map(str::trim) {
            Some(name) if !name.is_empty() => {
                // A stage is named by its name, whatever its case: said twice, it is one.
                if keys.insert(hiring::text::key(name)) {
                    names.push(name.to_owned());
                }
            }
            _ => {
                let detail = "jobStages must hold names, or objects with a name";
                check.flaw(at, FlawCode::WrongType, detail);
            }
        }
    }
    check_rows(check, STAGES, names.iter().map(String::as_str));
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use serde_json::json;

    fn parse(body: Value, way: Way<'_>) -> Result<Position> {
        let body = Body::read(Bytes::from(body.to_string()), super::super::is_file)?;
        Position::parse(&body, "demo", way)
    }

    #[test]
    fn stages_are_names_however_they_are_wrapped() {
        let body = json!({"atsEntityId": "1", "title": "T", "jobStages": ["A", {"name": "B"}, {"stage": " C "}]});
        let read = parse(body, Way::Create).unwrap();
        assert_eq!(read.stages.unwrap(), ["A", "B", "C"]);
        let body =
            json!({"atsEntityId": "1", "title": "T", "jobStages": ["A", {"name": "a "}, "B"]});
        assert_eq!(
            parse(body, Way::Create).unwrap().stages.unwrap(),
            ["A", "B"]
        );
        for bad in [json!("A"), json!([1]), json!([""]), json!([{"x": "A"}])] {
            let body = json!({"atsEntityId": "1", "title": "T", "jobStages": bad});
            assert!(parse(body, Way::Create).is_err());
        }
    }

    #[test]
    fn what_a_position_needs() {
        assert!(parse(json!({}), Way::Create).is_err());
        assert!(parse(json!({"title": "T"}), Way::Replace("1")).is_ok());
        assert!(parse(json!({}), Way::Replace("1")).is_err());
        assert!(parse(json!({}), Way::Amend("1")).is_ok());
        assert!(parse(json!({"title": null}), Way::Amend("1")).is_err());
        assert!(parse(json!({"atsEntityId": "2"}), Way::Amend("1")).is_err());
        assert!(parse(json!({"systemId": "other"}), Way::Amend("1")).is_err());
        let odd = parse(json!({"posted": true, "open": false}), Way::Amend("1")).unwrap();
        assert_eq!(odd.unknown, ["/posted"]);
        assert_eq!(odd.members["open"], json!(false));
    }
}
