//! Integrations: which programs speak to us and whom we tell. The APIs with their keys, webhooks, the latest calls.
//!
//! Destinations: `integrations/places.rs`, one of them `place.rs` and its neighbours; rules: `rules.rs`, `new_rule.rs`; one
//! subscription: `hook.rs`, making one: `new_hook.rs`; keys: `keys.rs`, trying one: `try_it.rs`; linked accounts: `accounts.rs`;
//! what happens: `events.rs`, `calls.rs`, and live `stream.rs`.

mod accounts;
mod calls;
mod events;
mod hook;
mod keys;
mod new_hook;
mod new_rule;
mod place;
mod place_act;
mod place_fields;
mod place_form;
mod place_jobs;
mod place_row;
mod place_why;
mod places;
mod rules;
mod stream;
mod system;
mod try_it;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use hiring::api_key::{self, ApiKey};
use hiring::id::OrgId;
use hiring::member::Right;
use hiring::page::Side;
use hiring::request::{self, Request};
use hiring::subscription::{self, Subscription};
use hiring::{App, Result};
use store::Reader;

use super::form::{Field, Pager};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Visit};
use super::words;
use crate::Site;
use crate::moment::{Moment, roughly};
use crate::page::Page;

/// Below which address it all lies.
const HERE: &str = "/desk/integrations";
/// Calls of a page.
const CALLS: i64 = 25;
/// Bytes of a form that holds a call to be tried.
const LARGEST_CALL: usize = 2 << 20;

pub(super) fn routes() -> Vec<Route> {
    let (see, change) = (Right::SeeIntegrations, Right::ChangeIntegrations);
    vec![
        Route::get("/desk/integrations", see, show),
        Route::post("/desk/integrations/keys", change, keys::make),
        Route::get("/desk/integrations/keys/{uid}/revoke", change, keys::ask),
        Route::post("/desk/integrations/keys/{uid}/revoke", change, keys::revoke),
        Route::get(
            "/desk/integrations/destinations/new",
            change,
            place_form::form,
        ),
        Route::post(
            "/desk/integrations/destinations/new",
            change,
            place_form::make,
        ),
        Route::get("/desk/integrations/destinations/{uid}", see, place::show),
        Route::post(
            "/desk/integrations/destinations/{uid}",
            change,
            place_act::act,
        ),
        Route::get(
            "/desk/integrations/destinations/{uid}/edit",
            change,
            place_form::edit,
        ),
        Route::post(
            "/desk/integrations/destinations/{uid}/edit",
            change,
            place_form::change,
        ),
        Route::get(
            "/desk/integrations/destinations/{uid}/jobs",
            change,
            place_jobs::show,
        ),
        Route::post(
            "/desk/integrations/destinations/{uid}/jobs",
            change,
            place_jobs::save,
        ),
        Route::get("/desk/integrations/systems/{name}", see, system::show),
        Route::get("/desk/integrations/accounts", see, accounts::show),
        Route::post("/desk/integrations/accounts", change, accounts::make),
        Route::post("/desk/integrations/accounts/{uid}", change, accounts::act),
        Route::get("/desk/integrations/events", see, events::show),
        Route::get("/desk/integrations/events/live", see, events::live),
        Route::get("/desk/integrations/log", see, calls::show),
        Route::get("/desk/integrations/log/live", see, calls::live),
        Route::get("/desk/integrations/try/{name}", change, try_it::form),
        Route::post("/desk/integrations/try/{name}", change, try_it::send).largest(LARGEST_CALL),
        Route::get("/desk/integrations/rules/new", change, new_rule::form),
        Route::post("/desk/integrations/rules/new", change, new_rule::make),
        Route::post("/desk/integrations/rules/{uid}", change, rules::act),
        Route::get("/desk/integrations/webhooks/new", change, new_hook::form),
        Route::post("/desk/integrations/webhooks/new", change, new_hook::make),
        Route::get("/desk/integrations/webhooks/{uid}", see, hook::show),
        Route::post("/desk/integrations/webhooks/{uid}", change, hook::act),
    ]
}

#[cfg(test)]
pub(super) fn samples() -> Vec<(&'static str, String)> {
    fn one<P: Page>(name: &'static str) -> (&'static str, String) {
        (name, P::sample().render().unwrap())
    }
    vec![
        one::<Integrations>("desk/integrations"),
        one::<hook::Hook>("desk/hook"),
        one::<new_hook::NewHook>("desk/new_hook"),
        one::<keys::Shown>("desk/secret"),
        one::<place::PlacePage>("desk/place"),
        one::<place_form::Choose>("desk/place_choose"),
        one::<place_form::PlaceForm>("desk/place_form"),
        one::<place_jobs::PlaceJobs>("desk/place_jobs"),
        one::<system::System>("desk/system"),
        one::<new_rule::NewRule>("desk/new_rule"),
        one::<accounts::Accounts>("desk/accounts"),
        one::<events::Events>("desk/events"),
        one::<calls::Calls>("desk/calls"),
        one::<try_it::TryIt>("desk/try_it"),
    ]
}

#[derive(Template)]
#[template(path = "desk/integrations.html")]
struct Integrations {
    frame: Frame,
    can_change: bool,
    hooks: Vec<Line>,
    places: Vec<places::Place>,
    rules: Vec<rules::Line>,
    apis: Vec<Spoken>,
    calls: Vec<Call>,
    pager: Pager,
}

/// A subscription in the list.
struct Line {
    to: String,
    host: String,
    description: String,
    state: &'static str,
    is_well: bool,
    waiting: String,
    dead: String,
    delivered: Option<Moment>,
}

/// An API with its keys.
struct Spoken {
    name: String,
    title: String,
    address: String,
    keys: Vec<Key>,
    input: Field,
    /// A call to copy, with words in the place of secrets.
    example: String,
    about: String,
}

struct Key {
    revoke: String,
    /// Its calls.
    log: String,
    name: String,
    may: String,
    at: Moment,
    seen: Option<Moment>,
}

/// A call that wanted to change something.
struct Call {
    to: String,
    at: Moment,
    api: String,
    what: String,
    status: i64,
    meaning: &'static str,
    is_good: bool,
    key: String,
    problem: String,
}

/// `GET /desk/integrations`.
async fn show(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    inputs: Inputs,
) -> Answer {
    let org = visit.org();
    let before = inputs.get("before").parse().unwrap_or(i64::MAX);
    let seen = app.store.read(move |r| read(r, org, before)).await?;
    let (hooks, places, rules, keys, job, mut calls) = seen;
    let more = calls.len() as i64 > CALLS;
    calls.truncate(CALLS as usize);
    let last = calls.last().map(|(call, _)| *call).filter(|_| more);
    let url = &app.settings.public_url;
    let example = |api: &crate::docs::Spoken| {
        (api.example)(
            &api.guide.name,
            url,
            &serde_json::json!({}),
            job.as_ref(),
            1,
        )
    };
    let spoken = |api: &crate::docs::Spoken| Spoken {
        example: example(api).map(|e| e.curl).unwrap_or_default(),
        about: example(api).map_or("", |e| e.title).to_owned(),
        name: api.guide.name.clone(),
        title: api.guide.title.clone(),
        address: format!("{}/{}", app.settings.public_url, api.base),
        keys: keys
            .iter()
            .filter(|key| key.dialect == api.guide.name)
            .map(Key::of)
            .collect(),
        input: Field::text("name", "What is it for?").most(200).needed(),
    };
    let page = Integrations {
        frame: visit.frame(Section::Integrations),
        can_change: visit.may(Right::ChangeIntegrations),
        apis: site.apis.iter().map(spoken).collect(),
        pager: Pager {
            back: (before != i64::MAX).then(|| format!("{HERE}#calls")),
            on: last.map(|id| format!("{HERE}?before={id}#calls")),
            back_words: "Newest",
            on_words: "Older",
        },
        hooks,
        places: places::titled(&app, places),
        rules,
        calls: calls.into_iter().map(|(_, call)| call).collect(),
    };
    Ok(visit.page(&page))
}

type Seen = (
    Vec<Line>,
    Vec<places::Place>,
    Vec<rules::Line>,
    Vec<ApiKey>,
    Option<crate::OfJob>,
    Vec<(i64, Call)>,
);

fn read(r: &mut Reader, org: OrgId, before: i64) -> Result<Seen> {
    let now = r.now();
    let mut hooks = Vec::new();
    for of in subscription::list(r, org, Side::After(0), subscription::MOST)? {
        let (waiting, dead) = subscription::log::counts(r, org, of.id)?;
        hooks.push(Line::of(&of, waiting, dead, now));
    }
    let keys = api_key::list(r, org)?.into_iter();
    let keys = keys.filter(|key| key.revoked_at.is_none()).collect();
    let calls = request::list(r, org, Side::Before(before), CALLS + 1)?;
    let calls = calls.into_iter().map(|call| (call.id, Call::of(call)));
    let (places, rules) = (places::read(r, org)?, rules::read(r, org)?);
    let job = try_it::a_job(r, org)?;
    Ok((hooks, places, rules, keys, job, calls.collect()))
}

impl Line {
    fn of(of: &Subscription, waiting: i64, dead: i64, now: i64) -> Line {
        let state = of.state(now);
        Line {
            to: format!("{HERE}/webhooks/{}", of.uid),
            host: of.host(),
            description: of.description.clone().unwrap_or_default(),
            state: hook::state_words(state),
            is_well: state == subscription::State::Active,
            waiting: words::thousands(waiting),
            dead: words::thousands(dead),
            delivered: of.delivered_at.map(Moment::at),
        }
    }
}

impl Key {
    fn of(key: &ApiKey) -> Key {
        Key {
            log: format!("{HERE}/log?key={}", key.uid),
            revoke: format!("{HERE}/keys/{}/revoke", key.uid),
            name: key.name.clone(),
            may: rights(&key.permissions.words()),
            at: Moment::at(key.created_at),
            seen: key.used_at.map(Moment::at),
        }
    }
}

/// What a key may do, as people say it.
fn rights(words: &str) -> String {
    let said = words.split(' ').map(|word| match word {
        "eeo:read" => "see equal-opportunity answers",
        other => other,
    });
    said.collect::<Vec<_>>().join(", ")
}

impl Call {
    fn of(call: Request) -> Call {
        Call {
            to: format!("/desk/logs/{}", call.uid),
            at: Moment::at(call.created_at),
            api: call.dialect,
            what: format!("{} {}", call.method, call.route),
            meaning: words::status_of_answer(call.status),
            is_good: call.status < 400,
            status: call.status,
            key: call.key_name.unwrap_or_default(),
            problem: call
                .remarks
                .first()
                .map(|remark| remark.detail.clone())
                .unwrap_or_default(),
        }
    }
}

/// How long ago, for those who look at what is under way.
fn ago(at: i64, now: i64) -> String {
    roughly((now - at).max(0))
}

impl Page for Integrations {
    #[cfg(test)]
    fn sample() -> Integrations {
        let at = || Moment::at(1_773_480_413_000_000);
        Integrations {
            frame: Frame::sample(),
            can_change: true,
            hooks: vec![Line {
                to: "/desk/integrations/webhooks/x".into(),
                host: "hooks.example.com".into(),
                description: "our <x> list".into(),
                state: "Failing",
                is_well: false,
                waiting: "1,204".into(),
                dead: "3".into(),
                delivered: Some(at()),
            }],
            places: vec![places::Place::sample()],
            rules: vec![rules::Line::sample()],
            apis: vec![Spoken {
                name: "native".into(),
                title: "Our own API".into(),
                address: "https://muster.example.com/api/v1".into(),
                keys: vec![Key {
                    revoke: "/desk/integrations/keys/x/revoke".into(),
                    log: "/desk/integrations/log?key=x".into(),
                    name: "the <x> website".into(),
                    may: "read, write".into(),
                    at: at(),
                    seen: Some(at()),
                }],
                input: Field::text("name", "What is it for?").needed(),
                example: "curl -H 'x: <x>'".into(),
                about: "Make <x>".into(),
            }],
            calls: vec![Call {
                to: "/desk/logs/x".into(),
                at: at(),
                api: "native".into(),
                what: "POST /candidates".into(),
                status: 400,
                meaning: words::status_of_answer(400),
                is_good: false,
                key: "the <x> website".into(),
                problem: "emails must be an array.".into(),
            }],
            pager: Pager::default(),
        }
    }
}
