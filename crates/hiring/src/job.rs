//! An opening people apply to, with its ordered stages and its form fields.

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{FieldId, JobId, OrgId, StageId, Uuid, new_uid};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};

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

/// One step of a job's pipeline.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Inside number.
    pub id: StageId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub job: JobId,
    /// 0 is the first.
    pub position: i64,
    /// As people call it.
    pub name: String,
    /// What happens there: `review`, `interview`, `offer`…
    pub kind: String,
    /// `#rrggbb`.
    pub color: String,
}

/// One question of a job's form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Inside number.
    pub id: FieldId,
    /// Whose.
    pub job: JobId,
    /// The name answers are kept under, unique in the job.
    pub name: String,
    /// What people read.
    pub label: String,
    /// See [`FieldKind`].
    pub kind: FieldKind,
    /// Whether an application must answer it.
    pub required: bool,
    /// The permitted answers of a choice.
    pub options: Vec<String>,
}

/// The kinds of form field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FieldKind {
    Text,
    LongText,
    Email,
    Phone,
    Url,
    Number,
    Date,
    Choice,
    MultipleChoice,
    File,
    YesNo,
    Consent,
}

const KINDS: [(FieldKind, &str); 12] = [
    (FieldKind::Text, "text"),
    (FieldKind::LongText, "long_text"),
    (FieldKind::Email, "email"),
    (FieldKind::Phone, "phone"),
    (FieldKind::Url, "url"),
    (FieldKind::Number, "number"),
    (FieldKind::Date, "date"),
    (FieldKind::Choice, "choice"),
    (FieldKind::MultipleChoice, "multiple_choice"),
    (FieldKind::File, "file"),
    (FieldKind::YesNo, "yes_no"),
    (FieldKind::Consent, "consent"),
];

impl FieldKind {
    /// As stored.
    pub fn word(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("text", |(_, word)| word)
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<FieldKind> {
        KINDS
            .iter()
            .find(|(_, w)| *w == word)
            .map(|(kind, _)| *kind)
    }

    /// Every word, for messages.
    pub fn words() -> String {
        KINDS.map(|(_, word)| word).join(", ")
    }
}

/// What a new job is made of.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// As people call it.
    pub title: String,
    /// (name, kind), in order; empty: Applied, Screen, Interview, Offer.
    pub stages: Vec<(String, String)>,
    /// The form.
    pub fields: Vec<NewField>,
}

/// What a new form field is made of.
#[derive(Debug, Clone)]
pub struct NewField {
    /// Unique in the job.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Its kind.
    pub kind: FieldKind,
    /// Whether an application must answer it.
    pub required: bool,
    /// For choices.
    pub options: Vec<String>,
}

const COLORS: [&str; 6] = [
    "#5b7fd6", "#3f9c8c", "#c98a2b", "#8f62c4", "#c4586b", "#6b7a3d",
];
const USUAL_STAGES: [(&str, &str); 4] = [
    ("Applied", "review"),
    ("Screen", "screen"),
    ("Interview", "interview"),
    ("Offer", "offer"),
];

/// Makes an open job with its stages and fields.
///
/// # Errors
/// [`Problem::Invalid`] for two fields of one name or a choice without options.
pub fn create(tx: &mut Tx, caller: &Caller, new: &NewJob) -> Result<Job> {
    let (uid, now, org) = (new_uid(), tx.now(), caller.org);
    let id = JobId(tx.number(
        sql!(
            "INSERT INTO job (org_id, uid, title, title_key, status, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id"
        ),
        &[
            &org,
            &uid,
            &new.title,
            &crate::text::key(&new.title),
            &Status::Open.word(),
            &now,
        ],
    )?);
    let usual = USUAL_STAGES.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    let stages = if new.stages.is_empty() {
        usual.as_slice()
    } else {
        &new.stages
    };
    for (position, (name, kind)) in stages.iter().enumerate() {
        let color = COLORS[position % COLORS.len()];
        tx.run(
            sql!(
                "INSERT INTO stage (org_id, job_id, uid, position, name, kind, color) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
            &[
                &org,
                &id,
                &new_uid(),
                &(position as i64),
                name,
                kind,
                &color,
            ],
        )?;
    }
    for (position, field) in new.fields.iter().enumerate() {
        add_field(tx, org, id, position, field)?;
    }
    event::append(
        tx,
        caller,
        Kind::JobCreated,
        &Subject {
            job: Some(id),
            ..Subject::default()
        },
        &json!({}),
    )?;
    find(tx, org, id)
}

fn add_field(tx: &mut Tx, org: OrgId, job: JobId, position: usize, field: &NewField) -> Result<()> {
    let at = |part: &str| format!("/fields/{position}/{part}");
    let choice = matches!(field.kind, FieldKind::Choice | FieldKind::MultipleChoice);
    if choice && field.options.is_empty() {
        return Err(Flaw::new(at("options"), FlawCode::Required, "a choice needs options").into());
    }
    let options = serde_json::to_string(&field.options).unwrap_or_default();
    let touched = tx.run(
        sql!(
            "INSERT INTO field (org_id, job_id, name, label, kind, required, options, position) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        &[
            &org,
            &job,
            &field.name,
            &field.label,
            &field.kind.word(),
            &i64::from(field.required),
            &options,
            &(position as i64),
        ],
    )?;
    if touched == 0 {
        return Err(Flaw::new(
            at("name"),
            FlawCode::Contradiction,
            "two fields of this job have one name",
        )
        .into());
    }
    Ok(())
}

/// The organization's job of number `id`.
pub fn find(r: &mut Reader, org: OrgId, id: JobId) -> Result<Job> {
    let row = r.one(
        sql!("SELECT id, uid, title, status, created_at, updated_at FROM job WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?;
    row.as_ref().map_or(Err(Problem::NotFound(Noun::Job)), read)
}

/// The organization's job of outside name `uid`.
pub fn find_by_uid(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Job> {
    let row = r.one(
        sql!("SELECT id, uid, title, status, created_at, updated_at FROM job WHERE org_id = $1 AND uid = $2"),
        &[&org, &uid],
    )?;
    row.as_ref().map_or(Err(Problem::NotFound(Noun::Job)), read)
}

/// The organization's jobs after number `after`, oldest first.
pub fn list(r: &mut Reader, org: OrgId, after: JobId, limit: i64) -> Result<Vec<Job>> {
    let rows = r.all(
        sql!(
            "SELECT id, uid, title, status, created_at, updated_at FROM job \
             WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3"
        ),
        &[&org, &after, &limit],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Job> {
    let status: String = row.get(3)?;
    Ok(Job {
        id: row.get(0)?,
        uid: row.get(1)?,
        title: row.get(2)?,
        status: Status::parse(&status).unwrap_or(Status::Closed),
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

/// The job's stages, in order. There is always at least one.
pub fn stages(r: &mut Reader, org: OrgId, job: JobId) -> Result<Vec<Stage>> {
    let rows = r.all(
        sql!(
            "SELECT id, uid, job_id, position, name, kind, color FROM stage \
             WHERE org_id = $1 AND job_id = $2 ORDER BY position LIMIT 200"
        ),
        &[&org, &job],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Stage {
                id: row.get(0)?,
                uid: row.get(1)?,
                job: row.get(2)?,
                position: row.get(3)?,
                name: row.get(4)?,
                kind: row.get(5)?,
                color: row.get(6)?,
            })
        })
        .collect()
}

/// The job's form, in order.
pub fn fields(r: &mut Reader, org: OrgId, job: JobId) -> Result<Vec<Field>> {
    let rows = r.all(
        sql!(
            "SELECT id, job_id, name, label, kind, required, options FROM field \
             WHERE org_id = $1 AND job_id = $2 ORDER BY position LIMIT 500"
        ),
        &[&org, &job],
    )?;
    rows.iter()
        .map(|row| {
            let (kind, options): (String, String) = (row.get(4)?, row.get(6)?);
            Ok(Field {
                id: row.get(0)?,
                job: row.get(1)?,
                name: row.get(2)?,
                label: row.get(3)?,
                kind: FieldKind::parse(&kind).unwrap_or(FieldKind::Text),
                required: row.get::<i64>(5)? == 1,
                options: serde_json::from_str(&options).unwrap_or_default(),
            })
        })
        .collect()
}
