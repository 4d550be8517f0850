//! Text of a PDF: page by page, and what one page breaks costs that page alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, PlainTextOutput, output_doc_page};

use crate::{MOST_TEXT, Reason};

/// Pages that are read: what a person says of themselves is on the first ones.
const MOST_PAGES: usize = 60;

pub(crate) fn text(bytes: &[u8]) -> Result<String, Reason> {
    // Whoever asks for a password may not even let the objects be found: then nothing below is there to read.
    let locked = bytes.windows(8).any(|w| w == b"/Encrypt");
    let refused = || match locked {
        true => Reason::Encrypted,
        false => Reason::Damaged,
    };
    // A password that is asked of writers only is the empty one, and opens it.
    let loaded = catch_unwind(|| Document::load_mem(bytes)).map_err(|_| refused())?;
    let mut document = loaded.map_err(|_| refused())?;
    if document.is_encrypted() {
        let opened = catch_unwind(AssertUnwindSafe(|| document.decrypt("")));
        if !matches!(opened, Ok(Ok(()))) {
            return Err(Reason::Encrypted);
        }
    }
    let pages = catch_unwind(AssertUnwindSafe(|| document.get_pages()));
    let pages = pages.map_err(|_| refused())?;
    if pages.is_empty() {
        return Err(refused());
    }
    let (mut all, mut read, mut length) = (String::new(), 0, 0);
    for number in pages.keys().take(MOST_PAGES) {
        let mut page = String::new();
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut output = PlainTextOutput::new(&mut page);
            output_doc_page(&document, &mut output, *number).is_ok()
        }));
        // What a broken page gave before it broke is text all the same.
        read += usize::from(done.unwrap_or(false) || !page.trim().is_empty());
        let rest = MOST_TEXT - length;
        let page: String = page.chars().take(rest).collect();
        length += page.chars().count() + 1;
        all.push_str(&page);
        all.push('\n');
        if length >= MOST_TEXT {
            break;
        }
    }
    if read == 0 {
        return Err(refused());
    }
    Ok(all)
}
