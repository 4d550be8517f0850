//! Changing what is known of a person: fields that are replaced, and people who are to be shown no more.

use serde_json::json;
use store::{Tx, sql};

use super::identity;
use super::intake::{addresses, keep_operation, note_duplicates};
use super::{Candidate, find_by_uid, projection};
use crate::attachment::{self, NewAttachment};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, Uuid};
use crate::problem::{Problem, Result};
use crate::record::{How, Record, Said};
use crate::submission::Kept;
use crate::{eeo, slot, text};

/// A change of a person.
#[derive(Debug, Clone, Default)]
pub struct CandidateEdit {
    /// Fields of the canonical vocabulary, each replaced by its value; null clears it.
    pub said: Said,
    /// Files to be added.
    pub attachments: Vec<NewAttachment>,
    /// `Some`: attachments that are not among these (nor among the added) are taken off.
    pub keep: Option<Vec<Uuid>>,
}

/// Replaces fields of candidate `id`. What was said before stays in its submissions and operations.
///
/// New addresses become this person's unless they are another's: then both stay what they are and a *possible
/// duplicate* is noted. Addresses that the record no longer holds are given up.
///
/// # Errors
/// [`crate::Problem::NotFound`].
pub fn edit(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    id: CandidateId,
    change: &CandidateEdit,
) -> Result<Candidate> {
    edit_by(tx, caller, submission, id, &change.said, |_| change.clone())
}

/// [`edit`] with a change that depends on what is known of the person when their turn has come: two who each change one
/// item of a list do not undo each other. `named` holds the addresses that the change may bring.
///
/// # Errors
/// [`crate::Problem::NotFound`].
pub fn edit_by(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    id: CandidateId,
    named: &Said,
    change: impl FnOnce(&Record) -> CandidateEdit,
) -> Result<Candidate> {
    let org = caller.org;
    // Claims come before the lock, in the order in which creates take both.
    let named: Vec<_> = addresses(named).collect();
    let claims = identity::claim(tx, org, &named)?;
    let mut candidate = projection::lock(tx, org, id)?;
    let id = candidate.id;
    let change = &change(&candidate.record);
    keep_operation(tx, org, id, submission, &How::Replace, &change.said)?;
    projection::renew(tx, org, &mut candidate)?;
    if claims.iter().any(|c| c.owner.is_none()) {
        identity::assign(tx, org, id)?;
    }
    if change.said.contains_key("emails") {
        let keys: Vec<String> = candidate
            .record
            .values("emails")
            .filter_map(text::email_key)
            .collect();
        identity::release(tx, org, id, &keys)?;
    }
    note_duplicates(tx, caller, id, &claims)?;
    if change.said.values().any(|v| !slot::collect(v).is_empty()) {
        eeo::assign(tx, org, submission.uid, id)?;
    }
    let mut kept = attachment::add(tx, caller, &candidate, submission.id, &change.attachments)?;
    if let Some(keep) = &change.keep {
        kept.extend(keep);
        attachment::remove_others(tx, caller, id, &kept)?;
    }
    let data =
        json!({"submission": submission.uid, "fields": change.said.keys().collect::<Vec<_>>()});
    let subject = Subject::candidate(id);
    event::append(tx, caller, Kind::CandidateUpdated, &subject, &data)?;
    Ok(candidate)
}

/// [`edit`] by somebody who has looked at the person when [`super::revision`] was `seen`.
///
/// # Errors
/// [`Problem::Stale`] when something was said of the person since then; [`Problem::NotFound`].
pub fn edit_from(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    id: CandidateId,
    seen: i64,
    change: &CandidateEdit,
) -> Result<Candidate> {
    let edited = edit(tx, caller, submission, id, change)?;
    // Looked at under the lock that the edit has taken: its own operation is the newest, and what was before it counts.
    let before = tx.number(
        sql!(
            "SELECT COALESCE(MAX(id), 0) FROM operation WHERE org_id = $1 AND candidate_id = $2 AND id < \
             (SELECT MAX(o.id) FROM operation o WHERE o.org_id = $1 AND o.candidate_id = $2)"
        ),
        &[&caller.org, &edited.id],
    )?;
    if before != seen {
        return Err(Problem::Stale {
            have: before as u64,
        });
    }
    Ok(edited)
}

/// Marks a person as one that callers who honour the mark show no more (Merge calls it a shell). The record and what was
/// sent stay: erasing a person is another verb. A second time changes nothing.
pub fn ignore(
    tx: &mut Tx,
    caller: &Caller,
    uid: Uuid,
    reason: &str,
    message: Option<&str>,
) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    let id = find_by_uid(tx, org, uid)?.id;
    let why = json!({"reason": reason, "message": message}).to_string();
    let first = tx.run(
        sql!(
            "UPDATE candidate SET ignored_at = $3, ignored_why = $4, updated_at = $3 \
             WHERE org_id = $1 AND id = $2 AND ignored_at IS NULL"
        ),
        &[&org, &id, &now, &why],
    )?;
    if first == 1 {
        let subject = Subject::candidate(id);
        let data = json!({"reason": reason});
        event::append(tx, caller, Kind::CandidateIgnored, &subject, &data)?;
    }
    Ok(())
}
