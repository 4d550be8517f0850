//! What is shown of fetches: how one stands, and those that failed at least once.

use store::{Reader, Row, sql};

use crate::candidate::Side;
use crate::id::{AttachmentId, OrgId, Uuid};
use crate::problem::{Noun, Problem, Result};

/// How a fetch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It will be tried (again), or somebody is at it.
    Due,
    /// The file is here, or nobody wants it any more.
    Done,
    /// Given up.
    Failed,
}

impl State {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            State::Due => "due",
            State::Done => "done",
            State::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Result<State> {
        [State::Due, State::Done, State::Failed]
            .into_iter()
            .find(|s| s.word() == word)
            .ok_or_else(|| Problem::broken("a fetch in a state of another version"))
    }
}

/// How the fetch of one attachment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// See [`State`].
    pub state: State,
    /// So often was it tried.
    pub attempts: i64,
    /// Why the last attempt brought nothing, in plain words.
    pub failure: Option<String>,
    /// When it first failed, µs.
    pub failed_at: Option<i64>,
    /// When it is tried (again), µs; while somebody is at it, when they count as lost.
    pub due_at: i64,
    /// When it last came to something, µs.
    pub updated_at: i64,
}

/// A fetch that failed at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchProblem {
    /// Inside number, for paging.
    pub id: i64,
    /// The attachment: also the problem's outside name, as there is at most one for each.
    pub attachment: Uuid,
    /// The attachment's name.
    pub name: String,
    /// Whose it is.
    pub candidate: Uuid,
    /// See [`State`].
    pub state: State,
    /// Whether the file is still missed. `false` once it is here, or was taken off its candidate.
    pub is_ongoing: bool,
    /// Why the last attempt that failed did so, in plain words.
    pub failure: String,
    /// When it first failed, µs.
    pub failed_at: i64,
    /// When it last came to something, µs.
    pub updated_at: i64,
    /// So often was it tried.
    pub attempts: i64,
}

/// Which problems a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Which {
    /// Only those that are (not) ongoing.
    pub is_ongoing: Option<bool>,
    /// Only those that first failed after this moment, µs.
    pub failed_after: Option<i64>,
    /// Only those that first failed before it, µs.
    pub failed_before: Option<i64>,
    /// Only those that last came to something after this moment, µs.
    pub updated_after: Option<i64>,
    /// Only those that last came to something before it, µs.
    pub updated_before: Option<i64>,
}

macro_rules! shown {
    () => {
        "SELECT f.id, a.uid, a.name, c.uid, f.state, f.failure, f.failed_at, f.updated_at, f.attempts, a.removed_at \
         FROM fetching f JOIN attachment a ON a.id = f.attachment_id JOIN candidate c ON c.id = a.candidate_id \
         WHERE f.org_id = $1 AND f.failed_at IS NOT NULL"
    };
}

macro_rules! conditions {
    () => {
        " AND (CAST($3 AS BIGINT) IS NULL \
         OR $3 = CASE WHEN f.state = 'done' OR a.removed_at IS NOT NULL THEN 0 ELSE 1 END) \
         AND (CAST($4 AS BIGINT) IS NULL OR f.failed_at > $4) AND (CAST($5 AS BIGINT) IS NULL OR f.failed_at < $5) \
         AND (CAST($6 AS BIGINT) IS NULL OR f.updated_at > $6) AND (CAST($7 AS BIGINT) IS NULL OR f.updated_at < $7)"
    };
}

/// A page of the organization's fetches that failed at least once, in the order in which they were asked for; `Before`
/// pages come newest first.
pub fn problems(
    r: &mut Reader,
    org: OrgId,
    which: &Which,
    side: Side,
    limit: i64,
) -> Result<Vec<FetchProblem>> {
    let (forward, backward) = (
        sql!(concat!(
            shown!(),
            " AND f.id > $2",
            conditions!(),
            " ORDER BY f.id LIMIT $8"
        )),
        sql!(concat!(
            shown!(),
            " AND f.id < $2",
            conditions!(),
            " ORDER BY f.id DESC LIMIT $8"
        )),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let is_ongoing = which.is_ongoing.map(i64::from);
    let rows = r.all(
        statement,
        &[
            &org,
            &from,
            &is_ongoing,
            &which.failed_after,
            &which.failed_before,
            &which.updated_after,
            &which.updated_before,
            &limit,
        ],
    )?;
    rows.iter().map(read).collect()
}

/// The problem with the organization's attachment of outside name `attachment`.
///
/// # Errors
/// Not found also where the attachment never made any.
pub fn problem(r: &mut Reader, org: OrgId, attachment: Uuid) -> Result<FetchProblem> {
    let row = r.one(
        sql!(concat!(shown!(), " AND a.uid = $2")),
        &[&org, &attachment],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Attachment)), read)
}

/// How the fetch of the organization's attachment stands; `None` for one whose content came with the call.
pub fn of_attachment(
    r: &mut Reader,
    org: OrgId,
    attachment: AttachmentId,
) -> Result<Option<Fetch>> {
    let row = r.one(
        sql!(
            "SELECT state, attempts, failure, failed_at, due_at, updated_at FROM fetching \
             WHERE org_id = $1 AND attachment_id = $2"
        ),
        &[&org, &attachment],
    )?;
    row.as_ref().map(read_fetch).transpose()
}

fn read_fetch(row: &Row) -> Result<Fetch> {
    Ok(Fetch {
        state: State::parse(&row.get::<String>(0)?)?,
        attempts: row.get(1)?,
        failure: row.get(2)?,
        failed_at: row.get(3)?,
        due_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

fn read(row: &Row) -> Result<FetchProblem> {
    let state = State::parse(&row.get::<String>(4)?)?;
    let removed_at: Option<i64> = row.get(9)?;
    Ok(FetchProblem {
        id: row.get(0)?,
        attachment: row.get(1)?,
        name: row.get(2)?,
        candidate: row.get(3)?,
        state,
        is_ongoing: state != State::Done && removed_at.is_none(),
        failure: row.get::<Option<String>>(5)?.unwrap_or_default(),
        failed_at: row.get(6)?,
        updated_at: row.get(7)?,
        attempts: row.get(8)?,
    })
}
