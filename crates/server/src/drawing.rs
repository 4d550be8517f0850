//! Pages of PDF files as pictures, each made in a process of its own: this binary with the hidden command `draw`, which is given
//! the file's bytes and nothing else, under the limits of whatever reads strangers' files (`reading.rs`, `crates/extract`).
//!
//! Who may look, how many are made at once and where they are kept is the desk's (`pages/src/desk/person/drawn.rs`).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use extract::Reason;
use hiring::extraction::Outline;
use pages::{Draw, Undrawn};

use crate::reading::{self, apart, confined};

/// Bytes of an outline: a few numbers for each page that is shown.
const MOST_OUTLINE: u64 = 1_000;
/// Bytes of a picture. A photograph that fills the largest one, in colours that do not repeat, is no larger.
const MOST_PICTURE: u64 = 12 << 20;

/// Draws by running this program.
pub struct Pen(pub PathBuf);

impl Draw for Pen {
    fn outline(&self, bytes: Bytes) -> Result<Outline, Undrawn> {
        outline(&self.0, bytes).map_err(undrawn)
    }

    fn page(&self, number: u32, bytes: Bytes) -> Result<Bytes, Undrawn> {
        picture(&self.0, number, bytes).map_err(undrawn)
    }
}

/// Where nothing is run: tests and measurements that want no pictures.
pub struct NoPen;

impl Draw for NoPen {
    fn outline(&self, _: Bytes) -> Result<Outline, Undrawn> {
        Err(undrawn(Reason::Unconfined))
    }

    fn page(&self, _: u32, _: Bytes) -> Result<Bytes, Undrawn> {
        Err(undrawn(Reason::Unconfined))
    }
}

/// How many pages a PDF has, and their sizes. Blocks.
pub fn outline(program: &Path, bytes: Bytes) -> Result<Outline, Reason> {
    let said = drawn(program, &["draw"], bytes, MOST_OUTLINE)?;
    let said = std::str::from_utf8(&said).ok();
    said.and_then(Outline::parse).ok_or(Reason::Damaged)
}

/// One page of a PDF as a PNG, counted from one. Blocks.
pub fn picture(program: &Path, number: u32, bytes: Bytes) -> Result<Bytes, Reason> {
    let number = number.to_string();
    let picture = drawn(program, &["draw", "--page", &number], bytes, MOST_PICTURE)?;
    // Whoever asks says that this is a PNG: it is one.
    let is_png = picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.ends_with(b"IEND\xaeB`\x82");
    is_png.then(|| picture.into()).ok_or(Reason::Damaged)
}

fn drawn(program: &Path, called: &[&str], bytes: Bytes, most: u64) -> Result<Vec<u8>, Reason> {
    match bytes.len() > reading::LARGEST {
        true => Err(Reason::TooLarge),
        false => apart(program, called, bytes, most),
    }
}

fn undrawn(reason: Reason) -> Undrawn {
    Undrawn {
        words: reason.words(),
        of_file: reason != Reason::Unconfined,
    }
}

/// `muster draw`: reads a PDF from standard input and writes how many pages it has, or the page of this number as a PNG.
pub fn draw(page: Option<u32>) -> ExitCode {
    confined(|bytes| match page {
        Some(number) => extract::picture_of(bytes, number as usize),
        None => extract::pages_of(bytes).map(String::into_bytes),
    })
}
