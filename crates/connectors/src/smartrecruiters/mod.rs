//! SmartRecruiters: a person with an application, attachments, messages. The steps; words are `wire.rs`, what goes where is
//! `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::address::address;
use crate::details;
use crate::flow::{Flow, Found, Got, Look, Unclear, id, items};
use crate::parcel::{File, Note, Parcel, Thing};
use crate::patch::missing;
use crate::person::{self, Name};
use crate::setting::{Flaw, Setting};
use crate::step::{Answer, Body, Exchange, Part, Refusal, Request, Step, Ticket};
use crate::{Carried, Connector, Limit};
use wire::Person;

/// See the module.
pub struct SmartRecruiters;

/// The largest file, bytes [inferred].
const LARGEST: u64 = 10 << 20;

const SETTINGS: &[Setting] = &[
    Setting::text(
        "api_key",
        "API key",
        "From Settings → Administration → API keys; or leave it out and name an OAuth client.",
    )
    .secret(),
    Setting::text(
        "client_id",
        "Client ID",
        "Of an OAuth client for client credentials.",
    ),
    Setting::text("client_secret", "Client secret", "Of the same client.").secret(),
    Setting::text(
        "source_type",
        "Source type",
        "sourceTypeId of what is added, for example ATS. May be left out.",
    ),
    Setting::text("source_subtype", "Source subtype", "May be left out."),
    Setting::text("source_id", "Source ID", "May be left out."),
    Setting::address("base_url", "Address", "", "https://api.smartrecruiters.com"),
    Setting::address(
        "token_url",
        "Address of tokens",
        "Where access tokens are asked for.",
        "https://www.smartrecruiters.com/identity/oauth/token",
    ),
];

impl Connector for SmartRecruiters {
    fn name(&self) -> &'static str {
        "smartrecruiters"
    }

    fn title(&self) -> &'static str {
        "SmartRecruiters"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_together(&self, settings: &BTreeMap<String, String>) -> Vec<Flaw> {
        let has = |name: &str| settings.contains_key(name);
        match (has("api_key"), has("client_id"), has("client_secret")) {
            (true, _, _) | (false, true, true) => Vec::new(),
            (false, true, false) => vec![Flaw::required("client_secret")],
            (false, false, true) => vec![Flaw::required("client_id")],
            (false, false, false) => vec![Flaw {
                setting: "api_key".to_owned(),
                detail: "is required, or client_id with client_secret".to_owned(),
            }],
        }
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// 10 a second, 8 at once [documented].
    fn limit(&self) -> Limit {
        Limit {
            requests: 10,
            seconds: 1,
            at_once: 8,
        }
    }

    fn step(&self, parcel: &Parcel, so_far: &[Exchange]) -> Step {
        Flow::run(parcel, so_far, &wire::MANNERS, carry)
    }

    fn guide(&self) -> &'static str {
        include_str!("README.md")
    }

    fn ask_for_ticket(&self, parcel: &Parcel) -> Option<Request> {
        if !parcel.setting("api_key").is_empty() {
            return None;
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", parcel.setting("client_id")),
            ("client_secret", parcel.setting("client_secret")),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = Request::post("ticket", parcel.setting("token_url")).harmless();
        Some(request.body(Body::SecretForm(form.to_vec())))
    }

    fn read_ticket(&self, answer: &Answer) -> Result<Ticket, Step> {
        crate::ticket::read(&wire::MANNERS, answer)
    }
}

fn carry(flow: &mut Flow) -> Result<(), Step> {
    let (name, job, email) = (flow.name()?, flow.job()?, flow.mailbox()?);
    let parcel = flow.parcel;
    let got = match known(flow, job)? {
        Some(there) => Got::Found(there),
        None => find_or_create(flow, &name, email, job)?,
    };
    if let Got::Found(there) = &got {
        update(flow, there, &name, email)?;
    }
    let there = got.it();
    let candidate = parcel.candidate.uid.as_str();
    let made = there.created_at.clone();
    flow.there_as(
        Thing::Candidate,
        candidate,
        &there.id,
        made.clone(),
        Some(there.data.clone()),
    );
    if let Some(application) = &parcel.application {
        let id = there.application.as_ref().unwrap_or(&there.id);
        flow.there_as(Thing::Application, &application.uid, id, made, None);
    }
    flow.each_file(|flow, file| attach(flow, &there.id, file))?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &there.id, job, note))
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    address(flow.parcel.setting("base_url"), segments, queries)
}

fn signed(flow: &Flow, request: Request) -> Request {
    match flow.parcel.setting("api_key") {
        "" => request.bearer(),
        key => request.secret("X-SmartToken", key),
    }
}

/// The person whom an earlier delivery carried. One who comes with a further application is looked up by it.
fn known(flow: &Flow, job: Option<&str>) -> Result<Option<Person>, Step> {
    let parcel = flow.parcel;
    let Some(known) = parcel.known(Thing::Candidate, &parcel.candidate.uid) else {
        return Ok(None);
    };
    if let Some(application) = &parcel.application
        && parcel.known(Thing::Application, &application.uid).is_none()
    {
        return Ok(None);
    }
    let look = Look {
        request: signed(
            flow,
            Request::get("look up candidate", at(flow, &["candidates", known], &[])),
        ),
        find: &|body| wire::person(body, job).map(Some).ok_or(Unclear),
    };
    flow.look(look)
}

fn find_or_create(
    flow: &Flow,
    name: &Name,
    email: &str,
    job: Option<&str>,
) -> Result<Got<Person>, Step> {
    let parcel = flow.parcel;
    let mut body = map::person(parcel, name, email);
    let tags = person::tags(&parcel.candidate.record);
    if !tags.is_empty() {
        body.insert("tags".to_owned(), json!(tags));
    }
    let source = map::source(parcel);
    if source.as_object().is_some_and(|s| !s.is_empty()) {
        body.insert("sourceDetails".to_owned(), source);
    }
    let address = match job {
        Some(job) => at(flow, &["jobs", job, "candidates"], &[]),
        None => at(flow, &["candidates"], &[]),
    };
    let create = signed(flow, Request::post("create", address)).json(Value::Object(body));
    let queries = [("q", email), ("limit", "100")];
    let look = Look {
        request: signed(
            flow,
            Request::get("look up", at(flow, &["candidates"], &queries)),
        ),
        find: &|body| wire::with_email(body, email, job),
    };
    let read = |answer: &Answer| wire::person(&answer.json(), job);
    match flow.find_or_make(look, create, read) {
        // The job is part of the address: what is not found is the job.
        Err(Step::Refused(r)) if r.reason == "gone" && flow.was_sent("create") && job.is_some() => {
            Err(Step::Refused(Refusal { reason: "job", ..r }))
        }
        other => other,
    }
}

/// Adds what they lack. What we have carried there before is also set anew.
fn update(flow: &mut Flow, there: &Person, name: &Name, email: &str) -> Result<(), Step> {
    let parcel = flow.parcel;
    let is_ours = parcel
        .known(Thing::Candidate, &parcel.candidate.uid)
        .is_some();
    let first = person::emails(&parcel.candidate.record).into_iter().next();
    if !is_ours && first.is_some_and(|e| e.unverified) {
        flow.remark("somebody has this address there already, and nobody has proven it to be theirs: the profile stays as it is");
        return Ok(());
    }
    let mut ours = map::person(parcel, name, email);
    // A search shows not all of these. What is there is not known then, and is left alone; lists are theirs to keep.
    let there_is = |member: &str| !there.data[member].is_null();
    ours.retain(|member, value| match value {
        Value::Array(_) => there.data[member].as_array().is_some_and(Vec::is_empty),
        Value::Object(_) => there_is(member),
        _ => true,
    });
    let patch = missing(&there.data, &ours, is_ours);
    if !patch.is_empty() {
        let request = Request::patch("update", at(flow, &["candidates", &there.id], &[]));
        flow.change(signed(flow, request.json(Value::Object(patch))))?;
    }
    let has = there.data["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let has: Vec<String> = has.map(str::to_lowercase).collect();
    let mut tags = person::tags(&parcel.candidate.record);
    tags.retain(|t| !has.contains(&t.to_lowercase()));
    if !tags.is_empty() {
        let request = Request::post(
            "add tags",
            at(flow, &["candidates", &there.id, "tags"], &[]),
        );
        flow.change(signed(flow, request.harmless().json(json!({"tags": tags}))))?;
    }
    Ok(())
}

fn attach(flow: &mut Flow, person: &str, file: &File) -> Result<Option<String>, Step> {
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 10 MiB");
        return Ok(None);
    }
    let name = format!("file {}", file.uid);
    let kind = map::kind(file.kind);
    let parts = vec![
        Part::Text("attachmentType".to_owned(), kind.to_owned()),
        Part::File {
            field: "file".to_owned(),
            uid: file.uid.clone(),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
        },
    ];
    let there = at(flow, &["candidates", person, "attachments"], &[]);
    let same = |f: &&Value| {
        let free = id(&f["id"]).is_some_and(|i| flow.is_free(Thing::File, &i));
        f["name"] == file.name.as_str()
            && f["type"] == kind
            && free
            && flow.may_be_of(&name, &f["uploadDate"])
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/content")?
            .iter()
            .find(same)
            .and_then(|f| id(&f["id"])))
    };
    let look = Look {
        request: signed(flow, Request::get("look up files", &there)),
        find: &find,
    };
    let request = signed(flow, Request::post(&name, &there)).body(Body::Multipart(parts));
    let sent = flow.make(request, |answer| id(&answer.json()["id"]), Some(look));
    flow.taken("a file", sent)
}

fn write(
    flow: &mut Flow,
    person: &str,
    job: Option<&str>,
    note: &Note,
) -> Result<Option<String>, Step> {
    if note.private {
        flow.remark("private notes: messages are read by the whole hiring team");
        return Ok(None);
    }
    let text = format!("@[CANDIDATE:{person}] {}", details::signed(note));
    let shared = match job {
        Some(job) => json!({"hiringTeamOf": [job]}),
        None => json!({"everyone": true}),
    };
    let body = json!({"content": text, "shareWith": shared});
    let request = Request::post(
        format!("note {}", note.uid),
        at(flow, &["messages", "shares"], &[]),
    )
    .json(body);
    let same = |m: &&Value| {
        m["content"] == text.as_str() && id(&m["id"]).is_some_and(|i| flow.is_free(Thing::Note, &i))
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/content")?
            .iter()
            .find(same)
            .and_then(|m| id(&m["id"])))
    };
    let queries = [("candidateId", person), ("limit", "100")];
    let look = Look {
        request: signed(
            flow,
            Request::get("look up notes", at(flow, &["messages"], &queries)),
        ),
        find: &find,
    };
    let sent = flow.make(
        signed(flow, request),
        |answer| id(&answer.json()["id"]),
        Some(look),
    );
    match sent {
        // Where messages cannot be listed one cannot look; a second one would be worse than none.
        Err(Step::Refused(r)) if r.reason == "gone" => {
            flow.remark("a note: it did not say whether it took it, and has no way to look");
            Ok(None)
        }
        sent => flow.taken("a note", sent),
    }
}
