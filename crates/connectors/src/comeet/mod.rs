//! Comeet (Spark Hire Recruit): one *candidate* for each position that a person is in. The steps; words are `wire.rs`, what goes
//! where is `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};

use crate::address::address;
use crate::flow::{Flow, Found, Look, Unclear, items, unreadable};
use crate::parcel::{File, FileKind, Note, Parcel, Thing};
use crate::patch::missing;
use crate::person::Name;
use crate::setting::Setting;
use crate::step::{Answer, Exchange, Refusal, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::Process;

/// See the module.
pub struct Comeet;

const SETTINGS: &[Setting] = &[
    Setting::credential(
        "api_key",
        "API key",
        "The customer's key: Settings → Integrations.",
    ),
    Setting::credential(
        "secret",
        "Secret",
        "The partner's secret, by which requests are signed.",
    ),
    Setting::text(
        "position_uid",
        "Position for people without an application",
        "A talent pool. Left out: only applications are carried.",
    ),
    Setting::text(
        "custom_fields",
        "Custom fields",
        "Names of custom fields that Comeet has, separated by commas; all others stand in the note.",
    ),
    Setting::address("base_url", "Address", "", "https://api.comeet.co"),
];

impl Connector for Comeet {
    fn name(&self) -> &'static str {
        "comeet"
    }

    fn title(&self) -> &'static str {
        "Comeet"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// "100 requests per 60 seconds" [documented].
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
}

fn carry(flow: &mut Flow) -> Result<(), Step> {
    let (name, job) = (flow.name()?, flow.job()?);
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let application = parcel.application.as_ref();
    let known = match application {
        Some(application) => parcel.known(Thing::Application, &application.uid),
        None => parcel.known(Thing::Candidate, candidate),
    };
    let with_it = map::along(parcel);
    let (there, went_along) = match known {
        Some(uid) => {
            let there = seen(flow, uid)?;
            update(flow, &there, &name)?;
            (there, false)
        }
        None => create(flow, &name, job, &with_it)?,
    };
    flow.there(Thing::Candidate, candidate, &there.uid);
    if let Some(application) = application {
        let (made, data) = (there.created_at.clone(), there.data.clone());
        flow.there_as(
            Thing::Application,
            &application.uid,
            &there.uid,
            made,
            Some(data),
        );
    }
    flow.each_file(|flow, file| match went_along && with_it.holds(file) {
        true => Ok(Some(format!("{}:{}", there.uid, file.uid))),
        // Pictures go with a create alone, and nobody is shown them.
        false if known.is_none() && with_it.is_picture(file) => {
            Ok(Some(format!("{}:{}", there.uid, file.uid)))
        }
        false => upload(flow, &there, file),
    })?;
    flow.each_note(map::FIELDS, |flow, note| {
        let along = with_it.note.as_ref().is_some_and(|n| n.uid == note.uid);
        match known.is_none() && along {
            true => Ok(Some(format!("{}:note", there.uid))),
            false => write(flow, &there, note),
        }
    })
}

/// A token that is good for ten minutes, as the vendor recommends: the caller mints it, nobody is asked.
fn token(parcel: &Parcel) -> String {
    let claims = json!({"iss": parcel.setting("api_key"), "exp": parcel.now / 1_000_000 + 600});
    let key = EncodingKey::from_secret(parcel.setting("secret").as_bytes());
    let header = jsonwebtoken::Header::new(Algorithm::HS256);
    jsonwebtoken::encode(&header, &claims, &key).unwrap_or_default()
}

fn at(flow: &Flow, segments: &[&str]) -> String {
    address(flow.parcel.setting("base_url"), segments, &[])
}

fn signed(flow: &Flow, request: Request) -> Request {
    request.secret("Authorization", format!("Bearer {}", token(flow.parcel)))
}

fn get(flow: &Flow, name: &str, segments: &[&str]) -> Request {
    signed(flow, Request::get(name, at(flow, segments)))
}

/// The candidate of this uid, which an earlier delivery made, or which is in our way.
fn seen(flow: &Flow, uid: &str) -> Result<Process, Step> {
    let look = Look {
        request: get(flow, "look up candidate", &["candidates", uid]),
        find: &|body| Ok(wire::process(body)),
    };
    let gone = || Refusal {
        forget: true,
        ..Refusal::new("gone", "the candidate is not there any more")
    };
    flow.look(look)?.ok_or_else(|| Step::Refused(gone()))
}

/// A create names the person by our id, and Comeet answers a second one for the same position with the candidate that is there:
/// so it may be repeated when it was not answered. Says whether the files went with it.
fn create(
    flow: &mut Flow,
    name: &Name,
    job: Option<&str>,
    with_it: &map::Along,
) -> Result<(Process, bool), Step> {
    let pool = flow.parcel.setting("position_uid");
    let position = job.or(Some(pool).filter(|p| !p.is_empty())).ok_or_else(|| {
        let why = "Comeet takes people for a position only: see the setting for people without an application";
        Step::Refused(Refusal::new("job", why).at("position_uid"))
    })?;
    let body = map::create(flow.parcel, name, position, with_it);
    let request = Request::post("create", at(flow, &["candidates"])).harmless();
    let answer = flow.ask(signed(flow, request).json(Value::Object(body)))?;
    let made = answer.json();
    if let Some(there) = wire::in_the_way(&made) {
        // Who was there may be what an unanswered request made, or older: what is missing there is added.
        let there = seen(flow, &there)?;
        update(flow, &there, name)?;
        return Ok((there, false));
    }
    let there = wire::process(&made).ok_or_else(unreadable)?;
    Ok((there, true))
}

/// Sets what is otherwise there: it is a candidate that we have made.
fn update(flow: &mut Flow, there: &Process, name: &Name) -> Result<(), Step> {
    let ours = map::contact(flow.parcel, name);
    let mut patch = missing(&wire::readable(&there.data), &ours, true);
    if patch.is_empty() {
        return Ok(());
    }
    // The page requires both.
    for always in ["first_name", "last_name"] {
        patch.insert(always.to_owned(), ours[always].clone());
    }
    patch.insert(
        "updated_by".to_owned(),
        json!({"type": "app", "name": "Muster"}),
    );
    let address = at(flow, &["candidates", &there.uid]);
    let request = signed(flow, Request::patch("update", address));
    flow.change(request.json(Value::Object(patch)))
}

/// A further file. Lists name files and have no ids: which of several with one name it is, is counted.
fn upload(flow: &mut Flow, there: &Process, file: &File) -> Result<Option<String>, Step> {
    let resume = file.kind == FileKind::Resume && map::is_document(&file.name);
    if let Err(why) = map::fits(file) {
        flow.remark(format!("a file: {why}"));
        return Ok(None);
    }
    let (last, look) = match resume {
        true => (
            "resume",
            get(flow, "look up files resume", &["candidates", &there.uid]),
        ),
        false => (
            "files",
            get(flow, "look up files", &["candidates", &there.uid, "files"]),
        ),
    };
    let find = |body: &Value| -> Found<String> {
        let names: Vec<&str> = match resume {
            // What is no candidate says nothing of whether there is a résumé.
            true if body["uid"].is_null() => return Err(Unclear),
            true => body["resume"]["name"].as_str().into_iter().collect(),
            false => items(body, "")?
                .iter()
                .filter_map(|f| f["name"].as_str())
                .collect(),
        };
        let same = names.iter().filter(|n| **n == file.name).enumerate();
        let ids = same.map(|(nth, name)| format!("{}:{last}:{name}:{nth}", there.uid));
        Ok(ids.into_iter().find(|id| flow.is_free(Thing::File, id)))
    };
    let look = Look {
        request: look,
        find: &find,
    };
    let address = at(flow, &["candidates", &there.uid, last]);
    let request = Request::post(format!("file {}", file.uid), address);
    let request = signed(flow, request).json(map::file(file));
    let read = |answer: &Answer| {
        let body = answer.json();
        let named = body[0]["name"].as_str().or(body["name"].as_str()).is_some();
        named.then(|| format!("{}:{}", there.uid, file.uid))
    };
    let sent = if resume && there.data["resume"]["name"] == file.name.as_str() {
        Ok(format!("{}:{}", there.uid, file.uid))
    } else {
        flow.make(request, read, Some(look))
    };
    flow.taken("a file", sent)
}

/// Comeet has no way to read notes: one that is in doubt is a question for a person. Who speaks Comeet's API and shows notes all
/// the same is asked.
fn write(flow: &mut Flow, there: &Process, note: &Note) -> Result<Option<String>, Step> {
    if note.private {
        flow.remark("private notes: notes are read by everybody there");
        return Ok(None);
    }
    let address = at(flow, &["candidates", &there.uid, "notes"]);
    let request = Request::post(format!("note {}", note.uid), address);
    let request = signed(flow, request).json(map::note(flow.parcel, note));
    let read = |answer: &Answer| crate::flow::id(&answer.json()["uid"]);
    let text = map::note(flow.parcel, note)["text"].clone();
    let find = |body: &Value| -> Found<String> {
        let same = |n: &&Value| {
            n["text"] == text
                && crate::flow::id(&n["uid"]).is_some_and(|i| flow.is_free(Thing::Note, &i))
        };
        Ok(items(body, "/notes")?
            .iter()
            .find(same)
            .and_then(|n| crate::flow::id(&n["uid"])))
    };
    let look = Look {
        request: get(flow, "look up notes", &["candidates", &there.uid]),
        find: &find,
    };
    let sent = flow.make(
        request,
        read,
        there.data["notes"].is_array().then_some(look),
    );
    flow.taken("a note", sent)
}

/// What of a body is said at all.
fn said(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    let all = pairs.into_iter().filter(|(_, value)| !value.is_null());
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}
