//! Another Muster, by its own API. It understands Idempotency-Key and keeps our id of the person, so whatever was not answered
//! may be sent again under the same key. The steps; what goes where is `map.rs`, words are `wire.rs`.

mod map;
mod wire;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::address::address;
use crate::details;
use crate::flow::{Flow, Look, unreadable};
use crate::parcel::{File, Note, Parcel, Thing};
use crate::setting::Setting;
use crate::step::{Exchange, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::{Field, Made};

/// See the module.
pub struct Muster;

/// The largest file, bytes: a body there has 32 MiB, in base64.
const LARGEST: u64 = 23 << 20;

const SETTINGS: &[Setting] = &[
    Setting::credential(
        "api_key",
        "API key",
        "Of the other Muster: muster key create --dialect native.",
    ),
    Setting::address(
        "base_url",
        "Address",
        "Such as https://ats.example.com/api/v1",
        "",
    )
    .required(),
];

impl Connector for Muster {
    fn name(&self) -> &'static str {
        "muster"
    }

    fn title(&self) -> &'static str {
        "Muster"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// 6,000 a minute for a key, unless it was made with another limit.
    fn limit(&self) -> Limit {
        Limit {
            requests: 6_000,
            seconds: 60,
            at_once: 8,
        }
    }

    fn step(&self, parcel: &Parcel, so_far: &[Exchange]) -> Step {
        Flow::run(parcel, so_far, &wire::MANNERS, carry)
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }
}

fn carry(flow: &mut Flow) -> Result<(), Step> {
    let job = flow.job()?;
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let application = parcel.application.as_ref();
    let applying = application.filter(|a| parcel.known(Thing::Application, &a.uid).is_none());
    let (made, resume) = match (applying, job) {
        (Some(application), Some(job)) => {
            let (made, resume) = apply(flow, job)?;
            if let Some(applied) = &made.application {
                flow.there(Thing::Application, &application.uid, applied);
            }
            (made, resume)
        }
        _ => (say(flow, "create", map::person(parcel))?, None),
    };
    let (made_at, data) = (made.created_at, made.data);
    flow.there_as(Thing::Candidate, candidate, &made.candidate, made_at, data);
    flow.each_file(|flow, file| match resume.as_ref() == Some(&file.uid) {
        true => Ok(Some(file.uid.clone())),
        false => attach(flow, file),
    })?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &made.candidate, note))
}

fn authorized(flow: &Flow, request: Request) -> Request {
    let key = flow.parcel.setting("api_key");
    request.secret("Authorization", format!("Bearer {key}"))
}

fn at(flow: &Flow, segments: &[&str]) -> String {
    address(flow.parcel.setting("base_url"), segments, &[])
}

/// A POST that may be repeated: the key says what is said, so another body has another key.
fn post(flow: &Flow, name: String, segments: &[&str], body: Value) -> Request {
    let hash = Sha256::digest(format!("{name}\n{body}"));
    let short: String = hash[..8].iter().map(|b| format!("{b:02x}")).collect();
    let key = format!("\"{}-{short}\"", flow.parcel.candidate.uid);
    let request = Request::post(name, at(flow, segments)).harmless();
    authorized(flow, request)
        .plain("Idempotency-Key", key)
        .json(body)
}

fn say(flow: &Flow, name: &str, body: Map<String, Value>) -> Result<Made, Step> {
    let request = post(flow, name.to_owned(), &["candidates"], Value::Object(body));
    let answer = flow.ask(request)?;
    wire::made(&answer.json()).ok_or_else(unreadable)
}

/// The person with the application. Who has an open one there already keeps it, and is told the rest without it. Answers also
/// which file went along, as the answer to a question of the job's form.
fn apply(flow: &Flow, job: &str) -> Result<(Made, Option<String>), Step> {
    let look = Look {
        request: authorized(flow, Request::get("look up job", at(flow, &["jobs", job]))),
        find: &|body| wire::fields(body).map(Some),
    };
    let form: Vec<Field> = flow.look(look)?.unwrap_or_default();
    let (body, resume) = map::application(flow.parcel, job, &form, LARGEST);
    let made = say(flow, "create", body)?;
    if made.was_there {
        let person = say(flow, "enrich", map::person(flow.parcel))?;
        let application = made.application;
        return Ok((
            Made {
                application,
                ..person
            },
            None,
        ));
    }
    Ok((made, resume))
}

/// A file is said of the person, whom our id names.
fn attach(flow: &mut Flow, file: &File) -> Result<Option<String>, Step> {
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 23 MiB");
        return Ok(None);
    }
    let body = json!({"external_id": flow.parcel.candidate.uid, "files": [map::file(file)]});
    let request = post(flow, format!("file {}", file.uid), &["candidates"], body);
    let sent = flow.ask_json(request).map(|_| file.uid.clone());
    flow.taken("a file", sent)
}

fn write(flow: &mut Flow, candidate: &str, note: &Note) -> Result<Option<String>, Step> {
    let visibility = if note.private { "private" } else { "public" };
    let body = json!({"body": details::signed(note), "visibility": visibility});
    let name = format!("note {}", note.uid);
    let request = post(flow, name, &["candidates", candidate, "notes"], body);
    let sent = flow.ask(request).and_then(|answer| {
        let body = answer.json();
        let id = body["id"].as_str().or(body["note"]["id"].as_str());
        id.map(str::to_owned).ok_or_else(unreadable)
    });
    flow.taken("a note", sent)
}
