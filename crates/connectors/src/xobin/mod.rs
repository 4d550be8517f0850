//! Xobin's Tracks: an applicant for a track. The steps; words are `wire.rs`, what goes where is `map.rs`, what is known from
//! where is README.md.

mod map;
mod wire;

use crate::address::address;
use crate::flow::{Flow, Look};
use crate::parcel::{Parcel, Thing};
use crate::setting::Setting;
use crate::step::{Answer, Exchange, Refusal, Request, Step};
use crate::{Carried, Connector, Limit};

/// See the module.
pub struct Xobin;

const SETTINGS: &[Setting] = &[
    Setting::credential("api_key", "API key", "Given by Xobin's support team."),
    Setting::text(
        "track_id",
        "Track for people without an application",
        "Left out: only applications are carried.",
    ),
    Setting::switch(
        "invite",
        "Invite",
        "Invites people to the track instead of adding them with what is known; Xobin sends them mail.",
    ),
    Setting::address("base_url", "Address", "", "https://app.xobin.com/api/v2"),
];

impl Connector for Xobin {
    fn name(&self) -> &'static str {
        "xobin"
    }

    fn title(&self) -> &'static str {
        "Xobin"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn fields(&self) -> &'static [Carried] {
        map::FIELDS
    }

    /// None is known: a number that troubles nobody [inferred].
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
    let (name, email, job) = (flow.name()?, flow.mailbox()?, flow.job()?);
    let parcel = flow.parcel;
    let application = parcel.application.as_ref();
    let done = match application {
        Some(application) => parcel.known(Thing::Application, &application.uid),
        None => parcel.known(Thing::Candidate, &parcel.candidate.uid),
    };
    if done.is_some() {
        flow.remark("it is there already, and Xobin has no way to change an applicant");
        return Ok(());
    }
    let usual = parcel.setting("track_id");
    let track = job.or(Some(usual).filter(|t| !t.is_empty())).ok_or_else(|| {
        let why = "Xobin takes people for a track only: see the setting for people without an application";
        Step::Refused(Refusal::new("job", why).at("track_id"))
    })?;
    let at = |queries: &[(&str, &str)]| {
        address(
            parcel.setting("base_url"),
            &["tracks", track, "applicants"],
            queries,
        )
    };
    let key = |request: Request| request.secret("apiKey", parcel.setting("api_key"));
    let look = Look {
        request: key(Request::get(
            "look up",
            at(&[("email", email), ("per_page", "200")]),
        )),
        find: &|body| wire::with_email(body, email),
    };
    let create = key(Request::post("create", at(&[]))).json(map::applicant(parcel, &name, email));
    let read = |answer: &Answer| wire::applicant(&answer.json());
    let there = flow.find_or_make(look, create, read)?.it();
    flow.there(Thing::Candidate, &parcel.candidate.uid, there.candidate);
    if let Some(application) = application {
        flow.there(Thing::Application, &application.uid, there.application);
    }
    let resume = map::resume(parcel).map(|f| f.uid.as_str());
    flow.each_file(|flow, file| {
        if resume != Some(file.uid.as_str()) {
            flow.remark("files other than the newest résumé: Xobin has no place for them");
        }
        Ok((resume == Some(file.uid.as_str())).then(|| file.uid.clone()))
    })?;
    flow.each_note(map::FIELDS, |flow, _| {
        flow.remark("notes: Xobin has no place for them");
        Ok(None)
    })
}
