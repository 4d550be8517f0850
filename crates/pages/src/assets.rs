//! The stylesheets, the scripts and the mark, inside the binary. Their address holds a hash of all of them, so a browser may keep
//! them for ever and still sees a new version at once.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use store::files;

/// Every file, by its name: the ending says what it is. A new one is a line here.
const FILES: &[(&str, &str)] = &[
    ("muster.css", include_str!("../assets/muster.css")),
    ("mark.svg", include_str!("../assets/mark.svg")),
    ("reference.js", include_str!("../assets/reference.js")),
    ("apply.js", include_str!("../assets/apply.js")),
    ("apply-base.js", include_str!("../assets/apply-base.js")),
    ("apply-files.js", include_str!("../assets/apply-files.js")),
    ("desk.css", include_str!("../assets/desk.css")),
    ("desk.js", include_str!("../assets/desk.js")),
    ("desk-find.css", include_str!("../assets/desk-find.css")),
    ("desk-people.css", include_str!("../assets/desk-people.css")),
    ("desk-pages.css", include_str!("../assets/desk-pages.css")),
    ("desk-search.js", include_str!("../assets/desk-search.js")),
    ("desk-rows.js", include_str!("../assets/desk-rows.js")),
    (
        "desk-integrations.css",
        include_str!("../assets/desk-integrations.css"),
    ),
    ("desk-live.js", include_str!("../assets/desk-live.js")),
    ("desk-board.css", include_str!("../assets/desk-board.css")),
    ("desk-board.js", include_str!("../assets/desk-board.js")),
    ("desk-invite.js", include_str!("../assets/desk-invite.js")),
    (
        "desk-numbers.css",
        include_str!("../assets/desk-numbers.css"),
    ),
];

/// Names this version of the assets.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: String = FILES.iter().map(|(_, text)| *text).collect();
    files::hex(&files::digest(all.as_bytes())[..6])
});

/// `GET /assets/{version}/{file}`.
pub(crate) async fn serve(Path((version, file)): Path<(String, String)>) -> Response {
    let Some((name, text)) = FILES.iter().find(|(name, _)| *name == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    // A page of another version may ask while servers are being replaced: it gets ours, for now only.
    let cache = if version == *VERSION {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    (headers, *text).into_response()
}
