//! What other systems have of two who are one: nobody is to be made there a second time.
//!
//! Everything that a destination has of the one who goes is known as the kept one's from then on, so nothing of it is sent
//! again. The far record of the person is the kept one's too where they had none there; where both had one, both stay known
//! and the kept one's own is used. What waits to be carried is carried for the kept one, in its turn. Decision 0020.

use store::{Tx, sql};

use super::{Candidate, Given, projection};
use crate::id::{CandidateId, OrgId};
use crate::problem::Result;

fn of_remote() -> Given {
    given!("remote")
}

/// Deliveries however they stand: what became of them is the person's history there.
fn of_deliveries() -> Given {
    given!("delivery", apart, " AND t.destination_id IS NOT NULL")
}

/// Gives what destinations have of `gone`, and what waits for them, to `kept`. Both are locked.
pub(super) fn give(
    tx: &mut Tx,
    org: OrgId,
    merging: i64,
    kept: &Candidate,
    gone: &Candidate,
) -> Result<()> {
    give_remote(tx, org, merging, kept, gone)?;
    let deliveries = of_deliveries();
    tx.run(deliveries.note, &[&org, &gone.id, &merging])?;
    tx.run(deliveries.give, &[&org, &kept.id, &merging])?;
    give_turns(tx, org, kept.id, gone.id)
}

fn give_remote(
    tx: &mut Tx,
    org: OrgId,
    merging: i64,
    kept: &Candidate,
    gone: &Candidate,
) -> Result<()> {
    let remote = of_remote();
    tx.run(remote.note, &[&org, &gone.id, &merging])?;
    tx.run(remote.give, &[&org, &kept.id, &merging])?;
    tx.run(
        sql!(
            "UPDATE remote SET our_uid = $3 WHERE org_id = $1 AND candidate_id = $2 AND thing = 'candidate' AND our_uid = $4 \
             AND NOT EXISTS (SELECT 1 FROM remote k WHERE k.destination_id = remote.destination_id \
             AND k.thing = 'candidate' AND k.our_uid = $3)"
        ),
        &[&org, &kept.id, &kept.uid, &gone.uid],
    )?;
    Ok(())
}

/// What is on its way for `gone` holds the kept one's turn, unless they are on their way themselves: then both go on as the
/// two that they were when they were begun.
fn give_turns(tx: &mut Tx, org: OrgId, kept: CandidateId, gone: CandidateId) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("DELETE FROM turn WHERE org_id = $1 AND candidate_id = $2 AND until_at <= $3"),
        &[&org, &kept, &now],
    )?;
    tx.run(
        sql!(
            "UPDATE turn SET candidate_id = $2 WHERE org_id = $1 AND candidate_id = $3 AND NOT EXISTS \
             (SELECT 1 FROM turn k WHERE k.destination_id = turn.destination_id AND k.candidate_id = $2)"
        ),
        &[&org, &kept, &gone],
    )?;
    Ok(())
}

/// The undoing: what was given is `gone`'s again, far records under their own name.
pub(super) fn give_back(
    tx: &mut Tx,
    org: OrgId,
    merging: i64,
    kept: CandidateId,
    gone: CandidateId,
) -> Result<()> {
    let (kept_uid, gone_uid) = (
        projection::as_it_is(tx, org, kept)?.uid,
        projection::as_it_is(tx, org, gone)?.uid,
    );
    for given in [of_remote(), of_deliveries()] {
        tx.run(given.back, &[&org, &kept, &merging, &gone])?;
    }
    // What each of them had, each calls by their own name again. Where a second one was made for them meanwhile, that has it.
    tx.run(
        sql!(
            "UPDATE remote SET our_uid = CASE WHEN EXISTS (SELECT 1 FROM remote k WHERE k.thing = 'candidate' \
             AND k.destination_id = remote.destination_id AND k.our_uid = $3) THEN $3 || '~' || CAST(id AS TEXT) ELSE $3 END \
             WHERE org_id = $1 AND candidate_id = $2 AND thing = 'candidate' AND our_uid = $4"
        ),
        &[&org, &gone, &gone_uid, &kept_uid],
    )?;
    tx.run(
        sql!(
            "UPDATE turn SET candidate_id = $3 WHERE org_id = $1 AND candidate_id = $2 AND EXISTS \
             (SELECT 1 FROM delivery d WHERE d.org_id = $1 AND d.id = turn.delivery_id AND d.candidate_id = $3)"
        ),
        &[&org, &kept, &gone],
    )?;
    Ok(())
}

/// What a delivery has just learned of a person who was merged away while it was on its way belongs to whom they were merged
/// into. Locks them, so that a merge comes before or after.
pub(crate) fn follow(tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<()> {
    let mut from = id;
    while projection::lock_as_it_is(tx, org, from)?.is_some() {
        let row = tx.one(
            sql!(
                "SELECT id, kept_id FROM merging WHERE org_id = $1 AND gone_id = $2 AND undone_at IS NULL \
                 ORDER BY id DESC LIMIT 1"
            ),
            &[&org, &from],
        )?;
        let Some(row) = row else { return Ok(()) };
        let (merging, into): (i64, CandidateId) = (row.get(0)?, row.get(1)?);
        let kept = projection::as_it_is(tx, org, into)?;
        let gone = projection::as_it_is(tx, org, from)?;
        give_remote(tx, org, merging, &kept, &gone)?;
        from = into;
    }
    Ok(())
}
