//! Whose an address is: a link that is mailed to it and that nobody else sees. Who begins on a public page knows the draft's
//! own link, so that one proves nothing.

use store::{Reader, Tx, sql};

use super::{Draft, find, holder, lock, token as draft_token};
use crate::candidate;
use crate::event::Subject;
use crate::id::{DraftId, OrgId, Uuid};
use crate::mail::{self, Kind};
use crate::problem::{Noun, Problem, Result};
use crate::secret::{self, InstallationKey};
use crate::submission::{self, Kept};
use crate::text;

/// Addresses that one draft mails to: nobody sends mails to strangers through us.
pub const MOST_MAILS: i64 = 3;

/// The token in the link that proves an address; `of`: the draft's number and which of its addresses.
pub(super) fn token(installation: &InstallationKey, of: &str) -> String {
    secret::base64url(&installation.mac("proof", of)[..20])
}

/// Mails a link that proves `address` and leads back to the draft, once to each address; whether it did. `language`: the
/// applicant's, a BCP 47 tag.
pub fn mail_link(
    tx: &mut Tx,
    installation: &InstallationKey,
    public_url: &str,
    draft: &Draft,
    address: &str,
    language: &str,
) -> Result<bool> {
    let Some(key) = text::email_key(address) else {
        return Ok(false);
    };
    let mailed = draft.proof_email.as_deref().and_then(text::email_key);
    let known = mailed.as_ref() == Some(&key) || draft.proven_key.as_ref() == Some(&key);
    if draft.invite.is_some() || known || draft.mails >= MOST_MAILS {
        return Ok(false);
    }
    let n = draft.mails + 1;
    arm(tx, installation, draft, address, n)?;
    let to = To { address, language };
    send(tx, public_url, draft, n, Kind::ConfirmAddress, to)?;
    Ok(true)
}

/// Who is mailed.
#[derive(Clone, Copy)]
struct To<'a> {
    address: &'a str,
    language: &'a str,
}

/// As [`mail_link`] for an application that has just been sent: to the same address again, since the mail says something
/// new.
pub(super) fn mail_receipt(
    tx: &mut Tx,
    installation: &InstallationKey,
    public_url: &str,
    draft: &Draft,
    address: &str,
    language: &str,
) -> Result<()> {
    let to = To { address, language };
    let received = Kind::ApplicationReceived;
    let key = text::email_key(address);
    let mailed = draft.proof_email.as_deref().and_then(text::email_key);
    if mailed.is_some() && mailed == key {
        return send(tx, public_url, draft, draft.mails, received, to);
    }
    let n = draft.mails + 1;
    arm(tx, installation, draft, address, n)?;
    send(tx, public_url, draft, n, received, to)
}

/// The same where the address is known to be the person's: there is nothing to prove, and they may be called by their name.
pub(super) fn mail_thanks(tx: &mut Tx, draft: &Draft, address: &str, language: &str) -> Result<()> {
    let letter = mail::Letter {
        to: Some(address.to_owned()),
        language: Some(language.to_owned()),
        ..mail::Letter::default()
    };
    let received = Kind::ApplicationReceived;
    mail::queue(tx, &holder(draft.org), received, &about(draft), &letter)?;
    Ok(())
}

fn about(draft: &Draft) -> Subject {
    Subject {
        job: Some(draft.job),
        candidate: draft.candidate,
        application: draft.application,
    }
}

fn arm(
    tx: &mut Tx,
    installation: &InstallationKey,
    draft: &Draft,
    address: &str,
    n: i64,
) -> Result<()> {
    let hash = secret::hash(&token(installation, &format!("{}.{n}", draft.id)));
    tx.run(
        sql!("UPDATE draft SET proof_hash = $3, proof_email = $4, mails = $5 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &draft.id, &hash, &address, &n],
    )?;
    Ok(())
}

fn send(
    tx: &mut Tx,
    public_url: &str,
    draft: &Draft,
    n: i64,
    kind: Kind,
    to: To<'_>,
) -> Result<()> {
    let link = format!(
        "{public_url}/confirm/\u{0}invite.proof-{}.{n}\u{0}",
        draft.id
    );
    let letter = mail::Letter {
        to: Some(to.address.to_owned()),
        // Nothing that was written on the page stands in it: whoever names somebody else's address there would write to
        // them in our name.
        name: Some(String::new()),
        language: Some(to.language.to_owned()),
        link: Some(link),
        ..mail::Letter::default()
    };
    mail::queue(tx, &holder(draft.org), kind, &about(draft), &letter)?;
    Ok(())
}

/// The draft whose mailed link has this token. The token says whose it is, so there is no organization to take.
pub fn by_proof(r: &mut Reader, token: &str) -> Result<Draft> {
    let row = r.one(
        sql!("SELECT org_id, id FROM draft WHERE proof_hash = $1"),
        &[&secret::hash(token)],
    )?;
    let row = row.ok_or(Problem::NotFound(Noun::Invite))?;
    let (org, id): (OrgId, DraftId) = (row.get(0)?, row.get(1)?);
    find(r, org, id)
}

/// Whoever has the mailed link has the address. Answers the token of the draft's own link. A second time changes nothing.
pub fn prove(tx: &mut Tx, installation: &InstallationKey, token: &str) -> Result<String> {
    let found = by_proof(tx, token)?;
    let draft = lock(tx, found.org, found.id)?;
    let own = draft_token(installation, draft.id);
    let Some(address) = &draft.proof_email else {
        return Ok(own);
    };
    let key = text::email_key(address);
    if draft.proven_key.is_some() && draft.proven_key == key {
        return Ok(own);
    }
    let now = tx.now();
    tx.run(
        sql!("UPDATE draft SET proven_key = $3, proven_at = $4 WHERE org_id = $1 AND id = $2"),
        &[&draft.org, &draft.id, &key, &now],
    )?;
    if let (Some(person), Some(sent)) = (draft.candidate, draft.submission) {
        let claims = tx.number(
            sql!(
                "SELECT COUNT(*) FROM claim WHERE org_id = $1 AND candidate_id = $2 AND value_key = $3 \
                 AND proven_at IS NULL"
            ),
            &[&draft.org, &person, &key],
        )?;
        if claims > 0 {
            let kept = kept(tx, draft.org, sent)?;
            candidate::prove(tx, &holder(draft.org), kept, person, address)?;
        }
    }
    Ok(own)
}

fn kept(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Kept> {
    let found = submission::find(r, org, uid)?;
    // What it told was tied to the person when it was sent.
    Ok(Kept {
        id: found.id,
        uid,
        told: false,
    })
}
