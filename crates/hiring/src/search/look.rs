//! Asking the index: what was typed becomes one question in the engine's own language, and the answer comes in pages.
//!
//! First come those whose name, address or phone it is, then those of whom something else says it; within both, who was
//! added last comes first. The engines give that order without sorting (SQLite walks the index from its end), so that a
//! question that everybody answers costs no more than one that twenty do.
//!
//! Every term begins with the organization's number and what it is a term of ([`Sort`]), so that nobody's words are ever
//! compared with another organization's.

use store::{Reader, sql};

use super::ask::{self, Ask, Operator, Said, Unit};
use super::terms::{self, Word};
use crate::candidate::{Candidate, read};
use crate::id::{JobId, OrgId, StageId};
use crate::problem::Result;

/// Jobs and stages that one operator may name.
const MOST_NAMED: i64 = 200;
/// A word of what is written of somebody may be begun from so many characters on; of a name, from the first.
const LEAST_OPEN: usize = 3;
/// As many are counted; more are "more than that".
pub const MOST_COUNTED: i64 = 1_000;

/// What a term is a term of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Everybody has it.
    All,
    /// A word of a name, an address or a phone.
    Name,
    /// Any word, those of names too.
    Word,
    /// A tag.
    Tag,
    /// A job that was applied for, by its number.
    Job,
    /// The stage of an open application, by its number.
    Stage,
    /// A source.
    Source,
    /// An address.
    Email,
    /// How an application stands.
    Is,
}

impl Sort {
    /// The term as the index has it.
    pub(super) fn term(self, org: OrgId, text: &str) -> String {
        let letter = match self {
            Sort::All => 'a',
            Sort::Name => 'n',
            Sort::Word => 'w',
            Sort::Tag => 't',
            Sort::Job => 'j',
            Sort::Stage => 's',
            Sort::Source => 'f',
            Sort::Email => 'e',
            Sort::Is => 'i',
        };
        format!("{org}{letter}:{text}")
    }
}

/// A question to the index.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Question {
    Term {
        term: String,
        open: bool,
    },
    Phrase(Vec<String>),
    All(Vec<Question>),
    Any(Vec<Question>),
    But(Box<Question>, Box<Question>),
    /// Nobody.
    None,
}

impl Question {
    /// In the language of the engine. Terms hold no quotes and no backslashes (`terms.rs`).
    fn spelled(&self, engine: &str) -> String {
        let lite = engine == "sqlite";
        let joined = |all: &[Question], with: &str| {
            let all: Vec<String> = all.iter().map(|q| q.spelled(engine)).collect();
            format!("({})", all.join(with))
        };
        match self {
            Question::Term { term, open } => match (lite, open) {
                (true, true) => format!("\"{term}\" *"),
                (true, false) => format!("\"{term}\""),
                (false, true) => format!("'{term}':*"),
                (false, false) => format!("'{term}'"),
            },
            Question::Phrase(words) if lite => format!("\"{}\"", words.join(" ")),
            Question::Phrase(words) => {
                let words: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
                format!("({})", words.join(" <-> "))
            }
            Question::All(all) => joined(all, if lite { " AND " } else { " & " }),
            Question::Any(any) => joined(any, if lite { " OR " } else { " | " }),
            Question::But(this, not) if lite => {
                format!("({} NOT {})", this.spelled(engine), not.spelled(engine))
            }
            Question::But(this, not) => {
                format!("({} & !{})", this.spelled(engine), not.spelled(engine))
            }
            // No term is like that.
            Question::None if lite => "\"-none-\"".to_owned(),
            Question::None => "'-none-'".to_owned(),
        }
    }
}

/// Whom somebody may find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Within {
    /// Only those who applied for one of these; `None`: everybody.
    pub jobs: Option<Vec<JobId>>,
}

/// A question in its two parts.
struct Asked {
    /// Those whose name it is.
    named: Question,
    /// Everybody else of whom something says it; `None` where nothing but operators was asked for.
    others: Option<Question>,
    /// Operators' values that nothing is called like.
    unknown: Vec<(Operator, String)>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Whether it is among those whose name it is.
    pub named: bool,
    /// Before this number.
    pub before: i64,
}

impl Place {
    /// The first page.
    pub const START: Place = Place {
        named: true,
        before: i64::MAX,
    };

    /// In one word: `n.42`, `o.42`.
    pub fn word(self) -> String {
        format!("{}.{}", if self.named { "n" } else { "o" }, self.before)
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Place> {
        let (tier, before) = word.split_once('.')?;
        let before = before.parse().ok().filter(|n| *n > 0)?;
        match tier {
            "n" => Some(Place {
                named: true,
                before,
            }),
            "o" => Some(Place {
                named: false,
                before,
            }),
            _ => None,
        }
    }
}

/// Somebody who was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Who.
    pub candidate: Candidate,
    /// Whether it is their name, address or phone.
    pub named: bool,
}

/// A page of those who were found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// In order.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
    /// Operators' values that no job, stage or the like is called like.
    pub unknown: Vec<(Operator, String)>,
}

/// A page of those who are asked for. What asks for nothing finds everybody.
pub fn search(
    r: &mut Reader,
    org: OrgId,
    ask: &Ask,
    within: &Within,
    from: Place,
    limit: i64,
) -> Result<Found> {
    let asked = asked(r, org, ask, within)?;
    let mut found = Found {
        unknown: asked.unknown,
        ..Found::default()
    };
    // One more than the page has says whether there is another.
    let mut wanted = limit + 1;
    let mut before = from.before;
    if from.named {
        let named = some(r, org, &asked.named, before, wanted)?;
        wanted -= named.len() as i64;
        found.hits.extend(named.into_iter().map(|candidate| Hit {
            candidate,
            named: true,
        }));
        before = i64::MAX;
    }
    if let Some(others) = asked.others.filter(|_| wanted > 0) {
        let others = some(r, org, &others, before, wanted)?;
        found.hits.extend(others.into_iter().map(|candidate| Hit {
            candidate,
            named: false,
        }));
    }
    if found.hits.len() as i64 > limit {
        found.hits.truncate(limit as usize);
        found.next = found.hits.last().map(|last| Place {
            named: last.named,
            before: last.candidate.id.0,
        });
    }
    Ok(found)
}

/// PostgreSQL plans a statement once for all that it will be asked; but a word of everybody is found soonest by looking through
/// the newest people, and a rare one by the index. So within this transaction it plans by what is asked for.
fn plan_by_words(r: &mut Reader) -> Result<()> {
    r.all(
        sql!(
            "SELECT
             -- only sqlite
             ''
             -- end
             -- only postgres
             set_config('plan_cache_mode', 'force_custom_plan', true)
             -- end
             AS mode"
        ),
        &[],
    )?;
    Ok(())
}

fn some(
    r: &mut Reader,
    org: OrgId,
    question: &Question,
    before: i64,
    limit: i64,
) -> Result<Vec<Candidate>> {
    plan_by_words(r)?;
    let text = question.spelled(r.engine());
    // CROSS: the index is walked, and each person looked up, never the other way round.
    let rows = r.all(
        sql!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at
             FROM search_index x CROSS JOIN candidate c WHERE c.org_id = $1 AND c.id = x.rowid AND x.rowid < $3 AND
             -- only sqlite
             x.terms MATCH $2
             -- end
             -- only postgres
             x.terms @@ CAST(CAST($2 AS TEXT) AS TSQUERY)
             -- end
             ORDER BY x.rowid DESC LIMIT $4"
        ),
        &[&org, &text, &before, &limit],
    )?;
    rows.iter().map(read).collect()
}

/// How many are found, up to [`MOST_COUNTED`] and one.
pub fn count(r: &mut Reader, org: OrgId, ask: &Ask, within: &Within) -> Result<i64> {
    let asked = asked(r, org, ask, within)?;
    let all = match asked.others {
        Some(others) => Question::Any(vec![asked.named, others]),
        None => asked.named,
    };
    plan_by_words(r)?;
    let text = all.spelled(r.engine());
    Ok(r.number(
        sql!(
            "SELECT COUNT(*) FROM (SELECT c.id FROM search_index x CROSS JOIN candidate c
             WHERE c.org_id = $1 AND c.id = x.rowid AND
             -- only sqlite
             x.terms MATCH $2
             -- end
             -- only postgres
             x.terms @@ CAST(CAST($2 AS TEXT) AS TSQUERY)
             -- end
             LIMIT $3) AS hits"
        ),
        &[&org, &text, &(MOST_COUNTED + 1)],
    )?)
}

fn asked(r: &mut Reader, org: OrgId, ask: &Ask, within: &Within) -> Result<Asked> {
    let (mut named, mut any, mut filters) = (Vec::new(), Vec::new(), Vec::new());
    let (mut never, mut unknown) = (Vec::new(), Vec::new());
    let jobs = jobs_of(r, org, ask)?;
    for unit in &ask.units {
        match &unit.said {
            Said::Of(operator, value) => {
                let question = of(r, org, *operator, value, &jobs)?;
                if question == Question::None {
                    unknown.push((*operator, value.clone()));
                } else if *operator == Operator::Job && is_implied(ask) {
                    continue;
                }
                if unit.not { &mut never } else { &mut filters }.push(question);
            }
            Said::Word { text, open } => {
                let all = |sort| worded(org, sort, &ask::words(text), *open, false);
                if unit.not {
                    never.push(all(Sort::Word));
                } else {
                    named.push(all(Sort::Name));
                    any.push(all(Sort::Word));
                }
            }
            Said::Phrase(text) => {
                let all = |sort| worded(org, sort, &ask::words(text), false, true);
                if unit.not {
                    never.push(all(Sort::Word));
                } else {
                    named.push(all(Sort::Name));
                    any.push(all(Sort::Word));
                }
            }
        }
    }
    if let Some(jobs) = &within.jobs {
        let ids = jobs.iter().map(|job| job.0);
        filters.push(numbered(org, Sort::Job, ids));
    }
    let base = |words: &[Question]| {
        let mut all = words.to_vec();
        all.extend(filters.iter().cloned());
        if all.is_empty() {
            all.push(Question::Term {
                term: Sort::All.term(org, ""),
                open: false,
            });
        }
        Question::All(all)
    };
    let but = |this: Question, not: Vec<Question>| match not.is_empty() {
        true => this,
        false => Question::But(Box::new(this), Box::new(Question::Any(not))),
    };
    let others = (!any.is_empty()).then(|| {
        let mut not = never.clone();
        not.push(Question::All(named.clone()));
        but(base(&any), not)
    });
    Ok(Asked {
        named: but(base(&named), never),
        others,
        unknown,
    })
}

/// The words of one unit, all of them; `open`: the last may go on.
fn worded(org: OrgId, sort: Sort, words: &[Word], open: bool, phrase: bool) -> Question {
    if phrase && words.len() > 1 {
        return Question::Phrase(words.iter().map(|w| sort.term(org, &w.text)).collect());
    }
    // What is glued together stands together.
    let runs = words.chunk_by(|_, next| next.glued);
    let last = words.len();
    let (mut at, mut all) = (0, Vec::new());
    for run in runs {
        at += run.len();
        all.push(match run {
            [word] => {
                let is_dense = !word.text.is_ascii() && word.text.chars().count() == 1;
                let least = if sort == Sort::Name || is_dense {
                    1
                } else {
                    LEAST_OPEN
                };
                let long = word.text.chars().count() >= least;
                one(org, sort, word, (open && at == last && long) || is_dense)
            }
            run => Question::Phrase(run.iter().map(|w| sort.term(org, &w.text)).collect()),
        });
    }
    match all.len() {
        1 => all.remove(0),
        _ => Question::All(all),
    }
}

fn one(org: OrgId, sort: Sort, word: &Word, open: bool) -> Question {
    let term = |text: &str| Question::Term {
        term: sort.term(org, text),
        open,
    };
    match &word.other {
        Some(other) => Question::Any(vec![term(&word.text), term(other)]),
        None => term(&word.text),
    }
}

fn numbered(org: OrgId, sort: Sort, ids: impl Iterator<Item = i64>) -> Question {
    let term = |id: i64| Question::Term {
        term: sort.term(org, &id.to_string()),
        open: false,
    };
    let any: Vec<Question> = ids.map(term).collect();
    match any.is_empty() {
        true => Question::None,
        false => Question::Any(any),
    }
}

/// The jobs that the query's `job:` names, if it names any: a stage is then one of theirs.
fn jobs_of(r: &mut Reader, org: OrgId, ask: &Ask) -> Result<Option<Vec<JobId>>> {
    let named = |unit: &Unit| match &unit.said {
        Said::Of(Operator::Job, title) if !unit.not => Some(title.clone()),
        _ => None,
    };
    let titles: Vec<String> = ask.units.iter().filter_map(named).collect();
    let mut jobs: Option<Vec<JobId>> = None;
    for title in titles {
        jobs.get_or_insert_default()
            .extend(jobs_called(r, org, &title)?);
    }
    Ok(jobs)
}

/// Whether who stands in the stage that is asked for has applied for the job that is asked for: the stage is one of its own
/// then. Each question more is a list more for the index to walk, and a job's is as long as its applications.
fn is_implied(ask: &Ask) -> bool {
    let said = |of: Operator| {
        let is_of =
            move |unit: &&Unit| matches!(&unit.said, Said::Of(operator, _) if *operator == of);
        ask.units.iter().filter(is_of)
    };
    said(Operator::Job).count() == 1
        && said(Operator::Job).all(|unit| !unit.not)
        && said(Operator::Stage).any(|unit| !unit.not)
}

fn of(
    r: &mut Reader,
    org: OrgId,
    operator: Operator,
    value: &str,
    jobs: &Option<Vec<JobId>>,
) -> Result<Question> {
    let begun = |sort: Sort, open| Question::Term {
        term: sort.term(org, &terms::joined(value)),
        open,
    };
    Ok(match operator {
        Operator::Job => {
            let jobs = jobs_called(r, org, value)?;
            numbered(org, Sort::Job, jobs.into_iter().map(|job| job.0))
        }
        Operator::Stage => {
            let stages = stages_called(r, org, value)?;
            let of_job = |job: &JobId| jobs.as_ref().is_none_or(|jobs| jobs.contains(job));
            let stages = stages.into_iter().filter(|(_, job)| of_job(job));
            numbered(org, Sort::Stage, stages.map(|(stage, _)| stage.0))
        }
        Operator::Source => begun(Sort::Source, true),
        Operator::Email => begun(Sort::Email, true),
        Operator::Tag => begun(Sort::Tag, false),
        Operator::Is => begun(Sort::Is, false),
    })
}

/// The newest jobs whose title has every word of `title`, or begins of them.
fn jobs_called(r: &mut Reader, org: OrgId, title: &str) -> Result<Vec<JobId>> {
    let wanted = ask::words(title);
    let rows = r.all(
        sql!("SELECT id, title FROM job WHERE org_id = $1 ORDER BY id DESC LIMIT 5000"),
        &[&org],
    )?;
    let mut jobs = Vec::new();
    for row in &rows {
        if is_called(&row.get::<String>(1)?, &wanted) {
            jobs.push(row.get(0)?);
        }
    }
    jobs.truncate(MOST_NAMED as usize);
    Ok(jobs)
}

/// The newest stages of that name, whatever its case.
fn stages_called(r: &mut Reader, org: OrgId, name: &str) -> Result<Vec<(StageId, JobId)>> {
    let wanted = terms::joined(name);
    let rows = r.all(
        sql!("SELECT id, job_id, name FROM stage WHERE org_id = $1 ORDER BY id DESC LIMIT 20000"),
        &[&org],
    )?;
    let mut stages = Vec::new();
    for row in &rows {
        if terms::joined(&row.get::<String>(2)?) == wanted {
            stages.push((row.get(0)?, row.get(1)?));
        }
    }
    stages.truncate(MOST_NAMED as usize);
    Ok(stages)
}

fn is_called(title: &str, wanted: &[Word]) -> bool {
    let there = terms::words(title, true);
    wanted
        .iter()
        .all(|word| there.iter().any(|t| t.text.starts_with(&word.text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_spelled_for_each_engine() {
        let term = |text: &str, open| Question::Term {
            term: Sort::Word.term(OrgId(7), text),
            open,
        };
        let question = Question::But(
            Box::new(Question::All(vec![
                term("ada", true),
                Question::Phrase(vec!["7w:a".into(), "7w:b".into()]),
            ])),
            Box::new(Question::Any(vec![term("x", false)])),
        );
        assert_eq!(
            question.spelled("sqlite"),
            "((\"7w:ada\" * AND \"7w:a 7w:b\") NOT (\"7w:x\"))"
        );
        assert_eq!(
            question.spelled("postgres"),
            "(('7w:ada':* & ('7w:a' <-> '7w:b')) & !('7w:x'))"
        );
    }
}
