//! Workable: a candidate for each job, with the résumé; further files and notes are comments. The steps; words are
//! `wire.rs`, what goes where is `map.rs`, what is known from where is README.md.

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
use crate::step::{Answer, Exchange, Refusal, Request, Step};
use crate::{Carried, Connector, Limit};
use wire::Candidate;

/// See the module.
pub struct Workable;

/// The largest file, bytes [inferred]: base64 in JSON.
const LARGEST: u64 = 12 << 20;

const SETTINGS: &[Setting] = &[
    Setting::text(
        "subdomain",
        "Subdomain",
        "The first part of yours.workable.com.",
    ),
    Setting::credential(
        "token",
        "Access token",
        "From Settings → Integrations → Apps → Access tokens, with the scopes r_candidates and w_candidates.",
    ),
    Setting::text(
        "member_id",
        "Member ID",
        "Who writes comments; without one, notes and further files are not carried.",
    ),
    Setting::switch(
        "as_applicants",
        "Send as applicants",
        "Workable then writes to them as to anybody who applied.",
    ),
    Setting::address(
        "base_url",
        "Address",
        "Left out: https://<subdomain>.workable.com/spi/v3",
        "",
    ),
];

impl Connector for Workable {
    fn name(&self) -> &'static str {
        "workable"
    }

    fn title(&self) -> &'static str {
        "Workable"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// The subdomain becomes part of a host name: nothing but a label may stand there.
    fn check_together(&self, settings: &BTreeMap<String, String>) -> Vec<Flaw> {
        if settings.contains_key("base_url") {
            return Vec::new();
        }
        match settings.get("subdomain") {
            None => vec![Flaw::required("subdomain")],
            Some(name) if is_label(name) => Vec::new(),
            Some(_) => vec![Flaw {
                setting: "subdomain".to_owned(),
                detail: "must be letters, digits and hyphens: the first part of yours.workable.com"
                    .to_owned(),
            }],
        }
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// 10 in 10 seconds for tokens of an account [second-hand].
    fn limit(&self) -> Limit {
        Limit {
            requests: 10,
            seconds: 10,
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

fn is_label(name: &str) -> bool {
    let inner = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    inner && !name.is_empty() && name.len() <= 63 && !name.starts_with('-')
}

fn carry(flow: &mut Flow) -> Result<(), Step> {
    let (name, job, email) = (flow.name()?, flow.job()?, flow.mailbox()?);
    let parcel = flow.parcel;
    let got = match known(flow)? {
        Some(there) => Got::Found(there),
        None => find_or_create(flow, &name, email, job)?,
    };
    let resume = map::resume(parcel, LARGEST).map(|f| f.uid.as_str());
    let went_along = match &got {
        Got::Made(_) => resume,
        Got::Found(there) => {
            update(flow, there, &name, email)?;
            None
        }
    };
    let there = got.it();
    let person = parcel.candidate.uid.as_str();
    let made = there.created_at.clone();
    flow.there_as(
        Thing::Candidate,
        person,
        &there.id,
        made.clone(),
        Some(there.data.clone()),
    );
    if let Some(application) = &parcel.application {
        flow.there_as(Thing::Application, &application.uid, &there.id, made, None);
    }
    if let Some(uid) = went_along {
        // Its own id is in no answer.
        flow.there(Thing::File, uid, format!("{}:resume", there.id));
    }
    let member = parcel.setting("member_id");
    flow.each_file(|flow, file| match went_along == Some(file.uid.as_str()) {
        true => Ok(None),
        false => attach(flow, &there.id, member, file),
    })?;
    flow.each_note(map::FIELDS, |flow, note| {
        write(flow, &there.id, member, note)
    })
}

fn at(flow: &Flow, segments: &[&str], queries: &[(&str, &str)]) -> String {
    match flow.parcel.setting("base_url") {
        "" => {
            let base = format!(
                "https://{}.workable.com/spi/v3",
                flow.parcel.setting("subdomain")
            );
            address(&base, segments, queries)
        }
        base => address(base, segments, queries),
    }
}

fn with_token(flow: &Flow, request: Request) -> Request {
    request.secret(
        "Authorization",
        format!("Bearer {}", flow.parcel.setting("token")),
    )
}

/// The candidate that an earlier delivery made or found for this job (or this person).
fn known(flow: &Flow) -> Result<Option<Candidate>, Step> {
    let parcel = flow.parcel;
    let known = match &parcel.application {
        Some(application) => parcel.known(Thing::Application, &application.uid),
        None => parcel.known(Thing::Candidate, &parcel.candidate.uid),
    };
    let Some(known) = known else {
        return Ok(None);
    };
    let look = Look {
        request: with_token(
            flow,
            Request::get("look up candidate", at(flow, &["candidates", known], &[])),
        ),
        find: &|body| wire::candidate(&body["candidate"]).map(Some).ok_or(Unclear),
    };
    flow.look(look)
}

fn find_or_create(
    flow: &Flow,
    name: &Name,
    email: &str,
    job: Option<&str>,
) -> Result<Got<Candidate>, Step> {
    let parcel = flow.parcel;
    let mut candidate = map::candidate(parcel, name, email);
    let tags = person::tags(&parcel.candidate.record);
    if !tags.is_empty() {
        candidate.insert("tags".to_owned(), json!(tags));
    }
    if let Some(resume) = map::resume(parcel, LARGEST) {
        candidate.insert("resume".to_owned(), map::file(resume));
    }
    let sourced = parcel.setting("as_applicants") != "true";
    let address = match job {
        Some(job) => at(flow, &["jobs", job, "candidates"], &[]),
        None => at(flow, &["talent_pool", "sourced", "candidates"], &[]),
    };
    let create =
        Request::post("create", address).json(json!({"sourced": sourced, "candidate": candidate}));
    let mut queries = vec![("email", email), ("limit", "100")];
    queries.extend(job.map(|job| ("shortcode", job)));
    let look = Look {
        request: with_token(
            flow,
            Request::get("look up", at(flow, &["candidates"], &queries)),
        ),
        find: &|body| wire::with_email(body, email, job),
    };
    let read = |answer: &Answer| wire::candidate(&answer.json()["candidate"]);
    match flow.find_or_make(look, with_token(flow, create), read) {
        // The job is part of the address: what is not found is the job.
        Err(Step::Refused(r)) if r.reason == "gone" && flow.was_sent("create") && job.is_some() => {
            Err(Step::Refused(Refusal { reason: "job", ..r }))
        }
        other => other,
    }
}

/// Adds what they lack. What we have carried there before is also set anew.
fn update(flow: &mut Flow, there: &Candidate, name: &Name, email: &str) -> Result<(), Step> {
    let parcel = flow.parcel;
    let is_ours = !parcel.known.is_empty();
    let first = person::emails(&parcel.candidate.record).into_iter().next();
    if !is_ours && first.is_some_and(|e| e.unverified) {
        flow.remark("somebody has this address there already, and nobody has proven it to be theirs: the profile stays as it is");
        return Ok(());
    }
    let mut ours = map::candidate(parcel, name, email);
    // Lists are theirs to keep where they have any: entries there have members of their own.
    ours.retain(|member, value| {
        !value.is_array() || there.data[member].as_array().is_none_or(Vec::is_empty)
    });
    let patch = missing(&there.data, &ours, is_ours);
    if !patch.is_empty() {
        let request = Request::patch("update", at(flow, &["candidates", &there.id], &[]));
        flow.change(with_token(flow, request.json(json!({"candidate": patch}))))?;
    }
    let tags = json!({"tags": person::tags(&parcel.candidate.record)});
    let tags = missing(
        &there.data,
        tags.as_object().unwrap_or(&serde_json::Map::new()),
        false,
    );
    if !tags.is_empty() {
        let request = Request::put(
            "update tags",
            at(flow, &["candidates", &there.id, "tags"], &[]),
        );
        flow.change(with_token(flow, request.json(Value::Object(tags))))?;
    }
    Ok(())
}

fn comment(flow: &Flow, name: &str, candidate: &str, member: &str, comment: &Value) -> Request {
    let request = Request::post(name, at(flow, &["candidates", candidate, "comments"], &[]));
    with_token(
        flow,
        request.json(json!({"member_id": member, "comment": comment})),
    )
}

fn attach(
    flow: &mut Flow,
    candidate: &str,
    member: &str,
    file: &File,
) -> Result<Option<String>, Step> {
    if member.is_empty() {
        flow.remark("files besides the résumé: the settings name no member who writes comments");
        return Ok(None);
    }
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 12 MiB");
        return Ok(None);
    }
    let name = format!("file {}", file.uid);
    let body = json!({"body": file.name, "attachment": map::file(file)});
    let same = |f: &&Value| {
        let sized = f["size"].as_u64().is_none_or(|s| s == file.size);
        let free = id(&f["id"]).is_some_and(|i| flow.is_free(Thing::File, &i));
        f["name"] == file.name.as_str() && sized && free && flow.may_be_of(&name, &f["created_at"])
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/files")?
            .iter()
            .find(same)
            .and_then(|f| id(&f["id"])))
    };
    let look = Look {
        request: with_token(
            flow,
            Request::get(
                "look up files",
                at(flow, &["candidates", candidate, "files"], &[]),
            ),
        ),
        find: &find,
    };
    let request = comment(flow, &name, candidate, member, &body);
    let sent = flow.make(request, |answer| id(&answer.json()["id"]), Some(look));
    flow.taken("a file", sent)
}

fn write(
    flow: &mut Flow,
    candidate: &str,
    member: &str,
    note: &Note,
) -> Result<Option<String>, Step> {
    if member.is_empty() {
        flow.remark("notes: the settings name no member who writes comments");
        return Ok(None);
    }
    if note.private {
        flow.remark("private notes: comments are read by everybody");
        return Ok(None);
    }
    let text = details::signed(note);
    let name = format!("note {}", note.uid);
    let same = |a: &&Value| {
        let free = id(&a["id"]).is_some_and(|i| flow.is_free(Thing::Note, &i));
        a["body"] == text.as_str() && free && flow.may_be_of(&name, &a["created_at"])
    };
    let find = |body: &Value| -> Found<String> {
        Ok(items(body, "/activities")?
            .iter()
            .find(same)
            .and_then(|a| id(&a["id"])))
    };
    let address = at(
        flow,
        &["candidates", candidate, "activities"],
        &[("limit", "100")],
    );
    let look = Look {
        request: with_token(flow, Request::get("look up notes", address)),
        find: &find,
    };
    let request = comment(flow, &name, candidate, member, &json!({"body": text}));
    let sent = flow.make(request, |answer| id(&answer.json()["id"]), Some(look));
    flow.taken("a note", sent)
}
