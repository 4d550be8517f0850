//! Changing some of what one foreign record said of a person, where a renewal would replace the whole of it.

use serde_json::{Value, json};
use store::{Tx, sql};

use super::intake::{Outcome, Taken, addresses, keep_operation, note_duplicates};
use super::{identity, projection};
use crate::attachment::{self, NewAttachment};
use crate::caller::Caller;
use crate::eeo;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, OrgId};
use crate::problem::Result;
use crate::record::{How, Said};
use crate::slot;
use crate::submission::Kept;

/// A change of what one foreign record says.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// The foreign record, as in [`How::Renew`].
    pub scope: String,
    /// The foreign record's own time, µs. `None`: the change claims none, so it is in order whenever it comes.
    pub at: Option<i64>,
    /// Fields of the canonical vocabulary; null takes back what this record said.
    pub said: Said,
    /// Files to be added.
    pub attachments: Vec<NewAttachment>,
}

/// Changes what one foreign record says of candidate `id`; what everyone else said stays. Two changes at once are both
/// done, one after the other.
///
/// One that is not newer than what the record said last, or that changes nothing, is [`Outcome::Stale`].
///
/// # Errors
/// [`crate::Problem::NotFound`].
pub fn amend(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    id: CandidateId,
    change: &Amendment,
) -> Result<Taken> {
    let org = caller.org;
    // Claims come before the lock, in the order in which creates take both.
    let named: Vec<_> = addresses(&change.said).collect();
    let claims = identity::claim(tx, org, &named)?;
    let mut candidate = projection::lock(tx, org, id)?;
    let id = candidate.id;
    let last = last_said(tx, org, id, &change.scope)?;
    let (said, at) = match &last {
        Some((said, at)) => (merged(said, &change.said), change.at.unwrap_or(*at)),
        None => (
            merged(&Said::new(), &change.said),
            change.at.unwrap_or(tx.now()),
        ),
    };
    let stale = last.as_ref().is_some_and(|(had, when)| {
        change.at.is_some_and(|at| at <= *when) || (*had == said && change.attachments.is_empty())
    });
    if claims.iter().any(|c| c.owner.is_none()) {
        identity::assign(tx, org, id)?;
    }
    if stale {
        return Ok(Taken {
            candidate,
            outcome: Outcome::Stale,
        });
    }
    let how = How::Renew {
        scope: change.scope.clone(),
        at,
    };
    keep_operation(tx, org, id, submission, &how, &said)?;
    projection::renew(tx, org, &mut candidate)?;
    identity::keep(tx, org, id, &claims)?;
    note_duplicates(tx, caller, id, &claims)?;
    if change.said.values().any(|v| !slot::collect(v).is_empty()) {
        eeo::assign(tx, org, submission.uid, id)?;
    }
    attachment::add(tx, caller, &candidate, submission.id, &change.attachments)?;
    let data =
        json!({"submission": submission.uid, "fields": change.said.keys().collect::<Vec<_>>()});
    let subject = Subject::candidate(id);
    event::append(tx, caller, Kind::CandidateUpdated, &subject, &data)?;
    Ok(Taken {
        candidate,
        outcome: Outcome::Enriched,
    })
}

fn merged(had: &Said, change: &Said) -> Said {
    let mut said = had.clone();
    for (field, value) in change {
        match value {
            Value::Null => said.remove(field),
            value => said.insert(field.clone(), value.clone()),
        };
    }
    said
}

/// What the foreign record of this scope said last, and its time.
pub(super) fn last_said(
    tx: &mut Tx,
    org: OrgId,
    id: CandidateId,
    scope: &str,
) -> Result<Option<(Said, i64)>> {
    let row = tx.one(
        sql!(
            "SELECT said, at FROM operation WHERE org_id = $1 AND candidate_id = $2 AND scope = $3 \
             AND at IS NOT NULL ORDER BY at DESC, id DESC LIMIT 1"
        ),
        &[&org, &id, &scope],
    )?;
    row.map(|row| {
        let said: String = row.get(0)?;
        Ok((serde_json::from_str(&said).unwrap_or_default(), row.get(1)?))
    })
    .transpose()
}
