//! What is carried to a destination by itself: rules, followed at each event in the transaction that makes it.
//!
//! A rule names kinds of event and, if it likes, jobs, sources and stages. Each destination that a rule names gets one
//! delivery of one event, however many of its rules agree. What changes later of a person whom a destination has, is
//! carried there too, rule or no rule ([`follow`]).

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::delivery::carrying::{self, Order, Why};
use crate::destination;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, DestinationId, EventId, OrgId, RuleId, Uuid, new_uid};
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};
use crate::text;

/// The events that a rule can name.
pub const KINDS: [Kind; 6] = [
    Kind::CandidateCreated,
    Kind::ApplicationSubmitted,
    Kind::ApplicationAdvanced,
    Kind::ApplicationHired,
    Kind::ApplicationRejected,
    Kind::ApplicationWithdrawn,
];

/// The events after which somebody who has the person gets to know.
const CHANGES: [Kind; 9] = [
    Kind::CandidateUpdated,
    Kind::AttachmentAdded,
    Kind::AttachmentFetched,
    Kind::NoteAdded,
    Kind::ApplicationUpdated,
    Kind::ApplicationAdvanced,
    Kind::ApplicationHired,
    Kind::ApplicationRejected,
    Kind::ApplicationWithdrawn,
];

/// What every statement here shows of a rule.
macro_rules! shown {
    ($rest:expr) => {
        concat!(
            "SELECT r.id, r.uid, r.destination_id, d.uid, r.kinds, r.jobs, r.sources, r.stages, r.paused_at, r.created_at, \
             r.updated_at FROM rule r JOIN destination d ON d.id = r.destination_id ",
            $rest
        )
    };
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Inside number.
    pub id: RuleId,
    /// Outside name.
    pub uid: Uuid,
    /// Where to.
    pub destination: Uuid,
    /// Its number.
    pub destination_id: DestinationId,
    /// What it is about.
    pub about: About,
    /// Since when it does nothing, µs.
    pub paused_at: Option<i64>,
    /// When it was made, µs.
    pub created_at: i64,
    /// When it was last changed, µs.
    pub updated_at: i64,
}

/// What a rule is about. An empty list means: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Kinds of event, of [`KINDS`].
    pub kinds: Vec<String>,
    /// Jobs by their outside names.
    pub jobs: Vec<Uuid>,
    /// Sources of applications, compared without case.
    pub sources: Vec<String>,
    /// Names of stages, compared without case: the application is in one of them when the event is made.
    pub stages: Vec<String>,
}

/// Makes a rule.
pub fn create(tx: &mut Tx, caller: &Caller, destination: Uuid, about: &About) -> Result<Rule> {
    let to = destination::find(tx, caller.org, destination)?;
    let (uid, now) = (new_uid(), tx.now());
    tx.run(
        sql!(
            "INSERT INTO rule (org_id, uid, destination_id, kinds, jobs, sources, stages, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)"
        ),
        &[
            &caller.org, &uid, &to.id, &words(&about.kinds), &json!(about.jobs).to_string(),
            &json!(about.sources).to_string(), &json!(about.stages).to_string(), &now,
        ],
    )?;
    note(tx, caller, Kind::RuleCreated, uid, destination)?;
    find(tx, caller.org, uid)
}

/// Changes what a rule is about, or whether it does anything; `None`: as it is.
pub fn edit(
    tx: &mut Tx,
    caller: &Caller,
    uid: Uuid,
    about: Option<&About>,
    active: Option<bool>,
) -> Result<Rule> {
    let row = tx.one(
        sql!(shown!(
            "WHERE r.org_id = $1 AND r.uid = $2 AND r.removed_at IS NULL {for update}"
        )),
        &[&caller.org, &uid],
    )?;
    let had = found(row)?;
    let (about, now) = (about.unwrap_or(&had.about), tx.now());
    let paused_at = match active {
        None => had.paused_at,
        Some(true) => None,
        Some(false) => had.paused_at.or(Some(now)),
    };
    tx.run(
        sql!(
            "UPDATE rule SET kinds = $3, jobs = $4, sources = $5, stages = $6, paused_at = $7, updated_at = $8 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &caller.org, &had.id, &words(&about.kinds), &json!(about.jobs).to_string(),
            &json!(about.sources).to_string(), &json!(about.stages).to_string(), &paused_at, &now,
        ],
    )?;
    note(tx, caller, Kind::RuleChanged, uid, had.destination)?;
    find(tx, caller.org, uid)
}

/// Removes a rule; what it has queued is carried all the same.
pub fn remove(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<()> {
    let had = find(tx, caller.org, uid)?;
    let now = tx.now();
    let removed = tx.run(
        sql!(
            "UPDATE rule SET removed_at = $3 WHERE org_id = $1 AND id = $2 AND removed_at IS NULL"
        ),
        &[&caller.org, &had.id, &now],
    )?;
    if removed == 0 {
        return Err(Problem::NotFound(Noun::Rule));
    }
    note(tx, caller, Kind::RuleRemoved, uid, had.destination)
}

/// The organization's rule of this outside name.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Rule> {
    let row = r.one(
        sql!(shown!(
            "WHERE r.org_id = $1 AND r.uid = $2 AND r.removed_at IS NULL"
        )),
        &[&org, &uid],
    )?;
    found(row)
}

/// The organization's rules on `side`, those of one destination if one is named; `Before` pages come newest first.
pub fn list(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    destination: Option<DestinationId>,
    limit: i64,
) -> Result<Vec<Rule>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(shown!(
                "WHERE r.org_id = $1 AND r.id > $2 AND r.removed_at IS NULL \
                 AND (CAST($3 AS BIGINT) IS NULL OR r.destination_id = $3) ORDER BY r.id LIMIT $4"
            )),
            n,
        ),
        Side::Before(n) => (
            sql!(shown!(
                "WHERE r.org_id = $1 AND r.id < $2 AND r.removed_at IS NULL \
                 AND (CAST($3 AS BIGINT) IS NULL OR r.destination_id = $3) ORDER BY r.id DESC LIMIT $4"
            )),
            n,
        ),
    };
    let rows = r.all(statement, &[&org, &n, &destination, &limit])?;
    rows.iter().map(read).collect()
}

/// Queues what follows from an event. Called for every event there is, so it looks at its kind first. `rules`: whether the
/// organization has any.
pub(crate) fn follow(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    uid: Uuid,
    kind: Kind,
    subject: &Subject,
    rules: bool,
) -> Result<()> {
    let Some(candidate) = subject.candidate else {
        return Ok(());
    };
    let mut told = Vec::new();
    if rules && KINDS.contains(&kind) {
        for destination in named(tx, org, kind, subject)? {
            queue(
                tx,
                org,
                event,
                uid,
                destination,
                Why::Rule,
                candidate,
                subject,
            )?;
            told.push(destination);
        }
    }
    if CHANGES.contains(&kind) {
        for destination in holders(tx, org, candidate)? {
            if !told.contains(&destination)
                && !carrying::waits(tx, org, destination, candidate, subject.application)?
            {
                queue(
                    tx,
                    org,
                    event,
                    uid,
                    destination,
                    Why::Update,
                    candidate,
                    subject,
                )?;
            }
        }
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn queue(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    uid: Uuid,
    destination: DestinationId,
    why: Why,
    candidate: CandidateId,
    subject: &Subject,
) -> Result<()> {
    let order = Order {
        destination,
        why,
        candidate: Some(candidate),
        application: subject.application,
        event: Some(event),
        cause: &uid.to_string(),
    };
    carrying::queue(tx, org, &order)?;
    Ok(())
}

/// The destinations that a rule names for this event.
fn named(tx: &mut Tx, org: OrgId, kind: Kind, subject: &Subject) -> Result<Vec<DestinationId>> {
    let word = format!(" {} ", kind.word());
    let rows = tx.all(
        sql!(shown!(
            "WHERE r.org_id = $1 AND r.removed_at IS NULL AND r.paused_at IS NULL \
             AND REPLACE(r.kinds, $2, '') <> r.kinds ORDER BY r.id LIMIT 1000"
        )),
        &[&org, &word],
    )?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let rules: Vec<Rule> = rows.iter().map(read).collect::<Result<_>>()?;
    let stands = standing(tx, org, subject)?;
    let mut named = Vec::new();
    for rule in rules {
        if rule.about.fits(&stands) && !named.contains(&rule.destination_id) {
            named.push(rule.destination_id);
        }
    }
    Ok(named)
}

/// What rules look at.
#[derive(Debug, Default)]
struct Standing {
    job: Option<Uuid>,
    source: Option<String>,
    stage: Option<String>,
}

impl About {
    fn fits(&self, now: &Standing) -> bool {
        let among = |wanted: &[String], is: &Option<String>| {
            wanted.is_empty()
                || is.as_deref().is_some_and(|is| {
                    let is = text::key(is);
                    wanted.iter().any(|w| text::key(w) == is)
                })
        };
        let job = self.jobs.is_empty() || now.job.is_some_and(|job| self.jobs.contains(&job));
        job && among(&self.sources, &now.source) && among(&self.stages, &now.stage)
    }
}

fn standing(r: &mut Reader, org: OrgId, subject: &Subject) -> Result<Standing> {
    let Some(application) = subject.application else {
        return Ok(Standing::default());
    };
    let row = r.one(
        sql!(
            "SELECT j.uid, a.source, s.name FROM application a JOIN job j ON j.id = a.job_id \
             JOIN stage s ON s.id = a.stage_id WHERE a.org_id = $1 AND a.id = $2"
        ),
        &[&org, &application],
    )?;
    let Some(row) = row else {
        return Ok(Standing::default());
    };
    Ok(Standing {
        job: row.get(0)?,
        source: row.get(1)?,
        stage: row.get(2)?,
    })
}

/// The destinations that have the person, or are being told of them.
fn holders(tx: &mut Tx, org: OrgId, candidate: CandidateId) -> Result<Vec<DestinationId>> {
    let rows = tx.all(
        sql!(
            "SELECT d.id FROM destination d WHERE d.org_id = $1 AND d.removed_at IS NULL AND (\
             EXISTS (SELECT 1 FROM remote m WHERE m.org_id = $1 AND m.candidate_id = $2 AND m.destination_id = d.id \
             AND m.thing = 'candidate') OR EXISTS (SELECT 1 FROM delivery x WHERE x.candidate_id = $2 \
             AND x.destination_id = d.id AND x.state = 'queued' AND x.attempts > 0)) ORDER BY d.id LIMIT 1000"
        ),
        &[&org, &candidate],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// `["a", "b"]` → ` a b `.
fn words(kinds: &[String]) -> String {
    kinds
        .iter()
        .fold(String::from(" "), |all, kind| all + kind + " ")
}

fn note(tx: &mut Tx, caller: &Caller, kind: Kind, uid: Uuid, destination: Uuid) -> Result<()> {
    let data = json!({"rule": uid, "destination": destination});
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

fn found(row: Option<Row>) -> Result<Rule> {
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Rule)), read)
}

fn read(row: &Row) -> Result<Rule> {
    let kinds: String = row.get(4)?;
    let list = |at: usize| -> Result<String> { Ok(row.get(at)?) };
    let about = About {
        kinds: kinds.split_whitespace().map(str::to_owned).collect(),
        jobs: serde_json::from_str(&list(5)?).map_err(Problem::broken)?,
        sources: serde_json::from_str(&list(6)?).map_err(Problem::broken)?,
        stages: serde_json::from_str(&list(7)?).map_err(Problem::broken)?,
    };
    Ok(Rule {
        id: row.get(0)?,
        uid: row.get(1)?,
        destination_id: row.get(2)?,
        destination: row.get(3)?,
        about,
        paused_at: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_about_all_that_it_does_not_narrow() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = Standing {
            job: Some(one),
            source: Some("Job Board".into()),
            stage: Some("Interview".into()),
        };
        let about = |jobs: &[Uuid], sources: &[&str], stages: &[&str]| About {
            kinds: Vec::new(),
            jobs: jobs.to_vec(),
            sources: sources.iter().map(|s| (*s).to_owned()).collect(),
            stages: stages.iter().map(|s| (*s).to_owned()).collect(),
        };
        assert!(about(&[], &[], &[]).fits(&now));
        assert!(about(&[two, one], &["job board "], &["INTERVIEW"]).fits(&now));
        assert!(!about(&[two], &[], &[]).fits(&now));
        assert!(!about(&[], &["Referral"], &[]).fits(&now));
        assert!(!about(&[], &[], &["Offer"]).fits(&now));
        // A person without an application is for no job.
        assert!(about(&[], &[], &[]).fits(&Standing::default()));
        assert!(!about(&[one], &[], &[]).fits(&Standing::default()));
    }
}
