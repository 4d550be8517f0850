//! What a dialect says of a job that has no column of its own: a JSON object under the dialect's names, kept so that it can
//! be read back.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use store::{Reader, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{JobId, OrgId};
use crate::page::{MOST, hundred, with_hundred};
use crate::problem::{Noun, Problem, Result};

/// Says these things of a job; null unsays one, what is not named stays. The event names what changed; where nothing did,
/// there is none.
///
/// # Errors
/// [`Problem::NotFound`].
pub fn say(tx: &mut Tx, caller: &Caller, job: JobId, said: &Map<String, Value>) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    let row = tx.one(
        sql!("SELECT details FROM job WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &job],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Job))?;
    let before = read(row.get(0)?);
    let mut after = before.clone();
    for (name, value) in said {
        if value.is_null() {
            after.remove(name);
        } else {
            after.insert(name.clone(), value.clone());
        }
    }
    let changed: Vec<&String> = said
        .keys()
        .filter(|name| before.get(*name) != after.get(*name))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let text = serde_json::to_string(&after).unwrap_or_default();
    tx.run(
        sql!("UPDATE job SET details = $3, updated_at = $4 WHERE org_id = $1 AND id = $2"),
        &[&org, &job, &text, &now],
    )?;
    let about = Subject {
        job: Some(job),
        ..Subject::default()
    };
    event::append(
        tx,
        caller,
        Kind::JobUpdated,
        &about,
        &json!({"details": changed}),
    )?;
    Ok(())
}

/// What was said of `jobs`: one statement for each hundred of them. A job of which nothing was said is not in the answer.
pub fn details(
    r: &mut Reader,
    org: OrgId,
    jobs: &[JobId],
) -> Result<HashMap<JobId, Map<String, Value>>> {
    let mut all = HashMap::new();
    for jobs in jobs.chunks(MOST) {
        let rows = r.all(
            sql!(concat!(
                "SELECT id, details FROM job WHERE org_id = $1 AND details IS NOT NULL AND id IN (",
                hundred!(),
                ") LIMIT 100"
            )),
            &with_hundred(&org, jobs),
        )?;
        for row in rows {
            all.insert(row.get(0)?, read(row.get(1)?));
        }
    }
    Ok(all)
}

fn read(text: Option<String>) -> Map<String, Value> {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}
