//! Lever: an opportunity for each application; Lever itself finds the person by e-mail address. The steps; words are
//! `wire.rs`, what goes where is `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use serde_json::{Map, Value, json};

use crate::address::{address, basic};
use crate::details;
use crate::flow::{Flow, Got, Look, id, items};
use crate::manners::Manners;
use crate::parcel::{File, Note, Parcel, Thing};
use crate::patch::missing;
use crate::person;
use crate::setting::Setting;
use crate::step::{Answer, Body, Exchange, Refusal, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::Opportunity;

/// See the module.
pub struct Lever;

/// The largest file, bytes [second-hand].
const LARGEST: u64 = 30 << 20;

const SETTINGS: &[Setting] = &[
    Setting::credential(
        "api_key",
        "API key",
        "From Settings → Integrations and API → API credentials.",
    ),
    Setting::text(
        "perform_as",
        "Perform as",
        "ID of the Lever user in whose name candidates are added.",
    )
    .required(),
    Setting::address(
        "base_url",
        "Address",
        "EU: https://api.eu.lever.co/v1 · sandbox: https://api.sandbox.lever.co/v1",
        "https://api.lever.co/v1",
    ),
];

impl Connector for Lever {
    fn name(&self) -> &'static str {
        "lever"
    }

    fn title(&self) -> &'static str {
        "Lever"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// 10 a second for one key, in bursts up to 20 [documented]: so 20 within two seconds never are too many, and a request
    /// that comes late is made up for.
    fn limit(&self) -> Limit {
        Limit {
            requests: 20,
            seconds: 2,
            at_once: 8,
        }
    }

    fn step(&self, parcel: &Parcel, so_far: &[Exchange]) -> Step {
        Flow::run(parcel, so_far, &Manners::PLAIN, carry)
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }
}

fn carry(flow: &mut Flow) -> Result<(), Step> {
    let (name, job) = (flow.name()?, flow.job()?);
    let parcel = flow.parcel;
    let got = match known(flow)? {
        Some(there) => Got::Found(there),
        None => find_or_create(flow, &name, job)?,
    };
    let resume = map::resume(parcel, LARGEST).map(|f| f.uid.as_str());
    let went_along = match &got {
        Got::Made(_) => resume,
        Got::Found(there) => {
            update(flow, there, &name)?;
            None
        }
    };
    let there = got.it();
    let made = there.created_at.clone();
    let person = parcel.candidate.uid.as_str();
    flow.there(Thing::Candidate, person, &there.contact);
    if let Some(application) = &parcel.application {
        let data = Some(there.data.clone());
        flow.there_as(Thing::Application, &application.uid, &there.id, made, data);
    }
    if let Some(uid) = went_along {
        // Its own id is in no answer.
        flow.there(Thing::File, uid, format!("{}:resume", there.id));
    }
    flow.each_file(|flow, file| match went_along == Some(file.uid.as_str()) {
        true => Ok(None),
        false => upload(flow, &there.id, file),
    })?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &there.id, note))
}

fn request(
    flow: &Flow,
    name: &str,
    segments: &[&str],
    queries: &[(&str, &str)],
) -> (Request, Request) {
    let address = address(flow.parcel.setting("base_url"), segments, queries);
    let key = basic(flow.parcel.setting("api_key"), "");
    let get = Request::get(name, &address).secret("Authorization", &key);
    (
        get,
        Request::post(name, &address).secret("Authorization", &key),
    )
}

fn get(flow: &Flow, name: &str, segments: &[&str], queries: &[(&str, &str)]) -> Request {
    request(flow, name, segments, queries).0
}

/// In the name of the user whom the settings name.
fn post(flow: &Flow, name: &str, segments: &[&str]) -> Request {
    let acting = flow.parcel.setting("perform_as");
    request(flow, name, segments, &[("perform_as", acting)]).1
}

/// The opportunity that an earlier delivery made or found for this application (or this person).
fn known(flow: &Flow) -> Result<Option<Opportunity>, Step> {
    let parcel = flow.parcel;
    let candidate = parcel.known(Thing::Candidate, &parcel.candidate.uid);
    let application = parcel.application.as_ref();
    let known = match application {
        Some(application) => parcel.known(Thing::Application, &application.uid),
        None => candidate,
    };
    let Some(known) = known else {
        return Ok(None);
    };
    let found = match application {
        Some(_) => flow.look(Look {
            request: get(flow, "look up opportunity", &["opportunities", known], &[]),
            find: &|body| Ok(wire::opportunity(&body["data"])),
        }),
        // A person without an application is known by the contact, which has an opportunity all the same.
        None => flow.look(Look {
            request: get(
                flow,
                "look up contact",
                &["opportunities"],
                &[("contact_id", known)],
            ),
            find: &|body| Ok(items(body, "/data")?.iter().find_map(wire::opportunity)),
        }),
    };
    match found? {
        Some(there) => Ok(Some(there)),
        None => Err(Step::Refused(Refusal {
            forget: true,
            ..Refusal::new("gone", "the opportunity is not there any more")
        })),
    }
}

fn find_or_create(
    flow: &Flow,
    name: &person::Name,
    job: Option<&str>,
) -> Result<Got<Opportunity>, Step> {
    let parcel = flow.parcel;
    let opportunity = map::opportunity(parcel, name, job);
    let body = match map::resume(parcel, LARGEST) {
        Some(resume) => Body::Multipart(map::form(&opportunity, resume)),
        None => Body::Json(Value::Object(opportunity)),
    };
    let create = post(flow, "create", &["opportunities"]).body(body);
    let read = |answer: &Answer| wire::opportunity(&answer.json()["data"]);
    let Some(email) = person::mailbox(parcel) else {
        return flow.make(create, read, None).map(Got::Made);
    };
    let mut queries = vec![("email", email), ("limit", "100")];
    queries.extend(job.map(|job| ("posting_id", job)));
    let look = Look {
        request: get(flow, "look up", &["opportunities"], &queries),
        find: &|body| wire::with_email(body, email),
    };
    flow.find_or_make(look, create, read)
}

/// Adds what they lack. What we have carried there before is also set anew.
fn update(flow: &mut Flow, there: &Opportunity, name: &person::Name) -> Result<(), Step> {
    let parcel = flow.parcel;
    let is_ours = !parcel.known.is_empty();
    let first = person::emails(&parcel.candidate.record).into_iter().next();
    if !is_ours && first.is_some_and(|e| e.unverified) {
        flow.remark("somebody has this address there already, and nobody has proven it to be theirs: the profile stays as it is");
        return Ok(());
    }
    let contact = missing(&there.data, &map::contact(parcel, name), is_ours);
    if !contact.is_empty() {
        // A PUT replaces the whole contact.
        let mut whole = Map::new();
        for member in ["name", "headline", "location", "emails", "phones"] {
            let value = contact.get(member).unwrap_or(&there.data[member]);
            if !value.is_null() {
                whole.insert(member.to_owned(), value.clone());
            }
        }
        let address = address(
            parcel.setting("base_url"),
            &["contacts", &there.contact],
            &[],
        );
        let request = Request::put("update", address)
            .secret("Authorization", basic(parcel.setting("api_key"), ""))
            .json(Value::Object(whole));
        flow.change(request)?;
    }
    let record = &parcel.candidate.record;
    let links: Vec<String> = person::links(record).into_iter().map(|l| l.url).collect();
    for (member, verb, ours) in [
        ("tags", "addTags", person::tags(record)),
        ("links", "addLinks", links),
    ] {
        let there_already = there.data[member]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let there_already: Vec<String> = there_already.map(str::to_lowercase).collect();
        let lacking: Vec<&String> = ours
            .iter()
            .filter(|o| !there_already.contains(&o.to_lowercase()))
            .collect();
        if !lacking.is_empty() {
            let request = post(
                flow,
                &format!("add {member}"),
                &["opportunities", &there.id, verb],
            );
            flow.change(request.harmless().json(json!({member: lacking})))?;
        }
    }
    Ok(())
}

fn upload(flow: &mut Flow, opportunity: &str, file: &File) -> Result<Option<String>, Step> {
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 30 MiB");
        return Ok(None);
    }
    let name = format!("file {}", file.uid);
    let request = post(flow, &name, &["opportunities", opportunity, "files"])
        .body(Body::Multipart(vec![map::file("file", file)]));
    let same = |f: &&Value| {
        let sized = f["size"].as_u64().is_none_or(|s| s == file.size);
        let free = id(&f["id"]).is_some_and(|i| flow.is_free(Thing::File, &i));
        f["name"] == file.name.as_str() && sized && flow.may_be_of(&name, &f["uploadedAt"]) && free
    };
    let find = |body: &Value| {
        Ok(items(body, "/data")?
            .iter()
            .find(same)
            .and_then(|f| id(&f["id"])))
    };
    let look = Look {
        request: get(
            flow,
            "look up files",
            &["opportunities", opportunity, "files"],
            &[("limit", "100")],
        ),
        find: &find,
    };
    let sent = flow.make(
        request,
        |answer| id(&answer.json()["data"]["id"]),
        Some(look),
    );
    flow.taken("a file", sent)
}

fn write(flow: &mut Flow, opportunity: &str, note: &Note) -> Result<Option<String>, Step> {
    let text = details::signed(note);
    let request = post(
        flow,
        &format!("note {}", note.uid),
        &["opportunities", opportunity, "notes"],
    )
    .json(json!({"value": text, "secret": note.private}));
    let same = |n: &&Value| {
        n["text"] == text.as_str() && id(&n["id"]).is_some_and(|i| flow.is_free(Thing::Note, &i))
    };
    let find = |body: &Value| {
        Ok(items(body, "/data")?
            .iter()
            .find(same)
            .and_then(|n| id(&n["id"])))
    };
    let look = Look {
        request: get(
            flow,
            "look up notes",
            &["opportunities", opportunity, "notes"],
            &[("limit", "100")],
        ),
        find: &find,
    };
    let sent = flow.make(
        request,
        |answer| id(&answer.json()["data"]["id"]),
        Some(look),
    );
    flow.taken("a note", sent)
}
