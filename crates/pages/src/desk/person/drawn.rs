//! A PDF to look at: its pages as pictures, so that nothing in it can act (decision 0030).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hiring::attachment::Attachment;
use hiring::extraction::{self, MOST_PAGES, Outline, Pages};
use hiring::id::Uuid;
use hiring::problem::Noun;
use hiring::{App, Problem, candidate};
use store::Reader;
use store::files::Digest;

use super::super::frame::{Frame, Section};
use super::super::visit::{Answer, Named, Refusal, Visit};
use super::super::words;
use super::address;
use super::files::{find, served};
use crate::Site;
use crate::drawing::Drawn;
use crate::page::Page;

/// What is drawn.
pub(super) const PDF: &str = "application/pdf";
/// The size of a picture of which nothing is known.
const USUAL: (u32, u32) = (1200, 1697);

const BUSY: &str = "Too many files are being looked at right now. Please try again in a moment.";

/// A page's picture, for `<img>`.
pub(crate) struct Sheet {
    pub to: String,
    pub number: usize,
    pub width: u32,
    pub height: u32,
}

/// The pictures of a file's pages: those of the file at `to`.
pub(super) fn sheets(to: &str, outline: &Outline) -> Vec<Sheet> {
    let one = |(n, (width, height)): (usize, &(u32, u32))| Sheet {
        to: format!("{to}/pages/{}", n + 1),
        number: n + 1,
        width: *width,
        height: *height,
    };
    outline.sizes.iter().enumerate().map(one).collect()
}

/// A file's pages, larger.
#[derive(Template)]
#[template(path = "desk/person_pages.html")]
pub(crate) struct PagesOf {
    frame: Frame,
    /// The file, and the person.
    to: String,
    owner: String,
    person: String,
    name: String,
    sheets: Vec<Sheet>,
    count: u32,
    /// Why there is none.
    none: String,
    has_text: bool,
}

/// `GET /desk/files/{uid}/pages`.
pub(super) async fn show(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    Named(uid): Named,
) -> Answer {
    let looker = visit.clone();
    let read = move |r: &mut Reader| read(r, &looker, uid);
    let (file, sha256, owner, known, has_text) = app.store.read(read).await?;
    let came = match known {
        Pages::Known(outline) => Ok(outline),
        Pages::None(why) => Err(why),
        Pages::Unknown => match site.studio.outline(&app, visit.org(), sha256).await? {
            Some(came) => came.map_err(|why| why.words.to_owned()),
            None => return Ok(visit.undone(&address(owner.uid), BUSY)),
        },
    };
    let to = format!("/desk/files/{uid}");
    let (outline, none) = match came {
        Ok(outline) => (Some(outline), String::new()),
        Err(why) => (None, why),
    };
    let page = PagesOf {
        frame: visit.frame(Section::Candidates),
        owner: address(owner.uid),
        person: words::name(owner.record.name()),
        name: words::file_name(&file.name),
        sheets: outline.as_ref().map_or(Vec::new(), |o| sheets(&to, o)),
        count: outline.map_or(0, |o| o.count),
        none,
        has_text,
        to,
    };
    Ok(visit.page(&page))
}

type Found = (Attachment, Digest, candidate::Candidate, Pages, bool);

fn read(r: &mut Reader, visit: &Visit, uid: Uuid) -> hiring::Result<Found> {
    let (file, owner) = find(r, visit, uid)?;
    let sha256 = content(&file)?;
    let pages = extraction::pages(r, visit.org(), &sha256)?;
    let text = extraction::find(r, visit.org(), &sha256)?;
    let has_text = text.is_some_and(|(_, text)| text.is_some());
    Ok((file, sha256, owner, pages, has_text))
}

/// The content of a file that is drawn; as good as missing otherwise.
fn content(file: &Attachment) -> hiring::Result<Digest> {
    let sha256 = file.sha256.filter(|_| file.media_type == PDF);
    sha256.ok_or(Problem::NotFound(Noun::Attachment))
}

/// `GET /desk/files/{uid}/pages/{number}`.
pub(super) async fn page(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    PageOf(uid, number): PageOf,
) -> Answer {
    let looker = visit.clone();
    let read = move |r: &mut Reader| {
        let (file, _) = find(r, &looker, uid)?;
        let sha256 = content(&file)?;
        let pages = extraction::pages(r, looker.org(), &sha256)?;
        Ok::<_, Problem>((sha256, pages))
    };
    let (sha256, pages) = app.store.read(read).await?;
    let at = usize::from(number) - 1;
    let size = match &pages {
        Pages::Known(outline) => *outline
            .sizes
            .get(at)
            .ok_or(Problem::NotFound(Noun::Attachment))?,
        _ => USUAL,
    };
    let (org, studio) = (visit.org(), &site.studio);
    Ok(match studio.page(&app, org, sha256, number).await? {
        Drawn::Picture(png) => served("image/png", "inline", png),
        Drawn::Not => instead(
            StatusCode::UNPROCESSABLE_ENTITY,
            size,
            "This page cannot be shown here. Download the file to read it.",
        ),
        Drawn::Busy => instead(
            StatusCode::SERVICE_UNAVAILABLE,
            size,
            "Too many pages are being drawn right now. Load this page again in a moment.",
        ),
    })
}

/// What stands in a picture's place, of its size, so that nothing moves.
#[derive(Template)]
#[template(path = "desk/undrawn.svg", escape = "html")]
struct Instead {
    width: u32,
    height: u32,
    middle: u32,
    words: &'static str,
}

fn instead(status: StatusCode, (width, height): (u32, u32), words: &'static str) -> Response {
    let picture = Instead {
        width,
        height,
        middle: height / 2,
        words,
    };
    // Numbers and words of ours: there is nothing that could not be written.
    let picture = picture.render().unwrap_or_default();
    let mut response = served("image/svg+xml", "inline", picture.into());
    *response.status_mut() = status;
    response
}

/// The file and the number of a page in an address.
pub(super) struct PageOf(Uuid, u8);

impl FromRequestParts<App> for PageOf {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<PageOf, Refusal> {
        let named = Path::<(String, String)>::from_request_parts(parts, app).await;
        let page = named.ok().and_then(|Path((uid, number))| {
            let number = number.parse().ok()?;
            let shown = (1..=MOST_PAGES).contains(&usize::from(number));
            shown.then_some(PageOf(Uuid::parse_str(&uid).ok()?, number))
        });
        page.ok_or_else(|| Problem::NotFound(Noun::Route).into())
    }
}

impl Page for PagesOf {
    #[cfg(test)]
    fn sample() -> PagesOf {
        let outline = Outline::parse("21 1200x1697").unwrap_or(Outline {
            count: 21,
            sizes: vec![(1200, 1697)],
        });
        PagesOf {
            frame: Frame::sample(),
            to: "/desk/files/x".into(),
            owner: "/desk/candidates/x".into(),
            person: "Ada <x>".into(),
            name: "cv <x>.pdf".into(),
            sheets: sheets("/desk/files/x", &outline),
            count: outline.count,
            none: "the file is <x>".into(),
            has_text: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_stands_in_a_pictures_place_has_its_size_and_its_words() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let response = instead(status, (600, 800), "It cannot be shown.");
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["content-type"], "image/svg+xml");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let text = String::from_utf8(body.unwrap().to_vec()).unwrap();
        for part in [
            "width=\"600\" height=\"800\"",
            "y=\"400\"",
            ">It cannot be shown.<",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
