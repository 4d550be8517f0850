//! Pages of a PDF as pictures. What is in a page is drawn and nothing of it is ever run: scripts, links, forms and files within
//! the file are not looked at.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::{MOST_DRAWN, Reason};

/// A picture is at most so wide and so high, pixels: a page to be read on a screen of twice the usual density, and a page that
/// is a scroll.
const WIDTH: f32 = 1200.0;
const HEIGHT: f32 = 3000.0;
/// A small page is drawn at most so many times larger: three pixels for each point.
const LARGER: f32 = 3.0;

/// How many pages there are, and how large the pictures of the first ones are: `3 1200x1697 1200x1697 1200x1697`.
pub(crate) fn outline(bytes: Vec<u8>) -> Result<String, Reason> {
    let pdf = open(bytes)?;
    let pages = caught(|| Ok(pdf.pages()))?;
    let mut said = pages.len().to_string();
    for page in pages.iter().take(MOST_DRAWN) {
        let (width, height, _) = size(page);
        said.push_str(&format!(" {width}x{height}"));
    }
    Ok(said)
}

/// Page `number` as a PNG, counted from one.
pub(crate) fn draw(bytes: Vec<u8>, number: usize) -> Result<Vec<u8>, Reason> {
    let pdf = open(bytes)?;
    let pages = caught(|| Ok(pdf.pages()))?;
    let known = (1..=MOST_DRAWN).contains(&number);
    let page = pages.get(number.wrapping_sub(1)).filter(|_| known);
    let page = page.ok_or(Reason::Damaged)?;
    caught(|| {
        let (width, height, (x_scale, y_scale)) = size(page);
        let settings = PixmapSettings {
            x_scale,
            y_scale,
            bg_color: WHITE,
        };
        let drawn = render(
            page,
            &RenderCache::new(),
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &settings,
        );
        if (drawn.width(), drawn.height()) != (width, height) {
            return Err(Reason::Damaged);
        }
        encode(&drawn)
    })
}

fn open(bytes: Vec<u8>) -> Result<Pdf, Reason> {
    let pdf = caught(|| {
        Pdf::new(bytes).map_err(|why| match why {
            LoadPdfError::Decryption(_) => Reason::Encrypted,
            LoadPdfError::Invalid => Reason::Damaged,
        })
    })?;
    match caught(|| Ok(pdf.pages().is_empty()))? {
        true => Err(Reason::Damaged),
        false => Ok(pdf),
    }
}

/// A panic over a file is a damaged file.
fn caught<T>(f: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or(Err(Reason::Damaged))
}

/// Width and height of a page's picture in pixels, and how the page is scaled to just that.
fn size(page: &Page) -> (u16, u16, (f32, f32)) {
    let (width, height) = page.render_dimensions();
    let scale = (WIDTH / width).min(HEIGHT / height).min(LARGER);
    let pixels = |points: f32, most: f32| (points * scale).round().clamp(1.0, most);
    let (wide, high) = (pixels(width, WIDTH), pixels(height, HEIGHT));
    // The renderer cuts off what comes after the point.
    let scales = ((wide + 0.01) / width, (high + 0.01) / height);
    (wide as u16, high as u16, scales)
}

/// As a PNG: in grey where there is no colour, which most pages are.
fn encode(drawn: &Pixmap) -> Result<Vec<u8>, Reason> {
    let pixels = drawn.data();
    let grey = pixels.iter().all(|p| p.r == p.g && p.g == p.b);
    // Upon white nothing shines through, whatever a page did to its transparency.
    let upon_white = |value: u8, alpha: u8| value.saturating_add(255 - alpha);
    let data: Vec<u8> = match grey {
        true => pixels.iter().map(|p| upon_white(p.r, p.a)).collect(),
        false => pixels
            .iter()
            .flat_map(|p| [p.r, p.g, p.b].map(|value| upon_white(value, p.a)))
            .collect(),
    };
    let mut out = Vec::new();
    let (width, height) = (drawn.width().into(), drawn.height().into());
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(match grey {
        true => png::ColorType::Grayscale,
        false => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&data));
    written.map_err(|_| Reason::Damaged)?;
    Ok(out)
}
