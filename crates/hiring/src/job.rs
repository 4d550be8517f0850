//! An opening people apply to.
//!
//! Its pipeline is `job/stage.rs`, its form `job/field.rs`; whom and what it is tied to, `job/around.rs`; changing it,
//! `job/edit.rs`, and shaping both anew, `job/pipeline.rs`; as far systems know it, `job/foreign.rs`; files on it, `job/file.rs`; what a dialect says of it that has
//! no column, `job/details.rs`; lists that count pages, `job/listed.rs`.

mod around;
mod details;
mod edit;
mod field;
mod file;
mod foreign;
mod listed;
mod pipeline;
mod stage;

use serde_json::json;
use store::{Reader, Row, ToValue, Tx, sql};

pub use around::{Around, around};
pub use details::{details, say};
pub use edit::{JobEdit, edit};
pub use field::{ConsentText, Field, FieldKind, NewField, delicate_fields, fields, fields_of};
pub use file::{JobFile, add_file, files_of};
pub use foreign::{
    ForeignJob, add_missing_stages, called, claim_foreign, foreign_of, from_offset, give_foreign,
    has_foreign, look_up_foreign, of_uids, renew_foreign,
};
pub use listed::{look_up_title, page_from};
pub use pipeline::{MOST_FIELDS, MOST_STAGES, Planned, arrange, ask, rephrase, shape, unchanged};
pub use stage::{Stage, find_stage, stage_page, stages, stages_of};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{CatalogId, JobId, MemberId, OrgId, Uuid, new_uid};
use crate::page::{Side, Span, hundred, with_hundred};
use crate::posting;
use crate::problem::{Noun, Problem, Result};

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Inside number; some dialects show it.
    pub id: JobId,
    /// Outside name.
    pub uid: Uuid,
    /// As people call it.
    pub title: String,
    /// Whether it takes applications.
    pub status: Status,
    /// The organization's own sign for it.
    pub code: Option<String>,
    /// What it is about, as text or HTML.
    pub description: Option<String>,
    /// When it was made, µs.
    pub created_at: i64,
    /// When it or its stages or fields last changed, µs.
    pub updated_at: i64,
}

/// Whether a job takes applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Status {
    Draft,
    Open,
    OnHold,
    Closed,
}

impl Status {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::Open => "open",
            Status::OnHold => "on_hold",
            Status::Closed => "closed",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Status> {
        [Status::Draft, Status::Open, Status::OnHold, Status::Closed]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

/// What a new job is made of.
#[derive(Debug, Clone, Default)]
pub struct NewJob {
    /// As people call it.
    pub title: String,
    /// The organization's own sign for it.
    pub code: Option<String>,
    /// What it is about, as text or HTML.
    pub description: Option<String>,
    /// (name, kind), in order; empty: Applied, Screen, Interview, Offer.
    pub stages: Vec<(String, String)>,
    /// The form.
    pub fields: Vec<NewField>,
    /// Its departments and offices.
    pub catalog: Vec<CatalogId>,
    /// Members who recruit for it.
    pub recruiters: Vec<MemberId>,
    /// Members who decide.
    pub hiring_managers: Vec<MemberId>,
    /// Without a public page, until it is given one.
    pub unlisted: bool,
}

/// Makes an open job with its stages and fields.
///
/// # Errors
/// [`Problem::Invalid`] for two fields of one name or a choice without options.
pub fn create(tx: &mut Tx, caller: &Caller, new: &NewJob) -> Result<Job> {
    let (uid, now, org) = (new_uid(), tx.now(), caller.org);
    let id = JobId(tx.number(
        sql!(
            "INSERT INTO job (org_id, uid, title, title_key, status, created_at, updated_at, code, description) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8) RETURNING id"
        ),
        &[
            &org,
            &uid,
            &new.title,
            &crate::text::key(&new.title),
            &Status::Open.word(),
            &now,
            &new.code,
            &new.description,
        ],
    )?);
    stage::add_stages(tx, org, id, &new.stages)?;
    for (position, field) in new.fields.iter().enumerate() {
        field::add_field(tx, org, id, position, field)?;
    }
    around::add(tx, org, id, new)?;
    posting::create(tx, org, id, &new.title, new.unlisted)?;
    let about = Subject {
        job: Some(id),
        ..Subject::default()
    };
    event::append(tx, caller, Kind::JobCreated, &about, &json!({}))?;
    find(tx, org, id)
}

/// The organization's job of number `id`.
pub fn find(r: &mut Reader, org: OrgId, id: JobId) -> Result<Job> {
    let row = r.one(
        sql!(
            "SELECT id, uid, title, status, code, description, created_at, updated_at FROM job \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Job))?;
    read(&row, 0)
}

/// The organization's job of outside name `uid`.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Job> {
    let row = r.one(
        sql!(
            "SELECT id, uid, title, status, code, description, created_at, updated_at FROM job \
             WHERE org_id = $1 AND uid = $2"
        ),
        &[&org, &uid],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Job))?;
    read(&row, 0)
}

/// The organization's jobs after number `after`, oldest first.
pub fn list(r: &mut Reader, org: OrgId, after: JobId, limit: i64) -> Result<Vec<Job>> {
    page(r, org, Side::After(after.0), &Filter::default(), limit)
}

/// Which jobs a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of this status only.
    pub status: Option<Status>,
    /// Those of exactly this sign only.
    pub code: Option<String>,
    /// Those in any of these offices only, at most [`crate::page::MOST`].
    pub offices: Option<Vec<CatalogId>>,
    /// Made and changed within this.
    pub span: Span,
}

/// A page of the organization's jobs in the order in which they were made; `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Job>> {
    let (forward, backward) = (
        sql!(concat!(
            "SELECT j.id, j.uid, j.title, j.status, j.code, j.description, j.created_at, j.updated_at FROM job j \
             WHERE j.org_id = $1 AND (CAST($102 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM job_catalog k \
             WHERE k.job_id = j.id AND k.catalog_id IN (",
            hundred!(),
            "))) AND (CAST($103 AS TEXT) IS NULL OR j.status = $103) AND (CAST($104 AS TEXT) IS NULL OR j.code = $104) \
             AND (CAST($105 AS BIGINT) IS NULL OR j.created_at > $105) \
             AND (CAST($106 AS BIGINT) IS NULL OR j.created_at < $106) \
             AND (CAST($107 AS BIGINT) IS NULL OR j.updated_at > $107) \
             AND (CAST($108 AS BIGINT) IS NULL OR j.updated_at < $108) \
             AND j.id > $109 ORDER BY j.id LIMIT $110"
        )),
        sql!(concat!(
            "SELECT j.id, j.uid, j.title, j.status, j.code, j.description, j.created_at, j.updated_at FROM job j \
             WHERE j.org_id = $1 AND (CAST($102 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM job_catalog k \
             WHERE k.job_id = j.id AND k.catalog_id IN (",
            hundred!(),
            "))) AND (CAST($103 AS TEXT) IS NULL OR j.status = $103) AND (CAST($104 AS TEXT) IS NULL OR j.code = $104) \
             AND (CAST($105 AS BIGINT) IS NULL OR j.created_at > $105) \
             AND (CAST($106 AS BIGINT) IS NULL OR j.created_at < $106) \
             AND (CAST($107 AS BIGINT) IS NULL OR j.updated_at > $107) \
             AND (CAST($108 AS BIGINT) IS NULL OR j.updated_at < $108) \
             AND j.id < $109 ORDER BY j.id DESC LIMIT $110"
        )),
    );
    let (statement, from) = match side {
        Side::After(id) => (forward, id),
        Side::Before(id) => (backward, id),
    };
    let (status, span) = (filter.status.map(Status::word), &filter.span);
    let everywhere: &[CatalogId] = &[];
    let offices = filter.offices.as_deref().unwrap_or(everywhere);
    let chosen = i64::from(filter.offices.is_some());
    let mut parameters = with_hundred(&org, offices);
    parameters.extend([
        &chosen as &dyn ToValue,
        &status,
        &filter.code,
        &span.created_after,
        &span.created_before,
        &span.modified_after,
        &span.modified_before,
        &from,
        &limit,
    ]);
    let rows = r.all(statement, &parameters)?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// The organization's jobs of these numbers, at most [`crate::page::MOST`]; in no order.
pub fn of_ids(r: &mut Reader, org: OrgId, ids: &[JobId]) -> Result<Vec<Job>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, uid, title, status, code, description, created_at, updated_at FROM job \
             WHERE org_id = $1 AND id IN (",
            hundred!(),
            ") LIMIT 100"
        )),
        &with_hundred(&org, ids),
    )?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// A job whose columns begin at `at`.
fn read(row: &Row, at: usize) -> Result<Job> {
    let status: String = row.get(at + 3)?;
    Ok(Job {
        id: row.get(at)?,
        uid: row.get(at + 1)?,
        title: row.get(at + 2)?,
        status: Status::parse(&status).unwrap_or(Status::Closed),
        code: row.get(at + 4)?,
        description: row.get(at + 5)?,
        created_at: row.get(at + 6)?,
        updated_at: row.get(at + 7)?,
    })
}
