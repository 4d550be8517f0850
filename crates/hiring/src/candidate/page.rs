//! Lists of candidates with filters, one statement a page.

use store::{Reader, ToValue, sql};

use super::{Candidate, Side, all_indexed, read};
use crate::id::{CandidateId, OrgId};
use crate::page::{Span, hundred, with_hundred};
use crate::problem::Result;
use crate::{tag, text};

/// Tags one list may ask for.
pub const MOST_TAGS: usize = 20;
/// Addresses one list may ask for.
pub const MOST_ADDRESSES: usize = 50;

/// Which candidates a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// Made and changed within.
    pub span: Span,
    /// Of this first name, whatever its case.
    pub first_name: Option<String>,
    /// Of this last name, whatever its case.
    pub last_name: Option<String>,
    /// With any of these tags, whatever their case; empty: whatever their tags. At most [`MOST_TAGS`].
    pub tags: Vec<String>,
    /// With any of these addresses, however they are spelled; `None`: all people. At most [`MOST_ADDRESSES`].
    pub addresses: Option<Vec<String>>,
    /// Also those who are ignored.
    pub ignored: bool,
}

/// The filter's conditions on candidate `c`; `$2` is where the page begins.
macro_rules! conditions {
    () => {
        "c.org_id = $1 AND c.merged_into IS NULL AND (CAST($3 AS BIGINT) IS NULL OR c.created_at > $3) \
         AND (CAST($4 AS BIGINT) IS NULL OR c.created_at < $4) \
         AND (CAST($5 AS BIGINT) IS NULL OR c.updated_at > $5) \
         AND (CAST($6 AS BIGINT) IS NULL OR c.updated_at < $6) \
         AND (CAST($7 AS TEXT) IS NULL OR c.first_key = $7) AND (CAST($8 AS TEXT) IS NULL OR c.last_key = $8) \
         AND (CAST($9 AS BIGINT) = 1 OR c.ignored_at IS NULL) \
         AND (CAST($10 AS BIGINT) = 0 OR c.id IN (SELECT g.candidate_id FROM tagged g WHERE g.org_id = $1 \
         AND g.tag_id IN ($11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)))"
    };
}

/// Whose addresses are asked for: looked up by their index, rather than found while walking the whole list.
macro_rules! addressed {
    () => {
        "c.id IN (SELECT i.candidate_id FROM identity i WHERE i.org_id = $1 AND i.kind = 'email' \
         AND i.value_key IN ($32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81))"
    };
}

/// A page of the organization's candidates, in the order in which they were made; `Before` pages come newest first.
///
/// # Panics
/// More tags or addresses than the filter may have.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    which: &Which,
    side: Side,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let statement = match (side, which.addresses.is_some()) {
        (Side::After(_), false) => sql!(concat!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c WHERE c.id > $2 AND ",
            conditions!(),
            " ORDER BY c.id LIMIT $31"
        )),
        (Side::Before(_), false) => sql!(concat!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c WHERE c.id < $2 AND ",
            conditions!(),
            " ORDER BY c.id DESC LIMIT $31"
        )),
        (Side::After(_), true) => sql!(concat!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c WHERE ",
            addressed!(),
            " AND c.id > $2 AND ",
            conditions!(),
            " ORDER BY c.id LIMIT $31"
        )),
        (Side::Before(_), true) => sql!(concat!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c WHERE ",
            addressed!(),
            " AND c.id < $2 AND ",
            conditions!(),
            " ORDER BY c.id DESC LIMIT $31"
        )),
    };
    if which.first_name.is_some() || which.last_name.is_some() || !which.tags.is_empty() {
        all_indexed(r, org)?;
    }
    let (Side::After(from) | Side::Before(from)) = side;
    let names = [&which.first_name, &which.last_name].map(|n| n.as_deref().map(text::key));
    let mut tags = tag::ids(r, org, &which.tags)?;
    tags.resize(MOST_TAGS, -1);
    let mut keys: Vec<String> = which
        .addresses
        .iter()
        .flatten()
        .filter_map(|a| text::email_key(a))
        .collect();
    // No address has the key "".
    keys.resize(MOST_ADDRESSES, String::new());
    let (ignored, tagged) = (i64::from(which.ignored), i64::from(!which.tags.is_empty()));
    let Span {
        created_after,
        created_before,
        modified_after,
        modified_before,
    } = &which.span;
    let mut parameters: Vec<&dyn ToValue> = vec![
        &org,
        &from,
        created_after,
        created_before,
        modified_after,
        modified_before,
        &names[0],
        &names[1],
        &ignored,
        &tagged,
    ];
    parameters.extend(tags.iter().map(|tag| tag as &dyn ToValue));
    parameters.push(&limit);
    if which.addresses.is_some() {
        parameters.extend(keys.iter().map(|key| key as &dyn ToValue));
    }
    let rows = r.all(statement, &parameters)?;
    rows.iter().map(read).collect()
}

/// The organization's candidates of these numbers, in no particular order, with one statement.
///
/// # Panics
/// More than [`crate::page::MOST`].
pub fn of_ids(r: &mut Reader, org: OrgId, ids: &[CandidateId]) -> Result<Vec<Candidate>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM candidate c \
             WHERE c.org_id = $1 AND c.id IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(read).collect()
}
