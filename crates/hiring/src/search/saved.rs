//! Searches that a member keeps under a name. Nobody else sees them, and keeping one is no event: nothing of hiring
//! happened.

use store::{Reader, Row, Tx, sql};

use super::ask::MOST_CHARS;
use crate::id::{MemberId, OrgId, Uuid, new_uid};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::text;

/// Searches that a member may keep.
pub const MOST_SAVED: i64 = 50;
/// Characters of a name.
const LONGEST_NAME: usize = 80;

/// A search that a member keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Outside name.
    pub uid: Uuid,
    /// As the member calls it.
    pub name: String,
    /// As it was typed.
    pub query: String,
}

/// The member's searches, by name.
pub fn of_member(r: &mut Reader, org: OrgId, member: MemberId) -> Result<Vec<Saved>> {
    let rows = r.all(
        sql!(
            "SELECT uid, name, query FROM saved_search WHERE org_id = $1 AND member_id = $2 ORDER BY name_key LIMIT 50"
        ),
        &[&org, &member],
    )?;
    rows.iter().map(read).collect()
}

/// Keeps a search; one of the same name is replaced.
///
/// # Errors
/// [`Problem::Invalid`] when the name or the query is empty or too long, or there are too many.
pub fn save(tx: &mut Tx, org: OrgId, member: MemberId, name: &str, query: &str) -> Result<Uuid> {
    let (name, query) = (name.trim(), query.trim());
    let mut flaws = Vec::new();
    let mut demand = |field: &str, text: &str, most: usize| {
        if text.is_empty() {
            let detail = format!("{field} must not be empty");
            flaws.push(Flaw::new(format!("/{field}"), FlawCode::Required, detail));
        } else if text.chars().count() > most {
            let detail = format!("{field} may have at most {most} characters");
            flaws.push(Flaw::new(format!("/{field}"), FlawCode::TooLong, detail));
        } else if text.chars().any(char::is_control) {
            let detail = format!("{field} must be one line of text");
            flaws.push(Flaw::new(format!("/{field}"), FlawCode::Malformed, detail));
        }
    };
    demand("name", name, LONGEST_NAME);
    demand("query", query, MOST_CHARS);
    if !flaws.is_empty() {
        return Err(Problem::Invalid(flaws));
    }
    // The member's row is what two tabs of one member take turns at.
    tx.one(
        sql!("SELECT id FROM member WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &member],
    )?;
    let (uid, key, now) = (new_uid(), text::key(name), tx.now());
    tx.run(
        sql!("DELETE FROM saved_search WHERE org_id = $1 AND member_id = $2 AND name_key = $3"),
        &[&org, &member, &key],
    )?;
    let there = tx.number(
        sql!("SELECT COUNT(*) FROM saved_search WHERE org_id = $1 AND member_id = $2"),
        &[&org, &member],
    )?;
    if there >= MOST_SAVED {
        let detail = format!("at most {MOST_SAVED} searches can be kept");
        return Err(Flaw::new("/name", FlawCode::OutOfRange, detail).into());
    }
    tx.run(
        sql!(
            "INSERT INTO saved_search (org_id, member_id, uid, name, name_key, query, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[&org, &member, &uid, &name, &key, &query, &now],
    )?;
    Ok(uid)
}

/// Keeps a search no more.
///
/// # Errors
/// [`Problem::NotFound`], also where it is another member's.
pub fn forget(tx: &mut Tx, org: OrgId, member: MemberId, uid: Uuid) -> Result<()> {
    let gone = tx.run(
        sql!("DELETE FROM saved_search WHERE org_id = $1 AND member_id = $2 AND uid = $3"),
        &[&org, &member, &uid],
    )?;
    match gone {
        0 => Err(Problem::NotFound(Noun::SavedSearch)),
        _ => Ok(()),
    }
}

fn read(row: &Row) -> Result<Saved> {
    Ok(Saved {
        uid: row.get(0)?,
        name: row.get(1)?,
        query: row.get(2)?,
    })
}
