//! Every application of an organization in a few bytes, in memory, for pages that count all of them: the overview, lists of
//! jobs, the page of numbers. The database counts a hundred thousand rows in some tenths of a second and would do so again for
//! the next page; this is walked through in one millisecond (decision 0029).
//!
//! A *roll* follows the feed of events: whoever looks at it first reads anew, by their numbers, the applications that
//! something happened to since it was looked at last. So it is never older than the snapshot of whoever looks, nobody who
//! takes applications in waits for it, and it needs nothing at a crash: it is read from the database when it is wanted first.
//!
//! **What it holds must change with an event that names the application** (or with `job.updated`, for what a job's stages
//! are): a change of an application without an event would be counted wrongly until the next start. The test
//! `hiring/tests/it/rolls.rs` holds a roll that followed against one that was just read. And it is shared: nobody may look within
//! a transaction that could still be undone.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use store::{Reader, Row, sql};

use crate::application::Disposition;
use crate::id::{JobId, OrgId, StageId};
use crate::page::{MOST, hundred, with_hundred};
use crate::problem::Result;

/// Applications of all organizations together that are held; beyond that, whoever was looked at longest ago is let go.
const MOST_LINES: usize = 2_000_000;
/// Events to catch up with; who is further behind reads everything anew, which is quicker then.
const MOST_EVENTS: i64 = 20_000;
/// Applications that one statement reads.
const SLICE: i64 = 5_000;

/// The rolls of the organizations that were looked at.
#[derive(Default)]
pub struct Rolls(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Counts the looks.
    looks: u64,
    rolls: HashMap<OrgId, Held>,
}

struct Held {
    /// The look at which it was looked at last, and how long it was then.
    looked: u64,
    lines: usize,
    roll: Arc<RwLock<Roll>>,
}

/// The applications of one organization.
#[derive(Default)]
pub(crate) struct Roll {
    /// The last event that it knows of; `None`: nothing was read yet.
    place: Option<i64>,
    pub jobs: Names<JobId>,
    pub stages: Names<StageId>,
    pub sources: Names<String>,
    /// By number.
    pub lines: Vec<Line>,
}

/// One application; job, stage and source by their place in the roll's [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    id: i64,
    pub submitted_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// When it came to its stage.
    pub stage_at: i64,
    pub job: u32,
    pub stage: u32,
    pub source: u32,
    /// The last in order of the stages that it has left; -1: none.
    pub left: i32,
    pub pending: bool,
    pub end: Option<Disposition>,
}

/// Names and the small numbers that stand for them.
#[derive(Debug)]
pub(crate) struct Names<T> {
    all: Vec<T>,
    known: HashMap<T, u32>,
}

impl<T> Default for Names<T> {
    fn default() -> Names<T> {
        Names {
            all: Vec::new(),
            known: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    fn put(&mut self, name: T) -> u32 {
        match self.known.entry(name) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.all.push(new.key().clone());
                *new.insert(self.all.len() as u32 - 1)
            }
        }
    }

    /// The number of this name.
    pub fn find(&self, name: &T) -> Option<usize> {
        self.known.get(name).map(|n| *n as usize)
    }

    /// In the order of their numbers.
    pub fn all(&self) -> &[T] {
        &self.all
    }
}

impl Rolls {
    /// Counts: `count` is given the organization's roll, which knows at least what `r` sees.
    pub(crate) fn look<T>(
        &self,
        r: &mut Reader,
        org: OrgId,
        count: impl FnOnce(&Roll) -> T,
    ) -> Result<T> {
        let roll = self.of(org);
        let last = last_place(r, org)?;
        let waiting = waiting(r, org)?;
        {
            let held = roll.read().unwrap_or_else(PoisonError::into_inner);
            if waiting.is_empty() && held.place.is_some_and(|place| place >= last) {
                return Ok(count(&held));
            }
        }
        let mut held = roll.write().unwrap_or_else(PoisonError::into_inner);
        held.bring_on(r, org, last, waiting)?;
        let lines = held.lines.len();
        let counted = count(&held);
        drop(held);
        self.make_room(org, lines);
        Ok(counted)
    }

    /// Reads the organization's roll, so that whoever looks first need not wait for it.
    pub fn prepare(&self, r: &mut Reader, org: OrgId) -> Result<()> {
        self.look(r, org, |_| ())
    }

    fn of(&self, org: OrgId) -> Arc<RwLock<Roll>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.looks += 1;
        let looked = known.looks;
        let held = known.rolls.entry(org).or_insert_with(|| Held {
            looked,
            lines: 0,
            roll: Arc::default(),
        });
        held.looked = looked;
        held.roll.clone()
    }

    /// Lets go whom nobody has looked at for longest, but never `org`.
    fn make_room(&self, org: OrgId, lines: usize) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = known.rolls.get_mut(&org) {
            held.lines = lines;
        }
        loop {
            let all: usize = known.rolls.values().map(|held| held.lines).sum();
            let others = known.rolls.iter().filter(|(of, _)| **of != org);
            let oldest = others.min_by_key(|(_, held)| held.looked);
            match oldest.map(|(of, _)| *of) {
                Some(oldest) if all > MOST_LINES => known.rolls.remove(&oldest),
                _ => return,
            };
        }
    }
}

/// The last event of the organization that has its place.
fn last_place(r: &mut Reader, org: OrgId) -> Result<i64> {
    Ok(r.number(
        sql!("SELECT COALESCE(MAX(place), 0) FROM event WHERE org_id = $1"),
        &[&org],
    )?)
}

/// What events without a place are about: on PostgreSQL they are given it a moment after the commit, and who has just done
/// something wants to see it counted.
fn waiting(r: &mut Reader, org: OrgId) -> Result<Vec<Row>> {
    Ok(r.all(
        sql!("SELECT application_id, job_id, kind FROM event WHERE org_id = $1 AND place IS NULL LIMIT 1000"),
        &[&org],
    )?)
}

macro_rules! applications {
    ($($which:expr),+) => {
        sql!(concat!(
            "SELECT a.id, a.job_id, a.stage_id, a.source, a.pending, a.disposition, a.submitted_at, a.ended_at, \
             (SELECT MAX(t.position) FROM passage p CROSS JOIN stage t \
             WHERE p.org_id = a.org_id AND p.application_id = a.id AND t.id = p.stage_id AND t.job_id = a.job_id), a.stage_at \
             FROM application a WHERE a.org_id = $1 AND ",
            $($which),+
        ))
    };
}

impl Roll {
    /// The application of this number.
    pub fn line(&self, id: i64) -> Option<&Line> {
        let at = self.lines.binary_search_by_key(&id, |line| line.id);
        at.ok().map(|at| &self.lines[at])
    }

    fn bring_on(&mut self, r: &mut Reader, org: OrgId, last: i64, waiting: Vec<Row>) -> Result<()> {
        let Some(place) = self.place else {
            return self.read(r, org, last);
        };
        let mut happened = waiting;
        if place < last {
            let since = r.all(
                sql!(
                    "SELECT application_id, job_id, kind FROM event WHERE org_id = $1 AND place > $2 \
                     AND (application_id IS NOT NULL OR kind = 'job.updated') ORDER BY place LIMIT $3"
                ),
                &[&org, &place, &(MOST_EVENTS + 1)],
            )?;
            if since.len() as i64 > MOST_EVENTS {
                return self.read(r, org, last);
            }
            happened.extend(since);
        }
        let (mut applications, mut jobs) = (BTreeSet::new(), BTreeSet::new());
        for event in &happened {
            if let Some(id) = event.get::<Option<i64>>(0)? {
                applications.insert(id);
            } else if event.get::<String>(2)? == "job.updated" {
                jobs.extend(event.get::<Option<JobId>>(1)?);
            }
        }
        for job in jobs {
            self.read_job(r, org, job)?;
        }
        let applications: Vec<i64> = applications.into_iter().collect();
        for some in applications.chunks(MOST) {
            let statement = applications!("a.id IN (", hundred!(), ") ORDER BY a.id + 0");
            for row in &r.all(statement, &with_hundred(&org, some))? {
                self.put(row)?;
            }
        }
        // At last: should one of the statements fail, it is all read again.
        self.place = Some(place.max(last));
        Ok(())
    }

    /// Everything anew.
    fn read(&mut self, r: &mut Reader, org: OrgId, last: i64) -> Result<()> {
        let mut roll = Roll::default();
        let mut after = 0;
        loop {
            let rows = r.all(
                applications!("a.id > $2 ORDER BY a.id LIMIT $3"),
                &[&org, &after, &SLICE],
            )?;
            for row in &rows {
                roll.put(row)?;
            }
            match rows.last() {
                Some(row) => after = row.get(0)?,
                None => break,
            }
        }
        roll.place = Some(last);
        *self = roll;
        Ok(())
    }

    fn read_job(&mut self, r: &mut Reader, org: OrgId, job: JobId) -> Result<()> {
        let mut after = 0;
        loop {
            let rows = r.all(
                applications!("a.job_id = $2 AND a.id > $3 ORDER BY a.id LIMIT $4"),
                &[&org, &job, &after, &SLICE],
            )?;
            for row in &rows {
                self.put(row)?;
            }
            match rows.last() {
                Some(row) => after = row.get(0)?,
                None => return Ok(()),
            }
        }
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        let end: Option<String> = row.get(5)?;
        let line = Line {
            id: row.get(0)?,
            job: self.jobs.put(row.get(1)?),
            stage: self.stages.put(row.get(2)?),
            source: self.sources.put(row.get(3)?),
            pending: row.get::<i64>(4)? == 1,
            end: end.as_deref().and_then(Disposition::parse),
            submitted_at: row.get(6)?,
            ended_at: row.get(7)?,
            left: row.get::<Option<i64>>(8)?.map_or(-1, |place| place as i32),
            stage_at: row.get(9)?,
        };
        match self.lines.last() {
            Some(last) if last.id >= line.id => {
                match self.lines.binary_search_by_key(&line.id, |l| l.id) {
                    Ok(at) => self.lines[at] = line,
                    Err(at) => self.lines.insert(at, line),
                }
            }
            _ => self.lines.push(line),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_looked_at_longest_ago_makes_room() {
        let rolls = Rolls::default();
        let held = |org: i64| {
            let known = rolls.0.lock().unwrap();
            known.rolls.contains_key(&OrgId(org))
        };
        for org in [1, 2, 3] {
            rolls.of(OrgId(org));
            rolls.make_room(OrgId(org), MOST_LINES / 3);
        }
        rolls.of(OrgId(1));
        rolls.of(OrgId(4));
        rolls.make_room(OrgId(4), MOST_LINES / 3);
        assert_eq!([1, 2, 3, 4].map(held), [true, false, true, true]);
        // One alone is held however long it is.
        rolls.make_room(OrgId(4), 2 * MOST_LINES);
        assert_eq!([1, 2, 3, 4].map(held), [false, false, false, true]);
    }
}
