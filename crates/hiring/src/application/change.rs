//! Changing what a caller said of an application: its own id of it, and what has no column.

use serde_json::{Map, Value, json};
use store::{Tx, sql};

use super::{Application, lock, text};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::ApplicationId;
use crate::problem::Result;

/// What is to change; nothing: only that something happened to it is noted.
#[derive(Debug, Clone, Default)]
pub struct ApplicationChange {
    /// The caller's own id of it; `Some(None)` takes it away.
    pub foreign_key: Option<Option<String>>,
    /// Each takes the place of the one of that name; null takes it away.
    pub details: Map<String, Value>,
}

/// Changes an application, and notes the time: also where a file or a note came for it and it is the same as before.
pub fn change(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    change: &ApplicationChange,
) -> Result<()> {
    let Application {
        candidate,
        job,
        mut foreign_key,
        mut details,
        ..
    } = lock(tx, caller.org, id)?;
    let before = (foreign_key.clone(), details.clone());
    if let Some(key) = &change.foreign_key {
        foreign_key.clone_from(key);
    }
    for (name, value) in &change.details {
        if value.is_null() {
            details.remove(name);
        } else {
            details.insert(name.clone(), value.clone());
        }
    }
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE application SET foreign_key = $3, details = $4, updated_at = $5 WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &id, &foreign_key, &text(&details), &now],
    )?;
    if before != (foreign_key, details) {
        let names: Vec<&String> = change.details.keys().collect();
        let subject = Subject::application(candidate, id, job);
        let data = json!({"details": names});
        event::append(tx, caller, Kind::ApplicationUpdated, &subject, &data)?;
    }
    Ok(())
}
