//! A member is renamed, given another role, a new password, or removed. An organization keeps an owner, whoever does what at
//! the same time: who takes a role away first locks the organization.

use serde_json::{Value, json};
use store::{Tx, sql};

use super::{Member, Role, find_by_uid, session};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{OrgId, Uuid};
use crate::problem::{Clash, Flaw, FlawCode, Problem, Result};

/// Gives a member another role.
///
/// # Errors
/// [`Clash::NotAllowed`] for the last owner, and for somebody who is no member any more.
pub fn give_role(tx: &mut Tx, caller: &Caller, uid: Uuid, role: Role) -> Result<Member> {
    let member = present(tx, caller.org, uid)?;
    if member.role == role.word() {
        return Ok(member);
    }
    if role != Role::Owner {
        keep_an_owner(tx, &member)?;
    }
    let now = tx.now();
    tx.run(
        sql!("UPDATE member SET role = $3, changed_at = $4 WHERE org_id = $1 AND id = $2"),
        &[&member.org, &member.id, &role.word(), &now],
    )?;
    tell(
        tx,
        caller,
        Kind::MemberChanged,
        &member,
        json!({"fields": ["role"], "role": role.word()}),
    )?;
    find_by_uid(tx, caller.org, uid)
}

/// Calls a member by another name.
///
/// # Errors
/// [`Problem::Invalid`] at `/name` for none.
pub fn rename(tx: &mut Tx, caller: &Caller, uid: Uuid, name: &str) -> Result<Member> {
    let name = name_of(name)?;
    let member = present(tx, caller.org, uid)?;
    if member.name == name {
        return Ok(member);
    }
    let now = tx.now();
    tx.run(
        sql!("UPDATE member SET name = $3, changed_at = $4 WHERE org_id = $1 AND id = $2"),
        &[&member.org, &member.id, &name, &now],
    )?;
    tell(
        tx,
        caller,
        Kind::MemberChanged,
        &member,
        json!({"fields": ["name"]}),
    )?;
    find_by_uid(tx, caller.org, uid)
}

/// Takes somebody's membership away: their sessions end, they are in no job's team, nobody can sign in as them. What they did
/// stays theirs.
///
/// # Errors
/// [`Clash::NotAllowed`] for the last owner.
pub fn remove(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Member> {
    let member = present(tx, caller.org, uid)?;
    keep_an_owner(tx, &member)?;
    let now = tx.now();
    let (org, id) = (member.org, member.id);
    tx.run(
        sql!(
            "UPDATE member SET ended_at = $3, changed_at = $3, totp = NULL, totp_since = NULL, totp_step = NULL \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id, &now],
    )?;
    tx.run(
        sql!("DELETE FROM recovery_code WHERE org_id = $1 AND member_id = $2"),
        &[&org, &id],
    )?;
    tx.run(
        sql!("DELETE FROM job_member WHERE org_id = $1 AND member_id = $2"),
        &[&org, &id],
    )?;
    tx.run(
        sql!(
            "UPDATE member_link SET closed_at = $3, outcome = 'revoked' \
             WHERE org_id = $1 AND member_id = $2 AND closed_at IS NULL"
        ),
        &[&org, &id, &now],
    )?;
    session::end_others(tx, caller, &member, None)?;
    tell(tx, caller, Kind::MemberRemoved, &member, json!({}))?;
    Ok(member)
}

/// Gives a member a new password, which was judged and hashed before; their other sessions than that of `but`, a token, end.
pub fn change_password(
    tx: &mut Tx,
    caller: &Caller,
    member: &Member,
    password_hash: &str,
    but: Option<&str>,
) -> Result<()> {
    tx.run(
        sql!("UPDATE member SET password_hash = $3 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL"),
        &[&member.org, &member.id, &password_hash],
    )?;
    tell(tx, caller, Kind::MemberPasswordChanged, member, json!({}))?;
    session::end_others(tx, caller, member, but)?;
    Ok(())
}

/// A name as it is kept.
pub(crate) fn name_of(name: &str) -> Result<String> {
    let name = crate::mail::source::one_line(name).trim().to_owned();
    let flaw = |why| Err(Flaw::new("/name", FlawCode::Required, why).into());
    match name.chars().count() {
        0 => flaw("a name is needed"),
        1..=200 => Ok(name),
        _ => flaw("a name has at most 200 characters"),
    }
}

pub(super) fn tell(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    member: &Member,
    data: Value,
) -> Result<()> {
    let mut data = data;
    data["member"] = json!(member.uid);
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

fn present(tx: &mut Tx, org: OrgId, uid: Uuid) -> Result<Member> {
    // Whoever changes members of one organization takes turns: else two owners could take each other's role at once.
    tx.one(
        sql!("SELECT id FROM organization WHERE id = $1 {for update}"),
        &[&org],
    )?;
    let member = find_by_uid(tx, org, uid)?;
    match member.ended_at {
        None => Ok(member),
        Some(_) => Err(Problem::Conflict(Clash::NotAllowed(
            "this person is not a member any more",
        ))),
    }
}

fn keep_an_owner(tx: &mut Tx, member: &Member) -> Result<()> {
    if member.role() != Role::Owner {
        return Ok(());
    }
    let others = tx.number(
        sql!(
            "SELECT COUNT(*) FROM member WHERE org_id = $1 AND id <> $2 AND ended_at IS NULL AND role IN ('owner', 'admin')"
        ),
        &[&member.org, &member.id],
    )?;
    match others {
        0 => Err(Problem::Conflict(Clash::NotAllowed(
            "an organization needs an owner, and this is the last one",
        ))),
        _ => Ok(()),
    }
}
