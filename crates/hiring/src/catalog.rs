//! What an organization chooses from: departments, offices, reasons to reject. A name stands once in each of the three.

use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::id::{CatalogId, JobId, OrgId, Uuid, new_uid};
use crate::page::{Side, Span, hundred, with_hundred, with_hundred_names};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::text;

/// What something in the catalog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Department,
    Office,
    RejectReason,
}

impl Kind {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Department => "department",
            Kind::Office => "office",
            Kind::RejectReason => "reject_reason",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Kind> {
        [Kind::Department, Kind::Office, Kind::RejectReason]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// Something in the catalog.
#[derive(Debug, Clone)]
pub struct Item {
    /// Inside number.
    pub id: CatalogId,
    /// Outside name.
    pub uid: Uuid,
    /// What it is.
    pub kind: Kind,
    /// As people call it.
    pub name: String,
    /// Where an office is.
    pub place: Option<String>,
    /// When it was put there, µs.
    pub created_at: i64,
}

/// What is put into the catalog.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// What it is.
    pub kind: Kind,
    /// As people call it.
    pub name: String,
    /// Where an office is.
    pub place: Option<String>,
}

/// Whether something was put in or was there.
#[derive(Debug, Clone)]
pub struct Put {
    /// What is there now.
    pub item: Item,
    /// Whether this call put it there.
    pub new: bool,
}

/// Puts something into the catalog. The same name again, whatever its case, is the same thing; a place that is said of it
/// then takes the place of the one that was known.
pub fn create(tx: &mut Tx, caller: &Caller, new: &NewItem) -> Result<Put> {
    let (org, now, key) = (caller.org, tx.now(), text::key(&new.name));
    let made = tx.run(
        sql!(
            "INSERT INTO catalog (org_id, uid, kind, name, name_key, place, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        ),
        &[
            &org,
            &new_uid(),
            &new.kind.word(),
            &new.name,
            &key,
            &new.place,
            &now,
        ],
    )?;
    if made == 0 && new.place.is_some() {
        tx.run(
            sql!("UPDATE catalog SET place = $4 WHERE org_id = $1 AND kind = $2 AND name_key = $3"),
            &[&org, &new.kind.word(), &key, &new.place],
        )?;
    }
    let row = tx.one(
        sql!(
            "SELECT id, uid, kind, name, place, created_at FROM catalog \
             WHERE org_id = $1 AND kind = $2 AND name_key = $3"
        ),
        &[&org, &new.kind.word(), &key],
    )?;
    let missing = || Problem::broken("a row that was just put in is not there");
    Ok(Put {
        item: read(&row.ok_or_else(missing)?)?,
        new: made == 1,
    })
}

/// The organization's department, office or reject reason of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, kind: Kind, uid: Uuid) -> Result<Item> {
    let row = r.one(
        sql!(
            "SELECT id, uid, kind, name, place, created_at FROM catalog WHERE org_id = $1 AND kind = $2 AND uid = $3"
        ),
        &[&org, &kind.word(), &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::CatalogItem)), read)
}

/// Everything in the catalog of these outside names, at most [`crate::page::MOST`]; in no order.
pub fn of_uids(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<Item>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, uid, kind, name, place, created_at FROM catalog WHERE org_id = $1 AND uid IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred_names(&org, uids),
    )?;
    rows.iter().map(read).collect()
}

/// A page of what is in one of the three, in the order in which it was put there; `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    kind: Kind,
    side: Side,
    span: &Span,
    limit: i64,
) -> Result<Vec<Item>> {
    let (forward, backward) = (
        sql!(
            "SELECT id, uid, kind, name, place, created_at FROM catalog WHERE org_id = $1 AND kind = $2 AND id > $3 \
             AND created_at > $4 AND created_at < $5 ORDER BY id LIMIT $6"
        ),
        sql!(
            "SELECT id, uid, kind, name, place, created_at FROM catalog WHERE org_id = $1 AND kind = $2 AND id < $3 \
             AND created_at > $4 AND created_at < $5 ORDER BY id DESC LIMIT $6"
        ),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let (after, before) = span.of_unchanging();
    let rows = r.all(
        statement,
        &[&org, &kind.word(), &from, &after, &before, &limit],
    )?;
    rows.iter().map(read).collect()
}

/// The departments and offices of `jobs` (at most [`crate::page::MOST`]), in the order in which they were named.
pub fn of_jobs(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<(JobId, Item)>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT k.id, k.uid, k.kind, k.name, k.place, k.created_at, j.job_id FROM job_catalog j \
             JOIN catalog k ON k.id = j.catalog_id WHERE j.org_id = $1 AND j.job_id IN (",
            hundred!(),
            ") ORDER BY j.id LIMIT 10000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter()
        .map(|row| Ok((row.get(6)?, read(row)?)))
        .collect()
}

/// The numbers of those of outside names `uids`, which the caller named at `pointer`.
///
/// # Errors
/// [`Problem::Invalid`] with a fault for each name of nothing.
pub fn named(
    r: &mut Reader,
    org: OrgId,
    kind: Kind,
    uids: &[Uuid],
    pointer: &str,
) -> Result<Vec<CatalogId>> {
    let (mut ids, mut flaws) = (Vec::new(), Vec::new());
    for (i, uid) in uids.iter().enumerate() {
        match find(r, org, kind, *uid) {
            Ok(item) => ids.push(item.id),
            Err(Problem::NotFound(_)) => flaws.push(Flaw::new(
                format!("{pointer}/{i}"),
                FlawCode::UnknownReference,
                format!("there is no such {}", kind.word().replace('_', " ")),
            )),
            Err(problem) => return Err(problem),
        }
    }
    if flaws.is_empty() {
        Ok(ids)
    } else {
        Err(Problem::Invalid(flaws))
    }
}

fn read(row: &Row) -> Result<Item> {
    let kind: String = row.get(2)?;
    let broken = || Problem::broken("a catalog row does not read");
    Ok(Item {
        id: row.get(0)?,
        uid: row.get(1)?,
        kind: Kind::parse(&kind).ok_or_else(broken)?,
        name: row.get(3)?,
        place: row.get(4)?,
        created_at: row.get(5)?,
    })
}
