//! A job as a far system knows it: by its own id, and with what it says of the job in its own words. Stages that it names
//! and the job lacks are added; none is ever removed.

use serde_json::{Map, Value, json};
use store::{Reader, Row, Tx, sql};

use super::{Job, find, stages};
use crate::caller::Caller;
use crate::candidate::ForeignId;
use crate::event::{self, Kind, Subject};
use crate::id::{JobId, OrgId};
use crate::page::{hundred, with_hundred};
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
             WHERE org_id = $1 AND kind = $2 AND value_key = $3"
        ),
        &[&org, &id.kind, &id.key],
    )?;
    row.as_ref().map(read).transpose()
}

/// Claims `id` for `job` unless it is claimed: simultaneous calls that name one far job are settled here, by the unique
/// index. Answers whose it is; a far job that was another's stays that one's.
pub fn claim_foreign(tx: &mut Tx, org: OrgId, job: JobId, id: &ForeignId) -> Result<JobId> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO job_identity (org_id, kind, value_key, job_id, said, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, '{}', $5, $5) ON CONFLICT DO NOTHING"
        ),
        &[&org, &id.kind, &id.key, &job, &now],
    )?;
    let there = look_up_foreign(tx, org, id)?;
    let gone = || Problem::broken("a row that was just put in is not there");
    Ok(there.ok_or_else(gone)?.job)
}

/// What the far system says of the job it calls `id`, from now on. Answers whether that is something else than before;
/// if so the job counts as changed, and an event tells it.
pub fn renew_foreign(
    tx: &mut Tx,
    caller: &Caller,
    id: &ForeignId,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<bool> {
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
        return Ok(false);
    }
    let text = serde_json::to_string(&said).unwrap_or_default();
    tx.run(
        sql!(
            "UPDATE job_identity SET said = $4, updated_at = $5 WHERE org_id = $1 AND kind = $2 AND value_key = $3"
        ),
        &[&org, &id.kind, &id.key, &text, &now],
    )?;
    tx.run(
        sql!("UPDATE job SET updated_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&org, &there.job, &now],
    )?;
    let before = |name: &String| there.said.get(name);
    let names = said.keys().chain(there.said.keys());
    let mut changed: Vec<&String> = names.filter(|n| said.get(*n) != before(n)).collect();
    changed.sort();
    changed.dedup();
    tell(tx, caller, there.job, &json!({"fields": changed}))?;
    Ok(true)
}

/// Adds the stages of these names that the job lacks, whatever their case, after those that it has.
pub fn add_missing_stages(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    names: &[String],
) -> Result<()> {
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
        return Ok(());
    }
    let from = had.iter().map(|s| s.position + 1).max().unwrap_or(0);
    super::stage::add_stages_from(tx, org, job, from as usize, &new)?;
    tell(tx, caller, job, &json!({"fields": ["stages"]}))
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

/// The job that a caller means by `name`: a far system's id of it, else our outside name or number.
pub fn named(r: &mut Reader, org: OrgId, kind: &str, name: &str) -> Result<Option<Job>> {
    let far = ForeignId {
        kind: kind.to_owned(),
        key: name.to_owned(),
    };
    if let Some(known) = look_up_foreign(r, org, &far)? {
        return find(r, org, known.job).map(Some);
    }
    let found = match (uuid::Uuid::try_parse(name), name.parse()) {
        (Ok(uid), _) => super::find_by_uid(r, org, uid),
        (_, Ok(number)) => find(r, org, JobId(number)),
        _ => return Ok(None),
    };
    match found {
        Ok(job) => Ok(Some(job)),
        Err(Problem::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
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
