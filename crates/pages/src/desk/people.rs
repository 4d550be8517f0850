//! Everybody, the newest first.

use askama::Template;
use axum::extract::State;
use hiring::application;
use hiring::candidate::{self, Side};
use hiring::member::Right;
use hiring::search::{self, Ask, MOST_COUNTED};
use hiring::{App, Problem, Result};
use store::Reader;

use super::form::Pager;
use super::frame::{Frame, Section};
use super::may::Route;
use super::search::{Row, Seen, counted, look, place, within};
use super::visit::{Answer, Inputs, Visit};
use crate::page::Page;

/// People on a page.
const MANY: i64 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/desk/candidates", Right::SeePeople, show)]
}

/// See the head of this file.
#[derive(Template)]
#[template(path = "desk/people.html")]
pub(crate) struct People {
    frame: Frame,
    count: String,
    rows: Vec<Row>,
    pager: Pager,
}

/// `GET /desk/candidates?from=…`.
async fn show(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (looker, from) = (visit.clone(), place(inputs.get("from")));
    let first = inputs.get("from").is_empty();
    let seen = app.store.read(move |r| read(r, &looker, from)).await?;
    let count = counted(seen.count);
    let on = seen
        .found
        .next
        .map(|next| format!("/desk/candidates?from={}", next.word()));
    let page = People {
        frame: visit.frame(Section::Candidates),
        count,
        rows: seen.rows(),
        pager: Pager {
            back: (!first).then(|| "/desk/candidates".to_owned()),
            back_words: "Newest",
            on,
            on_words: "Older",
        },
    };
    Ok(visit.page(&page))
}

fn read(r: &mut Reader, visit: &Visit, from: search::Place) -> Result<Seen> {
    let org = visit.org();
    if visit.only().is_some() {
        // Those whom they reach; the index knows who applied for what.
        return look(r, org, &Ask::default(), &within(visit), from, MANY);
    }
    // Everybody is asked of the list itself, which has no lag.
    let mut people = candidate::list(r, org, Side::Before(from.before), None, MANY + 1)?;
    let more = people.len() as i64 > MANY;
    people.truncate(MANY as usize);
    let ids: Vec<_> = people.iter().map(|c| c.id).collect();
    let next = people.last().filter(|_| more).map(|last| search::Place {
        named: true,
        before: last.id.0,
    });
    let why = people.iter().map(|_| None).collect();
    let hits = people.into_iter().map(|candidate| search::Hit {
        candidate,
        named: true,
    });
    Ok::<_, Problem>(Seen {
        applications: application::in_names(r, org, &ids)?,
        count: candidate::count_up_to(r, org, MOST_COUNTED + 1)?,
        why,
        found: search::Found {
            hits: hits.collect(),
            next,
            unknown: Vec::new(),
        },
    })
}

impl Page for People {
    #[cfg(test)]
    fn sample() -> People {
        People {
            frame: Frame::sample(),
            count: counted(1_500),
            rows: vec![Row::sample(true)],
            pager: Pager {
                on: Some("/desk/candidates?from=n.1".into()),
                on_words: "Older",
                ..Pager::default()
            },
        }
    }
}
