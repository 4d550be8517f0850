//! BambooHR: one form makes applicant and application, files with it. The steps; words are `wire.rs`, what goes where is
//! `map.rs`, what is known from where is README.md.

mod map;
mod wire;

use serde_json::{Value, json};

use crate::address::{address, basic};
use crate::details;
use crate::flow::{Flow, Found, Look, Unclear};
use crate::parcel::{Note, Parcel, Thing};
use crate::person;
use crate::setting::Setting;
use crate::step::{Answer, Body, Exchange, Refusal, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::Application;

/// See the module.
pub struct BambooHr;

const SETTINGS: &[Setting] = &[
    Setting::text(
        "company",
        "Company",
        "What stands before .bamboohr.com in your address.",
    )
    .required(),
    Setting::credential(
        "api_key",
        "API key",
        "Of a user with access to the settings of applicant tracking.",
    ),
    Setting::text(
        "job_id",
        "Job for people without an application",
        "Left out: only applications are carried.",
    ),
    Setting::address(
        "base_url",
        "Address",
        "",
        "https://api.bamboohr.com/api/gateway.php",
    ),
];

impl Connector for BambooHr {
    fn name(&self) -> &'static str {
        "bamboohr"
    }

    fn title(&self) -> &'static str {
        "BambooHR"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// None is published: a number that troubles nobody [inferred].
    fn limit(&self) -> Limit {
        Limit {
            requests: 100,
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
    let job = flow.job()?;
    let parcel = flow.parcel;
    let candidate = parcel.candidate.uid.as_str();
    let application = parcel.application.as_ref();
    let thing = match application {
        Some(application) => (Thing::Application, application.uid.as_str()),
        None => (Thing::Candidate, candidate),
    };
    // What is known is `APPLICATION`, or for people alone `APPLICANT:APPLICATION`: comments belong to applications.
    let known = parcel
        .known(thing.0, thing.1)
        .map(|k| k.rsplit(':').next().unwrap_or(k).to_owned());
    let (there, went_along) = match known {
        Some(id) => {
            flow.remark("changes of the profile: it has no way to make them");
            let applicant = parcel.known(Thing::Candidate, candidate).unwrap_or("");
            let applicant = applicant.split(':').next().unwrap_or("").to_owned();
            (Application { id, applicant }, false)
        }
        None => find_or_create(flow, job)?,
    };
    let whole = format!("{}:{}", there.applicant, there.id);
    flow.there(Thing::Candidate, candidate, whole);
    if let Some(application) = application {
        flow.there(Thing::Application, &application.uid, &there.id);
    }
    let along = map::along(parcel);
    flow.each_file(|flow, file| {
        let went = went_along && along.iter().any(|(_, f)| f.uid == file.uid);
        if !went {
            flow.remark("a file: BambooHR takes a résumé and a cover letter, with the application");
        }
        // A file there has no id that an answer tells.
        Ok(went.then(|| format!("{}:{}", there.id, file.uid)))
    })?;
    let mut written = 0;
    flow.each_note(map::FIELDS, |flow, note| {
        let sent = comment(flow, &there.id, note, written)?;
        written += u64::from(sent.is_some());
        Ok(sent)
    })
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    let mut all = vec![flow.parcel.setting("company"), "v1", "applicant_tracking"];
    all.extend(segments);
    address(flow.parcel.setting("base_url"), &all, queries)
}

fn authorized(flow: &Flow, request: Request) -> Request {
    let key = basic(flow.parcel.setting("api_key"), "x");
    request
        .secret("Authorization", key)
        .plain("Accept", "application/json")
}

/// Answers whether the files went along.
fn find_or_create(flow: &mut Flow, job: Option<&str>) -> Result<(Application, bool), Step> {
    let name = flow.name()?;
    let parcel = flow.parcel;
    let usual = parcel.setting("job_id");
    let job = job.or(Some(usual).filter(|j| !j.is_empty())).ok_or_else(|| {
        let why = "BambooHR takes people for a job only: see the setting for people without an application";
        Step::Refused(Refusal::new("job", why).at("jobId"))
    })?;
    let create = Request::post("create", at(flow, &["application"], &[]));
    let create = authorized(flow, create).body(Body::Multipart(map::form(parcel, &name, job)));
    let mailbox = person::mailbox(parcel);
    let words = mailbox.unwrap_or(&name.whole);
    let queries = [("searchString", words), ("jobId", job)];
    let look_up = |call: &str| {
        authorized(
            flow,
            Request::get(call, at(flow, &["applications"], &queries)),
        )
    };
    let ours = |body: &Value| -> Found<Application> {
        wire::find(body, job, |applicant, made| match mailbox {
            Some(email) => applicant["email"]
                .as_str()
                .is_some_and(|e| person::same_mailbox(e, email)),
            // Namesakes are many: a name is believed only of whom our own request may have made.
            None => {
                let same = applicant["firstName"] == name.given().as_str()
                    && applicant["lastName"] == name.last_or_dash();
                same && applicant["email"].as_str().unwrap_or("").is_empty()
                    && flow.may_be_of("create", made)
            }
        })
    };
    let look = Look {
        request: look_up("look up"),
        find: &ours,
    };
    // Its answer names the applicant alone; the application is looked up.
    let read = |answer: &Answer| wire::created(&answer.json());
    let sought = |body: &Value| ours(body).map(|f| f.map(|a| a.applicant));
    let applicant = match mailbox {
        Some(_) if !flow.was_sent("create") => match flow.look(look)? {
            Some(found) => return Ok((found, false)),
            None => flow.make(create, read, None)?,
        },
        _ => {
            let again = Look {
                request: look_up("look up"),
                find: &sought,
            };
            flow.make(create, read, Some(again))?
        }
    };
    let find = |body: &Value| {
        wire::find(body, job, |a, _| {
            crate::flow::id(&a["id"]).as_deref() == Some(applicant.as_str())
        })
    };
    let look = Look {
        request: look_up("look up application"),
        find: &find,
    };
    let found = flow.look(look)?.ok_or_else(|| Step::Retry {
        after: None,
        why: "the application is not in its lists yet".to_owned(),
        forget: true,
    })?;
    Ok((found, true))
}

/// Comments can be written and not read, but they are counted: `written` is how many this delivery wrote before this one.
fn comment(
    flow: &mut Flow,
    application: &str,
    note: &Note,
    written: u64,
) -> Result<Option<String>, Step> {
    if note.private {
        flow.remark("private notes: comments are read by everybody there");
        return Ok(None);
    }
    let whole = at(flow, &["applications", application], &[]);
    let count = |call: &str| authorized(flow, Request::get(call, &whole));
    let before = wire::comments(&flow.ask_json(count("count notes"))?);
    let address = at(flow, &["applications", application, "comments"], &[]);
    let request = authorized(flow, Request::post(format!("note {}", note.uid), address));
    let request = request.json(json!({"type": "comment", "comment": details::signed(note)}));
    let read = |answer: &Answer| {
        let body = answer.json();
        let done = body.is_object() || answer.body.trim().is_empty();
        done.then(|| crate::flow::id(&body["id"]).unwrap_or_else(|| note.uid.clone()))
    };
    let find = |body: &Value| -> Found<String> {
        let (Some(before), Some(now)) = (before, wire::comments(body)) else {
            return Err(Unclear);
        };
        Ok((now > before + written).then(|| format!("{application}:{now}")))
    };
    let look = Look {
        request: count("look up notes"),
        find: &find,
    };
    let sent = flow.make(request, read, before.map(|_| look));
    flow.taken("a note", sent)
}
