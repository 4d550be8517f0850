//! What happened to a person, newest first, told with names.

use serde_json::Value;
use store::{Reader, sql};

use crate::counts::{Recent, actor_name, stage_name};
use crate::id::{CandidateId, OrgId};
use crate::problem::Result;
use crate::record::Record;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where the next page begins.
    pub id: i64,
    /// What, when, by whom.
    pub event: Recent,
    /// Ids and names of fields.
    pub data: Value,
}

/// What happened to a person, and to those who are the same person by now, before event `before`; at most `limit`.
pub fn of_candidate(
    r: &mut Reader,
    org: OrgId,
    id: CandidateId,
    before: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = r.all(
        sql!(
            "SELECT e.id, e.uid, e.kind, c.record, j.title, e.actor, e.data, e.created_at FROM event e \
             LEFT JOIN candidate c ON c.id = e.candidate_id LEFT JOIN job j ON j.id = e.job_id \
             WHERE e.org_id + 0 = $1 AND e.candidate_id IN (SELECT CAST($2 AS BIGINT) \
             UNION SELECT m.id FROM candidate m WHERE m.merged_into = $2) AND e.id < $3 ORDER BY e.id DESC LIMIT $4"
        ),
        &[&org, &id, &before, &limit],
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let (record, actor): (Option<String>, String) = (row.get(3)?, row.get(5)?);
        let data: Value = serde_json::from_str(&row.get::<String>(6)?).unwrap_or_default();
        let event = Recent {
            uid: row.get(1)?,
            kind: row.get(2)?,
            candidate: record.map(|text| Record::parse(&text).name().to_owned()),
            job: row.get(4)?,
            stage: stage_name(r, org, data["to_stage"].as_i64())?,
            actor: actor_name(r, org, &actor)?,
            created_at: row.get(7)?,
        };
        all.push(Entry {
            id: row.get(0)?,
            event,
            data,
        });
    }
    Ok(all)
}
