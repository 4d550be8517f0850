//! An account at another system, to which candidates are carried.
//!
//! Which system it is, is a word that this crate does not understand: whoever makes a destination says which of its settings
//! are secrets ([`described`] is how they know). Secrets are sealed with the installation key and shown to nobody; only
//! whoever carries opens them ([`open`]). Which job of theirs is which of ours is `destination/jobs.rs`; whether one may call
//! now, `destination/gate.rs`; what is carried by itself, `rule.rs`.

pub mod described;
pub mod gate;
mod jobs;

use std::collections::BTreeMap;

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{DestinationId, OrgId, Uuid, new_uid};
use crate::issue;
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};
use crate::secret::InstallationKey;

pub use described::Described;
pub use gate::Gate;
pub use jobs::{LineEdit, TableRow, edit_jobs, far_job, jobs, put_jobs};

/// Settings by name.
pub type Settings = BTreeMap<String, String>;

const SEAL: &str = "destination.settings";

/// What every statement here shows of a destination.
macro_rules! shown {
    ($rest:expr) => {
        concat!(
            "SELECT id, uid, connector, name, settings, secrets, default_job, paused_at, problem, reason, problem_at, \
             arrived_at, failures, opened, open_until, probing, quiet_until, calls, told_limit, created_at, \
             updated_at FROM destination ",
            $rest
        )
    };
}

/// An account at another system.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Inside number.
    pub id: DestinationId,
    /// Outside name.
    pub uid: Uuid,
    /// Which system, a name of a connector.
    pub connector: String,
    /// As its organization calls it.
    pub name: String,
    /// What is no secret.
    pub settings: Settings,
    /// Names of the secrets that it has.
    pub secrets: Vec<String>,
    /// The far side's id of jobs that its table does not name.
    pub default_job: Option<String>,
    /// Since when nothing is carried, µs.
    pub paused_at: Option<i64>,
    /// What went wrong last, until something arrives.
    pub trouble: Option<Trouble>,
    /// When something last arrived, µs.
    pub arrived_at: Option<i64>,
    /// Whether one may call.
    pub gate: Gate,
    /// When it was made, µs.
    pub created_at: i64,
    /// When anything of it was last changed by somebody, µs.
    pub updated_at: i64,
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In plain words, without anybody's data.
    pub words: String,
    /// Of a closed list ([`crate::delivery::carrying::REASONS`]), where the far side refused.
    pub reason: Option<String>,
    /// µs.
    pub at: i64,
}

/// What a destination is made of.
#[derive(Clone)]
pub struct NewDestination {
    /// Which system.
    pub connector: String,
    /// As its organization calls it.
    pub name: String,
    /// What is no secret.
    pub settings: Settings,
    /// What is.
    pub secrets: Settings,
    /// See [`Destination::default_job`].
    pub default_job: Option<String>,
}

/// Makes one.
pub fn create(
    tx: &mut Tx,
    key: &InstallationKey,
    caller: &Caller,
    new: &NewDestination,
) -> Result<Destination> {
    let (uid, now) = (new_uid(), tx.now());
    tx.run(
        sql!(
            "INSERT INTO destination (org_id, uid, connector, name, settings, secrets, sealed, default_job, failures, \
             opened, probing, calls, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, '', $9, $9)"
        ),
        &[
            &caller.org, &uid, &new.connector, &new.name, &text(&new.settings), &names(&new.secrets),
            &key.seal(SEAL, text(&new.secrets).as_bytes()), &new.default_job, &now,
        ],
    )?;
    note(tx, caller, Kind::DestinationCreated, uid)?;
    find(tx, caller.org, uid)
}

/// What is changed: each part that is there replaces the old one.
#[derive(Clone, Default)]
pub struct DestinationEdit {
    /// As its organization calls it.
    pub name: Option<String>,
    /// Settings that are no secrets; `None`: is taken away.
    pub settings: BTreeMap<String, Option<String>>,
    /// Secrets; `None`: is taken away.
    pub secrets: BTreeMap<String, Option<String>>,
    /// See [`Destination::default_job`].
    pub default_job: Option<Option<String>>,
}

/// Changes a destination. Where it is or who we are there changed, what went wrong before says nothing any more, and what
/// waits is tried.
pub fn edit(
    tx: &mut Tx,
    key: &InstallationKey,
    caller: &Caller,
    uid: Uuid,
    edit: &DestinationEdit,
) -> Result<Destination> {
    let mut had = lock(tx, caller.org, uid)?;
    let mut secrets = open(tx, key, caller.org, had.id)?.1;
    apply(&mut had.settings, &edit.settings);
    apply(&mut secrets, &edit.secrets);
    let name = edit.name.as_ref().unwrap_or(&had.name);
    let default_job = edit.default_job.as_ref().unwrap_or(&had.default_job);
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE destination SET name = $3, settings = $4, secrets = $5, sealed = $6, default_job = $7, updated_at = $8 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &caller.org, &had.id, &name, &text(&had.settings), &names(&secrets),
            &key.seal(SEAL, text(&secrets).as_bytes()), &default_job, &now,
        ],
    )?;
    if !edit.settings.is_empty() || !edit.secrets.is_empty() {
        forgive(tx, caller, had.id)?;
    }
    note(tx, caller, Kind::DestinationChanged, uid)?;
    find(tx, caller.org, uid)
}

/// When it was last changed, µs: another moment, another destination.
pub fn changed_at(r: &mut Reader, org: OrgId, id: DestinationId) -> Result<i64> {
    Ok(r.number(
        sql!("SELECT updated_at FROM destination WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?)
}

/// Carries nothing any more until [`resume`]; what is on its way comes to its end. Twice is no error.
pub fn pause(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Destination> {
    let had = lock(tx, caller.org, uid)?;
    if had.paused_at.is_none() {
        let now = tx.now();
        tx.run(
            sql!("UPDATE destination SET paused_at = $3 WHERE org_id = $1 AND id = $2"),
            &[&caller.org, &had.id, &now],
        )?;
        note(tx, caller, Kind::DestinationPaused, uid)?;
    }
    find(tx, caller.org, uid)
}

/// Carries again, beginning now, whatever went wrong before. Twice is no error.
pub fn resume(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Destination> {
    let had = lock(tx, caller.org, uid)?;
    tx.run(
        sql!("UPDATE destination SET paused_at = NULL WHERE org_id = $1 AND id = $2"),
        &[&caller.org, &had.id],
    )?;
    forgive(tx, caller, had.id)?;
    if had.paused_at.is_some() {
        note(tx, caller, Kind::DestinationResumed, uid)?;
    }
    find(tx, caller.org, uid)
}

/// Closes the circuit, and the issue: somebody has looked.
fn forgive(tx: &mut Tx, caller: &Caller, id: DestinationId) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE destination SET failures = 0, opened = 0, open_until = NULL, probing = 0, quiet_until = NULL, \
             problem = NULL, reason = NULL, problem_at = NULL WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &id],
    )?;
    issue::resolve(tx, caller, id)
}

/// Removes a destination: its secrets are gone, its rules too, linked accounts are carried nowhere, and what waited for it
/// is canceled. What it was told and what it called our things stays.
pub fn remove(tx: &mut Tx, key: &InstallationKey, caller: &Caller, uid: Uuid) -> Result<()> {
    let had = lock(tx, caller.org, uid)?;
    let now = tx.now();
    let nothing = key.seal(SEAL, b"{}");
    tx.run(
        sql!(
            "UPDATE destination SET removed_at = $3, sealed = $4, secrets = '[]' WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &had.id, &now, &nothing],
    )?;
    tx.run(
        sql!(
            "UPDATE rule SET removed_at = $3 WHERE org_id = $1 AND destination_id = $2 AND removed_at IS NULL"
        ),
        &[&caller.org, &had.id, &now],
    )?;
    tx.run(
        sql!(
            "UPDATE linked_account SET destination_id = NULL WHERE org_id = $1 AND destination_id = $2"
        ),
        &[&caller.org, &had.id],
    )?;
    tx.run(
        sql!(
            "UPDATE delivery SET state = 'canceled', problem = 'the destination was removed', settled_at = $3 \
             WHERE org_id = $1 AND destination_id = $2 AND state = 'queued'"
        ),
        &[&caller.org, &had.id, &now],
    )?;
    issue::resolve(tx, caller, had.id)?;
    note(tx, caller, Kind::DestinationRemoved, uid)
}

/// The organization's destination of this outside name.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Destination> {
    let row = r.one(
        sql!(shown!(
            "WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL"
        )),
        &[&org, &uid],
    )?;
    found(row)
}

/// The organization's destination of this number.
pub fn by_id(r: &mut Reader, org: OrgId, id: DestinationId) -> Result<Destination> {
    let row = r.one(
        sql!(shown!(
            "WHERE org_id = $1 AND id = $2 AND removed_at IS NULL"
        )),
        &[&org, &id],
    )?;
    found(row)
}

fn lock(tx: &mut Tx, org: OrgId, uid: Uuid) -> Result<Destination> {
    let row = tx.one(
        sql!(shown!(
            "WHERE org_id = $1 AND uid = $2 AND removed_at IS NULL {for update}"
        )),
        &[&org, &uid],
    )?;
    found(row)
}

/// The organization's destinations on `side`; `Before` pages come newest first.
pub fn list(r: &mut Reader, org: OrgId, side: Side, limit: i64) -> Result<Vec<Destination>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(shown!(
                "WHERE org_id = $1 AND id > $2 AND removed_at IS NULL ORDER BY id LIMIT $3"
            )),
            n,
        ),
        Side::Before(n) => (
            sql!(shown!(
                "WHERE org_id = $1 AND id < $2 AND removed_at IS NULL ORDER BY id DESC LIMIT $3"
            )),
            n,
        ),
    };
    let rows = r.all(statement, &[&org, &n, &limit])?;
    rows.iter().map(read).collect()
}

/// Its settings and its secrets in the clear: for whoever carries, and for nobody else.
pub fn open(
    r: &mut Reader,
    key: &InstallationKey,
    org: OrgId,
    id: DestinationId,
) -> Result<(Settings, Settings)> {
    let row = r.one(
        sql!("SELECT settings, sealed FROM destination WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Destination))?;
    let (plain, sealed): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let secrets = key.open(SEAL, &sealed)?;
    Ok((
        serde_json::from_str(&plain).map_err(Problem::broken)?,
        serde_json::from_slice(&secrets).map_err(Problem::broken)?,
    ))
}

fn apply(settings: &mut Settings, edits: &BTreeMap<String, Option<String>>) {
    for (name, value) in edits {
        match value {
            Some(value) => settings.insert(name.clone(), value.clone()),
            None => settings.remove(name),
        };
    }
}

fn text(settings: &Settings) -> String {
    json!(settings).to_string()
}

fn names(settings: &Settings) -> String {
    json!(settings.keys().collect::<Vec<_>>()).to_string()
}

fn note(tx: &mut Tx, caller: &Caller, kind: Kind, uid: Uuid) -> Result<()> {
    let data = json!({"destination": uid});
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

fn found(row: Option<Row>) -> Result<Destination> {
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Destination)), read)
}

fn read(row: &Row) -> Result<Destination> {
    let (settings, secrets): (String, String) = (row.get(4)?, row.get(5)?);
    let words: Option<String> = row.get(8)?;
    let (reason, at): (Option<String>, Option<i64>) = (row.get(9)?, row.get(10)?);
    Ok(Destination {
        id: row.get(0)?,
        uid: row.get(1)?,
        connector: row.get(2)?,
        name: row.get(3)?,
        settings: serde_json::from_str(&settings).map_err(Problem::broken)?,
        secrets: serde_json::from_str(&secrets).map_err(Problem::broken)?,
        default_job: row.get(6)?,
        paused_at: row.get(7)?,
        trouble: words.map(|words| Trouble {
            words,
            reason,
            at: at.unwrap_or_default(),
        }),
        arrived_at: row.get(11)?,
        gate: gate::read(row, 12)?,
        created_at: row.get(19)?,
        updated_at: row.get(20)?,
    })
}
