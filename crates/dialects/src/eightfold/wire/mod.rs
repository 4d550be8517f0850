//! The vendor's body, exactly as documented: names, types, what is required. No business.
//!
//! What the schema says is in `tables.rs`, how a value is held against it in `shape.rs`. Here: what goes beyond a
//! table, which is the identity, what must be there, and which paths hold files.

pub(super) mod query;
mod shape;
pub(super) mod tables;
mod written;

use hiring::problem::{Flaw, FlawCode, Result};
use serde_json::{Map, Value};

use self::tables::BODY;
pub(super) use self::written::written;
use crate::body::{Body, Step};
use crate::check::{Check, Object};

/// Characters a `systemId` or `candidateId` may have: together they are one key of an index.
pub(super) const MAX_ID: usize = 255;

/// Characters a name may have. Nobody's is longer; a megabyte in a name would travel into every list.
const MAX_NAME: usize = 1_000;

/// Jobs that the `applications` of one body may name; each is looked up.
const MAX_JOBS: usize = 200;

/// Body of `POST /ats-systems/{systemId}/ats-candidates`, held against the schema.
#[derive(Debug)]
pub(super) struct AtsCandidate {
    /// The far system's id of the person.
    pub candidate_id: String,
    /// Unix seconds.
    pub last_activity: Option<i32>,
    /// The whole body; its types are those of [`BODY`].
    pub members: Map<String, Value>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

impl AtsCandidate {
    /// Reads the body of a call to `/ats-systems/{system}/…`.
    pub(super) fn parse(body: &Body, system: &str) -> Result<AtsCandidate> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let mut unknown = Vec::new();
        for (name, value) in root.members {
            match BODY.iter().find(|f| f.name == name) {
                Some(field) => {
                    shape::check_member(&mut check, &root, name, value, field.kind, &mut unknown);
                }
                None => unknown.push(root.pointer(name)),
            }
        }
        check_identity(&mut check, &root, system);
        check_presence(&mut check, &root);
        check_courses(&mut check, &root);
        check_jobs(&mut check, &root);
        check.done()?;
        let text = |name| root.get(name).and_then(Value::as_str);
        let seconds = root.get("lastActivityTs").and_then(Value::as_i64);
        Ok(AtsCandidate {
            candidate_id: text("candidateId").unwrap_or_default().to_owned(),
            last_activity: seconds.and_then(|s| i32::try_from(s).ok()),
            members: root.members.clone(),
            unknown,
        })
    }
}

/// Without a `candidateId` no key can be made, so null and blanks are refused though the schema allows null. The
/// body's `systemId` "should equal" the path's: two different ones would leave open whose record this is.
fn check_identity(check: &mut Check<'_>, root: &Object<'_>, system: &str) {
    check.require(root, "candidateId");
    check.at_most(root, "candidateId", MAX_ID);
    check.at_most(root, "firstName", MAX_NAME);
    check.at_most(root, "lastName", MAX_NAME);
    let said = root.get("systemId").and_then(Value::as_str);
    if said.is_some_and(|said| said != system) {
        check.flaw(
            root.pointer("systemId"),
            FlawCode::Contradiction,
            "systemId must equal the systemId in the address",
        );
    }
}

/// The page requires four members, three of which may be null: the key has to be there.
fn check_presence(check: &mut Check<'_>, root: &Object<'_>) {
    let missing = |name: &str, ok: bool| (!ok).then(|| (root.pointer(name), name.to_owned()));
    let faults = [
        missing("firstName", root.get("firstName").is_some()),
        missing("emails", root.has("emails")),
        missing("lastActivityTs", root.has("lastActivityTs")),
    ];
    for (pointer, name) in faults.into_iter().flatten() {
        check.flaw(pointer, FlawCode::Required, format!("{name} is required"));
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
