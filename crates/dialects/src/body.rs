//! Reading an inbound JSON body: strictly, and with two kinds of value cut out.
//!
//! Strictly: duplicate keys, nesting over [`MAX_DEPTH`] levels, U+0000, half surrogate pairs and
//! numbers out of range are refused, where a lenient parser would quietly choose for the caller.
//! Cut out: file content and equal-opportunity answers become *slots* (`hiring/src/slot.rs`), so
//! that what is kept and shown as "the body" holds neither. All that is not in a slot stays byte
//! for byte in the [`Body::skeleton`]: white space, order of keys, spelling of numbers.
//!
//! A body of many megabytes is mostly one base64 string. It is never copied here: `scan.rs` finds
//! the spans of the slots in the caller's bytes, and only the small skeleton is parsed.
//!
//! What the fields mean is not known here: a dialect says which paths hold files. Read `scan.rs`
//! next, then `strict.rs` (duplicate keys), `words.rs` (what is an equal-opportunity answer) and
//! `file.rs` (base64).

mod file;
mod lex;
mod scan;
mod strict;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use hiring::problem::{Flaw, FlawCode};
use hiring::slot::{self, SlotKind};
use serde_json::Value;
use uuid::Uuid;

pub use file::{Decoded, NoFile, decode_base64, decode_text};
pub use words::is_eeo_name;

/// Levels of nesting a body may have.
pub const MAX_DEPTH: usize = 100;
/// Slots a body may have. Each becomes a row in one transaction, so a hostile body of a million
/// `"race":1` has to stop at the door.
pub const MAX_SLOTS: usize = 1_000;
/// Values (of any type, containers included) a body may have. A parsed value takes many times the
/// room of its text, which the limit on the body's bytes does not see.
pub const MAX_VALUES: usize = 250_000;
/// Bytes a pointer may have. Without a limit one key of a megabyte over a thousand slots would
/// make a gigabyte of pointers.
const MAX_POINTER: usize = 4_096;

/// One step of the way from the whole body to a value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Into the member of this name (without JSON escapes).
    Key(&'a str),
    /// Into this element.
    Index(usize),
}

/// A body that was read.
#[derive(Debug, Clone)]
pub struct Body {
    /// Identity of the submission that is to be kept; it stands in the placeholders.
    pub uid: Uuid,
    /// What the caller sent.
    pub raw: Bytes,
    /// What the caller sent, each slot's value replaced by its placeholder.
    pub skeleton: String,
    /// The skeleton, parsed; slots stand as placeholder strings.
    pub json: Value,
    /// What was cut out, in the order of the text; slot `n` is element `n`.
    pub slots: Vec<Slot>,
}

/// One value that was cut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its number in the placeholder.
    pub n: u32,
    /// Why it was cut out.
    pub kind: SlotKind,
    /// Where it stands (RFC 6901).
    pub pointer: String,
    /// Where its JSON text stands in [`Body::raw`].
    pub span: Range<usize>,
}

impl Body {
    /// Reads `raw`. `is_file` says which paths hold file content; a value there that is no string
    /// stays in place for the dialect to complain about.
    pub fn read(raw: Bytes, is_file: fn(&[Step]) -> bool) -> Result<Body, Flaw> {
        Body::read_beside(raw, is_file, &[])
    }

    /// Like [`Body::read`], with equal-opportunity answers at `delicate` beside those that their names tell: pointers of
    /// the answers, or of the objects that hold them beside what names the question.
    pub fn read_beside(
        raw: Bytes,
        is_file: fn(&[Step]) -> bool,
        delicate: &[String],
    ) -> Result<Body, Flaw> {
        Body::cut(Uuid::now_v7(), raw, is_file, delicate)
    }

    /// Like [`Body::read`], with the identity given.
    pub fn read_as(uid: Uuid, raw: Bytes, is_file: fn(&[Step]) -> bool) -> Result<Body, Flaw> {
        Body::cut(uid, raw, is_file, &[])
    }

    fn cut(
        uid: Uuid,
        raw: Bytes,
        is_file: fn(&[Step]) -> bool,
        delicate: &[String],
    ) -> Result<Body, Flaw> {
        let text = text_of(&raw)?;
        let slots = scan::scan(text, is_file, delicate)?;
        for slot in slots.iter().filter(|slot| slot.kind == SlotKind::Eeo) {
            strict::check(&text[slot.span.clone()], &slot.pointer)?;
        }
        let skeleton = skeleton(text, uid, &slots);
        let json = strict::parse(&skeleton, "")?;
        Ok(Body {
            uid,
            raw,
            skeleton,
            json,
            slots,
        })
    }

    /// The slot that `placeholder` stands for, if it is one of this body's.
    pub fn slot_of(&self, placeholder: &str) -> Option<&Slot> {
        let (uid, n) = slot::parse(placeholder)?;
        (uid == self.uid).then(|| self.slots.get(n as usize))?
    }

    /// The JSON text that stood in `slot`.
    pub fn slot_text(&self, slot: &Slot) -> &str {
        // A slot of this body lies within it, on character bounds; another body's may not.
        self.raw
            .get(slot.span.clone())
            .and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or_default()
    }

    /// The value the caller sent where `value` stands: what was cut out, for the placeholder of an
    /// equal-opportunity answer, so that its type can be checked; `value` itself for all else.
    pub fn actual<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        value
            .as_str()
            .and_then(|text| self.slot_of(text))
            .filter(|slot| slot.kind == SlotKind::Eeo)
            .and_then(|slot| serde_json::from_str(self.slot_text(slot)).ok())
            .map_or(Cow::Borrowed(value), Cow::Owned)
    }
}

fn text_of(raw: &[u8]) -> Result<&str, Flaw> {
    let malformed = |detail: String| Flaw::new("", FlawCode::Malformed, detail);
    let text = std::str::from_utf8(raw).map_err(|fault| {
        malformed(format!(
            "The body is not UTF-8 (byte {}).",
            fault.valid_up_to()
        ))
    })?;
    if text.starts_with('\u{feff}') {
        return Err(malformed(
            "The body starts with a byte order mark, which JSON forbids.".into(),
        ));
    }
    if text.trim_ascii().is_empty() {
        return Err(malformed("The body is empty.".into()));
    }
    Ok(text)
}

/// `text` with a placeholder for each of `slots`.
fn skeleton(text: &str, uid: Uuid, slots: &[Slot]) -> String {
    let cut: usize = slots.iter().map(|slot| slot.span.len()).sum();
    let mut skeleton = String::with_capacity(text.len() - cut + slots.len() * 56);
    let mut from = 0;
    for slot in slots {
        skeleton.push_str(&text[from..slot.span.start]);
        slot::write_placeholder(&mut skeleton, uid, slot.n);
        from = slot.span.end;
    }
    skeleton.push_str(&text[from..]);
    skeleton
}

/// Appends one reference token to a JSON pointer.
fn push_step(pointer: &mut String, step: Step) {
    pointer.push('/');
    match step {
        Step::Index(index) => pointer.push_str(&index.to_string()),
        Step::Key(key) if key.contains(['~', '/']) => {
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        Step::Key(key) => pointer.push_str(key),
    }
}

/// Appends `steps`, or as many of them as a pointer of [`MAX_POINTER`] bytes holds: then it names
/// what encloses the place. The second value says whether all went in.
fn push_steps<'a>(mut pointer: String, steps: impl Iterator<Item = Step<'a>>) -> (String, bool) {
    for step in steps {
        let before = pointer.len();
        if matches!(step, Step::Key(key) if key.len() > MAX_POINTER) {
            return (pointer, false);
        }
        push_step(&mut pointer, step);
        if pointer.len() > MAX_POINTER {
            pointer.truncate(before);
            return (pointer, false);
        }
    }
    (pointer, true)
}

#[cfg(test)]
mod tests;
