//! The outbox: what is on its way to somebody, queued in the transaction that caused it.
//!
//! What is carried to destinations is `delivery/carrying.rs`, its requests `delivery/exchange.rs`; deliveries of any kind by
//! what became of them `delivery/listed.rs`, and once more `delivery/replay.rs`.
//! Mails in the organization's words are made by `mail.rs`. Who sends them is `delivery/sending.rs`; how one stands,
//! `delivery/show.rs`; what came back, `delivery/returned.rs`.

pub mod carrying;
pub mod exchange;
pub mod listed;
pub mod push;
pub mod replay;
pub mod returned;
pub mod sending;
mod show;

use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{DeliveryId, OrgId, Uuid};
use crate::invite::Invite;
use crate::problem::{Problem, Result};

pub use show::{Attempt, attempts, bounce, find, of_candidate, of_invites};

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
    /// Which mail it is, `invite`…; `None`: one in the caller's own words.
    pub kind: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// The same as HTML, with slots.
    pub html: Option<String>,
    /// The sender's name.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// What was odd about its template.
    pub remark: Option<String>,
    /// From the first attempt on.
    pub message_id: Option<String>,
    /// How often somebody began to send it.
    pub attempts: i64,
    /// How many of these ended without our knowing whether the message was taken: the person may have it twice.
    pub unsure: i64,
    /// When it is tried (again), µs; while somebody is at it, when they count as lost.
    pub due_at: i64,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    /// When it came to its last state, µs.
    pub settled_at: Option<i64>,
    /// The invite it is the mail of.
    pub invite: Option<Uuid>,
}

/// The organization's deliveries after number `after`, oldest first.
pub fn outbox(r: &mut Reader, org: OrgId, after: DeliveryId, limit: i64) -> Result<Vec<Delivery>> {
    let rows = r.all(
        sql!(
            "SELECT d.id, d.uid, d.channel, d.recipient, d.subject, d.body, d.state, e.uid, d.created_at, d.kind, \
             d.language, d.html, d.from_name, d.reply_to, d.remark, d.message_id, d.attempts, d.unsure, d.due_at, \
             d.problem, d.settled_at, i.uid FROM delivery d LEFT JOIN event e ON e.id = d.event_id \
             LEFT JOIN invite i ON i.id = d.invite_id \
             WHERE d.org_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3"
        ),
        &[&org, &after, &limit],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Delivery> {
    let plain = |at: usize| -> Result<Option<String>> {
        let text: Option<String> = row.get(at)?;
        let text = text.map(|text| serde_json::from_str(&text)).transpose();
        text.map_err(Problem::broken)
    };
    Ok(Delivery {
        id: row.get(0)?,
        uid: row.get(1)?,
        channel: row.get(2)?,
        recipient: row.get(3)?,
        subject: row.get(4)?,
        body: plain(5)?,
        state: row.get(6)?,
        event: row.get(7)?,
        created_at: row.get(8)?,
        kind: row.get(9)?,
        language: row.get(10)?,
        html: plain(11)?,
        from_name: row.get(12)?,
        reply_to: row.get(13)?,
        remark: row.get(14)?,
        message_id: row.get(15)?,
        attempts: row.get(16)?,
        unsure: row.get(17)?,
        due_at: row.get(18)?,
        problem: row.get(19)?,
        settled_at: row.get(20)?,
        invite: row.get(21)?,
    })
}
