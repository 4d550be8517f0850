//! Addresses that nobody has proven: what comes through a public page says that an address is somebody's, and anybody can
//! say that.
//!
//! Such an address stands in the record with `"unverified": true`, identifies nobody (`intake.rs` takes no identity of it)
//! and leads to nobody else's record: the one who claims it is a person of their own until it is proven (decision 0015).
//! A recruiter who looks for the address finds them all.

use serde_json::{Value, json};
use store::{Tx, sql};

use super::identity::{self, Claim, EMAIL};
use super::intake::{keep_operation, note_duplicates};
use super::projection;
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::CandidateId;
use crate::problem::Result;
use crate::record::{How, Said};
use crate::submission::Kept;
use crate::text;

/// An e-mail address as a record holds it while nobody has proven it.
pub fn unproven(address: &str) -> Value {
    json!({"value": address, "unverified": true})
}

/// Whether this contact point of a record is one that nobody has proven.
pub fn is_unproven(contact: &Value) -> bool {
    contact["unverified"] == json!(true)
}

/// Notes that `candidate` says that an address is theirs. Whose it really is, is a *possible duplicate*.
pub fn claim(tx: &mut Tx, caller: &Caller, candidate: CandidateId, address: &str) -> Result<()> {
    let Some(key) = text::email_key(address) else {
        return Ok(());
    };
    let (org, now) = (caller.org, tx.now());
    tx.run(
        sql!(
            "INSERT INTO claim (org_id, candidate_id, value_key, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING"
        ),
        &[&org, &candidate, &key, &now],
    )?;
    let owner = tx.one(
        sql!("SELECT candidate_id FROM identity WHERE org_id = $1 AND kind = 'email' AND value_key = $2"),
        &[&org, &key],
    )?;
    let owner: Option<CandidateId> = match owner {
        Some(row) => row.get(0)?,
        None => None,
    };
    let same = |owner| Claim {
        kind: EMAIL.to_owned(),
        key: key.clone(),
        owner: Some(owner),
    };
    let claims: Vec<Claim> = owner.into_iter().map(same).collect();
    note_duplicates(tx, caller, candidate, &claims)
}

/// The address is proven: the record says so, and it identifies the person from now on, unless it identifies somebody
/// else already; then the two are a *possible duplicate*, as ever.
pub fn prove(
    tx: &mut Tx,
    caller: &Caller,
    submission: Kept,
    candidate: CandidateId,
    address: &str,
) -> Result<()> {
    let Some(key) = text::email_key(address) else {
        return Ok(());
    };
    let (org, now) = (caller.org, tx.now());
    // Claims come before the lock, in the order in which creates take both.
    let claims = identity::claim(tx, org, &[(EMAIL.to_owned(), key.clone())])?;
    let mut person = projection::lock(tx, org, candidate)?;
    let candidate = person.id;
    let mut said = Said::new();
    said.insert("emails".into(), json!([{"value": address}]));
    keep_operation(tx, org, candidate, submission, &How::Add, &said)?;
    projection::renew(tx, org, &mut person)?;
    if claims.iter().any(|c| c.owner.is_none()) {
        identity::assign(tx, org, candidate)?;
    }
    note_duplicates(tx, caller, candidate, &claims)?;
    tx.run(
        sql!(
            "UPDATE claim SET proven_at = $4 WHERE org_id = $1 AND candidate_id = $2 AND value_key = $3 \
             AND proven_at IS NULL"
        ),
        &[&org, &candidate, &key, &now],
    )?;
    let about = Subject::candidate(candidate);
    event::append(tx, caller, Kind::CandidateAddressProven, &about, &json!({}))?;
    Ok(())
}
