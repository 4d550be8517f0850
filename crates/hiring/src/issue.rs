//! Troubles that somebody has to look at: a destination that does not let us in or is down, a file that was not fetched.
//!
//! An issue is opened by what does not pass by itself, told of once ([`Kind::IssueOpened`]) and resolved by proof: something
//! arrived, the file is here, somebody changed how we are let in. So it does not flap with every request that fails, and whoever
//! is told of one has something to do. Of each destination and each file at most one is open: by unique indexes.

mod told;

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{AttachmentId, DestinationId, OrgId, Uuid, new_uid};
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};

/// Something that is not well, or was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Inside number, for paging.
    pub id: i64,
    /// Outside name; a file's is its attachment's.
    pub uid: Uuid,
    /// What it is about.
    pub about: About,
    /// What is wrong, in plain words without anybody's data.
    pub problem: String,
    /// Of a closed list ([`crate::delivery::carrying::REASONS`]); `None`: it cannot be reached, or it is a file's.
    pub reason: Option<String>,
    /// When it began, µs.
    pub opened_at: i64,
    /// When it was last met, µs.
    pub last_at: i64,
    /// Since when all is well again, µs.
    pub resolved_at: Option<i64>,
}

/// What an issue is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A system that we carry to.
    Destination {
        /// Inside number.
        id: DestinationId,
        /// Outside name.
        uid: Uuid,
        /// As people call it.
        name: String,
    },
    /// A file that a caller named by address.
    File {
        /// Outside name of the attachment.
        attachment: Uuid,
    },
}

/// Which issues a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Which {
    /// Only those that are (not) ongoing.
    pub is_ongoing: Option<bool>,
    /// Only those that began after this moment, µs.
    pub opened_after: Option<i64>,
    /// Only those that began before it, µs.
    pub opened_before: Option<i64>,
    /// Only those last met after this moment, µs.
    pub last_after: Option<i64>,
    /// Only those last met before it, µs.
    pub last_before: Option<i64>,
}

/// A destination is not well: opens its issue, or says in the open one what is wrong by now. That nobody answers says less than a
/// reason; who is refused where nobody had answered has something else to do, and is told anew. Of one that was removed nobody is told.
/// Whoever calls holds the destination's row.
///
/// `problem`: a sentence without anybody's data.
pub fn open(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    problem: &str,
    reason: Option<&str>,
) -> Result<()> {
    if reason.is_some() {
        answered(tx, org, destination)?;
    }
    let (uid, now) = (new_uid(), tx.now());
    let made = tx.run(
        sql!(
            "INSERT INTO issue (org_id, uid, destination_id, problem, reason, opened_at, last_at, told_at) \
             SELECT d.org_id, CAST($3 AS TEXT), d.id, CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT), \
             CAST($6 AS BIGINT), CAST($6 AS BIGINT) FROM destination d WHERE d.org_id = $1 AND d.id = $2 \
             AND d.removed_at IS NULL ON CONFLICT DO NOTHING"
        ),
        &[&org, &destination, &uid, &problem, &reason, &now],
    )?;
    if made == 0 {
        tx.run(
            sql!(
                "UPDATE issue SET problem = $3, reason = $4, last_at = $5 WHERE org_id = $1 AND destination_id = $2 \
                 AND resolved_at IS NULL AND (reason IS NULL OR CAST($4 AS TEXT) IS NOT NULL)"
            ),
            &[&org, &destination, &problem, &reason, &now],
        )?;
        return Ok(());
    }
    let event = tell(tx, &Caller::system(org), Kind::IssueOpened, uid)?;
    told::write_to_owners(tx, org, destination, problem, event)
}

/// A destination has answered, be it with a refusal: that it did not is over.
pub fn answered(tx: &mut Tx, org: OrgId, destination: DestinationId) -> Result<()> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "UPDATE issue SET resolved_at = $3 WHERE org_id = $1 AND destination_id = $2 AND resolved_at IS NULL \
             AND reason IS NULL RETURNING uid"
        ),
        &[&org, &destination, &now],
    )?;
    if let Some(row) = row {
        tell(tx, &Caller::system(org), Kind::IssueResolved, row.get(0)?)?;
    }
    Ok(())
}

/// A destination is well again, is gone, or somebody has changed how we are let in.
pub fn resolve(tx: &mut Tx, caller: &Caller, destination: DestinationId) -> Result<()> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "UPDATE issue SET resolved_at = $3 WHERE org_id = $1 AND destination_id = $2 AND resolved_at IS NULL \
             RETURNING uid"
        ),
        &[&caller.org, &destination, &now],
    )?;
    if let Some(row) = row {
        tell(tx, caller, Kind::IssueResolved, row.get(0)?)?;
    }
    Ok(())
}

/// A file did not come. `given_up`: it is not tried again, which is told.
pub(crate) fn miss_file(
    tx: &mut Tx,
    org: OrgId,
    (attachment, uid): (AttachmentId, Uuid),
    problem: &str,
    given_up: bool,
) -> Result<()> {
    let now = tx.now();
    let made = tx.run(
        sql!(
            "INSERT INTO issue (org_id, uid, attachment_id, problem, opened_at, last_at) VALUES ($1, $2, $3, $4, $5, $5) \
             ON CONFLICT DO NOTHING"
        ),
        &[&org, &uid, &attachment, &problem, &now],
    )?;
    if made == 0 {
        tx.run(
            sql!("UPDATE issue SET problem = $3, last_at = $4 WHERE org_id = $1 AND attachment_id = $2"),
            &[&org, &attachment, &problem, &now],
        )?;
    }
    if given_up {
        tx.run(
            sql!("UPDATE issue SET told_at = $3 WHERE org_id = $1 AND attachment_id = $2"),
            &[&org, &attachment, &now],
        )?;
        tell(tx, &Caller::system(org), Kind::IssueOpened, uid)?;
    }
    Ok(())
}

/// A file is here, or nobody wants it any more. That is told where the trouble was.
pub(crate) fn settle_file(tx: &mut Tx, caller: &Caller, attachment: AttachmentId) -> Result<()> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "UPDATE issue SET resolved_at = $3 WHERE org_id = $1 AND attachment_id = $2 AND resolved_at IS NULL \
             RETURNING uid, told_at"
        ),
        &[&caller.org, &attachment, &now],
    )?;
    let Some(row) = row else { return Ok(()) };
    if row.get::<Option<i64>>(1)?.is_some() {
        tell(tx, caller, Kind::IssueResolved, row.get(0)?)?;
    }
    Ok(())
}

fn tell(tx: &mut Tx, caller: &Caller, kind: Kind, uid: Uuid) -> Result<crate::id::EventId> {
    event::append(
        tx,
        caller,
        kind,
        &Subject::default(),
        &json!({"issue": uid}),
    )
}

macro_rules! shown {
    ($rest:expr) => {
        concat!(
            "SELECT i.id, i.uid, i.destination_id, d.uid, d.name, i.problem, i.reason, i.opened_at, i.last_at, i.resolved_at \
             FROM issue i LEFT JOIN destination d ON d.id = i.destination_id WHERE i.org_id = $1 ",
            $rest
        )
    };
}

macro_rules! conditions {
    () => {
        "AND (CAST($3 AS BIGINT) IS NULL OR $3 = CASE WHEN i.resolved_at IS NULL THEN 1 ELSE 0 END) \
         AND (CAST($4 AS BIGINT) IS NULL OR i.opened_at > $4) AND (CAST($5 AS BIGINT) IS NULL OR i.opened_at < $5) \
         AND (CAST($6 AS BIGINT) IS NULL OR i.last_at > $6) AND (CAST($7 AS BIGINT) IS NULL OR i.last_at < $7) "
    };
}

/// The organization's issues on `side`, in the order in which they began; `Before` pages come newest first.
pub fn list(
    r: &mut Reader,
    org: OrgId,
    which: &Which,
    side: Side,
    limit: i64,
) -> Result<Vec<Issue>> {
    let (statement, from) = match side {
        Side::After(id) => (
            sql!(shown!(concat!(
                "AND i.id > $2 ",
                conditions!(),
                "ORDER BY i.id LIMIT $8"
            ))),
            id,
        ),
        Side::Before(id) => (
            sql!(shown!(concat!(
                "AND i.id < $2 ",
                conditions!(),
                "ORDER BY i.id DESC LIMIT $8"
            ))),
            id,
        ),
    };
    let rows = r.all(
        statement,
        &[
            &org,
            &from,
            &which.is_ongoing.map(i64::from),
            &which.opened_after,
            &which.opened_before,
            &which.last_after,
            &which.last_before,
            &limit,
        ],
    )?;
    rows.iter().map(read).collect()
}

/// The organization's issue of this outside name.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Issue> {
    let row = r.one(sql!(shown!("AND i.uid = $2")), &[&org, &uid])?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Issue)), read)
}

fn read(row: &Row) -> Result<Issue> {
    let uid = row.get(1)?;
    let about = match row.get::<Option<DestinationId>>(2)? {
        Some(id) => About::Destination {
            id,
            uid: row.get(3)?,
            name: row.get(4)?,
        },
        None => About::File { attachment: uid },
    };
    Ok(Issue {
        id: row.get(0)?,
        uid,
        about,
        problem: row.get(5)?,
        reason: row.get(6)?,
        opened_at: row.get(7)?,
        last_at: row.get(8)?,
        resolved_at: row.get(9)?,
    })
}
