//! What a dialect says of a note that has no column of its own: who wrote it and when, in the caller's words, and for which
//! application.

use serde_json::{Map, Value};
use store::{Reader, Tx, sql};

use crate::id::{ApplicationId, CandidateId, NoteId, OrgId};
use crate::page::{MOST, hundred, with_hundred};
use crate::problem::Result;

/// A note of which a dialect said more.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// Which.
    pub id: NoteId,
    /// About whom.
    pub candidate: CandidateId,
    /// For which application.
    pub application: Option<ApplicationId>,
    /// What was said, under the dialect's names.
    pub said: Map<String, Value>,
    /// When it came, µs.
    pub created_at: i64,
}

/// Says this of a note that was just written for `application`.
pub fn say(
    tx: &mut Tx,
    org: OrgId,
    note: NoteId,
    application: ApplicationId,
    said: &Map<String, Value>,
) -> Result<()> {
    let text = serde_json::to_string(said).unwrap_or_default();
    tx.run(
        sql!("UPDATE note SET application_id = $3, said = $4 WHERE org_id = $1 AND id = $2"),
        &[&org, &note, &application, &text],
    )?;
    Ok(())
}

/// The notes about these people of which a dialect said more, oldest first: one statement for each hundred people.
pub fn spoken(r: &mut Reader, org: OrgId, people: &[CandidateId]) -> Result<Vec<Spoken>> {
    let mut all = Vec::new();
    for people in people.chunks(MOST) {
        let rows = r.all(
            sql!(concat!(
                "SELECT id, candidate_id, application_id, said, created_at FROM note \
                 WHERE org_id = $1 AND said IS NOT NULL AND candidate_id IN (",
                hundred!(),
                ") ORDER BY id + 0 LIMIT 10000"
            )),
            &with_hundred(&org, people),
        )?;
        for row in &rows {
            let said: String = row.get(3)?;
            all.push(Spoken {
                id: row.get(0)?,
                candidate: row.get(1)?,
                application: row.get(2)?,
                said: serde_json::from_str(&said).unwrap_or_default(),
                created_at: row.get(4)?,
            });
        }
    }
    Ok(all)
}
