//! Whose an e-mail address or a foreign id is, settled by a unique index and never by looking first.

use store::{Tx, sql};

use crate::id::{CandidateId, OrgId};
use crate::problem::Result;

/// The kind of identity that e-mail addresses are.
pub const EMAIL: &str = "email";

/// A name that a foreign system has for a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignId {
    /// The system, as its dialect calls it: `<dialect>:<namespace>`.
    pub kind: String,
    /// The system's own id, compared byte for byte.
    pub key: String,
}

/// An identity that one call names, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub kind: String,
    pub key: String,
    /// `None`: nobody's until now; the row is ours and waits for its candidate.
    pub owner: Option<CandidateId>,
}

/// Claims every identity. In sorted order, so that two calls that name each other's addresses crosswise wait
/// for one another and never in a circle. A call that loses the race waits at the index until the winner has
/// committed, and then reads whose it is.
pub(super) fn claim(tx: &mut Tx, org: OrgId, wanted: &[(String, String)]) -> Result<Vec<Claim>> {
    let mut sorted = wanted.to_vec();
    sorted.sort();
    sorted.dedup();
    sorted
        .into_iter()
        .map(|(kind, key)| claim_one(tx, org, kind, key))
        .collect()
}

fn claim_one(tx: &mut Tx, org: OrgId, kind: String, key: String) -> Result<Claim> {
    let won = tx.run(
        sql!("INSERT INTO identity (org_id, kind, value_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"),
        &[&org, &kind, &key],
    )?;
    if won == 1 {
        return Ok(Claim {
            kind,
            key,
            owner: None,
        });
    }
    let owner = tx.number(
        sql!(
            "SELECT candidate_id FROM identity WHERE org_id = $1 AND kind = $2 AND value_key = $3"
        ),
        &[&org, &kind, &key],
    )?;
    Ok(Claim {
        kind,
        key,
        owner: Some(CandidateId(owner)),
    })
}

/// Gives every row claimed in this transaction to `candidate`. Rows without an owner are only ever this
/// transaction's own.
pub(super) fn assign(tx: &mut Tx, org: OrgId, candidate: CandidateId) -> Result<()> {
    tx.run(
        sql!("UPDATE identity SET candidate_id = $2 WHERE org_id = $1 AND candidate_id IS NULL"),
        &[&org, &candidate],
    )?;
    Ok(())
}

/// Makes sure that what the call named and `candidate` owned when it was claimed is still theirs: an edit that took the
/// address away may have committed in between, and this call has said it again.
pub(super) fn keep(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    claims: &[Claim],
) -> Result<()> {
    for claim in claims.iter().filter(|c| c.owner == Some(candidate)) {
        tx.run(
            sql!(
                "INSERT INTO identity (org_id, kind, value_key, candidate_id) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT DO NOTHING"
            ),
            &[&org, &claim.kind, &claim.key, &candidate],
        )?;
    }
    Ok(())
}

/// Takes from `candidate` the addresses that are not among `keys`: they are somebody else's to claim.
pub(super) fn release(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    keys: &[String],
) -> Result<()> {
    let rows = tx.all(
        sql!(
            "SELECT id, value_key FROM identity WHERE org_id = $1 AND candidate_id = $2 AND kind = 'email' \
             ORDER BY id LIMIT 10000"
        ),
        &[&org, &candidate],
    )?;
    for row in rows {
        let (id, key): (i64, String) = (row.get(0)?, row.get(1)?);
        if !keys.contains(&key) {
            tx.run(
                sql!("DELETE FROM identity WHERE org_id = $1 AND id = $2"),
                &[&org, &id],
            )?;
        }
    }
    Ok(())
}

/// Gives a known person one more foreign id: for a caller that addresses them by our own name. An id that is
/// somebody's already stays theirs.
pub fn add_foreign(tx: &mut Tx, org: OrgId, candidate: CandidateId, id: &ForeignId) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO identity (org_id, kind, value_key, candidate_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
        ),
        &[&org, &id.kind, &id.key, &candidate],
    )?;
    Ok(())
}

/// Who of the claimed identities' owners is meant: the foreign id's, else the first address's in the caller's
/// order.
pub(super) fn decide(
    claims: &[Claim],
    in_callers_order: &[(String, String)],
) -> Option<CandidateId> {
    let owner = |kind: &str, key: &str| {
        claims
            .iter()
            .find(|c| c.kind == kind && c.key == key)?
            .owner
    };
    let foreign = in_callers_order.iter().filter(|(kind, _)| kind != EMAIL);
    let addresses = in_callers_order.iter().filter(|(kind, _)| kind == EMAIL);
    foreign
        .chain(addresses)
        .find_map(|(kind, key)| owner(kind, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(kind: &str, key: &str) -> (String, String) {
        (kind.into(), key.into())
    }

    fn claim(kind: &str, key: &str, owner: Option<i64>) -> Claim {
        Claim {
            kind: kind.into(),
            key: key.into(),
            owner: owner.map(CandidateId),
        }
    }

    #[test]
    fn the_foreign_id_decides_then_the_first_address() {
        let order = [pair(EMAIL, "b@x"), pair(EMAIL, "a@x"), pair("f", "7")];
        let addresses = [
            claim(EMAIL, "a@x", Some(1)),
            claim(EMAIL, "b@x", Some(2)),
            claim("f", "7", None),
        ];
        assert_eq!(decide(&addresses, &order), Some(CandidateId(2)));
        let foreign = [claim(EMAIL, "b@x", Some(2)), claim("f", "7", Some(3))];
        assert_eq!(decide(&foreign, &order), Some(CandidateId(3)));
        assert_eq!(decide(&[claim(EMAIL, "a@x", None)], &order), None);
    }
}
