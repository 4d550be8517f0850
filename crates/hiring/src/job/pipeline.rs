//! Shaping a job anew: its pipeline and its form, whole, by somebody who looked at it before.
//!
//! Whoever changes a job in several steps says which one they looked at, by when it last changed ([`unchanged`]): what
//! somebody else changed meanwhile is not overwritten unseen.

use serde_json::json;
use store::{Reader, Tx, sql};

use super::field::{self, NewField};
use super::{Field, Job, fields, find, stage, stages};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{FieldId, JobId, OrgId, StageId, Uuid};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};

/// Stages of a job at most.
pub const MOST_STAGES: usize = 50;
/// Fields of a form at most.
pub const MOST_FIELDS: usize = 100;
/// Characters of a stage's name.
const LONGEST: usize = 100;

/// A stage as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The stage that it is; `None`: a new one.
    pub uid: Option<Uuid>,
    /// What it is called.
    pub name: String,
    /// What happens there.
    pub kind: String,
}

/// The job, locked until the transaction ends, if it is as whoever looked at it at `updated_at` (µs) saw it.
///
/// # Errors
/// [`Problem::Stale`] when it has changed since; [`Problem::NotFound`].
pub fn unchanged(tx: &mut Tx, org: OrgId, id: JobId, updated_at: i64) -> Result<Job> {
    tx.one(
        sql!("SELECT id FROM job WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &id],
    )?;
    let job = find(tx, org, id)?;
    match job.updated_at == updated_at {
        true => Ok(job),
        false => Err(Problem::Stale {
            have: u64::try_from(job.updated_at).unwrap_or(0),
        }),
    }
}

/// Gives a job these stages, in this order. A stage in which anybody stands or stood stays: it would take their history along.
///
/// # Errors
/// [`Problem::Invalid`] at `/stages` or `/stages/<n>/name`.
pub fn shape(tx: &mut Tx, caller: &Caller, job: JobId, plan: &[Planned]) -> Result<()> {
    let org = caller.org;
    find(tx, org, job)?;
    let had = stages(tx, org, job)?;
    let same = had.len() == plan.len()
        && had.iter().zip(plan).all(|(stage, planned)| {
            planned.uid == Some(stage.uid)
                && planned.name == stage.name
                && planned.kind == stage.kind
        });
    if same {
        return Ok(());
    }
    judge(&had, plan)?;
    let gone = had
        .iter()
        .filter(|stage| !plan.iter().any(|p| p.uid == Some(stage.uid)));
    for stage in gone {
        if is_used(tx, org, job, stage.id)? {
            let detail = format!(
                "somebody is or was in the stage \"{}\", so it stays",
                stage.name
            );
            return Err(Flaw::new("/stages", FlawCode::Contradiction, detail).into());
        }
        tx.run(
            sql!("DELETE FROM stage WHERE org_id = $1 AND job_id = $2 AND id = $3"),
            &[&org, &job, &stage.id],
        )?;
    }
    // Out of each other's way first: no two may share a place at any moment.
    tx.run(
        sql!("UPDATE stage SET position = position + 1000 WHERE org_id = $1 AND job_id = $2"),
        &[&org, &job],
    )?;
    for (position, planned) in plan.iter().enumerate() {
        let Some(uid) = planned.uid else {
            let new = [(planned.name.clone(), planned.kind.clone())];
            stage::add_stages_from(tx, org, job, position, &new)?;
            continue;
        };
        tx.run(
            sql!("UPDATE stage SET position = $4, name = $5, kind = $6 WHERE org_id = $1 AND job_id = $2 AND uid = $3"),
            &[&org, &job, &uid, &(position as i64), &planned.name, &planned.kind],
        )?;
    }
    changed(tx, caller, job, "stages")
}

fn judge(had: &[super::Stage], plan: &[Planned]) -> Result<()> {
    let mut flaws = Vec::new();
    if plan.is_empty() {
        flaws.push(Flaw::new(
            "/stages",
            FlawCode::Required,
            "a job needs a stage",
        ));
    }
    if plan.len() > MOST_STAGES {
        flaws.push(Flaw::new(
            "/stages",
            FlawCode::TooLong,
            "a job has at most 50 stages",
        ));
    }
    for (n, planned) in plan.iter().enumerate() {
        let mut flaw =
            |code, why: &str| flaws.push(Flaw::new(format!("/stages/{n}/name"), code, why));
        let key = crate::text::key(&planned.name);
        if key.is_empty() {
            flaw(FlawCode::Required, "a stage needs a name");
        } else if planned.name.chars().count() > LONGEST {
            flaw(
                FlawCode::TooLong,
                "a stage's name has at most 100 characters",
            );
        } else if plan[..n]
            .iter()
            .any(|other| crate::text::key(&other.name) == key)
        {
            flaw(FlawCode::Contradiction, "two stages have one name");
        }
        if let Some(uid) = planned.uid {
            let known = had.iter().any(|stage| stage.uid == uid);
            let twice = plan[..n].iter().any(|other| other.uid == Some(uid));
            if !known || twice {
                flaw(FlawCode::UnknownReference, "the job has no such stage");
            }
        }
    }
    match flaws.is_empty() {
        true => Ok(()),
        false => Err(Problem::Invalid(flaws)),
    }
}

/// Whether anybody stands in a stage, or has left it.
fn is_used(r: &mut Reader, org: OrgId, job: JobId, stage: StageId) -> Result<bool> {
    let row = r.one(
        sql!(
            "SELECT id FROM application WHERE org_id = $1 AND job_id = $2 AND stage_id = $3 LIMIT 1"
        ),
        &[&org, &job, &stage],
    )?;
    if row.is_some() {
        return Ok(true);
    }
    let row = r.one(
        sql!("SELECT id FROM passage WHERE org_id = $1 AND stage_id = $2 LIMIT 1"),
        &[&org, &stage],
    )?;
    Ok(row.is_some())
}

/// Adds a question to the end of a job's form.
///
/// # Errors
/// [`Problem::Invalid`] at `/label`, `/options` and so on.
pub fn ask(tx: &mut Tx, caller: &Caller, job: JobId, new: &NewField) -> Result<()> {
    find(tx, caller.org, job)?;
    let had = fields(tx, caller.org, job)?;
    if had.len() >= MOST_FIELDS {
        return Err(Flaw::new("", FlawCode::TooLong, "a form has at most 100 questions").into());
    }
    let mut new = new.clone();
    new.name = name_for(&new.label, &had);
    field::judge(&new)?;
    field::add_field(tx, caller.org, job, had.len(), &new)?;
    renumber(
        tx,
        caller.org,
        job,
        &had.iter().map(|f| f.id).collect::<Vec<_>>(),
    )?;
    changed(tx, caller, job, "fields")
}

/// Asks a question in another way. Its name, under which answers are kept, stays.
///
/// # Errors
/// [`Problem::Invalid`]; [`Problem::NotFound`].
pub fn rephrase(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    id: FieldId,
    new: &NewField,
) -> Result<()> {
    find(tx, caller.org, job)?;
    let had = fields(tx, caller.org, job)?;
    let before = had.iter().find(|field| field.id == id);
    let before = before.ok_or(Problem::NotFound(Noun::Job))?;
    field::judge(new)?;
    if same(before, new) {
        return Ok(());
    }
    let options = serde_json::to_string(&new.options).unwrap_or_default();
    let consent = new
        .consent
        .as_ref()
        .map(|c| serde_json::to_string(c).unwrap_or_default());
    tx.run(
        sql!(
            "UPDATE field SET label = $4, kind = $5, required = $6, options = $7, help = $8, consent = $9 \
             WHERE org_id = $1 AND job_id = $2 AND id = $3"
        ),
        &[
            &caller.org, &job, &id, &new.label, &new.kind.word(), &i64::from(new.required), &options, &new.help, &consent,
        ],
    )?;
    changed(tx, caller, job, "fields")
}

fn same(field: &Field, new: &NewField) -> bool {
    field.label == new.label
        && field.kind == new.kind
        && field.required == new.required
        && field.options == new.options
        && field.help == new.help
        && field.consent == new.consent
}

/// Puts the questions of a job's form into this order; those that are not named are taken away. Answers that were given stay.
///
/// # Errors
/// [`Problem::Invalid`] at `/fields` for a question that the form has not, or one named twice.
pub fn arrange(tx: &mut Tx, caller: &Caller, job: JobId, order: &[FieldId]) -> Result<()> {
    find(tx, caller.org, job)?;
    let had = fields(tx, caller.org, job)?;
    let before: Vec<FieldId> = had.iter().map(|field| field.id).collect();
    if before == order {
        return Ok(());
    }
    for (n, id) in order.iter().enumerate() {
        if !before.contains(id) || order[..n].contains(id) {
            let detail = "the form has no such question";
            return Err(Flaw::new("/fields", FlawCode::UnknownReference, detail).into());
        }
    }
    for gone in before.iter().filter(|id| !order.contains(id)) {
        tx.run(
            sql!("DELETE FROM field WHERE org_id = $1 AND job_id = $2 AND id = $3"),
            &[&caller.org, &job, gone],
        )?;
    }
    renumber(tx, caller.org, job, order)?;
    changed(tx, caller, job, "fields")
}

fn renumber(tx: &mut Tx, org: OrgId, job: JobId, order: &[FieldId]) -> Result<()> {
    for (position, id) in order.iter().enumerate() {
        tx.run(
            sql!("UPDATE field SET position = $4 WHERE org_id = $1 AND job_id = $2 AND id = $3"),
            &[&org, &job, id, &(position as i64)],
        )?;
    }
    Ok(())
}

/// A name for a new question, made of its label, that no other has.
fn name_for(label: &str, had: &[Field]) -> String {
    let folded = crate::text::key(label);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stem: String = words.join("_").chars().take(40).collect();
    let stem = if stem.is_empty() {
        "question".to_owned()
    } else {
        stem
    };
    let taken = |name: &str| had.iter().any(|field| field.name == name);
    let numbered = (2..).map(|n| format!("{stem}_{n}"));
    std::iter::once(stem.clone())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or(stem)
}

fn changed(tx: &mut Tx, caller: &Caller, job: JobId, what: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE job SET updated_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&caller.org, &job, &now],
    )?;
    let about = Subject {
        job: Some(job),
        ..Subject::default()
    };
    event::append(
        tx,
        caller,
        Kind::JobUpdated,
        &about,
        &json!({"fields": [what]}),
    )?;
    Ok(())
}
