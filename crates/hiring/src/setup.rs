//! The first run: whoever reads the terminal of a server that has no organization makes it, and is its first owner; and the
//! same for an organization of which nobody is a member, such as `muster org create` makes.
//!
//! The code that proves it follows from the installation key, so that every start, and every process on one database, shows
//! the same; it opens nothing once it was used, since then there is somebody. Decision 0023.

use store::{Reader, Tx, sql};

use crate::member::{self, Member, Role};
use crate::organization::{self, Organization};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::secret::InstallationKey;

/// Letters of a code; none that is mistaken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// What waits to be set up.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// There is no organization.
    Organization,
    /// This organization has no member.
    Member(Organization),
}

/// Everything that waits to be set up; at most 100.
pub fn wanted(r: &mut Reader) -> Result<Vec<Wanted>> {
    let any = r.one(sql!("SELECT id FROM organization LIMIT 1"), &[])?;
    if any.is_none() {
        return Ok(vec![Wanted::Organization]);
    }
    let rows = r.all(
        sql!(
            "SELECT o.id, o.uid, o.name FROM organization o WHERE NOT EXISTS \
             (SELECT 1 FROM member m WHERE m.org_id = o.id AND m.ended_at IS NULL) ORDER BY o.id LIMIT 100"
        ),
        &[],
    )?;
    rows.iter()
        .map(|row| Ok(Wanted::Member(organization::read(row)?)))
        .collect()
}

/// The code that opens it: three groups of four letters, 60 bits.
pub fn code(installation: &InstallationKey, wanted: &Wanted) -> String {
    let of = match wanted {
        Wanted::Organization => String::new(),
        Wanted::Member(organization) => organization.uid.to_string(),
    };
    let mac = installation.mac("setup", &of);
    let letters = mac[..12]
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let letters: String = letters.collect();
    format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..])
}

/// What this code opens, however it was typed.
pub fn opened(
    r: &mut Reader,
    installation: &InstallationKey,
    typed: &str,
) -> Result<Option<Wanted>> {
    let plain = |text: &str| {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_uppercase()).collect::<String>()
    };
    let typed = plain(typed);
    let all = wanted(r)?.into_iter();
    let mut matching = all.filter(|wanted| {
        use subtle::ConstantTimeEq as _;
        let code = plain(&code(installation, wanted));
        bool::from(code.as_bytes().ct_eq(typed.as_bytes()))
    });
    Ok(matching.next())
}

/// Whoever comes first.
#[derive(Clone)]
pub struct First {
    /// What the organization is called, where there is none yet.
    pub organization: String,
    /// What they are called.
    pub name: String,
    /// Where they sign in.
    pub email: String,
    /// Of a password that was judged before.
    pub password_hash: String,
}

/// Sets up what `code` opens. Of two who try at once, one does.
///
/// # Errors
/// [`Problem::NotFound`] when the code opens nothing (any more); [`Problem::Invalid`] at `/organization`, `/name`, `/email`.
pub fn found(
    tx: &mut Tx,
    installation: &InstallationKey,
    code: &str,
    first: &First,
) -> Result<Member> {
    // Taken in turns: a database has one such row.
    tx.one(sql!("SELECT last FROM feed WHERE id = 1 {for update}"), &[])?;
    let wanted = opened(tx, installation, code)?.ok_or(Problem::NotFound(Noun::Link))?;
    let org = match wanted {
        Wanted::Organization => organization::create(tx, &called(&first.organization)?)?.id,
        Wanted::Member(organization) => organization.id,
    };
    let name = member::name_of(&first.name)?;
    let email = first.email.trim();
    member::create(
        tx,
        org,
        email,
        &name,
        Role::Owner.word(),
        &first.password_hash,
    )?;
    let found = member::by_email(tx, email)?;
    let (member, _) = found.ok_or(Problem::NotFound(Noun::Member))?;
    member::joined(tx, &member)?;
    Ok(member)
}

/// An organization's name as it is kept.
///
/// # Errors
/// [`Problem::Invalid`] at `/organization`.
pub fn called(name: &str) -> Result<String> {
    let name = crate::mail::source::one_line(name).trim().to_owned();
    let flaw = |why| Err(Flaw::new("/organization", FlawCode::Required, why).into());
    match name.chars().count() {
        0 => flaw("the organization needs a name"),
        1..=200 => Ok(name),
        _ => flaw("a name has at most 200 characters"),
    }
}
