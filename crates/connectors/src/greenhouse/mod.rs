//! Greenhouse: Harvest v3, or Candidate Ingestion where the settings say so. The steps; words are `wire.rs`, what goes where
//! is `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::address::{address, basic};
use crate::details;
use crate::flow::{Flow, Got, Look, id, items};
use crate::manners::Manners;
use crate::parcel::{File, Note, Parcel, Thing};
use crate::patch::missing;
use crate::person;
use crate::setting::{Flaw, Setting};
use crate::step::{Answer, Body, Exchange, Refusal, Request, Step, Ticket};
use crate::{Carried, Connector, Limit};
use wire::{Made, Person};

/// See the module.
pub struct Greenhouse;

const HARVEST: &str = "harvest";
const INGESTION: &str = "ingestion";
/// The largest file, bytes [inferred]: base64 in JSON of some tens of MB.
const LARGEST: u64 = 20 << 20;

const SETTINGS: &[Setting] = &[
    Setting::choice(
        "flavour",
        "API",
        "Harvest v3, or Candidate Ingestion for sourcing partners.",
        &[HARVEST, INGESTION],
    ),
    Setting::text(
        "client_id",
        "Client ID",
        "Of the OAuth credential: needed for Harvest, and for Ingestion without a partner key.",
    ),
    Setting::text("client_secret", "Client secret", "Of the same credential.").secret(),
    Setting::text(
        "user_id",
        "User ID",
        "Harvest: the Greenhouse user in whose name candidates are added. May be left out.",
    ),
    Setting::text(
        "source_id",
        "Source ID",
        "Harvest: the source that applications are given. May be left out.",
    ),
    Setting::text(
        "api_key",
        "API key",
        "Ingestion without OAuth: the partner key.",
    )
    .secret(),
    Setting::text(
        "on_behalf_of",
        "On behalf of",
        "Ingestion with a key: e-mail address of the Greenhouse user who acts.",
    ),
    Setting::address(
        "base_url",
        "Address",
        "Left out: the vendor's own, https://harvest.greenhouse.io or, for Ingestion, https://api.greenhouse.io.",
        "",
    ),
    Setting::address(
        "token_url",
        "Address of tokens",
        "Where access tokens are asked for.",
        "https://auth.greenhouse.io/token",
    ),
];

impl Connector for Greenhouse {
    fn name(&self) -> &'static str {
        "greenhouse"
    }

    fn title(&self) -> &'static str {
        "Greenhouse"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_together(&self, settings: &BTreeMap<String, String>) -> Vec<Flaw> {
        let by_key = settings.get("flavour").is_some_and(|f| f == INGESTION)
            && settings.contains_key("api_key");
        let needed: &[&str] = if by_key {
            &["on_behalf_of"]
        } else {
            &["client_id", "client_secret"]
        };
        let absent = needed.iter().filter(|name| !settings.contains_key(**name));
        absent.map(|name| Flaw::required(name)).collect()
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// 50 in a window of 30 seconds [second-hand].
    fn limit(&self) -> Limit {
        Limit {
            requests: 50,
            seconds: 30,
            at_once: 4,
        }
    }

    fn step(&self, parcel: &Parcel, so_far: &[Exchange]) -> Step {
        Flow::run(parcel, so_far, &Manners::PLAIN, |flow| {
            if parcel.setting("flavour") == INGESTION {
                ingest(flow)
            } else {
                harvest(flow)
            }
        })
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    fn ask_for_ticket(&self, parcel: &Parcel) -> Option<Request> {
        if uses_key(parcel) {
            return None;
        }
        let (user, password) = (parcel.setting("client_id"), parcel.setting("client_secret"));
        let mut form = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let acting = parcel.setting("user_id");
        if !acting.is_empty() {
            form.push(("sub".to_owned(), acting.to_owned()));
        }
        let request = Request::post("ticket", parcel.setting("token_url")).harmless();
        Some(
            request
                .secret("Authorization", basic(user, password))
                .body(Body::Form(form)),
        )
    }

    fn read_ticket(&self, answer: &Answer) -> Result<Ticket, Step> {
        crate::ticket::read(&Manners::PLAIN, answer)
    }
}

fn uses_key(parcel: &Parcel) -> bool {
    parcel.setting("flavour") == INGESTION && !parcel.setting("api_key").is_empty()
}

fn harvest(flow: &mut Flow) -> Result<(), Step> {
    let (name, job) = (flow.name()?, flow.job()?);
    let ours = map::person(flow.parcel, &name);
    let candidate = flow.parcel.candidate.uid.as_str();
    let got = match flow.parcel.known(Thing::Candidate, candidate) {
        Some(id) => Got::Found(known(flow, id)?),
        None => find_or_create(flow, &ours, job)?,
    };
    if let Got::Found(there) = &got {
        update(flow, there, &ours)?;
    }
    let there = got.it();
    flow.there_as(
        Thing::Candidate,
        candidate,
        &there.id,
        there.created_at.clone(),
        Some(there.data.clone()),
    );
    if let (Some(application), Some(job)) = (&flow.parcel.application, job)
        && flow
            .parcel
            .known(Thing::Application, &application.uid)
            .is_none()
    {
        let made = match there.application.clone() {
            Some(made) => made,
            None => apply(flow, &there.id, job)?,
        };
        flow.there_as(
            Thing::Application,
            &application.uid,
            made.id,
            made.created_at,
            None,
        );
    }
    flow.each_file(|flow, file| attach(flow, &there.id, file))?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &there.id, note))
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    let base = match flow.parcel.setting("base_url") {
        "" if flow.parcel.setting("flavour") == INGESTION => "https://api.greenhouse.io",
        "" => "https://harvest.greenhouse.io",
        base => base,
    };
    address(base, segments, queries)
}

/// The person whom an earlier delivery made or found.
fn known(flow: &Flow, id: &str) -> Result<Person, Step> {
    let look = Look {
        request: Request::get(
            "look up person",
            at(flow, &["v3", "candidates"], &[("ids", id)]),
        )
        .bearer(),
        find: &|body| wire::with_id(body, id),
    };
    let gone = "the person is not there any more";
    flow.look(look)?.ok_or_else(|| {
        Step::Refused(Refusal {
            forget: true,
            ..Refusal::new("gone", gone)
        })
    })
}

fn find_or_create(
    flow: &Flow,
    ours: &serde_json::Map<String, Value>,
    job: Option<&str>,
) -> Result<Got<Person>, Step> {
    let mut body = Value::Object(ours.clone());
    if let Some(job) = job {
        body["application"] = map::application(flow.parcel, job);
    }
    let create = Request::post("create", at(flow, &["v3", "candidates"], &[]))
        .bearer()
        .json(body);
    let read = |answer: &Answer| wire::created(&answer.json());
    let Some(email) = person::mailbox(flow.parcel) else {
        return flow.make(create, read, None).map(Got::Made);
    };
    let look = Look {
        request: Request::get(
            "look up",
            at(flow, &["v3", "candidates"], &[("email", email)]),
        )
        .bearer(),
        find: &|body| wire::with_email(body, email),
    };
    flow.find_or_make(look, create, read)
}

/// Adds what they lack. What we alone have carried there before is also set anew.
fn update(
    flow: &mut Flow,
    there: &Person,
    ours: &serde_json::Map<String, Value>,
) -> Result<(), Step> {
    let parcel = flow.parcel;
    let is_ours = parcel
        .known(Thing::Candidate, &parcel.candidate.uid)
        .is_some();
    let first = person::emails(&parcel.candidate.record).into_iter().next();
    if !is_ours && first.is_some_and(|e| e.unverified) {
        flow.remark("somebody has this address there already, and nobody has proven it to be theirs: the profile stays as it is");
        return Ok(());
    }
    let patch = missing(&there.data, ours, is_ours);
    if !patch.is_empty() {
        let address = at(flow, &["v3", "candidates", &there.id], &[]);
        let request = Request::patch("update", address)
            .bearer()
            .json(Value::Object(patch));
        flow.change(request)?;
    }
    Ok(())
}

fn apply(flow: &Flow, person: &str, job: &str) -> Result<Made, Step> {
    let queries = [("candidate_ids", person), ("job_ids", job)];
    let look = Look {
        request: Request::get(
            "look up application",
            at(flow, &["v3", "applications"], &queries),
        )
        .bearer(),
        find: &|body| wire::open_application(body, job),
    };
    let mut body = map::application(flow.parcel, job);
    body["candidate_id"] = map::number(person);
    let request = Request::post("apply", at(flow, &["v3", "applications"], &[]))
        .bearer()
        .json(body);
    flow.find_or_make(look, request, |answer| wire::made(&answer.json()))
        .map(Got::it)
}

fn attach(flow: &mut Flow, person: &str, file: &File) -> Result<Option<String>, Step> {
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 20 MiB");
        return Ok(None);
    }
    let kind = map::kind(flow.parcel, file);
    let name = format!("file {}", file.uid);
    let body = json!({
        "candidate_id": map::number(person),
        "filename": file.name,
        "type": kind,
        "content_type": file.media_type,
        "content": Body::base64_of(&file.uid),
    });
    let request = Request::post(&name, at(flow, &["v3", "attachments"], &[]))
        .bearer()
        .json(body);
    let free = |thing: &Value| id(&thing["id"]).is_some_and(|i| flow.is_free(Thing::File, &i));
    let same = |thing: &&Value| {
        let named = thing["filename"].as_str().is_none_or(|n| n == file.name);
        named && thing["type"] == kind && flow.may_be_of(&name, &thing["created_at"]) && free(thing)
    };
    let find = |body: &Value| {
        Ok(items(body, "")?
            .iter()
            .find(same)
            .and_then(|f| id(&f["id"])))
    };
    let queries = [("candidate_ids", person), ("per_page", "500")];
    let look = Look {
        request: Request::get("look up files", at(flow, &["v3", "attachments"], &queries)).bearer(),
        find: &find,
    };
    let sent = flow.make(request, |answer| id(&answer.json()["id"]), Some(look));
    flow.taken("a file", sent)
}

fn write(flow: &mut Flow, person: &str, note: &Note) -> Result<Option<String>, Step> {
    let name = format!("note {}", note.uid);
    let text = details::signed(note);
    let mut body = json!({
        "candidate_id": map::number(person),
        "body": text,
        "visibility": map::visibility(note),
        "note_type": "NOTE",
    });
    let acting = flow.parcel.setting("user_id");
    if !acting.is_empty() {
        body["user_id"] = map::number(acting);
    }
    let request = Request::post(&name, at(flow, &["v3", "notes"], &[]))
        .bearer()
        .json(body);
    let same = |n: &&Value| {
        n["body"] == text.as_str() && id(&n["id"]).is_some_and(|i| flow.is_free(Thing::Note, &i))
    };
    let find = |body: &Value| {
        Ok(items(body, "")?
            .iter()
            .find(same)
            .and_then(|n| id(&n["id"])))
    };
    let queries = [("candidate_ids", person), ("per_page", "500")];
    let look = Look {
        request: Request::get("look up notes", at(flow, &["v3", "notes"], &queries)).bearer(),
        find: &find,
    };
    let sent = flow.make(request, |answer| id(&answer.json()["id"]), Some(look));
    flow.taken("a note", sent)
}

/// Everything in one request. It has no way to look: after a doubt a person decides.
fn ingest(flow: &mut Flow) -> Result<(), Step> {
    let (name, job) = (flow.name()?, flow.job()?);
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let application = parcel.application.as_ref();
    let done = match application {
        Some(application) => parcel.known(Thing::Application, &application.uid),
        None => parcel.known(Thing::Candidate, candidate),
    };
    if done.is_some() {
        flow.remark("it is there already, and Ingestion changes nothing");
        return Ok(());
    }
    let notes = details::notes(parcel, map::FIELDS);
    let mut request = Request::post("create", at(flow, &["v1", "partner", "candidates"], &[]))
        .json(map::ingestion(parcel, &name, job, &notes));
    request = if uses_key(parcel) {
        let key = basic(parcel.setting("api_key"), "");
        let acting = parcel.setting("on_behalf_of");
        request
            .secret("Authorization", key)
            .plain("On-Behalf-Of", acting)
    } else {
        request.bearer()
    };
    let (id, made) = flow.make(request, |answer| wire::ingested(&answer.json()), None)?;
    flow.there(Thing::Candidate, candidate, id);
    if let (Some(application), Some(made)) = (application, made) {
        flow.there(Thing::Application, &application.uid, made);
    }
    let resumes = parcel
        .files
        .iter()
        .filter(|f| map::kind(parcel, f) == "resume")
        .count();
    if parcel.files.len() > resumes {
        flow.remark("files other than the newest résumé: Ingestion has no place for them");
    }
    Ok(())
}
