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
use crate::{Api, ExampleOf, Mint, Run, Site};

/// An API with its pages.
pub(crate) struct Spoken {
    pub(crate) guide: Guide,
    document: &'static str,
    /// Below the server's own address: what its callers put into their clients.
    pub(crate) base: String,
    /// Makes a key of it.
    pub(crate) mint: Mint,
    /// The secrets that a caller must have at hand.
    pub(crate) asked: &'static [(&'static str, &'static str)],
    pub(crate) example: ExampleOf,
    pub(crate) run: Run,
    /// Its reference, once somebody asked for it: it never changes while we run, and is much to render.
    reference: OnceLock<Option<String>>,
}

impl Spoken {
    pub(crate) fn read(api: &Api) -> Spoken {
        Spoken {
            guide: Guide::read(api.name, api.guide),
            document: api.document,
            base: api.base.to_owned(),
            mint: api.mint,
            asked: api.asked,
            example: api.example,
            run: api.run,
            reference: OnceLock::new(),
        }
    }

    fn reference(&self) -> Option<&str> {
        let read = || {
            let page = Reference::read(&self.guide.name, &self.guide.title, self.document)?;
            page.render().ok()
        };
        self.reference.get_or_init(read).as_deref()
    }
}

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home {
    apis: Vec<Guide>,
}

#[derive(Template)]
#[template(path = "docs.html")]
pub(crate) struct Docs {
    apis: Vec<Guide>,
}

#[derive(Template)]
#[template(path = "guide.html")]
pub(crate) struct OneGuide {
    api: Guide,
    others: Vec<Guide>,
}

fn all(site: &Site) -> Vec<Guide> {
    site.apis.iter().map(|api| api.guide.clone()).collect()
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
        api: api.guide.clone(),
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
