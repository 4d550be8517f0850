//! What somebody wrote down about a candidate: a note, or a mail that was exchanged. Neither edited nor removed.
//!
//! What a dialect says of one that has no column is `note/said.rs`; whom one names, `note/mention.rs`.

mod mention;
mod said;

pub use mention::{members, mention, named};
pub use said::{Spoken, say, spoken};

/// What every statement here shows of a note.
macro_rules! shown {
    ($rest:expr) => {
        concat!(
            "SELECT n.id, n.uid, c.uid, n.kind, n.subject, n.body, n.visibility, n.created_at, s.uid, \
             m.id, m.org_id, m.name, m.email, m.role, m.uid, m.created_at, n.submission_id, c.ignored_at, \
             n.author, j.uid, m.ended_at FROM note n JOIN candidate c ON c.id = n.candidate_id \
             LEFT JOIN submission s ON s.id = n.submission_id LEFT JOIN member m ON m.id = n.member_id \
             LEFT JOIN job j ON j.id = n.job_id ",
            $rest
        )
    };
}

mod offset;

use serde_json::json;
use store::{Reader, Row, ToValue, Tx, sql};

pub use offset::{attribute, from_offset, of_candidates, of_uids};

use crate::caller::Caller;
use crate::event::{self, Subject};
use crate::id::{CandidateId, MemberId, NoteId, OrgId, SubmissionId, Uuid, new_uid};
use crate::member::Member;
use crate::page::{Side, Span};
use crate::problem::{Noun, Problem, Result};

/// What was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Note,
    Email,
    Other,
}

impl Kind {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Note => "note",
            Kind::Email => "email",
            Kind::Other => "other",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Kind> {
        [Kind::Note, Kind::Email, Kind::Other]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// Who is meant to see it on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Every member.
    Public,
    /// Who wrote it, and those who may see all.
    Private,
    /// Those who may see all.
    Admin,
}

impl Visibility {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Private => "private",
            Visibility::Admin => "admin",
        }
    }

    /// From its stored word.
    pub fn parse(word: &str) -> Option<Visibility> {
        [Visibility::Public, Visibility::Private, Visibility::Admin]
            .into_iter()
            .find(|visibility| visibility.word() == word)
    }
}

/// A note.
#[derive(Debug, Clone)]
pub struct Note {
    /// Inside number.
    pub id: NoteId,
    /// Outside name.
    pub uid: Uuid,
    /// Whom it is about.
    pub candidate: Uuid,
    /// On whose behalf it was written.
    pub member: Option<Member>,
    /// What was sent.
    pub submission: Option<Uuid>,
    /// Inside number of what was sent.
    pub submission_id: Option<SubmissionId>,
    /// See [`Kind`].
    pub kind: Kind,
    /// Its heading.
    pub subject: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// See [`Visibility`].
    pub visibility: Visibility,
    /// When it was written down, µs.
    pub created_at: i64,
    /// Whether the person is to be shown no more.
    pub ignored: bool,
    /// The address of whoever wrote it, where they are no member.
    pub author: Option<String>,
    /// The job it is about beside the person.
    pub job: Option<Uuid>,
}

/// What a new note is made of.
#[derive(Debug, Clone)]
pub struct NewNote {
    /// Whom it is about.
    pub candidate: CandidateId,
    /// On whose behalf it is written.
    pub member: Option<MemberId>,
    /// What was sent.
    pub submission: Option<SubmissionId>,
    /// See [`Kind`].
    pub kind: Kind,
    /// Its heading.
    pub subject: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// See [`Visibility`].
    pub visibility: Visibility,
}

/// Writes a note down.
pub fn create(tx: &mut Tx, caller: &Caller, new: &NewNote) -> Result<Note> {
    let (uid, now, org) = (new_uid(), tx.now(), caller.org);
    tx.run(
        sql!(
            "INSERT INTO note (org_id, uid, candidate_id, member_id, submission_id, kind, subject, body, visibility, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[
            &org, &uid, &new.candidate, &new.member, &new.submission, &new.kind.word(), &new.subject, &new.body,
            &new.visibility.word(), &now,
        ],
    )?;
    let subject = Subject::candidate(new.candidate);
    event::append(
        tx,
        caller,
        event::Kind::NoteAdded,
        &subject,
        &json!({"note": uid}),
    )?;
    find(tx, org, uid)
}

/// The organization's note of outside name `uid`.
pub fn find(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<Note> {
    let row = r.one(
        sql!(shown!("WHERE n.org_id = $1 AND n.uid = $2")),
        &[&org, &uid],
    )?;
    row.as_ref()
        .map_or(Err(Problem::NotFound(Noun::Note)), read)
}

/// Which notes a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// About this person only.
    pub candidate: Option<CandidateId>,
    /// On behalf of the member of this outside name only.
    pub member: Option<Uuid>,
    /// Leave out those about people who are to be shown no more.
    pub without_ignored: bool,
    /// Written within this.
    pub span: Span,
}

/// The rest of a list's statement.
macro_rules! listed {
    ($first:literal, $last:literal) => {
        shown!(concat!(
            "WHERE n.org_id = $1 AND ",
            $first,
            " AND (CAST($3 AS TEXT) IS NULL OR m.uid = $3) AND (CAST($4 AS BIGINT) = 0 OR c.ignored_at IS NULL) \
             AND n.created_at > $5 AND n.created_at < $6 ORDER BY n.id",
            $last
        ))
    };
}

/// A page of the organization's notes in the order in which they were written; `Before` pages come newest first.
pub fn page(
    r: &mut Reader,
    org: OrgId,
    side: Side,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Note>> {
    // A condition that may be switched off is not looked up in an index, and a person's notes are asked for often.
    let (statement, from) = match (side, filter.candidate) {
        (Side::After(id), None) => (sql!(listed!("n.id > $2", " LIMIT $7")), id),
        (Side::Before(id), None) => (sql!(listed!("n.id < $2", " DESC LIMIT $7")), id),
        (Side::After(id), Some(_)) => (
            sql!(listed!("n.candidate_id = $8 AND n.id > $2", " LIMIT $7")),
            id,
        ),
        (Side::Before(id), Some(_)) => (
            sql!(listed!(
                "n.candidate_id = $8 AND n.id < $2",
                " DESC LIMIT $7"
            )),
            id,
        ),
    };
    let (after, before) = filter.span.of_unchanging();
    let without_ignored = i64::from(filter.without_ignored);
    let mut parameters: Vec<&dyn ToValue> = vec![
        &org,
        &from,
        &filter.member,
        &without_ignored,
        &after,
        &before,
        &limit,
    ];
    parameters.extend(filter.candidate.as_ref().map(|id| id as &dyn ToValue));
    let rows = r.all(statement, &parameters)?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Note> {
    let (kind, visibility): (String, String) = (row.get(3)?, row.get(6)?);
    Ok(Note {
        id: row.get(0)?,
        uid: row.get(1)?,
        candidate: row.get(2)?,
        member: read_member(row)?,
        submission: row.get(8)?,
        submission_id: row.get(16)?,
        ignored: row.get::<Option<i64>>(17)?.is_some(),
        kind: Kind::parse(&kind).unwrap_or(Kind::Other),
        subject: row.get(4)?,
        body: row.get(5)?,
        // Whatever cannot be read is shown to the fewest.
        visibility: Visibility::parse(&visibility).unwrap_or(Visibility::Admin),
        created_at: row.get(7)?,
        author: row.get(18)?,
        job: row.get(19)?,
    })
}

fn read_member(row: &Row) -> Result<Option<Member>> {
    let Some(id) = row.get::<Option<MemberId>>(9)? else {
        return Ok(None);
    };
    Ok(Some(Member {
        id,
        org: row.get(10)?,
        name: row.get(11)?,
        email: row.get(12)?,
        role: row.get(13)?,
        uid: row.get(14)?,
        created_at: row.get(15)?,
        ended_at: row.get(20)?,
    }))
}
