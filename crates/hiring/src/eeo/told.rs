//! What people told of themselves, one record for each submission that holds such answers: for those who may read them.

use serde_json::{Map, Value};
use store::{Reader, Row, ToValue, sql};

use crate::caller::Caller;
use crate::id::{CandidateId, JobId, OrgId, SubmissionId, Uuid};
use crate::job;
use crate::page::{Side, Span, hundred, with_hundred};
use crate::problem::{Act, Noun, Problem, Result};
use crate::slot;

/// The four questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Question {
    Race,
    Gender,
    Veteran,
    Disability,
}

impl Question {
    /// Which question a field, a form's field or a member of that name asks.
    pub fn of_name(name: &str) -> Option<Question> {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        let word: String = letters.map(|c| c.to_ascii_lowercase()).collect();
        match word.as_str() {
            "race" | "races" | "ethnicity" => Some(Question::Race),
            "gender" | "sex" => Some(Question::Gender),
            _ if word.starts_with("veteran") => Some(Question::Veteran),
            _ if word.starts_with("disability") => Some(Question::Disability),
            _ => None,
        }
    }
}

/// What one submission told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Inside number, in the order of telling.
    pub number: i64,
    /// The submission; there is one record for each.
    pub submission: Uuid,
    /// Inside number of the submission.
    pub submission_id: SubmissionId,
    /// Whose answers they are.
    pub candidate: Uuid,
    /// Inside number of whose answers they are.
    pub candidate_id: CandidateId,
    /// When they came, µs.
    pub told_at: i64,
    /// Whether the person is to be shown no more.
    pub ignored: bool,
    /// The answers as they were given; a question that was not answered is not here.
    pub answers: Vec<(Question, Value)>,
}

impl Told {
    /// The answer to a question.
    pub fn answer(&self, question: Question) -> Option<&Value> {
        let found = self.answers.iter().find(|(q, _)| *q == question);
        found.map(|(_, answer)| answer)
    }
}

/// Whose answers a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this person only.
    pub candidate: Option<CandidateId>,
    /// Leave out people who are to be shown no more.
    pub without_ignored: bool,
    /// Told within this.
    pub span: Span,
}

/// What every statement here shows: the first answer of each submission stands for all of them.
macro_rules! first_answers {
    ($rest:expr) => {
        concat!(
            "SELECT e.id, s.uid, s.id, c.uid, c.id, s.received_at, c.ignored_at FROM eeo e \
             JOIN submission s ON s.uid = e.submission_uid AND s.org_id = e.org_id \
             JOIN candidate c ON c.id = e.candidate_id \
             WHERE e.org_id = $1 AND NOT EXISTS (SELECT 1 FROM eeo o WHERE o.org_id = e.org_id \
             AND o.submission_uid = e.submission_uid AND o.n < e.n) AND ",
            $rest
        )
    };
}

/// The rest of a list's statement.
macro_rules! listed {
    ($first:literal, $last:literal) => {
        first_answers!(concat!(
            $first,
            " AND (CAST($3 AS BIGINT) = 0 OR c.ignored_at IS NULL) AND s.received_at > $4 AND s.received_at < $5 \
             ORDER BY e.id",
            $last
        ))
    };
}

/// A page of the organization's answers in the order in which they came; `Before` pages come newest first.
///
/// # Errors
/// [`Problem::Forbidden`] for a caller without `eeo:read`.
pub fn page(
    r: &mut Reader,
    caller: &Caller,
    side: Side,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Told>> {
    caller.require(Act::EeoRead)?;
    // A condition that may be switched off is not looked up in an index.
    let (statement, from) = match (side, filter.candidate) {
        (Side::After(id), None) => (sql!(listed!("e.id > $2", " LIMIT $6")), id),
        (Side::Before(id), None) => (sql!(listed!("e.id < $2", " DESC LIMIT $6")), id),
        (Side::After(id), Some(_)) => (
            sql!(listed!("e.candidate_id = $7 AND e.id > $2", " LIMIT $6")),
            id,
        ),
        (Side::Before(id), Some(_)) => (
            sql!(listed!(
                "e.candidate_id = $7 AND e.id < $2",
                " DESC LIMIT $6"
            )),
            id,
        ),
    };
    let (after, before) = filter.span.of_unchanging();
    let without_ignored = i64::from(filter.without_ignored);
    let mut parameters: Vec<&dyn ToValue> = vec![
        &caller.org,
        &from,
        &without_ignored,
        &after,
        &before,
        &limit,
    ];
    parameters.extend(filter.candidate.as_ref().map(|id| id as &dyn ToValue));
    let rows = r.all(statement, &parameters)?;
    let mut page: Vec<Told> = rows.iter().map(read).collect::<Result<_>>()?;
    for some in page.chunks_mut(crate::page::MOST) {
        fill_in(r, caller.org, some)?;
    }
    Ok(page)
}

/// What the submission of this outside name told.
///
/// # Errors
/// [`Problem::Forbidden`] for a caller without `eeo:read`; [`Problem::NotFound`] when it told nothing.
pub fn find(r: &mut Reader, caller: &Caller, submission: Uuid) -> Result<Told> {
    caller.require(Act::EeoRead)?;
    let row = r.one(
        sql!(first_answers!("e.submission_uid = $2")),
        &[&caller.org, &submission],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::EeoAnswers))?;
    let mut found = [read(&row)?];
    fill_in(r, caller.org, &mut found)?;
    let [found] = found;
    Ok(found)
}

fn read(row: &Row) -> Result<Told> {
    Ok(Told {
        number: row.get(0)?,
        submission: row.get(1)?,
        submission_id: row.get(2)?,
        candidate: row.get(3)?,
        candidate_id: row.get(4)?,
        told_at: row.get(5)?,
        ignored: row.get::<Option<i64>>(6)?.is_some(),
        answers: Vec::new(),
    })
}

/// One answer: whose submission, number of its slot, where it stood, what it is.
type Answer = (Uuid, u32, String, Value);

/// Puts the answers to their questions. What a question is called stands in what was said of the person, in the answers
/// to the job's form, or else in the answer's place in the body.
fn fill_in(r: &mut Reader, org: OrgId, page: &mut [Told]) -> Result<()> {
    if page.is_empty() {
        return Ok(());
    }
    let ids: Vec<SubmissionId> = page.iter().map(|told| told.submission_id).collect();
    let answers = answers_of(r, org, &ids)?;
    let named = named_of(r, org, &ids)?;
    for told in page {
        let own = named.iter().filter(|(id, _)| *id == told.submission_id);
        for (_, members) in own {
            for (name, value) in members {
                let mut value = value.clone();
                let answered = !slot::collect(&value).is_empty();
                slot::fill(&mut value, &mut |uid, n| {
                    let found = answers.iter().find(|(u, m, ..)| (*u, *m) == (uid, n));
                    found.map(|(.., answer)| answer.clone())
                });
                if answered {
                    put(&mut told.answers, name, value);
                }
            }
        }
        for (uid, _, pointer, answer) in &answers {
            if *uid == told.submission {
                let mut parts = pointer.rsplit('/');
                if let Some(name) = parts.find(|part| part.parse::<u32>().is_err()) {
                    put(&mut told.answers, name, answer.clone());
                }
            }
        }
    }
    Ok(())
}

/// The first answer to a question stays.
fn put(answers: &mut Vec<(Question, Value)>, name: &str, answer: Value) {
    let nothing = answer.is_null() || answer.as_array().is_some_and(Vec::is_empty);
    if let Some(question) = Question::of_name(name)
        && !nothing
        && !answers.iter().any(|(q, _)| *q == question)
    {
        answers.push((question, answer));
    }
}

fn answers_of(r: &mut Reader, org: OrgId, submissions: &[SubmissionId]) -> Result<Vec<Answer>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT e.submission_uid, e.n, e.pointer, e.value FROM submission s CROSS JOIN eeo e \
             WHERE e.org_id = s.org_id AND e.submission_uid = s.uid AND s.org_id + 0 = $1 AND s.id IN (",
            hundred!(),
            ") ORDER BY e.id + 0 LIMIT 100000"
        )),
        &with_hundred(&org, submissions),
    )?;
    rows.iter()
        .map(|row| {
            let value: String = row.get(3)?;
            let value = serde_json::from_str(&value).unwrap_or_default();
            Ok((row.get(0)?, row.get::<i64>(1)? as u32, row.get(2)?, value))
        })
        .collect()
}

type Named = (SubmissionId, Map<String, Value>);

/// What the submissions said of their people, then what they answered to forms: by name, with slots.
fn named_of(r: &mut Reader, org: OrgId, submissions: &[SubmissionId]) -> Result<Vec<Named>> {
    let said = sql!(concat!(
        "SELECT s.id, o.said FROM submission s CROSS JOIN operation o WHERE o.org_id = s.org_id \
         AND o.candidate_id = s.candidate_id AND o.submission_id = s.id AND s.org_id + 0 = $1 AND s.id IN (",
        hundred!(),
        ") ORDER BY o.id + 0 LIMIT 1000"
    ));
    let mut named = Vec::new();
    for row in r.all(said, &with_hundred(&org, submissions))? {
        let text: String = row.get(1)?;
        named.push((row.get(0)?, serde_json::from_str(&text).unwrap_or_default()));
    }
    named.extend(answered_of(r, org, submissions)?);
    Ok(named)
}

/// The answers to forms. A field whose name says nothing has its label's.
fn answered_of(r: &mut Reader, org: OrgId, submissions: &[SubmissionId]) -> Result<Vec<Named>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT s.id, a.answers, a.job_id FROM submission s JOIN application a ON a.id = s.application_id \
             WHERE s.org_id + 0 = $1 AND s.id IN (",
            hundred!(),
            ") ORDER BY s.id LIMIT 1000"
        )),
        &with_hundred(&org, submissions),
    )?;
    let mut jobs = rows
        .iter()
        .map(|row| row.get(2))
        .collect::<Result<Vec<JobId>, _>>()?;
    jobs.sort_unstable();
    jobs.dedup();
    let fields = match jobs.is_empty() {
        true => Vec::new(),
        false => job::fields_of(r, org, &jobs)?,
    };
    let mut named = Vec::new();
    for row in &rows {
        let (id, text, job): (_, String, JobId) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let answers: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
        let by_label = answers.into_iter().map(|(name, answer)| {
            let field = fields.iter().find(|f| f.job == job && f.name == name);
            match field.filter(|_| Question::of_name(&name).is_none()) {
                Some(field) => (field.label.clone(), answer),
                None => (name, answer),
            }
        });
        named.push((id, by_label.collect()));
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_question_it_asks() {
        for (name, question) in [
            ("gender", Some(Question::Gender)),
            ("Sex:", Some(Question::Gender)),
            ("races", Some(Question::Race)),
            ("Ethnicity", Some(Question::Race)),
            ("veteran_status_text", Some(Question::Veteran)),
            ("Disability Status", Some(Question::Disability)),
            ("phone", None),
            ("", None),
        ] {
            assert_eq!(Question::of_name(name), question, "{name}");
        }
    }

    #[test]
    fn the_first_answer_to_a_question_stays() {
        let mut answers = Vec::new();
        put(&mut answers, "races", Value::Array(Vec::new()));
        put(&mut answers, "ethnicity", "a".into());
        put(&mut answers, "race", "b".into());
        assert_eq!(answers, [(Question::Race, "a".into())]);
    }
}
