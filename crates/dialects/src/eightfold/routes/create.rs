//! `POST /ats-systems/{systemId}/ats-candidates`: create, or overwrite what the same record said before.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use bytes::Bytes;
use hiring::App;
use hiring::attachment::{self, NewAttachment, Stored};
use hiring::caller::Caller;
use hiring::candidate::{self, ForeignId, NewCandidate, Outcome};
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::record::{How, Said};
use hiring::submission::{self, NewSubmission};
use serde_json::json;
use store::Tx;

use super::{jobs, whose};
use crate::body::Body;
use crate::eightfold::map::applications::{self, Entry};
use crate::eightfold::map::{files as file_words, said};
use crate::eightfold::wire::{self, AtsCandidate};
use crate::eightfold::{Eightfold, NAME, auth};
use crate::files::{self, Content, File};
use crate::{inbound, reply, written};

/// The status of a create is not documented, and nothing speaks for 201 (the dialect's page, §4).
const CREATED: u16 = 200;

/// Bodies up to this size are read where they arrive; larger ones would hold up the others.
const SMALL: usize = 64 << 10;

pub(super) async fn create_candidate(
    State(app): State<App>,
    system: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let result = create(&app, system.ok(), request).await;
    reply::send(&Eightfold, &app, result)
}

async fn create(app: &App, system: Option<Path<String>>, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let Path(system) = system.ok_or(Problem::NotFound(Noun::Route))?;
    let system = wire::system(&system)?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let said = read(request.body.clone(), &system).await?;
    let parcel = store_files(app, &caller, said, system).await?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, &parcel)
            })
        })
        .await
}

/// A body that was read, its files decoded.
struct Letter {
    body: Body,
    wire: AtsCandidate,
    files: Vec<(NewAttachment, File)>,
}

async fn read(raw: Bytes, system: &str) -> Result<Letter> {
    if raw.len() <= SMALL {
        return open(raw, system);
    }
    let system = system.to_owned();
    files::off_thread(move || open(raw, &system)).await?
}

fn open(raw: Bytes, system: &str) -> Result<Letter> {
    let body = Body::read(raw, wire::is_file)?;
    let wire = AtsCandidate::parse(&body, system)?;
    let mut decoded = Vec::new();
    for word in file_words::files(&wire.members) {
        // An empty string is no base64 and no file, but some clients send one where they mean null.
        let slot = body.slot_of(&word.placeholder);
        let empty = slot.is_some_and(|slot| body.slot_text(slot) == "\"\"");
        let content = if empty { Content::Text } else { word.content };
        let file = files::decode(&body, &word.placeholder, content)?;
        let attachment = NewAttachment {
            kind: word.kind,
            name: word.name,
            file: None,
            url: None,
            scope: None,
        };
        decoded.push((attachment, file));
    }
    Ok(Letter {
        body,
        wire,
        files: decoded,
    })
}

/// Everything the transaction needs.
struct Parcel {
    foreign: ForeignId,
    /// The foreign record: one system's one candidate.
    scope: String,
    /// `lastActivityTs`, µs.
    at: Option<i64>,
    said: Said,
    applications: Vec<Entry>,
    attachments: Vec<NewAttachment>,
    /// Files that no attachment names.
    unattached: Vec<Stored>,
    kept: NewSubmission,
}

/// Puts the files on disk, before the transaction that names them.
async fn store_files(app: &App, caller: &Caller, letter: Letter, system: String) -> Result<Parcel> {
    let Letter { body, wire, files } = letter;
    let foreign = whose::foreign_id(&system, &wire.candidate_id);
    let mut unmapped = wire.unknown;
    // Of several values in one text blanks are nothing; elsewhere they are kept.
    unmapped.extend(written::blanks(&body.json, &|at| {
        !at.is_empty() && at != "/emails" && at != "/phones"
    }));
    let scope = format!("{}\u{1f}{}", foreign.kind, foreign.key);
    let (mut slots, mut attachments, mut unattached) = (Vec::new(), Vec::new(), Vec::new());
    for (attachment, file) in files {
        let kept = files::store(app, caller.org, &body, file).await?;
        slots.push(kept.slot);
        unattached.extend(kept.text);
        if kept.file.size == 0 {
            unattached.push(kept.file);
        } else {
            attachments.push(NewAttachment {
                file: Some(kept.file),
                scope: Some(scope.clone()),
                ..attachment
            });
        }
    }
    Ok(Parcel {
        foreign,
        scope,
        at: wire.last_activity.map(|s| i64::from(s) * 1_000_000),
        said: said::said(&wire.members),
        applications: applications::entries(&wire.members),
        attachments,
        unattached,
        kept: NewSubmission {
            uid: body.uid,
            dialect: NAME,
            route: "/ats-systems/{systemId}/ats-candidates",
            eeo: files::eeo_slots(&body),
            body: body.skeleton,
            files: slots,
            unmapped,
        },
    })
}

/// Keeps the submission, finds or makes the person, and opens their applications. What is not newer than what the
/// record said before is kept and changes nothing; the transaction then says `PASS_SKIPPED`.
fn take_in(tx: &mut Tx, caller: &Caller, parcel: &Parcel) -> Result<Answer> {
    let jobs = jobs::resolve(tx, caller.org, &parcel.applications)?;
    let mut kept = parcel.kept.clone();
    kept.unmapped.extend(jobs.unknown);
    let kept = submission::keep(tx, caller, &kept)?;
    for file in &parcel.unattached {
        attachment::name_file(tx, caller.org, file)?;
    }
    whose::adopt(tx, caller.org, &parcel.foreign)?;
    let new = NewCandidate {
        said: parcel.said.clone(),
        foreign_ids: vec![parcel.foreign.clone()],
        how: How::Renew {
            scope: parcel.scope.clone(),
            at: parcel.at.unwrap_or(tx.now()),
        },
        attachments: parcel.attachments.clone(),
    };
    let taken = candidate::take_in(tx, caller, kept, &new)?;
    let application = match taken.outcome {
        Outcome::Stale => None,
        _ => jobs::apply(tx, caller, &taken.candidate, &jobs.named)?,
    };
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(taken.candidate.id),
        application,
        taken.outcome.word(),
    )?;
    // The page's text says the candidate's id comes back, the catalogue's schema that a transaction's does.
    let body = json!({"transactionId": kept.uid, "candidateId": parcel.foreign.key});
    Ok(reply::json(CREATED, &body))
}
