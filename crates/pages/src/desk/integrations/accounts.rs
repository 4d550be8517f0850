//! Linked accounts: whom a token of the unified API speaks for, where that is carried, when it was last used; making one, whose
//! token is shown this once.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::id::{OrgId, Uuid};
use hiring::linked_account::{self, LinkedAccount};
use hiring::member::Right;
use hiring::page::Side;
use hiring::problem::Noun;
use hiring::{App, Problem, Result, destination};
use store::Reader;

use super::HERE;
use super::keys::Shown;
use crate::desk::form::{Choice, Confirm, Faults, Field, Pager};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::moment::Moment;
use crate::page::Page;

/// Accounts of a page.
const ROWS: i64 = 50;
/// Characters of a name.
const NAME: usize = 200;

#[derive(Template)]
#[template(path = "desk/accounts.html")]
pub(super) struct Accounts {
    frame: Frame,
    faults: Faults,
    can_change: bool,
    rows: Vec<Row>,
    pager: Pager,
    name: Field,
    destination: Field,
}

/// An account.
struct Row {
    act: String,
    name: String,
    /// Who linked it.
    by: String,
    /// Names of destinations, and whether it is this one's.
    places: Vec<Choice>,
    place: String,
    place_to: Option<String>,
    /// Why nothing gets there.
    refused: Option<String>,
    used: Option<Moment>,
    made: Moment,
    requires: String,
}

struct Seen {
    accounts: Vec<LinkedAccount>,
    places: Vec<destination::Destination>,
}

fn read(r: &mut Reader, org: OrgId, before: i64) -> Result<Seen> {
    Ok(Seen {
        accounts: linked_account::list(r, org, Side::Before(before), ROWS + 1)?,
        places: destination::list(r, org, Side::After(0), 100)?,
    })
}

/// `GET /desk/integrations/accounts`.
pub(super) async fn show(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let page = page(&app, &visit, &inputs, Faults::none()).await?;
    Ok(visit.page(&page))
}

async fn page(app: &App, visit: &Visit, inputs: &Inputs, faults: Faults) -> Result<Accounts> {
    let org = visit.org();
    let before = inputs.get("before").parse().unwrap_or(i64::MAX);
    let seen = app.store.read(move |r| read(r, org, before)).await?;
    let may = visit.may(Right::ChangeIntegrations);
    let frame = visit.frame(Section::Integrations);
    Ok(Accounts::of(frame, may, seen, inputs, faults))
}

/// `POST /desk/integrations/accounts`.
pub(super) async fn make(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let name = inputs.get("name").to_owned();
    let mut faults = Faults::none();
    if name.is_empty() {
        faults.add("name", "Say whose account it is.");
    } else if name.chars().count() > NAME {
        faults.add("name", "Write at most 200 characters.");
    }
    let to = match inputs.get("destination") {
        "" => None,
        text => Some(Uuid::parse_str(text).unwrap_or_default()),
    };
    if faults.is_empty() {
        let (caller, token) = (visit.caller.clone(), linked_account::draw());
        let (called, shown) = (name.clone(), token.clone());
        let made = app.store.write(move |tx| {
            let made = linked_account::make(tx, &caller, &called, &token)?;
            if to.is_some() {
                linked_account::set_destination(tx, &caller, made.uid, to)?;
            }
            Ok::<_, Problem>(())
        });
        match made.await {
            Ok(()) => return Ok(visit.page(&token_of(&visit, &name, shown))),
            Err(Problem::NotFound(Noun::Destination)) => {
                faults.add("destination", "There is no such destination any more.");
            }
            Err(other) => return Err(other.into()),
        }
    }
    let page = page(&app, &visit, &inputs, faults).await?;
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn token_of(visit: &Visit, name: &str, token: String) -> Shown {
    Shown {
        frame: visit.frame(Section::Integrations),
        title: format!("The token of {name}"),
        secrets: vec![("Account token, sent as X-Account-Token".into(), token)],
        example: String::new(),
        onward: (format!("{HERE}/accounts"), "I have it".into()),
    }
}

/// `POST /desk/integrations/accounts/{uid}`: `do` says what.
pub(super) async fn act(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (org, caller) = (visit.org(), visit.caller.clone());
    let here = format!("{HERE}/accounts");
    let of = app
        .store
        .read(move |r| linked_account::find(r, org, uid))
        .await?;
    match inputs.get("do") {
        "carry" => {
            let to = match inputs.get("destination") {
                "" => None,
                text => Some(Uuid::parse_str(text).unwrap_or_default()),
            };
            let set = app
                .store
                .write(move |tx| linked_account::set_destination(tx, &caller, uid, to).map(drop));
            match set.await {
                Ok(()) => {}
                Err(Problem::NotFound(Noun::Destination)) => {
                    let words = "Nothing was changed: there is no such destination any more.";
                    return Ok(visit.undone(&here, words));
                }
                Err(other) => return Err(other.into()),
            }
            app.forget_account(uid);
            let words = match to {
                Some(_) => "Saved. What is written through it is carried there from now on.",
                None => "Saved. What is written through it is kept here alone.",
            };
            Ok(visit.done(&here, words))
        }
        word @ ("renew" | "remove") if !inputs.has("yes") => {
            let renews = word == "renew";
            let page = Confirm {
                frame: visit.frame(Section::Integrations),
                title: match renews {
                    true => format!("Draw another token for {}?", of.name),
                    false => format!("Remove the linked account of {}?", of.name),
                },
                text: vec![match renews {
                    true => "Its present token opens nothing any more, at once.".into(),
                    false => "Its token opens nothing any more, at once. What was written through it stays.".into(),
                }],
                button: if renews { "Draw another" } else { "Remove it" }.into(),
                to: format!("{here}/{uid}"),
                inputs: vec![("do".into(), word.into()), ("yes".into(), "1".into())],
                back: here,
            };
            Ok(visit.page(&page))
        }
        "renew" => {
            let key = app.key.clone();
            let drawn = app
                .store
                .write(move |tx| linked_account::regenerate(tx, &key, &caller, uid));
            let token = drawn.await?;
            app.forget_account(uid);
            Ok(visit.page(&token_of(&visit, &of.name, token)))
        }
        "remove" => {
            app.store
                .write(move |tx| linked_account::remove(tx, &caller, uid))
                .await?;
            app.forget_account(uid);
            Ok(visit.done(&here, "The linked account was removed."))
        }
        _ => Err(Problem::NotFound(Noun::Route).into()),
    }
}

fn places(all: &[destination::Destination], chosen: &str) -> Vec<Choice> {
    let here = Choice::new("", "Kept here alone").chosen(chosen.is_empty());
    let there = all.iter().map(|of| {
        let uid = of.uid.to_string();
        Choice::new(&uid, &format!("Carried to {} too", of.name)).chosen(uid == chosen)
    });
    std::iter::once(here).chain(there).collect()
}

impl Accounts {
    fn of(
        frame: Frame,
        can_change: bool,
        mut seen: Seen,
        inputs: &Inputs,
        faults: Faults,
    ) -> Accounts {
        let more = seen.accounts.len() as i64 > ROWS;
        seen.accounts.truncate(ROWS as usize);
        let last = seen.accounts.last().map(|of| of.id.0).filter(|_| more);
        let rows = seen.accounts.iter().map(|of| Row::of(of, &seen.places));
        let here = format!("{HERE}/accounts");
        Accounts {
            rows: rows.collect(),
            pager: Pager {
                back: inputs.has("before").then(|| here.clone()),
                on: last.map(|id| format!("{here}?before={id}")),
                back_words: "Newest",
                on_words: "Older",
            },
            name: Field::text("name", "Whose account is it?")
                .help("Such as the customer whose people come through it.")
                .value(inputs.get("name"))
                .most(NAME as u32)
                .needed()
                .with(&faults),
            destination: Field::select(
                "destination",
                "What is written through it is",
                places(&seen.places, inputs.get("destination")),
            )
            .needed()
            .with(&faults),
            can_change,
            frame,
            faults,
        }
    }
}

impl Row {
    fn of(of: &LinkedAccount, all: &[destination::Destination]) -> Row {
        let place = of
            .destination
            .and_then(|id| all.iter().find(|d| d.id == id));
        let chosen = place.map(|d| d.uid.to_string()).unwrap_or_default();
        let by = of.end_user.as_ref().map(|user| {
            let parts = [
                user.organization_name.as_str(),
                user.origin_id.as_str(),
                user.email_address.as_str(),
            ];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            format!("linked by {}", parts.join(", "))
        });
        let requires = of.settings.requires.iter();
        let requires = requires.map(|(model, fields)| format!("{model}: {}", fields.join(", ")));
        Row {
            act: format!("{HERE}/accounts/{}", of.uid),
            name: of.name.clone(),
            by: by.unwrap_or_default(),
            places: places(all, &chosen),
            place: place.map_or_else(|| "Kept here alone".to_owned(), |d| d.name.clone()),
            place_to: place.map(|d| format!("{HERE}/destinations/{}", d.uid)),
            refused: of.refused.clone(),
            used: of.used_at.map(Moment::at),
            made: Moment::at(of.created_at),
            requires: requires.collect::<Vec<_>>().join("; "),
        }
    }
}

impl Page for Accounts {
    #[cfg(test)]
    fn sample() -> Accounts {
        use hiring::linked_account::{EndUser, Settings};
        let settings = Settings {
            requires: [("Candidate".to_owned(), vec!["<x>".to_owned()])].into(),
            scopes: Vec::new(),
        };
        let one = |used_at| LinkedAccount {
            id: hiring::id::LinkedAccountId(1),
            uid: Uuid::nil(),
            name: "Customer <x>".into(),
            end_user: Some(EndUser {
                origin_id: "42".into(),
                organization_name: "Customer <x>".into(),
                email_address: "ada@customer.example".into(),
            }),
            settings: std::sync::Arc::new(settings.clone()),
            generation: None,
            created_at: 1_773_480_413_000_000,
            destination: None,
            used_at,
            refused: Some("it does not know our credentials".into()),
        };
        let seen = Seen {
            accounts: vec![one(Some(1_773_480_413_000_000)), one(None)],
            places: Vec::new(),
        };
        let faults = Faults::one("name", "Say whose account it is.");
        let inputs = Inputs::parse(b"name=%3Cx%3E").unwrap();
        Accounts::of(Frame::sample(), true, seen, &inputs, faults)
    }
}
