//! What becomes of an invite: started, declined, revoked, expired, and renewed with another link.
//!
//! Each change is one UPDATE that holds only while the invite still stands as it was believed to: of two who change it at
//! once one does, and the other hears how it stands now. Whatever closes an invite takes back its mails that have not gone
//! out (`delivery.rs`).

use serde_json::json;
use store::{Tx, sql};

use super::{Invite, NewInvite, State, look_up, note_opened, token, validity};
use crate::application::Application;
use crate::caller::{Caller, Who};
use crate::delivery;
use crate::event::{self, Kind, Subject};
use crate::id::OrgId;
use crate::problem::{Clash, Noun, Problem, Result};
use crate::secret::{self, InstallationKey};

/// Whoever holds the invite's link.
pub fn holder(invite: &Invite) -> Caller {
    Caller {
        who: Who::Candidate,
        ..Caller::system(invite.org)
    }
}

/// The invite as it stands now; nobody else changes it until this transaction ends.
pub fn lock(tx: &mut Tx, invite: &Invite) -> Result<Invite> {
    tx.one(
        sql!("SELECT id FROM invite WHERE org_id = $1 AND id = $2 {for update}"),
        &[&invite.org, &invite.id],
    )?;
    look_up(tx, invite.org, invite.application)?.ok_or(Problem::NotFound(Noun::Invite))
}

/// Notes that the person has begun to fill in the form; the first time only.
///
/// # Errors
/// [`Problem::Gone`] when one can no longer apply by it.
pub fn start(tx: &mut Tx, invite: &Invite) -> Result<Invite> {
    let invite = lock(tx, invite)?;
    if !invite.state.is_open() {
        return Err(Problem::Gone(Noun::Invite));
    }
    if invite.state == State::Started {
        return Ok(invite);
    }
    note_opened(tx, &invite)?;
    let now = tx.now();
    tx.run(
        sql!("UPDATE invite SET state = 'started', started_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&invite.org, &invite.id, &now],
    )?;
    tell(tx, &holder(&invite), Kind::ApplicationStarted, &invite)?;
    lock(tx, &invite)
}

/// The person does not want to apply. Twice is no error.
///
/// # Errors
/// [`Problem::Gone`] when one can no longer apply by it.
pub fn decline(tx: &mut Tx, invite: &Invite) -> Result<Invite> {
    let invite = lock(tx, invite)?;
    match invite.state {
        State::Declined => Ok(invite),
        state if state.is_open() => {
            let why = "the person declined";
            close(tx, &holder(&invite), &invite, State::Declined, why)?;
            lock(tx, &invite)
        }
        _ => Err(Problem::Gone(Noun::Invite)),
    }
}

/// The organization takes the invite back: its link opens nothing any more. Twice is no error.
///
/// # Errors
/// [`Clash::NotAllowed`] when the application has come in, or the person has declined.
pub fn revoke(tx: &mut Tx, caller: &Caller, invite: &Invite) -> Result<Invite> {
    let invite = lock(tx, invite)?;
    let refused = |why| Err(Problem::Conflict(Clash::NotAllowed(why)));
    match invite.state {
        State::Revoked => Ok(invite),
        State::Completed => refused("the application has come in already"),
        State::Declined => refused("the person has declined already"),
        State::Pending | State::Opened | State::Started | State::Expired => {
            let why = "the invite was revoked";
            close(tx, caller, &invite, State::Revoked, why)?;
            lock(tx, &invite)
        }
    }
}

/// The application that waited for the invite has ended otherwise (rejected, withdrawn): nobody applies by it any more.
pub fn end_with(tx: &mut Tx, caller: &Caller, application: &Application) -> Result<()> {
    match look_up(tx, caller.org, application.id)? {
        Some(invite) if invite.closed_at.is_none() => {
            let why = "the application has ended";
            close(tx, caller, &invite, State::Revoked, why)
        }
        _ => Ok(()),
    }
}

/// A new link, valid anew, in place of the old one, which opens nothing from now on. What the person has filled in so far
/// stays. Also revives an invite that has expired, was revoked or declined.
///
/// # Errors
/// [`Clash::NotAllowed`] when the application has come in or has ended.
pub fn renew(
    tx: &mut Tx,
    installation: &InstallationKey,
    caller: &Caller,
    invite: &Invite,
    days: Option<i64>,
) -> Result<Invite> {
    let invite = lock(tx, invite)?;
    let application = crate::application::find(tx, invite.org, invite.application)?;
    if invite.state == State::Completed || !application.pending {
        let why = "the application has come in already";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    if application.ended_at.is_some() {
        let why = "the application has ended";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    }
    let why = "the invite got a new link";
    delivery::cancel_for_invite(tx, caller, &invite, why)?;
    let (now, generation) = (tx.now(), invite.generation + 1);
    let expires = now + validity::of(tx, invite.org, invite.job, days)?;
    let hash = secret::hash(&token(installation, invite.id, generation));
    tx.run(
        sql!(
            "UPDATE invite SET state = 'pending', generation = $3, token_hash = $4, expires_at = $5, \
             opened_at = NULL, started_at = NULL, closed_at = NULL WHERE org_id = $1 AND id = $2"
        ),
        &[&invite.org, &invite.id, &generation, &hash, &expires],
    )?;
    tell(tx, caller, Kind::InviteRenewed, &invite)?;
    lock(tx, &invite)
}

/// Puts what is said anew of an invite (address, message, language) in place of what was said before; nothing takes
/// nothing away.
pub fn address(tx: &mut Tx, invite: &Invite, new: &NewInvite) -> Result<Invite> {
    tx.run(
        sql!(
            "UPDATE invite SET email = COALESCE($3, email), message = COALESCE($4, message), \
             language = COALESCE($5, language) WHERE org_id = $1 AND id = $2"
        ),
        &[
            &invite.org,
            &invite.id,
            &new.email,
            &new.message,
            &new.language,
        ],
    )?;
    lock(tx, invite)
}

/// Notes, for some of the invites whose time is over, that they have expired; how many. Of all organizations, as it is
/// the program's own sweep; 100 at a time.
pub fn expire_some(tx: &mut Tx) -> Result<usize> {
    let now = tx.now();
    let rows = tx.all(
        sql!(
            "SELECT org_id, application_id FROM invite WHERE closed_at IS NULL AND expires_at <= $1 \
             ORDER BY expires_at, id LIMIT 100 {for update} {skip locked}"
        ),
        &[&now],
    )?;
    for row in &rows {
        let (org, application): (OrgId, _) = (row.get(0)?, row.get(1)?);
        if let Some(invite) = look_up(tx, org, application)? {
            let why = "the invite has expired";
            close(tx, &Caller::system(org), &invite, State::Expired, why)?;
        }
    }
    Ok(rows.len())
}

fn close(tx: &mut Tx, caller: &Caller, invite: &Invite, to: State, why: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE invite SET state = $3, closed_at = COALESCE(closed_at, $4) WHERE org_id = $1 AND id = $2"
        ),
        &[&invite.org, &invite.id, &to.word(), &now],
    )?;
    delivery::cancel_for_invite(tx, caller, invite, why)?;
    let kind = match to {
        State::Declined => Kind::InviteDeclined,
        State::Expired => Kind::InviteExpired,
        _ => Kind::InviteRevoked,
    };
    tell(tx, caller, kind, invite)
}

/// Appends an event about the invite.
pub(super) fn tell(tx: &mut Tx, caller: &Caller, kind: Kind, invite: &Invite) -> Result<()> {
    let subject = Subject::application(invite.candidate, invite.application, invite.job);
    event::append(tx, caller, kind, &subject, &json!({"invite": invite.uid}))?;
    Ok(())
}
