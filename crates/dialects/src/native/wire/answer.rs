//! What our own API answers. These types are serialized and described in one: the document cannot drift.
//!
//! What is around candidates and jobs: `answer/family.rs`; invites and mails: `answer/mail.rs`.

mod destination;
mod family;
mod issue;
mod mail;
mod subscription;

use std::borrow::Cow;
use std::collections::BTreeMap;

use hiring::record::Said;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::record;

pub(in crate::native) use mail::{
    Attempt, Delivery, DeliveryInFull, Invite, InviteMail, MailSettings, MailTemplate, Rendered,
    Returned,
};

pub(in crate::native) use destination::{
    Connector, ConnectorField, ConnectorLimit, ConnectorSetting, DeliveryLine, DeliveryRequest,
    Destination, DestinationCircuit, DestinationJob, DestinationJobs, DestinationTest,
    DestinationTrouble, Queued, ReplayedDeliveries, Rule,
};
pub(in crate::native) use subscription::{
    PublicKey, Subscription, SubscriptionCall, SubscriptionDelivery, SubscriptionDeliveryInFull,
    SubscriptionReplay, SubscriptionWithSecret, Webhook, WebhookData, WebhookJob, WebhookRecord,
};

pub(in crate::native) use issue::{Issue, IssueStatus};

pub(in crate::native) use family::{CatalogItem, Member, Note, NoteKind, NoteVisibility};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Page<T> {
    /// Oldest first.
    pub data: Vec<T>,
    /// Send it as `after` for the next page; null when this is the last one.
    pub next: Option<String>,
}

/// What an account token names.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct LinkedAccount {
    pub id: Uuid,
    /// Whom it connects.
    pub name: String,
    /// Who linked it by a link; null for one that was made with its key.
    pub end_user: Option<EndUser>,
    /// What it requires of those who write through it, by model: names of fields that a new record must have.
    pub requires: BTreeMap<String, Vec<String>>,
    /// What may be read and written through it; a model that is not named is open.
    pub scopes: Vec<Scope>,
    /// Where what is written through it is carried, besides being kept here.
    pub destination: Option<Uuid>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// The customer of a product for whom an account was linked, in the product's words.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct EndUser {
    pub origin_id: String,
    pub organization_name: String,
    pub email_address: String,
}

/// What may be done with one model through a linked account.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Scope {
    pub model: String,
    pub read: bool,
    pub write: bool,
    /// Fields that are not shown.
    pub disabled_fields: Vec<String>,
}

/// A page of the feed of events.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Feed {
    /// In the order in which they were committed; nothing is ever put in before what was read.
    pub data: Vec<Event>,
    /// Where to continue, also when nothing new is there yet: keep it and ask again with it as `after`.
    pub next: String,
}

/// An opening people apply to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Job {
    pub id: Uuid,
    /// The number by which dialects without UUIDs name it.
    pub number: i64,
    pub title: String,
    #[schema(value_type = JobStatus)]
    pub status: &'static str,
    /// The organization's own sign for it.
    pub code: Option<String>,
    /// What it is about: text or HTML.
    pub description: Option<String>,
    /// For how many days invites to it are valid; null: 14.
    pub invite_days: Option<i64>,
    pub departments: Vec<CatalogItem>,
    pub offices: Vec<CatalogItem>,
    /// Members who recruit for it.
    pub recruiters: Vec<Member>,
    /// Members who decide.
    pub hiring_managers: Vec<Member>,
    /// The pipeline, in order.
    pub stages: Vec<Stage>,
    /// The form that applications answer, in order.
    pub fields: Vec<Field>,
    /// The public page where anybody who knows its address can apply; null when it is switched off.
    pub public_link: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// Whether a job takes applications: open and on_hold do.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)] // for the document only
pub(in crate::native) enum JobStatus {
    Draft,
    Open,
    OnHold,
    Closed,
}

/// A step of a job's pipeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::native) struct Stage {
    pub id: Uuid,
    pub name: String,
    /// What happens there: `review`, `screen`, `interview`, `offer` or the organization's own word.
    pub kind: String,
    /// 0 is the first.
    pub position: i64,
}

/// A question of a job's form.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Field {
    /// The name that answers are given under.
    pub name: String,
    pub label: String,
    #[serde(rename = "type")]
    #[schema(value_type = FieldType)]
    pub kind: &'static str,
    pub required: bool,
    /// The permitted answers of a choice.
    pub options: Vec<String>,
    /// A sentence that helps with it.
    pub help: Option<String>,
    /// What one consents to; null for other fields.
    pub consent: Option<ConsentText>,
}

/// What somebody is asked to consent to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct ConsentText {
    pub text: String,
    /// Names this wording.
    pub version: String,
    /// What the data are used for.
    pub purpose: String,
}

/// What a field asks for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)] // for the document only
pub(in crate::native) enum FieldType {
    Text,
    LongText,
    Email,
    Phone,
    Url,
    Number,
    Date,
    Choice,
    MultipleChoice,
    File,
    YesNo,
    Consent,
}

/// A person. Beside `id`, `name` and the two times it has every canonical field that something is known of.
#[derive(Debug, Serialize)]
pub(in crate::native) struct Candidate {
    pub id: Uuid,
    /// What to call the person; null when no name is known.
    pub name: Option<String>,
    #[serde(flatten)]
    pub record: Said,
    pub created_at: String,
    pub updated_at: String,
}

impl PartialSchema for Candidate {
    fn schema() -> RefOr<Schema> {
        let id = record::from_json(json!({"type": "string", "format": "uuid"}));
        let time = || record::from_json(json!({"type": "string", "format": "date-time"}));
        let schema = ObjectBuilder::new()
            .description(Some(
                "A person, once per organization. Fields of which nothing is known are left out, and so are \
                 equal-opportunity answers unless the key has eeo:read.",
            ))
            .property("id", id)
            .property("name", Option::<String>::schema());
        record::describe(schema, false)
            .property("created_at", time())
            .property("updated_at", time())
            .required("id")
            .required("name")
            .required("created_at")
            .required("updated_at")
            .into()
    }
}

impl ToSchema for Candidate {
    fn name() -> Cow<'static, str> {
        "Candidate".into()
    }
}

/// A person with everything around them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct CandidateInFull {
    #[serde(flatten)]
    pub candidate: Candidate,
    /// Your own ids of the person, as sent in `external_id`.
    pub external_ids: Vec<String>,
    /// Oldest first; also those that only an invite has opened (`pending`).
    pub applications: Vec<Application>,
    /// Oldest first.
    pub attachments: Vec<Attachment>,
    /// Names of what was sent about the person, oldest first.
    pub submissions: Vec<Uuid>,
    /// Who may be the same person. Nothing merges by itself.
    pub possible_duplicates: Vec<PossibleDuplicate>,
    /// What the person consented to on the application page, oldest first.
    pub consents: Vec<Consent>,
}

/// What a person consented to, in the words they saw.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Consent {
    pub id: Uuid,
    /// The form's field it was given by.
    pub field: String,
    pub text: String,
    /// Names this wording.
    pub version: String,
    /// What the data are used for.
    pub purpose: String,
    /// Tag of the language of the page around it.
    pub language: String,
    /// What was sent.
    pub submission: Option<Uuid>,
    #[schema(format = DateTime)]
    pub given_at: String,
    /// When it was taken back.
    #[schema(format = DateTime)]
    pub withdrawn_at: Option<String>,
}

/// Somebody who may be the same person.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct PossibleDuplicate {
    /// The other candidate.
    pub candidate: Uuid,
    /// What made us think so.
    pub rule: String,
    /// What it rests on.
    #[schema(value_type = Object)]
    pub evidence: Value,
    #[schema(format = DateTime)]
    pub noticed_at: String,
}

/// What `POST /candidates` made.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Created {
    pub candidate: Candidate,
    /// Null when no job was named.
    pub application: Option<Application>,
    /// Under this name what was sent is kept, byte for byte.
    pub submission: Uuid,
}

/// One candidate for one job.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Application {
    pub id: Uuid,
    pub candidate: Uuid,
    pub job: Uuid,
    /// Where it stands.
    pub stage: Stage,
    /// Whether it exists only because of an open invite.
    pub pending: bool,
    /// Where it came from.
    pub source: String,
    /// Its id at the caller's side.
    pub external_id: Option<String>,
    /// Answers to the job's form, by the field's name.
    #[schema(value_type = Object)]
    pub answers: Map<String, Value>,
    /// What was said of the application beside the answers, in the words of the dialect it came by.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
    /// How it ended; null while it is open.
    #[schema(value_type = Option<Disposition>)]
    pub disposition: Option<&'static str>,
    /// Why it ended.
    pub reason: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was submitted; null while it is pending.
    #[schema(format = DateTime)]
    pub applied_at: Option<String>,
    /// When it came to its stage.
    #[schema(format = DateTime)]
    pub stage_at: String,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// How an application ended.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code)] // for the document only
pub(in crate::native) enum Disposition {
    Hired,
    Rejected,
    Withdrawn,
}

/// An application with its way so far.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct ApplicationInFull {
    #[serde(flatten)]
    pub application: Application,
    /// The stages it has left, oldest first.
    pub history: Vec<Passage>,
    /// The invite it came by, if it came by one.
    pub invite: Option<Invite>,
}

/// A stage that an application has left.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Passage {
    pub stage: Uuid,
    #[schema(format = DateTime)]
    pub entered_at: String,
    #[schema(format = DateTime)]
    pub left_at: String,
}

/// A file on a candidate. `GET /attachments/{id}` gives its bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Attachment {
    pub id: Uuid,
    /// `resume`, `cover_letter`, `offer_letter`, `picture` or `other`.
    pub kind: &'static str,
    /// As the caller named it.
    pub name: String,
    /// What its bytes say it is; null while only its address is known.
    pub media_type: Option<String>,
    /// Bytes; null while only its address is known.
    pub size: Option<u64>,
    /// SHA-256 of its bytes, hexadecimal; null while only its address is known.
    pub sha256: Option<String>,
    /// Its address at the caller's side.
    pub url: Option<String>,
    /// What is odd about it.
    pub remark: Option<String>,
    /// Whether it can be searched by its text: `due` (not read yet), `done`, `none`; null while only its address is known.
    pub text_state: Option<&'static str>,
    /// Why it has no text.
    pub text_reason: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// What a caller of any dialect sent.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Submission {
    pub id: Uuid,
    /// The API it came by.
    pub dialect: String,
    /// The route's template there.
    pub route: String,
    #[schema(format = DateTime)]
    pub received_at: String,
    /// What came of it: `created`, `enriched`, `stale` or the dialect's own word.
    pub outcome: String,
    pub candidate: Option<Uuid>,
    pub application: Option<Uuid>,
    /// JSON pointers of values that the record has no place for; they are kept here.
    pub unmapped: Vec<String>,
    /// What was cut out of the body.
    pub slots: Vec<Slot>,
    /// The body. A file stands as `{"$slot", "kind": "file", "sha256"}`; so does an equal-opportunity answer
    /// (`kind` `eeo`, no digest), unless the key has `eeo:read`.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// A value that was cut out of a body.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Slot {
    /// Its number in this body.
    pub n: u32,
    /// `file` or `eeo`.
    pub kind: &'static str,
    /// Where it stood (RFC 6901).
    pub pointer: String,
    /// SHA-256 of the file, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A fact that happened. It holds ids and names of fields, never a person's values.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Event {
    pub id: Uuid,
    /// Its number in the feed: later ones are greater, and nothing is ever put in between.
    pub place: i64,
    /// `<noun>.<verb>`, such as `application.advanced`.
    pub kind: String,
    pub candidate: Option<Uuid>,
    pub application: Option<Uuid>,
    pub job: Option<Uuid>,
    /// Who did it: `key:<n>`, `member:<n>`, `candidate` or `system`.
    pub actor: String,
    /// By kind: `submission`, `fields`, `stage`, `from_stage`, `to_stage`, `invite`, `delivery`, `attachment`, `note`,
    /// `linked_account`, `key`.
    #[schema(value_type = Object)]
    pub data: Value,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Problem details (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "urn:muster:problem:invalid",
    "title": "The request is not valid",
    "status": 400,
    "detail": "Not an e-mail address.",
    "errors": [{"pointer": "/emails/0", "code": "not_an_email", "detail": "not an e-mail address"}]
}))]
pub(in crate::native) struct Failure {
    /// `urn:muster:problem:<name>`; decide by this or by the status, never by the texts.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Every fault found, for `invalid`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Fault>,
    /// For `broken`: the number under which the cause was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// For `application-open`: the application that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<Uuid>,
    /// For `application-open`: whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Uuid>,
}

/// One fault in what was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProblemFault)]
pub(in crate::native) struct Fault {
    /// JSON pointer into the body (RFC 6901), or `query:<name>`, or `header:<Name>`.
    pub pointer: String,
    /// A word that does not change.
    pub code: String,
    /// A sentence for people. Never holds the value that was sent.
    pub detail: String,
}
