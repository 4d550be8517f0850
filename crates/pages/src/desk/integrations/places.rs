//! Destinations: how carrying to other systems stands, in plain words; pause, resume, and what was given up once more. They are
//! set up by our own API.

use axum::extract::State;
use hiring::delivery::listed::Which;
use hiring::delivery::replay;
use hiring::destination::{self, Destination};
use hiring::id::OrgId;
use hiring::page::Side;
use hiring::{App, Caller, Problem, Result};
use store::Reader;

use super::HERE;
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::moment::Moment;

/// A destination in the list.
pub(super) struct Place {
    pub to: String,
    pub name: String,
    pub connector: String,
    pub state: &'static str,
    pub is_well: bool,
    pub is_paused: bool,
    pub trouble: String,
    pub dead: i64,
    pub dead_words: String,
    pub arrived: Option<Moment>,
}

pub(super) fn read(r: &mut Reader, org: OrgId) -> Result<Vec<Place>> {
    let (now, caller) = (r.now(), Caller::system(org));
    let mut places = Vec::new();
    for of in destination::list(r, org, Side::After(0), 100)? {
        let dead = replay::count(r, &caller, &dead_of(&of))?;
        places.push(Place::of(&of, dead, now));
    }
    Ok(places)
}

fn dead_of(of: &Destination) -> Which {
    Which {
        destination: Some(of.id),
        ..Which::default()
    }
}

impl Place {
    fn of(of: &Destination, dead: i64, now: i64) -> Place {
        let open = of.gate.open_until.is_some_and(|until| until > now);
        let state = match (of.paused_at, open, &of.trouble) {
            (Some(_), ..) => "Paused",
            (None, true, _) => "Let alone for a while",
            (None, false, Some(_)) => "In trouble",
            (None, false, None) => "Works",
        };
        Place {
            to: format!("{HERE}/destinations/{}", of.uid),
            name: of.name.clone(),
            connector: of.connector.clone(),
            is_well: state == "Works",
            is_paused: of.paused_at.is_some(),
            trouble: of
                .trouble
                .as_ref()
                .map(|t| t.words.clone())
                .unwrap_or_default(),
            dead,
            dead_words: words::thousands(dead),
            arrived: of.arrived_at.map(Moment::at),
            state,
        }
    }

    #[cfg(test)]
    pub fn sample() -> Place {
        Place {
            to: "/desk/integrations/destinations/x".into(),
            name: "our <x> account".into(),
            connector: "example".into(),
            state: "In trouble",
            is_well: false,
            is_paused: false,
            trouble: "the <x> key was refused".into(),
            dead: 2,
            dead_words: "2".into(),
            arrived: None,
        }
    }
}

/// `POST /desk/integrations/destinations/{uid}`: `do` says what.
pub(super) async fn act(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (caller, store, org) = (visit.caller.clone(), &app.store, visit.org());
    let of = store.read(move |r| destination::find(r, org, uid)).await?;
    match inputs.get("do") {
        "pause" => {
            store
                .write(move |tx| destination::pause(tx, &caller, uid).map(drop))
                .await?;
            Ok(visit.done(HERE, "Paused. What is to be carried waits."))
        }
        "resume" => {
            store
                .write(move |tx| destination::resume(tx, &caller, uid).map(drop))
                .await?;
            Ok(visit.done(HERE, "It is carried to again."))
        }
        "replay" => {
            let which = dead_of(&of);
            let mut queued = 0;
            loop {
                let (caller, which) = (caller.clone(), which.clone());
                let some = store
                    .write(move |tx| replay::some(tx, &caller, &which))
                    .await?;
                queued += some;
                if some < replay::SLICE {
                    break;
                }
            }
            let words = format!("{} queued again.", words::thousands(queued));
            Ok(visit.done(HERE, &words))
        }
        _ => Err(Problem::NotFound(hiring::problem::Noun::Route).into()),
    }
}
