//! A job's public page: the address under which anybody may apply while the job takes applications.
//!
//! Every new job has one. Its address ends in 40 random bits and stands in no list, so that only those find it who were
//! given it; it can be switched off (`unlist`) and on again, and stays the same.

use std::collections::HashMap;

use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{JobId, OrgId};
use crate::page::{MOST, hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};
use crate::secret;

/// Characters of the title that stand in the address.
const LONGEST: usize = 60;

/// A job's public page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Whose.
    pub org: OrgId,
    /// The job.
    pub job: JobId,
    /// The last part of its address.
    pub slug: String,
    /// When it was made, µs.
    pub created_at: i64,
    /// Whether it was switched off.
    pub unlisted: bool,
}

impl Posting {
    /// Its address.
    pub fn link(&self, public_url: &str) -> String {
        format!("{public_url}/jobs/{}", self.slug)
    }
}

/// Gives a new job its page.
pub(crate) fn create(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    title: &str,
    unlisted: bool,
) -> Result<()> {
    let now = tx.now();
    let ended = unlisted.then_some(now);
    let random = store::files::hex(&secret::random::<5>());
    let words = words(title);
    let slug = if words.is_empty() {
        format!("job-{random}")
    } else {
        format!("{words}-{random}")
    };
    tx.run(
        sql!("INSERT INTO posting (org_id, job_id, slug, created_at, ended_at) VALUES ($1, $2, $3, $4, $5)"),
        &[&org, &job, &slug, &now, &ended],
    )?;
    Ok(())
}

/// Letters and digits of a title in lower ASCII, `-` between words.
fn words(title: &str) -> String {
    let folded = crate::text::key(title);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let mut slug = String::new();
    for word in words.filter(|w| !w.is_empty()) {
        if slug.len() + word.len() > LONGEST {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug
}

/// The page of this address. The address says whose it is, so there is no organization to take.
pub fn by_slug(r: &mut Reader, slug: &str) -> Result<Posting> {
    // The address comes as somebody typed it; what PostgreSQL cannot hold is nobody's.
    if slug.contains('\0') {
        return Err(Problem::NotFound(Noun::Posting));
    }
    let row = r.one(
        sql!("SELECT org_id, job_id, slug, created_at, ended_at FROM posting WHERE slug = $1"),
        &[&slug],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Posting)), read)
}

/// The pages of these jobs.
pub fn of_jobs(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<HashMap<JobId, Posting>> {
    let mut all = HashMap::new();
    for jobs in jobs.chunks(MOST) {
        let rows = r.all(
            sql!(concat!(
                "SELECT org_id, job_id, slug, created_at, ended_at FROM posting WHERE org_id = $1 AND job_id IN (",
                hundred!(),
                ") LIMIT 100"
            )),
            &with_hundred(&org, jobs),
        )?;
        for row in &rows {
            let posting = read(row)?;
            all.insert(posting.job, posting);
        }
    }
    Ok(all)
}

/// Switches a job's page on or off. What is so already changes nothing.
pub fn list(tx: &mut Tx, caller: &Caller, job: JobId, on: bool) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    let touched = if on {
        tx.run(
            sql!("UPDATE posting SET ended_at = NULL WHERE org_id = $1 AND job_id = $2 AND ended_at IS NOT NULL"),
            &[&org, &job],
        )?
    } else {
        tx.run(
            sql!("UPDATE posting SET ended_at = $3 WHERE org_id = $1 AND job_id = $2 AND ended_at IS NULL"),
            &[&org, &job, &now],
        )?
    };
    if touched == 1 {
        let about = Subject {
            job: Some(job),
            ..Subject::default()
        };
        let data = serde_json::json!({"fields": ["public"]});
        event::append(tx, caller, Kind::JobUpdated, &about, &data)?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<Posting> {
    Ok(Posting {
        org: row.get(0)?,
        job: row.get(1)?,
        slug: row.get(2)?,
        created_at: row.get(3)?,
        unlisted: row.get::<Option<i64>>(4)?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_the_titles_words() {
        assert_eq!(
            words("Engine Programmer (m/f/d)"),
            "engine-programmer-m-f-d"
        );
        assert_eq!(words("测试 !"), "");
        assert!(words(&"long ".repeat(100)).len() <= LONGEST);
    }
}
