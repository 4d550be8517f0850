//! What stands around every page of the desk: navigation, search, who one is, what was just done.
//!
//! A page's template begins with `{% extends "desk/frame.html" %}` and its struct has a field `frame`.

use hiring::member::Right;

use super::flash::Flash;
use super::may;
use super::visit::Visit;
use super::words;

/// Parts of the desk, as the navigation lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Jobs,
    Candidates,
    Invite,
    Numbers,
    Integrations,
    Members,
    /// One's own account, which is in the menu of the member.
    Account,
    Search,
}

/// In the order of the navigation: the key that follows `g` leads there too (`assets/desk.js`).
const NAVIGATION: [(Section, &str, &str, &str); 7] = [
    (Section::Home, "/desk", "Overview", "o"),
    (Section::Jobs, "/desk/jobs", "Jobs", "j"),
    (Section::Candidates, "/desk/candidates", "Candidates", "c"),
    (Section::Invite, "/desk/invite", "Invite", "i"),
    (Section::Numbers, "/desk/numbers", "Numbers", "n"),
    (
        Section::Integrations,
        "/desk/integrations",
        "Integrations",
        "t",
    ),
    (Section::Members, "/desk/members", "Members", "m"),
];
const SEARCH: &str = "/desk/search";
const ACCOUNT: &str = "/desk/account";

/// See the head of this file.
pub(crate) struct Frame {
    pub organization: String,
    pub member: String,
    pub role: &'static str,
    pub places: Vec<Place>,
    /// Whether there is a search.
    pub search: bool,
    /// What stands in the search field.
    pub query: String,
    /// Whether there is a page of one's own account.
    pub account: bool,
    pub at_account: bool,
    /// Whether single letters are keys.
    pub keys: bool,
    pub flash: Option<Flash>,
}

/// A line of the navigation.
pub(crate) struct Place {
    pub to: &'static str,
    pub words: &'static str,
    pub key: &'static str,
    pub here: bool,
}

impl Frame {
    /// For this visitor, who sees no way to where they may not go.
    pub(super) fn new(visit: &Visit, section: Section) -> Frame {
        let open = |path: &str| may::right_of(path).is_some_and(|right| visit.may(right));
        let place = |(of, to, words, key): (Section, &'static str, &'static str, &'static str)| {
            let here = of == section;
            open(to).then_some(Place {
                to,
                words,
                key,
                here,
            })
        };
        Frame {
            organization: visit.organization.clone(),
            member: visit.member.name.clone(),
            role: words::role(visit.role),
            places: NAVIGATION.into_iter().filter_map(place).collect(),
            search: open(SEARCH) && visit.may(Right::SeePeople),
            query: String::new(),
            account: open(ACCOUNT),
            at_account: section == Section::Account,
            keys: visit.keys,
            flash: visit.flash.clone(),
        }
    }

    /// Whether the navigation leads there: then a page may, too.
    pub fn leads_to(&self, to: &str) -> bool {
        self.places.iter().any(|place| place.to == to)
    }

    /// With this in the search field.
    pub fn searching(mut self, query: &str) -> Frame {
        self.query = query.to_owned();
        self
    }

    /// Around nothing: until it is replaced.
    pub(super) fn empty() -> Frame {
        Frame {
            organization: String::new(),
            member: String::new(),
            role: "",
            places: Vec::new(),
            search: false,
            query: String::new(),
            account: false,
            at_account: false,
            keys: true,
            flash: None,
        }
    }

    /// For templates' samples.
    #[cfg(test)]
    pub fn sample() -> Frame {
        let place = |(of, to, words, key)| Place {
            to,
            words,
            key,
            here: of == Section::Jobs,
        };
        Frame {
            organization: "Nordwind & Söhne".into(),
            member: "Anna <x>".into(),
            role: "an owner",
            places: NAVIGATION.into_iter().map(place).collect(),
            search: true,
            query: String::new(),
            account: true,
            at_account: false,
            keys: true,
            flash: Some(Flash::done("Done with <x>.")),
        }
    }
}
