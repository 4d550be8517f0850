//! A job as a far system knows it: by its own id, and with what it says of the job in its own words. Stages that it names
//! and the job lacks are added; none is ever removed.

use serde_json::{Map, Value, json};
use store::{Reader, Row, Tx, sql};

use super::{Job, stages};
use crate::caller::Caller;
use crate::candidate::ForeignId;
use crate::event::{self, Kind, Subject};
use crate::id::{JobId, OrgId, Uuid};
use crate::page::{hundred, with_hundred, with_hundred_names};
use crate::problem::{Problem, Result};
use crate::text;

/// A far system's view of a job.
#[derive(Debug, Clone)]
pub struct ForeignJob {
    /// Whose it is.
    pub job: JobId,
    /// What the system calls it.
    pub id: ForeignId,
    /// What it says of it, as it was sent.
    pub said: Map<String, Value>,
    /// When the system first named it, µs.
    pub created_at: i64,
    /// When the system last said something of it, µs.
    pub updated_at: i64,
}

/// The job that a far system calls so, as it sees it.
pub fn look_up_foreign(r: &mut Reader, org: OrgId, id: &ForeignId) -> Result<Option<ForeignJob>> {
    let row = r.one(
        sql!(
            "SELECT job_id, kind, value_key, said, created_at, updated_at FROM job_identity \
             WHERE org_id = $1 AND kind = $2 AND value_key = $3 AND job_id IS NOT NULL"
        ),
        &[&org, &id.kind, &id.key],
    )?;
    row.as_ref().map(read).transpose()
}

/// Whether a far system has named any job of its own.
pub fn has_foreign(r: &mut Reader, org: OrgId, kind: &str) -> Result<bool> {
    let row = r.one(
        sql!("SELECT id FROM job_identity WHERE org_id = $1 AND kind = $2 LIMIT 1"),
        &[&org, &kind],
    )?;
    Ok(row.is_some())
}

/// The jobs that any far system calls so, oldest first.
pub fn called(r: &mut Reader, org: OrgId, key: &str) -> Result<Vec<ForeignJob>> {
    let rows = r.all(
        sql!(
            "SELECT job_id, kind, value_key, said, created_at, updated_at FROM job_identity \
             WHERE org_id = $1 AND value_key = $2 AND job_id IS NOT NULL ORDER BY id + 0 LIMIT 1000"
        ),
        &[&org, &key],
    )?;
    rows.iter().map(read).collect()
}

/// Whose the far job `id` is; `None`: nobody's until now, and [`give_foreign`] has to follow in this transaction.
/// Simultaneous calls that name one far job are settled here, by the unique index: who loses waits, and reads whose it is.
pub fn claim_foreign(tx: &mut Tx, org: OrgId, id: &ForeignId) -> Result<Option<JobId>> {
    let now = tx.now();
    let won = tx.run(
        sql!(
            "INSERT INTO job_identity (org_id, kind, value_key, said, created_at, updated_at) \
             VALUES ($1, $2, $3, '{}', $4, $4) ON CONFLICT DO NOTHING"
        ),
        &[&org, &id.kind, &id.key, &now],
    )?;
    if won == 1 {
        return Ok(None);
    }
    let there = look_up_foreign(tx, org, id)?;
    let gone = || Problem::broken("a far job that is nobody's");
    Ok(Some(there.ok_or_else(gone)?.job))
}

/// Gives a far job that was just claimed to `job`.
pub fn give_foreign(tx: &mut Tx, org: OrgId, id: &ForeignId, job: JobId) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE job_identity SET job_id = $4 WHERE org_id = $1 AND kind = $2 AND value_key = $3 AND job_id IS NULL"
        ),
        &[&org, &id.kind, &id.key, &job],
    )?;
    Ok(())
}

/// Changes what the far system says of the job it calls `id`. If that is something else than before, the job counts as
/// changed, and an event tells it unless one has (`told`).
pub fn renew_foreign(
    tx: &mut Tx,
    caller: &Caller,
    id: &ForeignId,
    told: bool,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    tx.one(
        sql!("SELECT id FROM job_identity WHERE org_id = $1 AND kind = $2 AND value_key = $3 {for update}"),
        &[&org, &id.kind, &id.key],
    )?;
    let Some(there) = look_up_foreign(tx, org, id)? else {
        return Err(Problem::broken("a far job that nobody claimed"));
    };
    let mut said = there.said.clone();
    change(&mut said);
    if said == there.said {
        return Ok(());
    }
    let text = serde_json::to_string(&said).unwrap_or_default();
    tx.run(
        sql!(
            "UPDATE job_identity SET said = $4, updated_at = $5 WHERE org_id = $1 AND kind = $2 AND value_key = $3"
        ),
        &[&org, &id.kind, &id.key, &text, &now],
    )?;
    if told {
        return Ok(());
    }
    tx.run(
        sql!("UPDATE job SET updated_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&org, &there.job, &now],
    )?;
    tell(tx, caller, there.job, &json!({"fields": []}))
}

/// Adds the stages of these names that the job lacks, whatever their case, after those that it has; an event tells it
/// unless one has (`told`). Whether there were any.
pub fn add_missing_stages(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    told: bool,
    names: &[String],
) -> Result<bool> {
    let org = caller.org;
    tx.one(
        sql!("SELECT id FROM job WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &job],
    )?;
    let had = stages(tx, org, job)?;
    let mut keys: Vec<String> = had.iter().map(|s| text::key(&s.name)).collect();
    let mut new = Vec::new();
    for name in names {
        let key = text::key(name);
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
            new.push((name.trim().to_owned(), "review".to_owned()));
        }
    }
    if new.is_empty() {
        return Ok(false);
    }
    let from = had.iter().map(|s| s.position + 1).max().unwrap_or(0);
    super::stage::add_stages_from(tx, org, job, from as usize, &new)?;
    if !told {
        let now = tx.now();
        tx.run(
            sql!("UPDATE job SET updated_at = $3 WHERE org_id = $1 AND id = $2"),
            &[&org, &job, &now],
        )?;
        tell(tx, caller, job, &json!({"fields": ["stages"]}))?;
    }
    Ok(true)
}

fn tell(tx: &mut Tx, caller: &Caller, job: JobId, data: &Value) -> Result<()> {
    let about = Subject {
        job: Some(job),
        ..Subject::default()
    };
    event::append(tx, caller, Kind::JobUpdated, &about, data)?;
    Ok(())
}

/// What far systems call these jobs and say of them, oldest first.
///
/// # Panics
/// More than [`crate::page::MOST`] jobs.
pub fn foreign_of(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<ForeignJob>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT job_id, kind, value_key, said, created_at, updated_at FROM job_identity \
             WHERE org_id = $1 AND job_id IN (",
            hundred!(),
            ") ORDER BY id + 0 LIMIT 10000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter().map(read).collect()
}

/// The jobs of these outside names, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Job>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id FROM job WHERE org_id = $1 AND uid IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred_names(&org, uids),
    )?;
    let ids = rows.iter().map(|row| Ok(row.get(0)?));
    let ids: Vec<JobId> = ids.collect::<Result<_>>()?;
    super::of_ids(r, org, &ids)
}

/// How many jobs the organization has, and `limit` of them from the `offset`-th on, in the order in which they were made.
pub fn from_offset(r: &mut Reader, org: OrgId, limit: i64, offset: i64) -> Result<(i64, Vec<Job>)> {
    let total = r.number(sql!("SELECT COUNT(*) FROM job WHERE org_id = $1"), &[&org])?;
    let rows = r.all(
        sql!("SELECT id FROM job WHERE org_id = $1 ORDER BY id LIMIT $2 OFFSET $3"),
        &[&org, &limit, &offset],
    )?;
    let ids = rows.iter().map(|row| Ok(row.get(0)?));
    let ids: Vec<JobId> = ids.collect::<Result<_>>()?;
    let mut page = super::of_ids(r, org, &ids)?;
    page.sort_by_key(|job| job.id);
    Ok((total, page))
}

fn read(row: &Row) -> Result<ForeignJob> {
    let said: String = row.get(3)?;
    Ok(ForeignJob {
        job: row.get(0)?,
        id: ForeignId {
            kind: row.get(1)?,
            key: row.get(2)?,
        },
        said: serde_json::from_str(&said).unwrap_or_default(),
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}
