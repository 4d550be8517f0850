//! Deliveries to destinations: what is due, who is at it, how it ended.
//!
//! As with mails (`sending.rs`), whoever carries *claims* a delivery for a lease, and a process that dies leaves it to the
//! next one. New is that one delivery is many requests. Each is written down as an *exchange* before it goes out and again
//! when its outcome is known (`exchange.rs`), so that the next process goes on where the last one was, and looks up what
//! became of a request that nobody saw answered. Decision 0018.
//!
//! A person's deliveries to one destination go in order and one at a time: two that create at once would create twice. That
//! is settled by the unique index of `turn`.

use serde_json::{Value, json};
use store::{Reader, Tx, sql};

use crate::caller::Caller;
use crate::candidate;
use crate::destination::gate;
use crate::event::{self, Kind, Subject};
use crate::id::{
    ApplicationId, CandidateId, DeliveryId, DestinationId, EventId, OrgId, Uuid, new_uid,
};
use crate::problem::Result;
use crate::remote::{self, Remote};

/// How long a claim usually holds, µs: longer than asking for a token and one request may take together; every request
/// begins it anew.
pub const LEASE: i64 = 3 * 60 * 1_000_000;

/// For how long a delivery is tried, µs, from its first attempt on.
pub const TRIED_FOR: i64 = 72 * 3600 * 1_000_000;

/// Attempts after which a delivery is given up that no process survives.
const MOST_ATTEMPTS: i64 = 500;

/// Why a delivery is a dead letter: what the far side said, as whoever carries understood it, or what became of it here.
pub const REASONS: [&str; 11] = [
    "credentials",
    "permission",
    "settings",
    "job",
    "invalid",
    "duplicate",
    "gone",
    "unclear",
    "unreachable",
    "too_old",
    "not_allowed",
];

/// What a delivery is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A rule said so.
    Rule,
    /// It was written through a linked account that has a destination.
    Account,
    /// Somebody asked for it.
    Push,
    /// What a destination has of a person has changed.
    Update,
    /// Somebody wants to know whether the credentials are good.
    Test,
}

impl Why {
    const ALL: [Why; 5] = [Why::Rule, Why::Account, Why::Push, Why::Update, Why::Test];

    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Why::Rule => "rule",
            Why::Account => "account",
            Why::Push => "push",
            Why::Update => "update",
            Why::Test => "test",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Why> {
        Why::ALL.into_iter().find(|why| why.word() == word)
    }
}

/// What is to be queued.
#[derive(Debug, Clone, Copy)]
pub struct Order<'o> {
    /// Where to.
    pub destination: DestinationId,
    /// What for.
    pub why: Why,
    /// Who; `None`: a test.
    pub candidate: Option<CandidateId>,
    /// With which application.
    pub application: Option<ApplicationId>,
    /// The event that made it.
    pub event: Option<EventId>,
    /// What made it: of one cause a destination gets one delivery.
    pub cause: &'o str,
}

/// Queues a delivery; `None`: there is one of this cause already.
pub fn queue(tx: &mut Tx, org: OrgId, order: &Order) -> Result<Option<Uuid>> {
    let (uid, now) = (new_uid(), tx.now());
    let made = tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, event_id, channel, kind, state, due_at, created_at, destination_id, \
             candidate_id, application_id, cause) VALUES ($1, $2, $3, 'destination', $4, 'queued', $5, $5, $6, $7, $8, $9) \
             ON CONFLICT DO NOTHING"
        ),
        &[
            &org, &uid, &order.event, &order.why.word(), &now, &order.destination, &order.candidate,
            &order.application, &order.cause,
        ],
    )?;
    Ok((made == 1).then_some(uid))
}

/// Whether a delivery of this person waits that nobody has begun: it will carry what is true when it is begun. It is held,
/// so that nobody begins it before what was just written can be seen.
pub fn waits(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    candidate: CandidateId,
    application: Option<ApplicationId>,
) -> Result<bool> {
    let row = tx.one(
        sql!(
            "SELECT id FROM delivery WHERE org_id = $1 AND candidate_id = $2 AND destination_id = $3 AND state = 'queued' \
             AND attempts = 0 AND (CAST($4 AS BIGINT) IS NULL OR application_id = $4) ORDER BY id LIMIT 1 {for update}"
        ),
        &[&org, &candidate, &destination, &application],
    )?;
    Ok(row.is_some())
}

/// A delivery that is ours until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Number of the delivery.
    pub id: DeliveryId,
    /// Its outside name.
    pub uid: String,
    /// Whose.
    pub org: OrgId,
    /// Where to.
    pub destination: DestinationId,
    /// What for.
    pub why: Why,
    /// Who; `None`: a test.
    pub candidate: Option<CandidateId>,
    /// With which application.
    pub application: Option<ApplicationId>,
    /// Which attempt this is, from 1; whoever has a lower number has lost the claim.
    pub attempt: i64,
    /// How often it was put off since it was queued or replayed.
    pub put_off: i64,
    /// When the first attempt since then began, µs.
    pub tried_from: i64,
    /// How long the claim holds, µs; each request begins it anew.
    pub lease: i64,
}

/// How many deliveries are on their way to a destination, in all processes.
pub fn on_their_way(r: &mut Reader, destination: DestinationId) -> Result<i64> {
    let now = r.now();
    Ok(r.number(
        sql!("SELECT COUNT(*) FROM turn WHERE destination_id = $1 AND until_at > $2"),
        &[&destination, &now],
    )?)
}

/// Takes the delivery to this destination that has been due longest and whose person's turn it is, for `lease` µs. On
/// PostgreSQL several processes claim at once and never the same.
pub fn claim(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    lease: i64,
) -> Result<Option<Claimed>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT d.id, d.uid, d.kind, d.candidate_id, d.application_id, d.attempts, d.put_off, d.tried_from \
             FROM delivery d WHERE d.org_id = $1 AND d.destination_id = $2 AND d.state = 'queued' AND d.due_at <= $3 \
             AND d.candidate_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.destination_id = $2 AND e.candidate_id = d.candidate_id \
             AND e.state = 'queued' AND e.id < d.id) \
             AND NOT EXISTS (SELECT 1 FROM turn t WHERE t.destination_id = $2 AND t.candidate_id = d.candidate_id \
             AND t.until_at > $3) ORDER BY d.due_at, d.id LIMIT 1 {for update} {skip locked}"
        ),
        &[&org, &destination, &now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let kind: Option<String> = row.get(2)?;
    let claimed = Claimed {
        id: row.get(0)?,
        uid: row.get(1)?,
        org,
        destination,
        why: kind.as_deref().and_then(Why::parse).unwrap_or(Why::Push),
        candidate: row.get(3)?,
        application: row.get(4)?,
        attempt: row.get::<i64>(5)? + 1,
        put_off: row.get(6)?,
        tried_from: row.get::<Option<i64>>(7)?.unwrap_or(now),
        lease,
    };
    if !take_turn(tx, &claimed, now)? {
        return Ok(None);
    }
    tx.run(
        sql!(
            "UPDATE delivery SET attempts = $3, due_at = $4, tried_from = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &claimed.id, &claimed.attempt, &(now + lease), &claimed.tried_from],
    )?;
    if claimed.attempt > MOST_ATTEMPTS {
        let why = "no attempt came to an end";
        end(tx, &claimed, &Ended::dead("too_old", why))?;
        return Ok(None);
    }
    Ok(Some(claimed))
}

/// One row per person and destination: of two processes one gets it, whatever each could see.
fn take_turn(tx: &mut Tx, claimed: &Claimed, now: i64) -> Result<bool> {
    let who = claimed.candidate;
    let until = now + claimed.lease;
    let made = tx.run(
        sql!(
            "INSERT INTO turn (org_id, destination_id, candidate_id, delivery_id, until_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING"
        ),
        &[&claimed.org, &claimed.destination, &who, &claimed.id, &until],
    )?;
    if made == 1 {
        return Ok(true);
    }
    let taken = tx.run(
        sql!(
            "UPDATE turn SET delivery_id = $4, until_at = $5 \
             WHERE org_id = $1 AND destination_id = $2 AND candidate_id = $3 AND until_at <= $6"
        ),
        &[
            &claimed.org,
            &claimed.destination,
            &who,
            &claimed.id,
            &until,
            &now,
        ],
    )?;
    Ok(taken == 1)
}

/// Begins the lease anew, from `from` (µs) on; `false`: the claim does not hold any more.
pub fn renew(tx: &mut Tx, claimed: &Claimed, from: i64) -> Result<bool> {
    let until = from.max(tx.now()) + claimed.lease;
    let held = tx.run(
        sql!(
            "UPDATE delivery SET due_at = $4 WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt, &until],
    )?;
    if held == 1 {
        tx.run(
            sql!("UPDATE turn SET until_at = $4 WHERE org_id = $1 AND destination_id = $2 AND delivery_id = $3"),
            &[&claimed.org, &claimed.destination, &claimed.id, &until],
        )?;
    }
    Ok(held == 1)
}

fn leave_turn(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    tx.run(
        sql!("DELETE FROM turn WHERE org_id = $1 AND destination_id = $2 AND delivery_id = $3"),
        &[&claimed.org, &claimed.destination, &claimed.id],
    )?;
    Ok(())
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// Everything is there.
    Arrived {
        /// What the far side calls our things.
        remote: Vec<Remote>,
        /// What it did not take, in plain words.
        remarks: Vec<String>,
    },
    /// It is a dead letter.
    Dead {
        /// Of [`REASONS`].
        reason: String,
        /// In plain words, for members and callers of the organization.
        said: String,
    },
    /// Nobody wants it any more: why.
    Canceled(String),
}

impl Ended {
    /// A dead letter.
    pub fn dead(reason: &str, said: impl Into<String>) -> Ended {
        Ended::Dead {
            reason: reason.to_owned(),
            said: said.into(),
        }
    }
}

/// Says how it ended. `false`: the claim does not hold any more, and nothing was changed, but that what arrived is kept:
/// it is true whoever holds the claim.
pub fn end(tx: &mut Tx, claimed: &Claimed, ended: &Ended) -> Result<bool> {
    let now = tx.now();
    let (state, problem, reason, remark) = match ended {
        Ended::Arrived { remarks, .. } => {
            let remark = (!remarks.is_empty()).then(|| remarks.join("\n"));
            ("sent", None, None, remark)
        }
        Ended::Dead { reason, said } => ("dead", Some(said.clone()), Some(reason.clone()), None),
        Ended::Canceled(why) => ("canceled", Some(why.clone()), None, None),
    };
    if let (Ended::Arrived { remote, .. }, Some(candidate)) = (ended, claimed.candidate) {
        keep_remote(tx, claimed, candidate, remote)?;
    }
    let held = tx.run(
        sql!(
            "UPDATE delivery SET state = $4, problem = $5, reason = $6, remark = $7, settled_at = $8 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[
            &claimed.org, &claimed.id, &claimed.attempt, &state, &problem, &reason, &remark, &now,
        ],
    )?;
    leave_turn(tx, claimed)?;
    if held == 0 {
        return Ok(false);
    }
    let kind = match ended {
        Ended::Arrived { .. } if claimed.why != Why::Test => Kind::DeliveryArrived,
        Ended::Dead { .. } if claimed.why != Why::Test => Kind::DeliveryDead,
        _ => return Ok(true),
    };
    tell(tx, claimed, kind)?;
    Ok(true)
}

/// Keeps what the far side calls our things, as soon as it is known.
pub fn keep_remote(
    tx: &mut Tx,
    claimed: &Claimed,
    candidate: CandidateId,
    remote: &[Remote],
) -> Result<()> {
    for thing in remote {
        remote::keep(tx, claimed.org, claimed.destination, candidate, thing)?;
    }
    candidate::follow_far(tx, claimed.org, candidate)
}

/// Not now: it is tried again at `due_at` (µs). `false`: the claim does not hold any more.
pub fn put_off(
    tx: &mut Tx,
    claimed: &Claimed,
    due_at: i64,
    why: &str,
    in_a_row: i64,
) -> Result<bool> {
    let held = tx.run(
        sql!(
            "UPDATE delivery SET due_at = $4, problem = $5, put_off = $6 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempt,
            &due_at,
            &why,
            &in_a_row,
        ],
    )?;
    leave_turn(tx, claimed)?;
    Ok(held == 1)
}

/// Gives a claim back: whoever stops in the midst of it, or may not ask now, is not to make it wait. What was begun keeps
/// its place in the line, before whatever was queued after it.
pub fn put_back(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE delivery SET due_at = created_at WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'queued'"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempt],
    )?;
    leave_turn(tx, claimed)
}

fn tell(tx: &mut Tx, claimed: &Claimed, kind: Kind) -> Result<()> {
    let row = tx.one(
        sql!(
            "SELECT d.uid, a.job_id FROM destination d LEFT JOIN application a ON a.id = $3 \
             WHERE d.org_id = $1 AND d.id = $2"
        ),
        &[&claimed.org, &claimed.destination, &claimed.application],
    )?;
    let Some(row) = row else { return Ok(()) };
    let to: Uuid = row.get(0)?;
    let subject = Subject {
        candidate: claimed.candidate,
        application: claimed.application,
        job: row.get(1)?,
    };
    let data: Value = json!({"delivery": claimed.uid, "destination": to});
    event::append(tx, &Caller::system(claimed.org), kind, &subject, &data)?;
    Ok(())
}

/// How many deliveries to destinations wait, of all organizations.
pub fn waiting(r: &mut Reader) -> Result<i64> {
    Ok(r.number(
        sql!("SELECT COUNT(*) FROM delivery WHERE state = 'queued' AND channel = 'destination'"),
        &[],
    )?)
}

/// Something is due, and for whom; see [`gate::ready`].
pub use gate::{Ready, ready};

/// Tests of credentials that are due, whatever the gates of their destinations; at most 20.
pub fn tests_due(r: &mut Reader, now: i64) -> Result<Vec<Ready>> {
    let rows = r.all(
        sql!(
            "SELECT d.id, d.org_id, d.connector FROM delivery x JOIN destination d ON d.id = x.destination_id \
             WHERE x.channel = 'destination' AND x.kind = 'test' AND x.state = 'queued' AND x.due_at <= $1 \
             ORDER BY x.id LIMIT 20"
        ),
        &[&now],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Ready {
                id: row.get(0)?,
                org: row.get(1)?,
                connector: row.get(2)?,
            })
        })
        .collect()
}

/// Takes the oldest test of this destination's credentials that is due, for `lease` µs.
pub fn claim_test(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    lease: i64,
) -> Result<Option<Claimed>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "SELECT id, uid, attempts FROM delivery WHERE org_id = $1 AND destination_id = $2 AND kind = 'test' \
             AND channel = 'destination' AND state = 'queued' AND due_at <= $3 ORDER BY id LIMIT 1 \
             {for update} {skip locked}"
        ),
        &[&org, &destination, &now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let claimed = Claimed {
        id: row.get(0)?,
        uid: row.get(1)?,
        org,
        destination,
        why: Why::Test,
        candidate: None,
        application: None,
        attempt: row.get::<i64>(2)? + 1,
        put_off: 0,
        tried_from: now,
        lease,
    };
    tx.run(
        sql!(
            "UPDATE delivery SET attempts = $3, due_at = $4, tried_from = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &claimed.id, &claimed.attempt, &(now + lease), &now],
    )?;
    Ok(Some(claimed))
}
