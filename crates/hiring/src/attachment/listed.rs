//! Attachments with the outside name of their candidate: what lists show, one statement a page.

use store::{Reader, Row, sql};

use super::{Attachment, read};
use crate::id::{CandidateId, OrgId, Uuid};
use crate::page::{Side, Span, hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// An attachment and whose it is.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Itself.
    pub attachment: Attachment,
    /// Whose.
    pub candidate: Uuid,
    /// Whether the candidate is to be ignored.
    pub ignored: bool,
}

/// Which attachments a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// Made and changed within.
    pub span: Span,
    /// Of this candidate only.
    pub candidate: Option<Uuid>,
    /// Also those that were taken off their candidates.
    pub removed: bool,
    /// Also those of people who are ignored.
    pub ignored: bool,
}

macro_rules! listed {
    () => {
        "SELECT a.id, a.uid, a.candidate_id, a.application_id, a.scope, a.kind, a.name, a.sha256, a.url, \
         a.media_type, a.size, a.remark, a.created_at, a.removed_at, c.uid, c.ignored_at \
         FROM attachment a JOIN candidate c ON c.id = a.candidate_id WHERE a.org_id = $1"
    };
}

macro_rules! conditions {
    () => {
        " AND (CAST($3 AS BIGINT) IS NULL OR a.created_at > $3) AND (CAST($4 AS BIGINT) IS NULL OR a.created_at < $4) \
         AND (CAST($5 AS BIGINT) IS NULL OR COALESCE(a.removed_at, a.created_at) > $5) \
         AND (CAST($6 AS BIGINT) IS NULL OR COALESCE(a.removed_at, a.created_at) < $6) \
         AND (CAST($7 AS TEXT) IS NULL OR c.uid = $7) AND (CAST($8 AS BIGINT) = 1 OR a.removed_at IS NULL) \
         AND (CAST($9 AS BIGINT) = 1 OR c.ignored_at IS NULL)"
    };
}

/// A page of the organization's attachments, oldest first; `Before` pages come newest first.
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
            " ORDER BY a.id LIMIT $10"
        )),
        sql!(concat!(
            listed!(),
            " AND a.id < $2",
            conditions!(),
            " ORDER BY a.id DESC LIMIT $10"
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
            &i64::from(which.removed),
            &i64::from(which.ignored),
            &limit,
        ],
    )?;
    rows.iter().map(read_listed).collect()
}

/// The attachments of these candidates, oldest first, with one statement; `removed`: those taken off too.
///
/// # Panics
/// More than [`crate::page::MOST`] candidates.
pub fn of_candidates(
    r: &mut Reader,
    org: OrgId,
    ids: &[CandidateId],
    removed: bool,
) -> Result<Vec<Listed>> {
    let mut parameters = with_hundred(&org, ids);
    let removed = i64::from(removed);
    parameters.push(&removed);
    let rows = r.all(
        sql!(concat!(
            listed!(),
            " AND a.candidate_id IN (",
            hundred!(),
            ") AND (CAST($102 AS BIGINT) = 1 OR a.removed_at IS NULL) ORDER BY a.id + 0 LIMIT 10000"
        )),
        &parameters,
    )?;
    rows.iter().map(read_listed).collect()
}

/// The attachment of outside name `uid`.
///
/// # Errors
/// [`Problem::NotFound`].
pub fn find_listed(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Listed> {
    let row = r.one(sql!(concat!(listed!(), " AND a.uid = $2")), &[&org, &uid])?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Attachment)), read_listed)
}

fn read_listed(row: &Row) -> Result<Listed> {
    Ok(Listed {
        attachment: read(row)?,
        candidate: row.get(14)?,
        ignored: row.get::<Option<i64>>(15)?.is_some(),
    })
}
