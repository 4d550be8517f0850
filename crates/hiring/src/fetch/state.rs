//! How a fetch stands.

use store::{Reader, Row, sql};

use crate::id::{AttachmentId, OrgId};
use crate::problem::{Problem, Result};

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
