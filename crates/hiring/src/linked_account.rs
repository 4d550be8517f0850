//! The far system that an account token names. Today every one of them is our own store.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use store::{Reader, Row, Tx, sql};

use crate::id::{LinkedAccountId, OrgId, Uuid, new_uid};
use crate::problem::Result;
use crate::secret;

/// A linked account of an organization.
#[derive(Debug, Clone)]
pub struct LinkedAccount {
    /// Inside number.
    pub id: LinkedAccountId,
    /// Outside name.
    pub uid: Uuid,
    /// Whom it connects.
    pub name: String,
    /// What it requires and what may be read and written through it.
    pub settings: Arc<Settings>,
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
    fn parse(text: Option<&str>) -> Settings {
        text.and_then(|t| serde_json::from_str(t).ok())
            .unwrap_or_default()
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
        settings: Arc::default(),
    })
}

/// The organization's account of this token, if there is one.
pub fn look_up(r: &mut Reader, org: OrgId, token: &str) -> Result<Option<LinkedAccount>> {
    let row = r.one(
        sql!(
            "SELECT id, uid, name, settings FROM linked_account \
             WHERE org_id = $1 AND token_hash = $2 AND removed_at IS NULL"
        ),
        &[&org, &secret::hash(token)],
    )?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<LinkedAccount> {
    let settings: Option<String> = row.get(3)?;
    Ok(LinkedAccount {
        id: row.get(0)?,
        uid: row.get(1)?,
        name: row.get(2)?,
        settings: Arc::new(Settings::parse(settings.as_deref())),
    })
}
