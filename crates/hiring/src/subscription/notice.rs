//! Tells the organization's owners by mail that a subscription has ended by itself.

use serde_json::json;
use store::{Tx, sql};

use super::Subscription;
use crate::id::{EventId, OrgId, new_uid};
use crate::problem::Result;

/// Queues a mail to every owner, caused by `event`. It names the receiver's host and nothing else of its address.
pub(super) fn queue(
    tx: &mut Tx,
    org: OrgId,
    subscription: &Subscription,
    why: &str,
    event: EventId,
) -> Result<()> {
    let owners = tx.all(
        sql!("SELECT email FROM member WHERE org_id = $1 AND role = 'owner' ORDER BY id LIMIT 20"),
        &[&org],
    )?;
    let host = subscription.host();
    let subject = format!("Webhooks to {host} were switched off");
    let body = format!(
        "Hello,\n\nMuster has stopped sending events to {host}: {why}.\n\n\
         Nothing is lost. Once the receiver works again, switch the subscription on under Integrations and \
         replay what it missed.\n\nSubscription: {}\n",
        subscription.uid
    );
    let now = tx.now();
    for row in &owners {
        let (to, uid): (String, _) = (row.get(0)?, new_uid());
        tx.run(
            sql!(
                "INSERT INTO delivery (org_id, uid, event_id, channel, recipient, subject, body, state, due_at, created_at, \
                 kind, language) VALUES ($1, $2, $3, 'mail', $4, $5, $6, 'queued', $7, $7, 'subscription_ended', 'en')"
            ),
            &[&org, &uid, &event, &to, &subject, &json!(body).to_string(), &now],
        )?;
    }
    Ok(())
}
