//! What interviewers thought of people: the scorecards in the applications that far systems told us of. They live in
//! candidates' records, as callers said them; here each has a name of its own, for lists.

use serde_json::{Value, json};
use store::{Reader, Row, ToValue, Tx, sql};

use crate::id::{CandidateId, OrgId, Uuid, new_uid};
use crate::page::{hundred, with_hundred_names};
use crate::problem::Result;
use crate::record::Record;

/// A scorecard.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// Outside name; stays as long as the record says the same.
    pub uid: Uuid,
    /// Of whom.
    pub candidate: Uuid,
    /// `{application_id, ats_job_id, scorecard}`, as the record has them.
    pub said: Value,
    /// When the record first said so, µs.
    pub created_at: i64,
}

/// Notes that the candidate's record, which was `before`, is `after` now.
pub(crate) fn settle(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    before: &Record,
    after: &Record,
) -> Result<()> {
    let (said_before, after) = (scorecards(before), scorecards(after));
    if said_before.is_empty() && after.is_empty() {
        return Ok(());
    }
    let rows = tx.all(
        sql!("SELECT said FROM feedback WHERE org_id = $1 AND candidate_id = $2 ORDER BY id LIMIT 10000"),
        &[&org, &candidate],
    )?;
    let before = rows.iter().map(|row| Ok(row.get(0)?));
    let before: Vec<String> = before.collect::<Result<_>>()?;
    for gone in before.iter().filter(|text| !after.contains(text)) {
        tx.run(
            sql!("DELETE FROM feedback WHERE org_id = $1 AND candidate_id = $2 AND said = $3"),
            &[&org, &candidate, gone],
        )?;
    }
    let now = tx.now();
    for new in after.iter().filter(|text| !before.contains(text)) {
        tx.run(
            sql!(
                "INSERT INTO feedback (org_id, uid, candidate_id, said, created_at) VALUES ($1, $2, $3, $4, $5)"
            ),
            &[&org, &new_uid(), &candidate, new, &now],
        )?;
    }
    Ok(())
}

/// The scorecards of a record, as they are stored.
fn scorecards(record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    for application in record.list("foreign_applications") {
        let cards = application["scorecards"].as_array();
        for card in cards.into_iter().flatten() {
            let said = json!({
                "application_id": application["application_id"],
                "ats_job_id": application["jobs"][0]["ats_job_id"],
                "scorecard": card,
            });
            all.push(said.to_string());
        }
    }
    all.sort();
    all.dedup();
    all
}

macro_rules! shown {
    ($rest:expr) => {
        shown!("f.org_id", $rest)
    };
    // The organization is not what they are looked up by (docs/conventions/sql.md, rule 16).
    (apart, $rest:expr) => {
        shown!("f.org_id + 0", $rest)
    };
    ($org:literal, $rest:expr) => {
        concat!(
            "SELECT f.uid, c.uid, f.said, f.created_at FROM feedback f JOIN candidate c ON c.id = f.candidate_id \
             WHERE ",
            $org,
            " = $1 AND c.ignored_at IS NULL",
            $rest
        )
    };
}

/// How many scorecards there are (of one person), and `limit` of them from the `offset`-th on, oldest first. Those of
/// people who are to be ignored are left out.
pub fn from_offset(
    r: &mut Reader,
    org: OrgId,
    candidate: Option<CandidateId>,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Feedback>)> {
    let (count, page) = match candidate {
        Some(_) => (
            sql!(
                "SELECT COUNT(*) FROM feedback f JOIN candidate c ON c.id = f.candidate_id \
                 WHERE f.org_id = $1 AND c.ignored_at IS NULL AND f.candidate_id = $2"
            ),
            sql!(shown!(
                " AND f.candidate_id = $2 ORDER BY f.id LIMIT $3 OFFSET $4"
            )),
        ),
        None => (
            sql!(
                "SELECT COUNT(*) FROM feedback f JOIN candidate c ON c.id = f.candidate_id \
                 WHERE f.org_id = $1 AND c.ignored_at IS NULL"
            ),
            sql!(shown!(" ORDER BY f.id LIMIT $2 OFFSET $3")),
        ),
    };
    let mut parameters: Vec<&dyn ToValue> = vec![&org];
    parameters.extend(candidate.as_ref().map(|id| id as &dyn ToValue));
    let total = r.number(count, &parameters)?;
    parameters.extend([&limit as &dyn ToValue, &offset]);
    let rows = r.all(page, &parameters)?;
    Ok((total, rows.iter().map(read).collect::<Result<_>>()?))
}

/// The scorecards of these outside names, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Feedback>> {
    let rows = r.all(
        sql!(shown!(
            apart,
            concat!(" AND f.uid IN (", hundred!(), ") LIMIT 100")
        )),
        &with_hundred_names(&org, uids),
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Feedback> {
    let said: String = row.get(2)?;
    Ok(Feedback {
        uid: row.get(0)?,
        candidate: row.get(1)?,
        said: serde_json::from_str(&said).unwrap_or_default(),
        created_at: row.get(3)?,
    })
}
