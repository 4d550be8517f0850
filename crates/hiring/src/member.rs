//! A person at the organization, and their sessions on the desk. What they may do is in `member/role.rs`.

mod role;

pub use role::{Right, Role};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use store::{Reader, Tx, sql};

use crate::id::{JobId, MemberId, OrgId, Uuid, new_uid};
use crate::page::{Side, Span, hundred, with_hundred, with_hundred_names};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::{secret, text};

/// How long a session lasts, µs: 12 hours.
pub const SESSION: i64 = 12 * 3_600 * 1_000_000;

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// Inside number.
    pub id: MemberId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub org: OrgId,
    /// As people call them.
    pub name: String,
    /// Where they sign in.
    pub email: String,
    /// What they may do, as stored; [`Member::role`] reads it.
    pub role: String,
    /// Since when, µs.
    pub created_at: i64,
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
            "SELECT id, org_id, name, email, role, uid, created_at, password_hash FROM member WHERE email_key = $1"
        ),
        &[&key],
    )?;
    row.map(|row| Ok((read(&row)?, row.get(7)?))).transpose()
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
            "SELECT m.id, m.org_id, m.name, m.email, m.role, m.uid, m.created_at FROM session s JOIN member m ON m.id = s.member_id \
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

/// The organization's member of outside name `uid`.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Member> {
    let row = r.one(
        sql!("SELECT id, org_id, name, email, role, uid, created_at FROM member WHERE org_id = $1 AND uid = $2"),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Member)), read)
}

/// The organization's members of these outside names, at most [`crate::page::MOST`]; in no order.
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Member>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, org_id, name, email, role, uid, created_at FROM member WHERE org_id = $1 AND uid IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred_names(&org, uids),
    )?;
    rows.iter().map(read).collect()
}

/// Which members a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The one with this address (its key).
    pub email_key: Option<String>,
    /// Who joined within this. A member's row never changes where it is shown.
    pub span: Span,
}

/// A page of the organization's members in the order in which they joined; `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Member>> {
    let (forward, backward) = (
        sql!(
            "SELECT id, org_id, name, email, role, uid, created_at FROM member WHERE org_id = $1 AND id > $2 \
             AND (CAST($3 AS TEXT) IS NULL OR email_key = $3) AND created_at > $4 AND created_at < $5 \
             ORDER BY id LIMIT $6"
        ),
        sql!(
            "SELECT id, org_id, name, email, role, uid, created_at FROM member WHERE org_id = $1 AND id < $2 \
             AND (CAST($3 AS TEXT) IS NULL OR email_key = $3) AND created_at > $4 AND created_at < $5 \
             ORDER BY id DESC LIMIT $6"
        ),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let (after, before) = filter.span.of_unchanging();
    let rows = r.all(
        statement,
        &[&org, &from, &filter.email_key, &after, &before, &limit],
    )?;
    rows.iter().map(read).collect()
}

/// The numbers of those of outside names `uids`, which the caller named at `pointer`.
///
/// # Errors
/// [`Problem::Invalid`] with a fault for each name of nobody.
pub fn named(r: &mut Reader, org: OrgId, uids: &[Uuid], pointer: &str) -> Result<Vec<MemberId>> {
    let (mut ids, mut flaws) = (Vec::new(), Vec::new());
    for (i, uid) in uids.iter().enumerate() {
        match find_by_uid(r, org, *uid) {
            Ok(member) => ids.push(member.id),
            Err(Problem::NotFound(_)) => flaws.push(Flaw::new(
                format!("{pointer}/{i}"),
                FlawCode::UnknownReference,
                "there is no such member",
            )),
            Err(problem) => return Err(problem),
        }
    }
    if flaws.is_empty() {
        Ok(ids)
    } else {
        Err(Problem::Invalid(flaws))
    }
}

/// What a member does for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Part {
    Recruiter,
    HiringManager,
    Interviewer,
}

impl Part {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Part::Recruiter => "recruiter",
            Part::HiringManager => "hiring_manager",
            Part::Interviewer => "interviewer",
        }
    }

    fn parse(word: &str) -> Part {
        match word {
            "recruiter" => Part::Recruiter,
            "interviewer" => Part::Interviewer,
            _ => Part::HiringManager,
        }
    }
}

/// The recruiters, hiring managers and interviewers of `jobs` (at most [`crate::page::MOST`]), in the order in which they were named.
pub fn of_jobs(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<(JobId, Part, Member)>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT m.id, m.org_id, m.name, m.email, m.role, m.uid, m.created_at, j.job_id, j.part FROM job_member j \
             JOIN member m ON m.id = j.member_id WHERE j.org_id = $1 AND j.job_id IN (",
            hundred!(),
            ") ORDER BY j.id LIMIT 10000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter()
        .map(|row| Ok((row.get(7)?, Part::parse(&row.get::<String>(8)?), read(row)?)))
        .collect()
}

/// The numbers of the jobs that a member has any part in, newest first, at most 10,000.
pub fn jobs_of(r: &mut Reader, org: OrgId, member: MemberId) -> Result<Vec<JobId>> {
    let rows = r.all(
        sql!(
            "SELECT DISTINCT job_id FROM job_member WHERE org_id = $1 AND member_id = $2 ORDER BY job_id DESC LIMIT 10000"
        ),
        &[&org, &member],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

pub(crate) fn read(row: &store::Row) -> Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        org: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        role: row.get(4)?,
        uid: row.get(5)?,
        created_at: row.get(6)?,
    })
}
