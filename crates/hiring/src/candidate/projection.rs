//! A candidate's row as it follows from what was said: the record, and the columns and tags that lists filter by.

use store::{Reader, Row, Tx, sql};

use super::{Candidate, find, traits};
use crate::id::{CandidateId, OrgId};
use crate::problem::{Noun, Problem, Result};
use crate::record::{How, Operation, Record, fold};
use crate::{feedback, tag, text};

/// Names as they are compared.
pub(super) struct Keys {
    pub name: String,
    pub first: String,
    pub last: String,
    /// What lists of applications are sorted by; see V3.
    pub sort_name: String,
    pub sort_email: String,
}

/// Characters by which people are sorted.
const SORTED_BY: usize = 200;

impl Keys {
    pub(super) fn of(record: &Record) -> Keys {
        let key = |field| text::key(record.text(field).unwrap_or(""));
        let name = text::key(record.name());
        let email = record.email().unwrap_or("");
        let cut = |key: &str| key.chars().take(SORTED_BY).collect();
        Keys {
            sort_name: cut(&name),
            sort_email: cut(&text::email_key(email).unwrap_or_else(|| text::key(email))),
            name,
            first: key("first_name"),
            last: key("last_name"),
        }
    }
}

/// The candidate, locked: two who change one person take turns, and each folds what the other has said. Of one who was
/// merged into another (perhaps while we waited), that other.
pub(super) fn lock(tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<Candidate> {
    let mut id = id;
    while let Some(into) = lock_as_it_is(tx, org, id)? {
        id = into;
    }
    find(tx, org, id)
}

/// The row itself, locked; whom it was merged into.
pub(super) fn lock_as_it_is(
    tx: &mut Tx,
    org: OrgId,
    id: CandidateId,
) -> Result<Option<CandidateId>> {
    let row = tx.one(
        sql!("SELECT merged_into FROM candidate WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &id],
    )?;
    row.map_or(Ok(None), |row| Ok(row.get(0)?))
}

/// The row itself, whomever it was merged into.
pub(super) fn as_it_is(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<Candidate> {
    let row = r.one(
        sql!("SELECT id, uid, record, created_at, updated_at, ignored_at FROM candidate WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Candidate)), super::read)
}

/// Replays what was said of the locked `candidate` and writes what follows.
pub(super) fn renew(tx: &mut Tx, org: OrgId, candidate: &mut Candidate) -> Result<()> {
    let record = fold(&operations(tx, org, candidate.id)?);
    tag::settle(
        tx,
        org,
        candidate.id,
        candidate.record.list("tags"),
        record.list("tags"),
    )?;
    feedback::settle(tx, org, candidate.id, &candidate.record, &record)?;
    traits::settle(tx, org, candidate.id, &candidate.record, &record)?;
    candidate.record = record;
    candidate.updated_at = tx.now();
    write(tx, org, candidate)
}

fn write(tx: &mut Tx, org: OrgId, candidate: &Candidate) -> Result<()> {
    let keys = Keys::of(&candidate.record);
    tx.run(
        sql!(
            "UPDATE candidate SET name_key = $3, first_key = $4, last_key = $5, record = $6, updated_at = $7, \
             sort_name = $8, sort_email = $9 WHERE org_id = $1 AND id = $2"
        ),
        &[
            &org, &candidate.id, &keys.name, &keys.first, &keys.last, &candidate.record.to_text(),
            &candidate.updated_at, &keys.sort_name, &keys.sort_email,
        ],
    )?;
    // An application that is being opened reads them under the candidate's lock (application.rs), so none is missed.
    tx.run(
        sql!(
            "UPDATE application SET sort_name = $3, sort_email = $4 WHERE org_id = $1 AND candidate_id = $2 \
             AND (sort_name IS DISTINCT FROM $3 OR sort_email IS DISTINCT FROM $4)"
        ),
        &[&org, &candidate.id, &keys.sort_name, &keys.sort_email],
    )?;
    Ok(())
}

fn operations(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<Vec<Operation>> {
    let rows = r.all(
        sql!(
            "SELECT submission_id, how, scope, at, said FROM operation \
             WHERE org_id = $1 AND candidate_id = $2 ORDER BY id"
        ),
        &[&org, &id],
    )?;
    rows.iter().map(read_operation).collect()
}

pub(super) fn read_operation(row: &Row) -> Result<Operation> {
    let (how, said): (String, String) = (row.get(1)?, row.get(4)?);
    let how = match (
        how.as_str(),
        row.get::<Option<String>>(2)?,
        row.get::<Option<i64>>(3)?,
    ) {
        ("replace", ..) => How::Replace,
        ("renew", Some(scope), Some(at)) => How::Renew { scope, at },
        _ => How::Add,
    };
    Ok(Operation {
        submission: row.get(0)?,
        how,
        said: serde_json::from_str(&said).unwrap_or_default(),
    })
}

/// Fills in the columns, tags and traits of some candidates that an older version of the program wrote; answers how many.
/// To be called until it answers 0: until then filters do not find those people.
pub fn index_some(tx: &mut Tx) -> Result<usize> {
    let rows = tx.all(
        sql!("SELECT org_id, id FROM candidate WHERE first_key IS NULL ORDER BY id LIMIT 100 {for update}"),
        &[],
    )?;
    for row in &rows {
        let (org, id): (OrgId, CandidateId) = (row.get(0)?, row.get(1)?);
        let candidate = as_it_is(tx, org, id)?;
        tag::settle(tx, org, id, &[], candidate.record.list("tags"))?;
        traits::settle(tx, org, id, &Record::default(), &candidate.record)?;
        write(tx, org, &candidate)?;
    }
    Ok(rows.len())
}
