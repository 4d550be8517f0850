//! The list of destinations: how carrying to other systems stands. One of them is `place.rs`.

use hiring::delivery::listed;
use hiring::destination::{self, Destination};
use hiring::id::OrgId;
use hiring::page::Side;
use hiring::{App, Result};
use store::Reader;

use super::{HERE, place};
use crate::desk::words;
use crate::moment::Moment;

/// A destination in the list.
pub(super) struct Place {
    pub to: String,
    pub name: String,
    pub connector: String,
    pub state: &'static str,
    pub is_well: bool,
    pub trouble: String,
    pub waiting: String,
    pub dead: String,
    pub arrived: Option<Moment>,
}

pub(super) fn read(r: &mut Reader, org: OrgId) -> Result<Vec<Place>> {
    let now = r.now();
    let mut places = Vec::new();
    for of in destination::list(r, org, Side::After(0), 100)? {
        let open = listed::open(r, org, of.id)?;
        places.push(Place::of(&of, open, now));
    }
    Ok(places)
}

/// With the systems' own names.
pub(super) fn titled(app: &App, mut places: Vec<Place>) -> Vec<Place> {
    for place in &mut places {
        if let Some(of) = app.connector(&place.connector) {
            place.connector = of.title.to_owned();
        }
    }
    places
}

impl Place {
    fn of(of: &Destination, (waiting, dead): (i64, i64), now: i64) -> Place {
        let (state, is_well) = place::state(of, now);
        let trouble = of.trouble.as_ref().map(|t| t.words.clone());
        Place {
            to: format!("{HERE}/destinations/{}", of.uid),
            name: of.name.clone(),
            connector: of.connector.clone(),
            trouble: trouble.unwrap_or_default(),
            waiting: words::thousands(waiting),
            dead: words::thousands(dead),
            arrived: of.arrived_at.map(Moment::at),
            state,
            is_well,
        }
    }

    #[cfg(test)]
    pub fn sample() -> Place {
        Place {
            to: "/desk/integrations/destinations/x".into(),
            name: "our <x> account".into(),
            connector: "Example <x>".into(),
            state: "In trouble",
            is_well: false,
            trouble: "the <x> key was refused".into(),
            waiting: "1,204".into(),
            dead: "2".into(),
            arrived: None,
        }
    }
}
