//! A person, once per organization, with or without an application.
//!
//! What was said of a person and how it comes together is `record.rs`; whose an e-mail address or a foreign id is,
//! `candidate/identity.rs`; taking in what a caller says, `candidate/intake.rs`; addresses that
//! nobody has proven, `candidate/claim.rs`; replacing what was said,
//! `candidate/edit.rs`; what of the record is a column, `candidate/projection.rs`; how it follows from
//! a long past, `candidate/folded.rs`; lists with filters,
//! `candidate/page.rs`, and by offset `candidate/sifted.rs`; changing what one foreign record said, `candidate/amend.rs`;
//! people who are like somebody, `candidate/traits.rs`; who may be the same as somebody, `candidate/duplicate.rs`; two who are
//! one, `candidate/merge.rs`; where every value came from, `candidate/told.rs`.

mod amend;
mod claim;
mod duplicate;
mod edit;
mod folded;
mod identity;
mod intake;
mod merge;
mod page;
mod projection;
mod sifted;
mod told;
mod traits;

use serde_json::Value;
use store::{Reader, Row, sql};

pub use amend::{Amendment, amend};
pub use claim::{claim, is_unproven, prove, unproven};
pub use duplicate::{Suspect, suspects, tell_apart};
pub use edit::{CandidateEdit, edit, edit_by, edit_from, ignore};
pub use identity::{EMAIL, ForeignId, add_foreign};
pub use intake::{NewCandidate, Outcome, Taken, add_to, take_in};
pub(crate) use merge::follow_far;
pub use merge::{Merging, both_apply, merge, mergings, undo};
pub use page::{MOST_ADDRESSES, MOST_TAGS, Which, of_ids, page};
pub use projection::{all_indexed, index_some, unindexed};
pub use sifted::{MOST_WORDS, Sieve, Word, foreign_ids_of, kinds, numbers, sifted};
pub use told::{Source, Told, revision, told};
pub use traits::{Likeness, alike};

pub use crate::page::Side;

use crate::id::{CandidateId, OrgId, Uuid};
use crate::problem::{Noun, Problem, Result};
use crate::record::Record;

/// A person and what is known of them.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Inside number.
    pub id: CandidateId,
    /// Outside name.
    pub uid: Uuid,
    /// The projection of everything said.
    pub record: Record,
    /// When we first heard of them, µs.
    pub created_at: i64,
    /// When we last heard of them, µs.
    pub updated_at: i64,
    /// When a caller asked that they be shown no more, µs; see [`ignore`].
    pub ignored_at: Option<i64>,
}

/// The organization's candidate of number `id`; of one who was merged into another, that other.
pub fn find(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<Candidate> {
    let row = r.one(
        sql!("SELECT id, uid, record, created_at, updated_at, ignored_at FROM candidate WHERE org_id = $1 AND id = \
             (SELECT COALESCE(m.merged_into, m.id) FROM candidate m WHERE m.org_id = $1 AND m.id = $2)"),
        &[&org, &id],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Candidate)), read)
}

/// The organization's candidate of outside name `uid`; of one who was merged into another, that other.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Candidate> {
    let row = r.one(
        sql!("SELECT id, uid, record, created_at, updated_at, ignored_at FROM candidate WHERE org_id = $1 AND id = \
             (SELECT COALESCE(m.merged_into, m.id) FROM candidate m WHERE m.org_id = $1 AND m.uid = $2)"),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Candidate)), read)
}

/// The organization's candidate with this foreign id.
pub fn look_up_foreign(r: &mut Reader, org: OrgId, id: &ForeignId) -> Result<Option<Candidate>> {
    look_up(r, org, &id.kind, &id.key)
}

/// The organization's candidate with this e-mail address, however it is spelled.
pub fn look_up_email(r: &mut Reader, org: OrgId, address: &str) -> Result<Option<Candidate>> {
    match crate::text::email_key(address) {
        Some(key) => look_up(r, org, EMAIL, &key),
        None => Ok(None),
    }
}

fn look_up(r: &mut Reader, org: OrgId, kind: &str, key: &str) -> Result<Option<Candidate>> {
    let row = r.one(
        sql!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM identity i \
             JOIN candidate c ON c.id = i.candidate_id WHERE i.org_id = $1 AND i.kind = $2 AND i.value_key = $3"
        ),
        &[&org, &kind, &key],
    )?;
    row.as_ref().map(read).transpose()
}

/// The foreign ids of a candidate whose kind is `kind`, oldest first.
pub fn foreign_keys(
    r: &mut Reader,
    org: OrgId,
    id: CandidateId,
    kind: &str,
) -> Result<Vec<String>> {
    let rows = r.all(
        sql!(
            "SELECT value_key FROM identity WHERE org_id = $1 AND candidate_id = $2 AND kind = $3 ORDER BY id LIMIT 1000"
        ),
        &[&org, &id, &kind],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Somebody who may be the same person; nothing merges by itself.
#[derive(Debug, Clone)]
pub struct PossibleDuplicate {
    /// The other candidate.
    pub other: Uuid,
    /// What made us think so.
    pub rule: String,
    /// What it rests on.
    pub evidence: Value,
    /// When it was noticed, µs.
    pub created_at: i64,
}

/// Who may be the same person as candidate `id` and was not judged to be or not to be, oldest suspicion first.
pub fn possible_duplicates(
    r: &mut Reader,
    org: OrgId,
    id: CandidateId,
) -> Result<Vec<PossibleDuplicate>> {
    let rows = r.all(
        sql!(
            "SELECT c.uid, d.rule, d.evidence, d.created_at FROM possible_duplicate d JOIN candidate c \
             ON c.id = CASE WHEN d.candidate_id = $2 THEN d.other_id ELSE d.candidate_id END \
             WHERE d.org_id = $1 AND (d.candidate_id = $2 OR d.other_id = $2) AND d.verdict IS NULL ORDER BY d.id LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    rows.iter()
        .map(|row| {
            let evidence: String = row.get(2)?;
            Ok(PossibleDuplicate {
                other: row.get(0)?,
                rule: row.get(1)?,
                evidence: serde_json::from_str(&evidence).unwrap_or_default(),
                created_at: row.get(3)?,
            })
        })
        .collect()
}

/// A page of the organization's candidates, in the order in which they were made; `Before` pages come newest first.
/// `email_key` keeps only the person with that address, and those who claim it.
pub fn list(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    email_key: Option<&str>,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let (forward, backward) = (
        sql!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c \
             WHERE c.org_id = $1 AND c.merged_into IS NULL AND c.id > $2 AND (CAST($3 AS TEXT) IS NULL OR c.id IN \
             (SELECT i.candidate_id FROM identity i WHERE i.org_id = $1 AND i.kind = 'email' AND i.value_key = $3 \
             UNION SELECT m.candidate_id FROM claim m WHERE m.org_id = $1 AND m.value_key = $3)) \
             ORDER BY c.id LIMIT $4"
        ),
        sql!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c \
             WHERE c.org_id = $1 AND c.merged_into IS NULL AND c.id < $2 AND (CAST($3 AS TEXT) IS NULL OR c.id IN \
             (SELECT i.candidate_id FROM identity i WHERE i.org_id = $1 AND i.kind = 'email' AND i.value_key = $3 \
             UNION SELECT m.candidate_id FROM claim m WHERE m.org_id = $1 AND m.value_key = $3)) \
             ORDER BY c.id DESC LIMIT $4"
        ),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let rows = r.all(statement, &[&org, &from, &email_key, &limit])?;
    rows.iter().map(read).collect()
}

/// How many candidates the organization has, up to `most`: more are not counted.
pub fn count_up_to(r: &mut Reader, org: OrgId, most: i64) -> Result<i64> {
    Ok(r.number(
        sql!(
            "SELECT COUNT(*) FROM (SELECT c.id FROM candidate c WHERE c.org_id = $1 AND c.merged_into IS NULL LIMIT $2) AS some_of_them"
        ),
        &[&org, &most],
    )?)
}

/// How many candidates the organization has: counted from indexes alone, without a look at anybody's record.
pub fn count_all(r: &mut Reader, org: OrgId) -> Result<i64> {
    let rows = r.number(
        sql!("SELECT COUNT(*) FROM candidate WHERE org_id = $1"),
        &[&org],
    )?;
    let merged = r.number(
        sql!("SELECT COUNT(*) FROM candidate WHERE org_id + 0 = $1 AND merged_into IS NOT NULL"),
        &[&org],
    )?;
    Ok(rows - merged)
}

pub(crate) fn read(row: &Row) -> Result<Candidate> {
    let record: String = row.get(2)?;
    Ok(Candidate {
        id: row.get(0)?,
        uid: row.get(1)?,
        record: Record::parse(&record),
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        ignored_at: row.get(5)?,
    })
}
