//! Applications with the outside names of all that they are tied to: what lists show, one statement a page.

use store::{Reader, Row, sql};

use super::{Application, read};
use crate::id::{ApplicationId, CandidateId, OrgId, Uuid};
use crate::page::{Side, Span, hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// A submitted application and what it is tied to.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Itself.
    pub application: Application,
    /// Who applies.
    pub candidate: Uuid,
    /// For what.
    pub job: Uuid,
    /// Where it stands.
    pub stage: Uuid,
    /// The member who is credited with it.
    pub credited_to: Option<Uuid>,
    /// Why it was rejected, where the reason is one of the catalog.
    pub reason: Option<Uuid>,
    /// Whether the candidate is to be ignored.
    pub ignored: bool,
}

/// Which applications a list shows. Pending ones are never shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Which {
    pub span: Span,
    pub candidate: Option<Uuid>,
    pub job: Option<Uuid>,
    pub stage: Option<Uuid>,
    pub credited_to: Option<Uuid>,
    pub reason: Option<Uuid>,
    pub source: Option<String>,
    /// Also those of people who are ignored.
    pub ignored: bool,
}

// `apart`: the organization is not what they are looked up by (docs/conventions/sql.md, rule 16).
macro_rules! listed {
    () => {
        listed!("a.org_id")
    };
    (apart) => {
        listed!("a.org_id + 0")
    };
    ($org:literal) => {
        concat!(
            "SELECT a.id, a.uid, a.candidate_id, a.job_id, a.stage_id, a.pending, a.source, a.foreign_key, a.answers, \
             a.details, a.disposition, a.reason, a.created_at, a.applied_at, a.stage_at, a.ended_at, a.updated_at, \
             c.uid, j.uid, s.uid, m.uid, k.uid, c.ignored_at FROM application a JOIN candidate c ON c.id = a.candidate_id \
             JOIN job j ON j.id = a.job_id JOIN stage s ON s.id = a.stage_id \
             LEFT JOIN member m ON m.id = a.credited_to LEFT JOIN catalog k ON k.id = a.reason_id \
             WHERE ",
            $org,
            " = $1 AND a.pending = 0"
        )
    };
}
pub(super) use listed;

macro_rules! conditions {
    () => {
        " AND (CAST($3 AS BIGINT) IS NULL OR a.created_at > $3) AND (CAST($4 AS BIGINT) IS NULL OR a.created_at < $4) \
         AND (CAST($5 AS BIGINT) IS NULL OR a.updated_at > $5) AND (CAST($6 AS BIGINT) IS NULL OR a.updated_at < $6) \
         AND (CAST($7 AS TEXT) IS NULL OR c.uid = $7) AND (CAST($8 AS TEXT) IS NULL OR j.uid = $8) \
         AND (CAST($9 AS TEXT) IS NULL OR s.uid = $9) AND (CAST($10 AS TEXT) IS NULL OR m.uid = $10) \
         AND (CAST($11 AS TEXT) IS NULL OR k.uid = $11) AND (CAST($12 AS TEXT) IS NULL OR a.source = $12) \
         AND (CAST($13 AS BIGINT) = 1 OR c.ignored_at IS NULL)"
    };
}

/// A page of the organization's submitted applications, oldest first; `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    which: &Which,
    side: Side,
    limit: i64,
) -> Result<Vec<Listed>> {
    let (forward, backward) = (
        sql!(concat!(
            listed!(),
            " AND a.id > $2",
            conditions!(),
            " ORDER BY a.id LIMIT $14"
        )),
        sql!(concat!(
            listed!(),
            " AND a.id < $2",
            conditions!(),
            " ORDER BY a.id DESC LIMIT $14"
        )),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let Which { span, .. } = which;
    let rows = r.all(
        statement,
        &[
            &org,
            &from,
            &span.created_after,
            &span.created_before,
            &span.modified_after,
            &span.modified_before,
            &which.candidate,
            &which.job,
            &which.stage,
            &which.credited_to,
            &which.reason,
            &which.source,
            &i64::from(which.ignored),
            &limit,
        ],
    )?;
    rows.iter().map(read_listed).collect()
}

/// The submitted applications of these candidates, oldest first, with one statement.
///
/// # Panics
/// More than [`crate::page::MOST`] candidates.
pub fn of_candidates(r: &mut Reader, org: OrgId, ids: &[CandidateId]) -> Result<Vec<Listed>> {
    let rows = r.all(
        sql!(concat!(
            listed!(),
            " AND a.candidate_id IN (",
            hundred!(),
            ") ORDER BY a.id + 0 LIMIT 10000"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read_listed).collect()
}

/// The submitted application of outside name `uid`.
///
/// # Errors
/// [`Problem::NotFound`], of a pending one too.
pub fn find_listed(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Listed> {
    let row = r.one(sql!(concat!(listed!(), " AND a.uid = $2")), &[&org, &uid])?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Application)), read_listed)
}

pub(super) fn read_listed(row: &Row) -> Result<Listed> {
    Ok(Listed {
        application: read(row)?,
        candidate: row.get(17)?,
        job: row.get(18)?,
        stage: row.get(19)?,
        credited_to: row.get(20)?,
        reason: row.get(21)?,
        ignored: row.get::<Option<i64>>(22)?.is_some(),
    })
}

impl Listed {
    /// Inside number, by which lists are ordered.
    pub fn id(&self) -> ApplicationId {
        self.application.id
    }
}
