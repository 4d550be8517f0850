//! Where every value of a person's record came from, for whoever has to decide which of them to believe.

use std::collections::HashMap;

use serde_json::Value;
use store::{Reader, Row, sql};

use super::projection::read_operation;
use crate::counts::{Actor, actor_name};
use crate::id::{CandidateId, OrgId, Uuid};
use crate::problem::Result;
use crate::record::{Operation, Traced, trace};

/// A person's record with its past.
#[derive(Debug, Clone)]
pub struct Told {
    /// Field by field, in the record's order.
    pub fields: Vec<Traced>,
    /// Who said what the fields' operations are numbered by, in that order.
    pub sources: Vec<Source>,
    /// Counts the changes: what an edit was made upon.
    pub revision: i64,
}

/// One time that somebody said something of the person.
#[derive(Debug, Clone)]
pub struct Source {
    /// The dialect that it came by, `desk` for our own pages; `None` of an older version's.
    pub dialect: Option<String>,
    /// Who it was.
    pub who: Actor,
    /// What was sent.
    pub submission: Option<Uuid>,
    /// Whether it took the place of what was there.
    pub replaced: bool,
    /// When, µs.
    pub at: i64,
}

/// What is known of a person, with where it came from.
pub fn told(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<Told> {
    let rows = r.all(
        sql!(
            "SELECT o.submission_id, o.how, o.scope, o.at, o.said, o.id, o.created_at, s.uid, s.dialect, k.name FROM operation o \
             LEFT JOIN submission s ON s.id = o.submission_id LEFT JOIN api_key k ON k.id = s.key_id \
             WHERE o.org_id = $1 AND o.candidate_id = $2 ORDER BY o.id"
        ),
        &[&org, &id],
    )?;
    let operations: Vec<Operation> = rows.iter().map(read_operation).collect::<Result<_>>()?;
    let mut actors = actors(r, org, id)?;
    let mut sources = Vec::with_capacity(rows.len());
    for row in &rows {
        sources.push(read_source(r, org, row, &mut actors)?);
    }
    Ok(Told {
        fields: trace(&operations),
        sources,
        revision: rows.last().map_or(Ok(0), |row| row.get(5))?,
    })
}

/// Who sent what, by the events that say so.
fn actors(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<HashMap<Uuid, String>> {
    let rows = r.all(
        sql!(
            "SELECT e.actor, e.data FROM event e WHERE e.org_id + 0 = $1 AND e.candidate_id IN (SELECT CAST($2 AS BIGINT) \
             UNION SELECT c.id FROM candidate c WHERE c.merged_into = $2) \
             AND e.kind IN ('candidate.created', 'candidate.updated', 'candidate.address_proven') ORDER BY e.id LIMIT 10000"
        ),
        &[&org, &id],
    )?;
    let mut actors = HashMap::new();
    for row in &rows {
        let data: Value = serde_json::from_str(&row.get::<String>(1)?).unwrap_or_default();
        let uid = data["submission"]
            .as_str()
            .and_then(|s| Uuid::parse_str(s).ok());
        if let Some(uid) = uid {
            actors.entry(uid).or_insert(row.get(0)?);
        }
    }
    Ok(actors)
}

fn read_source(
    r: &mut Reader,
    org: OrgId,
    row: &Row,
    actors: &mut HashMap<Uuid, String>,
) -> Result<Source> {
    let (submission, dialect): (Option<Uuid>, Option<String>) = (row.get(7)?, row.get(8)?);
    let key: Option<String> = row.get(9)?;
    let actor = submission.and_then(|uid| actors.get(&uid));
    let who = match (key, actor) {
        (Some(name), _) => Actor::Key {
            name,
            dialect: dialect.clone().unwrap_or_default(),
        },
        (None, Some(actor)) => actor_name(r, org, actor)?,
        (None, None) => Actor::System,
    };
    Ok(Source {
        replaced: row.get::<String>(1)? == "replace",
        at: row.get(6)?,
        dialect,
        who,
        submission,
    })
}

/// Counts the changes of a person's record; see [`Told::revision`].
pub fn revision(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<i64> {
    Ok(r.number(
        sql!("SELECT COALESCE(MAX(id), 0) FROM operation WHERE org_id = $1 AND candidate_id = $2"),
        &[&org, &id],
    )?)
}
