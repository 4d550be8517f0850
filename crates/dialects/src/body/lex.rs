//! The words of JSON (RFC 8259): strings, numbers, literals, white space, each checked in full and
//! skipped without a copy. How they combine is `scan.rs`.

use std::borrow::Cow;

/// Why a word could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not JSON.
    Syntax,
    /// U+0000 in a string.
    Nul,
    /// Half a surrogate pair in a string.
    Surrogate,
}

/// A string in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    /// With its quotes.
    quoted: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// The string that is meant.
    pub(super) fn meant(&self) -> Cow<'a, str> {
        let inner = &self.quoted[1..self.quoted.len() - 1];
        if !self.escaped {
            return Cow::Borrowed(inner);
        }
        // The lexer has checked every escape, so the other arm is never taken.
        serde_json::from_str(self.quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
    }
}

/// A place in a text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    pos: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, pos: 0 }
    }

    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    /// Skips white space.
    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.pos += 1;
        }
    }

    /// Takes `byte` if it is next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.pos += usize::from(next);
        next
    }

    /// `true`, `false` or `null`.
    pub(super) fn literal(&mut self, word: &str) -> Result<(), Fault> {
        if !self.text.as_bytes()[self.pos..].starts_with(word.as_bytes()) {
            return Err(Fault::Syntax);
        }
        self.pos += word.len();
        Ok(())
    }

    /// A number's spelling. Its size is not judged here.
    pub(super) fn number(&mut self) -> Result<(), Fault> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Fault> {
        let from = self.pos;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.pos += 1;
        }
        if self.pos > from {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    /// A string, of which the opening quote is next.
    pub(super) fn string(&mut self) -> Result<Text<'a>, Fault> {
        let from = self.pos;
        let mut escaped = false;
        if !self.take(b'"') {
            return Err(Fault::Syntax);
        }
        loop {
            self.pos += plain(&self.text.as_bytes()[self.pos..]);
            match self.peek() {
                Some(b'"') => {
                    self.pos += 1;
                    return Ok(Text {
                        quoted: &self.text[from..self.pos],
                        escaped,
                    });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0) => return Err(Fault::Nul),
                Some(_) | None => return Err(Fault::Syntax),
            }
        }
    }

    /// An escape, of which the backslash is next.
    fn escape(&mut self) -> Result<(), Fault> {
        self.pos += 1;
        if !self.take(b'u') {
            let known = matches!(
                self.peek(),
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')
            );
            self.pos += usize::from(known);
            return if known { Ok(()) } else { Err(Fault::Syntax) };
        }
        match self.hex()? {
            0 => Err(Fault::Nul),
            0xD800..=0xDBFF if self.take(b'\\') && self.take(b'u') => match self.hex()? {
                0xDC00..=0xDFFF => Ok(()),
                _ => Err(Fault::Surrogate),
            },
            0xD800..=0xDFFF => Err(Fault::Surrogate),
            _ => Ok(()),
        }
    }

    /// Four hexadecimal digits.
    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self
            .text
            .as_bytes()
            .get(self.pos..self.pos + 4)
            .ok_or(Fault::Syntax)?;
        self.pos += 4;
        digits
            .iter()
            .try_fold(0, |sum, &digit| {
                Some(sum * 16 + char::from(digit).to_digit(16)?)
            })
            .ok_or(Fault::Syntax)
    }
}

/// How many bytes may pass before one that means something in a string.
fn plain(bytes: &[u8]) -> usize {
    const NEAR: usize = 16;
    const CHUNK: usize = 64;
    let special = |b: u8| b == b'"' || b == b'\\' || b < 0x20;
    // Most strings are short; and where escapes follow each other a chunk would be looked at often.
    if let Some(at) = bytes.iter().take(NEAR).position(|&b| special(b)) {
        return at;
    }
    let mut at = bytes.len().min(NEAR);
    // Without an exit in the middle the compiler makes wide instructions of this: ten megabytes of
    // base64 pass in a few milliseconds.
    for chunk in bytes[at..].chunks_exact(CHUNK) {
        if chunk.iter().fold(false, |seen, &b| seen | special(b)) {
            break;
        }
        at += CHUNK;
    }
    at + bytes[at..]
        .iter()
        .position(|&b| special(b))
        .unwrap_or(bytes.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings() {
        for (text, expected) in [
            (r#""""#, Ok("")),
            (r#""a\/\u00e9\ud83d\ude00\n""#, Ok("a/é😀\n")),
            (r#""\u0000""#, Err(Fault::Nul)),
            ("\"\0\"", Err(Fault::Nul)),
            (r#""\ud83d""#, Err(Fault::Surrogate)),
            (r#""\ud83d\n""#, Err(Fault::Surrogate)),
            (r#""\ude00""#, Err(Fault::Surrogate)),
            (r#""\ud83d\ud83d""#, Err(Fault::Surrogate)),
            ("\"\n\"", Err(Fault::Syntax)),
            (r#""\x""#, Err(Fault::Syntax)),
            (r#""\u+123""#, Err(Fault::Syntax)),
            (r#""\u12"#, Err(Fault::Syntax)),
            (r#""\"#, Err(Fault::Syntax)),
            (r#""é\u00é""#, Err(Fault::Syntax)),
            ("\"", Err(Fault::Syntax)),
        ] {
            let read = Lexer::new(text)
                .string()
                .map(|text| text.meant().into_owned());
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
    }

    proptest! {
        #[test]
        fn finds_the_first_special_byte(len in 0usize..300, at in 0usize..300, what in prop::sample::select(b"\"\\\n\0".to_vec())) {
            let mut bytes = vec![b'x'; len];
            if let Some(place) = bytes.get_mut(at) {
                *place = what;
            }
            prop_assert_eq!(plain(&bytes), at.min(len));
        }
    }
}
