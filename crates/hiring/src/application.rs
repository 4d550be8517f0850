//! One candidate for one job: at most one open at a time (a partial unique index), with its stage, its answers and
//! how it ended.
//!
//! Lists that name everything an application is tied to by its outside name are in `application/listed.rs`; lists by what
//! happened and when, `application/found.rs`; those of one job, with any filter and in any order, `application/of_job.rs`;
//! how many there are, `application/tally.rs`. What a caller changes later is `application/change.rs`; hiring, rejecting and
//! going on to the next stage, `application/conclude.rs`; lists by offset, `application/sifted.rs`; a job's board,
//! `application/board.rs`, and the same done to many, `application/bulk.rs`.

pub mod board;
pub mod bulk;
mod change;
pub mod conclude;
mod found;
mod listed;
pub mod of_job;
mod sifted;
mod standing;
pub mod tally;

use serde_json::{Map, Value, json};
use store::{Reader, Row, ToValue, Tx, sql};

use crate::caller::Caller;
use crate::candidate::Candidate;
use crate::event::{self, Kind, Subject};
use crate::id::{
    ApplicationId, CandidateId, CatalogId, JobId, MemberId, OrgId, StageId, Uuid, new_uid,
};
use crate::invite;
use crate::job::{self, Job, Stage, Status};
use crate::problem::{Clash, Flaw, FlawCode, Noun, Problem, Result};

pub use change::{ApplicationChange, change};
pub use found::{
    DECISION, Deleted, Found, Narrow, Standing, Window, deleted, find_found, found, found_of,
    passages_of,
};
pub use listed::{Listed, Which, find_listed, of_candidates, page};
pub use sifted::{Sieve, applicants, of_uids, sifted};
pub use standing::{InNames, in_names};

/// An application.
#[derive(Debug, Clone)]
pub struct Application {
    /// Inside number.
    pub id: ApplicationId,
    /// Outside name.
    pub uid: Uuid,
    /// Who applies.
    pub candidate: CandidateId,
    /// For what.
    pub job: JobId,
    /// Where it stands.
    pub stage: StageId,
    /// Whether it exists only because of an open invite.
    pub pending: bool,
    /// Where it came from.
    pub source: String,
    /// The caller's own id of it.
    pub foreign_key: Option<String>,
    /// Answers to the job's form, by field name.
    pub answers: Map<String, Value>,
    /// What a dialect says of the application and not of the person.
    pub details: Map<String, Value>,
    /// How it ended, if it did.
    pub disposition: Option<Disposition>,
    /// Why.
    pub reason: Option<String>,
    /// When the row was made, µs.
    pub created_at: i64,
    /// When it was submitted, µs; `None` while pending.
    pub applied_at: Option<i64>,
    /// When it came to its stage, µs.
    pub stage_at: i64,
    /// When it ended, µs.
    pub ended_at: Option<i64>,
    /// When anything of it last changed, µs.
    pub updated_at: i64,
}

/// How an application ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Disposition {
    Hired,
    Rejected,
    Withdrawn,
}

impl Disposition {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Disposition::Hired => "hired",
            Disposition::Rejected => "rejected",
            Disposition::Withdrawn => "withdrawn",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Disposition> {
        [
            Disposition::Hired,
            Disposition::Rejected,
            Disposition::Withdrawn,
        ]
        .into_iter()
        .find(|d| d.word() == word)
    }

    fn event(self) -> Kind {
        match self {
            Disposition::Hired => Kind::ApplicationHired,
            Disposition::Rejected => Kind::ApplicationRejected,
            Disposition::Withdrawn => Kind::ApplicationWithdrawn,
        }
    }
}

/// What a new application is made of.
#[derive(Debug, Clone, Default)]
pub struct NewApplication {
    /// Where it starts; `None`: the job's first stage.
    pub stage: Option<StageId>,
    /// Only an invite so far.
    pub pending: bool,
    /// Where it came from.
    pub source: String,
    /// The caller's own id of it.
    pub foreign_key: Option<String>,
    /// Answers to the job's form, by field name.
    pub answers: Map<String, Value>,
    /// What a dialect says of the application and not of the person.
    pub details: Map<String, Value>,
    /// When the person applied, µs; `None`: now.
    pub applied_at: Option<i64>,
    /// The member who is credited with it.
    pub credited_to: Option<MemberId>,
    /// Why it was rejected: a reject reason of the catalog.
    pub reason: Option<CatalogId>,
}

/// What opening came to.
#[derive(Debug, Clone)]
pub enum Opened {
    /// A new application.
    New(Application),
    /// The one that an open invite was waiting for: it is submitted now, under the same number.
    Completed(Application),
    /// An open one is there already; nothing was changed. Each dialect says what that means to it.
    Existing(Application),
}

impl Opened {
    /// The application, new or not.
    pub fn application(&self) -> &Application {
        match self {
            Opened::New(a) | Opened::Completed(a) | Opened::Existing(a) => a,
        }
    }
}

/// Opens an application of `candidate` for `job`. Settled by the partial unique index: of two simultaneous
/// calls one opens it and the other finds it.
///
/// # Errors
/// [`Clash::NotAllowed`] when the job takes none.
pub fn open(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    job: &Job,
    new: &NewApplication,
) -> Result<Opened> {
    if !matches!(job.status, Status::Open | Status::OnHold) {
        return Err(Problem::Conflict(Clash::NotAllowed("the job is not open")));
    }
    let stage = match new.stage {
        Some(stage) => own_stage(tx, caller.org, job.id, stage)?,
        None => first_stage(tx, caller.org, job.id)?.id,
    };
    match insert(tx, caller.org, candidate.id, job.id, stage, new)? {
        Some(application) => {
            let kind = if new.pending {
                Kind::ApplicationCreated
            } else {
                Kind::ApplicationSubmitted
            };
            event::append(
                tx,
                caller,
                kind,
                &Subject::application(candidate.id, application.id, job.id),
                &json!({"stage": stage.0}),
            )?;
            Ok(Opened::New(application))
        }
        None => complete_or_existing(tx, caller, candidate, job, stage, new),
    }
}

fn insert(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    job: JobId,
    stage: StageId,
    new: &NewApplication,
) -> Result<Option<Application>> {
    let now = tx.now();
    let applied = if new.pending {
        None
    } else {
        Some(new.applied_at.unwrap_or(now))
    };
    let row = tx.one(
        sql!(
            "INSERT INTO application (org_id, uid, candidate_id, job_id, stage_id, pending, source, foreign_key, \
             answers, details, created_at, applied_at, stage_at, updated_at, credited_to, reason_id, submitted_at, \
             status_at, sort_name, sort_email) \
             SELECT c.org_id, CAST($2 AS TEXT), c.id, CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), \
             CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT), CAST($11 AS BIGINT), \
             CAST($12 AS BIGINT), CAST($11 AS BIGINT), CAST($11 AS BIGINT), CAST($13 AS BIGINT), CAST($14 AS BIGINT), \
             CAST($15 AS BIGINT), CAST($11 AS BIGINT), \
             c.sort_name, c.sort_email FROM candidate c WHERE c.org_id = $1 AND c.id = $3 AND c.merged_into IS NULL {for update} \
             ON CONFLICT DO NOTHING RETURNING id, uid, candidate_id, job_id, stage_id, pending, source, foreign_key, \
             answers, details, disposition, reason, created_at, applied_at, stage_at, ended_at, updated_at"
        ),
        &[
            &org, &new_uid(), &candidate, &job, &stage, &i64::from(new.pending), &new.source, &new.foreign_key,
            &text(&new.answers), &text(&new.details), &now, &applied, &new.credited_to, &new.reason,
            &(!new.pending).then_some(now),
        ],
    )?;
    row.as_ref().map(read).transpose()
}

fn complete_or_existing(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    job: &Job,
    stage: StageId,
    new: &NewApplication,
) -> Result<Opened> {
    let org = caller.org;
    let row = tx.one(
        sql!(
            "SELECT id, pending FROM application \
             WHERE org_id = $1 AND candidate_id = $2 AND job_id = $3 AND ended_at IS NULL {for update}"
        ),
        &[&org, &candidate.id, &job.id],
    )?;
    // It ended between our insert and our look: the caller comes again and opens a new one.
    let Some(row) = row else {
        return Err(Problem::Overloaded {
            retry: std::time::Duration::from_secs(1),
        });
    };
    let (id, pending): (ApplicationId, i64) = (row.get(0)?, row.get(1)?);
    if pending == 0 || new.pending {
        return Ok(Opened::Existing(find(tx, org, id)?));
    }
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE application SET pending = 0, stage_id = $3, source = $4, foreign_key = $5, answers = $6, \
             details = $7, applied_at = $8, stage_at = $9, updated_at = $9, submitted_at = $9, status_at = $9, \
             credited_to = $10, reason_id = $11 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &org, &id, &stage, &new.source, &new.foreign_key, &text(&new.answers), &text(&new.details),
            &new.applied_at.unwrap_or(now), &now, &new.credited_to, &new.reason,
        ],
    )?;
    invite::complete(tx, caller, id)?;
    let subject = Subject::application(candidate.id, id, job.id);
    event::append(
        tx,
        caller,
        Kind::ApplicationSubmitted,
        &subject,
        &json!({"stage": stage.0}),
    )?;
    Ok(Opened::Completed(find(tx, org, id)?))
}

/// Adds what a repeated call says of an application that is open already: details (the newer are shown, the
/// submissions keep both) and the caller's own id of it, where it had none.
pub fn supplement(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    foreign_key: Option<&str>,
    details: &Map<String, Value>,
) -> Result<Application> {
    let mut application = lock(tx, caller.org, id)?;
    let before = (application.foreign_key.clone(), application.details.clone());
    application.details.extend(details.clone());
    if application.foreign_key.is_none() {
        application.foreign_key = foreign_key.map(str::to_owned);
    }
    if before == (application.foreign_key.clone(), application.details.clone()) {
        return Ok(application);
    }
    application.updated_at = tx.now();
    tx.run(
        sql!(
            "UPDATE application SET foreign_key = $3, details = $4, updated_at = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[
            &caller.org, &id, &application.foreign_key, &text(&application.details), &application.updated_at,
        ],
    )?;
    let subject = Subject::application(application.candidate, id, application.job);
    let names: Vec<&String> = details.keys().collect();
    event::append(
        tx,
        caller,
        Kind::ApplicationUpdated,
        &subject,
        &json!({"details": names}),
    )?;
    Ok(application)
}

fn text(map: &Map<String, Value>) -> String {
    serde_json::to_string(map).unwrap_or_default()
}

/// `stage`, if it is one of the job's.
fn own_stage(r: &mut Reader, org: OrgId, job: JobId, stage: StageId) -> Result<StageId> {
    let known = job::stages(r, org, job)?.iter().any(|s| s.id == stage);
    let flaw = || {
        Flaw::new(
            "/stage",
            FlawCode::UnknownReference,
            "no such stage in this job",
        )
    };
    if known { Ok(stage) } else { Err(flaw().into()) }
}

fn first_stage(r: &mut Reader, org: OrgId, job: JobId) -> Result<Stage> {
    job::stages(r, org, job)?
        .into_iter()
        .next()
        .ok_or_else(|| Problem::broken("a job without stages"))
}

/// Moves an application to another stage.
///
/// # Errors
/// [`Problem::Stale`] when it is not in `from` (optimistic lock); [`Clash::NotAllowed`] when it has ended;
/// [`Problem::Invalid`] when `to` is no stage of its job.
pub fn advance(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    to: StageId,
    from: Option<StageId>,
) -> Result<Application> {
    let application = lock(tx, caller.org, id)?;
    if from.is_some_and(|from| from != application.stage) {
        return Err(Problem::Stale {
            have: application.stage.0 as u64,
        });
    }
    if application.ended_at.is_some() || application.pending {
        return Err(Problem::Conflict(Clash::NotAllowed(
            "only a submitted, open application moves",
        )));
    }
    let stages = job::stages(tx, caller.org, application.job)?;
    let decided = |id| stages.iter().any(|s| s.id == id && s.kind == DECISION);
    if !stages.iter().any(|s| s.id == to) {
        return Err(Flaw::new(
            "/to_stage",
            FlawCode::UnknownReference,
            "no such stage in this job",
        )
        .into());
    }
    if to == application.stage {
        return Ok(application);
    }
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO passage (org_id, application_id, stage_id, entered_at, left_at) VALUES ($1, $2, $3, $4, $5)"
        ),
        &[&caller.org, &id, &application.stage, &application.stage_at, &now],
    )?;
    tx.run(
        sql!(
            "UPDATE application SET stage_id = $3, stage_at = $4, updated_at = $4, status_at = CASE WHEN CAST($5 AS BIGINT) = 1 THEN $4 \
             ELSE status_at END WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &id, &to, &now, &i64::from(decided(to) != decided(application.stage))],
    )?;
    let subject = Subject::application(application.candidate, id, application.job);
    let data = json!({"from_stage": application.stage.0, "to_stage": to.0});
    event::append(tx, caller, Kind::ApplicationAdvanced, &subject, &data)?;
    find(tx, caller.org, id)
}

/// Ends an application: hired, rejected or withdrawn, with a reason.
///
/// # Errors
/// [`Clash::NotAllowed`] when it has ended otherwise before. The same disposition twice is no error.
pub fn dispose(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    how: Disposition,
    reason: Option<&str>,
) -> Result<Application> {
    let application = lock(tx, caller.org, id)?;
    match application.disposition {
        Some(had) if had == how => return Ok(application),
        Some(_) => {
            return Err(Problem::Conflict(Clash::NotAllowed(
                "the application has ended already",
            )));
        }
        None => {}
    }
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE application SET disposition = $3, reason = $4, ended_at = $5, updated_at = $5, status_at = $5 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &id, &how.word(), &reason, &now],
    )?;
    if application.pending {
        invite::end_with(tx, caller, &application)?;
    }
    let subject = Subject::application(application.candidate, id, application.job);
    event::append(
        tx,
        caller,
        how.event(),
        &subject,
        &json!({"stage": application.stage.0}),
    )?;
    find(tx, caller.org, id)
}

fn lock(tx: &mut Tx, org: OrgId, id: ApplicationId) -> Result<Application> {
    tx.one(
        sql!("SELECT id FROM application WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &id],
    )?;
    find(tx, org, id)
}

/// The organization's application of number `id`.
pub fn find(r: &mut Reader, org: OrgId, id: ApplicationId) -> Result<Application> {
    let row = r.one(
        sql!(
            "SELECT id, uid, candidate_id, job_id, stage_id, pending, source, foreign_key, answers, details, \
             disposition, reason, created_at, applied_at, stage_at, ended_at, updated_at \
             FROM application WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Application)), read)
}

/// The organization's application of outside name `uid`.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Application> {
    let row = r.one(
        sql!(
            "SELECT id, uid, candidate_id, job_id, stage_id, pending, source, foreign_key, answers, details, \
             disposition, reason, created_at, applied_at, stage_at, ended_at, updated_at \
             FROM application WHERE org_id = $1 AND uid = $2"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Application)), read)
}

/// Every application of a candidate, oldest first, pending ones too.
pub fn of_candidate(
    r: &mut Reader,
    org: OrgId,
    candidate: CandidateId,
) -> Result<Vec<Application>> {
    let rows = r.all(
        sql!(
            "SELECT id, uid, candidate_id, job_id, stage_id, pending, source, foreign_key, answers, details, \
             disposition, reason, created_at, applied_at, stage_at, ended_at, updated_at \
             FROM application WHERE org_id = $1 AND candidate_id = $2 ORDER BY id LIMIT 1000"
        ),
        &[&org, &candidate],
    )?;
    rows.iter().map(read).collect()
}

/// Which applications a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// For this job only.
    pub job: Option<JobId>,
    /// Of the person with exactly this address (its key), and of those who claim it.
    pub email_key: Option<String>,
    /// Of people one of whose addresses contains this text (folded).
    pub email_part: Option<String>,
    /// Leave out those that are pending.
    pub submitted_only: bool,
    /// After this number.
    pub after: i64,
}

macro_rules! with_candidate {
    () => {
        "SELECT a.id, a.uid, a.candidate_id, a.job_id, a.stage_id, a.pending, a.source, a.foreign_key, a.answers, \
         a.details, a.disposition, a.reason, a.created_at, a.applied_at, a.stage_at, a.ended_at, a.updated_at, \
         c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at \
         FROM application a JOIN candidate c ON c.id = a.candidate_id "
    };
}

/// Whoever has this address, and those who claim it.
macro_rules! addressed {
    ($key:literal) => {
        concat!(
            "(SELECT i.candidate_id FROM identity i WHERE i.org_id = $1 AND i.kind = 'email' AND i.value_key = ",
            $key,
            " UNION SELECT m.candidate_id FROM claim m WHERE m.org_id = $1 AND m.value_key = ",
            $key,
            ")"
        )
    };
}

/// Applications with their candidates, oldest first: `limit` from the `offset`-th on.
pub fn list(
    r: &mut Reader,
    org: OrgId,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<Vec<(Application, Candidate)>> {
    let anybodys = sql!(concat!(
        with_candidate!(),
        "WHERE a.org_id = $1 AND a.id > $2 AND (CAST($3 AS BIGINT) IS NULL OR a.job_id = $3) \
         AND (CAST($4 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.org_id = $1 \
         AND i.candidate_id = a.candidate_id AND i.kind = 'email' AND REPLACE(i.value_key, $4, '') <> i.value_key)) \
         AND a.pending <= $5 ORDER BY a.id LIMIT $6 OFFSET $7"
    ));
    // Looked up by the address rather than found while walking the whole list.
    let of_address = sql!(concat!(
        with_candidate!(),
        "WHERE a.org_id = $1 AND a.id > $2 AND (CAST($3 AS BIGINT) IS NULL OR a.job_id = $3) \
         AND (CAST($4 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.org_id = $1 \
         AND i.candidate_id = a.candidate_id AND i.kind = 'email' AND REPLACE(i.value_key, $4, '') <> i.value_key)) \
         AND a.pending <= $5 AND a.candidate_id IN ",
        addressed!("$8"),
        " ORDER BY a.id + 0 LIMIT $6 OFFSET $7"
    ));
    let pending = i64::from(!filter.submitted_only);
    let mut parameters: Vec<&dyn ToValue> = vec![
        &org,
        &filter.after,
        &filter.job,
        &filter.email_part,
        &pending,
        &limit,
        &offset,
    ];
    let rows = match &filter.email_key {
        None => r.all(anybodys, &parameters)?,
        Some(key) => {
            parameters.push(key);
            r.all(of_address, &parameters)?
        }
    };
    rows.iter()
        .map(|row| Ok((read(row)?, read_candidate(row)?)))
        .collect()
}

/// How many applications `filter` shows.
pub fn count(r: &mut Reader, org: OrgId, filter: &Filter) -> Result<i64> {
    Ok(r.number(
        sql!(concat!(
            "SELECT COUNT(*) FROM application a \
             WHERE a.org_id = $1 AND a.id > $2 AND (CAST($3 AS BIGINT) IS NULL OR a.job_id = $3) \
             AND (CAST($4 AS TEXT) IS NULL OR a.candidate_id IN ",
            addressed!("$4"),
            ") AND (CAST($5 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.org_id = $1 \
             AND i.candidate_id = a.candidate_id AND i.kind = 'email' AND REPLACE(i.value_key, $5, '') <> i.value_key)) \
             AND a.pending <= $6"
        )),
        &[
            &org, &filter.after, &filter.job, &filter.email_key, &filter.email_part,
            &i64::from(!filter.submitted_only),
        ],
    )?)
}

fn read_candidate(row: &Row) -> Result<Candidate> {
    let record: String = row.get(19)?;
    Ok(Candidate {
        id: row.get(17)?,
        uid: row.get(18)?,
        record: crate::record::Record::parse(&record),
        created_at: row.get(20)?,
        updated_at: row.get(21)?,
        ignored_at: row.get(22)?,
    })
}

fn read(row: &Row) -> Result<Application> {
    let (answers, details): (String, String) = (row.get(8)?, row.get(9)?);
    let disposition: Option<String> = row.get(10)?;
    Ok(Application {
        id: row.get(0)?,
        uid: row.get(1)?,
        candidate: row.get(2)?,
        job: row.get(3)?,
        stage: row.get(4)?,
        pending: row.get::<i64>(5)? == 1,
        source: row.get(6)?,
        foreign_key: row.get(7)?,
        answers: serde_json::from_str(&answers).unwrap_or_default(),
        details: serde_json::from_str(&details).unwrap_or_default(),
        disposition: disposition.as_deref().and_then(Disposition::parse),
        reason: row.get(11)?,
        created_at: row.get(12)?,
        applied_at: row.get(13)?,
        stage_at: row.get(14)?,
        ended_at: row.get(15)?,
        updated_at: row.get(16)?,
    })
}

/// A stage that an application has left.
#[derive(Debug, Clone, Copy)]
pub struct Passage {
    /// Which stage.
    pub stage: StageId,
    /// µs.
    pub entered_at: i64,
    /// µs.
    pub left_at: i64,
}

/// The stages that an application has left, oldest first.
pub fn passages(r: &mut Reader, org: OrgId, id: ApplicationId) -> Result<Vec<Passage>> {
    let rows = r.all(
        sql!(
            "SELECT stage_id, entered_at, left_at FROM passage \
             WHERE org_id = $1 AND application_id = $2 ORDER BY id LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Passage {
                stage: row.get(0)?,
                entered_at: row.get(1)?,
                left_at: row.get(2)?,
            })
        })
        .collect()
}
