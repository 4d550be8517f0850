//! File content out of its slot: base64, or text that is itself the file.
//!
//! Base64 in the wild is not always what RFC 4648 §4 says, and a file is worth more than a rule:
//! JSON escapes (PHP writes `\/`), the URL alphabet, missing padding, line breaks and a
//! `data:…;base64,` prefix are read too, but are not *canonical*: then the file's bytes do not
//! give the caller's text back, and the text itself must be kept. Read `hiring/src/slot.rs` next.

use std::io;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hiring::problem::{Flaw, FlawCode};

/// The content of a file slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// Whether `hiring::slot::rebuild` makes the slot's exact text from `bytes`.
    pub canonical: bool,
}

/// A slot that holds no file; says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoFile(&'static str);

impl NoFile {
    /// The fault, at `pointer`.
    pub fn at(self, pointer: impl Into<String>) -> Flaw {
        Flaw::new(pointer, FlawCode::File, self.0)
    }
}

const NOT_BASE64: NoFile = NoFile("The file is not valid base64.");
const EMPTY: NoFile = NoFile("The file is empty.");

/// Leaves padding to us, and forgives bits after the last whole byte, as most decoders do.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Characters decoded at a time; a multiple of four.
const CHUNK: usize = 4_096;
/// A `data:` prefix is a media type and a few parameters.
const MAX_PREFIX: usize = 1_024;

/// Decodes `slot_text`, a JSON string of base64, straight into the file's bytes.
pub fn decode_base64(slot_text: &str) -> Result<Decoded, NoFile> {
    let inner = inner(slot_text).ok_or(NOT_BASE64)?;
    let (bytes, canonical) = match strictly(inner) {
        Some(bytes) => (bytes, true),
        None => (leniently(inner)?, false),
    };
    if bytes.is_empty() {
        Err(EMPTY)
    } else {
        Ok(Decoded { bytes, canonical })
    }
}

/// Decodes `slot_text`, a JSON string that is itself the content of a text file.
pub fn decode_text(slot_text: &str) -> Decoded {
    let canonical = !slot_text.contains('\\');
    match inner(slot_text) {
        Some(inner) if canonical => Decoded {
            bytes: inner.as_bytes().to_vec(),
            canonical,
        },
        _ => match serde_json::from_str::<String>(slot_text) {
            Ok(text) => Decoded {
                canonical: is_spelt(&text, slot_text),
                bytes: text.into_bytes(),
            },
            // Not a string; a slot always is one.
            Err(_) => Decoded {
                bytes: slot_text.as_bytes().to_vec(),
                canonical: false,
            },
        },
    }
}

/// Without the quotes.
fn inner(slot_text: &str) -> Option<&str> {
    slot_text.strip_prefix('"')?.strip_suffix('"')
}

/// The usual case. The standard engine wants exact padding and no stray bits, so what it accepts
/// is what it would write. In chunks: a text that is not canonical is mostly found out early
/// (a line break after 76 characters, a `data:` prefix).
fn strictly(inner: &str) -> Option<Vec<u8>> {
    if !inner.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(inner.len() / 4 * 3);
    let mut chunks = inner.as_bytes().chunks(CHUNK).peekable();
    while let Some(chunk) = chunks.next() {
        let before = bytes.len();
        STANDARD.decode_vec(chunk, &mut bytes).ok()?;
        // Padding within the text: each chunk alone would be valid.
        if chunks.peek().is_some() && bytes.len() - before != CHUNK / 4 * 3 {
            return None;
        }
    }
    Some(bytes)
}

fn leniently(inner: &str) -> Result<Vec<u8>, NoFile> {
    let mut letters = Letters {
        rest: inner.as_bytes(),
    };
    letters.skip_prefix()?;
    let mut bytes = Vec::with_capacity(letters.rest.len() / 4 * 3 + 3);
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut count = 0_usize;
    let mut padding = 0_usize;
    while let Some(letter) = letters.next()? {
        match letter {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0c => continue,
            b'=' => {
                padding += 1;
                continue;
            }
            _ if padding > 0 => return Err(NOT_BASE64),
            b'-' => chunk.push(b'+'),
            b'_' => chunk.push(b'/'),
            _ => chunk.push(letter),
        }
        count += 1;
        if chunk.len() == CHUNK {
            LENIENT
                .decode_vec(&chunk, &mut bytes)
                .map_err(|_| NOT_BASE64)?;
            chunk.clear();
        }
    }
    LENIENT
        .decode_vec(&chunk, &mut bytes)
        .map_err(|_| NOT_BASE64)?;
    // Padding may be missing, but not be more than fills the last group.
    if padding > (4 - count % 4) % 4 {
        Err(NOT_BASE64)
    } else {
        Ok(bytes)
    }
}

/// The characters of a JSON string that are ASCII; others have no place in base64.
struct Letters<'a> {
    rest: &'a [u8],
}

impl Letters<'_> {
    fn next(&mut self) -> Result<Option<u8>, NoFile> {
        let (letter, len) = match self.rest {
            [] => return Ok(None),
            [b'\\', b'u', digits @ ..] => (hex(digits).ok_or(NOT_BASE64)?, 6),
            [b'\\', letter, ..] => (unescaped(*letter).ok_or(NOT_BASE64)?, 2),
            [letter, ..] => (*letter, 1),
        };
        self.rest = &self.rest[len..];
        if letter.is_ascii() {
            Ok(Some(letter))
        } else {
            Err(NOT_BASE64)
        }
    }

    /// Skips `data:…;base64,` if it is there.
    fn skip_prefix(&mut self) -> Result<(), NoFile> {
        let mut ahead = Letters { rest: self.rest };
        let mut prefix = Vec::new();
        while let Some(letter) = ahead.next()? {
            if letter == b',' {
                let known = prefix.starts_with(b"data:") && prefix.ends_with(b";base64");
                self.rest = ahead.rest;
                return if known { Ok(()) } else { Err(NOT_BASE64) };
            }
            prefix.push(letter.to_ascii_lowercase());
            if prefix.len() > MAX_PREFIX {
                break;
            }
        }
        Ok(())
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    let code = digits
        .get(..4)?
        .iter()
        .try_fold(0, |sum, &d| Some(sum * 16 + char::from(d).to_digit(16)?))?;
    u8::try_from(code).ok()
}

fn unescaped(letter: u8) -> Option<u8> {
    match letter {
        b'"' | b'\\' | b'/' => Some(letter),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'f' => Some(0x0c),
        _ => None,
    }
}

/// Whether serde_json writes `text` exactly as `spelling`; without writing it anywhere.
fn is_spelt(text: &str, spelling: &str) -> bool {
    struct Compare<'a>(&'a [u8]);
    impl io::Write for Compare<'_> {
        fn write(&mut self, written: &[u8]) -> io::Result<usize> {
            self.0 = self
                .0
                .strip_prefix(written)
                .ok_or(io::ErrorKind::InvalidData)?;
            Ok(written.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut rest = Compare(spelling.as_bytes());
    serde_json::to_writer(&mut rest, text).is_ok() && rest.0.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::slot::{Encoding, rebuild};
    use proptest::prelude::*;

    #[test]
    fn what_is_read() {
        for (text, expected, canonical) in [
            (r#""SGk=""#, "Hi", true),
            (r#""SGkh""#, "Hi!", true),
            (r#""SGk""#, "Hi", false),
            (r#""SG\u006b=""#, "Hi", false),
            (r#""Pz8\/""#, "???", false),
            (r#""Pz8/""#, "???", true),
            (r#""Pz8_""#, "???", false),
            (r#""SG\r\nkh\n""#, "Hi!", false),
            (r#"" S G k ""#, "Hi", false),
            (r#""data:text/plain;base64,SGkh""#, "Hi!", false),
            (r#""data:application\/pdf;name=a;BASE64,SGk""#, "Hi", false),
            (r#""SGl=""#, "Hi", false), // stray bits
            (r#""SA=""#, "H", false),
        ] {
            let read = decode_base64(text).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(
                read,
                Decoded {
                    bytes: expected.into(),
                    canonical
                },
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_refused() {
        for text in [
            r#""""#,
            r#""=""#,
            r#"" \n""#,
            r#""S""#,
            r#""SGkhS""#,
            r#""SGk==""#,
            r#""SGkh=""#,
            r#""S=Gk""#,
            r#""SA==SA==""#,
            r#""SGk!""#,
            r#""SGké""#,
            r#""SGk\u00e9""#,
            r#""SGk\b""#,
            r#""data:text/plain,SGkh""#,
            r#""data:text/plain;base64,""#,
            r#""SGkh,SGkh""#,
            "null",
            "",
            "\"",
            r#""\u00"#,
        ] {
            let flaw = decode_base64(text).expect_err(text).at("/file");
            assert_eq!(
                (flaw.pointer.as_str(), flaw.code),
                ("/file", FlawCode::File),
                "{text}"
            );
        }
    }

    #[test]
    fn padding_in_the_middle_of_a_long_text_is_refused() {
        let text = format!("\"{}SA=={}\"", "A".repeat(CHUNK - 4), "A".repeat(8));
        assert!(decode_base64(&text).is_err());
    }

    #[test]
    fn text_files() {
        for (text, expected, canonical) in [
            (r#""""#, "", true),
            (r#""caf\u00e9\n""#, "café\n", false),
            (r#""café\n\"\\""#, "café\n\"\\", true),
            (r#""a\/b""#, "a/b", false),
            (r#""\u001f""#, "\u{1f}", true),
            (r#""\u001F""#, "\u{1f}", false),
            ("12", "12", false),
        ] {
            assert_eq!(
                decode_text(text),
                Decoded {
                    bytes: expected.into(),
                    canonical
                },
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn canonical_means_that_it_can_be_rebuilt(
            bytes in prop::collection::vec(any::<u8>(), 1..9_000),
            change in 0usize..6, at: prop::sample::Index,
        ) {
            let plain = String::from_utf8(rebuild(Encoding::Base64, &bytes)).unwrap();
            let mut text = plain.clone();
            match change {
                1 => text.insert_str(1 + at.index(plain.len() - 1), "\\n"),
                2 => text = text.replace('/', "\\/"),
                3 => text = text.replace('+', "-").replace('/', "_"),
                4 => text = text.replace('=', ""),
                5 => text.insert_str(1, "data:;base64,"),
                _ => {}
            }
            let read = decode_base64(&text).unwrap();
            prop_assert_eq!(&read.bytes, &bytes);
            prop_assert_eq!(read.canonical, text == plain);
        }

        #[test]
        fn never_panics_and_never_lies(text in r#""?([A-D/+_=,\\un0-9 -]|é|data:|;base64,){0,40}"?"#) {
            if let Ok(read) = decode_base64(&text) {
                let rebuilt = rebuild(Encoding::Base64, &read.bytes);
                prop_assert_eq!(read.canonical, rebuilt == text.as_bytes());
            }
            let read = decode_text(&text);
            if read.canonical {
                prop_assert_eq!(rebuild(Encoding::Text, &read.bytes), text.as_bytes());
            }
        }
    }
}
