//! Text of a Word document: a zip archive whose parts are XML. Parts are unpacked within a limit, whatever the archive says
//! of their size; no entity but XML's own five is ever resolved, as none else can be in such a part.

use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::{MOST_TEXT, Reason};

/// Bytes of all parts together, unpacked.
const MOST_UNPACKED: u64 = 48 << 20;
/// Where the text is, in the order in which one reads it.
const PARTS: [&str; 4] = [
    "word/header1.xml",
    "word/document.xml",
    "word/footnotes.xml",
    "word/footer1.xml",
];

pub(crate) fn text(bytes: &[u8]) -> Result<String, Reason> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Reason::Damaged)?;
    let (mut text, mut budget, mut found) = (String::new(), MOST_UNPACKED, false);
    for name in PARTS {
        let part = match archive.by_name(name) {
            Ok(part) => part,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(Reason::Encrypted);
            }
            Err(ZipError::FileNotFound) => continue,
            Err(_) => return Err(Reason::Damaged),
        };
        found |= name == "word/document.xml";
        // One more than the budget, so that what goes over it shows.
        let mut limited = part.take(budget + 1);
        let read = words(&mut limited, &mut text);
        budget = match limited.limit() {
            0 => return Err(Reason::TooLarge),
            left => left - 1,
        };
        // What is there of a damaged part is text all the same.
        read.or_else(|e| if text.is_empty() { Err(e) } else { Ok(()) })?;
    }
    if found {
        Ok(text)
    } else {
        Err(Reason::Damaged)
    }
}

/// Appends the words of a part: `t` is text, `tab`, `br` and the ends of paragraphs and cells are space.
fn words(part: &mut impl Read, text: &mut String) -> Result<(), Reason> {
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    let (mut within, mut length) = (false, text.chars().count());
    while length < MOST_TEXT {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let mut add = |words: &str| {
            length += words.chars().count();
            text.push_str(words);
        };
        match event.map_err(|_| Reason::Damaged)? {
            Event::Eof => return Ok(()),
            Event::Start(e) => within = e.local_name().as_ref() == "t",
            Event::End(e) => {
                within = false;
                match e.local_name().as_ref() {
                    "p" => add("\n"),
                    "tc" => add("\t"),
                    _ => {}
                }
            }
            Event::Empty(e) => match e.local_name().as_ref() {
                "tab" => add("\t"),
                "br" | "cr" => add("\n"),
                _ => {}
            },
            Event::Text(e) if within => add(&e.xml10_content()),
            Event::CData(e) if within => add(&e.into_inner()),
            Event::GeneralRef(e) if within => add(&entity(&e)),
            _ => {}
        }
    }
    Ok(())
}

fn entity(reference: &BytesRef) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => c.to_string(),
        _ => resolve_predefined_entity(reference)
            .unwrap_or(" ")
            .to_owned(),
    }
}
