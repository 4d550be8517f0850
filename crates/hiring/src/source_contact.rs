//! People who bring candidates (an agency's recruiter, a headhunter). Each belongs to one source: the API key that
//! named them first, until that key is revoked. What they are called stays with the application
//! (`application.rs`, details).

use store::{Tx, sql};

use crate::caller::Caller;
use crate::id::KeyId;
use crate::problem::Result;
use crate::text;

/// Says that the contact of this address is the caller's; false when another live key's it is. Settled by a
/// unique index: of two simultaneous callers the first to commit has the contact.
pub fn claim(tx: &mut Tx, caller: &Caller, email: &str) -> Result<bool> {
    let (Some(key), Some(email)) = (caller.key(), text::email_key(email)) else {
        return Ok(true);
    };
    let now = tx.now();
    let won = tx.run(
        sql!(
            "INSERT INTO source_contact (org_id, email_key, key_id, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING"
        ),
        &[&caller.org, &email, &key, &now],
    )?;
    if won == 1 {
        return Ok(true);
    }
    let row = tx.one(
        sql!(
            "SELECT s.key_id, k.revoked_at FROM source_contact s JOIN api_key k ON k.id = s.key_id \
             WHERE s.org_id = $1 AND s.email_key = $2"
        ),
        &[&caller.org, &email],
    )?;
    let Some(row) = row else { return Ok(true) };
    let (owner, revoked): (KeyId, Option<i64>) = (row.get(0)?, row.get(1)?);
    if owner == key || revoked.is_none() {
        return Ok(owner == key);
    }
    // A key that was replaced leaves its contacts to whoever names them next.
    let taken = tx.run(
        sql!("UPDATE source_contact SET key_id = $3 WHERE org_id = $1 AND email_key = $2 AND key_id = $4"),
        &[&caller.org, &email, &key, &owner],
    )?;
    Ok(taken == 1)
}
