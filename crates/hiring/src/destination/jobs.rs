//! A destination's table of jobs: which job of the far side is which of ours.

use serde_json::json;
use store::{Reader, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{DestinationId, JobId, OrgId, Uuid};
use crate::problem::{Flaw, FlawCode, Problem, Result};

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Our job.
    pub job: Uuid,
    /// The far side's id of it.
    pub remote_id: String,
}

/// The table, in the order of our jobs; at most 10,000 lines.
pub fn jobs(r: &mut Reader, org: OrgId, destination: DestinationId) -> Result<Vec<TableRow>> {
    let rows = r.all(
        sql!(
            "SELECT j.uid, t.remote_id FROM destination_job t JOIN job j ON j.id = t.job_id \
             WHERE t.org_id = $1 AND t.destination_id = $2 ORDER BY t.job_id LIMIT 10000"
        ),
        &[&org, &destination],
    )?;
    rows.iter()
        .map(|row| {
            Ok(TableRow {
                job: row.get(0)?,
                remote_id: row.get(1)?,
            })
        })
        .collect()
}

/// The far side's id of one of our jobs: as the table says, else the default.
pub fn far_job(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    job: JobId,
) -> Result<Option<String>> {
    let row = r.one(
        sql!(
            "SELECT COALESCE(t.remote_id, d.default_job) FROM destination d \
             LEFT JOIN destination_job t ON t.destination_id = d.id AND t.job_id = $3 WHERE d.org_id = $1 AND d.id = $2"
        ),
        &[&org, &destination, &job],
    )?;
    Ok(row.map(|row| row.get(0)).transpose()?.flatten())
}

/// Puts this table in the place of the one there was.
///
/// # Errors
/// A flaw at `/jobs/N/job` for a job that the organization does not have, or that stands there twice.
pub fn put_jobs(tx: &mut Tx, caller: &Caller, uid: Uuid, table: &[TableRow]) -> Result<()> {
    let destination = super::lock(tx, caller.org, uid)?;
    let mut flaws = Vec::new();
    let mut numbers: Vec<JobId> = Vec::new();
    for (n, line) in table.iter().enumerate() {
        let pointer = format!("/jobs/{n}/job");
        match super::jobs::number(tx, caller.org, line.job)? {
            Some(id) if numbers.contains(&id) => flaws.push(Flaw::new(
                pointer,
                FlawCode::Contradiction,
                "this job stands in the table twice",
            )),
            Some(id) => numbers.push(id),
            None => flaws.push(Flaw::new(
                pointer,
                FlawCode::UnknownReference,
                "there is no such job",
            )),
        }
    }
    if !flaws.is_empty() {
        return Err(Problem::Invalid(flaws));
    }
    tx.run(
        sql!("DELETE FROM destination_job WHERE org_id = $1 AND destination_id = $2"),
        &[&caller.org, &destination.id],
    )?;
    for (line, job) in table.iter().zip(&numbers) {
        put_line(tx, caller.org, destination.id, *job, &line.remote_id)?;
    }
    tell(tx, caller, uid)
}

/// A line of the table as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    /// Our job.
    pub job: Uuid,
    /// What they saw there; `None`: nothing.
    pub was: Option<String>,
    /// What shall stand there; `None`: nothing.
    pub now: Option<String>,
}

/// Changes these lines and leaves all others, so that two who fill in the table at once do not undo each other; how many were
/// changed.
///
/// # Errors
/// A flaw at `/jobs/<uid>` for a job that the organization does not have, and for a line that somebody else changed since.
pub fn edit_jobs(tx: &mut Tx, caller: &Caller, uid: Uuid, edits: &[LineEdit]) -> Result<usize> {
    let destination = super::lock(tx, caller.org, uid)?;
    let (mut flaws, mut changed) = (Vec::new(), Vec::new());
    for edit in edits {
        let mut flaw = |code, detail| {
            flaws.push(Flaw::new(format!("/jobs/{}", edit.job), code, detail));
        };
        let Some(job) = super::jobs::number(tx, caller.org, edit.job)? else {
            flaw(FlawCode::UnknownReference, "there is no such job");
            continue;
        };
        let has = line(tx, caller.org, destination.id, job)?;
        if has == edit.now {
            continue;
        }
        if has != edit.was {
            flaw(
                FlawCode::Contradiction,
                "somebody else changed it meanwhile: look again",
            );
            continue;
        }
        changed.push((job, edit.now.as_deref()));
    }
    if !flaws.is_empty() {
        return Err(Problem::Invalid(flaws));
    }
    for (job, now) in &changed {
        tx.run(
            sql!(
                "DELETE FROM destination_job WHERE org_id = $1 AND destination_id = $2 AND job_id = $3"
            ),
            &[&caller.org, &destination.id, job],
        )?;
        if let Some(remote_id) = now {
            put_line(tx, caller.org, destination.id, *job, remote_id)?;
        }
    }
    if !changed.is_empty() {
        tell(tx, caller, uid)?;
    }
    Ok(changed.len())
}

fn line(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    job: JobId,
) -> Result<Option<String>> {
    let row = r.one(
        sql!(
            "SELECT remote_id FROM destination_job WHERE org_id = $1 AND destination_id = $2 AND job_id = $3"
        ),
        &[&org, &destination, &job],
    )?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

fn put_line(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    job: JobId,
    remote_id: &str,
) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO destination_job (org_id, destination_id, job_id, remote_id) VALUES ($1, $2, $3, $4)"
        ),
        &[&org, &destination, &job, &remote_id],
    )?;
    Ok(())
}

fn tell(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<()> {
    let data = json!({"destination": uid});
    event::append(
        tx,
        caller,
        Kind::DestinationChanged,
        &Subject::default(),
        &data,
    )?;
    Ok(())
}

fn number(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Option<JobId>> {
    let row = r.one(
        sql!("SELECT id FROM job WHERE org_id = $1 AND uid = $2"),
        &[&org, &uid],
    )?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}
