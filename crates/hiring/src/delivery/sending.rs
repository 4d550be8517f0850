//! Sending mails: what is due, who is at it, how it ended.
//!
//! As with files to be fetched (decision 0006): whoever sends *claims* a delivery, which puts off its next time by a lease;
//! a process that dies leaves it to the next one. New is that a message that has gone out cannot be called back. Hence the
//! last thing before it goes is [`hand_over`]: it counts only while the claim holds and the mail is still wanted, and leaves
//! a note that survives kill -9. From it until the mail server's answer is settled, and only there, nobody knows whether the
//! message was taken; then it is sent again, under the same Message-ID, and the delivery says so. Decision 0014.

use serde_json::Value;
use store::{Reader, Tx, sql};

use super::show::{about, kinds_event};
use crate::caller::Caller;
use crate::event;
use crate::id::{DeliveryId, OrgId};
use crate::problem::Result;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How long a claim holds, µs: longer than everything up to the message may take; [`hand_over`] begins it anew for the rest.
pub const LEASE: i64 = 20 * MINUTE;

/// For how long a mail is tried, µs, from the first attempt on.
pub const TRIED_FOR: i64 = 48 * HOUR;

/// How long to wait after each attempt, µs; after later ones as long as after the last. Published in docs/operate/mail.md.
pub const WAITS: [i64; 7] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
];

/// Attempts after which a mail is given up that no process survives; the schedule alone comes to some 17.
const MOST_ATTEMPTS: i64 = 50;

/// Deliveries that turn out not to be wanted any more are passed over, so many in one transaction.
const MOST_STALE: usize = 20;

/// When the next mail is due, µs; it may be past.
pub fn next_due(r: &mut Reader) -> Result<Option<i64>> {
    let row = r.one(
        sql!(
            "SELECT due_at FROM delivery WHERE state = 'queued' AND channel = 'mail' ORDER BY due_at LIMIT 1"
        ),
        &[],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// How many mails wait to be sent, of all organizations.
pub fn waiting(r: &mut Reader) -> Result<i64> {
    Ok(r.number(
        sql!("SELECT COUNT(*) FROM delivery WHERE state = 'queued' AND channel = 'mail'"),
        &[],
    )?)
}

/// A mail that is ours to send until the lease ends.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Number of the delivery.
    pub id: DeliveryId,
    /// Its outside name, from which the Message-ID is made.
    pub uid: String,
    /// Whose.
    pub org: OrgId,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// To whom.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// Plain text as a JSON string, links still slots.
    pub body: String,
    /// The same as HTML, as a JSON string.
    pub html: Option<String>,
    /// The sender's name.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Its Message-ID, from the second attempt on.
    pub message_id: Option<String>,
    /// When the first attempt began, µs: the message's date, the same in all of them.
    pub tried_from: i64,
}

/// Names and texts are somebody's.
impl std::fmt::Debug for Claimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "delivery {}, attempt {}", self.id, self.attempt)
    }
}

/// Takes the mail that has been due longest, of whatever organization. On PostgreSQL several processes claim at once and
/// never the same.
pub fn claim(tx: &mut Tx) -> Result<Option<Claimed>> {
    for _ in 0..MOST_STALE {
        let Some(claimed) = take(tx)? else {
            return Ok(None);
        };
        if let Some(why) = unwanted(tx, claimed.id)? {
            settle_canceled(tx, &claimed, &why)?;
        } else if claimed.attempt > MOST_ATTEMPTS {
            let why = Outcome::PutOff("no attempt came to an end".to_owned());
            end(tx, &claimed, &why, State::Failed)?;
        } else {
            return Ok(Some(claimed));
        }
    }
    Ok(None)
}

fn take(tx: &mut Tx) -> Result<Option<Claimed>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT id, uid, org_id, attempts, recipient, subject, body, html, from_name, reply_to, language, message_id, \
             tried_from FROM delivery WHERE state = 'queued' AND channel = 'mail' AND due_at <= $1 \
             ORDER BY due_at, id LIMIT 1 {for update} {skip locked}"
        ),
        &[&now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let text =
        |at: usize| -> Result<String> { Ok(row.get::<Option<String>>(at)?.unwrap_or_default()) };
    let claimed = Claimed {
        id: row.get(0)?,
        uid: row.get(1)?,
        org: row.get(2)?,
        attempt: row.get::<i64>(3)? + 1,
        recipient: text(4)?,
        subject: text(5)?,
        body: text(6)?,
        html: row.get(7)?,
        from_name: row.get(8)?,
        reply_to: row.get(9)?,
        language: row.get(10)?,
        message_id: row.get(11)?,
        tried_from: row.get::<Option<i64>>(12)?.unwrap_or(now),
    };
    close_interrupted(tx, &claimed)?;
    tx.run(
        sql!(
            "UPDATE delivery SET attempts = $3, due_at = $4, tried_from = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &(now + LEASE), &claimed.tried_from],
    )?;
    tx.run(
        sql!("INSERT INTO attempt (org_id, delivery_id, n, began_at) VALUES ($1, $2, $3, $4)"),
        &[&claimed.org, &claimed.id, &claimed.attempt, &now],
    )?;
    Ok(Some(claimed))
}

/// An earlier attempt of which nobody told the end: whoever made it is dead, or so slow that its lease has passed.
fn close_interrupted(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let now = tx.now();
    let unsure = tx.run(
        sql!(
            "UPDATE attempt SET ended_at = $3, outcome = 'unknown', answer = 'interrupted while the message went out' \
             WHERE org_id = $1 AND delivery_id = $2 AND outcome IS NULL AND handed_at IS NOT NULL"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    tx.run(
        sql!(
            "UPDATE attempt SET ended_at = $3, outcome = 'abandoned', answer = 'interrupted before the message went out' \
             WHERE org_id = $1 AND delivery_id = $2 AND outcome IS NULL AND handed_at IS NULL"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    if unsure > 0 {
        tx.run(
            sql!("UPDATE delivery SET unsure = unsure + $3 WHERE org_id = $1 AND id = $2"),
            &[&claimed.org, &claimed.id, &(unsure as i64)],
        )?;
    }
    Ok(())
}

/// Why the mail of an invite that was renewed or is over is not wanted any more. What closes an invite cancels its mails;
/// this is for those that are on their way at that moment.
fn unwanted(tx: &mut Tx, id: DeliveryId) -> Result<Option<String>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT i.id FROM delivery d JOIN invite i ON i.id = d.invite_id \
             WHERE d.id = $1 AND (i.closed_at IS NOT NULL OR i.expires_at <= $2)"
        ),
        &[&id, &now],
    )?;
    Ok(row.map(|_| "the invite is not open any more".to_owned()))
}

/// The last thing before the message goes out. `false`: the claim does not hold any more, or the mail is not wanted any
/// more; then it must not go out.
pub fn hand_over(tx: &mut Tx, claimed: &Claimed, message_id: &str) -> Result<bool> {
    let now = tx.now();
    if unwanted(tx, claimed.id)?.is_some() {
        return Ok(false);
    }
    let held = tx.run(
        sql!(
            "UPDATE delivery SET due_at = $4, message_id = COALESCE(message_id, $5) \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &(now + LEASE),
            &message_id,
        ],
    )?;
    if held == 0 {
        return Ok(false);
    }
    let noted = tx.run(
        sql!(
            "UPDATE attempt SET handed_at = $4 WHERE org_id = $1 AND delivery_id = $2 AND n = $3 AND outcome IS NULL"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &now],
    )?;
    Ok(noted == 1)
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has taken the message; its answer.
    Sent(String),
    /// It will never take it; its answer, or why it cannot even be asked.
    Refused(String),
    /// Not now: why.
    PutOff(String),
    /// The message went out, and no answer came: why.
    Unknown(String),
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Outcome::Sent(_) => "sent",
            Outcome::Refused(_) => "refused",
            Outcome::PutOff(_) => "put_off",
            Outcome::Unknown(_) => "unknown",
        }
    }

    fn answer(&self) -> &str {
        match self {
            Outcome::Sent(text)
            | Outcome::Refused(text)
            | Outcome::PutOff(text)
            | Outcome::Unknown(text) => text,
        }
    }
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for its first or next attempt.
    Queued,
    /// The mail server has taken it.
    Sent,
    /// The mail server will never take it.
    Refused,
    /// Was taken, and came back.
    Bounced,
    /// Given up after [`TRIED_FOR`].
    Failed,
    /// Taken back before it went out.
    Canceled,
}

impl State {
    /// All of them.
    pub const ALL: [State; 6] = [
        State::Queued,
        State::Sent,
        State::Refused,
        State::Bounced,
        State::Failed,
        State::Canceled,
    ];

    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sent => "sent",
            State::Refused => "refused",
            State::Bounced => "bounced",
            State::Failed => "failed",
            State::Canceled => "canceled",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Says what an attempt came to; how the delivery stands then. `None`: the claim did not hold any more, and nothing was
/// changed but the attempt. That a message was taken counts whoever holds the claim by now: it is not to be sent again.
pub fn settle(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome) -> Result<Option<State>> {
    match outcome {
        Outcome::Sent(_) => settle_sent(tx, claimed, outcome),
        Outcome::Refused(_) => end(tx, claimed, outcome, State::Refused),
        Outcome::PutOff(_) | Outcome::Unknown(_) => put_off(tx, claimed, outcome),
    }
}

fn settle_sent(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome) -> Result<Option<State>> {
    close_attempt(tx, claimed, outcome)?;
    let now = tx.now();
    // Canceled while it went out: what is true is that the person has it.
    let sent = tx.run(
        sql!(
            "UPDATE delivery SET state = 'sent', problem = NULL, settled_at = $3 \
             WHERE org_id = $1 AND id = $2 AND state IN ('queued', 'canceled', 'failed')"
        ),
        &[&claimed.org, &claimed.id, &now],
    )?;
    if sent == 0 {
        return Ok(None);
    }
    tell(tx, claimed, State::Sent)?;
    Ok(Some(State::Sent))
}

fn put_off(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome) -> Result<Option<State>> {
    let now = tx.now();
    let end_of_it = claimed.tried_from + TRIED_FOR;
    if now >= end_of_it {
        return end(tx, claimed, outcome, State::Failed);
    }
    close_attempt(tx, claimed, outcome)?;
    // The last attempt is made at the very end.
    let due_at = (now + wait(claimed.attempt)).min(end_of_it);
    let unsure = i64::from(matches!(outcome, Outcome::Unknown(_)));
    let waits = tx.run(
        sql!(
            "UPDATE delivery SET due_at = $4, problem = $5, unsure = unsure + $6 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &due_at,
            &outcome.answer(),
            &unsure,
        ],
    )?;
    Ok((waits == 1).then_some(State::Queued))
}

fn end(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome, state: State) -> Result<Option<State>> {
    close_attempt(tx, claimed, outcome)?;
    let now = tx.now();
    let unsure = i64::from(matches!(outcome, Outcome::Unknown(_)));
    let ended = tx.run(
        sql!(
            "UPDATE delivery SET state = $4, problem = $5, settled_at = $6, unsure = unsure + $7 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &state.word(),
            &outcome.answer(),
            &now,
            &unsure,
        ],
    )?;
    if ended == 0 {
        return Ok(None);
    }
    tell(tx, claimed, state)?;
    Ok(Some(state))
}

/// The mail was not handed over, since it is not wanted any more.
pub fn settle_canceled(tx: &mut Tx, claimed: &Claimed, why: &str) -> Result<()> {
    let now = tx.now();
    abandon(tx, claimed, why)?;
    let canceled = tx.run(
        sql!(
            "UPDATE delivery SET state = 'canceled', problem = $4, settled_at = $5 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &why, &now],
    )?;
    if canceled == 1 {
        tell(tx, claimed, State::Canceled)?;
    }
    Ok(())
}

/// Gives a claim back as if it had never been taken, before anything was handed over: whoever stops in the midst of it is
/// not to make the mail wait.
pub fn put_back(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let now = tx.now();
    let back = tx.run(
        sql!(
            "UPDATE delivery SET due_at = $4 WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &now],
    )?;
    if back == 1 {
        abandon(tx, claimed, "stopped before the message went out")?;
    }
    Ok(())
}

fn abandon(tx: &mut Tx, claimed: &Claimed, why: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE attempt SET ended_at = $4, outcome = 'abandoned', answer = $5 \
             WHERE org_id = $1 AND delivery_id = $2 AND n = $3 AND outcome IS NULL"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &now, &why],
    )?;
    Ok(())
}

fn close_attempt(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE attempt SET ended_at = $4, outcome = $5, answer = $6 WHERE org_id = $1 AND delivery_id = $2 AND n = $3"
        ),
        &[
            &claimed.org, &claimed.id, &claimed.attempt, &now, &outcome.word(), &outcome.answer(),
        ],
    )?;
    Ok(())
}

fn tell(tx: &mut Tx, claimed: &Claimed, state: State) -> Result<()> {
    let (subject, data) = about(tx, claimed.org, claimed.id)?;
    let kind = kinds_event(state, data.get("invite").is_some_and(Value::is_string));
    if let Some(kind) = kind {
        event::append(tx, &Caller::system(claimed.org), kind, &subject, &data)?;
    }
    Ok(())
}

/// How long to wait after the attempt of this number, µs: as [`WAITS`] says, a fifth more or less, so that those who failed
/// together do not come again together.
fn wait(attempt: i64) -> i64 {
    let at = usize::try_from(attempt - 1)
        .unwrap_or(0)
        .min(WAITS.len() - 1);
    let thousandths = 800 + i64::from(getrandom::u32().unwrap_or(0) % 401);
    WAITS[at] / 1000 * thousandths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_vary_and_the_schedule_fits_into_its_time() {
        for (n, usual) in WAITS.iter().enumerate() {
            for _ in 0..50 {
                let waited = wait(n as i64 + 1);
                assert!((usual * 4 / 5..=usual * 6 / 5).contains(&waited));
            }
        }
        assert!(wait(1000) <= WAITS[6] * 6 / 5);
        // Even if every wait is the shortest it can be, far fewer attempts than those after which we give up.
        let mut attempts = 1;
        let mut at = 0;
        while at < TRIED_FOR {
            at += WAITS[(attempts as usize - 1).min(6)] * 4 / 5;
            attempts += 1;
        }
        assert!((10..MOST_ATTEMPTS).contains(&attempts), "{attempts}");
    }
}
