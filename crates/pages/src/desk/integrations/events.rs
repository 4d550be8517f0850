//! The event feed: what happened in the organization, newest first, by kind; new events come by themselves (`stream.rs`).

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use hiring::event::Kind;
use hiring::event::happening::last_place;
use hiring::event::told::{self, Told};
use hiring::{App, Problem};

use super::HERE;
use super::stream::{self, Source};
use crate::desk::board::live::Stop;
use crate::desk::form::{Choice, Field, Pager};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::desk::words;
use crate::moment::Moment;
use crate::page::Page;

/// Events of a page.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "desk/events.html")]
pub(super) struct Events {
    frame: Frame,
    kind: Field,
    rows: Vec<Row>,
    /// Where new ones come from, when the page shows the newest.
    live: Option<String>,
    /// Up to which place the page knows everything.
    after: i64,
    pager: Pager,
}

/// An event.
pub(super) struct Row {
    at: Moment,
    kind: String,
    subject: String,
    /// The person's page.
    to: Option<String>,
    rest: String,
    job: Option<String>,
    by: String,
}

/// A row alone, as a stream says it.
#[derive(Template)]
#[template(path = "desk/event_row.html")]
struct One {
    row: Row,
}

/// A row of the table, HTML.
pub(super) fn row(of: &Told) -> String {
    One { row: Row::of(of) }.render().unwrap_or_default()
}

fn kind_asked(inputs: &Inputs) -> Option<String> {
    Kind::parse(inputs.get("kind")).map(|kind| kind.word().to_owned())
}

/// `GET /desk/integrations/events`.
pub(super) async fn show(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (org, kind) = (visit.org(), kind_asked(&inputs));
    let before = inputs.get("before").parse().unwrap_or(i64::MAX);
    let wanted = kind.clone();
    let read = app.store.read(move |r| {
        let last = last_place(r)?;
        let page = told::newest(r, org, wanted.as_deref(), before, ROWS)?;
        Ok::<_, Problem>((page, last))
    });
    let (found, last) = read.await?;
    let page = Events::of(
        visit.frame(Section::Integrations),
        &found,
        last,
        kind,
        before,
    );
    Ok(visit.page(&page))
}

/// `GET /desk/integrations/events/live`.
pub(super) async fn live(
    State(app): State<App>,
    stop: Option<Extension<Stop>>,
    visit: Visit,
    headers: HeaderMap,
    query: Inputs,
) -> Answer {
    let source = Source::Events(kind_asked(&query));
    let stop = stop.map(|Extension(stop)| stop);
    Ok(stream::open(&app, &visit, &headers, &query, stop, source).await?)
}

impl Events {
    fn of(
        frame: Frame,
        found: &told::Page,
        last: i64,
        kind: Option<String>,
        before: i64,
    ) -> Events {
        let asked = kind.unwrap_or_default();
        let any = Choice::new("", "Every kind");
        let kinds = Kind::all().map(|kind| Choice::new(kind.word(), kind.word()));
        let here = format!("{HERE}/events");
        let newest = before == i64::MAX;
        Events {
            kind: Field::select("kind", "Kind", std::iter::once(any).chain(kinds).collect())
                .value(&asked)
                .needed(),
            rows: found.events.iter().map(Row::of).collect(),
            live: newest.then(|| format!("{here}/live?kind={asked}")),
            after: last,
            pager: Pager {
                back: (!newest).then(|| format!("{here}?kind={asked}")),
                on: found
                    .before
                    .map(|before| format!("{here}?kind={asked}&before={before}")),
                back_words: "Newest",
                on_words: "Older",
            },
            frame,
        }
    }
}

impl Row {
    fn of(of: &Told) -> Row {
        let said = words::sentence(&of.event);
        Row {
            at: Moment::at(of.event.created_at),
            kind: of.event.kind.clone(),
            to: of.candidate.map(|uid| format!("/desk/candidates/{uid}")),
            job: of.job.map(|uid| format!("/desk/jobs/{uid}")),
            subject: said.subject,
            rest: said.rest,
            by: said.by,
        }
    }
}

impl Page for Events {
    #[cfg(test)]
    fn sample() -> Events {
        use hiring::counts::{Actor, Recent};
        use hiring::id::Uuid;
        let one = |candidate: Option<Uuid>| Told {
            place: 7,
            event: Recent {
                uid: Uuid::nil(),
                kind: "application.advanced".into(),
                candidate: Some("Ada <x>".into()),
                job: Some("Engineer <x>".into()),
                stage: Some("Interview".into()),
                actor: Actor::Key {
                    name: "the <x> website".into(),
                    dialect: "native".into(),
                },
                created_at: 1_773_480_413_000_000,
            },
            candidate,
            job: Some(Uuid::nil()),
        };
        let found = told::Page {
            events: vec![one(Some(Uuid::nil())), one(None)],
            before: Some(7),
        };
        Events::of(Frame::sample(), &found, 9, None, i64::MAX)
    }
}
