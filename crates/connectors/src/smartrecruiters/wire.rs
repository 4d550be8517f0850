//! SmartRecruiters' words (developers.smartrecruiters.com, Candidate API).

use serde_json::Value;

use crate::flow::{Found, Unclear, id, items, time};
use crate::manners::{self, Manners, Said};
use crate::person::same_mailbox;
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    said,
    ..Manners::PLAIN
};

/// Kinds of attachment.
pub(super) const RESUME: &str = "RESUME";
pub(super) const COVER_LETTER: &str = "COVER_LETTER";
pub(super) const FILE: &str = "GENERIC_FILE";

/// `{"code", "message", "errors": [{"code", "message"}]}`; a message begins with its field: `email: may not be empty`.
fn said(answer: &Answer) -> Said {
    let said = manners::said(answer);
    let field = said
        .words
        .split_once(": ")
        .map(|(field, _)| field.to_owned());
    Said {
        field: field.filter(|f| !f.is_empty() && !f.contains(' ')),
        ..said
    }
}

/// A person there, with the application for the job in question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub id: String,
    pub application: Option<String>,
    pub created_at: Option<String>,
    pub data: Value,
}

pub(super) fn person(data: &Value, job: Option<&str>) -> Option<Person> {
    let it = id(&data["id"])?;
    let assigned = assignment(data, job);
    Some(Person {
        application: assigned.and_then(|a| id(&a["application"]["id"])),
        id: it,
        created_at: time(&data["createdOn"]),
        data: data.clone(),
    })
}

/// Their application for `job`, if they have one.
fn assignment<'a>(data: &'a Value, job: Option<&str>) -> Option<&'a Value> {
    let job = job?;
    let more = data["secondaryAssignments"]
        .as_array()
        .into_iter()
        .flatten();
    let mut all = std::iter::once(&data["primaryAssignment"]).chain(more);
    all.find(|a| id(&a["job"]["id"]).as_deref() == Some(job))
}

/// The one with this address, of whatever the search found; with an application for `job` where there is one.
pub(super) fn with_email(body: &Value, email: &str, job: Option<&str>) -> Found<Person> {
    let theirs = |p: &&Value| {
        let same = p["email"].as_str().is_some_and(|e| same_mailbox(e, email));
        same && (job.is_none() || assignment(p, job).is_some())
    };
    let found = items(body, "/content")?.iter().find(theirs);
    found.map(|p| person(p, job).ok_or(Unclear)).transpose()
}
