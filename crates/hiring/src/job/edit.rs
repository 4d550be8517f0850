//! Changing a job: what it is called, whether it takes applications, whom and what it is tied to.

use serde_json::json;
use store::{Tx, sql};

use super::{Job, Status, around, find};
use crate::caller::Caller;
use crate::catalog;
use crate::event::{self, Kind, Subject};
use crate::id::{CatalogId, JobId, MemberId, OrgId};
use crate::member::Part;
use crate::problem::Result;

/// What is to change; `None` leaves as it is, `Some(None)` clears, lists are replaced whole.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct JobEdit {
    pub title: Option<String>,
    pub status: Option<Status>,
    pub code: Option<Option<String>>,
    pub description: Option<Option<String>>,
    pub departments: Option<Vec<CatalogId>>,
    pub offices: Option<Vec<CatalogId>>,
    pub recruiters: Option<Vec<MemberId>>,
    pub hiring_managers: Option<Vec<MemberId>>,
    pub interviewers: Option<Vec<MemberId>>,
}

/// Changes a job. The event names what really changed; where nothing did, there is none.
pub fn edit(tx: &mut Tx, caller: &Caller, id: JobId, edit: &JobEdit) -> Result<Job> {
    let org = caller.org;
    tx.one(
        sql!("SELECT id FROM job WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &id],
    )?;
    let before = find(tx, org, id)?;
    let mut after = before.clone();
    let mut changed = own(&mut after, edit);
    changed.extend(ties(tx, org, id, edit)?);
    if changed.is_empty() {
        return Ok(before);
    }
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE job SET title = $3, title_key = $4, status = $5, code = $6, description = $7, updated_at = $8, \
             held_at = CASE WHEN (status = 'on_hold') = ($5 = 'on_hold') THEN held_at ELSE $8 END \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &org,
            &id,
            &after.title,
            &crate::text::key(&after.title),
            &after.status.word(),
            &after.code,
            &after.description,
            &now,
        ],
    )?;
    let about = Subject {
        job: Some(id),
        ..Subject::default()
    };
    let data = json!({"fields": changed});
    event::append(tx, caller, Kind::JobUpdated, &about, &data)?;
    find(tx, org, id)
}

/// Changes the job's own fields; the names of those that changed.
fn own(job: &mut Job, edit: &JobEdit) -> Vec<&'static str> {
    let mut changed = Vec::new();
    fn set<T: PartialEq + Clone>(had: &mut T, new: Option<&T>) -> bool {
        match new {
            Some(new) if new != had => {
                *had = new.clone();
                true
            }
            _ => false,
        }
    }
    if set(&mut job.title, edit.title.as_ref()) {
        changed.push("title");
    }
    if set(&mut job.status, edit.status.as_ref()) {
        changed.push("status");
    }
    if set(&mut job.code, edit.code.as_ref()) {
        changed.push("code");
    }
    if set(&mut job.description, edit.description.as_ref()) {
        changed.push("description");
    }
    changed
}

/// Ties the job anew; the names of what changed.
fn ties(tx: &mut Tx, org: OrgId, id: JobId, edit: &JobEdit) -> Result<Vec<&'static str>> {
    let mut changed = Vec::new();
    let catalogs = [
        ("departments", catalog::Kind::Department, &edit.departments),
        ("offices", catalog::Kind::Office, &edit.offices),
    ];
    for (name, kind, items) in catalogs {
        if let Some(items) = items
            && around::replace_catalog(tx, org, id, kind, items)?
        {
            changed.push(name);
        }
    }
    let members = [
        ("recruiters", Part::Recruiter, &edit.recruiters),
        (
            "hiring_managers",
            Part::HiringManager,
            &edit.hiring_managers,
        ),
        ("interviewers", Part::Interviewer, &edit.interviewers),
    ];
    for (name, part, members) in members {
        if let Some(members) = members
            && around::replace_members(tx, org, id, part, members)?
        {
            changed.push(name);
        }
    }
    Ok(changed)
}
