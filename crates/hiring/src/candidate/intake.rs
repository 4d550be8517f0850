//! Taking in what a caller says of a person: who it is, what is added, which files come with it.

use serde_json::{Value, json};
use store::{Tx, sql};

use super::Candidate;
use super::amend::last_said;
use super::identity::{self, Claim, EMAIL, ForeignId};
use super::projection::{self, Keys};
use super::traits;
use crate::attachment::{self, NewAttachment};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, OrgId, new_uid};
use crate::problem::{Flaw, FlawCode, Result};
use crate::record::{How, Record, Said};
use crate::submission::Kept;
use crate::{feedback, tag, text};

/// Bytes of a foreign id's kind and key together.
const LONGEST_ID: usize = 1_000;

/// What a caller says of a person.
#[derive(Debug, Clone)]
pub struct NewCandidate {
    /// In the canonical vocabulary (`record.rs`). Addresses in `emails` identify the person.
    pub said: Said,
    /// The caller's own ids of the person; these identify too, and before the addresses.
    pub foreign_ids: Vec<ForeignId>,
    /// How it relates to what was said before.
    pub how: How,
    /// Files, durable already, and files named by address.
    pub attachments: Vec<NewAttachment>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new person.
    Created,
    /// A known person, of whom we now know more.
    Enriched,
    /// A renewal that is not newer than what its foreign record said last, or says the same: nothing changed.
    Stale,
}

impl Outcome {
    /// As a submission's outcome is stored.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::Enriched => "enriched",
            Outcome::Stale => "stale",
        }
    }
}

/// The person, and what came of it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// As known now.
    pub candidate: Candidate,
    /// What changed.
    pub outcome: Outcome,
}

/// Finds or makes the person and adds what was said. Simultaneous calls that name one identity are settled
/// by its unique index: one makes the person, the others enrich it.
pub fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    new: &NewCandidate,
) -> Result<Taken> {
    let named = identities(new)?;
    let claims = identity::claim(tx, caller.org, &named)?;
    let owner = identity::decide(&claims, &named);
    let taken = match owner {
        None => create(tx, caller, submission, new)?,
        Some(id) => {
            let taken = enrich(tx, caller, submission, new, id)?;
            identity::keep(tx, caller.org, id, &claims)?;
            taken
        }
    };
    let id = taken.candidate.id;
    if claims.iter().any(|c| c.owner.is_none()) {
        identity::assign(tx, caller.org, id)?;
    }
    note_duplicates(tx, caller, id, &claims)?;
    if taken.outcome != Outcome::Stale {
        attachment::add(
            tx,
            caller,
            &taken.candidate,
            submission.id,
            &new.attachments,
        )?;
    }
    Ok(taken)
}

/// Adds what was said to person `id`, who is known by other means than what the words identify: the holder of an invite's
/// link. An address that nobody else has becomes theirs.
pub fn add_to(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    id: CandidateId,
    new: &NewCandidate,
) -> Result<Taken> {
    let named = identities(new)?;
    let claims = identity::claim(tx, caller.org, &named)?;
    let taken = enrich(tx, caller, submission, new, id)?;
    identity::keep(tx, caller.org, id, &claims)?;
    let id = taken.candidate.id;
    if claims.iter().any(|c| c.owner.is_none()) {
        identity::assign(tx, caller.org, id)?;
    }
    note_duplicates(tx, caller, id, &claims)?;
    attachment::add(
        tx,
        caller,
        &taken.candidate,
        submission.id,
        &new.attachments,
    )?;
    Ok(taken)
}

/// (kind, key) of everything in the call that identifies, in the caller's order, addresses last.
///
/// # Errors
/// An id longer than [`LONGEST_ID`] bytes, which no index of PostgreSQL could hold.
fn identities(new: &NewCandidate) -> Result<Vec<(String, String)>> {
    if new
        .foreign_ids
        .iter()
        .any(|f| f.kind.len() + f.key.len() > LONGEST_ID)
    {
        return Err(Flaw::new("", FlawCode::TooLong, "an id may have at most 1,000 bytes").into());
    }
    let foreign = new
        .foreign_ids
        .iter()
        .map(|f| (f.kind.clone(), f.key.clone()));
    Ok(foreign.chain(addresses(&new.said)).collect())
}

/// (kind, key) of the addresses in `said`.
pub(super) fn addresses(said: &Said) -> impl Iterator<Item = (String, String)> {
    let emails = said
        .get("emails")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    // What nobody has proven identifies nobody.
    let keys = emails
        .iter()
        .filter(|e| !super::is_unproven(e))
        .filter_map(|e| text::email_key(e["value"].as_str()?));
    keys.map(|key| (EMAIL.to_owned(), key))
}

fn create(tx: &mut Tx, caller: &Caller, submission: Kept, new: &NewCandidate) -> Result<Taken> {
    let (uid, now) = (new_uid(), tx.now());
    let record = Record::of(&new.said);
    let keys = Keys::of(&record);
    let id = CandidateId(tx.number(
        sql!(
            "INSERT INTO candidate (org_id, uid, name_key, first_key, last_key, record, created_at, updated_at, \
             sort_name, sort_email) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) RETURNING id"
        ),
        &[
            &caller.org, &uid, &keys.name, &keys.first, &keys.last, &record.to_text(), &now, &keys.sort_name,
            &keys.sort_email,
        ],
    )?);
    tag::settle(tx, caller.org, id, &[], record.list("tags"))?;
    feedback::settle(tx, caller.org, id, &Record::default(), &record)?;
    traits::settle(tx, caller.org, id, &Record::default(), &record)?;
    keep_operation(tx, caller.org, id, submission, &new.how, &new.said)?;
    let data = json!({"submission": submission.uid, "fields": names(&new.said)});
    event::append(
        tx,
        caller,
        Kind::CandidateCreated,
        &Subject::candidate(id),
        &data,
    )?;
    let candidate = Candidate {
        id,
        uid,
        record,
        created_at: now,
        updated_at: now,
        ignored_at: None,
    };
    Ok(Taken {
        candidate,
        outcome: Outcome::Created,
    })
}

fn enrich(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    new: &NewCandidate,
    id: CandidateId,
) -> Result<Taken> {
    let org = caller.org;
    let mut candidate = projection::lock(tx, org, id)?;
    let id = candidate.id;
    if is_stale(tx, org, id, new)? {
        return Ok(Taken {
            candidate,
            outcome: Outcome::Stale,
        });
    }
    keep_operation(tx, org, id, submission, &new.how, &new.said)?;
    projection::renew(tx, org, &mut candidate)?;
    let data = json!({"submission": submission.uid, "fields": names(&new.said)});
    event::append(
        tx,
        caller,
        Kind::CandidateUpdated,
        &Subject::candidate(id),
        &data,
    )?;
    Ok(Taken {
        candidate,
        outcome: Outcome::Enriched,
    })
}

fn is_stale(tx: &mut Tx, org: OrgId, id: CandidateId, new: &NewCandidate) -> Result<bool> {
    let How::Renew { scope, at } = &new.how else {
        return Ok(false);
    };
    let last = last_said(tx, org, id, scope)?;
    if last.is_some_and(|(said, _)| said == new.said) && new.attachments.is_empty() {
        return Ok(true);
    }
    let newer = tx.number(
        sql!(
            "SELECT COUNT(*) FROM operation WHERE org_id = $1 AND candidate_id = $2 AND scope = $3 AND at >= $4"
        ),
        &[&org, &id, scope, at],
    )?;
    Ok(newer > 0)
}

pub(super) fn keep_operation(
    tx: &mut Tx,
    org: OrgId,
    id: CandidateId,
    submission: Kept,
    how: &How,
    said: &Said,
) -> Result<()> {
    let (how, scope, at) = match how {
        How::Add => ("add", None, None),
        How::Replace => ("replace", None, None),
        How::Renew { scope, at } => ("renew", Some(scope), Some(*at)),
    };
    let said = serde_json::to_string(said).unwrap_or_default();
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO operation (org_id, candidate_id, submission_id, how, scope, at, said, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        &[&org, &id, &submission.id, &how, &scope, &at, &said, &now],
    )?;
    Ok(())
}

/// One call named identities of two people: neither is merged by itself, a person judges.
pub(super) fn note_duplicates(
    tx: &mut Tx,
    caller: &Caller,
    id: CandidateId,
    claims: &[Claim],
) -> Result<()> {
    let now = tx.now();
    // In the order of the people, as everyone must take the rows of the unique index in one order.
    let mut others: Vec<(CandidateId, &Claim)> = claims
        .iter()
        .filter_map(|claim| Some((claim.owner.filter(|o| *o != id)?, claim)))
        .collect();
    others.sort_by_key(|(other, _)| *other);
    for (other, claim) in others {
        let evidence = json!({"kind": claim.kind, "key": claim.key}).to_string();
        let fresh = tx.run(
            sql!(
                "INSERT INTO possible_duplicate (org_id, candidate_id, other_id, rule, evidence, created_at) \
                 VALUES ($1, $2, $3, 'one call named both', $4, $5) ON CONFLICT DO NOTHING"
            ),
            &[&caller.org, &id.min(other), &id.max(other), &evidence, &now],
        )?;
        if fresh == 1 {
            event::append(
                tx,
                caller,
                Kind::CandidatePossibleDuplicate,
                &Subject::candidate(id),
                &json!({}),
            )?;
        }
    }
    Ok(())
}

pub(super) fn names(said: &Said) -> Vec<&String> {
    said.iter()
        .filter(|(_, v)| !v.is_null())
        .map(|(k, _)| k)
        .collect()
}
