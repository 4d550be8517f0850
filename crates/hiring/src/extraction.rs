//! The text of people's files, for searching and for reading without opening the file, and what pages there are to look at
//! (`extraction/pages.rs`).
//!
//! Here is which files are read and what came of it; the reading itself is the work of a process of its own with narrow
//! limits (`server/src/reading.rs`), long after the file was taken in: no intake waits for it or fails by it. A file is read
//! once for each organization that has it, whoever and whatever it came with.
//!
//! A text is derived from a file that has events of its own, so that reading it is none.

mod pages;

use std::time::Duration;

use store::files::Digest;
use store::{Reader, Row, Tx, sql};

use crate::id::{CandidateId, OrgId};
use crate::problem::{Problem, Result};
use crate::search;

pub use pages::{MOST_PAGES, Outline, Pages, note_pages, pages};

/// Characters of a text that are kept.
pub const MOST_TEXT: usize = 200_000;
/// Files of one person that are read.
const MOST_FILES: i64 = 20;
/// How long somebody may be at it until they count as lost: longer than the process may live.
const LEASE: Duration = Duration::from_secs(120);
/// How often somebody may begin: whoever reads a file may be ended together with us, and a file that ends us each time
/// must not do so for ever.
const ATTEMPTS: i64 = 3;

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Pdf,
    Docx,
    Text,
}

impl Format {
    /// As the process that reads is told.
    pub fn word(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Docx => "docx",
            Format::Text => "text",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Format> {
        [Format::Pdf, Format::Docx, Format::Text]
            .into_iter()
            .find(|format| format.word() == word)
    }

    /// By what a file's bytes say it is.
    pub fn of(media_type: &str) -> Option<Format> {
        match media_type {
            "application/pdf" => Some(Format::Pdf),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => {
                Some(Format::Docx)
            }
            "text/plain" => Some(Format::Text),
            _ => None,
        }
    }
}

/// How the text of a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits to be read, or is being read.
    Due,
    /// There is text.
    Done,
    /// There is none, and why.
    None(String),
}

impl State {
    /// As stored and published.
    pub fn word(&self) -> &'static str {
        match self {
            State::Due => "due",
            State::Done => "done",
            State::None(_) => "none",
        }
    }
}

/// Queues whatever files of a person nobody has looked at yet.
pub(crate) fn enqueue_of(tx: &mut Tx, org: OrgId, candidate: CandidateId) -> Result<()> {
    let rows = tx.all(
        sql!(
            "SELECT DISTINCT f.sha256, f.media_type FROM attachment a JOIN file f ON f.org_id = a.org_id AND f.sha256 = a.sha256 \
             WHERE a.org_id = $1 AND a.candidate_id = $2 AND a.removed_at IS NULL AND a.kind <> 'picture' \
             AND NOT EXISTS (SELECT 1 FROM extraction e WHERE e.org_id = a.org_id AND e.sha256 = a.sha256) LIMIT $3"
        ),
        &[&org, &candidate, &MOST_FILES],
    )?;
    let now = tx.now();
    for row in &rows {
        let (sha256, media_type): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
        let (state, reason) = match Format::of(&media_type) {
            Some(_) => ("due", None),
            None => ("none", Some("no text is read from a file of this kind")),
        };
        tx.run(
            sql!(
                "INSERT INTO extraction (org_id, sha256, media_type, state, reason, attempts, due_at, created_at) \
                 VALUES ($1, $2, $3, $4, $5, 0, $6, $6) ON CONFLICT DO NOTHING"
            ),
            &[&org, &sha256, &media_type, &state, &reason, &now],
        )?;
    }
    Ok(())
}

/// The texts of a person's files, the newest first. That files without a content are not among them need not be said, and would make
/// SQLite walk the organization's files instead of the person's.
pub(crate) fn texts_of(r: &mut Reader, org: OrgId, candidate: CandidateId) -> Result<Vec<String>> {
    let rows = r.all(
        sql!(
            "SELECT e.text FROM extraction e WHERE e.org_id = $1 AND e.text IS NOT NULL AND e.sha256 IN \
             (SELECT a.sha256 FROM attachment a WHERE a.org_id = $1 AND a.candidate_id = $2 AND a.removed_at IS NULL) \
             ORDER BY e.id DESC LIMIT $3"
        ),
        &[&org, &candidate, &MOST_FILES],
    )?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// A file that somebody is to read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    id: i64,
    attempts: i64,
    /// Whose.
    pub org: OrgId,
    /// Its content.
    pub sha256: Digest,
    /// What it is.
    pub format: Format,
}

/// Whether a file waits.
pub fn waits(r: &mut Reader) -> Result<bool> {
    let now = r.now();
    let row = r.one(
        sql!("SELECT id FROM extraction WHERE state = 'due' AND due_at <= $1 LIMIT 1"),
        &[&now],
    )?;
    Ok(row.is_some())
}

/// Takes the file that has waited longest; nobody else takes it for two minutes. `None` when none waits.
pub fn claim(tx: &mut Tx) -> Result<Option<Claimed>> {
    let now = tx.now();
    give_up(tx, now)?;
    let row = tx.one(
        sql!(
            "SELECT id, attempts, org_id, sha256, media_type FROM extraction WHERE state = 'due' AND due_at <= $1 \
             ORDER BY due_at LIMIT 1 {for update} {skip locked}"
        ),
        &[&now],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let claimed = read_claimed(&row)?;
    tx.run(
        sql!(
            "UPDATE extraction SET attempts = attempts + 1, due_at = $3 WHERE org_id = $1 AND id = $2"
        ),
        &[&claimed.org, &claimed.id, &(now + LEASE.as_micros() as i64)],
    )?;
    Ok(Some(claimed))
}

/// What was begun too often is begun no more.
fn give_up(tx: &mut Tx, now: i64) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE extraction SET state = 'none', reason = 'reading it was begun several times and never came to an end', \
             settled_at = $1 WHERE state = 'due' AND due_at <= $1 AND attempts >= $2"
        ),
        &[&now, &ATTEMPTS],
    )?;
    Ok(())
}

fn read_claimed(row: &Row) -> Result<Claimed> {
    let (sha256, media_type): (Vec<u8>, String) = (row.get(3)?, row.get(4)?);
    Ok(Claimed {
        id: row.get(0)?,
        attempts: row.get::<i64>(1)? + 1,
        org: row.get(2)?,
        sha256: sha256
            .try_into()
            .map_err(|_| Problem::broken("a digest of another length"))?,
        format: Format::of(&media_type)
            .ok_or_else(|| Problem::broken("a file of no known kind is to be read"))?,
    })
}

/// Notes what came of reading, and indexes whose file it is. Whoever was at it too long, and has lost it to another by
/// now, changes nothing.
pub fn settle(
    tx: &mut Tx,
    claimed: &Claimed,
    came: std::result::Result<&str, &str>,
) -> Result<bool> {
    let (org, now) = (claimed.org, tx.now());
    let (text, reason) = match came {
        Ok(text) => (kept(text), None),
        Err(reason) => (None, Some(reason)),
    };
    let (state, reason) = match &text {
        Some(_) => ("done", None),
        None => ("none", Some(reason.unwrap_or("there is no text in it"))),
    };
    let settled = tx.run(
        sql!(
            "UPDATE extraction SET state = $4, text = $5, reason = $6, settled_at = $7 \
             WHERE org_id = $1 AND id = $2 AND state = 'due' AND attempts = $3"
        ),
        &[
            &org,
            &claimed.id,
            &claimed.attempts,
            &state,
            &text,
            &reason,
            &now,
        ],
    )?;
    if settled == 0 || text.is_none() {
        return Ok(settled == 1);
    }
    // `+ 0`: else SQLite walks the organization's files in the order of people, so as not to sort a few.
    let whose = tx.all(
        sql!(
            "SELECT DISTINCT candidate_id + 0 FROM attachment WHERE org_id = $1 AND sha256 = $2 AND removed_at IS NULL LIMIT 50"
        ),
        &[&org, &claimed.sha256],
    )?;
    for row in &whose {
        search::renew(tx, org, row.get(0)?)?;
    }
    Ok(true)
}

/// A text as it is kept: no control characters but line ends, no more blanks than one, so long and no longer.
fn kept(text: &str) -> Option<String> {
    let mut out = String::new();
    let (mut blank, mut lines) = (false, 0);
    for c in text.chars() {
        match c {
            '\n' | '\u{c}' => lines += 1,
            c if c.is_whitespace() || c.is_control() => blank = true,
            c => {
                if !out.is_empty() && lines > 0 {
                    out.push_str(if lines > 1 { "\n\n" } else { "\n" });
                } else if !out.is_empty() && blank {
                    out.push(' ');
                }
                (blank, lines) = (false, 0);
                out.push(c);
            }
        }
    }
    let cut: String = out.chars().take(MOST_TEXT).collect();
    cut.chars().any(char::is_alphanumeric).then_some(cut)
}

/// How the texts of these contents stand: those that are not here are not known yet, which is as good as due.
pub fn states(r: &mut Reader, org: OrgId, files: &[Digest]) -> Result<Vec<(Digest, State)>> {
    let mut all = Vec::new();
    for file in files {
        if let Some((state, _)) = find(r, org, file)? {
            all.push((*file, state));
        }
    }
    Ok(all)
}

/// How the text of this content stands, and the text.
pub fn find(r: &mut Reader, org: OrgId, file: &Digest) -> Result<Option<(State, Option<String>)>> {
    let row = r.one(
        sql!("SELECT state, reason, text FROM extraction WHERE org_id = $1 AND sha256 = $2"),
        &[&org, file],
    )?;
    row.map(|row| {
        let (state, reason): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let state = match state.as_str() {
            "due" => State::Due,
            "done" => State::Done,
            _ => State::None(reason.unwrap_or_default()),
        };
        Ok((state, row.get(2)?))
    })
    .transpose()
}

/// How many files wait to be read, and how many of those that were have no text: `None` of an organization: of all.
pub fn tally(r: &mut Reader, org: Option<OrgId>) -> Result<(i64, i64)> {
    let row = r.one(
        sql!(
            "SELECT COUNT(CASE WHEN state = 'due' THEN 1 END), COUNT(CASE WHEN state = 'none' THEN 1 END) FROM extraction \
             WHERE CAST($1 AS BIGINT) IS NULL OR org_id = $1"
        ),
        &[&org],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_without_what_nobody_reads() {
        let text = "  Ada\u{0}\tLovelace \r\n\n\n\u{c} Countess\nof  X ";
        assert_eq!(
            kept(text).as_deref(),
            Some("Ada Lovelace\n\nCountess\nof X")
        );
        assert_eq!(kept(" \n\u{0} - "), None);
        let long = "é ".repeat(MOST_TEXT);
        assert_eq!(kept(&long).unwrap().chars().count(), MOST_TEXT);
    }
}
