//! Whom and what a job is tied to: departments and offices of the catalog, members who recruit or decide.

use std::collections::HashMap;

use store::{Reader, Tx, sql};

use super::NewJob;
use crate::catalog::{self, Item, Kind};
use crate::id::{CatalogId, JobId, MemberId, OrgId};
use crate::member::{self, Member, Part};
use crate::page::MOST;
use crate::problem::Result;

/// What a job is tied to, each in the order in which it was named.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Around {
    pub departments: Vec<Item>,
    pub offices: Vec<Item>,
    pub recruiters: Vec<Member>,
    pub hiring_managers: Vec<Member>,
    pub interviewers: Vec<Member>,
}

/// What `jobs` are tied to: two statements for each hundred of them. A job that is tied to nothing is not in the answer.
pub fn around(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<HashMap<JobId, Around>> {
    let mut all: HashMap<JobId, Around> = HashMap::new();
    for jobs in jobs.chunks(MOST) {
        for (job, item) in catalog::of_jobs(r, org, jobs)? {
            let around = all.entry(job).or_default();
            match item.kind {
                Kind::Department => around.departments.push(item),
                Kind::Office => around.offices.push(item),
                Kind::RejectReason => {}
            }
        }
        for (job, part, member) in member::of_jobs(r, org, jobs)? {
            let around = all.entry(job).or_default();
            match part {
                Part::Recruiter => around.recruiters.push(member),
                Part::HiringManager => around.hiring_managers.push(member),
                Part::Interviewer => around.interviewers.push(member),
            }
        }
    }
    Ok(all)
}

/// Ties a new job.
pub(super) fn add(tx: &mut Tx, org: OrgId, job: JobId, new: &NewJob) -> Result<()> {
    add_catalog(tx, org, job, &new.catalog)?;
    add_members(tx, org, job, Part::Recruiter, &new.recruiters)?;
    add_members(tx, org, job, Part::HiringManager, &new.hiring_managers)
}

fn add_catalog(tx: &mut Tx, org: OrgId, job: JobId, items: &[CatalogId]) -> Result<()> {
    for item in items {
        // Named twice is named once; another organization's is named not at all.
        tx.run(
            sql!(
                "INSERT INTO job_catalog (org_id, job_id, catalog_id) SELECT org_id, CAST($2 AS BIGINT), id \
                 FROM catalog WHERE org_id = $1 AND id = $3 ON CONFLICT DO NOTHING"
            ),
            &[&org, &job, item],
        )?;
    }
    Ok(())
}

fn add_members(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    part: Part,
    members: &[MemberId],
) -> Result<()> {
    for member in members {
        tx.run(
            sql!(
                "INSERT INTO job_member (org_id, job_id, member_id, part) \
                 SELECT org_id, CAST($2 AS BIGINT), id, CAST($4 AS TEXT) FROM member WHERE org_id = $1 AND id = $3 \
                 ON CONFLICT DO NOTHING"
            ),
            &[&org, &job, member, &part.word()],
        )?;
    }
    Ok(())
}

/// Ties a job to these of the catalog in place of those of `kind` that it was tied to; whether that changes anything.
pub(super) fn replace_catalog(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    kind: Kind,
    items: &[CatalogId],
) -> Result<bool> {
    let had = catalog::of_jobs(tx, org, &[job])?;
    let had = had.into_iter().filter(|(_, item)| item.kind == kind);
    let had: Vec<CatalogId> = had.map(|(_, item)| item.id).collect();
    if had == items {
        return Ok(false);
    }
    tx.run(
        sql!(
            "DELETE FROM job_catalog WHERE org_id = $1 AND job_id = $2 AND catalog_id IN \
             (SELECT id FROM catalog WHERE org_id = $1 AND kind = $3)"
        ),
        &[&org, &job, &kind.word()],
    )?;
    add_catalog(tx, org, job, items)?;
    Ok(true)
}

/// The same for members with this part.
pub(super) fn replace_members(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    part: Part,
    members: &[MemberId],
) -> Result<bool> {
    let had = member::of_jobs(tx, org, &[job])?;
    let had = had.into_iter().filter(|(_, p, _)| *p == part);
    let had: Vec<MemberId> = had.map(|(.., member)| member.id).collect();
    if had == members {
        return Ok(false);
    }
    tx.run(
        sql!("DELETE FROM job_member WHERE org_id = $1 AND job_id = $2 AND part = $3"),
        &[&org, &job, &part.word()],
    )?;
    add_members(tx, org, job, part, members)?;
    Ok(true)
}
