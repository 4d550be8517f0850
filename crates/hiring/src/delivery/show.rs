//! Deliveries with how they stand, for those who look at one, and what bounced.

use serde_json::{Value, json};
use store::{Reader, Row, Tx, sql};

use super::sending::State;
use super::{Delivery, read};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, DeliveryId, InviteId, OrgId, Uuid};
use crate::page::{hundred, with_hundred};
use crate::problem::{Clash, Noun, Problem, Result};

/// One try at sending.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// From 1.
    pub n: i64,
    /// µs.
    pub began_at: i64,
    /// When the message itself went out, µs.
    pub handed_at: Option<i64>,
    /// µs.
    pub ended_at: Option<i64>,
    /// `sent`, `refused`, `put_off`, `unknown`, `abandoned`; `None`: under way, or its process died.
    pub outcome: Option<String>,
    /// The mail server's answer, or what kept us from it.
    pub answer: Option<String>,
}

/// The organization's delivery of this outside name.
pub fn find(r: &mut Reader, org: OrgId, uid: &str) -> Result<Delivery> {
    let row = r.one(
        sql!(
            "SELECT d.id, d.uid, d.channel, d.recipient, d.subject, d.body, d.state, e.uid, d.created_at, d.kind, \
             d.language, d.html, d.from_name, d.reply_to, d.remark, d.message_id, d.attempts, d.unsure, d.due_at, \
             d.problem, d.settled_at, i.uid FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
             LEFT JOIN invite i ON i.id = d.invite_id WHERE d.org_id = $1 AND d.uid = $2"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Delivery)), read)
}

/// Its attempts, oldest first.
pub fn attempts(r: &mut Reader, org: OrgId, id: DeliveryId) -> Result<Vec<Attempt>> {
    let rows = r.all(
        sql!(
            "SELECT n, began_at, handed_at, ended_at, outcome, answer FROM attempt \
             WHERE org_id = $1 AND delivery_id = $2 ORDER BY n LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    rows.iter().map(read_attempt).collect()
}

fn read_attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        n: row.get(0)?,
        began_at: row.get(1)?,
        handed_at: row.get(2)?,
        ended_at: row.get(3)?,
        outcome: row.get(4)?,
        answer: row.get(5)?,
    })
}

/// The newest mail of each of these invites, at most [`crate::page::MOST`]; those that were not mailed are left out.
pub fn of_invites(
    r: &mut Reader,
    org: OrgId,
    invites: &[InviteId],
) -> Result<Vec<(InviteId, Delivery)>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT d.id, d.uid, d.channel, d.recipient, d.subject, d.body, d.state, e.uid, d.created_at, d.kind, \
             d.language, d.html, d.from_name, d.reply_to, d.remark, d.message_id, d.attempts, d.unsure, d.due_at, \
             d.problem, d.settled_at, i.uid, d.invite_id FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
             JOIN invite i ON i.id = d.invite_id WHERE d.id IN (SELECT MAX(id) FROM delivery \
             WHERE org_id + 0 = $1 AND invite_id IN (",
            hundred!(),
            ") GROUP BY invite_id)"
        )),
        &with_hundred(&org, invites),
    )?;
    rows.iter()
        .map(|row| Ok((row.get(22)?, read(row)?)))
        .collect()
}

/// The mails to a person, and to those who are the same person by now, the newest first.
pub fn of_candidate(
    r: &mut Reader,
    org: OrgId,
    candidate: CandidateId,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let rows = r.all(
        sql!(
            "SELECT d.id, d.uid, d.channel, d.recipient, d.subject, d.body, d.state, e.uid, d.created_at, d.kind, \
             d.language, d.html, d.from_name, d.reply_to, d.remark, d.message_id, d.attempts, d.unsure, d.due_at, \
             d.problem, d.settled_at, i.uid FROM event e CROSS JOIN delivery d \
             LEFT JOIN invite i ON i.id = d.invite_id WHERE d.event_id = e.id AND d.channel = 'mail' \
             AND e.org_id + 0 = $1 AND d.org_id + 0 = $1 \
             AND e.candidate_id IN (SELECT CAST($2 AS BIGINT) UNION SELECT m.id FROM candidate m WHERE m.merged_into = $2) \
             ORDER BY d.id + 0 DESC LIMIT $3"
        ),
        &[&org, &candidate, &limit],
    )?;
    rows.iter().map(read).collect()
}

/// A mail that was taken has come back, says whoever reads the returned ones. Twice is no error.
///
/// # Errors
/// [`Clash::NotAllowed`] when the message cannot have gone out.
pub fn bounce(tx: &mut Tx, caller: &Caller, uid: &str, why: &str) -> Result<Delivery> {
    let before = find(tx, caller.org, uid)?;
    if before.state == State::Bounced.word() {
        return Ok(before);
    }
    let now = tx.now();
    // One whose answer was lost may have gone out as well.
    let bounced = tx.run(
        sql!(
            "UPDATE delivery SET state = 'bounced', problem = $3, settled_at = $4 \
             WHERE org_id = $1 AND id = $2 AND (state = 'sent' OR (unsure > 0 AND state <> 'bounced'))"
        ),
        &[&caller.org, &before.id, &why, &now],
    )?;
    let after = find(tx, caller.org, uid)?;
    if bounced == 1 {
        let (subject, data) = about(tx, caller.org, before.id)?;
        event::append(tx, caller, Kind::MailBounced, &subject, &data)?;
    } else if after.state != State::Bounced.word() {
        let why = "only a mail that was sent can come back";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    Ok(after)
}

/// What a delivery's event was about, and what events about the delivery say.
pub(super) fn about(r: &mut Reader, org: OrgId, id: DeliveryId) -> Result<(Subject, Value)> {
    let row = r.one(
        sql!(
            "SELECT d.uid, d.kind, e.candidate_id, e.application_id, e.job_id, i.uid FROM delivery d \
             LEFT JOIN event e ON e.id = d.event_id LEFT JOIN invite i ON i.id = d.invite_id \
             WHERE d.org_id = $1 AND d.id = $2"
        ),
        &[&org, &id],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Delivery))?;
    let (uid, kind): (String, Option<String>) = (row.get(0)?, row.get(1)?);
    let subject = Subject {
        candidate: row.get(2)?,
        application: row.get(3)?,
        job: row.get(4)?,
    };
    let mut data = json!({"delivery": uid});
    if let Some(kind) = kind {
        data["mail"] = kind.into();
    }
    if let Some(invite) = row.get::<Option<Uuid>>(5)? {
        data["invite"] = invite.to_string().into();
    }
    Ok((subject, data))
}

/// The event of a mail that has come to this state.
pub(super) fn kinds_event(state: State, of_invite: bool) -> Option<Kind> {
    match state {
        State::Queued => None,
        State::Sent if of_invite => Some(Kind::InviteSent),
        State::Sent => Some(Kind::MailSent),
        State::Refused => Some(Kind::MailRefused),
        State::Bounced => Some(Kind::MailBounced),
        State::Failed => Some(Kind::MailFailed),
        State::Canceled => Some(Kind::MailCanceled),
    }
}
