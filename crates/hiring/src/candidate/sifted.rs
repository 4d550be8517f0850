//! Lists of people for callers that page by offset and want to know how many there are: words, addresses, ids and times,
//! all in SQL. People who are to be ignored are in none of them.
//!
//! Each question is two statements: which people (numbers only, from the index `candidate_shown`), and how many. What a
//! page shows of them is read by their numbers ([`super::of_ids`]).

use store::{Reader, ToValue, sql};

use super::ForeignId;
use super::identity::EMAIL;
use crate::id::{CandidateId, OrgId, Uuid};
use crate::page::{hundred, with_hundred, with_hundred_names};
use crate::problem::Result;
use crate::text;

/// Words one list may ask for.
pub const MOST_WORDS: usize = 5;

/// A word, and how it must lie in a name or an address: with something before or after it, or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Folded; see [`text::key`].
    pub key: String,
    /// Whether it may go on before what is sought.
    pub open_start: bool,
    /// Whether it may go on after it.
    pub open_end: bool,
}

impl Word {
    /// What must be contained in a name or an address with a blank at each end.
    fn within(&self) -> String {
        let edge = |open: bool| if open { "" } else { " " };
        let (start, end) = (edge(self.open_start), edge(self.open_end));
        format!("{start}{}{end}", self.key)
    }
}

/// Which people a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sieve {
    /// Whose this address is.
    pub email: Option<String>,
    /// Whose one of these foreign ids is, of each of the lists.
    pub foreign: Vec<Vec<ForeignId>>,
    /// Those of these outside names, at most [`crate::page::MOST`].
    pub uids: Option<Vec<Uuid>>,
    /// Changed at this moment or later, µs.
    pub changed_from: Option<i64>,
    /// Changed at this moment or before, µs.
    pub changed_to: Option<i64>,
    /// Each of these in the first 300 characters of the name or in an address, at most [`MOST_WORDS`].
    pub words: Vec<Word>,
}

macro_rules! word {
    ($n:literal) => {
        concat!(
            " AND (CAST($", $n, " AS TEXT) IS NULL OR REPLACE(' ' || substr(c.name_key, 1, 300) || ' ', $", $n, ", '') <> ' ' || substr(c.name_key, 1, 300) || ' ' \
             OR c.id IN (SELECT i.candidate_id FROM identity i WHERE i.org_id = $1 AND i.kind = 'email' \
             AND REPLACE(' ' || i.value_key || ' ', $", $n, ", '') <> ' ' || i.value_key || ' '))"
        )
    };
}

macro_rules! conditions {
    () => {
        concat!(
            "c.org_id = $1 AND c.ignored_at IS NULL AND (CAST($102 AS BIGINT) IS NULL OR c.updated_at >= $102) \
             AND (CAST($103 AS BIGINT) IS NULL OR c.updated_at <= $103)",
            word!("104"), word!("105"), word!("106"), word!("107"), word!("108")
        )
    };
}

/// The same without a list of numbers before it.
macro_rules! everyone {
    () => {
        concat!(
            "c.org_id = $1 AND c.ignored_at IS NULL AND (CAST($2 AS BIGINT) IS NULL OR c.updated_at >= $2) \
             AND (CAST($3 AS BIGINT) IS NULL OR c.updated_at <= $3)",
            word!("4"), word!("5"), word!("6"), word!("7"), word!("8")
        )
    };
}

/// How many people the sieve lets through, and the numbers of `limit` of them from the `offset`-th on, in the order in
/// which they were made.
///
/// # Panics
/// More words or names than a sieve may have.
pub fn sifted(
    r: &mut Reader,
    org: OrgId,
    sieve: &Sieve,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<CandidateId>)> {
    let mut words: Vec<Option<String>> = sieve.words.iter().map(|w| Some(w.within())).collect();
    assert!(words.len() <= MOST_WORDS, "more than {MOST_WORDS} words");
    words.resize(MOST_WORDS, None);
    let mut rest: Vec<&dyn ToValue> = vec![&sieve.changed_from, &sieve.changed_to];
    rest.extend(words.iter().map(|w| w as &dyn ToValue));
    match named(r, org, sieve)? {
        Some(ids) => some(r, org, &ids, &rest, limit, offset),
        None => all(r, org, &rest, limit, offset),
    }
}

fn all(
    r: &mut Reader,
    org: OrgId,
    rest: &[&dyn ToValue],
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<CandidateId>)> {
    let mut parameters: Vec<&dyn ToValue> = vec![&org];
    parameters.extend(rest);
    let total = r.number(
        sql!(concat!(
            "SELECT COUNT(*) FROM candidate c WHERE ",
            everyone!()
        )),
        &parameters,
    )?;
    parameters.extend([&limit as &dyn ToValue, &offset]);
    let rows = r.all(
        sql!(concat!(
            "SELECT c.id FROM candidate c WHERE ",
            everyone!(),
            " ORDER BY c.id LIMIT $9 OFFSET $10"
        )),
        &parameters,
    )?;
    let ids = rows.iter().map(|row| Ok(row.get(0)?));
    Ok((total, ids.collect::<Result<_>>()?))
}

/// Those of few people whom the other conditions let through.
fn some(
    r: &mut Reader,
    org: OrgId,
    ids: &[CandidateId],
    rest: &[&dyn ToValue],
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<CandidateId>)> {
    let mut parameters = with_hundred(&org, ids);
    parameters.extend(rest);
    let rows = r.all(
        sql!(concat!(
            "SELECT c.id FROM candidate c WHERE c.id IN (",
            hundred!(),
            ") AND ",
            conditions!(),
            " ORDER BY c.id + 0 LIMIT 100"
        )),
        &parameters,
    )?;
    let ids = rows.iter().map(|row| Ok(row.get(0)?));
    let ids: Vec<CandidateId> = ids.collect::<Result<_>>()?;
    let (skip, take) = (offset.max(0) as usize, limit.max(0) as usize);
    Ok((
        ids.len() as i64,
        ids.into_iter().skip(skip).take(take).collect(),
    ))
}

/// The people whom the sieve names, by each of its ways of naming; `None` when it names nobody in particular.
fn named(r: &mut Reader, org: OrgId, sieve: &Sieve) -> Result<Option<Vec<CandidateId>>> {
    let mut found: Option<Vec<CandidateId>> = None;
    let mut narrow = |ids: Vec<CandidateId>| {
        let both = match found.take() {
            Some(had) => had.into_iter().filter(|id| ids.contains(id)).collect(),
            None => ids,
        };
        found = Some(both);
    };
    if let Some(address) = &sieve.email {
        let key = text::email_key(address).unwrap_or_default();
        narrow(owner(r, org, EMAIL, &key)?.into_iter().collect());
    }
    for ids in &sieve.foreign {
        let mut owners = Vec::new();
        for id in ids {
            owners.extend(owner(r, org, &id.kind, &id.key)?);
        }
        owners.sort_unstable();
        owners.dedup();
        owners.truncate(crate::page::MOST);
        narrow(owners);
    }
    if let Some(uids) = &sieve.uids {
        narrow(numbers(r, org, uids)?);
    }
    Ok(found)
}

fn owner(r: &mut Reader, org: OrgId, kind: &str, key: &str) -> Result<Option<CandidateId>> {
    let row = r.one(
        sql!(
            "SELECT candidate_id FROM identity WHERE org_id = $1 AND kind = $2 AND value_key = $3 \
             AND candidate_id IS NOT NULL"
        ),
        &[&org, &kind, &key],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// The numbers of the people of these outside names, in no order.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn numbers(r: &mut Reader, org: OrgId, uids: &[Uuid]) -> Result<Vec<CandidateId>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id FROM candidate WHERE org_id + 0 = $1 AND uid IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred_names(&org, uids),
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// The kinds of foreign ids that begin with `prefix`, of which there are few: each look-up jumps to the next.
pub fn kinds(r: &mut Reader, org: OrgId, prefix: &str) -> Result<Vec<String>> {
    let (mut kinds, mut last) = (Vec::new(), prefix.to_owned());
    while kinds.len() < 1_000 {
        let next = r.one(
            sql!("SELECT MIN(kind) FROM identity WHERE org_id = $1 AND kind > $2"),
            &[&org, &last],
        )?;
        let next: Option<String> = next.map_or(Ok(None), |row| row.get(0))?;
        match next {
            Some(kind) if kind.starts_with(prefix) => {
                last.clone_from(&kind);
                kinds.push(kind);
            }
            _ => break,
        }
    }
    Ok(kinds)
}

/// The foreign ids of these people, whatever their kind, oldest first: no addresses.
///
/// # Panics
/// More than [`crate::page::MOST`] people.
pub fn foreign_ids_of(
    r: &mut Reader,
    org: OrgId,
    ids: &[CandidateId],
) -> Result<Vec<(CandidateId, ForeignId)>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT candidate_id, kind, value_key FROM identity WHERE org_id = $1 AND candidate_id IN (",
            hundred!(),
            ") AND kind <> 'email' ORDER BY id + 0 LIMIT 10000"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter()
        .map(|row| {
            Ok((
                row.get(0)?,
                ForeignId {
                    kind: row.get(1)?,
                    key: row.get(2)?,
                },
            ))
        })
        .collect()
}
