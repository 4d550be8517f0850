//! Our request to a candidate to apply: a link with a token, until when it is valid, what came of it.
//!
//! The token is base64url of 160 bits of HMAC-SHA-256(installation key, invite id, generation). Only its SHA-256
//! lies in the database; in kept answers and outbox rows stands a *slot* that [`fill`] replaces when the text goes
//! out. As no caller can send U+0000, no caller can forge a slot.
//!
//! What becomes of one (started, declined, revoked, expired, renewed) is in `invite/fate.rs`; lists, in `invite/listed.rs`;
//! how long it is valid, in `invite/validity.rs`; inviting many in one go, `invite/run.rs`. Its mail is made in `mail.rs`.

mod fate;
mod listed;
pub mod run;
mod validity;

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::application::Application;
use crate::caller::Caller;
use crate::delivery;
use crate::event::{self, Kind, Subject};
use crate::id::{ApplicationId, CandidateId, InviteId, JobId, OrgId, Uuid, new_uid};
use crate::problem::{Noun, Problem, Result};
use crate::secret::{self, InstallationKey};

pub use fate::{address, decline, end_with, expire_some, holder, lock, renew, revoke, start};
pub use listed::{Filter, Names, find_by_uid, names, page};
pub use validity::{MOST_DAYS, begin_job_days, job_days, jobs_days, set_job_days};

/// How long an invite is valid unless somebody says otherwise, µs: 14 days.
pub const VALID_FOR: i64 = 14 * DAY;

/// µs.
const DAY: i64 = 86_400 * 1_000_000;

/// What became of an invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Pending,
    Opened,
    Started,
    Completed,
    Expired,
    Revoked,
    Declined,
}

const STATES: [(State, &str); 7] = [
    (State::Pending, "pending"),
    (State::Opened, "opened"),
    (State::Started, "started"),
    (State::Completed, "completed"),
    (State::Expired, "expired"),
    (State::Revoked, "revoked"),
    (State::Declined, "declined"),
];

impl State {
    /// Every state, in the order in which an invite can come to them.
    pub const ALL: [State; 7] = [
        State::Pending,
        State::Opened,
        State::Started,
        State::Completed,
        State::Expired,
        State::Revoked,
        State::Declined,
    ];

    /// As stored.
    pub fn word(self) -> &'static str {
        STATES
            .iter()
            .find(|(s, _)| *s == self)
            .map_or("pending", |(_, w)| w)
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<State> {
        STATES.iter().find(|(_, w)| *w == word).map(|(s, _)| *s)
    }

    /// Whether the person may still apply by it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Pending | State::Opened | State::Started)
    }
}

/// An invite.
#[derive(Debug, Clone)]
pub struct Invite {
    /// Inside number.
    pub id: InviteId,
    /// Whose.
    pub org: OrgId,
    /// Outside name.
    pub uid: Uuid,
    /// The application that waits for it.
    pub application: ApplicationId,
    /// Who is invited.
    pub candidate: CandidateId,
    /// To what.
    pub job: JobId,
    /// Counts the tokens: revoking and inviting again makes a new one.
    pub generation: i64,
    /// What became of it, its expiry taken into account.
    pub state: State,
    /// When it was made, µs.
    pub created_at: i64,
    /// Until when it is valid, µs.
    pub expires_at: i64,
    /// The address that was invited, where it is known.
    pub email: Option<String>,
    /// What the inviter says to the person.
    pub message: Option<String>,
    /// BCP 47 tag of the language of its mails and its page.
    pub language: Option<String>,
    /// When its link was first opened, µs.
    pub opened_at: Option<i64>,
    /// When the person began to fill in the form, µs.
    pub started_at: Option<i64>,
    /// When the application came in, µs.
    pub completed_at: Option<i64>,
    /// Since when nobody can apply by it any more, µs, where that was noted.
    pub closed_at: Option<i64>,
}

/// What an invite is made of beside its application.
#[derive(Debug, Clone, Default)]
pub struct NewInvite {
    /// The address that is invited.
    pub email: Option<String>,
    /// What the inviter says to the person.
    pub message: Option<String>,
    /// BCP 47 tag of the language of its mails and its page.
    pub language: Option<String>,
    /// How many days it is valid; `None`: as long as invites to its job are.
    pub days: Option<i64>,
}

/// Makes the invite of a pending application.
pub fn create(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    application: &Application,
    message: Option<&str>,
) -> Result<Invite> {
    let new = NewInvite {
        message: message.map(str::to_owned),
        ..NewInvite::default()
    };
    create_with(tx, installation, caller, application, &new)
}

/// [`create`] with all that can be said of it.
pub fn create_with(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    application: &Application,
    new: &NewInvite,
) -> Result<Invite> {
    let (uid, now, org) = (new_uid(), tx.now(), caller.org);
    let expires = now + validity::of(tx, org, application.job, new.days)?;
    let id = InviteId(tx.number(
        sql!(
            "INSERT INTO invite (org_id, uid, application_id, candidate_id, job_id, generation, state, message, \
             created_at, expires_at, email, language) \
             VALUES ($1, $2, $3, $4, $5, 1, 'pending', $6, $7, $8, $9, $10) RETURNING id"
        ),
        &[
            &org, &uid, &application.id, &application.candidate, &application.job, &new.message, &now, &expires,
            &new.email, &new.language,
        ],
    )?);
    let hash = secret::hash(&token(installation, id, 1));
    tx.run(
        sql!("UPDATE invite SET token_hash = $3 WHERE org_id = $1 AND id = $2"),
        &[&org, &id, &hash],
    )?;
    let subject = Subject::application(application.candidate, application.id, application.job);
    event::append(
        tx,
        caller,
        Kind::InviteCreated,
        &subject,
        &json!({"invite": uid}),
    )?;
    look_up(tx, org, application.id)?.ok_or(Problem::NotFound(Noun::Invite))
}

/// The invite of an application, if it came by one.
pub fn look_up(r: &mut Reader, org: OrgId, application: ApplicationId) -> Result<Option<Invite>> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, application_id, candidate_id, job_id, generation, state, created_at, expires_at, \
             email, message, language, opened_at, started_at, completed_at, closed_at FROM invite WHERE org_id = $1 AND application_id = $2"
        ),
        &[&org, &application],
    )?;
    let now = r.now();
    row.map(|row| read(&row, now)).transpose()
}

/// The invite whose link holds `token`. The token says whose it is, so there is no organization to take.
pub fn by_token(r: &mut Reader, token: &str) -> Result<Invite> {
    let row = r.one(
        sql!(
            "SELECT id, org_id, uid, application_id, candidate_id, job_id, generation, state, created_at, expires_at, \
             email, message, language, opened_at, started_at, completed_at, closed_at FROM invite WHERE token_hash = $1"
        ),
        &[&secret::hash(token)],
    )?;
    let now = r.now();
    row.map_or(Err(Problem::NotFound(Noun::Invite)), |row| read(&row, now))
}

/// Notes that the person has opened the link; the first time only.
pub fn note_opened(tx: &mut Tx, invite: &Invite) -> Result<()> {
    let now = tx.now();
    let first = tx.run(
        sql!("UPDATE invite SET state = 'opened', opened_at = $3 WHERE org_id = $1 AND id = $2 AND state = 'pending'"),
        &[&invite.org, &invite.id, &now],
    )?;
    if first == 1 {
        fate::tell(tx, &holder(invite), Kind::InviteOpened, invite)?;
    }
    Ok(())
}

/// Notes that the application came in, by the link or by another way.
pub fn complete(tx: &mut Tx, caller: &Caller, application: ApplicationId) -> Result<()> {
    let now = tx.now();
    let Some(invite) = look_up(tx, caller.org, application)? else {
        return Ok(());
    };
    tx.run(
        sql!(
            "UPDATE invite SET state = 'completed', completed_at = $3, closed_at = COALESCE(closed_at, $3) \
             WHERE org_id = $1 AND id = $2"
        ),
        &[&caller.org, &invite.id, &now],
    )?;
    delivery::cancel_for_invite(tx, caller, &invite, "the application has come in")?;
    fate::tell(tx, caller, Kind::InviteCompleted, &invite)
}

/// The invite's link, with a slot in place of the token: for answers and mails that are kept.
pub fn link(base_url: &str, invite: &Invite) -> String {
    format!(
        "{base_url}/apply/\u{0}invite.{}.{}\u{0}",
        invite.id, invite.generation
    )
}

/// Replaces every link slot in `text` by its token. Works on plain text and on JSON text, where U+0000 is
/// spelled `\u0000`.
pub fn fill(installation: &InstallationKey, text: &str) -> String {
    let plain = fill_between(installation, text, "\u{0}");
    fill_between(installation, &plain, "\\u0000")
}

fn fill_between(installation: &InstallationKey, text: &str, mark: &str) -> String {
    let open = format!("{mark}invite.");
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, slot)) = rest.split_once(&open) {
        out.push_str(before);
        let Some((name, after)) = slot.split_once(mark) else {
            rest = slot;
            continue;
        };
        let ids = name
            .split_once('.')
            .and_then(|(id, generation)| Some((id.parse().ok()?, generation.parse().ok()?)));
        if let Some((id, generation)) = ids {
            out.push_str(&token(installation, InviteId(id), generation));
        } else if let Some(token) = crate::draft::slot(installation, name) {
            out.push_str(&token);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn token(installation: &InstallationKey, id: InviteId, generation: i64) -> String {
    secret::base64url(&installation.mac("invite", &format!("{id}.{generation}"))[..20])
}

fn read(row: &Row, now: i64) -> Result<Invite> {
    let (state, expires_at): (String, i64) = (row.get(7)?, row.get(9)?);
    let state = State::parse(&state).unwrap_or(State::Revoked);
    Ok(Invite {
        id: row.get(0)?,
        org: row.get(1)?,
        uid: row.get(2)?,
        application: row.get(3)?,
        candidate: row.get(4)?,
        job: row.get(5)?,
        generation: row.get(6)?,
        state: if state.is_open() && expires_at <= now {
            State::Expired
        } else {
            state
        },
        created_at: row.get(8)?,
        expires_at,
        email: row.get(10)?,
        message: row.get(11)?,
        language: row.get(12)?,
        opened_at: row.get(13)?,
        started_at: row.get(14)?,
        completed_at: row.get(15)?,
        closed_at: row.get(16)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_in_plain_text_and_in_json() {
        let key = InstallationKey::draw();
        let token = token(&key, InviteId(7), 2);
        let slot = "http://x/apply/\u{0}invite.7.2\u{0}";
        assert_eq!(fill(&key, slot), format!("http://x/apply/{token}"));
        let json = serde_json::to_string(&serde_json::json!({"a": slot, "b": slot})).unwrap();
        assert_eq!(
            fill(&key, &json),
            format!(r#"{{"a":"http://x/apply/{token}","b":"http://x/apply/{token}"}}"#)
        );
        assert_eq!(fill(&key, "no slot \u{0}"), "no slot \u{0}");
    }
}
