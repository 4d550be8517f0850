//! A word that people are sorted by. Tags live in candidates' records, as callers said them; here is which candidate has
//! which, for lists, and every tag that an organization ever used.

mod tagged;

use serde_json::Value;
use store::{Reader, Row, Tx, sql};

use crate::id::{CandidateId, OrgId};
use crate::page::{Side, Span};
use crate::problem::Result;
use crate::text;

pub use tagged::{Tagged, tagged, tagged_of_ids};

/// A tag of an organization.
#[derive(Debug, Clone)]
pub struct Tag {
    /// Inside number.
    pub id: i64,
    /// As it was first spelled.
    pub name: String,
    /// When it was first used, µs.
    pub created_at: i64,
}

/// Notes that the candidate's tags, which were `before`, are `after` now: lists of strings, whatever their case.
pub(crate) fn settle(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    before: &[Value],
    after: &[Value],
) -> Result<()> {
    let (before, after) = (keyed(before), keyed(after));
    let has = |tags: &[(String, &str)], key: &str| tags.iter().any(|(k, _)| k == key);
    for (key, _) in before.iter().filter(|(key, _)| !has(&after, key)) {
        tx.run(
            sql!(
                "DELETE FROM tagged WHERE org_id = $1 AND candidate_id = $2 AND tag_id IN \
                 (SELECT id FROM tag WHERE org_id = $1 AND name_key = $3)"
            ),
            &[&org, &candidate, key],
        )?;
    }
    let now = tx.now();
    for (key, name) in after.iter().filter(|(key, _)| !has(&before, key)) {
        tx.run(
            sql!(
                "INSERT INTO tag (org_id, name, name_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
            ),
            &[&org, name, key, &now],
        )?;
        tx.run(
            sql!(
                "INSERT INTO tagged (org_id, tag_id, candidate_id) \
                 SELECT org_id, id, CAST($2 AS BIGINT) FROM tag WHERE org_id = $1 AND name_key = $3 \
                 ON CONFLICT DO NOTHING"
            ),
            &[&org, &candidate, key],
        )?;
    }
    Ok(())
}

/// Tags by their keys, sorted, so that two calls that use the same new tags do not wait for each other in a circle.
/// One that no index could hold is left out: it stays in the record and is only not filtered by.
fn keyed(tags: &[Value]) -> Vec<(String, &str)> {
    const LONGEST: usize = 1_000;
    let mut keyed: Vec<(String, &str)> = tags
        .iter()
        .filter_map(Value::as_str)
        .map(|name| (text::key(name), name))
        .filter(|(key, _)| !key.is_empty() && key.len() <= LONGEST)
        .collect();
    keyed.sort();
    keyed.dedup_by(|a, b| a.0 == b.0);
    keyed
}

/// The numbers of the tags of these names, whatever their case; names of no tag are left out.
pub fn ids(r: &mut Reader, org: OrgId, names: &[String]) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for name in names {
        let row = r.one(
            sql!("SELECT id FROM tag WHERE org_id = $1 AND name_key = $2"),
            &[&org, &text::key(name)],
        )?;
        if let Some(row) = row {
            ids.push(row.get(0)?);
        }
    }
    Ok(ids)
}

/// A page of the organization's tags in the order of their first use; `Before` pages come newest first.
pub fn page(r: &mut Reader, org: OrgId, side: Side, span: &Span, limit: i64) -> Result<Vec<Tag>> {
    let (forward, backward) = (
        sql!(
            "SELECT id, name, created_at FROM tag WHERE org_id = $1 AND id > $2 \
             AND created_at > $3 AND created_at < $4 ORDER BY id LIMIT $5"
        ),
        sql!(
            "SELECT id, name, created_at FROM tag WHERE org_id = $1 AND id < $2 \
             AND created_at > $3 AND created_at < $4 ORDER BY id DESC LIMIT $5"
        ),
    );
    crate::candidate::all_indexed(r, org)?;
    let (after, before) = span.of_unchanging();
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let rows = r.all(statement, &[&org, &from, &after, &before, &limit])?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Tag> {
    Ok(Tag {
        id: row.get(0)?,
        name: row.get(1)?,
        created_at: row.get(2)?,
    })
}
