//! The same done to many applications of a job, each on its own: a slice of them in one transaction, and for each what came
//! of it. What is refused for one changes nothing of it and stops no other.

use serde_json::json;
use store::{Reader, Tx, sql};

use super::board::{
    Elsewhere, Seen, Shift, Whereabouts, elsewhere, shift_among, tags_of, whereabouts,
};
use super::conclude;
use crate::caller::Caller;
use crate::candidate::{self, CandidateEdit};
use crate::id::{ApplicationId, CatalogId, JobId, OrgId, StageId, Uuid, new_uid};
use crate::job::{self, Stage};
use crate::mail;
use crate::problem::{Clash, Problem, Result};
use crate::record::{Record, Said};
use crate::submission::{self, NewSubmission};
use crate::text;

/// As many are done in one transaction.
pub const SLICE: usize = 100;
/// As many at a time may be asked for.
pub const MOST: usize = 5_000;

/// What is done to each.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Moved to this stage.
    Advance(StageId),
    /// Rejected.
    Reject(Rejection),
    /// Their people get these tags.
    Tag(Vec<String>),
}

/// A rejection.
#[derive(Debug, Clone, Default)]
pub struct Rejection {
    /// Why, from the catalog: its number and its words.
    pub reason: Option<(CatalogId, String)>,
    /// Whether the person is told by mail, and what is said to them beside the template's words.
    pub mail: Option<Option<String>>,
}

/// What came of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Done, but no mail goes out: why.
    WithoutMail(&'static str),
    /// It was so already.
    There,
    /// It was not where it was seen any more: nothing was changed.
    Elsewhere(Elsewhere),
    /// Nothing was changed: why.
    Refused(&'static str),
    /// There is no such application for this job.
    Missing,
}

/// Does it to each of `rows`: outside names, and where each was seen.
///
/// # Panics
/// More than [`SLICE`] rows.
///
/// # Errors
/// [`Problem::Invalid`] when the stage is none of the job's: then nothing was done to any.
pub fn some(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    deed: &Deed,
    rows: &[(Uuid, Seen)],
) -> Result<Vec<Outcome>> {
    assert!(rows.len() <= SLICE, "a slice of more than {SLICE} rows");
    let stages = job::stages(tx, caller.org, job)?;
    let mut outcomes = vec![Outcome::Missing; rows.len()];
    // Everybody takes the rows in one order, so that two who do something to the same ones do not wait in a circle.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|n| rows[*n].0);
    if matches!(deed, Deed::Tag(_)) {
        by_person(tx, caller.org, job, rows, &mut order)?;
    }
    for n in order {
        let (uid, seen) = rows[n];
        outcomes[n] = match one(tx, caller, job, &stages, deed, uid, seen) {
            Ok(outcome) => outcome,
            Err(Problem::NotFound(_)) => Outcome::Missing,
            Err(Problem::Conflict(Clash::NotAllowed(why))) => Outcome::Refused(why),
            Err(other) => return Err(other),
        };
    }
    Ok(outcomes)
}

/// What is changed of people is changed in the order of their numbers.
fn by_person(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    rows: &[(Uuid, Seen)],
    order: &mut [usize],
) -> Result<()> {
    let mut people = Vec::with_capacity(rows.len());
    for (uid, _) in rows {
        people.push(match whereabouts(r, org, job, *uid) {
            Ok(there) => Some(there.candidate),
            Err(Problem::NotFound(_)) => None,
            Err(other) => return Err(other),
        });
    }
    order.sort_by_key(|n| people[*n]);
    Ok(())
}

fn one(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    stages: &[Stage],
    deed: &Deed,
    uid: Uuid,
    seen: Seen,
) -> Result<Outcome> {
    match deed {
        Deed::Advance(to) => Ok(
            match shift_among(tx, caller, job, stages, uid, seen, *to)? {
                Shift::Moved => Outcome::Done,
                Shift::There => Outcome::There,
                Shift::Elsewhere(at) => Outcome::Elsewhere(at),
                Shift::Pending => Outcome::Refused("the invitation is still open"),
            },
        ),
        Deed::Reject(how) => reject(tx, caller, job, stages, how, uid, seen),
        Deed::Tag(names) => {
            let there = whereabouts(tx, caller.org, job, uid)?;
            tag(tx, caller, &there, names)
        }
    }
}

fn reject(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    stages: &[Stage],
    how: &Rejection,
    uid: Uuid,
    seen: Seen,
) -> Result<Outcome> {
    let org = caller.org;
    tx.one(
        sql!("SELECT id FROM application WHERE org_id = $1 AND uid = $2 {for update}"),
        &[&org, &uid],
    )?;
    let there = whereabouts(tx, org, job, uid)?;
    if let Some((had, _)) = there.ended
        && had == super::Disposition::Rejected
    {
        return Ok(Outcome::There);
    }
    if there.ended.is_some() || there.seen != seen {
        return Ok(Outcome::Elsewhere(elsewhere(tx, org, stages, &there)?));
    }
    let done = conclude::reject(tx, caller, there.id, None)?;
    if let Some((id, words)) = &how.reason {
        give_reason(tx, caller, there.id, *id, words)?;
    }
    note_read(tx, caller, there.id)?;
    let Some(message) = &how.mail else {
        return Ok(Outcome::Done);
    };
    if there.pending {
        return Ok(Outcome::WithoutMail(
            "they had not applied yet: the invitation was taken back",
        ));
    }
    match mail::rejection(tx, caller, &done.application, message.as_deref()) {
        Ok(_) => Ok(Outcome::Done),
        // Refused before anything of the mail was written.
        Err(Problem::Conflict(Clash::NotAllowed(why))) => Ok(Outcome::WithoutMail(why)),
        Err(other) => Err(other),
    }
}

fn give_reason(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    reason: CatalogId,
    words: &str,
) -> Result<()> {
    tx.run(
        sql!("UPDATE application SET reason_id = $3, reason = $4 WHERE org_id = $1 AND id = $2"),
        &[&caller.org, &id, &reason, &words],
    )?;
    Ok(())
}

fn note_read(tx: &mut Tx, caller: &Caller, id: ApplicationId) -> Result<()> {
    super::board::note_read(tx, caller.org, id)
}

/// Gives the person tags, as something that was said of them on the desk; those they have stay.
fn tag(tx: &mut Tx, caller: &Caller, there: &Whereabouts, names: &[String]) -> Result<Outcome> {
    let person = candidate::find(tx, caller.org, there.candidate)?;
    let has = |record: &Record, name: &str| {
        let key = text::key(name);
        tags_of(record).any(|had| text::key(had) == key)
    };
    let missing: Vec<&String> = names.iter().filter(|n| !has(&person.record, n)).collect();
    if missing.is_empty() {
        return Ok(Outcome::There);
    }
    let sent = NewSubmission {
        uid: new_uid(),
        dialect: "desk",
        route: "/desk/jobs/{uid}/board",
        body: json!({"add_tags": missing}).to_string(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    let kept = submission::keep(tx, caller, &sent)?;
    candidate::edit_by(tx, caller, kept, there.candidate, &Said::new(), |record| {
        let mut tags: Vec<String> = tags_of(record).map(str::to_owned).collect();
        tags.extend(names.iter().filter(|n| !has(record, n)).cloned());
        let mut said = Said::new();
        said.insert("tags".into(), json!(tags));
        CandidateEdit {
            said,
            ..CandidateEdit::default()
        }
    })?;
    let (person, application) = (Some(there.candidate), Some(there.id));
    submission::settle(tx, caller.org, kept, person, application, "enriched")?;
    Ok(Outcome::Done)
}
