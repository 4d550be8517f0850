//! What a destination calls things of ours.

use std::collections::HashMap;

use serde_json::Value;
use store::{Reader, Row, Tx, sql};

use crate::id::{CandidateId, DestinationId, OrgId, Uuid};
use crate::page::{hundred, with_hundred_names};
use crate::problem::Result;

/// One thing there.
#[derive(Debug, Clone, PartialEq)]
pub struct Remote {
    /// `candidate`, `application`, `file`, `note`.
    pub thing: String,
    /// Our outside name.
    pub our_uid: String,
    /// Theirs.
    pub remote_id: String,
    /// When they made it, RFC 3339, where they said so.
    pub remote_created_at: Option<String>,
    /// Their record, as they answered.
    pub data: Option<Value>,
    /// When we learned of it, µs.
    pub created_at: i64,
}

/// Keeps what it is called. What was known before stays, where nothing new is said.
pub fn keep(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    candidate: CandidateId,
    remote: &Remote,
) -> Result<()> {
    let now = tx.now();
    let data = remote.data.as_ref().map(Value::to_string);
    let made = tx.run(
        sql!(
            "INSERT INTO remote (org_id, destination_id, candidate_id, thing, our_uid, remote_id, remote_created_at, data, \
             created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING"
        ),
        &[
            &org, &destination, &candidate, &remote.thing, &remote.our_uid, &remote.remote_id,
            &remote.remote_created_at, &data, &now,
        ],
    )?;
    if made == 0 {
        tx.run(
            sql!(
                "UPDATE remote SET remote_id = $5, remote_created_at = COALESCE($6, remote_created_at), \
                 data = COALESCE($7, data), updated_at = $8 \
                 WHERE org_id = $1 AND destination_id = $2 AND thing = $3 AND our_uid = $4"
            ),
            &[
                &org, &destination, &remote.thing, &remote.our_uid, &remote.remote_id, &remote.remote_created_at,
                &data, &now,
            ],
        )?;
    }
    Ok(())
}

/// What this destination has of a person, oldest first; at most 10,000 things.
pub fn of_candidate(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    candidate: CandidateId,
) -> Result<Vec<Remote>> {
    let rows = r.all(
        sql!(
            "SELECT thing, our_uid, remote_id, remote_created_at, data, created_at FROM remote \
             WHERE org_id = $1 AND candidate_id = $2 AND destination_id = $3 ORDER BY id LIMIT 10000"
        ),
        &[&org, &candidate, &destination],
    )?;
    rows.iter().map(read).collect()
}

/// Whether this destination has the person.
pub fn has(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    candidate: CandidateId,
) -> Result<bool> {
    let row = r.one(
        sql!(
            "SELECT id FROM remote WHERE org_id = $1 AND candidate_id = $2 AND destination_id = $3 \
             AND thing = 'candidate' LIMIT 1"
        ),
        &[&org, &candidate, &destination],
    )?;
    Ok(row.is_some())
}

/// What this destination calls these things of one kind (`candidate`, …), at most [`crate::page::MOST`]; nothing of people
/// who are to be ignored.
pub fn of_things(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    thing: &str,
    uids: &[Uuid],
) -> Result<HashMap<String, Remote>> {
    let mut parameters = with_hundred_names(&org, uids);
    parameters.push(&destination);
    parameters.push(&thing);
    let rows = r.all(
        sql!(concat!(
            "SELECT m.thing, m.our_uid, m.remote_id, m.remote_created_at, m.data, m.created_at FROM remote m \
             JOIN candidate c ON c.id = m.candidate_id WHERE m.org_id = $1 AND m.our_uid IN (",
            hundred!(),
            ") AND m.destination_id = $102 AND m.thing = $103 AND c.ignored_at IS NULL"
        )),
        &parameters,
    )?;
    rows.iter()
        .map(|row| read(row).map(|remote| (remote.our_uid.clone(), remote)))
        .collect()
}

/// Our outside name of the thing that this destination calls so.
pub fn ours(
    r: &mut Reader,
    org: OrgId,
    destination: DestinationId,
    thing: &str,
    remote_id: &str,
) -> Result<Option<Uuid>> {
    let row = r.one(
        sql!(
            "SELECT our_uid FROM remote WHERE org_id = $1 AND destination_id = $2 AND thing = $3 AND remote_id = $4 \
             ORDER BY id LIMIT 1"
        ),
        &[&org, &destination, &thing, &remote_id],
    )?;
    let uid: Option<String> = row.map(|row| row.get(0)).transpose()?;
    Ok(uid.and_then(|uid| uid.parse().ok()))
}

fn read(row: &Row) -> Result<Remote> {
    let data: Option<String> = row.get(4)?;
    Ok(Remote {
        thing: row.get(0)?,
        our_uid: row.get(1)?,
        remote_id: row.get(2)?,
        remote_created_at: row.get(3)?,
        data: data.and_then(|text| serde_json::from_str(&text).ok()),
        created_at: row.get(5)?,
    })
}
