//! From slots to durable files: decoded and hashed off the database thread, on disk before the transaction.

use hiring::App;
use hiring::attachment::{self, Stored};
use hiring::id::OrgId;
use hiring::problem::{Flaw, FlawCode, Problem, Result};
use hiring::slot::{Encoding, SlotKind};
use hiring::submission::{EeoSlot, FileSlot};

use crate::body::{Body, Decoded, Slot, decode_base64, decode_text};

/// How the text of a slot becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Base64, the usual way to put a file into JSON.
    Base64,
    /// The text is the file.
    Text,
}

/// A decoded file slot, not stored yet.
pub struct File {
    slot: Slot,
    content: Content,
    decoded: Decoded,
}

impl File {
    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.decoded.bytes.len() as u64
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.decoded.bytes
    }
}

/// Decodes the file slot that `placeholder` stands for. Blocks for some ms per MB: call it in an async handler only
/// through [`decode_all`].
///
/// # Errors
/// [`FlawCode::File`] at the slot's place.
pub fn decode(body: &Body, placeholder: &str, content: Content) -> Result<File, Flaw> {
    let gone = || Flaw::new("", FlawCode::File, "not a file");
    let slot = body
        .slot_of(placeholder)
        .filter(|s| s.kind == SlotKind::File)
        .ok_or_else(gone)?
        .clone();
    let text = body.slot_text(&slot);
    let decoded = match content {
        Content::Base64 => decode_base64(text).map_err(|e| e.at(&slot.pointer))?,
        Content::Text => decode_text(text),
    };
    Ok(File {
        slot,
        content,
        decoded,
    })
}

/// A stored file slot.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The row that puts the slot back.
    pub slot: FileSlot,
    /// The file itself, for the attachment.
    pub file: Stored,
    /// The file that holds the caller's text, where the file itself does not give it back byte for byte.
    pub text: Option<Stored>,
}

/// Writes a decoded file durably. The caller's spelling is kept too where it is not the canonical one.
pub async fn store(app: &App, org: OrgId, body: &Body, file: File) -> Result<Kept> {
    let stored = attachment::put(app, org, file.decoded.bytes).await?;
    let row = |encoding, sha256| FileSlot {
        n: file.slot.n,
        pointer: file.slot.pointer.clone(),
        encoding,
        sha256,
    };
    if file.decoded.canonical {
        let encoding = if file.content == Content::Text {
            Encoding::Text
        } else {
            Encoding::Base64
        };
        return Ok(Kept {
            slot: row(encoding, stored.sha256),
            file: stored,
            text: None,
        });
    }
    let text = raw(app, org, body, &file.slot).await?;
    Ok(Kept {
        slot: row(Encoding::Raw, text.sha256),
        file: stored,
        text: Some(text),
    })
}

/// Keeps the text of a slot as it is, when nothing could or should be made of it.
pub async fn raw(app: &App, org: OrgId, body: &Body, slot: &Slot) -> Result<Stored> {
    attachment::put(app, org, body.slot_text(slot).as_bytes().to_vec()).await
}

/// Runs `work` (decoding, hashing) where it blocks nobody.
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::broken("decoding panicked"))
}

/// The equal-opportunity slots of a body, as rows.
pub fn eeo_slots(body: &Body) -> Vec<EeoSlot> {
    let eeo = body.slots.iter().filter(|s| s.kind == SlotKind::Eeo);
    eeo.map(|s| EeoSlot {
        n: s.n,
        pointer: s.pointer.clone(),
        value: body.slot_text(s).to_owned(),
    })
    .collect()
}
