//! Invites as lists show them.

use std::collections::HashMap;

use store::{Reader, sql};

use super::{Invite, State, read};
use crate::id::{CandidateId, InviteId, JobId, OrgId, Uuid};
use crate::page::{hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// Which invites a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// To this job only.
    pub job: Option<JobId>,
    /// Of this person only.
    pub candidate: Option<CandidateId>,
    /// In this state only, expiry taken into account.
    pub state: Option<State>,
}

/// The organization's invites after number `after`, oldest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    after: InviteId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Invite>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT id, org_id, uid, application_id, candidate_id, job_id, generation, state, created_at, expires_at, \
             email, message, language, opened_at, started_at, completed_at, closed_at FROM invite \
             WHERE org_id = $1 AND id > $2 AND (CAST($3 AS BIGINT) IS NULL OR job_id = $3) \
             AND (CAST($4 AS BIGINT) IS NULL OR candidate_id = $4) \
             AND (CAST($5 AS TEXT) IS NULL OR CASE WHEN state IN ('pending', 'opened', 'started') \
             AND expires_at <= $6 THEN 'expired' ELSE state END = $5) ORDER BY id LIMIT $7"
        ),
        &[
            &org, &after, &filter.job, &filter.candidate, &filter.state.map(State::word), &now, &limit,
        ],
    )?;
    rows.iter().map(|row| read(row, now)).collect()
}

/// The organization's invite of outside name `uid`.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Invite> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, application_id, candidate_id, job_id, generation, state, created_at, expires_at, \
             email, message, language, opened_at, started_at, completed_at, closed_at FROM invite \
             WHERE org_id = $1 AND uid = $2"
        ),
        &[&org, &uid],
    )?;
    let now = r.now();
    row.map_or(Err(Problem::NotFound(Noun::Invite)), |row| read(&row, now))
}

/// The outside names of what an invite is about.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// The application that waits for it.
    pub application: Uuid,
    /// Who is invited.
    pub candidate: Uuid,
    /// To what.
    pub job: Uuid,
}

/// The outside names of what these invites are about, at most [`crate::page::MOST`].
pub fn names(r: &mut Reader, org: OrgId, ids: &[InviteId]) -> Result<HashMap<InviteId, Names>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT i.id, a.uid, c.uid, j.uid FROM invite i JOIN application a ON a.id = i.application_id \
             JOIN candidate c ON c.id = i.candidate_id JOIN job j ON j.id = i.job_id WHERE i.org_id = $1 AND i.id IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter()
        .map(|row| {
            let names = Names {
                application: row.get(1)?,
                candidate: row.get(2)?,
                job: row.get(3)?,
            };
            Ok((row.get(0)?, names))
        })
        .collect()
}
