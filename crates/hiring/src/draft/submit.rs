//! Sending what is written: the submission is kept, the person taken in, the pending application completed (or one
//! opened), consents noted and the receipt queued, all in one transaction; a second time answers the same.
//!
//! Files are made of their pieces *before* it (`prepare`), so that the transaction names what is durable. Should somebody
//! change the draft in between, its revision tells, and the files are made again.

use serde_json::{Value, json};
use store::{Reader, Tx, sql};

use super::judge::read;
use super::letter::Letter;
use super::{
    Draft, Fault, Upload, answers, lock, parts, proof, takes_applications, upload, uploads,
};
use crate::app::App;
use crate::application::{self, Application, NewApplication, Opened};
use crate::attachment::{self, Stored};
use crate::caller::Caller;
use crate::candidate::{self, Candidate, NewCandidate, Outcome as TakenAs};
use crate::consent;
use crate::event::Subject;
use crate::id::{ApplicationId, CandidateId, DraftId, OrgId, SubmissionId, Uuid};
use crate::invite::{self, Invite};
use crate::job::{self, Job};
use crate::problem::{Noun, Problem, Result};
use crate::record::How;
use crate::secret::InstallationKey;
use crate::submission::{self, Kept};
use crate::text;

/// A draft whose files are durable.
#[derive(Debug, Clone)]
pub struct Ready {
    draft: DraftId,
    org: OrgId,
    revision: i64,
    files: Vec<(Upload, Stored)>,
    pieces: Vec<Uuid>,
}

impl Ready {
    /// The pieces that nobody needs any more once it is sent.
    pub fn pieces(&self) -> &[Uuid] {
        &self.pieces
    }
}

/// What sending came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is sent, now or before.
    Sent(Box<Draft>),
    /// It cannot be sent as it is.
    Faulty(Vec<Fault>),
    /// Somebody changed it meanwhile: [`prepare`] again.
    Changed,
}

/// How the person is told by mail that the application has come.
pub struct Receipt<'a> {
    /// See [`super::mail_link`].
    pub public_url: &'a str,
    /// The applicant's, a BCP 47 tag.
    pub language: &'a str,
}

/// Makes files of the pieces, durably, before the transaction that names them.
pub async fn prepare(app: &App, draft: &Draft) -> Result<Ready> {
    let (org, id) = (draft.org, draft.id);
    let found = app.store.read(move |r| {
        let draft = super::find(r, org, id)?;
        let mut whole = Vec::new();
        for upload in uploads(r, &draft)?.into_iter().filter(|u| u.complete) {
            let pieces: Vec<Uuid> = parts(r, &upload)?.iter().map(|p| p.uid).collect();
            whole.push((upload, pieces));
        }
        Ok::<_, Problem>((draft.revision, whole))
    });
    let (revision, whole) = found.await?;
    let (mut files, mut all) = (Vec::new(), Vec::new());
    for (upload, pieces) in whole {
        let made = match app.files.assemble(org.0, &pieces).await {
            Ok(made) => made,
            // Removed since: the revision will tell.
            Err(store::Error::Missing(_)) => continue,
            Err(other) => return Err(other.into()),
        };
        let stored = Stored {
            sha256: made.sha256,
            size: made.size,
            media_type: attachment::sniff(&made.head).to_owned(),
        };
        files.push((upload, stored));
        all.extend(pieces);
    }
    Ok(Ready {
        draft: id,
        org,
        revision,
        files,
        pieces: all,
    })
}

/// Sends the draft. Of two who send it at once one does, and the other is answered the same.
///
/// # Errors
/// `Gone(Invite)`, `Gone(Job)`: one can no longer apply by this link.
pub fn submit(
    tx: &mut Tx,
    installation: &InstallationKey,
    ready: &Ready,
    fixed_email: Option<&str>,
    receipt: &Receipt<'_>,
) -> Result<Outcome> {
    let draft = lock(tx, ready.org, ready.draft)?;
    if draft.submitted_at.is_some() {
        return Ok(Outcome::Sent(Box::new(draft)));
    }
    if draft.revision != ready.revision {
        return Ok(Outcome::Changed);
    }
    let job = job::find(tx, draft.org, draft.job)?;
    let invite = own_invite(tx, &draft)?;
    if !takes_applications(&job) {
        return Err(Problem::Gone(Noun::Job));
    }
    let fields = job::fields(tx, draft.org, job.id)?;
    let written = answers(tx, installation, &draft)?;
    let uploads = uploads(tx, &draft)?;
    let judged = match read(&fields, &written, &uploads, fixed_email) {
        Ok(judged) => judged,
        Err(faults) => return Ok(Outcome::Faulty(faults)),
    };
    let proven = invite.is_some() && fixed_email.is_some()
        || text::email_key(&judged.email)
            .is_some_and(|key| draft.proven_key.as_ref() == Some(&key));
    let letter = Letter::write(&draft, &fields, judged, &written, &ready.files);
    let sent = letter.send(tx, &draft, &job, invite.as_ref(), proven)?;
    clear(tx, &draft, &sent)?;
    let draft = super::find(tx, draft.org, draft.id)?;
    let (url, language) = (receipt.public_url, receipt.language);
    let address = &letter.judged.email;
    if proven {
        proof::mail_thanks(tx, &draft, address, language)?;
    } else {
        proof::mail_receipt(tx, installation, url, &draft, address, language)?;
    }
    let sent = super::find(tx, draft.org, draft.id)?;
    Ok(Outcome::Sent(Box::new(sent)))
}

/// The invite that the draft answers, locked, while one can apply by it.
fn own_invite(tx: &mut Tx, draft: &Draft) -> Result<Option<Invite>> {
    let Some(id) = draft.invite else {
        return Ok(None);
    };
    let row = tx.one(
        sql!("SELECT application_id FROM invite WHERE org_id = $1 AND id = $2 {for update}"),
        &[&draft.org, &id],
    )?;
    let application = row.ok_or(Problem::NotFound(Noun::Invite))?.get(0)?;
    let invite = invite::look_up(tx, draft.org, application)?;
    match invite {
        Some(invite) if invite.state.is_open() => Ok(Some(invite)),
        _ => Err(Problem::Gone(Noun::Invite)),
    }
}

/// What came of it.
struct Came {
    kept: Kept,
    candidate: Candidate,
    application: Application,
}

impl Letter {
    fn send(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        job: &Job,
        invite: Option<&Invite>,
        proven: bool,
    ) -> Result<Came> {
        let caller = super::holder(draft.org);
        let kept = submission::keep(tx, &caller, &self.submission)?;
        let (candidate, how) = self.take_in(tx, &caller, kept, invite, proven)?;
        let new = self.new_application(tx, draft.org, invite)?;
        let opened = application::open(tx, &caller, &candidate, job, &new)?;
        let application = opened.application().clone();
        let word = match opened {
            Opened::Existing(_) => "repeated",
            _ => how.word(),
        };
        let about = Subject::application(candidate.id, application.id, job.id);
        for consent in &self.consents {
            consent::give(tx, &caller, &about, consent)?;
        }
        if matches!(opened, Opened::New(_) | Opened::Completed(_)) {
            own_files(tx, draft.org, candidate.id, kept.id, application.id)?;
        }
        submission::settle(
            tx,
            draft.org,
            kept,
            Some(candidate.id),
            Some(application.id),
            word,
        )?;
        Ok(Came {
            kept,
            candidate,
            application,
        })
    }

    /// The holder of an invite's link is the invited person. Who has proven the address is whoever it belongs to. Anybody
    /// else only claims it: a person of their own.
    fn take_in(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        kept: Kept,
        invite: Option<&Invite>,
        proven: bool,
    ) -> Result<(Candidate, TakenAs)> {
        let email = &self.judged.email;
        let address = match proven {
            true => json!({"value": email}),
            false => candidate::unproven(email),
        };
        let mut said = self.said.clone();
        let mut emails = vec![address];
        if let Some(Value::Array(more)) = said.remove("emails") {
            emails.extend(more);
        }
        // What was invited stands in the record already, in whichever way it came there.
        if invite.is_some() && proven {
            emails.remove(0);
        }
        if !emails.is_empty() {
            said.insert("emails".into(), Value::Array(emails));
        }
        let new = NewCandidate {
            said,
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: self.attachments.clone(),
        };
        let taken = match invite {
            Some(invite) => candidate::add_to(tx, caller, kept, invite.candidate, &new)?,
            None => candidate::take_in(tx, caller, kept, &new)?,
        };
        if !proven {
            candidate::claim(tx, caller, taken.candidate.id, email)?;
        }
        Ok((taken.candidate, taken.outcome))
    }

    /// Completing a pending application keeps what its inviter said of it.
    fn new_application(
        &self,
        r: &mut Reader,
        org: OrgId,
        invite: Option<&Invite>,
    ) -> Result<NewApplication> {
        let mut new = NewApplication {
            source: "Job page".to_owned(),
            answers: self.answers.clone(),
            ..NewApplication::default()
        };
        if let Some(invite) = invite {
            let pending = application::find(r, org, invite.application)?;
            let row = r.one(
                sql!(
                    "SELECT credited_to, reason_id FROM application WHERE org_id = $1 AND id = $2"
                ),
                &[&org, &invite.application],
            )?;
            new.source = pending.source;
            new.foreign_key = pending.foreign_key;
            new.details = pending.details;
            new.stage = Some(pending.stage);
            if let Some(row) = row {
                (new.credited_to, new.reason) = (row.get(0)?, row.get(1)?);
            }
        }
        let language = json!(self.language);
        new.details.entry("language").or_insert(language);
        Ok(new)
    }
}

/// The files that came with it belong to the application.
fn own_files(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    submission: SubmissionId,
    application: ApplicationId,
) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE attachment SET application_id = $4 WHERE org_id = $1 AND candidate_id = $2 AND submission_id = $3"
        ),
        &[&org, &candidate, &submission, &application],
    )?;
    Ok(())
}

/// The draft is sent: what was written stands in the submission from now on, and nowhere else.
fn clear(tx: &mut Tx, draft: &Draft, came: &Came) -> Result<()> {
    let now = tx.now();
    for upload in uploads(tx, draft)? {
        upload::delete(tx, &upload)?;
    }
    tx.run(
        sql!("DELETE FROM draft_answer WHERE org_id = $1 AND draft_id = $2"),
        &[&draft.org, &draft.id],
    )?;
    tx.run(
        sql!(
            "UPDATE draft SET stored = 0, revision = revision + 1, submitted_at = $3, updated_at = $3, \
             candidate_id = $4, application_id = $5, submission_uid = $6 WHERE org_id = $1 AND id = $2"
        ),
        &[
            &draft.org, &draft.id, &now, &came.candidate.id, &came.application.id, &came.kept.uid,
        ],
    )?;
    Ok(())
}
