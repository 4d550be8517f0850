//! An application that somebody is writing on the page, until it is sent. One for each invite, and one for each time that
//! somebody begins on a job's public page, which gives it a secret link of its own.
//!
//! What is written: `draft/answers.rs`; files on their way: `draft/upload.rs`; whether it can be sent: `draft/judge.rs`;
//! sending it: `draft/submit.rs`, as `draft/letter.rs` writes it down; what was sent, and taking it back: `draft/sent.rs`; whose the e-mail address is:
//! `draft/proof.rs`; what is swept: `draft/sweep.rs`.
//!
//! Every change takes the draft's row first (`lock`), so two tabs, two devices and two clicks take turns. `revision` counts
//! the changes.

mod answers;
mod judge;
mod letter;
mod proof;
mod sent;
mod submit;
mod sweep;
mod upload;

use serde_json::json;
use store::{Reader, Row, Tx, sql};

pub use answers::{Entry, LONGEST_VALUE, answers, save, stamp};
pub use judge::{Fault, FaultKind, judge};
pub use proof::{MOST_MAILS, by_proof, mail_link, prove};
pub use sent::{Sent, SentFile, sent, withdraw};
pub use submit::{Outcome, Ready, Receipt, prepare, submit};
pub use sweep::sweep;
pub use upload::{
    LARGEST_FILE, MOST_UPLOADS, Part, QUOTA, RECEIVABLE, Upload, append, finish, parts, remove,
    start, upload, uploads,
};

use crate::caller::{Caller, Who};
use crate::event::{self, Kind, Subject};
use crate::id::{ApplicationId, CandidateId, DraftId, InviteId, JobId, OrgId, Uuid, new_uid};
use crate::invite::{self, Invite};
use crate::job::{self, Field, FieldKind, Job, Status};
use crate::posting::Posting;
use crate::problem::{Noun, Problem, Result};
use crate::secret::{self, InstallationKey};
use crate::{candidate, eeo, organization};

/// The input for the person's name.
pub const NAME: &str = "name";
/// The input for the person's e-mail address.
pub const EMAIL: &str = "email";

/// The name of a field's input.
pub fn input(field: &Field) -> String {
    let kind = if field.kind == FieldKind::File {
        'f'
    } else {
        'a'
    };
    format!("{kind}.{}", field.name)
}

/// Whether a field's answer is an equal-opportunity one, which is kept apart.
pub(crate) fn is_apart(field: &Field) -> bool {
    field.is_delicate() || eeo::is_question(&field.label)
}

/// An application that is being written, or was sent.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Inside number.
    pub id: DraftId,
    /// Whose.
    pub org: OrgId,
    /// Outside name.
    pub uid: Uuid,
    /// For which job.
    pub job: JobId,
    /// The invite it answers; `None`: it was begun on the job's public page.
    pub invite: Option<InviteId>,
    /// Tag of the language that the person reads it in.
    pub language: String,
    /// Bytes of its files.
    pub stored: i64,
    /// Counts the changes.
    pub revision: i64,
    /// The address that a link was mailed to, to prove it.
    pub proof_email: Option<String>,
    /// The key of the address that was proven.
    pub proven_key: Option<String>,
    /// How many addresses were mailed to.
    pub mails: i64,
    /// The person, once it was sent.
    pub candidate: Option<CandidateId>,
    /// The application, once it was sent.
    pub application: Option<ApplicationId>,
    /// What was sent.
    pub submission: Option<Uuid>,
    /// When it was sent, µs.
    pub submitted_at: Option<i64>,
    /// When it was begun, µs.
    pub created_at: i64,
    /// When it last changed, µs.
    pub updated_at: i64,
}

/// What a link opens: the job, and the invite or the draft that the link is of.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// Whose.
    pub org: OrgId,
    /// The employer's name.
    pub organization: String,
    /// For which job.
    pub job: Job,
    /// Its form.
    pub fields: Vec<Field>,
    /// The invite, if the link is one's.
    pub invite: Option<Invite>,
    /// What is written so far; `None` when nothing is.
    pub draft: Option<Draft>,
    /// The invited person's name and address.
    pub person: Option<(String, Option<String>)>,
    /// Now, µs.
    pub now: i64,
}

impl Entrance {
    /// Whether the job takes applications.
    pub fn takes_applications(&self) -> bool {
        takes_applications(&self.job)
    }

    /// Whoever holds the link.
    pub fn holder(&self) -> Caller {
        holder(self.org)
    }

    /// The address that cannot be changed: the one that was invited.
    pub fn fixed_email(&self) -> Option<&str> {
        let (_, email) = self.person.as_ref()?;
        email.as_deref()
    }
}

/// Whether a job takes applications.
pub fn takes_applications(job: &Job) -> bool {
    matches!(job.status, Status::Open | Status::OnHold)
}

pub(crate) fn holder(org: OrgId) -> Caller {
    Caller {
        who: Who::Candidate,
        ..Caller::system(org)
    }
}

/// What the link with this token opens. The token says whose it is, so there is no organization to take.
///
/// # Errors
/// `NotFound(Invite)`: no link has this token.
pub fn enter(r: &mut Reader, token: &str) -> Result<Entrance> {
    match invite::by_token(r, token) {
        Ok(invite) => {
            let draft = of_invite(r, invite.org, invite.id)?;
            let known = candidate::find(r, invite.org, invite.candidate)?.record;
            let email = invite.email.as_deref().or(known.email());
            let person = (known.name().to_owned(), email.map(str::to_owned));
            entrance(r, invite.org, invite.job, Some(invite), draft, Some(person))
        }
        Err(Problem::NotFound(_)) => {
            let draft = by_token(r, token)?;
            entrance(r, draft.org, draft.job, None, Some(draft), None)
        }
        Err(other) => Err(other),
    }
}

fn entrance(
    r: &mut Reader,
    org: OrgId,
    job: JobId,
    invite: Option<Invite>,
    draft: Option<Draft>,
    person: Option<(String, Option<String>)>,
) -> Result<Entrance> {
    Ok(Entrance {
        org,
        organization: organization::find(r, org)?.name,
        job: job::find(r, org, job)?,
        fields: job::fields(r, org, job)?,
        invite,
        draft,
        person,
        now: r.now(),
    })
}

/// Begins an application on a job's public page; answers the token of its link.
///
/// # Errors
/// `Gone(Posting)`: the page is switched off, or the job takes no applications.
pub fn begin(
    tx: &mut Tx,
    installation: &InstallationKey,
    posting: &Posting,
    language: &str,
) -> Result<String> {
    let job = job::find(tx, posting.org, posting.job)?;
    if posting.unlisted || !takes_applications(&job) {
        return Err(Problem::Gone(Noun::Posting));
    }
    let id = insert(tx, posting.org, job.id, None, language)?
        .ok_or_else(|| Problem::broken("two drafts of one name"))?;
    let token = token(installation, id);
    tx.run(
        sql!("UPDATE draft SET token_hash = $3 WHERE org_id = $1 AND id = $2"),
        &[&posting.org, &id, &secret::hash(&token)],
    )?;
    let about = Subject {
        job: Some(job.id),
        ..Subject::default()
    };
    let draft = lock(tx, posting.org, id)?;
    let data = json!({"draft": draft.uid});
    event::append(tx, &holder(posting.org), Kind::DraftStarted, &about, &data)?;
    Ok(token)
}

/// The draft behind a link, locked; makes the one of an invite that has none yet and notes that it was started.
///
/// # Errors
/// `Gone(Draft)`: it was sent already. `Gone(Invite)`, `Gone(Job)`: one can no longer apply by this link.
pub fn open(tx: &mut Tx, entrance: &Entrance, language: &str) -> Result<Draft> {
    let org = entrance.org;
    if let Some(draft) = &entrance.draft
        && lock(tx, org, draft.id)?.submitted_at.is_some()
    {
        return Err(Problem::Gone(Noun::Draft));
    }
    if let Some(invite) = &entrance.invite {
        invite::start(tx, invite)?;
    }
    if !takes_applications(&job::find(tx, org, entrance.job.id)?) {
        return Err(Problem::Gone(Noun::Job));
    }
    let id = match (&entrance.draft, &entrance.invite) {
        (Some(draft), _) => draft.id,
        (None, Some(invite)) => match insert(tx, org, invite.job, Some(invite.id), language)? {
            Some(id) => {
                if let Some((name, _)) = &entrance.person {
                    // What is known of them stands there until they write something else.
                    let draft = find(tx, org, id)?;
                    answers::write(tx, &draft, NAME, &json!(name).to_string())?;
                }
                id
            }
            // Another tab was faster.
            None => of_invite(tx, org, invite.id)?
                .map(|d| d.id)
                .ok_or(Problem::NotFound(Noun::Draft))?,
        },
        (None, None) => return Err(Problem::NotFound(Noun::Draft)),
    };
    let draft = lock(tx, org, id)?;
    if draft.submitted_at.is_some() {
        return Err(Problem::Gone(Noun::Draft));
    }
    Ok(draft)
}

fn insert(
    tx: &mut Tx,
    org: OrgId,
    job: JobId,
    invite: Option<InviteId>,
    language: &str,
) -> Result<Option<DraftId>> {
    let now = tx.now();
    let row = tx.one(
        sql!(
            "INSERT INTO draft (org_id, uid, job_id, invite_id, language, stored, received, revision, mails, created_at, \
             updated_at) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $6) ON CONFLICT DO NOTHING RETURNING id"
        ),
        &[&org, &new_uid(), &job, &invite, &language, &now],
    )?;
    row.map(|row| Ok(row.get(0)?)).transpose()
}

/// The draft; nobody else changes it until this transaction ends.
pub(crate) fn lock(tx: &mut Tx, org: OrgId, id: DraftId) -> Result<Draft> {
    tx.one(
        sql!("SELECT id FROM draft WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &id],
    )?;
    find(tx, org, id)
}

/// The organization's draft of number `id`.
pub fn find(r: &mut Reader, org: OrgId, id: DraftId) -> Result<Draft> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, job_id, invite_id, language, stored, revision, proof_email, proven_key, mails, \
             candidate_id, application_id, submission_uid, submitted_at, created_at, updated_at FROM draft \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&org, &id],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Draft)), read)
}

fn of_invite(r: &mut Reader, org: OrgId, invite: InviteId) -> Result<Option<Draft>> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, job_id, invite_id, language, stored, revision, proof_email, proven_key, mails, \
             candidate_id, application_id, submission_uid, submitted_at, created_at, updated_at FROM draft \
             WHERE org_id = $1 AND invite_id = $2"
        ),
        &[&org, &invite],
    )?;
    row.as_ref().map(read).transpose()
}

fn by_token(r: &mut Reader, token: &str) -> Result<Draft> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, job_id, invite_id, language, stored, revision, proof_email, proven_key, mails, \
             candidate_id, application_id, submission_uid, submitted_at, created_at, updated_at FROM draft \
             WHERE token_hash = $1"
        ),
        &[&secret::hash(token)],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Invite)), read)
}

/// Notes a change of the locked `draft`.
pub(crate) fn touch(tx: &mut Tx, draft: &Draft) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE draft SET revision = revision + 1, updated_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &draft.id, &now],
    )?;
    Ok(())
}

/// Notes that the person reads the page in another language.
pub fn speak(tx: &mut Tx, draft: &Draft, language: &str) -> Result<()> {
    tx.run(
        sql!("UPDATE draft SET language = $3 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &draft.id, &language],
    )?;
    Ok(())
}

/// The token of the link of a draft that was begun on a public page.
pub fn token(installation: &InstallationKey, id: DraftId) -> String {
    secret::base64url(&installation.mac("draft", &id.to_string())[..20])
}

/// What `name` stands for in a slot of a mail: `draft-<id>`, `proof-<id>.<n>` (`invite.rs` fills them).
pub(crate) fn slot(installation: &InstallationKey, name: &str) -> Option<String> {
    if let Some(of) = name.strip_prefix("proof-") {
        return Some(proof::token(installation, of));
    }
    let id = name.strip_prefix("draft-")?.parse().ok()?;
    Some(token(installation, DraftId(id)))
}

fn read(row: &Row) -> Result<Draft> {
    Ok(Draft {
        id: row.get(0)?,
        org: row.get(1)?,
        uid: row.get(2)?,
        job: row.get(3)?,
        invite: row.get(4)?,
        language: row.get(5)?,
        stored: row.get(6)?,
        revision: row.get(7)?,
        proof_email: row.get(8)?,
        proven_key: row.get(9)?,
        mails: row.get(10)?,
        candidate: row.get(11)?,
        application: row.get(12)?,
        submission: row.get(13)?,
        submitted_at: row.get(14)?,
        created_at: row.get(15)?,
        updated_at: row.get(16)?,
    })
}
