//! Tells the organization's owners by mail that a destination needs them.

use serde_json::json;
use store::{Tx, sql};

use crate::id::{DestinationId, EventId, OrgId, new_uid};
use crate::problem::Result;

/// µs in which no second mail is written of the same destination: one that comes and goes fills no mailbox.
const QUIET: i64 = 24 * 3_600 * 1_000_000;

/// Queues a mail to every owner, caused by `event`. It names the destination as people call it and what is wrong.
pub(super) fn write_to_owners(
    tx: &mut Tx,
    org: OrgId,
    destination: DestinationId,
    problem: &str,
    event: EventId,
) -> Result<()> {
    let now = tx.now();
    let lately = tx.number(
        sql!(
            "SELECT COUNT(*) FROM issue WHERE org_id = $1 AND destination_id = $2 AND mailed_at > $3"
        ),
        &[&org, &destination, &(now - QUIET)],
    )?;
    let row = tx.one(
        sql!("SELECT name FROM destination WHERE org_id = $1 AND id = $2"),
        &[&org, &destination],
    )?;
    let Some(row) = row.filter(|_| lately == 0) else {
        return Ok(());
    };
    let name: String = row.get(0)?;
    tx.run(
        sql!(
            "UPDATE issue SET mailed_at = $3 WHERE org_id = $1 AND destination_id = $2 AND resolved_at IS NULL"
        ),
        &[&org, &destination, &now],
    )?;
    let owners = tx.all(
        sql!("SELECT email FROM member WHERE org_id = $1 AND role = 'owner' ORDER BY id LIMIT 20"),
        &[&org],
    )?;
    let subject = format!("{name} needs you: {problem}");
    let body = format!(
        "Hello,\n\nMuster cannot carry candidates to {name}: {problem}.\n\n\
         Nothing is lost. What is due waits, and what was refused is kept. Look under Integrations, put right what is \
         wrong, and replay what was refused.\n\nThere will be no second mail about {name} today.\n"
    );
    for row in &owners {
        let (to, uid): (String, _) = (row.get(0)?, new_uid());
        tx.run(
            sql!(
                "INSERT INTO delivery (org_id, uid, event_id, channel, recipient, subject, body, state, due_at, created_at, \
                 kind, language) VALUES ($1, $2, $3, 'mail', $4, $5, $6, 'queued', $7, $7, 'issue_opened', 'en')"
            ),
            &[&org, &uid, &event, &to, &subject, &json!(body).to_string(), &now],
        )?;
    }
    Ok(())
}
