//! Jobs for callers that count pages, and jobs by what people call them.

use store::{Reader, sql};

use super::{Job, read};
use crate::id::OrgId;
use crate::problem::Result;

/// `limit` jobs of the organization from the `offset`-th on, oldest first, and how many there are in all.
pub fn page_from(
    r: &mut Reader,
    org: OrgId,
    (limit, offset): (i64, i64),
) -> Result<(Vec<Job>, i64)> {
    let total = r.number(sql!("SELECT COUNT(*) FROM job WHERE org_id = $1"), &[&org])?;
    let rows = r.all(
        sql!(
            "SELECT id, uid, title, status, code, description, created_at, updated_at FROM job \
             WHERE org_id = $1 ORDER BY id LIMIT $2 OFFSET $3"
        ),
        &[&org, &limit, &offset],
    )?;
    let jobs: Result<Vec<Job>> = rows.iter().map(|row| read(row, 0)).collect();
    Ok((jobs?, total))
}

/// The organization's job of this title, whatever its case: of several, one that is open before one that is not, and the
/// newest of those.
pub fn look_up_title(r: &mut Reader, org: OrgId, title: &str) -> Result<Option<Job>> {
    let row = r.one(
        sql!(
            "SELECT id, uid, title, status, code, description, created_at, updated_at FROM job \
             WHERE org_id = $1 AND title_key = $2 \
             ORDER BY CASE WHEN status = 'open' THEN 0 WHEN status = 'on_hold' THEN 1 ELSE 2 END, id DESC LIMIT 1"
        ),
        &[&org, &crate::text::key(title)],
    )?;
    row.as_ref().map(|row| read(row, 0)).transpose()
}
