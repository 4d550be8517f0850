//! Two who are one person, and two again.
//!
//! Everything of the one who goes is given to the one who is kept: what was said, applications, files, notes, addresses, and
//! every row that is given is written down. The record then follows from what was said of both, as ever. Whoever asks for
//! the one who went, by whatever name, gets the one who was kept ([`super::find`] forwards).
//!
//! An undoing gives back just those rows: what happened to the one who was kept since then stays theirs. So merging and
//! undoing leaves two people with the records that they had.

use serde_json::json;
use store::{Reader, Statement, Tx, sql};

use super::duplicate::{forget_verdict, judge};
use super::{Candidate, projection};
use crate::application::{self, Disposition};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{ApplicationId, CandidateId, JobId, OrgId, Uuid, new_uid};
use crate::problem::{Clash, Flaw, FlawCode, Noun, Problem, Result};

/// Why an application was ended by a merge.
const TWICE: &str = "the same person applied twice";

/// What a merge gives away: the statement that writes the rows down, those that give and give back.
struct Given {
    note: &'static Statement,
    give: &'static Statement,
    back: &'static Statement,
}

// `apart`: the table has no index by organization and person, and the organization is not what its rows are looked up by
// (docs/conventions/sql.md, rule 16).
macro_rules! given {
    ($table:literal) => {
        given!($table, "t.org_id", "")
    };
    ($table:literal, apart, $but:literal) => {
        given!($table, "t.org_id + 0", $but)
    };
    ($table:literal, $org:literal, $but:literal) => {
        Given {
            note: sql!(concat!(
                "INSERT INTO merged_row (org_id, merging_id, kind, row_id) \
                 SELECT t.org_id, CAST($3 AS BIGINT), '", $table, "', t.id FROM ", $table,
                " t WHERE ", $org, " = $1 AND t.candidate_id = $2", $but
            )),
            give: sql!(concat!(
                "UPDATE ", $table, " SET candidate_id = $2 WHERE org_id + 0 = $1 AND id IN \
                 (SELECT m.row_id FROM merged_row m WHERE m.org_id = $1 AND m.merging_id = $3 AND m.kind = '", $table, "')"
            )),
            back: sql!(concat!(
                "UPDATE ", $table, " SET candidate_id = $4 WHERE org_id + 0 = $1 AND candidate_id + 0 = $2 AND id IN \
                 (SELECT m.row_id FROM merged_row m WHERE m.org_id = $1 AND m.merging_id = $3 AND m.kind = '", $table, "')"
            )),
        }
    };
}

mod far;

pub(crate) use far::follow as follow_far;

/// Every table whose rows are a person's, but those that follow from the record (`tagged`, `trait`, `feedback`), the log, and
/// what other systems have of them ([`far`]).
fn all_given() -> [Given; 11] {
    [
        given!("identity"),
        given!("operation"),
        given!("submission"),
        given!("eeo"),
        given!("attachment"),
        // Before their applications go, by which they are found.
        given!(
            "invite",
            apart,
            " AND t.application_id IN (SELECT a.id FROM application a WHERE a.org_id = $1 AND a.candidate_id = $2)"
        ),
        given!("application"),
        given!("draft", apart, " AND t.candidate_id IS NOT NULL"),
        given!("note"),
        given!("consent"),
        // Two who claim the same address both go on claiming it.
        given!(
            "claim",
            apart,
            " AND NOT EXISTS (SELECT 1 FROM merging g JOIN claim k ON k.candidate_id = g.kept_id \
             WHERE g.id = $3 AND k.value_key = t.value_key)"
        ),
    ]
}

/// A merge, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// Outside name.
    pub uid: Uuid,
    /// Who was kept.
    pub kept: Uuid,
    /// Who went, and is forwarded.
    pub gone: Uuid,
    /// When, µs.
    pub created_at: i64,
}

/// Jobs for which both have an open application: only one of the two can stay open.
pub fn both_apply(
    r: &mut Reader,
    org: OrgId,
    one: CandidateId,
    two: CandidateId,
) -> Result<Vec<(JobId, ApplicationId)>> {
    // The newer is the one that would end.
    let rows = r.all(
        sql!(
            "SELECT a.job_id, CASE WHEN a.id > b.id THEN a.id ELSE b.id END FROM application a JOIN application b \
             ON b.org_id = a.org_id AND b.job_id = a.job_id AND b.candidate_id = $3 AND b.ended_at IS NULL \
             WHERE a.org_id = $1 AND a.candidate_id = $2 AND a.ended_at IS NULL ORDER BY 1 LIMIT 100"
        ),
        &[&org, &one, &two],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Makes `gone` and `kept` one person. `end_newer`: where both have an open application for one job, the newer ends as
/// withdrawn.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Invalid`] when both are one already; [`Clash::NotAllowed`] when one is to be shown no
/// more, or both have an open application for one job and none is to end.
pub fn merge(
    tx: &mut Tx,
    caller: &Caller,
    kept: CandidateId,
    gone: CandidateId,
    end_newer: bool,
) -> Result<Merging> {
    let org = caller.org;
    let (kept, gone) = lock_both(tx, org, kept, gone)?;
    if kept.id == gone.id {
        return Err(Flaw::new("/other", FlawCode::Contradiction, "both are one person").into());
    }
    if kept.ignored_at.is_some() || gone.ignored_at.is_some() {
        let why = "one of the two is to be shown no more";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    let both = both_apply(tx, org, kept.id, gone.id)?;
    if !both.is_empty() && !end_newer {
        let why = "both have an open application for the same job; say that the newer one ends";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    let (uid, now) = (new_uid(), tx.now());
    let merging = tx.number(
        sql!(
            "INSERT INTO merging (org_id, uid, kept_id, gone_id, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             RETURNING id"
        ),
        &[&org, &uid, &kept.id, &gone.id, &caller.actor(), &now],
    )?;
    for (_, newer) in both {
        application::dispose(tx, caller, newer, Disposition::Withdrawn, Some(TWICE))?;
        write_down(tx, org, merging, "ended", newer.0)?;
    }
    for given in all_given() {
        tx.run(given.note, &[&org, &gone.id, &merging])?;
        tx.run(given.give, &[&org, &kept.id, &merging])?;
    }
    far::give(tx, org, merging, &kept, &gone)?;
    forward(tx, org, merging, &kept, &gone)?;
    judge(tx, caller, kept.id, gone.id, "same")?;
    renew_both(tx, org, kept.clone(), gone.clone())?;
    tell(tx, caller, Kind::CandidateMerged, &kept, &gone)?;
    Ok(Merging {
        uid,
        kept: kept.uid,
        gone: gone.uid,
        created_at: now,
    })
}

fn write_down(tx: &mut Tx, org: OrgId, merging: i64, kind: &str, row: i64) -> Result<()> {
    tx.run(
        sql!("INSERT INTO merged_row (org_id, merging_id, kind, row_id) VALUES ($1, $2, $3, $4)"),
        &[&org, &merging, &kind, &row],
    )?;
    Ok(())
}

/// Both, locked in the order of their numbers; whoever was merged away is who they were merged into.
fn lock_both(
    tx: &mut Tx,
    org: OrgId,
    one: CandidateId,
    two: CandidateId,
) -> Result<(Candidate, Candidate)> {
    let (low, high) = (one.min(two), one.max(two));
    let low = projection::lock(tx, org, low)?;
    let high = projection::lock(tx, org, high)?;
    Ok(if one < two { (low, high) } else { (high, low) })
}

/// From now on, whoever asks for `gone`, or for one who was merged into them, gets `kept`.
fn forward(
    tx: &mut Tx,
    org: OrgId,
    merging: i64,
    kept: &Candidate,
    gone: &Candidate,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO merged_row (org_id, merging_id, kind, row_id) \
             SELECT c.org_id, CAST($3 AS BIGINT), 'candidate', c.id FROM candidate c WHERE c.org_id = $1 AND c.merged_into = $2"
        ),
        &[&org, &gone.id, &merging],
    )?;
    let why = json!({"reason": "MERGED"}).to_string();
    tx.run(
        sql!(
            "UPDATE candidate SET merged_into = $3, ignored_at = COALESCE(ignored_at, $4), \
             ignored_why = COALESCE(ignored_why, $5), updated_at = $4 \
             WHERE org_id + 0 = $1 AND id IN (SELECT CAST($2 AS BIGINT) UNION SELECT m.id FROM candidate m WHERE m.merged_into = $2)"
        ),
        &[&org, &gone.id, &kept.id, &now, &why],
    )?;
    Ok(())
}

fn renew_both(tx: &mut Tx, org: OrgId, mut kept: Candidate, mut gone: Candidate) -> Result<()> {
    // What lists of applications are sorted by follows too, also of those that have just changed hands.
    projection::renew_whole(tx, org, &mut gone)?;
    projection::renew_whole(tx, org, &mut kept)
}

/// Two events, so that whoever follows either of the two hears of it.
fn tell(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    kept: &Candidate,
    gone: &Candidate,
) -> Result<()> {
    let data = json!({"into": kept.uid});
    event::append(tx, caller, kind, &Subject::candidate(gone.id), &data)?;
    let data = json!({"merged": gone.uid});
    let about = Subject::candidate(kept.id);
    event::append(tx, caller, Kind::CandidateUpdated, &about, &data)?;
    Ok(())
}

/// Makes two of one again: what the merge gave is given back.
///
/// # Errors
/// [`Problem::NotFound`]; [`Clash::NotAllowed`] when a later merge must be undone before.
pub fn undo(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Merging> {
    let (org, now) = (caller.org, tx.now());
    let row = tx.one(
        sql!("SELECT id, kept_id, gone_id, created_at FROM merging WHERE org_id = $1 AND uid = $2 AND undone_at IS NULL {for update}"),
        &[&org, &uid],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Merging))?;
    let (merging, kept, gone): (i64, CandidateId, CandidateId) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let later = tx.number(
        sql!(
            "SELECT COUNT(*) FROM merging WHERE org_id = $1 AND id > $2 AND undone_at IS NULL \
             AND (gone_id = $3 OR (kept_id = $3 AND gone_id = $4))"
        ),
        &[&org, &merging, &kept, &gone],
    )?;
    if later > 0 {
        let why = "a later merge has to be undone first";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    for id in [kept.min(gone), kept.max(gone)] {
        projection::lock_as_it_is(tx, org, id)?;
    }
    for given in all_given() {
        tx.run(given.back, &[&org, &kept, &merging, &gone])?;
    }
    far::give_back(tx, org, merging, kept, gone)?;
    reopen(tx, caller, merging)?;
    tx.run(
        sql!(
            "UPDATE candidate SET merged_into = NULL, ignored_at = NULL, ignored_why = NULL, updated_at = $3 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &gone, &now],
    )?;
    tx.run(
        sql!(
            "UPDATE candidate SET merged_into = $3 WHERE org_id = $1 AND id IN \
             (SELECT m.row_id FROM merged_row m WHERE m.org_id = $1 AND m.merging_id = $2 AND m.kind = 'candidate')"
        ),
        &[&org, &merging, &gone],
    )?;
    tx.run(
        sql!("UPDATE merging SET undone_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&org, &merging, &now],
    )?;
    let (kept, gone) = (
        projection::as_it_is(tx, org, kept)?,
        projection::as_it_is(tx, org, gone)?,
    );
    forget_verdict(tx, org, kept.id, gone.id)?;
    renew_both(tx, org, kept.clone(), gone.clone())?;
    tell(tx, caller, Kind::CandidateUnmerged, &kept, &gone)?;
    Ok(Merging {
        uid,
        kept: kept.uid,
        gone: gone.uid,
        created_at: row.get(3)?,
    })
}

/// The applications that the merge ended are open again, unless somebody has opened another one for the job since then.
fn reopen(tx: &mut Tx, caller: &Caller, merging: i64) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    let ended = tx.all(
        sql!(
            "SELECT a.id, a.candidate_id, a.job_id FROM merged_row m JOIN application a ON a.id = m.row_id \
             WHERE m.org_id = $1 AND m.merging_id = $2 AND m.kind = 'ended' ORDER BY a.id"
        ),
        &[&org, &merging],
    )?;
    for row in &ended {
        let (id, candidate, job): (ApplicationId, CandidateId, JobId) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let open = tx.run(
            sql!(
                "UPDATE application SET disposition = NULL, reason = NULL, ended_at = NULL, updated_at = $5, status_at = $5 \
                 WHERE org_id = $1 AND id = $2 AND disposition = 'withdrawn' AND reason = $6 AND NOT EXISTS \
                 (SELECT 1 FROM application o WHERE o.org_id = $1 AND o.candidate_id = $3 AND o.job_id = $4 AND o.ended_at IS NULL)"
            ),
            &[&org, &id, &candidate, &job, &now, &TWICE],
        )?;
        if open == 1 {
            let about = Subject::application(candidate, id, job);
            let data = json!({"details": ["disposition"]});
            event::append(tx, caller, Kind::ApplicationUpdated, &about, &data)?;
        }
    }
    Ok(())
}

/// The merges that hold of which somebody was kept or went, newest first.
pub fn mergings(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<Vec<Merging>> {
    let rows = r.all(
        sql!(
            "SELECT g.uid, k.uid, o.uid, g.created_at FROM merging g JOIN candidate k ON k.id = g.kept_id \
             JOIN candidate o ON o.id = g.gone_id \
             WHERE g.id IN (SELECT m.id FROM merging m WHERE m.org_id = $1 AND m.kept_id = $2 \
             UNION SELECT m.id FROM merging m WHERE m.org_id = $1 AND m.gone_id = $2) \
             AND g.undone_at IS NULL ORDER BY g.id DESC LIMIT 50"
        ),
        &[&org, &id],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Merging {
                uid: row.get(0)?,
                kept: row.get(1)?,
                gone: row.get(2)?,
                created_at: row.get(3)?,
            })
        })
        .collect()
}
