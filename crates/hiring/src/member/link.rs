//! Links by which somebody becomes a member, or chooses a new password. The token follows from the installation key and the
//! link's name, so that an owner can copy it again; at rest lies its hash. No API shows it: whoever holds a key of an API must
//! not become a member by it.

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use super::change::{change_password, name_of, tell};
use super::{Member, Role, create as create_member, find_by_uid};
use crate::caller::{Caller, Who};
use crate::event::{self, Kind, Subject};
use crate::id::{MemberId, OrgId, Uuid, new_uid};
use crate::mail;
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::secret::{self, InstallationKey};
use crate::text;

const DAY: i64 = 86_400 * 1_000_000;
/// How long one may wait before joining, µs.
const JOIN: i64 = 7 * DAY;
/// The same for choosing a new password.
const PASSWORD: i64 = DAY;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Becoming a member.
    Join,
    /// Choosing a new password.
    Password,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Join => "join",
            Purpose::Password => "password",
        }
    }

    fn mail(self) -> mail::Kind {
        match self {
            Purpose::Join => mail::Kind::MemberInvite,
            Purpose::Password => mail::Kind::NewPassword,
        }
    }
}

/// A link while it opens something.
#[derive(Debug, Clone)]
pub struct Link {
    /// Whose organization.
    pub org: OrgId,
    /// Outside name.
    pub uid: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// Whose new password.
    pub member: Option<MemberId>,
    /// The address it is for.
    pub email: String,
    /// What they are called, as far as it is known.
    pub name: String,
    /// What they will be there for.
    pub role: Role,
    /// Since when, µs.
    pub created_at: i64,
    /// Until when, µs.
    pub expires_at: i64,
}

/// Invites somebody to become a member. An earlier invitation to the same address is replaced.
///
/// # Errors
/// [`Problem::Invalid`] at `/email` for none, or that of a member.
pub fn create(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    email: &str,
    name: &str,
    role: Role,
) -> Result<Link> {
    let flaw = |code, why: &str| Problem::from(Flaw::new("/email", code, why));
    let email = email.trim();
    let key = text::email_key(email)
        .ok_or_else(|| flaw(FlawCode::Email, "this is not an e-mail address"))?;
    let taken = tx.number(
        sql!("SELECT COUNT(*) FROM member WHERE email_key = $1 AND ended_at IS NULL"),
        &[&key],
    )?;
    if taken > 0 {
        return Err(flaw(
            FlawCode::Contradiction,
            "a member has this address already",
        ));
    }
    let name = match name.trim() {
        "" => String::new(),
        name => name_of(name)?,
    };
    let new = New {
        purpose: Purpose::Join,
        member: None,
        email,
        key: &key,
        name: &name,
        role,
        lasts: JOIN,
    };
    let link = insert(tx, installation, caller.org, &new)?;
    let data = json!({"link": link.uid, "role": role.word()});
    event::append(tx, caller, Kind::MemberInvited, &Subject::default(), &data)?;
    Ok(link)
}

/// Lets a member choose a new password without the old one.
pub fn for_password(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    member: &Member,
) -> Result<Link> {
    let key = text::email_key(&member.email).unwrap_or_default();
    let new = New {
        purpose: Purpose::Password,
        member: Some(member.id),
        email: &member.email,
        key: &key,
        name: &member.name,
        role: member.role(),
        lasts: PASSWORD,
    };
    let link = insert(tx, installation, member.org, &new)?;
    tell(
        tx,
        caller,
        Kind::MemberPasswordAsked,
        member,
        json!({"link": link.uid}),
    )?;
    Ok(link)
}

struct New<'a> {
    purpose: Purpose,
    member: Option<MemberId>,
    email: &'a str,
    key: &'a str,
    name: &'a str,
    role: Role,
    lasts: i64,
}

fn insert(tx: &mut Tx, installation: &InstallationKey, org: OrgId, new: &New<'_>) -> Result<Link> {
    let (uid, now) = (new_uid(), tx.now());
    tx.run(
        sql!(
            "UPDATE member_link SET closed_at = $4, outcome = 'replaced' \
             WHERE org_id = $1 AND email_key = $2 AND purpose = $3 AND closed_at IS NULL"
        ),
        &[&org, &new.key, &new.purpose.word(), &now],
    )?;
    let made = tx.run(
        sql!(
            "INSERT INTO member_link (org_id, uid, purpose, member_id, email, email_key, name, role, token_hash, \
             created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"
        ),
        &[
            &org, &uid, &new.purpose.word(), &new.member, &new.email, &new.key, &new.name, &new.role.word(),
            &secret::hash(&token(installation, uid)), &now, &(now + new.lasts),
        ],
    )?;
    if made == 0 {
        // Somebody else invites the same address at this moment.
        return Err(Problem::Stale { have: 1 });
    }
    find(tx, org, uid)
}

/// Queues the mail with the link.
pub fn mail(tx: &mut Tx, public_url: &str, caller: &Caller, link: &Link) -> Result<()> {
    let letter = mail::Letter {
        to: Some(link.email.clone()),
        name: Some(link.name.clone()),
        link: Some(format!("{public_url}/join/\u{0}member.{}\u{0}", link.uid)),
        valid_until: Some(link.expires_at),
        ..mail::Letter::default()
    };
    mail::queue(
        tx,
        caller,
        link.purpose.mail(),
        &Subject::default(),
        &letter,
    )?;
    Ok(())
}

/// Where the link leads.
pub fn url(installation: &InstallationKey, public_url: &str, uid: Uuid) -> String {
    format!("{public_url}/join/{}", token(installation, uid))
}

/// Replaces every slot of such a link by its token, in plain text and in JSON text.
pub fn fill(installation: &InstallationKey, text: &str) -> String {
    replace(text, |uid| token(installation, uid))
}

/// The same text without the links' secrets, for whoever is not their recipient.
pub fn hide(text: &str) -> String {
    replace(text, |_| "…".to_owned())
}

fn replace(text: &str, by: impl Fn(Uuid) -> String) -> String {
    let mut filled = text.to_owned();
    for mark in ["\u{0}", "\\u0000"] {
        let open = format!("{mark}member.");
        let mut out = String::with_capacity(filled.len());
        let mut rest = filled.as_str();
        while let Some((before, slot)) = rest.split_once(&open) {
            out.push_str(before);
            let Some((name, after)) = slot.split_once(mark) else {
                rest = slot;
                continue;
            };
            if let Ok(uid) = Uuid::parse_str(name) {
                out.push_str(&by(uid));
            }
            rest = after;
        }
        out.push_str(rest);
        filled = out;
    }
    filled
}

fn token(installation: &InstallationKey, uid: Uuid) -> String {
    secret::base64url(&installation.mac("member link", &uid.to_string())[..20])
}

/// The open link of this token.
///
/// # Errors
/// [`Problem::NotFound`] for none, and for one that was used, revoked or has expired.
pub fn by_token(r: &mut Reader, token: &str) -> Result<Link> {
    let now = r.now();
    let row = r.one(
        sql!(
            "SELECT org_id, uid, purpose, member_id, email, name, role, created_at, expires_at FROM member_link \
             WHERE token_hash = $1 AND closed_at IS NULL AND expires_at > $2"
        ),
        &[&secret::hash(token), &now],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Link)), read)
}

fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Link> {
    let now = r.now();
    let row = r.one(
        sql!(
            "SELECT org_id, uid, purpose, member_id, email, name, role, created_at, expires_at FROM member_link \
             WHERE org_id = $1 AND uid = $2 AND closed_at IS NULL AND expires_at > $3"
        ),
        &[&org, &uid, &now],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Link)), read)
}

/// The organization's open invitations, newest first.
pub fn of_org(r: &mut Reader, org: OrgId) -> Result<Vec<Link>> {
    let now = r.now();
    let rows = r.all(
        sql!(
            "SELECT org_id, uid, purpose, member_id, email, name, role, created_at, expires_at FROM member_link \
             WHERE org_id = $1 AND purpose = 'join' AND closed_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 500"
        ),
        &[&org, &now],
    )?;
    rows.iter().map(read).collect()
}

/// Takes an invitation back.
pub fn revoke(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Link> {
    let link = find(tx, caller.org, uid)?;
    close(tx, &link, "revoked")?;
    let data = json!({"link": link.uid});
    event::append(
        tx,
        caller,
        Kind::MemberInviteRevoked,
        &Subject::default(),
        &data,
    )?;
    Ok(link)
}

/// Whoever holds the link becomes a member under this name, with this password, which was judged and hashed before. Somebody
/// who was a member once is one again.
///
/// # Errors
/// [`Problem::NotFound`] when the link opens nothing any more.
pub fn take(tx: &mut Tx, token: &str, name: &str, password_hash: &str) -> Result<Member> {
    let link = by_token(tx, token)?;
    if link.purpose != Purpose::Join {
        return Err(Problem::NotFound(Noun::Link));
    }
    let name = name_of(name)?;
    close(tx, &link, "used")?;
    let key = text::email_key(&link.email).unwrap_or_default();
    let now = tx.now();
    let revived = tx.one(
        sql!(
            "UPDATE member SET name = $3, role = $4, password_hash = $5, ended_at = NULL, changed_at = $6 \
             WHERE org_id = $1 AND email_key = $2 AND ended_at IS NOT NULL RETURNING uid"
        ),
        &[&link.org, &key, &name, &link.role.word(), &password_hash, &now],
    )?;
    let member = match revived {
        Some(row) => find_by_uid(tx, link.org, row.get(0)?)?,
        None => {
            create_member(
                tx,
                link.org,
                &link.email,
                &name,
                link.role.word(),
                password_hash,
            )?;
            let found = super::by_email(tx, &link.email)?;
            found.ok_or(Problem::NotFound(Noun::Member))?.0
        }
    };
    joined(tx, &member)?;
    Ok(member)
}

/// Tells that somebody is a member now.
pub(crate) fn joined(tx: &mut Tx, member: &Member) -> Result<()> {
    let data = json!({"role": member.role});
    tell(tx, &member.caller(), Kind::MemberJoined, member, data)
}

/// The member whose link this is has this password from now on, and no session.
///
/// # Errors
/// [`Problem::NotFound`] when the link opens nothing any more.
pub fn take_password(tx: &mut Tx, token: &str, password_hash: &str) -> Result<Member> {
    let link = by_token(tx, token)?;
    let (Purpose::Password, Some(id)) = (link.purpose, link.member) else {
        return Err(Problem::NotFound(Noun::Link));
    };
    close(tx, &link, "used")?;
    let row = tx.one(
        sql!(
            "SELECT id, org_id, name, email, role, uid, created_at, ended_at FROM member \
             WHERE org_id = $1 AND id = $2 AND ended_at IS NULL"
        ),
        &[&link.org, &id],
    )?;
    let member = super::read(&row.ok_or(Problem::NotFound(Noun::Link))?)?;
    let caller = Caller {
        who: Who::Member(id),
        ..member.caller()
    };
    change_password(tx, &caller, &member, password_hash, None)?;
    Ok(member)
}

/// Whoever closes it first has used it.
fn close(tx: &mut Tx, link: &Link, outcome: &str) -> Result<()> {
    let now = tx.now();
    let closed = tx.run(
        sql!(
            "UPDATE member_link SET closed_at = $3, outcome = $4 WHERE org_id = $1 AND uid = $2 AND closed_at IS NULL"
        ),
        &[&link.org, &link.uid, &now, &outcome],
    )?;
    match closed {
        0 => Err(Problem::NotFound(Noun::Link)),
        _ => Ok(()),
    }
}

fn read(row: &Row) -> Result<Link> {
    let (purpose, role): (String, String) = (row.get(2)?, row.get(6)?);
    Ok(Link {
        org: row.get(0)?,
        uid: row.get(1)?,
        purpose: match purpose == Purpose::Password.word() {
            true => Purpose::Password,
            false => Purpose::Join,
        },
        member: row.get(3)?,
        email: row.get(4)?,
        name: row.get(5)?,
        role: Role::of(&role),
        created_at: row.get(7)?,
        expires_at: row.get(8)?,
    })
}
