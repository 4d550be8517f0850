//! Subscriptions and their deliveries as our own API shows them.

use hiring::id::Uuid;
use hiring::subscription::log::{Call, Entry};
use hiring::subscription::replay::Replay;
use hiring::subscription::secret::Known;
use hiring::subscription::{Subscription, Wanted};

use crate::native::wire::answer;
use crate::time::micros;

/// What is shown of a subscription beside itself.
pub(in crate::native) struct Around {
    pub wanted: Wanted,
    pub jobs: Vec<Uuid>,
    pub account: Option<Uuid>,
    pub keys: Vec<Known>,
    pub waiting: i64,
    pub dead: i64,
    /// µs.
    pub now: i64,
}

pub(in crate::native) fn subscription(of: &Subscription, around: Around) -> answer::Subscription {
    let Around { wanted, keys, .. } = around;
    answer::Subscription {
        id: of.uid,
        url: of.url.clone(),
        state: of.state(around.now).word(),
        kinds: wanted.kinds,
        shows: of.shows.word(),
        jobs: wanted.jobs.map(|_| around.jobs),
        sources: wanted.sources,
        description: of.description.clone(),
        shape: of.shape.clone(),
        linked_account: around.account,
        follows_wishes: of.follows,
        keys: keys.iter().map(key).collect(),
        waiting: around.waiting,
        dead: around.dead,
        failing_since: of.failing_since.map(micros),
        resting_until: of.rest_until.filter(|at| *at > around.now).map(micros),
        delivered_at: of.delivered_at.map(micros),
        ended_at: of.ended_at.map(micros),
        ended_why: of.ended_why.clone(),
        created_at: micros(of.created_at),
        updated_at: micros(of.updated_at),
    }
}

fn key(known: &Known) -> answer::PublicKey {
    answer::PublicKey {
        public_key: known.public.clone(),
        created_at: micros(known.created_at),
        until: known.until_at.map(micros),
    }
}

pub(in crate::native) fn entry(entry: &Entry) -> answer::SubscriptionDelivery {
    answer::SubscriptionDelivery {
        id: entry.uid.clone(),
        kind: entry.kind.clone(),
        event: entry.event,
        place: entry.place,
        state: entry.state.clone(),
        attempts: entry.attempts,
        problem: entry.problem.clone(),
        due_at: (entry.state == "queued").then(|| micros(entry.due_at)),
        settled_at: entry.settled_at.map(micros),
        created_at: micros(entry.created_at),
    }
}

pub(in crate::native) fn entry_in_full(
    of: &Entry,
    calls: &[Call],
) -> answer::SubscriptionDeliveryInFull {
    answer::SubscriptionDeliveryInFull {
        delivery: entry(of),
        calls: calls.iter().map(call).collect(),
    }
}

fn call(call: &Call) -> answer::SubscriptionCall {
    answer::SubscriptionCall {
        number: call.n,
        began_at: micros(call.began_at),
        ended_at: call.ended_at.map(micros),
        outcome: call.outcome.clone(),
        status: call.status,
        reason: call.reason.clone(),
        answer: call.answer.clone().filter(|text| !text.is_empty()),
    }
}

/// `count`: where it was counted.
pub(in crate::native) fn replay(of: &Replay, count: Option<i64>) -> answer::SubscriptionReplay {
    answer::SubscriptionReplay {
        id: Some(of.uid),
        after: of.next_place,
        to: of.to_place,
        undelivered: of.undelivered,
        count,
        queued: of.queued,
        created_at: Some(micros(of.created_at)),
        done_at: of.done_at.map(micros),
    }
}
