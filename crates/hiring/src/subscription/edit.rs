//! Changing, pausing, resuming and removing subscriptions.

use store::{Tx, sql};

use super::{Shows, Subscription, Wanted, find, lock, note, wanted};
use crate::caller::Caller;
use crate::event::Kind;
use crate::id::Uuid;
use crate::problem::Result;

/// What is changed: what is there takes the place of what was.
#[derive(Clone, Default)]
pub struct Edit {
    /// Where its calls go. What waits goes there too.
    pub url: Option<String>,
    /// What people say of it; an inner `None` takes it away.
    pub description: Option<Option<String>>,
    /// What its calls show.
    pub shows: Option<Shows>,
    /// See [`Wanted::kinds`]; it follows no wishes any more.
    pub kinds: Option<Vec<String>>,
    /// See [`Wanted::jobs`].
    pub jobs: Option<Option<Vec<crate::id::JobId>>>,
    /// See [`Wanted::sources`].
    pub sources: Option<Option<Vec<String>>>,
}

/// Changes a subscription.
pub fn change(tx: &mut Tx, caller: &Caller, uid: Uuid, edit: &Edit) -> Result<Subscription> {
    let had = lock(tx, caller.org, uid)?;
    let now = tx.now();
    let description = edit.description.clone().unwrap_or(had.description.clone());
    let follows = had.follows && edit.kinds.is_none();
    tx.run(
        sql!(
            "UPDATE subscription SET target = $3, description = $4, shows = $5, follows = $6, updated_at = $7 \
             WHERE org_id = $1 AND id = $2"
        ),
        &[
            &caller.org,
            &had.id,
            edit.url.as_ref().unwrap_or(&had.url),
            &description,
            &edit.shows.unwrap_or(had.shows).word(),
            &i64::from(follows),
            &now,
        ],
    )?;
    let (before, _) = wanted(tx, caller.org, had.id)?;
    let after = Wanted {
        kinds: edit.kinds.clone().unwrap_or(before.kinds.clone()),
        jobs: edit.jobs.clone().unwrap_or(before.jobs.clone()),
        sources: edit.sources.clone().unwrap_or(before.sources.clone()),
    };
    if after != before {
        super::wanted::put(tx, caller.org, had.id, &after)?;
    }
    note(tx, caller, Kind::SubscriptionChanged, uid)?;
    find(tx, caller.org, uid)
}

/// Holds its calls back; what happens meanwhile is queued. Twice is no error.
pub fn pause(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Subscription> {
    let had = lock(tx, caller.org, uid)?;
    let now = tx.now();
    if had.paused_at.is_none() {
        tx.run(
            sql!(
                "UPDATE subscription SET paused_at = $3, updated_at = $3 WHERE org_id = $1 AND id = $2"
            ),
            &[&caller.org, &had.id, &now],
        )?;
        note(tx, caller, Kind::SubscriptionChanged, uid)?;
    }
    find(tx, caller.org, uid)
}

/// Makes its calls again, after it was paused, has ended or rests. What waited goes out at once.
pub fn resume(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<Subscription> {
    let had = lock(tx, caller.org, uid)?;
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE subscription SET paused_at = NULL, ended_at = NULL, ended_why = NULL, streak = 0, \
             failing_since = NULL, rest_until = NULL, updated_at = $3 WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &had.id, &now],
    )?;
    if had.paused_at.is_some() || had.ended_at.is_some() {
        note(tx, caller, Kind::SubscriptionResumed, uid)?;
    }
    find(tx, caller.org, uid)
}

/// Removes a subscription: nothing is sent any more, its secret is forgotten. What was sent stays in the outbox.
pub fn remove(tx: &mut Tx, caller: &Caller, uid: Uuid) -> Result<()> {
    let had = lock(tx, caller.org, uid)?;
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE subscription SET removed_at = $3, ended_at = COALESCE(ended_at, $3) WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &had.id, &now],
    )?;
    tx.run(
        sql!("DELETE FROM subscription_secret WHERE org_id = $1 AND subscription_id = $2"),
        &[&caller.org, &had.id],
    )?;
    tx.run(
        sql!("DELETE FROM subscription_kind WHERE org_id = $1 AND subscription_id = $2"),
        &[&caller.org, &had.id],
    )?;
    note(tx, caller, Kind::SubscriptionRemoved, uid)?;
    Ok(())
}
