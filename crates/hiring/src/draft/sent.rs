//! What was sent by a link: to be seen and downloaded by whoever holds it, and taken back.

use serde_json::Value;
use store::{Reader, Tx, sql};

use super::{Draft, holder, lock};
use crate::application::{self, Application, Disposition};
use crate::caller::Caller;
use crate::consent;
use crate::eeo;
use crate::event::Subject;
use crate::id::OrgId;
use crate::problem::{Noun, Problem, Result};
use crate::slot;
use crate::submission;

/// What was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// As it is kept, the person's own equal-opportunity answers in it; in the place of each file stands null.
    pub body: Value,
    /// Its files.
    pub files: Vec<SentFile>,
    /// What came of it.
    pub application: Application,
    /// When it was sent, µs.
    pub at: i64,
}

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct SentFile {
    /// Number of its slot.
    pub n: u32,
    /// The form's field it answers, by name.
    pub field: String,
    /// Its name.
    pub name: String,
    /// Its content.
    pub sha256: store::files::Digest,
    /// Bytes.
    pub size: u64,
}

/// What was sent by `draft`.
///
/// # Errors
/// `NotFound(Draft)`: nothing was.
pub fn sent(r: &mut Reader, draft: &Draft) -> Result<Sent> {
    let none = Problem::NotFound(Noun::Draft);
    let (Some(uid), Some(application), Some(at)) =
        (draft.submission, draft.application, draft.submitted_at)
    else {
        return Err(none);
    };
    let kept = submission::find(r, draft.org, uid)?;
    let mut body: Value = serde_json::from_str(&kept.body).map_err(Problem::broken)?;
    let mut files = Vec::new();
    for slot in submission::file_slots(r, draft.org, uid)? {
        let at = slot.pointer.trim_end_matches("/content");
        let described = body.pointer(at).cloned().unwrap_or_default();
        let text = |name: &str| described[name].as_str().unwrap_or("").to_owned();
        files.push(SentFile {
            n: slot.n,
            field: text("field"),
            name: text("name"),
            sha256: slot.sha256,
            size: size(r, draft.org, &slot.sha256)?,
        });
        if let Some(content) = body.pointer_mut(&slot.pointer) {
            *content = Value::Null;
        }
    }
    // Their own answers, to themselves.
    let mut known = Vec::new();
    for (n, _) in eeo::places(r, draft.org, uid)? {
        known.push((n, eeo::look_up(r, draft.org, uid, n)?));
    }
    slot::fill(&mut body, &mut |of, n| {
        let answer = known.iter().find(|(other, _)| of == uid && *other == n);
        answer.and_then(|(_, value)| value.clone())
    });
    Ok(Sent {
        body,
        files,
        application: application::find(r, draft.org, application)?,
        at,
    })
}

fn size(r: &mut Reader, org: OrgId, sha256: &store::files::Digest) -> Result<u64> {
    let row = r.one(
        sql!("SELECT size FROM file WHERE org_id = $1 AND sha256 = $2"),
        &[&org, sha256],
    )?;
    Ok(match row {
        Some(row) => row.get::<i64>(0)? as u64,
        None => 0,
    })
}

/// The person takes back what they sent: the application ends as withdrawn, its consents end too. Twice is no error.
///
/// # Errors
/// [`crate::problem::Clash::NotAllowed`]: it has ended otherwise. `NotFound(Draft)`: nothing was sent.
pub fn withdraw(tx: &mut Tx, draft: &Draft) -> Result<Application> {
    let draft = lock(tx, draft.org, draft.id)?;
    let id = draft.application.ok_or(Problem::NotFound(Noun::Draft))?;
    let caller: Caller = holder(draft.org);
    let how = Disposition::Withdrawn;
    let reason = "withdrawn by the applicant";
    let application = application::dispose(tx, &caller, id, how, Some(reason))?;
    let about = Subject::application(application.candidate, id, application.job);
    consent::withdraw(tx, &caller, &about)?;
    Ok(application)
}
