//! Where candidates are carried, and what was carried there.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A system that candidates can be carried to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Connector {
    /// What `connector` of a destination says.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// What it must be told.
    pub settings: Vec<ConnectorSetting>,
    /// What becomes of each field of our record there.
    pub fields: Vec<ConnectorField>,
    /// What its vendor lets one account ask.
    pub limit: ConnectorLimit,
    /// How to set it up, Markdown.
    pub guide: &'static str,
}

/// One of a connector's settings.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct ConnectorSetting {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
    /// Sealed, and never answered.
    pub secret: bool,
    /// What is taken when it is left out.
    pub default: Option<&'static str>,
    /// `text`, `address`, `choice` or `switch`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Of a choice.
    pub choices: &'static [&'static str],
}

/// What becomes of a field.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct ConnectorField {
    /// Its name in our record, or `resume`, `files`, `notes`, `application`, `answers`.
    pub field: &'static str,
    /// Its place there; null: it is not carried.
    pub place: Option<&'static str>,
    /// What is lost or changed on the way.
    pub remark: Option<&'static str>,
}

/// So many requests within so many seconds, and so many at once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct ConnectorLimit {
    pub requests: u32,
    pub seconds: u32,
    pub at_once: u32,
}

/// An account at another system.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Destination {
    pub id: Uuid,
    pub connector: String,
    pub name: String,
    /// `active`; `paused` by somebody; `removed` is not shown.
    pub state: &'static str,
    /// What is no secret.
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, String>,
    /// Names of the secrets that it has.
    pub secrets: Vec<String>,
    pub default_job: Option<String>,
    /// Whether it is called at all.
    pub circuit: DestinationCircuit,
    /// The far side said not to come before.
    #[schema(format = DateTime)]
    pub quiet_until: Option<String>,
    /// Requests a window, as its answers say.
    pub told_limit: Option<i64>,
    /// What went wrong last; null once something has arrived.
    pub trouble: Option<DestinationTrouble>,
    /// When something last arrived.
    #[schema(format = DateTime)]
    pub arrived_at: Option<String>,
    /// How many deliveries stand how: `queued`, `sent`, `dead`, `canceled`.
    #[schema(value_type = Object)]
    pub deliveries: BTreeMap<String, i64>,
    #[schema(format = DateTime)]
    pub paused_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// Whether a destination that keeps failing is called.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DestinationCircuit {
    /// `closed`: it is called; `open`: it is not; `half_open`: one call tries whether it is back.
    pub state: &'static str,
    /// Failures since the last success.
    pub failures: i64,
    #[schema(format = DateTime)]
    pub open_until: Option<String>,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DestinationTrouble {
    /// In plain words, without anybody's data.
    pub problem: String,
    /// As of a dead letter.
    pub reason: Option<String>,
    #[schema(format = DateTime)]
    pub at: String,
}

/// A destination's table of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DestinationJobs {
    pub jobs: Vec<DestinationJob>,
}

/// Which job of theirs is which of ours.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DestinationJob {
    pub job: Uuid,
    pub remote_id: String,
}

/// What trying the credentials came to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DestinationTest {
    /// Whether they are good; null: it is still being tried, see the delivery.
    pub ok: Option<bool>,
    /// In plain words, where they are good: what was tried.
    pub said: Option<String>,
    /// Why not: as of a dead letter.
    pub reason: Option<String>,
    /// What the far side said.
    pub problem: Option<String>,
    /// Under which its requests are shown.
    pub delivery: String,
}

/// What is carried to a destination by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Rule {
    pub id: Uuid,
    pub destination: Uuid,
    pub active: bool,
    pub events: Vec<String>,
    /// Empty: all.
    pub jobs: Vec<Uuid>,
    /// Empty: all.
    pub sources: Vec<String>,
    /// Empty: all.
    pub stages: Vec<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A delivery as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DeliveryLine {
    pub id: String,
    /// `mail`, `webhook`, `destination`.
    pub channel: String,
    /// What kind of delivery of its channel; to a destination: `rule`, `account`, `push`, `update` or `test`.
    pub kind: Option<String>,
    /// `queued`, `sent`, `dead`, `canceled`; of mails also `refused`, `bounced`, `failed`.
    pub state: String,
    /// Of a dead letter: `credentials`, `permission`, `settings`, `job`, `invalid`, `duplicate`, `gone`, `unclear`,
    /// `unreachable`, `too_old` or `not_allowed`.
    pub reason: Option<String>,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    /// What did not arrive as it was, a line each.
    pub remark: Option<String>,
    pub destination: Option<Uuid>,
    pub candidate: Option<Uuid>,
    pub application: Option<Uuid>,
    pub event: Option<Uuid>,
    /// How often somebody began.
    pub attempts: i64,
    /// When it is tried (again); null once it has ended.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A request of a delivery, and what came of it. Never what was sent, never a secret.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DeliveryRequest {
    /// From 1.
    pub number: i64,
    /// In which attempt.
    pub attempt: i64,
    /// Which step: `look up`, `create`…
    pub name: String,
    pub method: String,
    /// Without its query.
    pub address: String,
    /// `answered`, `unanswered`, `not_sent`; null: under way, or its process ended.
    pub outcome: Option<&'static str>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Of the answer: those that are kept.
    #[schema(value_type = Vec<Vec<String>>)]
    pub headers: Vec<(String, String)>,
    /// Of the answer; kept for some weeks.
    pub body: Option<String>,
    /// Why there is no answer.
    pub problem: Option<String>,
    /// It did nothing, or may be repeated without harm: what follows is not decided by it.
    pub set_aside: bool,
    #[schema(format = DateTime)]
    pub began_at: String,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
}

/// A delivery that was queued.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Queued {
    /// See `GET /deliveries/{id}`.
    pub delivery: String,
}

/// What a replay came to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct ReplayedDeliveries {
    /// How many were queued anew, or would be.
    pub count: i64,
    pub dry_run: bool,
}
