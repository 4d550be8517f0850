//! Equal-opportunity answers (race, gender, disability, veteran status): apart from everything else, readable
//! with one permission, never in events, logs, webhooks, exports or search. Lists of them are `eeo/told.rs`, the
//! questions' names `eeo/words.rs`.

mod told;
mod words;

use serde_json::Value;
use store::{Reader, Tx, sql};

pub use told::{Filter, Question, Told, find, page};
pub use words::{ROOM, asks, fold, is_question};

use crate::caller::Caller;
use crate::id::{CandidateId, OrgId, Uuid};
use crate::problem::{Act, Result};
use crate::slot;

/// Ties the answers of a submission to the person they are of.
pub fn assign(tx: &mut Tx, org: OrgId, submission: Uuid, candidate: CandidateId) -> Result<()> {
    tx.run(
        sql!("UPDATE eeo SET candidate_id = $3 WHERE org_id = $1 AND submission_uid = $2"),
        &[&org, &submission, &candidate],
    )?;
    Ok(())
}

/// Fills the slots in `value` for a caller with `eeo:read`; for anyone else takes them out.
pub fn fill(r: &mut Reader, caller: &Caller, value: &mut Value) -> Result<()> {
    let places = slot::collect(value);
    if places.is_empty() {
        return Ok(());
    }
    let mut known = Vec::new();
    if caller.permissions.allow(Act::EeoRead) {
        for (uid, n) in places {
            if let Some(answer) = look_up(r, caller.org, uid, n)? {
                known.push(((uid, n), answer));
            }
        }
    }
    slot::fill(value, &mut |uid, n| {
        known
            .iter()
            .find(|(k, _)| *k == (uid, n))
            .map(|(_, v)| v.clone())
    });
    Ok(())
}

/// One answer; `None` when this slot is no equal-opportunity answer of the organization.
pub fn look_up(r: &mut Reader, org: OrgId, submission: Uuid, n: u32) -> Result<Option<Value>> {
    Ok(text_of(r, org, submission, n)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// One answer as the caller wrote it, for putting a submission together again.
pub fn text_of(r: &mut Reader, org: OrgId, submission: Uuid, n: u32) -> Result<Option<String>> {
    let row = r.one(
        sql!("SELECT value FROM eeo WHERE org_id = $1 AND submission_uid = $2 AND n = $3"),
        &[&org, &submission, &i64::from(n)],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// Number and place of every answer in a submission; not the answers.
pub fn places(r: &mut Reader, org: OrgId, submission: Uuid) -> Result<Vec<(u32, String)>> {
    let rows = r.all(
        sql!("SELECT n, pointer FROM eeo WHERE org_id = $1 AND submission_uid = $2 ORDER BY n LIMIT 10000"),
        &[&org, &submission],
    )?;
    rows.iter()
        .map(|row| Ok((row.get::<i64>(0)? as u32, row.get(1)?)))
        .collect()
}
