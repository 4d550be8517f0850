//! What lists have in common: which part is read, and which times it spans.
//!
//! Lists page by row number. Rows that belong to the rows of a page (a page of candidates, their applications) are read
//! with one statement for the whole page: see [`hundred`].

use store::ToValue;
use uuid::Uuid;

/// Which way a page of a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Those after the given number, oldest first.
    After(i64),
    /// Those before it, newest first.
    Before(i64),
}

/// Rows made and changed within these moments, strictly, in µs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Span {
    pub created_after: Option<i64>,
    pub created_before: Option<i64>,
    pub modified_after: Option<i64>,
    pub modified_before: Option<i64>,
}

impl Span {
    /// Whether a row made at `created` and last changed at `modified` lies in it.
    pub fn holds(&self, created: i64, modified: i64) -> bool {
        let after = |bound: Option<i64>, at| bound.is_none_or(|b| at > b);
        let before = |bound: Option<i64>, at| bound.is_none_or(|b| at < b);
        after(self.created_after, created)
            && before(self.created_before, created)
            && after(self.modified_after, modified)
            && before(self.modified_before, modified)
    }

    /// The moments between which (strictly) a row must have been made that never changes afterwards.
    pub fn of_unchanging(&self) -> (i64, i64) {
        let after = self.created_after.max(self.modified_after);
        let before = [self.created_before, self.modified_before];
        let before = before.into_iter().flatten().min();
        (after.unwrap_or(i64::MIN), before.unwrap_or(i64::MAX))
    }
}

/// Rows of a page at most, where rows that belong to them are read with one statement.
pub const MOST: usize = 100;

/// `$2, $3 … $101`: a list of a hundred numbers, for `WHERE org_id = $1 AND x IN (…)`. Neither engine takes a list as one
/// parameter in a way that the other understands, and a statement's text is fixed, so the list has a fixed length.
///
/// Where such rows are ordered by their number, write `ORDER BY a.id + 0`: with the bare column SQLite would rather walk
/// the organization's whole list in that order than look up a hundred people's rows and sort them.
macro_rules! hundred {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81, $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100, $101"
    };
}
pub(crate) use hundred;

/// The parameters of a statement with [`hundred!`]: the organization, then `ids`, filled up with the number of no row.
///
/// # Panics
/// More than [`MOST`] ids.
pub(crate) fn with_hundred<'v, I: ToValue>(
    org: &'v crate::id::OrgId,
    ids: &'v [I],
) -> Vec<&'v dyn ToValue> {
    assert!(ids.len() <= MOST, "a page of more than {MOST} rows");
    let mut parameters: Vec<&dyn ToValue> = Vec::with_capacity(MOST + 1);
    parameters.push(org);
    parameters.extend(ids.iter().map(|id| id as &dyn ToValue));
    parameters.resize(MOST + 1, &NOBODY);
    parameters
}

/// The same with outside names.
///
/// # Panics
/// More than [`MOST`] names.
pub(crate) fn with_hundred_names<'v>(
    org: &'v crate::id::OrgId,
    uids: &'v [Uuid],
) -> Vec<&'v dyn ToValue> {
    assert!(uids.len() <= MOST, "a page of more than {MOST} rows");
    let mut parameters: Vec<&dyn ToValue> = Vec::with_capacity(MOST + 1);
    parameters.push(org);
    parameters.extend(uids.iter().map(|uid| uid as &dyn ToValue));
    parameters.resize(MOST + 1, &NOBODYS);
    parameters
}

/// No row has this number.
static NOBODY: i64 = -1;
/// No row has this name.
static NOBODYS: Uuid = Uuid::nil();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_open_at_both_ends() {
        let span = Span {
            created_after: Some(1),
            created_before: Some(3),
            modified_after: Some(5),
            modified_before: None,
        };
        assert!(span.holds(2, 6));
        for (created, modified) in [(1, 6), (3, 6), (2, 5)] {
            assert!(!span.holds(created, modified));
        }
        assert!(Span::default().holds(0, 0));
    }

    #[test]
    fn what_never_changes_lies_between_the_nearest_moments() {
        let span = Span {
            created_after: Some(1),
            created_before: Some(9),
            modified_after: Some(5),
            modified_before: None,
        };
        assert_eq!(span.of_unchanging(), (5, 9));
        assert_eq!(Span::default().of_unchanging(), (i64::MIN, i64::MAX));
    }
}
