//! What somebody consented to: the whole text as they saw it, its version, its purpose, when, and when they took it back.

use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{ApplicationId, CandidateId, OrgId, Uuid, new_uid};
use crate::job::ConsentText;
use crate::problem::Result;

/// A consent on its way to be kept.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// The form's field it was given by.
    pub field: String,
    /// What was consented to.
    pub text: ConsentText,
    /// The language of the page around it, as a tag.
    pub language: String,
    /// What was sent.
    pub submission: Uuid,
}

/// A consent as it is read back.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Outside name.
    pub uid: Uuid,
    /// For which application, if for one.
    pub application: Option<ApplicationId>,
    /// What was sent.
    pub submission: Option<Uuid>,
    /// The form's field it was given by.
    pub field: String,
    /// What was consented to.
    pub text: ConsentText,
    /// The language of the page around it.
    pub language: String,
    /// When, µs.
    pub given_at: i64,
    /// When it was taken back, µs.
    pub withdrawn_at: Option<i64>,
}

/// Keeps a consent.
pub fn give(tx: &mut Tx, caller: &Caller, about: &Subject, new: &NewConsent) -> Result<()> {
    let (uid, now) = (new_uid(), tx.now());
    tx.run(
        sql!(
            "INSERT INTO consent (org_id, uid, candidate_id, application_id, submission_uid, field, text, version, \
             purpose, language, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        &[
            &caller.org, &uid, &about.candidate, &about.application, &new.submission, &new.field, &new.text.text,
            &new.text.version, &new.text.purpose, &new.language, &now,
        ],
    )?;
    let data = serde_json::json!({"consent": uid, "field": new.field});
    event::append(tx, caller, Kind::ConsentGiven, about, &data)?;
    Ok(())
}

/// Takes back what was consented to with an application.
pub fn withdraw(tx: &mut Tx, caller: &Caller, about: &Subject) -> Result<()> {
    let now = tx.now();
    let rows = tx.all(
        sql!(
            "SELECT uid FROM consent WHERE org_id = $1 AND candidate_id = $2 AND application_id = $3 \
             AND withdrawn_at IS NULL ORDER BY id LIMIT 500"
        ),
        &[&caller.org, &about.candidate, &about.application],
    )?;
    for row in rows {
        let uid: Uuid = row.get(0)?;
        tx.run(
            sql!("UPDATE consent SET withdrawn_at = $3 WHERE org_id = $1 AND uid = $2"),
            &[&caller.org, &uid, &now],
        )?;
        let data = serde_json::json!({"consent": uid});
        event::append(tx, caller, Kind::ConsentWithdrawn, about, &data)?;
    }
    Ok(())
}

/// What a person consented to, oldest first.
pub fn of_candidate(r: &mut Reader, org: OrgId, candidate: CandidateId) -> Result<Vec<Consent>> {
    let rows = r.all(
        sql!(
            "SELECT uid, application_id, submission_uid, field, text, version, purpose, language, given_at, \
             withdrawn_at FROM consent WHERE org_id = $1 AND candidate_id = $2 ORDER BY id LIMIT 1000"
        ),
        &[&org, &candidate],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Consent> {
    Ok(Consent {
        uid: row.get(0)?,
        application: row.get(1)?,
        submission: row.get(2)?,
        field: row.get(3)?,
        text: ConsentText {
            text: row.get(4)?,
            version: row.get(5)?,
            purpose: row.get(6)?,
        },
        language: row.get(7)?,
        given_at: row.get(8)?,
        withdrawn_at: row.get(9)?,
    })
}
