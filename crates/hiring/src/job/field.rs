//! The form of a job: what applications to it are asked.

use serde::{Deserialize, Serialize};
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
    /// A sentence that helps with it.
    pub help: Option<String>,
    /// What one consents to: of a [`FieldKind::Consent`].
    pub consent: Option<ConsentText>,
}

/// What somebody is asked to consent to. Another wording is another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentText {
    /// The whole text.
    pub text: String,
    /// Names the wording.
    pub version: String,
    /// What the data are used for.
    pub purpose: String,
}

impl Field {
    /// What a consent field asks for; one that was made without a text asks for its label.
    pub fn consent_text(&self) -> ConsentText {
        self.consent.clone().unwrap_or_else(|| ConsentText {
            text: self.label.clone(),
            version: "1".to_owned(),
            purpose: "application".to_owned(),
        })
    }
}

impl Field {
    /// Whether it asks an equal-opportunity question, by its name or by its label.
    pub fn is_delicate(&self) -> bool {
        let asks = |name: &str| Question::of_name(name).is_some();
        asks(&self.name) || asks(&self.label)
    }
}

/// The kinds of form field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FieldKind {
    #[default]
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
#[derive(Debug, Clone, Default)]
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
    /// A sentence that helps with it.
    pub help: Option<String>,
    /// For consents.
    pub consent: Option<ConsentText>,
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
    if field.consent.is_some() && field.kind != FieldKind::Consent {
        let detail = "only a consent has a consent text";
        return Err(Flaw::new(at("consent"), FlawCode::Contradiction, detail).into());
    }
    let options = serde_json::to_string(&field.options).unwrap_or_default();
    let consent = field
        .consent
        .as_ref()
        .map(|c| serde_json::to_string(c).unwrap_or_default());
    let touched = tx.run(
        sql!(
            "INSERT INTO field (org_id, job_id, name, label, kind, required, options, position, help, consent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
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
            &field.help,
            &consent,
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

/// Characters of a label, of an option, of a help; of a consent's text.
const LONGEST: usize = 500;
const LONGEST_CONSENT: usize = 20_000;
const MOST_OPTIONS: usize = 200;

/// Whether a question can be asked so.
///
/// # Errors
/// [`crate::Problem::Invalid`] at `/label`, `/options`, `/help` or `/consent`.
pub(super) fn judge(new: &NewField) -> Result<()> {
    let mut flaws = Vec::new();
    let mut flaw = |at: &str, code, why: &str| flaws.push(Flaw::new(at, code, why));
    let long = |text: &str, most: usize| text.chars().count() > most;
    if new.label.trim().is_empty() {
        flaw("/label", FlawCode::Required, "a question needs a label");
    } else if long(&new.label, LONGEST) {
        flaw(
            "/label",
            FlawCode::TooLong,
            "a label has at most 500 characters",
        );
    }
    if new.help.as_deref().is_some_and(|help| long(help, LONGEST)) {
        flaw(
            "/help",
            FlawCode::TooLong,
            "a help text has at most 500 characters",
        );
    }
    if matches!(new.kind, FieldKind::Choice | FieldKind::MultipleChoice) {
        if new.options.len() < 2 {
            flaw(
                "/options",
                FlawCode::Required,
                "a choice needs at least two options, one a line",
            );
        } else if new.options.len() > MOST_OPTIONS {
            flaw(
                "/options",
                FlawCode::TooLong,
                "a choice has at most 200 options",
            );
        } else if new.options.iter().any(|option| long(option, LONGEST)) {
            flaw(
                "/options",
                FlawCode::TooLong,
                "an option has at most 500 characters",
            );
        }
        let keys: Vec<String> = new.options.iter().map(|o| crate::text::key(o)).collect();
        if keys
            .iter()
            .enumerate()
            .any(|(n, key)| keys[..n].contains(key))
        {
            flaw(
                "/options",
                FlawCode::Contradiction,
                "two options are the same",
            );
        }
    }
    if let Some(consent) = &new.consent {
        if consent.text.trim().is_empty() {
            flaw(
                "/consent",
                FlawCode::Required,
                "a consent needs the text that one consents to",
            );
        } else if long(&consent.text, LONGEST_CONSENT) {
            flaw(
                "/consent",
                FlawCode::TooLong,
                "a consent has at most 20,000 characters",
            );
        }
    }
    match flaws.is_empty() {
        true => Ok(()),
        false => Err(crate::Problem::Invalid(flaws)),
    }
}

/// The job's form, in order.
pub fn fields(r: &mut Reader, org: OrgId, job: JobId) -> Result<Vec<Field>> {
    let rows = r.all(
        sql!(
            "SELECT id, job_id, name, label, kind, required, options, help, consent FROM field \
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
            "SELECT id, job_id, name, label, kind, required, options, help, consent FROM field WHERE org_id = $1 AND job_id IN (",
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
            "SELECT f.id, f.job_id, f.name, f.label, f.kind, f.required, f.options, f.help, f.consent, j.uid FROM field f \
             JOIN job j ON j.id = f.job_id WHERE f.org_id = $1 ORDER BY f.id LIMIT 100000"
        ),
        &[&org],
    )?;
    let all = rows.iter().map(|row| Ok((row.get(9)?, read(row)?)));
    let all = all.collect::<Result<Vec<(Uuid, Field)>>>()?;
    Ok(all
        .into_iter()
        .filter(|(_, field)| field.is_delicate())
        .collect())
}

fn read(row: &Row) -> Result<Field> {
    let (kind, options): (String, String) = (row.get(4)?, row.get(6)?);
    let consent: Option<String> = row.get(8)?;
    Ok(Field {
        id: row.get(0)?,
        job: row.get(1)?,
        name: row.get(2)?,
        label: row.get(3)?,
        kind: FieldKind::parse(&kind).unwrap_or(FieldKind::Text),
        required: row.get::<i64>(5)? == 1,
        options: serde_json::from_str(&options).unwrap_or_default(),
        help: row.get(7)?,
        consent: consent.and_then(|text| serde_json::from_str(&text).ok()),
    })
}
