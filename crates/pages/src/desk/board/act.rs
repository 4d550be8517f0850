//! What the forms of a board ask for: one card moved, or something done to many. A form is posted to the address of the page it
//! stood on, so that afterwards one is there again, with the same filter.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use hiring::application::Disposition;
use hiring::application::board::{self, Elsewhere, Seen, Shift};
use hiring::application::bulk;
use hiring::counts::Actor;
use hiring::id::{OrgId, StageId, Uuid};
use hiring::job::{self, Job, Stage};
use hiring::problem::{Clash, Noun, Problem};
use hiring::{App, Result};
use serde_json::json;
use store::Reader;

use super::many::{self, Many};
use super::sift::{self, Sift};
use super::{card, data};
use crate::desk::frame::Section;
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::moment::roughly;

/// `POST /desk/jobs/{uid}/board`.
pub(super) async fn post(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    headers: HeaderMap,
    inputs: Inputs,
) -> Answer {
    let (org, query) = (visit.org(), query_of(&visit));
    let sift = Sift::of(&query);
    let (job, stages) = app
        .store
        .read(move |r| {
            let job = job::find_by_uid(r, org, uid)?;
            let stages = job::stages(r, org, job.id)?;
            Ok::<_, Problem>((job, stages))
        })
        .await?;
    visit.reach(job.id)?;
    if inputs.get("do") == "move" {
        return move_one(&app, &visit, &job, &stages, &headers, &inputs).await;
    }
    let columns = inputs.all("col").filter_map(sift::column).collect();
    let picked = inputs.all("a").filter_map(card::parse).collect();
    let many = Many {
        app,
        visit,
        job,
        stages,
        sift,
    };
    let rows = many.rows(picked, columns).await?;
    many::answer(&many, rows, &inputs).await
}

/// The query of the page that the form stood on.
fn query_of(visit: &Visit) -> Inputs {
    let query = visit.path.split_once('?').map_or("", |(_, query)| query);
    Inputs::parse(query.as_bytes()).unwrap_or_default()
}

async fn move_one(
    app: &App,
    visit: &Visit,
    job: &Job,
    stages: &[Stage],
    headers: &HeaderMap,
    inputs: &Inputs,
) -> Answer {
    let (Some((uid, seen)), Some(to)) = (card::parse(inputs.get("a")), number(inputs.get("to")))
    else {
        let why = "That form did not say which card goes where.";
        return Ok(many::refused(visit, why));
    };
    let (caller, id) = (visit.caller.clone(), job.id);
    let moved = app
        .store
        .write(move |tx| board::shift(tx, &caller, id, uid, seen, to))
        .await;
    let shift = match moved {
        Err(Problem::Invalid(_)) => {
            return Ok(many::refused(visit, "This job has no such stage."));
        }
        moved => moved?,
    };
    let (org, now) = (visit.org(), app.store.clock().now());
    let who = app.store.read(move |r| name_of(r, org, id, uid)).await?;
    let stage = stage_name(stages, to);
    let said = said(&shift, &who, &stage, now);
    if wants_data(headers) {
        let moved = matches!(shift, Shift::Moved | Shift::There);
        return Ok(data(&json!({"moved": moved, "said": said})));
    }
    match shift {
        Shift::Moved | Shift::There => Ok(visit.done(&back(visit, uid), &said)),
        Shift::Pending => Ok(visit.undone(&back(visit, uid), &said)),
        Shift::Elsewhere(there) => {
            let page = many::Stale {
                frame: visit.frame(Section::Jobs),
                said,
                who,
                // What has ended does not move on.
                again: there
                    .ended
                    .is_none()
                    .then(|| format!("{uid}~{}", card::version(there.seen))),
                to: to.to_string(),
                stage,
                back: visit.path.clone(),
            };
            Ok(visit.page_as(StatusCode::CONFLICT, &page))
        }
    }
}

fn number(text: &str) -> Option<StageId> {
    text.parse().ok().map(StageId)
}

/// Back to the page, and to the card.
fn back(visit: &Visit, uid: Uuid) -> String {
    format!("{}#a-{uid}", visit.path)
}

fn wants_data(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    accepted.is_some_and(|text| text.starts_with("application/json"))
}

pub(super) fn stage_name(stages: &[Stage], id: StageId) -> String {
    let found = stages.iter().find(|s| s.id == id);
    found.map_or_else(|| "a stage".to_owned(), |s| s.name.clone())
}

fn name_of(r: &mut Reader, org: OrgId, job: hiring::id::JobId, uid: Uuid) -> Result<String> {
    let cards = board::cards(r, org, job, &board::Sieve::default(), &[uid])?;
    let card = cards.first().ok_or(Problem::NotFound(Noun::Application))?;
    Ok(card::called(card))
}

/// What moving a card came to, as a sentence.
fn said(shift: &Shift, who: &str, stage: &str, now: i64) -> String {
    match shift {
        Shift::Moved => format!("{who} is in {stage} now."),
        Shift::There => format!("{who} was in {stage} already."),
        Shift::Pending => {
            format!("{who} has not applied yet: an invitation does not move.")
        }
        Shift::Elsewhere(there) => format!("Not moved: {}", elsewhere(there, who, now)),
    }
}

/// Where a card went meanwhile, and by whose hand.
pub(super) fn elsewhere(there: &Elsewhere, who: &str, now: i64) -> String {
    let by = match &there.by {
        Actor::Member(name) => format!("{name} "),
        Actor::Key { name, .. } => format!("the key “{name}” "),
        Actor::Candidate => format!("{who} "),
        Actor::System => String::new(),
    };
    let ago = roughly(now - there.at);
    let passive = by.is_empty();
    match (there.ended, passive) {
        (Some(how), false) => {
            let did = match how {
                Disposition::Hired => "hired",
                Disposition::Rejected => "rejected",
                Disposition::Withdrawn => "withdrew",
            };
            format!("{by}{did} {who} {ago} ago.")
        }
        (Some(how), true) => format!(
            "{who} has ended as {} {ago} ago.",
            super::ended(how).to_lowercase()
        ),
        (None, false) => format!("{by}put {who} into {} {ago} ago.", there.stage),
        (None, true) => format!("{who} has been in {} since {ago} ago.", there.stage),
    }
}

/// Which cards, and where each was seen.
pub(super) type Rows = Vec<(Uuid, Seen)>;

impl Many {
    /// Those that were ticked, and whole columns as they are now; each once.
    ///
    /// # Errors
    /// [`Problem::TooLarge`] when there are more than [`bulk::MOST`].
    pub(super) async fn rows(&self, picked: Rows, columns: Vec<board::Column>) -> Result<Rows> {
        let mut rows = picked;
        for column in columns {
            let mut after = board::After::NOTHING;
            loop {
                let (org, job, sift) = (self.visit.org(), self.job.id, self.sift.clone());
                let page = self.app.store.read(move |r| {
                    let sieve = sift.sieve(r, org)?;
                    board::column(r, org, job, column, &sieve, after, 500)
                });
                let page = page.await?;
                let Some(last) = page.last() else { break };
                after = last.place();
                rows.extend(page.iter().map(|card| (card.uid, card.seen)));
                if rows.len() > 2 * bulk::MOST {
                    break;
                }
            }
        }
        let mut known = std::collections::HashSet::new();
        rows.retain(|(uid, _)| known.insert(*uid));
        if rows.len() > bulk::MOST {
            let why = "at most 5,000 at a time: please filter first";
            return Err(Problem::Conflict(Clash::NotAllowed(why)));
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_who_was_first() {
        let mut there = Elsewhere {
            seen: Seen {
                stage: StageId(1),
                at: 0,
            },
            stage: "Interview".into(),
            ended: None,
            by: Actor::Member("Bert".into()),
            at: 0,
        };
        let say = |there: &Elsewhere| elsewhere(there, "Ada", 120_000_000);
        assert_eq!(say(&there), "Bert put Ada into Interview 2 minutes ago.");
        there.ended = Some(Disposition::Rejected);
        assert_eq!(say(&there), "Bert rejected Ada 2 minutes ago.");
        there.by = Actor::System;
        assert_eq!(say(&there), "Ada has ended as rejected 2 minutes ago.");
        there.ended = None;
        assert_eq!(
            say(&there),
            "Ada has been in Interview since 2 minutes ago."
        );
    }
}
