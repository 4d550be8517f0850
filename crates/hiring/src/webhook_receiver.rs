//! Which events whoever works through a linked account wants to be told. Kept and shown; nothing is sent to them yet.

use serde_json::json;
use store::{Reader, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{LinkedAccountId, OrgId};
use crate::linked_account::LinkedAccount;
use crate::problem::Result;
use crate::secret::InstallationKey;

/// A wish to be told of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookReceiver {
    /// The event, in the words of whoever wants to know.
    pub event: String,
    /// Whether they want to know now.
    pub is_active: bool,
}

const SEAL: &str = "webhook_receiver.key";

/// Notes a wish, or changes the one for the same event. `key`: a secret that came with it, kept sealed and never shown;
/// without one an older one stays.
pub fn put(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    account: &LinkedAccount,
    wish: &WebhookReceiver,
    key: Option<&str>,
) -> Result<()> {
    let (now, active) = (tx.now(), i64::from(wish.is_active));
    let sealed = key.map(|k| installation.seal(SEAL, k.as_bytes()));
    let made = tx.run(
        sql!(
            "INSERT INTO webhook_receiver (org_id, linked_account_id, event, is_active, sealed, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
        ),
        &[
            &caller.org,
            &account.id,
            &wish.event,
            &active,
            &sealed,
            &now,
        ],
    )?;
    if made == 0 {
        tx.run(
            sql!(
                "UPDATE webhook_receiver SET is_active = $4, sealed = COALESCE($5, sealed) \
                 WHERE org_id = $1 AND linked_account_id = $2 AND event = $3"
            ),
            &[&caller.org, &account.id, &wish.event, &active, &sealed],
        )?;
    }
    let kind = if wish.is_active {
        Kind::WebhookReceiverEnabled
    } else {
        Kind::WebhookReceiverDisabled
    };
    let data = json!({"linked_account": account.uid});
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

/// The account's wishes, in the order in which they were first made; at most 1,000.
pub fn list(r: &mut Reader, org: OrgId, account: LinkedAccountId) -> Result<Vec<WebhookReceiver>> {
    let rows = r.all(
        sql!(
            "SELECT event, is_active FROM webhook_receiver WHERE org_id = $1 AND linked_account_id = $2 \
             ORDER BY id LIMIT 1000"
        ),
        &[&org, &account],
    )?;
    rows.iter()
        .map(|row| {
            Ok(WebhookReceiver {
                event: row.get(0)?,
                is_active: row.get::<i64>(1)? != 0,
            })
        })
        .collect()
}
