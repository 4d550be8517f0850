//! What is done with a destination: trying the connection, pausing, removing, carrying again what was given up.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use hiring::delivery::listed::{self, Which};
use hiring::delivery::{push, replay};
use hiring::destination;
use hiring::id::Uuid;
use hiring::problem::{Clash, Noun};
use hiring::{App, Caller, Problem, Result};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::HERE;
use super::hook::many;
use super::{place, place_why};
use crate::desk::form::{Confirm, Faults};
use crate::desk::frame::Section;
use crate::desk::visit::{Answer, Inputs, Named, Visit};

/// How long the page waits for a try to end; what takes longer is shown later.
const TRIED_FOR: Duration = Duration::from_secs(10);

/// `POST /desk/integrations/destinations/{uid}`: `do` says what.
pub(super) async fn act(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let here = format!("{HERE}/destinations/{uid}");
    let (caller, store, org) = (visit.caller.clone(), &app.store, visit.org());
    let of = store.read(move |r| destination::find(r, org, uid)).await?;
    match inputs.get("do") {
        "test" => test(&app, &visit, uid, &here).await,
        "pause" => {
            store
                .write(move |tx| destination::pause(tx, &caller, uid).map(drop))
                .await?;
            Ok(visit.done(&here, "Paused. What is to be carried waits."))
        }
        "resume" => {
            store
                .write(move |tx| destination::resume(tx, &caller, uid).map(drop))
                .await?;
            Ok(visit.done(&here, "It is carried to again."))
        }
        "again" => {
            let delivery = inputs.get("delivery").to_owned();
            let again = store.write(move |tx| replay::one(tx, &caller, &delivery).map(drop));
            match again.await {
                Ok(()) => Ok(visit.done(&format!("{here}#log"), "It is carried again.")),
                Err(Problem::Conflict(Clash::NotAllowed(why))) => {
                    let words = format!("It is not carried again: {why}.");
                    Ok(visit.undone(&format!("{here}#log"), &words))
                }
                Err(other) => Err(other.into()),
            }
        }
        "count" | "replay" => range(&app, &visit, uid, &inputs).await,
        "remove" if inputs.has("yes") => {
            let key = app.key.clone();
            store
                .write(move |tx| destination::remove(tx, &key, &caller, uid))
                .await?;
            Ok(visit.done(HERE, "The destination was removed."))
        }
        "remove" => {
            let page = Confirm {
                frame: visit.frame(Section::Integrations),
                title: format!("Remove {}?", of.name),
                text: vec![
                    "Its secrets are forgotten and its rules end. What waits for it is not carried any more, and linked accounts that named it keep what they are given here.".into(),
                    "What it took stays there. Pausing keeps everything.".into(),
                ],
                button: "Remove it".into(),
                to: here.clone(),
                inputs: vec![("do".into(), "remove".into()), ("yes".into(), "1".into())],
                back: here,
            };
            Ok(visit.page(&page))
        }
        _ => Err(Problem::NotFound(Noun::Route).into()),
    }
}

/// Has the credentials tried, and waits a while for what comes of it.
async fn test(app: &App, visit: &Visit, uid: Uuid, here: &str) -> Answer {
    let org = visit.org();
    let delivery = app.store.write(move |tx| push::test(tx, org, uid)).await?;
    let until = tokio::time::Instant::now() + TRIED_FOR;
    loop {
        let name = delivery.to_string();
        let now = app.store.read(move |r| listed::find(r, org, &name)).await?;
        if now.state != "queued" || tokio::time::Instant::now() >= until {
            // The page says what came of it.
            return Ok(visit.to(&format!("{here}#tried")));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Counts the dead letters that are meant, or carries them again.
async fn range(app: &App, visit: &Visit, uid: Uuid, inputs: &Inputs) -> Answer {
    let mut faults = Faults::none();
    let mut day = |name: &str, after: i64| -> Option<i64> {
        let text = inputs.get(name);
        if text.is_empty() {
            return None;
        }
        let day = text.parse::<Date>().ok();
        let day = day.and_then(|day| day.checked_add(after.days()).ok());
        let at = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
        if at.is_none() {
            faults.add(name, "Write a day, such as 2026-11-24.");
        }
        at.map(|at| at.timestamp().as_microsecond())
    };
    let (from, to) = (day("from", 0), day("until", 1));
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        faults.add("until", "It must not be before the first day.");
    }
    let reason = Some(inputs.get("reason")).filter(|word| !word.is_empty());
    if reason.is_some_and(|word| !place_why::is_reason(word)) {
        faults.add("reason", "Choose one of the reasons.");
    }
    if !faults.is_empty() {
        let page = place::page(app, visit, uid, inputs, faults, None).await?;
        return Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let (org, caller, reason) = (visit.org(), visit.caller.clone(), reason.map(str::to_owned));
    let counted = app.store.read(move |r| {
        let which = Which {
            destination: Some(destination::find(r, org, uid)?.id),
            reason: reason.clone(),
            from,
            to,
            ..Which::default()
        };
        let count = replay::count(r, &caller, &which)?;
        let people = replay::people(r, &caller, &which)?;
        Ok::<_, Problem>((which, count, people))
    });
    let (which, count, people) = counted.await?;
    if inputs.get("do") == "count" {
        let preview = match count {
            0 => "Nothing was given up in that time for that reason.".to_owned(),
            _ => format!(
                "This will send {} again, in {}.",
                many(people, "person", "people"),
                many(count, "delivery", "deliveries")
            ),
        };
        let page = place::page(app, visit, uid, inputs, Faults::none(), Some(preview)).await?;
        return Ok(visit.page(&page));
    }
    let queued = in_slices(app, &visit.caller, &which, count).await?;
    let words = match queued {
        0 => "Nothing was given up in that time for that reason.".to_owned(),
        n => format!(
            "{} carried again.",
            many(n, "delivery is", "deliveries are")
        ),
    };
    Ok(visit.done(&format!("{HERE}/destinations/{uid}#log"), &words))
}

/// In slices, so that nobody waits long behind one; never more than there were, since what is refused again at once would go
/// round for ever.
async fn in_slices(app: &App, caller: &Caller, which: &Which, whole: i64) -> Result<i64> {
    let mut queued = 0;
    while queued < whole {
        let (caller, which) = (caller.clone(), which.clone());
        let slice = app
            .store
            .write(move |tx| replay::some(tx, &caller, &which))
            .await?;
        queued += slice;
        if slice < replay::SLICE {
            break;
        }
    }
    Ok(queued)
}
