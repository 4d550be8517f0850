//! The feed as members read it: newest first, with names, and what is new since.

use serde_json::Value;
use store::{Reader, Row, sql};

use super::happening::last_place;
use crate::counts::{Recent, actor_name, stage_name};
use crate::id::{OrgId, Uuid};
use crate::problem::Result;
use crate::record::Record;

/// As many places are looked through for one page of a single kind: there is no index of kinds, which each create would pay
/// for. Whoever wants to see further back asks again.
pub const REACH: i64 = 20_000;

/// An event, told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its number in the feed.
    pub place: i64,
    /// What, when, by whom.
    pub event: Recent,
    /// The person.
    pub candidate: Option<Uuid>,
    /// The job.
    pub job: Option<Uuid>,
}

/// Events newest first.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// At most as many as were asked for.
    pub events: Vec<Told>,
    /// Where the next page begins, if there may be more.
    pub before: Option<i64>,
}

/// The organization's events before place `before`, of one kind if one is named; at most `limit`.
pub fn newest(
    r: &mut Reader,
    org: OrgId,
    kind: Option<&str>,
    before: i64,
    limit: i64,
) -> Result<Page> {
    let before = before.min(last_place(r)? + 1);
    let floor = match kind {
        Some(_) => (before - REACH).max(0),
        None => 0,
    };
    let rows = r.all(
        sql!(
            "SELECT e.place, e.uid, e.kind, c.uid, c.record, j.uid, j.title, e.actor, e.data, e.created_at FROM event e \
             LEFT JOIN candidate c ON c.id = e.candidate_id LEFT JOIN job j ON j.id = e.job_id \
             WHERE e.org_id = $1 AND e.place < $2 AND e.place >= $3 AND (CAST($4 AS TEXT) IS NULL OR e.kind = $4) \
             ORDER BY e.place DESC LIMIT $5"
        ),
        &[&org, &before, &floor, &kind, &(limit + 1)],
    )?;
    let more = rows.len() as i64 > limit;
    let rows = rows.iter().take(usize::try_from(limit).unwrap_or(0));
    let events = rows
        .map(|row| told(r, org, row))
        .collect::<Result<Vec<_>>>()?;
    let before = match events.last() {
        Some(last) if more => Some(last.place),
        _ => (floor > 0).then_some(floor),
    };
    Ok(Page { events, before })
}

/// What the organization's feed has after place `after`, newest first, and the place up to which that is all. Of more than
/// `limit` the newest.
pub fn since(
    r: &mut Reader,
    org: OrgId,
    kind: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<(Vec<Told>, i64)> {
    let upto = last_place(r)?;
    if upto <= after {
        return Ok((Vec::new(), after));
    }
    let rows = r.all(
        sql!(
            "SELECT e.place, e.uid, e.kind, c.uid, c.record, j.uid, j.title, e.actor, e.data, e.created_at FROM event e \
             LEFT JOIN candidate c ON c.id = e.candidate_id LEFT JOIN job j ON j.id = e.job_id \
             WHERE e.org_id = $1 AND e.place > $2 AND e.place <= $3 AND (CAST($4 AS TEXT) IS NULL OR e.kind = $4) \
             ORDER BY e.place DESC LIMIT $5"
        ),
        &[&org, &after.max(upto - REACH), &upto, &kind, &limit],
    )?;
    let events = rows
        .iter()
        .map(|row| told(r, org, row))
        .collect::<Result<_>>()?;
    Ok((events, upto))
}

fn told(r: &mut Reader, org: OrgId, row: &Row) -> Result<Told> {
    let (record, actor): (Option<String>, String) = (row.get(4)?, row.get(7)?);
    let data: Value = serde_json::from_str(&row.get::<String>(8)?).unwrap_or_default();
    Ok(Told {
        place: row.get(0)?,
        event: Recent {
            uid: row.get(1)?,
            kind: row.get(2)?,
            candidate: record.map(|text| Record::parse(&text).name().to_owned()),
            job: row.get(6)?,
            stage: stage_name(r, org, data["to_stage"].as_i64())?,
            actor: actor_name(r, org, &actor)?,
            created_at: row.get(9)?,
        },
        candidate: row.get(3)?,
        job: row.get(5)?,
    })
}
