//! Lists of submitted applications by what happened to them and when, in the order in which they were made.
//!
//! A page is cut from the list in one of two ways, with the same result. Where a filter leaves few rows, they are looked
//! up by its index and sorted; else the list is walked from where the page begins, and the page is full before many rows
//! were passed. Which it is, a count that ends at [`FEW`] says. So neither "everything since 2001" nor "what changed in the
//! last minute" reads a list of 100,000.
//!
//! SQLite takes the tables of a `CROSS JOIN` in the order in which they are written, and no index for a column with a sign.

use store::{Reader, Row, ToValue, sql};

use super::{Application, Disposition, Passage, read, read_candidate};
use crate::candidate::Candidate;
use crate::id::{ApplicationId, CandidateId, JobId, KeyId, OrgId};
use crate::page::{MOST, hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// The kind of stage at which an application only waits to be decided.
pub const DECISION: &str = "decision";
/// Rows that are looked up rather than met on a walk.
const FEW: i64 = 1_000;

/// A submitted application with its person.
#[derive(Debug, Clone)]
pub struct Found {
    /// Itself.
    pub application: Application,
    /// Whose.
    pub candidate: Candidate,
    /// When it was submitted, µs: when it came to be shown.
    pub submitted_at: i64,
    /// When its standing last changed, µs.
    pub standing_at: i64,
}

/// How an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It moves through the stages.
    Moving,
    /// Its job is on hold.
    Held,
    /// It is at a stage of kind [`DECISION`].
    Deciding,
    /// It has ended.
    Ended(Disposition),
}

impl Standing {
    /// The word that [`shown!`] makes of it.
    fn word(self) -> &'static str {
        match self {
            Standing::Moving => "moving",
            Standing::Held => "held",
            Standing::Deciding => "deciding",
            Standing::Ended(how) => how.word(),
        }
    }
}

/// Between two moments, strictly, in µs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Later than this.
    pub after: i64,
    /// Earlier than this.
    pub before: i64,
}

impl Default for Window {
    fn default() -> Window {
        Window {
            after: i64::MIN,
            before: i64::MAX,
        }
    }
}

/// Whether a list shows people who are to be shown no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// It leaves them out.
    #[default]
    Without,
    /// It shows them alone.
    Only,
}

/// Which applications a list shows. Pending ones are never shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Submitted within.
    pub submitted: Window,
    /// With a standing that changed within.
    pub standing_changed: Window,
    /// Changed in any way within.
    pub changed: Window,
    /// Of people of whom we last heard within: their records, applications, notes and files.
    pub heard: Window,
    /// With any of these standings; empty: with any.
    pub standings: Vec<Standing>,
    /// See [`Deleted`].
    pub deleted: Deleted,
    /// For this job only.
    pub job: Option<JobId>,
    /// Of this person only.
    pub person: Option<CandidateId>,
    /// Those only that this key sent.
    pub key: Option<KeyId>,
}

/// What is shown of each, and how it stands.
macro_rules! shown {
    () => {
        "SELECT a.id, a.uid, a.candidate_id, a.job_id, a.stage_id, a.pending, a.source, a.foreign_key, a.answers, \
         a.details, a.disposition, a.reason, a.created_at, a.applied_at, a.stage_at, a.ended_at, a.updated_at, \
         c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at, a.submitted_at, \
         CASE WHEN a.disposition IS NULL AND j.held_at > a.status_at THEN j.held_at ELSE a.status_at END \
         FROM application a JOIN candidate c ON c.id = a.candidate_id JOIN job j ON j.id = a.job_id \
         JOIN stage s ON s.id = a.stage_id WHERE a.pending = 0 AND "
    };
}

/// The filter's conditions; the signs before columns keep them from choosing an index, which the page's way is to do. `uid` is
/// asked for as it stands in no index beside the others: SQLite would take one that has them all, and walk the organization in it.
macro_rules! conditions {
    () => {
        " AND +a.submitted_at > $3 AND +a.submitted_at < $4 \
         AND CASE WHEN a.disposition IS NULL AND j.held_at > a.status_at THEN j.held_at ELSE a.status_at END > $5 \
         AND CASE WHEN a.disposition IS NULL AND j.held_at > a.status_at THEN j.held_at ELSE a.status_at END < $6 \
         AND +a.updated_at > $7 AND +a.updated_at < $8 \
         AND (CAST($11 AS BIGINT) = 0 OR (+c.updated_at > $9 \
         OR EXISTS (SELECT 1 FROM application x WHERE x.org_id = $1 AND x.candidate_id = a.candidate_id AND x.uid <> '' \
         AND +x.updated_at > $9) \
         OR EXISTS (SELECT 1 FROM note x WHERE x.org_id = $1 AND x.candidate_id = a.candidate_id AND +x.created_at > $9) \
         OR EXISTS (SELECT 1 FROM attachment x WHERE x.org_id = $1 AND x.candidate_id = a.candidate_id \
         AND +x.created_at > $9)) AND +c.updated_at < $10 \
         AND NOT EXISTS (SELECT 1 FROM application x WHERE x.org_id = $1 AND x.candidate_id = a.candidate_id AND x.uid <> '' \
         AND +x.updated_at >= $10) \
         AND NOT EXISTS (SELECT 1 FROM note x WHERE x.org_id = $1 AND x.candidate_id = a.candidate_id \
         AND +x.created_at >= $10) \
         AND NOT EXISTS (SELECT 1 FROM attachment x WHERE x.org_id = $1 AND x.candidate_id = a.candidate_id \
         AND +x.created_at >= $10)) \
         AND (CAST($12 AS BIGINT) = 0 OR CASE WHEN a.disposition IS NOT NULL THEN a.disposition \
         WHEN j.status = 'on_hold' THEN 'held' WHEN s.kind = 'decision' THEN 'deciding' ELSE 'moving' END \
         IN ($13, $14, $15, $16, $17, $18)) \
         AND CASE WHEN c.ignored_at IS NULL THEN 0 ELSE 1 END = CAST($19 AS BIGINT) \
         AND (CAST($20 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM submission x WHERE x.org_id = $1 \
         AND x.application_id = a.id AND x.key_id = $20)) "
    };
}

macro_rules! looked_up {
    ($ids:expr) => {
        concat!(
            shown!(),
            "a.id IN (",
            $ids,
            ") AND +a.org_id = $1 AND +a.id > $2",
            conditions!(),
            "ORDER BY a.id + 0 LIMIT $21"
        )
    };
}

macro_rules! counted {
    ($ids:expr) => {
        concat!("SELECT COUNT(*) FROM (", $ids, " LIMIT 1001) few")
    };
}

/// How many rows of `$table` have `$time` in the window, at most 1,001: the parts of a union are counted each for itself, as
/// to unite them is to read them whole.
macro_rules! part {
    ($table:literal, $time:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM (SELECT p.id FROM ",
            $table,
            " p WHERE p.org_id = $1 AND p.",
            $time,
            " > $2 AND p.",
            $time,
            " < $3 LIMIT 1001) few)"
        )
    };
}

macro_rules! submitted {
    ($after:literal, $before:literal) => {
        concat!(
            "SELECT x.id FROM application x WHERE x.org_id = $1 AND x.submitted_at > ",
            $after,
            " AND x.submitted_at < ",
            $before
        )
    };
}

macro_rules! standing_changed {
    ($after:literal, $before:literal) => {
        concat!(
            "SELECT x.id FROM application x WHERE x.org_id = $1 AND x.status_at > ",
            $after,
            " AND x.status_at < ",
            $before,
            " UNION SELECT x.id FROM job k CROSS JOIN application x WHERE k.org_id = $1 AND x.org_id = $1 \
             AND x.job_id = k.id AND x.ended_at IS NULL AND k.held_at > ",
            $after,
            " AND k.held_at < ",
            $before
        )
    };
}

macro_rules! changed {
    ($after:literal, $before:literal) => {
        concat!(
            "SELECT x.id FROM application x WHERE x.org_id = $1 AND x.updated_at > ",
            $after,
            " AND x.updated_at < ",
            $before
        )
    };
}

macro_rules! heard {
    ($after:literal, $before:literal) => {
        concat!(
            "SELECT x.id FROM (SELECT h.id AS id FROM candidate h \
             WHERE h.org_id = $1 AND h.updated_at > ",
            $after,
            " AND h.updated_at < ",
            $before,
            " UNION SELECT h.candidate_id FROM application h WHERE h.org_id = $1 AND h.updated_at > ",
            $after,
            " AND h.updated_at < ",
            $before,
            " UNION SELECT h.candidate_id FROM note h WHERE h.org_id = $1 AND h.created_at > ",
            $after,
            " AND h.created_at < ",
            $before,
            " UNION SELECT h.candidate_id FROM attachment h WHERE h.org_id = $1 AND h.created_at > ",
            $after,
            " AND h.created_at < ",
            $before,
            ") g CROSS JOIN application x WHERE x.org_id = $1 AND x.candidate_id = g.id"
        )
    };
}

macro_rules! ended {
    ($words:literal) => {
        concat!(
            "SELECT x.id FROM application x WHERE x.org_id = $1 AND x.disposition IN (",
            $words,
            ")"
        )
    };
}

macro_rules! held {
    () => {
        "SELECT x.id FROM job k CROSS JOIN application x WHERE k.org_id = $1 AND k.status = 'on_hold' \
         AND x.org_id = $1 AND x.job_id = k.id AND x.ended_at IS NULL"
    };
}

macro_rules! ignored {
    () => {
        "SELECT x.id FROM candidate k CROSS JOIN application x WHERE k.org_id = $1 AND k.ignored_at IS NOT NULL \
         AND x.org_id = $1 AND x.candidate_id = k.id"
    };
}

/// A page: at most `limit` after number `after`.
pub fn found(
    r: &mut Reader,
    org: OrgId,
    which: &Narrow,
    after: i64,
    limit: i64,
) -> Result<Vec<Found>> {
    let statement = match (&which.person, &which.job) {
        (Some(_), _) => sql!(concat!(
            shown!(),
            "a.org_id = $1 AND a.candidate_id = $22 AND (CAST($23 AS BIGINT) IS NULL OR a.job_id = $23) AND a.id > $2",
            conditions!(),
            "ORDER BY a.id + 0 LIMIT $21"
        )),
        (None, Some(_)) => sql!(concat!(
            shown!(),
            "a.org_id = $1 AND a.job_id = $22 AND a.id > $2",
            conditions!(),
            "ORDER BY a.id LIMIT $21"
        )),
        (None, None) => way(r, org, which)?,
    };
    let (heard, standings) = (
        i64::from(which.heard != Window::default()),
        i64::from(!which.standings.is_empty()),
    );
    let mut words: Vec<&str> = which.standings.iter().map(|s| s.word()).collect();
    words.dedup();
    words.resize(6, "");
    let deleted = i64::from(which.deleted == Deleted::Only);
    let mut parameters: Vec<&dyn ToValue> = vec![&org, &after];
    for window in [
        &which.submitted,
        &which.standing_changed,
        &which.changed,
        &which.heard,
    ] {
        parameters.extend([&window.after as &dyn ToValue, &window.before]);
    }
    parameters.extend([&heard as &dyn ToValue, &standings]);
    parameters.extend(words.iter().map(|word| word as &dyn ToValue));
    parameters.extend([&deleted as &dyn ToValue, &which.key, &limit]);
    match (&which.person, &which.job) {
        (Some(_), _) => parameters.extend([&which.person as &dyn ToValue, &which.job]),
        (None, Some(job)) => parameters.push(job),
        (None, None) => {}
    }
    let rows = r.all(statement, &parameters)?;
    rows.iter().map(read_found).collect()
}

/// How the page is cut from the whole list; see the head of this file.
fn way(r: &mut Reader, org: OrgId, which: &Narrow) -> Result<&'static store::Statement> {
    let windows = [
        (
            &which.submitted,
            sql!(counted!(submitted!("$2", "$3"))),
            sql!(looked_up!(submitted!("$3", "$4"))),
        ),
        (
            &which.standing_changed,
            sql!(concat!(
                "SELECT ",
                part!("application", "status_at"),
                " + (SELECT COUNT(*) FROM (SELECT x.id FROM job k CROSS JOIN application x WHERE k.org_id = $1 \
                 AND x.org_id = $1 AND x.job_id = k.id AND x.ended_at IS NULL AND k.held_at > $2 AND k.held_at < $3 \
                 LIMIT 1001) few)"
            )),
            sql!(looked_up!(standing_changed!("$5", "$6"))),
        ),
        (
            &which.changed,
            sql!(counted!(changed!("$2", "$3"))),
            sql!(looked_up!(changed!("$7", "$8"))),
        ),
        (
            &which.heard,
            sql!(concat!(
                "SELECT ",
                part!("candidate", "updated_at"),
                " + ",
                part!("application", "updated_at"),
                " + ",
                part!("note", "created_at"),
                " + ",
                part!("attachment", "created_at")
            )),
            sql!(looked_up!(heard!("$9", "$10"))),
        ),
    ];
    for (window, count, statement) in windows {
        if *window != Window::default()
            && r.number(count, &[&org, &window.after, &window.before])? <= FEW
        {
            return Ok(statement);
        }
    }
    if which.deleted == Deleted::Only && r.number(sql!(counted!(ignored!())), &[&org])? <= FEW {
        return Ok(sql!(looked_up!(ignored!())));
    }
    if let Some(statement) = by_standing(r, org, &which.standings)? {
        return Ok(statement);
    }
    Ok(sql!(concat!(
        shown!(),
        "a.org_id = $1 AND a.id > $2",
        conditions!(),
        "ORDER BY a.id LIMIT $21"
    )))
}

/// Looks up those that ended so, or whose jobs are on hold, where only these are asked for and they are few.
fn by_standing(
    r: &mut Reader,
    org: OrgId,
    standings: &[Standing],
) -> Result<Option<&'static store::Statement>> {
    if standings.is_empty() {
        return Ok(None);
    }
    let ended: Option<Vec<&str>> = standings
        .iter()
        .map(|s| matches!(s, Standing::Ended(_)).then(|| s.word()))
        .collect();
    if let Some(mut words) = ended {
        words.resize(6, "");
        let parameters: Vec<&dyn ToValue> = std::iter::once(&org as &dyn ToValue)
            .chain(words.iter().map(|word| word as &dyn ToValue))
            .collect();
        let few = r.number(
            sql!(counted!(ended!("$2, $3, $4, $5, $6, $7"))),
            &parameters,
        )?;
        let statement = sql!(looked_up!(ended!("$13, $14, $15, $16, $17, $18")));
        return Ok((few <= FEW).then_some(statement));
    }
    let held = standings.iter().all(|s| *s == Standing::Held)
        && r.number(sql!(counted!(held!())), &[&org])? <= FEW;
    Ok(held.then(|| sql!(looked_up!(held!()))))
}

/// The submitted application of number `id`, also of people who are to be shown no more; for `key`: if that key sent it.
///
/// # Errors
/// [`Problem::NotFound`].
pub fn find_found(
    r: &mut Reader,
    org: OrgId,
    id: ApplicationId,
    key: Option<KeyId>,
) -> Result<Found> {
    let row = r.one(
        sql!(concat!(
            shown!(),
            "a.org_id = $1 AND a.id = $2 AND (CAST($3 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM submission x WHERE x.org_id = $1 \
             AND x.application_id = a.id AND x.key_id = $3))"
        )),
        &[&org, &id, &key],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Application)), read_found)
}

/// The submitted applications of these people, oldest first, without those who are to be shown no more; for `key`: those
/// that it sent.
pub fn found_of(
    r: &mut Reader,
    org: OrgId,
    people: &[CandidateId],
    key: Option<KeyId>,
) -> Result<Vec<Found>> {
    let mut all = Vec::new();
    for people in people.chunks(MOST) {
        let mut parameters = with_hundred(&org, people);
        parameters.push(&key);
        let rows = r.all(
            sql!(concat!(
                shown!(),
                "a.org_id = $1 AND c.ignored_at IS NULL AND (CAST($102 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM submission x \
                 WHERE x.org_id = $1 AND x.application_id = a.id AND x.key_id = $102)) AND a.candidate_id IN (",
                hundred!(),
                ") ORDER BY a.id + 0 LIMIT 10000"
            )),
            &parameters,
        )?;
        for row in &rows {
            all.push(read_found(row)?);
        }
    }
    all.sort_by_key(|found| found.application.id);
    Ok(all)
}

/// The applications after number `after` of people who were marked within `when` as to be shown no more, at most `limit`;
/// for `key`: those that it sent.
pub fn deleted(
    r: &mut Reader,
    org: OrgId,
    when: Window,
    key: Option<KeyId>,
    after: i64,
    limit: i64,
) -> Result<Vec<ApplicationId>> {
    let rows = r.all(
        sql!(
            "SELECT a.id FROM candidate c CROSS JOIN application a \
             WHERE a.org_id = $1 AND a.candidate_id = c.id AND c.org_id = $1 AND c.ignored_at > $2 AND c.ignored_at < $3 AND a.pending = 0 \
             AND (CAST($4 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM submission x WHERE x.org_id = $1 \
             AND x.application_id = a.id AND x.key_id = $4)) AND a.id > $5 ORDER BY a.id + 0 LIMIT $6"
        ),
        &[&org, &when.after, &when.before, &key, &after, &limit],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// The stages that `applications` have left, each application's oldest first: one statement for each hundred of them.
pub fn passages_of(
    r: &mut Reader,
    org: OrgId,
    applications: &[ApplicationId],
) -> Result<Vec<(ApplicationId, Passage)>> {
    let mut all = Vec::new();
    for applications in applications.chunks(MOST) {
        let rows = r.all(
            sql!(concat!(
                "SELECT application_id, stage_id, entered_at, left_at FROM passage \
                 WHERE org_id = $1 AND application_id IN (",
                hundred!(),
                ") ORDER BY id + 0 LIMIT 20000"
            )),
            &with_hundred(&org, applications),
        )?;
        for row in &rows {
            let passage = Passage {
                stage: row.get(1)?,
                entered_at: row.get(2)?,
                left_at: row.get(3)?,
            };
            all.push((row.get(0)?, passage));
        }
    }
    Ok(all)
}

fn read_found(row: &Row) -> Result<Found> {
    let application = read(row)?;
    let submitted_at: Option<i64> = row.get(23)?;
    let standing_at: Option<i64> = row.get(24)?;
    Ok(Found {
        submitted_at: submitted_at.unwrap_or(application.created_at),
        standing_at: standing_at.unwrap_or(application.created_at),
        candidate: read_candidate(row)?,
        application,
    })
}
