//! The employer whose data this is.

use store::{Reader, Tx, sql};

use crate::id::{OrgId, Uuid, new_uid};
use crate::problem::{Noun, Problem, Result};

/// An organization.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Inside number.
    pub id: OrgId,
    /// Outside name.
    pub uid: Uuid,
    /// As people call it.
    pub name: String,
}

/// Makes an organization.
pub fn create(tx: &mut Tx, name: &str) -> Result<Organization> {
    let uid = new_uid();
    let now = tx.now();
    let id = tx.number(
        sql!("INSERT INTO organization (uid, name, created_at) VALUES ($1, $2, $3) RETURNING id"),
        &[&uid, &name, &now],
    )?;
    Ok(Organization {
        id: OrgId(id),
        uid,
        name: name.to_owned(),
    })
}

/// Every organization of the installation, oldest first.
pub fn all(r: &mut Reader) -> Result<Vec<Organization>> {
    let rows = r.all(
        sql!("SELECT id, uid, name FROM organization ORDER BY id LIMIT 1000"),
        &[],
    )?;
    rows.iter().map(read).collect()
}

/// The organization of number `id`.
pub fn find(r: &mut Reader, id: OrgId) -> Result<Organization> {
    let row = r.one(
        sql!("SELECT id, uid, name FROM organization WHERE id = $1"),
        &[&id],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Organization)), read)
}

/// The organization that a person names on the command line: by its uid, its number or its exact name.
pub fn named(r: &mut Reader, word: &str) -> Result<Organization> {
    let all = all(r)?;
    let found = all
        .into_iter()
        .find(|o| o.uid.to_string() == word || o.id.to_string() == word || o.name == word);
    found.ok_or(Problem::NotFound(Noun::Organization))
}

pub(crate) fn read(row: &store::Row) -> Result<Organization> {
    Ok(Organization {
        id: row.get(0)?,
        uid: row.get(1)?,
        name: row.get(2)?,
    })
}

/// Adds a field beside the canonical ones; the same name twice is one field.
pub fn add_custom_field(tx: &mut Tx, org: OrgId, name: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("INSERT INTO custom_field (org_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"),
        &[&org, &name, &now],
    )?;
    Ok(())
}

/// The names of the organization's custom fields.
pub fn custom_fields(r: &mut Reader, org: OrgId) -> Result<Vec<String>> {
    let rows = r.all(
        sql!("SELECT name FROM custom_field WHERE org_id = $1 ORDER BY name LIMIT 1000"),
        &[&org],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
