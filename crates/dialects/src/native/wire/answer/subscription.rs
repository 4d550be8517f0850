//! Subscriptions, what was delivered for them, and what their calls hold.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::EventKind;
use super::{Application, CandidateInFull, Event};

/// Who is told of which events by calls.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Subscription {
    pub id: Uuid,
    /// Where the calls go.
    pub url: String,
    /// `active`; `failing`: the last calls failed and are made again; `dead`: nothing but failures for 75 hours; `paused`;
    /// `ended`: by itself, see `ended_why`.
    pub state: &'static str,
    #[schema(value_type = Vec<EventKind>)]
    pub kinds: Vec<String>,
    /// `ids` or `record`.
    pub shows: &'static str,
    /// Null: all.
    pub jobs: Option<Vec<Uuid>>,
    /// Null: all.
    pub sources: Option<Vec<String>>,
    pub description: Option<String>,
    /// What the calls look like.
    pub shape: String,
    pub linked_account: Option<Uuid>,
    /// Whether `kinds` are what the linked account's wishes ask for.
    pub follows_wishes: bool,
    /// What its calls are signed with now, the newest first: two while one takes the place of the other.
    pub keys: Vec<PublicKey>,
    /// Deliveries that wait.
    pub waiting: i64,
    /// Deliveries that were given up; replay them.
    pub dead: i64,
    /// When the first of the failures in a row was.
    #[schema(format = DateTime)]
    pub failing_since: Option<String>,
    /// The receiver is let alone until then.
    #[schema(format = DateTime)]
    pub resting_until: Option<String>,
    /// About when a call was last taken.
    #[schema(format = DateTime)]
    pub delivered_at: Option<String>,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// `gone` (the receiver answered 410) or `failing` (five days of nothing but failures).
    pub ended_why: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// The public half of the pair that makes `v1a` signatures.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct PublicKey {
    /// `whpk_` and base64.
    pub public_key: String,
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Until when it signs; null for the one in use.
    #[schema(format = DateTime)]
    pub until: Option<String>,
}

/// A subscription with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct SubscriptionWithSecret {
    #[serde(flatten)]
    pub subscription: Subscription,
    /// `whsec_` and base64: give it to the receiver and to nobody else.
    pub secret: String,
    /// `whpk_` and base64; it is no secret.
    pub public_key: String,
}

/// One event on its way to one subscription, or a ping.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct SubscriptionDelivery {
    /// The `webhook-id` of its calls, the same in all of them.
    pub id: String,
    /// The event's kind, or `webhook.ping`.
    pub kind: String,
    pub event: Option<Uuid>,
    /// The event's number in the feed.
    pub place: Option<i64>,
    /// `queued`, `delivered`, `dead` (given up; replay it), `skipped` (there was nothing to tell by this shape) or `canceled`.
    pub state: String,
    /// How often it was called.
    pub attempts: i64,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    /// While it is queued: when it is called next, or later where the receiver rests.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A delivery with its calls.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct SubscriptionDeliveryInFull {
    #[serde(flatten)]
    pub delivery: SubscriptionDelivery,
    /// Oldest first.
    pub calls: Vec<SubscriptionCall>,
}

/// One call.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct SubscriptionCall {
    /// From 1.
    pub number: i64,
    #[schema(format = DateTime)]
    pub began_at: String,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// `delivered`, `failed`, `unknown` (our process died meanwhile) or `skipped`; null: under way.
    pub outcome: Option<String>,
    /// HTTP status.
    pub status: Option<i64>,
    /// `status`, `redirect`, `gone`, `not_an_address`, `not_public`, `unknown_host`, `unreachable`, `tls`, `too_slow`,
    /// `cut_short`, `unmade` or `interrupted`.
    pub reason: Option<String>,
    /// How the answer begins.
    pub answer: Option<String>,
}

/// Events that are delivered again.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct SubscriptionReplay {
    /// Null for a dry run.
    pub id: Option<Uuid>,
    /// After this place of the feed.
    pub after: i64,
    /// Up to and with this one.
    pub to: i64,
    pub undelivered: bool,
    /// How many events that is, as counted when it was asked for; null in the list.
    pub count: Option<i64>,
    /// How many were queued so far.
    pub queued: i64,
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// Null: it is at work.
    #[schema(format = DateTime)]
    pub done_at: Option<String>,
}

/// The body of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(in crate::native) struct Webhook {
    /// The event's kind, or `webhook.ping`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    #[schema(format = DateTime)]
    pub timestamp: String,
    pub data: WebhookData,
}

/// What a call tells.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct WebhookData {
    /// The event as `GET /events` gives it; null in a ping.
    pub event: Option<Event>,
    /// Where the subscription shows the record: as things were when the call was made. Null elsewhere, and of somebody who
    /// is not there any more.
    pub record: Option<WebhookRecord>,
}

/// Who and what an event is about.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct WebhookRecord {
    #[schema(value_type = Option<CandidateInFull>)]
    pub candidate: Option<Value>,
    #[schema(value_type = Option<Application>)]
    pub application: Option<Value>,
    pub job: Option<WebhookJob>,
}

/// The job an event is about.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct WebhookJob {
    pub id: Uuid,
    /// The number by which dialects without UUIDs name it.
    pub number: i64,
    pub title: String,
    pub status: &'static str,
    pub code: Option<String>,
}
