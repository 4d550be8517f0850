//! The stylesheet, the scripts and the mark, inside the binary. Their address holds a hash of all of them, so a browser may keep
//! them for ever and still sees a new version at once.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use store::files;

const CSS: &str = include_str!("../assets/muster.css");
const MARK: &str = include_str!("../assets/mark.svg");
const REFERENCE: &str = include_str!("../assets/reference.js");
const APPLY: &str = include_str!("../assets/apply.js");
const APPLY_BASE: &str = include_str!("../assets/apply-base.js");
const APPLY_FILES: &str = include_str!("../assets/apply-files.js");

/// Names this version of the assets.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = files::digest(
        [CSS, MARK, REFERENCE, APPLY, APPLY_BASE, APPLY_FILES]
            .concat()
            .as_bytes(),
    );
    files::hex(&all[..6])
});

/// `GET /assets/{version}/{file}`.
pub(crate) async fn serve(Path((version, file)): Path<(String, String)>) -> Response {
    let (media_type, text) = match file.as_str() {
        "muster.css" => ("text/css; charset=utf-8", CSS),
        "mark.svg" => ("image/svg+xml", MARK),
        "reference.js" => ("text/javascript; charset=utf-8", REFERENCE),
        "apply.js" => ("text/javascript; charset=utf-8", APPLY),
        "apply-base.js" => ("text/javascript; charset=utf-8", APPLY_BASE),
        "apply-files.js" => ("text/javascript; charset=utf-8", APPLY_FILES),
        _ => return StatusCode::NOT_FOUND.into_response(),
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
    (headers, text).into_response()
}
