//! The outbox: what is on its way to somebody, queued in the transaction that caused it.

use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{DeliveryId, OrgId, Uuid, new_uid};
use crate::invite::Invite;
use crate::problem::{Problem, Result};

/// A mail to be queued.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// To whom.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// Plain text; an invite's link stands in it as a slot.
    pub body: String,
}

/// Queues an invite's mail and notes it as an event.
pub fn queue_mail(tx: &mut Tx, caller: &Caller, about: &Subject, mail: &NewMail) -> Result<()> {
    queue_mail_as(tx, caller, Kind::InviteMailed, about, mail)
}

/// Queues a mail and notes it as an event of this kind.
pub fn queue_mail_as(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    about: &Subject,
    mail: &NewMail,
) -> Result<()> {
    let (uid, now) = (new_uid(), tx.now());
    // As a JSON string, where a slot's U+0000 is spelled out: PostgreSQL holds none in TEXT.
    let body = serde_json::Value::from(mail.body.as_str()).to_string();
    let event = event::append(
        tx,
        caller,
        kind,
        about,
        &serde_json::json!({"delivery": uid}),
    )?;
    tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, event_id, channel, recipient, subject, body, state, due_at, created_at) \
             VALUES ($1, $2, $3, 'mail', $4, $5, $6, 'queued', $7, $7)"
        ),
        &[&caller.org, &uid, &event, &mail.recipient, &one_line(&mail.subject), &body, &now],
    )?;
    Ok(())
}

/// Takes back the mails of an invite that have not gone out yet: whoever got one would find a dead link.
pub(crate) fn cancel_for_invite(
    tx: &mut Tx,
    caller: &Caller,
    invite: &Invite,
    why: &str,
) -> Result<()> {
    let now = tx.now();
    let waiting = tx.all(
        sql!(
            "SELECT id, uid FROM delivery WHERE invite_id = $2 AND org_id = $1 AND state = 'queued' ORDER BY id LIMIT 200"
        ),
        &[&caller.org, &invite.id],
    )?;
    let about = Subject::application(invite.candidate, invite.application, invite.job);
    for row in &waiting {
        let (id, uid): (DeliveryId, String) = (row.get(0)?, row.get(1)?);
        let canceled = tx.run(
            sql!(
                "UPDATE delivery SET state = 'canceled', problem = $3, settled_at = $4 \
                 WHERE org_id = $1 AND id = $2 AND state = 'queued'"
            ),
            &[&caller.org, &id, &why, &now],
        )?;
        if canceled == 1 {
            let data = serde_json::json!({"delivery": uid});
            event::append(tx, caller, Kind::MailCanceled, &about, &data)?;
        }
    }
    Ok(())
}

/// A header is one line: line breaks in it would begin another header.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A delivery as the outbox shows it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Inside number.
    pub id: DeliveryId,
    /// Outside name.
    pub uid: String,
    /// `mail`, `webhook`…
    pub channel: String,
    /// To whom.
    pub recipient: Option<String>,
    /// One line.
    pub subject: Option<String>,
    /// Text, with slots.
    pub body: Option<String>,
    /// `queued`…
    pub state: String,
    /// The event that caused it.
    pub event: Option<Uuid>,
    /// When it was queued, µs.
    pub created_at: i64,
}

/// The organization's deliveries after number `after`, oldest first.
pub fn outbox(r: &mut Reader, org: OrgId, after: DeliveryId, limit: i64) -> Result<Vec<Delivery>> {
    let rows = r.all(
        sql!(
            "SELECT d.id, d.uid, d.channel, d.recipient, d.subject, d.body, d.state, e.uid, d.created_at \
             FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
             WHERE d.org_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3"
        ),
        &[&org, &after, &limit],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Delivery> {
    let body: Option<String> = row.get(5)?;
    let body = body.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Delivery {
        id: row.get(0)?,
        uid: row.get(1)?,
        channel: row.get(2)?,
        recipient: row.get(3)?,
        subject: row.get(4)?,
        body: body.map_err(Problem::broken)?,
        state: row.get(6)?,
        event: row.get(7)?,
        created_at: row.get(8)?,
    })
}
