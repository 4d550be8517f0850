//! Placeholder: the pages are on their way.

/// No routes yet.
pub fn routes(_guides: &'static [(&'static str, &'static str)]) -> axum::Router<hiring::App> {
    axum::Router::new()
}
