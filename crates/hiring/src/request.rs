//! Requests that wanted to change something, kept for some weeks so that members can look at what was sent and why it
//! was refused. Never keys, headers or what slots stand for.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::id::{OrgId, Uuid};
use crate::page::Side;
use crate::problem::{Noun, Problem, Result};

/// Bytes of a body that are kept; a larger one is not. (A submission keeps its own whole.)
const MOST: usize = 256 << 10;

const DAY: i64 = 86_400 * 1_000_000;

/// A request to be kept.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Drawn when the body was read; its submission has the same.
    pub uid: Uuid,
    /// The dialect it came by.
    pub dialect: &'static str,
    /// Method.
    pub method: &'static str,
    /// The route's template, not the address called.
    pub route: &'static str,
    /// Status of the answer.
    pub status: u16,
    /// The body with its slots not filled; `None` where it was no JSON, or where a submission keeps it.
    pub body: Option<String>,
    /// Why it was refused; empty for one that was done.
    pub remarks: Vec<Remark>,
}

/// One thing that was wrong with a request, in plain words: never a value that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Where, as in [`crate::problem::Flaw`]; `""` for the whole request.
    pub pointer: String,
    /// What, a sentence.
    pub detail: String,
}

/// A kept request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Inside number.
    pub id: i64,
    /// Outside name.
    pub uid: Uuid,
    /// The dialect it came by.
    pub dialect: String,
    /// Method.
    pub method: String,
    /// The route's template.
    pub route: String,
    /// Status of the answer.
    pub status: i64,
    /// What people call the key that sent it.
    pub key_name: Option<String>,
    /// The body with its slots not filled, or its submission's; `None` where it was no JSON.
    pub body: Option<String>,
    /// Why it was refused.
    pub remarks: Vec<Remark>,
    /// When, µs.
    pub created_at: i64,
}

/// Keeps a request.
pub fn keep(tx: &mut Tx, caller: &Caller, new: &NewRequest) -> Result<()> {
    let (now, status) = (tx.now(), i64::from(new.status));
    let body = new.body.as_deref().filter(|body| body.len() <= MOST);
    let body = body.map(without_secrets);
    let remarks = serde_json::to_string(&new.remarks).unwrap_or_default();
    let answer = (!new.remarks.is_empty()).then_some(remarks);
    tx.run(
        sql!(
            "INSERT INTO request (org_id, uid, key_id, dialect, method, route, status, body, answer, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[
            &caller.org, &new.uid, &caller.key(), &new.dialect, &new.method, &new.route, &status, &body,
            &answer, &now,
        ],
    )?;
    Ok(())
}

fn without_secrets(body: &str) -> Cow<'_, str> {
    let mut value = serde_json::from_str(body).unwrap_or_default();
    if cover_secrets(&mut value) {
        value.to_string().into()
    } else {
        body.into()
    }
}

/// Puts `(secret)` in the place of whatever has the name of something that opens something; says whether there was any.
pub fn cover_secrets(value: &mut Value) -> bool {
    let mut any = false;
    match value {
        Value::Array(items) => {
            for item in items {
                any |= cover_secrets(item);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && !member.is_null() {
                    *member = "(secret)".into();
                    any = true;
                } else {
                    any |= cover_secrets(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    any
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let telling = ["secret", "password", "token", "authorization", "apikey"];
    plain == "key" || telling.iter().any(|word| plain.contains(word))
}

/// The organization's request of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Request> {
    let row = r.one(
        sql!(
            "SELECT q.id, q.uid, q.dialect, q.method, q.route, q.status, k.name, COALESCE(q.body, s.body), q.answer, \
             q.created_at FROM request q LEFT JOIN api_key k ON k.id = q.key_id \
             LEFT JOIN submission s ON s.uid = q.uid AND s.org_id = q.org_id WHERE q.org_id = $1 AND q.uid = $2"
        ),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Request)), read)
}

/// The organization's requests on `side`, without their bodies; `Before` pages come newest first.
pub fn list(r: &mut Reader, org: OrgId, side: Side, limit: i64) -> Result<Vec<Request>> {
    let (statement, n) = match side {
        Side::After(n) => (
            sql!(
                "SELECT q.id, q.uid, q.dialect, q.method, q.route, q.status, k.name, CAST(NULL AS TEXT), q.answer, \
                 q.created_at FROM request q LEFT JOIN api_key k ON k.id = q.key_id \
                 WHERE q.org_id = $1 AND q.id > $2 ORDER BY q.id LIMIT $3"
            ),
            n,
        ),
        Side::Before(n) => (
            sql!(
                "SELECT q.id, q.uid, q.dialect, q.method, q.route, q.status, k.name, CAST(NULL AS TEXT), q.answer, \
                 q.created_at FROM request q LEFT JOIN api_key k ON k.id = q.key_id \
                 WHERE q.org_id = $1 AND q.id < $2 ORDER BY q.id DESC LIMIT $3"
            ),
            n,
        ),
    };
    let rows = r.all(statement, &[&org, &n, &limit])?;
    rows.iter().map(read).collect()
}

/// Forgets requests that are older than `days`, at most `limit`; answers how many.
pub fn forget(tx: &mut Tx, days: u32, limit: i64) -> Result<u64> {
    let before = tx.now().saturating_sub(i64::from(days).saturating_mul(DAY));
    Ok(tx.run(
        sql!(
            "DELETE FROM request WHERE id IN \
             (SELECT id FROM request WHERE created_at <= $1 ORDER BY created_at LIMIT $2)"
        ),
        &[&before, &limit],
    )?)
}

fn read(row: &Row) -> Result<Request> {
    let answer: Option<String> = row.get(8)?;
    let remarks = answer.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Request {
        id: row.get(0)?,
        uid: row.get(1)?,
        dialect: row.get(2)?,
        method: row.get(3)?,
        route: row.get(4)?,
        status: row.get(5)?,
        key_name: row.get(6)?,
        body: row.get(7)?,
        remarks: remarks.unwrap_or_default(),
        created_at: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_opens_something_is_covered() {
        let kept = json!({
            "name": "k", "key": "k", "params": [{"API-Key": "k", "access_token": {"x": "k"}, "client_secret": null}]
        });
        let covered: Value = serde_json::from_str(&without_secrets(&kept.to_string())).unwrap();
        assert_eq!(
            covered,
            json!({
                "name": "k", "key": "(secret)",
                "params": [{"API-Key": "(secret)", "access_token": "(secret)", "client_secret": null}]
            })
        );
        // What holds none stays byte for byte.
        assert_eq!(without_secrets("{\"a\" : 1}"), "{\"a\" : 1}");
    }
}
