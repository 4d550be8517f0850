//! Who has which tag, for callers that page by offset.

use store::{Reader, Row, ToValue, sql};

use crate::candidate;
use crate::id::{CandidateId, OrgId, Uuid};
use crate::page::{hundred, with_hundred};
use crate::problem::Result;

/// A tag on a person.
#[derive(Debug, Clone)]
pub struct Tagged {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub candidate: Uuid,
    /// The tag, as it was first spelled.
    pub name: String,
}

macro_rules! shown {
    ($rest:expr) => {
        shown!("g.org_id", $rest)
    };
    // The organization is not what they are looked up by (docs/conventions/sql.md, rule 16).
    (apart, $rest:expr) => {
        shown!("g.org_id + 0", $rest)
    };
    ($org:literal, $rest:expr) => {
        concat!(
            "SELECT g.id, c.uid, t.name FROM tagged g JOIN candidate c ON c.id = g.candidate_id \
             JOIN tag t ON t.id = g.tag_id WHERE ",
            $org,
            " = $1 AND c.ignored_at IS NULL",
            $rest
        )
    };
}

/// How many tags people have (one person), and `limit` of them from the `offset`-th on, in the order in which they were
/// given. Those of people who are to be ignored are left out.
pub fn tagged(
    r: &mut Reader,
    org: OrgId,
    of: Option<CandidateId>,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Tagged>)> {
    candidate::all_indexed(r, org)?;
    let (count, page) = match of {
        Some(_) => (
            sql!(
                "SELECT COUNT(*) FROM tagged g JOIN candidate c ON c.id = g.candidate_id \
                 WHERE g.org_id + 0 = $1 AND c.ignored_at IS NULL AND g.candidate_id = $2"
            ),
            sql!(shown!(
                apart,
                " AND g.candidate_id = $2 ORDER BY g.id + 0 LIMIT $3 OFFSET $4"
            )),
        ),
        None => (
            sql!(
                "SELECT COUNT(*) FROM tagged g JOIN candidate c ON c.id = g.candidate_id \
                 WHERE g.org_id = $1 AND c.ignored_at IS NULL"
            ),
            sql!(shown!(" ORDER BY g.id LIMIT $2 OFFSET $3")),
        ),
    };
    let mut parameters: Vec<&dyn ToValue> = vec![&org];
    parameters.extend(of.as_ref().map(|id| id as &dyn ToValue));
    let total = r.number(count, &parameters)?;
    parameters.extend([&limit as &dyn ToValue, &offset]);
    let rows = r.all(page, &parameters)?;
    Ok((total, rows.iter().map(read).collect::<Result<_>>()?))
}

/// The tags on people of these numbers, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn tagged_of_ids(r: &mut Reader, org: OrgId, ids: &[i64]) -> Result<Vec<Tagged>> {
    let rows = r.all(
        sql!(shown!(
            apart,
            concat!(" AND g.id IN (", hundred!(), ") LIMIT 100")
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Tagged> {
    Ok(Tagged {
        id: row.get(0)?,
        candidate: row.get(1)?,
        name: row.get(2)?,
    })
}
