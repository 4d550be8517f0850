//! A job's board: its applications column by column as cards, and moving one of them from where it was seen.
//!
//! A card carries the *version* of its place (the stage, and since when): whoever moves it says where they saw it, and one
//! UPDATE that holds only there settles it. Of two who move one card at once one does, and the other hears who was first
//! ([`Elsewhere`]). Doing the same to many is in `application/bulk.rs`.
//!
//! Which indexes serve the columns stands in `V18__board.sql`.

use serde_json::Value;
use store::{Reader, Row, ToValue, Tx, sql};

use super::{DECISION, Disposition};
use crate::caller::Caller;
use crate::candidate;
use crate::counts::{self, Actor};
use crate::event::{self, Kind, Subject};
use crate::id::{ApplicationId, CandidateId, JobId, OrgId, StageId, Uuid};
use crate::job::{self, Stage};
use crate::page::{hundred, with_hundred_names};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};
use crate::record::Record;
use crate::text;

/// Which cards are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sieve {
    /// Whose source begins so ([`sources`]).
    pub source: Option<String>,
    /// Of people with this tag.
    pub tag: Option<i64>,
    /// Of people whose name or address contains this text, whatever its case.
    pub text: Option<String>,
    /// Applied (or made, where they have not applied) from the first on and before the second, µs.
    pub applied: (Option<i64>, Option<i64>),
}

/// An application as the board shows it.
#[derive(Debug, Clone)]
pub struct Card {
    /// Inside number.
    pub id: ApplicationId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub candidate: Uuid,
    /// What they are called; `""` where nobody knows.
    pub name: String,
    /// Their first address.
    pub email: Option<String>,
    /// Their tags.
    pub tags: Vec<String>,
    /// Where it came from.
    pub source: String,
    /// Where it stands…
    pub seen: Seen,
    /// There only because of an open invite.
    pub pending: bool,
    /// When the person applied, µs.
    pub applied_at: Option<i64>,
    /// Whether a member has looked at it.
    pub read: bool,
    /// How it ended and when, µs.
    pub ended: Option<(Disposition, i64)>,
    /// Why.
    pub reason: Option<String>,
}

impl Card {
    /// In which column it is.
    pub fn column(&self) -> Column {
        match self.ended {
            Some((how, _)) => Column::Ended(how),
            None => Column::Stage(self.seen.stage),
        }
    }

    /// Where in its column: what comes after it begins here.
    pub fn place(&self) -> After {
        After(self.ended.map_or(self.seen.at, |(_, at)| at), self.id.0)
    }
}

/// Where somebody saw a card: its stage, and since when it was there (µs). Together they are a version: a card that left
/// and came back is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Seen {
    pub stage: StageId,
    pub at: i64,
}

/// A column of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Those that stand in a stage and have not ended.
    Stage(StageId),
    /// Those that ended so.
    Ended(Disposition),
}

/// Where a page of a column begins: after this one (time, number).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After(pub i64, pub i64);

impl After {
    /// The column's beginning.
    pub const NOTHING: After = After(i64::MAX, i64::MAX);
}

/// The conditions of a [`Sieve`]; the numbers of its parameters. Added to nothing, a moment is looked up in no index.
macro_rules! sieve {
    ($source:literal, $tag:literal, $text:literal, $from:literal, $before:literal) => {
        concat!(
            " AND (CAST(",
            $source,
            " AS TEXT) IS NULL OR substr(a.source, 1, 100) = ",
            $source,
            ") \
             AND (CAST(",
            $tag,
            " AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM tagged g \
             WHERE g.candidate_id = a.candidate_id AND g.tag_id = ",
            $tag,
            ")) \
             AND (CAST(",
            $text,
            " AS TEXT) IS NULL OR REPLACE(a.sort_name, ",
            $text,
            ", '') <> a.sort_name \
             OR REPLACE(a.sort_email, ",
            $text,
            ", '') <> a.sort_email) \
             AND COALESCE(a.applied_at, a.created_at) >= ",
            $from,
            " AND COALESCE(a.applied_at, a.created_at) < ",
            $before
        )
    };
}

macro_rules! card {
    () => {
        "SELECT a.id, a.uid, c.uid, c.record, a.source, a.stage_id, a.stage_at, a.pending, a.applied_at, a.read_at, \
         a.disposition, a.ended_at, a.reason"
    };
}

/// A page of a column: first the numbers of its cards, so that no more is carried through the order.
macro_rules! column {
    ($which:literal, $at:literal, $sieve:expr, $time:literal, $id:literal, $limit:literal) => {
        sql!(concat!(
            card!(),
            " FROM (SELECT a.id AS id FROM application a WHERE a.org_id = $1 AND a.job_id = $2 AND ", $which, $sieve,
            " AND (a.", $at, ", a.id) < (", $time, ", ", $id, ") ORDER BY a.", $at, " DESC, a.id DESC LIMIT ", $limit,
            ") p JOIN application a ON a.id = p.id JOIN candidate c ON c.id = a.candidate_id \
             ORDER BY a.", $at, " DESC, a.id DESC"
        ))
    };
}

/// `limit` cards of a column, newest in it first.
pub fn column(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    column: Column,
    sieve: &Sieve,
    after: After,
    limit: i64,
) -> Result<Vec<Card>> {
    let (stage, ended) = match column {
        Column::Stage(stage) => (Some(stage), None),
        Column::Ended(how) => (None, Some(how.word())),
    };
    let which: &dyn ToValue = match column {
        Column::Stage(_) => &stage,
        Column::Ended(_) => &ended,
    };
    let mut parameters: Vec<&dyn ToValue> = vec![&org, &job, which, &after.0, &after.1, &limit];
    let bounds = Bounds::of(r, org, sieve)?;
    let statement = match (column, *sieve == Sieve::default()) {
        (Column::Stage(_), true) => column!(
            "a.stage_id = $3 AND a.ended_at IS NULL",
            "stage_at",
            "",
            "$4",
            "$5",
            "$6"
        ),
        (Column::Ended(_), true) => column!(
            "a.disposition = $3 AND a.ended_at IS NOT NULL",
            "ended_at",
            "",
            "$4",
            "$5",
            "$6"
        ),
        (Column::Stage(_), false) => column!(
            "a.stage_id = $3 AND a.ended_at IS NULL",
            "stage_at",
            sieve!("$7", "$8", "$9", "$10", "$11"),
            "$4",
            "$5",
            "$6"
        ),
        (Column::Ended(_), false) => column!(
            "a.disposition = $3 AND a.ended_at IS NOT NULL",
            "ended_at",
            sieve!("$7", "$8", "$9", "$10", "$11"),
            "$4",
            "$5",
            "$6"
        ),
    };
    if *sieve != Sieve::default() {
        parameters.extend(bounds.values());
    }
    let rows = r.all(statement, &parameters)?;
    rows.iter().map(read).collect()
}

/// The cards of these outside names (at most [`crate::page::MOST`]) that are the job's and pass the sieve; in no order.
pub fn cards(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    sieve: &Sieve,
    uids: &[Uuid],
) -> Result<Vec<Card>> {
    let bounds = Bounds::of(r, org, sieve)?;
    let mut parameters = with_hundred_names(&org, uids);
    parameters.push(&job);
    parameters.extend(bounds.values());
    let rows = r.all(
        sql!(concat!(
            card!(),
            " FROM application a JOIN candidate c ON c.id = a.candidate_id WHERE a.org_id + 0 = $1 AND a.uid IN (",
            hundred!(),
            ") AND a.job_id + 0 = $102",
            sieve!("$103", "$104", "$105", "$106", "$107"),
            " LIMIT 100"
        )),
        &parameters,
    )?;
    rows.iter().map(read).collect()
}

/// How many cards each column has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By stage; stages where nobody stands are left out.
    pub stages: Vec<(StageId, i64)>,
    /// By how they ended, the same.
    pub ended: Vec<(Disposition, i64)>,
}

impl Tally {
    /// Of one column.
    pub fn of(&self, column: Column) -> i64 {
        let found = match column {
            Column::Stage(id) => self.stages.iter().find(|(s, _)| *s == id).map(|(_, n)| *n),
            Column::Ended(how) => self.ended.iter().find(|(d, _)| *d == how).map(|(_, n)| *n),
        };
        found.unwrap_or(0)
    }
}

/// Counts the cards that pass, column by column.
pub fn tally(r: &mut Reader, org: OrgId, job: JobId, sieve: &Sieve) -> Result<Tally> {
    let bounds = Bounds::of(r, org, sieve)?;
    let mut parameters: Vec<&dyn ToValue> = vec![&org, &job];
    let (open, ended) = if *sieve == Sieve::default() {
        (
            sql!(
                "SELECT a.stage_id, COUNT(*) FROM application a WHERE a.org_id = $1 AND a.job_id = $2 \
                 AND a.ended_at IS NULL GROUP BY a.stage_id"
            ),
            sql!(
                "SELECT a.disposition, COUNT(*) FROM application a WHERE a.org_id = $1 AND a.job_id = $2 \
                 AND a.ended_at IS NOT NULL GROUP BY a.disposition"
            ),
        )
    } else {
        parameters.extend(bounds.values());
        (
            sql!(concat!(
                "SELECT a.stage_id, COUNT(*) FROM application a WHERE a.org_id = $1 AND a.job_id = $2 \
                 AND a.ended_at IS NULL",
                sieve!("$3", "$4", "$5", "$6", "$7"),
                " GROUP BY a.stage_id"
            )),
            sql!(concat!(
                "SELECT a.disposition, COUNT(*) FROM application a WHERE a.org_id = $1 AND a.job_id = $2 \
                 AND a.ended_at IS NOT NULL",
                sieve!("$3", "$4", "$5", "$6", "$7"),
                " GROUP BY a.disposition"
            )),
        )
    };
    let stages = r.all(open, &parameters)?;
    let ended = r.all(ended, &parameters)?;
    let mut tally = Tally::default();
    for row in &stages {
        tally.stages.push((row.get(0)?, row.get(1)?));
    }
    for row in &ended {
        let word: Option<String> = row.get(0)?;
        if let Some(how) = word.as_deref().and_then(Disposition::parse) {
            tally.ended.push((how, row.get(1)?));
        }
    }
    Ok(tally)
}

/// Where the job's applications come from, in order, at most `limit`: looked up one after the other, so that it costs as
/// many looks as there are sources, however many applications there are.
pub fn sources(r: &mut Reader, org: OrgId, job: JobId, limit: usize) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    while found.len() < limit {
        let last = found.last().map_or("", String::as_str);
        let row = r.one(
            sql!(
                "SELECT substr(a.source, 1, 100) FROM application a WHERE a.org_id = $1 AND a.job_id = $2 \
                 AND substr(a.source, 1, 100) > $3 ORDER BY substr(a.source, 1, 100) LIMIT 1"
            ),
            &[&org, &job, &last],
        )?;
        match row {
            Some(row) => found.push(row.get(0)?),
            None => break,
        }
    }
    Ok(found)
}

/// The tags that a sieve may name: those of the organization, by name, at most `limit`.
pub fn tags(r: &mut Reader, org: OrgId, limit: i64) -> Result<Vec<(i64, String)>> {
    let rows = r.all(
        sql!("SELECT id, name FROM tag WHERE org_id = $1 ORDER BY name_key LIMIT $2"),
        &[&org, &limit],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// A sieve as statements take it.
struct Bounds {
    source: Option<String>,
    tag: Option<i64>,
    text: Option<String>,
    from: i64,
    before: i64,
}

impl Bounds {
    fn of(r: &mut Reader, org: OrgId, sieve: &Sieve) -> Result<Bounds> {
        let text = sieve.text.as_deref().map(text::key);
        let text = text.filter(|key| !key.is_empty());
        if text.is_some() || sieve.tag.is_some() {
            candidate::all_indexed(r, org)?;
        }
        Ok(Bounds {
            source: sieve.source.clone(),
            tag: sieve.tag,
            text,
            from: sieve.applied.0.unwrap_or(i64::MIN),
            before: sieve.applied.1.unwrap_or(i64::MAX),
        })
    }

    fn values(&self) -> [&dyn ToValue; 5] {
        [
            &self.source,
            &self.tag,
            &self.text,
            &self.from,
            &self.before,
        ]
    }
}

fn read(row: &Row) -> Result<Card> {
    let record: String = row.get(3)?;
    let record = Record::parse(&record);
    let how: Option<String> = row.get(10)?;
    let ended_at: Option<i64> = row.get(11)?;
    Ok(Card {
        id: row.get(0)?,
        uid: row.get(1)?,
        candidate: row.get(2)?,
        name: record.name().to_owned(),
        email: record.email().map(str::to_owned),
        tags: tags_of(&record).map(str::to_owned).collect(),
        source: row.get(4)?,
        seen: Seen {
            stage: row.get(5)?,
            at: row.get(6)?,
        },
        pending: row.get::<i64>(7)? == 1,
        applied_at: row.get(8)?,
        read: row.get::<Option<i64>>(9)?.is_some(),
        ended: how.as_deref().and_then(Disposition::parse).zip(ended_at),
        reason: row.get(12)?,
    })
}

/// The tags that a record holds.
pub(super) fn tags_of(record: &Record) -> impl Iterator<Item = &str> {
    record.list("tags").iter().filter_map(Value::as_str)
}

/// What moving a card came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shift {
    /// It stands where it was wanted, and stood where it was seen.
    Moved,
    /// It stood there already: nothing was changed.
    There,
    /// It was not where it was seen any more: nothing was changed.
    Elsewhere(Elsewhere),
    /// It waits for its person to apply; such a card does not move.
    Pending,
}

/// Where a card is in truth, and who put it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Where it stands now.
    pub seen: Seen,
    /// The name of that stage.
    pub stage: String,
    /// How it ended, if it did.
    pub ended: Option<Disposition>,
    /// Who did it.
    pub by: Actor,
    /// When, µs.
    pub at: i64,
}

/// Moves the job's application `uid` to stage `to`, if it still is where it was `seen`.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Invalid`] when `to` is no stage of the job.
pub fn shift(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    uid: Uuid,
    seen: Seen,
    to: StageId,
) -> Result<Shift> {
    let stages = job::stages(tx, caller.org, job)?;
    shift_among(tx, caller, job, &stages, uid, seen, to)
}

/// The same with the job's stages at hand.
pub(super) fn shift_among(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    stages: &[Stage],
    uid: Uuid,
    seen: Seen,
    to: StageId,
) -> Result<Shift> {
    let (org, now) = (caller.org, tx.now());
    if !stages.iter().any(|s| s.id == to) {
        let detail = "no such stage in this job";
        return Err(Flaw::new("/to_stage", FlawCode::UnknownReference, detail).into());
    }
    let decided = |id| stages.iter().any(|s| s.id == id && s.kind == DECISION);
    if seen.stage != to {
        // A version is never given twice, however fast a card comes and goes.
        let moved = tx.one(
            sql!(
                "UPDATE application SET stage_id = $6, stage_at = CASE WHEN $7 > stage_at THEN $7 ELSE stage_at + 1 END, \
                 updated_at = $7, read_at = COALESCE(read_at, $7), \
                 status_at = CASE WHEN CAST($8 AS BIGINT) = 1 THEN $7 ELSE status_at END \
                 WHERE org_id = $1 AND uid = $2 AND job_id + 0 = $3 AND stage_id + 0 = $4 AND stage_at + 0 = $5 \
                 AND ended_at IS NULL AND pending = 0 RETURNING id, candidate_id"
            ),
            &[&org, &uid, &job, &seen.stage, &seen.at, &to, &now, &i64::from(decided(to) != decided(seen.stage))],
        )?;
        if let Some(row) = moved {
            note_move(tx, caller, job, (row.get(0)?, row.get(1)?), seen, to)?;
            return Ok(Shift::Moved);
        }
    }
    let there = whereabouts(tx, org, job, uid)?;
    Ok(match there {
        Whereabouts {
            pending: true,
            ended: None,
            ..
        } => Shift::Pending,
        Whereabouts {
            ended: None,
            seen: now,
            ..
        } if now.stage == to => Shift::There,
        other => Shift::Elsewhere(elsewhere(tx, org, stages, &other)?),
    })
}

fn note_move(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    (id, candidate): (ApplicationId, CandidateId),
    seen: Seen,
    to: StageId,
) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    tx.run(
        sql!(
            "INSERT INTO passage (org_id, application_id, stage_id, entered_at, left_at) VALUES ($1, $2, $3, $4, $5)"
        ),
        &[&org, &id, &seen.stage, &seen.at, &now],
    )?;
    let subject = Subject::application(candidate, id, job);
    let data = serde_json::json!({"from_stage": seen.stage.0, "to_stage": to.0});
    event::append(tx, caller, Kind::ApplicationAdvanced, &subject, &data)?;
    Ok(())
}

/// An application's place on its board.
pub(super) struct Whereabouts {
    pub id: ApplicationId,
    pub candidate: CandidateId,
    pub seen: Seen,
    pub pending: bool,
    pub ended: Option<(Disposition, i64)>,
}

/// Where the job's application `uid` is.
pub(super) fn whereabouts(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    uid: Uuid,
) -> Result<Whereabouts> {
    let row = r.one(
        sql!(
            "SELECT id, candidate_id, stage_id, stage_at, pending, disposition, ended_at FROM application \
             WHERE org_id = $1 AND uid = $2 AND job_id + 0 = $3"
        ),
        &[&org, &uid, &job],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Application))?;
    let how: Option<String> = row.get(5)?;
    let ended_at: Option<i64> = row.get(6)?;
    Ok(Whereabouts {
        id: row.get(0)?,
        candidate: row.get(1)?,
        seen: Seen {
            stage: row.get(2)?,
            at: row.get(3)?,
        },
        pending: row.get::<i64>(4)? == 1,
        ended: how.as_deref().and_then(Disposition::parse).zip(ended_at),
    })
}

/// Who put it there. The event was appended in the transaction that set the time, so it is among those of that moment.
pub(super) fn elsewhere(
    r: &mut Reader,
    org: OrgId,
    stages: &[Stage],
    there: &Whereabouts,
) -> Result<Elsewhere> {
    /// By so much may a version run ahead of the clock.
    const AHEAD: i64 = 1_000;
    let at = there.ended.map_or(there.seen.at, |(_, at)| at);
    let row = r.one(
        sql!(
            "SELECT actor FROM event WHERE org_id = $1 AND created_at >= $2 AND created_at <= $3 AND application_id = $4 \
             AND kind IN ('application.advanced', 'application.submitted', 'application.hired', 'application.rejected', \
             'application.withdrawn') ORDER BY id DESC LIMIT 1"
        ),
        &[&org, &(at - AHEAD), &at, &there.id],
    )?;
    let by = match row {
        Some(row) => counts::actor_name(r, org, &row.get::<String>(0)?)?,
        None => Actor::System,
    };
    let stage = stages.iter().find(|s| s.id == there.seen.stage);
    Ok(Elsewhere {
        seen: there.seen,
        stage: stage.map(|s| s.name.clone()).unwrap_or_default(),
        ended: there.ended.map(|(how, _)| how),
        by,
        at,
    })
}

/// Notes that a member has looked at the application; the first time only. No event: it says nothing of the application.
pub fn note_read(tx: &mut Tx, org: OrgId, id: ApplicationId) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE application SET read_at = $3 WHERE org_id = $1 AND id = $2 AND read_at IS NULL AND pending = 0"
        ),
        &[&org, &id, &now],
    )?;
    Ok(())
}

/// The person's applications at which no member has looked yet, and for which job each is.
pub fn unread(
    r: &mut Reader,
    org: OrgId,
    candidate: CandidateId,
) -> Result<Vec<(ApplicationId, JobId)>> {
    let rows = r.all(
        sql!(
            "SELECT id, job_id FROM application WHERE org_id = $1 AND candidate_id = $2 AND read_at IS NULL \
             AND pending = 0 ORDER BY id LIMIT 100"
        ),
        &[&org, &candidate],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}
