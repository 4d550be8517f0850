//! The log: one row for every fact that happened, appended in the transaction that made it happen.
//!
//! The timeline, webhooks, mail and connectors read from here, so nobody can change a thing and forget to tell. An
//! event holds ids and the names of fields, never a person's values.
//!
//! # The feed's order
//! Two transactions may commit in another order than they drew their ids, so a reader that remembers "I have seen
//! up to id 7" would miss a 6 that commits late. Hence `place`: NULL until [`number`] runs, after the commit on
//! PostgreSQL (in a small transaction of its own) and as the last statement of a batch on SQLite. The feed is
//! `place > $after ORDER BY place`, and places have no late comers.

mod changed;
pub mod happening;
pub mod told;

use serde_json::{Value, json};
use store::{Reader, Row, Tx, sql};

use crate::caller::Caller;
use crate::id::{ApplicationId, CandidateId, EventId, JobId, OrgId, Uuid, new_uid};
use crate::problem::{Problem, Result};
use crate::rule;
use crate::subscription;

pub use changed::{Noun, changed};

/// The kinds of event: the public contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter)]
#[allow(missing_docs)]
pub enum Kind {
    CandidateCreated,
    CandidateUpdated,
    CandidateIgnored,
    CandidatePossibleDuplicate,
    CandidateAddressProven,
    CandidateMerged,
    CandidateUnmerged,
    CandidateToldApart,
    ApplicationCreated,
    ApplicationStarted,
    ApplicationSubmitted,
    ApplicationUpdated,
    ApplicationAdvanced,
    ApplicationHired,
    ApplicationRejected,
    ApplicationWithdrawn,
    InviteCreated,
    InviteMailed,
    InviteSent,
    InviteOpened,
    InviteCompleted,
    DraftStarted,
    DraftMailed,
    ConsentGiven,
    ConsentWithdrawn,
    InviteRenewed,
    InviteExpired,
    InviteRevoked,
    InviteDeclined,
    MailQueued,
    MailSent,
    MailRefused,
    MailBounced,
    MailFailed,
    MailCanceled,
    MailTemplateChanged,
    MailTemplateRemoved,
    MailSettingsChanged,
    AttachmentAdded,
    AttachmentRemoved,
    AttachmentFetched,
    AttachmentFetchFailed,
    JobCreated,
    JobUpdated,
    NoteAdded,
    NoteMentioned,
    LinkCreated,
    LinkedAccountLinked,
    LinkedAccountChanged,
    LinkedAccountRenewed,
    LinkedAccountRemoved,
    WebhookReceiverEnabled,
    WebhookReceiverDisabled,
    ApiKeyCreated,
    ApiKeyRenewed,
    MemberInvited,
    MemberInviteRevoked,
    MemberMailed,
    MemberJoined,
    MemberChanged,
    MemberRemoved,
    MemberPasswordAsked,
    MemberPasswordChanged,
    MemberSecondFactorEnabled,
    MemberSecondFactorDisabled,
    MemberRecoveryCodeUsed,
    MemberSessionsEnded,
    DestinationCreated,
    DestinationChanged,
    DestinationPaused,
    DestinationResumed,
    DestinationRemoved,
    RuleCreated,
    RuleChanged,
    RuleRemoved,
    DeliveryArrived,
    DeliveryDead,
    DeliveryReplayed,
    IssueOpened,
    IssueResolved,
    SubscriptionCreated,
    SubscriptionChanged,
    SubscriptionSecretRotated,
    SubscriptionReplayed,
    SubscriptionEnded,
    SubscriptionResumed,
    SubscriptionRemoved,
}

impl Kind {
    /// `<noun>.<verb>`, as stored and published.
    pub fn word(self) -> &'static str {
        match self {
            Kind::CandidateCreated => "candidate.created",
            Kind::CandidateUpdated => "candidate.updated",
            Kind::CandidateIgnored => "candidate.ignored",
            Kind::CandidatePossibleDuplicate => "candidate.possible_duplicate",
            Kind::CandidateAddressProven => "candidate.address_proven",
            Kind::CandidateMerged => "candidate.merged",
            Kind::CandidateUnmerged => "candidate.unmerged",
            Kind::CandidateToldApart => "candidate.told_apart",
            Kind::ApplicationCreated => "application.created",
            Kind::ApplicationStarted => "application.started",
            Kind::ApplicationSubmitted => "application.submitted",
            Kind::ApplicationUpdated => "application.updated",
            Kind::ApplicationAdvanced => "application.advanced",
            Kind::ApplicationHired => "application.hired",
            Kind::ApplicationRejected => "application.rejected",
            Kind::ApplicationWithdrawn => "application.withdrawn",
            Kind::InviteCreated => "invite.created",
            Kind::InviteMailed => "invite.mailed",
            Kind::InviteSent => "invite.sent",
            Kind::InviteOpened => "invite.opened",
            Kind::InviteCompleted => "invite.completed",
            Kind::DraftStarted => "draft.started",
            Kind::DraftMailed => "draft.mailed",
            Kind::ConsentGiven => "consent.given",
            Kind::ConsentWithdrawn => "consent.withdrawn",
            Kind::InviteRenewed => "invite.renewed",
            Kind::InviteExpired => "invite.expired",
            Kind::InviteRevoked => "invite.revoked",
            Kind::InviteDeclined => "invite.declined",
            Kind::MailQueued => "mail.queued",
            Kind::MailSent => "mail.sent",
            Kind::MailRefused => "mail.refused",
            Kind::MailBounced => "mail.bounced",
            Kind::MailFailed => "mail.failed",
            Kind::MailCanceled => "mail.canceled",
            Kind::MailTemplateChanged => "mail_template.changed",
            Kind::MailTemplateRemoved => "mail_template.removed",
            Kind::MailSettingsChanged => "mail_settings.changed",
            Kind::AttachmentAdded => "attachment.added",
            Kind::AttachmentRemoved => "attachment.removed",
            Kind::AttachmentFetched => "attachment.fetched",
            Kind::AttachmentFetchFailed => "attachment.fetch_failed",
            Kind::JobCreated => "job.created",
            Kind::JobUpdated => "job.updated",
            Kind::NoteAdded => "note.added",
            Kind::NoteMentioned => "note.mentioned",
            Kind::LinkCreated => "link.created",
            Kind::LinkedAccountLinked => "linked_account.linked",
            Kind::LinkedAccountChanged => "linked_account.changed",
            Kind::LinkedAccountRenewed => "linked_account.renewed",
            Kind::LinkedAccountRemoved => "linked_account.removed",
            Kind::WebhookReceiverEnabled => "webhook_receiver.enabled",
            Kind::WebhookReceiverDisabled => "webhook_receiver.disabled",
            Kind::ApiKeyCreated => "api_key.created",
            Kind::ApiKeyRenewed => "api_key.renewed",
            Kind::MemberInvited => "member.invited",
            Kind::MemberInviteRevoked => "member.invite_revoked",
            Kind::MemberMailed => "member.mailed",
            Kind::MemberJoined => "member.joined",
            Kind::MemberChanged => "member.changed",
            Kind::MemberRemoved => "member.removed",
            Kind::MemberPasswordAsked => "member.password_asked",
            Kind::MemberPasswordChanged => "member.password_changed",
            Kind::MemberSecondFactorEnabled => "member.second_factor_enabled",
            Kind::MemberSecondFactorDisabled => "member.second_factor_disabled",
            Kind::MemberRecoveryCodeUsed => "member.recovery_code_used",
            Kind::MemberSessionsEnded => "member.sessions_ended",
            Kind::DestinationCreated => "destination.created",
            Kind::DestinationChanged => "destination.changed",
            Kind::DestinationPaused => "destination.paused",
            Kind::DestinationResumed => "destination.resumed",
            Kind::DestinationRemoved => "destination.removed",
            Kind::RuleCreated => "rule.created",
            Kind::RuleChanged => "rule.changed",
            Kind::RuleRemoved => "rule.removed",
            Kind::DeliveryArrived => "delivery.arrived",
            Kind::DeliveryDead => "delivery.dead",
            Kind::DeliveryReplayed => "delivery.replayed",
            Kind::IssueOpened => "issue.opened",
            Kind::IssueResolved => "issue.resolved",
            Kind::SubscriptionCreated => "subscription.created",
            Kind::SubscriptionChanged => "subscription.changed",
            Kind::SubscriptionSecretRotated => "subscription.secret_rotated",
            Kind::SubscriptionReplayed => "subscription.replayed",
            Kind::SubscriptionEnded => "subscription.ended",
            Kind::SubscriptionResumed => "subscription.resumed",
            Kind::SubscriptionRemoved => "subscription.removed",
        }
    }

    /// All of them, in the order of the list above.
    pub fn all() -> impl Iterator<Item = Kind> {
        <Kind as strum::IntoEnumIterator>::iter()
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::all().find(|kind| kind.word() == word)
    }
}

/// What an event is about.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The person.
    pub candidate: Option<CandidateId>,
    /// The application.
    pub application: Option<ApplicationId>,
    /// The job.
    pub job: Option<JobId>,
}

impl Subject {
    /// About a person.
    pub fn candidate(id: CandidateId) -> Subject {
        Subject {
            candidate: Some(id),
            ..Subject::default()
        }
    }
    /// About one person's application for one job.
    pub fn application(candidate: CandidateId, application: ApplicationId, job: JobId) -> Subject {
        Subject {
            candidate: Some(candidate),
            application: Some(application),
            job: Some(job),
        }
    }
}

/// Appends an event and, for everyone subscribed, a delivery. `data` holds ids and names only.
pub fn append(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    subject: &Subject,
    data: &Value,
) -> Result<EventId> {
    let (uid, now) = (new_uid(), tx.now());
    // Whether anybody listens is asked along with it: most organizations have no subscription and no rule, and each statement
    // more is felt in every create (docs/performance.md).
    let row = tx.one(
        sql!(
            "INSERT INTO event (org_id, uid, kind, candidate_id, application_id, job_id, actor, data, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM subscription_kind k WHERE k.org_id = $1 AND k.kind IN ($3, '*')) \
             THEN 1 ELSE 0 END AS BIGINT), \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM rule r WHERE r.org_id = $1 AND r.removed_at IS NULL) \
             THEN 1 ELSE 0 END AS BIGINT)"
        ),
        &[
            &caller.org, &uid, &kind.word(), &subject.candidate, &subject.application, &subject.job,
            &caller.actor(), &data.to_string(), &now,
        ],
    )?;
    let row = row.ok_or_else(|| Problem::broken("an event that was just written is not there"))?;
    let id = EventId(row.get(0)?);
    if row.get::<i64>(1)? != 0 {
        subscription::fan_out(tx, caller.org, id, uid, kind, subject)?;
    }
    let rules = row.get::<i64>(2)? != 0;
    rule::follow(tx, caller.org, id, uid, kind, subject, rules)?;
    Ok(id)
}

/// Numbers the committed events that have no place yet; `store` calls it (see the head of this file).
pub fn number(tx: &mut Tx) -> Result<(), store::Error> {
    // Until none is left: a batch of 256 calls makes more than one portion, and after it there may be no other batch
    // for hours.
    while number_some(tx)? == PORTION {}
    Ok(())
}

/// LIMIT of `number_some`.
const PORTION: usize = 1000;

fn number_some(tx: &mut Tx) -> Result<usize, store::Error> {
    let unplaced = sql!("SELECT id FROM event WHERE place IS NULL ORDER BY id LIMIT 1000");
    let waiting = tx.all(unplaced, &[])?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let last = tx.number(sql!("SELECT last FROM feed WHERE id = 1 {for update}"), &[])?;
    // Looked at again under the lock: another process may have numbered them meanwhile.
    let waiting = tx.all(unplaced, &[])?;
    for (offset, row) in waiting.iter().enumerate() {
        let place = last + 1 + offset as i64;
        tx.run(
            sql!("UPDATE event SET place = $2 WHERE id = $1"),
            &[&row.get::<i64>(0)?, &place],
        )?;
    }
    tx.run(
        sql!("UPDATE feed SET last = $1 WHERE id = 1"),
        &[&(last + waiting.len() as i64)],
    )?;
    Ok(waiting.len())
}

/// How many committed events wait for their place.
pub fn unplaced(r: &mut Reader) -> Result<i64> {
    Ok(r.number(sql!("SELECT COUNT(*) FROM event WHERE place IS NULL"), &[])?)
}

/// An event as the feed shows it; people and things by their outside names.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its number in the feed.
    pub place: i64,
    /// Outside name.
    pub uid: Uuid,
    /// See [`Kind::word`].
    pub kind: String,
    /// The person.
    pub candidate: Option<Uuid>,
    /// The application.
    pub application: Option<Uuid>,
    /// The job.
    pub job: Option<Uuid>,
    /// Who did it.
    pub actor: String,
    /// Ids and names of fields.
    pub data: Value,
    /// When, µs.
    pub created_at: i64,
}

impl Event {
    /// What it names in its data by `member`: an attachment, a note, an issue …
    pub fn named(&self, member: &str) -> Option<Uuid> {
        Uuid::parse_str(self.data.get(member)?.as_str()?).ok()
    }

    /// The linked account that it is about, if it is about one alone.
    pub fn linked_account(&self) -> Option<Uuid> {
        self.named("linked_account")
    }
}

/// The organization's events after place `after`, at most `limit`.
pub fn feed(r: &mut Reader, org: OrgId, after: i64, limit: i64) -> Result<Vec<Event>> {
    let rows = r.all(
        sql!(
            "SELECT e.place, e.uid, e.kind, c.uid, a.uid, j.uid, e.actor, e.data, e.created_at FROM event e \
             LEFT JOIN candidate c ON c.id = e.candidate_id \
             LEFT JOIN application a ON a.id = e.application_id \
             LEFT JOIN job j ON j.id = e.job_id \
             WHERE e.org_id = $1 AND e.place > $2 ORDER BY e.place LIMIT $3"
        ),
        &[&org, &after, &limit],
    )?;
    rows.iter().map(read).collect()
}

/// The organization's event of this number; `None` until it has its place.
pub(crate) fn placed(r: &mut Reader, org: OrgId, id: EventId) -> Result<Option<Event>> {
    let row = r.one(
        sql!(
            "SELECT e.place, e.uid, e.kind, c.uid, a.uid, j.uid, e.actor, e.data, e.created_at FROM event e \
             LEFT JOIN candidate c ON c.id = e.candidate_id \
             LEFT JOIN application a ON a.id = e.application_id \
             LEFT JOIN job j ON j.id = e.job_id \
             WHERE e.org_id = $1 AND e.id = $2 AND e.place IS NOT NULL"
        ),
        &[&org, &id],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn read(row: &Row) -> Result<Event> {
    let data: String = row.get(7)?;
    Ok(Event {
        place: row.get(0)?,
        uid: row.get(1)?,
        kind: row.get(2)?,
        candidate: row.get(3)?,
        application: row.get(4)?,
        job: row.get(5)?,
        actor: row.get(6)?,
        data: serde_json::from_str(&data).unwrap_or(json!({})),
        created_at: row.get(8)?,
    })
}
