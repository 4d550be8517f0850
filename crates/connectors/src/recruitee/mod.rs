//! Recruitee (Tellent): a person with a placement for each offer. The steps; words are `wire.rs`, what goes where is `map.rs`,
//! what is known from where is README.md.

mod map;
mod wire;

use serde_json::{Value, json};

use crate::address::address;
use crate::details;
use crate::flow::{Flow, Found, Got, Look, id, items};
use crate::parcel::{File, Note, Parcel, Thing};
use crate::patch::missing;
use crate::person::{self, Name};
use crate::setting::Setting;
use crate::step::{Answer, Body, Exchange, Part, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::Person;

/// See the module.
pub struct Recruitee;

/// The largest file, bytes [inferred].
const LARGEST: u64 = 25 << 20;

const SETTINGS: &[Setting] = &[
    Setting::text(
        "company_id",
        "Company ID",
        "The number (or name) in your Recruitee address.",
    )
    .required(),
    Setting::credential(
        "token",
        "API token",
        "From Settings → Apps and plugins → Personal API tokens.",
    ),
    Setting::address("base_url", "Address", "", "https://api.recruitee.com"),
];

impl Connector for Recruitee {
    fn name(&self) -> &'static str {
        "recruitee"
    }

    fn title(&self) -> &'static str {
        "Recruitee"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// None is documented: a number that troubles nobody [inferred].
    fn limit(&self) -> Limit {
        Limit {
            requests: 60,
            seconds: 60,
            at_once: 2,
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
    let got = match parcel.known(Thing::Candidate, candidate) {
        Some(known) => Got::Found(seen(flow, known)?),
        None => find_or_create(flow, &name, job)?,
    };
    let resume = map::resume(parcel, LARGEST);
    let went_along = match &got {
        Got::Made(_) => resume.map(|f| f.uid.as_str()),
        Got::Found(there) => {
            update(flow, there, &name)?;
            None
        }
    };
    let there = got.it();
    let (made, data) = (there.created_at.clone(), there.data.clone());
    flow.there_as(Thing::Candidate, candidate, &there.id, made, Some(data));
    if let (Some(application), Some(job)) = (&parcel.application, job)
        && parcel.known(Thing::Application, &application.uid).is_none()
    {
        let placed = match wire::placement(&there.data, job) {
            Some(placed) => placed,
            None => place(flow, &there.id, job)?,
        };
        flow.there(Thing::Application, &application.uid, placed);
    }
    flow.each_file(|flow, file| match went_along == Some(file.uid.as_str()) {
        // Its own id is in no answer.
        true => Ok(Some(format!("{}:cv", there.id))),
        false => upload(flow, &there, file),
    })?;
    tag(flow, &there)?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &there.id, note))
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    let mut all = vec!["c", flow.parcel.setting("company_id")];
    all.extend(segments);
    address(flow.parcel.setting("base_url"), &all, queries)
}

fn authorized(flow: &Flow, request: Request) -> Request {
    let token = flow.parcel.setting("token");
    request.secret("Authorization", format!("Bearer {token}"))
}

fn get(flow: &Flow, name: &str, segments: &[&str]) -> Request {
    authorized(flow, Request::get(name, at(flow, segments, &[])))
}

fn post(flow: &Flow, name: impl Into<String>, segments: &[&str]) -> Request {
    authorized(flow, Request::post(name, at(flow, segments, &[])))
}

/// The person whom an earlier delivery made or found.
fn seen(flow: &Flow, known: &str) -> Result<Person, Step> {
    let look = Look {
        request: get(flow, "look up person", &["candidates", known]),
        find: &|body| Ok(wire::person(&body["candidate"])),
    };
    flow.look(look)?.ok_or_else(|| {
        Step::Refused(crate::Refusal {
            forget: true,
            ..crate::Refusal::new("gone", "the person is not there any more")
        })
    })
}

fn find_or_create(flow: &Flow, name: &Name, job: Option<&str>) -> Result<Got<Person>, Step> {
    let parcel = flow.parcel;
    let body = match map::resume(parcel, LARGEST) {
        Some(resume) => Body::Multipart(map::form(parcel, name, job, resume)),
        None => Body::Json(map::create(parcel, name, job)),
    };
    let create = post(flow, "create", &["candidates"]).body(body);
    let read = |answer: &Answer| wire::person(&answer.json()["candidate"]);
    let find = |body: &Value| -> Found<Person> {
        if let Some(email) = person::mailbox(parcel) {
            return wire::with_email(body, email);
        }
        // Namesakes are many: a name is believed only of whom our own request may have made.
        let ours = |p: &Person| {
            let unaddressed = p.data["emails"].as_array().is_none_or(Vec::is_empty);
            let made = flow.may_be_of("create", &p.data["created_at"]);
            p.data["name"] == name.whole.as_str() && unaddressed && made
        };
        let mut all = items(body, "/candidates")?.iter().filter_map(wire::person);
        Ok(all.find(ours))
    };
    let words = person::mailbox(parcel).unwrap_or(&name.whole);
    let filters = json!([{"field": "all", "query": [words]}]).to_string();
    let queries = [("limit", "60"), ("filters_json", filters.as_str())];
    let address = at(flow, &["search", "new", "candidates"], &queries);
    let look = Look {
        request: authorized(flow, Request::get("look up", address)),
        find: &find,
    };
    match person::mailbox(parcel) {
        Some(_) => flow.find_or_make(look, create, read),
        None => flow.make(create, read, Some(look)).map(Got::Made),
    }
}

/// Adds what they lack. What we have carried there before is also set anew.
fn update(flow: &mut Flow, there: &Person, name: &Name) -> Result<(), Step> {
    let parcel = flow.parcel;
    let is_ours = parcel
        .known(Thing::Candidate, &parcel.candidate.uid)
        .is_some();
    let first = person::emails(&parcel.candidate.record).into_iter().next();
    if !is_ours && first.is_some_and(|e| e.unverified) {
        flow.remark("somebody has this address there already, and nobody has proven it to be theirs: the profile stays as it is");
        return Ok(());
    }
    let patch = missing(&there.data, &map::changeable(parcel, name), is_ours);
    if patch.is_empty() {
        return Ok(());
    }
    let address = at(flow, &["candidates", &there.id], &[]);
    let request = authorized(flow, Request::patch("update", address));
    flow.change(request.json(json!({"candidate": patch})))
}

fn place(flow: &Flow, person: &str, job: &str) -> Result<String, Step> {
    let look = Look {
        request: get(flow, "look up application", &["candidates", person]),
        find: &|body| {
            let there = &body["candidate"];
            let known = there.is_object().then(|| wire::placement(there, job));
            known.ok_or(crate::flow::Unclear)
        },
    };
    let body = json!({"candidate_id": map::number(person), "offer_id": map::number(job)});
    let request = post(flow, "apply", &["placements"]).json(body);
    let read = |answer: &Answer| id(&answer.json()["placement"]["id"]);
    flow.find_or_make(look, request, read).map(Got::it)
}

fn upload(flow: &mut Flow, there: &Person, file: &File) -> Result<Option<String>, Step> {
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 25 MiB");
        return Ok(None);
    }
    let resume = map::resume(flow.parcel, LARGEST).is_some_and(|f| f.uid == file.uid);
    if resume && there.data["cv_url"].is_null() {
        // Who has none is given it; who has another keeps it, and has this one as a file.
        let address = at(flow, &["candidates", &there.id, "update_cv"], &[]);
        let parts = vec![map::part("candidate[cv]", file)];
        let request = authorized(flow, Request::patch(format!("file {}", file.uid), address));
        let sent = flow.ask(request.body(Body::Multipart(parts)));
        let sent = sent.map(|_| format!("{}:cv", there.id));
        return flow.taken("a file", sent);
    }
    let parts = vec![
        Part::Text("attachment[candidate_id]".to_owned(), there.id.clone()),
        map::part("attachment[file]", file),
    ];
    let name = format!("file {}", file.uid);
    let request = post(flow, name, &["attachments"]).body(Body::Multipart(parts));
    let same = |f: &&Value| {
        f["filename"] == file.name.as_str()
            && id(&f["id"]).is_some_and(|i| flow.is_free(Thing::File, &i))
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/attachments")?
            .iter()
            .find(same)
            .and_then(|f| id(&f["id"])))
    };
    let look = Look {
        request: get(
            flow,
            "look up files",
            &["candidates", &there.id, "attachments"],
        ),
        find: &find,
    };
    let read = |answer: &Answer| id(&answer.json()["attachment"]["id"]);
    let sent = flow.make(request, read, Some(look));
    flow.taken("a file", sent)
}

/// A tag that is there is not made a second time.
fn tag(flow: &mut Flow, there: &Person) -> Result<(), Step> {
    let has = there.data["tags"].as_array().into_iter().flatten();
    let has: Vec<String> = has
        .filter_map(|t| t.as_str().or(t["name"].as_str()).map(str::to_lowercase))
        .collect();
    let ours = person::tags(&flow.parcel.candidate.record);
    let lacking = ours.iter().filter(|t| !has.contains(&t.to_lowercase()));
    for (number, tag) in lacking.enumerate() {
        let request = post(
            flow,
            format!("tag {number}"),
            &["candidates", &there.id, "tags"],
        );
        let sent = flow
            .ask(request.harmless().json(json!({"tag": tag})))
            .map(|_| ());
        flow.taken("a tag", sent)?;
    }
    Ok(())
}

fn write(flow: &mut Flow, person: &str, note: &Note) -> Result<Option<String>, Step> {
    if note.private {
        flow.remark("private notes: how Recruitee keeps one from others is not known");
        return Ok(None);
    }
    let text = details::signed(note);
    let name = format!("note {}", note.uid);
    let body = json!({"note": {"body": text}});
    let request = post(flow, name, &["candidates", person, "notes"]).json(body);
    let same = |n: &&Value| {
        let said = n["body"].as_str().or(n["text"].as_str()).unwrap_or("");
        said.trim() == text.trim() && id(&n["id"]).is_some_and(|i| flow.is_free(Thing::Note, &i))
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/notes")?
            .iter()
            .find(same)
            .and_then(|n| id(&n["id"])))
    };
    let look = Look {
        request: get(flow, "look up notes", &["candidates", person, "notes"]),
        find: &find,
    };
    let read = |answer: &Answer| id(&answer.json()["note"]["id"]);
    let sent = flow.make(request, read, Some(look));
    flow.taken("a note", sent)
}
