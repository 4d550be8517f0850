//! Ashby: a person, then an application, files in three calls each, notes, tags. The steps; words are `wire.rs`, what goes
//! where is `map.rs`, what is known from where is README.md.

mod files;
mod map;
mod tags;
mod wire;

use serde_json::{Value, json};

use crate::address::{address, basic};
use crate::details;
use crate::flow::{Flow, Found, Got, Look, id, items};
use crate::parcel::{Application, Note, Parcel, Thing};
use crate::patch::missing;
use crate::person::{self, Name};
use crate::setting::Setting;
use crate::step::{Answer, Exchange, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::Person;

/// See the module.
pub struct Ashby;

const SETTINGS: &[Setting] = &[
    Setting::credential(
        "api_key",
        "API key",
        "From Admin → Integrations → API keys.",
    ),
    Setting::text(
        "source_id",
        "Source ID",
        "The source that candidates and applications are given. May be left out.",
    ),
    Setting::text(
        "credited_to",
        "Credited to",
        "ID of the user who is credited. May be left out.",
    ),
    Setting::address("base_url", "Address", "", "https://api.ashbyhq.com"),
];

impl Connector for Ashby {
    fn name(&self) -> &'static str {
        "ashby"
    }

    fn title(&self) -> &'static str {
        "Ashby"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// About 1,000 a minute [second-hand].
    fn limit(&self) -> Limit {
        Limit {
            requests: 1000,
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
    let (name, job) = (flow.name()?, flow.job()?);
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let got = match parcel.known(Thing::Candidate, candidate) {
        Some(known) => Got::Found(info(flow, known)?),
        None => find_or_create(flow, &name)?,
    };
    let (before, files) = match &got {
        Got::Found(there) => {
            update(flow, there, &name)?;
            let files = wire::files(&there.data).filter_map(|f| id(&f["id"]));
            (there.applications.clone(), files.collect())
        }
        Got::Made(_) => (Vec::new(), Vec::new()),
    };
    let there = got.it();
    let made = there.created_at.clone();
    flow.there_as(
        Thing::Candidate,
        candidate,
        &there.id,
        made,
        Some(there.data.clone()),
    );
    if let (Some(application), Some(job)) = (&parcel.application, job)
        && parcel.known(Thing::Application, &application.uid).is_none()
    {
        let applied = apply(flow, &there, &before, application, job)?;
        flow.there(Thing::Application, &application.uid, applied);
    }
    flow.each_file(|flow, file| files::send(flow, &there.id, file, &files))?;
    tags::add(flow, &there)?;
    flow.each_note(map::FIELDS, |flow, note| write(flow, &there.id, note))
}

/// A call: everything is a POST.
fn call(flow: &Flow, name: impl Into<String>, verb: &str, body: Value) -> Request {
    Request::post(name, address(flow.parcel.setting("base_url"), &[verb], &[]))
        .secret("Authorization", basic(flow.parcel.setting("api_key"), ""))
        .plain("Accept", "application/json; version=1")
        .json(body)
}

/// The person whom an earlier delivery made or found.
fn info(flow: &Flow, known: &str) -> Result<Person, Step> {
    let request = call(
        flow,
        "look up person",
        "candidate.info",
        json!({"id": known}),
    )
    .harmless();
    let look = Look {
        request,
        find: &|body| {
            wire::person(&body["results"])
                .map(Some)
                .ok_or(crate::flow::Unclear)
        },
    };
    let found = flow.look(look)?;
    // An id that is not there is refused by Ashby itself, as `candidate_not_found`.
    found.ok_or_else(|| {
        Step::Refused(crate::Refusal::new(
            "gone",
            "the person is not there any more",
        ))
    })
}

fn find_or_create(flow: &Flow, name: &Name) -> Result<Got<Person>, Step> {
    let create = call(
        flow,
        "create",
        "candidate.create",
        map::person(flow.parcel, name),
    );
    let search = |body| call(flow, "look up", "candidate.search", body).harmless();
    match person::mailbox(flow.parcel) {
        Some(email) => {
            let look = Look {
                request: search(json!({"email": email})),
                find: &|body| wire::with_email(body, email),
            };
            flow.find_or_make(look, create, wire::of_results)
        }
        // Namesakes are many: a name is believed only of whom our own request may have made.
        None => {
            let find = |body: &Value| -> Found<Person> {
                let same = |c: &&Value| {
                    let made = flow.may_be_of("create", &c["createdAt"]);
                    c["name"] == name.whole.as_str() && c["primaryEmailAddress"].is_null() && made
                };
                Ok(items(body, "/results")?
                    .iter()
                    .find(same)
                    .and_then(wire::person))
            };
            let look = Look {
                request: search(json!({"name": name.whole})),
                find: &find,
            };
            flow.make(create, wire::of_results, Some(look))
                .map(Got::Made)
        }
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
    let mut patch = missing(
        &map::there(&there.data),
        &map::changeable(parcel, name),
        is_ours,
    );
    if patch.is_empty() {
        return Ok(());
    }
    patch.insert("candidateId".to_owned(), json!(there.id));
    let request = call(flow, "update", "candidate.update", Value::Object(patch)).harmless();
    flow.change(request)
}

/// The application for the job: one of those that the person had `before`, or a new one.
fn apply(
    flow: &Flow,
    there: &Person,
    before: &[String],
    application: &Application,
    job: &str,
) -> Result<String, Step> {
    if !flow.was_sent("apply") {
        for earlier in before {
            let name = format!("look up application {earlier}");
            let request = call(
                flow,
                name,
                "application.info",
                json!({"applicationId": earlier}),
            );
            let answer = flow.ask_json(request.harmless())?;
            let open = answer["results"]["status"].as_str() != Some("Archived");
            if open && answer["results"]["job"]["id"] == job {
                return Ok(earlier.clone());
            }
        }
    }
    let mut body = json!({"candidateId": there.id, "jobId": job});
    for (member, value) in map::credit(flow.parcel) {
        body[member] = value;
    }
    if let Some(at) = application
        .applied_at
        .and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
    {
        body["createdAt"] = json!(at.to_string());
    }
    let new = |body: &Value| -> Found<String> {
        let all = items(body, "/results/applicationIds")?
            .iter()
            .filter_map(id);
        let mut new = all.filter(|a| !before.contains(a) && flow.is_free(Thing::Application, a));
        Ok(new.next())
    };
    let look = Look {
        request: call(
            flow,
            "look up applications",
            "candidate.info",
            json!({"id": there.id}),
        )
        .harmless(),
        find: &new,
    };
    let request = call(flow, "apply", "application.create", body);
    flow.make(
        request,
        |answer| id(&answer.json()["results"]["id"]),
        Some(look),
    )
}

fn write(flow: &mut Flow, person: &str, note: &Note) -> Result<Option<String>, Step> {
    let text = details::signed(note);
    let body = json!({
        "candidateId": person,
        "note": text,
        "sendNotifications": false,
        "isPrivate": note.private,
    });
    let request = call(
        flow,
        format!("note {}", note.uid),
        "candidate.createNote",
        body,
    );
    let same = |n: &&Value| {
        let said = n["content"].as_str().unwrap_or("").trim();
        said == text.trim() && id(&n["id"]).is_some_and(|i| flow.is_free(Thing::Note, &i))
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/results")?
            .iter()
            .find(same)
            .and_then(|n| id(&n["id"])))
    };
    let list = json!({"candidateId": person, "limit": 100});
    let look = Look {
        request: call(flow, "look up notes", "candidate.listNotes", list).harmless(),
        find: &find,
    };
    let read = |answer: &Answer| id(&answer.json()["results"]["id"]);
    let sent = flow.make(request, read, Some(look));
    flow.taken("a note", sent)
}
