//! An invitation to link an account: whoever opens its address and agrees makes a linked account.
//!
//! Two secrets pass by. The *link token* stands in the address that the end user is sent; it works once and for a time.
//! The *public token* is shown to them when they are done, this once; the product they came from exchanges it for the
//! account's token, which needs the organization's key. Both are 160 random bits, kept as SHA-256.

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{LinkedAccountId, OrgId};
use crate::linked_account::{self, EndUser, LinkedAccount, Settings};
use crate::problem::{Noun, Problem, Result};
use crate::secret::{self, InstallationKey};

const MINUTE: i64 = 60 * 1_000_000;
/// How long a link is valid unless its maker says otherwise, µs: 30 days.
pub const VALID_FOR: i64 = 30 * 24 * 60 * MINUTE;
/// What its maker may say, in minutes.
pub const MINUTES: std::ops::RangeInclusive<i64> = 30..=10_080;

/// A link.
#[derive(Debug, Clone)]
pub struct Link {
    /// Whose.
    pub org: OrgId,
    /// For whom it was made.
    pub end_user: EndUser,
    /// What became of it.
    pub state: State,
    /// Until when it is valid, µs.
    pub expires_at: i64,
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can be used.
    Open,
    /// It was.
    Used,
    /// Its time is over.
    Expired,
}

/// Makes a link and answers its token. `minutes`: how long it is valid, of [`MINUTES`].
pub fn create(
    tx: &mut Tx,
    caller: &Caller,
    end_user: &EndUser,
    settings: &Settings,
    minutes: Option<i64>,
) -> Result<String> {
    let (token, now) = (draw(), tx.now());
    let expires = now + minutes.map_or(VALID_FOR, |m| m * MINUTE);
    let described = serde_json::to_string(end_user).unwrap_or_default();
    tx.run(
        sql!(
            "INSERT INTO link (org_id, end_user, settings, token_hash, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        &[
            &caller.org,
            &described,
            &settings.text(),
            &secret::hash(&token),
            &now,
            &expires,
        ],
    )?;
    let none = Subject::default();
    event::append(tx, caller, Kind::LinkCreated, &none, &json!({}))?;
    Ok(token)
}

/// The link of this token. The token says whose it is, so there is no organization to take.
pub fn by_token(r: &mut Reader, token: &str) -> Result<Link> {
    let row = r.one(
        sql!("SELECT org_id, end_user, settings, public_hash, expires_at FROM link WHERE token_hash = $1"),
        &[&secret::hash(token)],
    )?;
    let now = r.now();
    let row = row.ok_or(Problem::NotFound(Noun::Link))?;
    Ok(read(&row, now)?.0)
}

/// Links the account that the token's holder agrees to; answers the public token, which is shown this once.
///
/// # Errors
/// `NotFound`: no such link. `Gone`: it was used, or its time is over.
pub fn complete(
    tx: &mut Tx,
    installation: &InstallationKey,
    token: &str,
) -> Result<(LinkedAccount, String)> {
    let (hash, public, now) = (secret::hash(token), draw(), tx.now());
    // The first of two at once claims the link; the other finds it used.
    let claimed = tx.one(
        sql!(
            "UPDATE link SET public_hash = $2 WHERE token_hash = $1 AND public_hash IS NULL AND expires_at > $3 \
             RETURNING org_id, end_user, settings, public_hash, expires_at, id"
        ),
        &[&hash, &secret::hash(&public), &now],
    )?;
    let Some(row) = claimed else {
        by_token(tx, token)?;
        return Err(Problem::Gone(Noun::Link));
    };
    let (link, settings) = read(&row, now)?;
    let caller = Caller::system(link.org);
    let account = linked_account::link(tx, installation, &caller, &link.end_user, &settings)?;
    tx.run(
        sql!("UPDATE link SET linked_account_id = $3 WHERE org_id = $1 AND id = $2"),
        &[&link.org, &row.get::<i64>(5)?, &account.id],
    )?;
    Ok((account, public))
}

/// The account that was linked when this public token was shown, and its token.
///
/// # Errors
/// `NotFound`: no such public token in this organization, or the account was removed.
pub fn exchange(
    r: &mut Reader,
    installation: &InstallationKey,
    org: OrgId,
    public: &str,
) -> Result<(LinkedAccount, String)> {
    let row = r.one(
        sql!("SELECT linked_account_id FROM link WHERE org_id = $1 AND public_hash = $2"),
        &[&org, &secret::hash(public)],
    )?;
    let none = || Problem::NotFound(Noun::Link);
    let id: Option<LinkedAccountId> = row.ok_or_else(none)?.get(0)?;
    let account = linked_account::by_id(r, org, id.ok_or_else(none)?, false)?.ok_or_else(none)?;
    let token = linked_account::token(installation, &account).ok_or_else(none)?;
    Ok((account, token))
}

/// 160 random bits as base64url.
fn draw() -> String {
    secret::base64url(&secret::random::<20>())
}

fn read(row: &Row, now: i64) -> Result<(Link, Settings)> {
    let (end_user, settings): (String, Option<String>) = (row.get(1)?, row.get(2)?);
    let expires_at = row.get(4)?;
    let state = if row.get::<Option<Vec<u8>>>(3)?.is_some() {
        State::Used
    } else if expires_at <= now {
        State::Expired
    } else {
        State::Open
    };
    let link = Link {
        org: row.get(0)?,
        end_user: serde_json::from_str(&end_user).unwrap_or_default(),
        state,
        expires_at,
    };
    Ok((link, Settings::parse(settings.as_deref())))
}
