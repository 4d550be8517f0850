//! Keys: random, shown once, stored hashed, for one organization and one dialect.

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::{Caller, Permissions, Scopes, Who};
use crate::event::{self, Kind, Subject};
use crate::id::{KeyId, OrgId, Uuid, new_uid};
use crate::problem::{Act, Noun, Problem, Result};
use crate::secret::{self, InstallationKey};

/// What a new key is made of. Only its hashes and its sealed part are stored.
#[derive(Debug, Clone)]
pub struct NewKey<'a> {
    /// The dialect it opens.
    pub dialect: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// What the caller sends.
    pub key: &'a str,
    /// A user name that must come with it.
    pub username: Option<&'a str>,
    /// A second secret that is only compared.
    pub second: Option<&'a str>,
    /// A secret that we must use ourselves (to verify a signature).
    pub sealed: Option<&'a str>,
    /// What it may do.
    pub permissions: Permissions,
    /// See [`Caller::limit`].
    pub limit: Option<(u32, u32)>,
}

/// A stored key.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Inside number.
    pub id: KeyId,
    /// Whose.
    pub org: OrgId,
    /// Outside name.
    pub uid: Uuid,
    /// The dialect it opens.
    pub dialect: String,
    /// What people call it.
    pub name: String,
    /// A user name that must come with it.
    pub username: Option<String>,
    /// SHA-256 of the second secret.
    pub second_hash: Option<Vec<u8>>,
    /// The secret that we must use, sealed; see [`ApiKey::open_secret`].
    pub sealed: Option<Vec<u8>>,
    /// What it may do.
    pub permissions: Permissions,
    /// What of the dialect it opens.
    pub scopes: Scopes,
    /// See [`Caller::limit`].
    pub limit: Option<(u32, u32)>,
    /// When it was revoked, µs.
    pub revoked_at: Option<i64>,
    /// When it was made, µs.
    pub created_at: i64,
    /// When it was last used, µs, to within [`NOTED`].
    pub used_at: Option<i64>,
}

/// How far behind the noted time of a use may be, µs: ten minutes, so that a busy key costs no write a call.
pub const NOTED: i64 = 600 * 1_000_000;

const SEAL: &str = "api_key.secret";

impl ApiKey {
    /// The caller that this key is.
    pub fn caller(&self) -> Caller {
        Caller {
            org: self.org,
            who: Who::Key(self.id),
            permissions: self.permissions,
            scopes: self.scopes.clone(),
            limit: self.limit,
        }
    }

    /// The secret that came with the key, opened.
    pub fn open_secret(&self, installation: &InstallationKey) -> Result<Option<Vec<u8>>> {
        self.sealed
            .as_ref()
            .map(|s| installation.open(SEAL, s))
            .transpose()
    }
}

/// Stores a key.
pub fn create(
    tx: &mut Tx,
    installation: &InstallationKey,
    org: OrgId,
    new: &NewKey<'_>,
) -> Result<ApiKey> {
    let (uid, now) = (new_uid(), tx.now());
    let sealed = new.sealed.map(|s| installation.seal(SEAL, s.as_bytes()));
    let second = new.second.map(secret::hash);
    let (count, seconds) = (
        new.limit.map(|l| i64::from(l.0)),
        new.limit.map(|l| i64::from(l.1)),
    );
    let id = tx.number(
        sql!(
            "INSERT INTO api_key (org_id, uid, dialect, name, hash, username, second_hash, sealed, permissions, \
             limit_count, limit_seconds, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id"
        ),
        &[
            &org, &uid, &new.dialect, &new.name, &secret::hash(new.key), &new.username, &second, &sealed,
            &new.permissions.words(), &count, &seconds, &now,
        ],
    )?;
    find(tx, org, KeyId(id))
}

/// Makes another key of the caller's kind: it may do what the caller may, and call as often.
///
/// # Errors
/// `Forbidden` for a caller that may not write.
pub fn generate(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    new: &Fresh<'_>,
) -> Result<ApiKey> {
    caller.require(Act::Write)?;
    let made = fresh(
        tx,
        installation,
        caller,
        new,
        caller.permissions,
        caller.limit,
    )?;
    let made = narrow(tx, caller.org, made.uid, &caller.scopes)?;
    note(tx, caller, Kind::ApiKeyCreated, &made)?;
    Ok(made)
}

/// Ends the live keys of this name and makes one in their place, which may do what they could, no more often than the
/// slowest of them and the caller.
///
/// # Errors
/// `NotFound` when there is none. `Forbidden` when one of them may do what the caller may not: a key neither gets more
/// than it has this way, nor ends a stronger one.
pub fn regenerate(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    new: &Fresh<'_>,
) -> Result<ApiKey> {
    caller.require(Act::Write)?;
    let now = tx.now();
    let rows = tx.all(
        sql!(
            "SELECT id, org_id, uid, dialect, name, username, second_hash, sealed, permissions, limit_count, \
             limit_seconds, revoked_at, created_at, scopes, used_at FROM api_key \
             WHERE org_id = $1 AND dialect = $2 AND name = $3 AND revoked_at IS NULL ORDER BY id LIMIT 200 {for update}"
        ),
        &[&caller.org, &new.dialect, &new.name],
    )?;
    let old = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut permissions = old
        .first()
        .ok_or(Problem::NotFound(Noun::ApiKey))?
        .permissions;
    let mut scopes = old[0].scopes.clone();
    let mut limit = caller.limit;
    for key in &old {
        permissions = permissions.or(key.permissions);
        scopes = scopes.or(&key.scopes);
        limit = slower(limit, key.limit);
        tx.run(
            sql!("UPDATE api_key SET revoked_at = $3 WHERE org_id = $1 AND id = $2"),
            &[&caller.org, &key.id, &now],
        )?;
    }
    if let Some(act) = permissions.beyond(caller.permissions) {
        return Err(Problem::Forbidden(act));
    }
    if !scopes.within(&caller.scopes) {
        return Err(Problem::OutOfScope("of the key to be renewed"));
    }
    let made = fresh(tx, installation, caller, new, permissions, limit)?;
    let made = narrow(tx, caller.org, made.uid, &scopes)?;
    note(tx, caller, Kind::ApiKeyRenewed, &made)?;
    Ok(made)
}

/// Lets the key open `scopes` of its dialect and nothing else. A new key opens all of it.
///
/// # Errors
/// `NotFound`.
pub fn narrow(tx: &mut Tx, org: OrgId, uid: Uuid, scopes: &Scopes) -> Result<ApiKey> {
    let row = tx.one(
        sql!("UPDATE api_key SET scopes = $3 WHERE org_id = $1 AND uid = $2 RETURNING id"),
        &[&org, &uid, &scopes.words()],
    )?;
    let id = row.ok_or(Problem::NotFound(Noun::ApiKey))?.get(0)?;
    find(tx, org, id)
}

/// A key that another one makes.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// The dialect it opens: the caller's own.
    pub dialect: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// What its holder will send.
    pub key: &'a str,
}

fn fresh(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    new: &Fresh<'_>,
    permissions: Permissions,
    limit: Option<(u32, u32)>,
) -> Result<ApiKey> {
    let new = NewKey {
        dialect: new.dialect,
        name: new.name,
        key: new.key,
        username: None,
        second: None,
        sealed: None,
        permissions,
        limit,
    };
    create(tx, installation, caller.org, &new)
}

fn note(tx: &mut Tx, caller: &Caller, kind: Kind, key: &ApiKey) -> Result<()> {
    let data = json!({"key": key.uid});
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

/// The lower of two rates, (count, seconds). `None`, the dialect's own, is taken as lower than no limit, and one that
/// somebody set as lower than that.
fn slower(a: Option<(u32, u32)>, b: Option<(u32, u32)>) -> Option<(u32, u32)> {
    let set = |limit: Option<(u32, u32)>| limit.filter(|(count, _)| *count > 0);
    match (set(a), set(b)) {
        (Some(x), Some(y)) => {
            let first = u64::from(x.0) * u64::from(y.1) <= u64::from(y.0) * u64::from(x.1);
            Some(if first { x } else { y })
        }
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) if a.is_none() || b.is_none() => None,
        (None, None) => a,
    }
}

/// The live key of `dialect` that hashes alike, whichever organization's it is: this is how a request is
/// first placed, so it is the one finder that does not take the organization.
pub fn authenticate(r: &mut Reader, dialect: &str, key: &str) -> Result<Option<ApiKey>> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, dialect, name, username, second_hash, sealed, permissions, limit_count, \
             limit_seconds, revoked_at, created_at, scopes, used_at FROM api_key \
             WHERE hash = $1 AND dialect = $2 AND revoked_at IS NULL"
        ),
        &[&secret::hash(key), &dialect],
    )?;
    row.as_ref().map(read).transpose()
}

/// The live key of `dialect` with this outside name (a client id, or the key a token was issued for).
pub fn by_uid(r: &mut Reader, dialect: &str, uid: Uuid) -> Result<Option<ApiKey>> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, dialect, name, username, second_hash, sealed, permissions, limit_count, \
             limit_seconds, revoked_at, created_at, scopes, used_at FROM api_key \
             WHERE uid = $1 AND dialect = $2 AND revoked_at IS NULL"
        ),
        &[&uid, &dialect],
    )?;
    row.as_ref().map(read).transpose()
}

/// The organization's key of number `id`, revoked or not.
pub fn find(r: &mut Reader, org: OrgId, id: KeyId) -> Result<ApiKey> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, dialect, name, username, second_hash, sealed, permissions, limit_count, \
             limit_seconds, revoked_at, created_at, scopes, used_at FROM api_key WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::ApiKey)), read)
}

/// Every key of the organization, oldest first.
pub fn list(r: &mut Reader, org: OrgId) -> Result<Vec<ApiKey>> {
    let rows = r.all(
        sql!(
            "SELECT id, org_id, uid, dialect, name, username, second_hash, sealed, permissions, limit_count, \
             limit_seconds, revoked_at, created_at, scopes, used_at FROM api_key WHERE org_id = $1 ORDER BY id LIMIT 10000"
        ),
        &[&org],
    )?;
    rows.iter().map(read).collect()
}

/// Ends a key. Running servers see it within a second. Revoking twice is no error.
pub fn revoke(tx: &mut Tx, org: OrgId, uid: Uuid) -> Result<()> {
    let now = tx.now();
    let touched = tx.run(
        sql!("UPDATE api_key SET revoked_at = COALESCE(revoked_at, $3) WHERE org_id = $1 AND uid = $2"),
        &[&org, &uid, &now],
    )?;
    if touched == 0 {
        Err(Problem::NotFound(Noun::ApiKey))
    } else {
        Ok(())
    }
}

/// Notes that the key was used now, unless that is noted within [`NOTED`] already.
pub fn touch(tx: &mut Tx, org: OrgId, id: KeyId) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE api_key SET used_at = $3 WHERE org_id = $1 AND id = $2 AND (used_at IS NULL OR used_at <= $4)"
        ),
        &[&org, &id, &now, &(now - NOTED)],
    )?;
    Ok(())
}

fn read(row: &Row) -> Result<ApiKey> {
    let limit = row.get::<Option<i64>>(9)?.zip(row.get::<Option<i64>>(10)?);
    let words: String = row.get(8)?;
    Ok(ApiKey {
        id: row.get(0)?,
        org: row.get(1)?,
        uid: row.get(2)?,
        dialect: row.get(3)?,
        name: row.get(4)?,
        username: row.get(5)?,
        second_hash: row.get(6)?,
        sealed: row.get(7)?,
        permissions: Permissions::parse(&words).map_err(Problem::broken)?,
        limit: limit.map(|(count, seconds)| (count as u32, seconds as u32)),
        revoked_at: row.get(11)?,
        created_at: row.get(12)?,
        scopes: Scopes::parse(&row.get::<Option<String>>(13)?.unwrap_or_default()),
        used_at: row.get(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::slower;

    #[test]
    fn the_lower_of_two_rates_counts() {
        let none = Some((0, 1));
        for (a, b, lower) in [
            (Some((10, 1)), Some((100, 60)), Some((100, 60))),
            (Some((5, 60)), Some((100, 60)), Some((5, 60))),
            (None, Some((5, 60)), Some((5, 60))),
            (none, Some((5, 60)), Some((5, 60))),
            (none, None, None),
            (none, none, none),
        ] {
            assert_eq!(slower(a, b), lower);
            assert_eq!(slower(b, a), lower);
        }
    }
}
