//! Invites, and mails with how they stand.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::DeliveryRequest;

/// Our request to a candidate to apply.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Invite {
    pub id: Uuid,
    /// `pending`, `opened`, `started`, `completed`, `expired`, `revoked` or `declined`.
    pub state: &'static str,
    /// Who is invited.
    pub candidate: Uuid,
    /// To what.
    pub job: Uuid,
    /// The application that waits for it: pending until it is sent.
    pub application: Uuid,
    /// The address that was invited, where it is known.
    pub email: Option<String>,
    /// Of its mails and its page.
    pub language: Option<String>,
    /// What you say to the person.
    pub message: Option<String>,
    /// The address that opens it. Whoever has it may apply.
    pub link: String,
    /// Its newest mail; null when it was not mailed from here.
    pub mail: Option<InviteMail>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub expires_at: String,
    #[schema(format = DateTime)]
    pub opened_at: Option<String>,
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
    /// Since when nobody can apply by it any more, where that was noted.
    #[schema(format = DateTime)]
    pub closed_at: Option<String>,
}

/// How an invite's mail stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct InviteMail {
    /// The delivery.
    pub id: String,
    /// `queued`, `sent`, `refused`, `bounced`, `failed` or `canceled`.
    pub state: String,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    #[schema(format = DateTime)]
    pub queued_at: String,
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
}

/// Something on its way to somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Delivery {
    pub id: String,
    /// `mail`, `webhook`…
    pub channel: String,
    /// Which mail: `invite`, `rejection`, `application_received`, `confirm_address`, `mention`, `member_invite`, `new_password`; null for one in a caller's own words.
    pub kind: Option<String>,
    pub language: Option<String>,
    pub recipient: Option<String>,
    /// The sender's name.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    pub subject: Option<String>,
    /// As it will be sent.
    pub body: Option<String>,
    /// The same as HTML.
    pub html: Option<String>,
    /// `queued`, `sent` (the mail server has taken it), `refused` (it never will), `bounced` (it came back), `failed` (given
    /// up after 48 hours) or `canceled` (taken back before it went out).
    pub state: String,
    /// What stood in the way the last time.
    pub problem: Option<String>,
    /// What was odd about its template.
    pub remark: Option<String>,
    /// How often sending it was begun.
    pub attempts: i64,
    /// How many attempts ended without our knowing whether the message was taken. Each may have arrived.
    pub unsure: i64,
    /// From the first attempt on.
    pub message_id: Option<String>,
    /// While it is queued: when it is tried next.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
    /// The invite it is the mail of.
    pub invite: Option<Uuid>,
    /// The event that caused it.
    pub event: Option<Uuid>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A delivery with everything that was tried.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct DeliveryInFull {
    #[serde(flatten)]
    pub delivery: Delivery,
    /// Oldest first.
    pub tries: Vec<Attempt>,
    /// Why it is a dead letter.
    pub reason: Option<String>,
    /// Where it is carried.
    pub destination: Option<Uuid>,
    /// Who is carried.
    pub candidate: Option<Uuid>,
    /// With which application.
    pub application: Option<Uuid>,
    /// Of one to a destination: what was asked there, oldest first.
    pub requests: Vec<DeliveryRequest>,
}

/// One try at sending.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Attempt {
    /// From 1.
    pub number: i64,
    #[schema(format = DateTime)]
    pub began_at: String,
    /// When the message itself went out; null: it did not get that far.
    #[schema(format = DateTime)]
    pub handed_over_at: Option<String>,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// `sent`, `refused`, `put_off`, `unknown` (no answer came to the message) or `abandoned`; null: under way.
    pub outcome: Option<String>,
    /// The mail server's answer, or what kept us from it.
    pub answer: Option<String>,
}

/// What a mail that came back told us.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Returned {
    /// `bounced`: the delivery is bounced from now on, or was before. `delayed`, `delivered`: the delivery is as it was.
    /// `unknown`: it is about no mail of yours. `no_report`: it is no report about a delivery, but an answer, an absence note…
    pub outcome: &'static str,
    /// Why, as the mail server that knows has written it (RFC 3463), `5.1.1`…
    pub status: Option<String>,
    /// The same in its words.
    pub reason: Option<String>,
    /// What it is about.
    pub delivery: Option<Delivery>,
}

/// The words for one kind of mail in one language.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct MailTemplate {
    /// `invite`, `rejection`, `application_received`, `confirm_address`, `mention`, `member_invite` or `new_password`.
    pub kind: &'static str,
    /// BCP 47 tag, in lower case.
    pub language: String,
    /// Whether these are the words that come with Muster.
    pub built_in: bool,
    pub subject: String,
    pub text: String,
    /// Null: text only.
    pub html: Option<String>,
    /// What the words can name, as `{{ name }}`.
    pub values: Vec<&'static str>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

/// A mail as it would be, with sample values.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

/// What you say of your mails as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::native) struct MailSettings {
    /// The sender's name.
    pub from_name: String,
    /// Where answers go; null: to the address that sends.
    pub reply_to: Option<String>,
    /// The language of mails to people of whom none is known.
    pub language: String,
}
