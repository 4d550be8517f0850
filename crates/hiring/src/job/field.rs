//! The form of a job: what applications to it are asked.

use store::{Reader, Row, Tx, sql};

use crate::eeo::Question;
use crate::id::{FieldId, JobId, OrgId, Uuid};
use crate::page::{hundred, with_hundred};
use crate::problem::{Flaw, FlawCode, Result};

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

impl Field {
    /// Whether it asks an equal-opportunity question, by its name or by its label.
    pub fn is_delicate(&self) -> bool {
        let asks = |name: &str| Question::of_name(name).is_some();
        asks(&self.name) || asks(&self.label)
    }
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

pub(super) fn add_field(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    position: usize,
    field: &NewField,
) -> Result<()> {
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

/// The job's form, in order.
pub fn fields(r: &mut Reader, org: OrgId, job: JobId) -> Result<Vec<Field>> {
    let rows = r.all(
        sql!(
            "SELECT id, job_id, name, label, kind, required, options FROM field \
             WHERE org_id = $1 AND job_id = $2 ORDER BY position LIMIT 500"
        ),
        &[&org, &job],
    )?;
    rows.iter().map(read).collect()
}

/// The forms of `jobs` (at most [`crate::page::MOST`]), each in order.
pub fn fields_of(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<Field>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT id, job_id, name, label, kind, required, options FROM field WHERE org_id = $1 AND job_id IN (",
            hundred!(),
            ") ORDER BY job_id, position LIMIT 50000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter().map(read).collect()
}

/// Every field of the organization's forms that asks an equal-opportunity question, with its job's outside name.
pub fn delicate_fields(r: &mut Reader, org: OrgId) -> Result<Vec<(Uuid, Field)>> {
    let rows = r.all(
        sql!(
            "SELECT f.id, f.job_id, f.name, f.label, f.kind, f.required, f.options, j.uid FROM field f \
             JOIN job j ON j.id = f.job_id WHERE f.org_id = $1 ORDER BY f.id LIMIT 100000"
        ),
        &[&org],
    )?;
    let all = rows.iter().map(|row| Ok((row.get(7)?, read(row)?)));
    let all = all.collect::<Result<Vec<(Uuid, Field)>>>()?;
    Ok(all
        .into_iter()
        .filter(|(_, field)| field.is_delicate())
        .collect())
}

fn read(row: &Row) -> Result<Field> {
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
}
