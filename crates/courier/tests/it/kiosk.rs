//! A connector of the tests: a system with people, files and visits. It is told its address, a key, and whether it wants
//! tokens.

// A step is made once for each request that crosses the network: its size is nothing.
#![allow(clippy::result_large_err)]

use connectors::flow::{Flow, Got, Look, id, items};
use connectors::manners::Manners;
use connectors::{
    Answer, Body, Carried, Connector, Limit, Parcel, Part, Refusal, Request, Setting, Step, Thing,
    Ticket, Value,
};
use serde_json::json;

pub struct Kiosk;

/// The list that couriers are given.
pub const KIOSKS: &[&dyn Connector] = &[&Kiosk, &Slow, &Rare];

const SETTINGS: &[Setting] = &[
    Setting::address("url", "Address", "", "").required(),
    Setting::credential("key", "Key", ""),
    Setting::switch("tokens", "Tokens", ""),
];

impl Connector for Kiosk {
    fn name(&self) -> &'static str {
        "kiosk"
    }
    fn title(&self) -> &'static str {
        "Kiosk"
    }
    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }
    fn fields(&self) -> &'static [Carried] {
        &[]
    }
    fn limit(&self) -> Limit {
        Limit {
            requests: 1000,
            seconds: 1,
            at_once: 6,
        }
    }
    fn guide(&self) -> &'static str {
        "# Kiosk"
    }
    fn step(&self, parcel: &Parcel, so_far: &[connectors::Exchange]) -> Step {
        step(parcel, so_far)
    }
    fn ask_for_ticket(&self, parcel: &Parcel) -> Option<Request> {
        let key = parcel.setting("key").to_owned();
        let form = Body::SecretForm(vec![("key".into(), key)]);
        let wants = parcel.setting("tokens") == "true";
        let url = format!("{}/token", parcel.setting("url"));
        wants.then(|| Request::post("token", url).harmless().body(form))
    }
    fn read_ticket(&self, answer: &Answer) -> Result<Ticket, Step> {
        match answer.json()["token"].as_str() {
            Some(token) => Ok(Ticket {
                token: token.into(),
                lives: None,
            }),
            None if answer.status >= 500 => Err(Step::Retry {
                after: None,
                why: "no token now".into(),
                forget: false,
            }),
            None => Err(Step::Refused(Refusal::new("credentials", "no token"))),
        }
    }
}

/// The same, ten requests a second and one at a time.
pub struct Slow;

impl Connector for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn title(&self) -> &'static str {
        "Slow"
    }
    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }
    fn fields(&self) -> &'static [Carried] {
        &[]
    }
    fn limit(&self) -> Limit {
        Limit {
            requests: 10,
            seconds: 1,
            at_once: 1,
        }
    }
    fn guide(&self) -> &'static str {
        "# Slow"
    }
    fn step(&self, parcel: &Parcel, so_far: &[connectors::Exchange]) -> Step {
        step(parcel, so_far)
    }
}

/// The same, five requests in ten seconds.
pub struct Rare;

impl Connector for Rare {
    fn name(&self) -> &'static str {
        "rare"
    }
    fn title(&self) -> &'static str {
        "Rare"
    }
    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }
    fn fields(&self) -> &'static [Carried] {
        &[]
    }
    fn limit(&self) -> Limit {
        Limit {
            requests: 5,
            seconds: 10,
            at_once: 2,
        }
    }
    fn guide(&self) -> &'static str {
        "# Rare"
    }
    fn step(&self, parcel: &Parcel, so_far: &[connectors::Exchange]) -> Step {
        step(parcel, so_far)
    }
}

fn with_key(parcel: &Parcel, request: Request) -> Request {
    match parcel.setting("tokens") {
        "true" => request.bearer(),
        _ => request.secret("X-Key", parcel.setting("key")),
    }
}

fn step(parcel: &Parcel, so_far: &[connectors::Exchange]) -> Step {
    let at = |path: String| format!("{}{path}", parcel.setting("url"));
    let ask = |request: Request| with_key(parcel, request);
    let record = &parcel.candidate.record.fields;
    let email = record["emails"][0]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let body = json!({"uid": parcel.candidate.uid, "email": email, "name": record["full_name"]});
    // A step is made once for each request that crosses the network: its size is nothing.
    #[allow(clippy::result_large_err)]
    Flow::run(parcel, so_far, &Manners::PLAIN, |flow| {
        let first = |body: &Value| Ok(items(body, "/people")?.first().and_then(|p| id(&p["id"])));
        let person = match parcel.known(Thing::Candidate, &parcel.candidate.uid) {
            Some(known) => {
                let change = Request::put("change", at(format!("/people/{known}"))).json(body);
                flow.ask(ask(change))?;
                Got::Found(known.to_owned())
            }
            None => {
                let look = Look {
                    request: ask(Request::get(
                        "look up",
                        at(format!("/people?email={email}")),
                    )),
                    find: &first,
                };
                let create = ask(Request::post("create", at("/people".into())).json(body));
                flow.find_or_make(look, create, |a| id(&a.json()["id"]))?
            }
        }
        .it();
        let data = json!({"id": person});
        let made_at = Some("2026-11-25T00:00:00Z".to_owned());
        flow.there_as(
            Thing::Candidate,
            &parcel.candidate.uid,
            &person,
            made_at,
            Some(data),
        );
        for file in &parcel.files {
            if parcel.known(Thing::File, &file.uid).is_some() {
                continue;
            }
            let part = Part::File {
                field: "file".into(),
                uid: file.uid.clone(),
                name: file.name.clone(),
                media_type: file.media_type.clone(),
            };
            let url = at(format!("/people/{person}/files"));
            let list = |body: &Value| {
                let mine = items(body, "/files")?
                    .iter()
                    .find(|f| f["name"] == file.name.as_str());
                Ok(mine.and_then(|f| id(&f["id"])))
            };
            let look = Look {
                request: ask(Request::get(
                    format!("look up file {}", file.uid),
                    url.clone(),
                )),
                find: &list,
            };
            let send = Request::post(format!("file {}", file.uid), url);
            let send = ask(send.body(Body::Multipart(vec![part])));
            let there = flow.make(send, |a| id(&a.json()["id"]), Some(look))?;
            flow.there(Thing::File, &file.uid, there);
        }
        if let Some(application) = &parcel.application
            && parcel.known(Thing::Application, &application.uid).is_none()
        {
            let Some(job) = &application.job.remote_id else {
                return Err(Step::Refused(Refusal::new(
                    "job",
                    "nobody said which job it is",
                )));
            };
            let url = at(format!("/people/{person}/visits"));
            let list = |body: &Value| {
                let mine = items(body, "/visits")?
                    .iter()
                    .find(|v| v["job"] == job.as_str());
                Ok(mine.and_then(|v| id(&v["id"])))
            };
            let look = Look {
                request: ask(Request::get(
                    format!("look up visit {}", application.uid),
                    url.clone(),
                )),
                find: &list,
            };
            let visit = Request::post(format!("visit {}", application.uid), url);
            let visit = ask(visit.json(json!({"job": job})));
            let there = flow.make(visit, |a| id(&a.json()["id"]), Some(look))?;
            flow.there(Thing::Application, &application.uid, there);
        }
        Ok(())
    })
}
