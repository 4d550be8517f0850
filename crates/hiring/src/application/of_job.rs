//! The applications for one job as those look through them who choose: with any filter, in any order, page by page.
//!
//! Which indexes serve this stands in `V3__looking_through.sql`. A condition that may be switched off is looked up in no
//! index, so the statements walk the job's applications in the order that is asked for and stop when the page is full.

use store::{Reader, Row, Statement, ToValue, sql};

use super::{Application, Disposition, find, read, read_candidate};
use crate::candidate::{self, Candidate};
use crate::id::{ApplicationId, CandidateId, JobId, OrgId, StageId};
use crate::problem::{Problem, Result};

/// How an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There only because of an open invite.
    Pending,
    /// Submitted and not ended.
    Open,
    /// Ended so.
    Ended(Disposition),
}

impl Standing {
    /// The word by which statements know it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Pending => "pending",
            Standing::Open => "open",
            Standing::Ended(how) => how.word(),
        }
    }

    pub(super) fn parse(word: &str) -> Standing {
        match Disposition::parse(word) {
            Some(how) => Standing::Ended(how),
            None if word == "pending" => Standing::Pending,
            None => Standing::Open,
        }
    }
}

impl Application {
    /// How it stands.
    pub fn standing(&self) -> Standing {
        match self.disposition {
            Some(how) => Standing::Ended(how),
            None if self.pending => Standing::Pending,
            None => Standing::Open,
        }
    }
}

/// [`Standing::word`] of application `a`.
macro_rules! standing {
    () => {
        "CASE WHEN a.disposition IS NOT NULL THEN a.disposition WHEN a.pending = 1 THEN 'pending' ELSE 'open' END"
    };
}
pub(super) use standing;

/// Applications made and changed within these moments: from the first on, before the second, µs. Both `None`: whenever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Window {
    pub created: (Option<i64>, Option<i64>),
    pub updated: (Option<i64>, Option<i64>),
}

impl Window {
    /// The four bounds as statements take them.
    pub(super) fn bounds(&self) -> [i64; 4] {
        let of = |(from, before): (Option<i64>, Option<i64>)| {
            (from.unwrap_or(i64::MIN), before.unwrap_or(i64::MAX))
        };
        let ((created, made), (updated, changed)) = (of(self.created), of(self.updated));
        [created, made, updated, changed]
    }
}

/// Which applications a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// In this stage.
    pub stage: Option<StageId>,
    /// Standing in any of these ways; `None`: in any.
    pub standing: Option<Vec<Standing>>,
    /// Of people whose name contains this text, whatever its case.
    pub name_part: Option<String>,
    /// Of people one of whose addresses contains this text, whatever its case.
    pub email_part: Option<String>,
    /// Of this person.
    pub candidate: Option<CandidateId>,
    /// This one.
    pub application: Option<ApplicationId>,
    /// Made and changed within.
    pub window: Window,
}

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum By {
    #[default]
    Added,
    Updated,
    Name,
    Email,
}

/// An order. Of equals, the one that was made first is the lesser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Order {
    pub by: By,
    pub descending: bool,
}

/// The conditions, but for the job's and the person's. Added to a number, a column is looked up in no index: an index of
/// moments would be taken for the best where all moments are meant.
macro_rules! conditions {
    () => {
        concat!(
            " AND (CAST($3 AS BIGINT) IS NULL OR a.stage_id = $3) AND (CAST($4 AS TEXT) IS NULL OR REPLACE($4, ",
            standing!(),
            ", '') <> $4) AND (CAST($5 AS TEXT) IS NULL OR REPLACE(a.sort_name, $5, '') <> a.sort_name) \
             AND (CAST($6 AS TEXT) IS NULL OR a.candidate_id IN (SELECT i.candidate_id FROM identity i \
             WHERE i.org_id = $1 AND i.kind = 'email' AND REPLACE(i.value_key, $6, '') <> i.value_key)) \
             AND a.created_at + 0 >= $7 AND a.created_at + 0 < $8 AND a.updated_at + 0 >= $9 AND a.updated_at + 0 < $10"
        )
    };
}

/// All of a job's, as most lists are asked for: without conditions PostgreSQL sees that the order's index serves best.
macro_rules! all {
    () => {
        "a.org_id = $1 AND a.job_id = $2"
    };
}

/// Those of a job's that pass.
macro_rules! walked {
    () => {
        concat!("a.org_id = $1 AND a.job_id = $2", conditions!())
    };
}

/// One person's, of whom there are few: `$11`, and one application's, `$12`. In a SELECT of its own, or SQLite would rather
/// walk the index by which all are counted.
macro_rules! looked_up {
    () => {
        concat!(
            "a.id IN (SELECT o.id FROM application o WHERE o.org_id = $1 AND o.candidate_id = $11) \
             AND a.org_id + 0 = $1 AND a.job_id + 0 = $2 AND (CAST($12 AS BIGINT) IS NULL OR a.id = $12)",
            conditions!()
        )
    };
}

/// A page: first the numbers of its applications, then those in full, so that no more is carried through the order.
macro_rules! in_order {
    ($which:ident, $key:literal, $way:literal, $limit:literal) => {
        sql!(concat!(
            "SELECT a.id, a.uid, a.candidate_id, a.job_id, a.stage_id, a.pending, a.source, a.foreign_key, a.answers, \
             a.details, a.disposition, a.reason, a.created_at, a.applied_at, a.stage_at, a.ended_at, a.updated_at, \
             c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM (SELECT a.id AS id FROM application a \
             WHERE ",
            $which!(),
            " ORDER BY a.", $key, $way, ", a.id", $way, $limit,
            ") p JOIN application a ON a.id = p.id JOIN candidate c ON c.id = a.candidate_id ORDER BY a.",
            $key, $way, ", a.id", $way
        ))
    };
}

/// The statements of one kind of list, by [`Order`].
macro_rules! statements {
    ($which:ident, $order:expr, $limit:literal) => {
        match ($order.by, $order.descending) {
            (By::Added, false) => in_order!($which, "created_at", "", $limit),
            (By::Added, true) => in_order!($which, "created_at", " DESC", $limit),
            (By::Updated, false) => in_order!($which, "updated_at", "", $limit),
            (By::Updated, true) => in_order!($which, "updated_at", " DESC", $limit),
            (By::Name, false) => in_order!($which, "sort_name", "", $limit),
            (By::Name, true) => in_order!($which, "sort_name", " DESC", $limit),
            (By::Email, false) => in_order!($which, "sort_email", "", $limit),
            (By::Email, true) => in_order!($which, "sort_email", " DESC", $limit),
        }
    };
}

/// `limit` applications for the job from the `offset`-th on, with their people, and how many there are in all.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    which: &Which,
    order: Order,
    (limit, offset): (i64, i64),
) -> Result<(Vec<(Application, Candidate)>, i64)> {
    let person = match whose(r, org, which)? {
        Whose::Anyone => None,
        Whose::One(id) => Some(id),
        Whose::Nobody => return Ok((Vec::new(), 0)),
    };
    if which.name_part.is_some() || matches!(order.by, By::Name | By::Email) {
        candidate::all_indexed(r, org)?;
    }
    let words = which.standing.as_ref().map(|all| words(all));
    let name = which.name_part.as_deref().map(crate::text::key);
    let email = which.email_part.as_deref().map(crate::text::key);
    let [a, b, c, d] = which.window.bounds();
    let mut parameters: Vec<&dyn ToValue> = vec![
        &org,
        &job,
        &which.stage,
        &words,
        &name,
        &email,
        &a,
        &b,
        &c,
        &d,
    ];
    let (counted, listed): (&'static Statement, &'static Statement) = match &person {
        None if *which == Which::default() => {
            parameters.truncate(2);
            (
                sql!(concat!("SELECT COUNT(*) FROM application a WHERE ", all!())),
                statements!(all, order, " LIMIT $3 OFFSET $4"),
            )
        }
        None => (
            sql!(concat!(
                "SELECT COUNT(*) FROM application a WHERE ",
                walked!()
            )),
            statements!(walked, order, " LIMIT $11 OFFSET $12"),
        ),
        Some(id) => {
            parameters.extend([id as &dyn ToValue, &which.application]);
            (
                sql!(concat!(
                    "SELECT COUNT(*) FROM application a WHERE ",
                    looked_up!()
                )),
                statements!(looked_up, order, " LIMIT $13 OFFSET $14"),
            )
        }
    };
    let total = r.number(counted, &parameters)?;
    if offset >= total {
        return Ok((Vec::new(), total));
    }
    parameters.extend([&limit as &dyn ToValue, &offset]);
    let rows = r.all(listed, &parameters)?;
    let rows: Result<Vec<_>> = rows.iter().map(both).collect();
    Ok((rows?, total))
}

/// Of whom the applications are to be.
enum Whose {
    Anyone,
    One(CandidateId),
    Nobody,
}

/// One application is looked up by its person, whose applications an index holds.
fn whose(r: &mut Reader, org: OrgId, which: &Which) -> Result<Whose> {
    let (Some(id), None) = (which.application, which.candidate) else {
        return Ok(which.candidate.map_or(Whose::Anyone, Whose::One));
    };
    match find(r, org, id) {
        Ok(application) => Ok(Whose::One(application.candidate)),
        Err(Problem::NotFound(_)) => Ok(Whose::Nobody),
        Err(other) => Err(other),
    }
}

/// None of the words is part of another.
fn words(standing: &[Standing]) -> String {
    let words: Vec<_> = standing.iter().map(|s| s.word()).collect();
    // Nothing is asked for, so nothing is found; an empty text would find nothing either, but say so less clearly.
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(" ")
    }
}

fn both(row: &Row) -> Result<(Application, Candidate)> {
    Ok((read(row)?, read_candidate(row)?))
}
