//! What a caller sent us, verbatim: the body byte for byte, with files and equal-opportunity answers cut out
//! into slots (`slot.rs`). Immutable, but for what came of it: the names of the person and the application, and which
//! values found no place.

use serde_json::{Value, json};
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::eeo;
use crate::id::{ApplicationId, CandidateId, OrgId, SubmissionId, Uuid};
use crate::page::{hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};
use crate::slot::Encoding;

/// A body on its way to be kept.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// Drawn when the body was read, since the slots' placeholders carry it.
    pub uid: Uuid,
    /// The dialect it came by.
    pub dialect: &'static str,
    /// The route's template, not the address called.
    pub route: &'static str,
    /// The body with placeholders for its slots.
    pub body: String,
    /// Content cut out: files, durable already.
    pub files: Vec<FileSlot>,
    /// Content cut out: equal-opportunity answers.
    pub eeo: Vec<EeoSlot>,
    /// JSON pointers of values that have no place in the record.
    pub unmapped: Vec<String>,
}

/// A file cut out of a body.
#[derive(Debug, Clone)]
pub struct FileSlot {
    /// Number of the slot.
    pub n: u32,
    /// Where it stood.
    pub pointer: String,
    /// How its text is made of the file again.
    pub encoding: Encoding,
    /// The file with the slot's content (for [`Encoding::Raw`] the caller's text itself).
    pub sha256: store::files::Digest,
}

/// An equal-opportunity answer cut out of a body.
#[derive(Debug, Clone)]
pub struct EeoSlot {
    /// Number of the slot.
    pub n: u32,
    /// Where it stood.
    pub pointer: String,
    /// The caller's JSON text.
    pub value: String,
}

/// A kept submission, by both its names.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// Inside number.
    pub id: SubmissionId,
    /// Outside name.
    pub uid: Uuid,
    /// Whether it told equal-opportunity answers.
    pub told: bool,
}

/// Keeps a body and its slots.
pub fn keep(tx: &mut Tx, caller: &Caller, new: &NewSubmission) -> Result<Kept> {
    let now = tx.now();
    let unmapped = serde_json::to_string(&new.unmapped).unwrap_or_default();
    let id = tx.number(
        sql!(
            "INSERT INTO submission (org_id, uid, dialect, route, key_id, body, unmapped, outcome, received_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'kept', $8) RETURNING id"
        ),
        &[&caller.org, &new.uid, &new.dialect, &new.route, &caller.key(), &new.body, &unmapped, &now],
    )?;
    for slot in &new.files {
        tx.run(
            sql!(
                "INSERT INTO slot (org_id, submission_uid, n, pointer, encoding, sha256) \
                 VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            &[
                &caller.org,
                &new.uid,
                &i64::from(slot.n),
                &slot.pointer,
                &slot.encoding.word(),
                &slot.sha256,
            ],
        )?;
    }
    for slot in &new.eeo {
        tx.run(
            sql!(
                "INSERT INTO eeo (org_id, submission_uid, n, pointer, value, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            &[
                &caller.org,
                &new.uid,
                &i64::from(slot.n),
                &slot.pointer,
                &slot.value,
                &now,
            ],
        )?;
    }
    Ok(Kept {
        id: SubmissionId(id),
        uid: new.uid,
        told: !new.eeo.is_empty(),
    })
}

/// Notes what came of a submission; what it told is the person's from here on. `outcome` is a word: `created`, `enriched`,
/// `stale`…
pub fn settle(
    tx: &mut Tx,
    org: OrgId,
    kept: Kept,
    candidate: Option<CandidateId>,
    application: Option<ApplicationId>,
    outcome: &str,
) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE submission SET candidate_id = $3, application_id = $4, outcome = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &kept.id, &candidate, &application, &outcome],
    )?;
    if let Some(candidate) = candidate.filter(|_| kept.told) {
        eeo::assign(tx, org, kept.uid, candidate)?;
    }
    Ok(())
}

/// Notes what the caller calls whom it wrote of, where the body does not say it.
pub fn name(tx: &mut Tx, org: OrgId, kept: Kept, about: &str) -> Result<()> {
    tx.run(
        sql!("UPDATE submission SET about = $3 WHERE org_id = $1 AND id = $2"),
        &[&org, &kept.id, &about],
    )?;
    Ok(())
}

/// Notes what turned out to have no place in the record while the submission was worked in, by JSON pointers.
pub fn add_unmapped(tx: &mut Tx, org: OrgId, kept: Kept, more: &[String]) -> Result<()> {
    if more.is_empty() {
        return Ok(());
    }
    let row = tx.one(
        sql!("SELECT unmapped FROM submission WHERE org_id = $1 AND id = $2"),
        &[&org, &kept.id],
    )?;
    let text: String = row.ok_or(Problem::NotFound(Noun::Submission))?.get(0)?;
    let mut unmapped: Vec<String> = serde_json::from_str(&text).unwrap_or_default();
    unmapped.extend_from_slice(more);
    let text = serde_json::to_string(&unmapped).unwrap_or_default();
    tx.run(
        sql!("UPDATE submission SET unmapped = $3 WHERE org_id = $1 AND id = $2"),
        &[&org, &kept.id, &text],
    )?;
    Ok(())
}

/// What [`name`] noted.
pub fn named(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Option<String>> {
    let row = r.one(
        sql!("SELECT about FROM submission WHERE org_id = $1 AND uid = $2"),
        &[&org, &uid],
    )?;
    row.map_or(Ok(None), |row| Ok(row.get(0)?))
}

/// A submission as it is read back.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Inside number.
    pub id: SubmissionId,
    /// Outside name.
    pub uid: Uuid,
    /// The dialect it came by.
    pub dialect: String,
    /// The route's template.
    pub route: String,
    /// The body with placeholders for its slots.
    pub body: String,
    /// JSON pointers of values that have no place in the record.
    pub unmapped: Vec<String>,
    /// What came of it.
    pub outcome: String,
    /// The person.
    pub candidate: Option<Uuid>,
    /// The person, by number.
    pub candidate_id: Option<CandidateId>,
    /// The application.
    pub application: Option<Uuid>,
    /// When, µs.
    pub received_at: i64,
}

/// The organization's submission of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Submission> {
    let row = r.one(
        sql!(
            "SELECT s.id, s.uid, s.dialect, s.route, s.body, s.unmapped, s.outcome, c.uid, s.candidate_id, a.uid, \
             s.received_at FROM submission s LEFT JOIN candidate c ON c.id = s.candidate_id \
             LEFT JOIN application a ON a.id = s.application_id WHERE s.org_id = $1 AND s.uid = $2"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Submission)), read)
}

/// A candidate's submissions, oldest first.
pub fn of_candidate(r: &mut Reader, org: OrgId, candidate: CandidateId) -> Result<Vec<Submission>> {
    let rows = r.all(
        sql!(
            "SELECT s.id, s.uid, s.dialect, s.route, s.body, s.unmapped, s.outcome, c.uid, s.candidate_id, a.uid, \
             s.received_at FROM submission s LEFT JOIN candidate c ON c.id = s.candidate_id \
             LEFT JOIN application a ON a.id = s.application_id \
             WHERE s.org_id = $1 AND s.candidate_id = $2 ORDER BY s.id LIMIT 1000"
        ),
        &[&org, &candidate],
    )?;
    rows.iter().map(read).collect()
}

/// The submissions of these candidates, oldest first, with one statement.
///
/// # Panics
/// More than [`crate::page::MOST`] candidates.
pub fn of_candidates(r: &mut Reader, org: OrgId, ids: &[CandidateId]) -> Result<Vec<Submission>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT s.id, s.uid, s.dialect, s.route, s.body, s.unmapped, s.outcome, c.uid, s.candidate_id, a.uid, \
             s.received_at FROM submission s LEFT JOIN candidate c ON c.id = s.candidate_id \
             LEFT JOIN application a ON a.id = s.application_id \
             WHERE s.org_id = $1 AND s.candidate_id IN (",
            hundred!(),
            ") ORDER BY s.id + 0 LIMIT 10000"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read).collect()
}

/// The submissions of these numbers, at most [`crate::page::MOST`]; in no order.
pub fn of_ids(r: &mut Reader, org: OrgId, ids: &[SubmissionId]) -> Result<Vec<Submission>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT s.id, s.uid, s.dialect, s.route, s.body, s.unmapped, s.outcome, c.uid, s.candidate_id, a.uid, \
             s.received_at FROM submission s LEFT JOIN candidate c ON c.id = s.candidate_id \
             LEFT JOIN application a ON a.id = s.application_id \
             WHERE s.org_id + 0 = $1 AND s.id IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read).collect()
}

/// The names of a candidate's submissions, oldest first.
pub fn names_of_candidate(r: &mut Reader, org: OrgId, candidate: CandidateId) -> Result<Vec<Uuid>> {
    let rows = r.all(
        sql!("SELECT uid FROM submission WHERE org_id = $1 AND candidate_id = $2 ORDER BY id LIMIT 1000"),
        &[&org, &candidate],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

fn read(row: &Row) -> Result<Submission> {
    let unmapped: String = row.get(5)?;
    Ok(Submission {
        id: row.get(0)?,
        uid: row.get(1)?,
        dialect: row.get(2)?,
        route: row.get(3)?,
        body: row.get(4)?,
        unmapped: serde_json::from_str(&unmapped).unwrap_or_default(),
        outcome: row.get(6)?,
        candidate: row.get(7)?,
        candidate_id: row.get(8)?,
        application: row.get(9)?,
        received_at: row.get(10)?,
    })
}

/// The file slots of a submission.
pub fn file_slots(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Vec<FileSlot>> {
    let rows = r.all(
        sql!(
            "SELECT n, pointer, encoding, sha256 FROM slot WHERE org_id = $1 AND submission_uid = $2 ORDER BY n LIMIT 10000"
        ),
        &[&org, &uid],
    )?;
    rows.iter()
        .map(|row| {
            let (n, encoding, sha256): (i64, String, Vec<u8>) =
                (row.get(0)?, row.get(2)?, row.get(3)?);
            let broken = || Problem::broken("a slot row does not read");
            Ok(FileSlot {
                n: n as u32,
                pointer: row.get(1)?,
                encoding: Encoding::from_word(&encoding).ok_or_else(broken)?,
                sha256: sha256.try_into().map_err(|_| broken())?,
            })
        })
        .collect()
}

/// How the file slots of a submission are shown: place, digest, size.
pub fn describe_slots(slots: &[FileSlot]) -> Value {
    let one = |s: &FileSlot| json!({"n": s.n, "pointer": s.pointer, "sha256": store::files::hex(&s.sha256)});
    slots.iter().map(one).collect()
}
