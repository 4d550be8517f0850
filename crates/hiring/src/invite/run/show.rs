//! What a run would do, does, and has done, row by row and in numbers.

use store::{Reader, Row, sql};

use super::{Fault, Run, read};
use crate::application::Disposition;
use crate::id::{InviteId, OrgId, Uuid};
use crate::problem::Result;

/// What would become of a row, as things stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Somebody of whom we know nothing is invited.
    New,
    /// Somebody whom we know is invited.
    Known,
    /// Somebody who applied for this job before, and whose application has ended, is invited.
    Again(Disposition),
    /// The invite, by which nobody can apply any more, is renewed.
    Renewed,
    /// Nothing: an invite is open.
    AlreadyInvited,
    /// Nothing: they have applied.
    Applied,
    /// Nothing: see [`Fault`].
    Fault(Fault),
}

impl Plan {
    /// Whether an invite goes out.
    pub fn invites(self) -> bool {
        matches!(
            self,
            Plan::New | Plan::Known | Plan::Again(_) | Plan::Renewed
        )
    }
}

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number in the list.
    pub n: i64,
    /// As it stands there.
    pub email: String,
    /// As it stands there.
    pub name: String,
    /// What will become of it, for those that were not done.
    pub plan: Plan,
    /// What came of it: `invited`, `renewed`, `already_invited`, `applied`, `skipped`, `failed`.
    pub outcome: Option<String>,
    /// What was odd: why no mail goes out.
    pub remark: Option<String>,
    /// The invite and its generation, for its link.
    pub invite: Option<(InviteId, i64)>,
    /// The person, where one is known by the address.
    pub candidate: Option<Uuid>,
}

/// What a row finds: who has the address, their open application for the job and its invite, and how the last one before
/// it ended.
macro_rules! found {
    () => {
        " FROM invite_row w JOIN invite_run u ON u.id = w.run_id \
         LEFT JOIN identity i ON i.org_id = w.org_id AND i.kind = 'email' AND i.value_key = w.email_key \
         LEFT JOIN candidate c ON c.id = i.candidate_id \
         LEFT JOIN application a ON a.org_id = w.org_id AND a.candidate_id = i.candidate_id AND a.job_id = u.job_id \
         AND a.ended_at IS NULL \
         LEFT JOIN invite v ON v.application_id = a.id \
         LEFT JOIN invite o ON o.id = w.invite_id WHERE w.org_id = $1 AND u.uid = $2"
    };
}

/// `fault:twice`, `new`, `known`, `renewed`, `already_invited`, `applied`, `again:rejected`.
macro_rules! plan {
    ($now:literal) => {
        concat!(
            "CASE WHEN w.fault IS NOT NULL THEN 'fault:' || w.fault WHEN i.candidate_id IS NULL THEN 'new' \
             WHEN a.id IS NOT NULL AND a.pending = 0 THEN 'applied' \
             WHEN a.id IS NOT NULL AND v.state IN ('pending', 'opened', 'started') AND v.expires_at > ", $now,
            " THEN 'already_invited' WHEN a.id IS NOT NULL THEN 'renewed' \
             ELSE COALESCE((SELECT 'again:' || MAX(e.disposition) FROM application e WHERE e.org_id = w.org_id \
             AND e.candidate_id = i.candidate_id AND e.job_id = u.job_id AND e.ended_at IS NOT NULL), 'known') END"
        )
    };
}

/// `limit` rows of the run after number `after`.
pub fn lines(r: &mut Reader, org: OrgId, run: Uuid, after: i64, limit: i64) -> Result<Vec<Line>> {
    let now = r.now();
    let rows = r.all(
        sql!(concat!(
            "SELECT w.n, w.email, w.name, ",
            plan!("$3"),
            ", w.outcome, w.remark, o.id, o.generation, c.uid",
            found!(),
            " AND w.n > $4 ORDER BY w.n LIMIT $5"
        )),
        &[&org, &run, &now, &after, &limit],
    )?;
    rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<Line> {
    let plan: String = row.get(3)?;
    let invite: Option<InviteId> = row.get(6)?;
    Ok(Line {
        n: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        plan: parse(&plan),
        outcome: row.get(4)?,
        remark: row.get(5)?,
        invite: invite.zip(row.get(7)?),
        candidate: row.get(8)?,
    })
}

fn parse(plan: &str) -> Plan {
    match plan.split_once(':') {
        Some(("fault", fault)) => Plan::Fault(Fault::parse(fault)),
        Some((_, how)) => Disposition::parse(how).map_or(Plan::Known, Plan::Again),
        None => match plan {
            "new" => Plan::New,
            "applied" => Plan::Applied,
            "already_invited" => Plan::AlreadyInvited,
            "renewed" => Plan::Renewed,
            _ => Plan::Known,
        },
    }
}

/// How many rows of the run would become what.
pub fn plans(r: &mut Reader, org: OrgId, run: Uuid) -> Result<Vec<(Plan, i64)>> {
    let now = r.now();
    let rows = r.all(
        sql!(concat!(
            "SELECT p.plan, COUNT(*) FROM (SELECT ",
            plan!("$3"),
            " AS plan",
            found!(),
            ") p GROUP BY p.plan ORDER BY p.plan"
        )),
        &[&org, &run, &now],
    )?;
    rows.iter()
        .map(|row| Ok((parse(&row.get::<String>(0)?), row.get(1)?)))
        .collect()
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that were done.
    pub done: i64,
    /// Of these, by what came of them.
    pub outcomes: Vec<(String, i64)>,
    /// Of these, those where something was odd.
    pub remarks: i64,
}

impl Progress {
    /// How many came to this.
    pub fn of(&self, outcome: &str) -> i64 {
        let found = self.outcomes.iter().find(|(word, _)| word == outcome);
        found.map_or(0, |(_, n)| *n)
    }
}

/// How far the run is.
pub fn progress(r: &mut Reader, run: &Run) -> Result<Progress> {
    let rows = r.all(
        sql!(
            "SELECT outcome, COUNT(*), COUNT(remark) FROM invite_row WHERE org_id = $1 AND run_id = $2 \
             AND settled_at IS NOT NULL GROUP BY outcome ORDER BY outcome"
        ),
        &[&run.org, &run.id],
    )?;
    let mut progress = Progress::default();
    for row in &rows {
        let (word, count): (Option<String>, i64) = (row.get(0)?, row.get(1)?);
        progress.done += count;
        progress.remarks += row.get::<i64>(2)?;
        progress.outcomes.push((word.unwrap_or_default(), count));
    }
    Ok(progress)
}

/// The organization's newest runs that are no drafts, newest first.
pub fn runs(r: &mut Reader, org: OrgId, limit: i64) -> Result<Vec<Run>> {
    let rows = r.all(
        sql!(
            "SELECT id, uid, org_id, job_id, member_id, state, remark, source, message, language, days, mailed, header, \
             mapping, body, total, created_at, started_at, ended_at FROM invite_run WHERE org_id = $1 AND state <> 'draft' \
             ORDER BY id DESC LIMIT $2"
        ),
        &[&org, &limit],
    )?;
    rows.iter().map(read).collect()
}
