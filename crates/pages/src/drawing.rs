//! Pictures of the pages of people's files: a bounded number at once, each kept beside its file, so that it is made once.
//!
//! Whoever mounts the routes brings the pen (`server/src/drawing.rs`): a process of its own draws, as the files are strangers'.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hiring::extraction::{self, Outline};
use hiring::id::OrgId;
use hiring::{App, Problem, Result};
use store::files::Digest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Pictures made at once, whoever looks: as many processes run, of a gigabyte at the very most each.
const AT_ONCE: usize = 2;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// For how long it is believed that a page cannot be drawn, µs: a day. A newer version may be able to.
const BELIEVED: i64 = 86_400 * 1_000_000;
/// How a kept picture begins.
const PNG: &[u8] = b"\x89PNG";

/// Draws pages of PDF files. Both functions block.
pub trait Draw: Send + Sync {
    /// How many pages there are, and their sizes.
    fn outline(&self, bytes: Bytes) -> std::result::Result<Outline, Undrawn>;
    /// A page as a PNG, counted from one.
    fn page(&self, number: u32, bytes: Bytes) -> std::result::Result<Bytes, Undrawn>;
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undrawn {
    /// In plain words.
    pub words: &'static str,
    /// Whether it is the file's doing, and would be the same the next time.
    pub of_file: bool,
}

/// A page of a file, as one looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// A PNG.
    Picture(Bytes),
    /// It cannot be shown.
    Not,
    /// Too many are being drawn: later, perhaps.
    Busy,
}

/// What draws, and how many wait for it.
#[derive(Clone)]
pub(crate) struct Studio {
    pen: Arc<dyn Draw>,
    places: Arc<Semaphore>,
}

impl Studio {
    pub fn new(pen: Arc<dyn Draw>) -> Studio {
        Studio {
            pen,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// What pages the file has, when nobody has looked yet; noted for the next one who asks. `None` when too many are at it.
    pub async fn outline(
        &self,
        app: &App,
        org: OrgId,
        file: Digest,
    ) -> Result<Option<std::result::Result<Outline, Undrawn>>> {
        let Some(place) = self.place().await else {
            return Ok(None);
        };
        let bytes = app.files.get(org.0, &file).await.map_err(Problem::from)?;
        let pen = self.pen.clone();
        let came = blocking(place, move || pen.outline(bytes)).await?;
        let noted = match &came {
            Err(why) if !why.of_file => None,
            came => Some(came.clone()),
        };
        if let Some(noted) = noted {
            let note = move |tx: &mut store::Tx| {
                let noted = noted.as_ref().map_err(|why| why.words);
                extraction::note_pages(tx, org, &file, noted)
            };
            app.store.write(note).await?;
        }
        Ok(Some(came))
    }

    /// Page `number` of the file, which has such a page.
    pub async fn page(&self, app: &App, org: OrgId, file: Digest, number: u8) -> Result<Drawn> {
        if let Some(kept) = kept(app, org, &file, number).await? {
            return Ok(kept);
        }
        // Goes on when whoever looks has gone on: then it is there when they come back.
        let (studio, app) = (self.clone(), app.clone());
        let drawing = tokio::spawn(async move { studio.draw(&app, org, file, number).await });
        drawing.await.map_err(Problem::broken)?
    }

    async fn draw(&self, app: &App, org: OrgId, file: Digest, number: u8) -> Result<Drawn> {
        let Some(place) = self.place().await else {
            return Ok(Drawn::Busy);
        };
        // Somebody else may have wanted the same page.
        if let Some(kept) = kept(app, org, &file, number).await? {
            return Ok(kept);
        }
        let bytes = app.files.get(org.0, &file).await.map_err(Problem::from)?;
        let pen = self.pen.clone();
        let came = blocking(place, move || pen.page(number.into(), bytes)).await?;
        let keep = match &came {
            Ok(picture) => Some(picture.clone()),
            Err(why) if why.of_file => Some(refusal(app)),
            Err(_) => None,
        };
        if let Some(bytes) = keep {
            // A full disk is no reason to show nothing.
            let put = app.files.put_made(org.0, &file, number, bytes).await;
            if let Err(error) = put {
                tracing::warn!(?error, "a picture of a page was not kept");
            }
        }
        Ok(came.map_or(Drawn::Not, Drawn::Picture))
    }

    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        let place = self.places.clone().acquire_owned();
        tokio::time::timeout(PATIENCE, place).await.ok()?.ok()
    }
}

/// Runs `draw` off the threads that answer. The place is held until it ends, whoever has stopped waiting.
async fn blocking<T: Send + 'static>(
    place: OwnedSemaphorePermit,
    draw: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let drawing = move || {
        let drawn = draw();
        drop(place);
        drawn
    };
    tokio::task::spawn_blocking(drawing)
        .await
        .map_err(Problem::broken)
}

/// What is kept of a page: its picture, or since when it is known that there is none.
async fn kept(app: &App, org: OrgId, file: &Digest, number: u8) -> Result<Option<Drawn>> {
    let kept = app.files.made(org.0, file, number).await;
    let Some(kept) = kept.map_err(Problem::from)? else {
        return Ok(None);
    };
    if kept.starts_with(PNG) {
        return Ok(Some(Drawn::Picture(kept)));
    }
    let since: Option<i64> = std::str::from_utf8(&kept).ok().and_then(|t| t.parse().ok());
    let believed = since.is_some_and(|since| app.store.clock().now() - since < BELIEVED);
    Ok(believed.then_some(Drawn::Not))
}

fn refusal(app: &App) -> Bytes {
    app.store.clock().now().to_string().into()
}
