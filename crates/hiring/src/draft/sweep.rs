//! What nobody came back for: drafts, files that never came whole, pieces without a row.

use store::{Reader, Tx, sql};

use super::upload;
use crate::app::App;
use crate::id::{DraftId, OrgId, Uuid};
use crate::problem::{Problem, Result};

const DAY: i64 = 86_400 * 1_000_000;
/// How long a draft is kept after its last change, µs: 60 days.
const DRAFTS: i64 = 60 * DAY;
/// How long a file that has not come whole can be resumed, µs: 3 days.
const UNFINISHED: i64 = 3 * DAY;
/// How long a piece without a row is left alone, seconds: a day. It may be about to get one.
const PIECES: i64 = 86_400;

/// Forgets what nobody came back for, in slices; answers how many drafts, files and pieces went.
pub async fn sweep(app: &App) -> Result<(usize, usize, usize)> {
    let (mut drafts, mut files, mut pieces) = (0, 0, 0);
    loop {
        let some = app.store.write(drafts_some).await?;
        drafts += some;
        if some == 0 {
            break;
        }
    }
    loop {
        let some = app.store.write(unfinished_some).await?;
        files += some;
        if some == 0 {
            break;
        }
    }
    let old = app.files.pieces_older_than(PIECES, 10_000).await?;
    for some in old.chunks(100) {
        let some = some.to_vec();
        for piece in app.store.read(move |r| unnamed(r, &some)).await? {
            app.files.remove_piece(piece).await?;
            pieces += 1;
        }
    }
    Ok((drafts, files, pieces))
}

fn drafts_some(tx: &mut Tx) -> Result<usize> {
    let before = tx.now() - DRAFTS;
    let rows = tx.all(
        sql!(
            "SELECT org_id, id FROM draft WHERE submitted_at IS NULL AND updated_at < $1 ORDER BY updated_at, id \
             LIMIT 20 {for update} {skip locked}"
        ),
        &[&before],
    )?;
    for row in &rows {
        let (org, id): (OrgId, DraftId) = (row.get(0)?, row.get(1)?);
        let draft = super::find(tx, org, id)?;
        for upload in upload::uploads(tx, &draft)? {
            upload::delete(tx, &upload)?;
        }
        tx.run(
            sql!("DELETE FROM draft_answer WHERE org_id = $1 AND draft_id = $2"),
            &[&org, &id],
        )?;
        tx.run(
            sql!("DELETE FROM draft WHERE org_id = $1 AND id = $2"),
            &[&org, &id],
        )?;
    }
    Ok(rows.len())
}

fn unfinished_some(tx: &mut Tx) -> Result<usize> {
    let before = tx.now() - UNFINISHED;
    let rows = tx.all(
        sql!(
            "SELECT org_id, draft_id, uid FROM upload WHERE completed_at IS NULL AND updated_at < $1 \
             ORDER BY updated_at, id LIMIT 50"
        ),
        &[&before],
    )?;
    for row in &rows {
        let (org, draft, uid): (OrgId, DraftId, Uuid) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let draft = super::lock(tx, org, draft)?;
        // It may have grown while we waited for the draft.
        match upload::upload(tx, &draft, uid) {
            Ok(found) if !found.complete && found.updated_at < before => {
                upload::remove(tx, &draft, uid)?;
            }
            Ok(_) | Err(Problem::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(rows.len())
}

fn unnamed(r: &mut Reader, pieces: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut unnamed = Vec::new();
    for piece in pieces {
        let rows = r.number(
            sql!("SELECT COUNT(*) FROM upload_part WHERE uid = $1"),
            &[piece],
        )?;
        if rows == 0 {
            unnamed.push(*piece);
        }
    }
    Ok(unnamed)
}
