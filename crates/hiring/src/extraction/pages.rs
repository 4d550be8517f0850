//! The pages of a file that can be looked at: how many, and how large the picture of each is. The pictures themselves are made
//! when somebody looks (`server/src/drawing.rs`) and lie beside the file.

use std::fmt;

use store::files::Digest;
use store::{Reader, Tx, sql};

use crate::id::OrgId;
use crate::problem::Result;

/// Pages of a file that are shown.
pub const MOST_PAGES: usize = store::files::MOST_MADE as usize;
/// Pixels of a picture in a direction.
const LARGEST: u32 = 10_000;

/// The pages of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// How many there are.
    pub count: u32,
    /// Width and height of the pictures of the first ones, pixels; at most [`MOST_PAGES`].
    pub sizes: Vec<(u32, u32)>,
}

impl Outline {
    /// From `2 1200x1697 1200x1553`, as it is stored and as the process that looked says it.
    pub fn parse(text: &str) -> Option<Outline> {
        let mut words = text.split(' ');
        let count = words.next()?.parse().ok().filter(|n| *n > 0)?;
        let size = |word: &str| {
            let (width, height) = word.split_once('x')?;
            let pixels = |text: &str| text.parse().ok().filter(|n| (1..=LARGEST).contains(n));
            Some((pixels(width)?, pixels(height)?))
        };
        let sizes: Vec<_> = words.map(size).collect::<Option<_>>()?;
        let fits = sizes.len() == (count as usize).min(MOST_PAGES);
        fits.then_some(Outline { count, sizes })
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.count)?;
        let mut sizes = self.sizes.iter();
        sizes.try_for_each(|(width, height)| write!(f, " {width}x{height}"))
    }
}

/// What is known of a file's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// Nobody has looked yet.
    Unknown,
    /// These.
    Known(Outline),
    /// There is nothing to look at, and why.
    None(String),
}

/// The pages of this content, as far as they are known.
pub fn pages(r: &mut Reader, org: OrgId, file: &Digest) -> Result<Pages> {
    let row = r.one(
        sql!("SELECT pages, pages_reason FROM extraction WHERE org_id = $1 AND sha256 = $2"),
        &[&org, file],
    )?;
    let Some(row) = row else {
        return Ok(Pages::Unknown);
    };
    let (pages, reason): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
    let known = pages.as_deref().and_then(Outline::parse).map(Pages::Known);
    Ok(known.or(reason.map(Pages::None)).unwrap_or(Pages::Unknown))
}

/// Notes what is known of a file's pages, or why there are none to look at. Of a file that nobody has queued nothing is noted.
pub fn note_pages(
    tx: &mut Tx,
    org: OrgId,
    file: &Digest,
    came: std::result::Result<&Outline, &str>,
) -> Result<()> {
    let (pages, reason) = match came {
        Ok(outline) => (Some(outline.to_string()), None),
        Err(reason) => (None, Some(reason)),
    };
    tx.run(
        sql!(
            "UPDATE extraction SET pages = $3, pages_reason = $4 WHERE org_id = $1 AND sha256 = $2"
        ),
        &[&org, file, &pages, &reason],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_is_read_as_it_is_written() {
        let outline = Outline {
            count: 2,
            sizes: vec![(1200, 1697), (1200, 900)],
        };
        assert_eq!(outline.to_string(), "2 1200x1697 1200x900");
        assert_eq!(Outline::parse(&outline.to_string()), Some(outline));
        let long = format!("100000{}", " 10x10".repeat(MOST_PAGES));
        assert_eq!(
            Outline::parse(&long).map(|o| o.sizes.len()),
            Some(MOST_PAGES)
        );
    }

    #[test]
    fn what_no_process_of_ours_says_is_no_outline() {
        for bad in [
            "",
            "0",
            "1",
            "x",
            "-1 1x1",
            "1 0x1",
            "1 1x",
            "1 1x1 1x1",
            "2 1x1",
            "1  1x1",
            "1 1x99999",
        ] {
            assert_eq!(Outline::parse(bad), None, "{bad}");
        }
    }
}
