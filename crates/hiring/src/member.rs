//! A person at the organization, and their sessions on the desk.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use store::{Reader, Tx, sql};

use crate::id::{MemberId, OrgId, Uuid, new_uid};
use crate::problem::{Flaw, FlawCode, Problem, Result};
use crate::{secret, text};

/// How long a session lasts, µs: 12 hours.
pub const SESSION: i64 = 12 * 3_600 * 1_000_000;

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// Inside number.
    pub id: MemberId,
    /// Whose.
    pub org: OrgId,
    /// As people call them.
    pub name: String,
    /// Where they sign in.
    pub email: String,
    /// What they may do.
    pub role: String,
}

/// argon2id of a password. Takes tens of milliseconds: never inside a transaction.
pub fn hash_password(password: &str) -> Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(Problem::broken)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that was hashed. As slow as hashing.
pub fn verify_password(password: &str, hash: &str) -> bool {
    Argon2::default()
        .verify_password(password.as_bytes(), hash)
        .is_ok()
}

/// Adds a member. `password_hash` comes from [`hash_password`].
pub fn create(
    tx: &mut Tx,
    org: OrgId,
    email: &str,
    name: &str,
    role: &str,
    password_hash: &str,
) -> Result<MemberId> {
    let flaw = || {
        Problem::from(Flaw::new(
            "/email",
            FlawCode::Email,
            "not an e-mail address",
        ))
    };
    let key = text::email_key(email).ok_or_else(flaw)?;
    let (uid, now): (Uuid, i64) = (new_uid(), tx.now());
    let row = tx.one(
        sql!(
            "INSERT INTO member (org_id, uid, email, email_key, name, role, password_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id"
        ),
        &[&org, &uid, &email, &key, &name, &role, &password_hash, &now],
    )?;
    let taken = || {
        Problem::from(Flaw::new(
            "/email",
            FlawCode::Contradiction,
            "a member has this address",
        ))
    };
    Ok(row.ok_or_else(taken)?.get(0)?)
}

/// Adds a member, or gives the organization's member of this address a new password.
pub fn set_password(
    tx: &mut Tx,
    org: OrgId,
    email: &str,
    name: &str,
    role: &str,
    password_hash: &str,
) -> Result<()> {
    let key = text::email_key(email).unwrap_or_default();
    let touched = tx.run(
        sql!("UPDATE member SET password_hash = $3 WHERE org_id = $1 AND email_key = $2"),
        &[&org, &key, &password_hash],
    )?;
    if touched == 0 {
        create(tx, org, email, name, role, password_hash)?;
    }
    Ok(())
}

/// The member with this address and their password's hash. A sign-in names no organization.
pub fn by_email(r: &mut Reader, email: &str) -> Result<Option<(Member, String)>> {
    let Some(key) = text::email_key(email) else {
        return Ok(None);
    };
    let row = r.one(
        sql!(
            "SELECT id, org_id, name, email, role, password_hash FROM member WHERE email_key = $1"
        ),
        &[&key],
    )?;
    row.map(|row| Ok((read(&row)?, row.get(5)?))).transpose()
}

/// Begins a session; answers its token, which is kept hashed.
pub fn sign_in(tx: &mut Tx, member: &Member) -> Result<String> {
    let (token, now) = (secret::token(""), tx.now());
    tx.run(
        sql!("INSERT INTO session (org_id, member_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)"),
        &[&member.org, &member.id, &secret::hash(&token), &now, &(now + SESSION)],
    )?;
    Ok(token)
}

/// Whose session this token is, while it lasts.
pub fn of_session(r: &mut Reader, token: &str) -> Result<Option<Member>> {
    let now = r.now();
    let row = r.one(
        sql!(
            "SELECT m.id, m.org_id, m.name, m.email, m.role FROM session s JOIN member m ON m.id = s.member_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2"
        ),
        &[&secret::hash(token), &now],
    )?;
    row.as_ref().map(read).transpose()
}

/// Ends a session; one that is not there is no error.
pub fn sign_out(tx: &mut Tx, token: &str) -> Result<()> {
    tx.run(
        sql!("DELETE FROM session WHERE token_hash = $1"),
        &[&secret::hash(token)],
    )?;
    Ok(())
}

fn read(row: &store::Row) -> Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        org: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        role: row.get(4)?,
    })
}
