//! Whose a `candidateId` is: the far system's own id, or ours for people who came by other dialects.

use hiring::candidate::{self, Candidate, ForeignId};
use hiring::id::{OrgId, Uuid};
use hiring::problem::{Noun, Problem, Result};
use store::{Reader, Tx};

use crate::eightfold::NAME;
use crate::eightfold::wire::MAX_ID;

/// The kind of identity that the ids of `system` are.
pub(super) fn kind(system: &str) -> String {
    format!("{NAME}:{system}")
}

/// `candidate_id` as an identity: each system is a namespace of its own.
pub(super) fn foreign_id(system: &str, candidate_id: &str) -> ForeignId {
    ForeignId {
        kind: kind(system),
        key: candidate_id.to_owned(),
    }
}

/// The organization's person that `system` calls `candidate_id`.
pub(super) fn find(
    r: &mut Reader,
    org: OrgId,
    system: &str,
    candidate_id: &str,
) -> Result<Candidate> {
    let missing = Problem::NotFound(Noun::Candidate);
    // Nobody was ever stored under such an id, and a database may choke on it.
    if candidate_id.contains('\0') || candidate_id.chars().count() > MAX_ID {
        return Err(missing);
    }
    let foreign = foreign_id(system, candidate_id);
    match candidate::look_up_foreign(r, org, &foreign)? {
        Some(known) => Ok(known),
        None => by_our_name(r, org, candidate_id)?.ok_or(missing),
    }
}

/// A caller may address a person by the UUID it was shown: from then on that is this system's id of them.
pub(super) fn adopt(tx: &mut Tx, org: OrgId, foreign: &ForeignId) -> Result<()> {
    if Uuid::try_parse(&foreign.key).is_err() {
        return Ok(());
    }
    if candidate::look_up_foreign(tx, org, foreign)?.is_some() {
        return Ok(());
    }
    match by_our_name(tx, org, &foreign.key)? {
        Some(known) => candidate::add_foreign(tx, org, known.id, foreign),
        None => Ok(()),
    }
}

fn by_our_name(r: &mut Reader, org: OrgId, text: &str) -> Result<Option<Candidate>> {
    let Ok(uid) = Uuid::try_parse(text) else {
        return Ok(None);
    };
    match candidate::find_by_uid(r, org, uid) {
        Ok(found) => Ok(Some(found)),
        Err(Problem::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
