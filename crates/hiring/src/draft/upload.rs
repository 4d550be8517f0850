//! Files on their way into a draft, piece by piece. A piece is durable before its row, and the rows say how far a file has
//! come: after a cut, a crash or a restart the next piece is asked for from there.
//!
//! The pieces become a file when the application is sent (`submit.rs`), so what is never sent leaves nothing behind.

use store::{Reader, Row, Tx, sql};

use super::{Draft, touch};
use crate::id::{OrgId, UploadId, Uuid, new_uid};
use crate::job::{Field, FieldKind};
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};

/// Bytes of one file.
pub const LARGEST_FILE: u64 = 25 << 20;
/// Bytes of a draft's files together.
pub const QUOTA: u64 = 100 << 20;
/// Bytes that a draft may receive over its life, removed files and broken attempts included.
pub const RECEIVABLE: u64 = 500 << 20;
/// What a piece counts at least towards [`RECEIVABLE`], bytes: a file in the store and a row are as dear as this. So a draft has
/// some 30 000 pieces at most, and a file that is sent byte by byte ends.
const LEAST_PIECE: u64 = 16 << 10;
/// Files that a draft has at once, unfinished ones included.
pub const MOST_UPLOADS: i64 = 100;
const LONGEST_NAME: usize = 200;

/// A file on its way.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Inside number.
    pub id: UploadId,
    /// Whose.
    pub org: OrgId,
    /// Outside name.
    pub uid: Uuid,
    /// The form's field it answers, by name.
    pub field: String,
    /// Its name, as the person's device calls it.
    pub name: String,
    /// Bytes it will have, if that was said.
    pub size: Option<i64>,
    /// Bytes that are durable.
    pub received: i64,
    /// Whether it is whole.
    pub complete: bool,
    /// When it last grew, µs.
    pub updated_at: i64,
}

/// A piece of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its name in the store of files.
    pub uid: Uuid,
    /// Where it begins.
    pub start: i64,
    /// Bytes.
    pub size: i64,
}

/// Begins a file for `field`. `size`: its bytes, if they are known.
///
/// # Errors
/// `Invalid` at `/field` or `/size`; `TooLarge`: the file, or the draft's files together.
pub fn start(
    tx: &mut Tx,
    draft: &Draft,
    fields: &[Field],
    field: &str,
    name: &str,
    size: Option<u64>,
) -> Result<Upload> {
    let asked = |f: &&Field| f.kind == FieldKind::File && f.name == field;
    if !fields.iter().any(|f| asked(&f)) {
        let detail = "the form asks for no such file";
        return Err(Flaw::new("/field", FlawCode::UnknownField, detail).into());
    }
    match size {
        Some(0) => return Err(Flaw::new("/size", FlawCode::File, "the file is empty").into()),
        Some(size) if size > LARGEST_FILE => {
            return Err(Problem::TooLarge {
                limit: LARGEST_FILE,
            });
        }
        Some(size) if draft.stored as u64 + size > QUOTA => {
            return Err(Problem::TooLarge { limit: QUOTA });
        }
        _ => {}
    }
    let count = tx.number(
        sql!("SELECT COUNT(*) FROM upload WHERE org_id = $1 AND draft_id = $2"),
        &[&draft.org, &draft.id],
    )?;
    if count >= MOST_UPLOADS {
        return Err(Problem::TooLarge { limit: QUOTA });
    }
    let (uid, now, size) = (new_uid(), tx.now(), size.map(|s| s as i64));
    tx.run(
        sql!(
            "INSERT INTO upload (org_id, uid, draft_id, field, name, size, received, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $7)"
        ),
        &[&draft.org, &uid, &draft.id, &field, &clean(name), &size, &now],
    )?;
    touch(tx, draft)?;
    upload(tx, draft, uid)
}

/// Whether a character changes in which direction others are written: it can make `exe.pdf` of `fdp.exe`.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The last part of a path, without control characters; a device's folders are nobody's business.
fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let plain = last.chars().filter(|c| !c.is_control() && !turns(*c));
    let text: String = plain.take(LONGEST_NAME).collect();
    let text = text.trim();
    if text.is_empty() {
        "file".to_owned()
    } else {
        text.to_owned()
    }
}

/// Adds a durable piece that begins at `start`; answers the file as it is then. One that has all its bytes is whole, and
/// takes the place of an older one for the same field.
///
/// # Errors
/// `Stale`: the file has come elsewhere; `TooLarge`; `Gone(Upload)`: it is whole already.
pub fn append(
    tx: &mut Tx,
    draft: &Draft,
    uid: Uuid,
    start: u64,
    piece: Uuid,
    size: u64,
) -> Result<Upload> {
    let upload = upload(tx, draft, uid)?;
    if upload.complete {
        return Err(Problem::Gone(Noun::Upload));
    }
    if upload.received as u64 != start {
        return Err(Problem::Stale {
            have: upload.received as u64,
        });
    }
    let (grown, most) = (start + size, upload.size.map_or(LARGEST_FILE, |s| s as u64));
    if grown > most.min(LARGEST_FILE) {
        return Err(Problem::TooLarge {
            limit: most.min(LARGEST_FILE),
        });
    }
    let (now, counted, size) = (tx.now(), size.max(LEAST_PIECE) as i64, size as i64);
    let within = tx.run(
        sql!(
            "UPDATE draft SET stored = stored + $3, received = received + $6 WHERE org_id = $1 AND id = $2 \
             AND stored + $3 <= $4 AND received + $6 <= $5"
        ),
        &[&draft.org, &draft.id, &size, &(QUOTA as i64), &(RECEIVABLE as i64), &counted],
    )?;
    if within == 0 {
        return Err(Problem::TooLarge { limit: QUOTA });
    }
    tx.run(
        sql!(
            "INSERT INTO upload_part (org_id, uid, upload_id, start, size) VALUES ($1, $2, $3, $4, $5)"
        ),
        &[&draft.org, &piece, &upload.id, &(start as i64), &size],
    )?;
    tx.run(
        sql!("UPDATE upload SET received = $3, updated_at = $4 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &upload.id, &(grown as i64), &now],
    )?;
    if upload.size == Some(grown as i64) {
        complete(tx, draft, &upload)?;
    }
    self::upload(tx, draft, uid)
}

/// The file has come to its end: for those that did not say how long they are.
///
/// # Errors
/// `Invalid` at `/size`: nothing came.
pub fn finish(tx: &mut Tx, draft: &Draft, uid: Uuid) -> Result<Upload> {
    let upload = upload(tx, draft, uid)?;
    if upload.received == 0 {
        return Err(Flaw::new("/size", FlawCode::File, "the file is empty").into());
    }
    tx.run(
        sql!("UPDATE upload SET size = received WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &upload.id],
    )?;
    if !upload.complete {
        complete(tx, draft, &upload)?;
    }
    self::upload(tx, draft, uid)
}

fn complete(tx: &mut Tx, draft: &Draft, upload: &Upload) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE upload SET completed_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &upload.id, &now],
    )?;
    let others = uploads(tx, draft)?;
    for other in others
        .iter()
        .filter(|o| o.field == upload.field && o.id != upload.id)
    {
        if other.complete {
            remove(tx, draft, other.uid)?;
        }
    }
    touch(tx, draft)
}

/// Takes a file off the draft; answers the names of its pieces, which nobody needs any more. One that is not there is no
/// error.
pub fn remove(tx: &mut Tx, draft: &Draft, uid: Uuid) -> Result<Vec<Uuid>> {
    let upload = match upload(tx, draft, uid) {
        Ok(upload) => upload,
        Err(Problem::NotFound(_)) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let pieces = parts(tx, &upload)?.iter().map(|p| p.uid).collect();
    delete(tx, &upload)?;
    tx.run(
        sql!("UPDATE draft SET stored = stored - $3 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &draft.id, &upload.received],
    )?;
    touch(tx, draft)?;
    Ok(pieces)
}

/// Forgets a file and its pieces.
pub(super) fn delete(tx: &mut Tx, upload: &Upload) -> Result<()> {
    tx.run(
        sql!("DELETE FROM upload_part WHERE org_id = $1 AND upload_id = $2"),
        &[&upload.org, &upload.id],
    )?;
    tx.run(
        sql!("DELETE FROM upload WHERE org_id = $1 AND id = $2"),
        &[&upload.org, &upload.id],
    )?;
    Ok(())
}

/// The draft's file of this name.
pub fn upload(r: &mut Reader, draft: &Draft, uid: Uuid) -> Result<Upload> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, field, name, size, received, completed_at, updated_at FROM upload \
             WHERE org_id = $1 AND draft_id = $2 AND uid = $3"
        ),
        &[&draft.org, &draft.id, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Upload)), read)
}

/// The draft's files, oldest first, unfinished ones too.
pub fn uploads(r: &mut Reader, draft: &Draft) -> Result<Vec<Upload>> {
    let rows = r.all(
        sql!(
            "SELECT id, org_id, uid, field, name, size, received, completed_at, updated_at FROM upload \
             WHERE org_id = $1 AND draft_id = $2 ORDER BY id LIMIT 200"
        ),
        &[&draft.org, &draft.id],
    )?;
    rows.iter().map(read).collect()
}

/// The pieces of a file, in order.
pub fn parts(r: &mut Reader, upload: &Upload) -> Result<Vec<Part>> {
    let rows = r.all(
        sql!(
            "SELECT uid, start, size FROM upload_part WHERE org_id = $1 AND upload_id = $2 ORDER BY start LIMIT 100000"
        ),
        &[&upload.org, &upload.id],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Part {
                uid: row.get(0)?,
                start: row.get(1)?,
                size: row.get(2)?,
            })
        })
        .collect()
}

pub(super) fn read(row: &Row) -> Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        org: row.get(1)?,
        uid: row.get(2)?,
        field: row.get(3)?,
        name: row.get(4)?,
        size: row.get(5)?,
        received: row.get(6)?,
        complete: row.get::<Option<i64>>(7)?.is_some(),
        updated_at: row.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path() {
        assert_eq!(clean("C:\\fakepath\\cv.pdf"), "cv.pdf");
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean("a\u{0}\r\nb.pdf"), "ab.pdf");
        assert_eq!(clean("///"), "file");
        assert_eq!(clean("cv\u{202e}fdp.exe"), "cvfdp.exe");
    }
}
