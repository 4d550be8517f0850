//! Whose a `candidateId` is: the far system's own id, or ours for people who came by other dialects. People who are to be
//! ignored are nobody here.

use std::collections::HashMap;

use hiring::candidate::{self, Candidate, ForeignId};
use hiring::id::{CandidateId, OrgId, Uuid};
use hiring::problem::{Noun, Problem, Result};
use store::{Reader, Tx};

use crate::eightfold::NAME;
use crate::eightfold::wire::MAX_ID;

/// The kind of identity that the ids of `system` are.
pub(super) fn kind(system: &str) -> String {
    format!("{NAME}:{system}")
}

/// The system whose ids are of this kind, where it is one of this dialect.
pub(super) fn system_of(kind: &str) -> Option<&str> {
    kind.strip_prefix(NAME)?.strip_prefix(':')
}

/// `key` as an identity: each system is a namespace of its own.
pub(super) fn foreign_id(system: &str, key: &str) -> ForeignId {
    ForeignId {
        kind: kind(system),
        key: key.to_owned(),
    }
}

/// The foreign record of one system's one candidate.
pub(super) fn scope(foreign: &ForeignId) -> String {
    format!("{}\u{1f}{}", foreign.kind, foreign.key)
}

/// The organization's person that `system` calls `candidate_id`.
///
/// # Errors
/// `NotFound`, also of one who is to be ignored.
pub(super) fn find(
    r: &mut Reader,
    org: OrgId,
    system: &str,
    candidate_id: &str,
) -> Result<Candidate> {
    let missing = Problem::NotFound(Noun::Candidate);
    // Nobody was ever stored under such an id, and a database may choke on it.
    if !is_storable(candidate_id) {
        return Err(missing);
    }
    let foreign = foreign_id(system, candidate_id);
    let found = match candidate::look_up_foreign(r, org, &foreign)? {
        Some(known) => Some(known),
        None => by_our_name(r, org, candidate_id)?,
    };
    found
        .filter(|person| person.ignored_at.is_none())
        .ok_or(missing)
}

/// Whether a database can hold `id`.
pub(super) fn is_storable(id: &str) -> bool {
    !id.contains('\0') && id.chars().count() <= MAX_ID
}

/// The foreign record that is written under `candidate_id`. A caller may address a person by the UUID it was shown: that
/// is then the record that its system has of them, and where it has none the UUID is from then on its id of them.
pub(super) fn record(
    tx: &mut Tx,
    org: OrgId,
    system: &str,
    candidate_id: &str,
) -> Result<ForeignId> {
    let foreign = foreign_id(system, candidate_id);
    if Uuid::try_parse(candidate_id).is_err() {
        return Ok(foreign);
    }
    if candidate::look_up_foreign(tx, org, &foreign)?.is_some() {
        return Ok(foreign);
    }
    let Some(known) = by_our_name(tx, org, candidate_id)? else {
        return Ok(foreign);
    };
    let keys = candidate::foreign_keys(tx, org, known.id, &foreign.kind)?;
    match keys.into_iter().next() {
        Some(key) => Ok(foreign_id(system, &key)),
        None => {
            candidate::add_foreign(tx, org, known.id, &foreign)?;
            Ok(foreign)
        }
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

/// The organization's profile of this id.
///
/// # Errors
/// `NotFound`, also of one who is to be ignored.
pub(super) fn profile(r: &mut Reader, org: OrgId, id: &str) -> Result<Candidate> {
    let found = by_our_name(r, org, id)?.filter(|person| person.ignored_at.is_none());
    found.ok_or(Problem::NotFound(Noun::Candidate))
}

/// (system, id) of each of these people, for every system of this dialect that knows them, oldest first.
pub(super) fn known_as(
    r: &mut Reader,
    org: OrgId,
    people: &[CandidateId],
) -> Result<HashMap<CandidateId, Vec<(String, String)>>> {
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for (person, foreign) in candidate::foreign_ids_of(r, org, people)? {
        if let Some(system) = system_of(&foreign.kind) {
            let known = all.entry(person).or_default();
            known.push((system.to_owned(), foreign.key));
        }
    }
    Ok(all)
}
