//! The vendor's body, exactly as documented: names, types, what is required. No business.
//!
//! What the schema says is in `tables.rs`, how a value is held against it in `shape.rs`. Here: what goes beyond a
//! table, which is the identity, what must be there, and which paths hold files.

pub(super) mod command;
pub(super) mod position;
pub(super) mod query;
pub(super) mod schema;
mod shape;
pub(super) mod tables;
mod written;

use hiring::problem::{Flaw, FlawCode, Result};
use serde_json::{Map, Value};

use self::tables::{BODY, Kind};
pub(super) use self::written::written;
use crate::body::{Body, Step};
use crate::check::{Check, Object};

/// Characters a `systemId` or `candidateId` may have: together they are one key of an index.
pub(super) const MAX_ID: usize = 255;

/// Characters a name may have. Nobody's is longer; a megabyte in a name would travel into every list.
const MAX_NAME: usize = 1_000;

/// Jobs that the `applications` of one body may name; each is looked up.
const MAX_JOBS: usize = 200;

/// Which write a body belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// POST of an ATS candidate to this system.
    Create(String),
    /// PUT of this system's candidate of this id.
    Replace(String, String),
    /// PATCH of the same.
    Amend(String, String),
    /// POST of a profile, and PUT.
    Profile,
    /// PATCH of a profile.
    ProfileEdit,
}

/// Body of a write of a person, held against the schema.
#[derive(Debug)]
pub(super) struct AtsCandidate {
    /// The far system's id of the person; "" for a profile.
    pub candidate_id: String,
    /// Unix seconds.
    pub last_activity: Option<i32>,
    /// The whole body; its types are those of [`BODY`].
    pub members: Map<String, Value>,
    /// Members that were sent and are empty: null, `""`, `[]`, `{}`.
    pub empty: Vec<&'static str>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

impl AtsCandidate {
    /// Reads the body.
    pub(super) fn parse(body: &Body, way: &Way) -> Result<AtsCandidate> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let (mut unknown, mut empty) = (Vec::new(), Vec::new());
        for (name, value) in root.members {
            match BODY.iter().find(|f| f.name == name) {
                Some(field) => {
                    // A word is taken back by an empty string, as all other strings are.
                    let gone = matches!(field.kind, Kind::Choice(_)) && value == "";
                    if !gone {
                        shape::check_member(
                            &mut check,
                            &root,
                            name,
                            value,
                            field.kind,
                            &mut unknown,
                        );
                    }
                    if is_empty(&body.actual(value)) {
                        empty.push(field.name);
                    }
                }
                None => unknown.push(root.pointer(name)),
            }
        }
        check_identity(&mut check, &root, way, &mut unknown);
        check_presence(&mut check, &root, way);
        check_courses(&mut check, &root);
        check_jobs(&mut check, &root);
        check.done()?;
        let text = |name| root.get(name).and_then(Value::as_str);
        let seconds = root.get("lastActivityTs").and_then(Value::as_i64);
        let candidate_id = match way {
            Way::Create(_) => text("candidateId").unwrap_or_default(),
            Way::Replace(_, id) | Way::Amend(_, id) => id.as_str(),
            Way::Profile | Way::ProfileEdit => "",
        };
        Ok(AtsCandidate {
            candidate_id: candidate_id.to_owned(),
            last_activity: seconds.and_then(|s| i32::try_from(s).ok()),
            members: root.members.clone(),
            empty,
            unknown,
        })
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Without a `candidateId` no key can be made, so null and blanks are refused though the schema allows null. The
/// body's `systemId` "should equal" the path's: two different ones would leave open whose record this is. So would a
/// `candidateId` beside another one in the path.
fn check_identity(check: &mut Check<'_>, root: &Object<'_>, way: &Way, unknown: &mut Vec<String>) {
    check.at_most(root, "firstName", MAX_NAME);
    check.at_most(root, "lastName", MAX_NAME);
    let said = |name: &str| root.get(name).and_then(Value::as_str);
    let (system, id) = match way {
        Way::Create(system) => {
            check.require(root, "candidateId");
            check.at_most(root, "candidateId", MAX_ID);
            (system, None::<&String>)
        }
        Way::Replace(system, id) | Way::Amend(system, id) => (system, Some(id)),
        Way::Profile | Way::ProfileEdit => {
            // A profile is nobody's record: no system's, and no system's id.
            let keys = ["systemId", "candidateId"].into_iter();
            unknown.extend(keys.filter(|k| root.has(k)).map(|k| root.pointer(k)));
            return;
        }
    };
    if said("systemId").is_some_and(|said| said != system) {
        check.flaw(
            root.pointer("systemId"),
            FlawCode::Contradiction,
            "systemId must equal the systemId in the address",
        );
    }
    if id.is_some_and(|id| said("candidateId").is_some_and(|said| said != id)) {
        check.flaw(
            root.pointer("candidateId"),
            FlawCode::Contradiction,
            "candidateId must equal the id in the address",
        );
    }
}

/// The page requires four members, three of which may be null: the key has to be there. The address of a PUT names the
/// candidate already; a PATCH requires nothing but what it says not to be taken away, which is the one name that may not
/// be null.
fn check_presence(check: &mut Check<'_>, root: &Object<'_>, way: &Way) {
    let name = root.get("firstName").is_some();
    let wanted: &[(&str, bool)] = match way {
        Way::Create(_) | Way::Replace(..) => &[
            ("firstName", name),
            ("emails", root.has("emails")),
            ("lastActivityTs", root.has("lastActivityTs")),
        ],
        Way::Profile => &[("firstName", name)],
        Way::Amend(..) | Way::ProfileEdit => &[("firstName", name || !root.has("firstName"))],
    };
    for (name, _) in wanted.iter().filter(|(_, there)| !there) {
        let detail = format!("{name} is required");
        check.flaw(root.pointer(name), FlawCode::Required, detail);
    }
}

/// A course is named by `lmsCourseId` or by `title` (catalogue).
fn check_courses(check: &mut Check<'_>, root: &Object<'_>) {
    let courses = items(root.get("courseAttendance"));
    for (index, course) in courses.iter().enumerate() {
        if course.is_object() && course["lmsCourseId"].is_null() && course["title"].is_null() {
            check.flaw(
                format!("/courseAttendance/{index}"),
                FlawCode::Required,
                "an entry of courseAttendance needs an lmsCourseId or a title",
            );
        }
    }
}

fn check_jobs(check: &mut Check<'_>, root: &Object<'_>) {
    let applications = items(root.get("applications"));
    let jobs: usize = applications
        .iter()
        .map(|a| items(Some(&a["jobs"])).len())
        .sum();
    if jobs > MAX_JOBS {
        check.flaw(
            root.pointer("applications"),
            FlawCode::TooLong,
            format!("applications must name at most {MAX_JOBS} jobs"),
        );
    }
}

/// The items of a list, none when it is no list.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Which values are the content of a file.
pub(super) fn is_file(path: &[Step]) -> bool {
    matches!(
        path,
        [
            Step::Key("resumeContent" | "photoContent"),
            Step::Key("content")
        ] | [
            Step::Key("attachments"),
            Step::Index(_),
            Step::Key("attachmentContent")
        ]
    )
}

/// The `systemId` of the address. Any is a namespace of its own, but it has to be one.
pub(super) fn system(text: &str) -> Result<String> {
    let fine = !text.trim().is_empty() && !text.contains('\0') && text.chars().count() <= MAX_ID;
    let flaw = || {
        Flaw::new(
            "path:systemId",
            FlawCode::OutOfRange,
            format!("systemId must be 1 to {MAX_ID} characters"),
        )
    };
    if fine {
        Ok(text.to_owned())
    } else {
        Err(flaw().into())
    }
}

#[cfg(test)]
mod tests;
