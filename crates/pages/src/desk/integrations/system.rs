//! A system that people can be carried to: its guide, and what it takes of a person.

use askama::Template;
use axum::extract::{Path, State};
use hiring::destination::Described;
use hiring::problem::Noun;
use hiring::{App, Problem};

use super::HERE;
use super::place_fields::{Carried, carried, lost};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Visit};
use crate::guide::Guide;
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/system.html")]
pub(super) struct System {
    frame: Frame,
    title: String,
    /// Where one of it is connected.
    connect: Option<String>,
    fields: Vec<Carried>,
    lost: Vec<String>,
    /// HTML of our own making.
    guide: String,
}

/// `GET /desk/integrations/systems/{name}`.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(name): Path<String>) -> Answer {
    let of = app.connector(&name).ok_or(Problem::NotFound(Noun::Route))?;
    let may = visit.may(hiring::member::Right::ChangeIntegrations);
    let page = System::of(visit.frame(Section::Integrations), of, may);
    Ok(visit.page(&page))
}

impl System {
    fn of(frame: Frame, of: &Described, may: bool) -> System {
        let connect = format!("{HERE}/destinations/new?connector={}", of.name);
        System {
            title: of.title.to_owned(),
            connect: may.then_some(connect),
            fields: carried(of),
            lost: lost(of),
            guide: Guide::read(of.name, of.guide).html,
            frame,
        }
    }
}

impl Page for System {
    #[cfg(test)]
    fn sample() -> System {
        System::of(Frame::sample(), &super::place_form::example(), true)
    }
}
