//! The far system that an account token names. Today every one of them is our own store.

use store::{Reader, Tx, sql};

use crate::id::{LinkedAccountId, OrgId, Uuid, new_uid};
use crate::problem::Result;
use crate::secret;

/// A linked account of an organization.
#[derive(Debug, Clone)]
pub struct LinkedAccount {
    /// Inside number.
    pub id: LinkedAccountId,
    /// Outside name.
    pub uid: Uuid,
    /// Whom it connects.
    pub name: String,
}

/// Makes a linked account; its token is shown this once and kept hashed.
pub fn create(tx: &mut Tx, org: OrgId, name: &str, token: &str) -> Result<LinkedAccount> {
    let (uid, now) = (new_uid(), tx.now());
    let id = tx.number(
        sql!("INSERT INTO linked_account (org_id, uid, token_hash, name, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id"),
        &[&org, &uid, &secret::hash(token), &name, &now],
    )?;
    Ok(LinkedAccount {
        id: LinkedAccountId(id),
        uid,
        name: name.to_owned(),
    })
}

/// The organization's account of this token, if there is one.
pub fn look_up(r: &mut Reader, org: OrgId, token: &str) -> Result<Option<LinkedAccount>> {
    let row = r.one(
        sql!("SELECT id, uid, name FROM linked_account WHERE org_id = $1 AND token_hash = $2 AND removed_at IS NULL"),
        &[&org, &secret::hash(token)],
    )?;
    row.map(|row| {
        Ok(LinkedAccount {
            id: row.get(0)?,
            uid: row.get(1)?,
            name: row.get(2)?,
        })
    })
    .transpose()
}
