//! A file on a candidate: a résumé, a picture, whatever came with a call.
//!
//! Lists with the outside name of the candidate are in `attachment/listed.rs`.

pub mod handed;
mod listed;

use bytes::Bytes;
use serde_json::json;
use store::files::Digest;
use store::{Reader, Row, Tx, sql};

use crate::app::App;
use crate::caller::Caller;
use crate::candidate::Candidate;
use crate::event::{self, Kind as EventKind, Subject};
use crate::fetch;
use crate::id::{ApplicationId, AttachmentId, CandidateId, OrgId, SubmissionId, Uuid, new_uid};
use crate::issue;
use crate::problem::{Noun, Problem, Result};

pub use listed::{Listed, Which, find_listed, of_candidates, page};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Resume,
    CoverLetter,
    OfferLetter,
    Picture,
    Other,
}

impl Kind {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Resume => "resume",
            Kind::CoverLetter => "cover_letter",
            Kind::OfferLetter => "offer_letter",
            Kind::Picture => "picture",
            Kind::Other => "other",
        }
    }

    /// From its stored word; anything unknown is `Other`.
    pub fn parse(word: &str) -> Kind {
        let all = [
            Kind::Resume,
            Kind::CoverLetter,
            Kind::OfferLetter,
            Kind::Picture,
        ];
        all.into_iter()
            .find(|k| k.word() == word)
            .unwrap_or(Kind::Other)
    }
}

/// A file whose bytes are on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name in the store.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// What its bytes say it is; `application/octet-stream` when they do not say.
    pub media_type: String,
}

/// Writes a file durably, before the transaction that names it, and looks at what it really is.
pub async fn put(app: &App, org: OrgId, bytes: Vec<u8>) -> Result<Stored> {
    let media_type = sniff(&bytes).to_owned();
    let size = bytes.len() as u64;
    let sha256 = app.files.put(org.0, Bytes::from(bytes)).await?;
    Ok(Stored {
        sha256,
        size,
        media_type,
    })
}

/// The media type that the first bytes speak of. Plain text has none, so anything that is UTF-8 without
/// control characters is called that.
pub fn sniff(bytes: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(bytes) {
        return kind.mime_type();
    }
    let head = &bytes[..bytes.len().min(4096)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        // The head may end within a character.
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&head[..e.valid_up_to()]).ok(),
        Err(_) => None,
    };
    let plain = |t: &str| {
        !t.is_empty()
            && t.chars()
                .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
    };
    if text.is_some_and(plain) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

/// Whether a file name's extension tells another story than the bytes: the type it claims, when it lies.
pub fn lies(name: &str, media_type: &str) -> Option<&'static str> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let family = |types: &[&str]| types.iter().any(|t| media_type.starts_with(t));
    let (claim, honest) = match extension.as_str() {
        "pdf" => ("application/pdf", family(&["application/pdf"])),
        "docx" | "xlsx" | "pptx" | "ppsx" | "odt" | "zip" | "pages" => (
            "a zip-based document",
            family(&[
                "application/vnd.openxmlformats",
                "application/vnd.oasis",
                "application/zip",
                "application/epub",
            ]),
        ),
        "doc" | "xls" | "ppt" | "msg" => (
            "an OLE document",
            family(&[
                "application/msword",
                "application/vnd.ms-",
                "application/x-ole-storage",
                "application/rtf",
                "text/rtf",
            ]),
        ),
        "png" => ("image/png", family(&["image/png"])),
        "jpg" | "jpeg" | "jfif" => ("image/jpeg", family(&["image/jpeg"])),
        "gif" => ("image/gif", family(&["image/gif"])),
        "tif" | "tiff" => ("image/tiff", family(&["image/tiff"])),
        "bmp" => ("image/bmp", family(&["image/bmp"])),
        "mp3" => ("audio/mpeg", family(&["audio/mpeg"])),
        "mp4" | "mov" => ("a video", family(&["video/"])),
        "7z" => ("application/x-7z-compressed", family(&["application/x-7z"])),
        "gz" => ("application/gzip", family(&["application/gzip"])),
        "rar" => (
            "application/vnd.rar",
            family(&["application/vnd.rar", "application/x-rar"]),
        ),
        "txt" | "csv" | "log" | "md" => ("text", family(&["text/"])),
        _ => return None,
    };
    (!honest).then_some(claim)
}

/// How a file of this name is served, and what is odd about it: one whose name lies becomes opaque bytes.
pub(crate) fn judge<'f>(name: &str, file: &'f Stored) -> (&'f str, Option<String>) {
    match lies(name, &file.media_type) {
        None => (&file.media_type, None),
        Some(claim) => (
            "application/octet-stream",
            Some(format!(
                "the name says {claim}, the content does not; kept as opaque bytes"
            )),
        ),
    }
}

/// A file on its way onto a candidate.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// What it is for.
    pub kind: Kind,
    /// Its name, as the caller gave it.
    pub name: String,
    /// Its content, when we have it.
    pub file: Option<Stored>,
    /// Its address, when the caller gave only that.
    pub url: Option<String>,
    /// The foreign record it belongs to, as in [`crate::record::How::Renew`].
    pub scope: Option<String>,
}

/// Puts files on a candidate. The same content under the same name and kind is one attachment.
pub fn add(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    submission: SubmissionId,
    files: &[NewAttachment],
) -> Result<Vec<Uuid>> {
    files
        .iter()
        .map(|file| add_one(tx, caller, candidate, submission, file))
        .collect()
}

fn add_one(
    tx: &mut Tx,
    caller: &Caller,
    candidate: &Candidate,
    submission: SubmissionId,
    new: &NewAttachment,
) -> Result<Uuid> {
    let (org, now, uid) = (caller.org, tx.now(), new_uid());
    let sha256 = new.file.as_ref().map(|f| f.sha256);
    let same = tx.one(
        sql!(
            "SELECT uid FROM attachment WHERE org_id = $1 AND candidate_id = $2 AND kind = $3 AND removed_at IS NULL \
             AND (name = $4 OR ($4 = '' AND CAST($5 AS BYTEA) IS NULL)) \
             AND (sha256 = $5 OR (CAST($5 AS BYTEA) IS NULL AND url = $6)) ORDER BY id LIMIT 1"
        ),
        &[
            &org,
            &candidate.id,
            &new.kind.word(),
            &new.name,
            &sha256,
            &new.url,
        ],
    )?;
    if let Some(row) = same {
        return Ok(row.get(0)?);
    }
    if let Some(file) = &new.file {
        name_file(tx, org, file)?;
    }
    let size = new.file.as_ref().map_or(0, |f| f.size as i64);
    let (shown, remark) = new
        .file
        .as_ref()
        .map_or(("", None), |file| judge(&new.name, file));
    let id = AttachmentId(tx.number(
        sql!(
            "INSERT INTO attachment (org_id, uid, candidate_id, submission_id, scope, kind, name, sha256, url, \
             media_type, size, remark, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             RETURNING id"
        ),
        &[
            &org, &uid, &candidate.id, &submission, &new.scope, &new.kind.word(), &new.name, &sha256, &new.url,
            &shown, &size, &remark, &now,
        ],
    )?);
    if new.file.is_none() && new.url.as_deref().is_some_and(fetch::is_fetchable) {
        fetch::enqueue(tx, org, id)?;
    }
    event::append(
        tx,
        caller,
        EventKind::AttachmentAdded,
        &Subject::candidate(candidate.id),
        &json!({"attachment": uid}),
    )?;
    Ok(uid)
}

/// Takes off the candidate every attachment that is not among `keep`. Rows and contents stay.
pub(crate) fn remove_others(
    tx: &mut Tx,
    caller: &Caller,
    candidate: CandidateId,
    keep: &[Uuid],
) -> Result<()> {
    let now = tx.now();
    for attachment in of_candidate(tx, caller.org, candidate)? {
        if keep.contains(&attachment.uid) {
            continue;
        }
        tx.run(
            sql!("UPDATE attachment SET removed_at = $3 WHERE org_id = $1 AND id = $2"),
            &[&caller.org, &attachment.id, &now],
        )?;
        issue::settle_file(tx, caller, attachment.id)?;
        event::append(
            tx,
            caller,
            EventKind::AttachmentRemoved,
            &Subject::candidate(candidate),
            &json!({"attachment": attachment.uid}),
        )?;
    }
    Ok(())
}

/// Names a durable file in the database. One whose bytes the sweep may just have removed is refused with "come
/// again"; the caller's next attempt writes them anew.
pub fn name_file(tx: &mut Tx, org: OrgId, file: &Stored) -> Result<()> {
    let (now, size) = (tx.now(), file.size as i64);
    tx.run(
        sql!(
            "INSERT INTO file (org_id, sha256, size, media_type, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING"
        ),
        &[&org, &file.sha256, &size, &file.media_type, &now],
    )?;
    let marks = tx.number(
        sql!(
            "SELECT COUNT(*) FROM file WHERE org_id = $1 AND sha256 = $2 AND swept_at IS NOT NULL"
        ),
        &[&org, &file.sha256],
    )?;
    if marks == 0 {
        return Ok(());
    }
    let revived = tx.run(
        sql!(
            "UPDATE file SET swept_at = NULL, size = $3, media_type = $4, created_at = $5 \
             WHERE org_id = $1 AND sha256 = $2 AND swept_at < $6"
        ),
        &[
            &org,
            &file.sha256,
            &size,
            &file.media_type,
            &now,
            &(now - MARKED_FOR),
        ],
    )?;
    if revived == 0 {
        return Err(Problem::Overloaded {
            retry: std::time::Duration::from_secs(1),
        });
    }
    Ok(())
}

/// An attachment as it is read back.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Inside number.
    pub id: AttachmentId,
    /// Outside name.
    pub uid: Uuid,
    /// Whose.
    pub candidate: CandidateId,
    /// For which application, if for one.
    pub application: Option<ApplicationId>,
    /// The foreign record it belongs to.
    pub scope: Option<String>,
    /// What it is for.
    pub kind: Kind,
    /// Its name, as the caller gave it.
    pub name: String,
    /// Its content's name in the store; `None` until a file named by address is fetched.
    pub sha256: Option<Digest>,
    /// Its address at the caller's side.
    pub url: Option<String>,
    /// How it is served.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// What is odd about it.
    pub remark: Option<String>,
    /// When it came, µs.
    pub created_at: i64,
    /// When it was taken off the candidate, µs.
    pub removed_at: Option<i64>,
}

impl Attachment {
    /// When anything of it last changed, µs.
    pub fn updated_at(&self) -> i64 {
        self.removed_at.unwrap_or(self.created_at)
    }
}

/// The organization's attachment of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Attachment> {
    let row = r.one(
        sql!(
            "SELECT id, uid, candidate_id, application_id, scope, kind, name, sha256, url, media_type, size, remark, \
             created_at, removed_at FROM attachment WHERE org_id = $1 AND uid = $2"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Attachment)), read)
}

/// A candidate's attachments, oldest first.
pub fn of_candidate(r: &mut Reader, org: OrgId, candidate: CandidateId) -> Result<Vec<Attachment>> {
    let rows = r.all(
        sql!(
            "SELECT id, uid, candidate_id, application_id, scope, kind, name, sha256, url, media_type, size, remark, \
             created_at, removed_at FROM attachment WHERE org_id = $1 AND candidate_id = $2 AND removed_at IS NULL \
             ORDER BY id LIMIT 1000"
        ),
        &[&org, &candidate],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Attachment> {
    let (kind, sha256): (String, Option<Vec<u8>>) = (row.get(5)?, row.get(7)?);
    Ok(Attachment {
        id: row.get(0)?,
        uid: row.get(1)?,
        candidate: row.get(2)?,
        application: row.get(3)?,
        scope: row.get(4)?,
        kind: Kind::parse(&kind),
        name: row.get(6)?,
        sha256: sha256
            .map(Digest::try_from)
            .transpose()
            .map_err(|_| Problem::broken("a digest of another length"))?,
        url: row.get(8)?,
        media_type: row.get(9)?,
        size: row.get::<i64>(10)? as u64,
        remark: row.get(11)?,
        created_at: row.get(12)?,
        removed_at: row.get(13)?,
    })
}

/// How long a file stays an orphan before it is removed, seconds: a day.
const ORPHANED_FOR: i64 = 86_400;

/// How long the sweep's mark counts, µs: ten minutes. Longer than any call takes from writing its file to naming it.
const MARKED_FOR: i64 = 600 * 1_000_000;

/// Removes the contents that no row names and that are older than a day: orphans of a crash, or of a refusal, between
/// writing a file and committing its row. Answers how many.
///
/// A call may write the same bytes again while they are being removed. So a mark is set first, under the index that
/// also settles who names a file, and it stays for some minutes: who names the file meanwhile is told to come again
/// rather than left pointing at nothing. A mark that a crash left behind ends by itself.
pub async fn sweep(app: &App) -> Result<usize> {
    app.store.write(forget_marks).await?;
    let mut removed = 0;
    for shelf in app.files.shelves().await? {
        let old = app.files.older_than(&shelf, ORPHANED_FOR).await?;
        for some in old.chunks(200) {
            removed += sweep_some(app, some.to_vec()).await?;
        }
    }
    Ok(removed)
}

async fn sweep_some(app: &App, old: Vec<(i64, Digest)>) -> Result<usize> {
    // Looked at before marking: nearly every old file has its row.
    let orphans = app.store.read(move |r| unnamed(r, &old)).await?;
    let mut removed = 0;
    for (scope, sha256) in orphans {
        let org = OrgId(scope);
        if app.store.write(move |tx| mark(tx, org, &sha256)).await? {
            app.files.remove(scope, &sha256).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn forget_marks(tx: &mut Tx) -> Result<()> {
    let before = tx.now() - MARKED_FOR;
    tx.run(
        sql!("DELETE FROM file WHERE id IN (SELECT id FROM file WHERE swept_at < $1 LIMIT 200)"),
        &[&before],
    )?;
    Ok(())
}

fn unnamed(r: &mut Reader, files: &[(i64, Digest)]) -> Result<Vec<(i64, Digest)>> {
    let mut orphans = Vec::new();
    for (scope, sha256) in files {
        let org = OrgId(*scope);
        let rows = r.number(
            sql!("SELECT COUNT(*) FROM file WHERE org_id = $1 AND sha256 = $2"),
            &[&org, sha256],
        )?;
        if rows == 0 && !in_slot(r, org, sha256)? {
            orphans.push((*scope, *sha256));
        }
    }
    Ok(orphans)
}

fn in_slot(r: &mut Reader, org: OrgId, sha256: &Digest) -> Result<bool> {
    let slots = r.number(
        sql!("SELECT COUNT(*) FROM slot WHERE org_id = $1 AND sha256 = $2"),
        &[&org, sha256],
    )?;
    Ok(slots > 0)
}

/// Marks the file unless it is named or marked.
fn mark(tx: &mut Tx, org: OrgId, sha256: &Digest) -> Result<bool> {
    let now = tx.now();
    if in_slot(tx, org, sha256)? {
        return Ok(false);
    }
    let marked = tx.run(
        sql!(
            "INSERT INTO file (org_id, sha256, size, media_type, created_at, swept_at) VALUES ($1, $2, 0, '', $3, $3) \
             ON CONFLICT DO NOTHING"
        ),
        &[&org, sha256, &now],
    )?;
    Ok(marked == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_and_a_lying_name_is_noticed() {
        assert_eq!(sniff(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(sniff(b"hello"), "text/plain");
        assert_eq!(sniff(b"\x00\x01"), "application/octet-stream");
        assert_eq!(lies("cv.pdf", "application/pdf"), None);
        assert_eq!(lies("cv.pdf", "text/plain"), Some("application/pdf"));
        assert_eq!(lies("Coding Challenge", "text/plain"), None);
    }
}
