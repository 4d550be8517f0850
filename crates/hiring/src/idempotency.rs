//! The same request twice is done once: the answer is kept in the transaction that earned it.
//!
//! A row is claimed under a unique index before the work and filled after it. A simultaneous twin waits at the
//! index (PostgreSQL) or in the queue (SQLite) and then finds the answer. Only committed successes stay: a
//! refusal rolls its row back and is judged anew.

use store::{Tx, sql};

use crate::caller::Caller;
use crate::problem::{Clash, Problem, Result};

/// An answer as it went out: what a repeat is given again, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names and values beside content-type.
    pub headers: Vec<(String, String)>,
    /// The body; secrets in it are slots (`invite.rs`), filled when it is sent.
    pub body: String,
}

/// What names a request to its caller.
#[derive(Debug, Clone)]
pub struct RequestKey {
    /// The caller's Idempotency-Key.
    pub key: String,
    /// Method.
    pub method: String,
    /// Path as called, without query.
    pub path: String,
    /// SHA-256 of the raw body.
    pub fingerprint: [u8; 32],
}

/// How long an answer is kept, in µs: 7 days.
pub const KEPT_FOR: i64 = 7 * 86_400 * 1_000_000;

/// Runs `work` unless this request was done before; then gives the kept answer.
///
/// # Errors
/// [`Clash::KeyReused`] when the key came with another body; what `work` says.
pub fn once(
    tx: &mut Tx,
    caller: &Caller,
    request: Option<&RequestKey>,
    work: impl FnOnce(&mut Tx) -> Result<Answer>,
) -> Result<Answer> {
    let (Some(request), Some(key_id)) = (request, caller.key()) else {
        return work(tx);
    };
    let now = tx.now();
    tx.run(
        sql!("DELETE FROM idempotency WHERE key_id = $1 AND method = $2 AND path = $3 AND key = $4 AND created_at < $5"),
        &[&key_id, &request.method, &request.path, &request.key, &(now - KEPT_FOR)],
    )?;
    let claimed = tx.run(
        sql!(
            "INSERT INTO idempotency (org_id, key_id, method, path, key, fingerprint, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        ),
        &[
            &caller.org,
            &key_id,
            &request.method,
            &request.path,
            &request.key,
            &request.fingerprint,
            &now,
        ],
    );
    // The one row that a simultaneous twin holds while it works.
    let claimed = claimed.map_err(|error| match error {
        store::Error::LockTimeout => Problem::Conflict(Clash::KeyInFlight),
        other => other.into(),
    })?;
    if claimed == 0 {
        return kept(tx, key_id.0, request);
    }
    let answer = work(tx)?;
    let headers = serde_json::to_string(&answer.headers).unwrap_or_default();
    tx.run(
        sql!(
            "UPDATE idempotency SET answer_status = $5, answer_headers = $6, answer_body = $7 \
             WHERE key_id = $1 AND method = $2 AND path = $3 AND key = $4"
        ),
        &[
            &key_id,
            &request.method,
            &request.path,
            &request.key,
            &i64::from(answer.status),
            &headers,
            &answer.body,
        ],
    )?;
    Ok(answer)
}

fn kept(tx: &mut Tx, key_id: i64, request: &RequestKey) -> Result<Answer> {
    let row = tx.one(
        sql!(
            "SELECT fingerprint, answer_status, answer_headers, answer_body FROM idempotency \
             WHERE key_id = $1 AND method = $2 AND path = $3 AND key = $4"
        ),
        &[&key_id, &request.method, &request.path, &request.key],
    )?;
    let Some(row) = row else {
        return Err(Problem::Conflict(Clash::KeyInFlight));
    };
    if row.get::<Vec<u8>>(0)? != request.fingerprint {
        return Err(Problem::Conflict(Clash::KeyReused));
    }
    let (Some(status), Some(headers), Some(body)) = (
        row.get::<Option<i64>>(1)?,
        row.get::<Option<String>>(2)?,
        row.get::<Option<String>>(3)?,
    ) else {
        return Err(Problem::Conflict(Clash::KeyInFlight));
    };
    Ok(Answer {
        status: status as u16,
        headers: serde_json::from_str(&headers).unwrap_or_default(),
        body,
    })
}

/// Forgets answers older than [`KEPT_FOR`], at most `limit`; answers how many.
pub fn forget(tx: &mut Tx, limit: i64) -> Result<u64> {
    let before = tx.now() - KEPT_FOR;
    Ok(tx.run(
        sql!(
            "DELETE FROM idempotency WHERE id IN \
             (SELECT id FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
        ),
        &[&before, &limit],
    )?)
}
