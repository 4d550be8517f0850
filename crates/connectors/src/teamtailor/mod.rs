//! Teamtailor: JSON:API; the server itself finds the person by e-mail address (`merge`). The steps; words are `wire.rs`, what
//! goes where is `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use serde_json::{Map, Value, json};

use crate::address::address;
use crate::details;
use crate::flow::{Flow, Found, Got, Look, Unclear, id, items, unreadable};
use crate::parcel::{File, Note, Parcel, Thing};
use crate::person::{self, Name};
use crate::setting::Setting;
use crate::step::{Answer, Body, Exchange, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::{MEDIA, Person};

/// See the module.
pub struct Teamtailor;

const SETTINGS: &[Setting] = &[
    Setting::credential(
        "token",
        "API key",
        "From Settings → Integrations → API keys; it must read and write.",
    ),
    Setting::text(
        "user_id",
        "User ID",
        "The user in whose name notes are written.",
    )
    .required(),
    Setting {
        default: "20240904",
        ..Setting::text("api_version", "API version", "Teamtailor's date of it.")
    },
    Setting::address(
        "base_url",
        "Address",
        "North America: https://api.na.teamtailor.com · Australia: https://api.au.teamtailor.com",
        "https://api.teamtailor.com",
    ),
];

impl Connector for Teamtailor {
    fn name(&self) -> &'static str {
        "teamtailor"
    }

    fn title(&self) -> &'static str {
        "Teamtailor"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// 50 in 10 seconds [second-hand].
    fn limit(&self) -> Limit {
        Limit {
            requests: 50,
            seconds: 10,
            at_once: 4,
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
    let (name, job) = (flow.name()?, flow.job()?);
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let resume = map::resume(parcel);
    let lacking = resume.filter(|f| parcel.known(Thing::File, &f.uid).is_none());
    let (there, told) = match parcel.known(Thing::Candidate, candidate) {
        Some(known) => change(flow, known, &name, lacking)?,
        None => merge(flow, &name, lacking)?,
    };
    let (made, data) = (there.created_at.clone(), there.data.clone());
    flow.there_as(Thing::Candidate, candidate, &there.id, made, Some(data));
    if let (Some(application), Some(job)) = (&parcel.application, job)
        && parcel.known(Thing::Application, &application.uid).is_none()
    {
        let applied = apply(flow, &there.id, job)?;
        flow.there(Thing::Application, &application.uid, applied);
    }
    flow.each_file(|flow, file| {
        let along = told && lacking.is_some_and(|f| f.uid == file.uid);
        match along {
            // Its own id is in no answer.
            true => Ok(Some(format!("{}:resume", there.id))),
            false => upload(flow, &there.id, file),
        }
    })?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &there.id, note))
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    let mut all = vec!["v1"];
    all.extend(segments);
    address(flow.parcel.setting("base_url"), &all, queries)
}

fn authorized(flow: &Flow, request: Request) -> Request {
    let token = flow.parcel.setting("token");
    request
        .secret("Authorization", format!("Token token={token}"))
        .plain("X-Api-Version", flow.parcel.setting("api_version"))
        .plain("Accept", MEDIA)
}

fn get(flow: &Flow, name: &str, segments: &[&str], queries: &[(&str, &str)]) -> Request {
    authorized(flow, Request::get(name, at(flow, segments, queries)))
}

/// A resource to be made or changed.
fn with(flow: &Flow, request: Request, data: Value) -> Request {
    authorized(flow, request).body(Body::JsonAs(MEDIA, json!({"data": data})))
}

/// With `merge` the server adds what is said to whoever has the address: so it may be said again. Answers whether it was said.
fn merge(flow: &mut Flow, name: &Name, resume: Option<&File>) -> Result<(Person, bool), Step> {
    let parcel = flow.parcel;
    let mut attributes = map::attributes(parcel, name, resume);
    let first = person::emails(&parcel.candidate.record).into_iter().next();
    let Some(first) = first else {
        attributes.insert("sourced".to_owned(), json!(true));
        return Ok((without_address(flow, name, attributes)?, true));
    };
    if first.unverified {
        let address = first.value;
        let look = Look {
            request: get(
                flow,
                "look up",
                &["candidates"],
                &[("filter[email]", address)],
            ),
            find: &|body| wire::with_email(body, address),
        };
        if let Some(there) = flow.look(look)? {
            flow.remark("somebody has this address there already, and nobody has proven it to be theirs: the profile stays as it is");
            return Ok((there, false));
        }
    }
    attributes.insert("merge".to_owned(), json!(true));
    let request = Request::post("create", at(flow, &["candidates"], &[])).harmless();
    let data = json!({"type": "candidates", "attributes": attributes});
    let answer = flow.ask(with(flow, request, data))?;
    let there = wire::person(&answer.json()["data"]);
    Ok((there.ok_or_else(unreadable)?, true))
}

/// Nobody merges a person without an address: such a one is made once.
fn without_address(
    flow: &Flow,
    name: &Name,
    attributes: Map<String, Value>,
) -> Result<Person, Step> {
    let find = |body: &Value| -> Found<Person> {
        let ours = |p: &Person| {
            let said = &p.data["attributes"];
            said["email"].is_null()
                && said["first-name"] == name.given().as_str()
                && said["last-name"] == name.last.as_str()
                && flow.may_be_of("create", &said["created-at"])
        };
        let mut all = items(body, "/data")?.iter().filter_map(wire::person);
        Ok(all.find(ours))
    };
    let queries = [("sort", "-created-at"), ("page[size]", "30")];
    let look = Look {
        request: get(flow, "look up", &["candidates"], &queries),
        find: &find,
    };
    let request = Request::post("create", at(flow, &["candidates"], &[]));
    let data = json!({"type": "candidates", "attributes": attributes});
    let read = |answer: &Answer| wire::person(&answer.json()["data"]);
    flow.make(with(flow, request, data), read, Some(look))
}

/// Somebody whom we have carried there before: our values count.
fn change(
    flow: &mut Flow,
    known: &str,
    name: &Name,
    resume: Option<&File>,
) -> Result<(Person, bool), Step> {
    let attributes = map::attributes(flow.parcel, name, resume);
    let request = Request::patch("update", at(flow, &["candidates", known], &[]));
    let data = json!({"id": known, "type": "candidates", "attributes": attributes});
    let answer = flow.ask(with(flow, request, data))?;
    let there = wire::person(&answer.json()["data"]);
    Ok((there.ok_or_else(unreadable)?, true))
}

fn apply(flow: &Flow, person: &str, job: &str) -> Result<String, Step> {
    let queries = [("include", "job"), ("page[size]", "30")];
    let look = Look {
        request: get(
            flow,
            "look up application",
            &["candidates", person, "job-applications"],
            &queries,
        ),
        find: &|body| wire::application(body, job),
    };
    let data = json!({
        "type": "job-applications",
        "attributes": map::application(flow.parcel),
        "relationships": {"candidate": wire::link("candidates", person), "job": wire::link("jobs", job)},
    });
    let request = Request::post("apply", at(flow, &["job-applications"], &[]));
    let read = |answer: &Answer| id(&answer.json()["data"]["id"]);
    flow.find_or_make(look, with(flow, request, data), read)
        .map(Got::it)
}

/// A thing in a list of the person's, by what it says.
fn in_list(body: &Value, flow: &Flow, thing: Thing, member: &str, said: &str) -> Found<String> {
    let same = |r: &&Value| {
        let there = r["attributes"][member]
            .as_str()
            .ok_or(Unclear)
            .unwrap_or("");
        there.trim() == said.trim() && id(&r["id"]).is_some_and(|i| flow.is_free(thing, &i))
    };
    Ok(items(body, "/data")?
        .iter()
        .find(same)
        .and_then(|r| id(&r["id"])))
}

/// A file is named by an address, which Teamtailor fetches.
fn upload(flow: &mut Flow, person: &str, file: &File) -> Result<Option<String>, Step> {
    let data = json!({
        "type": "uploads",
        "attributes": {"url": file.url, "file-name": file.name},
        "relationships": {"candidate": wire::link("candidates", person)},
    });
    let request = Request::post(format!("file {}", file.uid), at(flow, &["uploads"], &[]));
    let segments = ["candidates", person, "uploads"];
    let find = |body: &Value| in_list(body, flow, Thing::File, "file-name", &file.name);
    let look = Look {
        request: get(flow, "look up files", &segments, &[("page[size]", "30")]),
        find: &find,
    };
    let read = |answer: &Answer| id(&answer.json()["data"]["id"]);
    let sent = flow.make(with(flow, request, data), read, Some(look));
    flow.taken("a file", sent)
}

fn write(flow: &mut Flow, person: &str, note: &Note) -> Result<Option<String>, Step> {
    if note.private {
        flow.remark("private notes: notes are read by everybody there");
        return Ok(None);
    }
    let text = details::signed(note);
    let user = flow.parcel.setting("user_id");
    let data = json!({
        "type": "notes",
        "attributes": {"note": text},
        "relationships": {"candidate": wire::link("candidates", person), "user": wire::link("users", user)},
    });
    let request = Request::post(format!("note {}", note.uid), at(flow, &["notes"], &[]));
    let segments = ["candidates", person, "notes"];
    let find = |body: &Value| in_list(body, flow, Thing::Note, "note", &text);
    let look = Look {
        request: get(flow, "look up notes", &segments, &[("page[size]", "30")]),
        find: &find,
    };
    let read = |answer: &Answer| id(&answer.json()["data"]["id"]);
    let sent = flow.make(with(flow, request, data), read, Some(look));
    flow.taken("a note", sent)
}
