//! A job's board: columns are stages, cards are applications. Complete without a script: each card has a form that moves it,
//! each column its own page, and a filter is an address. `assets/desk-board.js` adds dragging, keys, loading while one scrolls
//! and what others do meanwhile.
//!
//! * `board/sift.rs` – what is shown, as the address says it · `board/card.rs` – a card · `board/act.rs` – what the page's forms
//!   ask for: moving one, or something done to many · `board/many.rs` – the pages for many · `board/live.rs` – what others do
//!
//! The verbs are `hiring::application::board` and `bulk`.

mod act;
mod card;
pub(crate) mod live;
pub(crate) mod many;
mod sift;

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use hiring::application::Disposition;
use hiring::application::board::{self, Card, Column, Tally};
use hiring::event::happening;
use hiring::id::{OrgId, Uuid};
use hiring::job::{self, Job, Stage};
use hiring::member::Right;
use hiring::{App, Result};
use serde_json::json;
use store::Reader;

use super::form::{Choice, Faults, Field};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Named, Visit};
use super::words::{self, thousands};
use crate::page::{self, Area, Page};
use card::CardView;
use sift::Sift;

/// Cards of a column that come at a time.
const PAGE: i64 = 50;
/// Cards that a whole board begins with, of all columns together: the page stays light however many stages there are.
const FIRST: i64 = 80;
/// Bytes of a form in which thousands are ticked.
const LARGEST: usize = 1 << 20;
/// Sources and tags that the filter offers.
const OFFERED: usize = 200;

/// Its addresses.
pub(super) fn routes() -> Vec<Route> {
    let (see, change) = (Right::SeePeople, Right::ChangePeople);
    vec![
        Route::get("/desk/jobs/{uid}/board", see, show),
        Route::post("/desk/jobs/{uid}/board", change, act::post).largest(LARGEST),
        Route::get("/desk/jobs/{uid}/board/column", see, column),
        Route::get("/desk/jobs/{uid}/board/cards", see, cards),
        Route::get("/desk/jobs/{uid}/events", see, live::events),
    ]
}

#[derive(Template)]
#[template(path = "desk/board.html")]
pub(crate) struct Board {
    frame: Frame,
    job: Uuid,
    title: String,
    status: &'static str,
    columns: Vec<ColumnView>,
    /// Those that have ended, as ways to a column of their own.
    ended: Vec<Link>,
    /// When one column is shown alone: its name.
    alone: Option<String>,
    filter: Vec<Field>,
    faults: Faults,
    sifted: bool,
    query: String,
    place: i64,
    /// Whether the member may do anything here.
    may: bool,
    may_invite: bool,
    stages: Vec<Choice>,
}

impl Board {
    /// Whether it is a whole board, unfiltered, without a card.
    fn nobody(&self) -> bool {
        let empty = self.columns.iter().all(|column| column.cards.is_empty());
        empty && !self.sifted && self.alone.is_none()
    }
}

/// A column, or one page of it.
#[derive(Template)]
#[template(path = "desk/board_column.html")]
pub(crate) struct ColumnView {
    name: String,
    /// `s12`, `hired`: what forms and addresses call it.
    column: String,
    count: String,
    cards: Vec<CardView>,
    more: Option<Link>,
    may: bool,
}

impl askama::filters::HtmlSafe for ColumnView {}

struct Link {
    to: String,
    words: String,
}

/// What a board is made of.
struct Read {
    job: Job,
    stages: Vec<Stage>,
    tally: Tally,
    /// With whether there are more in it.
    columns: Vec<(Column, Vec<Card>, bool)>,
    sources: Vec<String>,
    tags: Vec<(i64, String)>,
    place: i64,
    now: i64,
}

/// `GET /desk/jobs/{uid}/board`.
pub(crate) async fn show(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (org, sift) = (visit.org(), Sift::of(&inputs));
    let asked = sift.clone();
    let read = app.store.read(move |r| read(r, org, uid, &asked)).await?;
    visit.reach(read.job.id)?;
    Ok(visit.page(&Board::new(&visit, &sift, read)))
}

fn read(r: &mut Reader, org: OrgId, uid: Uuid, sift: &Sift) -> Result<Read> {
    let job = job::find_by_uid(r, org, uid)?;
    let stages = job::stages(r, org, job.id)?;
    let sieve = sift.sieve(r, org)?;
    let columns: Vec<Column> = match sift.column {
        Some(column) => vec![column],
        None => stages.iter().map(|s| Column::Stage(s.id)).collect(),
    };
    let limit = match sift.column {
        Some(_) => PAGE,
        None => (FIRST / columns.len().max(1) as i64).clamp(8, PAGE),
    };
    let mut filled = Vec::with_capacity(columns.len());
    for column in columns {
        // One more than is shown says whether there are more.
        let mut cards = board::column(r, org, job.id, column, &sieve, sift.after, limit + 1)?;
        let more = cards.len() as i64 > limit;
        cards.truncate(limit as usize);
        filled.push((column, cards, more));
    }
    Ok(Read {
        tally: board::tally(r, org, job.id, &sieve)?,
        sources: board::sources(r, org, job.id, OFFERED)?,
        tags: board::tags(r, org, OFFERED as i64)?,
        place: happening::last_place(r)?,
        now: r.now(),
        columns: filled,
        job,
        stages,
    })
}

impl Board {
    fn new(visit: &Visit, sift: &Sift, read: Read) -> Board {
        let base = format!("/desk/jobs/{}/board", read.job.uid);
        let query = sift.query();
        let may = visit.may(Right::ChangePeople);
        let stages = stage_choices(&read.stages);
        let columns = read.columns.into_iter().map(|filled| ColumnView {
            count: thousands(read.tally.of(filled.0)),
            ..column_view(filled, &read.stages, &base, &query, read.now, may)
        });
        let columns: Vec<ColumnView> = columns.collect();
        let ended = ENDED.map(|how| Link {
            to: sift::with(&base, &query, &[("col", how.word())]),
            words: format!(
                "{} {}",
                ended(how),
                thousands(read.tally.of(Column::Ended(how)))
            ),
        });
        Board {
            frame: visit.frame(Section::Jobs),
            job: read.job.uid,
            title: read.job.title,
            status: words::status(read.job.status),
            alone: sift.column.map(|_| columns[0].name.clone()),
            columns,
            ended: ended.into(),
            filter: sift.fields(&read.sources, &read.tags),
            faults: sift.faults.clone(),
            sifted: !query.is_empty(),
            query,
            place: read.place,
            may,
            may_invite: may && visit.may(Right::Invite),
            stages,
        }
    }
}

const ENDED: [Disposition; 3] = [
    Disposition::Hired,
    Disposition::Rejected,
    Disposition::Withdrawn,
];

/// How an application ended, as a heading.
pub(super) fn ended(how: Disposition) -> &'static str {
    match how {
        Disposition::Hired => "Hired",
        Disposition::Rejected => "Rejected",
        Disposition::Withdrawn => "Withdrawn",
    }
}

fn stage_choices(stages: &[Stage]) -> Vec<Choice> {
    let choice = |stage: &Stage| Choice::new(&stage.id.to_string(), &stage.name);
    stages.iter().map(choice).collect()
}

/// The column's name among the job's stages.
fn name(column: Column, stages: &[Stage]) -> String {
    match column {
        Column::Stage(id) => {
            let found = stages.iter().find(|s| s.id == id);
            found.map_or_else(|| "A stage".to_owned(), |s| s.name.clone())
        }
        Column::Ended(how) => ended(how).to_owned(),
    }
}

fn column_view(
    (column, cards, more): (Column, Vec<Card>, bool),
    stages: &[Stage],
    base: &str,
    query: &str,
    now: i64,
    may: bool,
) -> ColumnView {
    let word = sift::word(column);
    let more = cards.last().filter(|_| more).map(|last| {
        let after = sift::cursor(last);
        Link {
            to: sift::with(base, query, &[("col", &word), ("after", &after)]),
            words: "More".to_owned(),
        }
    });
    let view = |card| CardView::new(card, stages, now, may);
    ColumnView {
        name: name(column, stages),
        column: word,
        count: String::new(),
        cards: cards.into_iter().map(view).collect(),
        more,
        may,
    }
}

/// `GET /desk/jobs/{uid}/board/column`: the next cards of a column, for the script.
async fn column(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let (org, sift) = (visit.org(), Sift::of(&inputs));
    let asked = sift.clone();
    let read = app.store.read(move |r| read(r, org, uid, &asked)).await?;
    visit.reach(read.job.id)?;
    let base = format!("/desk/jobs/{}/board", read.job.uid);
    let may = visit.may(Right::ChangePeople);
    let mut columns = read.columns.into_iter();
    let Some(filled) = columns.next() else {
        return Ok(data(&json!({"cards": [], "more": null})));
    };
    let view = column_view(filled, &read.stages, &base, &sift.query(), read.now, may);
    let cards: Vec<String> = view.cards.iter().map(ToString::to_string).collect();
    Ok(data(
        &json!({"cards": cards, "more": view.more.map(|link| link.to)}),
    ))
}

/// `GET /desk/jobs/{uid}/board/cards?a=…`: these cards as they are now, and how many each column has, for the script. A card
/// that is not named in the answer is not to be shown.
async fn cards(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let (org, sift) = (visit.org(), Sift::of(&inputs));
    let named = inputs.all("a").filter_map(|text| text.parse().ok());
    let uids: Vec<Uuid> = named.take(hiring::page::MOST).collect();
    let read = app.store.read(move |r| {
        let job = job::find_by_uid(r, org, uid)?;
        let sieve = sift.sieve(r, org)?;
        let stages = job::stages(r, org, job.id)?;
        let cards = board::cards(r, org, job.id, &sieve, &uids)?;
        let tally = board::tally(r, org, job.id, &sieve)?;
        Ok::<_, hiring::Problem>((job, stages, cards, tally, r.now()))
    });
    let (job, stages, cards, tally, now) = read.await?;
    visit.reach(job.id)?;
    let may = visit.may(Right::ChangePeople);
    let of = |card: Card| {
        let column = sift::word(card.column());
        let (key, name) = (sift::cursor(&card), name(card.column(), &stages));
        let (uid, who) = (card.uid, card::called(&card));
        let html = CardView::new(card, &stages, now, may).to_string();
        json!({"a": uid, "column": column, "in": name, "who": who, "key": key, "html": html})
    };
    let columns = stages.iter().map(|s| Column::Stage(s.id));
    let columns = columns.chain(ENDED.map(Column::Ended));
    let counts: serde_json::Map<String, serde_json::Value> = columns
        .map(|column| (sift::word(column), json!(thousands(tally.of(column)))))
        .collect();
    let cards: Vec<_> = cards.into_iter().map(of).collect();
    Ok(data(&json!({"cards": cards, "counts": counts})))
}

/// An answer to a script: nothing of it is kept anywhere.
fn data(value: &serde_json::Value) -> Response {
    let mut response = page::dress(Area::Desk, Json(value).into_response());
    let json = axum::http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(axum::http::header::CONTENT_TYPE, json);
    response
}

impl Page for Board {
    #[cfg(test)]
    fn sample() -> Board {
        use hiring::id::StageId;
        let stage = Column::Stage(StageId(1));
        let column = |name: &str, cards| ColumnView {
            name: name.into(),
            column: sift::word(stage),
            count: "1,204".into(),
            cards,
            more: Some(Link {
                to: "/desk/jobs/x/board?col=s1".into(),
                words: "More".into(),
            }),
            may: true,
        };
        Board {
            frame: Frame::sample(),
            job: hiring::id::new_uid(),
            title: "Backend <Engineer>".into(),
            status: "Open",
            columns: vec![
                column("Applied <x>", vec![CardView::sample()]),
                column("Offer", vec![]),
            ],
            ended: vec![Link {
                to: "/desk/jobs/x/board?col=hired".into(),
                words: "Hired 3".into(),
            }],
            alone: None,
            filter: Sift::default().fields(&["Web".into()], &[(1, "<x>".into())]),
            faults: Faults::none(),
            sifted: true,
            query: "source=Web".into(),
            place: 7,
            may: true,
            may_invite: true,
            stages: vec![Choice::new("1", "Applied")],
        }
    }
}
