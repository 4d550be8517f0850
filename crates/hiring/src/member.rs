//! A person at the organization.
//!
//! What they may do is in `member/role.rs`; coming in and going, `member/session.rs`, with a password, `member/password.rs`, and
//! perhaps a second factor, `member/second.rs`; becoming one, `member/link.rs`; being changed and removed, `member/change.rs`; whether
//! letters are keys, `member/keys.rs`.

mod change;
mod keys;
mod link;
mod password;
mod role;
mod second;
mod session;

pub(crate) use change::name_of;
pub use change::{change_password, give_role, remove, rename};
pub use keys::{keys_on, switch_keys};
pub(crate) use link::joined;
pub use link::{Link, Purpose, fill as fill_link, hide as hide_link};
pub use password::{
    MOST as MOST_PASSWORD, hash_password, judge as judge_password, verify_password,
};
pub use role::{Right, Role};
pub use second::{Enrolment, Second};
pub use session::{
    Device, SESSION, Session, end_others, end_session, of_session, sessions, sign_in, sign_in_from,
    sign_out, stale, touch,
};

/// Links by which people become members and choose passwords.
pub mod links {
    pub use super::link::{
        by_token, create, for_password, mail, of_org, revoke, take, take_password, url,
    };
}

/// The second factor.
pub mod factor {
    pub use super::second::{begin, confirm, disable, pass, state};
}

use store::{Reader, Tx, sql};

use crate::id::{JobId, MemberId, OrgId, Uuid, new_uid};
use crate::page::{Side, Span, hundred, with_hundred, with_hundred_names};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::text;

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
    /// Since when they are no member any more, µs.
    pub ended_at: Option<i64>,
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
        sql!(
            "UPDATE member SET password_hash = $3, ended_at = NULL WHERE org_id = $1 AND email_key = $2"
        ),
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
            "SELECT id, org_id, name, email, role, uid, created_at, ended_at, password_hash FROM member \
             WHERE email_key = $1 AND ended_at IS NULL"
        ),
        &[&key],
    )?;
    row.map(|row| Ok((read(&row)?, row.get(8)?))).transpose()
}

/// The organization's member of outside name `uid`.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Member> {
    let row = r.one(
        sql!("SELECT id, org_id, name, email, role, uid, created_at, ended_at FROM member WHERE org_id = $1 AND uid = $2"),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Member)), read)
}

/// The member of outside name `uid`, of whatever organization: for those who have proven by other means that it is theirs.
pub fn of_uid(r: &mut Reader, uid: Uuid) -> Result<Option<Member>> {
    let row = r.one(
        sql!("SELECT id, org_id, name, email, role, uid, created_at, ended_at FROM member WHERE uid = $1"),
        &[&uid],
    )?;
    row.as_ref().map(read).transpose()
}

/// The organization's members of these outside names, at most [`crate::page::MOST`]; in no order.
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Member>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, org_id, name, email, role, uid, created_at, ended_at FROM member WHERE org_id = $1 AND uid IN (",
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
    /// Only those who are members now.
    pub present: bool,
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
            "SELECT id, org_id, name, email, role, uid, created_at, ended_at FROM member WHERE org_id = $1 AND id > $2 \
             AND (CAST($3 AS TEXT) IS NULL OR email_key = $3) AND created_at > $4 AND created_at < $5 \
             AND (CAST($6 AS BIGINT) = 0 OR ended_at IS NULL) ORDER BY id LIMIT $7"
        ),
        sql!(
            "SELECT id, org_id, name, email, role, uid, created_at, ended_at FROM member WHERE org_id = $1 AND id < $2 \
             AND (CAST($3 AS TEXT) IS NULL OR email_key = $3) AND created_at > $4 AND created_at < $5 \
             AND (CAST($6 AS BIGINT) = 0 OR ended_at IS NULL) ORDER BY id DESC LIMIT $7"
        ),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let (after, before) = filter.span.of_unchanging();
    let rows = r.all(
        statement,
        &[
            &org,
            &from,
            &filter.email_key,
            &after,
            &before,
            &i64::from(filter.present),
            &limit,
        ],
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
            "SELECT m.id, m.org_id, m.name, m.email, m.role, m.uid, m.created_at, m.ended_at, j.job_id, j.part FROM job_member j \
             JOIN member m ON m.id = j.member_id WHERE j.org_id = $1 AND j.job_id IN (",
            hundred!(),
            ") ORDER BY j.id LIMIT 10000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter()
        .map(|row| Ok((row.get(8)?, Part::parse(&row.get::<String>(9)?), read(row)?)))
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
        ended_at: row.get(7)?,
    })
}
