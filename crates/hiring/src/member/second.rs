//! The second factor: codes that change every 30 seconds (RFC 6238), made of a secret that is sealed here, and recovery codes
//! for whoever has lost it, of which only hashes are kept.

use serde_json::json;
use store::{Reader, Tx, sql};
use totp_rs::Builder;

use super::Member;
use super::change::tell;
use crate::caller::Caller;
use crate::event::Kind;
use crate::problem::{Flaw, FlawCode, Problem, Result};
use crate::secret::{self, InstallationKey};

const PURPOSE: &str = "second factor";
const CODES: usize = 10;
/// No I, L, O, U, 0 or 1, which are mistaken for others.
const LETTERS: &[u8; 30] = b"ABCDEFGHJKMNPQRSTVWXYZ23456789";

/// How a member's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// There is none.
    Off,
    /// It is asked for, since (µs); so many recovery codes are left.
    On {
        /// µs.
        since: i64,
        /// Not used yet.
        codes: i64,
    },
}

/// What somebody sets up their app with.
#[derive(Clone)]
pub struct Enrolment {
    /// The secret, base32 (RFC 4648), as people type it.
    pub secret: String,
    /// The same as a link for apps, `otpauth://…`: what the QR code says.
    pub link: String,
}

/// How it stands.
pub fn state(r: &mut Reader, member: &Member) -> Result<Second> {
    let row = r.one(
        sql!("SELECT totp_since FROM member WHERE org_id = $1 AND id = $2"),
        &[&member.org, &member.id],
    )?;
    let since: Option<i64> = row.map(|row| row.get(0)).transpose()?.flatten();
    let Some(since) = since else {
        return Ok(Second::Off);
    };
    let codes = r.number(
        sql!("SELECT COUNT(*) FROM recovery_code WHERE org_id = $1 AND member_id = $2 AND used_at IS NULL"),
        &[&member.org, &member.id],
    )?;
    Ok(Second::On { since, codes })
}

/// Begins to set one up: the secret that is being set up, or a new one. Nothing is asked for until [`confirm`]. `None`: it is
/// on already.
pub fn begin(
    tx: &mut Tx,
    installation: &InstallationKey,
    member: &Member,
    issuer: &str,
) -> Result<Option<Enrolment>> {
    let (sealed, since, _) = lock(tx, member)?;
    if since.is_some() {
        return Ok(None);
    }
    let raw = match sealed {
        Some(sealed) => installation.open(PURPOSE, &sealed)?,
        None => {
            let raw: [u8; 20] = secret::random();
            tx.run(
                sql!("UPDATE member SET totp = $3, totp_step = NULL WHERE org_id = $1 AND id = $2"),
                &[&member.org, &member.id, &installation.seal(PURPOSE, &raw)],
            )?;
            raw.to_vec()
        }
    };
    let secret = totp_rs::Secret::from(raw).to_base32();
    let plain = |text: &str| percent(&text.replace(':', " "));
    let link = format!(
        "otpauth://totp/{}:{}?secret={secret}&issuer={}",
        plain(issuer),
        plain(&member.email),
        plain(issuer)
    );
    Ok(Some(Enrolment { secret, link }))
}

/// The code proves that the app is set up: from now on it is asked for. Answers the recovery codes, this once.
///
/// # Errors
/// [`Problem::Invalid`] at `/code`.
pub fn confirm(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    member: &Member,
    code: &str,
) -> Result<Vec<String>> {
    let (sealed, since, last) = lock(tx, member)?;
    let (Some(sealed), None) = (sealed, since) else {
        return Err(wrong("there is nothing to confirm: please begin again"));
    };
    let raw = installation.open(PURPOSE, &sealed)?;
    let step = matching(&raw, code, tx.now(), last)?
        .ok_or_else(|| wrong("this is not the code that the app shows now"))?;
    let now = tx.now();
    tx.run(
        sql!("UPDATE member SET totp_since = $3, totp_step = $4 WHERE org_id = $1 AND id = $2"),
        &[&member.org, &member.id, &now, &step],
    )?;
    tx.run(
        sql!("DELETE FROM recovery_code WHERE org_id = $1 AND member_id = $2"),
        &[&member.org, &member.id],
    )?;
    let codes: Vec<String> = (0..CODES).map(|_| draw()).collect();
    for code in &codes {
        tx.run(
            sql!("INSERT INTO recovery_code (org_id, member_id, hash) VALUES ($1, $2, $3)"),
            &[&member.org, &member.id, &secret::hash(&plain(code))],
        )?;
    }
    tell(
        tx,
        caller,
        Kind::MemberSecondFactorEnabled,
        member,
        json!({}),
    )?;
    Ok(codes)
}

/// Whether this is the code that is asked for now, or a recovery code that was never used. Each opens once.
pub fn pass(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    member: &Member,
    code: &str,
) -> Result<bool> {
    let (Some(sealed), Some(_), last) = lock(tx, member)? else {
        return Ok(false);
    };
    let raw = installation.open(PURPOSE, &sealed)?;
    if let Some(step) = matching(&raw, code, tx.now(), last)? {
        tx.run(
            sql!("UPDATE member SET totp_step = $3 WHERE org_id = $1 AND id = $2"),
            &[&member.org, &member.id, &step],
        )?;
        return Ok(true);
    }
    let now = tx.now();
    let used = tx.run(
        sql!("UPDATE recovery_code SET used_at = $4 WHERE org_id = $1 AND member_id = $2 AND hash = $3 AND used_at IS NULL"),
        &[&member.org, &member.id, &secret::hash(&plain(code)), &now],
    )?;
    if used > 0 {
        tell(tx, caller, Kind::MemberRecoveryCodeUsed, member, json!({}))?;
    }
    Ok(used > 0)
}

/// Asks for it no more; whether it was on.
pub fn disable(tx: &mut Tx, caller: &Caller, member: &Member) -> Result<bool> {
    let (_, since, _) = lock(tx, member)?;
    tx.run(
        sql!("UPDATE member SET totp = NULL, totp_since = NULL, totp_step = NULL WHERE org_id = $1 AND id = $2"),
        &[&member.org, &member.id],
    )?;
    tx.run(
        sql!("DELETE FROM recovery_code WHERE org_id = $1 AND member_id = $2"),
        &[&member.org, &member.id],
    )?;
    if since.is_some() {
        tell(
            tx,
            caller,
            Kind::MemberSecondFactorDisabled,
            member,
            json!({}),
        )?;
    }
    Ok(since.is_some())
}

type Kept = (Option<Vec<u8>>, Option<i64>, Option<i64>);

fn lock(tx: &mut Tx, member: &Member) -> Result<Kept> {
    let row = tx.one(
        sql!("SELECT totp, totp_since, totp_step FROM member WHERE org_id = $1 AND id = $2 {for update}"),
        &[&member.org, &member.id],
    )?;
    let row = row.ok_or(Problem::NotFound(crate::problem::Noun::Member))?;
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The time step of which this is the code, now or half a minute off, unless that step's was used already.
fn matching(raw: &[u8], code: &str, now: i64, last: Option<i64>) -> Result<Option<i64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let totp = Builder::new().with_secret(raw.to_vec()).build();
    let totp = totp.map_err(|_| Problem::broken("a second factor's secret is none"))?;
    let seconds = u64::try_from(now / 1_000_000).unwrap_or(0);
    let step = totp
        .check(&code, seconds)
        .and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| last.is_none_or(|last| *step > last)))
}

fn wrong(why: &str) -> Problem {
    Flaw::new("/code", FlawCode::Other, why).into()
}

fn draw() -> String {
    // Bytes from 240 on would favour some letters.
    let mut letters = String::new();
    while letters.len() < 10 {
        let [byte] = secret::random::<1>();
        if byte < 240 {
            letters.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        }
    }
    format!("{}-{}", &letters[..5], &letters[5..])
}

/// However it was typed.
fn plain(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc_and_open_once() {
        // RFC 6238, appendix B, SHA-1: 59 s, of eight digits the last six.
        let raw = b"12345678901234567890";
        assert_eq!(matching(raw, "287082", 59_000_000, None).unwrap(), Some(1));
        assert_eq!(matching(raw, "287 082", 89_000_000, None).unwrap(), Some(1));
        assert_eq!(matching(raw, "287082", 59_000_000, Some(1)).unwrap(), None);
        assert_eq!(matching(raw, "287082", 120_000_000, None).unwrap(), None);
        assert_eq!(matching(raw, "28708", 59_000_000, None).unwrap(), None);
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let code = draw();
        assert_eq!(code.len(), 11);
        assert_eq!(
            plain(&code),
            plain(&format!(" {} ", code.to_lowercase().replace('-', " ")))
        );
        assert_ne!(draw(), draw());
    }
}
