//! Whether single letters are keys on the desk, which a member may switch off: who speaks to the machine, or whose hands
//! tremble, sets them off unmeant (WCAG 2.1.4).

use serde_json::json;
use store::{Reader, Tx, sql};

use super::Member;
use super::change::tell;
use crate::caller::Caller;
use crate::event::Kind;
use crate::problem::Result;

/// Whether letters are keys for this member, as they are until somebody says otherwise.
pub fn keys_on(r: &mut Reader, member: &Member) -> Result<bool> {
    let off = r.one(
        sql!("SELECT id FROM member WHERE org_id = $1 AND id = $2 AND keys_off_at IS NOT NULL"),
        &[&member.org, &member.id],
    )?;
    Ok(off.is_none())
}

/// Switches them on or off.
pub fn switch_keys(tx: &mut Tx, caller: &Caller, member: &Member, on: bool) -> Result<()> {
    let now = tx.now();
    let off_at = (!on).then_some(now);
    let changed = tx.run(
        sql!(
            "UPDATE member SET keys_off_at = $3, changed_at = $4 WHERE org_id = $1 AND id = $2 \
             AND CASE WHEN keys_off_at IS NULL THEN 1 ELSE 0 END <> CAST($5 AS BIGINT)"
        ),
        &[&member.org, &member.id, &off_at, &now, &i64::from(on)],
    )?;
    match changed {
        0 => Ok(()),
        _ => tell(
            tx,
            caller,
            Kind::MemberChanged,
            member,
            json!({"fields": ["keys"]}),
        ),
    }
}
