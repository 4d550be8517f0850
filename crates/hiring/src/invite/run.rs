//! Inviting many people in one go: a list that is kept first, looked at, and then worked through in slices.
//!
//! A *run* and its rows are made whole ([`create`], [`add_rows`]) and never changed but for what became of them, so that what
//! somebody has looked at is what is done. The program works through what is running ([`step`], `invite/run/step.rs`): a row is
//! settled in the transaction that makes its invite, so a restart goes on where it ended and nobody is invited twice; that
//! nobody has two open applications for one job is the partial unique index's matter as everywhere. What would become of a
//! row that was not done yet is looked up when somebody looks ([`rows`]).

mod show;
mod step;

use serde_json::Value;
use store::{Reader, Row, Tx, sql};

use crate::caller::{Caller, Who};
use crate::id::{JobId, MemberId, OrgId, RunId, Uuid, new_uid};
use crate::job;
use crate::problem::{Clash, Noun, Problem, Result};
use crate::text;

pub use show::{Line, Plan, Progress, lines, plans, progress, runs};
pub use step::{Pace, ROWS, fail_next, has_work, step};

/// Rows of a list at most.
pub const MOST: usize = 10_000;
/// Rows that are written in one transaction.
pub const SLICE: usize = 200;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Somebody looks at what it would do.
    Draft,
    /// It is worked through.
    Running,
    /// Somebody stopped it, or it cannot go on: [`Run::remark`].
    Stopped,
    /// Every row was done.
    Done,
}

const STATES: [(State, &str); 4] = [
    (State::Draft, "draft"),
    (State::Running, "running"),
    (State::Stopped, "stopped"),
    (State::Done, "done"),
];

impl State {
    /// As stored.
    pub fn word(self) -> &'static str {
        STATES
            .iter()
            .find(|(s, _)| *s == self)
            .map_or("draft", |(_, w)| w)
    }

    fn parse(word: &str) -> State {
        let known = STATES.iter().find(|(_, w)| *w == word);
        known.map_or(State::Stopped, |(s, _)| *s)
    }
}

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Inside number.
    pub id: RunId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub org: OrgId,
    /// To which job people are invited.
    pub job: JobId,
    /// Who invites.
    pub member: MemberId,
    /// How far it is.
    pub state: State,
    /// Why it stopped by itself.
    pub remark: Option<String>,
    /// What it is made of.
    pub new: NewRun,
    /// How many rows the list has.
    pub total: i64,
    /// When it was made, µs.
    pub created_at: i64,
    /// When it was first started, µs.
    pub started_at: Option<i64>,
    /// When its last row was done, µs.
    pub ended_at: Option<i64>,
}

/// What a run is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRun {
    /// The source of the applications.
    pub source: String,
    /// What the inviter says to everybody.
    pub message: Option<String>,
    /// BCP 47 tag of the language of mails and pages.
    pub language: Option<String>,
    /// How many days the invites are valid.
    pub days: Option<i64>,
    /// Whether they are mailed.
    pub mailed: bool,
    /// The names of the list's columns, if it has any.
    pub header: Vec<String>,
    /// Which column is what; whoever reads lists knows what it holds.
    pub mapping: Value,
    /// The list as text, kept until the run is started.
    pub body: Option<String>,
}

/// A person to invite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRow {
    /// As it stands in the list.
    pub email: String,
    /// As it stands in the list.
    pub name: String,
}

/// Why nobody is invited by a row, whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has no e-mail address, or none that is one.
    Address,
    /// The address stands further up in the list.
    Twice,
}

impl Fault {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Fault::Address => "address",
            Fault::Twice => "twice",
        }
    }

    pub(super) fn parse(word: &str) -> Fault {
        match word {
            "twice" => Fault::Twice,
            _ => Fault::Address,
        }
    }
}

/// Makes a run of `total` rows, which follow by [`add_rows`].
///
/// # Errors
/// [`Clash::NotAllowed`] when the job takes no applications, or whoever asks is no member.
pub fn create(tx: &mut Tx, caller: &Caller, job: JobId, new: &NewRun, total: usize) -> Result<Run> {
    let Who::Member(member) = caller.who else {
        let why = "only a member invites many";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    };
    must_take(&job::find(tx, caller.org, job)?)?;
    let (uid, now) = (new_uid(), tx.now());
    let header = serde_json::to_string(&new.header).unwrap_or_default();
    tx.run(
        sql!(
            "INSERT INTO invite_run (org_id, uid, job_id, member_id, state, source, message, language, days, mailed, \
             header, mapping, body, total, created_at, touched_at) \
             VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)"
        ),
        &[
            &caller.org, &uid, &job, &member, &new.source, &new.message, &new.language, &new.days,
            &i64::from(new.mailed), &header, &new.mapping.to_string(), &new.body, &(total as i64), &now,
        ],
    )?;
    find(tx, caller.org, uid)
}

/// Whether people may be invited to the job.
pub(super) fn must_take(job: &job::Job) -> Result<()> {
    match job.status {
        job::Status::Open | job::Status::OnHold => Ok(()),
        _ => Err(Problem::Conflict(Clash::NotAllowed("the job is not open"))),
    }
}

/// Adds rows to a run that was just made, the first of them with number `from`; at most [`SLICE`] at a time. An address that
/// stands there already is noted as standing there twice: the unique index decides.
pub fn add_rows(tx: &mut Tx, org: OrgId, run: RunId, from: usize, rows: &[NewRow]) -> Result<()> {
    assert!(rows.len() <= SLICE, "a slice of more than {SLICE} rows");
    for (offset, row) in rows.iter().enumerate() {
        let n = (from + offset) as i64;
        let key = text::email_key(&row.email);
        let put = match &key {
            Some(key) => tx.run(
                sql!(
                    "INSERT INTO invite_row (org_id, run_id, n, email, email_key, name) \
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (run_id, email_key) DO NOTHING"
                ),
                &[&org, &run, &n, &row.email, key, &row.name],
            )?,
            None => 0,
        };
        if put == 0 {
            let fault = if key.is_some() {
                Fault::Twice
            } else {
                Fault::Address
            };
            tx.run(
                sql!(
                    "INSERT INTO invite_row (org_id, run_id, n, email, name, fault) VALUES ($1, $2, $3, $4, $5, $6)"
                ),
                &[&org, &run, &n, &row.email, &row.name, &fault.word()],
            )?;
        }
    }
    Ok(())
}

/// The organization's run of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Run> {
    let row = r.one(
        sql!(
            "SELECT id, uid, org_id, job_id, member_id, state, remark, source, message, language, days, mailed, header, \
             mapping, body, total, created_at, started_at, ended_at FROM invite_run WHERE org_id = $1 AND uid = $2"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::InviteRun)), read)
}

/// Starts a run, or takes one up again that was stopped. Once more is no error.
///
/// # Errors
/// [`Clash::NotAllowed`] when it is done, when its list did not come whole, or when the job is not open.
pub fn start(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Run> {
    let run = lock(tx, caller.org, uid)?;
    let refused = |why| Err(Problem::Conflict(Clash::NotAllowed(why)));
    match run.state {
        State::Running => return Ok(run),
        State::Done => return refused("everybody on this list was dealt with already"),
        State::Draft | State::Stopped => {}
    }
    must_take(&job::find(tx, caller.org, run.job)?)?;
    let there = tx.number(
        sql!("SELECT COUNT(*) FROM invite_row WHERE org_id = $1 AND run_id = $2"),
        &[&caller.org, &run.id],
    )?;
    if there != run.total {
        return refused("the list did not come whole: please send it again");
    }
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE invite_run SET state = 'running', remark = NULL, body = NULL, started_at = COALESCE(started_at, $3), \
             touched_at = $3 WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &run.id, &now],
    )?;
    find(tx, caller.org, uid)
}

/// Stops a run: what is not done yet stays undone, until somebody starts it again.
pub fn stop(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Run> {
    let run = lock(tx, caller.org, uid)?;
    if run.state == State::Running {
        tx.run(
            sql!("UPDATE invite_run SET state = 'stopped' WHERE org_id = $1 AND id = $2"),
            &[&caller.org, &run.id],
        )?;
    }
    find(tx, caller.org, uid)
}

fn lock(tx: &mut Tx, org: OrgId, uid: Uuid) -> Result<Run> {
    tx.one(
        sql!("SELECT id FROM invite_run WHERE org_id = $1 AND uid = $2 {for update}"),
        &[&org, &uid],
    )?;
    find(tx, org, uid)
}

/// Forgets some rows of drafts that nobody started within a week, and drafts that have none left; how many of both. Of all
/// organizations, as it is the program's own sweep.
pub fn forget_drafts(tx: &mut Tx) -> Result<usize> {
    const WEEK: i64 = 7 * 86_400 * 1_000_000;
    let before = tx.now() - WEEK;
    let rows = tx.run(
        sql!(
            "DELETE FROM invite_row WHERE id IN (SELECT w.id FROM invite_row w JOIN invite_run u ON u.id = w.run_id \
             WHERE u.state = 'draft' AND u.created_at < $1 LIMIT 200)"
        ),
        &[&before],
    )?;
    if rows > 0 {
        return Ok(rows as usize);
    }
    let runs = tx.run(
        sql!(
            "DELETE FROM invite_run WHERE id IN (SELECT u.id FROM invite_run u WHERE u.state = 'draft' \
             AND u.created_at < $1 LIMIT 200)"
        ),
        &[&before],
    )?;
    Ok(runs as usize)
}

fn read(row: &Row) -> Result<Run> {
    let (state, header, mapping): (String, String, String) =
        (row.get(5)?, row.get(12)?, row.get(13)?);
    Ok(Run {
        id: row.get(0)?,
        uid: row.get(1)?,
        org: row.get(2)?,
        job: row.get(3)?,
        member: row.get(4)?,
        state: State::parse(&state),
        remark: row.get(6)?,
        new: NewRun {
            source: row.get(7)?,
            message: row.get(8)?,
            language: row.get(9)?,
            days: row.get(10)?,
            mailed: row.get::<i64>(11)? == 1,
            header: serde_json::from_str(&header).unwrap_or_default(),
            mapping: serde_json::from_str(&mapping).unwrap_or_default(),
            body: row.get(14)?,
        },
        total: row.get(15)?,
        created_at: row.get(16)?,
        started_at: row.get(17)?,
        ended_at: row.get(18)?,
    })
}
