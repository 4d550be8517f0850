//! The landing page, the guides to the APIs, and their references.

use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hiring::Problem;
use hiring::problem::Noun;

use crate::guide::Guide;
use crate::page::{self, Area, Page};
use crate::reference::Reference;
use crate::{Api, Site};

/// An API with its pages.
pub(crate) struct Spoken {
    guide: Guide,
    document: Option<&'static str>,
    /// Its reference, once somebody asked for it: it never changes while we run, and is much to render.
    reference: OnceLock<Option<String>>,
}

/// An API as a list shows it.
#[derive(Clone)]
struct Listed {
    guide: Guide,
    has_reference: bool,
}

impl Spoken {
    pub(crate) fn read(api: &Api) -> Spoken {
        Spoken {
            guide: Guide::read(api.name, api.guide),
            document: api.document,
            reference: OnceLock::new(),
        }
    }

    fn listed(&self) -> Listed {
        Listed {
            guide: self.guide.clone(),
            has_reference: self.document.is_some(),
        }
    }

    fn reference(&self) -> Option<&str> {
        let read = || {
            let page = Reference::read(&self.guide.name, &self.guide.title, self.document?)?;
            page.render().ok()
        };
        self.reference.get_or_init(read).as_deref()
    }
}

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home {
    apis: Vec<Listed>,
}

#[derive(Template)]
#[template(path = "docs.html")]
pub(crate) struct Docs {
    apis: Vec<Listed>,
}

#[derive(Template)]
#[template(path = "guide.html")]
pub(crate) struct OneGuide {
    api: Listed,
    others: Vec<Listed>,
}

fn all(site: &Site) -> Vec<Listed> {
    site.apis.iter().map(Spoken::listed).collect()
}

/// `GET /`.
pub(crate) async fn home(Extension(site): Extension<Arc<Site>>) -> Response {
    let apis = all(&site);
    page::html(Area::Public, StatusCode::OK, &Home { apis })
}

/// `GET /docs`.
pub(crate) async fn index(Extension(site): Extension<Arc<Site>>) -> Response {
    let apis = all(&site);
    page::html(Area::Public, StatusCode::OK, &Docs { apis })
}

/// `GET /docs/{name}`.
pub(crate) async fn guide(
    Extension(site): Extension<Arc<Site>>,
    Path(name): Path<String>,
) -> Response {
    let Some(api) = site.apis.iter().find(|api| api.guide.name == name) else {
        return page::problem(Area::Public, &Problem::NotFound(Noun::Route));
    };
    let page = OneGuide {
        api: api.listed(),
        others: all(&site),
    };
    page::html(Area::Public, StatusCode::OK, &page)
}

/// `GET /docs/{name}/reference`.
pub(crate) async fn reference(
    Extension(site): Extension<Arc<Site>>,
    Path(name): Path<String>,
) -> Response {
    let mut named = site.apis.iter().filter(|api| api.guide.name == name);
    let Some(text) = named.next().and_then(Spoken::reference) else {
        return page::problem(Area::Public, &Problem::NotFound(Noun::Route));
    };
    let response = (StatusCode::OK, text.to_owned()).into_response();
    page::scripted(page::dress(Area::Public, response))
}

#[cfg(test)]
fn samples() -> Vec<Listed> {
    let one = Guide::read(
        "one",
        "# The `one` API\n\nSpeaks *one*.\n\n## Base URL\n\n```\ncurl x\n```",
    );
    let listed = |guide, has_reference| Listed {
        guide,
        has_reference,
    };
    vec![listed(one, true), listed(Guide::read("two", ""), false)]
}

impl Page for Home {
    #[cfg(test)]
    fn sample() -> Home {
        Home { apis: samples() }
    }
}

impl Page for Docs {
    #[cfg(test)]
    fn sample() -> Docs {
        Docs { apis: samples() }
    }
}

impl Page for OneGuide {
    #[cfg(test)]
    fn sample() -> OneGuide {
        OneGuide {
            api: samples().remove(0),
            others: samples(),
        }
    }
}
