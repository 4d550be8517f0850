//! Sessions on the desk: a token in the browser, its hash here, the device and place it came from.

use store::{Reader, Row, Tx, sql};

use super::{Member, read};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{MemberId, OrgId, Uuid, new_uid};
use crate::problem::Result;
use crate::secret;

/// How long a session lasts, µs: 12 hours.
pub const SESSION: i64 = 12 * 3_600 * 1_000_000;

/// How exactly it is known when somebody was last here, µs.
const SEEN_EVERY: i64 = 60 * 1_000_000;

/// From where somebody signs in.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// What the browser calls itself.
    pub agent: String,
    /// The address that it comes from.
    pub place: String,
}

/// A session as its member sees it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Outside name; `None` of those that an older version began.
    pub uid: Option<Uuid>,
    /// Hash of its token.
    pub token_hash: Vec<u8>,
    /// From where.
    pub device: Device,
    /// When it began, µs.
    pub created_at: i64,
    /// When it was last used, roughly, µs.
    pub seen_at: i64,
}

/// Begins a session; answers its token, which is kept hashed.
pub fn sign_in(tx: &mut Tx, member: &Member) -> Result<String> {
    sign_in_from(tx, member, &Device::default())
}

/// The same, from this device.
pub fn sign_in_from(tx: &mut Tx, member: &Member, device: &Device) -> Result<String> {
    let (token, now, uid) = (secret::token(""), tx.now(), new_uid());
    let short = |text: &str| text.chars().take(300).collect::<String>();
    tx.run(
        sql!("DELETE FROM session WHERE org_id = $1 AND member_id = $2 AND expires_at <= $3"),
        &[&member.org, &member.id, &now],
    )?;
    tx.run(
        sql!(
            "INSERT INTO session (org_id, member_id, token_hash, created_at, expires_at, uid, agent, place, seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $4)"
        ),
        &[
            &member.org, &member.id, &secret::hash(&token), &now, &(now + SESSION), &uid, &short(&device.agent),
            &short(&device.place),
        ],
    )?;
    Ok(token)
}

/// Whose session this token is, while it lasts and they are a member.
pub fn of_session(r: &mut Reader, token: &str) -> Result<Option<Member>> {
    let now = r.now();
    let row = r.one(
        sql!(
            "SELECT m.id, m.org_id, m.name, m.email, m.role, m.uid, m.created_at, m.ended_at FROM session s \
             JOIN member m ON m.id = s.member_id WHERE s.token_hash = $1 AND s.expires_at > $2 AND m.ended_at IS NULL"
        ),
        &[&secret::hash(token), &now],
    )?;
    row.as_ref().map(read).transpose()
}

/// Whether it is some time since the session of this token was noted as used.
pub fn stale(r: &mut Reader, token: &str) -> Result<bool> {
    let now = r.now();
    let row = r.one(
        sql!("SELECT id FROM session WHERE token_hash = $1 AND (seen_at IS NULL OR seen_at < $2)"),
        &[&secret::hash(token), &(now - SEEN_EVERY)],
    )?;
    Ok(row.is_some())
}

/// Notes the session of this token as used now.
pub fn touch(tx: &mut Tx, token: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND (seen_at IS NULL OR seen_at < $3)"),
        &[&secret::hash(token), &now, &(now - SEEN_EVERY)],
    )?;
    Ok(())
}

/// Ends a session; one that is not there is no error.
pub fn sign_out(tx: &mut Tx, token: &str) -> Result<()> {
    tx.run(
        sql!("DELETE FROM session WHERE token_hash = $1"),
        &[&secret::hash(token)],
    )?;
    Ok(())
}

/// A member's sessions that last, the last used first.
pub fn sessions(r: &mut Reader, org: OrgId, member: MemberId) -> Result<Vec<Session>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT uid, token_hash, agent, place, created_at, seen_at FROM session \
             WHERE org_id = $1 AND member_id = $2 AND expires_at > $3 \
             ORDER BY COALESCE(seen_at, created_at) DESC, id DESC LIMIT 200"
        ),
        &[&org, &member, &now],
    )?;
    rows.iter().map(read_session).collect()
}

/// Ends one of a member's sessions; whether there was such a one.
pub fn end_session(tx: &mut Tx, caller: &Caller, member: &Member, uid: Uuid) -> Result<bool> {
    let ended = tx.run(
        sql!("DELETE FROM session WHERE org_id = $1 AND member_id = $2 AND uid = $3"),
        &[&member.org, &member.id, &uid],
    )?;
    told(tx, caller, member, ended)?;
    Ok(ended > 0)
}

/// Ends all of a member's sessions but that of `but`, a token; how many there were.
pub fn end_others(tx: &mut Tx, caller: &Caller, member: &Member, but: Option<&str>) -> Result<u64> {
    let but = but.map_or_else(Vec::new, |token| secret::hash(token).to_vec());
    let ended = tx.run(
        sql!("DELETE FROM session WHERE org_id = $1 AND member_id = $2 AND token_hash <> $3"),
        &[&member.org, &member.id, &but],
    )?;
    told(tx, caller, member, ended)?;
    Ok(ended)
}

fn told(tx: &mut Tx, caller: &Caller, member: &Member, ended: u64) -> Result<()> {
    if ended > 0 {
        let data = serde_json::json!({"member": member.uid, "sessions": ended});
        event::append(
            tx,
            caller,
            Kind::MemberSessionsEnded,
            &Subject::default(),
            &data,
        )?;
    }
    Ok(())
}

fn read_session(row: &Row) -> Result<Session> {
    let created_at = row.get(4)?;
    Ok(Session {
        uid: row.get(0)?,
        token_hash: row.get(1)?,
        device: Device {
            agent: row.get::<Option<String>>(2)?.unwrap_or_default(),
            place: row.get::<Option<String>>(3)?.unwrap_or_default(),
        },
        created_at,
        seen_at: row.get::<Option<i64>>(5)?.unwrap_or(created_at),
    })
}
