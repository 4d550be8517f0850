//! Files on a job: what a caller put beside its description.

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use crate::attachment::{self, Kind, Stored};
use crate::caller::Caller;
use crate::event::{self, Subject};
use crate::id::{JobId, OrgId, SubmissionId, Uuid, new_uid};
use crate::page::{hundred, with_hundred};
use crate::problem::Result;

/// A file on a job.
#[derive(Debug, Clone)]
pub struct JobFile {
    /// Outside name.
    pub uid: Uuid,
    /// On which job.
    pub job: JobId,
    /// What it is for.
    pub kind: Kind,
    /// Its name, as the caller gave it.
    pub name: String,
    /// Its content's name in the store.
    pub sha256: store::files::Digest,
    /// When it came, µs.
    pub created_at: i64,
}

/// Puts a durable file on a job. The same content under the same name and kind is one.
pub fn add_file(
    tx: &mut Tx,
    caller: &Caller,
    job: JobId,
    submission: SubmissionId,
    (kind, name, file): (Kind, &str, &Stored),
) -> Result<()> {
    let (org, now, uid) = (caller.org, tx.now(), new_uid());
    // Taken in turns, so that two calls with one file make one of it.
    tx.one(
        sql!("SELECT id FROM job WHERE org_id = $1 AND id = $2 {for update}"),
        &[&org, &job],
    )?;
    let same = tx.number(
        sql!(
            "SELECT COUNT(*) FROM job_attachment \
             WHERE org_id = $1 AND job_id = $2 AND kind = $3 AND name = $4 AND sha256 = $5"
        ),
        &[&org, &job, &kind.word(), &name, &file.sha256],
    )?;
    if same > 0 {
        return Ok(());
    }
    attachment::name_file(tx, org, file)?;
    let (media_type, _) = attachment::judge(name, file);
    tx.run(
        sql!(
            "INSERT INTO job_attachment (org_id, uid, job_id, submission_id, kind, name, sha256, media_type, size, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[
            &org, &uid, &job, &submission, &kind.word(), &name, &file.sha256, &media_type, &(file.size as i64), &now,
        ],
    )?;
    let about = Subject {
        job: Some(job),
        ..Subject::default()
    };
    let data = json!({"attachment": uid});
    event::append(tx, caller, event::Kind::AttachmentAdded, &about, &data)?;
    Ok(())
}

/// The files on these jobs, oldest first.
///
/// # Panics
/// More than [`crate::page::MOST`] jobs.
pub fn files_of(r: &mut Reader, org: OrgId, jobs: &[JobId]) -> Result<Vec<JobFile>> {
    let rows = r.all(
        sql!(concat!(
            "SELECT uid, job_id, kind, name, sha256, created_at FROM job_attachment WHERE org_id = $1 AND job_id IN (",
            hundred!(),
            ") ORDER BY id + 0 LIMIT 10000"
        )),
        &with_hundred(&org, jobs),
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<JobFile> {
    let (kind, sha256): (String, Vec<u8>) = (row.get(2)?, row.get(4)?);
    let broken = |_| crate::Problem::broken("a file row does not read");
    Ok(JobFile {
        uid: row.get(0)?,
        job: row.get(1)?,
        kind: Kind::parse(&kind),
        name: row.get(3)?,
        sha256: sha256.try_into().map_err(broken)?,
        created_at: row.get(5)?,
    })
}
