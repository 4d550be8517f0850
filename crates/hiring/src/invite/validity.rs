//! How long invites are valid: as whoever invites says, else as long as those to their job are, else two weeks.

use std::collections::HashMap;

use serde_json::json;
use store::{Reader, Tx, sql};

use super::{DAY, VALID_FOR};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{JobId, OrgId};
use crate::page::{hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// So many days at most is an invite valid: a year.
pub const MOST_DAYS: i64 = 365;

/// How long an invite to `job` is valid, µs.
pub(super) fn of(r: &mut Reader, org: OrgId, job: JobId, days: Option<i64>) -> Result<i64> {
    let days = match days {
        Some(days) => Some(days),
        None => job_days(r, org, job)?,
    };
    Ok(days.map_or(VALID_FOR, |days| days.clamp(1, MOST_DAYS) * DAY))
}

/// For how many days invites to `job` are valid, if it says so.
pub fn job_days(r: &mut Reader, org: OrgId, job: JobId) -> Result<Option<i64>> {
    let row = r.one(
        sql!("SELECT invite_days FROM job WHERE org_id = $1 AND id = $2"),
        &[&org, &job],
    )?;
    row.map_or(Err(Problem::NotFound(Noun::Job)), |row| Ok(row.get(0)?))
}

/// The same of these jobs, at most [`crate::page::MOST`]; those that say nothing are left out.
pub fn jobs_days(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<HashMap<JobId, i64>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, invite_days FROM job WHERE org_id = $1 AND invite_days IS NOT NULL AND id IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Says for how many days (1 to [`MOST_DAYS`]) invites to `job` are valid from now on; `None`: as long as all.
pub fn set_job_days(tx: &mut Tx, caller: &Caller, job: JobId, days: Option<i64>) -> Result<()> {
    tx.one(
        sql!("SELECT id FROM job WHERE org_id = $1 AND id = $2 {for update}"),
        &[&caller.org, &job],
    )?;
    if job_days(tx, caller.org, job)? == days {
        return Ok(());
    }
    begin_job_days(tx, caller.org, job, days)?;
    let about = Subject {
        job: Some(job),
        ..Subject::default()
    };
    let data = json!({"fields": ["invite_days"]});
    event::append(tx, caller, Kind::JobUpdated, &about, &data)?;
    Ok(())
}

/// The same for a job that was made in this transaction: there is no event of its own.
pub fn begin_job_days(tx: &mut Tx, org: OrgId, job: JobId, days: Option<i64>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE job SET invite_days = $3, updated_at = $4 WHERE org_id = $1 AND id = $2"),
        &[&org, &job, &days, &now],
    )?;
    Ok(())
}
