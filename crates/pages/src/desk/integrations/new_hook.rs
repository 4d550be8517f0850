//! Making a webhook: its address, which events, what is shown.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::App;
use hiring::event::Kind;
use hiring::subscription::{self, EVERY, Given, NewSubscription, Shows, Wanted};
use url::Url;

use super::HERE;
use super::keys::Shown;
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/new_hook.html")]
pub(super) struct NewHook {
    frame: Frame,
    faults: Faults,
    url: Field,
    description: Field,
    every: Field,
    kinds: Field,
    shows: Field,
}

impl NewHook {
    fn of(frame: Frame, inputs: &Inputs, faults: Faults) -> NewHook {
        let told: Vec<_> = inputs.all("kinds").collect();
        let choice =
            |kind: Kind| Choice::new(kind.word(), kind.word()).chosen(told.contains(&kind.word()));
        let shows = vec![
            Choice::new("ids", "Ids only").help("The receiver reads what it needs by the API."),
            Choice::new("record", "The record too").help(
                "Candidate, application and job as they are then. Equal-opportunity answers never.",
            ),
        ];
        let shown = match inputs.get("shows") {
            "record" => "record",
            _ => "ids",
        };
        NewHook {
            url: Field::text("url", "Address")
                .help("Where the calls go: https, or http in a network that the operator allows.")
                .value(inputs.get("url"))
                .most(2000)
                .needed()
                .with(&faults),
            description: Field::text("description", "What is it for?")
                .value(inputs.get("description"))
                .most(200)
                .with(&faults),
            every: Field::tick(
                "every",
                "Every event, also kinds that come later",
                inputs.has("every"),
            )
            .with(&faults),
            kinds: Field::boxes("kinds", "Or only these", Kind::all().map(choice).collect())
                .with(&faults),
            shows: Field::radios("shows", "What do the calls show?", shows)
                .value(shown)
                .needed()
                .with(&faults),
            frame,
            faults,
        }
    }
}

/// `GET /desk/integrations/webhooks/new`.
pub(super) async fn form(visit: Visit) -> Answer {
    let frame = visit.frame(Section::Integrations);
    let page = NewHook::of(frame, &Inputs::default(), Faults::none());
    Ok(visit.page(&page))
}

/// `POST /desk/integrations/webhooks/new`.
pub(super) async fn make(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let faults = judged(&inputs);
    if !faults.is_empty() {
        let page = NewHook::of(visit.frame(Section::Integrations), &inputs, faults);
        return Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let kinds = match inputs.has("every") {
        true => vec![EVERY.to_owned()],
        false => inputs.all("kinds").map(str::to_owned).collect(),
    };
    let description = Some(inputs.get("description").to_owned());
    let new = NewSubscription {
        url: inputs.get("url").to_owned(),
        description: description.filter(|text| !text.is_empty()),
        shape: "standard",
        shows: Shows::parse(inputs.get("shows")).unwrap_or(Shows::Ids),
        wanted: Wanted {
            kinds,
            ..Wanted::default()
        },
        account: None,
        follows: false,
        given: Given::default(),
    };
    let (caller, key) = (visit.caller.clone(), app.key.clone());
    let made = app
        .store
        .write(move |tx| subscription::create(tx, &key, &caller, &new));
    let (made, secret) = made.await?;
    let page = Shown {
        frame: visit.frame(Section::Integrations),
        title: format!("A webhook to {}", made.host()),
        secrets: vec![
            ("Secret, for the receiver alone".into(), secret.secret),
            ("Public key, for who verifies v1a".into(), secret.public),
        ],
        example: String::new(),
        onward: (
            format!("{HERE}/webhooks/{}", made.uid),
            "I have it, on to the webhook".into(),
        ),
    };
    Ok(visit.page(&page))
}

fn judged(inputs: &Inputs) -> Faults {
    let mut faults = Faults::none();
    let url = Url::parse(inputs.get("url")).ok();
    let good = url.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    });
    if !good || inputs.get("url").len() > 2000 {
        let words = "Write an http or https address without a user name, a password or a #.";
        faults.add("url", words);
    }
    if inputs.get("description").chars().count() > 200 {
        faults.add("description", "Write at most 200 characters.");
    }
    let unknown = inputs.all("kinds").any(|kind| Kind::parse(kind).is_none());
    if unknown || (!inputs.has("every") && !inputs.has("kinds")) {
        faults.add("kinds", "Choose every event, or at least one of the kinds.");
    }
    faults
}

impl Page for NewHook {
    #[cfg(test)]
    fn sample() -> NewHook {
        let inputs = Inputs::parse(b"url=%3Cx%3E&kinds=candidate.created").unwrap();
        let faults = judged(&inputs);
        NewHook::of(Frame::sample(), &inputs, faults)
    }
}
