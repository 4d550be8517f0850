//! Which events whoever works through a linked account wants to be told. Where they are sent, a subscription for the account
//! says; it wants what these wishes ask for, if it follows them.

use serde_json::json;
use store::{Reader, Tx, sql};

use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{LinkedAccountId, OrgId};
use crate::linked_account::LinkedAccount;
use crate::problem::Result;
use crate::secret::InstallationKey;
use crate::subscription;

/// A wish to be told of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookReceiver {
    /// The event, in the words of whoever wants to know.
    pub event: String,
    /// Whether they want to know now.
    pub is_active: bool,
}

const SEAL: &str = "webhook_receiver.key";

/// Notes a wish, or changes the one for the same event. `kinds`: ours that it is told by; none: it is never told. `key`: a secret that came with it, kept sealed and never shown;
/// without one an older one stays.
pub fn put(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    account: &LinkedAccount,
    wish: &WebhookReceiver,
    kinds: &[Kind],
    key: Option<&str>,
) -> Result<()> {
    let (now, active) = (tx.now(), i64::from(wish.is_active));
    let sealed = key.map(|k| installation.seal(SEAL, k.as_bytes()));
    let words: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
    let words = (!words.is_empty()).then(|| words.join(" "));
    let made = tx.run(
        sql!(
            "INSERT INTO webhook_receiver (org_id, linked_account_id, event, is_active, sealed, created_at, kinds) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        ),
        &[
            &caller.org,
            &account.id,
            &wish.event,
            &active,
            &sealed,
            &now,
            &words,
        ],
    )?;
    if made == 0 {
        tx.run(
            sql!(
                "UPDATE webhook_receiver SET is_active = $4, sealed = COALESCE($5, sealed), kinds = $6 \
                 WHERE org_id = $1 AND linked_account_id = $2 AND event = $3"
            ),
            &[&caller.org, &account.id, &wish.event, &active, &sealed, &words],
        )?;
    }
    subscription::follow(tx, caller.org, account.id)?;
    let kind = if wish.is_active {
        Kind::WebhookReceiverEnabled
    } else {
        Kind::WebhookReceiverDisabled
    };
    let data = json!({"linked_account": account.uid});
    event::append(tx, caller, kind, &Subject::default(), &data)?;
    Ok(())
}

/// The secret that came with the account's wish for this event, opened; `None` when none did, or nobody wishes it now.
pub fn secret(
    r: &mut Reader,
    installation: &InstallationKey,
    org: OrgId,
    account: LinkedAccountId,
    event: &str,
) -> Result<Option<Vec<u8>>> {
    let row = r.one(
        sql!(
            "SELECT sealed FROM webhook_receiver WHERE org_id = $1 AND linked_account_id = $2 AND event = $3 AND is_active = 1"
        ),
        &[&org, &account, &event],
    )?;
    let sealed = row.map(|row| row.get::<Option<Vec<u8>>>(0)).transpose()?;
    let opened = sealed
        .flatten()
        .map(|sealed| installation.open(SEAL, &sealed));
    opened.transpose()
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
