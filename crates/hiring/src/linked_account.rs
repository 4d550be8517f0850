//! The far system that an account token names: our own store, or our own store and a destination.
//!
//! An account that `key create` made has a random token. One that was linked by a link (`link.rs`) has a token that is
//! derived: HMAC-SHA-256(installation key, account, generation), so that whoever exchanges their public token twice is
//! given the same one. A new token is the next generation's, in both cases. At rest lies its SHA-256 only.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::api_key::NOTED;
use crate::caller::Caller;
use crate::destination;
use crate::event::{self, Kind, Subject};
use crate::id::{DestinationId, LinkedAccountId, OrgId, Uuid, new_uid};
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};
use crate::secret::{self, InstallationKey};

/// A linked account of an organization.
#[derive(Debug, Clone)]
pub struct LinkedAccount {
    /// Inside number.
    pub id: LinkedAccountId,
    /// Outside name.
    pub uid: Uuid,
    /// Whom it connects.
    pub name: String,
    /// Who linked it, in the words of whoever asked them to; `None`: the organization made it for itself.
    pub end_user: Option<EndUser>,
    /// What it requires and what may be read and written through it.
    pub settings: Arc<Settings>,
    /// Which derived token is the valid one; `None`: a random one.
    pub generation: Option<i64>,
    /// When it was made, µs.
    pub created_at: i64,
    /// Where what is written through it is carried, besides being kept here.
    pub destination: Option<DestinationId>,
    /// When its token was last used, µs, to within [`crate::api_key::NOTED`].
    pub used_at: Option<i64>,
    /// Why its destination does not let us in, in plain words; `None`: it does, or nothing is carried.
    pub refused: Option<String>,
}

/// The customer of a product for whom an account is linked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndUser {
    /// Their number in the product's own books.
    pub origin_id: String,
    /// Their organization.
    pub organization_name: String,
    /// Their address; nothing is sent to it.
    pub email_address: String,
}

/// What an account requires of those who write through it, and what may be read and written. Models and fields are
/// named as the API that uses them does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Model → fields that a new record must have.
    pub requires: BTreeMap<String, Vec<String>>,
    /// What is switched off; a model that is not named is open.
    pub scopes: Vec<Scope>,
}

/// What may be done with one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Its name.
    pub model: String,
    /// Whether it may be read.
    pub read: bool,
    /// Whether it may be written.
    pub write: bool,
    /// Fields that are not shown.
    pub disabled_fields: Vec<String>,
}

impl Settings {
    /// From its stored JSON; without any, nothing is required and everything open.
    pub(crate) fn parse(text: Option<&str>) -> Settings {
        text.and_then(|t| serde_json::from_str(t).ok())
            .unwrap_or_default()
    }

    /// As stored.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Switches on and off what `edits` say.
    pub fn switch(&mut self, edits: &[ScopeEdit]) {
        for edit in edits {
            let mut scope = self.scope(&edit.model).cloned().unwrap_or(Scope {
                model: edit.model.clone(),
                read: true,
                write: true,
                disabled_fields: Vec::new(),
            });
            scope.read = edit.read.unwrap_or(scope.read);
            scope.write = edit.write.unwrap_or(scope.write);
            let hidden = &mut scope.disabled_fields;
            hidden.extend(edit.disabled_fields.iter().cloned());
            hidden.retain(|field| !edit.enabled_fields.contains(field));
            hidden.sort();
            hidden.dedup();
            self.scopes.retain(|s| s.model != edit.model);
            if !(scope.read && scope.write && scope.disabled_fields.is_empty()) {
                self.scopes.push(scope);
            }
        }
    }

    /// Fields that a new record of `model` must have.
    pub fn required(&self, model: &str) -> &[String] {
        self.requires.get(model).map_or(&[], Vec::as_slice)
    }

    /// What is said of `model`; `None`: it is open.
    pub fn scope(&self, model: &str) -> Option<&Scope> {
        self.scopes.iter().find(|s| s.model == model)
    }
}

macro_rules! shown {
    ($rest:expr) => {
        concat!(
            "SELECT id, uid, name, end_user, settings, generation, created_at, destination_id, used_at, \
             (SELECT i.problem FROM issue i WHERE i.destination_id = linked_account.destination_id \
             AND i.resolved_at IS NULL AND i.reason IN ('credentials', 'permission')) FROM linked_account ",
            $rest
        )
    };
}

/// Makes a linked account; its token is shown this once and kept hashed.
pub fn create(tx: &mut Tx, org: OrgId, name: &str, token: &str) -> Result<LinkedAccount> {
    let (uid, now) = (new_uid(), tx.now());
    let id = tx.number(
        sql!("INSERT INTO linked_account (org_id, uid, token_hash, name, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id"),
        &[&org, &uid, &secret::hash(token), &name, &now],
    )?;
    Ok(LinkedAccount {
        id: LinkedAccountId(id),
        uid,
        name: name.to_owned(),
        end_user: None,
        settings: Arc::default(),
        generation: None,
        created_at: now,
        destination: None,
        used_at: None,
        refused: None,
    })
}

/// The same, made by somebody at the organization, for whom it is told.
pub fn make(tx: &mut Tx, caller: &Caller, name: &str, token: &str) -> Result<LinkedAccount> {
    let made = create(tx, caller.org, name, token)?;
    note(tx, caller, Kind::LinkedAccountLinked, made.uid)?;
    Ok(made)
}

/// Notes that the account's token was used now, unless that is noted already.
pub fn touch(tx: &mut Tx, org: OrgId, id: LinkedAccountId) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE linked_account SET used_at = $3 WHERE org_id = $1 AND id = $2 AND (used_at IS NULL OR used_at <= $4)"
        ),
        &[&org, &id, &now, &(now - NOTED)],
    )?;
    Ok(())
}

/// Makes the account that an end user has linked. Its token is [`token`]'s to tell.
pub fn link(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    end_user: &EndUser,
    settings: &Settings,
) -> Result<LinkedAccount> {
    let (uid, now) = (new_uid(), tx.now());
    let described = serde_json::to_string(end_user).unwrap_or_default();
    let hash = secret::hash(&derive(installation, uid, 1));
    let name = &end_user.organization_name;
    let id = tx.number(
        sql!(
            "INSERT INTO linked_account (org_id, uid, token_hash, name, end_user, settings, generation, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7) RETURNING id"
        ),
        &[&caller.org, &uid, &hash, name, &described, &settings.text(), &now],
    )?;
    note(tx, caller, Kind::LinkedAccountLinked, uid)?;
    Ok(LinkedAccount {
        id: LinkedAccountId(id),
        uid,
        name: name.clone(),
        end_user: Some(end_user.clone()),
        settings: Arc::new(settings.clone()),
        generation: Some(1),
        created_at: now,
        destination: None,
        used_at: None,
        refused: None,
    })
}

/// The account's token, where it is a derived one.
pub fn token(installation: &InstallationKey, account: &LinkedAccount) -> Option<String> {
    let generation = account.generation?;
    Some(derive(installation, account.uid, generation))
}

/// A token for [`make`], random.
pub fn draw() -> String {
    secret::token("mrg_acct_")
}

fn derive(installation: &InstallationKey, uid: Uuid, generation: i64) -> String {
    let mac = installation.mac("linked_account", &format!("{uid}.{generation}"));
    format!("mrg_acct_{}", secret::base64url(&mac))
}

/// The organization's account of this token, if there is one.
pub fn look_up(r: &mut Reader, org: OrgId, token: &str) -> Result<Option<LinkedAccount>> {
    let row = r.one(
        sql!(shown!(
            "WHERE org_id = $1 AND token_hash = $2 AND removed_at IS NULL"
        )),
        &[&org, &secret::hash(token)],
    )?;
    row.as_ref().map(read).transpose()
}

/// The organization's account of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<LinkedAccount> {
    let row = r.one(
        sql!(shown!(
            "WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL"
        )),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::LinkedAccount)), read)
}

/// The account of this number; `None` if it was removed, unless `removed_too`.
pub(crate) fn by_id(
    r: &mut Reader,
    org: OrgId,
    id: LinkedAccountId,
    removed_too: bool,
) -> Result<Option<LinkedAccount>> {
    let row = r.one(
        sql!(shown!(
            "WHERE org_id = $1 AND id = $2 AND (removed_at IS NULL OR CAST($3 AS BIGINT) = 1)"
        )),
        &[&org, &id, &i64::from(removed_too)],
    )?;
    row.as_ref().map(read).transpose()
}

/// The outside name of the account of this number, also of one that was removed.
pub fn name(r: &mut Reader, org: OrgId, id: LinkedAccountId) -> Result<Option<Uuid>> {
    let row = r.one(
        sql!("SELECT uid FROM linked_account WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// The organization's accounts on `side`; `Before` pages come newest first.
pub fn list(r: &mut Reader, org: OrgId, side: Side, limit: i64) -> Result<Vec<LinkedAccount>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(shown!(
                "WHERE org_id = $1 AND id > $2 AND removed_at IS NULL ORDER BY id LIMIT $3"
            )),
            n,
        ),
        Side::Before(n) => (
            sql!(shown!(
                "WHERE org_id = $1 AND id < $2 AND removed_at IS NULL ORDER BY id DESC LIMIT $3"
            )),
            n,
        ),
    };
    let rows = r.all(statement, &[&org, &n, &limit])?;
    rows.iter().map(read).collect()
}

/// What a change to an account's settings is: each part that is there replaces the old one.
#[derive(Debug, Clone, Default)]
pub struct SettingsEdit {
    /// See [`Settings::requires`].
    pub requires: Option<BTreeMap<String, Vec<String>>>,
    /// What is switched on and off.
    pub scopes: Vec<ScopeEdit>,
}

/// A change to what may be done with one model: what it does not speak of stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeEdit {
    /// The model's name.
    pub model: String,
    /// Whether it may be read.
    pub read: Option<bool>,
    /// Whether it may be written.
    pub write: Option<bool>,
    /// Fields that are shown again.
    pub enabled_fields: Vec<String>,
    /// Fields that are shown no more.
    pub disabled_fields: Vec<String>,
}

/// Changes what an account requires, and what may be read and written through it. Running servers see it within a
/// second; this one at once when told so ([`crate::App::forget_account`]).
pub fn change_settings(
    tx: &mut Tx,
    caller: &Caller,
    uid: Uuid,
    edit: &SettingsEdit,
) -> Result<LinkedAccount> {
    // Two changes at once must not undo each other.
    let row = tx.one(
        sql!(shown!(
            "WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL {for update}"
        )),
        &[&caller.org, &uid],
    )?;
    let had = row
        .as_ref()
        .map_or(Err(Problem::NotFound(Noun::LinkedAccount)), read)?;
    let mut settings = Settings::clone(&had.settings);
    if let Some(requires) = &edit.requires {
        settings.requires = requires.clone();
    }
    settings.switch(&edit.scopes);
    if settings != *had.settings {
        tx.run(
            sql!("UPDATE linked_account SET settings = $3 WHERE org_id = $1 AND id = $2"),
            &[&caller.org, &had.id, &settings.text()],
        )?;
        note(tx, caller, Kind::LinkedAccountChanged, uid)?;
    }
    Ok(LinkedAccount {
        settings: Arc::new(settings),
        ..had
    })
}

/// From now on what is written through the account is carried to this destination too; `None`: it is kept here alone. Running
/// servers see it within a second.
///
/// # Errors
/// [`Noun::Destination`] is not found when the organization has none of this name.
pub fn set_destination(
    tx: &mut Tx,
    caller: &Caller,
    uid: Uuid,
    destination: Option<Uuid>,
) -> Result<LinkedAccount> {
    let to = destination.map(|to| destination::find(tx, caller.org, to));
    let to = to.transpose()?.map(|found| found.id);
    let changed = tx.run(
        sql!(
            "UPDATE linked_account SET destination_id = $3 WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL"
        ),
        &[&caller.org, &uid, &to],
    )?;
    if changed == 0 {
        return Err(Problem::NotFound(Noun::LinkedAccount));
    }
    note(tx, caller, Kind::LinkedAccountChanged, uid)?;
    find(tx, caller.org, uid)
}

/// Gives the account a new token, a derived one; the old one opens nothing any more. Answers it.
pub fn regenerate(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    uid: Uuid,
) -> Result<String> {
    let row = tx.one(
        sql!(
            "UPDATE linked_account SET generation = COALESCE(generation, 0) + 1 \
             WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL RETURNING generation"
        ),
        &[&caller.org, &uid],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::LinkedAccount))?;
    let token = derive(installation, uid, row.get(0)?);
    tx.run(
        sql!("UPDATE linked_account SET token_hash = $3 WHERE org_id = $1 AND uid = $2"),
        &[&caller.org, &uid, &secret::hash(&token)],
    )?;
    note(tx, caller, Kind::LinkedAccountRenewed, uid)?;
    Ok(token)
}

/// Removes an account: its token opens nothing any more. What was written through it stays.
pub fn remove(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<()> {
    let now = tx.now();
    let touched = tx.run(
        sql!(
            "UPDATE linked_account SET removed_at = $3 WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL"
        ),
        &[&caller.org, &uid, &now],
    )?;
    if touched == 0 {
        return Err(Problem::NotFound(Noun::LinkedAccount));
    }
    note(tx, caller, Kind::LinkedAccountRemoved, uid)
}

fn note(tx: &mut Tx, caller: &Caller, kind: Kind, uid: Uuid) -> Result<()> {
    let data = json!({"linked_account": uid});
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

fn read(row: &Row) -> Result<LinkedAccount> {
    let (end_user, settings): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(LinkedAccount {
        id: row.get(0)?,
        uid: row.get(1)?,
        name: row.get(2)?,
        end_user: end_user.and_then(|text| serde_json::from_str(&text).ok()),
        settings: Arc::new(Settings::parse(settings.as_deref())),
        generation: row.get(5)?,
        created_at: row.get(6)?,
        destination: row.get(7)?,
        used_at: row.get(8)?,
        refused: row.get(9)?,
    })
}
