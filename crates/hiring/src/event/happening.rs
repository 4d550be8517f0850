//! What happens to the cards of boards, for whoever watches one.
//!
//! By place, so that nobody misses a late commit ([`super`]). What is told holds names of things and no person's values:
//! who watches asks for the card itself, and is shown what they may see.

use std::collections::HashMap;

use store::{Reader, sql};

use crate::counts::{self, Actor};
use crate::id::{JobId, OrgId, Uuid};
use crate::problem::Result;

/// As many places are looked through at a time; who is further behind begins anew.
pub const REACH: i64 = 1_000;

/// Something happened to a card, or to its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The event's place.
    pub place: i64,
    /// On which board.
    pub job: JobId,
    /// Which card; `None`: the job itself was changed.
    pub application: Option<Uuid>,
    /// See [`super::Kind::word`].
    pub kind: String,
    /// Who did it, as events name them.
    pub actor: String,
    /// The member's name, if one did it.
    pub by: Option<String>,
}

/// The last place that was given.
pub fn last_place(r: &mut Reader) -> Result<i64> {
    Ok(r.number(sql!("SELECT last FROM feed WHERE id = 1"), &[])?)
}

/// What happened on the organization's boards after place `after`, and the place up to which that is all: at most [`REACH`]
/// places further.
pub fn happenings(r: &mut Reader, org: OrgId, after: i64) -> Result<(Vec<Happening>, i64)> {
    let upto = last_place(r)?.min(after + REACH);
    if upto <= after {
        return Ok((Vec::new(), after));
    }
    // What was said of a person shows on the cards of all their applications.
    let rows = r.all(
        sql!(
            "SELECT e.place, e.job_id, a.uid, e.kind, e.actor FROM event e \
             LEFT JOIN application a ON a.id = e.application_id \
             WHERE e.org_id = $1 AND e.place > $2 AND e.place <= $3 AND e.job_id IS NOT NULL \
             UNION ALL SELECT e.place, a.job_id, a.uid, e.kind, e.actor FROM event e \
             JOIN application a ON a.org_id = e.org_id AND a.candidate_id = e.candidate_id \
             WHERE e.org_id = $1 AND e.place > $2 AND e.place <= $3 AND e.job_id IS NULL AND e.kind = 'candidate.updated' \
             ORDER BY 1"
        ),
        &[&org, &after, &upto],
    )?;
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let actor: String = row.get(4)?;
        let by = match names.get(&actor) {
            Some(known) => known.clone(),
            None => {
                let name = member(r, org, &actor)?;
                names.insert(actor.clone(), name.clone());
                name
            }
        };
        all.push(Happening {
            place: row.get(0)?,
            job: row.get(1)?,
            application: row.get(2)?,
            kind: row.get(3)?,
            actor,
            by,
        });
    }
    Ok((all, upto))
}

fn member(r: &mut Reader, org: OrgId, actor: &str) -> Result<Option<String>> {
    if !actor.starts_with("member:") {
        return Ok(None);
    }
    Ok(match counts::actor_name(r, org, actor)? {
        Actor::Member(name) => Some(name),
        _ => None,
    })
}
