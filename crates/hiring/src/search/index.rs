//! What of a person is indexed, and the indexer, which follows the feed of events.
//!
//! Nothing here runs when somebody is taken in: an event is appended then as ever, and the indexer, which remembers how far
//! in the feed it has come, writes anew whatever the index holds of its person (decision 0025). Both are one transaction, so
//! that a crash repeats a person at most. People who were there before the index come afterwards, the newest first.
//!
//! Only fields on a closed list are indexed ([`WORDED`], [`NESTED`]): whatever is not on it cannot leak by being found.
//! Equal-opportunity answers, salaries, private notes and values of unknown meaning are not on it.

use serde_json::Value;
use store::{Reader, Tx, sql};

use super::look::Sort;
use super::terms;
use crate::candidate::{self, Candidate};
use crate::extraction;
use crate::id::{CandidateId, OrgId};
use crate::problem::{Noun, Problem, Result};
use crate::record::Record;
use crate::slot;

/// Words that are indexed of one person.
const MOST_WORDS: usize = 6_000;
/// Words after which a slice ends, so that no transaction takes long.
const SLICE: usize = 8_000;
/// Events looked at in a slice.
const EVENTS: i64 = 200;

/// Fields that are a text or a list of texts.
const WORDED: &[&str] = &[
    "title",
    "company",
    "summary",
    "locations",
    "location_country",
    "skills",
    "tags",
    "display_tags",
    "urls",
];

/// Lists of objects, and the members of them that are indexed, under whatever of these names a caller says them.
const NESTED: &[&str] = &[
    "skill_details",
    "education",
    "experience",
    "certifications",
    "projects",
    "courses",
    "detail_tags",
];

/// Members of nested objects that say nothing that one looks for by words, or that are nobody's business.
const NOT_NESTED: &[&str] = &[
    "id",
    "uid",
    "uuid",
    "salary",
    "compensation",
    "custom",
    "custom_info",
    "image",
    "logo",
];

/// How far the index has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Events that are not worked in yet.
    pub behind: i64,
    /// People who were there before the index and are not in it yet, at most.
    pub waiting: i64,
}

/// How far the index has come.
pub fn progress(r: &mut Reader) -> Result<Progress> {
    let row = r.one(
        sql!("SELECT f.last - p.place, p.below FROM search_progress p JOIN feed f ON f.id = 1 WHERE p.id = 1"),
        &[],
    )?;
    let row = row.ok_or_else(|| Problem::broken("the index has no row of its progress"))?;
    let below: i64 = row.get(1)?;
    let waiting = match below {
        0 => 0,
        below => r.number(
            sql!("SELECT COUNT(*) FROM candidate WHERE id < $1"),
            &[&below],
        )?,
    };
    Ok(Progress {
        behind: row.get(0)?,
        waiting,
    })
}

/// Whether anything waits to be indexed.
pub fn is_behind(r: &mut Reader) -> Result<bool> {
    let waits = r.number(
        sql!(
            "SELECT COUNT(*) FROM search_progress p JOIN feed f ON f.id = 1 \
             WHERE p.id = 1 AND (f.last > p.place OR p.below > 0)"
        ),
        &[],
    )?;
    Ok(waits > 0)
}

/// Brings the index on by one slice; answers how many people were looked at: 0 when there is nothing to do.
///
/// Two processes on one database take turns at the one row of the progress.
pub fn step(tx: &mut Tx) -> Result<usize> {
    let row = tx.one(
        sql!("SELECT place, below FROM search_progress WHERE id = 1 {for update}"),
        &[],
    )?;
    let row = row.ok_or_else(|| Problem::broken("the index has no row of its progress"))?;
    let (mut place, mut below): (i64, i64) = (row.get(0)?, row.get(1)?);
    let mut slice = Slice::default();
    let events = tx.all(
        sql!(
            "SELECT place, org_id, candidate_id FROM event WHERE place > $1 ORDER BY place LIMIT $2"
        ),
        &[&place, &EVENTS],
    )?;
    for event in &events {
        if slice.is_full() {
            break;
        }
        if let Some(id) = event.get::<Option<CandidateId>>(2)? {
            slice.take(tx, event.get(1)?, id)?;
        }
        place = event.get(0)?;
    }
    let seen = events.len();
    if seen < EVENTS as usize && below > 0 {
        below = older(tx, below, &mut slice)?;
    }
    tx.run(
        sql!("UPDATE search_progress SET place = $1, below = $2 WHERE id = 1 AND (place <> $1 OR below <> $2)"),
        &[&place, &below],
    )?;
    Ok(slice.seen.len().max(seen))
}

/// Indexes some of those who were there before the index; below which number the others are.
fn older(tx: &mut Tx, mut below: i64, slice: &mut Slice) -> Result<i64> {
    let rows = tx.all(
        sql!("SELECT id, org_id FROM candidate WHERE id < $1 ORDER BY id DESC LIMIT 100"),
        &[&below],
    )?;
    for row in &rows {
        if slice.is_full() {
            return Ok(below);
        }
        let id: CandidateId = row.get(0)?;
        slice.take(tx, row.get(1)?, id)?;
        below = id.0;
    }
    Ok(if rows.is_empty() { 0 } else { below })
}

#[derive(Default)]
struct Slice {
    seen: Vec<CandidateId>,
    words: usize,
}

impl Slice {
    fn is_full(&self) -> bool {
        self.words >= SLICE
    }

    fn take(&mut self, tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<()> {
        if !self.seen.contains(&id) {
            self.seen.push(id);
            self.words += renew(tx, org, id)?;
        }
        Ok(())
    }
}

/// Writes anew what the index holds of a person; answers how many words that is. Whoever is to be shown no more is not in
/// it.
pub fn renew(tx: &mut Tx, org: OrgId, id: CandidateId) -> Result<usize> {
    tx.run(sql!("DELETE FROM search_index WHERE rowid = $1"), &[&id])?;
    let person = match candidate::find(tx, org, id) {
        Ok(person) => person,
        Err(Problem::NotFound(Noun::Candidate)) => return Ok(0),
        Err(other) => return Err(other),
    };
    // One who was merged into another is found as that other.
    if person.ignored_at.is_some() || person.id != id {
        return Ok(0);
    }
    extraction::enqueue_of(tx, org, id)?;
    let words = written(tx, org, &person)?.words;
    let text = words.join(" ");
    tx.run(
        sql!(
            "INSERT INTO search_index (rowid, terms) VALUES ($1,
             -- only sqlite
             $2
             -- end
             -- only postgres
             CAST((SELECT string_agg('''' || w.term || ''':' || CAST(LEAST(w.n, 16383) AS TEXT), ' ')
             FROM unnest(string_to_array(CAST($2 AS TEXT), ' ')) WITH ORDINALITY AS w(term, n) WHERE w.term <> '_') AS TSVECTOR)
             -- end
             )"
        ),
        &[&id, &text],
    )?;
    Ok(words.len())
}

/// Everything by which a person is found.
fn written(r: &mut Reader, org: OrgId, person: &Candidate) -> Result<Page> {
    let mut page = Page::of(org);
    page.record(&person.record);
    applied(r, org, person.id, &mut page)?;
    noted(r, org, person.id, &mut page)?;
    for text in extraction::texts_of(r, org, person.id)? {
        page.text(&text);
    }
    page.others();
    Ok(page)
}

fn applied(r: &mut Reader, org: OrgId, id: CandidateId, page: &mut Page) -> Result<()> {
    let rows = r.all(
        sql!(
            "SELECT job_id, stage_id, source, disposition, pending FROM application \
             WHERE org_id = $1 AND candidate_id = $2 ORDER BY id DESC LIMIT 100"
        ),
        &[&org, &id],
    )?;
    for row in &rows {
        let (job, stage): (i64, i64) = (row.get(0)?, row.get(1)?);
        let disposition: Option<String> = row.get(3)?;
        let pending = row.get::<i64>(4)? == 1;
        page.whole(Sort::Job, &job.to_string());
        if disposition.is_none() && !pending {
            page.whole(Sort::Stage, &stage.to_string());
        }
        page.whole(Sort::Source, &terms::joined(&row.get::<String>(2)?));
        let stands = match (&disposition, pending) {
            (Some(how), _) => how,
            (None, true) => "invited",
            (None, false) => "open",
        };
        page.whole(Sort::Is, stands);
    }
    Ok(())
}

fn noted(r: &mut Reader, org: OrgId, id: CandidateId, page: &mut Page) -> Result<()> {
    // What not every member may read, nobody may find by.
    let rows = r.all(
        sql!(
            "SELECT subject, body FROM note WHERE org_id = $1 AND candidate_id = $2 AND visibility = 'public' \
             ORDER BY id DESC LIMIT 100"
        ),
        &[&org, &id],
    )?;
    for row in &rows {
        for text in [row.get::<Option<String>>(0)?, row.get(1)?] {
            page.text(text.as_deref().unwrap_or(""));
        }
    }
    Ok(())
}

/// The terms of a person, in order; `_` stands between two texts, so that no phrase goes from one into the next.
struct Page {
    org: OrgId,
    words: Vec<String>,
    /// Second spellings, which stand in no text.
    aside: Vec<String>,
}

impl Page {
    fn of(org: OrgId) -> Page {
        Page {
            org,
            words: vec![Sort::All.term(org, "")],
            aside: Vec::new(),
        }
    }

    fn record(&mut self, record: &Record) {
        for field in ["full_name", "first_name", "middle_name", "last_name"] {
            self.name(record.text(field).unwrap_or(""));
        }
        for address in record.values("emails") {
            self.name(address);
            self.whole(Sort::Email, &terms::joined(address));
        }
        for phone in record.values("phones") {
            self.name(phone);
            for digits in terms::phone(phone) {
                self.whole(Sort::Name, &digits);
                self.whole(Sort::Word, &digits);
            }
        }
        for tag in record.list("tags").iter().filter_map(Value::as_str) {
            self.whole(Sort::Tag, &terms::joined(tag));
        }
        for field in WORDED {
            self.value(record.get(field), false);
        }
        for field in NESTED {
            self.value(record.get(field), true);
        }
    }

    fn value(&mut self, value: &Value, nested: bool) {
        match value {
            Value::String(text) if slot::parse(text).is_none() => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.value(item, nested)),
            Value::Object(members) => {
                let told = |name: &str| match nested {
                    true => !NOT_NESTED.contains(&name) && !name.ends_with("_id"),
                    false => name == "value",
                };
                let told = members.iter().filter(|(name, _)| told(name));
                told.for_each(|(_, value)| self.value(value, nested));
            }
            _ => {}
        }
    }

    /// Of what belongs to the name: found first.
    fn name(&mut self, text: &str) {
        self.spread(Sort::Name, text);
        self.spread(Sort::Word, text);
    }

    fn text(&mut self, text: &str) {
        self.spread(Sort::Word, text);
    }

    fn spread(&mut self, sort: Sort, text: &str) {
        let mut some = false;
        for word in terms::words(text, true) {
            if self.words.len() >= MOST_WORDS {
                return;
            }
            some = true;
            self.words.push(sort.term(self.org, &word.text));
            let other = word.other.map(|other| sort.term(self.org, &other));
            self.aside.extend(other);
        }
        if some {
            self.gap();
        }
    }

    fn gap(&mut self) {
        self.words.push("_".to_owned());
    }

    fn whole(&mut self, sort: Sort, value: &str) {
        if !value.is_empty() {
            self.aside.push(sort.term(self.org, value));
        }
    }

    fn others(&mut self) {
        self.aside.sort();
        self.aside.dedup();
        self.words.append(&mut self.aside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(record: Value) -> Vec<String> {
        let record = Record {
            fields: record.as_object().unwrap().clone(),
        };
        let mut page = Page::of(OrgId(1));
        page.record(&record);
        page.others();
        page.words
    }

    #[test]
    fn what_is_not_on_the_list_is_not_indexed() {
        let secret = slot::placeholder(uuid::Uuid::from_u128(1), 1);
        let words = page(json!({
            "full_name": "Ada",
            "gender": secret, "races": [secret], "veteran_status_text": "vetword", "salary_expectations": "salaryword",
            "custom": {"x": "customword"}, "date_of_birth": "1815-12-10", "national_id": "idword",
            "experience": [{"title": "Headword", "salary": "nestedsalary", "company_id": "companyid"}],
            "skills": ["Rust", secret],
        }))
        .join(" ");
        assert!(
            words.contains("1w:headword") && words.contains("1n:ada") && words.contains("1w:rust")
        );
        for never in [
            "vetword",
            "salaryword",
            "customword",
            "1815",
            "idword",
            "nestedsalary",
            "companyid",
            "0000",
        ] {
            assert!(!words.contains(never), "{never} in {words}");
        }
    }

    #[test]
    fn a_person_takes_no_more_than_so_many_words() {
        let long = "word ".repeat(3 * MOST_WORDS);
        let words = page(json!({"full_name": "Ada", "summary": long, "tags": ["x"]}));
        assert!(words.len() < MOST_WORDS + 10, "{}", words.len());
        assert!(words.contains(&"1t:x".to_owned()));
    }
}
