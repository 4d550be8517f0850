//! Bringing here the files that a caller named by address: what is due, who is at it, how it ended.
//!
//! A row is queued in the transaction that adds the attachment. Whoever fetches it *claims* it, which puts off its next
//! time by a lease; a worker that dies leaves it to the next one. Settling counts only while the claim holds, so a worker
//! that took too long changes nothing. The fetching itself is `courier/src/fetch.rs`; why one failed and how
//! one stands, `fetch/failure.rs` and `fetch/state.rs`; what is missed for good is an issue (`issue.rs`).

mod failure;
mod state;

use serde_json::json;
use store::{Reader, Row, Tx, sql};

pub use failure::Failure;
pub use state::{Fetch, State, of_attachment};

use crate::attachment::{self, Stored};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{AttachmentId, CandidateId, OrgId, Uuid};
use crate::issue;
use crate::problem::{Problem, Result};

/// How long a claim holds, µs: five minutes, far longer than a fetch may take.
pub const LEASE: i64 = 300 * SECOND;

/// So often is a fetch tried.
pub const MOST_ATTEMPTS: i64 = 6;

/// So many hosts at most can be passed over by [`claim`].
pub const MOST_BUSY: usize = 4;

const SECOND: i64 = 1_000_000;

/// Claims that turn out to be of no use are passed over, so many in one transaction.
const MOST_STALE: usize = 20;

/// Whether `url` is one that is fetched at all.
pub fn is_fetchable(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Queues the fetch of an attachment, due now. One that is queued already stays as it is.
pub fn enqueue(tx: &mut Tx, org: OrgId, attachment: AttachmentId) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO fetching (org_id, attachment_id, state, attempts, due_at, created_at, updated_at) \
             VALUES ($1, $2, 'due', 0, $3, $3, $3) ON CONFLICT DO NOTHING"
        ),
        &[&org, &attachment, &now],
    )?;
    Ok(())
}

/// When the next fetch is due, µs; it may be past.
pub fn next_due(r: &mut Reader) -> Result<Option<i64>> {
    let row = r.one(
        sql!("SELECT due_at FROM fetching WHERE state = 'due' ORDER BY due_at LIMIT 1"),
        &[],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// A fetch that is ours until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Number of the fetch.
    pub id: i64,
    /// Whose.
    pub org: OrgId,
    /// For which attachment.
    pub attachment: AttachmentId,
    /// Where the file lies, as the caller wrote it.
    pub url: String,
    /// Which attempt this is, from 1.
    pub attempts: i64,
}

impl Claimed {
    /// `://` and the host as the caller spelled it, with whatever else stands before the path: for [`claim`].
    pub fn host(&self) -> &str {
        let begin = self.url.find("://").unwrap_or(0);
        let rest = &self.url[begin..];
        let end = rest
            .char_indices()
            .skip(3)
            .find(|(_, c)| matches!(c, '/' | '?' | '#' | '\\'));
        &rest[..end.map_or(rest.len(), |(at, _)| at)]
    }
}

/// Takes the fetch that has been due longest, of whatever organization, but none at a host of `busy` (as
/// [`Claimed::host`] says; at most [`MOST_BUSY`] are looked at). On PostgreSQL several processes claim at once and
/// never the same.
pub fn claim(tx: &mut Tx, busy: &[String]) -> Result<Option<Claimed>> {
    for _ in 0..MOST_STALE {
        let Some(claimed) = take(tx, busy)? else {
            return Ok(None);
        };
        let wanted = look(tx, &claimed)?.is_some_and(|a| a.is_wanted());
        if !wanted {
            close(tx, &claimed)?;
        } else if claimed.attempts > MOST_ATTEMPTS {
            // Only a process that died in the midst of each attempt leaves such a row.
            settle_failed(tx, &claimed, &Failure::Interrupted)?;
        } else {
            return Ok(Some(claimed));
        }
    }
    Ok(None)
}

fn take(tx: &mut Tx, busy: &[String]) -> Result<Option<Claimed>> {
    let now = tx.now();
    let busy = |n: usize| busy.get(n);
    let row = tx.one(
        sql!(
            "SELECT f.id, f.org_id, f.attachment_id, f.attempts FROM fetching f WHERE f.state = 'due' AND f.due_at <= $1 \
             AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = f.attachment_id \
             AND (REPLACE(a.url, $2, '') <> a.url OR REPLACE(a.url, $3, '') <> a.url \
             OR REPLACE(a.url, $4, '') <> a.url OR REPLACE(a.url, $5, '') <> a.url)) \
             ORDER BY f.due_at, f.id LIMIT 1 {for update} {skip locked}"
        ),
        &[&now, &busy(0), &busy(1), &busy(2), &busy(3)],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let (id, org, attachment) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let attempts = row.get::<i64>(3)? + 1;
    tx.run(
        sql!("UPDATE fetching SET attempts = $2, due_at = $3 WHERE id = $1"),
        &[&id, &attempts, &(now + LEASE)],
    )?;
    let url = tx.one(
        sql!("SELECT url FROM attachment WHERE org_id = $1 AND id = $2"),
        &[&org, &attachment],
    )?;
    let url: Option<String> = url.map(|row| row.get(0)).transpose()?.flatten();
    Ok(Some(Claimed {
        id,
        org,
        attachment,
        url: url.unwrap_or_default(),
        attempts,
    }))
}

/// The file is here: puts it on the attachment. `name` is what a nameless attachment is called from now on. Answers
/// whether the claim still held; if not, nothing was changed.
///
/// # Errors
/// [`Problem::Overloaded`] as [`attachment::name_file`].
pub fn settle_done(tx: &mut Tx, claimed: &Claimed, file: &Stored, name: &str) -> Result<bool> {
    // The attachment first, as whoever takes it off does.
    let target = look(tx, claimed)?;
    if !close(tx, claimed)? {
        return Ok(false);
    }
    // Taken off its candidate meanwhile: the content stays unnamed and is swept.
    let Some(target) = target.filter(Target::is_wanted) else {
        return Ok(true);
    };
    attachment::name_file(tx, claimed.org, file)?;
    let name = match target.name.as_str() {
        "" => name,
        given => given,
    };
    let (media_type, remark) = attachment::judge(name, file);
    tx.run(
        sql!(
            "UPDATE attachment SET sha256 = $3, media_type = $4, size = $5, remark = $6, name = $7 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &claimed.org,
            &claimed.attachment,
            &file.sha256,
            &media_type,
            &(file.size as i64),
            &remark,
            &name,
        ],
    )?;
    tell(tx, claimed, Kind::AttachmentFetched, &target)?;
    Ok(true)
}

/// The file did not come. Tries again later where that may help, else gives up and says so with an event. Answers
/// whether the claim still held; if not, nothing was changed.
pub fn settle_failed(tx: &mut Tx, claimed: &Claimed, why: &Failure) -> Result<bool> {
    let target = look(tx, claimed)?.filter(Target::is_wanted);
    let again = why.may_pass() && claimed.attempts < MOST_ATTEMPTS;
    let (now, words) = (tx.now(), why.to_string());
    let (state, due_at) = match again {
        true => (State::Due, now + wait(claimed.attempts)),
        false => (State::Failed, now),
    };
    let settled = tx.run(
        sql!(
            "UPDATE fetching SET state = $4, due_at = $5, failure = $6, failed_at = COALESCE(failed_at, $7), updated_at = $7 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'due'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempts,
            &state.word(),
            &due_at,
            &words,
            &now,
        ],
    )?;
    if settled == 1
        && let Some(target) = target
    {
        if !again {
            tell(tx, claimed, Kind::AttachmentFetchFailed, &target)?;
        }
        let file = (claimed.attachment, target.uid);
        issue::miss_file(tx, claimed.org, file, &words, !again)?;
    }
    Ok(settled == 1)
}

/// Gives a claim back as if it had never been taken: whoever stops in the midst of it is not to blame the host.
pub fn put_back(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE fetching SET attempts = $4, due_at = $5 WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'due'"
        ),
        &[
            &claimed.org,
            &claimed.id,
            &claimed.attempts,
            &(claimed.attempts - 1),
            &now,
        ],
    )?;
    Ok(())
}

/// Nothing is left to do, if the claim still holds.
fn close(tx: &mut Tx, claimed: &Claimed) -> Result<bool> {
    let now = tx.now();
    let closed = tx.run(
        sql!(
            "UPDATE fetching SET state = 'done', updated_at = $4 \
             WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'due'"
        ),
        &[&claimed.org, &claimed.id, &claimed.attempts, &now],
    )?;
    if closed == 1 {
        issue::settle_file(tx, &Caller::system(claimed.org), claimed.attachment)?;
    }
    Ok(closed == 1)
}

/// How long to wait after the attempt of this number, µs: 30 s, 2 min, 8 min, 32 min, 2 h, each a fifth more or less, so
/// that those who failed together do not come again together.
fn wait(attempts: i64) -> i64 {
    let steps = u32::try_from(attempts - 1).unwrap_or(0).min(8);
    let thousandths = 800 + i64::from(getrandom::u32().unwrap_or(0) % 401);
    30 * SECOND * 4_i64.pow(steps) / 1000 * thousandths
}

/// The attachment that a fetch is for.
struct Target {
    uid: Uuid,
    candidate: CandidateId,
    name: String,
    sha256: Option<Vec<u8>>,
    removed_at: Option<i64>,
}

impl Target {
    fn is_wanted(&self) -> bool {
        self.sha256.is_none() && self.removed_at.is_none()
    }
}

/// Held until the end of the transaction.
fn look(tx: &mut Tx, claimed: &Claimed) -> Result<Option<Target>> {
    let row = tx.one(
        sql!(
            "SELECT uid, candidate_id, name, sha256, removed_at FROM attachment WHERE org_id = $1 AND id = $2 {for update}"
        ),
        &[&claimed.org, &claimed.attachment],
    )?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Target, Problem> {
    Ok(Target {
        uid: row.get(0)?,
        candidate: row.get(1)?,
        name: row.get(2)?,
        sha256: row.get(3)?,
        removed_at: row.get(4)?,
    })
}

fn tell(tx: &mut Tx, claimed: &Claimed, kind: Kind, target: &Target) -> Result<()> {
    event::append(
        tx,
        &Caller::system(claimed.org),
        kind,
        &Subject::candidate(target.candidate),
        &json!({"attachment": target.uid}),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Claimed {
        Claimed {
            id: 1,
            org: OrgId(1),
            attachment: AttachmentId(1),
            url: url.into(),
            attempts: 1,
        }
    }

    #[test]
    fn a_host_is_what_stands_before_the_path() {
        for (url, host) in [
            ("https://a.example/cv.pdf", "://a.example"),
            ("https://a.example:8443?x", "://a.example:8443"),
            ("http://ü.example#x", "://ü.example"),
            ("http://a.example", "://a.example"),
            ("http://", "://"),
            ("", ""),
        ] {
            assert_eq!(of(url).host(), host, "{url}");
        }
    }

    #[test]
    fn only_web_addresses_are_fetched() {
        assert!(is_fetchable("https://a.example/cv") && is_fetchable("HTTP://a.example"));
        for url in [
            "",
            "cv.pdf",
            "ftp://a.example/cv",
            "file:///etc/passwd",
            "httpx://a",
        ] {
            assert!(!is_fetchable(url), "{url}");
        }
    }

    #[test]
    fn waits_grow_and_vary() {
        for (attempt, seconds) in [(1, 30), (2, 120), (3, 480), (4, 1920), (5, 7680)] {
            for _ in 0..50 {
                let waited = wait(attempt) / SECOND;
                assert!(
                    (seconds * 4 / 5..=seconds * 6 / 5).contains(&waited),
                    "{waited}"
                );
            }
        }
    }
}
