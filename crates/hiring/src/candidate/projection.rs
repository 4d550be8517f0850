//! A candidate's row as it follows from what was said: the record, and the columns and tags that lists filter by.

use std::time::Duration;

use store::{Reader, Row, Tx, sql};

use super::{Candidate, find, folded, traits};
use crate::id::{CandidateId, OrgId};
use crate::problem::{Noun, Problem, Result};
use crate::record::{How, Operation, Record};
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

/// When to come again while people are being indexed.
const MEANWHILE: Duration = Duration::from_secs(5);
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
        sql!("SELECT merged_into, first_key FROM candidate WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &id],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    // Whoever changes a person writes what differs from before, so what was before must be written.
    if row.get::<Option<String>>(1)?.is_none() {
        index_one(tx, org, id)?;
    }
    Ok(row.get(0)?)
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
    let record = folded::record(tx, org, candidate.id)?;
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

/// The same of one of whom it is not only the newest that was not there before: operations came from somebody else, or went.
pub(super) fn renew_whole(tx: &mut Tx, org: OrgId, candidate: &mut Candidate) -> Result<()> {
    folded::forget(tx, org, candidate.id)?;
    renew(tx, org, candidate)
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

/// Of a row `(submission_id, how, scope, at, said)`.
pub(super) fn read_operation(row: &Row) -> Result<Operation> {
    let said: String = row.get(4)?;
    Ok(Operation {
        submission: row.get(0)?,
        how: read_how(row)?,
        said: serde_json::from_str(&said).unwrap_or_default(),
    })
}

/// Of a row whose second, third and fourth columns are `how, scope, at`.
pub(super) fn read_how(row: &Row) -> Result<How> {
    let how: String = row.get(1)?;
    Ok(
        match (
            how.as_str(),
            row.get::<Option<String>>(2)?,
            row.get::<Option<i64>>(3)?,
        ) {
            ("replace", ..) => How::Replace,
            ("renew", Some(scope), Some(at)) => How::Renew { scope, at },
            _ => How::Add,
        },
    )
}

/// Fills in the columns, tags and traits of some candidates that an older version of the program wrote; answers how many.
/// To be called until it answers 0: until then [`all_indexed`] refuses lists that would not find those people.
pub fn index_some(tx: &mut Tx) -> Result<usize> {
    let rows = tx.all(
        sql!("SELECT org_id, id FROM candidate WHERE first_key IS NULL ORDER BY id LIMIT 100 {for update}"),
        &[],
    )?;
    for row in &rows {
        index_one(tx, row.get(0)?, row.get(1)?)?;
    }
    Ok(rows.len())
}

fn index_one(tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<()> {
    let candidate = as_it_is(tx, org, id)?;
    tag::settle(tx, org, id, &[], candidate.record.list("tags"))?;
    traits::settle(tx, org, id, &Record::default(), &candidate.record)?;
    write(tx, org, &candidate)
}

/// To be asked by whoever finds people by what [`index_some`] fills in: names, tags, phones and profiles, or the order of
/// names and addresses. Addresses and foreign ids identify people at any time, so nobody is made twice meanwhile.
///
/// # Errors
/// [`Problem::Overloaded`] while some of the organization's people are not indexed: the answer would leave them out.
pub fn all_indexed(r: &mut Reader, org: OrgId) -> Result<()> {
    let one = r.one(
        sql!("SELECT id FROM candidate WHERE org_id + 0 = $1 AND first_key IS NULL ORDER BY id LIMIT 1"),
        &[&org],
    )?;
    match one {
        None => Ok(()),
        Some(_) => Err(Problem::Overloaded { retry: MEANWHILE }),
    }
}

/// How many people of all organizations wait to be indexed.
pub fn unindexed(r: &mut Reader) -> Result<i64> {
    Ok(r.number(
        sql!("SELECT COUNT(*) FROM candidate WHERE first_key IS NULL"),
        &[],
    )?)
}
