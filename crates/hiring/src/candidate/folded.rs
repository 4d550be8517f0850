//! How a record follows from a long past without reading all of it again: the replay as far as it had come is kept every
//! some operations, and goes on from there. What was said stays as it was; this is derived, and may be thrown away.
//!
//! A renewal takes what its foreign record said before out of the replay, wherever that was. So whoever renews a record that
//! has a part in the kept replay replays everything; then only what counts is read in full. The row is written and read under
//! the candidate's lock, as operations are.

use store::{Reader, Tx, sql};

use super::projection::{read_how, read_operation};
use crate::id::{CandidateId, OrgId};
use crate::page::{MOST, hundred, with_hundred};
use crate::problem::Result;
use crate::record::{Folding, How, Newest, Operation, Record};

/// Operations that are replayed again and again before the replay is kept: so many are read in a fraction of a millisecond.
const OFTEN: usize = 32;

/// A replay that was kept.
#[derive(Default)]
struct Kept {
    /// The last operation in it.
    upto: i64,
    /// Foreign records that have a part in it.
    scopes: Vec<String>,
    folding: Folding,
}

/// The record that follows from everything said of the locked candidate.
pub(super) fn record(tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<Record> {
    let kept = look_up(tx, org, id)?;
    // Nearly everybody's past is short and read in one go.
    let few = few(tx, org, id, kept.upto)?;
    let is_in = |how: &How| matches!(how, How::Renew { scope, .. } if kept.scopes.contains(scope));
    let renewed = few.iter().any(|(_, operation)| is_in(&operation.how));
    let (now, replayed) = match few.len() <= OFTEN && !renewed {
        true => (kept.on(&few), few.len()),
        false => whole(tx, org, id)?,
    };
    if replayed >= OFTEN {
        keep(tx, org, id, &now)?;
    }
    Ok(now.folding.record())
}

/// To be called when operations came to the candidate from somebody else, or went to them.
pub(super) fn forget(tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<()> {
    tx.run(
        sql!("DELETE FROM folded WHERE org_id = $1 AND candidate_id = $2"),
        &[&org, &id],
    )?;
    Ok(())
}

impl Kept {
    /// Takes what was said since into the replay.
    fn on(mut self, since: &[(i64, Operation)]) -> Kept {
        let newest = Newest::of(since.iter().map(|(_, operation)| &operation.how));
        for (n, (_, operation)) in since.iter().enumerate() {
            if newest.counts(n, &operation.how) {
                self.take(operation);
            }
        }
        self.upto = since.last().map_or(self.upto, |(id, _)| *id);
        self
    }

    fn take(&mut self, operation: &Operation) {
        self.folding.take(operation);
        match &operation.how {
            How::Renew { scope, .. } if !self.scopes.contains(scope) => {
                self.scopes.push(scope.clone());
            }
            _ => {}
        }
    }
}

/// The operations after that number, oldest first; one more than [`OFTEN`] at most.
fn few(r: &mut Reader, org: OrgId, id: CandidateId, after: i64) -> Result<Vec<(i64, Operation)>> {
    let rows = r.all(
        sql!(
            "SELECT submission_id, how, scope, at, said, id FROM operation \
             WHERE org_id = $1 AND candidate_id = $2 AND id > $3 ORDER BY id LIMIT $4"
        ),
        &[&org, &id, &after, &(OFTEN as i64 + 1)],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(5)?, read_operation(row)?)))
        .collect()
}

/// Everything from the beginning, and how many operations that are. What they said is read only of those that count.
fn whole(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<(Kept, usize)> {
    let rows = r.all(
        sql!(
            "SELECT id, how, scope, at FROM operation WHERE org_id = $1 AND candidate_id = $2 ORDER BY id"
        ),
        &[&org, &id],
    )?;
    let all: Vec<(i64, How)> = rows
        .iter()
        .map(|row| Ok((row.get(0)?, read_how(row)?)))
        .collect::<Result<_>>()?;
    let newest = Newest::of(all.iter().map(|(_, how)| how));
    let counting = all.iter().enumerate();
    let counting = counting.filter(|(n, (_, how))| newest.counts(*n, how));
    let ids: Vec<i64> = counting.map(|(_, (id, _))| *id).collect();
    let mut kept = Kept::default();
    for some in ids.chunks(MOST) {
        for operation in said(r, org, some)? {
            kept.take(&operation);
        }
    }
    kept.upto = all.last().map_or(0, |(id, _)| *id);
    Ok((kept, all.len()))
}

/// The operations of these numbers, oldest first.
fn said(r: &mut Reader, org: OrgId, ids: &[i64]) -> Result<Vec<Operation>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT submission_id, how, scope, at, said FROM operation WHERE org_id + 0 = $1 AND id IN (",
            hundred!(),
            ") ORDER BY id + 0"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read_operation).collect()
}

fn look_up(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<Kept> {
    let row = r.one(
        sql!("SELECT upto, scopes, folding FROM folded WHERE org_id = $1 AND candidate_id = $2"),
        &[&org, &id],
    )?;
    let Some(row) = row else {
        return Ok(Kept::default());
    };
    let (scopes, folding): (String, String) = (row.get(1)?, row.get(2)?);
    // What cannot be read is derived anew.
    let read = serde_json::from_str(&scopes).ok();
    Ok(read.zip(serde_json::from_str(&folding).ok()).map_or_else(
        Kept::default,
        |(scopes, folding)| Kept {
            upto: row.get(0).unwrap_or(0),
            scopes,
            folding,
        },
    ))
}

fn keep(tx: &mut Tx, org: OrgId, id: CandidateId, kept: &Kept) -> Result<()> {
    forget(tx, org, id)?;
    let scopes = serde_json::to_string(&kept.scopes).unwrap_or_default();
    let folding = serde_json::to_string(&kept.folding).unwrap_or_default();
    tx.run(
        sql!("INSERT INTO folded (org_id, candidate_id, upto, scopes, folding) VALUES ($1, $2, $3, $4, $5)"),
        &[&org, &id, &kept.upto, &scopes, &folding],
    )?;
    Ok(())
}
