//! The landing page and the guides to the APIs.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use hiring::Problem;
use hiring::problem::Noun;

use crate::Site;
use crate::guide::Guide;
use crate::page::{self, Area, Page};

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home {
    guides: Vec<Guide>,
}

#[derive(Template)]
#[template(path = "docs.html")]
pub(crate) struct Docs {
    guides: Vec<Guide>,
}

#[derive(Template)]
#[template(path = "guide.html")]
pub(crate) struct OneGuide {
    guide: Guide,
    others: Vec<Guide>,
}

/// `GET /`.
pub(crate) async fn home(Extension(site): Extension<Arc<Site>>) -> Response {
    let guides = site.guides.clone();
    page::html(Area::Public, StatusCode::OK, &Home { guides })
}

/// `GET /docs`.
pub(crate) async fn index(Extension(site): Extension<Arc<Site>>) -> Response {
    let guides = site.guides.clone();
    page::html(Area::Public, StatusCode::OK, &Docs { guides })
}

/// `GET /docs/{name}`.
pub(crate) async fn guide(
    Extension(site): Extension<Arc<Site>>,
    Path(name): Path<String>,
) -> Response {
    let Some(guide) = site.guides.iter().find(|g| g.name == name) else {
        return page::problem(Area::Public, &Problem::NotFound(Noun::Route));
    };
    let page = OneGuide {
        guide: guide.clone(),
        others: site.guides.clone(),
    };
    page::html(Area::Public, StatusCode::OK, &page)
}

#[cfg(test)]
fn samples() -> Vec<Guide> {
    let one = Guide::read(
        "one",
        "# The `one` API\n\nSpeaks *one*.\n\n## Base URL\n\n```\ncurl x\n```",
    );
    vec![one, Guide::read("two", "")]
}

impl Page for Home {
    #[cfg(test)]
    fn sample() -> Home {
        Home { guides: samples() }
    }
}

impl Page for Docs {
    #[cfg(test)]
    fn sample() -> Docs {
        Docs { guides: samples() }
    }
}

impl Page for OneGuide {
    #[cfg(test)]
    fn sample() -> OneGuide {
        OneGuide {
            guide: samples().remove(0),
            others: samples(),
        }
    }
}
