//! A body that says something of a person: read, its files put on disk, made ready for the transaction.

use bytes::Bytes;
use hiring::App;
use hiring::attachment::{self, NewAttachment, Stored};
use hiring::caller::Caller;
use hiring::problem::Result;
use hiring::submission::{self, Kept, NewSubmission};
use store::Tx;

use crate::body::Body;
use crate::eightfold::NAME;
use crate::eightfold::map::files::{self as file_words, FileWord};
use crate::eightfold::wire::{self, AtsCandidate, Way};
use crate::files::{self, Content, File};
use crate::written;

/// Bodies up to this size are read where they arrive; larger ones would hold up the others.
const SMALL: usize = 64 << 10;

/// A body that was read, its files decoded.
pub(super) struct Letter<W> {
    pub body: Body,
    pub wire: W,
    files: Vec<(NewAttachment, File)>,
}

/// A letter about a person.
pub(super) async fn read(raw: Bytes, way: Way) -> Result<Letter<AtsCandidate>> {
    if raw.len() <= SMALL {
        return open(raw, &way);
    }
    files::off_thread(move || open(raw, &way)).await?
}

fn open(raw: Bytes, way: &Way) -> Result<Letter<AtsCandidate>> {
    let body = Body::read(raw, wire::is_file)?;
    let mut wire = AtsCandidate::parse(&body, way)?;
    // Of several values in one text blanks are nothing; elsewhere they are kept.
    let kept = |at: &str| !at.is_empty() && at != "/emails" && at != "/phones";
    wire.unknown.extend(written::blanks(&body.json, &kept));
    let files = decode(&body, &file_words::files(&wire.members))?;
    Ok(Letter { body, wire, files })
}

/// A letter whose files are these.
pub(super) fn with<W>(body: Body, wire: W, words: &[FileWord]) -> Result<Letter<W>> {
    let files = decode(&body, words)?;
    Ok(Letter { body, wire, files })
}

fn decode(body: &Body, words: &[FileWord]) -> Result<Vec<(NewAttachment, File)>> {
    let mut decoded = Vec::new();
    for word in words {
        // An empty string is no base64 and no file, but some clients send one where they mean null.
        let slot = body.slot_of(&word.placeholder);
        let empty = slot.is_some_and(|slot| body.slot_text(slot) == "\"\"");
        let content = if empty { Content::Text } else { word.content };
        let file = files::decode(body, &word.placeholder, content)?;
        let attachment = NewAttachment {
            kind: word.kind,
            name: word.name.clone(),
            file: None,
            url: None,
            scope: None,
        };
        decoded.push((attachment, file));
    }
    Ok(decoded)
}

/// Everything the transaction needs beside what the body says.
pub(super) struct Parcel<W> {
    pub wire: W,
    pub attachments: Vec<NewAttachment>,
    /// Files that no attachment names.
    unattached: Vec<Stored>,
    kept: NewSubmission,
}

impl<W> Letter<W> {
    /// Puts the files on disk, before the transaction that names them. `unmapped`: what has no place.
    pub(super) async fn store(
        self,
        app: &App,
        caller: &Caller,
        route: &'static str,
        unmapped: Vec<String>,
    ) -> Result<Parcel<W>> {
        let Letter { body, wire, files } = self;
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
                    ..attachment
                });
            }
        }
        Ok(Parcel {
            wire,
            attachments,
            unattached,
            kept: NewSubmission {
                uid: body.uid,
                dialect: NAME,
                route,
                eeo: files::eeo_slots(&body),
                body: body.skeleton,
                files: slots,
                unmapped,
            },
        })
    }
}

impl<W> Parcel<W> {
    /// The files of one foreign record.
    pub(super) fn attachments_of(&self, scope: &str) -> Vec<NewAttachment> {
        let scoped = |a: &NewAttachment| NewAttachment {
            scope: Some(scope.to_owned()),
            ..a.clone()
        };
        self.attachments.iter().map(scoped).collect()
    }

    /// Keeps the submission, with what else has no place, and names its files.
    pub(super) fn keep(&self, tx: &mut Tx, caller: &Caller, unmapped: Vec<String>) -> Result<Kept> {
        let mut kept = self.kept.clone();
        kept.unmapped.extend(unmapped);
        let kept = submission::keep(tx, caller, &kept)?;
        for file in &self.unattached {
            attachment::name_file(tx, caller.org, file)?;
        }
        Ok(kept)
    }
}
