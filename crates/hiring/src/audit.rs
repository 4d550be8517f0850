//! The log as those read it who want to know who did what: events with the names of the members behind them.

use std::collections::HashMap;

use store::{Reader, sql};

use crate::event::{self, Event};
use crate::id::{MemberId, OrgId};
use crate::page::{MOST, Side, hundred, with_hundred};
use crate::problem::Result;

/// Which events are asked for.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// After this moment, µs.
    pub created_after: Option<i64>,
    /// Before this moment, µs.
    pub created_before: Option<i64>,
    /// Of this kind, as [`event::Kind::word`] has it, or with `_` in place of `.`.
    pub kind: Option<String>,
    /// Done by the member who signs in with this address, in any spelling.
    pub email: Option<String>,
}

/// An event and who did it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// The member who did it, if one did.
    pub by: Option<By>,
}

/// A member as the log names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// As people call them.
    pub name: String,
    /// Where they sign in.
    pub email: String,
    /// What they may do.
    pub role: String,
}

/// The organization's events on `side`, in the feed's order, at most `limit`, which is at most [`MOST`] and one;
/// `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    which: &Which,
    side: Side,
    limit: i64,
) -> Result<Vec<Entry>> {
    let actor = match &which.email {
        None => None,
        Some(email) => match number_of(r, org, email)? {
            Some(id) => Some(format!("member:{id}")),
            None => return Ok(Vec::new()),
        },
    };
    let Which {
        created_after,
        created_before,
        kind,
        ..
    } = which;
    let (statement, place) = match side {
        Side::After(place) => (
            sql!(
                "SELECT e.place, e.uid, e.kind, c.uid, a.uid, j.uid, e.actor, e.data, e.created_at FROM event e \
                 LEFT JOIN candidate c ON c.id = e.candidate_id \
                 LEFT JOIN application a ON a.id = e.application_id LEFT JOIN job j ON j.id = e.job_id \
                 WHERE e.org_id = $1 AND e.place > $2 AND (CAST($3 AS BIGINT) IS NULL OR e.created_at > $3) \
                 AND (CAST($4 AS BIGINT) IS NULL OR e.created_at < $4) \
                 AND (CAST($5 AS TEXT) IS NULL OR REPLACE(e.kind, '.', '_') = REPLACE($5, '.', '_')) AND (CAST($6 AS TEXT) IS NULL OR e.actor = $6) \
                 ORDER BY e.place LIMIT $7"
            ),
            place,
        ),
        Side::Before(place) => (
            sql!(
                "SELECT e.place, e.uid, e.kind, c.uid, a.uid, j.uid, e.actor, e.data, e.created_at FROM event e \
                 LEFT JOIN candidate c ON c.id = e.candidate_id \
                 LEFT JOIN application a ON a.id = e.application_id LEFT JOIN job j ON j.id = e.job_id \
                 WHERE e.org_id = $1 AND e.place < $2 AND (CAST($3 AS BIGINT) IS NULL OR e.created_at > $3) \
                 AND (CAST($4 AS BIGINT) IS NULL OR e.created_at < $4) \
                 AND (CAST($5 AS TEXT) IS NULL OR REPLACE(e.kind, '.', '_') = REPLACE($5, '.', '_')) AND (CAST($6 AS TEXT) IS NULL OR e.actor = $6) \
                 ORDER BY e.place DESC LIMIT $7"
            ),
            place,
        ),
    };
    let rows = r.all(
        statement,
        &[
            &org,
            &place,
            created_after,
            created_before,
            kind,
            &actor,
            &limit,
        ],
    )?;
    let events = rows.iter().map(event::read).collect::<Result<Vec<_>>>()?;
    named(r, org, events)
}

fn number_of(r: &mut Reader, org: OrgId, email: &str) -> Result<Option<MemberId>> {
    let key = crate::text::email_key(email).unwrap_or_default();
    let row = r.one(
        sql!("SELECT id FROM member WHERE org_id = $1 AND email_key = $2"),
        &[&org, &key],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

fn named(r: &mut Reader, org: OrgId, events: Vec<Event>) -> Result<Vec<Entry>> {
    let number = |event: &Event| event.actor.strip_prefix("member:")?.parse().ok();
    let mut ids: Vec<MemberId> = events.iter().filter_map(number).map(MemberId).collect();
    ids.sort();
    ids.dedup();
    let mut known = HashMap::new();
    for some in ids.chunks(MOST) {
        let rows = r.all(
            sql!(concat!(
                "SELECT id, name, email, role FROM member WHERE org_id = $1 AND id IN (",
                hundred!(),
                ")"
            )),
            &with_hundred(&org, some),
        )?;
        for row in &rows {
            let by = By {
                name: row.get(1)?,
                email: row.get(2)?,
                role: row.get(3)?,
            };
            known.insert(row.get::<i64>(0)?, by);
        }
    }
    let entry = |event: Event| Entry {
        by: number(&event).and_then(|id| known.get(&id).cloned()),
        event,
    };
    Ok(events.into_iter().map(entry).collect())
}
