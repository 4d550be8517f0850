//! Eightfold: a record of ours there, named by our id and overwritten whole, so that sending it again is as once. The steps;
//! words are `wire.rs`, what goes where is `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::{address, basic};
use crate::details;
use crate::flow::{Flow, Look, id};
use crate::parcel::{Parcel, Thing};
use crate::setting::{Flaw, Setting};
use crate::step::{Answer, Body, Exchange, Refusal, Request, Step, Ticket};
use crate::{Carried, Connector, Limit};

/// See the module.
pub struct Eightfold;

const KEY: &str = "key";
const PASSWORD: &str = "password";
const CLIENT: &str = "client_credentials";

const SETTINGS: &[Setting] = &[
    Setting::text(
        "system_id",
        "System ID",
        "The name under which Eightfold knows this source of candidates.",
    )
    .required(),
    Setting::choice(
        "auth",
        "Authentication",
        "A token by password, a token by client credentials, or the API key itself.",
        &[PASSWORD, CLIENT, KEY],
    ),
    Setting::text(
        "username",
        "User name",
        "E-mail address of the user; by password.",
    ),
    Setting::text(
        "api_key",
        "API key",
        "From Admin Console → Integrations → Eightfold API; by password, or by itself.",
    )
    .secret(),
    Setting::text(
        "client_id",
        "Client ID",
        "By client credentials; by password, where yours is told one.",
    ),
    Setting::text("client_secret", "Client secret", "Of the same.").secret(),
    Setting::address(
        "base_url",
        "Address",
        "Europe: https://apiv2.eightfold-eu.ai/api/v2/core",
        "https://apiv2.eightfold.ai/api/v2/core",
    ),
    Setting::address(
        "token_url",
        "Address of tokens",
        "Where access tokens are asked for.",
        "https://apiv2.eightfold.ai/oauth/v1/authenticate",
    ),
];

impl Connector for Eightfold {
    fn name(&self) -> &'static str {
        "eightfold"
    }

    fn title(&self) -> &'static str {
        "Eightfold"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_together(&self, settings: &BTreeMap<String, String>) -> Vec<Flaw> {
        let needed: &[&str] = match settings.get("auth").map(String::as_str) {
            Some(KEY) => &["api_key"],
            Some(CLIENT) => &["client_id", "client_secret"],
            _ => &["username", "api_key"],
        };
        let absent = needed.iter().filter(|name| !settings.contains_key(**name));
        absent.map(|name| Flaw::required(name)).collect()
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// "100 requests/min for most endpoints" [second-hand].
    fn limit(&self) -> Limit {
        Limit {
            requests: 100,
            seconds: 60,
            at_once: 4,
        }
    }

    fn step(&self, parcel: &Parcel, so_far: &[Exchange]) -> Step {
        Flow::run(parcel, so_far, &wire::MANNERS, carry)
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    /// The two grants that need no key of ours to sign with. A form is seen as well as JSON, and keeps secrets apart.
    fn ask_for_ticket(&self, parcel: &Parcel) -> Option<Request> {
        let auth = parcel.setting("auth");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = match auth {
            KEY => return None,
            CLIENT => vec![
                pair("grant_type", CLIENT),
                pair("client_id", parcel.setting("client_id")),
                pair("client_secret", parcel.setting("client_secret")),
            ],
            _ => vec![
                pair("grant_type", PASSWORD),
                pair("username", parcel.setting("username")),
                pair("password", parcel.setting("api_key")),
            ],
        };
        let request = Request::post("ticket", parcel.setting("token_url")).harmless();
        let (client, secret) = (parcel.setting("client_id"), parcel.setting("client_secret"));
        let request = match auth == PASSWORD && !client.is_empty() {
            true => request.secret("Authorization", basic(client, secret)),
            false => request,
        };
        Some(request.body(Body::SecretForm(form)))
    }

    fn read_ticket(&self, answer: &Answer) -> Result<Ticket, Step> {
        crate::ticket::read(&wire::MANNERS, &wire::unwrapped(answer))
    }
}

fn carry(flow: &mut Flow) -> Result<(), Step> {
    let (name, job) = (flow.name()?, flow.job()?);
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let there = look(flow)?;
    let mut notes = details::notes(parcel, map::FIELDS);
    if notes.iter().any(|n| n.private) {
        flow.remark("private notes: what Eightfold calls visibility is not known");
        notes.retain(|n| !n.private);
    }
    // A write replaces what this system said: what it said of other applications is said again.
    let body = map::candidate(parcel, &name, job, &notes, there.as_ref());
    let (larger, taken) = map::by_size(parcel);
    let request = Request::post(
        "create",
        at(
            flow,
            &["ats-systems", parcel.setting("system_id"), "ats-candidates"],
            &[],
        ),
    );
    let request = authorized(flow, request.harmless()).json(Value::Object(body));
    let answer = flow.ask_json(request)?;
    if let Some(transaction) = id(&answer["transactionId"]) {
        settled(flow, &transaction)?;
    }
    flow.there_as(Thing::Candidate, candidate, candidate, None, Some(answer));
    if let Some(application) = parcel.application.as_ref().filter(|_| job.is_some()) {
        flow.there(Thing::Application, &application.uid, &application.uid);
    }
    for file in taken {
        flow.there(Thing::File, &file.uid, &file.uid);
    }
    for note in &notes {
        flow.there(Thing::Note, &note.uid, &note.uid);
    }
    if larger {
        flow.remark("a file: together they are larger than 20 MiB");
    }
    Ok(())
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    address(flow.parcel.setting("base_url"), segments, queries)
}

fn authorized(flow: &Flow, request: Request) -> Request {
    match flow.parcel.setting("auth") {
        KEY => request.secret(
            "Authorization",
            format!("Basic {}", flow.parcel.setting("api_key")),
        ),
        _ => request.bearer(),
    }
}

/// What this system said of the person before; `None`: nothing.
fn look(flow: &Flow) -> Result<Option<Value>, Step> {
    let parcel = flow.parcel;
    let segments = [
        "ats-systems",
        parcel.setting("system_id"),
        "ats-candidates",
        parcel.candidate.uid.as_str(),
    ];
    let queries = [("include", "applications")];
    let look = Look {
        request: authorized(flow, Request::get("look up", at(flow, &segments, &queries))),
        find: &wire::candidate,
    };
    flow.look(look)
}

/// Writes are queued: done is what its transaction says is done. One that is not there any more was done long ago.
fn settled(flow: &mut Flow, transaction: &str) -> Result<(), Step> {
    let name = format!("look up transaction {transaction}");
    let request = authorized(
        flow,
        Request::get(name, at(flow, &["transactions", transaction], &[])),
    );
    let answer = flow.ask_json(request)?;
    match answer["data"]["status"].as_str() {
        Some("IN PROGRESS") => Err(Step::Retry {
            after: None,
            why: "it is still at work on it".to_owned(),
            forget: true,
        }),
        Some("FAIL") => Err(Step::Refused(Refusal {
            forget: true,
            ..Refusal::new("invalid", "its transaction says FAIL, and no reason")
        })),
        _ => Ok(()),
    }
}
